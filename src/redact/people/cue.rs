//! Phrases beside a name that speak for it, from `data/names/cues.tsv`.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use crate::redact::{
    gazetteer::{Class, Classes, Gap, Reading, Shape, rows},
    heads,
    token::Case,
    words::Cue as WordCue,
};

/// The phrases, one a line.
pub(crate) const CUES: &str = include_str!("../../../data/names/cues.tsv");

/// What a phrase before a name is worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Left {
    /// Points for the name behind it.
    pub(super) weight: i32,
    /// Whether any plausible word behind it is a name.
    pub(super) opens: bool,
}

/// A phrase: its words from the one beside the name on, its worth and what may stand around it.
#[derive(Debug)]
struct Cue {
    /// Its place among all phrases: of two that weigh the same the first counts.
    order: usize,
    words: Vec<&'static str>,
    weight: i32,
    marks: Marks,
}

/// What the marks of a phrase say.
#[derive(Debug)]
struct Marks {
    /// What may stand between it and the name.
    allowed: Gap,
    /// The same where a line ends between: more, if the name may have its own line.
    lined: Gap,
    /// Of this something must stand there; nothing need, where it is empty.
    needed: Gap,
    /// It opens for unknown words.
    opens: bool,
    /// It is a question: the answer follows.
    asks: bool,
    /// It counts only where it starts a sentence.
    starts: bool,
}

impl Marks {
    fn of(marks: &str) -> Self {
        let mut allowed = Gap::SPACE.and(Gap::COLON).and(Gap::MARK);
        for (mark, more) in [
            ('c', Gap::COMMA.and(Gap::STOP)),
            ('r', Gap::COMMA),
            ('n', Gap::LINE.and(Gap::COMMA)),
            ('q', Gap::ASK.and(Gap::LINE)),
        ] {
            allowed = if marks.contains(mark) { allowed.and(more) } else { allowed };
        }
        let needed = match (marks.contains('r'), marks.contains(':')) {
            (true, _) => Gap::COMMA.and(Gap::LINE),
            (false, true) => Gap::COLON,
            (false, false) => Gap::default(),
        };
        let has = |mark: char| marks.contains(mark);
        // `Thanks.` and a dash may stand before a name that has its own line.
        let ends = Gap::DOT.and(Gap::STOP).and(Gap::HYPHEN).and(Gap::OTHER);
        let lined = if has('n') { allowed.and(ends) } else { allowed };
        Self { allowed, lined, needed, opens: has('u'), asks: has('q'), starts: has('s') }
    }
}

