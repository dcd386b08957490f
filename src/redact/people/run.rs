//! Runs of tokens that may together be one name: given names, initials, particles, family names, double names.

use super::{
    cue::{self, Left},
    family,
};
use crate::redact::{
    gazetteer::{Class, Classes, Gap, Reading, Shape},
    token::Case,
};

/// A stretch of tokens, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    /// First token.
    pub(super) first: usize,
    /// Last token.
    pub(super) last: usize,
}

/// Longest name, in tokens.
const TOKENS_MAX: usize = 6;

/// Points of a name that is common (3), known (2) or rare (1).
const GIVEN: [i32; 4] = [0, 2, 4, 5];
const SURNAME: [i32; 4] = [0, 1, 2, 4];

/// What an ordinary word loses, by its level.
const PLAIN_LOSS: [i32; 4] = [0, 2, 4, 8];
const INITIAL_LOSS: [i32; 4] = [0, 1, 3, 6];
const CAPITAL_LOSS: [i32; 4] = [0, 0, 1, 3];
const FIRST_LOSS: [i32; 4] = [0, 1, 2, 4];

/// Words of these classes are seldom part of a name.
pub(super) const OTHERS: Classes =
    Classes::of(&[Class::Calendar, Class::Org, Class::Role, Class::Brand, Class::Greeting, Class::Relation]);
/// Family names of two letters that are no words.
const SHORT: [&str; 14] = ["xu", "li", "wu", "lu", "hu", "ng", "yu", "ye", "gu", "vo", "ly", "ko", "yi", "ho"];

/// Words of these classes are no family name even behind a given name.
pub(super) const NEVER: Classes = Classes::of(&[Class::Calendar, Class::Role, Class::Greeting, Class::Relation]);
const PLACES: Classes = Classes::of(&[Class::Place, Class::City]);

/// How much a token looks like a (part of a) name: positive speaks for it.
pub(super) fn value(reading: &Reading<'_>, at: usize, first: bool) -> i32 {
    let mark = reading.mark(at);
    let entry = mark.entry;
    let grade = |points: [i32; 4], level: u8| points.get(usize::from(level)).copied().unwrap_or(0);
    let given = grade(GIVEN, entry.given) - i32::from(!first && entry.given > 0);
    let irish = reading.turn.raw(at).starts_with("Mc")
        || (entry.ordinary < 2 && mark.before == Gap::QUOTE && at > 0 && matches!(reading.turn.raw(at - 1), "O" | "D"));
    let mut value = given.max(grade(SURNAME, entry.surname)).max(if irish { 4 } else { 0 });
    if entry.classes.any(OTHERS) && !is_month_of_name(reading, at) {
        value = value.min(1) - 4;
    }
    if reading.has_capital_nouns() && first && entry.given < 2 {
        value = value.min(1);
    }
    if value == 0
        && entry.ordinary == 0
        && !entry.classes.any(PLACES)
        && mark.shape != Shape::Plain
        && !reading.has_capital_nouns()
    {
        value = 1;
    }
    let loss = match mark.shape {
        Shape::Plain => PLAIN_LOSS,
        Shape::Initial => INITIAL_LOSS,
        Shape::Capital if first => FIRST_LOSS,
        Shape::Capital => CAPITAL_LOSS,
    };
    value - grade(loss, entry.ordinary) - spelling_loss(reading, at)
}

/// "Jan Novak", "June Carter": a month that is a given name, before a family name.
fn is_month_of_name(reading: &Reading<'_>, at: usize) -> bool {
    let (entry, next) = (reading.entry(at), reading.mark(at + 1));
    entry.is(Class::Calendar)
        && entry.given > 1
        && reading.before(at + 1) == Gap::SPACE
        && next.shape == Shape::Capital
        && next.entry.surname > 0
        && !next.entry.classes.any(OTHERS)
}

/// Very short words, acronyms and brand-like spellings are seldom names.
fn spelling_loss(reading: &Reading<'_>, at: usize) -> i32 {
    let Some(token) = reading.turn.token(at) else { return 9 };
    let (mark, raw) = (reading.mark(at), reading.turn.raw(at));
    let len = raw.chars().count();
    if mark.shape == Shape::Plain {
        return match (len, mark.entry.given) {
            (..=2, 3) => 1,
            (..=2, _) if SHORT.contains(&reading.turn.word(at)) => 0,
            (..=2, _) => 4,
            (3, 0..=2) => 2,
            _ => 0,
        };
    }
    match token.case {
        Case::Upper if len <= 3 || (len == 4 && mark.entry.given < 3) => 3,
        Case::Mixed if raw.starts_with(char::is_lowercase) => 9,
        Case::Mixed
            if !mark.entry.is_name()
                && !["Mc", "Mac", "De", "La", "Van", "Le"].iter().any(|start| raw.starts_with(start)) =>
        {
            3
        }
        _ => 0,
    }
}

