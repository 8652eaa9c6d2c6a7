//! X.501 names, compared as names and not as octets.
//!
//! The same issuer is written with different string types by different encoders: a certificate may name `OU=07, CN=Z1`
//! in UTF8String while the subject of Z1 has PrintableString. RFC 5280 section 7.1 makes these one name.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use crate::oid;

/// A distinguished name (RFC 5280 section 4.1.2.4).
///
/// Equality, order and hash are those of the *name*: string types do not matter, letters are compared without regard to
/// case, runs of white space count as one blank and none at the ends. Values that are no strings are compared octet by
/// octet. RFC 5280 section 7.1 prescribes string preparation after RFC 4518; of it only these steps are applied, since
/// SMKI names are short ASCII, and a name this makes unequal is reported as an unknown issuer, never accepted.
///
/// `Display` gives the attributes in the order in which they are encoded: `OU=07, CN=Z1`. Characters that could be
/// mistaken for structure, or that steer a terminal, are escaped as in RFC 4514.
#[derive(Clone, Debug)]
pub struct Name {
    der: Box<[u8]>,
    rdns: Vec<Vec<Attribute>>,
    key: Box<[u8]>,
}

/// One attribute of a name.
#[derive(Clone, Debug)]
pub(crate) struct Attribute {
    pub(crate) oid: String,
    pub(crate) value: AttributeValue,
}

/// The value of an attribute.
#[derive(Clone, Debug)]
pub(crate) enum AttributeValue {
    /// Any of the string types, in Unicode.
    Text(String),
    /// A BIT STRING, as `x500UniqueIdentifier` has.
    Bits { unused: u8, octets: Box<[u8]> },
    /// Any other type, or a string that is not valid in its type.
    Other { tag: u32, content: Box<[u8]> },
}

impl AttributeValue {
    /// From the universal tag number and the content octets of the value.
    pub(crate) fn new(tag: u32, content: &[u8]) -> Self {
        let text = match tag {
            // UTF8String, NumericString, PrintableString, IA5String, VisibleString.
            12 | 18 | 19 | 22 | 26 => std::str::from_utf8(content).ok().map(str::to_owned),
            // BMPString: UTF-16, most significant octet first.
            30 => content.len().is_multiple_of(2).then(|| utf16(content)).flatten(),
            _ => None,
        };
        match (text, tag, content) {
            (Some(text), _, _) => Self::Text(text),
            (None, 3, [unused, octets @ ..]) => Self::Bits { unused: *unused, octets: octets.into() },
            _ => Self::Other { tag, content: content.into() },
        }
    }
}

fn utf16(content: &[u8]) -> Option<String> {
    let units: Vec<u16> = content
        .chunks_exact(2)
        .map(|pair| pair.iter().fold(0, |unit, octet| unit << 8 | u16::from(*octet)))
        .collect();
    String::from_utf16(&units).ok()
}

impl Name {
    pub(crate) fn new(der: &[u8], rdns: Vec<Vec<Attribute>>) -> Self {
        let key = comparison_key(&rdns);
        Self { der: der.into(), rdns, key }
    }

    /// The DER encoding, as it stands in the certificate.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Whether the name has no attribute at all, as the subject of a device certificate.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rdns.is_empty()
    }

    /// The first common name (2.5.4.3).
    #[must_use]
    pub fn common_name(&self) -> Option<&str> {
        self.texts(oid::COMMON_NAME).next()
    }

    pub(crate) fn values<'a>(&'a self, oid: &'a str) -> impl Iterator<Item = &'a AttributeValue> {
        self.rdns.iter().flatten().filter(move |attribute| attribute.oid == oid).map(|found| &found.value)
    }

    fn texts<'a>(&'a self, oid: &'a str) -> impl Iterator<Item = &'a str> {
        self.values(oid).filter_map(|value| match value {
            AttributeValue::Text(text) => Some(text.as_str()),
            AttributeValue::Bits { .. } | AttributeValue::Other { .. } => None,
        })
    }
}

/// Octets that are equal exactly for names that match. Every part carries its length, so that no two names share them.
fn comparison_key(rdns: &[Vec<Attribute>]) -> Box<[u8]> {
    let mut key = Vec::new();
    for rdn in rdns {
        // An RDN is a SET: the order of its attributes carries no meaning.
        let mut attributes: Vec<Vec<u8>> = rdn.iter().map(attribute_key).collect();
        attributes.sort();
        push(&mut key, &attributes.concat());
    }
    key.into()
}

fn attribute_key(attribute: &Attribute) -> Vec<u8> {
    let mut key = Vec::new();
    push(&mut key, attribute.oid.as_bytes());
    match &attribute.value {
        AttributeValue::Text(text) => {
            key.push(0);
            push(&mut key, folded(text).as_bytes());
        }
        AttributeValue::Bits { unused, octets } => {
            key.extend([1, *unused]);
            push(&mut key, octets);
        }
        AttributeValue::Other { tag, content } => {
            key.push(2);
            key.extend(tag.to_be_bytes());
            push(&mut key, content);
        }
    }
    key
}

