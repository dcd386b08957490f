//! Columns in: only those that the mapping needs are decoded, and each becomes text on the thread that scores it.

use std::{
    borrow::Cow,
    fs::File,
    io::{self, BufRead, BufReader},
    sync::{Arc, OnceLock},
};

use arrow_array::RecordBatch;
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::{ArrowError, SchemaRef};
use parquet::arrow::{ProjectionMask, arrow_reader::ParquetRecordBatchReaderBuilder};

use super::{
    io_error,
    text::{self, Texts},
};
use crate::archive::{
    chunk::{Chunk, Parsed, Place, Reader},
    map::{Binding, Fate, Mapping},
};

/// Rows of a chunk: at a usual length of ticket about as many bytes as a chunk of lines has.
const CHUNK_ROWS: usize = 256;

/// A reader of batches and the columns it is bound to.
type Opened<I> = (Batches<I>, Arc<Binding>);

/// Where each column of the header stands in a batch; `None`: it was not read.
type Places = Arc<Vec<Option<usize>>>;

/// Reads batches.
pub(in crate::archive) struct Batches<I> {
    source: I,
    current: Option<RecordBatch>,
    row: u64,
    binding: Arc<Binding>,
    places: Places,
}

/// The columns that the mapping needs, in the order of the file.
struct Plan {
    binding: Arc<Binding>,
    needed: Vec<usize>,
    places: Places,
}

impl Plan {
    fn new(schema: &SchemaRef, mapping: Arc<Mapping>) -> io::Result<Self> {
        let header: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
        let binding = Arc::new(Binding::table(mapping, &header).map_err(io_error)?);
        let fates = binding.fates();
        let wanted = fates.iter().enumerate().filter(|(_, (_, fate))| *fate != Fate::Dropped).map(|(at, _)| at);
        let needed: Vec<usize> = wanted.collect();
        for field in needed.iter().filter_map(|at| schema.fields().get(*at)) {
            if !text::has_text(field.data_type()) {
                let reason = format!("column `{}` has no text form; write lists as JSON text", field.name());
                return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
            }
        }
        let places = (0..header.len()).map(|at| needed.iter().position(|column| *column == at)).collect();
        Ok(Self { binding, needed, places: Arc::new(places) })
    }

    fn read<I>(self, batches: I) -> Opened<I> {
        let Self { binding, places, .. } = self;
        (Batches { source: batches, current: None, row: 1, binding: binding.clone(), places }, binding)
    }
}

/// Opens a Parquet file.
pub(in crate::archive) fn parquet(
    file: File,
    mapping: Arc<Mapping>,
) -> io::Result<Opened<impl Iterator<Item = Result<RecordBatch, ArrowError>> + Send>> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(io_error)?;
    let plan = Plan::new(builder.schema(), mapping)?;
    let mask = ProjectionMask::roots(builder.parquet_schema(), plan.needed.iter().copied());
    let reader = builder.with_projection(mask).with_batch_size(CHUNK_ROWS).build().map_err(io_error)?;
    Ok(plan.read(reader))
}

/// Opens an Arrow IPC file.
pub(in crate::archive) fn file(
    file: File,
    mapping: Arc<Mapping>,
) -> io::Result<Opened<impl Iterator<Item = Result<RecordBatch, ArrowError>> + Send>> {
    let again = file.try_clone()?;
    let plan = Plan::new(&FileReader::try_new(BufReader::new(file), None).map_err(io_error)?.schema(), mapping)?;
    let reader = FileReader::try_new(BufReader::new(again), Some(plan.needed.clone())).map_err(io_error)?;
    Ok(plan.read(reader))
}

/// Opens an Arrow IPC stream.
pub(in crate::archive) fn stream(
    input: Box<dyn BufRead + Send>,
    mapping: Arc<Mapping>,
) -> io::Result<Opened<impl Iterator<Item = Result<RecordBatch, ArrowError>> + Send>> {
    let reader = StreamReader::try_new(input, None).map_err(io_error)?;
    let plan = Plan::new(&reader.schema(), mapping)?;
    let needed = plan.needed.clone();
    Ok(plan.read(reader.map(move |batch| batch?.project(&needed))))
}

impl<I: Iterator<Item = Result<RecordBatch, ArrowError>> + Send> Reader for Batches<I> {
    fn chunk(&mut self) -> io::Result<Option<Box<dyn Chunk>>> {
        loop {
            if let Some(batch) = self.current.take().filter(|batch| batch.num_rows() > 0) {
                let rows = batch.num_rows().min(CHUNK_ROWS);
                self.current = Some(batch.slice(rows, batch.num_rows() - rows));
                let (binding, places) = (self.binding.clone(), self.places.clone());
                let first_row = self.row;
                self.row += rows as u64;
                let batch = batch.slice(0, rows);
                return Ok(Some(Box::new(Rows { batch, first_row, binding, places, texts: OnceLock::new() })));
            }
            let Some(batch) = self.source.next() else { return Ok(None) };
            self.current = Some(batch.map_err(io_error)?);
        }
    }
}

/// Consecutive rows.
struct Rows {
    batch: RecordBatch,
    first_row: u64,
    binding: Arc<Binding>,
    places: Places,
    /// The columns as text.
    texts: OnceLock<Vec<Texts>>,
}

impl Rows {
    fn texts(&self) -> &[Texts] {
        self.texts.get_or_init(|| self.batch.columns().iter().map(Texts::new).collect())
    }
}

impl Chunk for Rows {
    fn len(&self) -> usize {
        self.batch.num_rows()
    }

    fn bytes(&self) -> usize {
        self.texts().iter().map(Texts::bytes).sum()
    }

    fn place(&self, index: usize) -> Place {
        Place { line: self.first_row + index as u64, byte: None }
    }

    fn row(&self, index: usize) -> Parsed {
        let texts = self.texts();
        self.binding.cells(|column| texts.get((*self.places.get(column)?)?)?.get(index))
    }
    fn cells(&self, index: usize) -> Option<Vec<Cow<'_, str>>> {
        Some(self.texts().iter().map(|column| column.get(index).unwrap_or_default()).collect())
    }
}
