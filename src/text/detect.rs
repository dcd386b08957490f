//! Tells the language of a short text: by its script, then by a vote of frequent short words, of letters that few
//! languages use, and of the classifier `whichlang`. Deterministic, and content with five words.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use whichlang::Lang;

use super::{
    Language,
    words::{WordKind, Words},
};

/// The frequent words: a code (with `-` before it where there is no lexicon), a tab, words.
const WORDS: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/languages/words.tsv"));

/// Letters that speak for some languages, by code.
const LETTERS: [(&str, &str); 22] = [
    ("äöüß", "de"),
    ("äö", "fi sv et"),
    ("å", "sv da no fi"),
    ("æø", "da no"),
    ("éèêàçùœ", "fr"),
    ("ñ¿¡", "es"),
    ("áéíóú", "es pt hu cs sk"),
    ("ãõ", "pt"),
    ("âêç", "pt fr tr"),
    ("àèìòù", "it"),
    ("őű", "hu"),
    ("șțşţăî", "ro"),
    ("ğışİ", "tr az"),
    ("ə", "az"),
    ("łąęśżź", "pl"),
    ("ěřů", "cs"),
    ("ľĺŕô", "sk"),
    ("čšž", "cs sk hr sl lt"),
    ("іїєґ", "uk"),
    ("ђћџљњј", "sr"),
    ("ыэё", "ru"),
    ("đơưạảấầ", "vi"),
];

/// Letters of other languages in the Arabic script: Persian, Urdu, Pashto.
const NOT_ARABIC: &str = "پچژگکیٹڈےښګ";

/// What one letter counts, where a word counts up to [`WORD_POINTS`].
const LETTER_POINTS: u32 = 3;
/// What a word counts that only one language has; it is shared by the languages that have it.
const WORD_POINTS: u32 = 12;
/// What the classifier's guess counts: less than one word that only one language has.
const GUESS_POINTS: u32 = 8;
/// Most languages the table may hold.
const LANGUAGES_MAX: usize = 64;

/// The language of a text; `None` where it is one without lexicon, or cannot be told. Plain Latin letters without any
/// known word are taken for English.
pub fn detect(text: &str) -> Option<Language> {
    match script(text) {
        Script::Arabic => (!text.contains(|letter| NOT_ARABIC.contains(letter))).then_some(Language::Arabic),
        Script::Greek => Some(Language::Greek),
        Script::Tamil => Some(Language::Tamil),
        Script::Other => None,
        Script::Cyrillic => vote(text).unwrap_or(Some(Language::Russian)),
        Script::Latin => vote(text).unwrap_or(text.is_ascii().then_some(Language::English)),
        Script::None => Some(Language::English),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Script {
    Latin,
    Cyrillic,
    Arabic,
    Greek,
    Tamil,
    Other,
    None,
}

/// The script of most letters; a letter of a script without cases counts twice, because its words are shorter.
fn script(text: &str) -> Script {
    const SCRIPTS: [Script; 6] =
        [Script::Latin, Script::Cyrillic, Script::Arabic, Script::Greek, Script::Tamil, Script::Other];
    let mut counts = [0_u32; SCRIPTS.len()];
    if text.is_ascii() {
        return if text.contains(|letter: char| letter.is_ascii_alphabetic()) { Script::Latin } else { Script::None };
    }
    for letter in text.chars().filter(|letter| letter.is_alphabetic()) {
        let (script, weight) = match letter {
            '\0'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}' => (0, 1),
            '\u{400}'..='\u{52F}' => (1, 1),
            '\u{600}'..='\u{77F}' | '\u{FB50}'..='\u{FEFC}' => (2, 2),
            '\u{370}'..='\u{3FF}' | '\u{1F00}'..='\u{1FFF}' => (3, 1),
            '\u{B80}'..='\u{BFF}' => (4, 2),
            _ => (5, 2),
        };
        if let Some(count) = counts.get_mut(script) {
            *count += weight;
        }
    }
    let most = counts.iter().zip(SCRIPTS).max_by_key(|(count, script)| (**count, *script == Script::Latin));
    most.filter(|(count, _)| **count > 0).map_or(Script::None, |(_, script)| script)
}

/// The language with the most points; `Some(None)` where that is one without lexicon, `None` where no word is known.
fn vote(text: &str) -> Option<Option<Language>> {
    let table = &*TABLE;
    let mut points = [0_u32; LANGUAGES_MAX];
    let mut words = Words::new(text, Language::English);
    let mut folded = String::new();
    while let Some(word) = words.next(&mut folded) {
        if word.kind == WordKind::Word {
            for part in parts(table, &folded) {
                add(&mut points, table.words.get(part).copied().unwrap_or(0), WORD_POINTS);
            }
        }
    }
    for letter in text.chars().filter(|letter| !letter.is_ascii()) {
        add(&mut points, table.letters.get(&letter).copied().unwrap_or(0), LETTER_POINTS);
    }
    for guess in guesses(text) {
        if let Some(bit) = table.languages.iter().position(|known| *known == Some(*guess)) {
            add(&mut points, 1 << bit, GUESS_POINTS);
        }
    }
    // The first of equals: the table begins with the languages that are written most.
    let best =
        points.iter().take(table.languages.len()).zip(&table.languages).rev().max_by_key(|(points, _)| **points)?;
    (*best.0 > 0).then_some(*best.1)
}

/// The word, or its parts around an apostrophe where only these are known: `l'avion`.
fn parts<'w>(table: &Table, word: &'w str) -> [&'w str; 2] {
    let cut = word.find('\'').filter(|_| !table.words.contains_key(word));
    cut.and_then(|at| word.split_at_checked(at + 1)).map_or([word, ""], |(one, other)| [one, other])
}

