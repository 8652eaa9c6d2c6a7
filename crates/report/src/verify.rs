//! What a report must be for every statement in it to hold together.
//!
//! In: the wire model and octets of somebody else. Out: what does not fit. Opening files and going through them in
//! parallel is for the caller. Of the writer's code only the canonical form, the trees and the wire model are used.

mod listings;
mod rows;
mod summary;

use types::Sha256Digest;

use crate::canonical::CanonicalError;
use crate::merkle::{MAX_PARTIES, path_holds};
use crate::model::v1::{Configuration, InputEntry, Manifest, PartyLeaf, RecordCounts, Root, Slice};
use crate::seal::{Tree, leaf_octets, root};
use crate::short::Short;

pub use listings::{Certificates, NotInEstate, Others, Quarantine};
pub use rows::Reference;
pub use summary::{records, summary};

/// Holds rows to the order of `devices.jsonl`: by expected party, then by device, each device once.
#[derive(Debug, Default)]
pub struct Order(Option<(String, Short)>);

impl Order {
    /// Takes the next row.
    ///
    /// # Errors
    ///
    /// It does not stand behind the one before.
    pub fn next(&mut self, party: &str, device: Short) -> Result<(), String> {
        match &mut self.0 {
            Some((last, before)) if last == party => {
                if device.as_str() <= before.as_str() {
                    return Err(format!("device {} after {}", device.as_str(), before.as_str()));
                }
                *before = device;
                Ok(())
            }
            Some((last, _)) if last.as_str() > party => Err(format!("party {party:?} after {last:?}")),
            place => {
                *place = Some((party.to_owned(), device));
                Ok(())
            }
        }
    }
}

/// A digest in lower-case hex, as a report writes it.
#[must_use]
pub fn parse_digest(hex: &str) -> Option<Sha256Digest> {
    let octets = data_encoding::HEXLOWER.decode(hex.as_bytes()).ok()?;
    Some(Sha256Digest::new(octets.try_into().ok()?))
}

/// Whether the counts of a manifest add up, and its parts name the same digests.
///
/// # Errors
///
/// What does not fit.
pub fn manifest(manifest: &Manifest) -> Result<(), String> {
    let Manifest { counts, files, inputs, .. } = manifest;
    rows::instant("as_of", &manifest.as_of)?;
    if counts.verdicts.sum() != Some(counts.meters) {
        return Err("counts.verdicts do not add up to counts.meters".to_owned());
    }
    let mut total = RecordCounts::default();
    for input in inputs {
        let name = &input.name;
        self::input(input).map_err(|error| format!("the input {name:?}: {error}"))?;
        if !adds_up(&input.records) {
            return Err(format!("the records of the input {name:?} do not add up"));
        }
        let reasons = input.not_relevant.values().try_fold(0u64, |sum, count| sum.checked_add(*count));
        if reasons != Some(input.records.not_relevant) {
            return Err(format!("not_relevant of the input {name:?} does not add up"));
        }
        total = total.checked_add(&input.records).ok_or("records of the inputs are more than any number")?;
    }
    let place = |input: &InputEntry| (input.role.clone(), input.sha256.clone(), input.name.clone());
    if !inputs.is_sorted_by_key(place) {
        return Err("the inputs are not sorted by role, digest and name".to_owned());
    }
    if total != counts.records || !adds_up(&counts.records) {
        return Err("the records of the inputs do not add up to counts.records".to_owned());
    }
    let lines = [
        ("devices.jsonl", counts.meters),
        ("not-in-estate.jsonl", counts.not_in_estate),
        ("quarantine.jsonl", counts.records.quarantined),
        (Tree::Dno.file(), manifest.seal.dno.parties),
        (Tree::Supplier.file(), manifest.seal.supplier.parties),
    ];
    for (name, count) in lines {
        if files.get(name).and_then(|file| file.lines) != Some(count) {
            return Err(format!("{name} does not have the {count} lines that the counts say"));
        }
    }
    for (name, digest) in
        [("configuration.json", &manifest.configuration_sha256), ("rules.json", &manifest.rule_set.sha256)]
    {
        if files.get(name).map(|file| &file.sha256) != Some(digest) {
            return Err(format!("two digests stand for {name}"));
        }
    }
    for root in [&manifest.seal.dno, &manifest.seal.supplier] {
        if root.parties > MAX_PARTIES || parse_digest(&root.root).is_none() {
            return Err("the seal has a root that is none".to_owned());
        }
    }
    Ok(())
}

