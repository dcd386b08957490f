//! A row of the `analyze` contract as it is read: one conversation as one line of JSON, or as the cells of a table whose
//! columns bear the names of the contract. Knows nothing of files.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    month::{Month, instant},
    result::id_text,
};
use crate::{
    assessment::Tier,
    conversation::{Channel, Part, Party, RawText, RawTurn, Role},
    text::Language,
};

/// A conversation to analyse.
#[derive(Debug)]
pub struct Row {
    /// The caller's id, given back as it came.
    pub id: Value,
    /// How the customer reached the company.
    pub channel: Channel,
    /// The language that was stated and has a lexicon.
    pub language: Option<Language>,
    /// What was said.
    pub turns: Vec<RawTurn>,
    /// Who is known beforehand.
    pub parties: Vec<Party>,
    /// Time on hold, in seconds.
    pub hold_seconds: u32,
    /// Service tier.
    pub tier: Tier,
    /// When it happened, by the source.
    pub time: Option<Timestamp>,
    /// Whether its ticket was not done yet.
    pub unresolved: bool,
    /// What is passed on beside the result, in the order of [`super::map::Mapping::passed`].
    pub passed: Vec<Passed>,
}

impl Row {
    /// The id as text: a string without its quotes, nothing for `null`, else its JSON.
    pub fn id_text(&self) -> Cow<'_, str> {
        id_text(&self.id)
    }

    /// The month in which it happened, for statistics.
    pub fn month(&self) -> Option<Month> {
        self.time.and_then(Month::of)
    }
}

/// A value of the archive that is passed on.
#[derive(Debug)]
pub enum Passed {
    /// Harmless as it stands: a pseudonym, a time, an opaque reference, or nothing.
    Ready(String),
    /// Text of any origin: it goes through the redactor first.
    Raw(RawText),
}

/// Why a line is not a row; never a word of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowError {
    /// The bytes are not UTF-8.
    #[error("not UTF-8")]
    NotUtf8,
    /// The line is longer than the limit.
    #[error("line longer than the limit")]
    TooLong,
    /// The line is not JSON, or a field has another type.
    #[error("not a row: JSON syntax or type of a field is wrong near column {0}")]
    Json(usize),
    /// Neither `text` nor `turns`, or both.
    #[error("give either `text` or `turns`")]
    TextOrTurns,
    /// The role of a turn is not known.
    #[error("role of a turn must be `customer`, `agent` or `automated`")]
    Role,
    /// The tier is not known.
    #[error("tier must be `standard`, `premium` or `vip`")]
    Tier,
    /// The row of a table has more or fewer cells than its header.
    #[error("number of cells differs from the header")]
    Ragged,
    /// A cell that holds JSON in the contract does not.
    #[error("column `{0}` is not the JSON that the contract asks for")]
    Cell(&'static str),
    /// The reference looks like an identifier of a person.
    #[error(
        "IDENTIFIER_IN_REFERENCE: the id is longer than 128 of letters, digits and ._:- or looks like an identifier of a \
         person; use --id-prefix or --pseudonym-key"
    )]
    IdentifierInReference,
    /// No mapped column holds text.
    #[error("no mapped column holds text")]
    NoText,
    /// The row has no id, which a service knows it again by.
    #[error("no id: a service knows a row again by it")]
    NoId,
}

impl RowError {
    /// The reason without its details, for counting.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotUtf8 => "not_utf8",
            Self::TooLong => "too_long",
            Self::Json(_) => "json",
            Self::TextOrTurns => "text_or_turns",
            Self::Role => "role",
            Self::Tier => "tier",
            Self::Ragged => "ragged",
            Self::Cell(_) => "cell",
            Self::IdentifierInReference => "identifier_in_reference",
            Self::NoText => "no_text",
            Self::NoId => "no_id",
        }
    }
}

/// Why a row was refused: a name for counting, and what is said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The reason.
    pub reason: String,
    /// In words.
    pub about: String,
}

impl From<RowError> for Refusal {
    fn from(error: RowError) -> Self {
        Self { reason: error.name().to_owned(), about: error.to_string() }
    }
}

#[derive(Deserialize)]
struct Wire {
    #[serde(default)]
    id: Value,
    lang: Option<String>,
    channel: Option<String>,
    text: Option<String>,
    turns: Option<Vec<WireTurn>>,
    contact: Option<WireParty>,
    participants: Option<Vec<WireParty>>,
    hold_seconds: Option<f64>,
    tier: Option<String>,
    time: Option<Value>,
    state: Option<Value>,
}

