//! Rows of CSV. Comma, semicolon or tab, whichever the header row has most of outside quotes; a BOM, CRLF and quoted fields are
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
use crate::table::{Raw, Row};

/// A table of `N` known fields.
pub(crate) struct Delimited<'s, 'r, const N: usize> {
    reader: csv::Reader<Meter<'s, 'r>>,
    shared: Rc<Shared>,
    header: Header<N>,
    header_row: ByteRecord,
    row: ByteRecord,
    /// Lines, first and last, of a row over several lines that are not accounted for yet.
    spilled: Option<(u32, u32, u32)>,
    name: String,
    id: types::InputId,
}

/// Stands between source and CSV reader.
///
/// It counts down what the reader may take for one row, so that a quoted field without an end can't fill the memory.
/// And it hands on every line end as LF: the reader counts LFs only, and stops after the CR of a CRLF, so that it would
/// place each row of such a file on the line before.
struct Meter<'s, 'r> {
    source: &'s mut Source<'r>,
    shared: Rc<Shared>,
    after_cr: bool,
}

/// What the table and its meter tell each other.
#[derive(Debug, Default)]
struct Shared {
    budget: Cell<usize>,
    at_end: Cell<bool>,
}

impl Read for Meter<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        loop {
            let budget = self.shared.budget.get();
            if budget == 0 {
                return Err(std::io::Error::from(std::io::ErrorKind::FileTooLarge));
            }
            let most = buffer.len().min(budget);
            let taken = buffer.get_mut(..most).unwrap_or_default();
            let count = self.source.read(taken)?;
            self.shared.budget.set(budget.saturating_sub(count));
            self.shared.at_end.set(count == 0);
            let kept = unify_line_ends(taken.get_mut(..count).unwrap_or_default(), &mut self.after_cr);
            // No octets are left of an LF that stood alone after the CR of the octets before; that is not the end.
            if kept > 0 || count == 0 {
                return Ok(kept);
            }
        }
    }
}

/// Turns CR and CRLF into LF where they stand, and says how many octets are left.
fn unify_line_ends(octets: &mut [u8], after_cr: &mut bool) -> usize {
    if !*after_cr && !octets.contains(&b'\r') {
        return octets.len();
    }
    let octets = Cell::from_mut(octets).as_slice_of_cells();
    let mut places = octets.iter();
    let mut kept = 0;
    for octet in octets.iter().map(Cell::get) {
        let ends_crlf = *after_cr && octet == b'\n';
        *after_cr = octet == b'\r';
        if let Some(place) = if ends_crlf { None } else { places.next() } {
            place.set(if *after_cr { b'\n' } else { octet });
            kept += 1;
        }
    }
    kept
}

impl<'s, 'r, const N: usize> Delimited<'s, 'r, N> {
    pub(super) fn new(
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
        let separator = separator_line(source.head()?);
        if let Some((_, length)) = separator {
            let mut line = vec![0; length];
            source
                .read_exact(&mut line)
                .map_err(|error| IntakeError::Io { input: name.clone(), source: error })?;
        }
        let delimiter = separator.map_or(delimiter, |(delimiter, _)| delimiter);
        let shared = Rc::<Shared>::default();
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .buffer_capacity(MAX_ROW / 4)
            .from_reader(Meter { source, shared: Rc::clone(&shared), after_cr: false });
        let (mut reader, mut header_row) = (reader, ByteRecord::new());
        let wrong = |source| IntakeError::Header { input: name.clone(), source };
        if !read_row(&mut reader, &shared, &mut header_row, &name)? {
            return Err(wrong(HeaderError::Empty));
        }
        let header = Header::new(&header_row, columns, map, kind).map_err(wrong)?;
        let source = &mut *reader.get_mut().source;
        header.near.iter().for_each(|near| source.warn(near.to_string()));
        Ok(Self { reader, shared, header, header_row, row: ByteRecord::new(), spilled: None, name, id })
    }

