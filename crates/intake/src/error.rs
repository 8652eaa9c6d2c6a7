//! Why an input as a whole can't be read. A bad record is no such error, but a [`crate::Reject`].

use std::io;

use crate::limits::{MAX_CERTIFICATE_FILE, MAX_DIRECTORY_FILE, MAX_ROW, MAX_WAIVER_FILE};

/// Why an input can't be read.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// The operating system failed to deliver it.
    #[error("{input}: {source}")]
    Io {
        /// The input.
        input: String,
        /// What it said.
        source: io::Error,
    },
    /// A copy of it can't be kept for as long as it is read.
    #[error("{input}: a temporary copy: {source}")]
    Temporary {
        /// The input.
        input: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// The header row of a table can't be used.
    #[error("{input}, line 1: {source}")]
    Header {
        /// The input.
        input: String,
        /// What is wrong with it.
        source: HeaderError,
    },
    /// A row does not end.
    #[error("{input}, line {line}: a row of more than {MAX_ROW} octets; is a quoted field not closed?")]
    RowTooLong {
        /// The input.
        input: String,
        /// Where the row starts.
        line: u64,
    },
    /// More lines than a position can name.
    #[error("{input}: more than 4,294,967,295 lines; split the file")]
    TooManyLines {
        /// The input.
        input: String,
    },
    /// A file of certificates that is too large to hold.
    #[error("{input}: more than {MAX_CERTIFICATE_FILE} octets of certificates")]
    CertificatesTooLarge {
        /// The input.
        input: String,
    },
    /// A directory file that is too large to hold.
    #[error("{input}: more than {MAX_DIRECTORY_FILE} octets of directory data")]
    DirectoryTooLarge {
        /// The input.
        input: String,
    },
    /// A directory file that can't be used.
    #[error("{input}: {source}")]
    Directory {
        /// The input.
        input: String,
        /// What is wrong with it.
        source: crate::DirectoryFileError,
    },
    /// A file of waivers that is too large to hold.
    #[error("{input}: more than {MAX_WAIVER_FILE} octets of waivers")]
    WaiversTooLarge {
        /// The input.
        input: String,
    },
    /// A file of waivers that can't be used.
    #[error("{input}{}: {source}", line.map(|line| format!(", line {line}")).unwrap_or_default())]
    Waivers {
        /// The input.
        input: String,
        /// The line on which the waiver at fault is named, if one is.
        line: Option<usize>,
        /// What is wrong with it.
        source: crate::WaiverFileError,
    },
}

/// Why a header row can't be used.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum HeaderError {
    /// The input is empty.
    #[error("no header row: the input is empty")]
    Empty,
    /// Two columns claim one field.
    #[error(
        "columns {first:?} and {second:?} (positions {first_position} and {second_position}) both mean {field}; rename one, or say which under columns.{field}"
    )]
    Ambiguous {
        /// The field.
        field: &'static str,
        /// Header of the first.
        first: String,
        /// Header of the second.
        second: String,
        /// Position of the first, from 1.
        first_position: usize,
        /// Position of the second, from 1.
        second_position: usize,
    },
    /// A field that the table needs has no column.
    #[error("no column for {field} among {found}; expected a header such as {field:?}, or columns.{field} in the configuration{}", suggestion.as_ref().map(|near| format!(" (is it {near:?}?)")).unwrap_or_default())]
    Lacking {
        /// The field.
        field: &'static str,
        /// The headers, as they stand.
        found: String,
        /// A header that resembles the field.
        suggestion: Option<String>,
    },
    /// The configuration names a column that is not there.
    #[error("columns.{field} names {name:?}, which is not among {found}")]
    MappedColumnAbsent {
        /// The field.
        field: String,
        /// The header that the configuration names.
        name: String,
        /// The headers, as they stand.
        found: String,
    },
    /// The configuration maps a field that this kind of table does not have.
    #[error("columns.{field}: there is no such field in {kind}")]
    UnknownField {
        /// The field.
        field: String,
        /// The kind of table.
        kind: &'static str,
    },
}
