//! Verifies a report package or a slice, with nothing but its files and, for the signature, a key.
//!
//! Every statement that can be checked becomes a check that holds or does not, and what can't be checked is said. Nothing
//! that verification finds is an error: errors are for folders that can't be read at all.

pub(crate) mod rows;
mod slice;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

use report::model::v1::{
    CertificateRow, Configuration, FileEntry, Manifest, NotInEstateRow, PartyLeaf, QuarantineRow, RuleRow,
    Summary,
};
use report::seal::Tree;
use report::sign::{Attestation, PublicKey};
use report::verify::{Certificates, NotInEstate, Quarantine, Reference};
use report::{ATTESTATION, MANIFEST, RuleTexts, SLICE};
use serde::Serialize;

use crate::error::Error;
use crate::package::FILES;
use crate::progress::Progress;
use crate::reader::{PackageReader, read_small, read_whole};
use rows::Terms;

/// What a report is checked against beyond itself.
#[non_exhaustive]
#[derive(Clone, Debug, Default)]
pub struct Expected {
    /// The key that is to have signed, and whose it is said to be.
    pub key: Option<(PublicKey, String)>,
    /// The SHA-256 of the manifest, in hex.
    pub manifest_sha256: Option<String>,
}

/// What verification found.
#[non_exhaustive]
#[derive(Clone, Debug, Serialize)]
pub struct Verification {
    /// Whether every check holds.
    pub verified: bool,
    /// `package` or `slice`.
    pub kind: &'static str,
    /// What the report says of itself; nothing if its manifest can't be read.
    pub report: Option<Facts>,
    /// Of a slice, whose rows it has.
    pub party: Option<PartyFacts>,
    /// Who signed, if a signature was checked and holds.
    pub signed_by: Option<String>,
    /// What was checked, in order.
    pub checks: Vec<Check>,
    /// What was not, and why.
    pub not_checked: Vec<String>,
}

/// What a report says of itself.
#[non_exhaustive]
#[derive(Clone, Debug, Serialize)]
pub struct Facts {
    /// The instant of the audit.
    pub as_of: String,
    /// SHA-256 of the manifest.
    pub manifest_sha256: String,
    /// Meters of the whole estate.
    pub meters: u64,
    /// Version of the rules.
    pub rule_set: u32,
    /// The program that made it.
    pub tool: String,
}

/// Whose rows a slice has.
#[non_exhaustive]
#[derive(Clone, Debug, Serialize)]
pub struct PartyFacts {
    /// The party.
    pub party: String,
    /// How many rows it has.
    pub rows: u64,
    /// `dno` or `supplier`.
    pub tree: String,
}

/// A check.
#[non_exhaustive]
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// What was found.
    pub found: String,
    /// Whether it holds.
    pub holds: bool,
    /// What it is about.
    pub name: &'static str,
}

impl Verification {
    /// Itself, if every check holds.
    ///
    /// # Errors
    ///
    /// The first check that does not; `folder` is where the fault lies.
    pub fn require(self, folder: &Path) -> Result<Self, Error> {
        match self.checks.iter().find(|check| !check.holds) {
            None => Ok(self),
            Some(check) => Err(Error::NotVerified {
                path: folder.to_path_buf(),
                check: check.name,
                found: check.found.clone(),
            }),
        }
    }

    /// Notes how one more check came out; gives the value of one that holds.
    pub(crate) fn add<T>(&mut self, name: &'static str, result: Result<(T, String), String>) -> Option<T> {
        let (value, check) = check(name, result);
        self.verified &= check.holds;
        self.checks.push(check);
        value
    }
}

fn check<T>(name: &'static str, result: Result<(T, String), String>) -> (Option<T>, Check) {
    match result {
        Ok((value, found)) => (Some(value), Check { found, holds: true, name }),
        Err(found) => (None, Check { found, holds: false, name }),
    }
}

/// Collects checks.
#[derive(Debug, Default)]
pub(crate) struct Checks {
    checks: Vec<Check>,
    not_checked: Vec<String>,
    signed_by: Option<String>,
    report: Option<Facts>,
    party: Option<PartyFacts>,
}

impl Checks {
    /// Notes how a check came out; gives the value of one that holds.
    fn add<T>(&mut self, name: &'static str, result: Result<(T, String), String>) -> Option<T> {
        let (value, check) = check(name, result);
        self.checks.push(check);
        value
    }

    fn not(&mut self, what: impl Into<String>) {
        self.not_checked.push(what.into());
    }

