//! Rows of JSON Lines: one object per line, of which the members are fields.
//!
//! Keys are compared as headers are and may differ from line to line; what no field has for its name is passed over. A line
//! that is no such object is a reject with the column at which it is none. Blank lines are passed over.

use std::io::{BufRead, BufReader};
use std::ops::Range;

use serde::de::{DeserializeSeed, Deserializer as _, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;
use types::{InputId, Origin};

use super::value::Value;
use super::{Raw, Row};
use crate::columns::{Column, ColumnMap, check_map, lacking, mapped_column_absent, means, near};
use crate::error::IntakeError;
use crate::fault::JsonFault;
use crate::limits::{MAX_COLUMNS, MAX_ROW};
use crate::record::{Reject, shown};
use crate::source::Source;

/// JSON Lines with `N` known fields.
pub(crate) struct JsonLines<'s, 'r, const N: usize> {
    reader: BufReader<&'s mut Source<'r>>,
    line: Vec<u8>,
    number: u32,
    keys: Keys<N>,
    object: Object<N>,
    map: ColumnMap,
    name: String,
    id: InputId,
    ended: bool,
}

/// Which keys mean which field.
struct Keys<const N: usize> {
    columns: &'static [Column; N],
    map: ColumnMap,
    /// The keys of the line before, in order: the next line has the same ones, nearly always.
    layout: Vec<(String, Option<usize>)>,
    /// Fields that some line had.
    seen: [bool; N],
    /// Keys of the objects at the beginning.
    first: Vec<String>,
    /// Whether a line with these keys can be read without a JSON reader: no key is written with escapes, and no two mean
    /// one field.
    plain: bool,
}

/// The fields of one line.
struct Object<const N: usize> {
    /// The text of the fields, unless it is the line itself that the places are in.
    text: Vec<u8>,
    in_line: bool,
    places: [Range<usize>; N],
    filled: [bool; N],
    reject: Option<Reject>,
}

impl<'s, 'r, const N: usize> JsonLines<'s, 'r, N> {
    pub(super) fn new(
        source: &'s mut Source<'r>,
        columns: &'static [Column; N],
        map: &ColumnMap,
        kind: &'static str,
    ) -> Result<Self, IntakeError> {
        let (name, id) = (source.name().to_owned(), source.id());
        let wrong = |source| IntakeError::Header { input: name.clone(), source };
        check_map(columns, map, kind).map_err(wrong)?;
        // That it is a table of another kind is seen at once, as in a table with a header row.
        let first = first_keys(source.head()?);
        let absent = |column: &&Column| column.required && !first.iter().any(|key| means(key, column, map));
        if let Some(column) = columns.first().filter(absent).filter(|_| !first.is_empty()) {
            return Err(wrong(lacking(column, &first)));
        }
        let keys =
            Keys { columns, map: map.clone(), layout: Vec::new(), seen: [false; N], first, plain: false };
        let object = Object {
            text: Vec::new(),
            in_line: false,
            places: std::array::from_fn(|_| 0..0),
            filled: [false; N],
            reject: None,
        };
        let reader = BufReader::with_capacity(MAX_ROW / 4, source);
        let map = map.clone();
        Ok(Self { reader, line: Vec::new(), number: 0, keys, object, map, name, id, ended: false })
    }

    pub(super) fn next(&mut self) -> Result<Option<Row<'_, N>>, IntakeError> {
        let long = loop {
            if self.ended {
                return Ok(None);
            }
            let long = match self
                .read_line()
                .map_err(|source| IntakeError::Io { input: self.name.clone(), source })?
            {
                None => {
                    self.ended = true;
                    self.end()?;
                    return Ok(None);
                }
                Some(long) => long,
            };
            let too_many = || IntakeError::TooManyLines { input: self.name.clone() };
            self.number = self.number.checked_add(1).ok_or_else(too_many)?;
            if self.number == 1 && self.line.starts_with(b"\xEF\xBB\xBF") {
                self.line.drain(..3);
            }
            if long || !self.line.trim_ascii().is_empty() {
                break long;
            }
        };
        let origin = Origin { input: self.id, line: self.number };
        if long {
            let fields = Err(Reject::JsonLine(JsonFault::TooLong));
            let raw = Raw::Line(&self.line);
            return Ok(Some(Row { origin, raw, fields, texts: [&[]; N], device: None }));
        }
        let read = self.object.read(self.line.trim_ascii_end(), &mut self.keys);
        let object = &self.object;
        let texts = std::array::from_fn(|index| object.field(index, &self.line));
        let fields = match (read, &object.reject) {
            (Err(fault), _) => Err(Reject::JsonLine(fault)),
            (Ok(()), Some(reject)) => Err(reject.clone()),
            (Ok(()), None) => Ok(texts),
        };
        let device = object.filled.first().is_some_and(|filled| *filled).then(|| object.field(0, &self.line));
        Ok(Some(Row { origin, raw: Raw::Line(self.line.trim_ascii()), fields, texts, device }))
    }

    /// Reads one line and says whether it is too long, of which no more than the limit is held; `None` at the end.
    fn read_line(&mut self) -> std::io::Result<Option<bool>> {
        self.line.clear();
        let (mut long, mut begun) = (false, false);
        loop {
            let available = match self.reader.fill_buf() {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                other => other?,
            };
            if available.is_empty() {
                return Ok(begun.then_some(long));
            }
            begun = true;
            let end = memchr::memchr(b'\n', available);
            let taken = end.map_or(available.len(), |end| end + 1);
            let room = MAX_ROW.saturating_sub(self.line.len());
            let (held, beyond) = available.split_at(taken).0.split_at(taken.min(room));
            self.line.extend_from_slice(held);
            // Blanks, and the line end, do not make a line too long.
            long |= !beyond.trim_ascii().is_empty();
            self.reader.consume(taken);
            if end.is_some() {
                return Ok(Some(long));
            }
        }
    }

    /// What can be known of the keys only when all lines were read.
    fn end(&mut self) -> Result<(), IntakeError> {
        let Keys { columns, seen, first, .. } = &self.keys;
        let absent = || columns.iter().zip(seen).filter(|(_, seen)| !**seen).map(|(column, _)| column);
        for column in absent() {
            let error = match self.map.0.get(column.name) {
                Some(name) => mapped_column_absent(column, name, first),
                None if column.required => lacking(column, first),
                None => continue,
            };
            return Err(IntakeError::Header { input: self.name.clone(), source: error });
        }
        let unused = |key: &&String| !columns.iter().any(|column| means(key, column, &self.map));
        let unused: Vec<String> = first.iter().filter(unused).cloned().collect();
        let near = near(absent(), &unused);
        let source = &mut **self.reader.get_mut();
        near.iter().for_each(|near| source.warn(near.to_string()));
        Ok(())
    }
}

