//! Values that occur in millions of records and of which few differ.

use std::collections::HashMap;
use std::hash::Hash;

/// Keeps each distinct value once, by number.
#[derive(Clone, Debug)]
pub(crate) struct Distinct<T> {
    values: Vec<T>,
    numbers: HashMap<T, u32>,
    /// What was asked for last: the records of one device stand together.
    last: [Option<(T, u32)>; 2],
}

impl<T> Default for Distinct<T> {
    fn default() -> Self {
        Self { values: Vec::new(), numbers: HashMap::new(), last: [None, None] }
    }
}

/// As long as there are no more values than this, they are looked through: a map is not worth its room for the one
/// message of a file.
const FEW: usize = 4;

impl<T: Copy + Eq + Hash> Distinct<T> {
    /// The number of a value. There are never more values than records, whose number has to fit too.
    pub(crate) fn number(&mut self, value: T) -> u32 {
        if let Some((_, number)) = self.last.iter().flatten().find(|(last, _)| *last == value) {
            return *number;
        }
        let number = self.find(&value).unwrap_or_else(|| self.add(value));
        self.last = [Some((value, number)), self.last[0]];
        number
    }

    fn find(&self, value: &T) -> Option<u32> {
        match self.numbers.is_empty() {
            true => self.values.iter().zip(0..).find(|(known, _)| *known == value).map(|(_, number)| number),
            false => self.numbers.get(value).copied(),
        }
    }

    fn add(&mut self, value: T) -> u32 {
        let number = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        self.values.push(value);
        if self.values.len() == FEW {
            self.numbers = self.values.iter().copied().zip(0..).collect();
        } else if self.values.len() > FEW {
            self.numbers.insert(value, number);
        }
        number
    }

    /// All of them, by number.
    pub(crate) fn into_values(self) -> Vec<T> {
        self.values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_have_one_number_however_many_there_are() {
        let mut distinct = Distinct::default();
        let values = [5, 5, 7, 5, 9, 11, 7, 13, 13, 15, 5, 9];
        let numbers = values.map(|value| distinct.number(value));
        assert_eq!(numbers, [0, 0, 1, 0, 2, 3, 1, 4, 4, 5, 0, 2]);
        assert_eq!(distinct.into_values(), [5, 7, 9, 11, 13, 15]);
    }
}
