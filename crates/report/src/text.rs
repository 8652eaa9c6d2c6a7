//! Octets as text.

use std::fmt::Write;

/// Octets in upper-case hex.
#[must_use]
pub fn hex(octets: &[u8]) -> String {
    octets.iter().fold(String::with_capacity(2 * octets.len()), |mut hex, octet| {
        // Writing to a String does not fail.
        let _ = write!(hex, "{octet:02X}");
        hex
    })
}
