//! Workbooks of OpenDocument.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{Cell, Sheet};

const MIMETYPE: &str = "application/vnd.oasis.opendocument.spreadsheet";
const MANIFEST: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
    <manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\" manifest:version=\"1.3\">\
    <manifest:file-entry manifest:full-path=\"/\" \
    manifest:media-type=\"application/vnd.oasis.opendocument.spreadsheet\"/>\
    <manifest:file-entry manifest:full-path=\"content.xml\" manifest:media-type=\"text/xml\"/></manifest:manifest>";
const CONTENT: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
    <office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
    xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" \
    xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" \
    xmlns:style=\"urn:oasis:names:tc:opendocument:xmlns:style:1.0\" \
    xmlns:calcext=\"urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0\" office:version=\"1.3\">\
    <office:automatic-styles><style:style style:name=\"hidden\" style:family=\"table\">\
    <style:table-properties table:display=\"false\"/></style:style></office:automatic-styles>\
    <office:body><office:spreadsheet>";

/// The file. Runs of empty cells, and of rows that are the same, are written once and counted, as other writers do.
#[must_use]
pub fn ods(sheets: &[Sheet]) -> Vec<u8> {
    package(content(sheets).as_bytes())
}

/// A package with this `content.xml`.
///
/// # Panics
///
/// There is no memory for it.
#[must_use]
pub fn package(content: &[u8]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let deflated = stored.compression_method(CompressionMethod::Deflated);
    for (name, octets, options) in [
        ("mimetype", MIMETYPE.as_bytes(), stored),
        ("META-INF/manifest.xml", MANIFEST.as_bytes(), deflated),
        ("content.xml", content, deflated),
    ] {
        zip.start_file(name, options).expect("an entry");
        zip.write_all(octets).expect("octets in memory");
    }
    zip.finish().expect("an archive in memory").into_inner()
}

/// The text of `content.xml`.
#[must_use]
pub fn content(sheets: &[Sheet]) -> String {
    let mut out = CONTENT.to_owned();
    for Sheet { name, rows, hidden } in sheets {
        let style = if *hidden { " table:style-name=\"hidden\"" } else { "" };
        out.push_str(&format!("<table:table table:name=\"{}\"{style}>", escaped(name)));
        for same in rows.chunk_by(|one, other| one == other) {
            out.push_str(&format!("<table:table-row{}>", repeated("rows", same.len())));
            for cells in same
                .first()
                .map(Vec::as_slice)
                .unwrap_or_default()
                .chunk_by(|one, other| one == &Cell::Empty && other == &Cell::Empty)
            {
                cells.iter().take(1).for_each(|cell| push_cell(&mut out, cell, cells.len()));
            }
            out.push_str("</table:table-row>");
        }
        // Calc says how large the sheet might be.
        out.push_str(
            "<table:table-row table:number-rows-repeated=\"1048000\">\
             <table:table-cell table:number-columns-repeated=\"16384\"/></table:table-row></table:table>",
        );
    }
    out.push_str("</office:spreadsheet></office:body></office:document-content>");
    out
}

fn repeated(what: &str, count: usize) -> String {
    if count > 1 { format!(" table:number-{what}-repeated=\"{count}\"") } else { String::new() }
}

fn push_cell(out: &mut String, cell: &Cell, count: usize) {
    let text = |text: &str| format!("<text:p>{}</text:p>", escaped(text));
    let (attributes, content) = match cell {
        Cell::Empty => (String::new(), String::new()),
        Cell::Text(value) => (" office:value-type=\"string\"".to_owned(), text(value)),
        Cell::Number(value) => {
            (format!(" office:value-type=\"float\" office:value=\"{value}\""), text(&value.to_string()))
        }
        Cell::Bool(value) => {
            (format!(" office:value-type=\"boolean\" office:boolean-value=\"{value}\""), text("TRUE"))
        }
        Cell::Time(at) => (format!(" office:value-type=\"date\" office:date-value=\"{at}\""), text("a date")),
        Cell::Formula(result) => {
            (" table:formula=\"of:=[.A1]\" office:value-type=\"string\"".to_owned(), text(result))
        }
        Cell::Error => (
            " table:formula=\"of:=NA()\" office:value-type=\"string\" office:string-value=\"\" \
             calcext:value-type=\"error\""
                .to_owned(),
            text("#N/A"),
        ),
    };
    out.push_str(&format!(
        "<table:table-cell{}{attributes}>{content}</table:table-cell>",
        repeated("columns", count)
    ));
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
