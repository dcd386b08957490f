//! Closing words: "thank you, that fixed it". A message that only thanks, or says that all is well, asks for nobody; one
//! with a remaining complaint, a question or anything else in it does. By a table; in doubt somebody is asked for.

use std::{collections::HashMap, sync::LazyLock};

use super::{Part, Role};
use crate::text::{Normalised, quote::own_words};

/// `class<TAB>language<TAB>phrase`.
const PHRASES: &str = include_str!("../../data/mail/closing.tsv");

/// How many words beside the phrases of the table a sentence may have that says that all is well.
const BESIDE_SOLVED_MAX: usize = 5;
/// How many one may have that only thanks or greets: a name.
const BESIDE_THANKS_MAX: usize = 1;
/// How many a line of a signature may have.
const SIGNATURE_WORDS_MAX: usize = 6;
/// Longest text that is looked at, in bytes.
const LOOKED_BYTES_MAX: usize = 2_000;

/// What a phrase does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Thanks,
    Solved,
    More,
    End,
    Against,
}

const CLASSES: [(&str, Class); 5] = [
    ("thanks", Class::Thanks),
    ("solved", Class::Solved),
    ("more", Class::More),
    ("end", Class::End),
    ("against", Class::Against),
];

/// Phrases by their first word, the longest first.
type Table = HashMap<String, Vec<(Vec<String>, Class)>>;

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table::new();
    for (class, _, phrase) in rows() {
        let words = words(&folded(phrase));
        if let Some(first) = words.first() {
            table.entry(first.clone()).or_default().push((words, class));
        }
    }
    for rows in table.values_mut() {
        rows.sort_by_key(|(words, _)| std::cmp::Reverse(words.len()));
    }
    table
});

fn rows() -> impl Iterator<Item = (Class, &'static str, &'static str)> {
    PHRASES.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let (class, rest) = line.split_once('\t')?;
        let (language, phrase) = rest.split_once('\t')?;
        let class = CLASSES.iter().find(|(name, _)| *name == class)?.1;
        Some((class, language, phrase))
    })
}

/// What a text says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Says {
    /// Nothing: it is empty, or a greeting.
    Nothing,
    /// That the matter is closed.
    Closes,
    /// Anything else.
    More,
}

/// Whether what the customer said last, after the last word of the staff, only closes the matter. The turns are redacted.
pub fn is_closing<'t>(turns: impl IntoIterator<Item = (Role, Part, &'t str)>) -> bool {
    let mut last = Says::Nothing;
    for (role, part, text) in turns {
        last = match (role, part, last) {
            (Role::Agent, ..) => Says::Nothing,
            (Role::Automated, ..) | (_, Part::Quoted, _) => last,
            (Role::Customer, Part::Subject, _) if is_answer(text) => last,
            (Role::Customer, _, Says::More) => Says::More,
            (Role::Customer, _, last) => match says(text) {
                Says::Nothing => last,
                other => other,
            },
        };
    }
    last == Says::Closes
}

/// Whether a subject is that of an answer: it repeats what was said before.
fn is_answer(subject: &str) -> bool {
    let prefixes = ["re:", "aw:", "sv:", "r:", "rif:", "antw:", "fwd:", "fw:", "wg:", "tr:", "res:", "enc:"];
    let subject = subject.trim_start();
    prefixes.iter().any(|prefix| subject.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix)))
}

fn says(text: &str) -> Says {
    let own: String = own_words(text).iter().map(|span| span.of(text)).collect();
    let own = own.split("\n-- \n").next().unwrap_or_default();
    if own.len() > LOOKED_BYTES_MAX || own.contains(['?', '¿']) {
        return Says::More;
    }
    let (mut said, mut signed) = (Says::Nothing, false);
    for sentence in folded(own).split(['.', '!', ';', '\n', '\r', ',']) {
        let found = Sentence::read(&words(sentence));
        match found.says(signed) {
            Says::More => return Says::More,
            Says::Closes => said = Says::Closes,
            Says::Nothing => {}
        }
        signed |= found.has(Class::End);
    }
    said
}

/// What a sentence, or a part of one between commas, holds.
#[derive(Debug, Default)]
struct Sentence {
    /// Phrases of which classes, a bit each.
    classes: u8,
    /// Words of no phrase.
    beside: usize,
}

impl Sentence {
    fn read(words: &[String]) -> Self {
        let mut found = Self::default();
        let mut left = words;
        while let Some(first) = left.first() {
            let rows = TABLE.get(first).map(Vec::as_slice).unwrap_or_default();
            let row = rows.iter().find(|(phrase, _)| left.starts_with(phrase));
            let length = row.map_or(1, |(phrase, _)| phrase.len());
            match row {
                Some((_, class)) => found.classes |= 1 << *class as u8,
                None => found.beside += 1,
            }
            left = left.get(length..).unwrap_or_default();
        }
        found
    }

    fn has(&self, class: Class) -> bool {
        self.classes & (1 << class as u8) != 0
    }

