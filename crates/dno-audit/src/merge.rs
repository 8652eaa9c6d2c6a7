//! Joins the packages of audits over parts of an estate into the package of one audit over all of it.
//!
//! In: packages whose inputs about meters – estate, registration, records – were split by metering point, and which share
//! certificates, trust anchors, directory, waivers and configuration. Out: the package that one audit over all of these inputs
//! writes, octet for octet, or why there is no such package. Rows cite their inputs by digest and line, so that those of a part
//! are those of the whole; what is counted over rows is added, and what is not is the same in every part.
//!
//! Rows go through a few at a time. What is held of a meter is its device and its metering point, by which is told that
//! neither stands in two parts.

mod apart;
mod checked;
mod inputs;
mod listings;
mod rows;
mod settings;

use std::path::{Path, PathBuf};

use report::model::v1::{
    Configuration, Counts, Manifest, RecordCounts, RuleRow, Seal, Summary, VerdictCounts,
};
use report::{RuleTexts, canonical, digest};

use crate::config::Sealing;
use crate::error::Error;
use crate::package::{PACKAGE, Package};
use crate::place::check_apart;
use crate::progress::Progress;
use crate::reader::PackageReader;
use crate::sinks::Sinks;
use crate::verify::{Expected, verify};
use inputs::JoinedInputs;

/// The most packages that are joined at once: each has files open.
const MAX_PARTS: usize = 500;

/// How packages are joined.
#[non_exhaustive]
#[derive(Clone, Debug, Default)]
pub struct MergeOptions {
    /// Salts and signature of the joined report.
    pub sealing: Sealing,
    /// A folder below which the estate and registration data of all parts lie. It is needed where a part has registration
    /// rows for metering points that its estate does not list: only the files tell that no other part has those.
    pub inputs: Option<PathBuf>,
}

/// What was joined.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct Merged {
    /// Meters of all parts.
    pub meters: u64,
    /// SHA-256 of the manifest: the one number that stands for the report.
    pub manifest_sha256: String,
}

/// A package that is joined with others.
struct Part {
    reader: PackageReader,
    summary: Summary,
    configuration: Configuration,
}

impl Part {
    /// Verifies a package and opens it.
    fn open(folder: &Path, progress: &Progress<'_>) -> Result<Self, Error> {
        let reader = PackageReader::open(folder)?;
        if reader.is_slice() {
            return Err(not_a_part(folder, "is a slice; whole packages are merged"));
        }
        // What is read later is held to the manifest that is verified here.
        let manifest_sha256 = Some(digest(reader.manifest_octets()).to_string());
        verify(folder, &Expected { manifest_sha256, ..Expected::default() }, progress)?.require(folder)?;
        let summary = checked::document(&reader, "summary.json")?;
        let configuration = checked::document(&reader, "configuration.json")?;
        Ok(Self { reader, summary, configuration })
    }

    fn folder(&self) -> &Path {
        self.reader.folder()
    }

    const fn manifest(&self) -> &Manifest {
        self.reader.manifest()
    }

    /// An error about this part.
    fn refused(&self, message: impl Into<String>) -> Error {
        not_a_part(self.folder(), message)
    }
}

fn summaries(parts: &[Part]) -> Vec<&Summary> {
    parts.iter().map(|part| &part.summary).collect()
}

fn not_a_part(path: &Path, message: impl Into<String>) -> Error {
    Error::NotParts { path: path.to_path_buf(), message: message.into() }
}

/// Joins packages, in whatever order they are named, and writes the one that an audit over all of their inputs writes.
///
/// # Errors
///
/// A package can't be read or does not verify; they are no parts of one audit, or split so that an audit over all of their inputs
/// would say something else; or the package can't be written. In each case what stands at `out` is left as it is.
pub fn merge(
    folders: &[PathBuf],
    out: &Path,
    options: &MergeOptions,
    progress: &Progress<'_>,
) -> Result<Merged, Error> {
    check(folders, out)?;
    let package = Package::create(out, PACKAGE)?;
    write(folders, package, options, progress).map_err(|error| progress.cause(error))
}

