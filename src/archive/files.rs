//! The output and the rejects of a run while they are written, and how they get their names.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use super::{
    checkpoint::Checkpoint,
    encode::{self, Block},
    outputs,
    sink::Sink,
    source::Format,
    target::{self, Partial, beside},
};

/// Ending of the file of refused rows.
pub const REJECTS_ENDING: &str = ".rejects.jsonl";

/// Gives files that an earlier run had finished their names.
pub(super) fn complete(path: &Path, done: &Checkpoint) -> io::Result<()> {
    let rejects = beside(path, REJECTS_ENDING);
    if done.stats.refused > 0 {
        target::complete(&rejects)?;
    } else {
        remove_old(&beside(&rejects, ".partial"))?;
    }
    target::complete(path)?;
    Checkpoint::remove(path)
}

/// The output and the rejects under way.
pub(super) struct Files {
    output: Partial,
    rejects: Partial,
    pub(super) sink: Box<dyn Sink>,
}

impl Files {
    /// Opens both, cut to what the checkpoint knows to be good.
    pub(super) fn open(path: &Path, format: Format, passed: &[String], start: &Checkpoint) -> io::Result<Self> {
        let output = Partial::open(path, start.output_bytes)?;
        let rejects = Partial::open(&beside(path, REJECTS_ENDING), start.reject_bytes)?;
        let sink = outputs::file(format, output.file.try_clone()?, &encode::columns(passed, false))?;
        Ok(Self { output, rejects, sink })
    }

    /// Appends a block and the rows that were refused beside it.
    pub(super) fn write(&mut self, block: Block, rejects: &[u8]) -> io::Result<()> {
        self.rejects.file.write_all(rejects)?;
        self.sink.write(block)
    }

    /// Makes durable what is written, and then the note of it.
    pub(super) fn save(&mut self, checkpoint: &mut Checkpoint, path: &Path) -> io::Result<()> {
        self.sink.flush()?;
        self.output.file.sync_data()?;
        self.rejects.file.sync_data()?;
        checkpoint.output_bytes = self.output.file.metadata()?.len();
        checkpoint.reject_bytes = self.rejects.file.metadata()?.len();
        checkpoint.save(path)
    }

    /// Gives the files their names; a kill in between is made good by the next run.
    pub(super) fn publish(self, path: &Path, mut checkpoint: Checkpoint, keep_note: bool) -> io::Result<()> {
        let Self { output, rejects, sink } = self;
        sink.finish()?;
        output.file.sync_all()?;
        rejects.file.sync_all()?;
        if keep_note {
            checkpoint.done = true;
            checkpoint.save(path)?;
        }
        if checkpoint.stats.refused > 0 {
            rejects.publish()?;
        } else {
            rejects.discard()?;
            remove_old(&beside(path, REJECTS_ENDING))?;
        }
        output.publish()?;
        if keep_note { Checkpoint::remove(path) } else { Ok(()) }
    }
}

/// Removes what an earlier, replaced run left.
fn remove_old(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
