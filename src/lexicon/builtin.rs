//! The lexicon files that are part of the program. Files named later win over earlier ones of the same language: the
//! general list first, then the rows made for support.

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/lexicon/", $name)))),*]
    };
}

/// Name and text of every built-in file.
pub const FILES: &[(&str, &str)] = files![
    "any/emoji.tsv",
    "en/general.tsv",
    "en/shifters.tsv",
    "en/support.tsv",
    "en/urgency.tsv",
    "en/emergency.tsv",
];
