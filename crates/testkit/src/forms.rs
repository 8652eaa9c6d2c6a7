//! The forms in which users hold the data, written from the documented formats and from nothing that reads them. The
//! same octets every time.
//!
//! XML: [`duis`] is the user gateway's, responses, alerts, inventories and requests; [`mmc`] is what an adapter makes of
//! the messages in it; [`repository`] is what the SMKI Repository answers. All three build an [`xml::Element`], and
//! [`xml::Style`] decides what stands in the file: prefixes, encoding, line breaks, everything that XML leaves free.
//!
//! Tables: [`jsonl`], [`xlsx`], [`ods`] and [`parquet`] make files of [`Rows`] or [`Sheet`]s. [`container`] packs files of
//! any kind.

pub mod container;
pub mod duis;
pub mod jsonl;
pub mod mmc;
pub mod ods;
pub mod parquet;
pub mod repository;
pub mod xlsx;
pub mod xml;

use std::collections::BTreeMap;

/// Files by their name relative to a folder.
pub type Files = BTreeMap<String, Vec<u8>>;

/// A table as text.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Rows {
    /// Its headers.
    pub header: Vec<String>,
    /// Its rows, each as wide as the header.
    pub rows: Vec<Vec<String>>,
}

impl Rows {
    /// The rows of a CSV of this crate, none of which has a quoted field.
    #[must_use]
    pub fn of_csv(csv: &[u8]) -> Self {
        let text = String::from_utf8_lossy(csv);
        let mut rows = text.lines().map(|line| line.split(',').map(str::to_owned).collect());
        Self { header: rows.next().unwrap_or_default(), rows: rows.collect() }
    }
}

/// A cell of a workbook.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Text.
    Text(String),
    /// A number.
    Number(f64),
    /// A date and time without a zone, by its text `YYYY-MM-DDTHH:MM:SS`.
    Time(String),
    /// A truth value.
    Bool(bool),
    /// A formula with the text that was computed last.
    Formula(String),
    /// A formula that failed with `#N/A`.
    Error,
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text.to_owned()) }
    }
}

/// A sheet of a workbook.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// Its name.
    pub name: String,
    /// Its rows from the first on, each from the first column on.
    pub rows: Vec<Vec<Cell>>,
    /// Whether users do not see it.
    pub hidden: bool,
}

impl Sheet {
    /// A sheet that users see.
    #[must_use]
    pub fn new(name: &str, rows: Vec<Vec<Cell>>) -> Self {
        Self { name: name.to_owned(), rows, hidden: false }
    }

    /// A sheet of text: the header in its first row, the rows below.
    #[must_use]
    pub fn of(name: &str, table: &Rows) -> Self {
        let texts = |row: &Vec<String>| row.iter().map(|text| text.as_str().into()).collect();
        Self::new(name, std::iter::once(&table.header).chain(&table.rows).map(texts).collect())
    }
}
