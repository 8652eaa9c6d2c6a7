//! UTF-16 to UTF-8, piece by piece: what spreadsheets call Unicode text, and some adapters write as XML.

/// A text in UTF-16 of which some was read.
#[derive(Debug)]
pub(crate) struct Utf16 {
    big_endian: bool,
    /// Whether the byte order mark is still to come.
    at_start: bool,
    /// The first octet of a unit whose second is still to come.
    octet: Option<u8>,
    /// The first unit of a pair whose second is still to come.
    surrogate: Option<u16>,
}

impl Utf16 {
    /// The reader of a text that begins so; `None` if it does not begin with a byte order mark of UTF-16.
    pub(crate) fn of(head: &[u8]) -> Option<Self> {
        let big_endian = match head {
            [0xFE, 0xFF, ..] => true,
            [0xFF, 0xFE, ..] => false,
            _ => return None,
        };
        Some(Self { big_endian, at_start: true, octet: None, surrogate: None })
    }

    /// Adds more of the text to `into`. Half a pair, and half a unit at the end, become U+FFFD, which no identifier
    /// has.
    pub(crate) fn push(&mut self, octets: &[u8], is_last: bool, into: &mut Vec<u8>) {
        let mut units = Vec::with_capacity(octets.len() / 2 + 2);
        units.extend(self.surrogate.take());
        for octet in octets {
            let Some(first) = self.octet.take() else {
                self.octet = Some(*octet);
                continue;
            };
            let pair = [first, *octet];
            units.push(if self.big_endian { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) });
        }
        if std::mem::take(&mut self.at_start) {
            units.drain(..units.len().min(1));
        }
        if is_last {
            // Half a unit is no character.
            units.extend(self.octet.take().map(|_| 0xDC00));
        } else if let Some(last) = units.last().copied().filter(|unit| (0xD800..0xDC00).contains(unit)) {
            self.surrogate = Some(last);
            units.pop();
        }
        let mut utf8 = [0; 4];
        for character in char::decode_utf16(units) {
            let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
            into.extend_from_slice(character.encode_utf8(&mut utf8).as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_any_size_make_the_same_text() {
        let octets = [0xFE, 0xFF, 0x00, b'a', 0xD8, 0x3D, 0xDD, 0x0C, 0xD8, 0x3D, 0x00, b'b', 0x00];
        for cut in 2..octets.len() {
            let mut utf16 = Utf16::of(&octets).unwrap();
            let mut text = Vec::new();
            utf16.push(&octets[..cut], false, &mut text);
            utf16.push(&octets[cut..], false, &mut text);
            utf16.push(&[], true, &mut text);
            assert_eq!(String::from_utf8(text).unwrap(), "a\u{1F50C}\u{FFFD}b\u{FFFD}", "{cut}");
        }
    }
}
