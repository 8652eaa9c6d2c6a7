//! Reads tag, length and value: DER as devices write it, and the length-prefixed fields of the envelope.
//!
//! Definite lengths in any number of octets are read, and noted if DER would have written them shorter. Indefinite
//! lengths and elements that run over their enclosing element are refused. Offsets are those of the whole message,
//! whatever the nesting. What an element means is not known here.

use std::fmt;

use crate::error::{DecodeError, DecodeErrorKind};
use crate::note::{Log, NoteKind};
use crate::path::{Field, Trail};
use crate::{MAX_ENTRIES, MAX_MESSAGE};

/// The identifier octet of a DER element. `Display` gives `03 (BIT STRING)`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Tag(pub u8);

impl Tag {
    /// INTEGER.
    pub const INTEGER: Self = Self(0x02);
    /// BIT STRING.
    pub const BIT_STRING: Self = Self(0x03);
    /// OCTET STRING.
    pub const OCTET_STRING: Self = Self(0x04);
    /// NULL.
    pub const NULL: Self = Self(0x05);
    /// ENUMERATED.
    pub const ENUMERATED: Self = Self(0x0A);
    /// GeneralizedTime.
    pub const GENERALIZED_TIME: Self = Self(0x18);
    /// SEQUENCE and SEQUENCE OF.
    pub const SEQUENCE: Self = Self(0x30);

    /// `[number]` of a primitive type, implicitly tagged.
    pub(crate) const fn context(number: u8) -> Self {
        Self(0x80 | number)
    }

    /// `[number]` of a constructed type, implicitly tagged.
    pub(crate) const fn context_constructed(number: u8) -> Self {
        Self(0xA0 | number)
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let octet = self.0;
        match *self {
            Self::INTEGER => write!(f, "{octet:02X} (INTEGER)"),
            Self::BIT_STRING => write!(f, "{octet:02X} (BIT STRING)"),
            Self::OCTET_STRING => write!(f, "{octet:02X} (OCTET STRING)"),
            Self::NULL => write!(f, "{octet:02X} (NULL)"),
            Self::ENUMERATED => write!(f, "{octet:02X} (ENUMERATED)"),
            Self::GENERALIZED_TIME => write!(f, "{octet:02X} (GeneralizedTime)"),
            Self::SEQUENCE => write!(f, "{octet:02X} (SEQUENCE)"),
            _ if octet & 0xC0 == 0x80 => write!(f, "{octet:02X} ([{}])", octet & 0x1F),
            _ => write!(f, "{octet:02X}"),
        }
    }
}

/// What ends where a reader ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum End {
    /// The octets given: more might follow elsewhere.
    Message,
    /// An element, whose length is known: nothing may follow.
    Element,
}

/// The octets of an element, or of the message, that are not read yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    /// The offset in the message at which `rest` ends, which gives the offset of each octet of it.
    end_offset: usize,
    end: End,
}

impl<'a> Reader<'a> {
    /// A reader of a whole message.
    pub(crate) const fn of_message(octets: &'a [u8]) -> Self {
        Self { rest: octets, end_offset: octets.len(), end: End::Message }
    }

    /// A reader of the content that `self` has just read.
    #[inline]
    pub(crate) const fn inside(&self, content: &'a [u8]) -> Self {
        Self { rest: content, end_offset: self.offset(), end: End::Element }
    }

    /// The offset in the message.
    #[inline]
    pub(crate) const fn offset(&self) -> usize {
        self.end_offset - self.rest.len()
    }

