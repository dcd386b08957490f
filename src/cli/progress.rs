//! How far a long command is: a bar on a terminal, a plain line now and then elsewhere.

use std::{
    io::{self, IsTerminal},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::{
    archive::{rescore::Progress, source::Source},
    time::{Clock, SystemClock, Timestamp},
};

/// Time between two plain lines.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// Shows progress on standard error.
#[derive(Debug)]
pub(super) struct Display {
    bar: Option<ProgressBar>,
    start: Timestamp,
    shown: Timestamp,
}

impl Display {
    /// Begins; the size of plain files gives the end of the bar.
    pub(super) fn new(sources: &[Source]) -> Self {
        let now = SystemClock.now();
        let bar = io::stderr().is_terminal().then(|| bar(sources.iter().map(Source::plain_bytes).sum()));
        Self { bar, start: now, shown: now }
    }

    /// Tells how far a run is.
    pub(super) fn show(&mut self, progress: &Progress<'_>) {
        let Progress { read, bytes, stats } = progress;
        let told = format!("{read} rows, {} negative, {} refused", stats.negative, stats.refused);
        if let Some(bar) = &self.bar {
            bar.set_position(*bytes);
        }
        let speed = self.speed(*bytes);
        self.tell(told, &format!("; {speed}"));
    }

    /// Tells how far a run is in words of its own; `more` follows where there is no bar, which shows it by itself.
    pub(super) fn tell(&mut self, told: String, more: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(told);
            bar.tick();
            return;
        }
        let now = SystemClock.now();
        if now.since(self.shown) >= LINE_EVERY {
            self.shown = now;
            super::say(&format!("{told}{more}"));
        }
    }

    /// Begins a run of which neither length nor end is known.
    pub(super) fn endless() -> Self {
        Self::new(&[])
    }

    /// Removes the bar.
    pub(super) fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// Bytes and bytes a second since the beginning, in words.
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    pub(super) fn speed(&self, bytes: u64) -> String {
        let seconds = SystemClock.now().since(self.start).as_secs_f64();
        let megabytes = bytes as f64 / 1e6;
        format!("{megabytes:.1} MB of text in {seconds:.1} s, {:.1} MB/s", megabytes / seconds.max(1e-6))
    }
}

/// A bar over `total` bytes; a spinner where that is not known.
fn bar(total: u64) -> ProgressBar {
    let (total, template) = match total {
        0 => (None, "{spinner} {bytes} {bytes_per_sec} {msg}"),
        total => (Some(total), "{wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta} {msg}"),
    };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr()).with_style(style)
}
