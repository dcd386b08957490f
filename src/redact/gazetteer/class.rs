//! The classes that a word may have besides being a name. The lists in `data/names/classes.tsv` and
//! `data/places/classes.tsv` name them.

/// What a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Class {
    Title,
    WeakTitle,
    Particle,
    Suffix,
    Calendar,
    Org,
    Role,
    Determiner,
    InPlace,
    FromPlace,
    Relation,
    Brand,
    Place,
    Said,
    Greeting,
    City,
    Blocked,
    StartsPhrase,
    Street,
    WeakStreet,
    StreetFirst,
    WeakStreetFirst,
    Unit,
    Region,
    Compass,
    Box,
    Floor,
    Live,
    NoStreet,
    NumberSign,
    CueEnd,
    German,
    NoFamily,
    Lead,
    Near,
    Dwell,
}

/// Every class that a list may name.
const CLASSES: [(&str, Class); 32] = [
    ("title", Class::Title),
    ("weaktitle", Class::WeakTitle),
    ("particle", Class::Particle),
    ("suffix", Class::Suffix),
    ("calendar", Class::Calendar),
    ("org", Class::Org),
    ("role", Class::Role),
    ("determiner", Class::Determiner),
    ("inplace", Class::InPlace),
    ("fromplace", Class::FromPlace),
    ("relation", Class::Relation),
    ("brand", Class::Brand),
    ("place", Class::Place),
    ("said", Class::Said),
    ("greeting", Class::Greeting),
    ("street", Class::Street),
    ("weakstreet", Class::WeakStreet),
    ("streetfirst", Class::StreetFirst),
    ("weakstreetfirst", Class::WeakStreetFirst),
    ("unit", Class::Unit),
    ("region", Class::Region),
    ("compass", Class::Compass),
    ("box", Class::Box),
    ("floor", Class::Floor),
    ("live", Class::Live),
    ("nostreet", Class::NoStreet),
    ("numbersign", Class::NumberSign),
    ("german", Class::German),
    ("nofamily", Class::NoFamily),
    ("lead", Class::Lead),
    ("near", Class::Near),
    ("dwell", Class::Dwell),
];

impl Class {
    /// The class of that name in the lists.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        CLASSES.iter().find(|(own, _)| *own == name).map(|(_, class)| *class)
    }
}

/// A set of classes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Classes(u64);

impl Classes {
    /// The set of the listed classes.
    pub(crate) const fn of(classes: &[Class]) -> Self {
        let mut set = 0;
        let mut rest = classes;
        while let [class, others @ ..] = rest {
            set |= 1 << *class as u64;
            rest = others;
        }
        Self(set)
    }

    /// Adds `class`.
    pub(crate) fn add(&mut self, class: Class) {
        self.0 |= 1 << class as u64;
    }

    /// Whether `class` is in the set.
    pub(crate) fn has(self, class: Class) -> bool {
        self.0 & (1 << class as u64) != 0
    }

    /// Whether the two sets share a class.
    pub(crate) fn any(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }
}
