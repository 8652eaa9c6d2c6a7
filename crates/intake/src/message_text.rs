//! GBCS messages as text: hex or base64, one or many in a file.
//!
//! A record starts on a line and goes on over the following ones until its own lengths are satisfied, so a message may
//! be broken anywhere after the four characters by which it is known. Blank lines and lines that start with `#` or
//! `//` stand between records; `//` is base64 as well, and within an open record of base64 it is no comment. Blanks
//! within a line are ignored. Hex may be of either case; base64 may lack its padding only at a line's end.

use std::io::{BufRead, BufReader};

use data_encoding::BASE64;
use gbcs::{MAX_MESSAGE, Message};
use types::{InputId, Origin};

use crate::error::IntakeError;
use crate::limits::MAX_LINE;
use crate::record::Reject;
use crate::source::Source;

/// A record of a message file: its place and its octets, or why it has none.
pub(crate) type TextMessage<'t> = (Origin, Result<&'t [u8], Reject>);

/// Characters of a message that is not whole yet.
#[derive(Default)]
struct Pending {
    text: Vec<u8>,
    line: u32,
    /// With fewer characters than these it can't be whole, so that decoding it again before would be wasted work.
    wanted: usize,
}

/// Reads all messages of a text and hands each to `take`. The octets need not decode, but they are whole by framing or
/// broken beyond that.
pub(crate) fn read_message_text(
    source: &mut Source<'_>,
    take: &mut dyn FnMut(TextMessage<'_>),
) -> Result<(), IntakeError> {
    let (name, id) = (source.name().to_owned(), source.id());
    let io = |source| IntakeError::Io { input: name.clone(), source };
    let mut reader = BufReader::with_capacity(256 * 1024, source);
    let mut line = Vec::new();
    let mut number = 0u32;
    let mut reading = Reading { id, pending: Pending::default(), octets: Vec::new(), in_armour: false };
    loop {
        line.clear();
        let long = match read_line(&mut reader, &mut line).map_err(io)? {
            Line::End => break,
            Line::Whole => false,
            Line::TooLong => true,
        };
        number = number.checked_add(1).ok_or_else(|| IntakeError::TooManyLines { input: name.clone() })?;
        if long {
            reading.flush(take);
            take((Origin { input: id, line: number }, Err(Reject::LineTooLong)));
            continue;
        }
        let text = if number == 1 { line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&line) } else { &line };
        reading.line(text, number, take);
    }
    reading.flush(take);
    Ok(())
}

enum Line {
    End,
    Whole,
    TooLong,
}

/// Reads one line; of one that is too long, no more than the limit is held and the rest is passed over.
fn read_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> std::io::Result<Line> {
    let mut long = false;
    loop {
        let available = match reader.fill_buf() {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            other => other?,
        };
        if available.is_empty() {
            return Ok(match (long, line.is_empty()) {
                (true, _) => Line::TooLong,
                (false, true) => Line::End,
                (false, false) => Line::Whole,
            });
        }
        let end = available.iter().position(|octet| *octet == b'\n');
        let taken = end.map_or(available.len(), |end| end + 1);
        if line.len() + taken > MAX_LINE {
            long = true;
        } else if !long {
            line.extend_from_slice(available.get(..taken).unwrap_or_default());
        }
        reader.consume(taken);
        if end.is_some() {
            return Ok(if long { Line::TooLong } else { Line::Whole });
        }
    }
}

struct Reading {
    id: InputId,
    pending: Pending,
    octets: Vec<u8>,
    in_armour: bool,
}

