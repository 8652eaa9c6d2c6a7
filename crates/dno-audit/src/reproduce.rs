//! Makes a report again from its inputs and compares the two octet for octet.
//!
//! Inputs are found by their digests, wherever they lie and whatever they are called. Settings come from
//! `configuration.json`, names of inputs from the manifest, salts from the leaves: nothing but the inputs is needed
//! beside the package.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use audit::RuleSetVersion;
use rayon::prelude::*;
use report::model::v1::{Configuration, InputEntry, Manifest, PartyLeaf};
use report::read::{Findings, Lines};
use report::seal::{Salts, Tree};
use report::{ATTESTATION, FINDINGS_HEADER, MANIFEST, ReadError};
use serde_json::Value;
use types::{AsOf, ZonelessTimes};

use crate::config::{Config, InputSpec, Sealing, ShippedDirectory};
use crate::directory::{SHIPPED, SHIPPED_NAME};
use crate::error::Error;
use crate::inputs::{Role, TABLES};
use crate::progress::Progress;
use crate::reader::{PackageReader, PackageRows, open, read_whole};
use crate::run::run;
use crate::verify::{Expected, Verification, rows, verify};

/// Verifies a package, makes it again from inputs below a folder, and compares.
///
/// # Errors
///
/// The folders can't be read, or the audit does not come to an end. A report that does not come out again is none.
pub fn reproduce(
    folder: &Path,
    inputs: &Path,
    expected: &Expected,
    progress: &Progress<'_>,
) -> Result<Verification, Error> {
    let mut verification = verify(folder, expected, progress)?;
    if verification.kind != "package" {
        return Err(Error::NotReproducible { path: folder.to_path_buf() });
    }
    if verification.report.is_none() {
        return Ok(verification);
    }
    verification.not_checked.retain(|what| !what.starts_with("inputs: "));
    let reader = PackageReader::open(folder)?;
    let config = config(&reader, inputs, progress)?;
    let count = reader.manifest().inputs.len();
    let Some(config) =
        verification.add("inputs", config.map(|config| (config, format!("{count} found by their digests"))))
    else {
        return Ok(verification);
    };
    let result = match made_again(&reader, config, progress) {
        Ok(None) => Ok(((), "made again from its inputs, octet for octet".to_owned())),
        Ok(Some(difference)) => Err(difference),
        Err(error) if is_of_report(&error) => Err(error.to_string()),
        Err(error) => return Err(error),
    };
    verification.add("reproduced", result);
    Ok(verification)
}

/// Makes a report again; gives the first difference and its likely cause, if there is one.
fn made_again(
    reader: &PackageReader,
    config: Config,
    progress: &Progress<'_>,
) -> Result<Option<String>, Error> {
    let salts = salts_of(reader.folder())?;
    let config = Config { sealing: Sealing { salts, signer: None }, ..config };
    let again = tempfile::tempdir().map_err(Error::Temporary)?;
    let again = again.path().join("report");
    run(&config, &again, progress)?;
    let again = PackageReader::open(&again)?;
    let difference = difference(reader, &again, progress)?;
    Ok(difference.map(|difference| format!("{difference}; likely cause: {}", cause(reader, &again))))
}

/// Whether a report is at fault if it can't be made again: it lacks something, or says of inputs or settings what they are
/// not. Settings and inputs come from it alone.
const fn is_of_report(error: &Error) -> bool {
    use intake::IntakeError;
    match error {
        Error::Intake(error) => !matches!(error, IntakeError::Io { .. } | IntakeError::Temporary { .. }),
        Error::Config(_) | Error::Directory(_) | Error::Waivers(_) => true,
        _ => error.is_verification(),
    }
}

/// The configuration that a package was made with, its inputs found by their digests below a folder; or what is missing.
pub(crate) fn config(
    reader: &PackageReader,
    inputs: &Path,
    progress: &Progress<'_>,
) -> Result<Result<Config, String>, Error> {
    match reader.configuration() {
        Ok(configuration) => config_by_digest(reader.manifest(), configuration, inputs, progress),
        Err(error) => Ok(Err(error.to_string())),
    }
}

/// The configuration of a manifest with these settings, the inputs that it lists found by their digests below a folder; or
/// what is missing.
pub(crate) fn config_by_digest(
    manifest: &Manifest,
    configuration: Configuration,
    inputs: &Path,
    progress: &Progress<'_>,
) -> Result<Result<Config, String>, Error> {
    let found = find_inputs(manifest, inputs, progress)?;
    Ok(config_of(manifest, configuration, &found))
}

