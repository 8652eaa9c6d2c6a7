//! The extensions of SMKI certificates (RFC 5280 section 4.2.1), read by the rules of DER.

use der::{Tag, TagNumber};
use types::KeyUsage;

use crate::CertificateError;
use crate::canonical::{elements, only};
use crate::oid;

/// What the extensions of a certificate say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Extensions {
    /// Every extension with its criticality, in the order of the certificate.
    pub(crate) list: Vec<(String, bool)>,
    pub(crate) key_usage: Option<KeyUsageExtension>,
    pub(crate) basic_constraints: Option<BasicConstraints>,
    pub(crate) subject_key_identifier: Option<Box<[u8]>>,
    pub(crate) authority_key_identifier: Option<Box<[u8]>>,
    pub(crate) policies: Vec<String>,
    pub(crate) hardware_modules: Vec<HardwareModuleName>,
}

/// `KeyUsage ::= BIT STRING`, section 4.2.1.3.
#[derive(Clone, Debug)]
pub(crate) struct KeyUsageExtension {
    pub(crate) usage: KeyUsage,
    /// The content octets, if they are not the ones DER prescribes.
    pub(crate) not_minimal: Option<Box<[u8]>>,
}

/// `BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER OPTIONAL }`, section 4.2.1.9.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BasicConstraints {
    pub(crate) ca: bool,
    pub(crate) path_length: Option<u32>,
}

/// `HardwareModuleName ::= SEQUENCE { hwType OBJECT IDENTIFIER, hwSerialNum OCTET STRING }`, RFC 4108 section 5.
#[derive(Clone, Debug)]
pub(crate) struct HardwareModuleName {
    pub(crate) serial_number: Box<[u8]>,
}

impl Extensions {
    /// Whether an extension is critical; `None` if the certificate does not have it.
    pub(crate) fn criticality(&self, oid: &str) -> Option<bool> {
        self.list.iter().find(|(found, _)| found == oid).map(|(_, critical)| *critical)
    }

    /// The extensions that this crate does not process.
    pub(crate) fn unknown(&self) -> impl Iterator<Item = &(String, bool)> {
        self.list.iter().filter(|(oid, _)| {
            !matches!(
                oid.as_str(),
                oid::SUBJECT_KEY_IDENTIFIER
                    | oid::KEY_USAGE
                    | oid::SUBJECT_ALT_NAME
                    | oid::BASIC_CONSTRAINTS
                    | oid::CERTIFICATE_POLICIES
                    | oid::AUTHORITY_KEY_IDENTIFIER
            )
        })
    }

    pub(crate) fn add(&mut self, oid: String, critical: bool, value: &[u8]) -> Result<(), CertificateError> {
        if self.criticality(&oid).is_some() {
            return Err(CertificateError::DuplicateExtension { oid });
        }
        let read = match oid.as_str() {
            oid::KEY_USAGE => {
                self.key_usage = Some(key_usage(value)?);
                Some(())
            }
            oid::SUBJECT_KEY_IDENTIFIER => {
                only(value, Tag::OctetString).map(|id| self.subject_key_identifier = Some(id.into()))
            }
            oid::AUTHORITY_KEY_IDENTIFIER => {
                authority_key_identifier(value).map(|id| self.authority_key_identifier = id)
            }
            oid::BASIC_CONSTRAINTS => {
                basic_constraints(value).map(|found| self.basic_constraints = Some(found))
            }
            oid::CERTIFICATE_POLICIES => policies(value).map(|found| self.policies = found),
            oid::SUBJECT_ALT_NAME => hardware_modules(value).map(|found| self.hardware_modules = found),
            _ => Some(()),
        };
        if read.is_none() {
            return Err(CertificateError::MalformedExtension { oid });
        }
        self.list.push((oid, critical));
        Ok(())
    }
}

/// Reads the named bits tolerantly: DER drops trailing zero bits, but issuers are known that do not (`03 80`, `00 80`,
/// `80 00`), and what they mean is plain. Bits that are said to be unused do not count, whatever their value.
fn key_usage(value: &[u8]) -> Result<KeyUsageExtension, CertificateError> {
    let malformed = || CertificateError::MalformedExtension { oid: oid::KEY_USAGE.to_owned() };
    // The length is compared by hand, because the DER reader refuses the unused bits that have to be told apart here.
    let (unused_bits, bits) = match value {
        [0x03, length, unused_bits, bits @ ..]
            if usize::from(*length) == bits.len() + 1 && *length < 0x80 =>
        {
            (*unused_bits, bits)
        }
        _ => return Err(malformed()),
    };
    let (octets, beyond) = bits.split_at(bits.len().min(2));
    if unused_bits > 7 || (bits.is_empty() && unused_bits != 0) || beyond.iter().any(|octet| *octet != 0) {
        return Err(CertificateError::MalformedKeyUsage { unused_bits, octets: bits.len() });
    }
    let mut usage = match octets {
        [first, second] => u16::from_be_bytes([*first, *second]),
        [first] => u16::from_be_bytes([*first, 0]),
        _ => 0,
    };
    if beyond.is_empty() {
        let kept = u32::try_from(octets.len()).unwrap_or(2) * 8 - u32::from(unused_bits);
        usage &= !u16::MAX.checked_shr(kept).unwrap_or(0);
    }
    let minimal = match bits.split_last() {
        None => unused_bits == 0,
        Some((last, _)) => *last != 0 && last.trailing_zeros() == u32::from(unused_bits),
    };
    let not_minimal = (!minimal).then(|| value.get(2..).unwrap_or_default().into());
    Ok(KeyUsageExtension { usage: KeyUsage::from_bits(usage), not_minimal })
}

