//! Workbooks of Excel.

use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

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

/// A package with these rows of XML in its sheets, each by its name: what other programs write, and what nobody ought to.
/// The second format of cells is a date.
///
/// # Panics
///
/// There is no memory for it.
#[must_use]
pub fn package(sheets: &[(&str, &str)]) -> Vec<u8> {
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const RELATION: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
    let relation = |number: usize, kind: &str, target: &str| {
        format!("<Relationship Id=\"r{number}\" Type=\"{RELATION}/{kind}\" Target=\"{target}\"/>")
    };
    let (mut listed, mut related) = (String::new(), relation(0, "styles", "styles.xml"));
    let mut parts = vec![
        (
            "[Content_Types].xml".to_owned(),
            "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>".to_owned(),
        ),
        (
            "_rels/.rels".to_owned(),
            format!(
                "<Relationships xmlns=\"{RELATIONS}\">{}</Relationships>",
                relation(1, "officeDocument", "xl/workbook.xml")
            ),
        ),
        (
            "xl/styles.xml".to_owned(),
            format!(
                "<styleSheet xmlns=\"{MAIN}\"><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"22\"/></cellXfs></styleSheet>"
            ),
        ),
    ];
    for (number, (name, rows)) in (1..).zip(sheets) {
        listed.push_str(&format!("<sheet name=\"{name}\" sheetId=\"{number}\" r:id=\"r{number}\"/>"));
        let part = format!("worksheets/sheet{number}.xml");
        related.push_str(&relation(number, "worksheet", &part));
        parts.push((format!("xl/{part}"), format!("<worksheet xmlns=\"{MAIN}\"><sheetData>{rows}")));
    }
    parts.push((
        "xl/workbook.xml".to_owned(),
        format!("<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATION}\"><sheets>{listed}</sheets></workbook>"),
    ));
    parts.push((
        "xl/_rels/workbook.xml.rels".to_owned(),
        format!("<Relationships xmlns=\"{RELATIONS}\">{related}</Relationships>"),
    ));
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(name, SimpleFileOptions::default()).expect("an entry");
        zip.write_all(text.as_bytes()).expect("octets in memory");
    }
    zip.finish().expect("an archive in memory").into_inner()
}

/// The row of XML of cells that are plain text, by its number.
#[must_use]
pub fn text_row(number: usize, cells: &[&str]) -> String {
    let cell = |text: &&str| format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>");
    format!("<row r=\"{number}\">{}</row>", cells.iter().map(cell).collect::<String>())
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
