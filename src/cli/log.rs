//! Logs on standard error: ids, sizes, durations, status. Never a text, and of a panic only its place.

use std::{io, panic};

use tracing_subscriber::EnvFilter;

use crate::config::{LogFormat, LogLevel};

/// Begins to log. Of other crates only warnings are shown: their finer lines hold headers and payloads.
pub(super) fn start(format: LogFormat, level: LogLevel) {
    let filter = EnvFilter::new(format!("warn,triaged={}", level.name()));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(false);
    let started = match format {
        LogFormat::Text => lines.with_target(false).try_init(),
        LogFormat::Json => lines.json().with_target(false).flatten_event(true).try_init(),
    };
    if started.is_err() {
        super::say("triaged: logs were started before");
    }
}

/// Lets a panic tell its place only: its message may hold what was being worked on.
pub(super) fn quiet_panics() {
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "panic");
        if !tracing::event_enabled!(tracing::Level::ERROR) {
            super::say(&format!("triaged: panic at {place}"));
        }
    }));
}