#[derive(Deserialize)]
struct WireTurn {
    role: String,
    text: String,
}

/// One identifier or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Several {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
struct WireParty {
    name: Option<Several>,
    email: Option<Several>,
    phone: Option<Several>,
}

impl Several {
    fn raw(value: Option<Self>) -> Vec<RawText> {
        match value {
            None => Vec::new(),
            Some(Self::One(text)) => vec![RawText::new(text)],
            Some(Self::Many(texts)) => texts.into_iter().map(RawText::new).collect(),
        }
    }
}

impl From<WireParty> for Party {
    fn from(WireParty { name, email, phone }: WireParty) -> Self {
        Self {
            names: Several::raw(name),
            emails: Several::raw(email),
            phones: Several::raw(phone),
            identifiers: Vec::new(),
        }
    }
}

/// The turns of a row: `text` is one turn of the customer.
fn turns(text: Option<String>, turns: Option<Vec<WireTurn>>) -> Result<Vec<RawTurn>, RowError> {
    match (text, turns) {
        (Some(text), None) => Ok(vec![RawTurn { role: Role::Customer, part: Part::Body, text: RawText::new(text) }]),
        (None, Some(turns)) => turns
            .into_iter()
            .map(|WireTurn { role, text }| {
                let role = Role::from_name(&role).ok_or(RowError::Role)?;
                Ok(RawTurn { role, part: Part::Body, text: RawText::new(text) })
            })
            .collect(),
        _ => Err(RowError::TextOrTurns),
    }
}

pub(super) fn tier(name: Option<&str>) -> Result<Tier, RowError> {
    match name {
        None | Some("standard") => Ok(Tier::Standard),
        Some("premium") => Ok(Tier::Premium),
        Some("vip") => Ok(Tier::Vip),
        Some(_) => Err(RowError::Tier),
    }
}

/// What help desks call the state of a ticket that is not done.
const UNRESOLVED: [&str; 9] =
    ["new", "open", "active", "pending", "hold", "on-hold", "waiting", "snoozed", "in progress"];

/// Whether the name of a state says that a ticket is not done.
pub(super) fn unresolved(state: &str) -> bool {
    UNRESOLVED.iter().any(|name| name.eq_ignore_ascii_case(state.trim()))
}

/// Seconds rounded down; what is negative or not a number counts as none.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates, which is what is wanted")]
pub(super) fn seconds(value: Option<f64>) -> u32 {
    value.unwrap_or_default() as u32
}

/// Reads a line. Fields that the contract does not name are ignored, so that rows may carry labels of their own; a
/// channel that is not one of the four counts as the default: `chat` for turns, `query` for text.
///
/// # Errors
/// The reason and, where the line could be read so far, the id of the row.
pub fn parse(line: &[u8]) -> Result<Row, (Option<Value>, RowError)> {
    let line = std::str::from_utf8(line).map_err(|_| (None, RowError::NotUtf8))?;
    let wire: Wire = serde_json::from_str(line).map_err(|error| (id_of(line), RowError::Json(error.column())))?;
    row(wire)
}

fn row(wire: Wire) -> Result<Row, (Option<Value>, RowError)> {
    let Wire {
        id,
        lang,
        channel,
        text,
        turns: wire_turns,
        contact,
        participants,
        hold_seconds,
        tier: tier_name,
        time,
        state,
    } = wire;
    let default_channel = if wire_turns.is_some() { Channel::Chat } else { Channel::Query };
    let parts = turns(text, wire_turns).and_then(|turns| Ok((turns, tier(tier_name.as_deref())?)));
    let (turns, tier) = match parts {
        Ok(parts) => parts,
        Err(error) => return Err((Some(id), error)),
    };
    Ok(Row {
        id,
        channel: channel.as_deref().and_then(Channel::from_name).unwrap_or(default_channel),
        language: lang.as_deref().and_then(Language::from_tag),
        turns,
        parties: contact.into_iter().chain(participants.unwrap_or_default()).map(Party::from).collect(),
        hold_seconds: seconds(hold_seconds),
        tier,
        time: time.as_ref().and_then(time_text).and_then(|text| instant(&text)),
        unresolved: state.as_ref().and_then(Value::as_str).is_some_and(unresolved),
        passed: Vec::new(),
    })
}

fn time_text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        _ => None,
    }
}

