//! Whether parts are apart: no device and no metering point stands in two of them.
//!
//! Rules look at the meters of one device and at what registration says of its metering point, and at nothing across. So an audit
//! of the whole says of every row what the audit of its part says, if all that is said of a device and of a metering point was read
//! by one part.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::path::Path;

use audit::Directory;
use rayon::prelude::*;
use report::model::v1::{InputEntry, Manifest};
use types::{Eui64, Mpan};

use super::Part;
use super::inputs::JoinedInputs;
use crate::error::Error;
use crate::inputs::{Files, Role};
use crate::load::load_estate;
use crate::members::Numbers;
use crate::progress::Progress;
use crate::reproduce;

/// The devices and the metering points of the rows of each part.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) devices: Vec<Vec<Eui64>>,
    pub(super) mpans: Vec<Vec<Mpan>>,
    /// The metering points of rows that say that registration data told who is expected.
    pub(super) registered: Vec<Vec<Mpan>>,
    /// A part with a device whose rows of the estate name several metering points, of which its row tells none.
    pub(super) unclear: Option<usize>,
}

impl Seen {
    /// Of so many parts, nothing yet.
    pub(super) fn of(parts: usize) -> Self {
        let mpans = vec![Vec::new(); parts];
        Self { devices: vec![Vec::new(); parts], registered: mpans.clone(), mpans, unclear: None }
    }

    /// Puts in order what was seen, so that it can be found.
    pub(super) fn sort(&mut self) {
        self.devices.par_iter_mut().for_each(|devices| devices.par_sort_unstable());
        self.mpans.par_iter_mut().for_each(|mpans| mpans.par_sort_unstable());
        self.registered.par_iter_mut().for_each(|mpans| {
            mpans.par_sort_unstable();
            mpans.dedup();
        });
    }

    /// Whether no device and no metering point stands in two parts.
    pub(super) fn check(&self, parts: &[Part]) -> Result<(), Error> {
        match in_two_parts(parts, &self.devices) {
            None => check_mpan(parts, &self.mpans),
            Some((device, part, other)) => Err(part.refused(format!(
                "has the device {device}, and so does {}; all that is known of a device belongs in one part",
                other.folder().display()
            ))),
        }
    }

    /// The part whose rows have a device, once it is sorted.
    pub(super) fn part_with(&self, device: Eui64) -> Option<usize> {
        self.devices.iter().position(|devices| devices.binary_search(&device).is_ok())
    }
}

fn check_mpan(parts: &[Part], mpans: &[Vec<Mpan>]) -> Result<(), Error> {
    let Some((mpan, part, other)) = in_two_parts(parts, mpans) else { return Ok(()) };
    Err(part.refused(format!(
        "speaks of the MPAN {mpan}, and so does {}; all that is known of a metering point belongs in one part",
        other.folder().display()
    )))
}

/// The least value that two parts have, the later of them first.
fn in_two_parts<'p, T: Copy + Ord>(parts: &'p [Part], lists: &[Vec<T>]) -> Option<(T, &'p Part, &'p Part)> {
    let (value, [one, other]) = in_two(lists)?;
    Some((value, parts.get(other)?, parts.get(one)?))
}

/// The least value that stands in two of these lists, which are sorted, and in which two.
fn in_two<T: Copy + Ord>(lists: &[Vec<T>]) -> Option<(T, [usize; 2])> {
    let mut iterators: Vec<_> = lists.iter().map(|list| list.iter().copied()).collect();
    let first = |(number, values): (usize, &mut std::iter::Copied<std::slice::Iter<'_, T>>)| {
        Some(Reverse((values.next()?, number)))
    };
    let mut heads: BinaryHeap<_> =
        iterators.iter_mut().enumerate().filter_map(|(n, i)| first((n, i))).collect();
    let mut last: Option<(T, usize)> = None;
    while let Some(Reverse((value, number))) = heads.pop() {
        match last {
            Some((before, other)) if before == value && other != number => {
                return Some((value, [other, number]));
            }
            _ => last = Some((value, number)),
        }
        if let Some(next) = iterators.get_mut(number).and_then(Iterator::next) {
            heads.push(Reverse((next, number)));
        }
    }
    None
}

