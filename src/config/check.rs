//! From settings as text to settings that cannot be wrong.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{Config, ConfigError, LogFormat, LogLevel, RawConfig, TlsFiles};
use crate::crypto::{MasterSource, source};

/// Where files lie by default.
pub(super) struct Places {
    data: PathBuf,
    config: PathBuf,
    /// The master key that systemd hands over, where it does.
    credential: Option<PathBuf>,
}

impl Places {
    /// The directories of the user (XDG Base Directory Specification), below which everything lies by default.
    pub(super) fn of_user(variable: impl Fn(&str) -> Option<String>) -> Self {
        let home = PathBuf::from(variable("HOME").unwrap_or_else(|| ".".to_owned()));
        let place = |name: &str, below: &str| variable(name).map_or_else(|| home.join(below), PathBuf::from);
        Self {
            data: place("XDG_DATA_HOME", ".local/share").join("triaged"),
            config: place("XDG_CONFIG_HOME", ".config").join("triaged"),
            credential: variable("CREDENTIALS_DIRECTORY")
                .map(|dir| Path::new(&dir).join(source::CREDENTIAL))
                .filter(|path| path.exists()),
        }
    }
}

pub(super) fn check(raw: RawConfig, places: &Places) -> Result<Config, ConfigError> {
    let RawConfig {
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
    } = raw;
    let path = |given: Option<String>, default: PathBuf| given.map_or(default, PathBuf::from);
    let key = key(key_file, key_command, places)?;
    let key_file = match &key {
        MasterSource::File(path) => path.clone(),
        MasterSource::Credential(_) | MasterSource::Command(_) => places.config.join("master.key"),
    };
    let beside_the_key = key_file.parent().unwrap_or(Path::new(".")).join("first.credential");
    let mut config = Config {
        listen: address("listen", listen.as_deref().unwrap_or("127.0.0.1:50051"))?,
        data_dir: path(data_dir, places.data.join("data")),
        keys_dir: path(keys_dir, places.data.join("keys")),
        key,
        key_file,
        credential_file: path(credential_file, beside_the_key),
        tls: tls(tls_cert, tls_key, client_ca)?,
        metrics_listen: metrics_listen.map(|text| address("metrics_listen", &text)).transpose()?,
        log_format: named("log_format", log_format, &[("text", LogFormat::Text), ("json", LogFormat::Json)])?,
        log_level: log_level_of(log_level)?,
        drain_timeout: duration("drain_timeout", drain_timeout.as_deref().unwrap_or("30s"))?,
        warnings: Vec::new(),
    };
    check_addresses(&config)?;
    check_places(&mut config)?;
    Ok(config)
}

fn address(name: &'static str, text: &str) -> Result<SocketAddr, ConfigError> {
    text.parse().map_err(|_| ConfigError::setting(name, "give an address and a port, such as 127.0.0.1:50051"))
}

/// The source of the master key: a file or a program that was named; else what systemd hands over; else the default file.
fn key(file: Option<String>, command: Option<String>, places: &Places) -> Result<MasterSource, ConfigError> {
    match (file, command, &places.credential) {
        (Some(_), Some(_), _) => Err(ConfigError::setting("key_command", "give key_file or key_command, not both")),
        (Some(file), None, _) => Ok(MasterSource::File(file.into())),
        (None, Some(command), _) => program("key_command", &command).map(MasterSource::Command),
        (None, None, Some(credential)) => Ok(MasterSource::Credential(credential.clone())),
        (None, None, None) => Ok(MasterSource::File(places.config.join("master.key"))),
    }
}

/// A program and its arguments, apart by spaces: no shell and no quoting.
pub(super) fn program(name: &'static str, text: &str) -> Result<Vec<String>, ConfigError> {
    let words: Vec<String> = text.split_ascii_whitespace().map(str::to_owned).collect();
    if words.first().is_some_and(|program| Path::new(program).is_absolute()) {
        return Ok(words);
    }
    let why =
        "give the absolute path of a program and its arguments, apart by spaces; put quotes and pipes into a script";
    Err(ConfigError::setting(name, why))
}

fn named<T: Copy>(name: &'static str, text: Option<String>, table: &[(&str, T)]) -> Result<T, ConfigError> {
    let found = match text {
        None => table.first(),
        Some(text) => table.iter().find(|(known, _)| *known == text),
    };
    let names = || table.iter().map(|(known, _)| *known).collect::<Vec<_>>().join(", ");
    found.map(|(_, value)| *value).ok_or_else(|| ConfigError::setting(name, format!("give one of {}", names())))
}

