//! Shifters: what the words around a phrase do to its weight. One pass over the phrases of a sentence, from left to
//! right. Knows nothing of turns or labels.

use super::rules::SentimentRules;
use crate::{
    assessment::Signal,
    lexicon::{Cue, Group, Hit, Reading, Token},
    text::{Span, words::WordKind},
};

/// Signal of an unfriendly word that is negated.
pub const NEGATED: Signal = "negated";

/// One phrase with its weight in this sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Weighed {
    pub(super) span: Span,
    pub(super) signal: Signal,
    pub(super) millis: i32,
}

/// How far an intensifier reaches, in words.
const INTENSIFIER_WORDS: usize = 2;

/// Weighs the phrases of a text, sentence by sentence.
pub(super) fn weigh(rules: &SentimentRules, reading: &Reading) -> Vec<Weighed> {
    let mut weighed = Vec::with_capacity(reading.hits.len());
    let mut hits = reading.hits.as_slice();
    let mut start = 0;
    while start < reading.tokens.len() && !hits.is_empty() {
        let sentence = Sentence::from(&reading.tokens, start);
        let (own, later) = hits.split_at(hits.partition_point(|hit| hit.first < sentence.end));
        Pass::new(rules, &reading.tokens, &sentence, own, reading.shouting).run(own, &mut weighed);
        start = sentence.end;
        hits = later;
    }
    weighed
}

/// The extent of a sentence in tokens, and the mark that ends it.
struct Sentence {
    end: usize,
    mark: WordKind,
}

impl Sentence {
    fn from(tokens: &[Token], start: usize) -> Self {
        let mark = tokens.iter().skip(start).position(|token| token.kind.ends_sentence());
        let end = mark.map_or(tokens.len(), |offset| start + offset + 1);
        let mark = tokens.get(end.saturating_sub(1)).map_or(WordKind::Stop, |token| token.kind);
        Self { end, mark }
    }
}

/// What the pass remembers of the words before.
struct Pass<'r> {
    rules: &'r SentimentRules,
    tokens: &'r [Token],
    mark: WordKind,
    shouting: bool,
    last_contrast: Option<usize>,
    negator: Option<Hit>,
    intensity: Option<Hit>,
    conditional: bool,
    question: bool,
}

impl<'r> Pass<'r> {
    fn new(rules: &'r SentimentRules, tokens: &'r [Token], sentence: &Sentence, hits: &[Hit], shouting: bool) -> Self {
        let last_contrast = hits.iter().rfind(|hit| hit.entry.cue == Cue::Contrast).map(|hit| hit.first);
        Self {
            rules,
            tokens,
            mark: sentence.mark,
            shouting,
            last_contrast,
            negator: None,
            intensity: None,
            conditional: false,
            question: false,
        }
    }

    fn run(mut self, hits: &[Hit], weighed: &mut Vec<Weighed>) {
        for hit in hits {
            match hit.entry.cue {
                Cue::Negator => {
                    self.bare_negator(weighed);
                    self.negator = Some(*hit);
                }
                Cue::Intensifier | Cue::Diminisher => self.intensity = Some(*hit),
                Cue::Contrast => {
                    self.bare_negator(weighed);
                    self.conditional = false;
                }
                Cue::Conditional => self.conditional = true,
                Cue::Question => {
                    self.question = true;
                    weighed.push(Weighed { span: hit.span(self.tokens), signal: Cue::Question.name(), millis: 0 });
                }
                _ => weighed.extend(self.content(hit)),
            }
        }
        self.bare_negator(weighed);
    }

    /// A negator that nothing has used counts a little by itself.
    fn bare_negator(&mut self, weighed: &mut Vec<Weighed>) {
        if let Some(negator) = self.negator.take() {
            let millis = self.rules.bare_negator_millis;
            weighed.push(Weighed { span: negator.span(self.tokens), signal: Cue::Negator.name(), millis });
        }
    }

    fn content(&mut self, hit: &Hit) -> Option<Weighed> {
        let cue = hit.entry.cue;
        if hit.entry.weight == 0 && matches!(cue.group(), Group::General | Group::Calm) && !is_reported(cue) {
            return None;
        }
        let mut factor = 1000;
        if let Some(intensity) = self.intensity.take()
            && self.distance(&intensity, hit) <= INTENSIFIER_WORDS
        {
            factor = scaled(factor, intensity.entry.weight);
        }
        factor = self.emphasis(hit, factor);
        let negated = self.take_negator(hit);
        if negated || self.conditional || self.question {
            if cue.group() == Group::Emergency {
                return None;
            }
            if negated && !(hit.entry.weight < 0 || cue.group() == Group::General) {
                return Some(self.negated(hit, 0));
            }
        }
        let millis = scaled(hit.entry.weight, factor);
        Some(if negated { self.negated(hit, millis) } else { self.plain(hit, millis) })
    }

    fn plain(&self, hit: &Hit, millis: i32) -> Weighed {
        let rules = self.rules;
        let praise = millis < 0;
        let mut millis = millis;
        if self.conditional {
            millis = scaled(millis, if praise { rules.conditional_praise } else { rules.conditional_blame });
        }
        if self.question && !praise {
            millis = scaled(millis, rules.question_blame);
        }
        if praise && self.mark == WordKind::Question {
            millis = scaled(millis, rules.question_praise);
        }
        match self.last_contrast {
            Some(contrast) if praise && hit.first < contrast => millis = scaled(millis, rules.before_contrast),
            Some(contrast) if !praise && hit.first > contrast => millis = scaled(millis, rules.after_contrast),
            _ => {}
        }
        Weighed { span: hit.span(self.tokens), signal: hit.entry.cue.name(), millis }
    }

