//! Which files are read, and how they are opened: names, directories, globs and standard input; plain, gzip, zstd or age.
//! Knows nothing of rows.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

use flate2::bufread::MultiGzDecoder;
use globset::GlobBuilder;

use super::error::ArchiveError;
pub use super::target::{is_private, readers};

/// Bytes of a file that are read at once.
const BUFFER_BYTES: usize = 256 << 10;

/// A format of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JSON Lines.
    JsonLines,
    /// Comma-separated values.
    Csv,
    /// Tab-separated values.
    Tsv,
    /// Apache Parquet.
    Parquet,
    /// Apache Arrow IPC, the file format.
    ArrowFile,
    /// Apache Arrow IPC, the stream format.
    ArrowStream,
}

/// How bytes are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// Not at all.
    Plain,
    /// gzip (RFC 1952), one member or several.
    Gzip,
    /// Zstandard (RFC 8878), one frame or several.
    Zstd,
}

/// Formats by the endings of names.
const ENDINGS: [(&str, Format); 10] = [
    ("jsonl", Format::JsonLines),
    ("ndjson", Format::JsonLines),
    ("json", Format::JsonLines),
    ("csv", Format::Csv),
    ("tsv", Format::Tsv),
    ("parquet", Format::Parquet),
    ("arrow", Format::ArrowFile),
    ("feather", Format::ArrowFile),
    ("arrows", Format::ArrowStream),
    ("ipc", Format::ArrowStream),
];

/// Packings by the endings of names.
const PACKINGS: [(&str, Packing); 2] = [("gz", Packing::Gzip), ("zst", Packing::Zstd)];

/// Ending of files encrypted with age.
const AGE_ENDING: &str = "age";

impl Format {
    /// The names of `--format`.
    pub const NAMES: [(&'static str, Self); 6] = [
        ("jsonl", Self::JsonLines),
        ("csv", Self::Csv),
        ("tsv", Self::Tsv),
        ("parquet", Self::Parquet),
        ("arrow", Self::ArrowFile),
        ("arrow-stream", Self::ArrowStream),
    ];

    /// The format of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, format)| *format)
    }
}

/// Format and packing by the name of a file, with whether it is encrypted: `tickets.csv.gz.age`.
pub fn by_name(path: &Path) -> (Option<Format>, Packing, bool) {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let mut endings = name.rsplit('.').peekable();
    let encrypted = endings.next_if_eq(&AGE_ENDING).is_some();
    let packed = endings.peek().and_then(|ending| PACKINGS.iter().find(|(known, _)| known == ending));
    if packed.is_some() {
        endings.next();
    }
    let format = endings.next().and_then(|ending| ENDINGS.iter().find(|(known, _)| *known == ending));
    (format.map(|(_, format)| *format), packed.map_or(Packing::Plain, |(_, packing)| *packing), encrypted)
}

/// Where rows come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
}

impl Source {
    /// What to call it in messages.
    pub fn name(&self) -> String {
        match self {
            Self::Stdin => "standard input".to_owned(),
            Self::File(path) => path.display().to_string(),
        }
    }

    /// The size of a file that is neither packed nor encrypted, in bytes, else 0.
    pub fn plain_bytes(&self) -> u64 {
        match (self, self.kind()) {
            (Self::File(path), (_, Packing::Plain, false)) => fs::metadata(path).map_or(0, |metadata| metadata.len()),
            _ => 0,
        }
    }

    /// Format, packing and whether it is encrypted, by name.
    pub(super) fn kind(&self) -> (Option<Format>, Packing, bool) {
        match self {
            Self::Stdin => (None, Packing::Plain, false),
            Self::File(path) => by_name(path),
        }
    }

    /// The bytes as they lie there.
    pub(super) fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Self::Stdin => Box::new(io::stdin()),
            Self::File(path) => Box::new(File::open(path)?),
        })
    }
}

