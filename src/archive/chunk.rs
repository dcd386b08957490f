//! What every format that is read has in common: it gives chunks of consecutive rows, cut without looking into them, and
//! a chunk gives its rows to whichever thread works on it. Where chunks are cut depends on the input alone.

use std::{borrow::Cow, io};

use serde_json::Value;

use super::input::{Row, RowError};

/// A chunk is closed when it holds this many bytes of input.
pub(super) const CHUNK_BYTES: usize = 256 << 10;

/// Where a row stands in its input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The line it begins on, or its number where the format has no lines, from 1.
    pub line: u64,
    /// The first byte of the decompressed input; `None` where the format does not tell.
    pub byte: Option<u64>,
}

/// A row that was looked into; where it is none, the id as far as it could be read, and the reason.
pub(super) type Parsed = Result<Row, (Option<Value>, RowError)>;

/// Consecutive rows.
pub(super) trait Chunk: Send {
    /// Number of rows.
    fn len(&self) -> usize;

    /// Bytes of the input that it stands for.
    fn bytes(&self) -> usize;

    /// Where a row stands; `index` is below [`Chunk::len`].
    fn place(&self, index: usize) -> Place;

    /// Looks into a row; `index` is below [`Chunk::len`].
    fn row(&self, index: usize) -> Parsed;

    /// The cells of a row in the order of the header, an absent one as empty; of JSON Lines, the line. `None`: it has
    /// other cells than the header, or is not UTF-8.
    fn cells(&self, index: usize) -> Option<Vec<Cow<'_, str>>>;
}

/// A format as it is read.
pub(super) trait Reader: Send {
    /// The next chunk, which has at least one row; `None` at the end.
    fn chunk(&mut self) -> io::Result<Option<Box<dyn Chunk>>>;
}
