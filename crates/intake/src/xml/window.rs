//! The octets of an input that are at hand, with as many more as are asked for.

use std::io::{self, Read};

use super::ahead::{MAX_NAME, begins_document};
use crate::limits::MAX_XML_TEXT;
use crate::source::Source;

/// How much is read at once, at least. In tests, so little that every record is cut somewhere.
const PIECE: usize = if cfg!(test) { 7 } else { 256 * 1024 };

/// A part of an input.
pub(super) struct Window<'s, 'r> {
    source: &'s mut Source<'r>,
    octets: Vec<u8>,
    at: usize,
    is_all: bool,
    line: u64,
    text: Vec<u8>,
}

impl<'s, 'r> Window<'s, 'r> {
    pub(super) const fn new(source: &'s mut Source<'r>) -> Self {
        Self { source, octets: Vec::new(), at: 0, is_all: false, line: 1, text: Vec::new() }
    }

    /// The octets at hand.
    pub(super) fn rest(&self) -> &[u8] {
        self.octets.get(self.at..).unwrap_or_default()
    }

    /// Whether nothing comes after them.
    pub(super) const fn is_all(&self) -> bool {
        self.is_all
    }

    /// The line of the next octet.
    pub(super) const fn line(&self) -> u64 {
        self.line
    }

    /// Puts aside the beginning of so many octets.
    pub(super) fn keep_text(&mut self, octets: usize) {
        self.text.clear();
        let kept = self.at..(self.at + octets.min(MAX_XML_TEXT)).min(self.octets.len());
        self.text.extend_from_slice(self.octets.get(kept).unwrap_or_default());
    }

    /// What was put aside.
    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    /// Is done with so many octets.
    pub(super) fn advance(&mut self, octets: usize) {
        let end = self.at.saturating_add(octets).min(self.octets.len());
        let done = self.octets.get(self.at..end).unwrap_or_default();
        let lines = memchr::memchr_iter(b'\n', done).count();
        self.line = self.line.saturating_add(u64::try_from(lines).unwrap_or(u64::MAX));
        self.at = end;
    }

    /// Reads more: as much again as is at hand, so that a record is not looked through more than a few times.
    pub(super) fn more(&mut self) -> io::Result<()> {
        self.octets.drain(..self.at);
        self.at = 0;
        let held = self.octets.len();
        let wanted = held.max(PIECE);
        self.octets.resize(held + wanted, 0);
        let mut filled = held;
        while let Some(room) = self.octets.get_mut(filled..).filter(|room| !room.is_empty()) {
            match self.source.read(room) {
                Ok(0) => {
                    self.is_all = true;
                    break;
                }
                Ok(count) => filled += count,
                Err(error) => return Err(error),
            }
        }
        self.octets.truncate(filled);
        Ok(())
    }

    /// Passes over everything up to a declaration or a start tag of a record, or to the end.
    pub(super) fn skip_to(&mut self, is_record: fn(&[u8]) -> bool) -> io::Result<()> {
        loop {
            let Some(tag) = memchr::memchr(b'<', self.rest()) else {
                self.advance(self.rest().len());
                if self.is_all {
                    return Ok(());
                }
                self.more()?;
                continue;
            };
            self.advance(tag);
            if self.rest().len() < MAX_NAME && !self.is_all {
                self.more()?;
            }
            if begins_document(self.rest(), is_record) {
                return Ok(());
            }
            self.advance(1);
        }
    }
}
