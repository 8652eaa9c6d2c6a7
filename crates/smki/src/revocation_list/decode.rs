//! From octets to a [`RevocationList`].
//!
//! In: the octets of one list. Out: its fields. Names, times and algorithms are read by the X.509 library. The frame
//! and the entries are read here by the rules of DER, because the library takes entries that it can't read for none, and
//! a list without entries says that nothing is revoked.

use std::collections::BTreeSet;

use der::{Tag, TagNumber};
use sha2::{Digest, Sha256};
use types::{Sha256Digest, Timestamp};
use x509_parser::prelude::FromDer;
use x509_parser::time::ASN1Time;
use x509_parser::x509::{AlgorithmIdentifier, X509Name};

use super::{MAX_REVOCATION_LIST, RevocationEntry, RevocationList, RevocationReason};
use crate::canonical::{Element, NotDer, first_departure, first_element, only};
use crate::decode::is_private_key;
use crate::error::ListField;
use crate::extension::authority_key_identifier;
use crate::{MAX_CERTIFICATE, RevocationListError, oid};

/// Whether octets begin like a revocation list: its signed part has a time where a certificate has a name or a period.
/// They may be cut off.
///
/// ```text
/// TBSCertList     SEQUENCE { INTEGER OPTIONAL, SEQUENCE, SEQUENCE, UTCTime | GeneralizedTime, … }
/// TBSCertificate  SEQUENCE { [0] OPTIONAL, INTEGER, SEQUENCE, SEQUENCE, SEQUENCE, … }
/// ```
pub(crate) fn is_revocation_list(der: &[u8]) -> bool {
    let Some(mut rest) = opened(der).and_then(opened) else {
        return false;
    };
    if let Ok((Element { tag: Tag::Integer, .. }, after)) = first_element(rest) {
        rest = after;
    }
    for _ in 0..2 {
        match first_element(rest) {
            Ok((Element { tag: Tag::Sequence, .. }, after)) => rest = after,
            _ => return false,
        }
    }
    matches!(rest, [0x17 | 0x18, ..])
}

/// What follows the header of a SEQUENCE, up to the end of the octets and not of the SEQUENCE.
fn opened(octets: &[u8]) -> Option<&[u8]> {
    match octets {
        [0x30, 0x00..=0x7F, rest @ ..] => Some(rest),
        [0x30, length @ 0x81..=0x84, rest @ ..] => rest.get(usize::from(length & 0x7F)..),
        _ => None,
    }
}

/// The content of an INTEGER without octets that repeat its sign: certificates are known that have them.
pub(super) fn shortest(mut integer: &[u8]) -> &[u8] {
    while let [0x00, 0x00..=0x7F, ..] | [0xFF, 0x80..=0xFF, ..] = integer {
        integer = integer.get(1..).unwrap_or_default();
    }
    integer
}

