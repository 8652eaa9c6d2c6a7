//! Rows of a table, one at a time, whatever the form of the input: CSV, JSON Lines, a workbook, Parquet.
//!
//! The form is told by the content. A field comes out as text, the same for the same value in every form, so that what
//! reads the fields knows nothing of forms.

#[cfg(feature = "parquet")]
mod columnar;
mod contained;
mod delimited;
mod json_lines;
mod kind;
mod ods;
mod sheet;
mod value;
mod workbook;
mod xlsx;

use csv::ByteRecord;
use types::{InputId, Origin};

use crate::columns::{Column, TableOptions, normalise};
use crate::error::{HeaderError, IntakeError};
use crate::fault::SheetFault;
use crate::limits::MAX_WORKBOOK;
use crate::record::Reject;
use crate::source::Source;

pub(crate) use delimited::first_row;
pub(crate) use kind::TableKind;

use delimited::Delimited;
use json_lines::JsonLines;
use sheet::SheetTable;
use workbook::Workbook;

/// A row that was read: where it stands, and its fields or why they can't be used.
pub(crate) struct Row<'t, const N: usize> {
    pub(crate) origin: Origin,
    pub(crate) raw: Raw<'t>,
    pub(crate) fields: Result<[&'t [u8]; N], Reject>,
    /// The text of the fields even if they can't be used, as far as it is known which is which.
    pub(crate) texts: [&'t [u8]; N],
    /// What stands in the first column of the kind of table, the device in most, even if the fields can't be used.
    pub(crate) device: Option<&'t [u8]>,
}

impl<'t, const N: usize> Row<'t, N> {
    /// The fields where a row is worth something without all of them: of a cell that failed, its error is the text, as it is
    /// in CSV. A field without which the row says too little must be able to be read.
    pub(crate) fn fields_but(&self, needed: &[&str]) -> Result<[&'t [u8]; N], Reject> {
        match &self.fields {
            Err(Reject::CellError { field, .. } | Reject::FormulaUnsaved { field })
                if !needed.contains(field) =>
            {
                Ok(self.texts)
            }
            fields => fields.clone(),
        }
    }
}

/// A row as it stood.
#[derive(Clone, Copy)]
pub(crate) enum Raw<'t> {
    Fields(&'t ByteRecord),
    Line(&'t [u8]),
    Nothing,
}

impl Raw<'_> {
    /// Its text, near enough for a quarantine: fields joined by commas, cut to a length.
    pub(crate) fn text(self, into: &mut Vec<u8>) {
        const MOST: usize = 4096;
        into.clear();
        match self {
            Self::Nothing => {}
            Self::Line(line) => into.extend_from_slice(line.get(..MOST.min(line.len())).unwrap_or_default()),
            Self::Fields(row) => {
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
        }
    }
}

/// The form of a table.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Form {
    /// CSV, or nothing that is known by its first octets.
    Delimited,
    JsonLines,
    /// One JSON array, which is no JSON Lines.
    JsonArray,
    /// A ZIP archive.
    Workbook,
    /// A workbook of before 2007, or one with a password.
    OldWorkbook,
    Parquet,
}

impl Form {
    /// Tells the form by the first octets.
    pub(crate) fn of(head: &[u8]) -> Self {
        if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
            return Self::Workbook;
        }
        if head.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
            return Self::OldWorkbook;
        }
        if head.starts_with(b"PAR1") {
            return Self::Parquet;
        }
        match head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start() {
            [b'{', ..] => Self::JsonLines,
            [b'[', rest @ ..] if rest.trim_ascii_start().starts_with(b"{") => Self::JsonArray,
            _ => Self::Delimited,
        }
    }
}

/// An input that is a table, and how far it had to be looked into to know that.
pub(crate) struct Opened<'s, 'r> {
    source: &'s mut Source<'r>,
    content: Content,
}

enum Content {
    Delimited,
    JsonLines,
    Workbook(Box<Workbook>),
    #[cfg(feature = "parquet")]
    Parquet(Box<columnar::Columnar>),
    /// It can't be read at all, which is one record with its reason.
    Malformed(Reject),
}

impl<'s, 'r> Opened<'s, 'r> {
    pub(crate) fn new(source: &'s mut Source<'r>) -> Result<Self, IntakeError> {
        let content = match Form::of(source.head()?) {
            Form::Delimited => Content::Delimited,
            Form::JsonLines => Content::JsonLines,
            Form::JsonArray => return Err(header_error(source, HeaderError::JsonArray)),
            Form::OldWorkbook => Content::Malformed(Reject::Sheet(SheetFault::OldOrEncrypted)),
            Form::Workbook => match source.spool(MAX_WORKBOOK)? {
                None => Content::Malformed(Reject::Sheet(SheetFault::TooLarge)),
                Some(spooled) => match Workbook::open(spooled) {
                    Ok(workbook) => Content::Workbook(Box::new(workbook)),
                    Err(fault) => Content::Malformed(Reject::Sheet(fault)),
                },
            },
            #[cfg(feature = "parquet")]
            Form::Parquet => match columnar::Columnar::open(source)? {
                Ok(columnar) => Content::Parquet(Box::new(columnar)),
                Err(reject) => Content::Malformed(reject),
            },
            #[cfg(not(feature = "parquet"))]
            Form::Parquet => {
                Content::Malformed(Reject::Parquet { message: "this build does not read it".to_owned() })
            }
        };
        Ok(Self { source, content })
    }

