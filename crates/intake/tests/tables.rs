//! Tables in every form: the same rows give the same observations, and what a form can have that CSV can't – numbers, dates,
//! several sheets, damage – is read or refused as documented.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "the helpers of tests, too, state what they expect by unwrapping and indexing"
)]

use dno_audit_intake::{
    ColumnMap, HeaderError, IntakeError, Record, RecordOptions, Source, TableOptions, read_estate,
    read_records, read_registration,
};
use proptest::prelude::*;
use testkit::forms::jsonl::jsonl;
use testkit::forms::ods::{self, ods};
use testkit::forms::xlsx::{self, text_row, xlsx};
use testkit::forms::{Cell, Rows, Sheet};
use testkit::rows::{CELLS_HEADER, CellRow};
use types::{
    Credential, EstateRow, Eui64, InputId, Interner, KeyId, KeyUsage, MpanField, Observation, Timestamp,
    ZonelessTimes,
};

const CELLS: &str = "device_id,observed_at,role,key_usage,cell_usage,status,entity_id,key_id\n\
    00-DB-12-00-00-00-00-01,2025-12-01T06:30:00Z,networkOperator,digitalSignature,management,success,90-B3-D5-1F-30-02-00-00,48CF97FA9F827FB5\n\
    00-DB-12-00-00-00-00-01,2025-12-01T06:30:00Z,networkOperator,keyAgreement,management,success,90-B3-D5-1F-30-02-00-00,48CF97FA9F827FB6\n\
    00-DB-12-00-00-00-00-02,2025-12-01T06:30:00Z,networkOperator,,,trustAnchorNotFound,,\n\
    00-DB-12-00-00-00-00-03,2025-12-01T06:30:00Z,networkOverseer,keyAgreement,,success,90-B3-D5-1F-30-02-00-00,48CF97FA9F827FB6\n\
    00-DB-12-00-00-00-00-04,,supplier,keyAgreement,,success,90-B3-D5-1F-30-00-00-10,48CF97FA9F827FB6\n";

