//! Who stands behind a report: an in-toto statement over the manifest, signed in a DSSE envelope.
//!
//! The signature is ECDSA P-256 over SHA-256 with the nonce of RFC 6979, so that the same key signs the same manifest
//! with the same octets. It is not normalised to the lower of the two values of s: what RFC 6979 gives is what stands.

use data_encoding::BASE64;
use p256::ecdsa::signature::{Signer as _, Verifier as _};
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use p256::pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePublicKey};

use crate::canonical::{CanonicalError, canonical};
use crate::manifest::{MANIFEST, digest};
use crate::model::v1::{
    DigestSet, DsseSignature, Envelope, Manifest, Predicate, RootDigests, Statement, Subject,
};
use crate::read::{ReadError, document};
use crate::verify::parse_digest;

/// The file of the signature.
pub const ATTESTATION: &str = "attestation.dsse.json";

/// `payloadType` of the envelope.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// `_type` of the statement.
pub const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";

/// `predicateType` of the statement: a name, and no address.
pub const PREDICATE_TYPE: &str = "https://dno-audit.invalid/attestation/report/v1";

/// Why a key or a certificate can't be used, or a report can't be signed. None says anything of a private key.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// No PKCS#8 private key of P-256.
    #[error("no P-256 private key in PKCS#8 PEM (BEGIN PRIVATE KEY){hint}")]
    PrivateKey {
        /// What it seems to be instead.
        hint: &'static str,
    },
    /// No public key of P-256.
    #[error("no P-256 public key in PEM (BEGIN PUBLIC KEY)")]
    PublicKey,
    /// No certificate where some are expected.
    #[error("no X.509 certificate in PEM or DER")]
    Certificate,
    /// A certificate without a P-256 key.
    #[error("certificate of {subject}: no P-256 key")]
    CertificateKey {
        /// Whose it is.
        subject: String,
    },
    /// The first certificate of the chain is for another key than that which signs.
    #[error("the first certificate of the chain, of {subject}, is not for the key that signs")]
    ChainKey {
        /// Whose it is.
        subject: String,
    },
    /// A value has no canonical form.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
}

impl SignError {
    /// What to do about it, where the message does not say so.
    #[must_use]
    pub const fn help(&self) -> Option<&'static str> {
        Some(match self {
            Self::PrivateKey { hint } if hint.is_empty() => {
                "make one with `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256`"
            }
            Self::PublicKey => {
                "write it with `openssl pkey -pubout`, or name a certificate with --certificate"
            }
            Self::Certificate => "name the certificate itself, in PEM or DER",
            Self::CertificateKey { .. } => "only P-256 keys sign reports: name a certificate of one",
            Self::ChainKey { .. } => "put the certificate of the key that signs first",
            Self::PrivateKey { .. } | Self::Canonical(_) => return None,
        })
    }
}

/// A key that signs, and the certificates that say whose it is.
#[derive(Clone)]
pub struct Signer {
    key: SigningKey,
    certificates: Vec<Vec<u8>>,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").field("key_id", &key_id(self.key.verifying_key())).finish_non_exhaustive()
    }
}

/// The octets that are signed, as DSSE version 1 has them.
#[must_use]
pub fn pre_authentication_encoding(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut octets = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len()).into_bytes();
    octets.extend_from_slice(payload);
    octets
}

/// SHA-256 of the subjectPublicKeyInfo in DER, in hex.
fn key_id(key: &VerifyingKey) -> String {
    key.to_public_key_der().map_or_else(|_| String::new(), |der| digest(der.as_bytes()).to_string())
}

impl Signer {
    /// From a private key in PKCS#8 PEM, without certificates.
    ///
    /// # Errors
    ///
    /// It is none of P-256.
    pub fn from_pem(pem: &str) -> Result<Self, SignError> {
        let key = SigningKey::from_pkcs8_pem(pem.trim()).map_err(|_| {
            let hint = if pem.contains("BEGIN ENCRYPTED PRIVATE KEY") {
                ": it is encrypted"
            } else if pem.contains("BEGIN EC PRIVATE KEY") {
                ": it is a key of SEC 1; `openssl pkcs8 -topk8 -nocrypt` converts it"
            } else {
                ""
            };
            SignError::PrivateKey { hint }
        })?;
        Ok(Self { key, certificates: Vec::new() })
    }

    /// With certificates, that of the key first.
    ///
    /// # Errors
    ///
    /// There are none, or the first is for another key.
    pub fn with_chain(mut self, chain: &[u8]) -> Result<Self, SignError> {
        let chain = certificates(chain)?;
        let first = chain.first().ok_or(SignError::Certificate)?;
        if PublicKey::of(first)?.0 != *self.key.verifying_key() {
            return Err(SignError::ChainKey { subject: first.subject().to_string() });
        }
        self.certificates = chain.iter().map(|certificate| certificate.der().to_vec()).collect();
        Ok(self)
    }

