//! Sheets of XLSX. A formula is the value that was computed last.

mod place;

use std::cell::RefCell;
use std::io::{self, Read, Seek, SeekFrom};
use std::rc::Rc;

use calamine::{DataRef, ExcelDateTime, Reader, SheetType, Xlsx, XlsxCellReader};
use types::Timestamp;

use self::place::{Place, place};
use super::contained::contained;
use super::sheet::{Cell, SheetRow};
use super::workbook::unreadable;
use crate::fault::SheetFault;
use crate::limits::MAX_SHEET_ROWS;
use crate::spool::Spooled;

/// Most columns of a sheet, as the format has it.
const MAX_SHEET_COLUMNS: u32 = 16_384;

/// An open workbook.
pub(super) struct Workbook {
    book: Xlsx<Octets>,
    octets: Octets,
}

/// The octets of a workbook, which can be looked into again while its reader is at work.
#[derive(Clone)]
struct Octets {
    file: Rc<RefCell<Spooled>>,
    position: u64,
}

impl Read for Octets {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut file = self.file.try_borrow_mut().map_err(io::Error::other)?;
        file.seek(SeekFrom::Start(self.position))?;
        let count = file.read(buffer)?;
        self.position = self.position.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        Ok(count)
    }
}

impl Seek for Octets {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let mut file = self.file.try_borrow_mut().map_err(io::Error::other)?;
        if let SeekFrom::Current(_) = to {
            file.seek(SeekFrom::Start(self.position))?;
        }
        self.position = file.seek(to)?;
        Ok(self.position)
    }
}

impl Workbook {
    pub(super) fn open(spooled: Spooled) -> Result<Self, SheetFault> {
        let octets = Octets { file: Rc::new(RefCell::new(spooled)), position: 0 };
        let book = called(contained(|| Xlsx::new(octets.clone())))?;
        Ok(Self { book, octets })
    }

    /// The names of its sheets of cells.
    pub(super) fn sheets(&self) -> Vec<String> {
        let sheets = self.book.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
        sheets.map(|sheet| sheet.name.clone()).collect()
    }

    pub(super) fn rows(&mut self, index: usize) -> Result<XlsxRows<'_>, SheetFault> {
        let name = self.sheets().into_iter().nth(index).unwrap_or_default();
        let reader = called(contained(|| self.book.worksheet_cells_reader(&name)))?;
        let octets = self.octets.clone();
        Ok(XlsxRows { reader, octets, name, taken: 0, waiting: None, fault: None, next_row: 0, ended: false })
    }
}

fn called<T, E: std::fmt::Display>(result: Option<Result<T, E>>) -> Result<T, SheetFault> {
    result.ok_or_else(|| unreadable("what is in it is not what it says"))?.map_err(unreadable)
}

/// The rows of a sheet.
pub(super) struct XlsxRows<'o> {
    reader: XlsxCellReader<'o, Octets>,
    octets: Octets,
    name: String,
    /// How many cells were read.
    taken: u64,
    /// The first cell of the row after the one that was handed out.
    waiting: Option<(u32, u32, Content<'o>)>,
    /// What is wrong with the sheet after the row that was handed out, and in which row.
    fault: Option<(u32, SheetFault)>,
    next_row: u32,
    ended: bool,
}

/// What stands in a cell.
enum Content<'o> {
    Value(DataRef<'o>),
    /// A formula of which there is no value.
    Unsaved,
}

