//! `intake::read_records` and `read_estate` on workbooks: any octets as an archive, and any octets as the sheet of one that
//! is sound, as XLSX and as ODS.
//!
//! Rows ascend and are numbers of a sheet; what is wrong with a workbook is one record, the last. Readers of others may
//! panic, and that stays within: only a panic that comes out of intake ends the target.

#![no_main]

use std::io::{Cursor, Write};

use intake::{Record, RecordOptions, Source, TableOptions, read_estate, read_records};
use libfuzzer_sys::fuzz_target;
use types::{InputId, Interner};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const CONTENT_TYPES: &[u8] =
    b"<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>";
const RELATIONS: &[u8] = b"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
    <Relationship Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" \
    Target=\"xl/workbook.xml\"/></Relationships>";
const WORKBOOK: &[u8] = b"<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
    xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets>\
    <sheet name=\"A\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>";
const SHEETS: &[u8] = b"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
    <Relationship Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" \
    Target=\"worksheets/sheet1.xml\"/></Relationships>";
const MIMETYPE: &[u8] = b"application/vnd.oasis.opendocument.spreadsheet";

fn package(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, octets) in parts {
        archive.start_file(*name, SimpleFileOptions::default()).expect("an entry");
        archive.write_all(octets).expect("octets in memory");
    }
    archive.finish().expect("an archive in memory").into_inner()
}

fn read(octets: &[u8]) {
    let (mut last, mut malformed) = (0, false);
    let mut look = |record: &Record<'_>| {
        let line = record.origin.line;
        assert!(!malformed, "a record after the damage");
        assert!(line > last && line <= 1_048_577, "{line} after {last}");
        last = line;
        if let Err(reject) = &record.outcome {
            assert!(!reject.to_string().is_empty());
            malformed = reject.id() == "sheet-malformed";
        }
    };
    let mut source = Source::new("workbook", InputId(0), octets);
    if let Err(error) = read_records(&mut source, &RecordOptions::default(), &mut look) {
        assert!(!error.to_string().is_empty());
    }
    let size = source.finish().expect("octets in memory").0;
    assert_eq!(usize::try_from(size), Ok(octets.len()));
    let (mut rows, mut names) = (Vec::new(), Interner::new());
    let mut source = Source::new("workbook", InputId(0), octets);
    let reject = &mut |_: &Record<'_>| {};
    let _ = read_estate(&mut source, &TableOptions::default(), &mut names, &mut rows, reject);
    assert!(rows.windows(2).all(|pair| pair[0].origin.line < pair[1].origin.line));
}

fuzz_target!(init: std::panic::set_hook(Box::new(|_| {})), |octets: &[u8]| {
    // What is no archive is for other targets.
    if octets.starts_with(b"PK") {
        read(octets);
    }
    read(&package(&[("mimetype", MIMETYPE), ("content.xml", octets)]));
    read(&package(&[
        ("[Content_Types].xml", CONTENT_TYPES),
        ("_rels/.rels", RELATIONS),
        ("xl/workbook.xml", WORKBOOK),
        ("xl/_rels/workbook.xml.rels", SHEETS),
        ("xl/worksheets/sheet1.xml", octets),
    ]));
});
