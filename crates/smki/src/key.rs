//! Public keys: what is wrong with one, and the identifier of one.

use sha1::{Digest, Sha1};
use types::KeyId;

use crate::oid;

/// `subjectPublicKeyInfo`.
#[derive(Clone, Debug)]
pub(crate) struct PublicKeyInfo {
    /// The content of the BIT STRING after the octet that counts unused bits.
    pub(crate) octets: Box<[u8]>,
    pub(crate) fault: Option<KeyFault>,
}

/// Why a key is not the uncompressed P-256 point that GBCS section 12 asks for.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum KeyFault {
    /// Another algorithm than id-ecPublicKey.
    #[error("key algorithm {oid}, expected id-ecPublicKey")]
    Algorithm {
        /// The algorithm.
        oid: String,
    },
    /// No named curve, or another one.
    #[error("curve {}, expected P-256", oid.as_deref().unwrap_or("not named"))]
    Curve {
        /// The curve, if it is named.
        oid: Option<String>,
    },
    /// Not an uncompressed point: that has 65 octets, of which the first is 04.
    #[error("key of {octets} octets starting {}, expected 65 starting 04", first_octet(*first))]
    Form {
        /// How many octets it has.
        octets: usize,
        /// The first of them; 02 and 03 open a compressed point, which GBCS bars.
        first: Option<u8>,
    },
    /// Coordinates that are no point of the curve.
    #[error("the coordinates are not a point of P-256")]
    NotOnCurve,
}

fn first_octet(first: Option<u8>) -> String {
    first.map_or_else(|| "nowhere".to_owned(), |octet| format!("{octet:02X}"))
}

impl PublicKeyInfo {
    pub(crate) fn new(algorithm: String, curve: Option<String>, unused_bits: u8, octets: &[u8]) -> Self {
        let fault = if algorithm != oid::EC_PUBLIC_KEY {
            Some(KeyFault::Algorithm { oid: algorithm })
        } else if curve.as_deref() != Some(oid::P256) {
            Some(KeyFault::Curve { oid: curve })
        } else if unused_bits != 0 || octets.len() != 65 || octets.first() != Some(&4) {
            Some(KeyFault::Form { octets: octets.len(), first: octets.first().copied() })
        } else if p256::PublicKey::from_sec1_bytes(octets).is_err() {
            Some(KeyFault::NotOnCurve)
        } else {
            None
        };
        Self { octets: octets.into(), fault }
    }
}

/// RFC 5280 section 4.2.1.2, method 2: four bits 0100 and the last 60 bits of the SHA-1 digest of the key's octets.
pub(crate) fn method_2(octets: &[u8]) -> KeyId {
    let digest: [u8; 20] = Sha1::digest(octets).into();
    let [.., first, a, b, c, d, e, f, g] = digest;
    KeyId::new([0x40 | first & 0x0F, a, b, c, d, e, f, g])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn method_2_is_0100_and_the_last_60_bits() {
        // SHA-1 of no octets ends in 95601890AFD80709.
        assert_eq!(method_2(&[]).to_string(), "45601890AFD80709");
    }

    #[test]
    fn a_key_that_is_no_uncompressed_p256_point_says_why() {
        let ec = || oid::EC_PUBLIC_KEY.to_owned();
        let p256 = || Some(oid::P256.to_owned());
        let fault = |algorithm, curve, octets: &[u8]| PublicKeyInfo::new(algorithm, curve, 0, octets).fault;
        assert_eq!(
            fault("1.2.840.113549.1.1.1".to_owned(), None, &[]),
            Some(KeyFault::Algorithm { oid: "1.2.840.113549.1.1.1".to_owned() })
        );
        assert_eq!(fault(ec(), None, &[4; 65]), Some(KeyFault::Curve { oid: None }));
        assert_eq!(fault(ec(), p256(), &[2; 33]), Some(KeyFault::Form { octets: 33, first: Some(2) }));
        assert_eq!(fault(ec(), p256(), &[]), Some(KeyFault::Form { octets: 0, first: None }));
        assert_eq!(fault(ec(), p256(), &[4; 65]), Some(KeyFault::NotOnCurve));
    }
}
