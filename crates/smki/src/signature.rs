//! Whether one certificate's key made the signature of another.

use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};

use crate::{Certificate, oid};

/// The outcome of one signature check.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum SignatureCheck {
    Valid,
    Invalid,
    Unsupported,
}

/// Checks ecdsa-with-SHA256 (RFC 5758 section 3.2) over the signed octets as they stand.
///
/// The signature value must be DER; another form of the same two numbers is invalid.
pub(crate) fn check(certificate: &Certificate, issuer: &Certificate) -> SignatureCheck {
    let algorithm = &certificate.algorithm;
    let Some(key) = issuer.public_key() else {
        return SignatureCheck::Unsupported;
    };
    // RFC 5280 section 4.1.1.2: the algorithm beside the signature must be the one that is signed.
    if algorithm.signed != oid::ECDSA_WITH_SHA256 || algorithm.differing.is_some() {
        return SignatureCheck::Unsupported;
    }
    let (Ok(key), Ok(signature)) =
        (VerifyingKey::from_sec1_bytes(key), Signature::from_der(&certificate.signature))
    else {
        return SignatureCheck::Invalid;
    };
    match key.verify(certificate.signed_octets(), &signature) {
        Ok(()) => SignatureCheck::Valid,
        Err(_) => SignatureCheck::Invalid,
    }
}