fn salts_of(folder: &Path) -> Result<Salts, Error> {
    let mut leaves: Vec<(Tree, PartyLeaf)> = Vec::new();
    for tree in Tree::ALL {
        for leaf in PackageRows::open(folder.join(tree.file()))? {
            leaves.push((tree, leaf?));
        }
    }
    Ok(Salts::of_leaves(leaves.iter().map(|(tree, leaf)| (*tree, leaf))))
}

/// What of the inputs stands below a folder.
#[derive(Debug, Default)]
struct FoundInputs {
    /// The files that have the digest of an input.
    by_digest: BTreeMap<String, Vec<PathBuf>>,
    /// What could not be looked at, and why. It matters if an input is not found.
    unread: Vec<String>,
}

/// Most files that could not be looked at which are named one by one.
const UNREAD_SHOWN: usize = 10;

impl FoundInputs {
    /// What could not be looked at, to be said with what is missing; nothing if everything was.
    fn unread(&self) -> Option<String> {
        let shown: Vec<&str> = self.unread.iter().take(UNREAD_SHOWN).map(String::as_str).collect();
        let more = match self.unread.len().saturating_sub(UNREAD_SHOWN) {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        (!shown.is_empty()).then(|| format!("not looked at: {}{more}", shown.join(", ")))
    }
}

/// The files below a folder that have the digest of an input. A link that leads nowhere or in a circle, and what can't be
/// read, is passed over: whether an input is missing, its digest tells.
///
/// # Errors
///
/// There is no such folder.
fn find_inputs(manifest: &Manifest, folder: &Path, progress: &Progress<'_>) -> Result<FoundInputs, Error> {
    let wrong = |message: String| Error::Inputs { message: format!("{}: {message}", folder.display()) };
    if !folder.metadata().map_err(|error| wrong(error.to_string()))?.is_dir() {
        return Err(wrong("is no folder".to_owned()));
    }
    let stored = |input: &InputEntry| input.stored.as_ref().map_or(input.bytes, |stored| stored.bytes);
    let sizes: BTreeSet<u64> = manifest.inputs.iter().map(stored).collect();
    let (mut candidates, mut found) = (Vec::new(), FoundInputs::default());
    for entry in walkdir::WalkDir::new(folder).follow_links(true).sort_by_file_name() {
        let size = entry.and_then(|entry| Ok((entry.metadata()?.len(), entry)));
        match size {
            Ok((size, entry)) if entry.file_type().is_file() && sizes.contains(&size) => {
                candidates.push(std::fs::canonicalize(entry.path()).unwrap_or_else(|_| entry.into_path()));
            }
            Ok(_) => {}
            Err(error) => found.unread.push(error.to_string()),
        }
    }
    progress.say(|| format!("{} files of the size of an input", candidates.len()));
    let digests: Vec<Result<(String, PathBuf), Error>> =
        candidates.into_par_iter().map(|path| Ok((rows::entry(&path, progress)?.sha256, path))).collect();
    for digest in digests {
        match digest {
            Ok((digest, path)) => found.by_digest.entry(digest).or_default().push(path),
            Err(error) => found.unread.push(error.to_string()),
        }
    }
    progress.go_on()?;
    Ok(found)
}

/// The configuration that a package was made with, with its inputs where they were found.
fn config_of(
    manifest: &Manifest,
    configuration: Configuration,
    found: &FoundInputs,
) -> Result<Config, String> {
    // Each setting is named here, so that none that is added later is forgotten.
    let Configuration {
        accepted_policies,
        as_of,
        columns,
        expiring_within_days,
        observed_at,
        sheets,
        stale_after_days,
        zoneless_times,
    } = configuration;
    let at = |text: &str| text.parse().map_err(|error| format!("configuration.json: {text:?}: {error}"));
    let mut config = Config::new(AsOf(at(&as_of)?), PathBuf::new());
    // Of a rule set that this program does not know, what the newest gives is compared: where it differs, the rule set is
    // named as the cause.
    config.options.rule_set =
        RuleSetVersion::new(manifest.rule_set.version).unwrap_or(RuleSetVersion::NEWEST);
    config.options.profile = smki::Profile::with_policies(accepted_policies);
    config.options.expiring_within_days = expiring_within_days;
    config.options.stale_after_days = stale_after_days;
    config.zoneless = match zoneless_times.as_ref() {
        "refuse" => ZonelessTimes::Refuse,
        "utc" => ZonelessTimes::Utc,
        other => return Err(format!("configuration.json: zoneless_times is {other:?}")),
    };
    // No share is too small: what is incomplete is part of what is made again.
    config.allowed_share = 1.0;
    config.shipped_directory = ShippedDirectory::Leave;
    let shipped = report::digest(SHIPPED.as_bytes()).to_string();
    let mut missing = Vec::new();
    // What came out of one container is read from it at once.
    let mut specs: BTreeMap<(Role, &str, &str), InputSpec> = BTreeMap::new();
    for input in &manifest.inputs {
        let InputEntry { name, role, sha256, stored, .. } = input;
        let role =
            Role::of_name(role).ok_or_else(|| format!("the manifest has an input of role {role:?}"))?;
        if role == Role::Directory && name == SHIPPED_NAME {
            if *sha256 != shipped {
                let fault =
                    format!("{name} is {sha256}, that of this program {shipped}: another tool version");
                missing.push(fault);
            }
            config.shipped_directory = ShippedDirectory::Use;
            continue;
        }
        let (file, digest) = stored.as_ref().map_or((name, sha256), |stored| (&stored.name, &stored.sha256));
        let Some(path) = found.by_digest.get(digest).and_then(|paths| paths.first()) else {
            missing.push(format!("no file has the digest {digest} of {file:?} ({})", role.name()));
            continue;
        };
        let path = path.to_str().ok_or_else(|| format!("{}: no UTF-8 name", path.display()))?;
        let spec = specs
            .entry((role, file, digest))
            .or_insert_with(|| InputSpec { name: Some(file.clone()), ..InputSpec::new(path) });
        if stored.is_some() {
            spec.members.get_or_insert_default().insert(name.clone());
        }
        if TABLES.contains(&role) {
            let of_role = role.setting_of(sha256);
            if let Some(columns) = columns.get(&of_role).or(columns.get(sha256)) {
                spec.table.columns.0.clone_from(columns);
            }
            let sheet = sheets.get(&of_role).or(sheets.get(sha256)).cloned();
            spec.table.sheet = sheet.or(spec.table.sheet.take());
        }
        if let (Role::Records, Some(instant)) = (role, observed_at.get(sha256)) {
            spec.observed_at = Some(at(instant)?);
        }
    }
    specs.into_iter().for_each(|((role, ..), spec)| config.inputs.of_mut(role).push(spec));
    if missing.is_empty() {
        return Ok(config);
    }
    missing.extend(found.unread());
    Err(missing.join("; "))
}

/// Where two packages first differ, the rows first; the manifest last, since it differs whenever anything does.
fn difference(
    one: &PackageReader,
    again: &PackageReader,
    progress: &Progress<'_>,
) -> Result<Option<String>, Error> {
    let names: BTreeSet<&str> =
        one.manifest().files.keys().chain(again.manifest().files.keys()).map(String::as_str).collect();
    let first = ["devices.jsonl"].into_iter();
    let rest = names.into_iter().filter(|name| *name != "devices.jsonl" && *name != ATTESTATION);
    for name in first.chain(rest).chain([MANIFEST]) {
        let (one, again) = (one.folder().join(name), again.folder().join(name));
        if rows::entry(&one, progress)? == rows::entry(&again, progress)? {
            continue;
        }
        let at = |source| Error::Report { path: one.clone(), source };
        let place = if name.ends_with(".jsonl") {
            in_lines(&one, &again).map_err(at)?
        } else if name.ends_with(".csv") {
            in_findings(&one, &again).map_err(at)?
        } else {
            in_values(&value(&read_whole(&one)?), &value(&read_whole(&again)?))
        };
        return Ok(Some(format!("{name}{place}")));
    }
    Ok(None)
}

fn reader(path: &Path) -> Result<std::io::BufReader<std::fs::File>, ReadError> {
    let file = open(path).map_err(|error| std::io::Error::other(error.to_string()))?;
    Ok(std::io::BufReader::new(file))
}

fn in_lines(one: &Path, again: &Path) -> Result<String, ReadError> {
    let (mut one, mut again) = (Lines::new(reader(one)?), Lines::new(reader(again)?));
    loop {
        let (line, other) = (one.next_line()?, again.next_line()?);
        match (line, other) {
            (Some(line), Some(other)) if line == other => {}
            (Some(line), Some(other)) => {
                let (line, other) = (value(line), value(other));
                let device = line.get("device_id").and_then(Value::as_str).unwrap_or_default().to_owned();
                let place = in_values(&line, &other);
                let device = if device.is_empty() { device } else { format!(" ({device})") };
                return Ok(format!(", line {}{device}{place}", one.line()));
            }
            (Some(_), None) => return Ok(format!(", line {}: stands only in the report", one.line())),
            (None, Some(_)) => {
                return Ok(format!(", line {}: stands only in what was made again", again.line()));
            }
            (None, None) => return Ok(String::new()),
        }
    }
}

fn in_findings(one: &Path, again: &Path) -> Result<String, ReadError> {
    let (mut one, mut again) = (Findings::new(reader(one)?), Findings::new(reader(again)?));
    let mut record = 1u64;
    loop {
        record += 1;
        match (one.next().transpose()?, again.next().transpose()?) {
            (Some(line), Some(other)) => {
                let columns = FINDINGS_HEADER.iter().zip(line.iter().zip(&other));
                if let Some((column, (found, made))) = columns.into_iter().find(|(_, (a, b))| a != b) {
                    return Ok(format!(
                        ", record {record}, column {column}: {found:?} in the report, {made:?} made again"
                    ));
                }
            }
            (Some(_), None) => return Ok(format!(", record {record}: stands only in the report")),
            (None, Some(_)) => return Ok(format!(", record {record}: stands only in what was made again")),
            (None, None) => return Ok(String::new()),
        }
    }
}

fn value(octets: &[u8]) -> Value {
    serde_json::from_slice(octets).unwrap_or_default()
}

/// The first member in which two values differ, and both of its values.
fn in_values(one: &Value, again: &Value) -> String {
    fn first<'v>(one: &'v Value, again: &'v Value, path: &mut String) -> Option<(&'v Value, &'v Value)> {
        static ABSENT: Value = Value::Null;
        match (one, again) {
            (Value::Object(one), Value::Object(again)) => {
                let names: BTreeSet<&String> = one.keys().chain(again.keys()).collect();
                names.into_iter().find_map(|name| {
                    let length = path.len();
                    path.push_str(if path.is_empty() { "" } else { "." });
                    path.push_str(name);
                    let (one, again) = (one.get(name), again.get(name));
                    let found = first(one.unwrap_or(&ABSENT), again.unwrap_or(&ABSENT), path);
                    if found.is_none() {
                        path.truncate(length);
                    }
                    found
                })
            }
            (Value::Array(one), Value::Array(again)) => (0..one.len().max(again.len())).find_map(|index| {
                let length = path.len();
                path.push_str(&format!("[{index}]"));
                let (one, again) = (one.get(index), again.get(index));
                let found = first(one.unwrap_or(&ABSENT), again.unwrap_or(&ABSENT), path);
                if found.is_none() {
                    path.truncate(length);
                }
                found
            }),
            _ => (one != again).then_some((one, again)),
        }
    }
    let mut path = String::new();
    let shown = |value: &Value| value.to_string().chars().take(200).collect::<String>();
    match first(one, again, &mut path) {
        Some((one, again)) => {
            format!(", member {path}: {} in the report, {} made again", shown(one), shown(again))
        }
        None => ": not written in the one form".to_owned(),
    }
}

