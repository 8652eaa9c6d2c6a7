//! Key pairs that are a pure function of a label.

use std::fmt;

use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use types::KeyId;

/// SHA-256 of labelled text, the only source of "randomness" in this crate.
#[must_use]
pub fn derive(purpose: &str, label: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"dno-audit testkit");
    hash.update(purpose);
    hash.update([0]);
    hash.update(label);
    hash.finalize().into()
}

/// A P-256 key pair. Signatures follow RFC 6979, so they are the same every time.
#[derive(Clone)]
pub struct KeyPair {
    signing: SigningKey,
    point: [u8; 65],
    key_id: KeyId,
}

impl KeyPair {
    /// The key pair of this label.
    #[must_use]
    pub fn from_label(label: &str) -> Self {
        let mut scalar = derive("key", label);
        loop {
            // About one scalar in 2^32 is not below the order of the curve; then the next hash serves.
            if let Ok(signing) = SigningKey::from_slice(&scalar) {
                let mut point = [0; 65];
                let encoded = signing.verifying_key().to_sec1_point(false);
                point.iter_mut().zip(encoded.as_bytes()).for_each(|(to, from)| *to = *from);
                return Self { signing, point, key_id: key_id_of(&point) };
            }
            scalar = Sha256::digest(scalar).into();
        }
    }

    /// RFC 5280 method 2 identifier of the public key.
    #[must_use]
    pub const fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// The public key as an uncompressed point.
    #[must_use]
    pub const fn point(&self) -> &[u8; 65] {
        &self.point
    }

    /// An ECDSA signature with SHA-256 as GBCS writes it: r and s of 32 octets each.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        let signature: Signature = self.signing.sign(message);
        signature.to_bytes().into()
    }

    /// The same signature as X.509 writes it: a DER SEQUENCE of r and s.
    #[must_use]
    pub fn sign_der(&self, message: &[u8]) -> Vec<u8> {
        let signature: Signature = self.signing.sign(message);
        signature.to_der().as_bytes().to_vec()
    }
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyPair").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

/// RFC 5280 section 4.2.1.2 method 2: the last eight octets of SHA-1 of the point, the first nibble replaced by 0100.
#[must_use]
pub fn key_id_of(point: &[u8; 65]) -> KeyId {
    let hash: [u8; 20] = Sha1::digest(point).into();
    let [.., a, b, c, d, e, f, g, h] = hash;
    KeyId::new([a & 0x0F | 0x40, b, c, d, e, f, g, h])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_a_key_and_signatures_repeat() {
        let (one, same) = (KeyPair::from_label("one"), KeyPair::from_label("one"));
        assert_eq!(one.point(), same.point());
        assert_eq!(one.sign(b"text"), same.sign(b"text"));
        assert_ne!(one.key_id(), KeyPair::from_label("two").key_id());
        assert_eq!(one.key_id().octets()[0] >> 4, 4);
    }
}