    fn finish(self, kind: &'static str) -> Verification {
        let Self { checks, not_checked, signed_by, report, party } = self;
        let verified = checks.iter().all(|check| check.holds);
        Verification { verified, kind, report, party, signed_by, checks, not_checked }
    }
}

/// Verifies the package or slice in a folder.
///
/// # Errors
///
/// The folder can't be listed. What can't be read in it does not verify.
pub fn verify(folder: &Path, expected: &Expected, progress: &Progress<'_>) -> Result<Verification, Error> {
    let (names, mut strange) = list(folder)?;
    let mut checks = Checks::default();
    let kind = if names.contains(SLICE) { "slice" } else { "package" };
    let read = read_whole(&folder.join(MANIFEST)).map_err(|error| error.to_string()).and_then(|octets| {
        let manifest = report::read::manifest(&octets).map_err(|error| format!("{MANIFEST}: {error}"))?;
        report::verify::manifest(&manifest).map_err(|error| format!("{MANIFEST}: {error}"))?;
        Ok(((manifest, octets), "canonical, and its counts add up".to_owned()))
    });
    let Some((manifest, octets)) = checks.add("manifest", read) else {
        return Ok(checks.finish(kind));
    };
    let manifest_sha256 = report::digest(&octets).to_string();
    if let Some(expected) = &expected.manifest_sha256 {
        let result = match expected.eq_ignore_ascii_case(&manifest_sha256) {
            true => Ok(((), manifest_sha256.clone())),
            false => Err(format!("{manifest_sha256}, expected {expected}")),
        };
        checks.add("manifest digest", result);
    }
    checks.report = Some(Facts {
        as_of: manifest.as_of.clone(),
        manifest_sha256,
        meters: manifest.counts.meters,
        rule_set: manifest.rule_set.version,
        tool: format!("{} {}", manifest.tool.name, manifest.tool.version),
    });
    let attestation = names.contains(ATTESTATION).then(|| folder.join(ATTESTATION));
    signature(attestation.as_deref(), &manifest, &octets, expected, &mut checks);
    if kind == "slice" {
        slice::verify(folder, &manifest, &names, &mut strange, progress, &mut checks)?;
    } else {
        package(folder, &manifest, &names, &mut strange, progress, &mut checks)?;
    }
    // What could not be read to its end for it is no fault of the report.
    progress.go_on()?;
    Ok(checks.finish(kind))
}

/// Opens a package or a slice that verifies.
pub(crate) fn verified(folder: &Path, progress: &Progress<'_>) -> Result<PackageReader, Error> {
    verify(folder, &Expected::default(), progress)?.require(folder)?;
    PackageReader::open(folder)
}

/// The regular files of a folder, and what else is in it.
fn list(folder: &Path) -> Result<(BTreeSet<String>, Vec<String>), Error> {
    let at = Error::at(folder);
    let (mut names, mut strange) = (BTreeSet::new(), Vec::new());
    // Where there is no folder, there is no report: the error is that of its first file.
    let manifest = folder.join(MANIFEST);
    let entries = fs::read_dir(folder).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Error::at(&manifest)(error),
        _ => at(error),
    })?;
    for entry in entries {
        let entry = entry.map_err(at)?;
        let regular = entry.file_type().map_err(at)?.is_file();
        match entry.file_name().into_string() {
            Ok(name) if regular => {
                names.insert(name);
            }
            Ok(name) => strange.push(format!("{name:?} is no regular file")),
            Err(name) => strange.push(format!("{name:?} is no file of a report")),
        }
    }
    strange.sort();
    Ok((names, strange))
}

/// Whether a folder has the files that it ought to and no others.
fn files(
    names: &BTreeSet<String>,
    wanted: &BTreeSet<&str>,
    may: &[&str],
    strange: &mut Vec<String>,
    checks: &mut Checks,
) -> Option<()> {
    let missing = wanted.iter().filter(|name| !names.contains(**name));
    let mut faults: Vec<String> = missing.map(|name| format!("{name} is not there")).collect();
    faults.append(strange);
    let extra = names.iter().filter(|name| !wanted.contains(name.as_str()) && !may.contains(&name.as_str()));
    faults.extend(extra.map(|name| format!("{name:?} is no file of it")));
    let result = match faults.is_empty() {
        true => Ok(((), format!("{}, no other", names.len()))),
        false => Err(faults.join("; ")),
    };
    checks.add("files", result)
}

