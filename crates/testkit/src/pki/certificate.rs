//! X.509 certificates with every field open to change.

use types::{Eui64, KeyId, KeyUsage, RemotePartyRole, Timestamp};

use super::name::Name;
use crate::der::{Der, tag};
use crate::key::{KeyPair, derive};

/// Object identifiers, as arcs.
pub mod oid {
    /// commonName.
    pub const COMMON_NAME: [u64; 4] = [2, 5, 4, 3];
    /// organizationName.
    pub const ORGANIZATION: [u64; 4] = [2, 5, 4, 10];
    /// organizationalUnitName.
    pub const ORGANIZATIONAL_UNIT: [u64; 4] = [2, 5, 4, 11];
    /// x500UniqueIdentifier.
    pub const UNIQUE_IDENTIFIER: [u64; 4] = [2, 5, 4, 45];
    /// ecdsa-with-SHA256.
    pub const ECDSA_WITH_SHA256: [u64; 7] = [1, 2, 840, 10045, 4, 3, 2];
    /// id-ecPublicKey.
    pub const EC_PUBLIC_KEY: [u64; 6] = [1, 2, 840, 10045, 2, 1];
    /// prime256v1.
    pub const P256: [u64; 7] = [1, 2, 840, 10045, 3, 1, 7];
    /// subjectKeyIdentifier.
    pub const SUBJECT_KEY: [u64; 4] = [2, 5, 29, 14];
    /// keyUsage.
    pub const KEY_USAGE: [u64; 4] = [2, 5, 29, 15];
    /// subjectAltName.
    pub const SUBJECT_ALT_NAME: [u64; 4] = [2, 5, 29, 17];
    /// basicConstraints.
    pub const BASIC_CONSTRAINTS: [u64; 4] = [2, 5, 29, 19];
    /// cRLNumber.
    pub const CRL_NUMBER: [u64; 4] = [2, 5, 29, 20];
    /// reasonCode of a CRL entry.
    pub const CRL_REASON: [u64; 4] = [2, 5, 29, 21];
    /// certificatePolicies.
    pub const POLICIES: [u64; 4] = [2, 5, 29, 32];
    /// authorityKeyIdentifier.
    pub const AUTHORITY_KEY: [u64; 4] = [2, 5, 29, 35];
    /// hardwareModuleName.
    pub const HARDWARE_MODULE: [u64; 9] = [1, 3, 6, 1, 5, 5, 7, 8, 4];
    /// The policy that published SMKI test certificates name.
    pub const ORGANISATION_POLICY: [u64; 10] = [1, 2, 826, 0, 1, 8_641_679, 1, 2, 1, 4];
    /// A policy under the enterprise number that RFC 5612 sets aside for examples.
    pub const OTHER_POLICY: [u64; 9] = [1, 3, 6, 1, 4, 1, 32473, 9, 1];
    /// A hardware type under the same number.
    pub const HARDWARE_TYPE: [u64; 9] = [1, 3, 6, 1, 4, 1, 32473, 9, 2];
    /// An extension nobody knows, under the same number.
    pub const UNKNOWN_EXTENSION: [u64; 9] = [1, 3, 6, 1, 4, 1, 32473, 9, 3];
}

/// From when to when a certificate is valid, both inclusive.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Validity {
    /// `notBefore`.
    pub not_before: Timestamp,
    /// `notAfter`.
    pub not_after: Timestamp,
}

impl Validity {
    /// From midnight of a date for so many years, up to the last second of the day before.
    ///
    /// # Panics
    ///
    /// The date does not exist.
    #[must_use]
    pub fn years(year: i32, month: u8, day: u8, years: i32) -> Self {
        let end = Self::date(year + years, month, day);
        let last_second = Timestamp::from_unix_millis(end.unix_millis() - 1000);
        Self {
            not_before: Self::date(year, month, day),
            not_after: last_second.expect("a second before a date"),
        }
    }

