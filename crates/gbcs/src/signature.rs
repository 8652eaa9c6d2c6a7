//! The signature of a message: ECDSA over P-256 with SHA-256, written as the two numbers r and s of 32 octets each.

use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};

/// Why a signature does not vouch for a message.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SignatureError {
    /// The message has none.
    #[error("the message is not signed")]
    Absent,
    /// The public key is no uncompressed point of P-256.
    #[error("the public key is not an uncompressed point of P-256")]
    PublicKey,
    /// The two numbers are outside the range that any signature has.
    #[error("the signature is not a pair of numbers that ECDSA over P-256 allows")]
    OutOfRange,
    /// The signature is of other octets or by another key.
    #[error("the signature does not match the message and the public key")]
    Mismatch,
}

pub(crate) fn verify(signed: &[u8], signature: &[u8], public_key_sec1: &[u8]) -> Result<(), SignatureError> {
    // GBCS bars compressed points (clause 12), which the library would take.
    if public_key_sec1.first() != Some(&0x04) {
        return Err(SignatureError::PublicKey);
    }
    let key = VerifyingKey::from_sec1_bytes(public_key_sec1).map_err(|_| SignatureError::PublicKey)?;
    let signature = Signature::from_slice(signature).map_err(|_| SignatureError::OutOfRange)?;
    key.verify(signed, &signature).map_err(|_| SignatureError::Mismatch)
}