pub(super) fn revocation_list(der: &[u8]) -> Result<RevocationList, RevocationListError> {
    let content = outermost(der)?;
    if let Some(offset) = first_departure(der) {
        return Err(RevocationListError::NotCanonical { offset });
    }
    let mut frame = Fields(content);
    let signed = frame.take(ListField::CertificateList, |tag| tag == Tag::Sequence)?;
    let algorithm_beside = frame.take(ListField::SignatureAlgorithm, |tag| tag == Tag::Sequence)?;
    let signature = frame.take(ListField::SignatureValue, |tag| tag == Tag::BitString)?;
    frame.end(ListField::CertificateList)?;
    let [0, signature @ ..] = signature.value else {
        return Err(malformed(ListField::SignatureValue));
    };
    let start = der.len() - content.len();
    let signed_part = start..start + signed.octets.len();

    let mut fields = Fields(signed.value);
    let version = fields.take_if(|tag| tag == Tag::Integer);
    match version.map(|version| version.value) {
        Some([1]) => {}
        found => return Err(RevocationListError::Version { found: shown_version(found) }),
    }
    let algorithm = fields.take(ListField::SignatureAlgorithm, |tag| tag == Tag::Sequence)?;
    let issuer = fields.take(ListField::Issuer, |tag| tag == Tag::Sequence)?;
    let this_update = fields.take(ListField::ThisUpdate, is_time)?;
    let next_update = fields.take_if(is_time);
    let entries = fields.take_if(|tag| tag == Tag::Sequence);
    let extensions =
        fields.take_if(|tag| tag == Tag::ContextSpecific { constructed: true, number: TagNumber(0) });
    fields.end(ListField::CertificateList)?;

    let mut unprocessed = None;
    let entries = match entries {
        Some(list) => read_entries(list.value, &mut unprocessed)?,
        None => Vec::new(),
    };
    let mut known = ListExtensions::default();
    if let Some(explicit) = extensions {
        let list = only(explicit.value, Tag::Sequence).ok_or(malformed(ListField::Extensions))?;
        known.read(list, &mut unprocessed)?;
    }
    Ok(RevocationList {
        sha256: Sha256Digest::new(Sha256::digest(der).into()),
        signed_part,
        issuer: name(issuer.octets)?,
        this_update: time(this_update, ListField::ThisUpdate)?,
        next_update: next_update.map(|element| time(element, ListField::NextUpdate)).transpose()?,
        number: known.number,
        authority_key_identifier: known.authority_key_identifier,
        entries,
        unprocessed,
        algorithm: algorithm_oid(algorithm.octets)?,
        same_algorithm_beside: algorithm.octets == algorithm_beside.octets,
        signature: signature.into(),
        der: der.into(),
    })
}

const fn malformed(field: ListField) -> RevocationListError {
    RevocationListError::Malformed { field }
}

/// The content of the SEQUENCE that these octets exactly are.
fn outermost(der: &[u8]) -> Result<&[u8], RevocationListError> {
    let Some(first) = der.first() else {
        return Err(RevocationListError::Empty);
    };
    if der.len() > MAX_REVOCATION_LIST {
        return Err(RevocationListError::TooLarge { octets: der.len() });
    }
    if is_private_key(der) {
        return Err(RevocationListError::PrivateKey);
    }
    if *first != 0x30 {
        return Err(RevocationListError::NotASequence { found: *first });
    }
    match first_element(der) {
        Ok((element, [])) => Ok(element.value),
        Ok((_, rest)) => Err(RevocationListError::TrailingOctets { octets: rest.len() }),
        Err(NotDer::Truncated) => Err(RevocationListError::Truncated { found: der.len() }),
        Err(NotDer::NotCanonical) => Err(RevocationListError::NotCanonical { offset: 0 }),
    }
}

/// The version counted from 1, as far as it is a small number; one that is not written is 1.
fn shown_version(content: Option<&[u8]>) -> u8 {
    match content {
        None => 1,
        Some([octet @ 0..=0x7E]) => octet + 1,
        Some(_) => u8::MAX,
    }
}

/// The elements of a SEQUENCE, taken one after the other.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take_if(&mut self, expected: impl Fn(Tag) -> bool) -> Option<Element<'a>> {
        let (element, rest) = first_element(self.0).ok()?;
        expected(element.tag).then(|| {
            self.0 = rest;
            element
        })
    }

    fn take(
        &mut self,
        field: ListField,
        expected: impl Fn(Tag) -> bool,
    ) -> Result<Element<'a>, RevocationListError> {
        self.take_if(expected).ok_or(malformed(field))
    }

    fn end(&self, field: ListField) -> Result<(), RevocationListError> {
        if self.0.is_empty() { Ok(()) } else { Err(malformed(field)) }
    }
}

fn is_time(tag: Tag) -> bool {
    matches!(tag, Tag::UtcTime | Tag::GeneralizedTime)
}

fn time(element: Element<'_>, field: ListField) -> Result<Timestamp, RevocationListError> {
    match ASN1Time::from_der(element.octets) {
        Ok(([], time)) => Timestamp::from_unix_seconds(time.timestamp()).ok_or(malformed(field)),
        _ => Err(malformed(field)),
    }
}

