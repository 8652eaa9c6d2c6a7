//! GBCS messages as text: hex or base64, one or many in a file.
//!
//! A record starts on a line and goes on over the following ones until its own lengths are satisfied, so a message may
//! be broken anywhere. Blank lines and lines that start with `#` or `//` stand between records. Blanks within a line
//! are ignored. Hex may be of either case; base64 may lack its padding only at a line's end.

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
    error: Option<gbcs::DecodeError>,
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
    let mut reading = Reading { id, pending: Pending::default(), octets: Vec::new() };
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
}

impl Reading {
    fn line(&mut self, line: &[u8], number: u32, take: &mut dyn FnMut(TextMessage<'_>)) {
        let text = line.trim_ascii();
        if text.is_empty() || text.starts_with(b"#") || text.starts_with(b"//") {
            self.flush(take);
            return;
        }
        if self.pending.text.is_empty() {
            self.start(text, number, take);
            return;
        }
        // The line may continue the record that is open, or start the next one after a record that was cut short.
        let before = self.pending.text.len();
        push_characters(text, &mut self.pending.text);
        let origin = Origin { input: self.id, line: self.pending.line };
        match decode(&self.pending.text, &mut self.octets) {
            Decoded::Whole => {
                take((origin, Ok(&self.octets)));
                self.pending = Pending::default();
            }
            // Whatever was wrong with the record before, the line that begins the next one is not part of it.
            Decoded::Broken | Decoded::NotText(_) | Decoded::Open(_) if starts_message(text) => {
                self.pending.text.truncate(before);
                self.flush(take);
                self.start(text, number, take);
            }
            Decoded::Broken => {
                take((origin, Ok(&self.octets)));
                self.pending = Pending::default();
            }
            Decoded::Open(_) if self.pending.text.len() <= 2 * MAX_MESSAGE => {}
            Decoded::NotText(position) => {
                take((origin, Err(Reject::NotHexOrBase64 { position })));
                self.pending = Pending::default();
            }
            Decoded::Open(error) => {
                self.pending.error = error.or_else(|| self.pending.error.take());
                self.flush(take);
            }
        }
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
            Decoded::Whole | Decoded::Broken => {
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
                self.pending.error = error;
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
            Decoded::Open(None) | Decoded::Whole | Decoded::Broken => {
                Reject::NotHexOrBase64 { position: self.pending.text.len().saturating_sub(1) }
            }
        };
        take((origin, Err(reject)));
        self.pending = Pending::default();
    }
}

enum Decoded {
    /// The octets are a message.
    Whole,
    /// They are none, and more octets would not mend it.
    Broken,
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

/// Whether text is meant as hex: a message starts with `D` in hex and with `3` in base64.
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
        Ok(_) => Decoded::Whole,
        Err(error) if error.is_truncated() => Decoded::Open(Some(error)),
        Err(_) => Decoded::Broken,
    }
}

const fn is_base64(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'/' | b'=')
}

/// Whether text begins as a message in hex does. Base64 of a message starts with the digit 3, hex with the letter D.
fn is_hex_start(text: &[u8]) -> bool {
    text.first().is_some_and(|octet| octet.eq_ignore_ascii_case(&b'D')) || text.get(..16).is_none_or(is_hex)
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
        Decoded::Whole | Decoded::Broken => Ok(()),
        Decoded::Open(Some(error)) => Err(Reject::Truncated(error)),
        Decoded::Open(None) => Err(Reject::NotHexOrBase64 { position: text.len().saturating_sub(1) }),
        Decoded::NotText(position) => Err(Reject::NotHexOrBase64 { position }),
    }
}

/// Whether the beginning of an input looks like message text, comments and blank lines before it passed over.
pub(crate) fn looks_like_messages(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    head.split(|octet| *octet == b'\n')
        .map(<[u8]>::trim_ascii)
        .find(|line| !line.is_empty() && !line.starts_with(b"#") && !line.starts_with(b"//"))
        .is_some_and(starts_message)
}
