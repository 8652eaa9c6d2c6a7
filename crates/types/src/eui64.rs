//! EUI-64 identifiers of devices and organisations.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use crate::spreadsheet::is_number_like;

/// Identifies a device, or an organisation's remote party, on the smart metering network.
///
/// `Display` gives the one form that reports use: upper-case pairs joined by dashes (DUIS type `EUI`).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Eui64([u8; 8]);

impl Ord for Eui64 {
    fn cmp(&self, other: &Self) -> Ordering {
        // The order of the octets, as one comparison: sixty million observations are sorted by it.
        self.to_u64().cmp(&other.to_u64())
    }
}

impl PartialOrd for Eui64 {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Eui64 {
    /// Eight zero octets: what a root cell reports, because root certificates name no entity.
    pub const ZERO: Self = Self([0; 8]);

    /// The identifier of these octets, most significant first.
    #[must_use]
    pub const fn new(octets: [u8; 8]) -> Self {
        Self(octets)
    }

    /// The octets, most significant first.
    #[must_use]
    pub const fn octets(self) -> [u8; 8] {
        self.0
    }

    /// The identifier as a number whose order is the order of the text form.
    #[must_use]
    pub const fn to_u64(self) -> u64 {
        u64::from_be_bytes(self.0)
    }

    /// Whether all octets are zero.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.to_u64() == 0
    }

    /// Reads the text forms that users hold, from octets that need not be UTF-8.
    ///
    /// Accepted, in either case: 16 hex digits; the same after `0x`; eight pairs joined by dashes, by colons or by
    /// single blanks. White space around the whole is ignored. Everything else is an error: a mixture of
    /// separators, a shorter or longer run, a number that a spreadsheet made out of the digits.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with the text, see [`ParseEui64Error`].
    pub fn from_text(text: &[u8]) -> Result<Self, ParseEui64Error> {
        let text = text.trim_ascii();
        match text {
            [] => Err(ParseEui64Error::Empty),
            _ if text.len() == 23 => from_pairs(text),
            [b'0', b'x' | b'X', digits @ ..] => from_digits(digits, 2),
            _ => from_digits(text, 0),
        }
    }

    /// The form without separators, upper case: `00DB1234567890A0`.
    #[must_use]
    pub fn compact(self) -> String {
        format!("{:016X}", self.to_u64())
    }
}

fn nibble(octet: u8) -> Option<u8> {
    match octet {
        b'0'..=b'9' => Some(octet - b'0'),
        b'a'..=b'f' => Some(octet - b'a' + 10),
        b'A'..=b'F' => Some(octet - b'A' + 10),
        _ => None,
    }
}

fn from_pairs(text: &[u8]) -> Result<Eui64, ParseEui64Error> {
    let separator = match text.get(2) {
        Some(b'-') => b'-',
        Some(b':') => b':',
        Some(b' ') => b' ',
        _ => return Err(diagnose(text, 0)),
    };
    let mut octets = [0; 8];
    for (index, (pair, octet)) in text.chunks(3).zip(&mut octets).enumerate() {
        match pair {
            [high, low, rest @ ..] if rest.is_empty() || rest == [separator] => {
                let (Some(high), Some(low)) = (nibble(*high), nibble(*low)) else {
                    return Err(ParseEui64Error::Group { index });
                };
                *octet = high << 4 | low;
            }
            [_, _, b'-' | b':' | b' '] => return Err(ParseEui64Error::MixedSeparators),
            _ => return Err(ParseEui64Error::Group { index }),
        }
    }
    Ok(Eui64(octets))
}

fn from_digits(digits: &[u8], offset: usize) -> Result<Eui64, ParseEui64Error> {
    let Ok(sixteen) = <&[u8; 16]>::try_from(digits) else {
        return Err(diagnose(digits, offset));
    };
    let mut value = 0u64;
    for octet in sixteen {
        let Some(digit) = nibble(*octet) else {
            return Err(diagnose(digits, offset));
        };
        value = value << 4 | u64::from(digit);
    }
    Ok(Eui64(value.to_be_bytes()))
}

