//! `triaged config check|show`: says whether the settings are good, and what they come to.

use clap::Subcommand;

use super::{Exit, Failure, settings::Settings};
use crate::config::{self, Config, Layers, LogFormat};

/// What to do with the settings.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Checks the settings without starting anything
    Check(Box<Settings>),
    /// Writes the settings in effect as TOML, each with its origin
    Show(Box<Settings>),
}

/// Checks or shows.
pub(super) fn run(command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Check(settings) => {
            settings.checked()?;
            super::say("settings are good");
        }
        Command::Show(settings) => {
            let layers = settings.layers()?;
            let config = config::check(&layers)?;
            super::print(&page(&layers, &config))?;
        }
    }
    Ok(Exit::Done)
}

fn page(layers: &Layers, config: &Config) -> String {
    let mut page = String::new();
    for row in layers.rows() {
        let line = match row.value.or_else(|| in_effect(config, row.name)) {
            Some(value) => format!("{} = {value:?}  # {}\n", row.name, row.origin.name()),
            None => format!("# {} is not set\n", row.name),
        };
        page.push_str(&line);
    }
    page
}

/// The default that took effect for a setting nobody gave.
fn in_effect(config: &Config, name: &str) -> Option<String> {
    let format = match config.log_format {
        LogFormat::Text => "text",
        LogFormat::Json => "json",
    };
    let value = match name {
        "listen" => config.listen.to_string(),
        "data_dir" => config.data_dir.display().to_string(),
        "keys_dir" => config.keys_dir.display().to_string(),
        "key_file" => config.key_file.display().to_string(),
        "credential_file" => config.credential_file.display().to_string(),
        "log_format" => format.to_owned(),
        "log_level" => config.log_level.name().to_owned(),
        "drain_timeout" => format!("{}s", config.drain_timeout.as_secs()),
        _ => return None,
    };
    Some(value)
}