/// The signature, as far as there is one and a key to check it with.
fn signature(
    attestation: Option<&Path>,
    manifest: &Manifest,
    octets: &[u8],
    expected: &Expected,
    checks: &mut Checks,
) {
    let Some(path) = attestation else {
        if expected.key.is_some() {
            checks.add::<()>("signature", Err(format!("there is no {ATTESTATION}")));
        } else {
            checks.not(
                "signature: nobody signed; whoever can write the folder can make another report, so compare the \
                 manifest digest with one from elsewhere (--manifest-sha256)",
            );
        }
        return;
    };
    let read = read_small(path).map_err(|error| error.to_string()).and_then(|envelope| {
        Attestation::read(&envelope, manifest, octets).map_err(|error| error.to_string())
    });
    let attestation = match read {
        Ok(attestation) => attestation,
        Err(error) => {
            checks.add::<()>("signature", Err(error));
            return;
        }
    };
    let (key, whose) = match (&expected.key, attestation.own_key()) {
        (Some((key, whose)), _) => (key, whose.clone()),
        (None, Some(key)) => {
            let subject = attestation.subjects.first().cloned().unwrap_or_default();
            checks.not(format!(
                "signer: the certificate comes with the report, and nothing says that {subject} is who it says; give \
                 --key or --certificate"
            ));
            (key, subject)
        }
        (None, None) => {
            checks.not("signature: it is about this manifest, but no key was given (--key, --certificate)");
            return;
        }
    };
    let result = attestation.verify(key).map_err(|error| error.to_string());
    let signer = format!("{whose}, key {}", attestation.key_id);
    if checks.add("signature", result.map(|()| ((), format!("by {signer}")))).is_some() {
        checks.signed_by = Some(signer);
    }
    if !attestation.subjects.is_empty() {
        checks.not("certificates of the signer: neither their validity nor their path was looked at");
    }
}

fn package(
    folder: &Path,
    manifest: &Manifest,
    names: &BTreeSet<String>,
    strange: &mut Vec<String>,
    progress: &Progress<'_>,
    checks: &mut Checks,
) -> Result<(), Error> {
    let wanted: BTreeSet<&str> = FILES.into_iter().filter(|name| *name != ATTESTATION).collect();
    let listed = manifest.files.keys().map(String::as_str).chain([MANIFEST]);
    if !listed.collect::<BTreeSet<_>>().into_iter().eq(wanted.iter().copied()) {
        let fault = format!("the manifest lists other files than {}", FILES.join(", "));
        checks.add::<()>("files", Err(fault));
        return Ok(());
    }
    if files(names, &wanted, &[ATTESTATION], strange, checks).is_none() {
        return Ok(());
    }
    let rules = document::<Vec<RuleRow>>(folder, "rules.json").and_then(|rules| {
        let reference = Reference::new(&rules, manifest)?;
        let found = format!("{} of rule set {}", rules.len(), manifest.rule_set.version);
        Ok(((rules, reference), found))
    });
    let Some((rules, reference)) = checks.add("rules", rules) else { return Ok(()) };
    progress.say(|| "rows".to_owned());
    let terms = Terms { reference: &reference, texts: &RuleTexts::new(&rules) };
    let rows = rows::verify(&folder.join("devices.jsonl"), &terms, progress)?;
    let result = digests(folder, &manifest.files, rows.as_ref().ok().map(|rows| &rows.entry), progress);
    checks.add("digests", result.map(|count| ((), format!("{count} files are what the manifest says"))));
    let rows = rows.map(|rows| {
        let found = format!("{} in order, each device once", manifest.counts.meters);
        (rows, found)
    });
    let Some(rows) = checks.add("rows", rows) else { return Ok(()) };
    for (tree, of_rows) in &rows.leaves {
        let name = match tree {
            Tree::Dno => "dno tree",
            Tree::Supplier => "supplier tree",
        };
        let sealed = tree.root_of(&manifest.seal);
        let result = lines::<PartyLeaf>(folder, tree.file(), sealed.parties).and_then(|found| {
            report::verify::leaves(*tree, &found, of_rows, sealed)?;
            let (parties, root) = (sealed.parties, &sealed.root);
            Ok(((), format!("{parties} parties, root {root}")))
        });
        checks.add(name, result);
    }
    let result = match rows.totals.verdicts == manifest.counts.verdicts {
        true => Ok(((), "those of the rows are those of the manifest".to_owned())),
        false => Err("the rows have other verdicts than the manifest counts".to_owned()),
    };
    checks.add("counts", result);
    let result = document::<Summary>(folder, "summary.json").and_then(|summary| {
        report::verify::summary(&summary, manifest, &rules, &reference, &rows.totals)?;
        match manifest.files.get("findings.csv") == Some(&rows.findings) {
            true => Ok(((), "findings.csv and summary.json follow from the rows".to_owned())),
            false => Err("findings.csv does not follow from the rows".to_owned()),
        }
    });
    checks.add("views", result);
    checks.add("listings", listings(folder, manifest, &reference, progress));
    let result = document::<Configuration>(folder, "configuration.json").and_then(|configuration| {
        report::verify::configuration(&configuration, manifest)?;
        Ok(((), "that of the instant of the manifest".to_owned()))
    });
    checks.add("configuration", result);
    checks.not("inputs: whether the rows follow from them; --inputs DIR makes the report again");
    checks.not(
        "by_grade, unattributed_entities, directories and revocation_lists of summary.json, and the certificates: \
         they follow from the inputs alone",
    );
    Ok(())
}

