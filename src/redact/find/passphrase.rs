//! Passwords and security answers of several words: where they end, and what in a row of words shows that nothing but
//! talk stands there. Knows nothing of labels and questions.

use super::describing::DESCRIBING;
use crate::{
    redact::{
        gazetteer::look_up,
        token::{Case, Class, NormalisedTurn, Token, is_space},
        words::{Cue, Cues},
    },
    text::Span,
};

/// A password has at most this many words; what is longer is a sentence.
const WORDS_MAX: usize = 6;

/// From this level on a word is so frequent that it says nothing by itself.
const FREQUENT: u8 = 3;

/// Words with which the sentence goes on behind a password.
const GOES_ON: &[&str] = &[
    "and", "but", "because", "if", "so", "or", "which", "when", "thanks", "please", "und", "aber", "weil", "oder",
    "geht", "et", "mais", "y", "pero", "ma", "mas", "en", "maar", "och", "men", "og", "i", "ale", "ve", "ama", "si",
    "dar", "ja", "mutta", "ok", "okay", "lol", "haha", "right", "though", "still", "now", "not", "nicht", "pas", "no",
    "non", "nao", "niet", "nie", "inte",
];

/// What is said of a password: how it is made, kept or broken.
const STATES: &[&str] = &[
    "characters",
    "letters",
    "numbers",
    "digits",
    "symbols",
    "caps",
    "case",
    "sensitive",
    "hacked",
    "stolen",
    "leaked",
    "outdated",
    "mandatory",
    "necessary",
    "impossible",
    "difficult",
    "easy",
    "hard",
    "default",
    "simple",
    "old",
    "new",
    "same",
    "zeichen",
    "buchstaben",
    "caracteres",
    "lettres",
    "letras",
    "caratteri",
    "tekens",
    "znakow",
    "tecken",
    "corta",
    "curta",
    "court",
    "kort",
    "kurz",
    "lang",
    "corto",
    "troppo",
    "demasiado",
    "muito",
    "trop",
    "zu",
    "te",
    "for",
    "zbyt",
    "za",
    "cok",
    "prea",
    "liian",
    "hack",
    "letter",
    "number",
    "word",
    "words",
    "name",
    "birthday",
];

/// What else than a password such words are.
const OTHER: Cues = Cues::MEANING.with(&[Cue::Unit, Cue::Currency, Cue::Negation]);

/// From so many words on behind a colon, the first one may be one that describes: `passphrase: correct horse …`.
const FIRM_WORDS_MIN: usize = 4;

/// The words of a password that begins at token `first`, to the end of its clause; two at least. `firm`: a colon says
/// that it begins there.
pub(super) fn words(turn: &NormalisedTurn<'_>, first: usize, firm: bool) -> Option<Span> {
    let last = last_word(turn, first)?;
    let frequent = |at: usize| look_up(turn.word(at)).ordinary >= FREQUENT;
    let told = |at: usize| DESCRIBING.contains(&turn.word(at)) || frequent(at);
    let small = (first..=last).filter(|at| told(*at)).count();
    let states = (first..=last).any(|at| states(turn, at));
    let count = last + 1 - first;
    let begins = !told(first) && !inflected(turn, first) || firm && count >= FIRM_WORDS_MIN;
    (count > 1 && begins && !told(last) && !states && small * 2 <= count - count % 2).then(|| turn.span(first, last))
}

/// Whether a word says how a password is rather than what it is.
fn states(turn: &NormalisedTurn<'_>, at: usize) -> bool {
    let cued = |token: &Token| token.word.cues.any(OTHER) && token.word.number.is_none();
    turn.token(at).is_some_and(cued) || STATES.contains(&turn.word(at))
}

/// `printed`, `expiring`: what has happened to it.
fn inflected(turn: &NormalisedTurn<'_>, at: usize) -> bool {
    let word = turn.word(at);
    word.len() > 4 && (word.ends_with("ed") || word.ends_with("ing")) && look_up(word).ordinary > 0
}

/// The last token of the words from token `first` on.
fn last_word(turn: &NormalisedTurn<'_>, first: usize) -> Option<usize> {
    let part = |at: usize| {
        let joined = at == first || is_space(turn.gap(at - 1)) || matches!(turn.gap(at - 1), "'" | "-");
        let goes_on = at > first && is_space(turn.gap(at - 1)) && GOES_ON.contains(&turn.word(at));
        let class = turn.token(at).map(|token| token.class);
        joined && !goes_on && matches!(class, Some(Class::Word | Class::Digits | Class::Mixed))
    };
    let last = (first..=first + WORDS_MAX).take_while(|at| part(*at)).last()?;
    (last < first + WORDS_MAX).then_some(last)
}

