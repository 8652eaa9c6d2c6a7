//! What is wrong with a line of JSON, or with a workbook.

use crate::limits::{
    MAX_COLUMNS, MAX_ROW, MAX_WORKBOOK, MAX_WORKBOOK_CONTENT, MAX_WORKBOOK_ENTRIES, MAX_WORKBOOK_RATIO,
};

/// Why a line is no record in JSON.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum JsonFault {
    /// Not JSON, or something after the object.
    #[error("column {column}: no JSON: {message}")]
    Syntax {
        /// The octet of the line, from 1.
        column: usize,
        /// What the JSON reader says.
        message: String,
    },
    /// JSON, but no object.
    #[error("no JSON object: a line has to begin with a brace")]
    NotAnObject,
    /// One key twice.
    #[error("the key {key:?} stands twice")]
    RepeatedKey {
        /// The key, cut to a reasonable length.
        key: String,
    },
    /// Two keys that mean one field.
    #[error("two keys mean {field}")]
    SameField {
        /// The field.
        field: &'static str,
    },
    /// An array or object where a field needs a value.
    #[error("{field} is an array or an object, expected a value")]
    Nested {
        /// The field.
        field: &'static str,
    },
    /// More keys than any table has columns.
    #[error("more than {MAX_COLUMNS} keys")]
    TooManyKeys,
    /// A line that is too long.
    #[error("a line of more than {MAX_ROW} octets")]
    TooLong,
}

/// Why a workbook can't be read, or not further.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SheetFault {
    /// More than is taken in.
    #[error("a workbook of more than {MAX_WORKBOOK} octets")]
    TooLarge,
    /// A workbook of before 2007, or one with a password.
    #[error("a workbook of the old binary form, or with a password; save it as XLSX or ODS without one")]
    OldOrEncrypted,
    /// A ZIP archive that is something else.
    #[error("a ZIP archive that is no workbook: neither XLSX nor ODS")]
    NotAWorkbook,
    /// The archive or what is in it can't be read.
    #[error("the workbook can't be read: {message}")]
    Unreadable {
        /// What is wrong.
        message: String,
    },
    /// More parts than workbooks have.
    #[error("a workbook of more than {MAX_WORKBOOK_ENTRIES} parts")]
    TooManyParts,
    /// More content than is taken in.
    #[error("a workbook of more than {MAX_WORKBOOK_CONTENT} octets when unpacked")]
    TooMuchContent,
    /// A part that is larger unpacked than any sheet is.
    #[error("part {part:?} is more than {MAX_WORKBOOK_RATIO} times as large when unpacked")]
    Ratio {
        /// Its name, cut to a reasonable length.
        part: String,
    },
    /// A part that is not as large as it says.
    #[error("part {part:?} is not as large as the archive says")]
    Size {
        /// Its name, cut to a reasonable length.
        part: String,
    },
    /// Rows or cells that are not in order, or stand twice.
    #[error("cells that are not in order")]
    Order,
    /// One filled row many times over.
    #[error("one filled row {count} times over")]
    Repeated {
        /// How often.
        count: usize,
    },
    /// A row that is too long.
    #[error("a row of more than {MAX_ROW} octets")]
    RowTooLong,
}
