//! The files beside the rows: devices that no estate lists, and the quarantine.

use std::io::BufReader;

use report::model::v1::NotInEstateRow;
use report::read::{Lines, Rows};
use types::{Eui64, ParseEui64Error};

use super::Part;
use super::apart::Seen;
use super::checked::{Checked, lines};
use super::inputs::{JoinedInputs, is_shared};
use crate::error::Error;
use crate::package::Package;
use crate::progress::Progress;

const NOT_IN_ESTATE: &str = "not-in-estate.jsonl";
const QUARANTINE: &str = "quarantine.jsonl";

fn at<'p>(part: &'p Part, name: &'static str) -> impl Fn(report::ReadError) -> Error + 'p {
    move |source| Error::Report { path: part.folder().join(name), source }
}

/// Writes the devices that no estate lists, and tells how many there are. Records about one may have been read by several parts.
pub(super) fn not_in_estate(
    parts: &[Part],
    joined: &JoinedInputs,
    seen: &Seen,
    package: &mut Package,
    progress: &Progress<'_>,
) -> Result<u64, Error> {
    let places = joined.places_of_records();
    let place = |row: &NotInEstateRow| (places.get(row.input.as_str()).copied(), row.line);
    let mut rows = Vec::with_capacity(parts.len());
    let mut heads: Vec<Option<NotInEstateRow>> = Vec::with_capacity(parts.len());
    for part in parts {
        let mut all: Rows<NotInEstateRow, BufReader<Checked>> =
            Rows::new(lines(&part.reader, NOT_IN_ESTATE)?);
        heads.push(all.next().transpose().map_err(at(part, NOT_IN_ESTATE))?);
        rows.push(all);
    }
    let mut file = package.file(NOT_IN_ESTATE)?;
    let (mut count, mut line) = (0, Vec::new());
    while let Some(device) = heads.iter().flatten().map(|row| &row.device_id).min().cloned() {
        progress.go_on()?;
        let mut whole: Option<NotInEstateRow> = None;
        for ((head, rows), part) in heads.iter_mut().zip(&mut rows).zip(parts) {
            let Some(row) = head.take_if(|row| row.device_id == device) else { continue };
            *head = rows.next().transpose().map_err(at(part, NOT_IN_ESTATE))?;
            check(&row, part, parts, seen)?;
            whole = Some(match whole {
                None => row,
                Some(other) => {
                    let records = other.records.saturating_add(row.records);
                    let mut first = if place(&row) < place(&other) { row } else { other };
                    first.records = records;
                    first
                }
            });
        }
        if let Some(row) = whole {
            line.clear();
            report::push_line(&row, &mut line)?;
            file.push(&line, 1)?;
            count += 1;
        }
    }
    package.finish(file, true)?;
    Ok(count)
}

/// Whether the device is in no other estate.
fn check(row: &NotInEstateRow, part: &Part, parts: &[Part], seen: &Seen) -> Result<(), Error> {
    let device: Eui64 = row.device_id.parse().map_err(|error: ParseEui64Error| {
        part.refused(format!("{NOT_IN_ESTATE}: {:?}: {error}", row.device_id))
    })?;
    match seen.part_with(device).and_then(|other| parts.get(other)) {
        None => Ok(()),
        Some(other) => Err(part.refused(format!(
            "has records of the device {device}, which the estate of {} lists; all that is known of a device belongs in one part",
            other.folder().display()
        ))),
    }
}

/// Writes the quarantine in the order of the inputs: of each input from the part that it is taken from.
pub(super) fn quarantine(
    parts: &[Part],
    joined: &JoinedInputs,
    package: &mut Package,
    progress: &Progress<'_>,
) -> Result<(), Error> {
    let mut files = Vec::with_capacity(parts.len());
    for part in parts {
        files.push((part, Lines::new(lines(&part.reader, QUARANTINE)?)));
    }
    let mut file = package.file(QUARANTINE)?;
    for (input, taken_from) in joined.by_part() {
        for ((part, lines), number) in files.iter_mut().zip(0usize..) {
            // The order of the inputs of a part is that of all of them, and so is that of its lines.
            if number != taken_from && !is_shared(input) {
                continue;
            }
            for _ in 0..input.records.quarantined {
                progress.go_on()?;
                let line = lines.next_line().map_err(at(part, QUARANTINE))?;
                if number == taken_from {
                    file.push(line.unwrap_or_default(), 0)?;
                    file.push(b"\n", 1)?;
                }
            }
        }
    }
    for (part, lines) in &mut files {
        while lines.next_line().map_err(at(part, QUARANTINE))?.is_some() {}
    }
    package.finish(file, true)
}
