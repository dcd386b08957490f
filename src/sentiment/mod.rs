//! Keyword sentiment: evidence adds up to the score, the score held against a threshold is the label. Reads redacted
//! text of the customer only. Knows nothing of priority, storage or time.

pub mod rules;
pub mod shift;

pub use rules::SentimentRules;
use rustc_hash::FxHashSet;
use shift::{Weighed, scaled, weigh};

use crate::{
    assessment::{AssessmentInput, Evidence, InputTurn, Label, Sentiment},
    conversation::{Part, Role},
    lexicon::{Lexicons, Reading},
    text::{Language, detect, quote},
};

/// Most text that is looked at to tell the language, in bytes.
const DETECTION_BYTES: usize = 400;

/// The sentiment of a conversation. Only what the customer wrote counts, later turns more.
pub fn assess(lexicons: &Lexicons, rules: &SentimentRules, input: &AssessmentInput) -> Sentiment {
    let language = language(lexicons, input);
    let mut evidence = Vec::new();
    if let Some(language) = language {
        let mut learned = FxHashSet::default();
        for (order, (index, turn)) in own_turns(input).enumerate() {
            let text = turn.text.as_str();
            let Some(reading) = lexicons.read(text, language, &quote::own_words(text)) else { break };
            turn_evidence(rules, &reading, (index, turn_factor(rules, order)), &mut evidence);
            learned_evidence(&reading, index, &mut learned, &mut evidence);
        }
    }
    let score_millis = evidence.iter().fold(0_i32, |sum, part| sum.saturating_add(part.millis));
    let negative = score_millis >= rules.negative_threshold_millis;
    let label = if negative { Label::Negative } else { Label::Neutral };
    Sentiment { label, score_millis, evidence, language }
}

/// The turns that are the customer's own words, with their position in the conversation.
fn own_turns(input: &AssessmentInput) -> impl Iterator<Item = (u32, &InputTurn)> {
    let own = |turn: &InputTurn| turn.role == Role::Customer && turn.part != Part::Quoted;
    (0_u32..).zip(&input.turns).filter(move |(_, turn)| own(turn))
}

/// The stated language, else the one detected; `None` where no lexicon covers it.
fn language(lexicons: &Lexicons, input: &AssessmentInput) -> Option<Language> {
    let language = input.language.or_else(|| {
        let mut sample = String::new();
        for (_, turn) in own_turns(input) {
            let text = turn.text.as_str();
            let end = text.floor_char_boundary(DETECTION_BYTES);
            sample.push_str(text.get(..end).unwrap_or_default());
            sample.push('\n');
            if sample.len() >= DETECTION_BYTES {
                break;
            }
        }
        detect::detect(&sample)
    });
    language.filter(|language| lexicons.covers(*language))
}

fn turn_factor(rules: &SentimentRules, order: usize) -> i32 {
    let steps = i32::try_from(order).unwrap_or(i32::MAX).min(rules.turn_steps_max);
    1000 + steps * rules.turn_step
}

/// Appends the evidence of the turn at `index`, which weighs `factor`.
fn turn_evidence(rules: &SentimentRules, reading: &Reading, (index, factor): (u32, i32), evidence: &mut Vec<Evidence>) {
    let brief = reading.words < rules.impersonal_words_min;
    let person = if reading.personal || brief { 1000 } else { rules.impersonal_blame };
    let mut blame = Damping::default();
    let mut praise = Damping::default();
    let damped = |Weighed { span, signal, millis }: Weighed| {
        let damping = if millis < 0 { &mut praise } else { &mut blame };
        let share = if millis < 0 { 1000 } else { person };
        let millis = if millis == 0 { 0 } else { scaled(scaled(scaled(millis, damping.next()), share), factor) };
        Evidence { turn: index, span, signal, millis }
    };
    evidence.extend(weigh(rules, reading).into_iter().map(damped));
}

/// Appends the learnt rows of a turn. Each counts once in a conversation, as it is: neither damped nor shifted, because
/// that is what it was learnt as.
fn learned_evidence(reading: &Reading, index: u32, seen: &mut FxHashSet<u32>, evidence: &mut Vec<Evidence>) {
    for hit in reading.learned.iter().filter(|hit| seen.insert(hit.entry.order)) {
        let (signal, millis) = (hit.entry.cue.name(), hit.entry.weight);
        evidence.push(Evidence { turn: index, span: hit.span(&reading.tokens), signal, millis });
    }
}

/// What the first, second, … piece of evidence of one sign counts within a turn, in thousandths: 1000 by the square
/// root of its rank, so that a long text is not negative by its length.
const RANKS: [i32; 16] = [1000, 707, 577, 500, 447, 408, 378, 354, 333, 316, 302, 289, 277, 267, 258, 250];

#[derive(Default)]
struct Damping {
    rank: usize,
}

impl Damping {
    fn next(&mut self) -> i32 {
        self.rank += 1;
        RANKS.get(self.rank - 1).copied().unwrap_or(200)
    }
}
