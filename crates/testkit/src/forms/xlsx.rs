//! Workbooks of Excel.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Formula, Workbook, XlsxError};

use super::{Cell, Sheet};

/// The file.
///
/// # Panics
///
/// A sheet has a name that Excel does not allow, a time has another form, or there are too many rows.
#[must_use]
pub fn xlsx(sheets: &[Sheet]) -> Vec<u8> {
    write(sheets).expect("a workbook")
}

fn write(sheets: &[Sheet]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let created = ExcelDateTime::from_ymd(2026, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&created));
    let time = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    for Sheet { name, rows, hidden } in sheets {
        let sheet = workbook.add_worksheet().set_name(name)?;
        sheet.set_hidden(*hidden);
        for (row, cells) in (0..).zip(rows) {
            for (column, cell) in (0..).zip(cells) {
                match cell {
                    Cell::Empty => continue,
                    Cell::Text(text) => sheet.write_string(row, column, text)?,
                    Cell::Number(number) => sheet.write_number(row, column, *number)?,
                    Cell::Bool(value) => sheet.write_boolean(row, column, *value)?,
                    Cell::Time(text) => {
                        let at = ExcelDateTime::parse_from_str(text)?;
                        sheet.write_datetime_with_format(row, column, &at, &time)?
                    }
                    Cell::Formula(result) => {
                        sheet.write_formula(row, column, Formula::new("=A1").set_result(result))?
                    }
                    Cell::Error => {
                        sheet.write_formula(row, column, Formula::new("=NA()").set_result("#N/A"))?
                    }
                };
            }
        }
    }
    workbook.save_to_buffer()
}
