//! Sheets of ODS, read as they stand in `content.xml`.
//!
//! Our own reader, because the format counts what repeats: a sheet of a hundred octets may stand for a thousand million
//! cells. The limits have to be where the repetitions are undone, and no sheet has to be held.

use std::io::BufReader;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;
use zip::read::ZipFile;

use super::sheet::{Cell, SheetRow};
use super::workbook::{HeaderRow, unreadable};
use crate::fault::SheetFault;
use crate::limits::{MAX_COLUMNS, MAX_ROW, MAX_ROW_REPEATS, MAX_SHEET_ROWS};
use crate::spool::Spooled;

/// An open workbook.
pub(super) struct Ods(ZipArchive<Spooled>);

impl Ods {
    pub(super) fn open(spooled: Spooled) -> Result<Self, SheetFault> {
        ZipArchive::new(spooled).map(Self).map_err(unreadable)
    }

    /// Adds the sheets with their first filled rows, as far as they can be read.
    pub(super) fn sheets(&mut self, sheets: &mut Vec<HeaderRow>) -> Result<(), SheetFault> {
        let mut rows = self.content()?;
        while let Some(sheet) = rows.next_table()? {
            let mut row = SheetRow::default();
            let filled = rows.next(&mut row)?;
            sheets.push(HeaderRow { sheet, row: row.header() });
            if filled {
                rows.leave_table()?;
            }
        }
        Ok(())
    }

    /// The rows of a sheet.
    pub(super) fn rows(&mut self, index: usize) -> Result<OdsRows<'_>, SheetFault> {
        let mut rows = self.content()?;
        for before in 0..=index {
            if before > 0 {
                rows.leave_table()?;
            }
            if rows.next_table()?.is_none() {
                return Err(unreadable("a sheet is not there"));
            }
        }
        Ok(rows)
    }

    fn content(&mut self) -> Result<OdsRows<'_>, SheetFault> {
        let part = self.0.by_name("content.xml").map_err(unreadable)?;
        let mut reader = quick_xml::Reader::from_reader(BufReader::with_capacity(64 * 1024, part));
        // An empty element is a beginning and an end, so that there is one way to read both.
        reader.config_mut().expand_empty_elements = true;
        Ok(OdsRows { reader, buffer: Vec::new(), row: 0, repeats: 0 })
    }
}

/// The rows of a sheet.
pub(super) struct OdsRows<'o> {
    reader: quick_xml::Reader<BufReader<ZipFile<'o, Spooled>>>,
    buffer: Vec<u8>,
    /// Rows before the one that is read next.
    row: u32,
    /// How often the row that was handed out stands there once more.
    repeats: usize,
}

/// What was read of the text of a cell.
#[derive(Default)]
struct CellText {
    text: String,
    paragraphs: usize,
}

