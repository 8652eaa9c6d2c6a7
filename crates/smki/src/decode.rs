//! From octets to a [`Certificate`].
//!
//! In: the octets of one certificate. Out: its fields, and where it stops being DER. The X.509 library reads the
//! structure; the frame around the signed part and the extensions are read here by the rules of DER, because the
//! library lets padding and impossible BIT STRINGs pass.

use der::Tag;
use sha2::{Digest, Sha256};
use types::{Sha256Digest, Timestamp};
use x509_parser::certificate::{X509Certificate, X509CertificateParser};
use x509_parser::error::X509Error;
use x509_parser::nom::Parser;
use x509_parser::time::ASN1Time;
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo, X509Name};

use crate::canonical::{NotDer, elements, first_departure, first_element};
use crate::certificate::{CertificateTime, MAX_CERTIFICATE, SignatureAlgorithm};
use crate::error::Field;
use crate::extension::Extensions;
use crate::key::PublicKeyInfo;
use crate::name::{Attribute, AttributeValue};
use crate::{Certificate, CertificateError, Name, oid};

pub(crate) fn certificate(der: &[u8]) -> Result<Certificate, CertificateError> {
    let content = outermost(der)?;
    let (_, x509) = X509CertificateParser::new()
        .with_deep_parse_extensions(false)
        .parse(der)
        .map_err(|error| CertificateError::Malformed { field: field_of(&error) })?;
    let signed = x509.tbs_certificate.as_ref();
    let start = der.len() - content.len();
    let unsigned = content.get(signed.len()..).ok_or(malformed(Field::Certificate))?;
    let signature = signature_value(unsigned, start + signed.len())?;

    let mut extensions = Extensions::default();
    for extension in x509.extensions() {
        let oid = oid::dotted(extension.oid.as_bytes()).ok_or(malformed(Field::Extensions))?;
        extensions.add(oid, extension.critical, extension.value)?;
    }
    Ok(Certificate {
        sha256: Sha256Digest::new(Sha256::digest(der).into()),
        signed_part: start..start + signed.len(),
        version: x509.version().0.saturating_add(1),
        serial: x509.raw_serial().into(),
        issuer: name(x509.issuer())?,
        subject: name(x509.subject())?,
        not_before: time(x509.validity().not_before)?,
        not_after: time(x509.validity().not_after)?,
        key: public_key(x509.public_key())?,
        extensions,
        algorithm: algorithm(&x509)?,
        signature: signature.into(),
        departure: first_departure(signed).map(|offset| start + offset),
        der: der.into(),
    })
}

fn malformed(field: Field) -> CertificateError {
    CertificateError::Malformed { field }
}

/// The content of the SEQUENCE that these octets exactly are.
fn outermost(der: &[u8]) -> Result<&[u8], CertificateError> {
    let Some(first) = der.first() else {
        return Err(CertificateError::Empty);
    };
    if der.len() > MAX_CERTIFICATE {
        return Err(CertificateError::TooLarge { octets: der.len() });
    }
    if is_private_key(der) {
        return Err(CertificateError::PrivateKey);
    }
    if *first != 0x30 {
        return Err(CertificateError::NotASequence { found: *first });
    }
    match first_element(der) {
        Ok((element, [])) => Ok(element.value),
        Ok((_, rest)) => Err(CertificateError::TrailingOctets { octets: rest.len() }),
        Err(NotDer::Truncated) => Err(CertificateError::Truncated { found: der.len() }),
        Err(NotDer::NotCanonical) => Err(CertificateError::FrameNotCanonical { offset: 0 }),
    }
}

/// Whether these octets have the form of a private key. A certificate never has: its first field is a SEQUENCE whose
/// own first field is a version or serial number.
///
/// ```text
/// PKCS #8 (RFC 5208)    SEQUENCE { INTEGER, SEQUENCE, OCTET STRING, … }
/// SEC 1 (RFC 5915)      SEQUENCE { INTEGER, OCTET STRING, … }
/// PKCS #1 (RFC 8017)    SEQUENCE { INTEGER, INTEGER, … }
/// encrypted PKCS #8     SEQUENCE { SEQUENCE { OBJECT IDENTIFIER, … }, OCTET STRING }
/// ```
pub(crate) fn is_private_key(der: &[u8]) -> bool {
    let Ok((outer, _)) = first_element(der) else {
        return false;
    };
    let mut rest = outer.value;
    let mut tags = Vec::new();
    let mut first = None;
    while let (true, Ok((element, after))) = (tags.len() < 3, first_element(rest)) {
        first = first.or(Some(element));
        tags.push(element.tag);
        rest = after;
    }
    match tags.as_slice() {
        // The number is a version, 0 or 1; without that an RSA public key would pass for a private one.
        [Tag::Integer, Tag::Sequence, Tag::OctetString]
        | [Tag::Integer, Tag::OctetString | Tag::Integer, ..] => {
            first.is_some_and(|version| matches!(version.value, [0 | 1]))
        }
        [Tag::Sequence, Tag::OctetString] => first
            .and_then(|algorithm| first_element(algorithm.value).ok())
            .is_some_and(|(inner, _)| inner.tag == Tag::ObjectIdentifier),
        _ => false,
    }
}

/// The signature, from the octets after the signed part; these must be DER throughout.
fn signature_value(unsigned: &[u8], offset: usize) -> Result<&[u8], CertificateError> {
    if let Some(departure) = first_departure(unsigned) {
        return Err(CertificateError::FrameNotCanonical { offset: offset + departure });
    }
    let fields = elements(unsigned).unwrap_or_default();
    let [algorithm, signature] = fields.as_slice() else {
        return Err(malformed(Field::Certificate));
    };
    match (algorithm.tag, signature.tag, signature.value) {
        (Tag::Sequence, Tag::BitString, [0, octets @ ..]) => Ok(octets),
        _ => Err(malformed(Field::SignatureValue)),
    }
}

