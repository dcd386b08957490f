//! The writer's end: appends blocks to a file or a stream, in the container that the format has.

use std::io::{self, Write};

use super::encode::Block;

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
pub(super) struct Bytes<W>(pub(super) W);

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
