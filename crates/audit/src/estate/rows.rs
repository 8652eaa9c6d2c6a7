//! The rows of an estate, in the least room that keeps all of them.
//!
//! A row takes 24 octets: the device, its MPAN, its place, and the number of what it says besides, of which few kinds
//! differ. A row with further MPANs takes as much again. It is made whole only while its device is assessed.

use std::collections::BTreeMap;
use std::ops::Deref;

use types::{
    DeviceStatus, DeviceType, EstateRow, Eui64, InputId, Interner, MpanField, Origin, PackedMpan,
    SmetsVersion, Symbol,
};

use crate::distinct::Distinct;
use crate::places::{Places, TooManyLines};
use crate::totals::InputUse;

/// What a row says besides its device and its MPANs.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
struct Profile {
    network_operator: Option<Symbol>,
    supplier: Option<Symbol>,
    manufacturer: Option<Symbol>,
    model: Option<Symbol>,
    firmware: Option<Symbol>,
    region: Option<Symbol>,
    device_type: Option<DeviceType>,
    status: Option<DeviceStatus>,
    smets: Option<SmetsVersion>,
}

#[derive(Clone, Copy, Debug)]
struct PackedRow {
    device: u64,
    /// The import MPAN; of a row with further ones the number of all three.
    mpan: PackedMpan,
    profile: u32,
    place: u32,
}

/// Estate rows of one input, as they are read.
#[derive(Debug, Default)]
pub struct EstateBatch {
    rows: Vec<PackedRow>,
    profiles: Distinct<Profile>,
    /// Import, secondary import and export MPAN of rows that have more than the first.
    mpans: Vec<[PackedMpan; 3]>,
    last_line: u32,
}

impl EstateBatch {
    /// How many rows there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl Extend<EstateRow> for EstateBatch {
    /// Adds rows, of whose origin only the line is kept: all are of one input.
    fn extend<I: IntoIterator<Item = EstateRow>>(&mut self, rows: I) {
        for row in rows {
            let EstateRow {
                device,
                mpan,
                secondary_mpan,
                export_mpan,
                network_operator,
                supplier,
                manufacturer,
                model,
                firmware,
                region,
                device_type,
                status,
                smets,
                origin,
            } = row;
            let profile = Profile {
                network_operator,
                supplier,
                manufacturer,
                model,
                firmware,
                region,
                device_type,
                status,
                smets,
            };
            let mpans = [mpan, secondary_mpan, export_mpan].map(PackedMpan::new);
            let mpan = match (secondary_mpan, export_mpan) {
                (MpanField::Absent, MpanField::Absent) => mpans[0],
                _ => {
                    self.mpans.push(mpans);
                    PackedMpan::elsewhere(last_number(&self.mpans))
                }
            };
            self.last_line = self.last_line.max(origin.line);
            let profile = self.profiles.number(profile);
            self.rows.push(PackedRow { device: device.to_u64(), mpan, profile, place: origin.line });
        }
    }
}

/// The number of the last of several things.
fn last_number<T>(things: &[T]) -> u32 {
    u32::try_from(things.len()).unwrap_or(u32::MAX).saturating_sub(1)
}

/// The rows of one device.
#[derive(Clone, Debug)]
pub struct Rows(Few);

#[derive(Clone, Debug)]
enum Few {
    /// Nearly always.
    One([EstateRow; 1]),
    Many(Vec<EstateRow>),
}

impl Deref for Rows {
    type Target = [EstateRow];

    fn deref(&self) -> &[EstateRow] {
        match &self.0 {
            Few::One(row) => row,
            Few::Many(rows) => rows,
        }
    }
}

/// All rows of an estate, sorted by device.
#[derive(Debug, Default)]
pub(super) struct PackedRows {
    rows: Vec<PackedRow>,
    profiles: Vec<Profile>,
    mpans: Vec<[PackedMpan; 3]>,
    places: Places,
}

