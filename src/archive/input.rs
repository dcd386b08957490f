//! A row of the `analyze` contract as it is read: one conversation as one line of JSON.

use serde::Deserialize;
use serde_json::Value;

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

fn tier(name: Option<&str>) -> Result<Tier, RowError> {
    match name {
        None | Some("standard") => Ok(Tier::Standard),
        Some("premium") => Ok(Tier::Premium),
        Some("vip") => Ok(Tier::Vip),
        Some(_) => Err(RowError::Tier),
    }
}

/// Seconds rounded down; what is negative or not a number counts as none.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates, which is what is wanted")]
fn seconds(value: Option<f64>) -> u32 {
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
    let Wire { id, lang, channel, text, turns: wire_turns, contact, participants, hold_seconds, tier: tier_name } =
        wire;
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
    })
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
