//! What a report must be for every statement in it to hold together.
//!
//! In: the wire model and octets of somebody else. Out: what does not fit. Opening files and going through them in
//! parallel is for the caller. Of the writer's code only the canonical form, the trees and the wire model are used.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use types::Sha256Digest;

use crate::canonical::CanonicalError;
use crate::merkle::{MAX_PARTIES, path_holds};
use crate::model::v1::{Manifest, PartyLeaf, RecordCounts, Root, Slice, Summary, VerdictCounts};
use crate::seal::{SealRow, Tree, leaf_octets, root};
use crate::short::Short;

/// What verification needs of a row of `devices.jsonl`; the rest is covered by its digest.
#[derive(Clone, Debug, Deserialize)]
pub struct RowHead<'l> {
    /// The device.
    pub device_id: Short,
    /// The expected operator.
    #[serde(borrow)]
    pub dno: Option<Cow<'l, str>>,
    /// The responsible supplier.
    #[serde(borrow)]
    pub supplier: Option<Cow<'l, str>>,
    /// The verdict.
    #[serde(borrow)]
    pub verdict: Cow<'l, str>,
}

impl<'l> RowHead<'l> {
    /// Reads a line, which is without its line feed.
    ///
    /// # Errors
    ///
    /// It is no JSON object with these members, each of them once.
    pub fn read(line: &'l str) -> Result<Self, String> {
        serde_json::from_str(line).map_err(|error| error.to_string())
    }

    /// The row as the seal takes it.
    #[must_use]
    pub fn seal_row(&self, leaf: Sha256Digest) -> SealRow<'_> {
        SealRow { leaf, dno: self.dno.as_deref(), supplier: self.supplier.as_deref(), verdict: &self.verdict }
    }
}

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
    if counts.verdicts.sum() != Some(counts.meters) {
        return Err("counts.verdicts do not add up to counts.meters".to_owned());
    }
    let mut total = RecordCounts::default();
    for input in inputs {
        let name = &input.name;
        if !adds_up(&input.records) {
            return Err(format!("the records of the input {name:?} do not add up"));
        }
        let reasons = input.not_relevant.values().try_fold(0u64, |sum, count| sum.checked_add(*count));
        if reasons != Some(input.records.not_relevant) {
            return Err(format!("not_relevant of the input {name:?} does not add up"));
        }
        total = add(&total, &input.records).ok_or("records of the inputs are more than any number")?;
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

fn adds_up(records: &RecordCounts) -> bool {
    let RecordCounts { duplicate, not_relevant, quarantined, superseded, total, used } = *records;
    let sum = [not_relevant, quarantined, superseded, used].into_iter().try_fold(duplicate, u64::checked_add);
    sum == Some(total)
}

fn add(one: &RecordCounts, other: &RecordCounts) -> Option<RecordCounts> {
    Some(RecordCounts {
        duplicate: one.duplicate.checked_add(other.duplicate)?,
        not_relevant: one.not_relevant.checked_add(other.not_relevant)?,
        quarantined: one.quarantined.checked_add(other.quarantined)?,
        superseded: one.superseded.checked_add(other.superseded)?,
        total: one.total.checked_add(other.total)?,
        used: one.used.checked_add(other.used)?,
    })
}

/// Whether a summary has the counts of its manifest, and by party those of the leaves.
///
/// # Errors
///
/// What does not fit.
pub fn summary(
    summary: &Summary,
    manifest: &Manifest,
    leaves: &[(Tree, Vec<PartyLeaf>)],
) -> Result<(), String> {
    if summary.counts != manifest.counts || summary.as_of != manifest.as_of {
        return Err("summary.json has other counts, or another instant, than the manifest".to_owned());
    }
    for (tree, leaves) in leaves {
        let (member, by_party) = match tree {
            Tree::Dno => ("by_dno", &summary.by_dno),
            Tree::Supplier => ("by_supplier", &summary.by_supplier),
        };
        let of_leaves: BTreeMap<&str, VerdictCounts> =
            leaves.iter().map(|leaf| (leaf.party.as_str(), leaf.verdicts)).collect();
        if !by_party.iter().map(|(party, counts)| (party.as_str(), *counts)).eq(of_leaves) {
            return Err(format!("{member} of summary.json is not what {} says", tree.file()));
        }
    }
    Ok(())
}

/// Whether leaves are those that the rows give, but for the salts, and lead to a root.
///
/// # Errors
///
/// The first leaf that differs, or the root.
pub fn leaves(tree: Tree, found: &[PartyLeaf], of_rows: &[PartyLeaf], sealed: &Root) -> Result<(), String> {
    let mut pairs = found.iter().zip(of_rows);
    let unsalted = |leaf: &PartyLeaf| PartyLeaf { salt: None, ..leaf.clone() };
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

/// Whether the audit path of a slice leads from its leaf to the root in the manifest.
///
/// # Errors
///
/// What does not fit.
pub fn path(slice: &Slice, manifest: &Manifest) -> Result<Tree, String> {
    let tree = Tree::of_name(&slice.tree).ok_or_else(|| format!("tree {:?}", slice.tree))?;
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
