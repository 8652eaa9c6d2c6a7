//! The inputs of all parts: those that are shared once, the others each from the part that read it.

use std::collections::{BTreeMap, HashMap, HashSet};

use report::model::v1::{InputEntry, RecordCounts};

use super::Part;
use crate::error::Error;
use crate::inputs::Role;

/// The inputs of all parts in the order of the manifest, each with the number of the part whose rows speak of it.
pub(super) struct JoinedInputs(Vec<(InputEntry, usize)>);

impl JoinedInputs {
    pub(super) fn entries(&self) -> impl Iterator<Item = &InputEntry> {
        self.0.iter().map(|(entry, _)| entry)
    }

    /// Each input with the number of the part that it is taken from.
    pub(super) fn by_part(&self) -> impl Iterator<Item = (&InputEntry, usize)> {
        self.0.iter().map(|(entry, part)| (entry, *part))
    }

    pub(super) fn into_entries(self) -> Vec<InputEntry> {
        self.0.into_iter().map(|(entry, _)| entry).collect()
    }

    /// Where the records of each digest stand in the order of the inputs.
    pub(super) fn places_of_records(&self) -> HashMap<&str, usize> {
        let records = self.entries().enumerate().filter(|(_, input)| input.role == Role::Records.name());
        let mut places = HashMap::new();
        records.for_each(|(place, input)| {
            places.entry(input.sha256.as_str()).or_insert(place);
        });
        places
    }
}

/// Whether all parts read the same input of this role, rather than each its own.
pub(super) fn is_shared(input: &InputEntry) -> bool {
    match Role::of_name(&input.role) {
        Some(Role::Certificates | Role::Directory | Role::TrustAnchors | Role::Waivers) => true,
        Some(Role::Estate | Role::Mixed | Role::Records | Role::Registration) | None => false,
    }
}

/// What of an input is the same in every part that read it: not what became of the waivers in it.
fn constant(input: &InputEntry) -> InputEntry {
    if input.role != Role::Waivers.name() {
        return input.clone();
    }
    let RecordCounts { quarantined, total, .. } = input.records;
    let records = RecordCounts { quarantined, total, ..RecordCounts::default() };
    InputEntry { not_relevant: BTreeMap::new(), records, ..input.clone() }
}

/// Whether a part read the same certificates, trust anchors, directory and waivers as the first.
pub(super) fn check_shared(first: &Part, part: &Part) -> Result<(), Error> {
    let shared = |part: &Part| -> Vec<InputEntry> {
        part.manifest().inputs.iter().filter(|input| is_shared(input)).map(constant).collect()
    };
    let (expected, found) = (shared(first), shared(part));
    if expected == found {
        return Ok(());
    }
    fn strange<'i>(these: &'i [InputEntry], those: &[InputEntry]) -> Option<&'i InputEntry> {
        fn key(input: &InputEntry) -> [&str; 3] {
            [&input.role, &input.sha256, &input.name]
        }
        let those: HashSet<[&str; 3]> = those.iter().map(key).collect();
        these.iter().find(|input| !those.contains(&key(input)))
    }
    let missing = strange(&expected, &found).map(|input| (input, "did not read"));
    let more = || strange(&found, &expected).map(|input| (input, "alone read"));
    let pairs = || found.iter().zip(&expected).find(|(found, expected)| found != expected);
    let otherwise =
        || pairs().map(|(found, _)| found).or(found.last()).map(|it| (it, "read otherwise or more often"));
    match missing.or_else(more).or_else(otherwise) {
        None => Err(part.refused("read other certificates, trust anchors, directory or waivers")),
        Some((input, what)) => Err(part.refused(format!(
            "{what} {:?} ({}, sha256 {}), compared with {}; all parts have to read the same certificates, trust anchors, \
             directory and waivers, by the same names",
            input.name,
            input.role,
            input.sha256,
            first.folder().display()
        ))),
    }
}

/// The inputs of all parts.
pub(super) fn join(parts: &[Part]) -> Result<JoinedInputs, Error> {
    let mut joined: Vec<(InputEntry, usize)> = Vec::new();
    let mut read_by: HashMap<(&str, &str), usize> = HashMap::new();
    for (part, number) in parts.iter().zip(0usize..) {
        for input in &part.manifest().inputs {
            if is_shared(input) {
                if number == 0 {
                    joined.push((input.clone(), number));
                }
                continue;
            }
            let other = *read_by.entry((&input.role, &input.sha256)).or_insert(number);
            // A table that is nothing but its header says nothing twice, nor does what can't be used.
            let tells = input.records.total > input.records.quarantined;
            if let Some(other) = parts.get(other).filter(|_| other != number && tells) {
                return Err(part.refused(format!(
                    "read {:?} ({}, sha256 {}), and so did {}; split what is known of meters by metering point, so that each \
                     part reads files of its own",
                    input.name,
                    input.role,
                    input.sha256,
                    other.folder().display()
                )));
            }
            joined.push((input.clone(), number));
        }
    }
    count_waivers(parts, &mut joined);
    // The order of the manifest. Of a part it is the same, so that what stands in its order can be joined in a stream.
    joined.sort_by(|(a, _), (b, _)| (&a.role, &a.sha256, &a.name).cmp(&(&b.role, &b.sha256, &b.name)));
    Ok(JoinedInputs(joined))
}

/// Counts each waiver as a record of its file: used if it is in any part.
fn count_waivers(parts: &[Part], joined: &mut [(InputEntry, usize)]) {
    let states = report::sum_of_waivers(&super::summaries(parts));
    for (input, _) in joined.iter_mut().filter(|(input, _)| input.role == Role::Waivers.name()) {
        let of = |state: &str| {
            let mine = states.iter().filter(|waiver| waiver.input == input.sha256 && waiver.state == state);
            u64::try_from(mine.count()).unwrap_or(u64::MAX)
        };
        let (used, unused, expired) = (of("used"), of("unused"), of("expired"));
        let not_relevant = [("waiver-expired", expired), ("waiver-unused", unused)];
        input.not_relevant = not_relevant
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(why, count)| (why.into(), count))
            .collect();
        input.records.used = used;
        input.records.not_relevant = unused.saturating_add(expired);
    }
}
