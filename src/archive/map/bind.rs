//! A map bound to the columns of one file: gives the conversation of each row. The only place where a cell of an archive
//! is looked at before redaction.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use serde_json::Value;

use super::{
    Contact, Map, MapError, Mapping, Names,
    cells::{Cells, Object, Table, normal},
};
use crate::{
    archive::{
        chunk::Parsed,
        input::{self, Passed, Row, RowError},
        month::instant,
    },
    assessment::Tier,
    conversation::{Channel, Part, Party, RawText, RawTurn, Role},
    redact::is_reference,
    text::Language,
};

/// Columns to wrap converted HTML at: none.
const HTML_WIDTH: usize = 1 << 16;

/// Places of the columns of the contract that hold text.
const TEXT_COLUMNS: [usize; 2] = [3, 4];

/// Longest name of a column that is shown though no map names it, in bytes.
const COLUMN_NAME_BYTES_MAX: usize = 40;

/// What becomes of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// Redacted and scored.
    Text,
    /// A fact about the conversation, or its id.
    Fact,
    /// Names people who are then searched for in the text; not passed on.
    Contact,
    /// Passed on after redaction.
    Passed,
    /// Passed on as a pseudonym.
    Pseudonym,
    /// Dropped.
    Dropped,
}

/// A mapping and where its columns stand in a file.
#[derive(Debug)]
pub struct Binding {
    mapping: Arc<Mapping>,
    header: Vec<String>,
    /// The map's columns by name.
    places: BTreeMap<String, usize>,
    /// Place of each column of the contract.
    contract: [Option<usize>; input::COLUMNS.len()],
}

impl Binding {
    /// Binds to JSON Lines, where every row names its own columns.
    pub fn json(mapping: Arc<Mapping>) -> Self {
        Self { mapping, header: Vec::new(), places: BTreeMap::new(), contract: Default::default() }
    }

    /// Binds to the header of a table. Names are compared without case and space around them.
    ///
    /// # Errors
    /// No column with text is there.
    pub fn table(mapping: Arc<Mapping>, header: &[String]) -> Result<Self, MapError> {
        let places: BTreeMap<String, usize> = header.iter().map(|name| normal(name)).zip(0..).collect();
        let contract = input::COLUMNS.map(|name| places.get(name).copied());
        let binding = Self { mapping, header: header.to_vec(), places, contract };
        let has_text = binding.mapping.results || binding.fates().iter().any(|(_, fate)| *fate == Fate::Text);
        if has_text { Ok(binding) } else { Err(MapError::Missing(binding.mapping.texts().join(", "), header.len())) }
    }

    /// The names of the columns of a table.
    pub(in crate::archive) fn header(&self) -> &[String] {
        &self.header
    }

    /// What becomes of each column of a table. A column that no map names goes by its number, unless its name looks like
    /// one: a file without a header has its first customer there.
    pub fn fates(&self) -> Vec<(String, Fate)> {
        let fate = |(name, number): (&String, usize)| match self.mapping.fate(&normal(name)) {
            Fate::Dropped if !is_name(name) => (format!("column {number}"), Fate::Dropped),
            fate => (name.clone(), fate),
        };
        self.header.iter().zip(1..).map(fate).collect()
    }

    /// Reads a line of JSON.
    pub(in crate::archive) fn line(&self, line: &[u8]) -> Parsed {
        let Some(map) = &self.mapping.map else { return self.mapping.checked(input::parse(line)?) };
        let text = std::str::from_utf8(line).map_err(|_| (None, RowError::NotUtf8))?;
        let value: Value = serde_json::from_str(text).map_err(|error| (None, RowError::Json(error.column())))?;
        self.mapping.checked(map.row(&Object(&value), self.mapping.as_ref())?)
    }

    /// Reads a row of a table; `cell` gives the text of a column.
    pub(in crate::archive) fn cells<'c>(&self, cell: impl Fn(usize) -> Option<Cow<'c, str>>) -> Parsed {
        let filled = |at: usize| cell(at).filter(|text| !text.is_empty());
        let Some(map) = &self.mapping.map else {
            let contract = |at: usize| self.contract.get(at).copied().flatten().and_then(filled);
            return self.mapping.checked(input::from_cells(contract)?);
        };
        let table = Table { places: &self.places, cell: &filled };
        self.mapping.checked(map.row(&table, self.mapping.as_ref())?)
    }
}