fn algorithm(x509: &X509Certificate<'_>) -> Result<SignatureAlgorithm, CertificateError> {
    let dotted = |algorithm: &AlgorithmIdentifier<'_>| {
        oid::dotted(algorithm.algorithm.as_bytes()).ok_or(malformed(Field::SignatureAlgorithm))
    };
    let signed = &x509.tbs_certificate.signature;
    let beside = &x509.signature_algorithm;
    let differing = if signed == beside { None } else { Some(dotted(beside)?) };
    Ok(SignatureAlgorithm { signed: dotted(signed)?, parameters: signed.parameters.is_some(), differing })
}

fn public_key(info: &SubjectPublicKeyInfo<'_>) -> Result<PublicKeyInfo, CertificateError> {
    let missing = malformed(Field::SubjectPublicKeyInfo);
    let Some(algorithm) = oid::dotted(info.algorithm.algorithm.as_bytes()) else {
        return Err(missing);
    };
    let curve = info
        .algorithm
        .parameters
        .as_ref()
        .filter(|parameters| parameters.tag().0 == 6)
        .and_then(|parameters| oid::dotted(parameters.as_bytes()));
    let key = &info.subject_public_key;
    Ok(PublicKeyInfo::new(algorithm, curve, key.unused_bits, &key.data))
}

pub(crate) fn name(name: &X509Name<'_>) -> Result<Name, CertificateError> {
    let mut rdns = Vec::new();
    for rdn in name.iter_rdn() {
        let mut attributes = Vec::new();
        for attribute in rdn.iter() {
            let value = attribute.attr_value();
            // Tags of other classes have no type that is known; they are kept apart from the universal ones.
            let class = value.class() as u32;
            let tag = value.tag().0.saturating_add(class.saturating_mul(1 << 24));
            attributes.push(Attribute {
                oid: oid::dotted(attribute.attr_type().as_bytes()).ok_or(malformed(Field::Name))?,
                value: AttributeValue::new(tag, value.as_bytes()),
            });
        }
        rdns.push(attributes);
    }
    Ok(Name::new(name.as_raw(), rdns))
}

fn time(time: ASN1Time) -> Result<CertificateTime, CertificateError> {
    let instant = Timestamp::from_unix_seconds(time.timestamp()).ok_or(malformed(Field::Validity))?;
    Ok(CertificateTime { instant, generalized: time.is_generalizedtime() })
}

fn field_of(error: &x509_parser::nom::Err<X509Error>) -> Field {
    let error = match error {
        x509_parser::nom::Err::Incomplete(_) => return Field::Certificate,
        x509_parser::nom::Err::Error(error) | x509_parser::nom::Err::Failure(error) => error,
    };
    match error {
        X509Error::InvalidVersion => Field::Version,
        X509Error::InvalidSerial => Field::SerialNumber,
        X509Error::InvalidAlgorithmIdentifier => Field::SignatureAlgorithm,
        X509Error::InvalidX509Name | X509Error::InvalidAttributes => Field::Name,
        X509Error::InvalidDate => Field::Validity,
        X509Error::InvalidSPKI => Field::SubjectPublicKeyInfo,
        X509Error::InvalidExtensions | X509Error::DuplicateExtensions => Field::Extensions,
        X509Error::InvalidSignatureValue => Field::SignatureValue,
        _ => Field::Certificate,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_private_key_is_known_by_its_first_fields() {
        for octets in [
            &[0x30, 0x07, 2, 1, 0, 0x30, 0, 4, 0][..],
            &[0x30, 0x09, 2, 1, 0, 0x30, 0, 4, 0, 0xA0, 0],
            &[0x30, 0x06, 2, 1, 1, 4, 1, 7],
            &[0x30, 0x06, 2, 1, 0, 2, 1, 7],
            &[0x30, 0x08, 0x30, 3, 6, 1, 0x2A, 4, 1, 7],
            // A line end after it, as editors leave.
            &[0x30, 0x06, 2, 1, 1, 4, 1, 7, b'\n'],
        ] {
            assert!(matches!(certificate(octets), Err(CertificateError::PrivateKey)), "{octets:02X?}");
        }
        // The beginning of a certificate, and an RSA public key.
        assert!(!is_private_key(&[0x30, 0x05, 0x30, 3, 2, 1, 1]));
        assert!(!is_private_key(&[0x30, 0x06, 2, 1, 0x7B, 2, 1, 3]));
    }

    #[test]
    fn what_is_no_certificate_says_where_it_fails() {
        for (octets, error) in [
            (&[][..], CertificateError::Empty),
            (b"-----", CertificateError::NotASequence { found: b'-' }),
            (&[0x30, 0x05, 1], CertificateError::Truncated { found: 3 }),
            (&[0x30, 0x00, 1, 2], CertificateError::TrailingOctets { octets: 2 }),
            (&[0x30, 0x80, 0, 0], CertificateError::FrameNotCanonical { offset: 0 }),
            (&[0x30, 0x00], CertificateError::Malformed { field: Field::Certificate }),
        ] {
            assert_eq!(certificate(octets).unwrap_err(), error, "{octets:02X?}");
        }
        let octets = MAX_CERTIFICATE + 1;
        assert_eq!(certificate(&vec![0x30; octets]).unwrap_err(), CertificateError::TooLarge { octets });
    }
}