impl PackedRows {
    /// Those of these inputs, in the order of their numbers, and how many of each input ended how: a row that repeats
    /// another of its device is a duplicate, one that says something else counts.
    pub(super) fn new(
        mut batches: Vec<(InputId, EstateBatch)>,
        names: &Interner,
    ) -> Result<(Self, BTreeMap<InputId, InputUse>), TooManyLines> {
        batches.sort_by_key(|(input, _)| *input);
        let mut all = Self::default();
        let mut uses: BTreeMap<InputId, InputUse> = BTreeMap::new();
        let mut profiles: Distinct<Profile> = Distinct::default();
        for (input, EstateBatch { mut rows, profiles: more, mpans, last_line }) in batches {
            let first = all.places.add(input, last_line)?;
            uses.entry(input).or_default().used += u64::try_from(rows.len()).unwrap_or(u64::MAX);
            let numbers: Vec<u32> =
                more.into_values().into_iter().map(|value| profiles.number(value)).collect();
            let before = u32::try_from(all.mpans.len()).map_err(|_| TooManyLines)?;
            for row in &mut rows {
                row.place += first;
                row.profile = numbers.get(row.profile as usize).copied().unwrap_or(u32::MAX);
                if let Some(number) = row.mpan.number_elsewhere() {
                    row.mpan = PackedMpan::elsewhere(number.checked_add(before).ok_or(TooManyLines)?);
                }
            }
            all.mpans.extend(mpans);
            match all.rows.is_empty() {
                true => all.rows = rows,
                false => all.rows.append(&mut rows),
            }
        }
        if u32::try_from(all.rows.len()).is_err() {
            return Err(TooManyLines);
        }
        all.profiles = profiles.into_values();
        all.rows.sort_unstable_by_key(|row| (row.device, row.place));
        // Where rows of one device differ, their place in the inputs must not tell which comes first.
        let mut rows = std::mem::take(&mut all.rows);
        for rows in rows.chunk_by_mut(|a, b| a.device == b.device).filter(|rows| rows.len() > 1) {
            rows.sort_by_cached_key(|row| (content(&all.whole(*row), names), row.place));
            for repeats in rows.chunk_by(|a, b| all.says(*a) == all.says(*b)) {
                for repeat in repeats.iter().skip(1) {
                    let uses = uses.entry(all.places.origin(repeat.place).input).or_default();
                    uses.used = uses.used.saturating_sub(1);
                    uses.duplicate += 1;
                }
            }
        }
        all.rows = rows;
        Ok((all, uses))
    }

    /// What a row says, wherever it stands.
    fn says(&self, row: PackedRow) -> EstateRow {
        EstateRow { origin: Origin::default(), ..self.whole(row) }
    }

    /// Where the rows of each device start.
    pub(super) fn starts(&self) -> Vec<u32> {
        let mut starts = Vec::with_capacity(self.rows.len());
        let mut last = None;
        for (row, index) in self.rows.iter().zip(0u32..) {
            if last != Some(row.device) {
                starts.push(index);
                last = Some(row.device);
            }
        }
        starts.shrink_to_fit();
        starts
    }

    pub(super) const fn len(&self) -> usize {
        self.rows.len()
    }

    /// The device of the row of this index.
    pub(super) fn device(&self, index: usize) -> Option<Eui64> {
        self.rows.get(index).map(|row| Eui64::new(row.device.to_be_bytes()))
    }

    /// The MPAN columns of the row of this index.
    pub(super) fn mpans(&self, index: usize) -> [MpanField; 3] {
        self.rows.get(index).map_or([MpanField::Absent; 3], |row| self.fields(row.mpan))
    }

    fn fields(&self, mpan: PackedMpan) -> [MpanField; 3] {
        match mpan.number_elsewhere() {
            Some(number) => {
                self.mpans.get(number as usize).copied().unwrap_or_default().map(PackedMpan::field)
            }
            None => [mpan.field(), MpanField::Absent, MpanField::Absent],
        }
    }

    /// The rows of these indices.
    pub(super) fn read(&self, indices: std::ops::Range<usize>) -> Rows {
        match self.rows.get(indices).unwrap_or_default() {
            [row] => Rows(Few::One([self.whole(*row)])),
            rows => Rows(Few::Many(rows.iter().map(|row| self.whole(*row)).collect())),
        }
    }

    pub(super) fn renumber(&mut self, number: impl Fn(InputId) -> InputId) {
        self.places.renumber(number);
    }

    fn whole(&self, row: PackedRow) -> EstateRow {
        let [mpan, secondary_mpan, export_mpan] = self.fields(row.mpan);
        let Profile {
            network_operator,
            supplier,
            manufacturer,
            model,
            firmware,
            region,
            device_type,
            status,
            smets,
        } = self.profiles.get(row.profile as usize).copied().unwrap_or_default();
        EstateRow {
            device: Eui64::new(row.device.to_be_bytes()),
            mpan,
            secondary_mpan,
            export_mpan,
            network_operator,
            supplier,
            manufacturer,
            model,
            firmware,
            region,
            device_type,
            status,
            smets,
            origin: self.places.origin(row.place),
        }
    }
}

/// What a row says, as text to sort by.
fn content(row: &EstateRow, names: &Interner) -> String {
    let EstateRow { mpan, secondary_mpan, export_mpan, device_type, status, smets, .. } = row;
    let named = [row.network_operator, row.supplier, row.manufacturer, row.model, row.firmware, row.region]
        .map(|symbol| symbol.map(|symbol| names.name(symbol)));
    format!("{:?}", (mpan, secondary_mpan, export_mpan, device_type, status, smets, named))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_stays_small() {
        // One of these is held for every meter of the national estate.
        assert_eq!(size_of::<PackedRow>(), 24);
    }
}
