//! The formats that are written, by name: which encoder makes their blocks, and which sink holds them.

use std::{
    fs::File,
    io::{self, Write},
};

#[cfg(feature = "columnar")]
use super::columnar;
#[cfg(not(feature = "columnar"))]
use super::source;
use super::{
    encode::{Encode, Lines, Packed, Separated, columns},
    sink::{Bytes, Sink},
    source::{Format, Packing},
};

/// The encoder of a format; `errors`: refused rows are told in their place.
///
/// # Errors
/// The format is not part of this build.
#[cfg_attr(feature = "columnar", expect(clippy::unnecessary_wraps, reason = "fails in builds without the feature"))]
pub(super) fn encoder(
    format: Format,
    packing: Packing,
    passed: &[String],
    errors: bool,
) -> io::Result<Box<dyn Encode>> {
    let separated = |delimiter| Box::new(Separated { delimiter, columns: columns(passed, errors), errors });
    let encoder: Box<dyn Encode> = match format {
        Format::JsonLines => Box::new(Lines),
        Format::Csv => separated(b','),
        Format::Tsv => separated(b'\t'),
        #[cfg(feature = "columnar")]
        Format::Parquet | Format::ArrowFile | Format::ArrowStream => {
            Box::new(columnar::write::Columns::new(&columns(passed, errors), errors))
        }
        #[cfg(not(feature = "columnar"))]
        Format::Parquet | Format::ArrowFile | Format::ArrowStream => return Err(source::not_built_in()),
    };
    Ok(if packing == Packing::Plain { encoder } else { Box::new(Packed { format: encoder, packing }) })
}

/// Whether a file of this format can be gone on with after what was written of it.
pub(super) fn resumable(format: Format) -> bool {
    matches!(format, Format::JsonLines | Format::Csv | Format::Tsv)
}

/// The sink of a file.
pub(super) fn file(format: Format, file: File, columns: &[String]) -> io::Result<Box<dyn Sink>> {
    match format {
        #[cfg(feature = "columnar")]
        Format::Parquet => columnar::write::parquet(file, columns),
        #[cfg(feature = "columnar")]
        Format::ArrowFile => columnar::write::file(file, columns),
        other => stream(other, file, columns),
    }
}

/// The sink of a stream.
#[cfg_attr(not(feature = "columnar"), expect(unused_variables, reason = "lines need no names of columns"))]
pub(super) fn stream<'w>(
    format: Format,
    stream: impl Write + 'w,
    columns: &[String],
) -> io::Result<Box<dyn Sink + 'w>> {
    match format {
        #[cfg(feature = "columnar")]
        Format::ArrowStream => columnar::write::stream(stream, columns),
        #[cfg(not(feature = "columnar"))]
        Format::ArrowStream => Err(source::not_built_in()),
        Format::Parquet | Format::ArrowFile => {
            let reason = "Parquet and Arrow files need a file; a stream can be arrow-stream";
            Err(io::Error::new(io::ErrorKind::Unsupported, reason))
        }
        _ => Ok(Box::new(Bytes(stream))),
    }
}