impl OdsRows<'_> {
    /// Goes to the next sheet and says its name.
    fn next_table(&mut self) -> Result<Option<String>, SheetFault> {
        (self.row, self.repeats) = (0, 0);
        loop {
            self.buffer.clear();
            match self.reader.read_event_into(&mut self.buffer).map_err(unreadable)? {
                Event::Start(element) if element.local_name().as_ref() == "table" => {
                    return Ok(Some(attribute(&element, "name")?.unwrap_or_default()));
                }
                Event::Start(element) if element.local_name().as_ref() == "tracked-changes" => {
                    skip(&mut self.reader, &element.to_end().into_owned())?;
                }
                Event::Eof => return Ok(None),
                _ => {}
            }
        }
    }

    /// Goes to the end of a sheet.
    fn leave_table(&mut self) -> Result<(), SheetFault> {
        let mut within = 1usize;
        loop {
            self.buffer.clear();
            match self.reader.read_event_into(&mut self.buffer).map_err(unreadable)? {
                Event::Start(element) if element.local_name().as_ref() == "table" => within += 1,
                Event::End(element) if element.local_name().as_ref() == "table" => {
                    within -= 1;
                    if within == 0 {
                        return Ok(());
                    }
                }
                Event::Eof => return Err(unreadable("it ends within a sheet")),
                _ => {}
            }
        }
    }

    /// Reads the next filled row; false after the last.
    pub(super) fn next(&mut self, row: &mut SheetRow) -> Result<bool, SheetFault> {
        if self.repeats > 0 {
            self.repeats -= 1;
            self.row = self.row.saturating_add(1);
            row.number = self.row;
            return Ok(true);
        }
        loop {
            self.buffer.clear();
            row.number = self.row.saturating_add(1);
            match self.reader.read_event_into(&mut self.buffer).map_err(unreadable)? {
                Event::Start(element) => match element.local_name().as_ref() {
                    "table-row" => {
                        let repeats = count(&element, "number-rows-repeated")?;
                        row.clear(self.row.saturating_add(1));
                        self.cells(row)?;
                        let rows = u32::try_from(repeats).unwrap_or(u32::MAX);
                        if row.cells.is_empty() {
                            self.row = self.row.saturating_add(rows);
                            continue;
                        }
                        if repeats > MAX_ROW_REPEATS {
                            return Err(SheetFault::Repeated { count: repeats });
                        }
                        if self.row.saturating_add(rows) > MAX_SHEET_ROWS {
                            return Err(unreadable("a row outside the sheet"));
                        }
                        self.row = self.row.saturating_add(1);
                        self.repeats = repeats.saturating_sub(1);
                        return Ok(true);
                    }
                    // Drawings and forms may have tables of their own.
                    "shapes" | "forms" | "named-expressions" => {
                        skip(&mut self.reader, &element.to_end().into_owned())?;
                    }
                    _ => {}
                },
                Event::End(element) if element.local_name().as_ref() == "table" => return Ok(false),
                Event::Eof => return Err(unreadable("it ends within a sheet")),
                _ => {}
            }
        }
    }

    /// Reads the cells of a row to its end.
    fn cells(&mut self, row: &mut SheetRow) -> Result<(), SheetFault> {
        let mut column = 0usize;
        loop {
            self.buffer.clear();
            match self.reader.read_event_into(&mut self.buffer).map_err(unreadable)? {
                Event::Start(element) => match element.local_name().as_ref() {
                    "table-cell" | "covered-table-cell" => {
                        let repeats = count(&element, "number-columns-repeated")?;
                        let element = element.into_owned();
                        let text = cell_text(&mut self.reader)?;
                        if let Some(cell) = cell_of(&element, &text, row)? {
                            // Whatever stands beyond what is read is no column of ours.
                            for place in column..column.saturating_add(repeats).min(MAX_COLUMNS + 1) {
                                row.push(place, cell.clone())?;
                            }
                        }
                        column = column.saturating_add(repeats);
                    }
                    _ => skip(&mut self.reader, &element.to_end().into_owned())?,
                },
                Event::End(element) if element.local_name().as_ref() == "table-row" => return Ok(()),
                Event::Eof => return Err(unreadable("it ends within a row")),
                _ => {}
            }
        }
    }
}

type XmlReader<'o> = quick_xml::Reader<BufReader<ZipFile<'o, Spooled>>>;

/// Passes over an element that was begun.
fn skip(reader: &mut XmlReader<'_>, end: &quick_xml::events::BytesEnd<'_>) -> Result<(), SheetFault> {
    reader.read_to_end_into(end.name(), &mut Vec::new()).map(|_| ()).map_err(unreadable)
}