/// Whether a text looks like the name of a column: one word of an identifier, or a few words without digits.
fn is_name(text: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    text.len() <= COLUMN_NAME_BYTES_MAX && digits <= 2 && text.chars().all(word)
}

impl Mapping {
    /// The names of the columns that hold text.
    fn texts(&self) -> Vec<String> {
        let Some(map) = &self.map else {
            return TEXT_COLUMNS.iter().filter_map(|&at| input::COLUMNS.get(at)).map(|&name| name.to_owned()).collect();
        };
        [&map.subject, &map.text, &map.turns.columns].into_iter().flat_map(|names| names.0.clone()).collect()
    }

    fn fate(&self, name: &str) -> Fate {
        if self.results {
            return Fate::Fact;
        }
        let Some(map) = &self.map else {
            return match input::COLUMNS.iter().position(|known| *known == name) {
                Some(at) if TEXT_COLUMNS.contains(&at) => Fate::Text,
                Some(5 | 6) => Fate::Contact,
                Some(_) => Fate::Fact,
                None => Fate::Dropped,
            };
        };
        map.fates(self.pseudonyms.is_some()).find(|(names, _)| names.has(name)).map_or(Fate::Dropped, |(_, fate)| fate)
    }

    /// Puts the prefix before the id and holds it against the rule for references.
    fn checked(&self, mut row: Row) -> Parsed {
        if !self.strict_ids && self.id_prefix.is_empty() {
            return Ok(row);
        }
        let id = crate::archive::result::id_text(&row.id);
        let id = if id.is_empty() { String::new() } else { format!("{}{id}", self.id_prefix) };
        if self.strict_ids && !is_reference(&id) {
            let Some(pseudonyms) = &self.pseudonyms else { return Err((None, RowError::IdentifierInReference)) };
            row.id = Value::String(pseudonyms.of(&id));
        } else if !self.id_prefix.is_empty() && !id.is_empty() {
            row.id = Value::String(id);
        }
        Ok(row)
    }

    fn reference(&self, value: &str) -> String {
        match &self.pseudonyms {
            _ if is_reference(value) => value.to_owned(),
            Some(pseudonyms) => pseudonyms.of(value),
            None => super::WITHHELD.to_owned(),
        }
    }
}

impl Names {
    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|known| normal(known) == name)
    }

    /// The text of the first of these columns that has any.
    fn first<'c>(&self, cells: &impl Cells<'c>) -> Option<Cow<'c, str>> {
        self.0.iter().find_map(|name| cells.text(name))
    }

    /// The texts of all of these columns that have any.
    fn all<'s, 'c: 's>(&'s self, cells: &'s impl Cells<'c>) -> impl Iterator<Item = Cow<'c, str>> + 's {
        self.0.iter().filter_map(|name| cells.text(name))
    }

    fn raw<'c>(&self, cells: &impl Cells<'c>) -> Vec<RawText> {
        self.all(cells).map(|text| RawText::new(text.into_owned())).collect()
    }
}

/// The translation of a value, by a table first and by its own name after.
fn translated<T>(table: &BTreeMap<String, String>, value: &str, from_name: impl Fn(&str) -> Option<T>) -> Option<T> {
    let known = table.get(value).or_else(|| table.get(&normal(value)));
    from_name(&known.map_or_else(|| normal(value), Clone::clone))
}

impl Map {
    /// Columns and what becomes of them; the first that names a column decides.
    fn fates(&self, keyed: bool) -> impl Iterator<Item = (&Names, Fate)> {
        let Contact { name, email, phone, identifier } = &self.contact;
        let pseudonym = if keyed { Fate::Pseudonym } else { Fate::Dropped };
        let text = [&self.subject, &self.text, &self.turns.columns].map(|names| (names, Fate::Text));
        let keyed = keyed.then_some((&self.pseudonymise, pseudonym));
        let Self { id, role, channel, language, time, hold_seconds, tier, state, .. } = self;
        let facts = [id, role, channel, language, time, hold_seconds, tier];
        let contact = [name, email, phone, identifier].map(|names| (names, Fate::Contact));
        let passed = [&self.references, &self.pass].map(|names| (names, Fate::Passed));
        let facts = facts.map(|names| (names, Fate::Fact));
        // A state that is passed on as well is called that.
        text.into_iter().chain(keyed).chain(facts).chain(contact).chain(passed).chain([(state, Fate::Fact)])
    }