/// Holds the files beside the rows to their order and their words.
fn listings(
    folder: &Path,
    manifest: &Manifest,
    reference: &Reference,
    progress: &Progress<'_>,
) -> Result<((), String), String> {
    let mut quarantine = Quarantine::new(manifest);
    let quarantined =
        listing::<QuarantineRow>(folder, "quarantine.jsonl", progress, |row| quarantine.next(row))?;
    quarantine.end().map_err(|error| format!("quarantine.jsonl: {error}"))?;
    let mut others = NotInEstate::new(reference);
    let others = listing::<NotInEstateRow>(folder, "not-in-estate.jsonl", progress, |row| others.next(row))?;
    let mut certificates = Certificates::default();
    let certificates =
        listing::<CertificateRow>(folder, "certificates.jsonl", progress, |row| certificates.next(row))?;
    let found = format!(
        "{quarantined} records in the quarantine, {others} devices not in the estate, {certificates} certificates, in \
         order"
    );
    Ok(((), found))
}

/// Reads a file of rows and holds each to something; how many there are.
fn listing<T: serde::de::DeserializeOwned + Serialize>(
    folder: &Path,
    name: &str,
    progress: &Progress<'_>,
    mut next: impl FnMut(&T) -> Result<(), String>,
) -> Result<u64, String> {
    let mut rows = crate::PackageRows::<T>::open(folder.join(name)).map_err(|error| error.to_string())?;
    let mut count = 0;
    while let Some(row) = rows.next() {
        let row = row.map_err(|error| error.to_string())?;
        next(&row).map_err(|error| format!("{name}: line {}: {error}", rows.line()))?;
        progress.go_on().map_err(|error| error.to_string())?;
        count += 1;
    }
    Ok(count)
}

/// Reads a file that is one value.
fn document<T: serde::de::DeserializeOwned + Serialize>(folder: &Path, name: &str) -> Result<T, String> {
    let octets = read_whole(&folder.join(name)).map_err(|error| error.to_string())?;
    report::read::document(&octets).map_err(|error| format!("{name}: {error}"))
}

/// Reads a file that is one value and small in every report.
fn small<T: serde::de::DeserializeOwned + Serialize>(folder: &Path, name: &str) -> Result<T, String> {
    let octets = read_small(&folder.join(name)).map_err(|error| error.to_string())?;
    report::read::document(&octets).map_err(|error| format!("{name}: {error}"))
}

/// Reads a file of so many lines, no more than that.
fn lines<T: serde::de::DeserializeOwned + Serialize>(
    folder: &Path,
    name: &str,
    count: u64,
) -> Result<Vec<T>, String> {
    let rows = crate::PackageRows::<T>::open(folder.join(name)).map_err(|error| error.to_string())?;
    let most = usize::try_from(count).unwrap_or(usize::MAX);
    rows.take(most.saturating_add(1)).collect::<Result<_, _>>().map_err(|error: Error| error.to_string())
}

/// Whether files have these sizes, lines and digests. That of the rows is known already, if they could be read.
fn digests(
    folder: &Path,
    files: &BTreeMap<String, FileEntry>,
    rows: Option<&FileEntry>,
    progress: &Progress<'_>,
) -> Result<usize, String> {
    let mut faults = Vec::new();
    for (name, entry) in files {
        let found = match (name.as_str(), rows) {
            ("devices.jsonl", Some(rows)) => rows.clone(),
            _ => rows::entry(&folder.join(name), progress).map_err(|error| error.to_string())?,
        };
        if found != *entry {
            faults.push(format!(
                "{name} has {} octets with digest {}, expected {} with {}",
                found.bytes, found.sha256, entry.bytes, entry.sha256
            ));
        }
    }
    if faults.is_empty() { Ok(files.len()) } else { Err(faults.join("; ")) }
}