    fn negated(&self, hit: &Hit, millis: i32) -> Weighed {
        let (factor, signal) = if millis < 0 {
            (self.rules.negated_praise, Cue::Disappointment.name())
        } else {
            (self.rules.negated_blame, NEGATED)
        };
        Weighed { span: hit.span(self.tokens), signal, millis: scaled(millis, factor) }
    }

    fn emphasis(&self, hit: &Hit, factor: i32) -> i32 {
        let rules = self.rules;
        let token = self.tokens.get(hit.first);
        let mut factor = factor;
        if token.is_some_and(|token| token.shouted) && !self.shouting {
            factor = scaled(factor, rules.shouted);
        }
        if token.is_some_and(|token| token.elongated) {
            factor = scaled(factor, rules.elongated);
        }
        if hit.entry.weight > 0 && self.mark == WordKind::Exclamation {
            factor = scaled(factor, rules.exclaimed);
        }
        factor
    }

    /// Whether the last negator negates this phrase; it is then used up.
    fn take_negator(&mut self, hit: &Hit) -> bool {
        let Some(negator) = self.negator else { return false };
        let reach =
            if hit.entry.weight < 0 { self.rules.negation_words_praise } else { self.rules.negation_words_blame };
        let negates = !is_immune(hit) && self.distance(&negator, hit) <= reach;
        if negates {
            self.negator = None;
        }
        negates
    }

    /// Words from the end of one phrase to the beginning of the other; without limit where a comma stands between.
    fn distance(&self, before: &Hit, after: &Hit) -> usize {
        let between = after.first.saturating_sub(before.last);
        let comma = self.tokens.iter().skip(before.last).take(between).any(|token| token.kind == WordKind::Comma);
        if comma { usize::MAX } else { between }
    }
}

/// Whether a phrase means the same after a negator: swearing does, and phrases that hold their negation themselves.
fn is_immune(hit: &Hit) -> bool {
    match hit.entry.cue {
        Cue::Profanity | Cue::Refund | Cue::RudeStaff => true,
        Cue::NoReply | Cue::RepeatContact | Cue::Waiting | Cue::Cannot | Cue::NotWorking => hit.words > 1,
        _ => false,
    }
}

/// Calm cues that matter to the priority even where they weigh nothing.
fn is_reported(cue: Cue) -> bool {
    matches!(cue, Cue::Request | Cue::Minor | Cue::Resolved)
}

/// `value` times a factor in thousandths, towards zero.
pub(super) fn scaled(value: i32, factor: i32) -> i32 {
    i32::try_from(i64::from(value) * i64::from(factor) / 1000).unwrap_or(if value < 0 { i32::MIN } else { i32::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{lexicon::Lexicons, text::Language};

    const ROWS: &str = "bad\t1000\tpolarity\ngood\t-1000\tpraise\nbroken\t1000\tnot_working\nurgent\t0\turgency\n\
        not|no\t0\tnegator\nvery\t1500\tintensifier\nslightly\t500\tdiminisher\nbut\t0\tcontrast\nwould\t0\tconditional\n\
        how do i\t0\tquestion\non fire now\t2000\temergency_danger\nno problem\t-100\tpraise\ndamn\t900\tprofanity";

    #[track_caller]
    fn check(text: &str, expected: &[(&str, i32)]) {
        let lexicons = Lexicons::parse(&[("en/test.tsv", ROWS)]).unwrap();
        let reading = lexicons.read(text, Language::English, &[Span::new(0, text.len())]).unwrap();
        let weighed = weigh(&SentimentRules::default(), &reading);
        let found: Vec<_> = weighed.iter().map(|part| (part.signal, part.millis)).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn intensity_and_emphasis() {
        check("bad", &[("polarity", 1000)]);
        check("very bad", &[("polarity", 1500)]);
        check("slightly bad", &[("polarity", 500)]);
        check("it is very old and quite bad", &[("polarity", 1000)]);
        check("this is BAD", &[("polarity", 1200)]);
        check("THIS IS ALL BAD", &[("polarity", 1000)]);
        check("baaaad", &[("polarity", 1200)]);
        check("bad!", &[("polarity", 1100)]);
    }

    #[test]
    fn negation_turns_and_ends() {
        check("not good", &[("disappointment", 1200)]);
        check("not bad", &[("negated", -300)]);
        check("not a very good day", &[("disappointment", 1800)]);
        check("no, it is bad", &[("polarity", 1000), ("negator", 200)]);
        check("not now. bad", &[("negator", 200), ("polarity", 1000)]);
        check("not broken", &[("negated", 0)]);
        check("not urgent", &[("negated", 0)]);
        check("no problem", &[("praise", -100)]);
        check("no damn way", &[("profanity", 900), ("negator", 200)]);
    }

    #[test]
    fn contrast_conditionals_and_questions() {
        check("good but bad", &[("praise", -300), ("polarity", 1200)]);
        check("would be good", &[("praise", -300)]);
        check("is it good?", &[("praise", -500)]);
        check("how do i see what is broken", &[("question", 0), ("not_working", 500)]);
    }

    #[test]
    fn emergencies_hold_only_when_stated() {
        check("it is on fire now", &[("emergency_danger", 2000)]);
        check("it is not on fire now", &[]);
        check("would it be on fire now", &[]);
    }
}
