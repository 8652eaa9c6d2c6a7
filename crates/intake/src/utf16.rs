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
    /// The reader of a text that begins so; `None` if it does not begin with a byte order mark of UTF-16, nor with plain
    /// characters in two octets each, which nothing else has.
    pub(crate) fn of(head: &[u8]) -> Option<Self> {
        let (big_endian, at_start) = match head {
            [0xFE, 0xFF, ..] => (true, true),
            [0xFF, 0xFE, ..] => (false, true),
            _ => (big_endian(head)?, false),
        };
        Some(Self { big_endian, at_start, octet: None, surrogate: None })
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

/// Whether the first of each two octets is the upper one, of a text of plain characters without a byte order mark.
fn big_endian(head: &[u8]) -> Option<bool> {
    const LOOKED_AT: usize = 64;
    const LEAST: usize = 8;
    let head = head.get(..LOOKED_AT).unwrap_or(head);
    let is_plain = |octet: u8| matches!(octet, b'\t' | b'\n' | b'\r' | b' '..=b'~');
    let all = |upper_first: bool| {
        head.chunks_exact(2).all(|pair| match pair {
            [0, lower] if upper_first => is_plain(*lower),
            [lower, 0] if !upper_first => is_plain(*lower),
            _ => false,
        })
    };
    if head.len() < LEAST {
        return None;
    }
    [true, false].into_iter().find(|big| all(*big))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_without_a_mark_is_known_by_its_empty_octets() {
        let text = "device_id,note \u{1F50C}\r\n";
        let read = |octets: &[u8]| {
            let mut utf8 = Vec::new();
            Utf16::of(octets)?.push(octets, true, &mut utf8);
            Some(String::from_utf8(utf8).unwrap())
        };
        // What is looked at ends before the first character that is not plain.
        let plain = format!("{}{text}", "device_id,".repeat(4));
        let low_first: Vec<u8> = plain.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let high_first: Vec<u8> = plain.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(read(&low_first).as_deref(), Some(plain.as_str()));
        assert_eq!(read(&high_first).as_deref(), Some(plain.as_str()));
        for other in [&b"device_id,role\n"[..], b"\xDD\0\0\0\0\0\0\0", b"a\0", b"\0\0\0\0\0\0\0\0"] {
            assert_eq!(read(other), None, "{other:?}");
        }
    }

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