/// What was read of a record: line, device, and observations or the kind and text of the reason.
type Said = (u32, Option<Eui64>, Result<Vec<Observation>, (&'static str, String)>);

fn read_with(octets: &[u8], options: &RecordOptions<'_>) -> Result<(Vec<Said>, Vec<String>), IntakeError> {
    let mut source = Source::new("input", InputId(0), octets);
    let mut said = Vec::new();
    read_records(&mut source, options, &mut |record: &Record<'_>| {
        let outcome = match &record.outcome {
            Ok(seen) => Ok(seen.to_vec()),
            Err(reject) => Err((reject.id(), reject.to_string())),
        };
        said.push((record.origin.line, record.device, outcome));
    })?;
    let warnings = source.warnings().to_vec();
    assert_eq!(source.finish().unwrap().0, octets.len() as u64);
    Ok((said, warnings))
}

fn read(octets: &[u8]) -> Vec<Said> {
    read_with(octets, &RecordOptions::default()).unwrap().0
}

fn reasons(octets: &[u8]) -> Vec<(u32, &'static str)> {
    read(octets).into_iter().filter_map(|(line, _, said)| Some((line, said.err()?.0))).collect()
}

struct Estate {
    rows: Vec<EstateRow>,
    rejects: Vec<(u32, &'static str)>,
    warnings: Vec<String>,
}

fn estate(octets: &[u8], options: &TableOptions) -> Result<Estate, IntakeError> {
    let mut source = Source::new("estate", InputId(0), octets);
    let (mut rows, mut rejects, mut names) = (Vec::new(), Vec::new(), Interner::new());
    read_estate(&mut source, options, &mut names, &mut rows, &mut |record: &Record<'_>| {
        rejects.push((record.origin.line, record.outcome.as_ref().unwrap_err().id()));
    })?;
    Ok(Estate { rows, rejects, warnings: source.warnings().to_vec() })
}

fn header_error(result: Result<Estate, IntakeError>) -> HeaderError {
    match result {
        Err(IntakeError::Header { source, .. }) => source,
        other => panic!("{:?}", other.map(|estate| estate.rows)),
    }
}

/// The same rows in every form, with how many lines stand before the first row.
fn forms(table: &Rows) -> Vec<(&'static str, Vec<u8>, u32)> {
    let sheets = [Sheet::of("Rows", table)];
    let mut forms = vec![("jsonl", jsonl(table), 1), ("xlsx", xlsx(&sheets), 0), ("ods", ods(&sheets), 0)];
    #[cfg(feature = "parquet")]
    forms.push(("parquet", testkit::forms::parquet::parquet(table), 1));
    forms.retain(|(_, octets, _)| !octets.is_empty());
    forms
}

fn moved(said: Vec<Said>, by: u32) -> Vec<Said> {
    let seen = |mut seen: Observation| {
        seen.origin.line += by;
        seen
    };
    let outcome =
        |outcome: Result<Vec<Observation>, _>| outcome.map(|all| all.into_iter().map(seen).collect());
    said.into_iter().map(|(line, device, said)| (line + by, device, outcome(said))).collect()
}

#[test]
fn every_form_of_the_same_cells_says_the_same() {
    let plain = read(CELLS.as_bytes());
    assert_eq!(plain.len(), 5);
    assert_eq!(plain.iter().filter(|(_, _, said)| said.is_err()).count(), 1);
    for (form, octets, by) in forms(&Rows::of_csv(CELLS.as_bytes())) {
        assert_eq!(moved(read(&octets), by), plain, "{form}");
    }
}

#[test]
fn every_form_of_the_same_messages_and_registration_says_the_same() {
    let message = "DD0000000000005D1100000000DF090200000000000005160800005EEF100000010800005EEF100000AC0002000829302730250201030A0100020101301A301803020780040800005EEF100000D104084E457E1D8CCCFDEF00A1A2A3A4A5A6A7A8A9AAABAC";
    let csv = format!("gbcs,device_id,note\n{message},,\nDD00,,cut\n");
    let plain = read(csv.as_bytes());
    assert_eq!(plain.len(), 2);
    let registration = "mpan,network_operator\n1099990000118,LOND\n1099990000119,LOND\n";
    let registered = |octets: &[u8]| {
        let (mut rows, mut rejects) = (Vec::new(), 0);
        let mut source = Source::new("input", InputId(0), octets);
        let options = TableOptions::default();
        let (mut names, mut unread) = (Interner::new(), Vec::new());
        read_registration(&mut source, &options, &mut names, &mut rows, &mut unread, &mut |_| rejects += 1)
            .unwrap();
        assert!(unread.is_empty());
        (rows.iter().map(|row| (row.mpan, row.network_operator)).collect::<Vec<_>>(), rejects)
    };
    assert_eq!(registered(registration.as_bytes()).1, 1);
    for ((form, octets, by), (_, rows, _)) in
        forms(&Rows::of_csv(csv.as_bytes())).into_iter().zip(forms(&Rows::of_csv(registration.as_bytes())))
    {
        assert_eq!(moved(read(&octets), by), plain, "{form}");
        assert_eq!(registered(&rows), registered(registration.as_bytes()), "{form}");
    }
}

#[test]
fn keys_of_json_are_headers_and_may_differ_from_line_to_line() {
    let text = "\u{feff}{\"Device ID\":\"00DB120000000001\",\"remote party role\":3,\"usage\":\"DS\",\"entity\":\"90B3D51F30020000\",\
        \"ski\":\"48CF97FA9F827FB5\",\"other\":{\"a\":[1]}}\r\n\r\n  \n\
        {\"key_id\":\"48CF97FA9F827FB6\",\"entity_id\":\"90B3D51F30020000\",\"key_usage\":\"keyAgreement\",\"status\":null,\
        \"role\":\"networkOperator\",\"device_id\":\"00DB12000000000\\u0031\"}";
    let said = read(text.as_bytes());
    assert_eq!(said.iter().map(|(line, ..)| *line).collect::<Vec<_>>(), [1, 4]);
    assert!(
        said.iter()
            .all(|(_, device, said)| device.is_some() && said.as_ref().is_ok_and(|seen| seen.len() == 1)),
        "{said:?}"
    );
}

#[test]
fn a_line_that_is_no_object_is_a_reject_with_its_column() {
    let good = "{\"device_id\":\"00DB120000000001\",\"role\":\"supplier\",\"key_usage\":\"DS\",\"entity_id\":\"90B3D51F30020000\",\"key_id\":\"48CF97FA9F827FB5\"}";
    for (bad, reason, text) in [
        ("{\"device_id\":\"00DB120000000001\",}", "json-malformed", "column 33: no JSON: trailing comma"),
        ("{\"device_id\":\"00DB1200", "json-malformed", "no JSON: EOF while parsing a string"),
        ("{\"device_id\":\"\\ud800\"}", "json-malformed", "no JSON"),
        (&format!("{good} {{}}"), "json-malformed", "no JSON: trailing characters"),
        ("[1]", "json-malformed", "has to begin with a brace"),
        ("{\"role\":\"supplier\",\"role\":\"supplier\"}", "json-malformed", "the key \"role\" stands twice"),
        ("{\"x\":1,\"x\":2}", "json-malformed", "the key \"x\" stands twice"),
        ("{\"esme\":\"\",\"device_id\":\"\"}", "json-malformed", "two keys mean device_id"),
        ("{\"device_id\":[\"00DB120000000001\"]}", "json-malformed", "device_id is an array or an object"),
        ("{\"device_id\":1234567890123456}", "damaged-by-spreadsheet", "the number 1234567890123456"),
        ("{\"device_id\":8.8e13}", "damaged-by-spreadsheet", "the number 8.8E+13"),
        ("{\"device_id\":true}", "identifier-malformed", "character 1 is not a hex digit"),
    ] {
        let (line, _, said) = read(format!("{good}\n{bad}\n{good}\n").as_bytes()).remove(1);
        let (id, detail) = said.unwrap_err();
        assert_eq!((line, id), (2, reason), "{bad}");
        assert!(detail.contains(text), "{bad}: {detail}");
    }
    // The same key twice is seen on every line on which it is so.
    let twice = "{\"role\":\"supplier\",\"role\":\"supplier\"}\n".repeat(3);
    assert_eq!(reasons(format!("{good}\n{twice}").as_bytes()).len(), 3);
    // A field that can't be used does not hide the device.
    let nested = good.replace("\"supplier\"", "{}");
    assert!(read(nested.as_bytes())[0].1.is_some());
}

#[test]
fn a_long_line_is_a_reject_and_the_next_one_is_read() {
    let good = "{\"device_id\":\"00DB120000000001\",\"role\":\"supplier\",\"key_usage\":\"DS\",\"entity_id\":\"90B3D51F30020000\",\"key_id\":\"48CF97FA9F827FB5\"}";
    let exact = |length: usize| format!("{good}\n{{\"x\":\"{}\"}}\n{good}", "y".repeat(length - 8));
    let most = dno_audit_intake::MAX_ROW;
    for (length, text) in
        [(most, "device_id"), (most + 1, "a line of more than"), (3 * most, "a line of more than")]
    {
        let said = read(exact(length).as_bytes());
        assert_eq!(said.len(), 3, "{length}");
        assert!(said[1].2.as_ref().unwrap_err().1.contains(text), "{length}: {:?}", said[1].2);
    }
}

#[test]
fn a_json_array_is_no_json_lines_and_is_told_so() {
    let array = " [\n {\"device_id\":\"00DB120000000001\"} ]";
    let said = read(array.as_bytes());
    let (id, detail) = said[0].2.as_ref().unwrap_err();
    assert!(*id == "not-recognised" && detail.contains("JSON array"), "{detail}");
    assert_eq!(header_error(estate(array.as_bytes(), &TableOptions::default())), HeaderError::JsonArray);
}

#[test]
fn fields_that_no_line_has_are_an_error_as_in_a_header() {
    let options = TableOptions::default();
    let error = header_error(estate(b"{\"devise_id\":\"00DB120000000001\"}\n", &options));
    assert!(error.lacks_column() && error.to_string().contains("(is it \"devise_id\"?)"), "{error}");
    let mapped = TableOptions {
        columns: ColumnMap([("mpan".to_owned(), "Core".to_owned())].into()),
        ..TableOptions::default()
    };
    let error = header_error(estate(b"{\"device_id\":\"00DB120000000001\"}\n", &mapped));
    assert!(
        matches!(error, HeaderError::MappedColumnAbsent { .. }) && error.is_of_configuration(),
        "{error}"
    );
    let read = estate(b"{\"device_id\":\"00DB120000000001\",\"Core\":1099990000118}\n", &mapped).unwrap();
    assert_eq!(
        read.rows[0].mpan,
        MpanField::Valid { mpan: "1099990000118".parse().unwrap(), altered: false }
    );
}

#[test]
fn a_column_that_is_nearly_a_field_is_named_with_what_to_say() {
    let table = Rows::of_csv(b"device_id,mpan,firmwear_version,date,Supplier\n00DB120000000001,,1,,S\n");
    let mut all = forms(&table);
    all.push(("csv", b"device_id,mpan,firmwear_version,date,Supplier\n00DB120000000001,,1,,S\n".to_vec(), 0));
    for (form, octets, _) in all {
        let read = estate(&octets, &TableOptions::default()).unwrap();
        assert_eq!(read.rows.len(), 1, "{form}");
        assert_eq!(
            read.warnings,
            [
                "estate: column \"firmwear_version\" is not read; if it is firmware, say columns.firmware = \"firmwear_version\""
            ],
            "{form}"
        );
    }
}

fn row(cells: &[&str]) -> Vec<Cell> {
    cells.iter().map(|text| (*text).into()).collect()
}

#[test]
fn numbers_dates_formulas_and_errors_of_cells_are_told_apart() {
    let header = row(&["device_id", "observed_at", "role", "key_usage", "entity_id", "key_id"]);
    let good = row(&["00DB120000000001", "", "", "DS", "90B3D51F30020000", "48CF97FA9F827FB5"]);
    let with = |place: usize, cell: Cell| {
        let mut cells = good.clone();
        cells[2] = "networkOperator".into();
        cells[place] = cell;
        cells
    };
    let rows = vec![
        header,
        with(2, Cell::Number(3.0)),
        with(2, Cell::Formula("networkOperator".to_owned())),
        vec![],
        with(1, Cell::Time("2025-11-03T09:15:00".to_owned())),
        with(0, Cell::Number(1_234_567_890_123_456.0)),
        with(5, Cell::Number(4.9e15)),
        with(1, Cell::Number(46_023.5)),
        with(3, Cell::Error),
        with(0, Cell::Bool(true)),
    ];
    let sheets = [
        Sheet { hidden: true, ..Sheet::new("Extract", rows.clone()) },
        Sheet::new("Cover", vec![vec!["Cells".into()]]),
    ];
    let utc = RecordOptions { zoneless: ZonelessTimes::Utc, ..RecordOptions::default() };
    for octets in [xlsx(&sheets), ods(&sheets)] {
        let (said, warnings) = read_with(&octets, &utc).unwrap();
        assert_eq!(
            warnings,
            [
                "input: a table of cells is read from sheet \"Extract\", which has the columns, and not from \"Cover\""
            ]
        );
        let outcomes: Vec<_> = said
            .iter()
            .map(|(line, _, said)| (*line, said.as_ref().map(Vec::len).map_err(|(id, _)| *id)))
            .collect();
        assert_eq!(
            outcomes,
            [
                (2, Ok(1)),
                (3, Ok(1)),
                (5, Ok(1)),
                (6, Err("damaged-by-spreadsheet")),
                (7, Err("damaged-by-spreadsheet")),
                (8, Err("time-malformed")),
                (9, Err("cell-error")),
                (10, Err("identifier-malformed")),
            ]
        );
        let at = said[2].2.as_ref().unwrap()[0].at;
        assert_eq!(at, Timestamp::from_calendar(2025, 11, 3, 9, 15, 0));
        assert_eq!(reasons(&octets)[0], (5, "time-malformed"));
    }
}

#[test]
fn an_mpan_that_is_a_number_is_marked_and_a_long_one_has_lost_digits() {
    let rows = vec![
        row(&["device_id", "mpan", "network_operator"]),
        vec!["00DB120000000001".into(), Cell::Number(1_099_990_000_118.0), Cell::Number(12.0)],
        vec!["00DB120000000002".into(), Cell::Number(1.012_223_334_445_556e20), Cell::Empty],
    ];
    for octets in [xlsx(&[Sheet::new("M", rows.clone())]), ods(&[Sheet::new("M", rows.clone())])] {
        let read = estate(&octets, &TableOptions::default()).unwrap();
        let mpans: Vec<_> = read.rows.iter().map(|row| row.mpan).collect();
        let mpan = "1099990000118".parse().unwrap();
        assert_eq!(
            mpans,
            [MpanField::Valid { mpan, altered: false }, MpanField::Invalid(types::MpanFault::DigitsLost)]
        );
        assert!(read.rejects.is_empty());
    }
}

#[test]
fn of_several_sheets_that_fit_one_has_to_be_named() {
    let sheet = |name: &str, device: &str| Sheet::new(name, vec![row(&["device_id"]), row(&[device])]);
    let sheets =
        [sheet("Old", "00DB120000000001"), sheet("New", "00DB120000000002"), Sheet::new("Empty", vec![])];
    for octets in [xlsx(&sheets), ods(&sheets)] {
        let named = |name: &str| TableOptions { sheet: Some(name.to_owned()), ..TableOptions::default() };
        let error = header_error(estate(&octets, &TableOptions::default()));
        assert!(error.to_string().contains("\"Old\", \"New\"") && error.is_of_configuration(), "{error}");
        let read = estate(&octets, &named("New")).unwrap();
        assert_eq!(read.rows[0].device.to_string(), "00-DB-12-00-00-00-00-02");
        assert!(read.warnings.is_empty());
        let error = header_error(estate(&octets, &named("Newer")));
        assert_eq!(error.to_string(), "sheet \"Newer\" is not among \"Old\", \"New\", \"Empty\"");
        let error = header_error(estate(&octets, &named("Empty")));
        assert!(matches!(error, HeaderError::NoSheetFits { .. }), "{error}");
    }
    let error = header_error(estate(
        b"device_id\n",
        &TableOptions { sheet: Some("A".to_owned()), ..TableOptions::default() },
    ));
    assert_eq!(error.to_string(), "the configuration names sheet \"A\", but the file is no workbook");
    let mixed =
        [Sheet::of("Cells", &Rows::of_csv(CELLS.as_bytes())), Sheet::new("Messages", vec![row(&["gbcs"])])];
    let error = read_with(&xlsx(&mixed), &RecordOptions::default()).unwrap_err();
    assert!(error.to_string().contains("\"Cells\", \"Messages\""), "{error}");
}

#[test]
fn rows_of_a_sheet_keep_their_numbers_over_gaps_and_repetitions() {
    let device = |last: u8| row(&[&format!("00DB1200000000{last:02X}")]);
    let rows = vec![
        vec![],
        vec![],
        row(&["device_id"]),
        vec![],
        device(1),
        device(1),
        device(1),
        vec![],
        vec![],
        device(2),
    ];
    for octets in [xlsx(&[Sheet::new("A", rows.clone())]), ods(&[Sheet::new("A", rows.clone())])] {
        let read = estate(&octets, &TableOptions::default()).unwrap();
        assert_eq!(read.rows.iter().map(|row| row.origin.line).collect::<Vec<_>>(), [5, 6, 7, 10]);
    }
}

#[test]
fn a_small_workbook_that_stands_for_a_large_one_is_refused() {
    let content = ods::content(&[Sheet::new("A", vec![row(&["device_id"]), row(&["00DB120000000001"])])]);
    let (before, after) =
        content.split_at(content.rfind("<table:table-row><table:table-cell office").unwrap());
    for (repeated, rejected) in [("1000", 0), ("1001", 1)] {
        let row = format!("<table:table-row table:number-rows-repeated=\"{repeated}\">");
        let octets =
            ods::package(format!("{before}{}", after.replacen("<table:table-row>", &row, 1)).as_bytes());
        let read = estate(&octets, &TableOptions::default()).unwrap();
        assert_eq!(read.rejects.len(), rejected, "{repeated}");
    }
    let bomb = ods::package(&vec![b' '; 8 * 1024 * 1024]);
    let read = estate(&bomb, &TableOptions::default()).unwrap();
    assert_eq!(read.rejects, [(1, "sheet-malformed")]);
    let wide = content.replacen(
        "<table:table-cell office",
        "<table:table-cell table:number-columns-repeated=\"4000000000\" office",
        1,
    );
    assert!(estate(&ods::package(wide.as_bytes()), &TableOptions::default()).is_err());
}

#[test]
fn a_workbook_that_is_none_or_is_cut_anywhere_is_one_record() {
    let whole = Rows::of_csv(CELLS.as_bytes());
    for octets in [xlsx(&[Sheet::of("A", &whole)]), ods(&[Sheet::of("A", &whole)])] {
        for end in (8..octets.len()).step_by(97) {
            let said = read(&octets[..end]);
            assert_eq!(said.len(), 1, "{end}");
            assert_eq!(said[0].2.as_ref().unwrap_err().0, "sheet-malformed");
        }
        // One octet of the content changed is found by the check sum or by the reader.
        for place in (0..octets.len()).step_by(61) {
            let mut changed = octets.clone();
            changed[place] ^= 0x10;
            let _ = read_with(&changed, &RecordOptions::default());
        }
    }
    assert_eq!(reasons(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 old"), [(1, "sheet-malformed")]);
    let estate = estate(b"PK\x03\x04 and no more", &TableOptions::default()).unwrap();
    assert_eq!((estate.rows.len(), estate.rejects), (0, vec![(1, "sheet-malformed")]));
}

#[test]
fn a_workbook_without_a_sheet_of_records_is_not_recognised() {
    let octets = xlsx(&[Sheet::new("A", vec![row(&["Name", "Address"]), row(&["x", "y"])])]);
    assert_eq!(reasons(&octets), [(1, "not-recognised")]);
}

const HEADER: [&str; 7] = ["device_id", "observed_at", "role", "key_usage", "status", "entity_id", "key_id"];
const GOOD: [&str; 7] =
    ["00DB120000000001", "", "networkOperator", "DS", "success", "90B3D51F30020000", "48CF97FA9F827FB5"];

/// The end of a sheet that is whole.
const END: &str = "</sheetData></worksheet>";

/// A workbook with the header and one row, of which one cell is this XML: as XLSX, and as ODS.
fn with_cell(place: usize, xlsx_cell: &str, ods_cell: &str) -> [Vec<u8>; 2] {
    let mut cells = GOOD.map(|text| format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>"));
    cells[place] = xlsx_cell.to_owned();
    let rows = format!("{}<row r=\"2\">{}</row>{END}", text_row(1, &HEADER), cells.concat());
    let mut good = row(&GOOD);
    good[place] = "THE CELL".into();
    let content = ods::content(&[Sheet::new("A", vec![row(&HEADER), good])]);
    let there = "<table:table-cell office:value-type=\"string\"><text:p>THE CELL</text:p></table:table-cell>";
    assert!(content.contains(there));
    [xlsx::package(&[("A", &rows)]), ods::package(content.replace(there, ods_cell).as_bytes())]
}

#[test]
fn a_formula_without_a_value_is_an_error_and_no_blank() {
    const LACKS: &str = "a formula without a value; open and save it in the spreadsheet program";
    let formula = "<table:table-cell table:formula=\"of:=[.A1]\"/>";
    for xlsx_cell in [
        "<c><f>A1</f></c>",
        "<c><f>A1</f><v></v></c>",
        "<c><f>A1</f><v/></c>",
        "<c t=\"str\"><f>A1</f></c>",
        "<c><f t=\"shared\" si=\"0\"/></c>",
    ] {
        for (place, field) in
            [(1, "observed_at"), (2, "role"), (3, "key_usage"), (4, "status"), (6, "key_id")]
        {
            for octets in with_cell(place, xlsx_cell, formula) {
                let (line, device, said) = read(&octets).remove(0);
                let (id, detail) = said.unwrap_err();
                assert_eq!((line, id, detail), (2, "cell-error", format!("{field}: {LACKS}")), "{xlsx_cell}");
                assert!(device.is_some());
            }
        }
    }
    for ods_cell in [
        "<table:table-cell table:formula=\"of:=[.A1]\" office:value-type=\"string\"/>",
        "<table:table-cell table:formula=\"of:=[.A1]\" office:value-type=\"float\"><text:p>0</text:p></table:table-cell>",
        "<table:table-cell table:formula=\"of:=[.A1]\"><text:p>success</text:p></table:table-cell>",
    ] {
        assert_eq!(reasons(&with_cell(4, "<c/>", ods_cell)[1]), [(2, "cell-error")], "{ods_cell}");
    }
    // A formula whose value is an empty text has one, and text is text whatever its type.
    let blank = "<table:table-cell table:formula=\"of:=[.A1]\" office:value-type=\"string\" office:string-value=\"\"/>";
    for octets in with_cell(4, "<c t=\"str\"><f>A1</f><v></v></c>", blank) {
        assert!(read(&octets)[0].2.as_ref().is_ok_and(|seen| seen.len() == 1));
    }
    let untyped = "<table:table-cell><text:p>trustAnchorNotFound</text:p></table:table-cell>";
    assert_eq!(reasons(&with_cell(4, "<c/>", untyped)[1]), [(2, "fields-contradict")]);
}

#[test]
fn an_estate_row_stays_whatever_the_form_if_a_cell_failed_that_it_can_do_without() {
    let lacks = Cell::Formula("#N/A".to_owned());
    let table = |error: &Cell| {
        vec![
            row(&["device_id", "mpan", "network_operator", "supplier", "smets_version"]),
            vec!["00DB120000000001".into(), error.clone(), Cell::Empty, Cell::Empty, "2".into()],
            vec!["00DB120000000002".into(), "1099990000118".into(), error.clone(), Cell::Empty, "2".into()],
            vec!["00DB120000000003".into(), "1099990000118".into(), Cell::Empty, error.clone(), "2".into()],
            vec!["00DB120000000004".into(), "1099990000118".into(), Cell::Empty, Cell::Empty, error.clone()],
            vec![error.clone(), error.clone(), Cell::Empty, Cell::Empty, "2".into()],
            vec![Cell::Number(1_234_567_890_123_456.0), error.clone(), Cell::Empty, Cell::Empty, "2".into()],
        ]
    };
    let csv = b"device_id,mpan,network_operator,supplier,smets_version\n00DB120000000001,#N/A,,,2\n\
        00DB120000000002,1099990000118,#N/A,,2\n00DB120000000003,1099990000118,,#N/A,2\n\
        00DB120000000004,1099990000118,,,#N/A\n#N/A,#N/A,,,2\n1.23457E+15,#N/A,,,2\n";
    let plain = estate(csv, &TableOptions::default()).unwrap();
    assert_eq!(plain.rows.len(), 3);
    for cell in [&Cell::Error, &lacks] {
        let sheets = [Sheet::new("A", table(cell))];
        for octets in [xlsx(&sheets), ods(&sheets)] {
            let read = estate(&octets, &TableOptions::default()).unwrap();
            assert_eq!(read.rows, plain.rows);
            assert_eq!(read.rejects.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [5, 6, 7]);
            assert_eq!(read.rejects[2].1, "damaged-by-spreadsheet");
        }
    }
    assert_eq!(plain.rows[0].mpan, MpanField::Invalid(types::MpanFault::NotANumber));
    assert!(plain.rows[1].network_operator.is_some());
}

#[test]
fn a_row_that_can_not_be_used_names_its_device_in_every_form() {
    let device = Some(Eui64::new([0, 0xDB, 0x12, 0, 0, 0, 0, 1]));
    let sheets = |cell: Cell| {
        let mut cells = row(&GOOD);
        cells[6] = cell;
        [Sheet::new("A", vec![row(&HEADER), cells])]
    };
    let mut all = Vec::new();
    for cell in [Cell::Number(4.9e15), Cell::Error, "short".into()] {
        all.extend([xlsx(&sheets(cell.clone())), ods(&sheets(cell))]);
    }
    let text = |key: &str| format!("{}\n{}{key}\n", HEADER.join(","), GOOD.join(",").replace(GOOD[6], ""));
    all.push(text("4.9E+15").into_bytes());
    all.push(jsonl(&Rows::of_csv(text("@").as_bytes())));
    for octets in all {
        let said = read(&octets);
        assert!(said.len() == 1 && said[0].2.is_err(), "{said:?}");
        assert_eq!(said[0].1, device, "{said:?}");
    }
    // A number in place of the device names none.
    for octets in with_cell(
        0,
        "<c><v>1234567890123456</v></c>",
        "<table:table-cell office:value-type=\"float\" office:value=\"1234567890123456\"/>",
    ) {
        let said = read(&octets);
        assert_eq!((said[0].1, said[0].2.as_ref().unwrap_err().0), (None, "damaged-by-spreadsheet"));
    }
}

#[test]
fn a_time_of_day_and_a_number_beyond_all_dates_are_no_times() {
    for value in ["0.385416", "0", "1e300", "-1", "2958466"] {
        let cell = format!("<c s=\"1\"><v>{value}</v></c>");
        let octets = &with_cell(1, &cell, "<table:table-cell/>")[0];
        let utc = RecordOptions { zoneless: ZonelessTimes::Utc, ..RecordOptions::default() };
        let said = read_with(octets, &utc).unwrap().0;
        assert_eq!(said[0].2.as_ref().unwrap_err().0, "time-malformed", "{value}");
    }
    let octets = &with_cell(1, "<c s=\"1\"><v>45964.385416666664</v></c>", "<table:table-cell/>")[0];
    let utc = RecordOptions { zoneless: ZonelessTimes::Utc, ..RecordOptions::default() };
    let said = read_with(octets, &utc).unwrap().0;
    let at = said[0].2.as_ref().unwrap()[0].at;
    assert_eq!(at, Timestamp::from_calendar(2025, 11, 3, 9, 15, 0));
}

#[test]
fn of_a_damaged_sheet_every_whole_row_counts_and_the_damage_has_its_place() {
    let rows: Vec<String> = (2..7).map(|number| text_row(number, &GOOD)).collect();
    let before = |count: usize| text_row(1, &HEADER) + &rows[..count].concat();
    let cell = "<c t=\"inlineStr\"><is><t>00DB120000000001</t></is></c>";
    for (damage, used, line) in [
        // Between rows, in the first cell of the next, and in a later one.
        ("", 4, 6),
        ("<row r=\"6\">", 4, 6),
        ("<ro", 4, 6),
        ("<row r=\"6\"><c t=\"inlineStr\"><is><t>00DB", 4, 6),
        ("<row r=\"9\"><c t=\"s\"><v>7</v></c></row>", 4, 9),
        ("<row/><row/><row><c t=\"s\"><v>7</v></c></row>", 4, 8),
        (&format!("<row r=\"6\">{cell}<c t=\"s\"><v>7</v></c></row>"), 4, 6),
        (&format!("<row r=\"6\">{cell}<c t=\"inl"), 4, 6),
        (&format!("<row r=\"6\">{cell}"), 4, 6),
        ("<row r=\"6\"><c r=\"A3\"><v>1</v></c></row>", 4, 6),
        ("<row r=\"3\"><c t=\"s\"><v>7</v></c></row>", 4, 6),
        ("<row r=\"4294967295\"><c t=\"s\"><v>7</v></c></row>", 4, 1_048_577),
        ("<row r=\"2000000\"><c r=\"A2000000\"><v>1</v></c></row>", 4, 1_048_577),
    ] {
        let said = read(&xlsx::package(&[("A", &(before(4) + damage))]));
        let good = said.iter().filter(|(_, _, said)| said.is_ok()).map(|(line, ..)| *line);
        assert_eq!(good.collect::<Vec<_>>(), [2, 3, 4, 5], "{damage}");
        assert_eq!(said.len(), used + 1, "{damage}");
        let (at, _, reason) = said.last().unwrap();
        assert_eq!((*at, reason.as_ref().unwrap_err().0), (line, "sheet-malformed"), "{damage}");
    }
    // The header row alone.
    let said =
        reasons(&xlsx::package(&[("A", &(text_row(1, &HEADER) + "<row r=\"2\"><c t=\"s\"><v>7</v></c>"))]));
    assert_eq!(said, [(2, "sheet-malformed")]);

    let sheet = Sheet::new(
        "A",
        std::iter::once(row(&HEADER))
            .chain((2..7).map(|number| {
                let mut cells = row(&GOOD);
                cells[0] = format!("00DB12000000000{number}").as_str().into();
                cells
            }))
            .collect(),
    );
    let content = ods::content(&[sheet]);
    let place = content.find("00DB120000000006").unwrap();
    let row_start = content[..place].rfind("<table:table-row").unwrap();
    for (content, line) in [
        (content[..place].to_owned(), 6),
        (content[..row_start].to_owned(), 6),
        (
            content.replacen("</table:table-row>", "</table:table-raw>", 6).replacen(
                "</table:table-raw>",
                "</table:table-row>",
                5,
            ),
            6,
        ),
        (content[..content.rfind("</table:table>").unwrap()].to_owned(), 1_048_007),
    ] {
        let said = read(&ods::package(content.as_bytes()));
        let good: Vec<_> = said.iter().filter(|(_, _, said)| said.is_ok()).map(|(line, ..)| *line).collect();
        assert_eq!(good, (2..2 + u32::try_from(good.len()).unwrap()).collect::<Vec<_>>());
        assert!(good.len() >= 4, "{said:?}");
        let (at, _, reason) = said.last().unwrap();
        assert_eq!((*at, reason.as_ref().unwrap_err().0), (line, "sheet-malformed"));
    }
}

#[test]
fn damage_in_another_sheet_is_told_after_the_rows() {
    let good = text_row(1, &HEADER) + &text_row(2, &GOOD) + END;
    for other in ["<row><c t=\"s\"><v>7</v></c>", "<row"] {
        for sheets in [[("A", good.as_str()), ("B", other)], [("B", other), ("A", good.as_str())]] {
            let said = read(&xlsx::package(&sheets));
            assert_eq!(said.len(), 2, "{said:?}");
            assert!(said[0].2.is_ok());
            assert_eq!((said[1].0, said[1].2.as_ref().unwrap_err().0), (3, "sheet-malformed"));
        }
    }
    let sheets = [Sheet::new("A", vec![row(&HEADER), row(&GOOD)]), Sheet::new("B", vec![row(&["x"])])];
    let content = ods::content(&sheets);
    let cut = content.find("<text:p>x").unwrap();
    let said = read(&ods::package(&content.as_bytes()[..cut]));
    assert!(said.len() == 2 && said[0].2.is_ok(), "{said:?}");
    assert_eq!((said[1].0, said[1].2.as_ref().unwrap_err().0), (3, "sheet-malformed"));
}

#[test]
fn of_a_workbook_with_tables_of_several_kinds_each_reader_finds_its_own() {
    let sheets = [
        Sheet::new("Cells", vec![row(&HEADER), row(&GOOD)]),
        Sheet::new("Meters", vec![row(&["device_id", "mpan"]), row(&["00DB120000000002", "1099990000118"])]),
    ];
    for octets in [xlsx(&sheets), ods(&sheets)] {
        let (said, warnings) = read_with(&octets, &RecordOptions::default()).unwrap();
        assert!(said.len() == 1 && said[0].2.is_ok());
        assert!(
            warnings[0].ends_with("from sheet \"Cells\", which has the columns, and not from \"Meters\"")
        );
        let read = estate(&octets, &TableOptions::default()).unwrap();
        assert_eq!(read.rows.iter().map(|row| row.device.to_u64() & 0xFF).collect::<Vec<_>>(), [2]);
        assert!(
            read.warnings[0].contains("estate data is read from sheet \"Meters\""),
            "{:?}",
            read.warnings
        );
        let mut source = Source::new("input", InputId(0), octets.as_slice());
        let contents = dno_audit_intake::Contents::of(&mut source).unwrap();
        assert!(contents.records && contents.estate && !contents.registration);
    }
}

#[test]
fn a_workbook_that_begins_with_a_title_says_what_its_first_row_is() {
    let sheets = [Sheet::new("A", vec![row(&["Report of meters"]), row(&HEADER), row(&GOOD)])];
    for octets in [xlsx(&sheets), ods(&sheets)] {
        let said = read(&octets);
        let (id, detail) = said[0].2.as_ref().unwrap_err();
        assert_eq!(*id, "not-recognised");
        assert!(
            detail.contains("columns \"Report of meters\"; the header row has to be the first"),
            "{detail}"
        );
    }
}

#[test]
fn a_header_with_a_word_more_than_a_field_is_named() {
    let warned = |header: &str| {
        let text = format!("device_id,{header}\n00DB120000000001,1\n");
        estate(text.as_bytes(), &TableOptions::default()).unwrap().warnings
    };
    for (header, field) in [
        ("MPAN Number", "mpan"),
        ("Import MPAN Core", "mpan"),
        ("MPANNumber", "mpan"),
        ("Export MPAN Core", "export_mpan"),
        ("Secondary Import MPAN no", "secondary_mpan"),
        ("Energy Supplier Name", "supplier"),
    ] {
        let said = format!(
            "estate: column {header:?} is not read; if it is {field}, say columns.{field} = {header:?}"
        );
        assert_eq!(warned(header), [said]);
    }
    for header in ["Tariff type", "Status date", "Address", "Postcode", "Remodelled"] {
        assert!(warned(header).is_empty(), "{header}");
    }
}

#[test]
fn two_headers_that_are_the_same_can_only_be_renamed() {
    let mapped = TableOptions {
        columns: ColumnMap([("mpan".to_owned(), "MPAN".to_owned())].into()),
        ..TableOptions::default()
    };
    let error = header_error(estate(b"device_id,MPAN,MPAN\n", &mapped));
    assert!(error.to_string().ends_with("both mean mpan; rename one"), "{error}");
    let error = header_error(estate(b"device_id,MPAN,mpan core\n", &TableOptions::default()));
    assert!(error.to_string().ends_with("rename one, or say which under columns.mpan"), "{error}");
}

#[test]
fn an_exact_number_is_the_same_mpan_and_the_same_word_in_every_form() {
    let json = |mpan: &str, version: &str| {
        let line =
            format!("{{\"device_id\":\"00DB120000000001\",\"mpan\":{mpan},\"smets_version\":{version}}}\n");
        estate(line.as_bytes(), &TableOptions::default()).unwrap().rows.remove(0)
    };
    let cells = vec!["00DB120000000001".into(), Cell::Number(1_099_990_000_118.0), Cell::Number(2.0)];
    let sheet = Sheet::new("A", vec![row(&["device_id", "mpan", "smets_version"]), cells]);
    for octets in [xlsx(std::slice::from_ref(&sheet)), ods(&[sheet])] {
        let read = estate(&octets, &TableOptions::default()).unwrap().rows.remove(0);
        for same in [json("1099990000118", "2"), json("1099990000118.0", "2.0")] {
            assert_eq!((read.mpan, read.smets), (same.mpan, same.smets));
        }
    }
}

#[test]
fn utf_16_without_a_byte_order_mark_is_read() {
    let units: Vec<u16> = CELLS.encode_utf16().collect();
    let plain = read(CELLS.as_bytes());
    for octets in [
        units.iter().flat_map(|unit| unit.to_le_bytes()).collect::<Vec<u8>>(),
        units.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
    ] {
        assert_eq!(read(&octets), plain);
    }
}

#[cfg(feature = "parquet")]
mod columnar {
    use super::*;
    use testkit::forms::parquet::{Compression, Type, parquet, typed};

    #[test]
    fn columns_may_be_numbers_and_timestamps_where_a_field_can_be() {
        let table = Rows::of_csv(
            b"device_id,observed_at,role,key_usage,entity_id,key_id\n\
              00DB120000000001,2025-11-03T09:15:00Z,3,DS,90B3D51F30020000,48CF97FA9F827FB5\n\
              00DB120000000001,,3,KA,90B3D51F30020000,48CF97FA9F827FB5\n",
        );
        let as_type = |at: Type| {
            let kind = move |name: &str| match name {
                "observed_at" => at,
                "role" => Type::Integer,
                "key_id" => Type::Binary,
                _ => Type::Text,
            };
            typed(&table, kind, Compression::Zstd)
        };
        let said = read(&as_type(Type::Utc));
        let at = |said: &Said| said.2.as_ref().unwrap()[0].at;
        assert_eq!(at(&said[0]), Timestamp::from_calendar(2025, 11, 3, 9, 15, 0));
        assert_eq!(at(&said[1]), None);
        assert_eq!(reasons(&as_type(Type::Zoneless)), [(1, "time-malformed")]);
        let utc = RecordOptions { zoneless: ZonelessTimes::Utc, ..RecordOptions::default() };
        assert_eq!(read_with(&as_type(Type::Zoneless), &utc).unwrap().0, said);
        // Writers do not agree on the zone of the old type.
        assert_eq!(reasons(&as_type(Type::Old)), [(1, "time-malformed")]);
        assert_eq!(read_with(&as_type(Type::Old), &utc).unwrap().0, said);

        let estate_of = |mpan| {
            let table = Rows::of_csv(b"device_id,mpan\n00DB120000000001,1099990000118\n");
            let kind = move |name: &str| if name == "mpan" { mpan } else { Type::Text };
            estate(&typed(&table, kind, Compression::None), &TableOptions::default())
        };
        let mpan = "1099990000118".parse().unwrap();
        for number in [Type::Integer, Type::Double] {
            let read = estate_of(number).unwrap().rows.remove(0);
            assert_eq!(read.mpan, MpanField::Valid { mpan, altered: false }, "{number:?}");
        }
    }

    #[test]
    fn a_column_of_a_type_that_the_field_can_not_be_is_named() {
        let table = Rows::of_csv(b"device_id,mpan\n1234567890123456,1099990000118\n");
        let numbers =
            estate(&typed(&table, |_| Type::Integer, Compression::None), &TableOptions::default()).unwrap();
        assert_eq!((numbers.rows.len(), numbers.rejects), (0, vec![(1, "damaged-by-spreadsheet")]));
        for (column, number) in [
            ("key_id", Type::Integer),
            ("key_id", Type::Double),
            ("device_id", Type::Integer),
            ("device_id", Type::Double),
        ] {
            let mut cells = Rows::of_csv(format!("{}\n{}\n", HEADER.join(","), GOOD.join(",")).as_bytes());
            cells.rows[0][if column == "key_id" { 6 } else { 0 }] = "1234567890123456".to_owned();
            let kind = |name: &str| if name == column { number } else { Type::Text };
            let said = read(&typed(&cells, kind, Compression::None));
            assert_eq!(said[0].2.as_ref().unwrap_err().0, "damaged-by-spreadsheet", "{column} {number:?}");
            assert_eq!(said[0].1.is_some(), column == "key_id", "{column} {number:?}");
        }
        let table = Rows::of_csv(b"device_id,mpan\n00DB120000000001,2025-11-03T09:15:00Z\n");
        let kind = |name: &str| if name == "mpan" { Type::Utc } else { Type::Text };
        let error = header_error(estate(&typed(&table, kind, Compression::Gzip), &TableOptions::default()));
        assert!(error.to_string().starts_with("column \"mpan\" is INT64"), "{error}");
    }

    #[test]
    fn rows_of_many_groups_and_batches_are_numbered_on() {
        let mut table = Rows { header: vec!["device_id".to_owned()], rows: Vec::new() };
        for number in 0..9500u32 {
            table.rows.push(vec![format!("{number:016X}")]);
        }
        let read = estate(&parquet(&table), &TableOptions::default()).unwrap();
        assert_eq!(read.rows.len(), 9500);
        for (number, row) in (0..).zip(&read.rows) {
            assert_eq!((row.origin.line, row.device.to_u64()), (number + 1, u64::from(number)));
        }
    }

    #[test]
    fn a_damaged_file_is_one_record_after_what_was_read() {
        let octets = parquet(&Rows::of_csv(CELLS.as_bytes()));
        for end in (4..octets.len()).step_by(31) {
            assert_eq!(reasons(&octets[..end]).last(), Some(&(1, "parquet-malformed")), "{end}");
        }
        let mut damaged = 0;
        for place in 4..octets.len() {
            let mut changed = octets.clone();
            changed[place] ^= 0x11;
            if let Ok((said, _)) = read_with(&changed, &RecordOptions::default()) {
                damaged += usize::from(
                    said.iter()
                        .any(|(_, _, said)| said.as_ref().is_err_and(|(id, _)| *id == "parquet-malformed")),
                );
            }
        }
        assert!(damaged > 100, "{damaged}");
    }
}

/// Text without the marks of CSV, as fields have it, blanks at its ends left out.
fn field() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => "[0-9A-F]{0,24}",
        1 => "[a-zA-Z0-9<>&'{}\\[\\] _.:/+é€-]{0,12}".prop_map(|text| text.trim().to_owned()),
    ]
}

fn cells() -> impl Strategy<Value = Rows> {
    let good = any::<(u8, bool, bool, u8)>().prop_map(|(device, usage, dated, key)| {
        let usage = if usage { KeyUsage::DIGITAL_SIGNATURE } else { KeyUsage::KEY_AGREEMENT };
        let id = Eui64::new([0, 0xDB, 0x12, 0, 0, 0, 0, device]);
        let at = dated.then(|| Timestamp::from_calendar(2025, 12, 1, 6, 30, 0).unwrap());
        let mut out = CELLS_HEADER.as_bytes().to_vec();
        let credential = Credential { entity: id, key: KeyId::new([key; 8]) };
        CellRow::network_operator(id, at, usage, credential).write(&mut out);
        Rows::of_csv(&out).rows.remove(0)
    });
    // A row of blanks only is a row in CSV and none in a sheet.
    let odd = prop::collection::vec(field(), 8).prop_map(|mut row| {
        row[2].insert(0, 'x');
        row
    });
    let header = Rows::of_csv(CELLS_HEADER.as_bytes()).header;
    prop::collection::vec(prop_oneof![3 => good, 1 => odd], 1..12)
        .prop_map(move |rows| Rows { header: header.clone(), rows })
}

fn csv(table: &Rows) -> Vec<u8> {
    let line = |row: &Vec<String>| row.join(",") + "\n";
    std::iter::once(&table.header).chain(&table.rows).map(line).collect::<String>().into_bytes()
}

proptest! {
    #[test]
    fn the_same_rows_say_the_same_in_every_form(table in cells()) {
        let plain = read(&csv(&table));
        for (form, octets, by) in forms(&table) {
            prop_assert_eq!(moved(read(&octets), by), plain.clone(), "{}", form);
        }
    }

    #[test]
    fn any_octets_after_the_beginning_of_a_form_are_read_or_refused(
        beginning in prop::sample::select(vec![&b"{"[..], b"{\"device_id\":\"", b"PK\x03\x04", b"PAR1", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"]),
        octets: Vec<u8>,
    ) {
        let octets = [beginning, &octets].concat();
        let _ = read_with(&octets, &RecordOptions::default());
        let _ = estate(&octets, &TableOptions::default());
    }

    #[test]
    fn any_content_of_a_workbook_is_read_or_refused(content in "(<[a-z:/-]{0,12}( [a-z:-]{0,20}=\"[0-9a-z]{0,6}\")?>?|[a-z&;]{0,4}){0,40}") {
        let whole = ods::content(&[Sheet::new("A", vec![row(&["device_id"])])]);
        let (before, after) = whole.split_at(whole.find("<table:table-row").unwrap());
        for text in [content.clone(), format!("{before}{content}{after}"), format!("{before}{content}")] {
            let _ = estate(&ods::package(text.as_bytes()), &TableOptions::default());
        }
    }

    #[test]
    fn any_line_of_json_is_read_or_refused(line in "[{}\\[\\]\",:0-9a-e\\\\u. -]{0,60}") {
        let _ = read_with(format!("{{\"role\":\"supplier\"}}\n{line}\n").as_bytes(), &RecordOptions::default());
    }
}

#[test]
fn the_samples_of_tables_are_what_their_names_say() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/records/tables");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name.ends_with(".parquet") && !cfg!(feature = "parquet") {
            continue;
        }
        seen += 1;
        let octets = std::fs::read(&path).unwrap();
        let of_estate = estate(&octets, &TableOptions::default());
        match name.split(['.', '-']).next().unwrap() {
            "cells" => assert_eq!((read(&octets).len(), reasons(&octets).len()), (4, 0), "{name}"),
            "messages" => assert_eq!((read(&octets).len(), reasons(&octets).len()), (2, 0), "{name}"),
            "estate" if name.contains("two-sheets") => {
                assert!(matches!(header_error(of_estate), HeaderError::SeveralSheets { .. }), "{name}");
            }
            "estate" => assert_eq!(of_estate.unwrap().rows.len(), 2, "{name}"),
            "registration" => assert!(header_error(of_estate).lacks_column(), "{name}"),
            "reject" => assert_eq!(reasons(&octets).len(), 1, "{name}"),
            other => panic!("{other}"),
        }
    }
    assert!(seen > 15, "{seen}");
}