    /// The octets not read yet.
    #[inline]
    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// What has been read since `before`, an earlier state of the same reader.
    #[inline]
    pub(crate) fn since(&self, before: Self) -> &'a [u8] {
        before.rest.get(..before.rest.len() - self.rest.len()).unwrap_or_default()
    }

    #[inline]
    pub(crate) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Whether the next element has this tag.
    #[inline]
    pub(crate) fn next_is(&self, tag: Tag) -> bool {
        self.rest.first() == Some(&tag.0)
    }

    /// Refuses octets that nobody has read.
    #[inline]
    pub(crate) fn finish(&self, at: &Trail<'_>) -> Result<(), DecodeError> {
        if self.is_empty() {
            return Ok(());
        }
        let count = self.rest.len();
        Err(DecodeError::new(self.offset(), at, DecodeErrorKind::TrailingOctets { count }))
    }

    /// The next octet.
    #[inline]
    pub(crate) fn octet(&mut self, at: &Trail<'_>) -> Result<u8, DecodeError> {
        let [octet] = self.array(at)?;
        Ok(octet)
    }

    /// The next `N` octets.
    #[inline]
    pub(crate) fn array<const N: usize>(&mut self, at: &Trail<'_>) -> Result<[u8; N], DecodeError> {
        match self.rest.split_first_chunk() {
            Some((array, rest)) => {
                self.rest = rest;
                Ok(*array)
            }
            None => Err(self.too_short(self.offset(), N, at)),
        }
    }

    /// The next octet, which can have only one value.
    #[inline]
    pub(crate) fn mandated(&mut self, expected: u8, at: &Trail<'_>) -> Result<(), DecodeError> {
        let offset = self.offset();
        match self.octet(at)? {
            found if found == expected => Ok(()),
            found => Err(DecodeError::new(offset, at, DecodeErrorKind::Octet { found, expected })),
        }
    }

    /// The next octets, as many as `length`; `start` is where their length stands.
    #[inline]
    fn take(&mut self, start: usize, length: usize, at: &Trail<'_>) -> Result<&'a [u8], DecodeError> {
        match self.rest.split_at_checked(length) {
            Some((octets, rest)) => {
                self.rest = rest;
                Ok(octets)
            }
            None => Err(self.too_short(start, length, at)),
        }
    }

    #[cold]
    fn too_short(&self, start: usize, needed: usize, at: &Trail<'_>) -> DecodeError {
        let available = self.rest.len();
        match self.end {
            End::Message => {
                let needed = needed.saturating_sub(available);
                DecodeError::new(self.end_offset, at, DecodeErrorKind::Truncated { needed })
            }
            End::Element => DecodeError::new(start, at, DecodeErrorKind::Overrun { needed, available }),
        }
    }

    /// A length, definite: X.690 clause 8.1.3, and the same in the envelope (DLMS A-XDR).
    #[inline]
    fn length(&mut self, at: &Trail<'_>, log: &mut Log) -> Result<usize, DecodeError> {
        let start = self.offset();
        match self.octet(at)? {
            short @ 0..=0x7F => Ok(usize::from(short)),
            first => self.long_length(start, first, at, log),
        }
    }

    fn long_length(
        &mut self,
        start: usize,
        first: u8,
        at: &Trail<'_>,
        log: &mut Log,
    ) -> Result<usize, DecodeError> {
        let fail = |kind| Err(DecodeError::new(start, at, kind));
        let octets = first & 0x7F;
        match octets {
            0 => return fail(DecodeErrorKind::IndefiniteLength),
            1..=8 => {}
            _ => return fail(DecodeErrorKind::LengthOfLength { octets }),
        }
        let written = self.take(start, usize::from(octets), at)?;
        let value = written.iter().fold(0, |value, octet| value << 8 | u64::from(*octet));
        let length = match usize::try_from(value) {
            Ok(length) if length <= MAX_MESSAGE => length,
            _ => return fail(DecodeErrorKind::LengthTooLarge { length: value }),
        };
        if length < 0x80 || written.first() == Some(&0) {
            log.non_minimal_length(start, at, length, octets + 1);
        }
        Ok(length)
    }

    /// The content of a field that starts with its length.
    #[inline]
    pub(crate) fn content(&mut self, at: &Trail<'_>, log: &mut Log) -> Result<&'a [u8], DecodeError> {
        let start = self.offset();
        let length = self.length(at, log)?;
        self.take(start, length, at)
    }

    /// The content of the next element, which must have this tag.
    #[inline]
    pub(crate) fn element(
        &mut self,
        tag: Tag,
        at: &Trail<'_>,
        log: &mut Log,
    ) -> Result<&'a [u8], DecodeError> {
        match self.rest.split_first() {
            Some((found, rest)) if *found == tag.0 => self.rest = rest,
            other => return Err(self.wrong_tag(other.map(|(found, _)| *found), tag, at)),
        }
        self.content(at, log)
    }

    /// A reader of the content of the next element, which must have this tag.
    #[inline]
    pub(crate) fn nested(&mut self, tag: Tag, at: &Trail<'_>, log: &mut Log) -> Result<Self, DecodeError> {
        let content = self.element(tag, at, log)?;
        Ok(self.inside(content))
    }

    #[cold]
    fn wrong_tag(&self, found: Option<u8>, expected: Tag, at: &Trail<'_>) -> DecodeError {
        let kind = match found {
            Some(found) => DecodeErrorKind::Tag { found, expected },
            None => DecodeErrorKind::Missing { expected },
        };
        DecodeError::new(self.offset(), at, kind)
    }

    /// The next element as it stands, header included, which must have this tag.
    pub(crate) fn verbatim(
        &mut self,
        tag: Tag,
        at: &Trail<'_>,
        log: &mut Log,
    ) -> Result<&'a [u8], DecodeError> {
        let before = *self;
        self.element(tag, at, log)?;
        Ok(self.since(before))
    }

    /// A number that is not negative and fits 64 bits.
    #[inline]
    pub(crate) fn unsigned_64(
        &mut self,
        tag: Tag,
        at: &Trail<'_>,
        log: &mut Log,
    ) -> Result<u64, DecodeError> {
        self.unsigned(tag, size_of::<u64>(), at, log)
    }

    /// A number that is not negative and fits 32 bits.
    #[inline]
    pub(crate) fn unsigned_32(
        &mut self,
        tag: Tag,
        at: &Trail<'_>,
        log: &mut Log,
    ) -> Result<u32, DecodeError> {
        let value = self.unsigned(tag, size_of::<u32>(), at, log)?;
        // Always fits, since the width was checked.
        Ok(u32::try_from(value).unwrap_or(u32::MAX))
    }

    #[inline]
    fn unsigned(
        &mut self,
        tag: Tag,
        limit: usize,
        at: &Trail<'_>,
        log: &mut Log,
    ) -> Result<u64, DecodeError> {
        let start = self.offset();
        match self.element(tag, at, log)? {
            [single @ 0..=0x7F] => Ok(u64::from(*single)),
            octets => wide_unsigned(octets, start, limit, at, log),
        }
    }

    /// An OCTET STRING of eight octets: an entity identifier or a key identifier.
    #[inline]
    pub(crate) fn eight_octets(&mut self, at: &Trail<'_>, log: &mut Log) -> Result<[u8; 8], DecodeError> {
        let start = self.offset();
        let octets = self.element(Tag::OCTET_STRING, at, log)?;
        <[u8; 8]>::try_from(octets).map_err(|_| {
            DecodeError::new(start, at, DecodeErrorKind::Length { found: octets.len(), expected: "8" })
        })
    }

    /// The entries of a SEQUENCE OF, decoded one by one. `decode` also gets the entries before its own.
    #[inline]
    pub(crate) fn list<T>(
        &mut self,
        tag: Tag,
        field: Field,
        at: &Trail<'_>,
        log: &mut Log,
        mut decode: impl FnMut(&mut Reader<'a>, &Trail<'_>, &mut Log, &[T]) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        let whole = at.field(field);
        let mut content = self.nested(tag, &whole, log)?;
        let mut entries = Vec::new();
        while !content.is_empty() {
            // The bound keeps the search for duplicates, which compares all pairs, short for any input.
            let Some(index) =
                u8::try_from(entries.len()).ok().filter(|index| usize::from(*index) < MAX_ENTRIES)
            else {
                return Err(DecodeError::new(content.offset(), &whole, DecodeErrorKind::TooManyEntries));
            };
            let entry = decode(&mut content, &at.entry(field, index), log, &entries)?;
            entries.push(entry);
        }
        Ok(entries)
    }
}

/// The value of a number that is not the usual single octet. `start` is where its element stands.
fn wide_unsigned(
    octets: &[u8],
    start: usize,
    limit: usize,
    at: &Trail<'_>,
    log: &mut Log,
) -> Result<u64, DecodeError> {
    let fail = |kind| Err(DecodeError::new(start, at, kind));
    match octets {
        [] => return fail(DecodeErrorKind::NumberEmpty),
        [0x80..=0xFF, ..] => return fail(DecodeErrorKind::NumberNegative),
        _ => {}
    }
    let zeros = octets.iter().take_while(|octet| **octet == 0).count();
    let significant = octets.get(zeros..).unwrap_or_default();
    if significant.len() > limit {
        return fail(DecodeErrorKind::NumberTooWide { octets: significant.len(), limit });
    }
    if let [0, 0..=0x7F, ..] = octets {
        log.note(start, at, NoteKind::NonMinimalNumber);
    }
    Ok(significant.iter().fold(0, |value, octet| value << 8 | u64::from(*octet)))
}
