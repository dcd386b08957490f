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
    collections::{BTreeSet, HashMap},
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use self::page::{FILE_HEADER_BYTES, PAGES_MAX, clear_unused};
use super::{OpenError, files::Files};

/// How many pages are looked at while nothing else is written: 16 MiB.
pub(super) const WINDOW_PAGES: u32 = 2048;
/// The page that holds this byte is for locks and has no content.
const LOCK_BYTE: u64 = 1 << 30;

/// The data file, opened beside SQLite. It must be closed after the last connection of this process: to close any opening of
/// a file ends the locks that SQLite holds on it (POSIX advisory locks are of the process).
#[derive(Debug)]
pub(super) struct Scrubber {
    file: File,
    log: PathBuf,
    /// While the windows are gone over: the pages that were written meanwhile.
    written: Mutex<Option<BTreeSet<u32>>>,
}

/// Bytes of the header of a write-ahead log, and of the header of a page in it, which begins with its number.
const LOG_HEADER_BYTES: u64 = 32;
const FRAME_HEADER_BYTES: u64 = 24;

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
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        Ok(Self { file, log: log.into(), written: Mutex::default() })
    }

    /// Takes down which pages are in the log, before it is written back. SQLite's balancing swaps the numbers of pages, gaps
    /// included, so that an old copy may come into a page that was gone over already: whatever is written between two
    /// windows is gone over once more. Frames of an earlier round of the log are too many, and do no harm.
    ///
    /// # Errors
    /// The log could not be read.
    pub(super) fn take_down(&self) -> io::Result<()> {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(written) = written.as_mut() else { return Ok(()) };
        let mut log = match File::open(&self.log) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            log => log?,
        };
        let frame = FRAME_HEADER_BYTES + self.shape()?.page_bytes as u64;
        let frames = log.metadata()?.len().saturating_sub(LOG_HEADER_BYTES) / frame;
        for number in 0..frames {
            log.seek(SeekFrom::Start(LOG_HEADER_BYTES + number * frame))?;
            let mut page = [0; 4];
            log.read_exact(&mut page)?;
            written.insert(u32::from_be_bytes(page));
        }
        Ok(())
    }

    /// Zeroes what no row occupies in `count` pages from number `from` on, durably, and in those before that were written since
    /// the first of these calls. Gives the number to go on from; `None`: these were the last.
    pub(super) fn scrub(&self, from: u32, count: u32) -> io::Result<Option<u32>> {
        let shape = self.shape()?;
        if shape.pages >= PAGES_MAX {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let end = from.saturating_add(count).min(shape.pages + 1);
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let again = written.take().filter(|_| from > 1).unwrap_or_default();
        let before = again.range(1..from.min(shape.pages + 1)).copied();
        self.scrub_pages(&shape, before.chain(from..end))?;
        let next = (end <= shape.pages).then_some(end);
        *written = next.map(|_| BTreeSet::new());
        Ok(next)
    }

    fn scrub_pages(&self, shape: &Shape, pages: impl Iterator<Item = u32>) -> io::Result<()> {
        let free = self.free_pages(shape)?;
        let lock_page = LOCK_BYTE / shape.page_bytes as u64 + 1;
        let mut changed = false;
        for number in pages.filter(|number| u64::from(*number) != lock_page) {
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
        if changed { self.file.sync_data() } else { Ok(()) }
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
        let mut file = &self.file;
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

    /// Between two windows rows grow, shrink and come anew, so that SQLite moves pages about, old copies included.
    #[test]
    fn what_is_moved_between_two_windows_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let (path, data, [_, gone]) = worn(&dir, false);
        let scrubber = Scrubber::of(&path).unwrap();
        let change = |round: u64| {
            let (row, width) = (round * 2_654_435_761 % 1_499, round * 40_503 % 1_900);
            let value = "y".repeat(usize::try_from(width).unwrap());
            data.execute("INSERT INTO worn VALUES(?1, ?2) ON CONFLICT DO UPDATE SET value = ?2", (row, value)).unwrap();
        };
        let (mut next, mut round) = (Some(1), 0);
        while let Some(from) = next {
            (round..round + 3).for_each(change);
            round += 3;
            scrubber.take_down().unwrap();
            truncate(&data);
            next = scrubber.scrub(from, 1).unwrap();
            data.execute_batch("PRAGMA shrink_memory").unwrap();
        }
        assert_eq!(hits(&path, &gone), 0);
        let check = data.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0)).unwrap();
        assert_eq!(check, "ok");
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
