//! Zeroes what no row occupies in the pages of the data file. SQLite's `secure_delete` zeroes a row that is deleted, but
//! not the copies of rows that the balancing of pages leaves between others (`slots` has the figures), and only a rewrite
//! of the whole file would; this goes over the file a window at a time, whatever its size.
//!
//! It writes to the file beside SQLite, which is sound because only bytes change that mean nothing (any mixture of the old
//! and the new page is the same page, so that a crash does no harm), and which is complete where the log is empty and no
//! connection that writes holds a page in memory: both is the caller's business.

mod page;
#[cfg(test)]
pub(super) mod worn;

use std::{
    collections::HashMap,
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
};

use self::page::{FILE_HEADER_BYTES, PAGES_MAX, clear_unused};
use super::{OpenError, files::Files};

/// How many pages are looked at while nothing else is written: 16 MiB.
pub(super) const WINDOW_PAGES: u32 = 2048;
/// A file of at most so many bytes is gone over at once.
pub(super) const WHOLE_BYTES_MAX: u64 = 256 << 20;
/// The page that holds this byte is for locks and has no content.
const LOCK_BYTE: u64 = 1 << 30;

/// The data file, opened beside SQLite. It must be closed after the last connection of this process: to close any opening of
/// a file ends the locks that SQLite holds on it (POSIX advisory locks are of the process).
#[derive(Debug)]
pub(super) struct Scrubber(File);

/// The part of the file's header that is needed here.
struct Shape {
    page_bytes: usize,
    usable: usize,
    pages: u32,
    /// First page of the list of free ones, and how many there are.
    free: (u32, u32),
}

impl Scrubber {
    /// Opens the file.
    pub(super) fn open(files: &Files) -> Result<Self, OpenError> {
        Self::of(&files.data()).map_err(|error| OpenError::File(files.data(), error))
    }

    fn of(path: &Path) -> io::Result<Self> {
        OpenOptions::new().read(true).write(true).open(path).map(Self)
    }

