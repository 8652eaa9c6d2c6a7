//! Synthetic SMKI certificates for tests: a small DER writer and a recipe of a certificate whose every part can be
//! replaced by octets of the test's choice. Keys come from one octet and signatures from RFC 6979, so that everything is
//! the same on every run.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its own part")]

use std::path::{Path, PathBuf};

use dno_audit_smki::{Certificate, RevocationList};
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};

pub const POLICY: &str = "1.2.826.0.1.8641679.1.2.1.4";

/// The folder of reference data beside the repository, which is no part of it. Its absence is shown, not hidden.
pub fn shared(part: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(part);
    if folder.is_dir() {
        return Some(folder);
    }
    #[allow(clippy::print_stderr, reason = "a skipped test must be seen")]
    {
        eprintln!("skipped: no folder {part} beside the repository");
    }
    None
}

pub fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = u16::try_from(content.len()).unwrap();
    let [high, low] = length.to_be_bytes();
    let mut octets = match length {
        0..=0x7F => vec![tag, low],
        0x80..=0xFF => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    octets.extend(content);
    octets
}

pub fn oid(dotted: &str) -> Vec<u8> {
    let arcs: Vec<u64> = dotted.split('.').map(|arc| arc.parse().unwrap()).collect();
    let mut content = Vec::new();
    for arc in [arcs[0] * 40 + arcs[1]].iter().chain(&arcs[2..]) {
        let septets = (1..10).find(|count| arc >> (7 * count) == 0).unwrap();
        for septet in (0..septets).rev() {
            let more = if septet == 0 { 0 } else { 0x80 };
            content.push(u8::try_from(arc >> (7 * septet) & 0x7F).unwrap() | more);
        }
    }
    tlv(0x06, &[&content])
}

pub fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    tlv(0x30, parts)
}

