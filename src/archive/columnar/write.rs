//! Columns out.

use std::{
    fs::File,
    io::{self, Write},
    sync::Arc,
};

use arrow_array::{ArrayRef, BooleanArray, Int32Array, RecordBatch, StringArray};
use arrow_ipc::writer::{FileWriter, StreamWriter};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    file::properties::{EnabledStatistics, WriterProperties},
};

use super::io_error;
use crate::archive::{
    encode::{Block, Encode, cells},
    score::Scored,
    sink::Sink,
};

/// Encoded bytes of a row group.
const ROW_GROUP_BYTES: usize = 16 << 20;

/// Columns that differ in nearly every row: a dictionary of them and their smallest and largest value are work for nothing.
const DISTINCT: [&str; 2] = ["turns", "findings"];

/// Columns that are not text.
const TYPES: [(&str, DataType); 3] =
    [("score_millis", DataType::Int32), ("priority_value", DataType::Int32), ("emergency", DataType::Boolean)];

fn schema(columns: &[String]) -> SchemaRef {
    let kind =
        |name: &str| TYPES.iter().find(|(known, _)| *known == name).map_or(DataType::Utf8, |(_, kind)| kind.clone());
    Arc::new(Schema::new(columns.iter().map(|name| Field::new(name, kind(name), true)).collect::<Vec<_>>()))
}

/// Turns chunks into columns.
#[derive(Debug)]
pub(in crate::archive) struct Columns {
    schema: SchemaRef,
    errors: bool,
}

impl Columns {
    /// `errors`: refused rows are told in their place.
    pub(in crate::archive) fn new(columns: &[String], errors: bool) -> Self {
        Self { schema: schema(columns), errors }
    }
}

/// A column of cells as its type; an empty cell is null.
fn array<'c>(kind: &DataType, cells: impl Iterator<Item = &'c str>) -> ArrayRef {
    let filled = cells.map(|cell| Some(cell).filter(|cell| !cell.is_empty()));
    match kind {
        DataType::Int32 => Arc::new(filled.map(|cell| cell?.parse::<i32>().ok()).collect::<Int32Array>()),
        DataType::Boolean => Arc::new(filled.map(|cell| cell?.parse::<bool>().ok()).collect::<BooleanArray>()),
        _ => Arc::new(filled.collect::<StringArray>()),
    }
}

impl Encode for Columns {
    fn head(&self) -> io::Result<Vec<u8>> {
        Ok(Vec::new())
    }

    fn block(&self, scored: &mut Scored) -> io::Result<Block> {
        let width = self.schema.fields().len();
        let rows: Vec<_> = scored.entries.iter().map(|entry| cells(entry, &scored.json, self.errors, width)).collect();
        let column = |(at, field): (usize, &Arc<Field>)| {
            array(field.data_type(), rows.iter().map(|row| row.get(at).map_or("", AsRef::as_ref)))
        };
        let columns = self.schema.fields().iter().enumerate().map(column).collect();
        RecordBatch::try_new(self.schema.clone(), columns).map(Block::Columns).map_err(io_error)
    }
}

/// The batch of a block; `None` for the empty head.
fn batch(block: Block) -> io::Result<Option<RecordBatch>> {
    match block {
        Block::Columns(batch) => Ok(Some(batch)),
        Block::Bytes(bytes) if bytes.is_empty() => Ok(None),
        Block::Bytes(_) => Err(io::Error::other("bytes for a format of columns")),
    }
}

struct Parquet(ArrowWriter<File>);

impl Sink for Parquet {
    fn write(&mut self, block: Block) -> io::Result<()> {
        let Some(batch) = batch(block)? else { return Ok(()) };
        self.0.write(&batch).map_err(io_error)?;
        if self.0.in_progress_size() >= ROW_GROUP_BYTES { self.0.flush().map_err(io_error) } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.0.close().map(drop).map_err(io_error)
    }
}

struct IpcFile(FileWriter<File>);

impl Sink for IpcFile {
    fn write(&mut self, block: Block) -> io::Result<()> {
        batch(block)?.map_or(Ok(()), |batch| self.0.write(&batch).map_err(io_error))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush().map_err(io_error)
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.0.finish().map_err(io_error)
    }
}

struct IpcStream<W: Write>(StreamWriter<W>);

impl<W: Write> Sink for IpcStream<W> {
    fn write(&mut self, block: Block) -> io::Result<()> {
        batch(block)?.map_or(Ok(()), |batch| self.0.write(&batch).map_err(io_error))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush().map_err(io_error)
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.0.finish().map_err(io_error)
    }
}

/// A Parquet file, its pages compressed with Zstandard.
pub(in crate::archive) fn parquet(file: File, columns: &[String]) -> io::Result<Box<dyn Sink>> {
    let mut properties = WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default()));
    for column in DISTINCT {
        properties = properties
            .set_column_dictionary_enabled(column.into(), false)
            .set_column_statistics_enabled(column.into(), EnabledStatistics::None);
    }
    let properties = properties.build();
    let writer = ArrowWriter::try_new(file, schema(columns), Some(properties)).map_err(io_error)?;
    Ok(Box::new(Parquet(writer)))
}

/// An Arrow IPC file.
pub(in crate::archive) fn file(file: File, columns: &[String]) -> io::Result<Box<dyn Sink>> {
    Ok(Box::new(IpcFile(FileWriter::try_new(file, &schema(columns)).map_err(io_error)?)))
}

/// An Arrow IPC stream.
pub(in crate::archive) fn stream<'w>(stream: impl Write + 'w, columns: &[String]) -> io::Result<Box<dyn Sink + 'w>> {
    Ok(Box::new(IpcStream(StreamWriter::try_new(stream, &schema(columns)).map_err(io_error)?)))
}