/// Whether an answer of the tokens `first..end` is talk rather than a value: mostly words that are frequent or describe.
pub(super) fn is_talk(turn: &NormalisedTurn<'_>, first: usize, end: usize) -> bool {
    let frequent = |at: usize| look_up(turn.word(at)).ordinary >= FREQUENT;
    let article = usize::from(matches!(
        turn.word(first),
        "a" | "an"
            | "the"
            | "il"
            | "la"
            | "le"
            | "el"
            | "un"
            | "una"
            | "une"
            | "der"
            | "die"
            | "das"
            | "o"
            | "het"
            | "de"
    ));
    let first = first + article;
    let small = (first..end).filter(|at| frequent(*at) || DESCRIBING.contains(&turn.word(*at))).count();
    let count = end.saturating_sub(first);
    // `petit navet`: one frequent word of two, before a rarer one.
    let last = end.saturating_sub(1);
    let rare = !frequent(last) && !DESCRIBING.contains(&turn.word(first)) && !DESCRIBING.contains(&turn.word(last));
    // `Reading`: a name that is a word too.
    let name = count == 1
        && turn.token(first).is_some_and(|token| token.case == Case::Capital && token.word.cues.is_empty())
        && !DESCRIBING.contains(&turn.word(first))
        && !NO_ANSWERS.contains(&turn.word(first));
    if name {
        return false;
    }
    count == 0 || small * 2 > count || small * 2 == count && !rare
}

/// Words that are said instead of an answer.
const NO_ANSWERS: &[&str] = &[
    "none", "nothing", "unknown", "hello", "maybe", "what", "why", "how", "who", "sorry", "wait", "hold", "help",
    "agent", "really", "correct", "sure", "yeah", "hm", "nada", "nichts", "rien", "niente", "was", "warum", "quoi",
    "que", "hallo",
];

/// Where what only says how the answer is written begins: `all one word`, `no spaces`.
pub(super) fn without_notes(turn: &NormalisedTurn<'_>, first: usize) -> usize {
    const NOTES: &[(&str, &str)] = &[
        ("one", "word"),
        ("all", "one"),
        ("all", "lower"),
        ("all", "lowercase"),
        ("all", "small"),
        ("all", "caps"),
        ("all", "together"),
        ("no", "spaces"),
        ("no", "space"),
        ("lower", "case"),
        ("upper", "case"),
        ("alles", "klein"),
        ("alles", "zusammen"),
        ("todo", "junto"),
        ("tutto", "attaccato"),
        ("tudo", "junto"),
        ("tout", "attache"),
        ("en", "minuscules"),
        ("en", "minusculas"),
        ("aan", "elkaar"),
        ("alles", "aan"),
    ];
    const POLITE: &[&str] = &[
        "thanks", "thank", "you", "please", "cheers", "ok", "okay", "danke", "bitte", "merci", "gracias", "grazie",
        "obrigado", "obrigada", "bedankt", "dank", "tack", "takk", "tak", "dzieki",
    ];
    let note = |at: &usize| NOTES.contains(&(turn.word(*at), turn.word(at + 1)));
    let end = (first + 1..turn.tokens().len()).find(note).unwrap_or(turn.tokens().len());
    let polite = (first + 1..end).rev().take_while(|at| POLITE.contains(&turn.word(*at))).count();
    end - polite
}

#[cfg(test)]
mod tests {
    use crate::redact::testing::{check, check_answer};

    #[test]
    fn passwords_of_several_words_go_whole() {
        check("my password is velvet teapot orchard and it fails", "my password is [PASSWORD] and it fails");
        check("passphrase: copper lantern drifts slowly", "passphrase: [PASSWORD]");
        check("my password is velvet  teapot\torchard lol", "my password is [PASSWORD] lol");
        check("my password is Autumn in Rome 4 but it fails", "my password is [PASSWORD] but it fails");
        check("mijn wachtwoord is gele kanarie", "mijn wachtwoord is [PASSWORD]");
        check("a senha é gato da vizinha", "a senha é [PASSWORD]");
    }

    #[test]
    fn what_is_said_of_a_password_stays() {
        for text in [
            "my password is printed under the router",
            "the password is eight characters long",
            "the password is case sensitive right",
            "my password is not the problem",
            "das passwort ist viel zu kurz",
            "my password is my birthday",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn answers_of_several_words() {
        check_answer("Le nom de votre premier animal ?", "petit navet", "[PASSWORD]");
        check_answer("Your favourite film, for security?", "the glass harbour", "[PASSWORD]");
        check_answer("What's your username?", "mossy kettle forty all one word", "[USERNAME_1] all one word");
        check_answer("Your password?", "velvet teapot orchard, thanks", "[PASSWORD], thanks");
        check_answer("Your password?", "velvet teapot orchard ok", "[PASSWORD] ok");
        check_answer("Your password?", "no thanks", "no thanks");
        check_answer("Your favourite film, for security?", "hang on a second", "hang on a second");
    }
}
