//! The lexicons: rows of phrase, weight and signal, compiled at start into one fast exact matcher a language. Knows
//! nothing of turns, scores or levels.

pub mod builtin;
pub mod care;
pub mod check;
pub mod learn;
pub mod signal;

mod automaton;
mod compile;
mod find;
pub mod phrase;
pub mod released;
pub mod row;
mod vocabulary;

use std::{
    collections::hash_map,
    sync::{Arc, LazyLock},
};

use aws_lc_rs::digest;
use rustc_hash::FxHashMap;

pub use automaton::Entry;
use compile::Compiled;
pub use find::{Hit, Reading, Token};
use released::File;
pub use row::{LexiconError, Problem};
pub use signal::{CUES, Cue, Group};

use crate::text::{Language, Span};

/// Directory of the files that every language shares.
const ANY: &str = "any";

/// The lexicons of all languages, compiled. A copy shares them.
#[derive(Clone, Debug)]
pub struct Lexicons {
    languages: FxHashMap<Language, Arc<Compiled>>,
    revision: String,
    /// The tables that a layer is laid over; none where they are not part of the program.
    shipped: &'static [File<'static>],
}

/// A policy names a lexicon that this release does not ship. The text says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "this release ships the lexicon revisions {} and {}, not {revision}: move the policy to one of them (UpdatePolicy, \
     lexicon.revision), or run the release that ships it",
    released::revisions()[0],
    released::revisions()[1]
)]
pub struct NotShipped {
    /// What the policy names.
    pub revision: String,
}

impl Lexicons {
    /// The lexicons that are part of the program.
    ///
    /// # Panics
    /// Where a built-in row is bad; a test reads them all, so that no such program is ever released.
    #[expect(clippy::panic, reason = "the files are part of the program and a test reads them all")]
    pub fn builtin() -> &'static Self {
        static BUILTIN: LazyLock<Lexicons> =
            LazyLock::new(|| Lexicons::of_release(builtin::FILES).unwrap_or_else(|error| panic!("{error}")));
        &BUILTIN
    }

    /// The lexicons of a revision that this release ships: its own, or that of the release before, which is compiled when
    /// it is first asked for.
    ///
    /// # Errors
    /// It is neither.
    ///
    /// # Panics
    /// Where a row of the release before is bad; a test reads them all.
    #[expect(clippy::panic, reason = "the file is part of the program and a test reads all of it")]
    pub fn shipped(revision: &str) -> Result<&'static Self, NotShipped> {
        static PREVIOUS: LazyLock<Lexicons> =
            LazyLock::new(|| Lexicons::of_release(released::files()).unwrap_or_else(|error| panic!("{error}")));
        match revision {
            own if own == builtin::revision() => Ok(Self::builtin()),
            before if before == released::previous() => Ok(&PREVIOUS),
            _ => Err(NotShipped { revision: revision.to_owned() }),
        }
    }

    fn of_release(files: &'static [File<'static>]) -> Result<Self, LexiconError> {
        Ok(Self { shipped: files, ..Self::parse(files)? })
    }

    /// Compiles files, each with a name such as `en/support.tsv`; rows of later files win over equal ones of earlier
    /// files.
    ///
    /// # Errors
    /// The first bad line, with file and line.
    pub fn parse(files: &[(&str, &str)]) -> Result<Self, LexiconError> {
        let mut languages = FxHashMap::default();
        for (name, _) in files {
            let Some(language) = language_of(name)? else { continue };
            if let hash_map::Entry::Vacant(vacant) = languages.entry(language) {
                let own: Vec<_> = files.iter().copied().filter(|file| belongs(file.0, language)).collect();
                vacant.insert(Arc::new(Compiled::new(language, &own)?));
            }
        }
        Ok(Self { languages, revision: revision(files), shipped: &[] })
    }

    /// Shipped lexicons with further files laid over them; only their languages are compiled anew.
    ///
    /// # Errors
    /// The first bad line, with file and line.
    pub fn layered(&self, layer: &[(&str, &str)]) -> Result<Self, LexiconError> {
        if layer.is_empty() {
            return Ok(self.clone());
        }
        let mut files = vec![("base", self.revision.as_str())];
        files.extend(layer);
        let (mut languages, revision) = (self.languages.clone(), revision(&files));
        for (name, _) in layer {
            let Some(language) = language_of(name)? else { continue };
            let all = self.shipped.iter().chain(layer).copied();
            let own: Vec<_> = all.filter(|file| belongs(file.0, language)).collect();
            languages.insert(language, Arc::new(Compiled::new(language, &own)?));
        }
        Ok(Self { languages, revision, ..self.clone() })
    }

    /// Hash of the files: the same for the same rows on every machine.
    pub fn revision(&self) -> &str {
        &self.revision
    }

    /// Whether there is a lexicon for this language.
    pub fn covers(&self, language: Language) -> bool {
        self.languages.contains_key(&language)
    }

    /// Finds the phrases of the language's lexicon in the parts of `text` that `spans` name; `None` where there is no
    /// lexicon for it.
    pub fn read(&self, text: &str, language: Language, spans: &[Span]) -> Option<Reading> {
        Some(self.languages.get(&language)?.read(text, language, spans))
    }
}

/// The language of a file by its directory; `None` for the files that every language shares.
fn language_of(name: &str) -> Result<Option<Language>, LexiconError> {
    let directory = name.split_once('/').map_or("", |(directory, _)| directory);
    if directory == ANY {
        return Ok(None);
    }
    let language = Language::from_tag(directory).filter(|language| language.code() == directory);
    let error = || LexiconError { file: name.to_owned(), line: 1, problem: Problem::Language };
    language.map(Some).ok_or_else(error)
}