impl<const N: usize> Object<N> {
    fn field<'f>(&'f self, index: usize, line: &'f [u8]) -> &'f [u8] {
        let place = self.places.get(index).cloned().unwrap_or_default();
        let text = if self.in_line { line } else { &self.text };
        text.get(place).unwrap_or_default().trim_ascii()
    }

    fn clear(&mut self) {
        self.text.clear();
        self.in_line = false;
        self.filled = [false; N];
        self.places.iter_mut().for_each(|place| *place = 0..0);
        self.reject = None;
    }

    /// Reads a line. Nearly all lines of a file are alike and are read as such; of the rest, the JSON reader decides.
    fn read(&mut self, line: &[u8], keys: &mut Keys<N>) -> Result<(), JsonFault> {
        let alike = keys.plain && cfg!(not(feature = "general-path"));
        if alike && self.read_alike(line, keys).is_some() {
            return Ok(());
        }
        self.read_any(line, keys)
    }

    /// Reads a line that has the keys of the one before, with plain text for all of them; `None` if it is any other.
    fn read_alike(&mut self, line: &[u8], keys: &Keys<N>) -> Option<()> {
        // Without a way out in between, this is many octets at once.
        let odd = line.iter().fold(false, |odd, octet| odd | !(b' '..=b'~').contains(octet));
        if odd {
            return None;
        }
        self.clear();
        self.in_line = true;
        let mut at = 0;
        let mut before: u8 = b'{';
        for (key, field) in &keys.layout {
            // A comma or the brace, the key in its quotes, a colon, and a quote; a blank after comma and colon.
            let rest = line.get(at..)?.strip_prefix(&[before])?;
            let rest = rest.strip_prefix(b" ").unwrap_or(rest);
            let rest = rest.strip_prefix(b"\"")?.strip_prefix(key.as_bytes())?.strip_prefix(b"\":")?;
            let rest = rest.strip_prefix(b" ").unwrap_or(rest).strip_prefix(b"\"")?;
            let start = line.len() - rest.len();
            let length = memchr::memchr2(b'"', b'\\', rest)?;
            if rest.get(length) != Some(&b'"') {
                return None;
            }
            if let Some(index) = *field {
                *self.places.get_mut(index)? = start..start + length;
                *self.filled.get_mut(index)? = true;
            }
            at = start + length + 1;
            before = b',';
        }
        (line.get(at..)? == b"}").then_some(())
    }

