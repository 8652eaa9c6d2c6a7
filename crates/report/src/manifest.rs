//! Digests of the files of a package.

use std::io::{self, Write};

use sha2::{Digest, Sha256};
use types::Sha256Digest;

use crate::model::v1::FileEntry;

/// The file that has the digests of all others.
pub const MANIFEST: &str = "manifest.json";

/// Name of the format in the manifest.
pub const FORMAT: &str = "dno-audit report";

/// Version of the format in the manifest.
pub const FORMAT_VERSION: u32 = 1;

/// The SHA-256 digest of octets.
#[must_use]
pub fn digest(octets: &[u8]) -> Sha256Digest {
    Sha256Digest::new(Sha256::digest(octets).into())
}

/// A writer that hashes what goes through it.
#[derive(Debug)]
pub struct Hashed<W> {
    writer: W,
    hasher: Sha256,
    bytes: u64,
    lines: u64,
}

impl<W: Write> Hashed<W> {
    /// Hashes what goes to this writer.
    pub fn new(writer: W) -> Self {
        Self { writer, hasher: Sha256::new(), bytes: 0, lines: 0 }
    }

    /// Counts lines that the octets just written hold.
    pub fn count_lines(&mut self, lines: u64) {
        self.lines += lines;
    }

    /// Flushes and gives the writer back with the entry of the file: its lines are those counted, if any were.
    ///
    /// # Errors
    ///
    /// The writer fails to flush.
    pub fn finish(mut self, made_of_lines: bool) -> io::Result<(W, FileEntry)> {
        self.writer.flush()?;
        let sha256 = Sha256Digest::new(self.hasher.finalize().into()).to_string();
        let lines = made_of_lines.then_some(self.lines);
        Ok((self.writer, FileEntry { bytes: self.bytes, lines, sha256 }))
    }
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let count = self.writer.write(octets)?;
        self.hasher.update(octets.get(..count).unwrap_or_default());
        self.bytes += u64::try_from(count).unwrap_or(0);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}
