//! The rows that make up a case, and the keyed digest of one row: every clear column whole, of a sealed value its nonce and
//! its tag, which bind the rest. The columns are read from the file, so that none is forgotten.

use rusqlite::{Connection, types::ValueRef};

use crate::crypto::{LookupKey, Purpose, ShortHash};

/// What is not part of its own digest.
const MANIFEST: &str = "manifest";
/// Format, key version and nonce of a sealed value, and its tag.
const SEALED_HEAD: usize = 17;
const SEALED_TAIL: usize = 16;
/// Columns that hold a sealed value, or nothing.
const SEALED: [&str; 5] = ["sealed", "facts", "assessment", "recording", "turns"];

/// Whose a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// It says where the case stands: its own row, and its item in the queue.
    Standing,
    /// An interaction of the case.
    Interaction,
    /// It belongs to an interaction whose number is in the first column, shifted by so many bits.
    Attached(u32),
}

/// A table whose rows belong to cases.
struct Source {
    name: &'static str,
    owner: Owner,
    /// The column that leads to the case, or for an attached row to the interaction.
    leads: &'static str,
}

const SOURCES: [Source; 6] = [
    Source { name: "cases", owner: Owner::Standing, leads: "number" },
    Source { name: "items", owner: Owner::Standing, leads: "case_number" },
    Source { name: "interactions", owner: Owner::Interaction, leads: "case_number" },
    Source { name: "segments", owner: Owner::Attached(SEGMENT_BITS), leads: "number" },
    Source { name: "corrections", owner: Owner::Attached(0), leads: "interaction_number" },
    Source { name: "shadows", owner: Owner::Attached(0), leads: "interaction_number" },
];

/// Bits of a segment's number that count the segments of one interaction.
const SEGMENT_BITS: u32 = 20;

/// A table with its columns.
#[derive(Debug)]
pub(super) struct Table {
    /// Its number within a digest.
    pub(super) code: u8,
    /// Its name.
    pub(super) name: &'static str,
    /// Whose its rows are.
    pub(super) owner: Owner,
    /// Every column but the manifest.
    pub(super) columns: Vec<String>,
    /// Which of them leads to the owner.
    pub(super) leads: usize,
    sealed: Vec<bool>,
    /// Selects the rows of one owner, in the order of the columns.
    pub(super) select: String,
}

/// The tables.
#[derive(Debug)]
pub(in super::super) struct Layout(pub(super) Vec<Table>);

impl Layout {
    /// Reads the columns from the data file.
    pub(in super::super) fn read(data: &Connection) -> rusqlite::Result<Self> {
        (1..).zip(&SOURCES).map(|(code, source)| Table::read(data, code, source)).collect::<Result<_, _>>().map(Self)
    }

    /// The table of this code.
    pub(super) fn table(&self, code: u8) -> Option<&Table> {
        self.0.get(usize::from(code.checked_sub(1)?))
    }
}

impl Table {
    fn read(data: &Connection, code: u8, source: &Source) -> rusqlite::Result<Self> {
        let Source { name, owner, leads } = *source;
        let mut statement = data.prepare("SELECT name FROM pragma_table_info(?1) WHERE name != ?2 ORDER BY cid")?;
        let columns: Vec<String> =
            statement.query_map([name, MANIFEST], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let at = columns.iter().position(|column| column == leads).unwrap_or_default();
        let condition = match owner {
            Owner::Standing | Owner::Interaction => format!("{leads} = ?1"),
            Owner::Attached(bits) => format!("{leads} BETWEEN ?1 << {bits} AND (?1 << {bits}) + (1 << {bits}) - 1"),
        };
        let select = format!("SELECT {} FROM {name} WHERE {condition}", columns.join(", "));
        let sealed = columns.iter().map(|column| SEALED.contains(&column.as_str())).collect();
        Ok(Self { code, name, owner, columns, leads: at, sealed, select })
    }

    /// The keyed digest of a row of these values.
    pub(super) fn digest<'a>(&self, key: &LookupKey, values: impl Iterator<Item = ValueRef<'a>>) -> ShortHash {
        let mut bytes = Vec::with_capacity(256);
        bytes.push(self.code);
        for (value, sealed) in values.zip(&self.sealed) {
            put(&mut bytes, value, *sealed);
        }
        key.short(Purpose::ManifestRow, &[&bytes])
    }
}

/// Adds a value: its kind, its length, its bytes.
fn put(bytes: &mut Vec<u8>, value: ValueRef<'_>, sealed: bool) {
    let (kind, content): (u8, &[u8]) = match value {
        ValueRef::Null => (0, &[]),
        ValueRef::Integer(number) => {
            bytes.push(1);
            return bytes.extend_from_slice(&number.to_be_bytes());
        }
        ValueRef::Real(number) => {
            bytes.push(2);
            return bytes.extend_from_slice(&number.to_be_bytes());
        }
        ValueRef::Text(text) => (3, text),
        ValueRef::Blob(blob) => (4, blob),
    };
    bytes.push(kind);
    bytes.extend_from_slice(&(content.len() as u64).to_be_bytes());
    match (content.first_chunk::<SEALED_HEAD>(), content.last_chunk::<SEALED_TAIL>()) {
        (Some(head), Some(tail)) if sealed => {
            bytes.extend_from_slice(head);
            bytes.extend_from_slice(tail);
        }
        _ => bytes.extend_from_slice(content),
    }
}
