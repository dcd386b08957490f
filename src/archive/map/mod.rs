//! Column maps: which columns of an archive are text, which are facts about the conversation, which identify people. What
//! a map does not name is dropped; nothing leaves as it came in. Maps are TOML tables; three are built in.

mod bind;
mod cells;
mod pseudonym;

use std::collections::BTreeMap;

use serde::Deserialize;

pub use bind::{Binding, Fate};
pub use pseudonym::{KeyError, Pseudonyms};

/// The maps that are part of the program.
const BUILTIN: [(&str, &str); 3] = [
    ("generic", include_str!("generic.toml")),
    ("intercom", include_str!("intercom.toml")),
    ("zendesk", include_str!("zendesk.toml")),
];

/// Words in the name of a column that tell that it identifies people: it may be pseudonymised, not passed on.
const IDENTIFIER_WORDS: [&str; 21] = [
    "email",
    "mail",
    "phone",
    "mobile",
    "fax",
    "address",
    "street",
    "ssn",
    "iban",
    "card",
    "passport",
    "password",
    "birth",
    "birthday",
    "dob",
    "ip",
    "firstname",
    "lastname",
    "surname",
    "fullname",
    "username",
];

/// Words that tell so when `name` stands beside them.
const PERSON_WORDS: [&str; 10] =
    ["first", "last", "full", "user", "customer", "requester", "contact", "assignee", "submitter", "agent"];

/// What stands in place of a reference that looks like an identifier of a person.
const WITHHELD: &str = "[WITHHELD]";

/// Why a map cannot be used. Names columns, never what stands in them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MapError {
    /// It is not the TOML of a map.
    #[error("not a column map: {0}")]
    Syntax(String),
    /// It names no text.
    #[error("the map names no text: give `text`, `subject` or `turns`")]
    NoText,
    /// A column that identifies people is passed on.
    #[error("column `{0}` identifies people by its name: put it under `contact` or `pseudonymise`, not under `pass`")]
    Identifier(String),
    /// A role, channel or tier of the translation tables does not exist.
    #[error("`{0}` is not a role, channel or tier")]
    Name(String),
    /// The file has none of the columns with text: those, and how many it has. What it calls them is not told: without a
    /// header they are its first row.
    #[error(
        "none of the columns with text ({0}) is among the {1} of its first line: is that a header, and this its map?"
    )]
    Missing(String, usize),
}

/// Names of columns: one or several.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(from = "OneOrMany")]
struct Names(Vec<String>);

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl From<OneOrMany> for Names {
    fn from(names: OneOrMany) -> Self {
        match names {
            OneOrMany::One(name) => Self(vec![name]),
            OneOrMany::Many(names) => Self(names),
        }
    }
}

/// A map as it is written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Map {
    id: Names,
    id_prefix: String,
    subject: Names,
    text: Names,
    turns: Turns,
    html: bool,
    role: Names,
    channel: Names,
    language: Names,
    time: Names,
    hold_seconds: Names,
    tier: Names,
    state: Names,
    contact: Contact,
    references: Names,
    pass: Names,
    pseudonymise: Names,
    roles: BTreeMap<String, String>,
    channels: BTreeMap<String, String>,
    tiers: BTreeMap<String, String>,
    default_channel: Option<String>,
}

/// Columns whose value is a JSON list of turns, and the paths inside an element.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Turns {
    columns: Names,
    role: Names,
    text: Names,
}

/// Columns that name the people of a conversation: searched for in its text, never passed on.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Contact {
    name: Names,
    email: Names,
    phone: Names,
    identifier: Names,
}

/// How rows become conversations.
#[derive(Debug, Default)]
pub struct Mapping {
    /// `None`: the rows of the `analyze` contract.
    map: Option<Map>,
    pseudonyms: Option<Pseudonyms>,
    id_prefix: String,
    strict_ids: bool,
    /// Every column is read as it is: the file holds results, not conversations.
    results: bool,
}

impl Mapping {
    /// The columns of a file of results.
    pub(super) fn results() -> Self {
        Self { results: true, ..Self::default() }
    }

    /// The rows of the `analyze` contract: the id is given back as it came.
    pub fn contract() -> Self {
        Self::default()
    }

    /// A built-in map.
    pub fn builtin(name: &str) -> Option<Result<Self, MapError>> {
        BUILTIN.iter().find(|(known, _)| *known == name).map(|(_, text)| Self::parse(text))
    }

