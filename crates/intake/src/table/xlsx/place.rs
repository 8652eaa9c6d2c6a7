//! Where in a sheet of XLSX a reader of cells stopped.

use std::io::{BufRead, BufReader, Read, Seek};

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

/// A place in a sheet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Place {
    /// Whether the row of the cell before has ended.
    pub(super) between: bool,
    /// The number of the row in which it is, or of the one that would be next.
    pub(super) number: u32,
}

type XmlReader<R> = quick_xml::Reader<BufReader<R>>;

/// The place after so many cells of a sheet; none if it can't be found.
pub(super) fn place(octets: impl Read + Seek, sheet: &str, cells: u64) -> Option<Place> {
    let mut archive = ZipArchive::new(octets).ok()?;
    let id = relation_of(&mut xml(archive.by_name("xl/workbook.xml").ok()?), sheet)?;
    let target = target_of(&mut xml(archive.by_name("xl/_rels/workbook.xml.rels").ok()?), &id)?;
    let part = match target.strip_prefix('/') {
        Some(absolute) => absolute.to_owned(),
        None => format!("xl/{target}"),
    };
    Some(after(&mut xml(archive.by_name(&part).ok()?), cells))
}

fn xml<R: Read>(part: R) -> XmlReader<R> {
    let mut reader = quick_xml::Reader::from_reader(BufReader::with_capacity(64 * 1024, part));
    // An empty element is a beginning and an end, so that there is one way to read both.
    reader.config_mut().expand_empty_elements = true;
    reader
}

/// The relation by which the workbook names the part of a sheet.
fn relation_of(reader: &mut quick_xml::Reader<impl BufRead>, sheet: &str) -> Option<String> {
    find(reader, "sheet", |element| (attribute(element, "name")? == sheet).then(|| relation(element))?)
}

fn target_of(reader: &mut quick_xml::Reader<impl BufRead>, id: &str) -> Option<String> {
    let is = |element: &BytesStart<'_>| attribute(element, "Id").is_some_and(|other| other == id);
    find(reader, "Relationship", |element| is(element).then(|| attribute(element, "Target"))?)
}

fn find<T>(
    reader: &mut quick_xml::Reader<impl BufRead>,
    name: &str,
    of: impl Fn(&BytesStart<'_>) -> Option<T>,
) -> Option<T> {
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).ok()? {
            Event::Start(element) if element.local_name().as_ref() == name => {
                if let Some(found) = of(&element) {
                    return Some(found);
                }
            }
            Event::Eof => return None,
            _ => {}
        }
    }
}

/// The attribute `id` of the namespace of relations, whatever its prefix.
fn relation(element: &BytesStart<'_>) -> Option<String> {
    let mut attributes = element.attributes().filter_map(Result::ok);
    let id = attributes.find(|one| one.key.prefix().is_some() && one.key.local_name().as_ref() == "id")?;
    Some(id.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned())
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = element.attributes().filter_map(Result::ok);
    let found = attributes.find(|one| one.key.prefix().is_none() && one.key.local_name().as_ref() == name)?;
    Some(found.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned())
}

/// The place after so many cells: the next cell, or the damage or end before it.
fn after(reader: &mut quick_xml::Reader<impl BufRead>, cells: u64) -> Place {
    let mut buffer = Vec::new();
    let mut place = Place { between: false, number: 1 };
    let mut read = 0;
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Start(element)) => match element.local_name().as_ref() {
                "row" => place.number = number_of(&element).unwrap_or(place.number),
                "c" if read >= cells => return place,
                _ => {}
            },
            Ok(Event::End(element)) => match element.local_name().as_ref() {
                "row" => place = Place { between: read >= cells, number: place.number.saturating_add(1) },
                "c" => read += 1,
                "sheetData" => return place,
                _ => {}
            },
            Ok(Event::Eof) | Err(_) => return place,
            Ok(_) => {}
        }
    }
}

/// The number that a row says it has.
fn number_of(element: &BytesStart<'_>) -> Option<u32> {
    attribute(element, "r")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(sheet: &str, cells: u64) -> (bool, u32) {
        let Place { between, number } = after(&mut xml(sheet.as_bytes()), cells);
        (between, number)
    }

    #[test]
    fn a_place_is_within_a_row_or_between_two() {
        let sheet = "<worksheet><sheetData><row r=\"2\"><c/><c><v>1</v></c></row><row/><row r=\"7\"><c>";
        assert_eq!(at(sheet, 0), (false, 2));
        assert_eq!(at(sheet, 1), (false, 2));
        assert_eq!(at(sheet, 2), (true, 7));
        assert_eq!(at("<sheetData><row><c/></row><ro", 1), (true, 2));
        assert_eq!(at("<sheetData><row><c/><c", 1), (false, 1));
        assert_eq!(at("<sheetData><row><c/></row></sheetData>", 1), (true, 2));
    }
}
