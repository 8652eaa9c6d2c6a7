//! Key identifiers as trust anchor cells hold them.

use std::fmt;
use std::str::FromStr;

use crate::spreadsheet::is_number_like;

/// The 8-octet identifier of a public key: RFC 5280 section 4.2.1.2, method 2.
///
/// It names a key, not a certificate: several certificates may share it. Octets that were not derived from a key by
/// method 2 are kept as they are, since a cell may hold any eight octets.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct KeyId([u8; 8]);

impl KeyId {
    /// Eight zero octets: no key.
    pub const ZERO: Self = Self([0; 8]);

    /// The identifier of these octets.
    #[must_use]
    pub const fn new(octets: [u8; 8]) -> Self {
        Self(octets)
    }

    /// The identifier of this slice if it has exactly eight octets; never a suffix of a longer one.
    #[must_use]
    pub fn from_slice(octets: &[u8]) -> Option<Self> {
        octets.try_into().ok().map(Self)
    }

    /// The octets.
    #[must_use]
    pub const fn octets(self) -> [u8; 8] {
        self.0
    }

    /// Whether all octets are zero.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        u64::from_be_bytes(self.0) == 0
    }

    /// Reads 16 hex digits, or eight pairs joined by dashes, colons or blanks, in either case.
    ///
    /// # Errors
    ///
    /// The text has another shape, or a spreadsheet made a number of it.
    pub fn from_text(text: &[u8]) -> Result<Self, ParseKeyIdError> {
        let text = text.trim_ascii();
        if is_number_like(text) {
            return Err(ParseKeyIdError::NumberLike);
        }
        match crate::Eui64::from_text(text) {
            Ok(id) => Ok(Self(id.octets())),
            Err(_) => Err(ParseKeyIdError::NotEightOctets { characters: text.len() }),
        }
    }
}

/// Why text is not a [`KeyId`].
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ParseKeyIdError {
    /// A spreadsheet turned the digits into a number.
    #[error("number-like, damaged by a spreadsheet: the 16 hex digits can't be recovered")]
    NumberLike,
    /// Not 16 hex digits; a 20-octet hash is never cut to eight.
    #[error("not an 8-octet key identifier in hex ({characters} characters)")]
    NotEightOctets {
        /// Length of the text.
        characters: usize,
    },
    /// A hash of another length, as it stands in XML.
    #[error("a hash of {octets} octets, which is no key identifier: those have 8{}", if *octets == 20 { "; SHA-1 of a certificate or of a key has 20" } else { "" })]
    OtherHash {
        /// How many octets it has.
        octets: usize,
    },
    /// Text of a hash in XML that is no base64.
    #[error("no base64")]
    NotBase64,
}

impl FromStr for KeyId {
    type Err = ParseKeyIdError;

    fn from_str(text: &str) -> Result<Self, ParseKeyIdError> {
        Self::from_text(text.as_bytes())
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0; 16];
        for (octet, place) in self.0.iter().zip(text.chunks_mut(2)) {
            for (digit, to) in crate::digits::hex(*octet).iter().zip(place) {
                *to = *digit;
            }
        }
        crate::digits::write_ascii(&text, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_twenty_octet_hash_is_no_key_identifier() {
        let text = "5ADFB43D2E52C16EB2A0D8F0F771A91D2E6253E3";
        assert_eq!(text.parse::<KeyId>(), Err(ParseKeyIdError::NotEightOctets { characters: 40 }));
        assert_eq!(KeyId::from_slice(&[0; 20]), None);
    }

    #[test]
    fn display_reads_back() {
        let id = KeyId::new([0x48, 0xCF, 0x97, 0xFA, 0x9F, 0x82, 0x7F, 0xB5]);
        assert_eq!(id.to_string(), "48CF97FA9F827FB5");
        assert_eq!("48cf97fa9f827fb5".parse(), Ok(id));
    }
}
