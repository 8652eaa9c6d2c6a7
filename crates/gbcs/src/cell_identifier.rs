//! The elements that name a trust anchor cell, in every payload.

use types::{CellId, CellUsage, Eui64, KeyId, KeyUsage, RemotePartyRole};

use crate::error::{DecodeError, DecodeErrorKind};
use crate::note::{Log, NoteKind};
use crate::path::{Field, Trail};
use crate::tlv::{Reader, Tag};

/// ```text
/// TrustAnchorCellIdentifier ::= SEQUENCE {
///   trustAnchorCellRemotePartyRole RemotePartyRole,
///   trustAnchorCellKeyUsage        KeyUsage,
///   trustAnchorCellUsage           CellUsage DEFAULT management }
/// ```
pub(crate) fn cell_identifier(
    reader: &mut Reader<'_>,
    tag: Tag,
    field: Field,
    parent: &Trail<'_>,
    log: &mut Log,
) -> Result<CellId, DecodeError> {
    let at = &parent.field(field);
    let mut cell = reader.nested(tag, at, log)?;
    let role = remote_party_role(&mut cell, at, log)?;
    let key_usage = key_usage(&mut cell, at, log)?;
    let cell_usage = cell_usage(&mut cell, at, log)?;
    cell.finish(at)?;
    Ok(CellId { role, key_usage, cell_usage })
}

/// ```text
/// RemotePartyRole ::= INTEGER { root (0), recovery (1), supplier (2), networkOperator (3), … }
/// ```
#[inline]
pub(crate) fn remote_party_role(
    reader: &mut Reader<'_>,
    parent: &Trail<'_>,
    log: &mut Log,
) -> Result<RemotePartyRole, DecodeError> {
    reader.unsigned_32(Tag::INTEGER, &parent.field(Field::Role), log).map(RemotePartyRole)
}

/// RFC 5280 section 4.2.1.3, read by BER's rules: which bits count is what the unused-bits octet says, and zero bits
/// at the end mean nothing. Two usages in one cell are for the caller to judge.
///
/// ```text
/// KeyUsage ::= BIT STRING { digitalSignature (0), …, keyAgreement (4), keyCertSign (5), cRLSign (6), … }
/// ```
#[inline]
pub(crate) fn key_usage(
    reader: &mut Reader<'_>,
    parent: &Trail<'_>,
    log: &mut Log,
) -> Result<KeyUsage, DecodeError> {
    let at = &parent.field(Field::KeyUsage);
    let start = reader.offset();
    let fail = |kind| Err(DecodeError::new(start, at, kind));
    let (unused, bits) = match reader.element(Tag::BIT_STRING, at, log)? {
        [] => return fail(DecodeErrorKind::BitStringEmpty),
        [found @ 8..=0xFF, ..] => return fail(DecodeErrorKind::UnusedBits { found: *found }),
        [unused, bits @ ..] => (*unused, bits),
    };
    let (last, earlier) = match bits {
        [] if unused > 0 => return fail(DecodeErrorKind::UnusedBitsOfNothing { found: unused }),
        [] => return Ok(KeyUsage::NONE),
        [earlier @ .., last] => (*last, earlier),
    };
    let counted = last & (0xFF << unused);
    if counted != last {
        log.note(start, at, NoteKind::UnusedBitsSet);
    }
    if counted >> unused & 1 == 0 {
        log.note(start, at, NoteKind::TrailingZeroBits);
    }
    let octets = match earlier {
        [] => [counted, 0],
        [first] => [*first, counted],
        [first, second, beyond @ ..] if counted == 0 && beyond.iter().all(|octet| *octet == 0) => {
            [*first, *second]
        }
        _ => return fail(DecodeErrorKind::KeyUsageTooLong),
    };
    Ok(KeyUsage::from_bits(u16::from_be_bytes(octets)))
}

