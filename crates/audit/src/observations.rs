//! All that was seen, in the least room that keeps all of it.
//!
//! In: the observations of each input, in any order. Out: those of one device at a time, sorted by
//! [`order`](crate::timeline::order). The national estate has sixty million, so each takes 24 octets here and is made
//! whole only while its device is assessed.

use std::collections::BTreeSet;

use rayon::prelude::*;
use types::{
    Credential, Eui64, Grade, InputId, NetworkOperatorCell, Observation, Seen, Source, Timestamp, Unusable,
};

use crate::distinct::Distinct;
use crate::places::{Places, TooManyLines};

/// An observation whose order is [`order`](crate::timeline::order) once what it says is numbered in order.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Packed {
    device: u64,
    /// Time, source, grade and cell, from the highest bits to the lowest.
    moment: u64,
    /// The number of what it says.
    seen: u32,
    /// How far its place is from the last one: of equal observations the first by origin comes last.
    from_last: u32,
}

const SOURCES: [Source; 6] = [
    Source::Command,
    Source::Extract,
    Source::Dcc,
    Source::Read,
    Source::UpdateResponse,
    Source::UpdateAlert,
];
const GRADES: [Grade; 6] = [
    Grade::ExtractRow,
    Grade::DccAlert,
    Grade::Xml,
    Grade::DeviceUnchecked,
    Grade::DeviceSignedUnproven,
    Grade::DeviceSigned,
];

/// Milliseconds from the first instant of a [`Timestamp`] to 1970. With one more for undated the range fits in 49 bits.
const TO_EPOCH: i64 = 62_167_219_200_001;

fn moment(observation: &Observation) -> u64 {
    let at = observation.at.map_or(0, |at| at.unix_millis().saturating_add(TO_EPOCH)).unsigned_abs();
    at << 7 | (observation.source as u64) << 4 | (observation.grade as u64) << 1 | observation.cell as u64
}

/// The observations of one input, as they are read.
#[derive(Debug, Default)]
pub struct Batch {
    packed: Vec<Packed>,
    seen: Distinct<Seen>,
    last_line: u32,
}

impl Batch {
    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.packed.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.packed.is_empty()
    }
}

impl<'o> Extend<&'o Observation> for Batch {
    /// Adds observations, of whose origin only the line is kept: all are of one input.
    fn extend<I: IntoIterator<Item = &'o Observation>>(&mut self, observations: I) {
        for observation in observations {
            let line = observation.origin.line;
            self.last_line = self.last_line.max(line);
            self.packed.push(Packed {
                device: observation.device.to_u64(),
                moment: moment(observation),
                seen: self.seen.number(observation.seen),
                from_last: u32::MAX - line,
            });
        }
    }
}

/// All observations of an audit, sorted.
#[derive(Debug, Default)]
pub struct Observations {
    packed: Vec<Packed>,
    seen: Vec<Seen>,
    places: Places,
}

impl Observations {
    /// Of these inputs, in the order of their numbers.
    ///
    /// # Errors
    ///
    /// The inputs have too many lines, or tell too much, to be numbered.
    pub fn new(mut batches: Vec<(InputId, Batch)>) -> Result<Self, TooManyLines> {
        batches.sort_by_key(|(input, _)| *input);
        let mut seen: Vec<Seen> = Vec::new();
        let mut numbered = Vec::with_capacity(batches.len());
        for (input, batch) in batches {
            let values = batch.seen.into_values();
            seen.extend_from_slice(&values);
            numbered.push((input, batch.packed, values, batch.last_line));
        }
        seen.par_sort_unstable();
        seen.dedup();

        let mut places = Places::default();
        let mut packed: Vec<Packed> = Vec::new();
        for (input, mut more, values, last_line) in numbered {
            let first = places.add(input, last_line)?;
            let number = |value| seen.binary_search(value).ok().and_then(|index| u32::try_from(index).ok());
            let numbers: Vec<u32> = values.iter().map(|value| number(value).unwrap_or(u32::MAX)).collect();
            more.par_iter_mut().for_each(|observation| {
                observation.seen = numbers.get(observation.seen as usize).copied().unwrap_or(u32::MAX);
                observation.from_last -= first;
            });
            match packed.is_empty() {
                true => packed = more,
                false => packed.append(&mut more),
            }
        }
        if u32::try_from(packed.len()).is_err() {
            return Err(TooManyLines);
        }
        packed.par_sort_unstable();
        Ok(Self { packed, seen, places })
    }

