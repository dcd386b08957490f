//! What the words around a number or a code say it is: the cues of its own sentence, nearest first, then those of a
//! question before it. Knows nothing of what each kind looks like.

use crate::redact::{
    dialogue::Asked,
    flags::Flags,
    token::{Class, NormalisedTurn},
    words::{Cue, Cues},
};

/// How many words to the left are read.
const WORDS_LEFT_MAX: usize = 14;

/// How many words to the right are read.
const WORDS_RIGHT_MAX: usize = 6;

/// A word that labels its number (`order number:`) counts as this many words nearer.
const HEAD_BONUS: i32 = 4;

/// What the words around a value hint at, the most telling first.
#[derive(Debug, Default)]
pub(super) struct Labels {
    /// Cues and their distance in words.
    hints: Vec<(Cues, i32)>,
    /// What a question before the value asked for.
    pub(super) asked: Cues,
    /// All meaning cues of the sentence to the left.
    pub(super) sentence: Cues,
}

impl Labels {
    /// Reads the words around tokens `first..=last`.
    pub(super) fn around(turn: &NormalisedTurn<'_>, first: usize, last: usize, asked: &Asked) -> Self {
        let mut labels = Self { asked: asked.cues(), ..Self::default() };
        labels.read_left(turn, first);
        labels.read_right(turn, last);
        labels.hints.sort_by_key(|(_, distance)| *distance);
        labels
    }

    /// The hints, the most telling first.
    pub(super) fn hints(&self) -> impl Iterator<Item = Cues> + '_ {
        self.hints.iter().map(|(cues, _)| *cues)
    }

    /// Whether the sentence or a question hints at `cue`.
    pub(super) fn has(&self, cue: Cue) -> bool {
        self.asked.has(cue) || self.hints.iter().any(|(cues, _)| cues.has(cue))
    }

    fn read_left(&mut self, turn: &NormalisedTurn<'_>, first: usize) {
        let mut sentences = 0;
        let mut asking = Cues::default();
        for (distance, index) in (0..first).rev().take(WORDS_LEFT_MAX).enumerate() {
            if turn.flags(index + 1).any(Flags::BEHIND_MARK)
                && let Some(end) = sentence_end(turn.gap(index))
            {
                let short = distance <= 3;
                sentences += 1;
                let question = end == '?' || (end == '\n' && sentences == 1) || is_speaker_label(turn, index);
                if sentences > 1 || !(short || question) {
                    break;
                }
            }
            let Some(token) = turn.token(index) else { break };
            let meaning = token.word.cues & Cues::MEANING;
            if meaning.is_empty() {
                continue;
            }
            self.sentence |= meaning;
            let distance = i32::try_from(distance).unwrap_or(i32::MAX) + sentences * 2;
            asking |= meaning;
            self.hints.push((meaning, distance - if is_head(turn, index) { HEAD_BONUS } else { 0 }));
        }
    }

    fn read_right(&mut self, turn: &NormalisedTurn<'_>, last: usize) {
        if sentence_end(turn.gap(last)).is_some() {
            return;
        }
        let mut bound = turn.gap(last).contains('(');
        for (distance, index) in (last + 1..).take(WORDS_RIGHT_MAX).enumerate() {
            let Some(token) = turn.token(index) else { break };
            // What is asked for next says nothing of the value before it.
            if token.is_digits() || asks_for(turn.word(index)) || goes_on(turn, index) {
                break;
            }
            bound |= token.word.cues.has(Cue::Copula) || distance == 0;
            let place = distance == 0
                && matches!(
                    turn.word(index),
                    "office" | "home" | "work" | "desk" | "direct" | "switchboard" | "reception"
                );
            let meaning = token.word.cues & Cues::MEANING | if place { Cue::Phone.into() } else { Cues::default() };
            if bound && !meaning.is_empty() {
                let distance = i32::try_from(distance).unwrap_or(i32::MAX);
                self.hints.push((meaning, distance + 6));
            }
            if sentence_end(turn.gap(index)).is_some() || turn.gap(index).contains(',') {
                break;
            }
        }
    }
}

/// `500 and my pin`: something else is spoken of.
fn goes_on(turn: &NormalisedTurn<'_>, index: usize) -> bool {
    let owned = turn.token(index + 1).is_some_and(|next| next.word.cues.has(Cue::Possessive));
    owned && matches!(turn.word(index), "and" | "und" | "et" | "y" | "e" | "en" | "i")
}

/// Words with which a question for something else begins.
fn asks_for(word: &str) -> bool {
    matches!(
        word,
        "what"
            | "which"
            | "whats"
            | "who"
            | "when"
            | "where"
            | "please"
            | "confirm"
            | "provide"
            | "tell"
            | "enter"
            | "verify"
            | "give"
    )
}

/// The mark that ends a sentence within the text between two tokens.
pub(super) fn sentence_end(gap: &str) -> Option<char> {
    let ends = |(at, character): (usize, char)| match character {
        '?' | '\n' => true,
        '!' | '.' => gap.get(at + 1..).is_some_and(|rest| rest.starts_with([' ', '\n'])),
        _ => false,
    };
    gap.char_indices().find(|found| ends(*found)).map(|(_, character)| character)
}

/// `Customer:` and the like at the start of a line or sentence.
fn is_speaker_label(turn: &NormalisedTurn<'_>, index: usize) -> bool {
    turn.gap(index).starts_with(':')
        && matches!(turn.word(index), "agent" | "customer" | "user" | "bot" | "caller" | "client" | "rep" | "me")
}

/// Whether the word labels what follows: `number`, `is`, a colon or a hash come next.
fn is_head(turn: &NormalisedTurn<'_>, index: usize) -> bool {
    let gap = turn.gap(index);
    if gap.contains([':', '#', '=']) {
        return true;
    }
    turn.token(index + 1).is_some_and(|next| {
        next.class == Class::Digits
            || next.class == Class::Mixed
            || next.word.cues.has(Cue::NumberNoun)
            || next.word.cues.has(Cue::Copula)
    })
}
