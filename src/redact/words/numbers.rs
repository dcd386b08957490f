//! Number words of English, Spanish, French, German, Portuguese, Italian, Dutch, Polish, Swedish, Turkish, Romanian,
//! Danish, Norwegian and Finnish, folded to plain letters.

use std::ops::{BitAnd, BitOr};

/// A set of languages of the number tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Languages(u16);

impl Languages {
    /// No language.
    pub(crate) const NONE: Self = Self(0);
    /// English.
    pub(crate) const EN: Self = Self(1);
    const ES: Self = Self(2);
    const FR: Self = Self(4);
    const DE: Self = Self(8);
    /// Portuguese.
    pub(crate) const PT: Self = Self(16);
    /// Italian.
    pub(crate) const IT: Self = Self(32);
    const NL: Self = Self(64);
    const PL: Self = Self(128);
    const SV: Self = Self(256);
    const TR: Self = Self(512);
    const RO: Self = Self(1024);
    /// Danish and Norwegian.
    const DA: Self = Self(2048);
    const FI: Self = Self(4096);
    /// Every language.
    pub(crate) const ALL: Self = Self(u16::MAX);

    /// Whether there is none.
    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// What a frequent word of other languages counts as among numbers of these: Turkish `on`, Norwegian `fire`.
    pub(crate) fn local(self, word: &str) -> Option<Number> {
        const NORTH: u16 = Languages::SV.0 | Languages::DA.0 | Languages::DE.0;
        let north = self.0 & Self::DA.0 != 0 && self.0 & !NORTH == 0;
        let (value, languages) = match word {
            "on" if self == Self::TR => (10, Self::TR),
            "bin" if self == Self::TR => (1000, Self::TR),
            "en" | "et" if north => (1, Self::DA),
            "to" if north => (2, Self::DA),
            "fire" if north => (4, Self::DA),
            "ni" if north => (9, Self::DA),
            "ti" if north => (10, Self::DA),
            _ => return None,
        };
        Some(Number { value, languages })
    }

    /// Whether French is among them (it counts in scores: `quatre-vingt`).
    pub(crate) fn french(self) -> bool {
        self.0 & Self::FR.0 != 0
    }
}

