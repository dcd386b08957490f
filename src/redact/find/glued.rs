//! Numbers whose digits are written as words that stick to each other or to figures: `six1two-555-oh177`, `four4seven1`,
//! `sixonetwo fivefivefive 0177`. Knows nothing of numbers in words of their own.

use super::{View, context::Labels, kind_for};
use crate::redact::{
    Kind, Likelihood,
    candidate::Candidate,
    flags::Flags,
    token::{Class, NormalisedTurn, Token},
};

/// Digits by their words, folded: English, German, Spanish, Italian, French, Portuguese.
const WORDS: [&str; 50] = [
    "zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "null", "eins", "zwei",
    "zwo", "drei", "vier", "funf", "sechs", "sieben", "acht", "neun", "cero", "uno", "dos", "tres", "cuatro", "cinco",
    "seis", "siete", "ocho", "nueve", "due", "tre", "quattro", "cinque", "sei", "sette", "otto", "nove", "deux",
    "trois", "quatre", "cinq", "sept", "huit", "neuf", "dois", "sete", "oito",
];

/// Fewest digits of a number without a word that names it, and most of any.
const DIGITS_MIN: usize = 7;
const DIGITS_MAX: usize = 19;

/// Finds numbers of digits and glued words.
pub(in crate::redact) fn find(view: &View<'_>, out: &mut Vec<Candidate>) {
    let turn = view.turn;
    let mut done = 0;
    for (index, token) in turn.flagged(Flags::DIGITS) {
        let begins =
            matches!(token.class, Class::Mixed) || index > done && digits(turn, index - 1).is_some_and(|n| n > 1);
        if index < done || !begins {
            continue;
        }
        done = around(view, index, done, out).unwrap_or(index + 1);
    }
}

/// The number around token `index`, and the token behind it.
fn around(view: &View<'_>, index: usize, from: usize, out: &mut Vec<Candidate>) -> Option<usize> {
    let turn = view.turn;
    digits(turn, index)?;
    let near = |gap: &str| matches!(gap, " " | "-" | "." | "/" | "");
    // Every token has a digit at least: what is longer is too long.
    let mut first = index;
    while first > from && index - first < DIGITS_MAX && near(turn.gap(first - 1)) && digits(turn, first - 1).is_some() {
        first -= 1;
    }
    let mut last = index;
    while last - index < DIGITS_MAX && near(turn.gap(last)) && digits(turn, last + 1).is_some() {
        last += 1;
    }
    let count: usize = (first..=last).filter_map(|at| digits(turn, at)).sum();
    if count > DIGITS_MAX || !(first..=last).any(|at| is_glued(turn, at)) {
        return None;
    }
    let labels = Labels::around(turn, first, last, view.asked);
    let hinted = labels.hints().chain(std::iter::once(labels.asked)).find_map(|cues| kind_for(cues, count));
    let kind = hinted.or((count >= DIGITS_MIN).then_some(Kind::Phone))?;
    out.push(Candidate::new(turn.span(first, last), kind, Likelihood::Likely, "form:glued-digits"));
    Some(last + 1)
}

/// Whether a token joins words for digits to each other or to figures.
fn is_glued(turn: &NormalisedTurn<'_>, at: usize) -> bool {
    let figures = turn.token(at).is_some_and(Token::is_digits);
    !figures && !WORDS.contains(&turn.word(at))
}

/// How many digits a token of figures and words for digits stands for; `None` if there is anything else in it.
fn digits(turn: &NormalisedTurn<'_>, at: usize) -> Option<usize> {
    let token = turn.token(at)?;
    match token.class {
        Class::Digits => Some(token.span.len()),
        Class::Placeholder(_) => None,
        // No word that people use is made of several words for digits.
        Class::Word if token.entry.ordinary > 0 && token.word.number.is_none() => None,
        Class::Mixed | Class::Word => parts(turn.word(at), DIGITS_MAX),
    }
}

/// The same for the rest of a token; at most `left` parts.
fn parts(rest: &str, left: usize) -> Option<usize> {
    if rest.is_empty() {
        return Some(0);
    }
    let left = left.checked_sub(1)?;
    if let Some(behind) = rest.strip_prefix(|first: char| first.is_ascii_digit()) {
        return parts(behind, left).map(|count| count + 1);
    }
    WORDS
        .iter()
        .filter_map(|word| rest.strip_prefix(word))
        .find_map(|behind| parts(behind, left))
        .map(|count| count + 1)
}

#[cfg(test)]
mod tests {
    use super::{NormalisedTurn, WORDS, digits};
    use crate::redact::testing::check;

    #[test]
    fn words_count_a_digit_each() {
        let turn = NormalisedTurn::new("and six1two fivefive 42");
        assert_eq!([0, 1, 2, 3].map(|at| digits(&turn, at)), [None, Some(3), Some(2), Some(2)]);
        for word in WORDS {
            assert_eq!(digits(&NormalisedTurn::new(word), 0), Some(1), "{word}");
        }
    }

    #[test]
    fn glued_digits_go() {
        check("call seven1two-555-oh188", "call [PHONE_1]");
        check("phone fouronetwo fivefivefive 0188", "phone [PHONE_1]");
        check("my pin is three9seven2", "my pin is [PIN]");
        check("il mio numero: tre4sette 98 76 543", "il mio numero: [PHONE_1]");
    }

    #[test]
    fn other_words_stay() {
        check("the oneplus9 and the 7eleven", "the oneplus9 and the 7eleven");
        check("room two2", "room two2");
    }
}
