//! Which finders a token may interest: a finder looks at the tokens with its flags and passes over all others. A flag
//! promises nothing; the finder decides.

use super::{
    gazetteer::{Class, Entry},
    people,
    words::{Cue, Cues, Word},
};

/// A set of flags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Flags(u32);

impl Flags {
    /// Digits, or letters and digits.
    pub(super) const DIGITS: Self = Self(1);
    /// A number word, a month, a day of the month, or a word that repeats the next digit.
    pub(super) const NUMBER: Self = Self(1 << 1);
    /// A single letter, or a word that spells one.
    pub(super) const LETTER: Self = Self(1 << 2);
    /// A word for the sign in e-mail addresses, and `a`, which stands for it in brackets.
    pub(super) const AT: Self = Self(1 << 3);
    /// Labels a word: a password, a user name, a security answer.
    pub(super) const LABEL: Self = Self(1 << 4);
    /// Announces a secret.
    pub(super) const SECRET: Self = Self(1 << 5);
    /// Five to eleven capitals.
    pub(super) const UPPER: Self = Self(1 << 6);
    /// The next token follows directly or behind one mark that codes are joined by.
    pub(super) const JOINED: Self = Self(1 << 7);
    /// One of the next two tokens has digits.
    pub(super) const NEAR_DIGITS: Self = Self(1 << 8);
    /// A placeholder that stood in the received text.
    pub(super) const PLACEHOLDER: Self = Self(1 << 9);
    /// What a finder may look at; the flags below only help to read the text.
    pub(super) const TRIGGERS: Self = Self((1 << 10) - 1);
    /// Begins a phrase of the cue tables.
    pub(super) const STARTS_PHRASE: Self = Self(1 << 10);
    /// Is the second word of a phrase of the cue tables.
    pub(super) const CONTINUES_PHRASE: Self = Self(1 << 11);
    /// Begins a listed phrase that is no name of a person.
    pub(super) const STARTS_NAME_PHRASE: Self = Self(1 << 12);

    /// Is the second word of one.
    pub(super) const CONTINUES_NAME_PHRASE: Self = Self(1 << 13);
    /// May make a street or a box of what stands around a number.
    pub(super) const STREET: Self = Self(1 << 14);

    /// May begin the name of a person.
    pub(super) const NAME: Self = Self(1 << 15);

    /// What follows it may be the name of a person.
    pub(super) const CUES_NAME: Self = Self(1 << 16);
    /// A German function word.
    pub(super) const GERMAN: Self = Self(1 << 17);
    /// `www`.
    pub(super) const WWW: Self = Self(1 << 18);

    /// Has a cue.
    pub(super) const CUED: Self = Self(1 << 19);
    /// A mark that may end a sentence stands before it.
    pub(super) const BEHIND_MARK: Self = Self(1 << 20);

    /// What the lists of names and places say of a word.
    pub(super) fn of_entry(entry: Entry) -> Self {
        let mut flags = Self::default();
        for (holds, flag) in [
            (people::may_be_name(entry), Self::NAME),
            (entry.classes.any(people::CUES_OF_NAMES), Self::CUES_NAME),
            (entry.is(Class::German), Self::GERMAN),
            (entry.is(Class::StartsPhrase), Self::STARTS_NAME_PHRASE),
        ] {
            flags.add(if holds { flag } else { Self::default() });
        }
        flags
    }

    /// What the tables say of a word.
    pub(super) fn of(known: &Word, word: &str) -> Self {
        let mut flags = Self::of_cues(known.cues);
        let letter = known.letter != 0 || matches!(word.as_bytes(), [b'a'..=b'z']);
        let setting = matches!(word, "reset" | "changed" | "set");
        for (holds, flag) in [
            (known.number.is_some(), Self::NUMBER),
            (letter, Self::LETTER),
            (word == "a", Self::AT),
            (setting, Self::LABEL),
            (word == "www", Self::WWW),
            (known.starts_phrase(), Self::STARTS_PHRASE),
            (known.continues_phrase(), Self::CONTINUES_PHRASE),
        ] {
            flags.add(if holds { flag } else { Self::default() });
        }
        flags
    }

    /// What cues alone say.
    pub(super) fn of_cues(cues: Cues) -> Self {
        const NUMBER: Cues = Cues::of(&[Cue::Double, Cue::Triple, Cue::Month, Cue::DayWord]);
        const LABEL: Cues = Cues::of(&[Cue::Password, Cue::SecurityAnswer, Cue::Username, Cue::Pin]);
        let mut flags = Self::default();
        for (cues, flag) in [
            (cues.any(NUMBER), Self::NUMBER),
            (!cues.is_empty(), Self::CUED),
            (cues.has(Cue::At), Self::AT),
            (cues.any(LABEL), Self::LABEL),
            (cues.has(Cue::Secret), Self::SECRET),
        ] {
            flags.add(if cues { flag } else { Self::default() });
        }
        flags
    }

    /// All that an entry may say.
    pub(super) const fn of_entries() -> Self {
        Self(Self::NAME.0 | Self::CUES_NAME.0 | Self::GERMAN.0 | Self::STARTS_NAME_PHRASE.0)
    }

    /// Those that are not among `others`.
    pub(super) const fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// Both.
    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Adds flags.
    pub(super) fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Whether the two sets share a flag.
    pub(super) fn any(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }
}
