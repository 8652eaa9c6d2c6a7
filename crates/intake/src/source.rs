//! An input that is hashed while it is read, once.

use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};
use types::{InputId, Sha256Digest};

use crate::error::IntakeError;
use crate::limits::HEAD;
use crate::utf16::Utf16;

/// The octets of one input. What is hashed is what was handed out: [`Source::finish`] reads whatever a decoder left.
///
/// UTF-16 with a byte order mark is handed out as UTF-8. What came out of a container that proves damaged ends there,
/// and [`Source::damage`] tells of it.
pub struct Source<'r> {
    name: String,
    id: InputId,
    reader: Box<dyn Read + Send + 'r>,
    /// Whether the reader is a decompressor, whose faults are the container's and not the operating system's.
    unpacked: bool,
    damage: Option<String>,
    hasher: Sha256,
    octets: u64,
    /// The same, for whoever has to know while something else reads.
    taken: Arc<AtomicU64>,
    head: Vec<u8>,
    head_used: usize,
    utf16: Option<Utf16>,
    warnings: Vec<String>,
}

/// A fault of the operating system, which decompressors hand on as it is.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
struct Undelivered(io::Error);

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
            unpacked: false,
            damage: None,
            hasher: Sha256::new(),
            octets: 0,
            taken: Arc::default(),
            head: Vec::new(),
            head_used: 0,
            utf16: None,
            warnings: Vec::new(),
        }
    }

    /// What a decompressor makes of an input.
    pub(crate) fn unpacked(name: impl Into<String>, id: InputId, reader: impl Read + Send + 'r) -> Self {
        Self { unpacked: true, ..Self::new(name, id, reader) }
    }

    /// Gives it another number.
    pub(crate) const fn renumber(&mut self, id: InputId) {
        self.id = id;
    }

    /// Counts the octets that were read.
    pub(crate) fn taken(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.taken)
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
            self.utf16 = Utf16::of(&head);
            if let Some(utf16) = &mut self.utf16 {
                let octets = std::mem::take(&mut head);
                utf16.push(&octets, octets.len() < HEAD, &mut head);
            }
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

    /// Reads to the end and tells whether the container proved damaged, and how.
    ///
    /// # Errors
    ///
    /// The operating system fails to deliver the rest.
    pub fn damage(&mut self) -> Result<Option<&str>, IntakeError> {
        self.drain()?;
        Ok(self.damage.as_deref())
    }

    fn drain(&mut self) -> Result<(), IntakeError> {
        let mut buffer = vec![0; HEAD];
        loop {
            match self.read_through(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                Err(error) => return Err(self.io(error)),
            }
        }
    }

    /// Reads to the end and tells size and digest of the whole.
    ///
    /// # Errors
    ///
    /// The operating system fails to deliver the rest.
    pub fn finish(mut self) -> Result<(u64, Sha256Digest), IntakeError> {
        self.drain()?;
        Ok((self.octets, Sha256Digest::new(self.hasher.finalize().into())))
    }

    pub(crate) fn io(&self, source: io::Error) -> IntakeError {
        IntakeError::Io { input: self.name.clone(), source }
    }

    fn read_through(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.damage.is_some() {
                return Ok(0);
            }
            match self.reader.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.get_ref().is_some_and(|inner| inner.is::<Undelivered>()) => {
                    return Err(error);
                }
                Err(error) if self.unpacked => self.damage = Some(error.to_string()),
                Err(error) => return Err(io::Error::new(error.kind(), Undelivered(error))),
                Ok(count) => {
                    self.hasher.update(buffer.get(..count).unwrap_or_default());
                    self.octets += u64::try_from(count).unwrap_or(0);
                    self.taken.store(self.octets, Ordering::Relaxed);
                    return Ok(count);
                }
            }
        }
    }

    /// More of an input in UTF-16, as UTF-8, where the head was.
    fn transcode(&mut self) -> io::Result<()> {
        let mut octets = vec![0; HEAD];
        self.head.clear();
        self.head_used = 0;
        while self.head.is_empty() {
            let count = self.read_through(&mut octets)?;
            let Some(utf16) = &mut self.utf16 else { return Ok(()) };
            utf16.push(octets.get(..count).unwrap_or_default(), count == 0, &mut self.head);
            if count == 0 {
                return Ok(());
            }
        }
        Ok(())
    }
}

impl Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.head_used >= self.head.len() {
            if self.utf16.is_none() {
                return self.read_through(buffer);
            }
            self.transcode()?;
        }
        let waiting = self.head.get(self.head_used..).unwrap_or_default();
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

    #[test]
    fn utf_16_is_handed_out_as_utf_8_and_hashed_as_it_is() {
        let text = "device_id,\u{1F50C}\r\n".repeat(HEAD / 8);
        let units: Vec<u16> = std::iter::once(0xFEFF).chain(text.encode_utf16()).collect();
        for octets in [
            units.iter().flat_map(|unit| unit.to_le_bytes()).collect::<Vec<u8>>(),
            units.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
        ] {
            let mut source = Source::new("x", InputId(0), octets.as_slice());
            assert!(source.head().unwrap().starts_with(b"device_id,"));
            let mut read = String::new();
            source.read_to_string(&mut read).unwrap();
            assert!(read == text);
            let (size, digest) = source.finish().unwrap();
            assert_eq!(size, octets.len() as u64);
            assert_eq!(digest, Sha256Digest::new(Sha256::digest(&octets).into()));
        }
    }
}
