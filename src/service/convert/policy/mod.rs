//! Policies on the wire. Parsing lays the groups that a request names over the live policy; what a group leaves unset
//! takes its shipped value. What only compiling shows is told by [`fault`].

mod calendar;
mod care;
mod lexicon;
mod numbers;
mod redaction;
mod retention;
mod targets;
mod work;

use super::scalar::{self, wire_int, wire_time};
use crate::{
    policy::{Former, LexiconLayer, Policy},
    redact::RuleError,
    service::{
        path::{Path, Violations},
        pb,
        status::{Failure, Outcome, Reason},
    },
    store::{PolicyRecord, PolicyStage},
    time::Timestamp,
    triage::PolicyError,
};

/// The groups of a policy that can be replaced.
const GROUPS: [&str; 8] = ["sentiment", "priority", "targets", "redaction", "lexicon", "care", "work", "retention"];

/// The collection that revisions are named in.
const COLLECTION: &str = "policy/revisions/";

/// A revision on the wire.
pub fn policy(record: &PolicyRecord) -> pb::Policy {
    let PolicyRecord { policy, stage, create_time, creator, former } = record;
    let Policy {
        revision,
        sentiment,
        priority,
        targets: service,
        attribute_allow_list,
        keep,
        lexicon_revision,
        lexicon: layers,
        care: basis,
        work: bounds,
        retention: kept,
    } = policy;
    pb::Policy {
        name: format!("{COLLECTION}{revision}"),
        etag: etag(*revision),
        revision: wire_int(*revision),
        stage: wire_stage(*stage).into(),
        create_time: create_time.map(wire_time),
        creator: creator.map(|creator| creator.to_string()).unwrap_or_default(),
        sentiment: Some(numbers::wire_sentiment(sentiment)),
        priority: Some(numbers::wire_priority(priority)),
        targets: Some(targets::wire(service)),
        redaction: Some(redaction::wire(keep, attribute_allow_list)),
        lexicon: Some(lexicon::wire(layers, lexicon_revision)),
        care: Some(care::wire(*basis)),
        work: Some(work::wire(*bounds)),
        retention: Some(retention::wire(kept)),
        // What a store gives counts still when it gives it.
        retention_effect_time: kept.effect_time(former, Timestamp::default()).map(wire_time),
    }
}

/// A policy that is only previewed: it has no name yet. `former`: what would count still beside its periods of retention.
pub fn candidate(policy_: Policy, former: Vec<Former>) -> pb::Policy {
    let record = PolicyRecord { policy: policy_, former, ..PolicyRecord::shipped(PolicyStage::Past) };
    let stage = pb::PolicyStage::Unspecified.into();
    pb::Policy { name: String::new(), etag: String::new(), revision: 0, stage, ..policy(&record) }
}

/// The etag of a revision.
pub fn etag(revision: u32) -> String {
    format!("r{revision}")
}

fn wire_stage(stage: PolicyStage) -> pb::PolicyStage {
    match stage {
        PolicyStage::Live => pb::PolicyStage::Live,
        PolicyStage::Shadow => pb::PolicyStage::Shadow,
        PolicyStage::Past => pb::PolicyStage::Past,
    }
}

/// The revision of a name; `None`: the live one.
pub fn revision(name: &str, path: &Path<'_>, violations: &mut Violations) -> Option<u32> {
    if name.is_empty() || name == "policy" {
        return None;
    }
    let number = name.strip_prefix(COLLECTION).and_then(|number| number.parse().ok());
    violations.check(number.is_some(), path, Reason::FieldNotName);
    number
}