    fn read_any(&mut self, line: &[u8], keys: &mut Keys<N>) -> Result<(), JsonFault> {
        self.clear();
        if !line.trim_ascii_start().starts_with(b"{") {
            return Err(JsonFault::NotAnObject);
        }
        let mut reader = serde_json::Deserializer::from_slice(line);
        let members = Members { object: self, keys, fault: None };
        let read = reader.deserialize_map(members).and_then(|fault| reader.end().map(|()| fault));
        keys.plain = matches!(read, Ok(None)) && keys.are_plain();
        match read {
            Ok(None) => Ok(()),
            Ok(Some(fault)) => Err(fault),
            Err(error) => Err(syntax(&error)),
        }
    }

    /// Keeps the value of a field. What is wrong with it does not keep the rest from being read.
    fn keep(&mut self, index: usize, column: &'static Column, raw: &str) -> Result<(), serde_json::Error> {
        let start = self.text.len();
        let reject = match raw.as_bytes() {
            [b'"', text @ .., b'"'] if !text.contains(&b'\\') => {
                self.text.extend_from_slice(text);
                None
            }
            [b'"', ..] => {
                let text: String = serde_json::from_str(raw)?;
                self.text.extend_from_slice(text.as_bytes());
                None
            }
            [b'{' | b'[', ..] => Some(Reject::JsonLine(JsonFault::Nested { field: column.name })),
            b"null" => None,
            b"true" | b"false" => Value::Bool(raw == "true").push(Some(column), &mut self.text).err(),
            _ => Value::Number(raw).push(Some(column), &mut self.text).err(),
        };
        let usable = reject.is_none();
        self.reject = self.reject.take().or(reject);
        if let (Some(place), Some(filled)) = (self.places.get_mut(index), self.filled.get_mut(index)) {
            *place = start..self.text.len();
            *filled = usable;
        }
        Ok(())
    }
}

fn syntax(error: &serde_json::Error) -> JsonFault {
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default().to_owned();
    JsonFault::Syntax { column: error.column(), message }
}

/// Reads the members of one object.
struct Members<'m, const N: usize> {
    object: &'m mut Object<N>,
    keys: &'m mut Keys<N>,
    fault: Option<JsonFault>,
}

impl<'de, const N: usize> Visitor<'de> for Members<'_, N> {
    type Value = Option<JsonFault>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut taken = [false; N];
        let mut position = 0;
        while let Some(key) = members.next_key_seed(Key { keys: &mut *self.keys, position })? {
            let value: &'de RawValue = members.next_value()?;
            position += 1;
            match key {
                Err(fault) => self.fault = self.fault.or(Some(fault)),
                Ok(None) => {}
                Ok(Some(index)) => {
                    let Some((column, taken)) = self.keys.columns.get(index).zip(taken.get_mut(index)) else {
                        continue;
                    };
                    if std::mem::replace(taken, true) {
                        self.fault = self.fault.or(Some(JsonFault::SameField { field: column.name }));
                    } else {
                        self.object.keep(index, column, value.get()).map_err(A::Error::custom)?;
                    }
                }
            }
        }
        Ok(self.fault)
    }
}

/// Tells the field of a key.
struct Key<'k, const N: usize> {
    keys: &'k mut Keys<N>,
    position: usize,
}

impl<'de, const N: usize> DeserializeSeed<'de> for Key<'_, N> {
    type Value = Result<Option<usize>, JsonFault>;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<const N: usize> Visitor<'_> for Key<'_, N> {
    type Value = Result<Option<usize>, JsonFault>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.keys.field(self.position, key))
    }
}

impl<const N: usize> Keys<N> {
    fn are_plain(&self) -> bool {
        let is_plain = |key: &str| {
            key.bytes().all(|octet| matches!(octet, b' '..=b'~' if !matches!(octet, b'"' | b'\\')))
        };
        let mut fields = [false; N];
        let alone = |field: &Option<usize>| {
            let taken = field.and_then(|field| fields.get_mut(field));
            taken.is_none_or(|taken| !std::mem::replace(taken, true))
        };
        !self.layout.is_empty()
            && self.layout.iter().all(|(key, _)| is_plain(key))
            && self.layout.iter().map(|(_, field)| field).all(alone)
    }

    /// The field that the key at a position of the line means.
    ///
    /// The keys before it are those that stand before it in the layout, and no two of these are the same.
    fn field(&mut self, position: usize, key: &str) -> Result<Option<usize>, JsonFault> {
        if let Some((known, field)) = self.layout.get(position)
            && known == key
        {
            return Ok(*field);
        }
        if position >= MAX_COLUMNS {
            return Err(JsonFault::TooManyKeys);
        }
        self.layout.truncate(position);
        let repeated = self.layout.iter().any(|(known, _)| known == key);
        let field = self.columns.iter().position(|column| means(key.trim(), column, &self.map));
        if let Some(seen) = field.and_then(|field| self.seen.get_mut(field)) {
            *seen = true;
        }
        if repeated {
            // Stands for itself, so that positions stay those of the line.
            self.layout.push((format!("{key}\u{0}{position}"), None));
            return Err(JsonFault::RepeatedKey { key: shown(key.as_bytes()) });
        }
        self.layout.push((key.to_owned(), field));
        Ok(field)
    }
}

