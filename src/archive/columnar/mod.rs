//! Apache Arrow and Parquet. Columns of any type that has a text form are read as that text; results are written as
//! columns of text, integers and truth values, the lists among them as JSON, so that every format holds the same.

mod text;

pub(super) mod read;
pub(super) mod write;

use std::io;

/// An error of Arrow or Parquet as one of input or output.
fn io_error(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}
