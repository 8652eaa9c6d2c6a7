//! Lines that wait for the end of a run, in memory while they are few and on disk when they are many.

use std::io::{self, BufRead, BufReader, Seek, Write};

use tempfile::SpooledTempFile;

use crate::error::Error;

/// How much waits in memory, for each input.
const IN_MEMORY: usize = 256 * 1024;

/// Quarantine lines of one input, in the order of the input.
#[derive(Debug)]
pub(crate) struct Spool {
    file: SpooledTempFile,
}

impl Spool {
    pub(crate) fn new() -> Self {
        Self { file: SpooledTempFile::new(IN_MEMORY) }
    }

    /// Adds a line, with its line feed.
    pub(crate) fn push(&mut self, line: &[u8]) -> Result<(), Error> {
        self.file.write_all(line).map_err(Error::Temporary)
    }

    /// Hands out every line, without its line feed.
    pub(crate) fn drain(mut self, mut take: impl FnMut(&str) -> Result<(), Error>) -> Result<(), Error> {
        self.file.rewind().map_err(Error::Temporary)?;
        for line in BufReader::new(self.file).lines() {
            take(&line.map_err(|error: io::Error| Error::Temporary(error))?)?;
        }
        Ok(())
    }
}