impl BitAnd for Languages {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl BitOr for Languages {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// A number word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Number {
    /// 0–99, 100 or 1000.
    pub(crate) value: u16,
    /// In which languages.
    pub(crate) languages: Languages,
}

/// First value, step, and the words from there on, separated by spaces; variants of one value by `/`.
const ROWS: &[(Languages, u16, u16, &str)] = &[
    (
        Languages::EN,
        0,
        1,
        "zero/oh/nought/naught/nil/ought one two three four five six seven eight nine/niner ten eleven \
        twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
    ),
    (Languages::EN, 20, 10, "twenty thirty forty/fourty fifty sixty seventy eighty ninety hundred"),
    (Languages::EN, 1000, 1, "thousand"),
    (
        Languages::ES,
        0,
        1,
        "cero uno/una/un dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince \
        dieciseis diecisiete dieciocho diecinueve veinte veintiuno/veintiun veintidos veintitres veinticuatro veinticinco \
        veintiseis veintisiete veintiocho veintinueve",
    ),
    (Languages::ES, 30, 10, "treinta cuarenta cincuenta sesenta setenta ochenta noventa cien/ciento"),
    (
        Languages::ES,
        200,
        100,
        "doscientos/doscientas trescientos/trescientas cuatrocientos/cuatrocientas quinientos/quinientas \
        seiscientos/seiscientas setecientos/setecientas ochocientos/ochocientas novecientos/novecientas",
    ),
    (Languages::ES, 1000, 1, "mil"),
    (
        Languages::FR,
        0,
        1,
        "zero un/une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize",
    ),
    (
        Languages::FR,
        20,
        10,
        "vingt/vingts trente quarante cinquante soixante septante huitante/octante nonante cent/cents",
    ),
    (Languages::FR, 1000, 1, "mille"),
    (
        Languages::DE,
        0,
        1,
        "null eins/ein/eine zwei/zwo drei vier funf/fuenf sechs sieben acht neun zehn elf zwolf/zwoelf dreizehn \
        vierzehn funfzehn/fuenfzehn sechzehn siebzehn achtzehn neunzehn",
    ),
    (
        Languages::DE,
        20,
        10,
        "zwanzig dreissig/dreizig vierzig funfzig/fuenfzig sechzig siebzig achtzig neunzig hundert",
    ),
    (Languages::DE, 1000, 1, "tausend"),
    (
        Languages::PT,
        0,
        1,
        "zero um/hum/uma dois/duas tres quatro cinco seis/meia sete oito nove dez onze doze treze quatorze/catorze \
        quinze dezesseis/dezasseis dezessete/dezassete dezoito dezenove/dezanove",
    ),
    (Languages::PT, 20, 10, "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa cem/cento"),
    (
        Languages::PT,
        200,
        100,
        "duzentos/duzentas trezentos/trezentas quatrocentos/quatrocentas quinhentos/quinhentas \
        seiscentos/seiscentas setecentos/setecentas oitocentos/oitocentas novecentos/novecentas",
    ),
    (Languages::PT, 1000, 1, "mil"),
    (
        Languages::IT,
        0,
        1,
        "zero uno/un/una due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici \
        quindici sedici diciassette diciotto diciannove",
    ),
    (Languages::IT, 20, 10, "venti trenta quaranta cinquanta sessanta settanta ottanta novanta cento"),
    (Languages::IT, 1000, 1, "mille"),
    (
        Languages::NL,
        0,
        1,
        "nul een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien \
        zeventien achttien negentien",
    ),
    (Languages::NL, 20, 10, "twintig dertig veertig vijftig zestig zeventig tachtig negentig honderd"),
    (Languages::NL, 1000, 1, "duizend"),
    (
        Languages::PL,
        0,
        1,
        "zero jeden dwa trzy cztery piec szesc siedem osiem dziewiec dziesiec jedenascie dwanascie trzynascie czternascie \
        pietnascie szesnascie siedemnascie osiemnascie dziewietnascie",
    ),
    (
        Languages::PL,
        20,
        10,
        "dwadziescia trzydziesci czterdziesci piecdziesiat szescdziesiat siedemdziesiat osiemdziesiat dziewiecdziesiat sto",
    ),
    (Languages::PL, 1000, 1, "tysiac"),
    (Languages::PL, 200, 100, "dwiescie trzysta czterysta piecset szescset siedemset osiemset dziewiecset"),
    (
        Languages::SV,
        0,
        1,
        "noll ett tva tre fyra fem sex sju atta nio tio elva tolv tretton fjorton femton sexton sjutton arton nitton",
    ),
    (Languages::SV, 20, 10, "tjugo trettio fyrtio femtio sextio sjuttio attio nittio hundra"),
    (Languages::SV, 1000, 1, "tusen"),
    (Languages::TR, 0, 1, "sifir bir iki uc dort bes alti yedi sekiz dokuz"),
    (Languages::TR, 20, 10, "yirmi otuz kirk elli altmis yetmis seksen doksan yuz"),
    (
        Languages::RO,
        0,
        1,
        "zero unu/una doi/doua trei patru cinci sase sapte opt noua zece unsprezece/unspe doisprezece/doispe \
        treisprezece/treispe paisprezece/paispe cincisprezece/cinspe saisprezece/saispe saptesprezece/saptespe \
        optsprezece/optspe nouasprezece/nouaspe",
    ),
    (Languages::RO, 20, 10, "douazeci treizeci patruzeci cincizeci saizeci saptezeci optzeci nouazeci suta/sute"),
    (Languages::RO, 1000, 1, "mie/mii"),
    // `to`, `en`, `fire`, `ni` and `ti` are frequent words of other languages.
    (Languages::DA, 3, 1, "tre"),
    (Languages::DA, 5, 1, "fem seks syv/sju otte/atte"),
    (Languages::DA, 11, 1, "elleve tolv tretten fjorten femten seksten sytten atten nitten tyve/tjue"),
    (Languages::DA, 0, 1, "nul/null"),
    (Languages::DA, 30, 10, "tredive/tretti fyrre/forti femti seksti sytti atti nitti hundrede/hundre"),
    (Languages::FI, 0, 1, "nolla yksi kaksi kolme nelja viisi kuusi seitseman kahdeksan yhdeksan kymmenen"),
];

/// Numbers written as one word by joining units and tens: language, tens, units 1–9, word between, units first.
type Joined = (Languages, &'static [&'static str], &'static [&'static str], &'static str, bool);