/// The columns of the contract, in the order in which [`from_cells`] asks for them.
pub(super) const COLUMNS: [&str; 11] =
    ["id", "lang", "channel", "text", "turns", "contact", "participants", "hold_seconds", "tier", "time", "state"];

/// Reads the row of a table; `cell` gives the cell of a place in [`COLUMNS`], an empty one as `None`. Lists and
/// contacts are cells of JSON.
///
/// # Errors
/// As for [`parse`].
pub(super) fn from_cells<'c>(cell: impl Fn(usize) -> Option<Cow<'c, str>>) -> Result<Row, (Option<Value>, RowError)> {
    let text = |at| cell(at).map(Cow::into_owned);
    let id = text(0).map_or(Value::Null, Value::String);
    let refused = |error| (Some(id.clone()), error);
    let hold = cell(7).map(|hold| hold.trim().parse().map_err(|_| refused(RowError::Cell("hold_seconds"))));
    let turns: Option<Vec<WireTurn>> = json(cell(4), "turns").map_err(refused)?;
    row(Wire {
        lang: text(1),
        channel: text(2),
        text: if turns.is_some() { text(3) } else { Some(text(3).unwrap_or_default()) },
        turns,
        contact: json(cell(5), "contact").map_err(refused)?,
        participants: json(cell(6), "participants").map_err(refused)?,
        hold_seconds: hold.transpose()?,
        tier: text(8),
        time: text(9).map(Value::String),
        state: text(10).map(Value::String),
        id: id.clone(),
    })
}

fn json<T: DeserializeOwned>(cell: Option<Cow<'_, str>>, column: &'static str) -> Result<Option<T>, RowError> {
    cell.map(|cell| serde_json::from_str(&cell).map_err(|_| RowError::Cell(column))).transpose()
}

/// The id of a line whose other fields are wrong, so that its error can be placed.
fn id_of(line: &str) -> Option<Value> {
    #[derive(Deserialize)]
    struct Id {
        id: Option<Value>,
    }
    serde_json::from_str::<Id>(line).ok()?.id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(line: &str, id: Option<&str>, error: RowError) {
        let (found, reason) = parse(line.as_bytes()).unwrap_err();
        assert_eq!(reason, error);
        assert_eq!(found, id.map(Value::from));
    }

    #[test]
    fn text_is_one_turn_of_the_customer() {
        let row = parse(br#"{"id":"a","lang":"en-GB","text":"hello","label":"x","channel":"unknown"}"#).unwrap();
        assert_eq!(row.turns.len(), 1);
        assert_eq!(row.turns[0].role, Role::Customer);
        assert_eq!(row.turns[0].text.expose(), "hello");
        assert_eq!((row.channel, row.language), (Channel::Query, Some(Language::English)));
    }

    #[test]
    fn turns_contact_and_facts_are_read() {
        let line = br#"{"id":7,"channel":"call","turns":[{"role":"agent","text":"hi"},{"role":"customer","text":"yo"}],
            "contact":{"name":"Ann Lee","email":["a@example.com","b@example.com"]},"participants":[{"phone":"555"}],
            "hold_seconds":61.9,"tier":"vip"}"#;
        let row = parse(line).unwrap();
        assert_eq!((row.channel, row.hold_seconds, row.tier), (Channel::Call, 61, Tier::Vip));
        assert_eq!(row.turns.iter().map(|turn| turn.role).collect::<Vec<_>>(), [Role::Agent, Role::Customer]);
        assert_eq!(row.parties.len(), 2);
        assert_eq!(row.parties[0].emails.len(), 2);
        assert_eq!(row.id, Value::from(7));
    }

    #[test]
    fn what_is_no_row_is_refused_without_a_word_of_it() {
        refused(r#"{"id":"a"}"#, Some("a"), RowError::TextOrTurns);
        refused(r#"{"id":"a","text":"x","turns":[]}"#, Some("a"), RowError::TextOrTurns);
        refused(r#"{"id":"a","turns":[{"role":"boss","text":"x"}]}"#, Some("a"), RowError::Role);
        refused(r#"{"id":"a","text":"x","tier":"gold"}"#, Some("a"), RowError::Tier);
        refused(r#"{"id":"a","text":7}"#, Some("a"), RowError::Json(18));
        refused("secret", None, RowError::Json(1));
        assert_eq!(parse(b"{\"id\":\"\xff\"}").unwrap_err(), (None, RowError::NotUtf8));
    }
}
