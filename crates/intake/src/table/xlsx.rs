//! Sheets of XLSX. A formula is the value that was computed last.

use calamine::{DataRef, ExcelDateTime, Reader, SheetType, Xlsx, XlsxCellReader};
use types::Timestamp;

use super::contained::contained;
use super::sheet::{Cell, SheetRow};
use super::workbook::unreadable;
use crate::fault::SheetFault;
use crate::limits::MAX_SHEET_ROWS;
use crate::spool::Spooled;

/// Most columns of a sheet, as the format has it.
const MAX_SHEET_COLUMNS: u32 = 16_384;

/// An open workbook.
pub(super) struct Workbook(Xlsx<Spooled>);

impl Workbook {
    pub(super) fn open(spooled: Spooled) -> Result<Self, SheetFault> {
        called(contained(|| Xlsx::new(spooled))).map(Self)
    }

    /// The names of its sheets of cells.
    pub(super) fn sheets(&self) -> Vec<String> {
        let sheets = self.0.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
        sheets.map(|sheet| sheet.name.clone()).collect()
    }

    pub(super) fn rows(&mut self, index: usize) -> Result<XlsxRows<'_>, SheetFault> {
        let name = self.sheets().into_iter().nth(index).unwrap_or_default();
        let reader = called(contained(|| self.0.worksheet_cells_reader(&name)))?;
        Ok(XlsxRows { reader, waiting: None, next_row: 0, ended: false })
    }
}

fn called<T, E: std::fmt::Display>(result: Option<Result<T, E>>) -> Result<T, SheetFault> {
    result.ok_or_else(|| unreadable("what is in it is not what it says"))?.map_err(unreadable)
}

/// The rows of a sheet.
pub(super) struct XlsxRows<'o> {
    reader: XlsxCellReader<'o, Spooled>,
    /// The first cell of the row after the one that was handed out.
    waiting: Option<(u32, u32, DataRef<'o>)>,
    next_row: u32,
    ended: bool,
}

impl XlsxRows<'_> {
    /// Reads the next filled row; false after the last.
    pub(super) fn next(&mut self, row: &mut SheetRow) -> Result<bool, SheetFault> {
        let mut current = None;
        loop {
            let cell = match self.waiting.take() {
                Some(cell) => Some(cell),
                None if self.ended => None,
                None => called(contained(|| {
                    let cell = self.reader.next_cell()?;
                    Ok::<_, calamine::XlsxError>(cell.map(|cell| {
                        let (row, column) = cell.get_position();
                        (row, column, cell.get_value().clone())
                    }))
                }))?,
            };
            let Some((at, column, value)) = cell else {
                self.ended = true;
                return Ok(current.is_some() && !row.cells.is_empty());
            };
            if at >= MAX_SHEET_ROWS || column >= MAX_SHEET_COLUMNS {
                return Err(unreadable("a cell outside the sheet"));
            }
            match current {
                Some(current) if current == at => {}
                Some(_) if !row.cells.is_empty() => {
                    self.waiting = Some((at, column, value));
                    return Ok(true);
                }
                _ => {
                    if at < self.next_row {
                        return Err(SheetFault::Order);
                    }
                    self.next_row = at.saturating_add(1);
                    current = Some(at);
                    row.clear(self.next_row);
                }
            }
            if let Some(cell) = cell_of(&value, row)? {
                row.push(usize::try_from(column).unwrap_or(usize::MAX), cell)?;
            }
        }
    }
}

/// A value as a cell; blank ones are none.
fn cell_of(value: &DataRef<'_>, row: &mut SheetRow) -> Result<Option<Cell>, SheetFault> {
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

/// A date cell in milliseconds since 1970; none for a length of time.
fn millis(at: &ExcelDateTime) -> Option<i64> {
    if !at.is_datetime() {
        return None;
    }
    let (year, month, day, hour, minute, second, milli) = at.to_ymd_hms_milli();
    let whole = Timestamp::from_calendar(i32::from(year), month, day, hour, minute, second)?;
    whole.unix_millis().checked_add(i64::from(milli))
}