const JOINED: &[Joined] = &[
    (
        Languages::DE,
        &["zwanzig", "dreissig", "vierzig", "funfzig", "sechzig", "siebzig", "achtzig", "neunzig"],
        &["ein", "zwei", "drei", "vier", "funf", "sechs", "sieben", "acht", "neun"],
        "und",
        true,
    ),
    (
        Languages::DE,
        &["zwanzig", "dreissig", "vierzig", "fuenfzig", "sechzig", "siebzig", "achtzig", "neunzig"],
        &["ein", "zwei", "drei", "vier", "fuenf", "sechs", "sieben", "acht", "neun"],
        "und",
        true,
    ),
    (
        Languages::NL,
        &["twintig", "dertig", "veertig", "vijftig", "zestig", "zeventig", "tachtig", "negentig"],
        &["een", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen"],
        "en",
        true,
    ),
    (
        Languages::IT,
        &["venti", "trenta", "quaranta", "cinquanta", "sessanta", "settanta", "ottanta", "novanta"],
        &["uno", "due", "tre", "quattro", "cinque", "sei", "sette", "otto", "nove"],
        "",
        false,
    ),
    (
        Languages::SV,
        &["tjugo", "trettio", "fyrtio", "femtio", "sextio", "sjuttio", "attio", "nittio"],
        &["ett", "tva", "tre", "fyra", "fem", "sex", "sju", "atta", "nio"],
        "",
        false,
    ),
    (
        Languages::DA,
        &["tyve", "tredive", "fyrre", "halvtreds", "tres", "halvfjerds", "firs", "halvfems"],
        &["en", "to", "tre", "fire", "fem", "seks", "syv", "otte", "ni"],
        "og",
        true,
    ),
    (
        Languages::DA,
        &["tjue", "tretti", "forti", "femti", "seksti", "sytti", "atti", "nitti"],
        &["en", "to", "tre", "fire", "fem", "seks", "sju", "atte", "ni"],
        "",
        false,
    ),
];

/// Calls `add` with every number word.
pub(super) fn each(mut add: impl FnMut(&'static str, Number)) {
    for (languages, first, step, words) in ROWS {
        for (value, variants) in (*first..).step_by(usize::from(*step)).zip(words.split_whitespace()) {
            variants.split('/').for_each(|word| add(word, Number { value, languages: *languages }));
        }
    }
    for (languages, tens, units, between, units_first) in JOINED {
        for (ten, ten_value) in tens.iter().zip((20..).step_by(10)) {
            for (unit, value) in units.iter().zip(1..) {
                let word = join(ten, unit, between, *units_first);
                add(word.leak(), Number { value: ten_value + value, languages: *languages });
            }
        }
    }
}

fn join(ten: &str, unit: &str, between: &str, units_first: bool) -> String {
    if units_first {
        return format!("{unit}{between}{ten}");
    }
    // Italian drops the last vowel of the tens before a vowel: ventuno, trentotto.
    let stem = if unit.starts_with(['u', 'o']) { ten.get(..ten.len() - 1).unwrap_or(ten) } else { ten };
    format!("{stem}{unit}")
}

/// Words between the parts of a large number written as one word, and what they multiply by.
const SCALES: &[(&str, u16, Languages)] = &[
    ("tausend", 1000, Languages::DE),
    ("hundert", 100, Languages::DE),
    ("duizend", 1000, Languages::NL),
    ("honderd", 100, Languages::NL),
    ("mila", 1000, Languages::IT),
    ("mille", 1000, Languages::IT),
    ("cento", 100, Languages::IT),
    ("cent", 100, Languages::IT),
];

/// A number of hundreds or thousands that is written as one word: `neunzehnhundertachtzig`, `duemilatrenta`.
pub(super) fn compound(word: &str, known: impl Fn(&str) -> Option<Number> + Copy) -> Option<Number> {
    if word.len() < 7 || !may_hold_scale(word) {
        return None;
    }
    SCALES.iter().find_map(|(scale, value, languages)| {
        let (before, after) = word.split_once(scale)?;
        joined(before, after, *value, *languages, known)
    })
}

/// Whether the beginning of a scale stands anywhere in a word: most words hold none.
fn may_hold_scale(word: &str) -> bool {
    word.as_bytes().windows(3).any(|part| matches!(part, b"tau" | b"hun" | b"dui" | b"hon" | b"mil" | b"cen"))
}

fn joined(
    before: &str,
    after: &str,
    scale: u16,
    languages: Languages,
    known: impl Fn(&str) -> Option<Number> + Copy,
) -> Option<Number> {
    let part = |text: &str, empty: u16| match text.trim_start_matches("und") {
        "" => Some(empty),
        text => known(text).or_else(|| compound(text, known)).map(|number| number.value),
    };
    let value = part(before, 1)?.checked_mul(scale)?.checked_add(part(after, 0)?)?;
    Some(Number { value, languages })
}

#[cfg(test)]
mod tests {
    use super::super::look_up;

    #[track_caller]
    fn check(word: &str, expected: u16) {
        assert_eq!(look_up(word).number.map(|number| number.value), Some(expected), "{word}");
    }

    #[test]
    fn number_words_have_their_value() {
        for (word, value) in [
            ("oh", 0),
            ("nineteen", 19),
            ("ninety", 90),
            ("veintidos", 22),
            ("quince", 15),
            ("seize", 16),
            ("fuenf", 5),
            ("vierundzwanzig", 24),
            ("ventotto", 28),
            ("trentuno", 31),
            ("meia", 6),
            ("dezessete", 17),
            ("hundred", 100),
            ("negenennegentig", 99),
            ("neunzehnhundertsechsundachtzig", 1986),
            ("zweitausendeins", 2001),
            ("duemilatrenta", 2030),
            ("millenovecentottanta", 1980),
            ("mil", 1000),
        ] {
            check(word, value);
        }
    }
}
