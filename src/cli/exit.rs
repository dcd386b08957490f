//! How the program ends: exit codes as scripts see them, and every failure with its code.

use std::{io, path::Path};

use super::remote::RemoteError;
use crate::{
    archive::error::ArchiveError,
    config::ConfigError,
    crypto::master::MasterKeyError,
    lexicon::{LexiconError, NotShipped},
    redact::RuleError,
    service::server::{ServerError, tls::TlsError},
    store::{
        StoreError,
        embedded::{OpenError, recovery::RecoveryError},
    },
};

/// Exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Everything was done.
    Done = 0,
    /// Everything was done but for some rows, which were reported in their place.
    BadRows = 1,
    /// The arguments are wrong (written by the argument parser).
    Usage = 2,
    /// The settings are wrong, or would open what must stay closed.
    Settings = 3,
    /// The store or its key cannot be opened or used.
    Store = 4,
    /// A file or a socket failed.
    Machine = 5,
    /// More rows were refused than allowed.
    TooManyRejects = 6,
    /// A checkpoint belongs to a run with other inputs, options or revisions.
    OtherRun = 7,
    /// A certificate or a feed does not prove what it says.
    Unproved = 8,
    /// A fault inside the program.
    Fault = 70,
}

/// Why a command failed. The texts are for people: what was wrong and what to do next.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Settings.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// An argument that the parser could not judge.
    #[error("{0}")]
    Argument(String),
    /// Certificates.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The master key.
    #[error(transparent)]
    MasterKey(#[from] MasterKeyError),
    /// The store did not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The store is in use by a server, which can do the same by a call.
    #[error("{0}. A running server manages credentials itself: call TenantAdminService, or stop it first")]
    InUse(OpenError),
    /// What was asked for was refused, with what to do.
    #[error("{0}")]
    Refused(String),
    /// The store.
    #[error("store: {0}")]
    Store(#[from] StoreError),
    /// A backup or a restore.
    #[error(transparent)]
    Recovery(#[from] RecoveryError),
    /// The server.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// A service that is called.
    #[error(transparent)]
    Remote(#[from] RemoteError),
    /// A file or a socket.
    #[error("{what}: {error}")]
    File {
        /// Which.
        what: String,
        /// Why.
        error: io::Error,
    },
    /// An archive.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A certificate or a tombstone feed.
    #[error("{0}")]
    Unproved(String),
    /// A lexicon file holds a bad line.
    #[error(transparent)]
    Lexicon(#[from] LexiconError),
    /// A policy names a lexicon of another release.
    #[error(transparent)]
    Revision(#[from] NotShipped),
    /// A built-in table is wrong.
    #[error("built-in rules: {0}")]
    Rules(#[from] RuleError),
}

impl Failure {
    /// A failure of this file or socket.
    pub(crate) fn file(what: impl Into<String>, error: io::Error) -> Self {
        Self::File { what: what.into(), error }
    }

    /// A failure of the file at this path.
    pub(crate) fn path(path: &Path, error: io::Error) -> Self {
        Self::file(path.display().to_string(), error)
    }

    /// The code a script sees.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Config(_) | Self::Tls(_) | Self::Lexicon(_) | Self::Revision(_) => Exit::Settings,
            Self::Argument(_) => Exit::Usage,
            Self::Unproved(_) => Exit::Unproved,
            Self::MasterKey(_)
            | Self::Open(_)
            | Self::InUse(_)
            | Self::Refused(_)
            | Self::Store(_)
            | Self::Recovery(_) => Exit::Store,
            Self::Server(error) => match error {
                ServerError::PlaintextOffLoopback(_) | ServerError::MetricsOffLoopback(_) => Exit::Settings,
                ServerError::Io(_) | ServerError::Transport(_) => Exit::Machine,
                ServerError::Store(_) | ServerError::Policies(_) => Exit::Store,
                ServerError::Table(_) | ServerError::Reflection(_) => Exit::Fault,
            },
            Self::Remote(error) if error.is_setting() => Exit::Settings,
            Self::Archive(error) => archive(error),
            Self::File { .. } | Self::Remote(_) => Exit::Machine,
            Self::Rules(_) => Exit::Fault,
        }
    }
}

/// The code of a failure of an archive.
fn archive(error: &ArchiveError) -> Exit {
    match error {
        ArchiveError::Format(_) | ArchiveError::Map(_) | ArchiveError::Key(_) => Exit::Usage,
        ArchiveError::WorldReadable(_) | ArchiveError::KeyReadable(_) => Exit::Settings,
        ArchiveError::Input { .. }
        | ArchiveError::Output { .. }
        | ArchiveError::Exists(_)
        | ArchiveError::IsInput(_) => Exit::Machine,
        ArchiveError::TooManyRejects(_) => Exit::TooManyRejects,
        ArchiveError::Checkpoint(_) => Exit::OtherRun,
        ArchiveError::RowsLost { .. } | ArchiveError::DigestDiffers { .. } | ArchiveError::Rules(_) => Exit::Fault,
    }
}
