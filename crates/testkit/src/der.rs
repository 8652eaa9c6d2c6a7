//! Writes DER, and on request the not quite DER that real encoders produce.
//!
//! This is an encoder of its own, written from X.690 and from what published messages look like. It shares no code
//! with the decoders of the workspace, so that an agreement between the two means something.

use types::KeyUsage;

/// Universal and constructed tags that SMKI and GBCS use.
pub mod tag {
    /// BOOLEAN.
    pub const BOOLEAN: u8 = 0x01;
    /// INTEGER.
    pub const INTEGER: u8 = 0x02;
    /// BIT STRING.
    pub const BIT_STRING: u8 = 0x03;
    /// OCTET STRING.
    pub const OCTET_STRING: u8 = 0x04;
    /// NULL.
    pub const NULL: u8 = 0x05;
    /// OBJECT IDENTIFIER.
    pub const OID: u8 = 0x06;
    /// ENUMERATED.
    pub const ENUMERATED: u8 = 0x0A;
    /// UTF8String.
    pub const UTF8_STRING: u8 = 0x0C;
    /// PrintableString.
    pub const PRINTABLE_STRING: u8 = 0x13;
    /// UTCTime.
    pub const UTC_TIME: u8 = 0x17;
    /// GeneralizedTime.
    pub const GENERALIZED_TIME: u8 = 0x18;
    /// SEQUENCE, SEQUENCE OF.
    pub const SEQUENCE: u8 = 0x30;
    /// SET, SET OF.
    pub const SET: u8 = 0x31;
}

/// How lengths of constructed elements are written.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Lengths {
    /// As DER asks: in the fewest octets.
    #[default]
    Minimal,
    /// From 128 on in two octets, `82 00 9F`, although one would do. Deployed encoders write payloads so.
    TwoOctets,
}

/// A growing DER encoding.
#[derive(Clone, Debug, Default)]
pub struct Der {
    octets: Vec<u8>,
    lengths: Lengths,
}

impl Der {
    /// An empty encoding.
    #[must_use]
    pub fn new(lengths: Lengths) -> Self {
        Self { octets: Vec::new(), lengths }
    }

    /// What one closure writes, with minimal lengths.
    #[must_use]
    pub fn encode(content: impl FnOnce(&mut Self)) -> Vec<u8> {
        let mut der = Self::new(Lengths::Minimal);
        content(&mut der);
        der.finish()
    }

    /// The octets.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.octets
    }

    /// A constructed element around what the closure writes.
    pub fn nest(&mut self, tag: u8, content: impl FnOnce(&mut Self)) {
        self.octets.push(tag);
        let start = self.octets.len();
        content(self);
        let length = encode_length(self.octets.len() - start, self.lengths);
        self.octets.splice(start..start, length);
    }

    /// A SEQUENCE around what the closure writes.
    pub fn sequence(&mut self, content: impl FnOnce(&mut Self)) {
        self.nest(tag::SEQUENCE, content);
    }

    /// An element with these content octets; its length is always minimal.
    pub fn primitive(&mut self, tag: u8, content: &[u8]) {
        self.octets.push(tag);
        self.octets.extend(encode_length(content.len(), Lengths::Minimal));
        self.octets.extend_from_slice(content);
    }

    /// Octets that are DER already.
    pub fn raw(&mut self, der: &[u8]) {
        self.octets.extend_from_slice(der);
    }

    /// A non-negative INTEGER.
    pub fn integer(&mut self, value: u64) {
        self.tagged_integer(tag::INTEGER, value);
    }

    /// A non-negative integer under another tag (ENUMERATED, or implicitly tagged).
    pub fn tagged_integer(&mut self, tag: u8, value: u64) {
        self.unsigned(tag, &value.to_be_bytes());
    }

    /// A non-negative integer from big-endian octets of any number.
    pub fn unsigned(&mut self, tag: u8, big_endian: &[u8]) {
        let significant = big_endian.iter().skip_while(|octet| **octet == 0);
        let mut content: Vec<u8> = significant.copied().collect();
        if content.first().is_none_or(|first| first & 0x80 != 0) {
            content.insert(0, 0);
        }
        self.primitive(tag, &content);
    }

    /// An OCTET STRING.
    pub fn octet_string(&mut self, content: &[u8]) {
        self.primitive(tag::OCTET_STRING, content);
    }

    /// A BIT STRING.
    pub fn bit_string(&mut self, unused: u8, content: &[u8]) {
        let mut octets = vec![unused];
        octets.extend_from_slice(content);
        self.primitive(tag::BIT_STRING, &octets);
    }

    /// A key usage as a BIT STRING of named bits: trailing zero bits are left out.
    pub fn key_usage(&mut self, usage: KeyUsage) {
        let octets = usage.bits().to_be_bytes();
        let [first, second] = octets;
        match (first, second) {
            (0, 0) => self.bit_string(0, &[]),
            (_, 0) => self.bit_string(unused_bits(first), &[first]),
            _ => self.bit_string(unused_bits(second), &octets),
        }
    }

    /// NULL.
    pub fn null(&mut self) {
        self.primitive(tag::NULL, &[]);
    }

    /// BOOLEAN TRUE; DER leaves out the FALSE of a default.
    pub fn boolean_true(&mut self) {
        self.primitive(tag::BOOLEAN, &[0xFF]);
    }

    /// An OBJECT IDENTIFIER from its arcs.
    pub fn oid(&mut self, arcs: &[u64]) {
        let mut content = Vec::new();
        let mut rest = arcs.iter().copied();
        let head = rest.next().unwrap_or(0) * 40 + rest.next().unwrap_or(0);
        for arc in std::iter::once(head).chain(rest) {
            push_base_128(&mut content, arc);
        }
        self.primitive(tag::OID, &content);
    }
}