/// Reads the paragraphs of a cell to its end.
fn cell_text(reader: &mut XmlReader<'_>) -> Result<CellText, SheetFault> {
    let mut read = CellText::default();
    let mut buffer = Vec::new();
    // Elements of text that are open: paragraphs and what stands in them.
    let mut open = 0usize;
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(unreadable)? {
            Event::Start(element) => match element.local_name().as_ref() {
                "p" | "h" if open == 0 => {
                    if read.paragraphs > 0 {
                        read.text.push('\n');
                    }
                    read.paragraphs += 1;
                    open = 1;
                }
                "s" if open > 0 => {
                    let blanks = count(&element, "c")?;
                    read.text.extend(std::iter::repeat_n(' ', blanks.min(MAX_ROW)));
                    open += 1;
                }
                "tab" if open > 0 => {
                    read.text.push('\t');
                    open += 1;
                }
                "line-break" if open > 0 => {
                    read.text.push('\n');
                    open += 1;
                }
                "span" | "a" if open > 0 => open += 1,
                // Notes, drawings and whatever else is no text of the cell.
                _ => skip(reader, &element.to_end().into_owned())?,
            },
            Event::Text(text) if open > 0 => read.text.push_str(&text.xml_content(XmlVersion::Implicit1_0)),
            Event::CData(text) if open > 0 => read.text.push_str(&text.xml_content(XmlVersion::Implicit1_0)),
            Event::GeneralRef(reference) if open > 0 => {
                let character = match reference.resolve_char_ref().map_err(unreadable)? {
                    Some(character) => character,
                    None => match quick_xml::escape::resolve_xml_entity(&reference) {
                        Some(text) => text.chars().next().unwrap_or_default(),
                        None => return Err(unreadable("an entity that XML does not have")),
                    },
                };
                read.text.push(character);
            }
            Event::End(_) if open > 0 => open -= 1,
            Event::End(_) => return Ok(read),
            Event::Eof => return Err(unreadable("it ends within a cell")),
            _ => {}
        }
        if read.text.len() > MAX_ROW {
            return Err(SheetFault::RowTooLong);
        }
    }
}

/// What a cell holds; blank ones hold nothing.
fn cell_of(
    element: &BytesStart<'_>,
    text: &CellText,
    row: &mut SheetRow,
) -> Result<Option<Cell>, SheetFault> {
    let mut text_cell = |text: &str| match text.trim_ascii() {
        "" => Ok(None),
        text => Ok(Some(Cell::Text(row.text(text)?))),
    };
    let (mut kind, mut value, mut is_error, mut is_formula) = (None, None, false, false);
    for attribute in element.attributes() {
        let attribute = attribute.map_err(unreadable)?;
        let of = attribute.key.prefix().map(|prefix| prefix.as_ref().to_owned());
        let text = || {
            attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map(|text| text.into_owned())
                .map_err(unreadable)
        };
        match attribute.key.local_name().as_ref() {
            "value-type" if of.as_deref() == Some("calcext") => is_error = text()? == "error",
            "value-type" => kind = Some(text()?),
            "formula" => is_formula = true,
            "value" | "date-value" | "time-value" | "boolean-value" | "string-value" => value = Some(text()?),
            _ => {}
        }
    }
    if is_error {
        return Ok(Some(Cell::Error(row.text(text.text.trim_ascii())?)));
    }
    let is_text =
        !matches!(kind.as_deref(), Some("float" | "percentage" | "currency" | "boolean" | "date" | "time"));
    let has_value = value.is_some() || (is_text && kind.is_some() && text.paragraphs > 0);
    if is_formula && !has_value {
        return Ok(Some(Cell::Unsaved));
    }
    let value = value.unwrap_or_default();
    match kind.as_deref() {
        None => text_cell(&text.text),
        Some("float" | "percentage" | "currency") => {
            let number = value.parse().map_err(|_| unreadable(format!("{value:?} is no number")))?;
            Ok(Some(Cell::Double(number)))
        }
        Some("boolean") => Ok(Some(Cell::Bool(value == "true"))),
        Some("date" | "time") => text_cell(&value),
        Some(_) if text.paragraphs > 0 => text_cell(&text.text),
        Some(_) => text_cell(&value),
    }
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Result<Option<String>, SheetFault> {
    for attribute in element.attributes() {
        let attribute = attribute.map_err(unreadable)?;
        if attribute.key.local_name().as_ref() == name {
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(unreadable)?;
            return Ok(Some(value.into_owned()));
        }
    }
    Ok(None)
}

/// How often something stands; once if it is not said.
fn count(element: &BytesStart<'_>, name: &str) -> Result<usize, SheetFault> {
    match attribute(element, name)? {
        None => Ok(1),
        Some(text) => text.parse().map_err(|_| unreadable(format!("{text:?} is no count"))),
    }
}
