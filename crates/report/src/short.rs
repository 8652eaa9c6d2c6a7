//! Short text that needs no allocation: a national report has hundreds of millions of identifiers and instants.

use std::fmt::{self, Write};

use arrayvec::ArrayString;
use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// At most 32 octets of text.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Short(ArrayString<32>);

impl Short {
    /// What a value shows, as far as its pieces fit: identifiers, keys, MPANs and instants do.
    #[must_use]
    pub fn of(value: impl fmt::Display) -> Self {
        let mut short = ArrayString::new();
        // The only error is that a piece does not fit.
        let _ = write!(short, "{value}");
        Self(short)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Serialize for Short {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Short {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Short;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text of at most 32 octets")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Short, E> {
                ArrayString::from(text)
                    .map(Short)
                    .map_err(|_| E::invalid_length(text.len(), &"at most 32 octets"))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use types::{Eui64, KeyId, Mpan, Timestamp};

    use super::*;

    #[test]
    fn everything_it_is_for_fits() {
        let last: Timestamp = "9999-12-31T23:59:59.999Z".parse().unwrap();
        assert_eq!(Short::of(last).as_str(), "9999-12-31T23:59:59.999Z");
        assert_eq!(Short::of(Eui64::new([0xFF; 8])).as_str(), "FF-FF-FF-FF-FF-FF-FF-FF");
        assert_eq!(Short::of(KeyId::new([0xFF; 8])).as_str(), "FFFFFFFFFFFFFFFF");
        assert_eq!(Short::of("1012345678903".parse::<Mpan>().unwrap()).as_str(), "1012345678903");
    }
}