fn log_level_of(text: Option<String>) -> Result<LogLevel, ConfigError> {
    let text = Some(text.unwrap_or_else(|| LogLevel::Info.name().to_owned()));
    named("log_level", text, &LogLevel::ALL.map(|level| (level.name(), level)))
}

/// A duration in whole seconds or minutes, up to an hour.
fn duration(name: &'static str, text: &str) -> Result<Duration, ConfigError> {
    let (number, unit) = match (text.strip_suffix('s'), text.strip_suffix('m')) {
        (Some(number), _) => (number, 1),
        (_, Some(number)) => (number, 60),
        (None, None) => ("", 1),
    };
    let seconds = number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit));
    let seconds = seconds.filter(|seconds| *seconds <= 3_600);
    seconds
        .map(Duration::from_secs)
        .ok_or_else(|| ConfigError::setting(name, "give whole seconds or minutes up to an hour, such as 30s"))
}

fn tls(
    certificates: Option<String>,
    key: Option<String>,
    client_ca: Option<String>,
) -> Result<Option<TlsFiles>, ConfigError> {
    match (certificates, key) {
        (Some(certificates), Some(key)) => {
            let (certificates, key) = (certificates.into(), key.into());
            Ok(Some(TlsFiles { certificates, key, client_ca: client_ca.map(PathBuf::from) }))
        }
        (None, None) if client_ca.is_none() => Ok(None),
        (None, _) => Err(ConfigError::setting("tls_cert", "missing: TLS needs tls_cert and tls_key")),
        (Some(_), None) => Err(ConfigError::setting("tls_key", "missing: TLS needs tls_cert and tls_key")),
    }
}

fn check_addresses(config: &Config) -> Result<(), ConfigError> {
    if config.tls.is_none() && !config.listen.ip().is_loopback() {
        let why = "other machines can reach this address: give tls_cert and tls_key (and client_ca for mutual TLS), or \
                   listen on 127.0.0.1";
        return Err(ConfigError::setting("listen", why));
    }
    if config.metrics_listen.is_some_and(|address| !address.ip().is_loopback()) {
        return Err(ConfigError::setting("metrics_listen", "use a loopback address, such as 127.0.0.1:9464"));
    }
    Ok(())
}

