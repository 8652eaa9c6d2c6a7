//! Rows of the sheet of a workbook.
//!
//! The first filled row is the header row; rows without a filled cell are no rows. A row has the fields that stand below its
//! headers: cells that are not there are blank, cells beside the headers are passed over.

use std::ops::Range;

use csv::ByteRecord;
use types::{InputId, Origin};

use super::delimited::repeats;
use super::kind::TableKind;
use super::ods::OdsRows;
use super::value::{Value, graver};
use super::workbook::{Workbook, texts};
use super::xlsx::XlsxRows;
use super::{Raw, Row};
use crate::columns::{Column, Header, Near, TableOptions};
use crate::error::HeaderError;
use crate::fault::SheetFault;
use crate::limits::{MAX_ROW, MAX_SHEET_ROWS};
use crate::record::Reject;

/// One filled row of a sheet.
#[derive(Debug, Default)]
pub(super) struct SheetRow {
    /// Its number, from 1.
    pub(super) number: u32,
    /// Its filled cells, each with its column from 0, in order.
    pub(super) cells: Vec<(usize, Cell)>,
    text: String,
}

/// What a cell holds; text stands in the row.
#[derive(Clone, Debug)]
pub(super) enum Cell {
    Text(Range<usize>),
    Double(f64),
    Bool(bool),
    Zoneless(i64),
    Error(Range<usize>),
    /// A formula of which the file has no value.
    Unsaved,
}

impl SheetRow {
    pub(super) fn clear(&mut self, number: u32) {
        self.number = number;
        self.cells.clear();
        self.text.clear();
    }

    /// Adds a cell to the right of those that are there.
    pub(super) fn push(&mut self, column: usize, cell: Cell) -> Result<(), SheetFault> {
        if self.cells.last().is_some_and(|(last, _)| *last >= column) {
            return Err(SheetFault::Order);
        }
        self.cells.push((column, cell));
        Ok(())
    }

    /// Adds text to the row, for a cell that is added with it.
    pub(super) fn text(&mut self, text: &str) -> Result<Range<usize>, SheetFault> {
        let start = self.text.len();
        self.text.push_str(text);
        if self.text.len() > MAX_ROW { Err(SheetFault::RowTooLong) } else { Ok(start..self.text.len()) }
    }

    pub(super) fn value(&self, cell: &Cell) -> Value<'_> {
        let text = |range: &Range<usize>| self.text.get(range.clone()).unwrap_or_default();
        match cell {
            Cell::Text(range) => Value::Text(text(range).as_bytes()),
            Cell::Double(number) => Value::Double(*number),
            Cell::Bool(value) => Value::Bool(*value),
            Cell::Zoneless(millis) => Value::Zoneless(*millis),
            Cell::Error(range) => Value::Error(text(range)),
            Cell::Unsaved => Value::Unsaved,
        }
    }
}

/// The rows of a sheet.
pub(super) enum SheetRows<'o> {
    Xlsx(Box<XlsxRows<'o>>),
    Ods(Box<OdsRows<'o>>),
}

impl SheetRows<'_> {
    /// Reads the next filled row; false after the last. At a fault, the row has the number of the one in which it stands.
    fn next(&mut self, row: &mut SheetRow) -> Result<bool, SheetFault> {
        match self {
            Self::Xlsx(rows) => rows.next(row),
            Self::Ods(rows) => rows.next(row),
        }
    }
}

/// A sheet with `N` known fields.
pub(crate) struct SheetTable<'o, const N: usize> {
    rows: SheetRows<'o>,
    header: Header<N>,
    header_row: ByteRecord,
    fields: Vec<Option<&'static Column>>,
    cells: SheetRow,
    row: ByteRecord,
    text: Vec<u8>,
    id: InputId,
    /// What is wrong with another part of the workbook, to be told after the rows.
    damage: Option<SheetFault>,
    /// The number of the row that was handed out last, or of the header row.
    last: u32,
    ended: bool,
}

