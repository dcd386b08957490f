//! Settings as they are written, all of them text: one table of names that the file, the environment and the flags
//! share.

use serde::Deserialize;

/// Where the value of a setting comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The command line.
    Flag,
    /// The environment.
    Environment,
    /// The settings file.
    File,
    /// Nobody said anything.
    Default,
}

impl Origin {
    /// The name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Environment => "environment",
            Self::File => "file",
            Self::Default => "default",
        }
    }
}

/// A setting with its value, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The name.
    pub name: &'static str,
    /// The value, where somebody gave one.
    pub value: Option<String>,
    /// Where it comes from.
    pub origin: Origin,
}

macro_rules! settings {
    ($($(#[$about:meta])* $name:ident;)+) => {
        /// One layer of settings.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct RawConfig {
            $($(#[$about])* pub $name: Option<String>,)+
        }

        impl RawConfig {
            /// The layer that `value` gives for each name.
            pub fn from_names(value: impl Fn(&str) -> Option<String>) -> Self {
                Self { $($name: value(stringify!($name)),)+ }
            }

            /// Every setting with its value, in the order of the table.
            pub fn rows(&self) -> Vec<(&'static str, Option<&str>)> {
                vec![$((stringify!($name), self.$name.as_deref()),)+]
            }

            /// This layer over another.
            #[must_use]
            pub fn over(self, below: Self) -> Self {
                Self { $($name: self.$name.or(below.$name),)+ }
            }
        }
    };
}

settings! {
    /// Address and port of the gRPC listener.
    listen;
    /// Directory of the data file.
    data_dir;
    /// Directory of the wrapped keys.
    keys_dir;
    /// File of the master key.
    key_file;
    /// Program that prints the master key, with its arguments, instead of a file.
    key_command;
    /// File of the credential that the first start makes.
    credential_file;
    /// Certificate chain, PEM.
    tls_cert;
    /// Private key, PEM.
    tls_key;
    /// CA of client certificates, PEM.
    client_ca;
    /// Address and port of the metrics listener.
    metrics_listen;
    /// `text` or `json`.
    log_format;
    /// `error`, `warn`, `info` or `debug`.
    log_level;
    /// How long calls may go on at a shutdown, such as `30s`.
    drain_timeout;
}

/// All layers, the strongest first.
#[derive(Clone, Debug, Default)]
pub struct Layers {
    /// The command line.
    pub flags: RawConfig,
    /// The environment.
    pub environment: RawConfig,
    /// The settings file.
    pub file: RawConfig,
}

impl Layers {
    /// The strongest value of every setting.
    pub fn effective(&self) -> RawConfig {
        self.flags.clone().over(self.environment.clone()).over(self.file.clone())
    }

    /// Every setting with its strongest value and where it comes from.
    pub fn rows(&self) -> Vec<Row> {
        let layers =
            [(Origin::Flag, &self.flags), (Origin::Environment, &self.environment), (Origin::File, &self.file)];
        let names = RawConfig::default();
        let row = |(index, (name, _)): (usize, (&'static str, Option<&str>))| {
            let given = layers.iter().find_map(|(origin, layer)| {
                let value = layer.rows().get(index).and_then(|(_, value)| value.map(str::to_owned));
                value.map(|value| (*origin, value))
            });
            match given {
                Some((origin, value)) => Row { name, value: Some(value), origin },
                None => Row { name, value: None, origin: Origin::Default },
            }
        };
        names.rows().into_iter().enumerate().map(row).collect()
    }
}

/// The settings of a TOML file. The error names the line.
pub(super) fn parse(text: &str) -> Result<RawConfig, String> {
    toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_refused_with_its_line() {
        let refused = parse("listen = \"127.0.0.1:1\"\n\nlissten = \"x\"\n").unwrap_err();
        insta::assert_snapshot!(refused, @r#"
        TOML parse error at line 3, column 1
          |
        3 | lissten = "x"
          | ^^^^^^^
        unknown field `lissten`, expected one of `listen`, `data_dir`, `keys_dir`, `key_file`, `key_command`, `credential_file`, `tls_cert`, `tls_key`, `client_ca`, `metrics_listen`, `log_format`, `log_level`, `drain_timeout`
        "#);
    }

    #[test]
    fn a_flag_wins_over_the_environment_and_that_over_the_file() {
        let layer = |listen: Option<&str>, data_dir: Option<&str>, log_level: Option<&str>| RawConfig {
            listen: listen.map(str::to_owned),
            data_dir: data_dir.map(str::to_owned),
            log_level: log_level.map(str::to_owned),
            ..RawConfig::default()
        };
        let layers = Layers {
            flags: layer(Some("flag"), None, None),
            environment: layer(Some("environment"), Some("environment"), None),
            file: layer(Some("file"), Some("file"), Some("file")),
        };
        assert_eq!(layers.effective(), layer(Some("flag"), Some("environment"), Some("file")));
        let origins: Vec<_> = layers.rows().into_iter().filter(|row| row.value.is_some()).collect();
        for row in origins {
            assert_eq!(row.value.as_deref(), Some(row.origin.name()));
        }
    }
}
