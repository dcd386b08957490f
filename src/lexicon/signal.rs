//! The signals that a lexicon row may carry: one table of names and groups that the scoring, the priority and the
//! documentation read.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

/// What a phrase stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each variant is described by its row of CUES")]
#[repr(u8)]
pub enum Cue {
    Polarity,
    Disappointment,
    Profanity,
    Waiting,
    Duration,
    NoReply,
    RepeatContact,
    Delay,
    Cancelled,
    Lost,
    Damaged,
    WrongItem,
    RudeStaff,
    Refund,
    Overcharge,
    NotWorking,
    Cannot,
    BlockedAccess,
    DataLoss,
    Outage,
    Churn,
    Legal,
    Regulator,
    MediaThreat,
    Escalation,
    Fraud,
    Harm,
    Safety,
    Urgency,
    Deadline,
    Scope,
    Resolved,
    Praise,
    Politeness,
    Request,
    Minor,
    Negator,
    Intensifier,
    Diminisher,
    Contrast,
    Conditional,
    Question,
    Number,
    Person,
    EmergencyDanger,
    EmergencyFraud,
    EmergencyOutage,
    Learned,
    Narration,
}

/// What kind of cue it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Words of like and dislike.
    General,
    /// The company did not do what it should.
    Service,
    /// Money is owed or was taken.
    Money,
    /// Something does not work.
    Function,
    /// The customer threatens to act.
    Threat,
    /// Somebody may be harmed or robbed.
    Danger,
    /// It cannot wait, or concerns many.
    Urgency,
    /// It can wait, or is over.
    Calm,
    /// Changes what other words mean.
    Shifter,
    /// An explicit emergency rule.
    Emergency,
    /// A row learnt from labelled conversations: it adds its weight as it is, beside what the other rows say.
    Learned,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct CueRow {
    /// The cue.
    pub cue: Cue,
    /// Its name in lexicons, evidence and factors.
    pub name: &'static str,
    /// Its group.
    pub group: Group,
}

const fn row(cue: Cue, name: &'static str, group: Group) -> CueRow {
    CueRow { cue, name, group }
}

/// Every cue, in the order of the enumeration.
pub const CUES: [CueRow; 49] = [
    row(Cue::Polarity, "polarity", Group::General),
    row(Cue::Disappointment, "disappointment", Group::General),
    row(Cue::Profanity, "profanity", Group::General),
    row(Cue::Waiting, "waiting", Group::Service),
    row(Cue::Duration, "duration", Group::Service),
    row(Cue::NoReply, "no_reply", Group::Service),
    row(Cue::RepeatContact, "repeat_contact", Group::Service),
    row(Cue::Delay, "delay", Group::Service),
    row(Cue::Cancelled, "cancelled", Group::Service),
    row(Cue::Lost, "lost", Group::Service),
    row(Cue::Damaged, "damaged", Group::Service),
    row(Cue::WrongItem, "wrong_item", Group::Service),
    row(Cue::RudeStaff, "rude_staff", Group::Service),
    row(Cue::Refund, "refund", Group::Money),
    row(Cue::Overcharge, "overcharge", Group::Money),
    row(Cue::NotWorking, "not_working", Group::Function),
    row(Cue::Cannot, "cannot", Group::Function),
    row(Cue::BlockedAccess, "blocked_access", Group::Function),
    row(Cue::DataLoss, "data_loss", Group::Function),
    row(Cue::Outage, "outage", Group::Function),
    row(Cue::Churn, "churn", Group::Threat),
    row(Cue::Legal, "legal", Group::Threat),
    row(Cue::Regulator, "regulator", Group::Threat),
    row(Cue::MediaThreat, "media_threat", Group::Threat),
    row(Cue::Escalation, "escalation", Group::Threat),
    row(Cue::Fraud, "fraud", Group::Danger),
    row(Cue::Harm, "harm", Group::Danger),
    row(Cue::Safety, "safety", Group::Danger),
    row(Cue::Urgency, "urgency", Group::Urgency),
    row(Cue::Deadline, "deadline", Group::Urgency),
    row(Cue::Scope, "scope", Group::Urgency),
    row(Cue::Resolved, "resolved", Group::Calm),
    row(Cue::Praise, "praise", Group::Calm),
    row(Cue::Politeness, "politeness", Group::Calm),
    row(Cue::Request, "request", Group::Calm),
    row(Cue::Minor, "minor", Group::Calm),
    row(Cue::Negator, "negator", Group::Shifter),
    row(Cue::Intensifier, "intensifier", Group::Shifter),
    row(Cue::Diminisher, "diminisher", Group::Shifter),
    row(Cue::Contrast, "contrast", Group::Shifter),
    row(Cue::Conditional, "conditional", Group::Shifter),
    row(Cue::Question, "question", Group::Shifter),
    row(Cue::Number, "number", Group::Shifter),
    row(Cue::Person, "person", Group::Shifter),
    row(Cue::EmergencyDanger, "emergency_danger", Group::Emergency),
    row(Cue::EmergencyFraud, "emergency_fraud", Group::Emergency),
    row(Cue::EmergencyOutage, "emergency_outage", Group::Emergency),
    row(Cue::Learned, "learned", Group::Learned),
    row(Cue::Narration, "narration", Group::General),
];

impl Cue {
    /// The row of this cue.
    pub fn row(self) -> &'static CueRow {
        CUES.get(self as usize).unwrap_or(&CUES[0])
    }

    /// Its name in lexicons, evidence and factors, such as `no_reply`.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Its group.
    pub fn group(self) -> Group {
        self.row().group
    }

    /// The cue of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        static NAMES: LazyLock<FxHashMap<&str, Cue>> =
            LazyLock::new(|| CUES.iter().map(|row| (row.name, row.cue)).collect());
        NAMES.get(name).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_complete_and_in_order() {
        for (index, row) in CUES.iter().enumerate() {
            assert_eq!(row.cue as usize, index, "{}", row.name);
            assert_eq!(Cue::from_name(row.name), Some(row.cue));
        }
    }
}
