//! Reads the files of a package back into the wire model.
//!
//! In: octets of somebody else. Out: values of [`crate::model::v1`], one at a time where a file has many, so that memory
//! does not grow with the report. A value counts only if its octets are the canonical form of what was read from them:
//! no member is unknown, missing, repeated or out of order, and no digit or escape is written in another way.

use std::io::{self, BufRead};
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::canonical::{canonical, push_line};
use crate::findings::FINDINGS_HEADER;
use crate::manifest::{FORMAT, FORMAT_VERSION};
use crate::model::v1::Manifest;

/// The most octets of a line: a row lists every record of its meter, and this is room for millions of them.
pub const MAX_LINE: usize = 64 << 20;

/// The most octets of a file that is one JSON value.
pub const MAX_DOCUMENT: usize = 256 << 20;

/// The most octets of `slice.json` and `attestation.dsse.json`.
pub const MAX_SMALL_DOCUMENT: usize = 1 << 20;

/// Why a file of a package can't be read.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The operating system says why.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A line that no report has.
    #[error("line {line}: longer than {} octets", MAX_LINE)]
    LineTooLong {
        /// Its number, from 1.
        line: u64,
    },
    /// The file ends within a line.
    #[error("line {line}: ends without a line feed; the file is cut short")]
    LineNotEnded {
        /// Its number, from 1.
        line: u64,
    },
    /// A JSON value that no report has.
    #[error("longer than {most} octets")]
    DocumentTooLong {
        /// The most that it may have.
        most: usize,
    },
    /// A package of another format, or of a version that this program does not know.
    #[error("format {found:?}, expected {:?} version {}", FORMAT, FORMAT_VERSION)]
    Format {
        /// Format and version as far as they are there.
        found: String,
    },
    /// It does not have the form of the model.
    #[error("{}{message}", at(*.line))]
    Form {
        /// The line, from 1; 0 in a file that is one value.
        line: u64,
        /// What was found and what was expected.
        message: String,
    },
    /// It has the form of the model and is not written in the one way that counts.
    #[error("{}octet {octet} is not as RFC 8785 and the model have it", at(*.line))]
    NotCanonical {
        /// The line, from 1; 0 in a file that is one value.
        line: u64,
        /// The first octet that differs, from 1, within the line or the file.
        octet: usize,
    },
}

fn at(line: u64) -> String {
    if line == 0 { String::new() } else { format!("line {line}: ") }
}

/// Reads lines, each with its line feed, and holds one at a time.
#[derive(Debug)]
pub struct Lines<R> {
    reader: R,
    line: u64,
    octets: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    /// Reads from the begin of a file.
    pub const fn new(reader: R) -> Self {
        Self { reader, line: 0, octets: Vec::new() }
    }

    /// The number of the line that was read last, from 1; 0 before the first.
    #[must_use]
    pub const fn line(&self) -> u64 {
        self.line
    }

    /// The next line without its line feed; none at the end.
    ///
    /// # Errors
    ///
    /// It can't be read, is too long, or the file ends within it.
    pub fn next_line(&mut self) -> Result<Option<&[u8]>, ReadError> {
        self.octets.clear();
        let line = self.line + 1;
        loop {
            let held = self.reader.fill_buf()?;
            if held.is_empty() {
                return if self.octets.is_empty() { Ok(None) } else { Err(ReadError::LineNotEnded { line }) };
            }
            let end = memchr::memchr(b'\n', held);
            let part = held.get(..end.unwrap_or(held.len())).unwrap_or_default();
            if self.octets.len() + part.len() > MAX_LINE {
                return Err(ReadError::LineTooLong { line });
            }
            self.octets.extend_from_slice(part);
            let used = part.len() + usize::from(end.is_some());
            self.reader.consume(used);
            if end.is_some() {
                self.line = line;
                return Ok(Some(&self.octets));
            }
        }
    }
}

/// Reads the rows of a file of JSON lines, one at a time. After an error there are no more.
#[derive(Debug)]
pub struct Rows<T, R> {
    lines: Lines<R>,
    again: Vec<u8>,
    failed: bool,
    row: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned + Serialize, R: BufRead> Rows<T, R> {
    /// Reads from the begin of a file.
    pub const fn new(reader: R) -> Self {
        Self { lines: Lines::new(reader), again: Vec::new(), failed: false, row: PhantomData }
    }

    /// The number of the line of the row that was read last, from 1.
    #[must_use]
    pub const fn line(&self) -> u64 {
        self.lines.line
    }

    /// The octets of the row that was read last, without line feed: the leaf of the trees.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.lines.octets
    }

