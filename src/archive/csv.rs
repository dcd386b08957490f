//! CSV and TSV (RFC 4180, with the delimiter given): the first record names the columns. A record with more or fewer
//! cells is refused; one that grows beyond the limit (an unclosed quote) ends the reading.

use std::{
    borrow::Cow,
    io::{self, BufRead, Read},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use csv::{ByteRecord, ReaderBuilder};
use zeroize::Zeroizing;

use super::{
    chunk::{CHUNK_BYTES, Chunk, Parsed, Place, Reader},
    input::RowError,
    lines::skip_mark,
    map::{Binding, Mapping},
};

/// Stops a record from filling the memory.
struct Limited<R> {
    input: R,
    left: Arc<AtomicUsize>,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        let left = self.left.load(Ordering::Relaxed);
        self.left.store(left.saturating_sub(read), Ordering::Relaxed);
        if left == 0 && read > 0 {
            let reason = "a record is longer than the limit; is a quote left open?";
            return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
        }
        Ok(read)
    }
}

/// Reads records.
pub(super) struct CsvReader<R> {
    records: csv::Reader<Limited<R>>,
    left: Arc<AtomicUsize>,
    record_bytes_max: usize,
    record: ByteRecord,
    columns: usize,
    /// Bytes before the header: the mark of UTF-8.
    mark: u64,
    binding: Arc<Binding>,
}

impl<R: BufRead + Send> CsvReader<R> {
    /// Reads the header and binds the mapping to it.
    pub(super) fn new(
        mut input: R,
        delimiter: u8,
        record_bytes_max: usize,
        mapping: Arc<Mapping>,
    ) -> io::Result<(Self, Arc<Binding>)> {
        let mark = skip_mark(&mut input)?;
        let left = Arc::new(AtomicUsize::new(record_bytes_max));
        let limited = Limited { input, left: left.clone() };
        let mut records = ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(limited);
        let header: Vec<String> =
            records.byte_headers()?.iter().map(|n| String::from_utf8_lossy(n).into_owned()).collect();
        let binding =
            Binding::table(mapping, &header).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        let binding = Arc::new(binding);
        let record = ByteRecord::new();
        let columns = header.len();
        Ok((Self { records, left, record_bytes_max, record, columns, mark, binding: binding.clone() }, binding))
    }
}

impl<R: BufRead + Send> Reader for CsvReader<R> {
    fn chunk(&mut self) -> io::Result<Option<Box<dyn Chunk>>> {
        let bytes = Zeroizing::new(Vec::with_capacity(CHUNK_BYTES + CHUNK_BYTES / 4));
        let binding = self.binding.clone();
        let mut chunk = Records { bytes, cells: Vec::new(), rows: Vec::new(), columns: self.columns, binding };
        while chunk.bytes.len() < CHUNK_BYTES {
            self.left.store(self.record_bytes_max, Ordering::Relaxed);
            if !self.records.read_byte_record(&mut self.record)? {
                break;
            }
            chunk.push(&self.record, self.mark);
        }
        Ok(if chunk.rows.is_empty() { None } else { Some(Box::new(chunk)) })
    }
}

/// Consecutive records.
struct Records {
    bytes: Zeroizing<Vec<u8>>,
    /// Where each cell of each record ends.
    cells: Vec<usize>,
    /// Where each record stands, its first cell in `cells`, and whether it has as many cells as the header.
    rows: Vec<(Place, usize, bool)>,
    columns: usize,
    binding: Arc<Binding>,
}

impl Records {
    fn push(&mut self, record: &ByteRecord, mark: u64) {
        let place = record.position().map_or(Place { line: 0, byte: None }, |position| Place {
            line: position.line(),
            byte: Some(mark + position.byte()),
        });
        self.rows.push((place, self.cells.len(), record.len() == self.columns));
        for cell in record {
            self.bytes.extend_from_slice(cell);
            self.cells.push(self.bytes.len());
        }
    }