    /// The next row; `None` after the last.
    ///
    /// No field of these tables has a line end. A row that goes over several lines is a quoted field that is not closed, and
    /// the lines in it were rows: each of them is refused, so that none disappears.
    pub(super) fn next(&mut self) -> Result<Option<Row<'_, N>>, IntakeError> {
        if let Some((line, first, last)) = self.spilled.take() {
            self.spilled = (line < last).then_some((line + 1, first, last));
            self.row.clear();
            let origin = Origin { input: self.id, line };
            let fields = Err(Reject::SpansLines { first, last });
            return Ok(Some(Row { origin, raw: Raw::Fields(&self.row), fields, device: None }));
        }
        if !read_row(&mut self.reader, &self.shared, &mut self.row, &self.name)? {
            return Ok(None);
        }
        let too_many = |_| IntakeError::TooManyLines { input: self.name.clone() };
        let line = u32::try_from(self.line()).map_err(too_many)?;
        let origin = Origin { input: self.id, line };
        let more = u32::try_from(self.lines_within()).map_err(too_many)?;
        let fields = if more > 0 {
            let last = line.saturating_add(more);
            self.spilled = Some((line.saturating_add(1), line, last));
            Err(Reject::SpansLines { first: line, last })
        } else if self.repeats_header() {
            Err(Reject::RepeatedHeader)
        } else if self.row.len() != self.header.width {
            Err(Reject::Ragged { found: self.row.len(), expected: self.header.width })
        } else {
            Ok(self.header.fields(&self.row))
        };
        let device = self.header.fields(&self.row).first().copied();
        Ok(Some(Row { origin, raw: Raw::Fields(&self.row), fields, device }))
    }

    /// How many line ends stand within the fields of the row.
    fn lines_within(&self) -> usize {
        self.row.iter().map(|field| field.iter().filter(|octet| **octet == b'\n').count()).sum()
    }

    /// The line on which the row that was read begins. The reader knows where it began to look for it, which may be
    /// blank lines before, and where the row ended: after the LF, unless the input ended first.
    fn line(&self) -> u64 {
        let within = self.lines_within();
        let after = u64::from(!self.shared.at_end.get());
        let before = u64::try_from(within).unwrap_or(u64::MAX).saturating_add(after);
        self.reader.position().line().saturating_sub(before)
    }

    fn repeats_header(&self) -> bool {
        repeats(&self.row, &self.header_row)
    }
}

/// Whether a row is the header again.
pub(super) fn repeats(row: &ByteRecord, header: &ByteRecord) -> bool {
    row.len() == header.len()
        && row.iter().zip(header).all(|(field, header)| {
            field.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(field).trim_ascii() == header.trim_ascii()
        })
}

fn read_row(
    reader: &mut csv::Reader<Meter<'_, '_>>,
    shared: &Shared,
    row: &mut ByteRecord,
    name: &str,
) -> Result<bool, IntakeError> {
    // The reader takes whole buffers, so the budget is for what it takes on top of those.
    shared.budget.set(MAX_ROW);
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

/// The first line as a spreadsheet writes it to say the separator, `sep=;`: the separator, and how long the line is without
/// its line end, which is left so that lines are counted right.
pub(crate) fn separator_line(head: &[u8]) -> Option<(u8, usize)> {
    let line = head.split(|octet| matches!(octet, b'\n' | b'\r')).next()?;
    match line {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter] => Some((*delimiter, line.len())),
        _ => None,
    }
}

/// The separator of a header row.
fn delimiter(head: &[u8]) -> u8 {
    let mut counts = [(b',', 0usize), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for octet in head {
        match octet {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
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

/// The first row with text, as far as it needs to be known to tell what the table is of.
pub(crate) fn first_row(head: &[u8]) -> Vec<String> {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let mut lines = head.split(|octet| matches!(octet, b'\n' | b'\r')).map(<[u8]>::trim_ascii);
    let first = lines.find(|line| !line.is_empty() && separator_line(line).is_none()).unwrap_or_default();
    // A comment of a message file may consist of the very word that is a header.
    let comment = first.starts_with(b"#") || first.starts_with(b"//");
    let row = if comment { String::new() } else { String::from_utf8_lossy(first).into_owned() };
    row.split([',', ';', '\t']).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::REGISTRATION_COLUMNS;
    use types::InputId;

    fn lines(text: &str) -> Vec<u32> {
        let mut source = Source::new("x", InputId(0), text.as_bytes());
        let map = ColumnMap::default();
        let mut table =
            Delimited::new(&mut source, &REGISTRATION_COLUMNS, &map, "registration data").unwrap();
        let mut lines = Vec::new();
        while let Some(row) = table.next().unwrap() {
            lines.push(row.origin.line);
        }
        lines
    }

    #[test]
    fn a_row_stands_on_the_line_on_which_it_begins() {
        let text = "mpan,dno\n1,a\n\n\n2,\"b\nb\n\"\n3,c\n";
        // The row over lines 5 to 7 is refused line by line.
        assert_eq!(lines(text), [2, 5, 6, 7, 8]);
        assert_eq!(lines(text.trim_ascii_end()), [2, 5, 6, 7, 8]);
        for line_end in ["\r\n", "\r"] {
            assert_eq!(lines(&text.replace('\n', line_end)), [2, 5, 6, 7, 8], "{line_end:?}");
        }
    }

    #[test]
    fn line_ends_become_one_octet_wherever_the_source_is_cut() {
        let text = b"a\r\n\r\nb\rc\n\n\r\r\n";
        for cut in 0..text.len() {
            let (mut one, mut other) = (text[..cut].to_vec(), text[cut..].to_vec());
            let mut after_cr = false;
            let kept = unify_line_ends(&mut one, &mut after_cr);
            one.truncate(kept);
            let kept = unify_line_ends(&mut other, &mut after_cr);
            one.extend_from_slice(&other[..kept]);
            assert_eq!(one, b"a\n\nb\nc\n\n\n\n", "{cut}");
        }
    }
}
