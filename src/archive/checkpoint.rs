//! What a run knows to be done, so that a killed one goes on instead of beginning again. Holds counts, lengths, hashes
//! and the scores of a few rows by id; no text.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use aws_lc_rs::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};

use super::{
    compare::Mover,
    error::ArchiveError,
    result::Digest,
    source::Source,
    stats::Stats,
    target::{beside, replace},
};

/// Version of the file.
const VERSION: u32 = 1;

/// The state of a run between two chunks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Checkpoint {
    version: u32,
    /// Hash of everything the output depends on.
    run: String,
    /// Chunks that are written.
    pub(super) chunks: u64,
    /// Rows that were read.
    pub(super) read: u64,
    /// Bytes of input that they stood for.
    pub(super) bytes: u64,
    /// Length of the output that is good.
    pub(super) output_bytes: u64,
    /// Length of the rejects that is good.
    pub(super) reject_bytes: u64,
    /// The digest so far.
    digest: String,
    /// The counts so far.
    pub(super) stats: Stats,
    /// The rows whose score changed most so far.
    pub(super) movers: Vec<Mover>,
    /// Everything is written; only the names of the files are missing.
    pub(super) done: bool,
}

impl Checkpoint {
    /// The beginning of a run.
    pub(super) fn start(run: String) -> Self {
        Self { version: VERSION, run, digest: Digest::default().to_string(), ..Self::default() }
    }

    pub(super) fn digest(&self) -> Digest {
        Digest::from_hex(&self.digest).unwrap_or_default()
    }

    pub(super) fn set_digest(&mut self, digest: Digest) {
        self.digest = digest.to_string();
    }

    /// Where the checkpoint of an output lies.
    pub(super) fn path(output: &Path) -> PathBuf {
        beside(output, ".checkpoint")
    }

    /// The checkpoint of an output, if a run of that hash left one.
    ///
    /// # Errors
    /// It is not readable, or of another run.
    pub(super) fn load(output: &Path, run: &str) -> Result<Option<Self>, ArchiveError> {
        let path = Self::path(output);
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            read => read.map_err(|error| ArchiveError::output(&path, error))?,
        };
        let known: Option<Self> = serde_json::from_slice(&bytes).ok();
        let known = known.filter(|known| known.version == VERSION && known.run == run);
        known.filter(|known| Digest::from_hex(&known.digest).is_some()).ok_or(ArchiveError::Checkpoint(path)).map(Some)
    }

    /// Makes it durable.
    pub(super) fn save(&self, output: &Path) -> io::Result<()> {
        replace(&Self::path(output), &serde_json::to_vec(self)?)
    }

    /// Removes it once the output has its name.
    pub(super) fn remove(output: &Path) -> io::Result<()> {
        fs::remove_file(Self::path(output))
    }
}

/// Hash of what an output depends on: the inputs by name, length and time of change, and the options in words. `None`
/// where an input can be read only once.
///
/// # Errors
/// An input is not there.
pub(super) fn run_hash(sources: &[Source], options: &str) -> Result<Option<String>, ArchiveError> {
    let mut context = Context::new(&SHA256);
    let mut add = |part: &str| {
        context.update(&(part.len() as u64).to_le_bytes());
        context.update(part.as_bytes());
    };
    add(options);
    for source in sources {
        let Source::File(path) = source else { return Ok(None) };
        let failed = |error| ArchiveError::input(path.display().to_string(), error);
        let metadata = fs::metadata(path).map_err(failed)?;
        if !metadata.is_file() {
            return Ok(None);
        }
        let changed = metadata.modified().map_err(failed)?.duration_since(UNIX_EPOCH).unwrap_or_default();
        add(&format!("{} {} {}", path.display(), metadata.len(), changed.as_nanos()));
    }
    Ok(Some(Digest::finish(context).to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_is_taken_up_by_the_same_run_only() {
        let home = tempfile::tempdir().unwrap();
        let output = home.path().join("out");
        assert_eq!(Checkpoint::load(&output, "a").unwrap(), None);
        let mut checkpoint = Checkpoint::start("a".to_owned());
        checkpoint.chunks = 7;
        checkpoint.set_digest(Digest([9; 32]));
        checkpoint.save(&output).unwrap();
        assert_eq!(Checkpoint::load(&output, "a").unwrap(), Some(checkpoint));
        assert!(matches!(Checkpoint::load(&output, "b"), Err(ArchiveError::Checkpoint(_))));
        fs::write(Checkpoint::path(&output), "{").unwrap();
        assert!(matches!(Checkpoint::load(&output, "a"), Err(ArchiveError::Checkpoint(_))));
    }

    #[test]
    fn the_hash_of_a_run_changes_with_inputs_and_options() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("in");
        fs::write(&path, "a").unwrap();
        let hash = |options: &str| run_hash(&[Source::File(path.clone())], options).unwrap();
        let first = hash("x");
        assert_eq!(first, hash("x"));
        assert_ne!(first, hash("y"));
        fs::write(&path, "ab").unwrap();
        assert_ne!(first, hash("x"));
        assert_eq!(run_hash(&[Source::Stdin], "x").unwrap(), None);
    }
}
