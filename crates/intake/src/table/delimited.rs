//! Rows of CSV. Comma, semicolon or tab, by which the header row has most fields of the table; a BOM, CRLF and quoted fields are
//! normal. A row that is too wide or too narrow is a reject, and so is a header row that repeats. A row of blank fields is
//! none, as in a sheet.

use std::cell::Cell;
use std::io::Read;
use std::rc::Rc;

use csv::ByteRecord;
use types::Origin;

use crate::columns::{Column, ColumnMap, Header, means};
use crate::error::{HeaderError, IntakeError};
use crate::limits::{MAX_COLUMNS, MAX_ROW};
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
        let has_bom = source.head()?.starts_with(b"\xEF\xBB\xBF");
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
        let found = delimiter(source.head()?, columns, map);
        let delimiter = match separator {
            None => found.0,
            // A single column has no separator.
            Some((said, _)) if found.1 == 0 || header_has(source.head()?, said) => said,
            Some((said, _)) => {
                let (said, found) = (char::from(said), char::from(found.0));
                return Err(IntakeError::Header {
                    input: name,
                    source: HeaderError::Separator { said, found },
                });
            }
        };
        let shared = Rc::<Shared>::default();
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .buffer_capacity(MAX_ROW / 4)
            .from_reader(Meter { source, shared: Rc::clone(&shared), after_cr: false });
        let (mut reader, mut header_row) = (reader, ByteRecord::new());
        let wrong = |source| IntakeError::Header { input: name.clone(), source };
        loop {
            if !read_row(&mut reader, &shared, &mut header_row, &name)? {
                return Err(wrong(HeaderError::Empty));
            }
            if !is_blank(&header_row) {
                break;
            }
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
            let raw = Raw::Fields(&self.row);
            return Ok(Some(Row { origin, raw, fields, texts: [&[]; N], device: None }));
        }
        let within = loop {
            if !read_row(&mut self.reader, &self.shared, &mut self.row, &self.name)? {
                return Ok(None);
            }
            let within = lines_within(&self.row);
            if within > 0 || !is_blank(&self.row) {
                break within;
            }
        };
        let too_many = |_| IntakeError::TooManyLines { input: self.name.clone() };
        let line = u32::try_from(self.line(within)).map_err(too_many)?;
        let origin = Origin { input: self.id, line };
        let more = u32::try_from(within).map_err(too_many)?;
        let texts = self.header.fields(&self.row);
        let fields = if more > 0 {
            let last = line.saturating_add(more);
            self.spilled = Some((line.saturating_add(1), line, last));
            Err(Reject::SpansLines { first: line, last })
        } else if self.repeats_header() {
            Err(Reject::RepeatedHeader)
        } else if self.row.len() != self.header.width {
            Err(Reject::Ragged { found: self.row.len(), expected: self.header.width })
        } else {
            Ok(texts)
        };
        let device = texts.first().copied();
        Ok(Some(Row { origin, raw: Raw::Fields(&self.row), fields, texts, device }))
    }

    /// The line on which the row that was read begins, with so many line ends within it. The reader knows where it began to
    /// look for it, which may be blank lines before, and where the row ended: after the LF, unless the input ended first.
    fn line(&self, within: usize) -> u64 {
        let after = u64::from(!self.shared.at_end.get());
        let before = u64::try_from(within).unwrap_or(u64::MAX).saturating_add(after);
        self.reader.position().line().saturating_sub(before)
    }

    fn repeats_header(&self) -> bool {
        repeats(&self.row, &self.header_row)
    }
}

/// How many line ends stand within the fields of a row.
fn lines_within(row: &ByteRecord) -> usize {
    memchr::memchr_iter(b'\n', row.as_slice()).count()
}

/// Whether a row has no filled field: what spreadsheets write of rows that only look filled.
fn is_blank(row: &ByteRecord) -> bool {
    row.iter().all(|field| field.trim_ascii().is_empty())
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
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter @ (b'\t' | b' '..=b'~')]
            if !delimiter.is_ascii_alphanumeric() && *delimiter != b'"' =>
        {
            Some((*delimiter, line.len()))
        }
        _ => None,
    }
}

/// What may separate columns without a line that says so, in the order of preference.
const DELIMITERS: [u8; 3] = *b",;\t";

/// The separator of a header row, and how often it stands there outside quotes: by which most of the columns are fields of the
/// table and, of two as good, the one that stands there more often.
fn delimiter(head: &[u8], columns: &'static [Column], map: &ColumnMap) -> (u8, usize) {
    let mut best = (b',', (0, 0));
    for delimiter in DELIMITERS {
        let headers = header_row(head, delimiter);
        let of_field = |column: &&Column| headers.iter().any(|header| means(header, column, map));
        let rank = (columns.iter().filter(of_field).count(), headers.len().saturating_sub(1));
        if rank > best.1 {
            best = (delimiter, rank);
        }
    }
    (best.0, best.1.1)
}

