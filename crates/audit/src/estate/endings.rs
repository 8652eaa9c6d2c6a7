//! How the rows of an estate and of registration data ended.

use std::collections::BTreeMap;

use types::InputId;

use crate::timeline::Disposition;

/// How many rows of each input ended how.
#[derive(Clone, Debug, Default)]
pub(super) struct Endings(BTreeMap<(InputId, Disposition), u64>);

impl Endings {
    pub(super) fn add(&mut self, input: InputId, disposition: Disposition, rows: usize) {
        *self.0.entry((input, disposition)).or_default() += u64::try_from(rows).unwrap_or(u64::MAX);
    }

    /// One that was counted as used repeats another.
    pub(super) fn turn_into_duplicate(&mut self, input: InputId) {
        let used = self.0.entry((input, Disposition::Used)).or_default();
        *used = used.saturating_sub(1);
        self.add(input, Disposition::Duplicate, 1);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (InputId, Disposition, u64)> {
        self.0.iter().map(|((input, disposition), rows)| (*input, *disposition, *rows))
    }

    /// Gives the inputs other numbers.
    pub(super) fn renumber(&mut self, number: impl Fn(InputId) -> InputId) {
        let old = std::mem::take(&mut self.0);
        self.0 = old
            .into_iter()
            .map(|((input, disposition), rows)| ((number(input), disposition), rows))
            .collect();
    }
}