    /// A map from its TOML.
    ///
    /// # Errors
    /// What is wrong with it; the text of a syntax error names the line.
    pub fn parse(toml: &str) -> Result<Self, MapError> {
        let map: Map = toml::from_str(toml).map_err(|error| MapError::Syntax(error.to_string()))?;
        map.check()?;
        Ok(Self { id_prefix: map.id_prefix.clone(), map: Some(map), strict_ids: true, ..Self::default() })
    }

    /// Ids get this prefix; a prefix that ends in `:` keeps long numbers legal.
    pub fn with_id_prefix(self, prefix: &str) -> Self {
        Self { id_prefix: prefix.to_owned(), ..self }
    }

    /// An id that looks like an identifier of a person makes its row a reject, or a pseudonym where there is a key.
    pub fn with_strict_ids(self) -> Self {
        Self { strict_ids: true, ..self }
    }

    /// Columns that identify people become pseudonyms under this key instead of being dropped.
    pub fn with_pseudonyms(self, pseudonyms: Pseudonyms) -> Self {
        Self { pseudonyms: Some(pseudonyms), ..self }
    }

    /// What tells this mapping from others, key included; nothing can be learned of the key from it.
    pub(super) fn fingerprint(&self) -> String {
        let key = self.pseudonyms.as_ref().map(|pseudonyms| pseudonyms.of("fingerprint"));
        format!("{:?} {key:?} {} {}", self.map, self.id_prefix, self.strict_ids)
    }

    /// The names of the columns that follow a result, the same for every file of an archive.
    pub fn passed(&self) -> Vec<String> {
        let Some(map) = &self.map else { return Vec::new() };
        let time = (!map.time.0.is_empty()).then(|| "time".to_owned());
        let pseudonymised = self.pseudonyms.iter().flat_map(|_| &map.pseudonymise.0);
        time.into_iter().chain(map.references.0.iter().chain(&map.pass.0).chain(pseudonymised).cloned()).collect()
    }
}

impl Map {
    fn check(&self) -> Result<(), MapError> {
        if self.subject.0.is_empty() && self.text.0.is_empty() && self.turns.columns.0.is_empty() {
            return Err(MapError::NoText);
        }
        if let Some(name) = self.pass.0.iter().find(|name| identifies(name)) {
            return Err(MapError::Identifier(name.clone()));
        }
        let unknown = |names: &BTreeMap<String, String>, known: fn(&str) -> bool| {
            names.values().find(|name| !known(name)).map_or(Ok(()), |name| Err(MapError::Name(name.clone())))
        };
        unknown(&self.roles, |name| crate::conversation::Role::from_name(name).is_some())?;
        unknown(&self.channels, |name| crate::conversation::Channel::from_name(name).is_some())?;
        unknown(&self.tiers, |name| super::input::tier(Some(name)).is_ok())
    }
}

/// Whether the name of a column tells that it identifies people.
fn identifies(name: &str) -> bool {
    let name = name.to_lowercase();
    let words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).collect();
    let has = |table: &[&str]| words.iter().any(|word| table.contains(word));
    has(&IDENTIFIER_WORDS) || has(&["name"]) && has(&PERSON_WORDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_builtin_map_is_sound() {
        for (name, _) in BUILTIN {
            Mapping::builtin(name).unwrap().unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        assert!(Mapping::builtin("other").is_none());
    }

    #[track_caller]
    fn refused(toml: &str, expected: &MapError) {
        assert_eq!(&Mapping::parse(toml).unwrap_err(), expected);
    }

    #[test]
    fn a_map_that_would_leak_or_do_nothing_is_refused() {
        refused("id = 'a'", &MapError::NoText);
        refused(
            "text = 'a'\npass = ['status', 'Requester e-mail']",
            &MapError::Identifier("Requester e-mail".to_owned()),
        );
        refused("text = 'a'\npass = 'customer_name'", &MapError::Identifier("customer_name".to_owned()));
        refused("text = 'a'\nroles = { x = 'boss' }", &MapError::Name("boss".to_owned()));
        assert!(matches!(Mapping::parse("text = 'a'\nfoo = 1"), Err(MapError::Syntax(_))));
        assert!(Mapping::parse("text = 'a'\npass = ['brand_name', 'status', 'description_length']").is_ok());
    }

    #[test]
    fn pseudonymised_columns_are_passed_only_under_a_key() {
        let toml = "text = 't'\ntime = 'at'\nreferences = 'order'\npass = 'status'\npseudonymise = ['email']";
        assert_eq!(Mapping::parse(toml).unwrap().passed(), ["time", "order", "status"]);
        let keyed = Mapping::parse(toml).unwrap().with_pseudonyms(Pseudonyms::new(&[7; 32]).unwrap());
        assert_eq!(keyed.passed(), ["time", "order", "status", "email"]);
    }
}