#[derive(Debug, Default)]
struct Tables {
    /// By the heads of the last word and of the one before it (0 for none), the words from the last to the first.
    left: FxHashMap<(u64, u64), Vec<Cue>>,
    /// By the first word.
    right: FxHashMap<&'static str, Vec<Cue>>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(Tables::build);

impl Tables {
    fn build() -> Self {
        let mut tables = Self::default();
        for (order, row) in rows(CUES).enumerate() {
            let mut columns = row.split('\t');
            let side = columns.next().unwrap_or_default();
            let weight = columns.next().and_then(|weight| weight.parse().ok()).unwrap_or(0);
            let marks = Marks::of(columns.next().unwrap_or_default());
            let mut words: Vec<&str> = columns.next().unwrap_or_default().split(' ').collect();
            if side == "<" {
                words.reverse();
            }
            let (key, next) = (words.first().copied().unwrap_or_default(), words.get(1).copied().unwrap_or_default());
            let cue = Cue { order, words, weight, marks };
            if side == "<" {
                tables.left.entry((head(key), head(next))).or_default().push(cue);
            } else {
                tables.right.entry(key).or_default().push(cue);
            }
        }
        tables
    }
}

/// The head that a word is filed under; 0 for no word.
fn head(word: &str) -> u64 {
    heads::first(word, 0, word.len().min(heads::LONG_BYTES))
}

/// The best phrase that ends right before token `at`.
pub(super) fn left(reading: &Reading<'_>, at: usize) -> Left {
    const CUES: Classes = Classes::of(&[Class::Title, Class::WeakTitle, Class::Relation, Class::CueEnd]);
    let Some(last) = at.checked_sub(1) else { return Left::default() };
    let gap = reading.before(at);
    if !gap.has(Gap::COLON) && !reading.entry(last).classes.any(CUES) {
        return Left::default();
    }
    let before = title(reading, last, gap);
    if before.weight > 0 {
        return before;
    }
    let answer = answered_question(reading, at).map(|question| best_left(reading, question, Gap::ASK));
    if let Some(answer) = answer.filter(|answer| answer.weight > 0) {
        return answer;
    }
    if reading.entry(last).is(Class::Relation) && gap.only(Gap::SPACE.and(Gap::COMMA)) {
        let own = |at: usize| reading.turn.token(at).is_some_and(|token| token.word.cues.has(WordCue::Possessive));
        let owned = last.checked_sub(1).is_some_and(own);
        return Left { weight: 3 + i32::from(owned), opens: false };
    }
    if reading.entry(last).is(Class::CueEnd) { best_left(reading, last, gap) } else { Left::default() }
}

/// "Mrs Hall", "Dr. Weber": a title before the name.
fn title(reading: &Reading<'_>, last: usize, gap: Gap) -> Left {
    let entry = reading.entry(last);
    if !gap.only(Gap::SPACE.and(Gap::DOT)) || gap.is_empty() {
        return Left::default();
    }
    let counted = last > 0 && reading.turn.token(last - 1).is_some_and(|token| !token.is_word());
    let shouted = reading.turn.token(last).is_some_and(|token| token.case == Case::Upper)
        && reading.mark(last).shape != Shape::Plain;
    let acronym = shouted && reading.mark(last + 1).shape == Shape::Plain;
    if entry.is(Class::Title) && !counted && !acronym {
        return Left { weight: 8, opens: true };
    }
    let name = reading.entry(last + 1);
    let opens = reading.turn.word(last) == "miss" && name.ordinary == 0 && (name.is_unknown() || name.surname > 1);
    let shaped = reading.mark(last + 1).shape != Shape::Plain || name.ordinary == 0;
    Left { weight: if entry.is(Class::WeakTitle) { 2 + 2 * i32::from(shaped) } else { 0 }, opens }
}

/// "…name? User: Anna": the last word of the question before a speaker's label.
fn answered_question(reading: &Reading<'_>, at: usize) -> Option<usize> {
    let label = at.checked_sub(1)?;
    let labelled = reading.before(at).has(Gap::COLON) && reading.before(label).has(Gap::ASK.and(Gap::LINE));
    labelled.then(|| label.checked_sub(1)).flatten()
}

fn best_left(reading: &Reading<'_>, last: usize, gap: Gap) -> Left {
    let word = head(reading.turn.word(last));
    let before = last.checked_sub(1).map_or(0, |before| head(reading.turn.word(before)));
    let longer = if before == 0 { None } else { TABLES.left.get(&(word, before)) };
    let mut best = (Left::default(), usize::MAX);
    let filed = TABLES.left.get(&(word, 0)).into_iter().chain(longer).flatten();
    for cue in filed.filter(|cue| matches_back(reading, last, cue)) {
        let found = weigh(cue, gap);
        if found.weight > best.0.weight || found.weight == best.0.weight && found.weight > 0 && cue.order < best.1 {
            best = (found, cue.order);
        }
    }
    best.0
}

fn matches_back(reading: &Reading<'_>, last: usize, cue: &Cue) -> bool {
    let inside = Gap::SPACE.and(Gap::QUOTE).and(Gap::COMMA).and(Gap::GLUE).and(Gap::HYPHEN);
    let stands = |(offset, word): (usize, &&str)| {
        last.checked_sub(offset).is_some_and(|index| {
            reading.turn.word(index) == *word && (offset == 0 || reading.before(index + 1).only(inside))
        })
    };
    let starts = |index: usize| index == 0 || !reading.before(index).only(Gap::SPACE);
    let first = (last + 1).checked_sub(cue.words.len());
    cue.words.iter().enumerate().all(stands)
        && first.is_some_and(|first| !reading.before(first).has(Gap::GLUE) && (!cue.marks.starts || starts(first)))
}

/// What the marks of the phrase make of the gap behind it.
fn weigh(cue: &Cue, gap: Gap) -> Left {
    let marks = &cue.marks;
    // `"first_name","dob"`: a row of labels.
    if gap.has(Gap::COMMA) && gap.has(Gap::MARK) {
        return Left::default();
    }
    let mut allowed = if gap.has(Gap::LINE) { marks.lined } else { marks.allowed };
    // `Full name - Hope Short`: the dash of a form.
    if marks.asks && gap == Gap::SPACE.and(Gap::HYPHEN) {
        allowed = allowed.and(Gap::HYPHEN);
    }
    if !marks.needed.is_empty() && !gap.has(marks.needed) || !gap.only(allowed) {
        return Left::default();
    }
    if marks.asks && gap.only(Gap::SPACE) {
        return Left { weight: 3, opens: false };
    }
    Left { weight: cue.weight, opens: marks.opens }
}

/// The best phrase that begins with token `at`, right behind a name.
pub(super) fn right(reading: &Reading<'_>, at: usize) -> i32 {
    if !reading.before(at).only(Gap::SPACE) {
        return behind_mark(reading, at);
    }
    let said = if reading.entry(at).is(Class::Said) { 3 } else { 0 };
    let cues = TABLES.right.get(reading.turn.word(at)).map_or(&[][..], Vec::as_slice);
    let fits =
        |cue: &&Cue| cue.words.iter().enumerate().skip(1).all(|(offset, word)| reading.turn.word(at + offset) == *word);
    cues.iter().filter(fits).map(|cue| cue.weight).max().unwrap_or(0).max(said)
}

/// A possessive s speaks for a name; a colon behind the first words of a line marks a speaker.
fn behind_mark(reading: &Reading<'_>, at: usize) -> i32 {
    i32::from(reading.before(at) == Gap::QUOTE && reading.turn.word(at) == "s")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::token::NormalisedTurn;

    #[test]
    fn rows_are_complete() {
        for row in rows(CUES) {
            let columns: Vec<&str> = row.split('\t').collect();
            assert_eq!(columns.len(), 4, "{row}");
            assert!(matches!(columns[0], "<" | ">"), "{row}");
            assert!((1..=9).contains(&columns[1].parse::<i32>().expect("a weight")), "{row}");
            assert!(columns[2].chars().all(|mark| ".ucnqsr:".contains(mark)), "{row}");
            assert_eq!(crate::text::Normalised::new(columns[3]).lower(), columns[3], "{row}");
        }
    }

    /// The weight before the last word of `text`, and whether it opens for any word.
    #[track_caller]
    fn check(text: &str, weight: i32, opens: bool) {
        let turn = NormalisedTurn::new(text);
        let reading = Reading::new(&turn);
        assert_eq!(left(&reading, reading.len() - 1), Left { weight, opens }, "{text}");
    }

    #[test]
    fn phrases_before_a_name() {
        check("my name is x", 8, true);
        check("my name is. x", 0, false);
        check("Regards,\nx", 6, false);
        check("Regards. x", 0, false);
        check("Dr. x", 8, true);
        check("my wife x", 4, false);
        check("the wife x", 3, false);
        check("What's the name on the account? User: x", 7, true);
        check("je m'appelle x", 8, true);
    }
}
