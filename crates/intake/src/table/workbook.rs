//! Workbooks: what they may be before they are opened, and which of their sheets is meant.
//!
//! Both forms are ZIP archives. Before any of it is believed, each part is unpacked once and counted: what a part says of its
//! size is not what it has to be. Hidden sheets and rows are read as any other.

use std::io::{Read, Seek};

use csv::ByteRecord;
use zip::ZipArchive;

use super::ods::Ods;
use super::sheet::{SheetRow, SheetRows};
use super::xlsx::Workbook as Xlsx;
use crate::columns::list;
use crate::error::HeaderError;
use crate::fault::SheetFault;
use crate::limits::{
    MAX_COLUMNS, MAX_SHARED_STRINGS, MAX_WORKBOOK_CONTENT, MAX_WORKBOOK_ENTRIES, MAX_WORKBOOK_PART,
    MAX_WORKBOOK_RATIO,
};
use crate::record::shown;
use crate::spool::Spooled;

/// A workbook that was looked through, with the first filled row of each of its sheets.
pub(super) struct Workbook {
    book: Book,
    sheets: Vec<HeaderRow>,
    /// What is wrong with a sheet, if not all of them could be looked into.
    damage: Option<SheetFault>,
}

enum Book {
    Xlsx(Box<Xlsx>),
    Ods(Ods),
}

/// The first filled row of a sheet.
pub(super) struct HeaderRow {
    pub(super) sheet: String,
    pub(super) row: ByteRecord,
}

impl HeaderRow {
    pub(super) fn headers(&self) -> Vec<String> {
        texts(&self.row)
    }
}

/// The headers of a row as text.
pub(super) fn texts(row: &ByteRecord) -> Vec<String> {
    row.iter().map(|field| String::from_utf8_lossy(field).trim().to_owned()).collect()
}

impl Workbook {
    pub(super) fn open(mut spooled: Spooled) -> Result<Self, SheetFault> {
        let is_xlsx = look_through(&mut spooled)?;
        spooled.rewind().map_err(unreadable)?;
        let mut book =
            if is_xlsx { Book::Xlsx(Box::new(Xlsx::open(spooled)?)) } else { Book::Ods(Ods::open(spooled)?) };
        let mut sheets = Vec::new();
        let mut damage = None;
        match &mut book {
            Book::Ods(book) => damage = book.sheets(&mut sheets).err(),
            Book::Xlsx(book) => {
                for (index, sheet) in book.sheets().into_iter().enumerate() {
                    let mut row = SheetRow::default();
                    let read = book.rows(index).and_then(|mut rows| rows.next(&mut row));
                    let row = if read.is_ok() { row.header() } else { ByteRecord::new() };
                    damage = damage.or(read.err());
                    sheets.push(HeaderRow { sheet, row });
                }
            }
        }
        match damage {
            Some(fault) if sheets.iter().all(|sheet| sheet.row.is_empty()) => Err(fault),
            damage => Ok(Self { book, sheets, damage }),
        }
    }

    /// What is wrong with a sheet, which may be any of them.
    pub(super) const fn damage(&self) -> Option<&SheetFault> {
        self.damage.as_ref()
    }

    /// The sheets that may be meant, each with its place: the named one or all.
    pub(super) fn candidates(&self, named: Option<&str>) -> Result<Vec<(usize, &HeaderRow)>, HeaderError> {
        let all = self.sheets.iter().enumerate();
        let Some(name) = named else { return Ok(all.collect()) };
        match all.clone().find(|(_, sheet)| sheet.sheet == name) {
            Some(found) => Ok(vec![found]),
            None => {
                let name = name.to_owned();
                Err(HeaderError::NoSuchSheet { name, found: self.names(|_| true) })
            }
        }
    }

    /// The filled sheets beside one, for a message; none if there are none.
    pub(super) fn others(&self, index: usize) -> Option<String> {
        let filled = |other: usize| self.sheets.get(other).is_some_and(|sheet| !sheet.row.is_empty());
        let others = (0..self.sheets.len()).filter(|other| *other != index && filled(*other));
        let others: Vec<usize> = others.collect();
        (!others.is_empty()).then(|| self.names(|other| others.contains(&other)))
    }

