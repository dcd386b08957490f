//! The writer's end: appends blocks to a file or a stream, in the container that the format has.

use std::{
    fs::File,
    io::{self, Write},
};

use super::{encode::Block, source::Format};

/// Where blocks go.
pub(super) trait Sink {
    /// Appends a block.
    fn write(&mut self, block: Block) -> io::Result<()>;

    /// Hands everything to the system.
    fn flush(&mut self) -> io::Result<()>;

    /// Writes what ends the container.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// A sequence of bytes without a container.
struct Bytes<W>(W);

impl<W: Write> Sink for Bytes<W> {
    fn write(&mut self, block: Block) -> io::Result<()> {
        match block {
            Block::Bytes(bytes) => self.0.write_all(&bytes),
            #[cfg(feature = "columnar")]
            Block::Columns(_) => Err(io::Error::other("columns for a format of bytes")),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.0.flush()
    }
}

/// Whether a file of this format can be gone on with after what was written of it.
pub(super) fn resumable(format: Format) -> bool {
    matches!(format, Format::JsonLines | Format::Csv | Format::Tsv)
}

/// The sink of a file.
pub(super) fn file(format: Format, file: File, columns: &[String]) -> io::Result<Box<dyn Sink>> {
    match format {
        #[cfg(feature = "columnar")]
        Format::Parquet => super::columnar::write::parquet(file, columns),
        #[cfg(feature = "columnar")]
        Format::ArrowFile => super::columnar::write::file(file, columns),
        other => stream(other, file, columns),
    }
}

/// The sink of a stream.
pub(super) fn stream<'w>(
    format: Format,
    stream: impl Write + 'w,
    columns: &[String],
) -> io::Result<Box<dyn Sink + 'w>> {
    match format {
        #[cfg(feature = "columnar")]
        Format::ArrowStream => super::columnar::write::stream(stream, columns),
        #[cfg(not(feature = "columnar"))]
        Format::ArrowStream => Err(super::encode::not_built_in()),
        Format::Parquet | Format::ArrowFile => {
            let reason = "Parquet and Arrow files need a file; a stream can be arrow-stream";
            Err(io::Error::new(io::ErrorKind::Unsupported, reason))
        }
        _ => Ok(Box::new(Bytes(stream))),
    }
}
