//! Octets for the reader of XML events: counted, limited and kept as far as a message may need them.

use std::io::{self, BufRead, Read};

use super::local;
use crate::limits::{HEAD, MAX_XML_TEXT};
use crate::source::Source;

/// Stands between source and event reader.
pub(super) struct Metered<'s, 'r> {
    source: Option<&'s mut Source<'r>>,
    buffer: Vec<u8>,
    /// Where the next octets go, so that the last ones can still be given back when there are none.
    next: Vec<u8>,
    at: usize,
    /// How much may be taken before the next [`Metered::begin_event`].
    allowed: usize,
    exhausted: bool,
    line: u64,
    text: Vec<u8>,
    /// Where in the buffer the event begins that is being read, and on which line.
    mark: (usize, u64),
}

impl<'s, 'r> Metered<'s, 'r> {
    pub(super) fn new(source: &'s mut Source<'r>) -> Self {
        Self { source: Some(source), ..Self::nothing() }
    }

    /// No octets at all.
    pub(super) const fn nothing() -> Self {
        Self {
            source: None,
            buffer: Vec::new(),
            next: Vec::new(),
            at: 0,
            allowed: usize::MAX,
            exhausted: false,
            line: 1,
            text: Vec::new(),
            mark: (0, 1),
        }
    }

    /// The line of the next octet.
    pub(super) const fn line(&self) -> u64 {
        self.line
    }

    /// What was taken since [`Metered::begin_text`], or its beginning.
    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    pub(super) fn begin_text(&mut self) {
        self.text.clear();
    }

    /// Begins with a tag that was taken already.
    pub(super) fn keep_text(&mut self, name: &[u8]) {
        self.text.clear();
        self.text.push(b'<');
        self.text.extend_from_slice(name.get(..MAX_XML_TEXT.min(name.len())).unwrap_or_default());
        self.text.extend_from_slice(b" \xE2\x80\xA6>");
    }

    /// Begins an event, which may take so many octets.
    pub(super) fn begin_event(&mut self, octets: usize) {
        self.allowed = octets;
        self.exhausted = false;
        self.mark = (self.at, self.line);
    }

    /// Gives back what a faulty event took, as far as it is at hand, but for its first octet.
    pub(super) fn give_back(&mut self) {
        let (at, line) = self.mark;
        if at < self.at {
            (self.at, self.line) = (at, line);
            self.take(1);
        }
    }

    /// Whether it was the limit that ended the reading.
    pub(super) const fn is_exhausted(&self) -> bool {
        self.exhausted
    }

    fn fill(&mut self) -> io::Result<&[u8]> {
        if self.at >= self.buffer.len() {
            self.next.resize(HEAD, 0);
            let count = match &mut self.source {
                Some(source) => source.read(&mut self.next)?,
                None => 0,
            };
            if count > 0 {
                self.next.truncate(count);
                std::mem::swap(&mut self.buffer, &mut self.next);
                self.at = 0;
                self.mark = (0, self.line);
            }
        }
        Ok(self.buffer.get(self.at..).unwrap_or_default())
    }

    fn take(&mut self, count: usize) {
        let end = self.at.saturating_add(count).min(self.buffer.len());
        let taken = self.buffer.get(self.at..end).unwrap_or_default();
        let lines = taken.iter().filter(|octet| **octet == b'\n').count();
        self.line = self.line.saturating_add(u64::try_from(lines).unwrap_or(u64::MAX));
        let room = MAX_XML_TEXT.saturating_sub(self.text.len()).min(taken.len());
        self.text.extend_from_slice(taken.get(..room).unwrap_or_default());
        self.at = end;
    }

    /// Passes over everything up to a declaration or a start tag of a record, or to the end.
    pub(super) fn skip_to(&mut self, is_record: fn(&[u8]) -> bool) -> io::Result<()> {
        // The tag may be cut by the end of the buffer, so what is looked at is put together here.
        const MOST: usize = 128;
        loop {
            let waiting = self.fill()?;
            if waiting.is_empty() {
                return Ok(());
            }
            let Some(tag) = waiting.iter().position(|octet| *octet == b'<') else {
                let all = waiting.len();
                self.take(all);
                continue;
            };
            self.take(tag);
            self.gather(MOST)?;
            let waiting = self.buffer.get(self.at..).unwrap_or_default();
            let waiting = waiting.get(1..MOST.min(waiting.len())).unwrap_or_default();
            let name = waiting.split(|octet| matches!(octet, b' ' | b'\t' | b'\r' | b'\n' | b'/' | b'>'));
            let name = name.into_iter().next().unwrap_or_default();
            if waiting.starts_with(b"?xml") || is_record(local(name)) {
                return Ok(());
            }
            self.take(1);
        }
    }

    /// Has at least so many octets in the buffer, unless the input ends.
    fn gather(&mut self, octets: usize) -> io::Result<()> {
        while self.buffer.len() - self.at < octets {
            self.buffer.drain(..self.at);
            self.at = 0;
            let filled = self.buffer.len();
            self.buffer.resize(filled + HEAD, 0);
            let rest = self.buffer.get_mut(filled..).unwrap_or_default();
            let count = match &mut self.source {
                Some(source) => source.read(rest)?,
                None => 0,
            };
            self.buffer.truncate(filled + count);
            if count == 0 {
                break;
            }
        }
        Ok(())
    }
}

impl Read for Metered<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let waiting = self.fill_buf()?;
        let count = waiting.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), waiting.get(..count)) {
            to.copy_from_slice(from);
        }
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Metered<'_, '_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let allowed = self.allowed;
        if allowed == 0 && !self.fill()?.is_empty() {
            self.exhausted = true;
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        let waiting = self.fill()?;
        Ok(waiting.get(..allowed.min(waiting.len())).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        self.allowed = self.allowed.saturating_sub(count);
        self.take(count);
    }
}
