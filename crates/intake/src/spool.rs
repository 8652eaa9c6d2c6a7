//! A private copy of an input that can be read out of order: archives, workbooks and columnar files begin at their end.
//!
//! The copy is made while the input is hashed, so what is hashed is what is read, whatever becomes of the file meanwhile.
//! It stays in memory while it is small, and is a temporary file without a name when it is large.

use std::fmt;
use std::io::{self, Read, Seek, SeekFrom, Write};

use tempfile::SpooledTempFile;

use crate::error::IntakeError;
use crate::limits::{HEAD, SPOOLED_IN_MEMORY};
use crate::source::Source;

/// All octets of an input, to be read in any order. It stands at the beginning.
pub struct Spooled {
    file: SpooledTempFile,
    octets: u64,
}

impl fmt::Debug for Spooled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spooled").field("octets", &self.octets).finish_non_exhaustive()
    }
}

impl Spooled {
    /// How many octets there are.
    #[must_use]
    pub const fn octets(&self) -> u64 {
        self.octets
    }
}

impl Read for Spooled {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read(buffer)
    }
}

impl Seek for Spooled {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

impl Source<'_> {
    /// Copies what is left of the input, which is all of it if nothing was taken; `None` if that is more than `limit`
    /// octets.
    ///
    /// # Errors
    ///
    /// The operating system fails to deliver the input or to keep the copy.
    pub fn spool(&mut self, limit: u64) -> Result<Option<Spooled>, IntakeError> {
        let mut spooled = Spooled { file: SpooledTempFile::new(SPOOLED_IN_MEMORY), octets: 0 };
        let mut buffer = vec![0; HEAD];
        loop {
            let count = self.read(&mut buffer).map_err(|error| self.io(error))?;
            if count == 0 {
                break;
            }
            spooled.octets = spooled.octets.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
            if spooled.octets > limit {
                return Ok(None);
            }
            let taken = buffer.get(..count).unwrap_or_default();
            spooled.file.write_all(taken).map_err(|error| self.temporary(error))?;
        }
        spooled.file.rewind().map_err(|error| self.temporary(error))?;
        Ok(Some(spooled))
    }

    fn temporary(&self, source: io::Error) -> IntakeError {
        IntakeError::Temporary { input: self.name().to_owned(), source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use types::InputId;

    #[test]
    fn a_copy_is_of_everything_even_after_a_look_and_beyond_what_memory_is_for() {
        for size in [0, 1, 3 * HEAD, SPOOLED_IN_MEMORY + HEAD + 1] {
            let octets: Vec<u8> = (0..=255).cycle().take(size).collect();
            let mut source = Source::new("x", InputId(0), octets.as_slice());
            source.head().unwrap();
            let mut spooled = source.spool(u64::MAX).unwrap().unwrap();
            assert_eq!(spooled.octets(), size as u64);
            let mut copy = Vec::new();
            spooled.read_to_end(&mut copy).unwrap();
            assert!(copy == octets, "{size}");
            spooled.seek(SeekFrom::Start(size.saturating_sub(5) as u64)).unwrap();
            assert_eq!(spooled.read_to_end(&mut copy).unwrap(), size.min(5));
            assert_eq!(source.finish().unwrap().0, size as u64);
        }
    }

    #[test]
    fn an_input_of_more_than_the_limit_is_not_copied_and_still_hashed() {
        let octets = vec![b'x'; 3 * HEAD];
        let mut source = Source::new("x", InputId(0), octets.as_slice());
        assert!(source.spool(3 * HEAD as u64 - 1).unwrap().is_none());
        assert_eq!(source.finish().unwrap().0, 3 * HEAD as u64);
        let mut source = Source::new("x", InputId(0), octets.as_slice());
        assert!(source.spool(3 * HEAD as u64).unwrap().is_some());
    }
}