/// A policy as a request wants it, laid over the live one, with the rows of the lexicon as the request lists them.
///
/// # Errors
/// The fields that are wrong; the etag is not that of the live policy.
pub fn requested(live: &Policy, wanted: Option<pb::Policy>, mask: Option<prost_types::FieldMask>) -> Outcome<Policy> {
    let (root, mut violations) = (Path::Root, Violations::default());
    let path = root.field("policy");
    violations.check(wanted.is_some(), &path, Reason::FieldRequired);
    let pb::Policy {
        name: _,
        etag: given,
        revision: _,
        stage: _,
        create_time: _,
        creator: _,
        sentiment,
        priority,
        targets: service,
        redaction: rules,
        lexicon: layer,
        care: basis,
        work: bounds,
        retention: kept,
        retention_effect_time: _,
    } = wanted.unwrap_or_default();
    violations.check(!given.is_empty(), &path.field("etag"), Reason::FieldRequired);
    let mask = groups(mask, &root.field("update_mask"), &mut violations);
    let wants = |group: &str, is_set: bool| if mask.is_empty() { is_set } else { mask.iter().any(|one| one == group) };
    let mut policy = Policy { revision: 0, ..live.clone() };
    if wants("sentiment", sentiment.is_some()) {
        let path = path.field("sentiment");
        policy.sentiment = numbers::sentiment(sentiment.unwrap_or_default(), &path, &mut violations);
    }
    if wants("priority", priority.is_some()) {
        policy.priority = numbers::priority(priority.unwrap_or_default(), &path.field("priority"), &mut violations);
    }
    if wants("targets", service.is_some()) {
        policy.targets = targets::targets(service.unwrap_or_default(), &path.field("targets"), &mut violations);
    }
    if wants("redaction", rules.is_some()) {
        let path = path.field("redaction");
        let (keep, attributes) = redaction::redaction(rules.unwrap_or_default(), &path, &mut violations);
        (policy.keep, policy.attribute_allow_list) = (keep, attributes);
    }
    if wants("lexicon", layer.is_some()) {
        let pb::LexiconPolicy { rows, revision, shipped_revisions: _ } = layer.unwrap_or_default();
        let path = path.field("lexicon");
        policy.lexicon = lexicon::layers(rows, &path, &mut violations);
        if !revision.is_empty() {
            policy.lexicon_revision = lexicon::revision(revision, &path, &mut violations);
        }
    }
    if wants("care", basis.is_some()) {
        policy.care = care::basis(basis.unwrap_or_default(), &path.field("care"), &mut violations);
    }
    if wants("work", bounds.is_some()) {
        policy.work = work::rules(bounds.unwrap_or_default(), &path.field("work"), &mut violations);
    }
    if wants("retention", kept.is_some()) {
        let path = path.field("retention");
        policy.retention = retention::retention(kept.unwrap_or_default(), &path, &mut violations);
    }
    violations.finish(())?;
    if given == etag(live.revision) { Ok(policy) } else { Err(Failure::of(Reason::EtagMismatch)) }
}

/// The groups that a mask names.
fn groups(mask: Option<prost_types::FieldMask>, path: &Path<'_>, violations: &mut Violations) -> Vec<String> {
    let paths = mask.map(|mask| mask.paths).unwrap_or_default();
    scalar::count(paths.len(), GROUPS.len(), path, violations);
    violations.check(paths.iter().all(|one| GROUPS.contains(&one.as_str())), path, Reason::FieldUnknownValue);
    paths
}

/// What is wrong with a policy that does not compile.
pub fn fault(error: &PolicyError, layers: &[LexiconLayer]) -> Failure {
    let root = Path::Root;
    let (policy, field, index, reason);
    policy = root.field("policy");
    match error {
        PolicyError::Rule(RuleError::NotKeepable { line, .. }) => {
            (field, index, reason) = ("kept_kinds", *line, Reason::KindNotKeepable);
        }
        PolicyError::Rule(RuleError::Pattern { list, line, .. }) => {
            let name = if *list == "allow" { "allow_patterns" } else { "redact_patterns" };
            (field, index, reason) = (name, *line, Reason::InvalidPattern);
        }
        PolicyError::Rule(RuleError::Region { line }) => {
            (field, index, reason) = ("phone_regions", *line, Reason::FieldUnknownValue);
        }
        PolicyError::Revision(_) => {
            return Failure::field(policy.field("lexicon").field("revision"), Reason::LexiconNotShipped);
        }
        PolicyError::Lexicon(error) => {
            let row = lexicon::position(&error.file, error.line, layers);
            let path = policy.field("lexicon");
            return Failure::field(path.field("rows").at(row), Reason::InvalidLexicon);
        }
    }
    Failure::field(policy.field("redaction").field(field).at(index.saturating_sub(1)), reason)
}

pub use lexicon::{first_identifier, without_learned};

#[cfg(test)]
mod tests {
    use super::*;

    fn update(change: impl FnOnce(&mut pb::Policy)) -> Outcome<Policy> {
        let live = PolicyRecord::shipped(PolicyStage::Live);
        let mut wanted = pb::Policy { etag: etag(1), ..pb::Policy::default() };
        change(&mut wanted);
        requested(&live.policy, Some(wanted), None)
    }

