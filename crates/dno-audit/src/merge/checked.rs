//! Reads the files of a part again after it was verified, and sees if they are others by then.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};

use report::Hashed;
use report::model::v1::FileEntry;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::package::Package;
use crate::progress::Progress;
use crate::reader::{PackageReader, open, read_whole};

/// A file of a part. Reading it to its end fails if it is not what the manifest says.
#[derive(Debug)]
pub(super) struct Checked {
    file: File,
    hashed: Option<Hashed<io::Sink>>,
    expected: Option<FileEntry>,
}

impl Checked {
    pub(super) fn open(reader: &PackageReader, name: &str) -> Result<Self, Error> {
        let file = open(&reader.folder().join(name))?;
        let expected = reader.manifest().files.get(name).cloned();
        Ok(Self { file, hashed: Some(Hashed::new(io::sink())), expected })
    }
}

impl Read for Checked {
    fn read(&mut self, octets: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(octets)?;
        if let Some(hashed) = &mut self.hashed {
            hashed.write_all(octets.get(..count).unwrap_or_default())?;
        }
        if count > 0 || octets.is_empty() {
            return Ok(count);
        }
        // At the end, once.
        if let Some(hashed) = self.hashed.take() {
            let (_, found) = hashed.finish(false)?;
            let same =
                |expected: &FileEntry| (found.bytes, &found.sha256) == (expected.bytes, &expected.sha256);
            if !self.expected.as_ref().is_some_and(same) {
                return Err(changed());
            }
        }
        Ok(0)
    }
}

fn changed() -> io::Error {
    io::Error::other("changed after it was verified")
}

/// Opens a file of JSON lines.
pub(super) fn lines(reader: &PackageReader, name: &str) -> Result<BufReader<Checked>, Error> {
    Ok(BufReader::with_capacity(1 << 16, Checked::open(reader, name)?))
}

/// Reads a file that is one JSON value.
pub(super) fn document<T: DeserializeOwned + Serialize>(
    reader: &PackageReader,
    name: &str,
) -> Result<T, Error> {
    let path = reader.folder().join(name);
    let octets = read_whole(&path)?;
    let expected = reader.manifest().files.get(name).map(|entry| entry.sha256.as_str());
    if expected != Some(report::digest(&octets).to_string().as_str()) {
        return Err(Error::at(&path)(changed()));
    }
    report::read::document(&octets).map_err(|source| Error::Report { path, source })
}

/// Writes a file of a part as it is.
pub(super) fn copy(
    reader: &PackageReader,
    name: &'static str,
    package: &mut Package,
    progress: &Progress<'_>,
) -> Result<(), Error> {
    let mut from = progress.reader(Checked::open(reader, name)?);
    let mut to = package.file(name)?;
    let mut octets = vec![0; 1 << 16];
    loop {
        let count = from.read(&mut octets).map_err(Error::at(&reader.folder().join(name)))?;
        if count == 0 {
            break;
        }
        to.push(octets.get(..count).unwrap_or_default(), 0)?;
    }
    let lines = reader.manifest().files.get(name).and_then(|entry| entry.lines);
    to.push(&[], lines.unwrap_or(0))?;
    package.finish(to, lines.is_some())
}