    /// Midnight of a date.
    ///
    /// # Panics
    ///
    /// The date does not exist.
    #[must_use]
    pub fn date(year: i32, month: u8, day: u8) -> Timestamp {
        Timestamp::from_calendar(year, month, day, 0, 0, 0).expect("the date exists")
    }

    /// The `99991231235959Z` of RFC 5280 section 4.1.2.5: no well-defined expiration date.
    ///
    /// # Panics
    ///
    /// Never: the instant exists.
    #[must_use]
    pub fn never() -> Timestamp {
        Timestamp::from_calendar(9999, 12, 31, 23, 59, 59).expect("the last second of 9999 exists")
    }
}

/// An extension: its identifier, whether it is critical, and the DER inside its OCTET STRING.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Extension {
    /// Arcs of the identifier.
    pub oid: Vec<u64>,
    /// Whether it is critical.
    pub critical: bool,
    /// The extension's own encoding.
    pub value: Vec<u8>,
}

impl Extension {
    fn new(oid: &[u64], critical: bool, value: impl FnOnce(&mut Der)) -> Self {
        Self { oid: oid.to_vec(), critical, value: Der::encode(value) }
    }

    /// Critical keyUsage.
    #[must_use]
    pub fn key_usage(usage: KeyUsage) -> Self {
        Self::new(&oid::KEY_USAGE, true, |der| der.key_usage(usage))
    }

    /// subjectKeyIdentifier of any octets.
    #[must_use]
    pub fn subject_key(octets: &[u8]) -> Self {
        Self::new(&oid::SUBJECT_KEY, false, |der| der.octet_string(octets))
    }

    /// authorityKeyIdentifier with the keyIdentifier alone.
    #[must_use]
    pub fn authority_key(key: KeyId) -> Self {
        Self::new(&oid::AUTHORITY_KEY, false, |der| {
            der.sequence(|der| der.primitive(0x80, &key.octets()));
        })
    }

    /// Critical certificatePolicies with one policy.
    #[must_use]
    pub fn policies(policy: &[u64]) -> Self {
        Self::new(&oid::POLICIES, true, |der| {
            der.sequence(|der| der.sequence(|der| der.oid(policy)));
        })
    }

    /// Critical basicConstraints of an authority.
    #[must_use]
    pub fn authority_constraints(path_length: Option<u64>) -> Self {
        Self::new(&oid::BASIC_CONSTRAINTS, true, |der| {
            der.sequence(|der| {
                der.boolean_true();
                if let Some(length) = path_length {
                    der.integer(length);
                }
            });
        })
    }

    /// Critical subjectAltName with the device as hardwareModuleName.
    #[must_use]
    pub fn hardware_module(device: Eui64) -> Self {
        Self::new(&oid::SUBJECT_ALT_NAME, true, |der| {
            der.sequence(|der| {
                der.nest(0xA0, |der| {
                    der.oid(&oid::HARDWARE_MODULE);
                    der.nest(0xA0, |der| {
                        der.sequence(|der| {
                            der.oid(&oid::HARDWARE_TYPE);
                            der.octet_string(&device.octets());
                        });
                    });
                });
            });
        })
    }

    pub(super) fn write(&self, der: &mut Der) {
        der.sequence(|der| {
            der.oid(&self.oid);
            if self.critical {
                der.boolean_true();
            }
            der.octet_string(&self.value);
        });
    }
}

/// Everything that goes into a certificate, before it is signed.
#[derive(Clone, Debug)]
pub struct CertificateSpec {
    /// Distinguishes this certificate; names its file and gives its serial number.
    pub label: String,
    /// Big-endian serial number, 16 octets in SMKI.
    pub serial: Vec<u8>,
    /// The issuer's name.
    pub issuer: Name,
    /// When it is valid.
    pub validity: Validity,
    /// The subject's name.
    pub subject: Name,
    /// The subject's key pair.
    pub key: KeyPair,
    /// Extensions in order.
    pub extensions: Vec<Extension>,
    /// What [`Certificate::entity`] answers; the encoding takes the entity from the subject.
    pub entity: Option<Eui64>,
    /// What [`Certificate::role`] answers; the encoding takes the role from the subject.
    pub role: Option<RemotePartyRole>,
    /// What [`Certificate::key_usage`] answers; the encoding takes the usage from the extensions.
    pub key_usage: KeyUsage,
}

