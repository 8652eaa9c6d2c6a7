//! Short text that needs no allocation: a national report has hundreds of millions of identifiers and instants.

use std::fmt::{self, Write};

use serde::{Serialize, Serializer};

/// At most 32 octets of text.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct Short {
    octets: [u8; 32],
    length: u8,
}

impl Short {
    /// What a value shows, cut at a character if it is longer than 32 octets; identifiers, keys, MPANs and instants are
    /// not.
    #[must_use]
    pub fn of(value: impl fmt::Display) -> Self {
        let mut short = Self { octets: [0; 32], length: 0 };
        // A value that does not fit is cut, which the writer tells by an error.
        let _ = write!(short, "{value}");
        short
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.octets
            .get(..usize::from(self.length))
            .and_then(|text| std::str::from_utf8(text).ok())
            .unwrap_or("")
    }
}

impl Write for Short {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let start = usize::from(self.length);
        let room = self.octets.len() - start;
        let fits = (0..=room.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        if let (Some(to), Some(from)) =
            (self.octets.get_mut(start..start + fits), text.as_bytes().get(..fits))
        {
            to.copy_from_slice(from);
        }
        self.length += u8::try_from(fits).unwrap_or(0);
        if fits == text.len() { Ok(()) } else { Err(fmt::Error) }
    }
}

impl fmt::Debug for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

impl PartialOrd for Short {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Short {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl Serialize for Short {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_kept_and_the_rest_cut_at_a_character() {
        assert_eq!(Short::of("2026-01-01T00:00:00.000Z").as_str(), "2026-01-01T00:00:00.000Z");
        assert_eq!(Short::of("é".repeat(40)).as_str(), "é".repeat(16));
    }
}
