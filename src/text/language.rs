//! The languages that have a stemmer and a lexicon, by their ISO 639-1 code.

/// A language with a Snowball stemmer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each variant is the English name of the language it stands for")]
pub enum Language {
    Arabic,
    Danish,
    Dutch,
    English,
    Finnish,
    French,
    German,
    Greek,
    Hungarian,
    Italian,
    Norwegian,
    Portuguese,
    Romanian,
    Russian,
    Spanish,
    Swedish,
    Tamil,
    Turkish,
}

/// Every language with its ISO 639-1 code; the one place that pairs them.
const CODES: [(Language, &str); 18] = [
    (Language::Arabic, "ar"),
    (Language::Danish, "da"),
    (Language::Dutch, "nl"),
    (Language::English, "en"),
    (Language::Finnish, "fi"),
    (Language::French, "fr"),
    (Language::German, "de"),
    (Language::Greek, "el"),
    (Language::Hungarian, "hu"),
    (Language::Italian, "it"),
    (Language::Norwegian, "no"),
    (Language::Portuguese, "pt"),
    (Language::Romanian, "ro"),
    (Language::Russian, "ru"),
    (Language::Spanish, "es"),
    (Language::Swedish, "sv"),
    (Language::Tamil, "ta"),
    (Language::Turkish, "tr"),
];

impl Language {
    /// All languages, in the order of their English names.
    pub fn all() -> impl Iterator<Item = Self> {
        CODES.iter().map(|(language, _)| *language)
    }

    /// The ISO 639-1 code, such as `en`.
    pub fn code(self) -> &'static str {
        CODES.iter().find(|(language, _)| *language == self).map_or("", |(_, code)| code)
    }

    /// The language of a BCP 47 tag by its primary subtag: `en-GB` is English, `nb` and `nn` are Norwegian. `None`
    /// where there is no lexicon for it.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next()?.to_ascii_lowercase();
        let primary = match primary.as_str() {
            "nb" | "nn" => "no",
            other => other,
        };
        CODES.iter().find(|(_, code)| *code == primary).map(|(language, _)| *language)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_leads_back_to_its_language() {
        for language in Language::all() {
            assert_eq!(Language::from_tag(language.code()), Some(language));
        }
    }

    #[test]
    fn region_and_script_do_not_matter() {
        assert_eq!(Language::from_tag("pt-BR"), Some(Language::Portuguese));
        assert_eq!(Language::from_tag("nb_NO"), Some(Language::Norwegian));
        assert_eq!(Language::from_tag("ja"), None);
    }
}