const ROLES: &[&str] =
    &["certificates", "directory", "estate", "records", "registration", "trust-anchors", "waivers"];

fn input(input: &InputEntry) -> Result<(), String> {
    rows::word("role", &input.role, ROLES)?;
    let stored = input.stored.as_ref().map(|stored| &stored.sha256);
    match [Some(&input.sha256), stored].into_iter().flatten().all(|hex| parse_digest(hex).is_some()) {
        true => Ok(()),
        false => Err("a digest that is none".to_owned()),
    }
}

fn adds_up(records: &RecordCounts) -> bool {
    let RecordCounts { duplicate, not_relevant, quarantined, superseded, total, used } = *records;
    let sum = [not_relevant, quarantined, superseded, used].into_iter().try_fold(duplicate, u64::checked_add);
    sum == Some(total)
}

impl RecordCounts {
    /// The records of two inputs; `None` if that is more than any number.
    #[must_use]
    pub fn checked_add(&self, other: &Self) -> Option<Self> {
        Some(Self {
            duplicate: self.duplicate.checked_add(other.duplicate)?,
            not_relevant: self.not_relevant.checked_add(other.not_relevant)?,
            quarantined: self.quarantined.checked_add(other.quarantined)?,
            superseded: self.superseded.checked_add(other.superseded)?,
            total: self.total.checked_add(other.total)?,
            used: self.used.checked_add(other.used)?,
        })
    }
}

/// Whether a configuration is that of the audit of a manifest.
///
/// # Errors
///
/// What does not fit.
pub fn configuration(configuration: &Configuration, manifest: &Manifest) -> Result<(), String> {
    if configuration.as_of != manifest.as_of {
        return Err("configuration.json has another instant than the manifest".to_owned());
    }
    rows::word("zoneless_times", &configuration.zoneless_times, &["refuse", "utc"])?;
    configuration.observed_at.values().try_for_each(|at| rows::instant("observed_at", at).map(drop))
}

/// Whether leaves are those that the rows give, but for the salts, and lead to a root.
///
/// # Errors
///
/// The first leaf that differs, or the root.
pub fn leaves(tree: Tree, found: &[PartyLeaf], of_rows: &[PartyLeaf], sealed: &Root) -> Result<(), String> {
    let mut pairs = found.iter().zip(of_rows);
    let unsalted = |leaf: &PartyLeaf| PartyLeaf { salt: None, ..leaf.clone() };
    found.iter().try_for_each(salt)?;
    if let Some((found, of_rows)) = pairs.find(|(found, of_rows)| unsalted(found) != **of_rows) {
        return Err(format!("the leaf of {:?} is not that of the rows of {:?}", found.party, of_rows.party));
    }
    if found.len() != of_rows.len() {
        return Err(format!("{} leaves for {} parties with rows", found.len(), of_rows.len()));
    }
    let own = root(found).map_err(|error: CanonicalError| error.to_string())?;
    if own != *sealed {
        return Err(format!(
            "the {} root of the leaves is {}, that of the manifest {}",
            tree.name(),
            own.root,
            sealed.root
        ));
    }
    Ok(())
}

/// A salt is a digest, and nothing is hidden in its place.
fn salt(leaf: &PartyLeaf) -> Result<(), String> {
    match leaf.salt.as_deref().is_none_or(|salt| parse_digest(salt).is_some()) {
        true => Ok(()),
        false => Err(format!("the leaf of {:?} has a salt that is none", leaf.party)),
    }
}

/// Whether the audit path of a slice leads from its leaf to the root in the manifest.
///
/// # Errors
///
/// What does not fit.
pub fn path(slice: &Slice, manifest: &Manifest) -> Result<Tree, String> {
    let tree = Tree::of_name(&slice.tree).ok_or_else(|| format!("tree {:?}", slice.tree))?;
    salt(&slice.leaf)?;
    let sealed = tree.root_of(&manifest.seal);
    let root = parse_digest(&sealed.root).ok_or("the root in the manifest is no digest")?;
    let path: Option<Vec<_>> = slice.path.iter().map(|hex| parse_digest(hex)).collect();
    let path = path.ok_or("the audit path has something that is no digest")?;
    let octets = leaf_octets(&slice.leaf).map_err(|error| error.to_string())?;
    if !path_holds(&octets, slice.position, sealed.parties, &path, root) {
        return Err(format!(
            "the leaf of {:?} is not at place {} of the {} parties of the report",
            slice.leaf.party, slice.position, sealed.parties
        ));
    }
    Ok(tree)
}