fn basic_constraints(value: &[u8]) -> Option<BasicConstraints> {
    let fields = elements(only(value, Tag::Sequence)?)?;
    let (ca, rest) = match fields.split_first() {
        Some((field, rest)) if field.tag == Tag::Boolean => match field.value {
            [0xFF] => (true, rest),
            [0x00] => (false, rest),
            _ => return None,
        },
        _ => (false, fields.as_slice()),
    };
    let path_length = match rest {
        [] => None,
        [field] if field.tag == Tag::Integer => match field.value {
            [octet @ 0..=0x7F] => Some(u32::from(*octet)),
            // Longer than any path can be, so it limits nothing; a negative one has no meaning.
            [1..=0x7F, _, ..] | [0, 0x80..=0xFF, ..] => Some(u32::MAX),
            _ => return None,
        },
        _ => return None,
    };
    Some(BasicConstraints { ca, path_length })
}

/// `AuthorityKeyIdentifier ::= SEQUENCE { keyIdentifier [0] IMPLICIT OCTET STRING OPTIONAL, … }`, section 4.2.1.1.
pub(crate) fn authority_key_identifier(value: &[u8]) -> Option<Option<Box<[u8]>>> {
    let fields = elements(only(value, Tag::Sequence)?)?;
    let key_identifier = Tag::ContextSpecific { constructed: false, number: TagNumber(0) };
    Some(fields.iter().find(|field| field.tag == key_identifier).map(|field| field.value.into()))
}

/// `certificatePolicies ::= SEQUENCE SIZE (1..MAX) OF PolicyInformation`, section 4.2.1.4; qualifiers are skipped.
fn policies(value: &[u8]) -> Option<Vec<String>> {
    let policies = elements(only(value, Tag::Sequence)?)?;
    if policies.is_empty() {
        return None;
    }
    let identifier = |information: &crate::canonical::Element<'_>| {
        if information.tag != Tag::Sequence {
            return None;
        }
        let fields = elements(information.value)?;
        fields
            .first()
            .filter(|field| field.tag == Tag::ObjectIdentifier)
            .and_then(|field| oid::dotted(field.value))
    };
    policies.iter().map(identifier).collect()
}

/// `otherName [0] IMPLICIT SEQUENCE { type-id OBJECT IDENTIFIER, value [0] EXPLICIT ANY }`, section 4.2.1.6. Names of
/// other kinds are passed over: no device is known by them.
fn hardware_modules(value: &[u8]) -> Option<Vec<HardwareModuleName>> {
    let zero = Tag::ContextSpecific { constructed: true, number: TagNumber(0) };
    let mut found = Vec::new();
    for name in elements(only(value, Tag::Sequence)?)? {
        if name.tag != zero {
            continue;
        }
        let fields = elements(name.value)?;
        let [type_id, content] = fields.as_slice() else { return None };
        if type_id.tag != Tag::ObjectIdentifier || content.tag != zero {
            return None;
        }
        if oid::dotted(type_id.value)? != oid::HARDWARE_MODULE_NAME {
            continue;
        }
        let module = elements(only(content.value, Tag::Sequence)?)?;
        let [hardware_type, serial_number] = module.as_slice() else { return None };
        if hardware_type.tag != Tag::ObjectIdentifier || serial_number.tag != Tag::OctetString {
            return None;
        }
        found.push(HardwareModuleName { serial_number: serial_number.value.into() });
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(value: &[u8]) -> Option<(KeyUsage, bool)> {
        key_usage(value).ok().map(|found| (found.usage, found.not_minimal.is_none()))
    }

    #[test]
    fn key_usage_bits_are_read_in_every_form_that_has_a_meaning() {
        let signature = KeyUsage::DIGITAL_SIGNATURE;
        for (value, found) in [
            (&[3, 2, 7, 0x80][..], Some((signature, true))),
            (&[3, 2, 3, 0x80], Some((signature, false))),
            (&[3, 2, 0, 0x80], Some((signature, false))),
            (&[3, 3, 0, 0x80, 0], Some((signature, false))),
            (&[3, 4, 0, 0x80, 0, 0], Some((signature, false))),
            (&[3, 2, 7, 0xFF], Some((signature, false))),
            (&[3, 3, 7, 0, 0x80], Some((KeyUsage::bit(8), true))),
            (&[3, 2, 3, 0x08], Some((KeyUsage::KEY_AGREEMENT, true))),
            (&[3, 1, 0], Some((KeyUsage::NONE, true))),
            (&[3, 2, 0, 0], Some((KeyUsage::NONE, false))),
            (&[3, 1, 1], None),
            (&[3, 2, 8, 0x80], None),
            (&[3, 4, 0, 0x80, 0, 1], None),
            (&[3, 0x81, 2, 7, 0x80], None),
            (&[3, 3, 7, 0x80], None),
            (&[4, 2, 7, 0x80], None),
            (&[], None),
        ] {
            assert_eq!(usage(value), found, "{value:02X?}");
        }
    }

    #[test]
    fn path_lengths_beyond_any_path_limit_nothing() {
        let length = |value: &[u8]| basic_constraints(value).and_then(|found| found.path_length);
        assert_eq!(length(&[0x30, 6, 1, 1, 0xFF, 2, 1, 0]), Some(0));
        assert_eq!(length(&[0x30, 7, 1, 1, 0xFF, 2, 2, 1, 0]), Some(u32::MAX));
        assert_eq!(length(&[0x30, 6, 1, 1, 0xFF, 2, 1, 0x80]), None);
        assert!(basic_constraints(&[0x30, 0]).is_some_and(|found| !found.ca));
    }
}