/// Says what is wrong with text that is none of the accepted forms.
fn diagnose(text: &[u8], offset: usize) -> ParseEui64Error {
    if is_number_like(text) {
        return ParseEui64Error::NumberLike;
    }
    let is_separator = |octet: &u8| matches!(octet, b'-' | b':' | b' ');
    let separators: Vec<u8> = text.iter().copied().filter(|octet| is_separator(octet)).collect();
    if let Some(first) = separators.first() {
        if separators.iter().any(|separator| separator != first) {
            return ParseEui64Error::MixedSeparators;
        }
        let groups = text.split(is_separator);
        for (index, group) in groups.clone().enumerate() {
            if group.len() != 2 || group.iter().any(|octet| nibble(*octet).is_none()) {
                return ParseEui64Error::Group { index };
            }
        }
        return ParseEui64Error::Groups { found: groups.count() };
    }
    match text.iter().position(|octet| nibble(*octet).is_none()) {
        Some(index) => ParseEui64Error::NotHex { index: index + offset },
        None => ParseEui64Error::Length { digits: text.len() },
    }
}

/// Why text is not an [`Eui64`].
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ParseEui64Error {
    /// There is no text.
    #[error("no identifier: expected 16 hex digits")]
    Empty,
    /// A spreadsheet turned the digits into a number; the original is gone.
    #[error("number-like, damaged by a spreadsheet: the 16 hex digits can't be recovered")]
    NumberLike,
    /// Only hex digits, but not sixteen.
    #[error("{digits} hex digits, expected 16{}", if *digits < 16 { " (leading zeros lost?)" } else { "" })]
    Length {
        /// How many there are.
        digits: usize,
    },
    /// A character that is no hex digit.
    #[error("character {} is not a hex digit", index + 1)]
    NotHex {
        /// Its offset in the text.
        index: usize,
    },
    /// Dashes, colons and blanks in one identifier.
    #[error("mixed separators")]
    MixedSeparators,
    /// A group between separators that is not two hex digits.
    #[error("group {} is not two hex digits", index + 1)]
    Group {
        /// Its index, from 0.
        index: usize,
    },
    /// Well-formed groups, but not eight (six make an EUI-48).
    #[error("{found} groups, expected 8{}", if *found == 6 { " (an EUI-48?)" } else { "" })]
    Groups {
        /// How many there are.
        found: usize,
    },
}

impl FromStr for Eui64 {
    type Err = ParseEui64Error;

    fn from_str(text: &str) -> Result<Self, ParseEui64Error> {
        Self::from_text(text.as_bytes())
    }
}

impl fmt::Display for Eui64 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [b'-'; 23];
        for (octet, place) in self.0.iter().zip(text.chunks_mut(3)) {
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
    use proptest::prelude::*;

    const DEVICE: Eui64 = Eui64([0x00, 0x00, 0x5E, 0xEF, 0x10, 0x00, 0x00, 0x01]);

    #[test]
    fn every_text_form_is_the_same_identifier() {
        for text in [
            "00-00-5E-EF-10-00-00-01",
            "00-00-5e-ef-10-00-00-01",
            "00:00:5E:EF:10:00:00:01",
            "00 00 5E EF 10 00 00 01",
            "00005eef10000001",
            "0x00005eef10000001",
            "0X00005EEF10000001",
            "  00005EEF10000001\t",
        ] {
            assert_eq!(text.parse(), Ok(DEVICE), "{text}");
        }
    }

    #[test]
    fn what_is_no_identifier_is_refused_with_its_reason() {
        use ParseEui64Error::*;
        for (text, error) in [
            ("", Empty),
            ("00-00:5E-EF-10-00-00-01", MixedSeparators),
            ("0x0x00005eef10000001", NotHex { index: 3 }),
            ("00005eef1000000", Length { digits: 15 }),
            ("00005eef100000010", Length { digits: 17 }),
            ("O0005EEF10000001", NotHex { index: 0 }),
            ("00-00-5E-EF-10-00", Groups { found: 6 }),
            ("9.01235E+24", NumberLike),
            ("9,01235E+24", NumberLike),
            ("5E+10", NumberLike),
            ("9.012345678901E+24", NumberLike),
            ("8.87E+13", NumberLike),
            ("00-00-5E-EF-10-00-00-0G", Group { index: 7 }),
        ] {
            assert_eq!(text.parse::<Eui64>(), Err(error), "{text}");
        }
    }

    #[test]
    fn digits_that_look_like_an_exponent_stay_hex() {
        for text in ["9012345678901E12", "00005E1000000012", "0000000000005E10"] {
            assert!(text.parse::<Eui64>().is_ok(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn display_reads_back(octets: [u8; 8]) {
            let id = Eui64::new(octets);
            prop_assert_eq!(id.to_string().parse(), Ok(id));
            prop_assert_eq!(id.compact().parse(), Ok(id));
        }

        #[test]
        fn any_octets_are_read_without_panic(octets: Vec<u8>) {
            let _ = Eui64::from_text(&octets);
        }
    }
}