    fn read(&mut self) -> Result<Option<T>, ReadError> {
        if self.lines.next_line()?.is_none() {
            return Ok(None);
        }
        row(&self.lines.octets, self.lines.line, &mut self.again).map(Some)
    }
}

impl<T: DeserializeOwned + Serialize, R: BufRead> Iterator for Rows<T, R> {
    type Item = Result<T, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let row = self.read();
        self.failed = row.is_err();
        row.transpose()
    }
}

/// The row of a line, which is without its line feed. `again` is a buffer for the comparison.
///
/// # Errors
///
/// The line is not the canonical form of such a row.
pub fn row<T: DeserializeOwned + Serialize>(
    octets: &[u8],
    line: u64,
    again: &mut Vec<u8>,
) -> Result<T, ReadError> {
    let row: T = serde_json::from_slice(octets)
        .map_err(|error| ReadError::Form { line, message: error.to_string() })?;
    again.clear();
    push_line(&row, again).map_err(|error| ReadError::Form { line, message: error.to_string() })?;
    same(octets, again.strip_suffix(b"\n").unwrap_or(again), line)?;
    Ok(row)
}

/// The value of a file that is one.
///
/// # Errors
///
/// The octets are not the canonical form of such a value.
pub fn document<T: DeserializeOwned + Serialize>(octets: &[u8]) -> Result<T, ReadError> {
    let form = |message: String| ReadError::Form { line: 0, message };
    let value: T = serde_json::from_slice(octets).map_err(|error| form(error.to_string()))?;
    same(octets, &canonical(&value).map_err(|error| form(error.to_string()))?, 0)?;
    Ok(value)
}

/// `manifest.json`. Its format and version are looked at first, since they say what the rest means.
///
/// # Errors
///
/// The octets are no manifest, one of another format or version, or not in canonical form.
pub fn manifest(octets: &[u8]) -> Result<Manifest, ReadError> {
    #[derive(serde::Deserialize)]
    struct Head {
        #[serde(default)]
        format: Option<String>,
        #[serde(default)]
        format_version: Option<u64>,
    }
    let head: Head = serde_json::from_slice(octets)
        .map_err(|error| ReadError::Form { line: 0, message: error.to_string() })?;
    let (format, version) = (head.format.as_deref(), head.format_version);
    if format != Some(FORMAT) || version != Some(u64::from(FORMAT_VERSION)) {
        let shown = format.unwrap_or("none").chars().take(40).collect::<String>();
        let version = version.map_or_else(|| "none".to_owned(), |version| version.to_string());
        return Err(ReadError::Format { found: format!("{shown} version {version}") });
    }
    document(octets)
}

fn same(read: &[u8], canonical: &[u8], line: u64) -> Result<(), ReadError> {
    if read == canonical {
        return Ok(());
    }
    let octet = read.iter().zip(canonical).take_while(|(a, b)| a == b).count() + 1;
    Err(ReadError::NotCanonical { line, octet })
}

/// A line of `findings.csv`: its fields in the order of [`FINDINGS_HEADER`].
pub type Finding = [String; FINDINGS_HEADER.len()];

/// Reads `findings.csv`, one line at a time. After an error there are no more.
#[derive(Debug)]
pub struct Findings<R: io::Read> {
    records: csv::Reader<Limited<R>>,
    record: csv::StringRecord,
    begun: bool,
    failed: bool,
}

/// Hands out so many octets and then fails, so that a field without end takes bounded memory.
#[derive(Debug)]
struct Limited<R> {
    reader: R,
    left: usize,
}

impl<R: io::Read> io::Read for Limited<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::Error::other(format!("longer than {MAX_LINE} octets")));
        }
        let count = self.reader.read(into)?;
        self.left = self.left.saturating_sub(count);
        Ok(count)
    }
}

impl<R: io::Read> Findings<R> {
    /// Reads from the begin of a file.
    pub fn new(reader: R) -> Self {
        let records =
            csv::ReaderBuilder::new().has_headers(false).from_reader(Limited { reader, left: MAX_LINE });
        Self { records, record: csv::StringRecord::new(), begun: false, failed: false }
    }

