//! Makes an estate of what was read.

use std::collections::{BTreeMap, HashSet};

use rayon::prelude::*;
use types::{EstateRow, InputId, Interner, MpanField, RegistrationRow, Symbol};

use super::metering_points::{MeteringPoints, Number};
use super::rows::{EstateBatch, PackedRows};
use super::{Estate, owner_named, owner_of};
use crate::directory::{Directory, Owner};
use crate::places::TooManyLines;
use crate::timeline::{Disposition, NotRelevant};
use crate::totals::InputUse;

/// Rows of estate and registration data, of all inputs.
#[derive(Debug, Default)]
pub struct EstateBuilder {
    batches: Vec<(InputId, EstateBatch)>,
    registration: Vec<RegistrationRow>,
    unread: Vec<RegistrationRow>,
}

impl EstateBuilder {
    /// Adds the estate rows of an input, each input once.
    pub fn add_rows(&mut self, input: InputId, rows: EstateBatch) {
        self.batches.push((input, rows));
    }

    /// Adds estate rows that know their inputs themselves.
    pub(super) fn add_rows_of_any_input(&mut self, rows: Vec<EstateRow>) {
        let mut batches: BTreeMap<InputId, EstateBatch> = BTreeMap::new();
        for row in rows {
            batches.entry(row.origin.input).or_default().extend([row]);
        }
        self.batches.extend(batches);
    }

    /// Adds registration rows.
    pub fn add_registration(&mut self, mut rows: Vec<RegistrationRow>) {
        match self.registration.is_empty() {
            true => self.registration = rows,
            false => self.registration.append(&mut rows),
        }
    }

    /// Adds registration rows that can't be used, as far as they name their metering points. They say that there is
    /// an operator and not which, so that no lower source decides where no other row names one.
    pub fn add_unread_registration(&mut self, rows: Vec<RegistrationRow>) {
        self.unread.extend(rows);
    }

    /// Sorts and groups the rows, joins them to registration data and resolves the operator names that occur in them.
    ///
    /// Registration rows for one metering point that name different operators leave it without one: nothing tells
    /// which row is right, and the MPAN's own distributor must not decide between them.
    ///
    /// # Errors
    ///
    /// The inputs have too many lines to be numbered.
    pub fn build(self, names: &Interner, directory: &Directory) -> Result<Estate, TooManyLines> {
        let Self { batches, registration, mut unread } = self;
        let (rows, mut uses) = PackedRows::new(batches, names)?;
        // Metering points are numbered from one.
        u32::try_from(registration.len().saturating_add(unread.len()).saturating_add(1))
            .map_err(|_| TooManyLines)?;
        let mut metering_points = MeteringPoints::new(registration);
        let mut registered = join(&rows, &metering_points);
        count(&rows, &metering_points, &registered, &mut uses);
        // What can't be read was counted when it was put aside.
        unread.retain(|row| {
            let read = metering_points.find(row.mpan).map(|number| metering_points.rows_of(number));
            !read.unwrap_or_default().iter().any(|row| row.network_operator.is_some())
        });
        if !unread.is_empty() {
            let mut all = metering_points.into_rows();
            all.extend(unread);
            metering_points = MeteringPoints::new(all);
            registered = join(&rows, &metering_points);
        }
        let operator_of: Vec<Option<Owner>> =
            names.symbols().map(|symbol| owner_named(names.name(symbol), directory)).collect();
        metering_points.settle(|one, other| {
            let owner = |name| owner_of(&operator_of, name);
            one == other || (owner(one).is_some() && owner(one) == owner(other))
        });
        let starts = rows.starts();
        Ok(Estate { rows, starts, metering_points, registered, uses, operator_of })
    }
}

/// The metering point of each row's import MPAN.
fn join(rows: &PackedRows, metering_points: &MeteringPoints) -> Vec<Option<Number>> {
    if metering_points.is_empty() {
        return Vec::new();
    }
    let find = |index| {
        let [import, ..] = rows.mpans(index);
        import.mpan().and_then(|mpan| metering_points.find(mpan))
    };
    (0..rows.len()).into_par_iter().map(find).collect()
}

/// Counts registration rows: used for the metering points of the estate, each once.
fn count(
    rows: &PackedRows,
    metering_points: &MeteringPoints,
    registered: &[Option<Number>],
    uses: &mut BTreeMap<InputId, InputUse>,
) {
    let registration = metering_points.rows();
    let mut is_named = vec![false; registration.len()];
    let mut name = |number: Number| {
        if let Some(named) = is_named.get_mut(number.get() as usize - 1) {
            *named = true;
        }
    };
    for (index, number) in registered.iter().enumerate() {
        number.iter().copied().for_each(&mut name);
        let [_, others @ ..] = rows.mpans(index);
        let others = others.into_iter().filter_map(MpanField::mpan);
        others.filter_map(|mpan| metering_points.find(mpan)).for_each(&mut name);
    }
    let mut place = 0;
    for rows in registration.chunk_by(|a, b| a.mpan == b.mpan) {
        let named = is_named.get(place).copied().unwrap_or_default();
        place += rows.len();
        let mut said: HashSet<[Option<Symbol>; 2]> = HashSet::new();
        for row in rows {
            let repeats = rows.len() > 1 && !said.insert([row.network_operator, row.supplier]);
            let disposition = match named {
                false => Disposition::NotRelevant(NotRelevant::NotInEstate),
                true if repeats => Disposition::Duplicate,
                true => Disposition::Used,
            };
            uses.entry(row.origin.input).or_default().count(disposition);
        }
    }
}
