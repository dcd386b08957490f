//! Letters that are spelled: single, by a word of the telephone alphabet, or both (`b for bravo`); and single letters
//! that are words. Knows nothing of what they spell.

use super::run::pauses;
use crate::redact::{
    token::{NormalisedTurn, Token},
    words::{Cue, Cues, Languages},
};

/// A spelled letter at token `at` (`b`, `bravo`, `b for bravo`, `p as in papa`), and the token behind it.
pub(in crate::redact::find) fn letter_at(turn: &NormalisedTurn<'_>, at: usize) -> Option<(u8, usize)> {
    let word = turn.word(at);
    if word == "x" && turn.word(at + 1) == "ray" {
        return Some((b'x', at + 2));
    }
    if let [letter @ b'a'..=b'z'] = word.as_bytes() {
        let spells = turn.token(at + 1).is_some_and(|next| next.word.cues.has(Cue::SpellAs));
        if is_word_too(*letter) && !spells && !beside_letter(turn, at) {
            return None;
        }
        let spelled = spelled_by(turn, at, *letter);
        let apostrophe = turn.gap_before(at).ends_with('\'') || turn.gap(at).starts_with('\'');
        let measure = at > 0
            && turn.token(at - 1).is_some_and(Token::is_digits)
            && turn.token(at).is_some_and(|token| token.word.cues.has(Cue::Unit));
        let alone = measure || is_word_too(*letter) && !beside_letter(turn, at);
        // `I` before a word is the pronoun.
        let pronoun = *letter == b'i'
            && turn.gap(at) == " "
            && turn.token(at + 1).is_some_and(|next| {
                next.is_word() && next.span.len() > 1 && next.word.number.is_none() && next.word.letter == 0
            });
        let alone = alone || (pronoun && spelled.is_none());
        let bound = spelled.is_some();
        return (bound || !(apostrophe || alone || is_copula(turn, at)))
            .then_some((*letter, spelled.unwrap_or(at + 1)));
    }
    let letter = turn.token(at)?.word.letter;
    if letter.is_ascii_uppercase() {
        let letter = letter.to_ascii_lowercase();
        let spelled = spelled_by(turn, at, letter);
        return (spelled.is_some() || beside_atom(turn, at)).then_some((letter, spelled.unwrap_or(at + 1)));
    }
    (letter != 0).then_some((letter, at + 1))
}

/// Letters that are words in the languages of the tables, and those behind an apostrophe.
fn is_word_too(letter: u8) -> bool {
    matches!(letter, b'a' | b'i' | b'e' | b'y' | b'o' | b's' | b'x' | b'u')
}

/// Whether a single letter behind a label is the word `is` (`la targa è …`) or an article.
fn is_copula(turn: &NormalisedTurn<'_>, at: usize) -> bool {
    let small = |at: usize| matches!(turn.word(at), "e" | "o" | "y" | "s");
    let labels = |at: usize| {
        turn.token(at).is_some_and(|label| {
            let cues = Cues::MEANING | Cue::NumberNoun.into();
            label.span.len() > 1 && label.word.cues.any(cues)
        })
    };
    let opens = |at: usize| at == 0 || (turn.gap(at - 1) == " " && labels(at - 1));
    let directly = opens(at) && turn.word(at + 1).len() > 1;
    let behind_another = at > 0 && turn.gap(at - 1) == " " && small(at - 1) && opens(at - 1);
    let before_another = opens(at) && small(at + 1) && turn.word(at + 2).len() > 1;
    let linked = opens(at) && matches!(turn.word(at + 2), "come" | "como");
    let spelled = opens(at) && turn.word(at) == "e" && turn.word(at + 1).len() == 1;
    let directly = directly || before_another || linked || spelled;
    small(at) && (directly || behind_another) && (linked || says_is(turn, at))
}

/// Whether the number words that follow are of a language in which the letter alone is a word.
fn says_is(turn: &NormalisedTurn<'_>, at: usize) -> bool {
    let following = (at + 1..at + 6).find_map(|index| turn.token(index).and_then(|token| token.word.number));
    following.is_none_or(|number| {
        !(number.languages & (Languages::IT | Languages::PT)).is_empty()
            && (number.languages & Languages::EN).is_empty()
    })
}

/// Whether digits, number words or letters stand on both sides of the token, or on one where it is the last.
fn beside_atom(turn: &NormalisedTurn<'_>, at: usize) -> bool {
    let atom = |index: usize| {
        turn.token(index).is_some_and(|token| {
            token.is_digits()
                || token.word.number.is_some()
                || token.word.letter != 0
                || (token.is_word() && token.span.len() == 1)
        })
    };
    let spells = |index: usize| {
        turn.token(index).is_some_and(|token| token.word.letter != 0 || (token.is_word() && token.span.len() == 1))
    };
    let before = at.checked_sub(1).is_some_and(|before| pauses(turn.gap(before)) && atom(before));
    let after = pauses(turn.gap(at)) && atom(at + 1);
    let ends = at + 1 >= turn.tokens().len();
    (before && (after || ends)) || (after && spells(at + 1))
}

/// Whether another single letter or spelling word stands directly before or behind: then `a` is a letter, not a word.
fn beside_letter(turn: &NormalisedTurn<'_>, at: usize) -> bool {
    // Articles and copulas of one letter do not make each other letters.
    let small = |index: usize| matches!(turn.word(index), "e" | "o") && matches!(turn.word(at), "e" | "o");
    let letter = |index: usize| {
        turn.word(index).len() == 1 && turn.token(index).is_some_and(Token::is_word) && !small(index)
            || turn.token(index).is_some_and(|token| token.word.letter != 0 && token.span.len() > 2)
    };
    letter(at + 1) || at.checked_sub(1).is_some_and(letter)
}

/// The token behind `as in papa`, `for bravo`, `wie Anton`, `de Madrid` after the letter at token `at`.
fn spelled_by(turn: &NormalisedTurn<'_>, at: usize, letter: u8) -> Option<usize> {
    let link =
        turn.token(at + 1).filter(|token| token.word.cues.has(Cue::SpellAs) && turn.gap(at).trim().len() <= 1)?;
    let skip = usize::from(matches!(turn.word(at + 2), "in"));
    let word = at + 2 + skip;
    let spells = link.is_word() && turn.word(word).as_bytes().first() == Some(&letter) && turn.word(word).len() > 2;
    spells.then_some(word + 1)
}
