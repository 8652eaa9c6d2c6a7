//! An input that is hashed while it is read, once.

use std::fmt;
use std::io::{self, Read};

use sha2::{Digest, Sha256};
use types::{InputId, Sha256Digest};

use crate::error::IntakeError;
use crate::limits::HEAD;

/// The octets of one input. What is hashed is what was handed out: [`Source::finish`] reads whatever a decoder left.
pub struct Source<'r> {
    name: String,
    id: InputId,
    reader: Box<dyn Read + Send + 'r>,
    hasher: Sha256,
    octets: u64,
    head: Vec<u8>,
    head_used: usize,
    warnings: Vec<String>,
}

impl fmt::Debug for Source<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source")
            .field("name", &self.name)
            .field("octets", &self.octets)
            .finish_non_exhaustive()
    }
}

impl<'r> Source<'r> {
    /// An input of this name, for messages, and this number, for the origins of its records.
    pub fn new(name: impl Into<String>, id: InputId, reader: impl Read + Send + 'r) -> Self {
        Self {
            name: name.into(),
            id,
            reader: Box::new(reader),
            hasher: Sha256::new(),
            octets: 0,
            head: Vec::new(),
            head_used: 0,
            warnings: Vec::new(),
        }
    }

    /// The name, for messages.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number.
    #[must_use]
    pub const fn id(&self) -> InputId {
        self.id
    }

    /// What was noticed while it was read and is no fault of a record: whoever runs the audit must know of it.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    pub(crate) fn warn(&mut self, warning: String) {
        self.warnings.push(format!("{}: {warning}", self.name));
    }

    /// The first octets, as many as there are up to a fixed number, without taking them.
    pub(crate) fn head(&mut self) -> Result<&[u8], IntakeError> {
        if self.head.is_empty() {
            let mut head = vec![0; HEAD];
            let mut filled = 0;
            while let Some(rest) = head.get_mut(filled..).filter(|rest| !rest.is_empty()) {
                match self.read_through(rest) {
                    Ok(0) => break,
                    Ok(count) => filled += count,
                    Err(error) => return Err(self.io(error)),
                }
            }
            head.truncate(filled);
            self.head = head;
        }
        Ok(self.head.get(self.head_used..).unwrap_or_default())
    }

    /// Reads everything, up to a limit; `None` if there is more.
    pub(crate) fn read_all(&mut self, limit: usize) -> Result<Option<Vec<u8>>, IntakeError> {
        let mut octets = Vec::new();
        let within = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
        let result = self.by_ref().take(within).read_to_end(&mut octets);
        result.map_err(|error| self.io(error))?;
        Ok((octets.len() <= limit).then_some(octets))
    }

    /// Reads to the end and tells size and digest of the whole.
    ///
    /// # Errors
    ///
    /// The operating system fails to deliver the rest.
    pub fn finish(mut self) -> Result<(u64, Sha256Digest), IntakeError> {
        let mut buffer = vec![0; HEAD];
        loop {
            match self.read_through(&mut buffer) {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) => return Err(self.io(error)),
            }
        }
        Ok((self.octets, Sha256Digest::new(self.hasher.finalize().into())))
    }

    pub(crate) fn io(&self, source: io::Error) -> IntakeError {
        IntakeError::Io { input: self.name.clone(), source }
    }

    fn read_through(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.reader.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
                Ok(count) => {
                    self.hasher.update(buffer.get(..count).unwrap_or_default());
                    self.octets += u64::try_from(count).unwrap_or(0);
                    return Ok(count);
                }
            }
        }
    }
}

impl Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let waiting = self.head.get(self.head_used..).unwrap_or_default();
        if waiting.is_empty() {
            return self.read_through(buffer);
        }
        let count = waiting.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), waiting.get(..count)) {
            to.copy_from_slice(from);
        }
        self.head_used += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_of_everything_whatever_was_looked_at() {
        let octets = vec![b'x'; 3 * HEAD];
        let mut source = Source::new("x", InputId(0), octets.as_slice());
        assert_eq!(source.head().unwrap().len(), HEAD);
        let mut some = [0; 10];
        source.read_exact(&mut some).unwrap();
        let (size, digest) = source.finish().unwrap();
        assert_eq!(size, 3 * HEAD as u64);
        assert_eq!(digest, Sha256Digest::new(Sha256::digest(&octets).into()));
    }
}