/// Whether a separator stands in the header row outside quotes.
fn header_has(head: &[u8], delimiter: u8) -> bool {
    header_row(head, delimiter).len() > 1
}

/// The first filled row at the beginning of an input, by a separator; of a row that is too wide, the columns that would be read.
fn header_row(head: &[u8], delimiter: u8) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new();
    let mut reader = reader.has_headers(false).flexible(true).delimiter(delimiter).from_reader(head);
    let mut row = ByteRecord::new();
    while reader.read_byte_record(&mut row).unwrap_or(false) {
        if !is_blank(&row) {
            let headers = row.iter().take(MAX_COLUMNS);
            return headers.map(|field| String::from_utf8_lossy(field).trim().to_owned()).collect();
        }
    }
    Vec::new()
}

/// The first row with text, as far as it needs to be known to tell what the table is of.
pub(crate) fn first_row(head: &[u8]) -> Vec<String> {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let separator = separator_line(head);
    let head = head.get(separator.map_or(0, |(_, length)| length)..).unwrap_or_default();
    let separates =
        |octet: u8| DELIMITERS.contains(&octet) || separator.is_some_and(|(said, _)| said == octet);
    let mut lines = head.split(|octet| matches!(octet, b'\n' | b'\r')).map(<[u8]>::trim_ascii);
    let filled = |line: &&[u8]| line.iter().any(|octet| !separates(*octet) && *octet != b' ');
    let first = lines.find(filled).unwrap_or_default();
    // A comment of a message file may consist of the very word that is a header.
    if first.starts_with(b"#") || first.starts_with(b"//") {
        return vec![String::new()];
    }
    first.split(|octet| separates(*octet)).map(|field| String::from_utf8_lossy(field).into_owned()).collect()
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

    /// What a table of registration data says: its rows as text, or why its header can't be used.
    fn rows(text: &str) -> Result<Vec<String>, String> {
        let mut source = Source::new("x", InputId(0), text.as_bytes());
        let map = ColumnMap::default();
        let mut table = Delimited::new(&mut source, &REGISTRATION_COLUMNS, &map, "registration data")
            .map_err(|error| error.to_string())?;
        let mut rows = Vec::new();
        while let Some(row) = table.next().unwrap() {
            let fields = row.fields.map_err(|reject| reject.to_string())?;
            rows.push(fields.map(|field| String::from_utf8_lossy(field).into_owned()).join("|"));
        }
        Ok(rows)
    }

    #[test]
    fn the_separator_is_the_one_by_which_the_columns_are_fields() {
        for (text, row) in [
            ("mpan,dno,supplier\n1,a,b\n", "1|a|b"),
            ("mpan;dno;make, model, fw\n1;a;b\n", "1|a|"),
            ("mpan\tdno\tone, two; three; four\n1\ta\tb\n", "1|a|"),
            ("\"mpan\",\"a;b;c;d\",dno\n1,x,a\n", "1|a|"),
            ("sep=|\nmpan|dno\n1|a\n", "1|a|"),
            ("SEP=\t\r\nmpan\tdno\r\n1\ta\r\n", "1|a|"),
            (",,,\n ,\nmpan,dno\n1,a\n", "1|a|"),
        ] {
            assert_eq!(rows(text).unwrap(), [row], "{text}");
            assert!(first_row(text.as_bytes()).contains(&"mpan".to_owned()) || text.contains('"'), "{text}");
        }
    }

    #[test]
    fn a_line_that_says_another_separator_than_the_header_has_is_named() {
        let error = rows("sep=;\nmpan,dno\n1,a\n").unwrap_err();
        assert_eq!(
            error,
            "x: the first line says that ';' separates columns, but the header row has ',' and no ';'"
        );
    }

    #[test]
    fn rows_of_separators_only_are_no_rows_and_the_lines_are_counted_on() {
        let text = "mpan,dno\n,\n1,a\n , \n,,,,\n\"\",\n2,b\n,\n";
        for line_end in ["\n", "\r\n"] {
            assert_eq!(lines(&text.replace('\n', line_end)), [3, 7]);
        }
        assert_eq!(rows(text).unwrap(), ["1|a|", "2|b|"]);
    }

    #[test]
    fn more_columns_than_a_table_has_are_refused_at_once() {
        let wide = |count: usize| format!("mpan,dno{}\n", ",x".repeat(count - 2));
        assert!(rows(&wide(MAX_COLUMNS)).is_ok());
        assert!(rows(&wide(MAX_COLUMNS + 1)).unwrap_err().contains("1025 columns; at most 1024 are read"));
        assert!(rows(&wide(400_000)).unwrap_err().contains("400000 columns"));
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
