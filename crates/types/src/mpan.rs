//! Meter Point Administration Numbers.

use std::fmt;
use std::str::FromStr;

use crate::spreadsheet::is_number_like;

/// An MPAN core whose check digit holds: 2 digits distributor, 8 + 2 digits, 1 check digit.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Mpan(u64);

/// The first two digits of an MPAN: the distributor in whose area, or on whose network, it was made.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct DistributorId(u8);

impl DistributorId {
    /// The identifier of this number, if it has at most two digits.
    #[must_use]
    pub const fn new(number: u8) -> Option<Self> {
        if number < 100 { Some(Self(number)) } else { None }
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }
}

impl fmt::Display for DistributorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}", self.0)
    }
}

/// The factors of the check digit, one for each of the first twelve digits; 11 is left out on purpose.
const FACTORS: [u64; 12] = [3, 5, 7, 13, 17, 19, 23, 29, 31, 37, 41, 43];

impl Mpan {
    /// The MPAN of this number of 13 digits.
    ///
    /// # Errors
    ///
    /// The number has not 13 digits or the check digit fails.
    pub fn new(number: u64) -> Result<Self, ParseMpanError> {
        let digits = number.checked_ilog10().map_or(1, |log| log as usize + 1);
        // A leading zero would be a distributor below 10, and there is none.
        if digits != 13 {
            return Err(ParseMpanError::Length { digits });
        }
        let found = (number % 10) as u8;
        let expected = Self::check_digit(number / 10);
        if found != expected {
            return Err(ParseMpanError::CheckDigit { number, found, expected });
        }
        Ok(Self(number))
    }

    /// An MPAN again from its number, which was one.
    pub(crate) const fn packed(number: u64) -> Self {
        Self(number)
    }

    /// The check digit that belongs after these twelve digits: their weighted sum modulo 11, modulo 10.
    #[must_use]
    pub fn check_digit(twelve: u64) -> u8 {
        let mut rest = twelve;
        let mut sum = 0;
        for factor in FACTORS.iter().rev() {
            sum += rest % 10 * factor;
            rest /= 10;
        }
        (sum % 11 % 10) as u8
    }

    /// Reads exactly 13 digits; white space around them is ignored.
    ///
    /// # Errors
    ///
    /// Anything else, with the reason.
    pub fn from_text(text: &[u8]) -> Result<Self, ParseMpanError> {
        let text = text.trim_ascii();
        if text.is_empty() {
            return Err(ParseMpanError::Empty);
        }
        if is_number_like(text) {
            return Err(ParseMpanError::NumberLike);
        }
        let mut number = 0u64;
        for (index, octet) in text.iter().enumerate() {
            if !octet.is_ascii_digit() {
                return Err(ParseMpanError::NotDigit { index });
            }
            if index < 13 {
                number = number * 10 + u64::from(octet - b'0');
            }
        }
        if text.len() != 13 {
            return Err(ParseMpanError::Length { digits: text.len() });
        }
        Self::new(number)
    }

    /// The 13 digits as a number.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }

    /// The distributor of the first two digits.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "the first two of 13 digits are below 100")]
    pub const fn distributor(self) -> DistributorId {
        DistributorId((self.0 / 100_000_000_000) as u8)
    }
}

/// Why text is not an [`Mpan`].
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ParseMpanError {
    /// There is no text.
    #[error("no MPAN")]
    Empty,
    /// A spreadsheet wrote the number with an exponent or a fraction.
    #[error("number-like, damaged by a spreadsheet")]
    NumberLike,
    /// A character that is no digit.
    #[error("character {} is not a digit", index + 1)]
    NotDigit {
        /// Its offset.
        index: usize,
    },
    /// Digits only, but not thirteen.
    #[error("{digits} digits, expected 13")]
    Length {
        /// How many there are.
        digits: usize,
    },
    /// Thirteen digits of which the last does not fit the others.
    #[error("check digit of {number} is {found}, expected {expected}")]
    CheckDigit {
        /// The 13 digits.
        number: u64,
        /// The last digit as it stands.
        found: u8,
        /// The digit that would fit.
        expected: u8,
    },
}

impl FromStr for Mpan {
    type Err = ParseMpanError;

    fn from_str(text: &str) -> Result<Self, ParseMpanError> {
        Self::from_text(text.as_bytes())
    }
}

impl fmt::Display for Mpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0; 13];
        crate::digits::decimal(self.0, &mut text);
        crate::digits::write_ascii(&text, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_numbers_check() {
        for text in ["1012345678903", "1312345678907", "1099990000010", "1099990000118", "1099990000109"] {
            assert!(text.parse::<Mpan>().is_ok(), "{text}");
        }
        assert_eq!(Mpan::check_digit(109_999_000_011), 8);
    }

    #[test]
    fn a_changed_digit_fails_with_the_digit_that_would_fit() {
        assert_eq!(
            "1099990000119".parse::<Mpan>(),
            Err(ParseMpanError::CheckDigit { number: 1_099_990_000_119, found: 9, expected: 8 })
        );
    }

    #[test]
    fn spreadsheet_forms_are_named() {
        assert_eq!("1.09999E+12".parse::<Mpan>(), Err(ParseMpanError::NumberLike));
        assert_eq!("1099990000118.0".parse::<Mpan>(), Err(ParseMpanError::NumberLike));
    }

    proptest! {
        #[test]
        fn display_reads_back(twelve in 100_000_000_000u64..1_000_000_000_000) {
            let number = twelve * 10 + u64::from(Mpan::check_digit(twelve));
            let mpan = Mpan::new(number).unwrap();
            prop_assert_eq!(mpan.to_string().parse(), Ok(mpan));
        }

        #[test]
        fn one_wrong_digit_never_passes_unless_the_rule_cannot_see_it(
            twelve in 100_000_000_000u64..1_000_000_000_000, delta in 1u64..10,
        ) {
            let right = u64::from(Mpan::check_digit(twelve));
            prop_assert!(Mpan::new(twelve * 10 + (right + delta) % 10).is_err());
        }
    }
}