    /// Zeroes what no row occupies in `count` pages from number `from` on, durably. Gives the number to go on from; `None`:
    /// these were the last.
    pub(super) fn scrub(&self, from: u32, count: u32) -> io::Result<Option<u32>> {
        let shape = self.shape()?;
        if shape.pages >= PAGES_MAX {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let end = from.saturating_add(count).min(shape.pages + 1);
        let free = self.free_pages(&shape)?;
        let lock_page = LOCK_BYTE / shape.page_bytes as u64 + 1;
        let mut changed = false;
        for number in (from..end).filter(|number| u64::from(*number) != lock_page) {
            let before = self.read(number, shape.page_bytes)?;
            let mut page = before.clone();
            if let Some(used) = free.get(&number) {
                page.iter_mut().skip(*used).for_each(|byte| *byte = 0);
            } else {
                let header = if number == 1 { FILE_HEADER_BYTES } else { 0 };
                clear_unused(&mut page, header, shape.usable, shape.pages).map_err(|_| damaged(number))?;
            }
            if page != before {
                self.seek(number, shape.page_bytes)?.write_all(&page)?;
                changed = true;
            }
        }
        if changed {
            self.0.sync_data()?;
        }
        Ok((end <= shape.pages).then_some(end))
    }

    fn shape(&self) -> io::Result<Shape> {
        let header = self.read(1, FILE_HEADER_BYTES)?;
        let number = |at: usize| header.get(at..).and_then(|rest| rest.first_chunk::<4>()).copied().unwrap_or_default();
        let [high, low, ..] = number(16);
        let page_bytes = match usize::from(u16::from_be_bytes([high, low])) {
            // 64 KiB is written so.
            1 => 1 << 16,
            bytes => bytes,
        };
        let [reserved, ..] = number(20);
        let usable = page_bytes.checked_sub(usize::from(reserved)).filter(|usable| *usable >= 480);
        Ok(Shape {
            page_bytes,
            usable: usable.ok_or_else(|| damaged(1))?,
            pages: u32::from_be_bytes(number(28)),
            free: (u32::from_be_bytes(number(32)), u32::from_be_bytes(number(36))),
        })
    }

    /// The pages that are free, each with how many of its bytes mean something: none, but for the pages that list the others.
    fn free_pages(&self, shape: &Shape) -> io::Result<HashMap<u32, usize>> {
        let (mut found, mut trunk) = (HashMap::new(), shape.free.0);
        for _ in 0..shape.pages {
            if trunk == 0 {
                break;
            }
            let page = self.read(trunk, shape.page_bytes)?;
            let (numbers, _) = page.as_chunks::<4>();
            let mut numbers = numbers.iter().map(|number| u32::from_be_bytes(*number));
            let next = numbers.next().ok_or_else(|| damaged(trunk))?;
            let count = numbers.next().ok_or_else(|| damaged(trunk))?;
            found.extend(numbers.take(count as usize).map(|leaf| (leaf, 0)));
            found.insert(trunk, 8 + 4 * count as usize);
            trunk = next;
        }
        // A number too many would name a page with rows.
        let (_, count) = shape.free;
        let whole = found.len() == count as usize && found.keys().all(|free| (2..=shape.pages).contains(free));
        if trunk == 0 && whole { Ok(found) } else { Err(damaged(trunk.max(1))) }
    }

    fn read(&self, number: u32, bytes: usize) -> io::Result<Vec<u8>> {
        let mut page = vec![0; bytes];
        self.seek(number, bytes)?.read_exact(&mut page)?;
        Ok(page)
    }

    fn seek(&self, number: u32, page_bytes: usize) -> io::Result<&File> {
        let mut file = &self.0;
        file.seek(SeekFrom::Start(u64::from(number.saturating_sub(1)) * page_bytes as u64))?;
        Ok(file)
    }
}

fn damaged(number: u32) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("page {number} of the data file is damaged"))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use rusqlite::Connection;

    use super::{worn::hits, *};

    /// A worn file with `secure_delete` as given, and the markers of what is there and of what no longer is.
    fn worn(dir: &tempfile::TempDir, secure: bool) -> (PathBuf, Connection, [Vec<String>; 2]) {
        let path = dir.path().join("data.db");
        let data = Connection::open(&path).unwrap();
        data.pragma_update(None, "page_size", 4096).unwrap();
        data.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(())).unwrap();
        data.pragma_update(None, "secure_delete", secure).unwrap();
        data.execute_batch("BEGIN").unwrap();
        let markers = worn::wear(&data);
        data.execute_batch("COMMIT").unwrap();
        truncate(&data);
        (path, data, markers)
    }

    fn truncate(data: &Connection) {
        data.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    }

    fn rows(data: &Connection) -> Vec<(i64, String)> {
        let mut statement = data.prepare("SELECT number, value FROM worn ORDER BY number").unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    }

    #[test]
    fn what_is_gone_is_left_in_no_page_and_what_is_there_stays() {
        for (secure, window) in [(false, 1), (false, 7), (false, WINDOW_PAGES), (true, 3)] {
            let dir = tempfile::tempdir().unwrap();
            let (path, data, [live, gone]) = worn(&dir, secure);
            let before = rows(&data);
            assert_eq!(hits(&path, &live), live.len(), "the search finds what is there");
            assert!(hits(&path, &gone) > 0, "there is something to scrub: {secure}");
            let scrubber = Scrubber::of(&path).unwrap();
            let mut next = Some(1);
            while let Some(from) = next {
                next = scrubber.scrub(from, window).unwrap();
            }
            data.execute_batch("PRAGMA shrink_memory").unwrap();
            assert_eq!((hits(&path, &live), hits(&path, &gone)), (live.len(), 0));
            let check = data.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0)).unwrap();
            assert_eq!((check.as_str(), rows(&data)), ("ok", before));
        }
    }

    /// The pages that a connection holds in memory are not brought back.
    #[test]
    fn a_later_change_brings_nothing_back() {
        let dir = tempfile::tempdir().unwrap();
        let (path, data, [_, gone]) = worn(&dir, true);
        let left = hits(&path, &gone);
        let change = || {
            data.execute("UPDATE worn SET value = upper(value)", []).unwrap();
            truncate(&data);
        };
        let scrubber = Scrubber::of(&path).unwrap();
        scrubber.scrub(1, WINDOW_PAGES).unwrap();
        change();
        assert_eq!(hits(&path, &gone), left, "they were in memory");
        scrubber.scrub(1, WINDOW_PAGES).unwrap();
        data.execute_batch("PRAGMA shrink_memory").unwrap();
        change();
        assert_eq!(hits(&path, &gone), 0);
    }

    #[test]
    fn a_page_that_is_damaged_is_named_and_left() {
        let dir = tempfile::tempdir().unwrap();
        let (path, data, _) = worn(&dir, true);
        drop(data);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[4096 + 3..4096 + 5].copy_from_slice(&[0xff, 0xff]);
        std::fs::write(&path, &bytes).unwrap();
        let error = Scrubber::of(&path).unwrap().scrub(2, 1).unwrap_err();
        assert_eq!(error.to_string(), "page 2 of the data file is damaged");
        assert!(std::fs::read(&path).unwrap() == bytes);
    }
}