    /// Names of sheets, for a message.
    pub(super) fn names(&self, which: impl Fn(usize) -> bool) -> String {
        let sheets = (0..).zip(&self.sheets).filter(|(index, _)| which(*index));
        list(&sheets.map(|(_, sheet)| sheet.sheet.clone()).collect::<Vec<_>>())
    }

    /// The rows of a sheet, its header row among them.
    pub(super) fn rows(&mut self, index: usize) -> Result<SheetRows<'_>, SheetFault> {
        match &mut self.book {
            Book::Xlsx(book) => Ok(SheetRows::Xlsx(Box::new(book.rows(index)?))),
            Book::Ods(book) => Ok(SheetRows::Ods(Box::new(book.rows(index)?))),
        }
    }
}

impl SheetRow {
    /// The row as a header row: text up to the last cell that is read.
    pub(super) fn header(&self) -> ByteRecord {
        let mut row = ByteRecord::new();
        let mut text = Vec::new();
        for (column, cell) in self.cells.iter().take_while(|(column, _)| *column < MAX_COLUMNS) {
            (row.len()..*column).for_each(|_| row.push_field(b""));
            text.clear();
            // The error of a formula is no header, and none that is needed.
            let _ = self.value(cell).push(None, &mut text);
            row.push_field(&text);
        }
        row
    }
}

pub(super) fn unreadable(error: impl std::fmt::Display) -> SheetFault {
    // A message may show text of the file.
    let message = error.to_string();
    let message = message.chars().take(200).map(|c| if c.is_control() { ' ' } else { c }).collect();
    SheetFault::Unreadable { message }
}

/// Unpacks every part and counts it. Says whether it is XLSX rather than ODS.
fn look_through(spooled: &mut Spooled) -> Result<bool, SheetFault> {
    let mut archive = ZipArchive::new(spooled).map_err(unreadable)?;
    if archive.len() > MAX_WORKBOOK_ENTRIES {
        return Err(SheetFault::TooManyParts);
    }
    let (mut xlsx, mut ods, mut encrypted) = (false, false, false);
    let mut total = 0u64;
    let mut buffer = vec![0; 64 * 1024];
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).map_err(unreadable)?;
        let name = String::from_utf8_lossy(part.name_raw()).into_owned();
        let (declared, stored) = (part.size(), part.compressed_size());
        if declared > 1024 * 1024 && declared / MAX_WORKBOOK_RATIO > stored {
            return Err(SheetFault::Ratio { part: shown(name.as_bytes()) });
        }
        let most = if name.ends_with("sharedStrings.xml") {
            MAX_SHARED_STRINGS
        } else if ["styles.xml", "workbook.xml", ".rels", "manifest.xml"]
            .iter()
            .any(|end| name.ends_with(end))
        {
            MAX_WORKBOOK_PART
        } else {
            MAX_WORKBOOK_CONTENT
        };
        total = total.saturating_add(declared);
        if declared > most || total > MAX_WORKBOOK_CONTENT {
            return Err(SheetFault::TooMuchContent);
        }
        xlsx |= name == "xl/workbook.xml";
        let mut beginning = Vec::new();
        let mut actual = 0u64;
        loop {
            let count = part.read(&mut buffer).map_err(unreadable)?;
            if count == 0 {
                break;
            }
            actual = actual.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
            if actual > declared {
                return Err(SheetFault::Size { part: shown(name.as_bytes()) });
            }
            if matches!(name.as_str(), "mimetype" | "META-INF/manifest.xml") {
                beginning.extend_from_slice(buffer.get(..count).unwrap_or_default());
            }
        }
        if actual != declared {
            return Err(SheetFault::Size { part: shown(name.as_bytes()) });
        }
        ods |= name == "mimetype" && beginning.starts_with(b"application/vnd.oasis.opendocument.spreadsheet");
        encrypted |= beginning.windows(15).any(|text| text == b"encryption-data");
    }
    match (xlsx, ods) {
        _ if encrypted => Err(SheetFault::OldOrEncrypted),
        (true, _) => Ok(true),
        (false, true) => Ok(false),
        (false, false) => Err(SheetFault::NotAWorkbook),
    }
}
