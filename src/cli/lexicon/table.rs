//! Aligned, coloured text for a terminal; plain where nobody looks at colours.

use std::io;

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

use super::super::Failure;

/// More negative.
pub(super) const BLAME: Style = AnsiColor::Red.on_default();
/// Less negative.
pub(super) const PRAISE: Style = AnsiColor::Green.on_default();
/// Of no weight.
pub(super) const DIM: Style = Style::new().dimmed();
/// Sums.
pub(super) const BOLD: Style = Style::new().bold();

/// The style of a number by its sign.
pub(super) fn by_sign(number: i32) -> Style {
    match number.signum() {
        1 => BLAME,
        -1 => PRAISE,
        _ => DIM,
    }
}

/// Text in a style.
pub(super) fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// Whether standard output takes colours: it is a terminal, and `NO_COLOR` is not set.
fn choice() -> ColorChoice {
    AutoStream::choice(&io::stdout())
}

/// Writes styled text to standard output, without the styles where they are not wanted.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    match choice() {
        ColorChoice::Never => super::super::print(&anstream::adapter::strip_str(text).to_string()),
        _ => super::super::print(text),
    }
}