/// Whether registration data was split as the meters were.
///
/// Of registration rows for metering points that the estate of their part does not list, or that could not be used, no row of a
/// report tells; another part may have that meter. Nor does a row tell the metering points of a device that the estate lists with
/// several, nor secondary and export MPANs, for which registration rows are used too. There are none of the last if as many
/// registration rows were used as there are import MPANs of which rows tell that registration data decided. Where there may be
/// such, the files have to tell.
pub(super) fn check_metering_points(
    parts: &[Part],
    joined: &JoinedInputs,
    seen: &Seen,
    inputs: Option<&Path>,
    progress: &Progress<'_>,
) -> Result<(), Error> {
    let registered = || joined.by_part().filter(|(input, _)| input.role == Role::Registration.name());
    let elsewhere = |input: &InputEntry| input.not_relevant.get("not-in-estate").copied().unwrap_or(0);
    let unseen = registered().find(|(input, _)| elsewhere(input) + input.records.quarantined > 0);
    let used_elsewhere = || {
        let used = |part: usize| {
            let mine = registered().filter(|(_, of)| *of == part);
            mine.map(|(input, _)| input.records.used).fold(0, u64::saturating_add)
        };
        let told = seen.registered.iter().map(|mpans| u64::try_from(mpans.len()).unwrap_or(u64::MAX));
        told.enumerate().find(|(part, told)| used(*part) > *told).map(|(part, _)| part)
    };
    let unclear = seen.unclear.filter(|_| registered().any(|(input, _)| input.records.total > 0));
    let (part, what) = match (unseen, unclear) {
        _ if parts.len() < 2 => return Ok(()),
        (Some((input, part)), _) => (
            part,
            format!(
                "{:?} has registration rows that can't be used, or are for metering points that the estate does not list",
                input.name
            ),
        ),
        (None, Some(part)) => {
            (part, "has a device that its estate lists with several metering points".to_owned())
        }
        (None, None) => match used_elsewhere() {
            Some(part) => {
                (part, "has registration rows for more metering points than its rows tell of".to_owned())
            }
            None => return Ok(()),
        },
    };
    let Some(folder) = inputs else {
        let message = "name the folder with the estate and registration data of all parts (--inputs), to see that no other part \
                       has those";
        let part = parts.get(part).map_or(Path::new(""), Part::folder);
        return Err(super::not_a_part(part, format!("{what}; {message}")));
    };
    let mut mpans = Vec::with_capacity(parts.len());
    for part in parts {
        progress.say(|| format!("metering points of {}", part.folder().display()));
        mpans.push(metering_points(part, folder, progress)?);
    }
    check_mpan(parts, &mpans)
}

/// Every metering point of which the estate and registration data of a part speak.
fn metering_points(part: &Part, folder: &Path, progress: &Progress<'_>) -> Result<Vec<Mpan>, Error> {
    let of_meters = [Role::Estate.name(), Role::Registration.name()];
    let inputs = part.manifest().inputs.iter().filter(|input| of_meters.contains(&input.role.as_ref()));
    let manifest = Manifest { inputs: inputs.cloned().collect(), ..part.manifest().clone() };
    let config = reproduce::config_by_digest(&manifest, part.configuration.clone(), folder, progress)?;
    let config = config.map_err(|message| Error::Inputs { message })?;
    let mut files = Files::find(&config, progress)?;
    let (estate, registration) = (files.take(Role::Estate), files.take(Role::Registration));
    // Who is expected is not asked, so nobody has to be known.
    let nobody = Directory::new(None, &[], config.as_of)?;
    let loaded = load_estate(&estate, &registration, &nobody, &Numbers::new(progress))?;
    let mut mpans: Vec<Mpan> = loaded.estate.mpans().collect();
    mpans.par_sort_unstable();
    mpans.dedup();
    Ok(mpans)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_two_lists_is_found_and_what_stands_twice_in_one_is_not() {
        assert_eq!(in_two::<u8>(&[]), None);
        assert_eq!(in_two(&[vec![1, 1, 4], vec![2, 3, 3], vec![]]), None);
        assert_eq!(in_two(&[vec![1, 1, 4], vec![2, 3], vec![0, 4]]), Some((4, [0, 2])));
        assert_eq!(in_two(&[vec![5], vec![5, 5], vec![5]]), Some((5, [0, 1])));
    }
}
