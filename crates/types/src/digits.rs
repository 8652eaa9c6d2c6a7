//! Digits as ASCII. A national report shows some hundred million identifiers and instants, so they are not formatted
//! number by number.

use std::fmt;

/// The two upper-case hex digits of an octet.
pub(crate) const fn hex(octet: u8) -> [u8; 2] {
    const fn digit(nibble: u8) -> u8 {
        if nibble < 10 { b'0' + nibble } else { b'A' + nibble - 10 }
    }
    [digit(octet >> 4), digit(octet & 0x0F)]
}

/// Fills a place with the last decimal digits of a number, zeros in front.
pub(crate) fn decimal(mut number: u64, place: &mut [u8]) {
    for to in place.iter_mut().rev() {
        *to = b'0' + u8::try_from(number % 10).unwrap_or(0);
        number /= 10;
    }
}

/// Writes text that is ASCII.
pub(crate) fn write_ascii(text: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str(std::str::from_utf8(text).map_err(|_| fmt::Error)?)
}
