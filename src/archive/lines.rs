//! JSON Lines: one conversation a line. Blank lines are passed over; a line beyond the limit is refused without being held.

use std::{
    borrow::Cow,
    io::{self, BufRead, Read},
    sync::Arc,
};

use zeroize::Zeroizing;

use super::{
    chunk::{CHUNK_BYTES, Chunk, Parsed, Place, Reader},
    input::RowError,
    map::Binding,
};

/// What a file in UTF-16 begins with, in either order.
const UTF16_MARKS: [&[u8]; 2] = [b"\xff\xfe", b"\xfe\xff"];

/// What a file in UTF-8 may begin with.
const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads lines.
pub(super) struct LineReader<R> {
    input: R,
    line_bytes_max: usize,
    line: u64,
    byte: u64,
    binding: Arc<Binding>,
}

/// Passes over the mark of UTF-8.
///
/// # Errors
/// The text is UTF-16.
pub(super) fn skip_mark(input: &mut impl BufRead) -> io::Result<u64> {
    let start = input.fill_buf()?;
    if UTF16_MARKS.iter().any(|mark| start.starts_with(mark)) {
        let reason = "the text is UTF-16; convert it first: iconv -f UTF-16 -t UTF-8";
        return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
    }
    if !start.starts_with(UTF8_MARK) {
        return Ok(0);
    }
    input.consume(UTF8_MARK.len());
    Ok(UTF8_MARK.len() as u64)
}

impl<R: BufRead + Send> LineReader<R> {
    /// Reads lines of up to `line_bytes_max` bytes, line feed included.
    pub(super) fn new(mut input: R, line_bytes_max: usize, binding: Arc<Binding>) -> io::Result<Self> {
        let byte = skip_mark(&mut input)?;
        Ok(Self { input, line_bytes_max, line: 1, byte, binding })
    }

    /// Reads a line to the end of `bytes`; gives its length in the input and whether it was within the limit.
    fn line(&mut self, bytes: &mut Vec<u8>) -> io::Result<(u64, bool)> {
        let start = bytes.len();
        let read = self.input.by_ref().take(self.line_bytes_max as u64 + 1).read_until(b'\n', bytes)?;
        if read <= self.line_bytes_max {
            return Ok((read as u64, true));
        }
        let whole = bytes.ends_with(b"\n");
        bytes.truncate(start);
        let rest = if whole { 0 } else { skip_line(&mut self.input)? };
        Ok((read as u64 + rest, false))
    }
}

/// Passes over the rest of a line; gives the number of bytes.
fn skip_line(input: &mut impl BufRead) -> io::Result<u64> {
    let mut skipped = 0;
    loop {
        let buffer = input.fill_buf()?;
        let end = memchr::memchr(b'\n', buffer);
        let length = end.map_or(buffer.len(), |end| end + 1);
        input.consume(length);
        skipped += length as u64;
        if end.is_some() || length == 0 {
            return Ok(skipped);
        }
    }
}

impl<R: BufRead + Send> Reader for LineReader<R> {
    fn chunk(&mut self) -> io::Result<Option<Box<dyn Chunk>>> {
        loop {
            let chunk = self.take()?;
            if !chunk.rows.is_empty() {
                return Ok(Some(Box::new(chunk)));
            }
            if chunk.bytes.is_empty() {
                return Ok(None);
            }
        }
    }
}

impl<R: BufRead + Send> LineReader<R> {
    fn take(&mut self) -> io::Result<Lines> {
        let bytes = Zeroizing::new(Vec::with_capacity(CHUNK_BYTES + CHUNK_BYTES / 4));
        let mut chunk = Lines { bytes, rows: Vec::new(), binding: self.binding.clone() };
        while chunk.bytes.len() < CHUNK_BYTES {
            let start = chunk.bytes.len();
            let (read, kept) = self.line(&mut chunk.bytes)?;
            if read == 0 {
                break;
            }
            let place = Place { line: self.line, byte: Some(self.byte) };
            self.line += 1;
            self.byte += read;
            let end = chunk.bytes.len();
            if !kept {
                chunk.rows.push((place, None));
            } else if chunk.bytes.get(start..).is_some_and(|line| !line.trim_ascii().is_empty()) {
                chunk.rows.push((place, Some((start, end))));
            }
        }
        Ok(chunk)
    }
}

/// Consecutive lines.
struct Lines {
    bytes: Zeroizing<Vec<u8>>,
    /// Where each row stands; `None`: it was too long and is not there.
    rows: Vec<(Place, Option<(usize, usize)>)>,
    binding: Arc<Binding>,
}

impl Lines {
    fn line(&self, index: usize) -> Option<&[u8]> {
        let (start, end) = self.rows.get(index)?.1?;
        self.bytes.get(start..end)
    }
}

impl Chunk for Lines {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn bytes(&self) -> usize {
        self.bytes.len()
    }

    fn place(&self, index: usize) -> Place {
        self.rows.get(index).map_or(Place { line: 0, byte: None }, |(place, _)| *place)
    }

    fn row(&self, index: usize) -> Parsed {
        self.binding.line(self.line(index).ok_or((None, RowError::TooLong))?)
    }

    fn cells(&self, index: usize) -> Option<Vec<Cow<'_, str>>> {
        Some(vec![std::str::from_utf8(self.line(index)?).ok()?.into()])
    }
}

#[cfg(test)]
mod tests {
    use super::{super::map::Mapping, *};

    fn places(input: &[u8], line_bytes_max: usize) -> Vec<(u64, u64, Option<String>)> {
        let binding = Arc::new(Binding::json(Arc::new(Mapping::contract())));
        let mut reader = LineReader::new(input, line_bytes_max, binding).unwrap();
        let mut found = Vec::new();
        while let Some(chunk) = reader.chunk().unwrap() {
            for index in 0..chunk.len() {
                let place = chunk.place(index);
                let reason = chunk.row(index).err().map(|(_, error)| error.name().to_owned());
                found.push((place.line, place.byte.unwrap(), reason));
            }
        }
        found
    }

    #[test]
    fn lines_and_bytes_are_counted_over_blank_long_and_marked_lines() {
        let row = r#"{"id":"a","text":"x"}"#;
        let input = format!("\u{feff}{row}\n\n  \n{}\n{row}", "y".repeat(200));
        let long = Some("too_long".to_owned());
        assert_eq!(places(input.as_bytes(), 100), [(1, 3, None), (4, 29, long), (5, 230, None)]);
        let blank = format!("{}{row}", "\n".repeat(3 * CHUNK_BYTES));
        assert_eq!(places(blank.as_bytes(), 100), [(3 * CHUNK_BYTES as u64 + 1, 3 * CHUNK_BYTES as u64, None)]);
    }

    #[test]
    fn utf16_is_named() {
        let binding = Arc::new(Binding::json(Arc::new(Mapping::contract())));
        for mark in UTF16_MARKS {
            let error = LineReader::new(mark, 100, binding.clone()).err().unwrap();
            assert!(error.to_string().starts_with("the text is UTF-16"));
        }
    }
}