    fn row<'c>(&self, cells: &impl Cells<'c>, mapping: &Mapping) -> Parsed {
        let id = self.id.first(cells).map_or(Value::Null, |id| Value::String(id.into_owned()));
        let facts = || -> Result<_, RowError> { Ok((self.turns(cells)?, self.tier(cells)?)) };
        let (turns, tier) = facts().map_err(|error| (None, error))?;
        let channel = self.channel.first(cells);
        let channel = channel.and_then(|name| translated(&self.channels, &name, Channel::from_name));
        let default = self.default_channel.as_deref().and_then(Channel::from_name);
        Ok(Row {
            id,
            channel: channel.or(default).unwrap_or(Channel::Query),
            language: self.language.first(cells).and_then(|tag| Language::from_tag(&tag)),
            turns,
            parties: self.parties(cells),
            hold_seconds: input::seconds(self.hold_seconds.first(cells).and_then(|text| text.trim().parse().ok())),
            tier,
            time: self.time.first(cells).and_then(|text| instant(&text)),
            unresolved: self.state.first(cells).is_some_and(|state| input::unresolved(&state)),
            passed: self.passed(cells, mapping),
        })
    }

    fn tier<'c>(&self, cells: &impl Cells<'c>) -> Result<Tier, RowError> {
        let named = self.tier.first(cells);
        named.map_or(Ok(Tier::Standard), |name| {
            translated(&self.tiers, &name, |name| input::tier(Some(name)).ok()).ok_or(RowError::Tier)
        })
    }

    fn role(&self, value: Option<&str>) -> Result<Role, RowError> {
        value.map_or(Ok(Role::Customer), |name| translated(&self.roles, name, Role::from_name).ok_or(RowError::Role))
    }

    fn turns<'c>(&self, cells: &impl Cells<'c>) -> Result<Vec<RawTurn>, RowError> {
        let mut listed = Vec::new();
        for list in self.turns.columns.0.iter().filter_map(|name| cells.json(name)) {
            for element in list.as_array().into_iter().flatten() {
                listed.extend(self.turn(element)?);
            }
        }
        let role = self.role(self.role.first(cells).as_deref())?;
        let part = |names: &Names, part| -> Vec<RawTurn> {
            names.all(cells).map(|text| RawTurn { role, part, text: self.plain(&text) }).collect()
        };
        let (mut turns, mut texts) = (part(&self.subject, Part::Subject), part(&self.text, Part::Body));
        // Exports repeat the description as the first comment.
        texts.retain(|text| listed.first().is_none_or(|first| first.text.expose().trim() != text.text.expose().trim()));
        turns.append(&mut texts);
        turns.append(&mut listed);
        if turns.is_empty() { Err(RowError::NoText) } else { Ok(turns) }
    }

    fn turn(&self, element: &Value) -> Result<Option<RawTurn>, RowError> {
        let element = Object(element);
        let Some(text) = self.turns.text.first(&element) else { return Ok(None) };
        let role = self.role(self.turns.role.first(&element).as_deref())?;
        Ok(Some(RawTurn { role, part: Part::Body, text: self.plain(&text) }))
    }

    /// The text without its markup where the map says that there is some.
    fn plain(&self, text: &str) -> RawText {
        let plain = self.html.then(|| html2text::from_read(text.as_bytes(), HTML_WIDTH).ok()).flatten();
        RawText::new(plain.unwrap_or_else(|| text.to_owned()))
    }

    fn parties<'c>(&self, cells: &impl Cells<'c>) -> Vec<Party> {
        let Contact { name, email, phone, identifier } = &self.contact;
        vec![Party {
            names: name.raw(cells),
            emails: email.raw(cells),
            phones: phone.raw(cells),
            identifiers: identifier.raw(cells),
        }]
    }

    /// In the order of [`Mapping::passed`].
    fn passed<'c>(&self, cells: &impl Cells<'c>, mapping: &Mapping) -> Vec<Passed> {
        let cell = |name: &String| cells.text(name).unwrap_or_default();
        let time = |_: &Names| instant(&self.time.first(cells)?).map(|instant| instant.to_string());
        let time = (!self.time.0.is_empty()).then(|| Passed::Ready(time(&self.time).unwrap_or_default()));
        let references = self.references.0.iter().map(|name| Passed::Ready(mapping.reference(&cell(name))));
        let pass = self.pass.0.iter().map(|name| Passed::Raw(RawText::new(cell(name).into_owned())));
        let keyed = mapping.pseudonyms.iter().flat_map(|key| {
            let pseudonym = |value: &str| if value.is_empty() { String::new() } else { key.of(value) };
            self.pseudonymise.0.iter().map(move |name| Passed::Ready(pseudonym(&cell(name))))
        });
        time.into_iter().chain(references).chain(pass).chain(keyed).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::map::Pseudonyms;

    const MAP: &str = "id = 'key'\nid_prefix = 'x:'\nsubject = 'Subject'\ntext = ['body']\nrole = 'by'\nchannel = 'via'\n\
        time = 'at'\nreferences = 'ref'\npass = 'state'\nstate = 'state'\npseudonymise = 'mail'\ntier = 'plan'\n\
        turns = { columns = 'log', role = 'who.type', text = 'said' }\n[contact]\nname = 'who'\nemail = 'mail'\n\
        [roles]\nuser = 'customer'\nadmin = 'agent'\n[channels]\nweb = 'query'\n[tiers]\ngold = 'vip'\n";

    fn binding(keyed: bool) -> Binding {
        let mapping = Mapping::parse(MAP).unwrap();
        let key = || Pseudonyms::new(&[7; 32]).unwrap();
        Binding::json(Arc::new(if keyed { mapping.with_pseudonyms(key()) } else { mapping }))
    }

    fn ready(row: &Row) -> Vec<&str> {
        row.passed.iter().map(|passed| if let Passed::Ready(text) = passed { text } else { "?" }).collect()
    }

    #[test]
    fn every_part_of_a_row_is_mapped() {
        let line = r#"{"key":4711,"Subject":"Lost","body":"Where is it","by":"user","via":"web","at":"2026-11-22 01:02:03",
            "ref":"zd:1234567890","state":"open","mail":"a@b.example","who":"Ann","plan":"gold",
            "log":[{"who":{"type":"user"},"said":" Where is it "},{"who":{"type":"admin"},"said":"Soon"},{"who":{}}]}"#;
        let row = binding(false).line(line.as_bytes()).unwrap();
        let turns: Vec<_> = row.turns.iter().map(|turn| (turn.role, turn.part, turn.text.expose())).collect();
        let expected = [
            (Role::Customer, Part::Subject, "Lost"),
            (Role::Customer, Part::Body, " Where is it "),
            (Role::Agent, Part::Body, "Soon"),
        ];
        assert_eq!(turns, expected);
        assert_eq!((row.id.as_str(), row.channel, row.tier), (Some("x:4711"), Channel::Query, Tier::Vip));
        assert_eq!((row.month().unwrap().to_string().as_str(), row.unresolved), ("2026-11", true));
        assert_eq!(ready(&row), ["2026-11-22T01:02:03Z", "zd:1234567890", "?"]);
        assert_eq!((row.parties[0].names.len(), row.parties[0].emails.len()), (1, 1));
    }

    #[test]
    fn identifiers_in_references_are_withheld_or_pseudonymised() {
        let line = br#"{"key":"1","body":"x","ref":"ann@example.com","mail":"ann@example.com"}"#;
        assert_eq!(ready(&binding(false).line(line).unwrap())[1], "[WITHHELD]");
        let keyed = binding(true).line(line).unwrap();
        assert!(ready(&keyed)[1].starts_with("p_"));
        assert_eq!(ready(&keyed)[1], ready(&keyed)[3]);
    }

    #[test]
    fn free_text_is_no_reference_whatever_stands_before_it() {
        for free in ["Card 4111 1111 1111 1111 Jo Bloggs", "ticket: Jo Bloggs 4111 1111 1111 1111", &"a".repeat(129)] {
            let line = serde_json::json!({"key": "1", "body": "x", "ref": free});
            assert_eq!(ready(&binding(false).line(line.to_string().as_bytes()).unwrap())[1], "[WITHHELD]");
            let line = serde_json::json!({"id": free, "text": "x"}).to_string();
            let strict = Binding::json(Arc::new(Mapping::contract().with_strict_ids()));
            assert_eq!(strict.line(line.as_bytes()).unwrap_err().1, RowError::IdentifierInReference);
        }
    }

    #[track_caller]
    fn refused(line: &str, error: RowError) {
        assert_eq!(binding(false).line(line.as_bytes()).unwrap_err().1, error);
    }

    #[test]
    fn bad_rows_are_refused() {
        refused(r#"{"key":"1","body":""}"#, RowError::NoText);
        refused(r#"{"key":"1","body":"x","by":"boss"}"#, RowError::Role);
        refused(r#"{"key":"1","body":"x","plan":"tin"}"#, RowError::Tier);
        refused("[", RowError::Json(1));
        refused(r#"{"key":"1","log":[{"who":{"type":"boss"},"said":"x"}]}"#, RowError::Role);
    }

    #[test]
    fn ids_that_look_like_identifiers_need_a_prefix_or_a_key() {
        let strict = |mapping: Mapping| Binding::json(Arc::new(mapping.with_strict_ids()));
        let id = |binding: Binding, line: &[u8]| binding.line(line).map(|row| row.id);
        let mail = br#"{"id":"ann@example.com","text":"x"}"#;
        assert_eq!(id(strict(Mapping::contract()), mail), Err((None, RowError::IdentifierInReference)));
        let keyed = Mapping::contract().with_pseudonyms(Pseudonyms::new(&[7; 32]).unwrap());
        assert!(id(strict(keyed), mail).unwrap().as_str().unwrap().starts_with("p_"));
        let number = br#"{"id":123456789012,"text":"x"}"#;
        assert_eq!(id(strict(Mapping::contract()), number), Err((None, RowError::IdentifierInReference)));
        assert_eq!(id(strict(Mapping::contract().with_id_prefix("t:")), number), Ok("t:123456789012".into()));
        assert_eq!(id(Binding::json(Arc::new(Mapping::contract())), number), Ok(123_456_789_012_i64.into()));
    }

    #[test]
    fn a_file_without_a_header_shows_nobody() {
        let row = ["4711", "Jo Bloggs", "jo@bloggs.example", "my card 4111 1111 1111 1111"].map(str::to_owned);
        let refused = Binding::table(Arc::new(Mapping::contract()), &row).unwrap_err();
        assert_eq!(refused, MapError::Missing("text, turns".to_owned(), 4));
        let row = ["4711", "text", "jo@bloggs.example", "my card", "notes_2"].map(str::to_owned);
        let shown = Binding::table(Arc::new(Mapping::contract()), &row).unwrap().fates();
        let names: Vec<&str> = shown.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["column 1", "text", "column 3", "column 4", "notes_2"]);
    }

    #[test]
    fn columns_of_a_table_are_listed_with_their_fate() {
        use Fate::{Contact, Dropped, Fact, Passed, Pseudonym, Text};
        let header = ["KEY ", "body", "ref", "mail", "who", "notes"].map(str::to_owned);
        let fates = |keyed| -> Vec<Fate> {
            let mapping = binding(keyed).mapping.clone();
            Binding::table(mapping, &header).unwrap().fates().into_iter().map(|(_, fate)| fate).collect()
        };
        assert_eq!(fates(false), [Fact, Text, Passed, Contact, Contact, Dropped]);
        assert_eq!(fates(true), [Fact, Text, Passed, Pseudonym, Contact, Dropped]);
        let missing = Binding::table(binding(false).mapping.clone(), &["a".to_owned()]).unwrap_err();
        assert_eq!(missing, MapError::Missing("Subject, body, log".to_owned(), 1));
    }
}