/// Whether token `at` is a single capital letter, as in "J. R. Smith".
pub(super) fn is_initial(reading: &Reading<'_>, at: usize) -> bool {
    let raw = reading.turn.raw(at);
    raw.len() == 1 && raw.starts_with(|letter: char| letter.is_ascii_uppercase())
}

/// Whether a name may go on behind an initial with a word of lower case: `o'neill`, a particle.
pub(super) fn goes_on_in_lower(reading: &Reading<'_>, at: usize) -> bool {
    is_particle(reading, at) || matches!(reading.turn.raw(at), "o" | "d")
}

/// Whether token `at` can stand in a name: a word, not part of an e-mail address, URL or listed phrase.
pub(super) fn is_usable(reading: &Reading<'_>, at: usize) -> bool {
    let joined =
        |gap: Gap| gap.has(Gap::HASH) || (gap.has(Gap::GLUE) && !gap.has(Gap::SPACE.and(Gap::MARK))) || gap == Gap::DOT;
    let initials = || is_initial(reading, at) || (at > 0 && is_initial(reading, at - 1));
    let before = at > 0 && joined(reading.before(at));
    let behind = at + 1 < reading.len() && joined(reading.before(at + 1));
    reading.is_word(at) && !reading.entry(at).is(Class::Blocked) && (!(before || behind) || initials())
}

/// The run of a family name that begins with particles, "van der Berg", "da Silva".
pub(super) fn from_particles(reading: &Reading<'_>, first: usize, strong: bool) -> Option<Run> {
    let name = (is_particle(reading, first) && reading.turn.raw(first).len() > 1).then(|| {
        behind_particles(reading, first, false, strong).or_else(|| behind_particles(reading, first, true, strong))
    });
    name.flatten().map(|last| Run { first, last })
}

/// The family name with the given name behind it where a name was asked for: `lo russo carmelina`.
pub(super) fn with_given(reading: &Reading<'_>, run: Run, left: Left) -> Run {
    let given = run.last + 1;
    let fits = left.opens && reading.before(given) == Gap::SPACE && reading.entry(given).given > 1;
    Run { last: if fits && is_usable(reading, given) { given } else { run.last }, ..run }
}

/// The run that begins at `first`. A phrase before it that opens lets unknown words of lower case in.
pub(super) fn extend(reading: &Reading<'_>, first: usize, left: Left) -> Run {
    let mut last = first;
    while last - first < TOKENS_MAX {
        match next_part(reading, first, last, left) {
            Some(next) => last = next,
            None => break,
        }
    }
    while last > first && is_particle(reading, last) {
        last -= 1;
    }
    Run { first, last }
}

fn is_particle(reading: &Reading<'_>, at: usize) -> bool {
    reading.mark(at).shape == Shape::Plain && reading.entry(at).is(Class::Particle)
}

/// The last token of the part of the name that follows token `last`.
fn next_part(reading: &Reading<'_>, first: usize, last: usize, left: Left) -> Option<usize> {
    let (next, opened) = (last + 1, left.opens);
    let gap = reading.before(next);
    let after_initial = is_initial(reading, last) || reading.entry(last).is(Class::Suffix);
    let hyphenated =
        gap == Gap::HYPHEN && reading.mark(next).shape != Shape::Plain && reading.mark(last).entry.ordinary < 2;
    if hyphenated && opened && is_usable(reading, next) {
        return Some(next);
    }
    let partner = gap == Gap::HYPHEN
        && reading.entry(last).is_name()
        && reading.mark(next).shape == Shape::Plain
        && reading.entry(next).is_name();
    if partner && is_usable(reading, next) && reading.entry(next).ordinary < 3 {
        return Some(next);
    }
    if matches!(reading.turn.raw(next), "o" | "d")
        && gap == Gap::SPACE
        && reading.before(next + 1) == Gap::QUOTE
        && reading.entry(next + 1).is_name()
    {
        return Some(next + 1);
    }
    if let Some(double) = double_name(reading, first, next) {
        return Some(double);
    }
    let asian = opened
        && gap == Gap::HYPHEN
        && reading.mark(next).shape == Shape::Plain
        && reading.entry(next).ordinary < 2
        && reading.turn.raw(next).len() > 2;
    if asian && is_usable(reading, next) {
        return Some(next);
    }
    let plain = reading.mark(first).shape == Shape::Plain;
    let pronoun = reading.turn.word(last) == "i";
    let glued = gap == Gap::HYPHEN || (gap == Gap::QUOTE && !pronoun && reading.turn.raw(last).len() <= 2);
    if reading.entry(next).is(Class::Title) {
        return None;
    }
    let joined = || family::gaelic(reading, next).or_else(|| family::behind_particle(reading, first, next, left));
    if let Some(last) = (!plain).then(joined).flatten() {
        return Some(last);
    }
    let fits = gap == Gap::SPACE || glued || (after_initial && gap.only(Gap::SPACE.and(Gap::DOT)));
    if !fits || !is_usable(reading, next) {
        return None;
    }
    if is_pronoun(reading, next) {
        return None;
    }
    let dotted = plain && reading.turn.raw(next).len() == 1 && reading.before(next + 1).has(Gap::DOT);
    if (is_initial(reading, next) && !plain) || (dotted && reading.entry(last).given > 1 && reading.is_word(next)) {
        return Some(next);
    }
    if reading.entry(next).is(Class::Suffix) && reading.mark(next).shape != Shape::Plain {
        return Some(next);
    }
    if is_particle(reading, next) {
        return behind_particles(reading, next, plain, false)
            .or_else(|| (opened && plain).then(|| unknown_behind(reading, next)).flatten())
            .or_else(|| family::behind_particle(reading, first, next, left));
    }
    let behind_initial = is_initial(reading, last) && last > first && reading.mark(next).shape == Shape::Capital;
    let named = behind_initial && reading.entry(next).ordinary < 3 && !reading.entry(next).classes.any(OTHERS);
    (named || accepts(reading, first, next, opened, plain) || family::follows(reading, first, next, left))
        .then_some(next)
}

