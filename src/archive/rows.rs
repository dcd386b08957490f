//! The rows of an archive one by one, for whoever takes them elsewhere than to a file of results.

use std::sync::Arc;

use aws_lc_rs::digest::{Context, SHA256};

use super::{
    chunk::Place,
    error::ArchiveError,
    input::{Row, RowError},
    inputs::{Inputs, Piece, Reading},
    source::Source,
};

/// Where a row stands.
#[derive(Clone, Debug)]
pub struct At {
    pub(super) input: Arc<str>,
    pub(super) place: Place,
}

/// A row, or why it is none.
pub type Read = (At, Result<Row, RowError>);

/// The rows of inputs, in order.
pub struct Rows {
    inputs: Inputs,
    current: Option<(Piece, usize)>,
}

impl std::fmt::Debug for Rows {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Rows(..)")
    }
}

impl Rows {
    /// Reads these inputs.
    pub fn new(sources: &[Source], reading: Reading) -> Self {
        Self { inputs: Inputs::new(sources, reading), current: None }
    }

    /// Passes over rows without looking into them; fewer where the inputs end before.
    ///
    /// # Errors
    /// An input cannot be read.
    pub fn skip(&mut self, mut rows: u64) -> Result<(), ArchiveError> {
        while rows > 0 && self.fill()? {
            if let Some((piece, next)) = &mut self.current {
                let left = (piece.chunk.len() - *next) as u64;
                let passed = rows.min(left);
                *next += usize::try_from(passed).unwrap_or(usize::MAX);
                rows -= passed;
            }
        }
        Ok(())
    }

    /// The next row; `None` at the end.
    ///
    /// # Errors
    /// An input cannot be read.
    pub fn next_row(&mut self) -> Result<Option<Read>, ArchiveError> {
        if !self.fill()? {
            return Ok(None);
        }
        let Some((Piece { input, chunk }, next)) = &mut self.current else { return Ok(None) };
        let index = *next;
        *next += 1;
        let at = At { input: input.clone(), place: chunk.place(index) };
        Ok(Some((at, chunk.row(index).map_err(|(_, error)| error))))
    }

    /// Makes sure that there is a chunk with a row left; false at the end.
    fn fill(&mut self) -> Result<bool, ArchiveError> {
        if self.current.as_ref().is_none_or(|(piece, next)| *next >= piece.chunk.len()) {
            self.current = self.inputs.next()?.map(|piece| (piece, 0));
        }
        Ok(self.current.is_some())
    }
}

/// 128 bits that stand for these bytes: the beginning of their SHA-256. The same on every run and machine.
pub fn fingerprint(parts: &[&[u8]]) -> [u8; 16] {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(&(part.len() as u64).to_le_bytes());
        context.update(part);
    }
    let mut bytes = [0; 16];
    for (byte, hashed) in bytes.iter_mut().zip(context.finish().as_ref()) {
        *byte = *hashed;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::{super::map::Mapping, *};

    #[test]
    fn rows_come_in_order_and_are_passed_over_across_chunks() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("in.jsonl");
        let filler = "x".repeat(900);
        let lines: Vec<String> = (0..1_000).map(|n| format!("{{\"id\":\"{n}\",\"text\":\"{filler}\"}}\n")).collect();
        std::fs::write(&path, lines.concat() + "nonsense\n").unwrap();
        let reading =
            Reading { format: None, mapping: Arc::new(Mapping::contract()), row_bytes_max: 1 << 20, identities: None };
        for passed in [0, 1, 500, 999] {
            let mut rows = Rows::new(&[Source::File(path.clone())], reading.clone());
            rows.skip(passed).unwrap();
            let (at, row) = rows.next_row().unwrap().unwrap();
            assert_eq!((at.place.line, row.unwrap().id), (passed + 1, passed.to_string().into()));
        }
        let mut rows = Rows::new(&[Source::File(path.clone())], reading.clone());
        rows.skip(1_000).unwrap();
        assert_eq!(rows.next_row().unwrap().unwrap().1.unwrap_err(), RowError::Json(2));
        assert!(rows.next_row().unwrap().is_none());
        rows.skip(5).unwrap();
        assert!(rows.next_row().unwrap().is_none());
    }

    #[test]
    fn a_fingerprint_keeps_its_parts_apart() {
        assert_eq!(fingerprint(&[b"a", b"b"]), fingerprint(&[b"a", b"b"]));
        assert_ne!(fingerprint(&[b"a", b"b"]), fingerprint(&[b"ab", b""]));
    }
}
