//! A tenant's rows of the lexicon on the wire, and as the lines of one layer a language.

use crate::{
    conversation::{RawTurn, Role},
    lexicon::{Cue, released, row},
    policy::LexiconLayer,
    service::{
        convert::scalar,
        limits,
        path::{Path, Violations},
        pb,
        status::Reason,
    },
    text::Language,
    triage::Triage,
};

/// The layers of rows, which stand language by language. The form of a phrase is told by compiling.
pub(super) fn layers(rows: Vec<pb::LexiconRow>, path: &Path<'_>, violations: &mut Violations) -> Vec<LexiconLayer> {
    let list = path.field("rows");
    scalar::count(rows.len(), limits::LEXICON_ROWS_MAX, &list, violations);
    let mut layers: Vec<LexiconLayer> = Vec::new();
    for (index, wanted) in rows.into_iter().enumerate().take(limits::LEXICON_ROWS_MAX) {
        let Some((language, line)) = line(wanted, &list.at(index), violations) else { continue };
        let known = layers.iter().any(|layer| layer.language == language);
        match layers.last_mut().filter(|layer| layer.language == language) {
            Some(layer) => layer.rows.push_str(&line),
            None if known => violations.push(&list.at(index).field("language_code"), Reason::FieldOutOfRange),
            None => layers.push(LexiconLayer { language, rows: line }),
        }
    }
    layers
}

fn line(wanted: pb::LexiconRow, path: &Path<'_>, violations: &mut Violations) -> Option<(Language, String)> {
    let pb::LexiconRow { language_code, phrase, weight_millis, signal } = wanted;
    let language = Language::from_tag(&language_code).filter(|language| language.code() == language_code);
    violations.check(language.is_some(), &path.field("language_code"), Reason::FieldUnknownValue);
    let place = path.field("phrase");
    violations.check(!phrase.is_empty(), &place, Reason::FieldRequired);
    violations.check(phrase.len() <= limits::LEXICON_PHRASE_BYTES_MAX, &place, Reason::FieldTooLong);
    violations.check(!phrase.chars().any(char::is_control), &place, Reason::FieldInvalidCharacter);
    let weight = row::WEIGHT_MILLIS.contains(&weight_millis);
    violations.check(weight, &path.field("weight_millis"), Reason::FieldOutOfRange);
    let cue = if signal.is_empty() { Some(Cue::Polarity) } else { Cue::from_name(&signal) };
    violations.check(cue.is_some(), &path.field("signal"), Reason::FieldUnknownValue);
    Some((language?, format!("{phrase}\t{weight_millis}\t{}\n", cue?.name())))
}

/// The rows of layers as lines of three columns.
fn rows(layers: &[LexiconLayer]) -> impl Iterator<Item = (Language, usize, [&str; 3])> {
    layers.iter().flat_map(|layer| {
        let lines = layer.rows.lines().enumerate();
        lines.filter_map(|(index, line)| {
            let mut columns = line.split('\t');
            Some((layer.language, index + 1, [columns.next()?, columns.next()?, columns.next()?]))
        })
    })
}

/// The revision of a shipped lexicon.
pub(super) fn revision(wanted: String, path: &Path<'_>, violations: &mut Violations) -> String {
    let shipped = released::revisions().contains(&wanted.as_str());
    violations.check(shipped, &path.field("revision"), Reason::LexiconNotShipped);
    wanted
}

/// The rows, and the shipped lexicon they lie over, on the wire.
pub(super) fn wire(layers: &[LexiconLayer], revision: &str) -> pb::LexiconPolicy {
    let row = |(language, _, [phrase, weight, signal]): (Language, usize, [&str; 3])| pb::LexiconRow {
        language_code: language.code().to_owned(),
        phrase: phrase.to_owned(),
        weight_millis: weight.parse().unwrap_or_default(),
        signal: signal.to_owned(),
    };
    pb::LexiconPolicy {
        rows: rows(layers).map(row).collect(),
        revision: revision.to_owned(),
        shipped_revisions: released::revisions().map(str::to_owned).to_vec(),
    }
}

/// The position, among all rows by language, of a line of a layer's file.
pub(super) fn position(file: &str, line: usize, layers: &[LexiconLayer]) -> usize {
    let language = file.split('/').next().unwrap_or_default();
    rows(layers).position(|(own, number, _)| own.code() == language && number == line).unwrap_or_default()
}

/// The position of the first row whose phrase the shipped redactor finds something in.
pub fn first_identifier(shipped: &Triage, layers: &[LexiconLayer]) -> Option<usize> {
    rows(layers).position(|(_, _, [phrase, ..])| {
        let redaction = shipped.redact(&[], &[RawTurn::body(Role::Customer, phrase)]);
        redaction.turns.iter().any(|turn| !turn.findings.is_empty())
    })
}

/// The layers without the rows that were learned for a language: what is learned next stands on these.
pub fn without_learned(layers: &[LexiconLayer], language: Language, learned: &str) -> Vec<LexiconLayer> {
    let keep = |own: Language, line: &str| own != language || line.split('\t').nth(2) != Some(learned);
    let layer = |layer: &LexiconLayer| {
        let lines = layer.rows.lines().filter(|line| keep(layer.language, line));
        let rows: String = lines.flat_map(|line| [line, "\n"]).collect();
        (!rows.is_empty()).then_some(LexiconLayer { language: layer.language, rows })
    };
    layers.iter().filter_map(layer).collect()
}