/// `tell Pat I said thanks`
fn is_pronoun(reading: &Reading<'_>, at: usize) -> bool {
    let behind = reading.mark(at + 1).shape == Shape::Plain && reading.before(at + 1) == Gap::SPACE;
    reading.turn.raw(at) == "I" && behind
}

/// Whether a word that is no name by itself can be the first of one: "I'm Quarto Angelo", "Ella H. Snider".
pub(super) fn leads_name(reading: &Reading<'_>, at: usize, cue: i32) -> bool {
    let (mark, next) = (reading.mark(at), at + 1);
    let free = mark.shape != Shape::Plain && !mark.entry.classes.any(OTHERS) && is_usable(reading, next);
    let before_name = reading.before(next) == Gap::SPACE
        && reading.mark(next).shape == Shape::Capital
        && value(reading, next, true) > if cue > 5 { 1 } else { 3 }
        && (mark.entry.ordinary < 3 || cue > 5);
    let before_initial = reading.before(next) == Gap::SPACE
        && is_initial(reading, next)
        && reading.before(next + 1).has(Gap::DOT)
        && reading.mark(next + 1).shape == Shape::Capital
        && mark.entry.is_name();
    free && (before_name && cue > 2 || before_initial)
}

/// `corentin le gall`: an unknown word behind one particle, where the words before promise a name.
fn unknown_behind(reading: &Reading<'_>, particle: usize) -> Option<usize> {
    let name = particle + 1;
    let fits = reading.turn.raw(particle).len() > 1
        && reading.before(name) == Gap::SPACE
        && reading.entry(name).ordinary == 0
        && reading.turn.raw(name).len() > 3
        && is_usable(reading, name)
        && ends_name(reading, name + 1);
    fits.then_some(name)
}

/// "van der Berg", "de la Cruz": up to three particles need a name behind them.
fn behind_particles(reading: &Reading<'_>, particle: usize, plain: bool, strong: bool) -> Option<usize> {
    let name = (particle + 1..particle + 4).find(|at| !is_particle(reading, *at))?;
    let spaced = (particle + 1..=name).all(|at| reading.before(at).only(Gap::SPACE.and(Gap::QUOTE).and(Gap::HYPHEN)));
    let arabic = reading.before(name) == Gap::HYPHEN && matches!(reading.turn.word(particle), "al" | "el" | "abu");
    let fits = if plain {
        let entry = reading.entry(name);
        let sure = strong && entry.surname > 0;
        (entry.surname > 1 || entry.given > 1 || arabic || (entry.is_name() && reading.previous(particle).given > 1))
            && (entry.ordinary == 0 || sure)
            && (strong || !entry.is(Class::Place))
            && reading.turn.raw(particle).len() > 1
    } else {
        let known = value(reading, name, false) > 0 || !reading.has_capital_nouns();
        reading.mark(name).shape != Shape::Plain && known && !reading.entry(name).classes.any(OTHERS)
    };
    (spaced && fits && is_usable(reading, name)).then_some(name)
}

