//! Names of signals back from records. A signal is a word of a fixed list, so a stored name is looked up, never
//! interned.

use crate::{assessment::Signal, lexicon::Cue};

/// What a name of a later or earlier release reads as.
const UNKNOWN: Signal = "unknown";

/// Signals that are no cues of a lexicon.
const OTHERS: [Signal; 10] = [
    "base",
    "negativity",
    "hold_time",
    "repeat_days",
    "tier",
    "importance",
    "automatic_mail",
    "uncovered_language",
    "negated",
    "text_withheld",
];

/// The signal of that name.
pub(super) fn signal(name: &str) -> Signal {
    match Cue::from_name(name) {
        Some(cue) => cue.name(),
        None => OTHERS.into_iter().find(|known| *known == name).unwrap_or(UNKNOWN),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        assessment::{AssessmentInput, Importance, InputTurn, Tier},
        conversation::{Channel, Part, Role},
        policy::Policy,
        redact::RedactedText,
        text::Language,
        triage::Triage,
    };

    fn input(text: &str, language: Option<Language>) -> AssessmentInput {
        let text = RedactedText::from_sealed(text.to_owned());
        AssessmentInput {
            channel: Channel::Call,
            language,
            turns: vec![InputTurn { role: Role::Customer, part: Part::Body, text }],
            hold_seconds: 4_000,
            wait_seconds: 600,
            tier: Tier::Vip,
            repeat_contact_days: 3,
            importance: Importance::High,
            automatic: false,
        }
    }

    #[test]
    fn every_signal_of_an_assessment_leads_back() {
        let triage = Triage::new().unwrap();
        let texts = ["This is not acceptable! Third time I call, refund me, the site is down for everyone", "これは"];
        let mut seen = 0;
        for (text, automatic) in texts.into_iter().flat_map(|text| [(text, false), (text, true)]) {
            let input = AssessmentInput { automatic, ..input(text, None) };
            let assessment = triage.assess(&Policy::default(), &input);
            let evidence = assessment.sentiment.evidence.iter().map(|part| part.signal);
            let factors = assessment.priority.factors.iter().map(|part| part.signal);
            for name in evidence.chain(factors) {
                assert_eq!(signal(name), name, "{name} is not in the list of known signals");
                seen += 1;
            }
        }
        assert!(seen > 10);
    }

    #[test]
    fn a_strange_name_reads_as_unknown() {
        assert_eq!(signal("no such signal"), UNKNOWN);
    }
}