/// Data, keys and master key must not fall into one pair of hands by accident: a copy of one directory must not hold
/// what opens it.
fn check_places(config: &mut Config) -> Result<(), ConfigError> {
    let Config { data_dir, keys_dir, key_file, credential_file, .. } = &*config;
    if keys_dir.starts_with(data_dir) || data_dir.starts_with(keys_dir) {
        return Err(ConfigError::setting("keys_dir", "must lie outside data_dir, and data_dir outside it"));
    }
    for (name, file) in [("key_file", key_file), ("credential_file", credential_file)] {
        if file.starts_with(data_dir) || file.starts_with(keys_dir) {
            return Err(ConfigError::setting(name, "must lie outside data_dir and keys_dir"));
        }
    }
    let parents = (data_dir.parent(), keys_dir.parent(), key_file.parent());
    if parents.0 == parents.1 && parents.1 == parents.2 {
        config.warnings.push(
            "data_dir, keys_dir and key_file lie in one directory: whoever copies it can read everything. Keep key_file \
             elsewhere, and back it up apart"
                .to_owned(),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places() -> Places {
        Places::of_user(|name| (name == "HOME").then(|| "/home/u".to_owned()))
    }

    fn checked(toml: &str) -> Result<Config, String> {
        check(super::super::raw::parse(toml).unwrap(), &places()).map_err(|error| error.to_string())
    }

    #[track_caller]
    fn check_refused(toml: &str, name: &str) {
        let refused = checked(toml).unwrap_err();
        assert!(refused.starts_with(&format!("{name}: ")), "{refused}");
    }

    #[test]
    fn defaults_are_loopback_and_the_users_own_directories() {
        let config = checked("").unwrap();
        assert_eq!(config.listen.to_string(), "127.0.0.1:50051");
        assert_eq!(config.data_dir, Path::new("/home/u/.local/share/triaged/data"));
        assert_eq!(config.keys_dir, Path::new("/home/u/.local/share/triaged/keys"));
        assert_eq!(config.key_file, Path::new("/home/u/.config/triaged/master.key"));
        assert_eq!(config.credential_file, Path::new("/home/u/.config/triaged/first.credential"));
        assert_eq!((config.tls, config.metrics_listen, config.warnings), (None, None, vec![]));
        assert_eq!(config.drain_timeout, Duration::from_secs(30));
        let places = Places::of_user(|name| Some(format!("/{name}")));
        let config = check(RawConfig::default(), &places).unwrap();
        assert_eq!(config.data_dir, Path::new("/XDG_DATA_HOME/triaged/data"));
        assert_eq!(config.key_file, Path::new("/XDG_CONFIG_HOME/triaged/master.key"));
    }

    #[test]
    fn plaintext_stays_on_loopback() {
        let tls = "tls_cert = \"c\"\ntls_key = \"k\"";
        for (address, open) in [
            ("127.0.0.1:1", true),
            ("[::1]:1", true),
            ("0.0.0.0:1", false),
            ("[::]:1", false),
            ("10.0.0.1:1", false),
            ("[::ffff:10.0.0.1]:1", false),
        ] {
            assert_eq!(checked(&format!("listen = \"{address}\"")).is_ok(), open, "{address}");
            assert!(checked(&format!("listen = \"{address}\"\n{tls}")).is_ok(), "{address} with TLS");
            assert_eq!(checked(&format!("metrics_listen = \"{address}\"")).is_ok(), open, "metrics on {address}");
        }
    }

    #[test]
    fn a_wrong_setting_is_named() {
        check_refused("listen = \"localhost\"", "listen");
        check_refused("listen = \"0.0.0.0:1\"", "listen");
        check_refused("tls_cert = \"c\"", "tls_key");
        check_refused("tls_key = \"k\"", "tls_cert");
        check_refused("client_ca = \"ca\"", "tls_cert");
        check_refused("log_format = \"xml\"", "log_format");
        check_refused("log_level = \"trace\"", "log_level");
        check_refused("drain_timeout = \"30\"", "drain_timeout");
        check_refused("drain_timeout = \"2h\"", "drain_timeout");
        check_refused("drain_timeout = \"3601s\"", "drain_timeout");
        check_refused("data_dir = \"/d\"\nkeys_dir = \"/d/keys\"", "keys_dir");
        check_refused("data_dir = \"/d\"\nkeys_dir = \"/d\"", "keys_dir");
        check_refused("data_dir = \"/d\"\nkey_file = \"/d/master.key\"", "key_file");
        check_refused("key_command = \"kms decrypt\"", "key_command");
        check_refused("key_command = \" \"", "key_command");
        check_refused("key_file = \"/m\"\nkey_command = \"/bin/kms\"", "key_command");
        check_refused("keys_dir = \"/k\"\ncredential_file = \"/k/c\"", "credential_file");
        assert_eq!(checked("drain_timeout = \"3600s\"").unwrap().drain_timeout, Duration::from_hours(1));
        assert_eq!(checked("drain_timeout = \"2m\"").unwrap().drain_timeout, Duration::from_mins(2));
    }

    #[test]
    fn the_master_key_comes_from_what_is_named_then_from_systemd_then_from_the_default_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().to_str().unwrap().to_owned();
        std::fs::write(dir.path().join(source::CREDENTIAL), [7; 32]).unwrap();
        let systemd = Places::of_user(|name| (name == "CREDENTIALS_DIRECTORY").then(|| path.clone()));
        let of = |toml: &str, places: &Places| check(super::super::raw::parse(toml).unwrap(), places).unwrap().key;
        let words = |words: [&str; 3]| MasterSource::Command(words.map(str::to_owned).into());
        assert_eq!(of("", &places()), MasterSource::File("/home/u/.config/triaged/master.key".into()));
        assert_eq!(of("", &systemd), MasterSource::Credential(dir.path().join("master.key")));
        assert_eq!(of("key_file = \"/m\"", &systemd), MasterSource::File("/m".into()));
        assert_eq!(of("key_command = \"/bin/kms  get k\"", &systemd), words(["/bin/kms", "get", "k"]));
    }

    #[test]
    fn everything_in_one_directory_is_warned_of() {
        let config = checked("data_dir = \"/s/d\"\nkeys_dir = \"/s/k\"\nkey_file = \"/s/m\"").unwrap();
        assert_eq!(config.warnings.len(), 1);
    }
}
