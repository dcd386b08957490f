//! Results read back from any format: to verify a digest, and to compare with what was scored before.

use std::{io, path::Path, sync::Arc};

use serde::Deserialize;
use serde_json::Value;

use super::{
    error::ArchiveError,
    inputs::{Inputs, Piece, Reading},
    map::Mapping,
    output::FIELDS,
    result::{id_text, row_hash},
    source::{Source, by_name},
};

/// Longest result, in bytes.
const ROW_BYTES_MAX: usize = 1 << 30;

/// Fields that are strings in JSON; the others stand in a table as they do in JSON.
const STRINGS: [&str; 4] = ["lang", "revision", "sentiment", "priority"];

/// Prefix of the columns that were passed on.
const PASSED: &str = "columns.";

/// A part of the score.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Part {
    /// What it stands for.
    pub(super) signal: String,
    /// What it adds, in thousandths.
    pub(super) millis: i32,
}

/// A result.
#[derive(Debug)]
pub(super) struct Result {
    /// Its id as text.
    pub(super) id: String,
    /// Its hash.
    pub(super) hash: [u8; 32],
    /// The name of its label.
    pub(super) label: String,
    /// The name of its level.
    pub(super) level: String,
    /// Its score, in thousandths.
    pub(super) score_millis: i32,
    /// The parts of the score.
    pub(super) evidence: Vec<Part>,
}

#[derive(Deserialize)]
struct Wire {
    sentiment: String,
    priority: String,
    score_millis: i32,
    evidence: Vec<Part>,
}

/// Gives every result of a file in order; rows that tell of a refused one are passed over.
pub(super) fn each(path: &Path, mut give: impl FnMut(Result)) -> std::result::Result<(), ArchiveError> {
    let reading = Reading {
        format: by_name(path).0,
        mapping: Arc::new(Mapping::results()),
        row_bytes_max: ROW_BYTES_MAX,
        identities: None,
    };
    let mut inputs = Inputs::new(&[Source::File(path.to_owned())], reading);
    let bindings = inputs.bindings();
    while let Some(Piece { input, chunk }) = inputs.next()? {
        let binding = bindings.lock().unwrap_or_else(std::sync::PoisonError::into_inner).first().cloned();
        for index in 0..chunk.len() {
            let broken =
                || ArchiveError::input(input.as_ref(), io::Error::new(io::ErrorKind::InvalidData, "not a result"));
            let cells = chunk.cells(index).ok_or_else(broken)?;
            let line = match (&binding, cells.as_slice()) {
                (None, [line]) => line.as_ref().to_owned(),
                (Some(binding), cells) => joined(binding.header(), cells),
                _ => return Err(broken()),
            };
            if let Some(result) = from_line(&line) {
                give(result);
            } else if !line.contains("\"error\":") {
                return Err(broken());
            }
        }
    }
    Ok(())
}

/// The JSON of a result in a table, byte for byte as it is written in JSON Lines but for the type of its id.
fn joined(header: &[String], cells: &[std::borrow::Cow<'_, str>]) -> String {
    let quoted = |text: &str| Value::from(text).to_string();
    let (mut line, mut passed) = (String::from("{"), String::new());
    for (name, cell) in header.iter().zip(cells) {
        let value = match name.as_str() {
            "lang" if cell.is_empty() => "null".to_owned(),
            "id" => quoted(cell),
            name if STRINGS.contains(&name) => quoted(cell),
            name if FIELDS.contains(&name) => cell.to_string(),
            name => {
                if let Some(name) = name.strip_prefix(PASSED) {
                    let comma = if passed.is_empty() { "" } else { "," };
                    passed.extend([comma, &quoted(name), ":", &quoted(cell)]);
                }
                continue;
            }
        };
        let comma = if line.len() == 1 { "" } else { "," };
        line.extend([comma, "\"", name, "\":", &value]);
    }
    if !passed.is_empty() {
        line.extend([",\"columns\":{", &passed, "}"]);
    }
    line + "}"
}

fn from_line(line: &str) -> Option<Result> {
    let line = line.trim_end();
    let Wire { sentiment, priority, score_millis, evidence } = serde_json::from_str(line).ok()?;
    let rest = line.strip_prefix("{\"id\":")?;
    let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
    let id = values.next()?.ok()?;
    let body = rest.get(values.byte_offset()..)?.strip_suffix('}')?;
    let hash = row_hash(&id, body.as_bytes());
    Some(Result { id: id_text(&id).into_owned(), hash, label: sentiment, level: priority, score_millis, evidence })
}
