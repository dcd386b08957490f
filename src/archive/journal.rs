//! What is known of an archive that goes row by row into a service: how many rows need not be sent again, and which were
//! refused. Holds counts, places and reasons; no text and no id.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use uuid::{Builder, Uuid};

use super::{
    checkpoint,
    error::ArchiveError,
    files::REJECTS_ENDING,
    input::Refusal,
    inputs::Reading,
    output::write_reject,
    rows::{At, fingerprint},
    source::Source,
    target::{Partial, beside, replace},
};
use crate::crypto;

/// Version of the file.
const VERSION: u32 = 2;

/// Ending of the file with the counts.
const NOTE_ENDING: &str = ".checkpoint";

/// The counts of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    version: u32,
    /// Hash of everything that decides which rows are sent where.
    run: String,
    /// Drawn for this run, so that its request ids are no other run's.
    salt: [u8; 16],
    /// Rows that were taken or refused.
    pub rows: u64,
    /// Rows that the service has.
    pub taken: u64,
    /// Refused rows by reason.
    pub refused: BTreeMap<String, u64>,
    reject_bytes: u64,
}

impl Sent {
    /// Rows that were refused.
    pub fn refusals(&self) -> u64 {
        self.refused.values().sum()
    }
}

/// The journal of a run: a file with the counts, and one with the refused rows.
#[derive(Debug)]
pub struct Journal {
    base: PathBuf,
    sent: Sent,
    /// Inputs that can be read only once are not gone on with.
    keeps: bool,
    rejects: Partial,
}

impl Journal {
    /// Opens the journal beside `base`, and takes up what an earlier run of the same inputs and options left there.
    /// `options` tells everything that decides where rows go.
    ///
    /// # Errors
    /// It belongs to another run, another run writes it, or a file cannot be read or written.
    pub fn open(base: &Path, sources: &[Source], reading: &Reading, options: &str) -> Result<Self, ArchiveError> {
        let options = format!("into {options} {} {:?}", reading.mapping.fingerprint(), reading.format);
        let run = checkpoint::run_hash(sources, &options)?;
        let keeps = run.is_some();
        let salt = crypto::random().map_err(|error| ArchiveError::output(base, io::Error::other(error)))?;
        let fresh = Sent { version: VERSION, run: run.unwrap_or_default(), salt, ..Sent::default() };
        let sent = if keeps { load(&beside(base, NOTE_ENDING), fresh)? } else { fresh };
        let path = beside(base, REJECTS_ENDING);
        let rejects =
            Partial::open(&path, sent.reject_bytes).map_err(|error| ArchiveError::output(path.as_path(), error))?;
        let mut journal = Self { base: base.to_owned(), sent, keeps, rejects };
        // Before anything is sent: a run that goes on must give the same ids.
        journal.save()?;
        Ok(journal)
    }

    /// The id of the request that takes a row along: the same for the same place of the same run, so that the service
    /// answers it again. Nothing of the row is in it, since a service keeps such ids longer than some of what rows hold.
    pub fn request_id(&self, at: &At) -> Uuid {
        let line = at.place.line.to_le_bytes();
        Builder::from_custom_bytes(fingerprint(&[&self.sent.salt, at.input.as_bytes(), &line])).into_uuid()
    }

    /// The counts.
    pub fn sent(&self) -> &Sent {
        &self.sent
    }

    /// The service has the next row.
    pub fn taken(&mut self) {
        self.sent.rows += 1;
        self.sent.taken += 1;
    }

    /// The next row was refused.
    ///
    /// # Errors
    /// It cannot be written down.
    pub fn refused(&mut self, at: &At, refusal: &Refusal) -> Result<(), ArchiveError> {
        self.sent.rows += 1;
        *self.sent.refused.entry(refusal.reason.clone()).or_default() += 1;
        let mut line = Vec::new();
        let written = write_reject(&at.input, at.place, refusal, &mut line).map_err(io::Error::from);
        written.and_then(|()| self.rejects.file.write_all(&line)).map_err(|error| self.failed(error))
    }