impl<'o, const N: usize> SheetTable<'o, N> {
    /// Finds the sheet that is named or, if none is, the one sheet that has the columns. Of several, it is the one that is
    /// nothing else: a table of cells has all the columns that a list of devices needs.
    pub(super) fn new(
        workbook: &'o mut Workbook,
        id: InputId,
        columns: &'static [Column; N],
        options: &TableOptions,
        kind: &'static str,
    ) -> Result<Result<(Self, Vec<String>), SheetFault>, HeaderError> {
        let candidates = workbook.candidates(options.sheet.as_deref())?;
        let mut fitting = Vec::new();
        let mut first = None;
        for (index, sheet) in candidates {
            let header = match sheet.row.is_empty() {
                true => Err(HeaderError::Empty),
                false => Header::new(&sheet.row, columns, &options.columns, kind),
            };
            match header {
                Ok(header) => fitting.push((index, header, sheet.row.clone())),
                Err(error) => {
                    first.get_or_insert((sheet.sheet.clone(), error));
                }
            }
        }
        if fitting.len() > 1 {
            let own =
                |headers: &ByteRecord| TableKind::of(&texts(headers)).is_some_and(|kind| kind.has(columns));
            if fitting.iter().filter(|(_, _, headers)| own(headers)).count() == 1 {
                fitting.retain(|(_, _, headers)| own(headers));
            }
        }
        if fitting.len() > 1 {
            let fits = |index| fitting.iter().any(|(fits, ..)| *fits == index);
            return Err(HeaderError::SeveralSheets { sheets: workbook.names(fits) });
        }
        let Some((index, header, header_row)) = fitting.pop() else {
            // The sheet that has them may be the one that can't be read.
            if let Some(fault) = workbook.damage() {
                return Ok(Err(fault.clone()));
            }
            let (first, source) = first.unwrap_or_else(|| (String::new(), HeaderError::Empty));
            let sheets = workbook.names(|_| true);
            return Err(HeaderError::NoSheetFits { sheets, first, source: Box::new(source) });
        };
        let mut warnings: Vec<String> = header.near.iter().map(Near::to_string).collect();
        if let (Some(others), None) = (workbook.others(index), &options.sheet) {
            let read = workbook.names(|other| other == index);
            warnings.push(format!(
                "{kind} is read from sheet {read}, which has the columns, and not from {others}"
            ));
        }
        let fields = header.fields_by_position(columns);
        let damage = workbook.damage().cloned();
        let start = || {
            let mut rows = workbook.rows(index)?;
            let mut cells = SheetRow::default();
            rows.next(&mut cells)?;
            let (row, text) = (ByteRecord::new(), Vec::new());
            let last = cells.number;
            Ok(Self { last, rows, header, header_row, fields, cells, row, text, id, damage, ended: false })
        };
        Ok(start().map(|table| (table, warnings)))
    }

    /// The next row; `None` after the last. What is wrong with the sheet itself is a row of its own, the last.
    pub(super) fn next(&mut self) -> Option<Row<'_, N>> {
        if self.ended {
            return None;
        }
        match self.rows.next(&mut self.cells) {
            Ok(true) => {}
            Ok(false) => {
                self.ended = true;
                return self.damage.take().map(|fault| damaged(self.id, self.last.saturating_add(1), fault));
            }
            Err(fault) => {
                self.ended = true;
                // What a damaged row says of its own number may be anything.
                let line = self.cells.number.max(self.last.saturating_add(1)).min(MAX_SHEET_ROWS + 1);
                return Some(damaged(self.id, line, fault));
            }
        }
        self.last = self.cells.number;
        let reject = self.fill();
        let origin = Origin { input: self.id, line: self.cells.number };
        let values = self.header.fields(&self.row);
        let fields = match reject {
            _ if repeats(&self.row, &self.header_row) => Err(Reject::RepeatedHeader),
            Some(reject) => Err(reject),
            None => Ok(values),
        };
        let lost = self.header.first_is(|position| self.is_number(position));
        let device = if lost { None } else { values.first().copied() };
        Some(Row { origin, raw: Raw::Fields(&self.row), fields, texts: values, device })
    }

    /// Whether the row that was read has a number in a column.
    fn is_number(&self, position: usize) -> bool {
        let mut cells = self.cells.cells.iter();
        cells.any(|(column, cell)| *column == position && matches!(cell, Cell::Double(_)))
    }

    /// Puts the cells below the headers into the row as text, and says what is wrong with the first that is no field.
    fn fill(&mut self) -> Option<Reject> {
        let mut reject = None;
        self.row.clear();
        let mut cells = self.cells.cells.iter().peekable();
        for (position, field) in self.fields.iter().enumerate() {
            self.text.clear();
            if let Some((_, cell)) = cells.next_if(|(column, _)| *column == position) {
                let pushed = self.cells.value(cell).push(*field, &mut self.text);
                reject = graver(reject, pushed.err());
            }
            self.row.push_field(&self.text);
        }
        reject
    }
}

/// What is wrong with a workbook, as the last of its rows.
fn damaged<const N: usize>(input: InputId, line: u32, fault: SheetFault) -> Row<'static, N> {
    let fields = Err(Reject::Sheet(fault));
    Row { origin: Origin { input, line }, raw: Raw::Nothing, fields, texts: [&[]; N], device: None }
}
