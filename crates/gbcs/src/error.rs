//! Why octets are not a GBCS message, and where.

use std::fmt;

use types::{CellId, RemotePartyRole};

use crate::path::{Path, Trail};
use crate::tlv::Tag;
use crate::{Cra, MAX_ENTRIES, MAX_MESSAGE, MessageCode};

/// Why octets could not be decoded: the first fault, its octet offset in the whole message, and the element it is in.
///
/// `Display` gives one line, such as
/// `octet 57, payload/remote_party_details[1]/cells[0]/key_usage: tag 04 found, 03 (BIT STRING) expected`. Offsets
/// count from 0.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DecodeError(Box<Fault>);

/// Kept behind a pointer, so that what the readers return fits registers as long as nothing is wrong.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Fault {
    offset: usize,
    path: Path,
    kind: DecodeErrorKind,
}

impl DecodeError {
    #[cold]
    pub(crate) fn new(offset: usize, at: &Trail<'_>, kind: DecodeErrorKind) -> Self {
        Self(Box::new(Fault { offset, path: at.path(), kind }))
    }

    /// The offset of the octet at fault, from the start of the message, counting from 0.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.0.offset
    }

    /// The element the fault is in.
    #[must_use]
    pub fn path(&self) -> Path {
        self.0.path
    }

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> DecodeErrorKind {
        self.0.kind
    }

    /// Whether the octets are sound as far as they go but end too early.
    ///
    /// True only when the message itself needs more octets than were given, so a reader of text may try again with
    /// the next line appended. An element that is longer than the one around it is another fault: no further octet
    /// would mend it.
    #[must_use]
    pub fn is_truncated(&self) -> bool {
        matches!(self.0.kind, DecodeErrorKind::Truncated { .. })
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "octet {}, {}: {}", self.0.offset, self.0.path, self.0.kind)
    }
}

impl std::error::Error for DecodeError {}

/// What is wrong with a message.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum DecodeErrorKind {
    /// More octets than any message has.
    #[error("{octets} octets, but no message has more than {MAX_MESSAGE}")]
    MessageTooLarge {
        /// How many there are.
        octets: usize,
    },
    /// The message ends before it is complete.
    #[error("the message ends here, at least {needed} more octets are needed")]
    Truncated {
        /// How many more octets the element that was cut off needs.
        needed: usize,
    },
    /// The first octet starts neither of the two envelopes.
    #[error("{found:02X} found, DD (general-ciphering) or DF (general-signing) expected")]
    UnknownEnvelope {
        /// The octet.
        found: u8,
    },
    /// The message is one block of several.
    #[error("general block transfer is not supported ({found:02X} found after DD, 00 expected)")]
    GeneralBlockTransfer {
        /// The octet after `DD`.
        found: u8,
    },
    /// An octet that has only one allowed value has another one.
    #[error("octet {found:02X} found, {expected:02X} expected")]
    Octet {
        /// The octet.
        found: u8,
        /// Its only allowed value.
        expected: u8,
    },
    /// The octet that tells commands, responses and alerts apart does none of that.
    #[error("{found:02X} found, 01 (command), 02 (response) or 03 (alert) expected")]
    UnknownCra {
        /// The octet.
        found: u8,
    },
    /// The use case of the message code has no such message.
    #[error("message code {code} has no {cra}")]
    CraOfMessageCode {
        /// The message code.
        code: MessageCode,
        /// What the message says it is.
        cra: Cra,
    },
    /// A length that the element can't have.
    #[error("length {found} found, {expected} expected")]
    Length {
        /// The length.
        found: usize,
        /// Its allowed values, in words.
        expected: &'static str,
    },
    /// A length that leaves the end to be found by a mark, which DER and the envelope forbid.
    #[error("indefinite length (80)")]
    IndefiniteLength,
    /// A length written in more octets than a length can need.
    #[error("a length of {octets} octets")]
    LengthOfLength {
        /// How many octets the length claims to have.
        octets: u8,
    },
    /// A length beyond that of any message.
    #[error("length {length}, but no message has more than {MAX_MESSAGE} octets")]
    LengthTooLarge {
        /// The length.
        length: u64,
    },
    /// An element is longer than the element around it.
    #[error("{needed} octets needed, but the enclosing element has only {available} left")]
    Overrun {
        /// How many octets the element needs.
        needed: usize,
        /// How many are left.
        available: usize,
    },
    /// Another element than the expected one.
    #[error("tag {found:02X} found, {expected} expected")]
    Tag {
        /// The tag.
        found: u8,
        /// The only tag allowed here.
        expected: Tag,
    },
    /// The enclosing element ends where another element has to stand.
    #[error("nothing found, {expected} expected")]
    Missing {
        /// The only tag allowed here.
        expected: Tag,
    },
    /// Octets are left after the last element.
    #[error("{count} trailing octets")]
    TrailingOctets {
        /// How many.
        count: usize,
    },
    /// An INTEGER or ENUMERATED without content.
    #[error("a number without octets")]
    NumberEmpty,
    /// A negative INTEGER or ENUMERATED; GBCS has none.
    #[error("a negative number")]
    NumberNegative,
    /// An INTEGER or ENUMERATED that is wider than its type.
    #[error("a number of {octets} octets, at most {limit} expected")]
    NumberTooWide {
        /// Its octets, leading zeros not counted.
        octets: usize,
        /// The width of its type.
        limit: usize,
    },
    /// A BIT STRING without the octet that counts its unused bits.
    #[error("a BIT STRING without content")]
    BitStringEmpty,
    /// A BIT STRING with more unused bits than an octet has.
    #[error("{found} unused bits, at most 7 expected")]
    UnusedBits {
        /// The count of unused bits.
        found: u8,
    },
    /// A BIT STRING without bits, some of which are unused.
    #[error("{found} unused bits of a BIT STRING without bits")]
    UnusedBitsOfNothing {
        /// The count of unused bits.
        found: u8,
    },
    /// A KeyUsage with a bit set far beyond the nine that X.509 names.
    #[error("a KeyUsage with a bit set beyond the first 16")]
    KeyUsageTooLong,
    /// A NULL with content.
    #[error("a NULL with {octets} octets of content")]
    NullWithContent {
        /// How many.
        octets: usize,
    },
    /// A GeneralizedTime in another form than the one DER and RFC 5280 allow, or of no date and time.
    #[error("not a GeneralizedTime of the form YYYYMMDDHHMMSSZ")]
    GeneralizedTime,
    /// More entries in one list than any device could have.
    #[error("more than {MAX_ENTRIES} entries")]
    TooManyEntries,
    /// A response tells of one role twice.
    #[error("{role} occurs twice")]
    DuplicateRole {
        /// The role.
        role: RemotePartyRole,
    },
    /// A message tells of one cell twice.
    #[error("cell {cell} occurs twice")]
    DuplicateCell {
        /// The cell.
        cell: CellId,
    },
}