    #[track_caller]
    fn check_refused(field: &str, reason: Reason, change: impl FnOnce(&mut pb::Policy)) {
        let failure = match update(change) {
            Err(failure) => failure,
            Ok(policy) => {
                let compiled = crate::triage::Triage::of_policy(&policy);
                fault(&compiled.expect_err("it is refused"), &policy.lexicon)
            }
        };
        let found: Vec<_> = failure.violations.iter().map(|one| (one.field.as_str(), one.reason)).collect();
        assert_eq!(found, [(field, reason)]);
    }

    #[test]
    fn a_policy_leads_back() {
        let shipped = PolicyRecord::shipped(PolicyStage::Live);
        let wire = policy(&shipped);
        let read = requested(&shipped.policy, Some(wire), None).unwrap();
        let read = Policy { revision: 1, ..read };
        assert_eq!(format!("{read:?}"), format!("{:?}", shipped.policy));
    }

    #[test]
    fn periods_of_retention_lie_in_their_ranges_and_text_goes_first() {
        let wanted = |text_days, facts_days, audit_days| {
            move |policy: &mut pb::Policy| {
                policy.retention = Some(pb::RetentionPolicy { text_days, facts_days, audit_days });
            }
        };
        let kept = update(wanted(Some(30), None, Some(365))).unwrap().retention;
        assert_eq!((kept.text_days, kept.facts_days, kept.audit_days), (30, 396, 365));
        check_refused("policy.retention.text_days", Reason::FieldOutOfRange, wanted(Some(0), None, None));
        check_refused("policy.retention.facts_days", Reason::FieldOutOfRange, wanted(Some(1), Some(1_831), None));
        check_refused("policy.retention.audit_days", Reason::FieldOutOfRange, wanted(None, None, Some(179)));
        check_refused("policy.retention.text_days", Reason::FieldOutOfRange, wanted(Some(90), Some(60), None));
    }

    #[test]
    fn only_the_groups_that_are_named_are_replaced() {
        let mut live = Policy { revision: 4, ..Policy::default() };
        live.sentiment.negative_threshold_millis = 900;
        live.priority.base_points = 7;
        let wanted = || Some(pb::Policy { etag: "r4".into(), ..pb::Policy::default() });
        let read = requested(&live, wanted(), None).unwrap();
        assert_eq!((read.sentiment.negative_threshold_millis, read.priority.base_points), (900, 7));
        let mask = Some(prost_types::FieldMask { paths: vec!["sentiment".into()] });
        let read = requested(&live, wanted(), mask).unwrap();
        assert_eq!((read.sentiment.negative_threshold_millis, read.priority.base_points), (500, 7));
        let mask = Some(prost_types::FieldMask { paths: vec!["sentiment.turn_step_millis".into()] });
        assert_eq!(requested(&live, wanted(), mask).unwrap_err().reason, Reason::FieldUnknownValue);
    }

    #[test]
    fn a_stale_etag_is_refused() {
        let stale = update(|policy| policy.etag = "r0".into()).unwrap_err();
        assert_eq!(stale.reason, Reason::EtagMismatch);
        check_refused("policy.etag", Reason::FieldRequired, |policy| policy.etag.clear());
    }

    #[test]
    fn a_lexicon_is_named_by_its_revision_and_stays_where_none_is_named() {
        let [own, before] = crate::lexicon::released::revisions();
        let wanted = |revision: &str| {
            let revision = revision.to_owned();
            |policy: &mut pb::Policy| policy.lexicon = Some(pb::LexiconPolicy { revision, ..Default::default() })
        };
        assert_eq!(update(wanted(before)).unwrap().lexicon_revision, before);
        assert_eq!(update(wanted("")).unwrap().lexicon_revision, own);
        check_refused("policy.lexicon.revision", Reason::LexiconNotShipped, wanted("0123456789abcdef"));
        check_refused("policy.lexicon.revision", Reason::LexiconNotShipped, wanted("latest"));
        let live = Policy { lexicon_revision: before.to_owned(), ..Policy::default() };
        let mut named = pb::Policy { etag: etag(1), ..pb::Policy::default() };
        named.sentiment = Some(pb::SentimentPolicy::default());
        assert_eq!(requested(&live, Some(named), None).unwrap().lexicon_revision, before, "another group moves nobody");
    }

