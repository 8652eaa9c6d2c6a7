//! Why an input as a whole can't be read. A bad record is no such error, but a [`crate::Reject`].

use std::io;

use crate::limits::{MAX_CERTIFICATE_FILE, MAX_COLUMNS, MAX_DIRECTORY_FILE, MAX_ROW, MAX_WAIVER_FILE};

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
    #[error("{input}{}: {source}", source.place())]
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
        "columns {first:?} and {second:?} (positions {first_position} and {second_position}) both mean {field}; rename one{}",
        if first == second { String::new() } else { format!(", or say which under columns.{field}") }
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
    /// No sheet of a workbook has the columns.
    #[error("no sheet has the columns (sheets {sheets}); of {first:?}: {source}")]
    NoSheetFits {
        /// The sheets.
        sheets: String,
        /// The first of them.
        first: String,
        /// What is wrong with its header row.
        source: Box<Self>,
    },
    /// Several sheets of a workbook have the columns.
    #[error(
        "several sheets have the columns: {sheets}; say which by sheet = \"…\" where the configuration names the file for what it is"
    )]
    SeveralSheets {
        /// Those sheets.
        sheets: String,
    },
    /// The configuration names a sheet that is not there.
    #[error("sheet {name:?} is not among {found}")]
    NoSuchSheet {
        /// The sheet that the configuration names.
        name: String,
        /// The sheets of the workbook.
        found: String,
    },
    /// The configuration names a sheet of what has none.
    #[error("the configuration names sheet {name:?}, but the file is no workbook")]
    NotAWorkbook {
        /// The sheet that the configuration names.
        name: String,
    },
    /// More columns than any table has.
    #[error("{found} columns; at most {MAX_COLUMNS} are read")]
    TooManyColumns {
        /// How many there are.
        found: usize,
    },
    /// The first line says another separator than the header row has.
    #[error(
        "the first line says that {said:?} separates columns, but the header row has {found:?} and no {said:?}"
    )]
    Separator {
        /// What the first line says.
        said: char,
        /// What the header row has.
        found: char,
    },
    /// One JSON array, and not a line of JSON for each record.
    #[error(
        "one JSON array; JSON Lines have an object on each line, without brackets and commas between them"
    )]
    JsonArray,
    /// A column of Parquet is of a type that the field can't be.
    #[error("column {name:?} is {found}; {field} has to be {expected}")]
    ColumnType {
        /// The field.
        field: &'static str,
        /// Its column.
        name: String,
        /// The type of the column.
        found: String,
        /// What it could be.
        expected: &'static str,
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

impl HeaderError {
    /// Whether another configuration mends it, rather than another file.
    #[must_use]
    pub fn is_of_configuration(&self) -> bool {
        match self {
            Self::MappedColumnAbsent { .. }
            | Self::UnknownField { .. }
            | Self::SeveralSheets { .. }
            | Self::NoSuchSheet { .. }
            | Self::NotAWorkbook { .. } => true,
            Self::NoSheetFits { source, .. } => source.is_of_configuration(),
            _ => false,
        }
    }

    /// Whether it is a table of another kind, as far as its columns tell.
    #[must_use]
    pub fn lacks_column(&self) -> bool {
        match self {
            Self::Lacking { .. } => true,
            Self::NoSheetFits { source, .. } => source.lacks_column(),
            _ => false,
        }
    }

    /// Where in the file, if it is one of lines.
    const fn place(&self) -> &'static str {
        match self {
            Self::Empty
            | Self::Ambiguous { .. }
            | Self::Lacking { .. }
            | Self::MappedColumnAbsent { .. }
            | Self::UnknownField { .. } => ", line 1",
            _ => "",
        }
    }
}
