//! Settings: flag before `TRIAGED_*` before file before default, then checked into a [`Config`] that cannot be wrong.
//! The only module that reads the environment; it opens nothing but the settings file.

mod check;
mod raw;

use std::{fs, net::SocketAddr, path::PathBuf, time::Duration};

use crate::{conversation::RawText, crypto::MasterSource};

pub use raw::{Layers, Origin, RawConfig, Row};

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// How much is logged of the service itself; of the transport only warnings are, since its finer lines show headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogLevel {
    /// Faults.
    Error,
    /// And what a person should look at.
    Warn,
    /// And every call.
    Info,
    /// And steps within.
    Debug,
}

impl LogLevel {
    /// Every level, rising in length of the log.
    pub const ALL: [Self; 4] = [Self::Error, Self::Warn, Self::Info, Self::Debug];

    /// The name in settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
        }
    }
}

/// The files of TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// Certificate chain, PEM.
    pub certificates: PathBuf,
    /// Private key, PEM.
    pub key: PathBuf,
    /// CA of client certificates, PEM; where given they are required.
    pub client_ca: Option<PathBuf>,
}

/// Checked settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Where calls are taken.
    pub listen: SocketAddr,
    /// Directory of the data file.
    pub data_dir: PathBuf,
    /// Directory of the key file of the store.
    pub keys_dir: PathBuf,
    /// Where the master key comes from.
    pub key: MasterSource,
    /// File of the master key, where it comes from one.
    pub key_file: PathBuf,
    /// Where the first start writes its credential.
    pub credential_file: PathBuf,
    /// TLS; `None`: plaintext, on loopback only.
    pub tls: Option<TlsFiles>,
    /// Where counters are read.
    pub metrics_listen: Option<SocketAddr>,
    /// How log lines look.
    pub log_format: LogFormat,
    /// How much is logged.
    pub log_level: LogLevel,
    /// How long calls may go on after the server was told to stop.
    pub drain_timeout: Duration,
    /// What is allowed but not wise, for people.
    pub warnings: Vec<String>,
}

/// Why there are no settings. The text names file and line, or the setting.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("settings file {0}: {1}")]
    File(PathBuf, std::io::Error),
    /// The file is not TOML, or holds a key that there is not.
    #[error("settings file {0}: {1}")]
    Parse(PathBuf, String),
    /// A setting is wrong.
    #[error("{name}: {why}")]
    Setting {
        /// Its name in the file; the flag is the same with hyphens.
        name: &'static str,
        /// What is wrong and what to do.
        why: String,
    },
}

impl ConfigError {
    fn setting(name: &'static str, why: impl Into<String>) -> Self {
        Self::Setting { name, why: why.into() }
    }
}

/// Reads the layers: `flags` as given, the environment, and the file where there is one.
///
/// # Errors
/// The file cannot be read, is not TOML, or holds an unknown key.
pub fn layers(flags: RawConfig, file: Option<PathBuf>) -> Result<Layers, ConfigError> {
    let environment = RawConfig::from_names(|name| variable(&format!("TRIAGED_{}", name.to_ascii_uppercase())));
    let file = file.or_else(|| variable("TRIAGED_CONFIG").map(PathBuf::from));
    let file = match file {
        None => RawConfig::default(),
        Some(path) => {
            let text = fs::read_to_string(&path).map_err(|error| ConfigError::File(path.clone(), error))?;
            raw::parse(&text).map_err(|why| ConfigError::Parse(path, why))?
        }
    };
    Ok(Layers { flags, environment, file })
}

/// Checks the settings of all layers together.
///
/// # Errors
/// The first setting that is wrong, by name.
pub fn check(layers: &Layers) -> Result<Config, ConfigError> {
    check::check(layers.effective(), &check::Places::of_user(variable))
}

/// The token that the environment brings for calls to a service, `TRIAGED_TOKEN`.
pub fn token() -> Option<RawText> {
    variable("TRIAGED_TOKEN").map(RawText::new)
}

/// A program and its arguments, apart by spaces: no shell and no quoting.
///
/// # Errors
/// It is not an absolute path.
pub fn program(name: &'static str, text: &str) -> Result<Vec<String>, ConfigError> {
    check::program(name, text)
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
