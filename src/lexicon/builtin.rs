//! The lexicon files that are part of the program. Files named later win over earlier ones of the same language: the
//! general list first, then the rows made for support.

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/lexicon/", $name)))),*]
    };
}

use std::sync::LazyLock;

/// Revision of the built-in files.
pub fn revision() -> &'static str {
    static REVISION: LazyLock<String> = LazyLock::new(|| super::revision(FILES));
    &REVISION
}

/// Name and text of every built-in file.
pub const FILES: &[(&str, &str)] = files![
    "any/emoji.tsv",
    "ar/support.tsv",
    "da/support.tsv",
    "de/general.tsv",
    "de/support.tsv",
    "de/trades.tsv",
    "de/plain.tsv",
    "el/support.tsv",
    "en/general.tsv",
    "en/shifters.tsv",
    "en/opinion.tsv",
    "en/sectors.tsv",
    "en/complaints.tsv",
    "en/support.tsv",
    "en/trades.tsv",
    "en/urgency.tsv",
    "en/emergency.tsv",
    "en/plain.tsv",
    "es/support.tsv",
    "es/trades.tsv",
    "es/plain.tsv",
    "fi/support.tsv",
    "fr/general.tsv",
    "fr/support.tsv",
    "fr/trades.tsv",
    "fr/plain.tsv",
    "hu/support.tsv",
    "it/support.tsv",
    "it/trades.tsv",
    "it/plain.tsv",
    "nl/support.tsv",
    "nl/trades.tsv",
    "nl/plain.tsv",
    "no/support.tsv",
    "pt/general.tsv",
    "pt/support.tsv",
    "pt/trades.tsv",
    "pt/plain.tsv",
    "ro/support.tsv",
    "ru/support.tsv",
    "ru/trades.tsv",
    "ru/plain.tsv",
    "sv/general.tsv",
    "sv/support.tsv",
    "sv/plain.tsv",
    "ta/support.tsv",
    "tr/support.tsv",
];

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    #[test]
    fn every_file_of_the_directory_is_named() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/lexicon");
        let mut found = Vec::new();
        let is_language = |path: &Path| path.is_dir() && !path.ends_with("released");
        for directory in fs::read_dir(&root).unwrap().map(Result::unwrap).filter(|entry| is_language(&entry.path())) {
            for file in fs::read_dir(directory.path()).unwrap().map(Result::unwrap) {
                let path = file.path();
                found.push(path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/"));
            }
        }
        let mut named: Vec<_> = FILES.iter().map(|(name, _)| (*name).to_owned()).collect();
        found.sort_unstable();
        named.sort_unstable();
        assert_eq!(found, named);
    }
}