    /// The envelope over a manifest, whose canonical octets these are.
    ///
    /// # Errors
    ///
    /// Never: what is signed is text and whole numbers.
    pub fn attest(&self, manifest: &Manifest, octets: &[u8]) -> Result<Vec<u8>, SignError> {
        let certificates = self.certificates.iter().map(|der| BASE64.encode(der)).collect();
        let payload = canonical(&statement(manifest, octets, certificates))?;
        let signature: Signature = self.key.sign(&pre_authentication_encoding(PAYLOAD_TYPE, &payload));
        let envelope = Envelope {
            payload: BASE64.encode(&payload),
            payload_type: PAYLOAD_TYPE.to_owned(),
            signatures: vec![DsseSignature {
                keyid: key_id(self.key.verifying_key()),
                sig: BASE64.encode(signature.to_der().as_bytes()),
            }],
        };
        Ok(canonical(&envelope)?)
    }
}

/// The statement over a manifest.
fn statement(manifest: &Manifest, octets: &[u8], certificates: Vec<String>) -> Statement {
    Statement {
        kind: STATEMENT_TYPE.to_owned(),
        predicate: Predicate {
            as_of: manifest.as_of.clone(),
            certificates,
            meters: manifest.counts.meters,
            roots: RootDigests {
                dno: manifest.seal.dno.root.clone(),
                supplier: manifest.seal.supplier.root.clone(),
            },
            rule_set: manifest.rule_set.version,
        },
        predicate_type: PREDICATE_TYPE.to_owned(),
        subject: vec![Subject {
            digest: DigestSet { sha256: digest(octets).to_string() },
            name: MANIFEST.to_owned(),
        }],
    }
}

fn certificates(octets: &[u8]) -> Result<Vec<smki::Certificate>, SignError> {
    let read = smki::read_certificates(octets);
    let certificates: Option<Vec<_>> = read.into_iter().map(|found| found.value.ok()).collect();
    certificates.filter(|found| !found.is_empty()).ok_or(SignError::Certificate)
}

/// A key that a signature is checked with.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// From PEM.
    ///
    /// # Errors
    ///
    /// It is none of P-256.
    pub fn from_pem(pem: &str) -> Result<Self, SignError> {
        VerifyingKey::from_public_key_pem(pem.trim()).map(Self).map_err(|_| SignError::PublicKey)
    }

    /// From the first certificate of PEM or DER, with its subject.
    ///
    /// # Errors
    ///
    /// It is none, or for a key that is not of P-256.
    pub fn from_certificate(octets: &[u8]) -> Result<(Self, String), SignError> {
        let chain = certificates(octets)?;
        let first = chain.first().ok_or(SignError::Certificate)?;
        Ok((Self::of(first)?, first.subject().to_string()))
    }

    fn of(certificate: &smki::Certificate) -> Result<Self, SignError> {
        let subject = || SignError::CertificateKey { subject: certificate.subject().to_string() };
        let octets = certificate.public_key().ok_or_else(subject)?;
        VerifyingKey::from_sec1_bytes(octets).map(Self).map_err(|_| subject())
    }

    /// SHA-256 of its subjectPublicKeyInfo in DER, in hex.
    #[must_use]
    pub fn id(&self) -> String {
        key_id(&self.0)
    }
}

/// Why an attestation is not one of a manifest.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum AttestationError {
    /// Envelope or statement has another form.
    #[error("{part}: {source}")]
    Form {
        /// `envelope` or `statement`.
        part: &'static str,
        /// What is wrong.
        source: ReadError,
    },
    /// The payload, a signature or a certificate is not base64.
    #[error("{part}: no base64")]
    Base64 {
        /// `payload`, `sig` or `certificate`.
        part: &'static str,
    },
    /// The signature or the name of its key has another form.
    #[error("{part}: expected {expected}")]
    SignatureForm {
        /// `sig` or `keyid`.
        part: &'static str,
        /// What is expected.
        expected: &'static str,
    },
    /// Another type of payload, or not one signature.
    #[error("payloadType {payload_type:?} with {signatures} signatures, expected {PAYLOAD_TYPE} with one")]
    Envelope {
        /// The type.
        payload_type: String,
        /// How many signatures there are.
        signatures: usize,
    },
    /// The statement is not what follows from the manifest.
    #[error("the statement is about another manifest than this one")]
    AnotherManifest,
    /// A certificate that is none.
    #[error("certificate {index}: {source}")]
    Certificate {
        /// Its place in the chain, from 1.
        index: usize,
        /// What is wrong.
        source: SignError,
    },
    /// It was signed with another key.
    #[error("signed with key {found}, not with {expected}")]
    AnotherKey {
        /// The key that the envelope names.
        found: String,
        /// The key that was to have signed.
        expected: String,
    },
    /// The signature is not that of the key over the statement.
    #[error("the signature does not verify with key {key}")]
    Signature {
        /// The key.
        key: String,
    },
}