impl CertificateSpec {
    /// A certificate without extensions, valid from 2023 to 2032, with a serial number from the label.
    #[must_use]
    pub fn new(label: &str, issuer: Name, subject: Name, key: KeyPair) -> Self {
        Self {
            label: label.to_owned(),
            serial: serial(label).to_vec(),
            issuer,
            validity: Validity::years(2023, 1, 1, 10),
            subject,
            key,
            extensions: Vec::new(),
            entity: None,
            role: None,
            key_usage: KeyUsage::NONE,
        }
    }

    /// An Organisation Certificate of the usual profile, with a key of its own named by the label.
    #[must_use]
    pub fn organisation(
        label: &str,
        issuer: &Certificate,
        entity: Eui64,
        role: RemotePartyRole,
        key_usage: KeyUsage,
    ) -> Self {
        let subject = Name::organisation(None, role, entity);
        let mut spec = Self::new(label, issuer.subject().clone(), subject, KeyPair::from_label(label));
        spec.entity = Some(entity);
        spec.role = Some(role);
        spec.key_usage = key_usage;
        spec.extensions = vec![
            Extension::key_usage(key_usage),
            Extension::subject_key(&spec.key.key_id().octets()),
            Extension::policies(&oid::ORGANISATION_POLICY),
            Extension::authority_key(issuer.key_id()),
        ];
        spec
    }

    /// The same with another key pair and the subjectKeyIdentifier that belongs to it.
    #[must_use]
    pub fn with_key(mut self, key: KeyPair) -> Self {
        self.replace_extension(&oid::SUBJECT_KEY, Extension::subject_key(&key.key_id().octets()));
        self.key = key;
        self
    }

    /// The same with another validity.
    #[must_use]
    pub fn valid(mut self, validity: Validity) -> Self {
        self.validity = validity;
        self
    }

    /// Puts an extension in the place of the one with that identifier, if there is one.
    pub fn replace_extension(&mut self, oid: &[u64], with: Extension) {
        if let Some(place) = self.extension_mut(oid) {
            *place = with;
        }
    }

    /// The extension of that identifier.
    pub fn extension_mut(&mut self, oid: &[u64]) -> Option<&mut Extension> {
        self.extensions.iter_mut().find(|extension| extension.oid == oid)
    }

    /// Signs with the issuer's key.
    #[must_use]
    pub fn issue(self, issuer_key: &KeyPair) -> Certificate {
        let tbs = Der::encode(|der| self.write_tbs(der));
        let der = signed(&tbs, issuer_key);
        let mut serial = [0; 16];
        serial.iter_mut().rev().zip(self.serial.iter().rev()).for_each(|(to, from)| *to = *from);
        Certificate { serial, spec: self, der }
    }

    fn write_tbs(&self, der: &mut Der) {
        der.sequence(|der| {
            der.nest(0xA0, |der| der.integer(2));
            der.unsigned(tag::INTEGER, &self.serial);
            write_algorithm(der);
            self.issuer.write(der);
            der.sequence(|der| {
                write_time(der, self.validity.not_before);
                write_time(der, self.validity.not_after);
            });
            self.subject.write(der);
            der.sequence(|der| {
                der.sequence(|der| {
                    der.oid(&oid::EC_PUBLIC_KEY);
                    der.oid(&oid::P256);
                });
                der.bit_string(0, self.key.point());
            });
            if !self.extensions.is_empty() {
                der.nest(0xA3, |der| {
                    der.sequence(|der| self.extensions.iter().for_each(|extension| extension.write(der)));
                });
            }
        });
    }
}

/// A 16-octet serial number from a label: positive, and of exactly 16 octets in DER.
fn serial(label: &str) -> [u8; 16] {
    let mut serial = [0; 16];
    serial.iter_mut().zip(derive("serial", label)).for_each(|(to, from)| *to = from);
    let [first, ..] = &mut serial;
    *first = *first & 0x7F | 0x40;
    serial
}

