//! Departures from DER that leave the meaning plain: kept beside the decoded message instead of refusing it.

use std::fmt;

use crate::path::{Path, Trail};

/// A length written in more octets than it needs.
///
/// DER forbids it (X.690 clause 10.1), yet the reference responses of the Provide Security Credential Details and
/// Update Security Credentials use cases have one. The signature covers the octets as they are, so nothing is
/// re-encoded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NonMinimalLength {
    /// The offset of the first octet of the length, from the start of the message.
    pub offset: usize,
    /// The element whose length it is.
    pub path: Path,
    /// The length.
    pub length: usize,
    /// In how many octets it is written.
    pub octets: u8,
}

impl fmt::Display for NonMinimalLength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { offset, path, length, octets } = self;
        write!(f, "octet {offset}, {path}: length {length} written in {octets} octets")
    }
}

/// A departure other than a [`NonMinimalLength`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Note {
    /// The offset of the element's tag, from the start of the message.
    pub offset: usize,
    /// The element.
    pub path: Path,
    /// What is odd about it.
    pub kind: NoteKind,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "octet {}, {}: {}", self.offset, self.path, self.kind)
    }
}

/// What is odd about an element.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NoteKind {
    /// A value equal to its DEFAULT is encoded, which DER forbids (X.690 clause 11.5).
    DefaultEncoded,
    /// A named-bit BIT STRING keeps zero bits at its end, which DER drops (X.690 clause 11.2.2).
    TrailingZeroBits,
    /// Bits of a BIT STRING that do not count are not zero (X.690 clause 11.2.1). They are ignored.
    UnusedBitsSet,
    /// A number has leading zero octets (X.690 clause 8.3.2).
    NonMinimalNumber,
    /// A role whose status is not success has a sequence number or cells nevertheless.
    CellsWithoutSuccess,
}

impl fmt::Display for NoteKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DefaultEncoded => "the default value is encoded",
            Self::TrailingZeroBits => "trailing zero bits of a named-bit BIT STRING are kept",
            Self::UnusedBitsSet => "unused bits are set",
            Self::NonMinimalNumber => "a number with leading zero octets",
            Self::CellsWithoutSuccess => "cells reported with a status other than success",
        })
    }
}

/// Collects departures while a message is decoded.
#[derive(Debug, Default)]
pub(crate) struct Log {
    pub(crate) non_minimal_lengths: Vec<NonMinimalLength>,
    pub(crate) notes: Vec<Note>,
}

impl Log {
    #[cold]
    pub(crate) fn non_minimal_length(&mut self, offset: usize, at: &Trail<'_>, length: usize, octets: u8) {
        self.non_minimal_lengths.push(NonMinimalLength { offset, path: at.path(), length, octets });
    }

    #[cold]
    pub(crate) fn note(&mut self, offset: usize, at: &Trail<'_>, kind: NoteKind) {
        self.notes.push(Note { offset, path: at.path(), kind });
    }
}