/// The sources that arguments name, in order: `-` is standard input, a directory stands for the files in it that end as
/// a format does (sorted by name, not those further down), a name with `*`, `?`, `[` or `{` for the files that match.
///
/// # Errors
/// A name leads to no file.
pub fn expand(arguments: &[String]) -> Result<Vec<Source>, ArchiveError> {
    let mut sources = Vec::new();
    for argument in arguments {
        let path = Path::new(argument);
        let found = if argument == "-" {
            vec![Source::Stdin]
        } else if path.is_dir() {
            files(path, |path| by_name(path).0.is_some()).map_err(|error| ArchiveError::input(argument, error))?
        } else if path.exists() || !argument.contains(['*', '?', '[', '{']) {
            vec![Source::File(path.to_owned())]
        } else {
            matching(argument)?
        };
        if found.is_empty() {
            return Err(ArchiveError::input(argument, io::Error::new(io::ErrorKind::NotFound, "no such file")));
        }
        sources.extend(found);
    }
    Ok(sources)
}

/// The files of a directory, sorted by name.
fn files(directory: &Path, wanted: impl Fn(&Path) -> bool) -> io::Result<Vec<Source>> {
    let paths: io::Result<Vec<PathBuf>> = fs::read_dir(directory)?.map(|entry| Ok(entry?.path())).collect();
    let mut paths: Vec<PathBuf> = paths?.into_iter().filter(|path| path.is_file() && wanted(path)).collect();
    paths.sort();
    Ok(paths.into_iter().map(Source::File).collect())
}

/// The files that match a pattern in its last part.
fn matching(pattern: &str) -> Result<Vec<Source>, ArchiveError> {
    let failed = |error: &dyn std::fmt::Display| {
        ArchiveError::input(pattern, io::Error::new(io::ErrorKind::InvalidInput, error.to_string()))
    };
    let path = Path::new(pattern);
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let last = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let glob =
        GlobBuilder::new(&last).literal_separator(true).build().map_err(|error| failed(&error))?.compile_matcher();
    files(directory, |path| path.file_name().is_some_and(|name| glob.is_match(name))).map_err(|error| failed(&error))
}

/// Unpacks.
///
/// # Errors
/// The first bytes are not what the packing begins with.
pub(super) fn unpack(input: Box<dyn Read + Send>, packing: Packing) -> io::Result<Box<dyn BufRead + Send>> {
    let buffered = BufReader::with_capacity(BUFFER_BYTES, input);
    Ok(match packing {
        Packing::Plain => Box::new(buffered),
        Packing::Gzip => Box::new(BufReader::with_capacity(BUFFER_BYTES, MultiGzDecoder::new(buffered))),
        Packing::Zstd => Box::new(BufReader::with_capacity(BUFFER_BYTES, zstd::Decoder::with_buffer(buffered)?)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, format: Option<Format>, packing: Packing, encrypted: bool) {
        assert_eq!(by_name(Path::new(name)), (format, packing, encrypted), "{name}");
    }

    #[test]
    fn names_tell_format_packing_and_encryption() {
        check("a/b.jsonl", Some(Format::JsonLines), Packing::Plain, false);
        check("b.CSV.GZ", Some(Format::Csv), Packing::Gzip, false);
        check("b.2026.tsv.zst.age", Some(Format::Tsv), Packing::Zstd, true);
        check("b.parquet", Some(Format::Parquet), Packing::Plain, false);
        check("b.txt", None, Packing::Plain, false);
        check("gz", None, Packing::Gzip, false);
        check("", None, Packing::Plain, false);
    }

    #[test]
    fn directories_and_globs_are_sorted_and_nothing_found_is_an_error() {
        let home = tempfile::tempdir().unwrap();
        for name in ["b.csv", "a.jsonl", "c.csv", "readme.txt"] {
            fs::write(home.path().join(name), "").unwrap();
        }
        let names = |argument: String| -> Vec<String> {
            let sources = expand(&[argument]).unwrap();
            sources.iter().map(|source| source.name().rsplit('/').next().unwrap().to_owned()).collect()
        };
        let home = home.path().display();
        assert_eq!(names(format!("{home}")), ["a.jsonl", "b.csv", "c.csv"]);
        assert_eq!(names(format!("{home}/*.csv")), ["b.csv", "c.csv"]);
        assert_eq!(names(format!("{home}/{{a,c}}.*")), ["a.jsonl", "c.csv"]);
        assert_eq!(names("-".to_owned()), ["standard input"]);
        assert!(expand(&[format!("{home}/*.gz")]).is_err());
    }
}