fn push(key: &mut Vec<u8>, part: &[u8]) {
    key.extend(part.len().to_be_bytes());
    key.extend(part);
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Name {}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key)
    }
}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("(empty name)");
        }
        for (index, rdn) in self.rdns.iter().enumerate() {
            for (position, attribute) in rdn.iter().enumerate() {
                f.write_str(match (index, position) {
                    (0, 0) => "",
                    (_, 0) => ", ",
                    _ => " + ",
                })?;
                write!(f, "{attribute}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let label = match self.oid.as_str() {
            oid::COMMON_NAME => "CN",
            "2.5.4.5" => "serialNumber",
            "2.5.4.6" => "C",
            "2.5.4.10" => "O",
            oid::ORGANIZATIONAL_UNIT => "OU",
            oid::X500_UNIQUE_IDENTIFIER => "x500UniqueIdentifier",
            other => other,
        };
        write!(f, "{label}=")?;
        match &self.value {
            AttributeValue::Text(text) => text.chars().try_for_each(|character| escape(f, character)),
            AttributeValue::Bits { unused, octets } => {
                hex(f, octets)?;
                if *unused != 0 { write!(f, " ({unused} bits unused)") } else { Ok(()) }
            }
            AttributeValue::Other { content, .. } => {
                f.write_str("#")?;
                hex(f, content)
            }
        }
    }
}

fn hex(f: &mut fmt::Formatter<'_>, octets: &[u8]) -> fmt::Result {
    octets.iter().try_for_each(|octet| write!(f, "{octet:02X}"))
}

/// Writes a character so that neither the structure of the name nor a terminal can be forged with it.
pub(crate) fn escape(f: &mut fmt::Formatter<'_>, character: char) -> fmt::Result {
    match character {
        ',' | '+' | '"' | '\\' | '<' | '>' | ';' | '=' | '#' => write!(f, "\\{character}"),
        // Marks that turn the direction of writing, or cannot be seen.
        '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' => {
            escape_octets(f, character)
        }
        _ if character.is_control() => escape_octets(f, character),
        _ => write!(f, "{character}"),
    }
}

fn escape_octets(f: &mut fmt::Formatter<'_>, character: char) -> fmt::Result {
    character.encode_utf8(&mut [0; 4]).bytes().try_for_each(|octet| write!(f, "\\{octet:02X}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(attributes: &[(&str, u32, &[u8])]) -> Name {
        let rdns = attributes.iter().map(|(oid, tag, content)| {
            vec![Attribute { oid: (*oid).to_owned(), value: AttributeValue::new(*tag, content) }]
        });
        Name::new(&[], rdns.collect())
    }

    #[test]
    fn string_types_case_and_blanks_do_not_make_another_name() {
        let printable = name(&[("2.5.4.11", 19, b"07"), ("2.5.4.3", 19, b"Test CA")]);
        for other in [
            name(&[("2.5.4.11", 12, b"07"), ("2.5.4.3", 12, b"Test CA")]),
            name(&[("2.5.4.11", 12, b" 07 "), ("2.5.4.3", 22, b"test  ca")]),
            name(&[("2.5.4.11", 30, b"\x000\x007"), ("2.5.4.3", 12, b"TEST CA")]),
        ] {
            assert_eq!(printable, other);
        }
    }

    #[test]
    fn order_values_and_types_make_another_name() {
        let one = name(&[("2.5.4.11", 19, b"07"), ("2.5.4.3", 19, b"Z1")]);
        for other in [
            name(&[("2.5.4.3", 19, b"Z1"), ("2.5.4.11", 19, b"07")]),
            name(&[("2.5.4.11", 19, b"07")]),
            name(&[("2.5.4.11", 19, b"07"), ("2.5.4.3", 19, b"Z 1")]),
            name(&[("2.5.4.11", 19, b"07"), ("2.5.4.3", 4, b"Z1")]),
        ] {
            assert_ne!(one, other);
        }
    }

    #[test]
    fn display_cannot_be_forged() {
        let forged = name(&[("2.5.4.3", 12, "a, OU=03\u{202E}\x1b[2J".as_bytes())]);
        assert_eq!(forged.to_string(), "CN=a\\, OU\\=03\\E2\\80\\AE\\1B[2J");
        let with_id = name(&[("2.5.4.11", 12, b"03"), ("2.5.4.45", 3, &[0, 0x90, 0xB3])]);
        assert_eq!(with_id.to_string(), "OU=03, x500UniqueIdentifier=90B3");
        assert_eq!(name(&[]).to_string(), "(empty name)");
    }
}