    fn says(&self, signed: bool) -> Says {
        let most = match self.classes {
            _ if self.has(Class::Solved) => BESIDE_SOLVED_MAX,
            _ if signed => SIGNATURE_WORDS_MAX,
            0 => 0,
            _ => BESIDE_THANKS_MAX,
        };
        if self.has(Class::Against) || self.beside > most {
            return Says::More;
        }
        if self.has(Class::Thanks) || self.has(Class::Solved) { Says::Closes } else { Says::Nothing }
    }
}

fn folded(text: &str) -> String {
    Normalised::new(text).into_lower()
}

/// The words of a folded text: letters, digits and apostrophes. Placeholders of redaction are none.
fn words(folded: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let (mut open, mut inside) = (false, false);
    for character in folded.chars() {
        match character {
            '[' => inside = true,
            ']' => inside = false,
            _ if inside => {}
            _ if character.is_alphanumeric() || (character == '\'' && open) => {
                if !open {
                    words.push(String::new());
                }
                words.last_mut().into_iter().for_each(|word| word.push(character));
                open = true;
                continue;
            }
            _ => {}
        }
        open = false;
    }
    words
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: bool) {
        assert_eq!(is_closing([(Role::Customer, Part::Body, text)]), expected, "{text}");
    }

    #[test]
    fn every_row_of_the_table_does_what_its_class_says() {
        let mut seen = BTreeSet::new();
        for (class, language, phrase) in rows() {
            seen.insert((class as u8, language));
            match class {
                Class::Thanks | Class::Solved => {
                    check(&phrase.to_uppercase(), true);
                    check(&format!("{phrase}!\n\nKind regards\n[PERSON_1]"), true);
                    for rest in ["but it is still broken", "aber es geht nicht", "pero sigue igual", "mais pas tout"] {
                        check(&format!("{phrase}, {rest}"), false);
                    }
                    check(&format!("{phrase}. My card was stolen"), false);
                    check(&format!("{phrase}. And the invoice?"), false);
                }
                Class::More | Class::End => {
                    check(phrase, false);
                    check(&format!("thanks {phrase}"), true);
                }
                Class::Against => check(&format!("thank you, that fixed it, {phrase} x"), false),
            }
        }
        assert_eq!(seen.len(), CLASSES.len() * 6, "five classes in six languages");
        assert_eq!(rows().count(), PHRASES.lines().filter(|line| !line.starts_with('#')).count());
    }

    #[test]
    fn closing_words_as_people_write_them() {
        for text in [
            "Thank you, that fixed it.",
            "Danke, hat geklappt",
            "Hi Anna,\n\nperfect, it works now. Thank you so much for your help!\n\nBest regards\nJo Hall\nSales",
            "Super, vielen Dank! Jetzt funktioniert alles wieder.",
            "Merci beaucoup, c'est réglé !",
            "Muchas gracias, ya está solucionado 👍",
            "Grazie mille, ora funziona tutto.",
            "Muito obrigada, já está funcionando",
            "thx, works",
            "My account is working again after the reset. Thanks!",
            "Thanks!\n\nOn Monday Jo wrote:\n> it is still broken, why?",
            "Thank you\n-- \nJo Hall, but not yet a manager",
            "Thanks [PERSON_1]",
            "Thank you. Please close this ticket",
        ] {
            check(text, true);
        }
    }

    #[test]
    fn what_remains_to_be_done_counts() {
        for text in [
            "Thanks, but it is still broken",
            "Thanks for nothing",
            "Thanks for ignoring me",
            "Thank you. Where is my refund?",
            "Thanks in advance",
            "Danke, aber es geht immer noch nicht",
            "Danke im Voraus",
            "Gracias, pero sigue sin funcionar",
            "Merci, mais ça ne marche toujours pas",
            "Grazie, ma non funziona ancora",
            "Obrigado, mas ainda não funciona",
            "It works now. The second printer stopped this morning",
            "It worked for a day and then it broke again",
            "not solved",
            "no thanks",
            "It no longer works",
            "Hello",
            "",
            "solved solved solved a b c d e f",
        ] {
            check(text, false);
        }
    }

    #[test]
    fn what_was_said_last_decides() {
        type Said = &'static [(Role, Part, &'static str)];
        use Part::{Body, Quoted, Subject};
        use Role::{Agent, Automated, Customer};
        let rows: [(Said, bool); 9] = [
            (
                &[(Customer, Body, "It is broken"), (Agent, Body, "Restart it"), (Customer, Body, "thanks, solved")],
                true,
            ),
            (&[(Customer, Body, "It is broken"), (Customer, Body, "thanks, solved")], false),
            (&[(Customer, Body, "thanks, solved"), (Customer, Body, "It is broken")], false),
            (&[(Customer, Body, "thanks"), (Agent, Body, "Welcome")], false),
            (&[(Customer, Subject, "Re: broken printer"), (Customer, Body, "solved")], true),
            (&[(Customer, Subject, "broken printer"), (Customer, Body, "solved")], false),
            (&[(Customer, Body, "thanks"), (Customer, Quoted, "It is broken"), (Automated, Body, "How was it?")], true),
            (&[(Customer, Body, "thanks"), (Customer, Body, "bye")], true),
            (&[], false),
        ];
        for (turns, expected) in rows {
            assert_eq!(is_closing(turns.iter().copied()), expected, "{turns:?}");
        }
    }
}