/// What a trained classifier of letters makes of the text; it knows eleven of the languages and is never in doubt. It
/// takes Danish and Norwegian for Swedish.
fn guesses(text: &str) -> &'static [Language] {
    match whichlang::detect_language(text) {
        Lang::Deu => &[Language::German],
        Lang::Eng => &[Language::English],
        Lang::Fra => &[Language::French],
        Lang::Ita => &[Language::Italian],
        Lang::Nld => &[Language::Dutch],
        Lang::Por => &[Language::Portuguese],
        Lang::Rus => &[Language::Russian],
        Lang::Spa => &[Language::Spanish],
        Lang::Swe => &[Language::Swedish, Language::Danish, Language::Norwegian],
        Lang::Tur => &[Language::Turkish],
        _ => &[],
    }
}

/// Shares points among the languages of a mask.
fn add(points: &mut [u32; LANGUAGES_MAX], mask: u64, total: u32) {
    let share = total / mask.count_ones().max(1);
    let mut left = mask;
    while left != 0 {
        if let Some(sum) = points.get_mut(left.trailing_zeros() as usize) {
            *sum += share.max(1);
        }
        left &= left - 1;
    }
}

/// The words and letters with the languages they speak for, as bits.
struct Table {
    languages: Vec<Option<Language>>,
    words: FxHashMap<&'static str, u64>,
    letters: FxHashMap<char, u64>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table { languages: Vec::new(), words: FxHashMap::default(), letters: FxHashMap::default() };
    let rows = WORDS.lines().filter_map(|line| line.split_once('\t'));
    let mut codes = Vec::new();
    for (bit, (code, words)) in rows.take(LANGUAGES_MAX).enumerate() {
        table.languages.push(Language::from_tag(code));
        codes.push(code.trim_start_matches('-'));
        for word in words.split(' ') {
            *table.words.entry(word).or_default() |= 1 << bit;
        }
    }
    for (letters, languages) in LETTERS {
        let of = |code: &str| codes.iter().position(|known| *known == code).map_or(0, |bit| 1_u64 << bit);
        let mask = languages.split(' ').map(of).fold(0, |mask, bit| mask | bit);
        for letter in letters.chars() {
            *table.letters.entry(letter).or_default() |= mask;
        }
    }
    table
});

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(code: &str, texts: &[&str]) {
        for text in texts {
            assert_eq!(detect(text).map_or("-", Language::code), code, "{text}");
        }
    }

    #[test]
    fn short_texts_are_told_apart() {
        include!("detect_rows.rs");
    }

    #[test]
    fn the_table_holds_every_language_of_latin_and_cyrillic_script() {
        let scripted = [Language::Arabic, Language::Greek, Language::Tamil];
        for language in Language::all().filter(|language| !scripted.contains(language)) {
            assert!(TABLE.languages.contains(&Some(language)), "{language:?}");
        }
    }
}