/// The keys of the objects at the beginning of the file, each once.
pub(super) fn first_keys(head: &[u8]) -> Vec<String> {
    struct Collect<'k>(&'k mut Vec<String>);

    impl<'de> Visitor<'de> for Collect<'_> {
        type Value = ();

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
            while let Some(key) = members.next_key::<String>()? {
                if self.0.len() < MAX_COLUMNS {
                    self.0.push(key.trim().to_owned());
                }
                members.next_value::<serde::de::IgnoredAny>()?;
            }
            Ok(())
        }
    }

    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let mut all: Vec<String> = Vec::new();
    for line in head.split(|octet| *octet == b'\n') {
        let mut keys = Vec::new();
        let usable = match serde_json::Deserializer::from_slice(line).deserialize_map(Collect(&mut keys)) {
            Ok(()) => true,
            // A long message goes on beyond what was looked at.
            Err(error) => error.is_eof() && head.ends_with(line),
        };
        keys.retain(|key| usable && !all.contains(key));
        all.append(&mut keys);
        if all.len() >= MAX_COLUMNS {
            break;
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::columns::REGISTRATION_COLUMNS;

    /// What reading a line comes to: its fields, which of them are filled, and why not.
    type Said = (Vec<Vec<u8>>, Vec<bool>, Option<String>);

    struct Both {
        keys: Keys<3>,
        object: Object<3>,
    }

    impl Both {
        fn new() -> Self {
            let keys = Keys {
                columns: &REGISTRATION_COLUMNS,
                map: ColumnMap::default(),
                layout: Vec::new(),
                seen: [false; 3],
                first: Vec::new(),
                plain: false,
            };
            let places = std::array::from_fn(|_| 0..0);
            let object =
                Object { text: Vec::new(), in_line: false, places, filled: [false; 3], reject: None };
            Self { keys, object }
        }

        fn read(&mut self, line: &[u8], any: bool) -> Said {
            let read = match any {
                true => self.object.read_any(line, &mut self.keys),
                false => self.object.read(line, &mut self.keys),
            };
            let object = &self.object;
            let fault = read.err().map(|fault| fault.to_string());
            let reject = object.reject.as_ref().map(ToString::to_string);
            let usable = fault.is_none();
            let field = |index| if usable { object.field(index, line).to_vec() } else { Vec::new() };
            let filled = if usable { object.filled.to_vec() } else { Vec::new() };
            ((0..3).map(field).collect(), filled, fault.or(reject))
        }
    }

    fn line() -> impl Strategy<Value = String> {
        let key = prop_oneof![
            4 => Just("mpan"), 3 => Just("network_operator"), 2 => Just("supplier"), 1 => Just("note"),
            1 => Just("no\\u0074e"), 1 => Just("MPAN"), 1 => Just("\u{e9}"),
        ];
        let value = prop_oneof![
            5 => "[ -!#-\\[\\]-~]{0,12}".prop_map(|text| format!("\"{text}\"")),
            1 => Just("\"a\\\"b\"".to_owned()), 1 => Just("null".to_owned()), 1 => Just("12".to_owned()),
            1 => Just("\"\u{1}\"".to_owned()), 1 => Just("\"\u{e9}\"".to_owned()), 1 => Just("\"".to_owned()),
            1 => Just("{\"a\":\"b\"}".to_owned()),
        ];
        let blank = || prop_oneof![6 => Just(""), 2 => Just(" "), 1 => Just("  ")];
        let member = (key, blank(), value, blank())
            .prop_map(|(key, one, value, other)| format!("\"{key}\":{one}{value}{other}"));
        let end = prop_oneof![8 => Just("}"), 1 => Just("} "), 1 => Just("},"), 1 => Just("")];
        (proptest::collection::vec(member, 0..4), blank(), end)
            .prop_map(|(members, blank, end)| format!("{{{}{end}", members.join(&format!(",{blank}"))))
    }

    proptest! {
        #[test]
        fn lines_that_are_alike_are_read_as_any_line_is(lines in proptest::collection::vec(line(), 1..6)) {
            let (mut one, mut other) = (Both::new(), Both::new());
            // Each twice, so that the second is like the one before.
            for line in lines.iter().flat_map(|line| [line, line]) {
                prop_assert_eq!(one.read(line.as_bytes(), false), other.read(line.as_bytes(), true), "{}", line);
            }
        }
    }
}
