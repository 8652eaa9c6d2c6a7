//! Registration data by metering point.

use std::collections::BTreeSet;
use std::num::NonZeroU32;

use types::{InputId, Mpan, RegistrationRow, Symbol};

/// Where the rows of a metering point begin, counted from one so that none takes no more room.
pub(super) type Number = NonZeroU32;

/// Registration rows sorted by metering point, with an index that finds one in a step or two: an estate asks for
/// each of its meters.
#[derive(Debug, Default)]
pub(super) struct MeteringPoints {
    rows: Vec<RegistrationRow>,
    /// By how many bits an MPAN is shifted to give its slot, counted from the first MPAN.
    shift: u32,
    /// Where the rows of each slot begin, and one more.
    slots: Vec<u32>,
    /// Metering points whose rows name different operators.
    contested: BTreeSet<Number>,
}

/// What the rows of one metering point say together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Registered {
    /// The first row, with what all rows agree on.
    pub(super) row: RegistrationRow,
    /// Whether they name different operators.
    pub(super) contested: bool,
}

impl MeteringPoints {
    /// Of these rows, in any order.
    pub(super) fn new(mut rows: Vec<RegistrationRow>) -> Self {
        rows.sort_unstable_by_key(|row| (row.mpan, row.origin));
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Self::default() };
        let (first, span) = (first.mpan.number(), last.mpan.number() - first.mpan.number());
        // No more slots than rows.
        let shift = (0..u64::BITS).find(|shift| span >> shift < rows.len() as u64).unwrap_or(0);
        let slot = |row: &RegistrationRow| (row.mpan.number() - first) >> shift;
        let mut slots = Vec::new();
        for (row, index) in rows.iter().zip(0u32..) {
            while slots.len() as u64 <= slot(row) {
                slots.push(index);
            }
        }
        slots.push(u32::try_from(rows.len()).unwrap_or(u32::MAX));
        Self { rows, shift, slots, contested: BTreeSet::new() }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// All rows, sorted by metering point and origin.
    pub(super) fn rows(&self) -> &[RegistrationRow] {
        &self.rows
    }

    pub(super) fn into_rows(self) -> Vec<RegistrationRow> {
        self.rows
    }

    /// The metering point of this MPAN.
    pub(super) fn find(&self, mpan: Mpan) -> Option<Number> {
        let offset = mpan.number().checked_sub(self.rows.first()?.mpan.number())?;
        let slot = usize::try_from(offset >> self.shift).ok()?;
        let (begin, end) = (*self.slots.get(slot)?, *self.slots.get(slot + 1)?);
        let rows = self.rows.get(begin as usize..end as usize)?;
        let place = rows.partition_point(|row| row.mpan < mpan);
        rows.get(place).filter(|row| row.mpan == mpan)?;
        begin.checked_add(u32::try_from(place).ok()?)?.checked_add(1).and_then(Number::new)
    }

    /// Its rows.
    pub(super) fn rows_of(&self, number: Number) -> &[RegistrationRow] {
        let rows = self.rows.get(number.get() as usize - 1..).unwrap_or_default();
        rows.chunk_by(|a, b| a.mpan == b.mpan).next().unwrap_or_default()
    }

    /// Puts what the rows of a metering point say together into its first, once for all meters that ask. Two names of one
    /// operator, which `same_operator` knows, do not contradict each other.
    pub(super) fn settle(&mut self, same_operator: impl Fn(Symbol, Symbol) -> bool) {
        let mut place = 0u32;
        for rows in self.rows.chunk_by_mut(|a, b| a.mpan == b.mpan) {
            let operator = agreed(rows.iter().filter_map(|row| row.network_operator), &same_operator);
            let supplier = agreed(rows.iter().filter_map(|row| row.supplier), |one, other| one == other);
            if operator.is_err() {
                self.contested.extend(place.checked_add(1).and_then(Number::new));
            }
            place = place.saturating_add(u32::try_from(rows.len()).unwrap_or(u32::MAX));
            if let Some(first) = rows.first_mut() {
                first.network_operator = operator.ok().flatten();
                first.supplier = supplier.ok().flatten();
            }
        }
    }

    /// What the rows of a metering point say together, once that is settled.
    pub(super) fn registered(&self, number: Number) -> Option<Registered> {
        let row = *self.rows.get(number.get() as usize - 1)?;
        Some(Registered { row, contested: self.contested.contains(&number) })
    }

    /// Gives the inputs other numbers, in the same order.
    pub(super) fn renumber(&mut self, number: impl Fn(InputId) -> InputId) {
        self.rows.iter_mut().for_each(|row| row.origin.input = number(row.origin.input));
    }
}

/// What all names say, if none contradicts another.
fn agreed(
    mut names: impl Iterator<Item = Symbol>,
    same: impl Fn(Symbol, Symbol) -> bool,
) -> Result<Option<Symbol>, ()> {
    let Some(first) = names.next() else { return Ok(None) };
    if names.all(|name| same(first, name)) { Ok(Some(first)) } else { Err(()) }
}

#[cfg(test)]
mod tests {
    use types::Origin;

    use super::*;

    fn mpan(twelve: u64) -> Mpan {
        Mpan::new(twelve * 10 + u64::from(Mpan::check_digit(twelve))).unwrap()
    }

    #[test]
    fn every_metering_point_is_found_and_no_other() {
        // Crowded at one end, spread at the other, with several rows of one point.
        let near = (0..40).map(|step| 100_000_000_010 + step);
        let far = (1..20).map(|step| 100_000_000_010 + step * step * 1_234_567_891);
        let twice = [100_000_000_017, 110_000_000_000, 110_000_000_000];
        let there: Vec<u64> = near.chain(far).chain(twice).collect();
        let row = |(place, number): (usize, &u64)| RegistrationRow {
            mpan: mpan(*number),
            network_operator: None,
            supplier: None,
            origin: Origin { input: InputId(0), line: u32::try_from(place).unwrap() },
        };
        let points = MeteringPoints::new(there.iter().enumerate().map(row).collect());
        for number in there.iter().flat_map(|number| number - 2..number + 3) {
            let found = points.find(mpan(number));
            let rows = found.map_or(0, |found| points.rows_of(found).len());
            assert_eq!(rows, there.iter().filter(|other| **other == number).count(), "{number}");
        }
        assert!(MeteringPoints::new(Vec::new()).find(mpan(there[0])).is_none());
    }
}