/// Why two packages from the same inputs differ.
fn cause(one: &PackageReader, again: &PackageReader) -> String {
    let (one, again) = (one.manifest(), again.manifest());
    let mut causes = Vec::new();
    if one.rule_set != again.rule_set {
        causes.push(format!(
            "the rule set (version {} with digest {}, here {} with {})",
            one.rule_set.version, one.rule_set.sha256, again.rule_set.version, again.rule_set.sha256
        ));
    }
    if one.configuration_sha256 != again.configuration_sha256 {
        causes.push("the configuration (configuration.json is not what its settings give)".to_owned());
    }
    if one.tool != again.tool {
        causes.push(format!(
            "the tool version ({} {}, here {} {})",
            one.tool.name, one.tool.version, again.tool.name, again.tool.version
        ));
    }
    let digests = |manifest: &Manifest| -> Vec<(String, String, String)> {
        let entry = |input: &InputEntry| (input.role.to_string(), input.sha256.clone(), input.name.clone());
        manifest.inputs.iter().map(entry).collect()
    };
    if digests(one) != digests(again) {
        causes.push("the inputs (digests or names)".to_owned());
    }
    match causes.is_empty() {
        true => {
            "neither inputs, rule set, configuration nor tool version: the report was altered before it was \
                 sealed, or the program is at fault"
                .to_owned()
        }
        false => causes.join(", "),
    }
}
