//! The flags that stand for settings: the same names as in the file, with hyphens.

use std::path::PathBuf;

use clap::Args;

use super::Failure;
use crate::config::{self, Config, Layers, RawConfig};

/// Settings on the command line. They win over `TRIAGED_*` variables, and those over the file.
#[derive(Debug, Args)]
pub(super) struct Settings {
    /// Settings file in TOML; `TRIAGED_CONFIG` names it too
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Address and port of the gRPC listener [default: 127.0.0.1:50051]
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// Directory of the data file
    #[arg(long, value_name = "DIR")]
    data_dir: Option<String>,
    /// Directory of the wrapped keys, outside the data directory
    #[arg(long, value_name = "DIR")]
    keys_dir: Option<String>,
    /// File of the master key, outside both directories
    #[arg(long, value_name = "FILE")]
    key_file: Option<String>,
    /// Program that prints the 32 bytes of the master key, with its arguments; instead of a file
    #[arg(long, value_name = "PROGRAM")]
    key_command: Option<String>,
    /// File of the credential that the first start makes [default: first.credential beside the key file]
    #[arg(long, value_name = "FILE")]
    credential_file: Option<String>,
    /// Certificate chain (PEM)
    #[arg(long, value_name = "FILE")]
    tls_cert: Option<String>,
    /// Private key (PEM)
    #[arg(long, value_name = "FILE")]
    tls_key: Option<String>,
    /// CA of client certificates (PEM); where given, clients must show one
    #[arg(long, value_name = "FILE")]
    client_ca: Option<String>,
    /// Address and port of the metrics listener, loopback only, such as 127.0.0.1:9464
    #[arg(long, value_name = "ADDR")]
    metrics_listen: Option<String>,
    /// Form of the log: text or json [default: text]
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<String>,
    /// Length of the log: error, warn, info or debug [default: info]
    #[arg(long, value_name = "LEVEL")]
    log_level: Option<String>,
    /// How long calls may go on at a shutdown [default: 30s]
    #[arg(long, value_name = "TIME")]
    drain_timeout: Option<String>,
}

impl Settings {
    /// The layers of settings with these flags on top.
    pub(super) fn layers(self) -> Result<Layers, Failure> {
        let Self {
            config,
            listen,
            data_dir,
            keys_dir,
            key_file,
            key_command,
            credential_file,
            tls_cert,
            tls_key,
            client_ca,
            metrics_listen,
            log_format,
            log_level,
            drain_timeout,
        } = self;
        let flags = RawConfig {
            listen,
            data_dir,
            keys_dir,
            key_file,
            key_command,
            credential_file,
            tls_cert,
            tls_key,
            client_ca,
            metrics_listen,
            log_format,
            log_level,
            drain_timeout,
        };
        Ok(config::layers(flags, config)?)
    }

    /// The checked settings; what is not wise is said.
    pub(super) fn checked(self) -> Result<Config, Failure> {
        let config = config::check(&self.layers()?)?;
        config.warnings.iter().for_each(|warning| super::say(&format!("triaged: warning: {warning}")));
        Ok(config)
    }
}