    fn cell(&self, first: usize, column: usize) -> &[u8] {
        let end = |at: usize| self.cells.get(at).copied();
        let start = (first + column).checked_sub(1).and_then(end).unwrap_or(0);
        end(first + column).and_then(|end| self.bytes.get(start..end)).unwrap_or_default()
    }
}

impl Chunk for Records {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn bytes(&self) -> usize {
        self.bytes.len()
    }

    fn place(&self, index: usize) -> Place {
        self.rows.get(index).map_or(Place { line: 0, byte: None }, |(place, ..)| *place)
    }

    fn row(&self, index: usize) -> Parsed {
        if !self.rows.get(index).is_some_and(|(_, _, whole)| *whole) {
            return Err((None, RowError::Ragged));
        }
        let cells = self.cells(index).ok_or((None, RowError::NotUtf8))?;
        self.binding.cells(|column| cells.get(column).cloned())
    }

    fn cells(&self, index: usize) -> Option<Vec<Cow<'_, str>>> {
        let (_, first, true) = self.rows.get(index).copied()? else { return None };
        let cells = (0..self.columns).map(|column| std::str::from_utf8(self.cell(first, column)).map(Cow::Borrowed));
        cells.collect::<Result<_, _>>().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Line, byte offset and text (or the reason of the reject) of a row.
    type Read = (u64, u64, Result<String, &'static str>);

    fn read(input: &[u8], record_bytes_max: usize) -> io::Result<Vec<Read>> {
        let (mut reader, _) = CsvReader::new(input, b',', record_bytes_max, Arc::new(Mapping::contract()))?;
        let mut found = Vec::new();
        while let Some(chunk) = reader.chunk()? {
            for index in 0..chunk.len() {
                let place = chunk.place(index);
                let text = |row: super::super::input::Row| row.turns[0].text.expose().to_owned();
                let row = chunk.row(index).map(text).map_err(|(_, error)| error.name());
                found.push((place.line, place.byte.unwrap(), row));
            }
        }
        Ok(found)
    }

    #[test]
    fn quotes_line_feeds_nul_bytes_ragged_rows_and_latin_1() {
        let input = b"id,text,other\n1,\"a \"\"b\"\"\nc\",x\n2,d\n3,\xe9,x\n4,e\0f,x\n";
        let text = |text: &str| Ok(text.to_owned());
        let expected =
            [(2, 14, text("a \"b\"\nc")), (4, 30, Err("ragged")), (5, 34, Err("not_utf8")), (6, 40, text("e\0f"))];
        assert_eq!(read(input, 1 << 20).unwrap(), expected);
        let marked = read(&[b"\xef\xbb\xbf", &input[..]].concat(), 1 << 20).unwrap();
        assert_eq!(marked[0], (2, 17, text("a \"b\"\nc")));
        assert!(read(b"\xff\xfei\0", 1 << 20).unwrap_err().to_string().starts_with("the text is UTF-16"));
    }

    #[test]
    fn a_quote_left_open_does_not_fill_the_memory() {
        let input = format!("id,text\n1,\"{}", "x".repeat(1 << 20));
        assert!(read(input.as_bytes(), 1 << 18).unwrap_err().to_string().contains("a quote left open"));
        assert_eq!(read(input.as_bytes(), 2 << 20).unwrap().len(), 1);
    }

    #[test]
    fn contract_columns_that_hold_json() {
        let input = br#"id,turns,hold_seconds
a,"[{""role"":""agent"",""text"":""hi""}]",60
b,"[{""role"":""boss"",""text"":""hi""}]",60
c,nonsense,60
d,,sixty
"#;
        let found: Vec<_> = read(input, 1 << 20).unwrap().into_iter().map(|(_, _, row)| row).collect();
        assert_eq!(found, [Ok("hi".to_owned()), Err("role"), Err("cell"), Err("cell")]);
    }
}