    /// The headers by which to tell what the table is of: one list for each of its sheets, if it has sheets. None if
    /// it can't be read.
    pub(crate) fn headers(&mut self, options: &TableOptions) -> Result<Vec<Vec<String>>, IntakeError> {
        let source = &mut *self.source;
        match &mut self.content {
            Content::Malformed(_) => Ok(Vec::new()),
            Content::Delimited => Ok(vec![first_row(source.head()?)]),
            Content::JsonLines => Ok(vec![json_lines::first_keys(source.head()?)]),
            Content::Workbook(workbook) => {
                let sheets = workbook.candidates(options.sheet.as_deref());
                let sheets = sheets.map_err(|error| header_error(source, error))?;
                Ok(sheets.iter().map(|(_, sheet)| sheet.headers()).collect())
            }
            #[cfg(feature = "parquet")]
            Content::Parquet(columnar) => Ok(vec![columnar.headers()]),
        }
    }

    /// That its sheets are of several kinds, of which one has to be chosen.
    pub(crate) fn several_sheets(&self, which: impl Fn(usize) -> bool) -> IntakeError {
        let sheets = match &self.content {
            Content::Workbook(workbook) => workbook.names(which),
            _ => String::new(),
        };
        header_error(self.source, HeaderError::SeveralSheets { sheets })
    }

    /// Whether a part of it can't be read, which may be the one that is looked for.
    pub(crate) fn is_damaged(&self) -> bool {
        match &self.content {
            Content::Malformed(_) => true,
            Content::Workbook(workbook) => workbook.damage().is_some(),
            _ => false,
        }
    }
}

/// Whether one of the headers is a name of a field.
pub(crate) fn has(headers: &[String], columns: &[Column], name: &str) -> bool {
    let plain: Vec<String> = headers.iter().map(|header| normalise(header)).collect();
    columns.iter().filter(|column| column.name == name).any(|column| {
        let names = std::iter::once(column.name).chain(column.aliases.iter().copied());
        names.map(normalise).any(|alias| plain.contains(&alias))
    })
}

/// A table of `N` known fields.
pub(crate) enum Table<'o, 'r, const N: usize> {
    Delimited(Box<Delimited<'o, 'r, N>>),
    JsonLines(Box<JsonLines<'o, 'r, N>>),
    Sheet(Box<SheetTable<'o, N>>),
    #[cfg(feature = "parquet")]
    Parquet(Box<columnar::ColumnarTable<'o, N>>),
    /// One record that says why there are no others.
    Malformed(InputId, Option<Reject>),
}

impl<'o, 'r, const N: usize> Table<'o, 'r, N> {
    /// Finds the columns. `kind` is for messages.
    pub(crate) fn new(
        opened: &'o mut Opened<'_, 'r>,
        columns: &'static [Column; N],
        options: &TableOptions,
        kind: &'static str,
    ) -> Result<Self, IntakeError> {
        let Opened { source, content } = opened;
        let id = source.id();
        if let (Some(sheet), false) =
            (&options.sheet, matches!(content, Content::Workbook(_) | Content::Malformed(_)))
        {
            return Err(header_error(source, HeaderError::NotAWorkbook { name: sheet.clone() }));
        }
        Ok(match content {
            Content::Delimited => {
                Self::Delimited(Box::new(Delimited::new(source, columns, &options.columns, kind)?))
            }
            Content::JsonLines => {
                Self::JsonLines(Box::new(JsonLines::new(source, columns, &options.columns, kind)?))
            }
            Content::Workbook(workbook) => match SheetTable::new(workbook, id, columns, options, kind) {
                Err(error) => return Err(header_error(source, error)),
                Ok(Err(fault)) => Self::Malformed(id, Some(Reject::Sheet(fault))),
                Ok(Ok((table, warnings))) => {
                    warnings.into_iter().for_each(|warning| source.warn(warning));
                    Self::Sheet(Box::new(table))
                }
            },
            #[cfg(feature = "parquet")]
            Content::Parquet(columnar) => {
                match columnar::ColumnarTable::new(&*columnar, id, columns, options, kind) {
                    Err(error) => return Err(header_error(source, error)),
                    Ok((table, warnings)) => {
                        warnings.into_iter().for_each(|warning| source.warn(warning));
                        Self::Parquet(Box::new(table))
                    }
                }
            }
            Content::Malformed(reject) => Self::Malformed(id, Some(reject.clone())),
        })
    }

    /// The next row; `None` after the last.
    pub(crate) fn next(&mut self) -> Result<Option<Row<'_, N>>, IntakeError> {
        match self {
            Self::Delimited(table) => table.next(),
            Self::JsonLines(table) => table.next(),
            Self::Sheet(table) => Ok(table.next()),
            #[cfg(feature = "parquet")]
            Self::Parquet(table) => table.next(),
            Self::Malformed(input, reject) => {
                let origin = Origin { input: *input, line: 1 };
                let row = |reject| Row {
                    origin,
                    raw: Raw::Nothing,
                    fields: Err(reject),
                    texts: [&[]; N],
                    device: None,
                };
                Ok(reject.take().map(row))
            }
        }
    }
}

fn header_error(source: &Source<'_>, error: HeaderError) -> IntakeError {
    IntakeError::Header { input: source.name().to_owned(), source: error }
}
