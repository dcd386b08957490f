//! Formats as they are written: a chunk of results becomes a block of bytes or of columns on the thread that scored it, so
//! that the writer only copies. Blocks depend on the chunk alone; a file is their sequence.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use super::{
    output::FIELDS,
    result::id_text,
    score::{Entry, Scored},
    source::Packing,
};

/// What a chunk becomes.
#[derive(Debug)]
pub(super) enum Block {
    /// Bytes to append.
    Bytes(Vec<u8>),
    /// Columns, for the formats that have them.
    #[cfg(feature = "columnar")]
    Columns(arrow_array::RecordBatch),
}

/// A format as it is written.
pub(super) trait Encode: Send + Sync {
    /// What stands before the first result.
    fn head(&self) -> io::Result<Vec<u8>>;

    /// The block of a chunk; takes what it needs out of it.
    fn block(&self, scored: &mut Scored) -> io::Result<Block>;
}

/// The columns of a table of results: id, fields, what is passed on, and, where refused rows are told in their place,
/// the reason.
pub(super) fn columns(passed: &[String], errors: bool) -> Vec<String> {
    let fields = FIELDS.iter().map(|field| (*field).to_owned());
    let passed = passed.iter().map(|name| format!("columns.{name}"));
    let error = errors.then(|| "error".to_owned());
    std::iter::once("id".to_owned()).chain(fields).chain(passed).chain(error).collect()
}

/// The cells of a result: the bytes of its JSON, without the quotes of strings; `null` is an empty cell. No string among
/// the fields needs an escape.
pub(super) fn cells<'c>(entry: &'c Entry, json: &'c [u8], errors: bool, width: usize) -> Vec<Cow<'c, str>> {
    let mut cells: Vec<Cow<'_, str>> = match entry {
        Entry::Refused { id, .. } => vec![id.as_ref().map(id_text).unwrap_or_default()],
        Entry::Scored { id, marks, passed } => {
            let fields = marks.values.iter().map(|span| json.get(span.clone()).unwrap_or_default());
            let unquoted = fields.map(|bytes| match bytes {
                b"null" => Cow::default(),
                [b'"', inner @ .., b'"'] => String::from_utf8_lossy(inner),
                other => String::from_utf8_lossy(other),
            });
            let passed = passed.iter().map(|cell| Cow::Borrowed(cell.as_str()));
            std::iter::once(id_text(id)).chain(unquoted).chain(passed).collect()
        }
    };
    cells.resize(width, Cow::default());
    if let (true, Entry::Refused { error, .. }, Some(last)) = (errors, entry, cells.last_mut()) {
        *last = error.to_string().into();
    }
    cells
}

/// JSON Lines.
#[derive(Debug)]
pub(super) struct Lines;

impl Encode for Lines {
    fn head(&self) -> io::Result<Vec<u8>> {
        Ok(Vec::new())
    }

    fn block(&self, scored: &mut Scored) -> io::Result<Block> {
        Ok(Block::Bytes(std::mem::take(&mut scored.json)))
    }
}

/// CSV or TSV.
#[derive(Debug)]
pub(super) struct Separated {
    pub(super) delimiter: u8,
    pub(super) columns: Vec<String>,
    pub(super) errors: bool,
}

impl Separated {
    fn records<R, C>(&self, records: impl Iterator<Item = R>) -> io::Result<Vec<u8>>
    where
        R: IntoIterator<Item = C>,
        C: AsRef<str>,
    {
        let mut writer = csv::WriterBuilder::new().delimiter(self.delimiter).from_writer(Vec::new());
        for record in records {
            for cell in record {
                writer.write_field(cell.as_ref())?;
            }
            writer.write_record(None::<&[u8]>)?;
        }
        writer.into_inner().map_err(|error| io::Error::other(error.to_string()))
    }
}

impl Encode for Separated {
    fn head(&self) -> io::Result<Vec<u8>> {
        self.records(std::iter::once(self.columns.clone()))
    }

    fn block(&self, scored: &mut Scored) -> io::Result<Block> {
        let width = self.columns.len();
        let rows = scored.entries.iter().map(|entry| cells(entry, &scored.json, self.errors, width));
        self.records(rows).map(Block::Bytes)
    }
}

/// Packs the blocks of another format, each into a member or frame of its own.
pub(super) struct Packed {
    pub(super) format: Box<dyn Encode>,
    pub(super) packing: Packing,
}

/// Levels of compression: the libraries' own defaults.
fn pack(bytes: &[u8], packing: Packing) -> io::Result<Vec<u8>> {
    match packing {
        _ if bytes.is_empty() => Ok(Vec::new()),
        Packing::Plain => Ok(bytes.to_vec()),
        Packing::Zstd => zstd::bulk::compress(bytes, zstd::DEFAULT_COMPRESSION_LEVEL),
        Packing::Gzip => {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(bytes)?;
            encoder.finish()
        }
    }
}

impl Encode for Packed {
    fn head(&self) -> io::Result<Vec<u8>> {
        pack(&self.format.head()?, self.packing)
    }

    fn block(&self, scored: &mut Scored) -> io::Result<Block> {
        match self.format.block(scored)? {
            Block::Bytes(bytes) => pack(&bytes, self.packing).map(Block::Bytes),
            #[cfg(feature = "columnar")]
            columns @ Block::Columns(_) => Ok(columns),
        }
    }
}