fn accepts(reading: &Reading<'_>, first: usize, next: usize, opened: bool, plain: bool) -> bool {
    let mark = reading.mark(next);
    // `Göran Berg här`: what tells a name is no part of it.
    if mark.entry.surname < 2 && mark.entry.given < 2 && cue::right(reading, next) > 3 {
        return false;
    }
    if plain {
        let known = mark.entry.is_name() && value(reading, next, false) > 0;
        let opened =
            opened || (next == first + 1 && reading.entry(first).given > 2 && reading.turn.raw(next).len() > 3);
        let behind = cue::right(reading, next + 1) > 3;
        let close = next == first + 1 && reading.entry(first).given > 1 && (opened || behind);
        let known =
            known || (close && mark.entry.surname > 1 && mark.entry.ordinary < 3 && !mark.entry.classes.any(OTHERS));
        let level = if next + 1 < reading.len() && reading.before(next + 1) == Gap::SPACE { 2 } else { 1 };
        let short = reading.turn.raw(next).len() < 3 && !SHORT.contains(&reading.turn.word(next));
        let common = mark.entry.surname > level && !short && !mark.entry.classes.any(NEVER);
        let known = known || (common && close && ends_name(reading, next + 1));
        let guessed = (opened || (close && behind))
            && mark.entry.is_unknown()
            && next - first < 3
            && reading.turn.raw(next).len() > 2;
        return mark.shape == Shape::Plain && (known || guessed);
    }
    let given = reading.entry(next - 1);
    let room = 2 + mark.entry.surname.min(2);
    let behind_given =
        given.given > 1 && given.ordinary < 2 && mark.shape == Shape::Capital && mark.entry.ordinary < room;
    let fits = mark.entry.is_unknown() || (mark.entry.surname > 0 && mark.entry.ordinary < 2);
    let german = reading.has_capital_nouns()
        && given.given > 2
        && given.ordinary < 2
        && fits
        && reading.turn.raw(next).len() < 13;
    mark.shape != Shape::Plain
        && (german || value(reading, next, false) > 0 || (behind_given && !mark.entry.classes.any(OTHERS)))
}

/// `hannah fox-whitely`: a double family name of lower case behind a given name.
fn double_name(reading: &Reading<'_>, first: usize, next: usize) -> Option<usize> {
    let second = next + 1;
    let plain = |at: usize| reading.mark(at).shape == Shape::Plain && is_usable(reading, at);
    let surname = reading.entry(next).surname > 1 || reading.entry(second).surname > 1;
    let fits = next == first + 1
        && reading.entry(first).given > 1
        && reading.before(next) == Gap::SPACE
        && reading.before(second) == Gap::HYPHEN
        && plain(first)
        && plain(next)
        && plain(second)
        && surname
        && reading.entry(second).ordinary < 2
        && reading.turn.raw(second).len() > 2;
    fits.then_some(second)
}

/// Words that go on behind a name in lower case: `linda park and`, `tom green here`.
fn goes_on(word: &str) -> bool {
    matches!(
        word,
        "and"
            | "from"
            | "here"
            | "speaking"
            | "calling"
            | "again"
            | "how"
            | "i"
            | "y"
            | "und"
            | "et"
            | "e"
            | "en"
            | "wie"
    )
}

/// Whether a name in lower case may end before token `next`: a mark, a number or a word that goes on stands there.
pub(super) fn ends_name(reading: &Reading<'_>, next: usize) -> bool {
    next >= reading.len()
        || !reading.before(next).only(Gap::SPACE.and(Gap::HYPHEN).and(Gap::QUOTE))
        || !reading.is_word(next)
        || goes_on(reading.turn.word(next))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::token::NormalisedTurn;

    /// The run that begins with the first token of `text`.
    #[track_caller]
    fn check(text: &str, opens: bool, expected: &str) {
        let turn = NormalisedTurn::new(text);
        let reading = Reading::new(&turn);
        let run = extend(&reading, 0, Left { weight: 0, opens });
        assert_eq!(turn.span(run.first, run.last).of(turn.text()), expected, "{text}");
    }

    #[test]
    fn names_of_several_parts() {
        check("Anna Schmidt called", false, "Anna Schmidt");
        check("Maria de la Cruz called", false, "Maria de la Cruz");
        check("J. R. Smith called", false, "J. R. Smith");
        check("Robert Downey Jr. said", false, "Robert Downey Jr");
        check("Anne-Marie said", false, "Anne-Marie");
    }

    #[test]
    fn other_words_end_a_name() {
        check("Anna Please call", false, "Anna");
        check("Anna, Bob", false, "Anna");
        check("Anna\nBob", false, "Anna");
        check("anna called", false, "anna");
        check("Herr de", false, "Herr");
    }

    #[test]
    fn strong_phrases_let_unknown_words_in() {
        check("anna zqwertov called", true, "anna zqwertov");
        check("xolani zqwertov called", true, "xolani zqwertov");
        check("xolani zqwertov called", false, "xolani");
    }

    #[test]
    fn parts_of_addresses_are_not_usable() {
        let turn = NormalisedTurn::new("anna@example.org and anna");
        let reading = Reading::new(&turn);
        let usable: Vec<bool> = (0..reading.len()).map(|at| is_usable(&reading, at)).collect();
        assert_eq!(usable, [false, false, false, true, true]);
    }
}