fn belongs(name: &str, language: Language) -> bool {
    name.split_once('/').is_some_and(|(directory, _)| directory == ANY || directory == language.code())
}

fn revision(files: &[(&str, &str)]) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    for (name, text) in files {
        for part in [name, text] {
            context.update(&(part.len() as u64).to_le_bytes());
            context.update(part.as_bytes());
        }
    }
    let head = context.finish().as_ref().iter().take(8).fold(0_u64, |head, byte| head << 8 | u64::from(*byte));
    format!("{head:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(rows: &str, text: &str, expected: &[(&str, i32)]) {
        let lexicons = Lexicons::parse(&[("en/test.tsv", rows)]).unwrap();
        let reading = lexicons.read(text, Language::English, &[Span::new(0, text.len())]).unwrap();
        let span =
            |hit: &Hit| Span { start: reading.tokens[hit.first].span.start, end: reading.tokens[hit.last].span.end };
        let found: Vec<_> = reading.hits.iter().map(|hit| (span(hit).of(text), hit.entry.weight)).collect();
        assert_eq!(found, expected, "{text}");
    }

    const ROWS: &str = "wait\t1\twaiting\nstill waiting\t2\twaiting\n=bad\t3\tpolarity\nsmoke\t4\tharm\n\
        smoke detector\t0\tpolarity\nwait ~ # hours\t5\twaiting\nthree\t0\tnumber\nuse|using * card\t6\tfraud\n😡\t7\tpolarity";

    #[test]
    fn stems_and_exact_words() {
        check(ROWS, "I waited, badly, for bad BAD 😡", &[("waited", 1), ("bad", 3), ("BAD", 3), ("😡", 7)]);
    }

    #[test]
    fn the_form_with_the_most_words_wins() {
        check(ROWS, "still waiting. still. waiting", &[("still waiting", 2), ("waiting", 1)]);
        check(ROWS, "the smoke detectors smoke", &[("smoke detectors", 0), ("smoke", 4)]);
    }

    #[test]
    fn numbers_gaps_and_arbitrary_words() {
        check(ROWS, "waiting 3 hours", &[("waiting 3 hours", 5)]);
        check(ROWS, "waiting for, like, three hours", &[("waiting for, like, three hours", 5)]);
        check(ROWS, "waiting for all of the 3 hours", &[("waiting", 1)]);
        check(ROWS, "using my card, using card", &[("using my card", 6)]);
    }

    #[test]
    fn words_in_a_gap_are_found_on_their_own() {
        check(ROWS, "waiting bad 3 hours", &[("waiting bad 3 hours", 5), ("bad", 3)]);
    }

    #[test]
    fn later_files_win_and_bad_lines_are_named() {
        let files = [("en/a.tsv", "bad\t1\tpolarity"), ("en/b.tsv", "bad\t2\tpolarity")];
        let lexicons = Lexicons::parse(&files).unwrap();
        let hits = lexicons.read("bad", Language::English, &[Span::new(0, 3)]).unwrap().hits;
        assert_eq!(hits[0].entry.weight, 2);
        let error = Lexicons::parse(&[("en/a.tsv", "# ok\nbad\tx\tpolarity")]).unwrap_err();
        assert_eq!(error.to_string(), "en/a.tsv:2: the weight is no integer of -4000..4000");
        assert!(Lexicons::parse(&[("xx/a.tsv", "")]).is_err());
    }

    #[test]
    fn a_layer_wins_in_its_language_and_changes_the_revision() {
        let base = Lexicons::builtin();
        let layered = base.layered(&[("en/tenant.tsv", "gribble\t700\tnot_working")]).unwrap();
        let hits = |lexicons: &Lexicons, language| {
            lexicons.read("my gribble", language, &[Span::new(0, 10)]).unwrap().hits.len()
        };
        assert_eq!(hits(&layered, Language::English), hits(base, Language::English) + 1);
        assert_eq!(hits(&layered, Language::German), hits(base, Language::German));
        assert_ne!(layered.revision(), base.revision());
        assert_eq!(base.layered(&[]).unwrap().revision(), base.revision());
        let error = base.layered(&[("en/tenant.tsv", "gribble\t700\tno_such")]).unwrap_err();
        assert_eq!(error.to_string(), "en/tenant.tsv:1: unknown signal");
    }

    #[test]
    fn the_release_before_is_shipped_beside_the_present_one_and_layers_lie_over_either() {
        let [own, before] = released::revisions();
        for revision in [own, before] {
            let lexicons = Lexicons::shipped(revision).unwrap();
            assert_eq!(lexicons.revision(), revision);
            let layered = lexicons.layered(&[("en/tenant.tsv", "gribble\t700\tnot_working")]).unwrap();
            let text = "my gribble is broken";
            let hits = |lexicons: &Lexicons| {
                lexicons.read(text, Language::English, &[Span::new(0, text.len())]).unwrap().hits.len()
            };
            assert_eq!(hits(&layered), hits(lexicons) + 1, "{revision}");
        }
        assert_eq!(Lexicons::builtin().revision(), own);
    }

    #[test]
    fn a_revision_of_another_release_is_refused_and_the_refusal_says_what_to_do() {
        let [own, before] = released::revisions();
        let refused = Lexicons::shipped("0123456789abcdef").unwrap_err().to_string();
        for part in [own, before, "0123456789abcdef", "UpdatePolicy", "lexicon.revision"] {
            assert!(refused.contains(part), "{refused}: {part}");
        }
    }

    #[test]
    fn the_builtin_files_are_sound() {
        let lexicons = Lexicons::parse(builtin::FILES).unwrap_or_else(|error| panic!("{error}"));
        assert!(lexicons.covers(Language::English));
        assert_eq!(lexicons.revision().len(), 16);
    }
}