impl<'o> XlsxRows<'o> {
    /// Reads the next filled row; false after the last. At a fault, the row has the number of the one in which it stands.
    pub(super) fn next(&mut self, row: &mut SheetRow) -> Result<bool, SheetFault> {
        if let Some((number, fault)) = self.fault.take() {
            row.clear(number);
            return Err(fault);
        }
        let mut current = None;
        loop {
            let cell = match self.waiting.take() {
                Some(cell) => Some(cell),
                None if self.ended => None,
                None => match self.cell() {
                    Ok(cell) => cell,
                    Err(fault) => return self.damaged(fault, current.is_some(), row),
                },
            };
            let Some((at, column, value)) = cell else {
                self.ended = true;
                return Ok(current.is_some() && !row.cells.is_empty());
            };
            if current.is_some_and(|current| current != at) && !row.cells.is_empty() {
                self.waiting = Some((at, column, value));
                return Ok(true);
            }
            if current != Some(at) {
                row.clear(at.saturating_add(1));
                if at < self.next_row {
                    return Err(SheetFault::Order);
                }
                self.next_row = row.number;
                current = Some(at);
            }
            if at >= MAX_SHEET_ROWS || column >= MAX_SHEET_COLUMNS {
                return Err(unreadable("a cell outside the sheet"));
            }
            if let Some(cell) = cell_of(&value, row)? {
                row.push(usize::try_from(column).unwrap_or(usize::MAX), cell)?;
            }
        }
    }

    fn cell(&mut self) -> Result<Option<(u32, u32, Content<'o>)>, SheetFault> {
        let cell = called(contained(|| self.reader.next_cell_with_formula_metadata()))?;
        self.taken = self.taken.saturating_add(u64::from(cell.is_some()));
        Ok(cell.map(|cell| {
            let (row, column) = cell.pos;
            match cell.value {
                DataRef::Empty if cell.formula.is_some() => (row, column, Content::Unsaved),
                value => (row, column, Content::Value(value)),
            }
        }))
    }

    /// Ends the sheet at what can't be read. The row before it counts if it is whole: the reader hands out cells and does not
    /// tell, so the sheet is looked at once more.
    fn damaged(&mut self, fault: SheetFault, has_row: bool, row: &mut SheetRow) -> Result<bool, SheetFault> {
        self.ended = true;
        let place = contained(|| place(self.octets.clone(), &self.name, self.taken)).flatten();
        let Place { between, number } = place.unwrap_or(Place { between: false, number: self.next_row });
        if has_row && between && !row.cells.is_empty() {
            self.fault = Some((number, fault));
            return Ok(true);
        }
        row.clear(number);
        Err(fault)
    }
}

/// A value as a cell; blank ones are none.
fn cell_of(content: &Content<'_>, row: &mut SheetRow) -> Result<Option<Cell>, SheetFault> {
    let Content::Value(value) = content else { return Ok(Some(Cell::Unsaved)) };
    let mut text = |text: &str| match text.trim_ascii() {
        "" => Ok(None),
        text => Ok(Some(Cell::Text(row.text(text)?))),
    };
    Ok(match value {
        DataRef::Empty => None,
        DataRef::String(value) | DataRef::DateTimeIso(value) | DataRef::DurationIso(value) => text(value)?,
        DataRef::SharedString(value) => text(value)?,
        DataRef::Float(number) => Some(Cell::Double(*number)),
        #[expect(
            clippy::cast_precision_loss,
            reason = "numbers of sheets are doubles, whatever the reader makes of them"
        )]
        DataRef::Int(number) => Some(Cell::Double(*number as f64)),
        DataRef::Bool(value) => Some(Cell::Bool(*value)),
        DataRef::DateTime(at) => Some(match contained(|| millis(at)).flatten() {
            Some(millis) => Cell::Zoneless(millis),
            None => Cell::Double(at.as_f64()),
        }),
        DataRef::Error(error) => Some(Cell::Error(row.text(&error.to_string())?)),
    })
}

/// The day of 10000-01-01, before which all dates of sheets lie.
const LAST_DAY: f64 = 2_958_466.0;

/// A date cell in milliseconds since 1970; none for a length of time, for a time of day without a date and for a number that is
/// no date.
fn millis(at: &ExcelDateTime) -> Option<i64> {
    if !at.is_datetime() || !(1.0..LAST_DAY).contains(&at.as_f64()) {
        return None;
    }
    let (year, month, day, hour, minute, second, milli) = at.to_ymd_hms_milli();
    let whole = Timestamp::from_calendar(i32::from(year), month, day, hour, minute, second)?;
    whole.unix_millis().checked_add(i64::from(milli))
}