    /// Gives the inputs other numbers, in the same order.
    pub fn renumber(&mut self, number: impl Fn(InputId) -> InputId) {
        self.places.renumber(number);
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.packed.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.packed.is_empty()
    }

    /// The devices of which something was seen, in order, each with where its observations begin.
    pub fn devices(&self) -> impl Iterator<Item = (Eui64, u32)> + '_ {
        let mut start = 0u32;
        self.packed.chunk_by(|a, b| a.device == b.device).map(move |group| {
            let first = start;
            start = first.saturating_add(u32::try_from(group.len()).unwrap_or(u32::MAX));
            (group.first().map_or(Eui64::ZERO, |packed| Eui64::new(packed.device.to_be_bytes())), first)
        })
    }

    /// Puts the observations of the device whose observations begin there in place of what is in `into`.
    pub fn read(&self, start: u32, into: &mut Vec<Observation>) {
        into.clear();
        let rest = self.packed.get(start as usize..).unwrap_or_default();
        if let Some(group) = rest.chunk_by(|a, b| a.device == b.device).next() {
            into.extend(group.iter().map(|packed| self.whole(*packed)));
        }
    }

    /// The observations of a device.
    #[must_use]
    pub fn of_device(&self, device: Eui64) -> Vec<Observation> {
        let device = device.to_u64();
        let start = self.packed.partition_point(|packed| packed.device < device);
        let end = self.packed.partition_point(|packed| packed.device <= device);
        self.packed.get(start..end).unwrap_or_default().iter().map(|packed| self.whole(*packed)).collect()
    }

    /// Every credential that was seen, in which cell: those that a cell no longer holds, or was to hold, are named in
    /// evidence.
    #[must_use]
    pub fn credentials(&self) -> BTreeSet<(Credential, NetworkOperatorCell)> {
        let in_cells = |packed: &[Packed]| {
            let mut cells = vec![0u8; self.seen.len()];
            for packed in packed {
                if let Some(cells) = cells.get_mut(packed.seen as usize) {
                    *cells |= 1 << (packed.moment & 1);
                }
            }
            cells
        };
        let either = |mut all: Vec<u8>, part: Vec<u8>| {
            all.iter_mut().zip(part).for_each(|(all, part)| *all |= part);
            all
        };
        // Few pieces, since each has an octet for everything that can be seen.
        let piece = (self.packed.len() / 8).max(1 << 16);
        let cells = self.packed.par_chunks(piece).map(in_cells).reduce_with(either).unwrap_or_default();
        let mut all = BTreeSet::new();
        for (seen, cells) in self.seen.iter().zip(cells) {
            if let Seen::Held(credential) | Seen::HeldBefore(credential) | Seen::Intended(credential) = *seen
            {
                let of = NetworkOperatorCell::ALL.into_iter().filter(|cell| cells & 1 << *cell as u8 != 0);
                all.extend(of.map(|cell| (credential, cell)));
            }
        }
        all
    }

    fn whole(&self, packed: Packed) -> Observation {
        let Packed { device, moment, seen, from_last } = packed;
        let at = i64::try_from(moment >> 7).ok().filter(|at| *at != 0);
        Observation {
            device: Eui64::new(device.to_be_bytes()),
            at: at.and_then(|at| Timestamp::from_unix_millis(at - TO_EPOCH)),
            cell: match moment & 1 {
                0 => NetworkOperatorCell::DigitalSignature,
                _ => NetworkOperatorCell::KeyAgreement,
            },
            source: SOURCES.get((moment >> 4 & 7) as usize).copied().unwrap_or(Source::Command),
            grade: GRADES.get((moment >> 1 & 7) as usize).copied().unwrap_or(Grade::ExtractRow),
            seen: self.seen.get(seen as usize).copied().unwrap_or(Seen::Unusable(Unusable::Malformed)),
            origin: self.places.origin(u32::MAX - from_last),
        }
    }
}