    fn read(&mut self) -> Result<Option<Finding>, ReadError> {
        if !self.begun {
            self.begun = true;
            let header = self.next_record()?;
            if !header || !self.record.iter().eq(FINDINGS_HEADER) {
                let message = format!("expected the header {}", FINDINGS_HEADER.join(","));
                return Err(ReadError::Form { line: 1, message });
            }
        }
        if !self.next_record()? {
            return Ok(None);
        }
        // Records of another length than the header's are errors of the CSV reader.
        let mut fields = self.record.iter().map(str::to_owned);
        Ok(Some(std::array::from_fn(|_| fields.next().unwrap_or_default())))
    }

    fn next_record(&mut self) -> Result<bool, ReadError> {
        self.records.get_mut().left = MAX_LINE;
        self.records.read_record(&mut self.record).map_err(|error| ReadError::Form {
            line: error.position().map_or(0, csv::Position::line),
            message: error.to_string(),
        })
    }
}

impl<R: io::Read> Iterator for Findings<R> {
    type Item = Result<Finding, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let finding = self.read();
        self.failed = finding.is_err();
        finding.transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::v1::{EnumerationRow, NotInEstateRow};

    const ROW: &str = r#"{"device_id":"00-DB-12-00-00-00-00-01","input":"ab","line":3,"records":2}"#;

    fn rows(text: &str) -> Vec<Result<NotInEstateRow, ReadError>> {
        Rows::new(text.as_bytes()).collect()
    }

    #[test]
    fn rows_come_back_as_they_were_written() {
        let read = rows(&format!("{ROW}\n{ROW}\n"));
        assert_eq!(read.len(), 2);
        let mut again = Vec::new();
        push_line(read[1].as_ref().unwrap(), &mut again).unwrap();
        assert_eq!(again, format!("{ROW}\n").as_bytes());
    }

    #[test]
    fn what_is_not_in_the_one_form_is_refused_with_its_place() {
        let of = |line: &str| rows(&format!("{ROW}\n{line}\n")).remove(1).unwrap_err().to_string();
        assert_eq!(
            of(&ROW.replace(":3", ": 3")),
            "line 2: octet 60 is not as RFC 8785 and the model have it"
        );
        assert!(of(&ROW.replace("00-DB", "\\u0030")).contains("octet 15"));
        assert!(of(&ROW.replace("\"line\":3,", "")).contains("line 2: missing field `line`"));
        assert!(of(&ROW.replace("}", ",\"sum\":1}")).contains("unknown field `sum`"));
        assert!(of(&ROW.replace("\"line\":3", "\"line\":3,\"line\":3")).contains("duplicate field"));
        assert!(of("").contains("line 2: EOF"));
        // An absent member that must be there, if only as null, is seen too.
        let value: Result<EnumerationRow, _> = document(br#"{"value":1}"#);
        assert!(matches!(value, Err(ReadError::NotCanonical { line: 0, octet: 3 })), "{value:?}");
    }

    #[test]
    fn a_file_that_ends_within_a_line_is_cut_short() {
        let read = rows(&format!("{ROW}\n{ROW}"));
        assert!(matches!(read[1], Err(ReadError::LineNotEnded { line: 2 })));
        assert!(rows("").is_empty());
    }

    #[test]
    fn a_line_without_end_takes_bounded_memory() {
        let endless = io::BufReader::new(io::repeat(b'x'));
        assert!(matches!(Lines::new(endless).next_line(), Err(ReadError::LineTooLong { line: 1 })));
    }

    #[test]
    fn findings_need_their_header_and_all_their_fields() {
        let header = FINDINGS_HEADER.join(",");
        let line = "LOND,d,m,s,wrong,error,r,t,\"e, \"\"x\"\"\",rr,p,w,sr,a,W-1";
        let read: Vec<_> = Findings::new(format!("{header}\r\n{line}\r\n").as_bytes()).collect();
        assert_eq!(read[0].as_ref().unwrap()[8], "e, \"x\"");
        assert!(Findings::new(line.as_bytes()).next().unwrap().is_err());
        assert!(Findings::new(format!("{header}\r\na,b\r\n").as_bytes()).next().unwrap().is_err());
    }
}
