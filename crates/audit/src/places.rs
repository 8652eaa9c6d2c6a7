//! The places of records, in four octets each.

use types::{InputId, Origin};

/// Numbers the lines of several inputs through, so that a record keeps one number in place of input and line.
///
/// The order of numbers is the order of origins if the inputs are added in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    /// The number of line 0 of each input.
    inputs: Vec<(u32, InputId)>,
    next: u64,
}

/// Inputs with more lines together than can be numbered.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "more than {} lines in the inputs of one kind, which is more than one audit can take: split the estate",
    u32::MAX
)]
pub struct TooManyLines;

impl Places {
    /// Adds an input that has lines up to `last`, and gives the number of its line 0.
    pub(crate) fn add(&mut self, input: InputId, last: u32) -> Result<u32, TooManyLines> {
        let first = u32::try_from(self.next).map_err(|_| TooManyLines)?;
        let last = first.checked_add(last).ok_or(TooManyLines)?;
        self.inputs.push((first, input));
        self.next = u64::from(last) + 1;
        Ok(first)
    }

    /// Where the record of this number stands.
    pub(crate) fn origin(&self, place: u32) -> Origin {
        let after = self.inputs.partition_point(|(first, _)| *first <= place);
        match after.checked_sub(1).and_then(|index| self.inputs.get(index)) {
            Some((first, input)) => Origin { input: *input, line: place - first },
            None => Origin::default(),
        }
    }

    /// Gives the inputs other numbers.
    pub(crate) fn renumber(&mut self, number: impl Fn(InputId) -> InputId) {
        self.inputs.iter_mut().for_each(|(_, input)| *input = number(*input));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_its_input_and_line_again_and_what_does_not_fit_is_refused() {
        let mut places = Places::default();
        let firsts = [(7, 3), (2, 0), (9, u32::MAX - 5)].map(|(input, last)| {
            let first = places.add(InputId(input), last).unwrap();
            (InputId(input), first, last)
        });
        for (input, first, last) in firsts {
            for line in [0, last / 2, last] {
                assert_eq!(places.origin(first + line), Origin { input, line });
            }
        }
        assert_eq!(places.add(InputId(1), 0), Err(TooManyLines));
        places.renumber(|input| InputId(input.0 + 1));
        assert_eq!(places.origin(1), Origin { input: InputId(8), line: 1 });
    }
}