    #[test]
    fn a_live_policy_of_a_lexicon_that_is_gone_can_still_be_moved() {
        let gone = || Policy { lexicon_revision: "0123456789abcdef".to_owned(), ..Policy::default() };
        let wanted = |revision: &str| {
            let lexicon = Some(pb::LexiconPolicy { revision: revision.to_owned(), ..Default::default() });
            requested(&gone(), Some(pb::Policy { etag: etag(1), lexicon, ..pb::Policy::default() }), None).unwrap()
        };
        let error = crate::triage::Triage::of_policy(&wanted("")).unwrap_err();
        assert_eq!(fault(&error, &[]).violations[0].field, "policy.lexicon.revision");
        let [own, _] = crate::lexicon::released::revisions();
        assert!(crate::triage::Triage::of_policy(&wanted(own)).is_ok());
    }

    #[test]
    fn no_policy_keeps_what_must_go() {
        for kind in &crate::redact::KINDS {
            let keeps = |policy: &mut pb::Policy| {
                let kept_kinds = vec!["ORDER_NUMBER".into(), kind.name.into()];
                policy.redaction = Some(pb::RedactionPolicy { kept_kinds, ..Default::default() });
            };
            if kind.class == crate::redact::Class::Keepable {
                let policy = update(keeps).unwrap();
                assert!(crate::triage::Triage::of_policy(&policy).is_ok(), "{}", kind.name);
            } else {
                check_refused("policy.redaction.kept_kinds[1]", Reason::KindNotKeepable, keeps);
            }
        }
    }

    #[test]
    fn wrong_values_are_named() {
        use pb::{LexiconPolicy, LexiconRow, PriorityPolicy, RedactionPolicy, SentimentPolicy, SignalWeight};
        check_refused("policy.sentiment.turn_step_millis", Reason::FieldOutOfRange, |policy| {
            policy.sentiment = Some(SentimentPolicy { turn_step_millis: Some(-1), ..Default::default() });
        });
        check_refused("policy.priority.urgent_value_min", Reason::InvalidBands, |policy| {
            policy.priority = Some(PriorityPolicy { urgent_value_min: Some(4000), ..Default::default() });
        });
        check_refused("policy.priority.signal_weights[0].signal", Reason::FieldUnknownValue, |policy| {
            let signal_weights = vec![SignalWeight { signal: "x".into(), ..Default::default() }];
            policy.priority = Some(PriorityPolicy { signal_weights, ..Default::default() });
        });
        check_refused("policy.redaction.allow_patterns[1]", Reason::InvalidPattern, |policy| {
            let allow_patterns = vec!["SKU-[0-9]+".into(), "(".into()];
            policy.redaction = Some(RedactionPolicy { allow_patterns, ..Default::default() });
        });
        check_refused("policy.redaction.phone_regions[1]", Reason::FieldUnknownValue, |policy| {
            let phone_regions = vec!["GB".into(), "UK".into()];
            policy.redaction = Some(RedactionPolicy { phone_regions, ..Default::default() });
        });
        check_refused("policy.redaction.redact_patterns[0].kind", Reason::FieldUnknownValue, |policy| {
            let redact_patterns = vec![pb::RedactPattern { kind: "X".into(), pattern: "a".into() }];
            policy.redaction = Some(RedactionPolicy { redact_patterns, ..Default::default() });
        });
        let row = |phrase: &str, signal: &str| LexiconRow {
            language_code: "en".into(),
            phrase: phrase.into(),
            weight_millis: 300,
            signal: signal.into(),
        };
        let rows = vec![LexiconRow { language_code: "de".into(), ..row("laut", "") }, row("ok", ""), row("Upper", "")];
        check_refused("policy.lexicon.rows[2]", Reason::InvalidLexicon, |policy| {
            policy.lexicon = Some(LexiconPolicy { rows, ..Default::default() });
        });
        check_refused("policy.lexicon.rows[0].signal", Reason::FieldUnknownValue, |policy| {
            policy.lexicon = Some(LexiconPolicy { rows: vec![row("ok", "nothing")], ..Default::default() });
        });
        check_refused("policy.lexicon.rows[0].phrase", Reason::FieldInvalidCharacter, |policy| {
            policy.lexicon = Some(LexiconPolicy { rows: vec![row("a\tb", "")], ..Default::default() });
        });
    }
}