fn name(der: &[u8]) -> Result<crate::Name, RevocationListError> {
    match X509Name::from_der(der) {
        Ok(([], name)) => crate::decode::name(&name).map_err(|_| malformed(ListField::Issuer)),
        _ => Err(malformed(ListField::Issuer)),
    }
}

fn algorithm_oid(der: &[u8]) -> Result<String, RevocationListError> {
    match AlgorithmIdentifier::from_der(der) {
        Ok(([], algorithm)) => oid::dotted(algorithm.algorithm.as_bytes()),
        _ => None,
    }
    .ok_or(malformed(ListField::SignatureAlgorithm))
}

fn read_entries(
    mut list: &[u8],
    unprocessed: &mut Option<String>,
) -> Result<Vec<RevocationEntry>, RevocationListError> {
    let malformed_entry = |number: usize| RevocationListError::MalformedEntry { number };
    let mut entries = Vec::new();
    while !list.is_empty() {
        let number = entries.len() + 1;
        let (element, rest) = first_element(list).map_err(|_| malformed_entry(number))?;
        if element.tag != Tag::Sequence {
            return Err(malformed_entry(number));
        }
        entries.push(entry(element.value, unprocessed).ok_or(malformed_entry(number))?);
        list = rest;
    }
    entries.sort();
    Ok(entries)
}

/// `SEQUENCE { userCertificate CertificateSerialNumber, revocationDate Time, crlEntryExtensions Extensions OPTIONAL }`
fn entry(content: &[u8], unprocessed: &mut Option<String>) -> Option<RevocationEntry> {
    let mut fields = Fields(content);
    let serial = fields.take_if(|tag| tag == Tag::Integer)?;
    let at = fields.take_if(is_time)?;
    let extensions = fields.take_if(|tag| tag == Tag::Sequence);
    fields.end(ListField::CertificateList).ok()?;
    let mut entry = RevocationEntry {
        serial: shortest(serial.value).into(),
        at: time(at, ListField::ThisUpdate).ok()?,
        reason: None,
        invalid_since: None,
    };
    let mut seen = BTreeSet::new();
    let mut extensions = Fields(extensions.map_or(&[], |list| list.value));
    while !extensions.0.is_empty() {
        let Extension { oid, critical, value } = Extension::read(extensions.take_if(|_| true)?)?;
        match oid.as_str() {
            oid::CRL_REASON => entry.reason = Some(reason(value)?),
            oid::INVALIDITY_DATE => {
                let (element, []) = first_element(value).ok()? else { return None };
                let generalized = element.tag == Tag::GeneralizedTime;
                entry.invalid_since =
                    Some(time(element, ListField::ThisUpdate).ok().filter(|_| generalized)?);
            }
            // Without it the entries after this one would be taken for those of another issuer.
            oid::CERTIFICATE_ISSUER => note(unprocessed, &oid),
            _ if critical => note(unprocessed, &oid),
            _ => {}
        }
        if !seen.insert(oid) {
            return None;
        }
    }
    Some(entry)
}

fn reason(value: &[u8]) -> Option<RevocationReason> {
    match only(value, Tag::Enumerated)? {
        [code @ 0..=0x7F] => Some(RevocationReason(*code)),
        _ => None,
    }
}

/// Keeps the first extension that was found.
fn note(unprocessed: &mut Option<String>, oid: &str) {
    if unprocessed.is_none() {
        *unprocessed = Some(oid.to_owned());
    }
}

/// `Extension ::= SEQUENCE { extnID OBJECT IDENTIFIER, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }`
struct Extension<'a> {
    oid: String,
    critical: bool,
    value: &'a [u8],
}