fn write(
    folders: &[PathBuf],
    mut package: Package,
    options: &MergeOptions,
    progress: &Progress<'_>,
) -> Result<Merged, Error> {
    let mut parts: Vec<Part> = Vec::with_capacity(folders.len());
    for (folder, number) in folders.iter().zip(1..) {
        progress.say(|| format!("verifying package {number} of {}: {}", folders.len(), folder.display()));
        let part = Part::open(folder, progress)?;
        if let Some(first) = parts.first() {
            settings::check(first, &part)?;
        }
        parts.push(part);
    }
    let Some(first) = parts.first() else {
        return Err(not_a_part(package.folder(), "there is nothing to merge"));
    };
    let joined = inputs::join(&parts)?;
    let configuration = settings::join(first, &parts)?;

    let rules: Vec<RuleRow> = checked::document(&first.reader, "rules.json")?;
    let mut sinks = Sinks::create(&package)?;
    let seen = rows::join(&parts, &RuleTexts::new(&rules), &mut sinks, progress)?;
    seen.check(&parts)?;
    apart::check_metering_points(&parts, &joined, &seen, options.inputs.as_deref(), progress)?;
    let seal = sinks.finish(&options.sealing.salts, &mut package)?;
    checked::copy(&first.reader, "rules.json", &mut package, progress)?;
    let not_in_estate = listings::not_in_estate(&parts, &joined, &seen, &mut package, progress)?;
    checked::copy(&first.reader, "certificates.jsonl", &mut package, progress)?;

    let counts = counts(&parts, &joined, not_in_estate)?;
    let records = report::verify::records(&counts.records, joined.entries());
    let summary = report::sum_of_summaries(&first.summary, &summaries(&parts), counts, records);
    package.write("summary.json", &canonical(&summary)?)?;
    package.write("configuration.json", &canonical(&configuration)?)?;
    listings::quarantine(&parts, &joined, &mut package, progress)?;
    finish(package, first.manifest(), Known { counts, seal, joined, configuration }, options)
}

/// Whether these can be parts, as far as their places tell.
fn check(folders: &[PathBuf], out: &Path) -> Result<(), Error> {
    if folders.is_empty() {
        return Err(not_a_part(out, "there is nothing to merge"));
    }
    if folders.len() > MAX_PARTS {
        let message = format!("{} packages, at most {MAX_PARTS} at once", folders.len());
        return Err(not_a_part(
            out,
            message + "; merge some of them first, and what comes out with the others",
        ));
    }
    let mut places = std::collections::BTreeSet::new();
    for folder in folders {
        check_apart(out, folder)?;
        if !places.insert(std::fs::canonicalize(folder).map_err(Error::at(folder))?) {
            return Err(not_a_part(folder, "is named twice"));
        }
    }
    Ok(())
}

/// What is known once everything but the manifest is written.
struct Known {
    counts: Counts,
    seal: Seal,
    joined: JoinedInputs,
    configuration: Configuration,
}

fn finish(package: Package, first: &Manifest, known: Known, options: &MergeOptions) -> Result<Merged, Error> {
    let Known { counts, seal, joined, configuration } = known;
    let manifest = Manifest {
        as_of: first.as_of.clone(),
        configuration_sha256: digest(&canonical(&configuration)?).to_string(),
        counts,
        files: package.files.clone(),
        format: first.format.clone(),
        format_version: first.format_version,
        inputs: joined.into_entries(),
        rule_set: first.rule_set.clone(),
        seal,
        tool: first.tool.clone(),
    };
    // Each part adds up, so that the whole does; if it does not, no report is written.
    report::verify::manifest(&manifest).map_err(|found| Error::NotVerified {
        path: package.folder().to_path_buf(),
        check: "manifest",
        found,
    })?;
    let manifest_sha256 = package.complete(&manifest, options.sealing.signer.as_ref())?;
    Ok(Merged { meters: counts.meters, manifest_sha256 })
}

fn counts(parts: &[Part], joined: &JoinedInputs, not_in_estate: u64) -> Result<Counts, Error> {
    let mut verdicts = VerdictCounts::default();
    let (mut records, mut meters) = (Some(RecordCounts::default()), Some(0u64));
    for part in parts {
        verdicts.saturating_add(&part.manifest().counts.verdicts);
        meters = meters.and_then(|sum| sum.checked_add(part.manifest().counts.meters));
    }
    for input in joined.entries() {
        records = records.and_then(|sum| sum.checked_add(&input.records));
    }
    match (parts.first(), records, meters) {
        (_, Some(records), Some(meters)) => Ok(Counts { meters, not_in_estate, records, verdicts }),
        (Some(first), ..) => Err(first.refused("has, with the others, more than any number of records")),
        (None, ..) => Ok(Counts { meters: 0, not_in_estate, records: RecordCounts::default(), verdicts }),
    }
}
