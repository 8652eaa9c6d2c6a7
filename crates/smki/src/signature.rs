//! Whether a certificate's key made the signature of another certificate, or of a revocation list.

use p256::ecdsa::signature::hazmat::PrehashVerifier;
use p256::ecdsa::{Signature, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::{Certificate, oid};

/// The outcome of one signature check.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum SignatureCheck {
    Valid,
    Invalid,
    Unsupported,
}

/// What a signature check needs of what was signed. The octets are hashed once, however many keys are tried.
#[derive(Clone, Debug)]
pub(crate) struct Signed<'a> {
    supported: bool,
    digest: [u8; 32],
    signature: &'a [u8],
}

impl<'a> Signed<'a> {
    /// From the octets as they stand, the algorithm that is signed (ecdsa-with-SHA256 or none that is known), whether
    /// the algorithm beside the signature is the same (RFC 5280 sections 4.1.1.2 and 5.1.1.2), and the signature.
    pub(crate) fn new(octets: &[u8], algorithm: &str, same_beside: bool, signature: &'a [u8]) -> Self {
        let supported = algorithm == oid::ECDSA_WITH_SHA256 && same_beside;
        let digest = if supported { Sha256::digest(octets).into() } else { [0; 32] };
        Self { supported, digest, signature }
    }

    /// A certificate, as signed by its issuer.
    pub(crate) fn certificate(certificate: &'a Certificate) -> Self {
        let algorithm = &certificate.algorithm;
        let same = algorithm.differing.is_none();
        Self::new(certificate.signed_octets(), &algorithm.signed, same, &certificate.signature)
    }

    /// Checks ecdsa-with-SHA256 (RFC 5758 section 3.2) with the key of a certificate.
    ///
    /// The signature value must be DER; another form of the same two numbers is invalid.
    pub(crate) fn check(&self, issuer: &Certificate) -> SignatureCheck {
        let Some(key) = issuer.public_key().filter(|_| self.supported) else {
            return SignatureCheck::Unsupported;
        };
        let (Ok(key), Ok(signature)) =
            (VerifyingKey::from_sec1_bytes(key), Signature::from_der(self.signature))
        else {
            return SignatureCheck::Invalid;
        };
        match key.verify_prehash(&self.digest, &signature) {
            Ok(()) => SignatureCheck::Valid,
            Err(_) => SignatureCheck::Invalid,
        }
    }
}