fn unused_bits(octet: u8) -> u8 {
    (0..8).find(|bit| octet >> bit & 1 == 1).unwrap_or(0)
}

fn push_base_128(out: &mut Vec<u8>, value: u64) {
    let groups = (0..10u32).rev().map(|group| value >> (7 * group)).skip_while(|rest| *rest == 0);
    let mut digits: Vec<u8> = groups.map(|rest| low_octet(rest) & 0x7F | 0x80).collect();
    match digits.last_mut() {
        Some(last) => *last &= 0x7F,
        None => digits.push(0),
    }
    out.extend(digits);
}

/// The least significant octet.
#[must_use]
pub(crate) fn low_octet(value: u64) -> u8 {
    let [.., low] = value.to_be_bytes();
    low
}

/// A BER definite length.
#[must_use]
pub fn encode_length(length: usize, lengths: Lengths) -> Vec<u8> {
    let octets: Vec<u8> = length.to_be_bytes().into_iter().skip_while(|octet| *octet == 0).collect();
    match (octets.as_slice(), lengths) {
        ([], _) => vec![0],
        ([short], _) if *short < 0x80 => vec![*short],
        ([short], Lengths::TwoOctets) => vec![0x82, 0, *short],
        (long, _) => {
            let mut encoded = vec![0x80 | low_octet(long.len() as u64)];
            encoded.extend_from_slice(long);
            encoded
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_minimal_unless_asked_otherwise() {
        assert_eq!(encode_length(0, Lengths::Minimal), [0]);
        assert_eq!(encode_length(0x7F, Lengths::TwoOctets), [0x7F]);
        assert_eq!(encode_length(0x9F, Lengths::Minimal), [0x81, 0x9F]);
        assert_eq!(encode_length(0x9F, Lengths::TwoOctets), [0x82, 0x00, 0x9F]);
        assert_eq!(encode_length(0x0508, Lengths::TwoOctets), [0x82, 0x05, 0x08]);
    }

    #[test]
    fn integers_stay_positive_and_short() {
        for (value, encoded) in [
            (0, &[2, 1, 0][..]),
            (0x7F, &[2, 1, 0x7F]),
            (0x80, &[2, 2, 0, 0x80]),
            (0x8F66, &[2, 3, 0, 0x8F, 0x66]),
        ] {
            assert_eq!(Der::encode(|der| der.integer(value)), encoded);
        }
    }

    #[test]
    fn key_usage_is_a_named_bit_list() {
        for (usage, encoded) in [
            (KeyUsage::DIGITAL_SIGNATURE, &[3, 2, 7, 0x80][..]),
            (KeyUsage::KEY_AGREEMENT, &[3, 2, 3, 0x08]),
            (KeyUsage::KEY_CERT_SIGN.with(KeyUsage::CRL_SIGN), &[3, 2, 1, 0x06]),
            (KeyUsage::bit(8), &[3, 3, 7, 0, 0x80]),
            (KeyUsage::NONE, &[3, 1, 0]),
        ] {
            assert_eq!(Der::encode(|der| der.key_usage(usage)), encoded);
        }
    }

    #[test]
    fn object_identifiers_are_base_128() {
        let oid = Der::encode(|der| der.oid(&[1, 2, 840, 10045, 4, 3, 2]));
        assert_eq!(oid, [6, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 2]);
    }
}