    /// Makes durable what is known.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn save(&mut self) -> Result<(), ArchiveError> {
        if !self.keeps {
            return Ok(());
        }
        self.write_note().map_err(|error| self.failed(error))
    }

    fn write_note(&mut self) -> io::Result<()> {
        self.rejects.file.sync_data()?;
        self.sent.reject_bytes = self.rejects.file.metadata()?.len();
        replace(&beside(&self.base, NOTE_ENDING), &serde_json::to_vec(&self.sent)?)
    }

    /// Ends a run that is through: gives the list of refused rows its name, where there are any, and its path.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn finish(mut self) -> Result<(Sent, Option<PathBuf>), ArchiveError> {
        self.save()?;
        let Self { base, sent, keeps, rejects } = self;
        let failed = |error| ArchiveError::output(base.as_path(), error);
        let listed = beside(&base, REJECTS_ENDING);
        let any = sent.refusals() > 0;
        if any { rejects.publish() } else { rejects.discard() }.map_err(failed)?;
        if keeps {
            fs::remove_file(beside(&base, NOTE_ENDING)).map_err(failed)?;
        }
        Ok((sent, any.then_some(listed)))
    }

    fn failed(&self, error: io::Error) -> ArchiveError {
        ArchiveError::output(self.base.as_path(), error)
    }
}

/// Keeps a few bytes in a private file, replaced as a whole and durably.
///
/// # Errors
/// It cannot be written.
pub fn keep(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace(path, bytes)
}

/// The counts that an earlier run left, or fresh ones.
fn load(path: &Path, fresh: Sent) -> Result<Sent, ArchiveError> {
    let bytes = match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(fresh),
        read => read.map_err(|error| ArchiveError::output(path, error))?,
    };
    let known: Option<Sent> = serde_json::from_slice(&bytes).ok();
    known
        .filter(|known| known.version == VERSION && known.run == fresh.run)
        .ok_or_else(|| ArchiveError::Checkpoint(path.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{super::map::Mapping, *};
    use crate::archive::chunk::Place;

    fn reading() -> Reading {
        Reading { format: None, mapping: Arc::new(Mapping::contract()), row_bytes_max: 1 << 20, identities: None }
    }

    fn at(line: u64) -> At {
        At { input: "in".into(), place: Place { line, byte: None } }
    }

    #[test]
    fn a_journal_is_taken_up_where_it_was_saved_and_by_the_same_run_only() {
        let home = tempfile::tempdir().unwrap();
        let (input, base) = (home.path().join("in.jsonl"), home.path().join("in.into"));
        fs::write(&input, "{}\n").unwrap();
        let sources = [Source::File(input)];
        let open = |options: &str| Journal::open(&base, &sources, &reading(), options);
        let id = |journal: &Journal| journal.request_id(&at(2));
        let refusal = Refusal { reason: "GONE".to_owned(), about: "too old".to_owned() };
        let mut journal = open("a").unwrap();
        let first = id(&journal);
        assert_ne!(first, journal.request_id(&at(3)));
        journal.taken();
        journal.refused(&at(2), &refusal).unwrap();
        journal.save().unwrap();
        journal.refused(&at(3), &refusal).unwrap();
        assert!(open("a").unwrap_err().to_string().contains("another run writes this file"));
        drop(journal);
        assert!(matches!(open("b"), Err(ArchiveError::Checkpoint(_))));
        let mut journal = open("a").unwrap();
        assert_eq!(id(&journal), first);
        assert_eq!((journal.sent().rows, journal.sent().taken, journal.sent().refusals()), (2, 1, 1));
        journal.refused(&at(4), &refusal).unwrap();
        let (sent, listed) = journal.finish().unwrap();
        assert_eq!((sent.rows, sent.refusals()), (3, 2));
        let listed = fs::read_to_string(listed.unwrap()).unwrap();
        let lines = [2, 4]
            .map(|line| format!("{{\"input\":\"in\",\"line\":{line},\"reason\":\"GONE\",\"about\":\"too old\"}}\n"));
        assert_eq!(listed, lines.concat());
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 2, "the checkpoint is gone");
        assert_ne!(id(&open("a").unwrap()), first, "another run gives the same ids");
    }

    #[test]
    fn a_run_without_refusals_leaves_nothing() {
        let home = tempfile::tempdir().unwrap();
        let mut journal = Journal::open(&home.path().join("x"), &[Source::Stdin], &reading(), "").unwrap();
        journal.taken();
        journal.save().unwrap();
        assert_eq!(journal.finish().unwrap().1, None);
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
    }
}
