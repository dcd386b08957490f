//! What may go wrong with an archive, in words for people. Names files, columns and rules, never content.

use std::{io, path::PathBuf};

use super::{
    map::{KeyError, MapError},
    result::Digest,
};

/// Why an archive was not scored.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// An input cannot be read.
    #[error("{name}: {source}")]
    Input {
        /// Its name.
        name: String,
        /// What the system or the format says.
        source: io::Error,
    },
    /// The output cannot be written.
    #[error("{path}: {source}", path = path.display())]
    Output {
        /// Its path.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The directory of the output can be read by everybody.
    #[error("{}: everybody may read this directory; `chmod 700` it, or name a new one, which is made private", .0.display())]
    WorldReadable(PathBuf),
    /// The output exists.
    #[error("{}: is there already; remove it or choose another name", .0.display())]
    Exists(PathBuf),
    /// The output is one of the inputs.
    #[error("{}: is an input; choose another name for the output", .0.display())]
    IsInput(PathBuf),
    /// The format is not known or not built in.
    #[error(
        "{0}: name a format with --format, or end the name in one; formats: jsonl, csv, tsv, parquet, arrow, arrow-stream"
    )]
    Format(String),
    /// The column map is wrong.
    #[error(transparent)]
    Map(#[from] MapError),
    /// The key of the pseudonyms is wrong.
    #[error("pseudonym key: {0}")]
    Key(#[from] KeyError),
    /// Somebody else may read the key file.
    #[error("{}: others may read this key; `chmod 600` it", .0.display())]
    KeyReadable(PathBuf),
    /// Too many rows were refused.
    #[error("more than {0} rows were refused; see the rejects beside the output")]
    TooManyRejects(u64),
    /// The checkpoint belongs to another run.
    #[error("{}: belongs to a run with other inputs, options or revisions; finish that run or remove the file", .0.display())]
    Checkpoint(PathBuf),
    /// Rows in are not rows out and rejects.
    #[error("{read} rows were read, but {scored} were scored and {refused} refused: a defect; nothing was published")]
    RowsLost {
        /// Rows that were read.
        read: u64,
        /// Rows that were scored.
        scored: u64,
        /// Rows that were refused.
        refused: u64,
    },
    /// Results read back are not those that were expected.
    #[error(
        "the results have digest {found} instead of {expected}: other rows, another order or revision, or a failing disk; nothing was deleted"
    )]
    DigestDiffers {
        /// What was computed.
        expected: Digest,
        /// What was read back.
        found: Digest,
    },
    /// The built-in rules are wrong.
    #[error("built-in rules: {0}")]
    Rules(#[from] crate::redact::RuleError),
}

impl ArchiveError {
    /// An input of that name cannot be read.
    pub fn input(name: impl Into<String>, source: io::Error) -> Self {
        Self::Input { name: name.into(), source }
    }

    /// The output at that path cannot be written.
    pub fn output(path: impl Into<PathBuf>, source: io::Error) -> Self {
        Self::Output { path: path.into(), source }
    }
}