/// ```text
/// CellUsage ::= INTEGER { management (0), prePaymentTopUp (1) }
/// ```
///
/// Its default, management, is omitted in DER; if it is there nevertheless, that is noted.
#[inline]
pub(crate) fn cell_usage(
    reader: &mut Reader<'_>,
    parent: &Trail<'_>,
    log: &mut Log,
) -> Result<CellUsage, DecodeError> {
    if !reader.next_is(Tag::INTEGER) {
        return Ok(CellUsage::MANAGEMENT);
    }
    let at = &parent.field(Field::CellUsage);
    let start = reader.offset();
    let usage = CellUsage(reader.unsigned_32(Tag::INTEGER, at, log)?);
    if usage == CellUsage::MANAGEMENT {
        log.note(start, at, NoteKind::DefaultEncoded);
    }
    Ok(usage)
}

/// An entity identifier and a key identifier, the pair that a cell gives for a certificate.
#[inline]
pub(crate) fn credential(
    reader: &mut Reader<'_>,
    [unique_id, key_identifier]: [Field; 2],
    parent: &Trail<'_>,
    log: &mut Log,
) -> Result<(Eui64, KeyId), DecodeError> {
    let unique_id = reader.eight_octets(&parent.field(unique_id), log)?;
    let key_identifier = reader.eight_octets(&parent.field(key_identifier), log)?;
    Ok((Eui64::new(unique_id), KeyId::new(key_identifier)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(octets: &[u8]) -> Result<(KeyUsage, Vec<NoteKind>), DecodeErrorKind> {
        let mut log = Log::default();
        let usage = key_usage(&mut Reader::of_message(octets), &Trail::root(Field::Payload), &mut log);
        usage
            .map(|usage| (usage, log.notes.iter().map(|note| note.kind).collect()))
            .map_err(|error| error.kind())
    }

    #[test]
    fn key_usage_is_read_in_every_form_that_is_clear() {
        use NoteKind::{TrailingZeroBits, UnusedBitsSet};
        let (signature, agreement) = (KeyUsage::DIGITAL_SIGNATURE, KeyUsage::KEY_AGREEMENT);
        for (octets, usage, notes) in [
            (&[0x03, 0x02, 0x07, 0x80][..], signature, vec![]),
            (&[0x03, 0x02, 0x03, 0x08], agreement, vec![]),
            (&[0x03, 0x02, 0x03, 0x88], signature.with(agreement), vec![]),
            (&[0x03, 0x03, 0x07, 0x00, 0x80], KeyUsage::bit(8), vec![]),
            (&[0x03, 0x01, 0x00], KeyUsage::NONE, vec![]),
            (&[0x03, 0x02, 0x00, 0x80], signature, vec![TrailingZeroBits]),
            (&[0x03, 0x02, 0x03, 0x80], signature, vec![TrailingZeroBits]),
            (&[0x03, 0x02, 0x00, 0x08], agreement, vec![TrailingZeroBits]),
            (&[0x03, 0x03, 0x00, 0x80, 0x00], signature, vec![TrailingZeroBits]),
            (&[0x03, 0x04, 0x00, 0x80, 0x00, 0x00], signature, vec![TrailingZeroBits]),
            (&[0x03, 0x02, 0x07, 0xFF], signature, vec![UnusedBitsSet]),
            (&[0x03, 0x02, 0x04, 0x88], signature, vec![UnusedBitsSet, TrailingZeroBits]),
        ] {
            assert_eq!(read(octets), Ok((usage, notes)), "{octets:02X?}");
        }
    }

    #[test]
    fn key_usage_in_a_form_that_is_not_clear_is_refused() {
        for (octets, kind) in [
            (&[0x03, 0x00][..], DecodeErrorKind::BitStringEmpty),
            (&[0x03, 0x02, 0x08, 0x80], DecodeErrorKind::UnusedBits { found: 8 }),
            (&[0x03, 0x01, 0x03], DecodeErrorKind::UnusedBitsOfNothing { found: 3 }),
            (&[0x03, 0x04, 0x00, 0x80, 0x00, 0x01], DecodeErrorKind::KeyUsageTooLong),
            (&[0x03, 0x05, 0x00, 0x80, 0x00, 0x01, 0x00], DecodeErrorKind::KeyUsageTooLong),
            (&[0x04, 0x02, 0x07, 0x80], DecodeErrorKind::Tag { found: 4, expected: Tag::BIT_STRING }),
        ] {
            assert_eq!(read(octets), Err(kind), "{octets:02X?}");
        }
    }
}