/// An attestation that is about a manifest.
#[derive(Debug)]
pub struct Attestation {
    signed: Vec<u8>,
    signature: Signature,
    /// The key that the envelope names.
    pub key_id: String,
    /// Subjects of the certificates in it, that of the signer first.
    pub subjects: Vec<String>,
    key: Option<PublicKey>,
}

impl Attestation {
    /// Reads the octets of an envelope, and checks that its statement is that over a manifest, whose octets these are.
    ///
    /// # Errors
    ///
    /// It has another form, or is about another manifest.
    pub fn read(envelope: &[u8], manifest: &Manifest, octets: &[u8]) -> Result<Self, AttestationError> {
        let form = |part| move |source| AttestationError::Form { part, source };
        let base64 =
            |text: &str, part| BASE64.decode(text.as_bytes()).map_err(|_| AttestationError::Base64 { part });
        let Envelope { payload, payload_type, signatures } = document(envelope).map_err(form("envelope"))?;
        let [DsseSignature { keyid, sig }] = signatures.as_slice() else {
            return Err(AttestationError::Envelope { payload_type, signatures: signatures.len() });
        };
        if payload_type != PAYLOAD_TYPE {
            return Err(AttestationError::Envelope { payload_type, signatures: 1 });
        }
        if parse_digest(keyid).is_none() {
            return Err(AttestationError::SignatureForm { part: "keyid", expected: "SHA-256 in hex" });
        }
        let signature = Signature::from_der(&base64(sig, "sig")?).map_err(|_| {
            AttestationError::SignatureForm { part: "sig", expected: "an ECDSA-Sig-Value of P-256 in DER" }
        })?;
        let payload = base64(&payload, "payload")?;
        let read: Statement = document(&payload).map_err(form("statement"))?;
        let chain = read.predicate.certificates.clone();
        if read != statement(manifest, octets, chain.clone()) {
            return Err(AttestationError::AnotherManifest);
        }
        let mut subjects = Vec::new();
        let mut key = None;
        for (index, text) in (1..).zip(&chain) {
            let at = |source| AttestationError::Certificate { index, source };
            let der = base64(text, "certificate")?;
            let certificate = smki::Certificate::decode(&der).map_err(|_| at(SignError::Certificate))?;
            subjects.push(certificate.subject().to_string());
            if index == 1 {
                key = Some(PublicKey::of(&certificate).map_err(at)?);
            }
        }
        Ok(Self {
            signed: pre_authentication_encoding(&payload_type, &payload),
            signature,
            key_id: keyid.clone(),
            subjects,
            key,
        })
    }

    /// The key of the first certificate in it.
    #[must_use]
    pub const fn own_key(&self) -> Option<&PublicKey> {
        self.key.as_ref()
    }

    /// Whether a key signed it.
    ///
    /// # Errors
    ///
    /// It names another key, or the signature does not verify.
    pub fn verify(&self, key: &PublicKey) -> Result<(), AttestationError> {
        let expected = key.id();
        if self.key_id != expected {
            return Err(AttestationError::AnotherKey { found: self.key_id.clone(), expected });
        }
        key.0.verify(&self.signed, &self.signature).map_err(|_| AttestationError::Signature { key: expected })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key of RFC 6979 appendix A.2.5, as `openssl pkcs8` writes it.
    const KEY: &str = "-----BEGIN PRIVATE KEY-----\n\
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgya+p2EW6dRZrXCFX\n\
        Z7HWk05Qw9s26JsSe4piKxIPZyGhRANCAARg/tS6JVqdMclh63TGNW1owEm4kjth\n\
        +mzmaWIuYPKftnkD/hAIuLyZpBrp6VYovGTy8bIMLX6fUXejwpTURiKZ\n\
        -----END PRIVATE KEY-----";

    #[test]
    fn the_signature_of_rfc_6979_comes_out() {
        let signer = Signer::from_pem(KEY).unwrap();
        let signature: Signature = signer.key.sign(b"sample");
        let shown = signature.to_bytes().iter().map(|octet| format!("{octet:02X}")).collect::<String>();
        assert_eq!(
            shown,
            "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716\
             F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"
        );
    }

    #[test]
    fn the_encoding_of_the_dsse_specification_comes_out() {
        assert_eq!(
            pre_authentication_encoding("http://example.com/HelloWorld", b"hello world"),
            b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
        );
    }

    #[test]
    fn a_key_that_can_not_be_used_says_why_and_is_not_shown() {
        for (pem, words) in [
            ("-----BEGIN ENCRYPTED PRIVATE KEY-----\nSECRET\n", "encrypted"),
            ("-----BEGIN EC PRIVATE KEY-----\nSECRET\n", "SEC 1"),
            ("SECRET", "PKCS#8"),
        ] {
            let error = Signer::from_pem(pem).unwrap_err();
            let shown = format!("{error} {error:?}");
            assert!(shown.contains(words) && !shown.contains("SECRET\n"), "{shown}");
        }
        assert!(
            !format!("{:?}", Signer::from_pem(KEY).unwrap()).contains("C9AFA9D845BA75166B5C215767B1D693")
        );
    }
}
