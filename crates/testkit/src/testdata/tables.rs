//! Samples of tables that are no CSV: JSON Lines, workbooks, Parquet.

use crate::forms::jsonl::jsonl;
use crate::forms::ods::ods;
use crate::forms::parquet::parquet;
use crate::forms::xlsx::xlsx;
use crate::forms::{Cell, Files, Rows, Sheet};

/// Writes samples of CSV in the other forms, and what only those can have.
pub(super) fn add(files: &mut Files) {
    let rows = |name: &str| files.get(name).map(|csv| Rows::of_csv(csv)).unwrap_or_default();
    let cells = rows("records/cells-csv/two-devices.csv");
    let messages = rows("records/messages-csv/two-devices.csv");
    let estate = rows("records/estate-csv/two-esmes.csv");
    let registration = rows("records/registration-csv/two-operators.csv");
    let cut = |octets: &[u8]| octets.get(..octets.len() / 2).unwrap_or_default().to_vec();
    let lines = jsonl(&cells);
    let first_line = String::from_utf8_lossy(&lines).lines().next().unwrap_or_default().to_owned();
    let array = format!("[{first_line}]\n").into_bytes();
    let broken = [first_line.trim_end_matches('}').as_bytes(), b"\n", &lines].concat();
    let workbook = |sheets: &[Sheet]| [("xlsx", xlsx(sheets)), ("ods", ods(sheets))];

    let mut samples = vec![
        ("cells.jsonl".to_owned(), lines),
        ("messages.jsonl".to_owned(), jsonl(&messages)),
        ("estate.jsonl".to_owned(), jsonl(&estate)),
        ("registration.jsonl".to_owned(), jsonl(&registration)),
        ("reject-first-line-not-closed.jsonl".to_owned(), broken),
        ("reject-array.json".to_owned(), array),
        ("cells.parquet".to_owned(), parquet(&cells)),
        ("estate.parquet".to_owned(), parquet(&estate)),
        ("reject-cut-short.parquet".to_owned(), cut(&parquet(&cells))),
    ];
    let notes = Sheet::new("Notes", vec![vec!["A note".into()]]);
    for (name, table) in [("cells", &cells), ("estate", &estate), ("registration", &registration)] {
        for (form, octets) in workbook(&[Sheet::of("Rows", table), notes.clone()]) {
            samples.push((format!("{name}.{form}"), octets));
        }
    }
    for (form, octets) in workbook(&[Sheet::of("Old", &estate), Sheet::of("New", &estate)]) {
        samples.push((format!("estate-in-two-sheets.{form}"), octets));
    }
    // The key of the first row as Excel keeps sixteen digits.
    let mut damaged = Sheet::of("Rows", &cells);
    if let Some(key) = damaged.rows.get_mut(1).and_then(|row| row.last_mut()) {
        *key = Cell::Number(4.9e15);
    }
    for (form, octets) in workbook(&[damaged]) {
        samples.push((format!("reject-cut-short.{form}"), cut(&octets)));
        samples.push((format!("reject-key-made-a-number.{form}"), octets));
    }
    files.extend(samples.into_iter().map(|(name, octets)| (format!("records/tables/{name}"), octets)));
}
