//! Rows of a CSV table, one at a time.
//!
//! Comma, semicolon or tab, whichever the header row has most of outside quotes; a BOM, CRLF and quoted fields are
//! normal. A row that is too wide or too narrow is a reject, and so is a header row that repeats.

use std::cell::Cell;
use std::io::Read;
use std::rc::Rc;

use csv::ByteRecord;
use types::Origin;

use crate::columns::{Column, ColumnMap, Header};
use crate::error::{HeaderError, IntakeError};
use crate::limits::MAX_ROW;
use crate::record::Reject;
use crate::source::Source;

/// A table of `N` known fields.
pub(crate) struct Table<'s, 'r, const N: usize> {
    reader: csv::Reader<Meter<'s, 'r>>,
    budget: Rc<Cell<usize>>,
    header: Header<N>,
    header_row: ByteRecord,
    row: ByteRecord,
    name: String,
    id: types::InputId,
}

/// A row that was read: where it stands, and its fields or why they can't be used.
pub(crate) struct Row<'t, const N: usize> {
    pub(crate) origin: Origin,
    pub(crate) raw: &'t ByteRecord,
    pub(crate) fields: Result<[&'t [u8]; N], Reject>,
}

/// Counts down what the CSV reader may take for one row, so that a quoted field without an end can't fill the memory.
struct Meter<'s, 'r> {
    source: &'s mut Source<'r>,
    budget: Rc<Cell<usize>>,
}

impl Read for Meter<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let Some(left) = self.budget.get().checked_sub(1) else {
            return Err(std::io::Error::from(std::io::ErrorKind::FileTooLarge));
        };
        let most = buffer.len().min(left.saturating_add(1));
        let count = self.source.read(buffer.get_mut(..most).unwrap_or_default())?;
        self.budget.set(self.budget.get().saturating_sub(count));
        Ok(count)
    }
}

impl<'s, 'r, const N: usize> Table<'s, 'r, N> {
    pub(crate) fn new(
        source: &'s mut Source<'r>,
        columns: &'static [Column; N],
        map: &ColumnMap,
        kind: &'static str,
    ) -> Result<Self, IntakeError> {
        let head = source.head()?;
        let has_bom = head.starts_with(b"\xEF\xBB\xBF");
        let delimiter = delimiter(head);
        let (name, id) = (source.name().to_owned(), source.id());
        if has_bom {
            let mut bom = [0; 3];
            source
                .read_exact(&mut bom)
                .map_err(|error| IntakeError::Io { input: name.clone(), source: error })?;
        }
        let budget = Rc::new(Cell::new(MAX_ROW));
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .buffer_capacity(MAX_ROW / 4)
            .from_reader(Meter { source, budget: Rc::clone(&budget) });
        let (mut reader, mut header_row) = (reader, ByteRecord::new());
        let wrong = |source| IntakeError::Header { input: name.clone(), source };
        if !read_row(&mut reader, &budget, &mut header_row, &name)? {
            return Err(wrong(HeaderError::Empty));
        }
        let header = Header::new(&header_row, columns, map, kind).map_err(wrong)?;
        Ok(Self { reader, budget, header, header_row, row: ByteRecord::new(), name, id })
    }

    /// The next row; `None` after the last.
    pub(crate) fn next(&mut self) -> Result<Option<Row<'_, N>>, IntakeError> {
        if !read_row(&mut self.reader, &self.budget, &mut self.row, &self.name)? {
            return Ok(None);
        }
        let line = self.row.position().map_or(0, csv::Position::line);
        let line = u32::try_from(line).map_err(|_| IntakeError::TooManyLines { input: self.name.clone() })?;
        let origin = Origin { input: self.id, line };
        let fields = if self.repeats_header() {
            Err(Reject::RepeatedHeader)
        } else if self.row.len() != self.header.width {
            Err(Reject::Ragged { found: self.row.len(), expected: self.header.width })
        } else {
            Ok(self.header.fields(&self.row))
        };
        Ok(Some(Row { origin, raw: &self.row, fields }))
    }

    fn repeats_header(&self) -> bool {
        self.row.len() == self.header_row.len()
            && self.row.iter().zip(&self.header_row).all(|(field, header)| {
                field.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(field).trim_ascii() == header.trim_ascii()
            })
    }
}

fn read_row(
    reader: &mut csv::Reader<Meter<'_, '_>>,
    budget: &Cell<usize>,
    row: &mut ByteRecord,
    name: &str,
) -> Result<bool, IntakeError> {
    // The reader takes whole buffers, so the budget is for what it takes on top of those.
    budget.set(MAX_ROW);
    let line = reader.position().line();
    reader.read_byte_record(row).map_err(|error| match error.into_kind() {
        csv::ErrorKind::Io(error) if error.kind() == std::io::ErrorKind::FileTooLarge => {
            IntakeError::RowTooLong { input: name.to_owned(), line }
        }
        csv::ErrorKind::Io(source) => IntakeError::Io { input: name.to_owned(), source },
        // A flexible reader of octets has no other errors.
        other => {
            IntakeError::Io { input: name.to_owned(), source: std::io::Error::other(format!("{other:?}")) }
        }
    })
}

/// The separator of a header row.
fn delimiter(head: &[u8]) -> u8 {
    let mut counts = [(b',', 0usize), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for octet in head {
        match octet {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            _ if quoted => {}
            other => {
                for (delimiter, count) in &mut counts {
                    *count += usize::from(delimiter == other);
                }
            }
        }
    }
    let mut best = (b',', 0);
    for (delimiter, count) in counts {
        if count > best.1 {
            best = (delimiter, count);
        }
    }
    best.0
}

/// The text of a row as it stood, near enough for a quarantine: fields joined by commas, cut to a length.
pub(crate) fn row_text(row: &ByteRecord, into: &mut Vec<u8>) {
    const MOST: usize = 4096;
    into.clear();
    for (index, field) in row.iter().enumerate() {
        if index > 0 {
            into.push(b',');
        }
        into.extend_from_slice(field.get(..MOST.min(field.len())).unwrap_or_default());
        if into.len() > MOST {
            into.truncate(MOST);
            break;
        }
    }
}