impl<'a> Extension<'a> {
    fn read(element: Element<'a>) -> Option<Self> {
        if element.tag != Tag::Sequence {
            return None;
        }
        let mut fields = Fields(element.value);
        let oid = oid::dotted(fields.take_if(|tag| tag == Tag::ObjectIdentifier)?.value)?;
        let critical = fields.take_if(|tag| tag == Tag::Boolean).is_some_and(|value| value.value == [0xFF]);
        let value = fields.take_if(|tag| tag == Tag::OctetString)?.value;
        fields.end(ListField::Extensions).ok()?;
        Some(Self { oid, critical, value })
    }
}

#[derive(Default)]
struct ListExtensions {
    number: Option<Box<[u8]>>,
    authority_key_identifier: Option<Box<[u8]>>,
}

impl ListExtensions {
    fn read(&mut self, list: &[u8], unprocessed: &mut Option<String>) -> Result<(), RevocationListError> {
        let mut seen = BTreeSet::new();
        let mut fields = Fields(list);
        while !fields.0.is_empty() {
            let element = fields.take(ListField::Extensions, |_| true)?;
            let Extension { oid, critical, value } =
                Extension::read(element).ok_or(malformed(ListField::Extensions))?;
            let unreadable = || RevocationListError::MalformedExtension { oid: oid.clone() };
            match oid.as_str() {
                oid::AUTHORITY_KEY_IDENTIFIER if value.len() > MAX_CERTIFICATE => return Err(unreadable()),
                oid::AUTHORITY_KEY_IDENTIFIER => {
                    self.authority_key_identifier = authority_key_identifier(value).ok_or_else(unreadable)?;
                }
                oid::CRL_NUMBER => self.number = Some(number(value).ok_or_else(unreadable)?),
                // These make it a list of a part, or of changes, whether they are marked as critical or not.
                oid::ISSUING_DISTRIBUTION_POINT | oid::DELTA_CRL_INDICATOR => note(unprocessed, &oid),
                _ if critical => note(unprocessed, &oid),
                _ => {}
            }
            if !seen.insert(oid.clone()) {
                return Err(RevocationListError::DuplicateExtension { oid });
            }
        }
        Ok(())
    }
}

/// `CRLNumber ::= INTEGER (0..MAX)` of at most 20 octets (RFC 5280 section 5.2.3), without leading zeros.
fn number(value: &[u8]) -> Option<Box<[u8]>> {
    match only(value, Tag::Integer)? {
        [] | [0x80..=0xFF, ..] => None,
        [0, rest @ ..] if rest.len() <= 20 => Some(if rest.is_empty() { [0].into() } else { rest.into() }),
        number if number.len() <= 20 => Some(number.into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_that_is_repeated_does_not_make_another_number() {
        for (integer, kept) in [
            (&[0x00, 0x00, 0x01][..], &[0x01][..]),
            (&[0x00, 0x80], &[0x00, 0x80]),
            (&[0xFF, 0xFF, 0x80], &[0x80]),
            (&[0x80], &[0x80]),
            (&[0x00], &[0x00]),
            (&[], &[]),
        ] {
            assert_eq!(shortest(integer), kept, "{integer:02X?}");
        }
    }

    #[test]
    fn a_list_is_told_from_a_certificate_by_the_time_where_that_has_none() {
        let list = [0x30, 0x0A, 0x30, 0x08, 2, 1, 1, 0x30, 0, 0x30, 0, 0x17];
        assert!(is_revocation_list(&list));
        // Cut off, and with lengths of several octets.
        assert!(is_revocation_list(&[&[0x30, 0x82, 9, 9, 0x30, 0x82, 8, 8], &list[4..]].concat()));
        assert!(!is_revocation_list(&list[..11]));
        // Certificates of versions 3 and 1.
        assert!(!is_revocation_list(&[0x30, 9, 0x30, 7, 0xA0, 0, 2, 1, 1, 0x30, 0]));
        assert!(!is_revocation_list(&[0x30, 11, 0x30, 9, 2, 1, 1, 0x30, 0, 0x30, 0, 0x30, 0]));
    }
}