impl Reading {
    fn line(&mut self, line: &[u8], number: u32, take: &mut dyn FnMut(TextMessage<'_>)) {
        let text = line.trim_ascii();
        if self.armour(text, number, take) {
            return;
        }
        if text.is_empty() || self.is_comment(text) {
            self.flush(take);
            return;
        }
        if self.pending.text.is_empty() {
            self.start(text, number, take);
            return;
        }
        // The line may continue the record that is open, or start the next one after a record that was cut short.
        let another = begins_another(&self.pending.text, text);
        let before = self.pending.text.len();
        push_characters(text, &mut self.pending.text);
        let origin = Origin { input: self.id, line: self.pending.line };
        if !another && self.pending.text.len() < self.pending.wanted {
            return;
        }
        match decode(&self.pending.text, &mut self.octets) {
            // Both together may satisfy the lengths of the first and still be no message.
            Decoded::Whole if !another || Message::decode(&self.octets).is_ok() => {
                take((origin, Ok(&self.octets)));
                self.pending = Pending::default();
            }
            _ if another => {
                self.pending.text.truncate(before);
                self.flush(take);
                self.start(text, number, take);
            }
            Decoded::Open(error) if self.pending.text.len() <= 2 * MAX_MESSAGE => {
                self.pending.wanted = wanted(&self.pending.text, error.as_ref());
            }
            Decoded::NotText(position) => {
                take((origin, Err(Reject::NotHexOrBase64 { position })));
                self.pending = Pending::default();
            }
            Decoded::Whole | Decoded::Open(_) => self.flush(take),
        }
    }

    /// Passes over a PEM block, which is no message, and says where it stood; nothing of it is kept.
    fn armour(&mut self, text: &[u8], number: u32, take: &mut dyn FnMut(TextMessage<'_>)) -> bool {
        if text.starts_with(b"-----BEGIN ") {
            self.flush(take);
            self.in_armour = true;
            let origin = Origin { input: self.id, line: number };
            let reject = if holds_private_key(text) {
                Reject::PrivateKey
            } else {
                Reject::NotRecognised {
                    found: "a PEM block".to_owned(),
                    tried: "GBCS messages in hex or base64",
                }
            };
            take((origin, Err(reject)));
            return true;
        }
        let within = self.in_armour;
        if text.starts_with(b"-----END ") {
            self.in_armour = false;
        }
        within
    }

    fn is_comment(&self, text: &[u8]) -> bool {
        let goes_on = || {
            let open = &self.pending.text;
            !open.is_empty() && !is_hex_start(open) && text.iter().all(|octet| is_base64(*octet))
        };
        text.starts_with(b"#") || (text.starts_with(b"//") && !goes_on())
    }

    fn start(&mut self, text: &[u8], number: u32, take: &mut dyn FnMut(TextMessage<'_>)) {
        let origin = Origin { input: self.id, line: number };
        let plain = !text.iter().any(|octet| is_filler(*octet));
        let decoded = if plain {
            decode(text, &mut self.octets)
        } else {
            self.pending.text.clear();
            push_characters(text, &mut self.pending.text);
            decode(&self.pending.text, &mut self.octets)
        };
        match decoded {
            Decoded::Whole => {
                take((origin, Ok(&self.octets)));
                self.pending.text.clear();
            }
            Decoded::NotText(position) => {
                take((origin, Err(Reject::NotHexOrBase64 { position })));
                self.pending.text.clear();
            }
            Decoded::Open(error) => {
                if plain {
                    self.pending.text.clear();
                    self.pending.text.extend_from_slice(text);
                }
                self.pending.line = number;
                self.pending.wanted = wanted(&self.pending.text, error.as_ref());
            }
        }
    }

    /// Ends the open record: it was cut short.
    fn flush(&mut self, take: &mut dyn FnMut(TextMessage<'_>)) {
        if self.pending.text.is_empty() {
            return;
        }
        let origin = Origin { input: self.id, line: self.pending.line };
        let reject = match decode(&self.pending.text, &mut self.octets) {
            Decoded::Open(Some(error)) => Reject::Truncated(error),
            Decoded::NotText(position) => Reject::NotHexOrBase64 { position },
            // Characters that make no whole octets: the last one stands alone.
            Decoded::Open(None) | Decoded::Whole => {
                Reject::NotHexOrBase64 { position: self.pending.text.len().saturating_sub(1) }
            }
        };
        take((origin, Err(reject)));
        self.pending = Pending::default();
    }
}

/// How many characters a record needs at least, from what the decoder missed.
fn wanted(text: &[u8], error: Option<&gbcs::DecodeError>) -> usize {
    let Some(gbcs::DecodeErrorKind::Truncated { needed }) = error.map(gbcs::DecodeError::kind) else {
        return text.len() + 1;
    };
    let more = if is_hex_start(text) { needed.saturating_mul(2) } else { needed / 3 * 4 };
    text.len().saturating_add(more.max(1)).min(2 * MAX_MESSAGE)
}

enum Decoded {
    /// The octets are a message, or broken in a way that more octets would not mend.
    Whole,
    /// More characters are needed.
    Open(Option<gbcs::DecodeError>),
    /// A character that can't stand there.
    NotText(usize),
}

const fn is_filler(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t' | b'\r' | b'\n' | 0x0B | 0x0C)
}

fn push_characters(text: &[u8], into: &mut Vec<u8>) {
    into.extend(text.iter().copied().filter(|octet| !is_filler(*octet)));
}

/// Whether text begins like a message: `DD00…`, `DF09…` in hex, or the same octets in base64.
fn starts_message(text: &[u8]) -> bool {
    let start: Vec<u8> = text.iter().copied().filter(|octet| !is_filler(*octet)).take(4).collect();
    let upper = start.to_ascii_uppercase();
    matches!(upper.as_slice(), b"DD00" | b"DF09")
        || matches!(start.as_slice(), b"3QAA")
        || start.starts_with(b"3wk")
}

/// Whether a line after an open record begins a message of its own.
///
/// Four characters may be there by chance, so the header counts as far as the line has it. And under general-ciphering
/// the message proper begins like one of its own right after the security header.
fn begins_another(open: &[u8], text: &[u8]) -> bool {
    const HEADERS: [&[u8]; 8] = [
        b"DD000000000000",
        b"DF0901",
        b"DF0902",
        b"DF0903",
        // The same in base64, as far as its characters depend on these octets alone.
        b"3QAAAAAAA",
        b"3wkB",
        b"3wkC",
        b"3wkD",
    ];
    const SECURITY_HEADER: [u8; 5] = [0x11, 0, 0, 0, 0];
    if !starts_message(text) {
        return false;
    }
    let mut start = Vec::with_capacity(16);
    push_characters(text.get(..32).unwrap_or(text), &mut start);
    if start.first().is_some_and(|octet| octet.eq_ignore_ascii_case(&b'D')) {
        start.make_ascii_uppercase();
    }
    if !HEADERS.iter().any(|header| start.starts_with(header) || header.starts_with(&start)) {
        return false;
    }
    // The security header ends with octet 16 at the latest: 7 octets, a length of up to 4, 5 octets.
    let mut octets = Vec::new();
    if open.len() <= 32 {
        decode(open, &mut octets);
    }
    // Behind it stands the signed part, DF; another frame, DD, never does.
    let frame = start.starts_with(b"DD") || start.starts_with(b"3Q");
    frame || !octets.ends_with(&SECURITY_HEADER)
}

/// Whether all characters are hex digits.
fn is_hex(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_hexdigit)
}

fn decode(text: &[u8], octets: &mut Vec<u8>) -> Decoded {
    if is_hex_start(text) {
        octets.clear();
        octets.resize(text.len() / 2, 0);
        let even = text.get(..text.len() / 2 * 2).unwrap_or_default();
        if faster_hex::hex_decode(even, octets).is_err()
            || !is_hex(text.get(even.len()..).unwrap_or_default())
        {
            let position = text.iter().position(|octet| !octet.is_ascii_hexdigit()).unwrap_or(0);
            return Decoded::NotText(position);
        }
        if even.len() != text.len() {
            return Decoded::Open(None);
        }
    } else {
        // Base64 comes in lines, so an incomplete last group means that more is to come.
        if !text.len().is_multiple_of(4) {
            return match text.iter().position(|octet| !is_base64(*octet)) {
                Some(position) => Decoded::NotText(position),
                None => Decoded::Open(None),
            };
        }
        match BASE64.decode(text) {
            Ok(decoded) => *octets = decoded,
            Err(error) => return Decoded::NotText(error.position),
        }
    }
    match Message::decode(octets) {
        Err(error) if error.is_truncated() => Decoded::Open(Some(error)),
        _ => Decoded::Whole,
    }
}

const fn is_base64(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'/' | b'=')
}

/// Whether text is meant as hex. A message begins with `D` in hex and with `3Q` or `3w` in base64, so that two characters
/// tell; of text that begins like neither, a short one is taken for hex.
fn is_hex_start(text: &[u8]) -> bool {
    match text.first() {
        Some(b'D' | b'd') => true,
        Some(b'3') => is_hex(text.get(..16).unwrap_or(text)),
        _ => text.get(..16).is_none_or(is_hex),
    }
}

/// Whether text has the label of a private key in PEM.
pub(crate) fn holds_private_key(text: &[u8]) -> bool {
    const LABEL: &[u8] = b"PRIVATE KEY-----";
    text.windows(LABEL.len()).any(|window| window == LABEL)
}

/// Decodes the text of one message that stands in a field: hex or base64, blanks and line breaks anywhere.
pub(crate) fn decode_field(text: &[u8], octets: &mut Vec<u8>) -> Result<(), Reject> {
    let cleaned: Vec<u8>;
    let text = if text.iter().any(|octet| is_filler(*octet)) {
        let mut characters = Vec::with_capacity(text.len());
        push_characters(text, &mut characters);
        cleaned = characters;
        cleaned.as_slice()
    } else {
        text
    };
    match decode(text, octets) {
        Decoded::Whole => Ok(()),
        Decoded::Open(Some(error)) => Err(Reject::Truncated(error)),
        Decoded::Open(None) => Err(Reject::NotHexOrBase64 { position: text.len().saturating_sub(1) }),
        Decoded::NotText(position) => Err(Reject::NotHexOrBase64 { position }),
    }
}

/// Whether a line at the beginning of an input starts like a message. One is enough: the first may be the broken one.
pub(crate) fn looks_like_messages(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    head.split(|octet| *octet == b'\n').any(starts_message)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A device answers for the network operator that it has no such cell, and is given so many octets of padding.
    fn message(padding: u8) -> Vec<u8> {
        let payload =
            [&[0x30, 8, 0x30, 6, 2, 1, 3, 0x0A, 1, 25], &vec![0xFF; usize::from(padding)][..]].concat();
        let parties = [8, 0, 0, 0x5E, 0xEF, 0x10, 0, 0, 1, 8, 0, 0, 0x5E, 0xEF, 0x10, 0, 0, 0xAC];
        // Message code 0 is of no use case, so that the payload may be anything.
        let code = if padding == 0 { [0, 2, 0x00, 0x08] } else { [0, 2, 0x00, 0x00] };
        let length = 10 + padding;
        let length = if length < 0x80 { vec![length] } else { vec![0x81, length] };
        let body = [
            &[0x11, 0, 0, 0, 0, 0xDF, 9, 2, 0, 0, 0, 0, 0, 0, 0, 5][..],
            &parties,
            &code,
            &length,
            &payload,
            &[0; 13],
        ]
        .concat();
        let length = u8::try_from(body.len()).unwrap();
        let length = if length < 0x80 { vec![length] } else { vec![0x81, length] };
        [&[0xDD, 0, 0, 0, 0, 0, 0], &length[..], &body].concat()
    }

    fn hex(octets: &[u8]) -> String {
        data_encoding::HEXUPPER.encode(octets)
    }

    /// What was read: octets, or the kind of the reason.
    fn read(text: &str) -> Vec<Result<Vec<u8>, &'static str>> {
        let mut source = Source::new("x", InputId(0), text.as_bytes());
        let mut read = Vec::new();
        read_message_text(&mut source, &mut |(_, outcome)| {
            read.push(outcome.map(<[u8]>::to_vec).map_err(|reject| reject.id()));
        })
        .unwrap();
        read
    }

    #[test]
    fn the_message_proper_may_begin_a_line() {
        let message = message(0);
        let (header, proper) = message.split_at(message.iter().position(|octet| *octet == 0xDF).unwrap());
        let (one, other) = proper.split_at(30);
        let text = [header, one, other].map(hex).join("\n");
        assert_eq!(read(&text), [Ok(message)]);
    }

    #[test]
    fn a_message_cut_short_does_not_take_the_next_one_with_it() {
        let message = message(0);
        let text = format!("{}\n{}\n", hex(&message[..message.len() - 20]), hex(&message));
        assert_eq!(read(&text), [Err("message-truncated"), Ok(message)]);
    }

    #[test]
    fn four_characters_that_look_like_a_header_do_not_end_a_message() {
        let mut message = message(100);
        let place = message.len() - 20;
        message[place..place + 4].copy_from_slice(&[0xDD, 0x00, 0xDF, 0x09]);
        let (one, other) = message.split_at(place);
        for (one, two, three) in [(one, &other[..10], &other[10..]), (one, &other[2..], &other[..0])] {
            let text = [one, two, three].map(hex).join("\n");
            let expected = if three.is_empty() { Err("message-truncated") } else { Ok(message.clone()) };
            assert_eq!(read(&text), [expected], "{text}");
        }
    }

    #[test]
    fn base64_may_come_in_short_lines_and_begin_a_line_with_two_slashes() {
        let message = message(100);
        let text = BASE64.encode(&message);
        let slashes = text.find("//").unwrap();
        for text in [
            format!("{}\n{}\n", &text[..8], &text[8..]),
            format!("{}\n{}\n{}\n", &text[..slashes], &text[slashes..slashes + 8], &text[slashes + 8..]),
        ] {
            assert_eq!(read(&text), [Ok(message.clone())], "{text}");
        }
        assert_eq!(read(&format!("{text}\n//comment\n{text}\n")), [Ok(message.clone()), Ok(message)]);
    }
}