/// A name of attributes: object identifier and encoded value.
pub fn name(attributes: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let rdns: Vec<Vec<u8>> = attributes
        .iter()
        .map(|(attribute, value)| tlv(0x31, &[&sequence(&[&oid(attribute), value])]))
        .collect();
    sequence(&rdns.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

pub fn utf8(text: &str) -> Vec<u8> {
    tlv(0x0C, &[text.as_bytes()])
}

pub fn printable(text: &str) -> Vec<u8> {
    tlv(0x13, &[text.as_bytes()])
}

pub fn authority_name(unit: &str, common_name: &str) -> Vec<u8> {
    name(&[("2.5.4.11", printable(unit)), ("2.5.4.3", printable(common_name))])
}

pub fn organisation_name(unit: &str, entity: u64) -> Vec<u8> {
    let bits = tlv(0x03, &[&[0], &entity.to_be_bytes()]);
    name(&[("2.5.4.11", utf8(unit)), ("2.5.4.45", bits)])
}

pub fn extension(dotted: &str, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if critical { &[0x01, 0x01, 0xFF] } else { &[] };
    sequence(&[&oid(dotted), critical, &tlv(0x04, &[value])])
}

pub fn key_usage(bits: &[u8]) -> Vec<u8> {
    extension("2.5.29.15", true, bits)
}

pub const DIGITAL_SIGNATURE: &[u8] = &[3, 2, 7, 0x80];
pub const KEY_AGREEMENT: &[u8] = &[3, 2, 3, 0x08];
pub const CA_USAGE: &[u8] = &[3, 2, 1, 0x06];

pub fn policies(dotted: &str) -> Vec<u8> {
    extension("2.5.29.32", true, &sequence(&[&sequence(&[&oid(dotted)])]))
}

pub fn hardware_module(critical: bool, serial: &[u8]) -> Vec<u8> {
    let module = sequence(&[&oid("1.2.826.0.1.8641679.9"), &tlv(0x04, &[serial])]);
    let other_name = tlv(0xA0, &[&oid("1.3.6.1.5.5.7.8.4"), &tlv(0xA0, &[&module])]);
    extension("2.5.29.17", critical, &sequence(&[&other_name]))
}

pub fn basic_constraints(path_length: Option<u8>) -> Vec<u8> {
    let path_length = path_length.map(|length| vec![2, 1, length]).unwrap_or_default();
    extension("2.5.29.19", true, &sequence(&[&[1, 1, 0xFF], &path_length]))
}

/// A key pair that follows from one octet.
pub struct Key(SigningKey);

impl Key {
    pub fn new(seed: u8) -> Self {
        Self(SigningKey::from_slice(&[seed; 32]).unwrap())
    }

    pub fn point(&self) -> Vec<u8> {
        self.0.verifying_key().to_sec1_point(false).as_bytes().to_vec()
    }

    pub fn info(&self) -> Vec<u8> {
        let algorithm = sequence(&[&oid("1.2.840.10045.2.1"), &oid("1.2.840.10045.3.1.7")]);
        sequence(&[&algorithm, &tlv(0x03, &[&[0], &self.point()])])
    }

    /// RFC 5280 section 4.2.1.2, method 2, on its own so that the code under test is not tested with itself.
    pub fn id(&self) -> [u8; 8] {
        use sha1::Digest;
        let digest: [u8; 20] = sha1::Sha1::digest(self.point()).into();
        let mut id: [u8; 8] = digest[12..].try_into().unwrap();
        id[0] = 0x40 | (id[0] % 16);
        id
    }

    pub fn subject_key_identifier(&self) -> Vec<u8> {
        extension("2.5.29.14", false, &tlv(0x04, &[&self.id()]))
    }

    pub fn authority_key_identifier(&self) -> Vec<u8> {
        extension("2.5.29.35", false, &sequence(&[&tlv(0x80, &[&self.id()])]))
    }
}

/// The parts of a certificate, each as encoded.
#[derive(Clone)]
pub struct Recipe {
    pub version: Vec<u8>,
    pub serial: Vec<u8>,
    pub algorithm: Vec<u8>,
    pub issuer: Vec<u8>,
    pub not_before: Vec<u8>,
    pub not_after: Vec<u8>,
    pub subject: Vec<u8>,
    pub key: Vec<u8>,
    pub extensions: Vec<Vec<u8>>,
}

impl Recipe {
    fn new(subject: Vec<u8>, key: &Key, issuer: Vec<u8>, extensions: Vec<Vec<u8>>) -> Self {
        Self {
            version: tlv(0xA0, &[&[2, 1, 2]]),
            serial: tlv(0x02, &[&[0x11; 16]]),
            algorithm: sequence(&[&oid("1.2.840.10045.4.3.2")]),
            issuer,
            not_before: tlv(0x17, &[b"240101000000Z"]),
            not_after: tlv(0x17, &[b"340101000000Z"]),
            subject,
            key: key.info(),
            extensions,
        }
    }

    /// An Organisation Certificate of role 3 for entity 00-00-5E-EF-10-00-00-D1, as the profile has it.
    pub fn organisation(key: &Key, issuer: &Key) -> Self {
        let extensions = vec![
            key_usage(DIGITAL_SIGNATURE),
            key.subject_key_identifier(),
            policies(POLICY),
            issuer.authority_key_identifier(),
        ];
        Self::new(organisation_name("03", 0x0000_5EEF_1000_00D1), key, authority_name("07", "T1"), extensions)
    }

    /// A Device Certificate for 00-00-5E-EF-10-00-00-01.
    pub fn device(key: &Key, issuer: &Key) -> Self {
        let mut recipe = Self::organisation(key, issuer);
        recipe.subject = name(&[]);
        recipe.not_after = tlv(0x18, &[b"99991231235959Z"]);
        recipe.extensions.push(hardware_module(true, &0x0000_5EEF_1000_0001u64.to_be_bytes()));
        recipe
    }

    /// The issuing certificate `OU=07, CN=T1`.
    pub fn issuing(key: &Key, issuer: &Key) -> Self {
        let extensions = vec![
            key_usage(CA_USAGE),
            basic_constraints(Some(0)),
            policies(POLICY),
            key.subject_key_identifier(),
            issuer.authority_key_identifier(),
        ];
        Self::new(authority_name("07", "T1"), key, authority_name("00", "T0"), extensions)
    }

    /// The root `OU=00, CN=T0`.
    pub fn root(key: &Key) -> Self {
        let extensions = vec![
            key_usage(CA_USAGE),
            basic_constraints(None),
            policies(POLICY),
            key.subject_key_identifier(),
        ];
        Self::new(authority_name("00", "T0"), key, authority_name("00", "T0"), extensions)
    }

    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    pub fn signed_part(&self) -> Vec<u8> {
        let extensions: Vec<&[u8]> = self.extensions.iter().map(Vec::as_slice).collect();
        let extensions =
            if extensions.is_empty() { Vec::new() } else { tlv(0xA3, &[&sequence(&extensions)]) };
        sequence(&[
            &self.version,
            &self.serial,
            &self.algorithm,
            &self.issuer,
            &sequence(&[&self.not_before, &self.not_after]),
            &self.subject,
            &self.key,
            &extensions,
        ])
    }

    pub fn der(&self, issuer: &Key) -> Vec<u8> {
        let signed = self.signed_part();
        let signature: Signature = issuer.0.sign(&signed);
        sequence(&[&signed, &self.algorithm, &tlv(0x03, &[&[0], signature.to_der().as_bytes()])])
    }

    pub fn signed_by(&self, issuer: &Key) -> Certificate {
        Certificate::decode(&self.der(issuer)).unwrap()
    }
}

/// The parts of a revocation list, each as encoded.
#[derive(Clone)]
pub struct ListRecipe {
    pub version: Vec<u8>,
    pub algorithm: Vec<u8>,
    pub issuer: Vec<u8>,
    pub this_update: Vec<u8>,
    pub next_update: Vec<u8>,
    pub entries: Vec<Vec<u8>>,
    pub extensions: Vec<Vec<u8>>,
}

impl ListRecipe {
    /// A list without entries of `OU=07, CN=T1`, from 2025-12-31 to 2026-01-07.
    pub fn issuing(issuer: &Key) -> Self {
        Self {
            version: vec![2, 1, 1],
            algorithm: sequence(&[&oid("1.2.840.10045.4.3.2")]),
            issuer: authority_name("07", "T1"),
            this_update: tlv(0x17, &[b"251231000000Z"]),
            next_update: tlv(0x17, &[b"260107000000Z"]),
            entries: Vec::new(),
            extensions: vec![issuer.authority_key_identifier(), list_number(1)],
        }
    }

    /// The same of the root `OU=00, CN=T0`.
    pub fn root(key: &Key) -> Self {
        Self { issuer: authority_name("00", "T0"), ..Self::issuing(key) }
    }

    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// One more entry for the serial number that recipes have, revoked on a day of the form `220601`.
    pub fn revoking(self, day: &str, extensions: &[Vec<u8>]) -> Self {
        self.with(|list| list.entries.push(list_entry(&[0x11; 16], day, extensions)))
    }

    pub fn signed_part(&self) -> Vec<u8> {
        let joined = |parts: &[Vec<u8>]| sequence(&parts.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let entries = if self.entries.is_empty() { Vec::new() } else { joined(&self.entries) };
        let extensions =
            if self.extensions.is_empty() { Vec::new() } else { tlv(0xA0, &[&joined(&self.extensions)]) };
        sequence(&[
            &self.version,
            &self.algorithm,
            &self.issuer,
            &self.this_update,
            &self.next_update,
            &entries,
            &extensions,
        ])
    }

    pub fn der(&self, issuer: &Key) -> Vec<u8> {
        let signed = self.signed_part();
        let signature: Signature = issuer.0.sign(&signed);
        sequence(&[&signed, &self.algorithm, &tlv(0x03, &[&[0], signature.to_der().as_bytes()])])
    }

    pub fn signed_by(&self, issuer: &Key) -> RevocationList {
        RevocationList::decode(&self.der(issuer)).unwrap()
    }
}

pub fn list_entry(serial: &[u8], day: &str, extensions: &[Vec<u8>]) -> Vec<u8> {
    let joined = sequence(&extensions.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let extensions: &[u8] = if extensions.is_empty() { &[] } else { &joined };
    let at = tlv(0x17, &[day.as_bytes(), b"000000Z"]);
    sequence(&[&tlv(0x02, &[serial]), &at, extensions])
}

pub fn list_number(number: u8) -> Vec<u8> {
    extension("2.5.29.20", false, &tlv(0x02, &[&[number]]))
}

pub fn reason(code: u8) -> Vec<u8> {
    extension("2.5.29.21", false, &tlv(0x0A, &[&[code]]))
}
