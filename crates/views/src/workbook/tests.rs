use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};

use super::*;

const MANIFEST: &str = r#"{"as_of":"2026-01-01T00:00:00Z","configuration_sha256":"","counts":{"meters":1,"not_in_estate":0,
"records":{"duplicate":0,"not-relevant":0,"quarantined":0,"superseded":0,"total":0,"used":0},"verdicts":{"correct":0,
"missing":1,"not-known":0,"out-of-scope":0,"wrong":0}},"files":{},"format":"dno-audit report","format_version":1,
"inputs":[],"rule_set":{"sha256":"","version":3},"seal":{"dno":{"parties":1,"root":""},"supplier":{"parties":1,
"root":""}},"tool":{"name":"dnoaudit","version":"0.1.0"}}"#;

fn rules() -> Vec<RuleRow> {
    serde_json::from_str(
        r#"[{"axis":"missing","citation":"","compares":"","id":"r","remedy":"=1+1","severity":"error","since":1,
        "title":"t"}]"#,
    )
    .unwrap()
}

fn row(device: u64, who: &str, value: &str) -> DeviceRow<'static> {
    let cell = r#"{"key_usage":"digitalSignature","state":"missing"}"#;
    let text = format!(
        r#"{{"cells":[{cell},{cell}],"conditions":[],"device_id":"00-00-00-00-00-00-00-{device:02X}","dno":"LOND",
        "effect":{{"alerts":"blocked","command":"blocked","read":"blocked"}},"evidence":[],"expectation":"none",
        "findings":[{{"evidence":{{"e":{}}},"rule":"r","severity":"error"}}],"mpan":"0012345678903","reasons":["r"],
        "remedy":{{"action":"a","party":"supplier","who":{}}},"supplier":{},"verdict":"missing"}}"#,
        serde_json::to_string(value).unwrap(),
        serde_json::to_string(who).unwrap(),
        serde_json::to_string(who).unwrap()
    );
    let row: DeviceRow<'_> = serde_json::from_str(&text).unwrap();
    row
}

fn written(rows: &[DeviceRow<'_>], most: (u32, usize)) -> (Vec<u8>, u64) {
    let folder = tempfile::tempdir().unwrap();
    let manifest = serde_json::from_str(MANIFEST).unwrap();
    let mut survey = Survey::default();
    rows.iter().for_each(|row| survey.count(row).unwrap());
    let mut workbook = Workbook::of_most(&manifest, "AB", &rules(), &survey, folder.path(), most).unwrap();
    rows.iter().for_each(|row| workbook.push(row).unwrap());
    let mut octets = Vec::new();
    let left_out = workbook.finish(&mut octets).unwrap();
    (octets, left_out)
}

fn sheets(octets: &[u8]) -> Vec<(String, Vec<Vec<Data>>)> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(octets)).unwrap();
    let names = book.sheet_names();
    names
        .into_iter()
        .map(|name| {
            assert!(book.worksheet_formula(&name).unwrap().is_empty(), "{name}: a formula");
            let range = book.worksheet_range(&name).unwrap();
            (name, range.rows().map(<[Data]>::to_vec).collect())
        })
        .collect()
}

const FULL: (u32, usize) = (MOST_ROWS, MOST_SHEETS);

#[test]
fn hostile_text_stays_text_as_it_is() {
    let long = "x".repeat(10_000);
    for text in [
        "=HYPERLINK(\"http://x\",\"y\")",
        "+1",
        "a\nb\tc",
        " a ",
        "\u{202e}rtl",
        "<script>&amp;",
        "_x0041_",
        "\u{1}\u{1b}[2J",
        &long,
    ] {
        let (octets, left_out) = written(&[row(1, text, text)], FULL);
        assert_eq!(left_out, 0);
        let sheets = sheets(&octets);
        let [_, (_, findings), (name, owner)] = &sheets[..] else { panic!("{}", sheets.len()) };
        assert_eq!(findings[1][3], Data::String(text.to_owned()));
        assert_eq!(findings[1][8], Data::String(format!("e: {text}")));
        assert_eq!(findings[1][9], Data::String("=1+1".to_owned()));
        assert_eq!(owner[1][1], Data::String("0012345678903".to_owned()), "no zero is lost");
        assert_eq!(owner[1][9], Data::String(text.to_owned()));
        assert!(name.encode_utf16().count() <= MOST_NAME, "{name}");
    }
}

#[test]
fn the_same_rows_give_the_same_octets() {
    let rows = [row(1, "A", "x"), row(2, "B", "y")];
    assert!(written(&rows, FULL).0 == written(&rows, FULL).0);
}

#[test]
fn names_of_sheets_are_unlike_each_other() {
    let mut taken = BTreeSet::new();
    let long = "a very long name of a supplier that goes on and on";
    let names = [
        "Abc",
        "aBC",
        "a/b",
        "a:b",
        "'q'",
        "",
        "\n",
        "history",
        long,
        long,
        "é😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀",
    ]
    .map(|label| sheet_name(label, &mut taken));
    let mut book = Book::new();
    for name in &names {
        assert!(name.encode_utf16().count() <= MOST_NAME);
        book.add_worksheet().set_name(name).unwrap();
    }
    assert!(book.save_to_buffer().is_ok(), "{names:?}");
    assert_eq!(names[1], "aBC~2");
    assert_eq!(names[9], "a very long name of a supplie~2");
}

#[test]
fn rows_that_do_not_fit_are_counted_in_the_last_row_and_in_the_summary() {
    let rows: Vec<_> = (1..=6).map(|device| row(device, "A", "x")).collect();
    let (octets, left_out) = written(&rows, (5, MOST_SHEETS));
    assert_eq!(left_out, 6, "three of each sheet");
    let sheets = sheets(&octets);
    for (name, lines) in &sheets[1..] {
        assert_eq!(lines.len(), 5, "{name}");
        let Data::String(note) = &lines[4][0] else { panic!("{name}") };
        assert!(note.starts_with("cut: 3 more rows"), "{note}");
    }
    let (_, summary) = &sheets[0];
    let notes =
        summary.iter().filter(|line| matches!(&line[1], Data::String(text) if text.starts_with("cut")));
    assert_eq!(notes.count(), 2);
}

#[test]
fn a_text_longer_than_a_cell_is_cut_visibly() {
    let long = "é".repeat(40_000);
    let sheets = sheets(&written(&[row(1, "A", &long)], FULL).0);
    let Data::String(text) = &sheets[1].1[1][8] else { panic!() };
    assert_eq!(text.encode_utf16().count(), MOST_CHARACTERS);
    assert!(text.ends_with(CUT));
    let said = |line: &Vec<Data>| matches!(&line[1], Data::String(text) if text.starts_with("cut: 1 cells"));
    assert!(sheets[0].1.iter().any(said));
}

#[test]
fn owners_beyond_the_most_sheets_share_one() {
    let rows = [row(1, "A", "x"), row(2, "B", "x"), row(3, "B", "x"), row(4, "C", "x")];
    let sheets = sheets(&written(&rows, (MOST_ROWS, 1)).0);
    let names: Vec<&str> = sheets.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["Summary", "Findings", "B supplier", "Other owners"]);
    assert_eq!(sheets[3].1.len(), 3);
}