pub(super) fn write_algorithm(der: &mut Der) {
    der.sequence(|der| der.oid(&oid::ECDSA_WITH_SHA256));
}

/// UTCTime up to 2049, GeneralizedTime from 2050: RFC 5280 section 4.1.2.5.
pub(super) fn write_time(der: &mut Der, at: Timestamp) {
    let text = at.to_string();
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_digit).take(14).chain([b'Z']).collect();
    let utc = ("1950".."2050").contains(&text.get(..4).unwrap_or_default());
    match digits.get(2..) {
        Some(short) if utc => der.primitive(tag::UTC_TIME, short),
        _ => der.primitive(tag::GENERALIZED_TIME, &digits),
    }
}

/// `SEQUENCE { tbs, algorithm, signature }`, the frame of certificates and revocation lists.
pub(super) fn signed(tbs: &[u8], key: &KeyPair) -> Vec<u8> {
    Der::encode(|der| {
        der.sequence(|der| {
            der.raw(tbs);
            write_algorithm(der);
            der.bit_string(0, &key.sign_der(tbs));
        });
    })
}

/// A signed certificate, with its key pair at hand.
#[derive(Clone, Debug)]
pub struct Certificate {
    spec: CertificateSpec,
    serial: [u8; 16],
    der: Vec<u8>,
}

impl Certificate {
    /// What distinguishes it, such as `LOND 1 digitalSignature`.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.spec.label
    }

    /// The label in the form of a file name without extension, such as `lond-1-digitalsignature`.
    #[must_use]
    pub fn file_stem(&self) -> String {
        let lower = self.spec.label.to_ascii_lowercase();
        lower.replace(|letter: char| !letter.is_ascii_alphanumeric(), "-")
    }

    /// The entity or device that it names.
    #[must_use]
    pub const fn entity(&self) -> Option<Eui64> {
        self.spec.entity
    }

    /// The role of an Organisation Certificate.
    #[must_use]
    pub const fn role(&self) -> Option<RemotePartyRole> {
        self.spec.role
    }

    /// What its key may do.
    #[must_use]
    pub const fn key_usage(&self) -> KeyUsage {
        self.spec.key_usage
    }

    /// The method 2 identifier of its key.
    #[must_use]
    pub const fn key_id(&self) -> KeyId {
        self.spec.key.key_id()
    }

    /// Its key pair.
    #[must_use]
    pub const fn key(&self) -> &KeyPair {
        &self.spec.key
    }

    /// Its serial number, the last 16 octets.
    #[must_use]
    pub const fn serial(&self) -> &[u8; 16] {
        &self.serial
    }

    /// When it is valid.
    #[must_use]
    pub const fn validity(&self) -> Validity {
        self.spec.validity
    }

    /// Its subject.
    #[must_use]
    pub const fn subject(&self) -> &Name {
        &self.spec.subject
    }

    /// What it was made from, for variants of it.
    #[must_use]
    pub const fn spec(&self) -> &CertificateSpec {
        &self.spec
    }

    /// What a cell that holds this certificate reports; zeros for an authority, which names no entity.
    #[must_use]
    pub fn credential(&self) -> types::Credential {
        types::Credential { entity: self.spec.entity.unwrap_or(Eui64::ZERO), key: self.key_id() }
    }

    /// The DER encoding.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The PEM encoding.
    #[must_use]
    pub fn pem(&self) -> String {
        pem("CERTIFICATE", &self.der)
    }
}

/// RFC 7468 text: 64 characters to a line.
#[must_use]
pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    let base64 = data_encoding::BASE64.encode(der);
    let mut text = format!("-----BEGIN {label}-----\n");
    for (index, letter) in base64.chars().enumerate() {
        if index > 0 && index % 64 == 0 {
            text.push('\n');
        }
        text.push(letter);
    }
    text.push_str(&format!("\n-----END {label}-----\n"));
    text
}
