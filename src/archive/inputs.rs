//! All inputs as one sequence of chunks: each is opened when its turn comes, unpacked, deciphered and read in its format.

use std::{
    collections::VecDeque,
    io::{self, Read},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    chunk::{Chunk, Reader},
    csv::CsvReader,
    error::ArchiveError,
    lines::LineReader,
    map::{Binding, Mapping},
    source::{self, Format, Source},
};

/// How inputs are read.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Format of the inputs whose name does not tell.
    pub format: Option<Format>,
    /// How rows become conversations.
    pub mapping: Arc<Mapping>,
    /// Longest row, in bytes.
    pub row_bytes_max: usize,
    /// File with the age identities that encrypted inputs are read with.
    pub identities: Option<PathBuf>,
}

/// A chunk and the input it came from.
pub(super) struct Piece {
    pub(super) input: Arc<str>,
    pub(super) chunk: Box<dyn Chunk>,
}

/// The inputs under way.
pub(super) struct Inputs {
    waiting: VecDeque<Source>,
    reading: Reading,
    current: Option<(Arc<str>, Box<dyn Reader>)>,
    bindings: Bindings,
}

/// The columns of the inputs that were opened so far, each kind of header once.
pub(super) type Bindings = Arc<Mutex<Vec<Arc<Binding>>>>;

impl Inputs {
    pub(super) fn new(sources: &[Source], reading: Reading) -> Self {
        Self { waiting: sources.iter().cloned().collect(), reading, current: None, bindings: Bindings::default() }
    }

    /// Where the columns of opened inputs are noted.
    pub(super) fn bindings(&self) -> Bindings {
        self.bindings.clone()
    }

    /// The next chunk.
    pub(super) fn next(&mut self) -> Result<Option<Piece>, ArchiveError> {
        loop {
            if let Some((input, reader)) = &mut self.current {
                let chunk = reader.chunk().map_err(|error| ArchiveError::input(input.as_ref(), error))?;
                if let Some(chunk) = chunk {
                    return Ok(Some(Piece { input: input.clone(), chunk }));
                }
            }
            let Some(source) = self.waiting.pop_front() else { return Ok(None) };
            let name: Arc<str> = source.name().into();
            let reader = self.open(&source).map_err(|error| ArchiveError::input(name.as_ref(), error))?;
            self.current = Some((name, reader));
        }
    }

    fn open(&self, source: &Source) -> io::Result<Box<dyn Reader>> {
        let (by_name, packing, encrypted) = source.kind();
        let format = by_name.or(self.reading.format).unwrap_or(Format::JsonLines);
        let Reading { mapping, row_bytes_max, identities, .. } = &self.reading;
        if let (Format::Parquet | Format::ArrowFile, Source::File(path), false) = (format, source, encrypted) {
            return self.open_columns(format, path);
        }
        let bytes = source.open()?;
        let bytes: Box<dyn Read + Send> =
            if encrypted { Box::new(decipher(bytes, identities.as_deref())?) } else { bytes };
        let input = source::unpack(bytes, packing)?;
        Ok(match format {
            Format::JsonLines => {
                Box::new(LineReader::new(input, *row_bytes_max, Arc::new(Binding::json(mapping.clone())))?)
            }
            Format::Csv => self.table(CsvReader::new(input, b',', *row_bytes_max, mapping.clone())?),
            Format::Tsv => self.table(CsvReader::new(input, b'\t', *row_bytes_max, mapping.clone())?),
            Format::ArrowStream => self.open_stream(input)?,
            Format::Parquet | Format::ArrowFile => {
                let reason = "Parquet and Arrow files are read from a plain file, since their end comes first";
                return Err(io::Error::new(io::ErrorKind::Unsupported, reason));
            }
        })
    }

    fn table<R: Reader + 'static>(&self, (reader, binding): (R, Arc<Binding>)) -> Box<dyn Reader> {
        let mut bindings = self.bindings.lock().unwrap_or_else(PoisonError::into_inner);
        if !bindings.iter().any(|known| known.fates() == binding.fates()) {
            bindings.push(binding);
        }
        Box::new(reader)
    }

    #[cfg(feature = "columnar")]
    fn open_columns(&self, format: Format, path: &std::path::Path) -> io::Result<Box<dyn Reader>> {
        let (file, mapping) = (std::fs::File::open(path)?, self.reading.mapping.clone());
        Ok(match format {
            Format::Parquet => self.table(super::columnar::read::parquet(file, mapping)?),
            _ => self.table(super::columnar::read::file(file, mapping)?),
        })
    }

    #[cfg(feature = "columnar")]
    fn open_stream(&self, input: Box<dyn io::BufRead + Send>) -> io::Result<Box<dyn Reader>> {
        Ok(self.table(super::columnar::read::stream(input, self.reading.mapping.clone())?))
    }

    #[cfg(not(feature = "columnar"))]
    #[expect(clippy::unused_self, reason = "the same shape as with the feature")]
    fn open_columns(&self, _: Format, _: &std::path::Path) -> io::Result<Box<dyn Reader>> {
        Err(source::not_built_in())
    }

    #[cfg(not(feature = "columnar"))]
    #[expect(clippy::unused_self, reason = "the same shape as with the feature")]
    fn open_stream(&self, _: Box<dyn io::BufRead + Send>) -> io::Result<Box<dyn Reader>> {
        Err(source::not_built_in())
    }
}

/// Deciphers a file for the identities in a file (age-encryption.org/v1).
#[cfg(feature = "age")]
fn decipher(input: Box<dyn Read + Send>, identities: Option<&std::path::Path>) -> io::Result<impl Read + Send + use<>> {
    let wrong = |reason: String| io::Error::new(io::ErrorKind::InvalidData, reason);
    let missing =
        || io::Error::new(io::ErrorKind::InvalidInput, "is encrypted; name your identities with --identity FILE");
    let path = identities.ok_or_else(missing)?.display().to_string();
    let identities = age::IdentityFile::from_file(path)?.into_identities().map_err(|error| wrong(error.to_string()))?;
    let decryptor = age::Decryptor::new(io::BufReader::new(input)).map_err(|error| wrong(error.to_string()))?;
    let identities = identities.iter().map(|identity| identity.as_ref() as &dyn age::Identity);
    decryptor.decrypt(identities).map(Deciphered).map_err(|error| wrong(error.to_string()))
}

/// The deciphering stream; moved between threads only as a whole.
#[cfg(feature = "age")]
struct Deciphered(age::stream::StreamReader<io::BufReader<Box<dyn Read + Send>>>);

#[cfg(feature = "age")]
impl Read for Deciphered {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

#[cfg(not(feature = "age"))]
fn decipher(_: Box<dyn Read + Send>, _: Option<&std::path::Path>) -> io::Result<io::Empty> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "built without the feature `age`"))
}
