//! Whether octets are DER: where they stop being so.
//!
//! The X.509 library accepts much that DER forbids, as real encoders demand. This module finds what it lets pass, so
//! that it can be reported: lengths with padding, indefinite lengths, truth values other than 00 and FF, integers with
//! padding, times without seconds or in another zone. It knows nothing of certificates. It does not look at the order
//! of a SET, at defaults written out, or into OCTET STRINGs. A type that the DER library does not know, such as
//! UniversalString, counts as not being DER.

use der::asn1::AnyRef;
use der::{Decode, ErrorKind, Tag};

/// Deeper nesting than any certificate has.
const MAX_DEPTH: usize = 16;

/// An element read by the rules of DER.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'a> {
    pub(crate) tag: Tag,
    pub(crate) value: &'a [u8],
    /// The element as a whole, tag and length among it.
    pub(crate) octets: &'a [u8],
}

/// Why the element at the start of some octets is not DER.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum NotDer {
    /// The octets end before the element does.
    Truncated,
    /// Any other reason.
    NotCanonical,
}

/// Splits the first element from what follows it.
pub(crate) fn first_element(octets: &[u8]) -> Result<(Element<'_>, &[u8]), NotDer> {
    match AnyRef::from_der_partial(octets) {
        Ok((any, rest)) => {
            let whole = octets.get(..octets.len() - rest.len()).unwrap_or_default();
            Ok((Element { tag: der::Tagged::tag(&any), value: any.value(), octets: whole }, rest))
        }
        Err(error) => Err(match error.kind() {
            ErrorKind::Incomplete { .. } => NotDer::Truncated,
            _ => NotDer::NotCanonical,
        }),
    }
}

/// The elements of these octets, if all are DER; what they contain is not looked at.
pub(crate) fn elements(mut octets: &[u8]) -> Option<Vec<Element<'_>>> {
    let mut found = Vec::new();
    while !octets.is_empty() {
        let (element, rest) = first_element(octets).ok()?;
        found.push(element);
        octets = rest;
    }
    Some(found)
}

/// The only element of these octets, if it is DER and has this tag.
pub(crate) fn only(octets: &[u8], tag: Tag) -> Option<&[u8]> {
    match first_element(octets) {
        Ok((element, [])) if element.tag == tag => Some(element.value),
        _ => None,
    }
}

/// The offset of the first element, at any depth, that is not DER; `None` if all are.
pub(crate) fn first_departure(octets: &[u8]) -> Option<usize> {
    let mut open = vec![(octets, 0)];
    while let Some((rest, offset)) = open.pop() {
        if rest.is_empty() {
            continue;
        }
        let Ok((element, after)) = first_element(rest) else {
            return Some(offset);
        };
        let header = rest.len() - after.len() - element.value.len();
        open.push((after, offset + rest.len() - after.len()));
        if element.tag.is_constructed() {
            if open.len() > MAX_DEPTH {
                return Some(offset);
            }
            open.push((element.value, offset + header));
        } else if !is_canonical_value(&element) {
            return Some(offset);
        }
    }
    None
}

fn is_canonical_value(element: &Element<'_>) -> bool {
    let value = element.value;
    match element.tag {
        Tag::Boolean => matches!(value, [0x00 | 0xFF]),
        Tag::Integer | Tag::Enumerated => {
            !matches!(value, [] | [0x00, 0x00..=0x7F, ..] | [0xFF, 0x80..=0xFF, ..])
        }
        Tag::BitString => match value {
            [0, ..] => true,
            [unused @ 1..=7, .., last] => last.trailing_zeros() >= u32::from(*unused),
            _ => false,
        },
        Tag::Null => value.is_empty(),
        Tag::ObjectIdentifier => crate::oid::dotted(value).is_some(),
        Tag::UtcTime => is_zulu_time(value, 12),
        Tag::GeneralizedTime => is_zulu_time(value, 14),
        _ => true,
    }
}

fn is_zulu_time(value: &[u8], digits: usize) -> bool {
    match value.split_last() {
        Some((b'Z', rest)) => rest.len() == digits && rest.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn der_is_der() {
        for octets in [
            &[][..],
            &[0x30, 0x00],
            &[0x30, 0x03, 0x01, 0x01, 0xFF],
            &[0x03, 0x02, 0x07, 0x80],
            b"\x17\x0d240101000000Z",
        ] {
            assert_eq!(first_departure(octets), None, "{octets:02X?}");
        }
    }

    #[test]
    fn the_offset_is_that_of_the_element_which_is_not_der() {
        for (octets, offset) in [
            (&[0x30, 0x81, 0x00][..], 0),
            (&[0x30, 0x03, 0x01, 0x01, 0x01], 2),
            (&[0x05, 0x00, 0x02, 0x02, 0x00, 0x01], 2),
            (&[0x30, 0x80, 0x00, 0x00], 0),
            (&[0x03, 0x02, 0x07, 0xC0], 0),
            (&[0x30, 0x05, 0x02, 0x01, 0x01, 0x05, 0x01], 5),
            (b"\x17\x0b2401010000Z", 0),
        ] {
            assert_eq!(first_departure(octets), Some(offset), "{octets:02X?}");
        }
    }

    #[test]
    fn deep_nesting_ends() {
        let mut octets = Vec::new();
        for _ in 0..1000 {
            let length = u16::try_from(octets.len()).unwrap();
            octets = [&[0x30, 0x82][..], &length.to_be_bytes(), &octets].concat();
        }
        assert!(first_departure(&octets).is_some());
    }
}
