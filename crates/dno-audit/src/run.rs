//! An audit from inputs to package.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;

use audit::directory::Owner;
use audit::timeline::{Disposition, NotRelevant};
use audit::{
    Certificates, Context, Estate, InputUse, Observations, Options, Resolutions, Subject, Totals,
    WaiverState, Waivers, assess,
};
use rayon::prelude::*;
use report::model::v1::{
    Configuration, Counts, DirectoryEntry, InputEntry, Manifest, RuleSet, Seal, Summary, Tool,
};
use report::seal::SealRow;
use report::{FindingsWriter, InputDigests, RuleTexts, canonical, digest};
use types::{Observation, Seen, Sha256Digest, ZonelessTimes};

use crate::accounts::{Account, record_counts};
use crate::config::Config;
use crate::error::Error;
use crate::inputs::{Role, TABLES};
use crate::load::{Loaded, load};
use crate::package::{PACKAGE, Package};
use crate::progress::Progress;
use crate::sinks::Sinks;

/// Meters that one task renders, and tasks that run before their output is written.
const METERS_PER_TASK: usize = 256;
const TASKS_PER_WRITE: usize = 64;

/// What a finished run tells.
#[non_exhaustive]
#[derive(Debug)]
pub struct Finished {
    /// `summary.json`.
    pub summary: Summary,
    /// The inputs as the manifest lists them.
    pub inputs: Vec<InputEntry>,
    /// The rule set that was applied.
    pub rule_set: u32,
    /// SHA-256 of the manifest: the one number that stands for the report.
    pub manifest_sha256: String,
    /// What whoever runs the audit must know at once, such as a private key among the inputs. It names paths, so it is
    /// no part of the report.
    pub warnings: Vec<String>,
    /// Whether records were quarantined, or meters are not known, beyond the allowed share.
    pub incomplete: bool,
}

/// Reads the inputs, assesses every meter of the estate, and writes the package to `out`.
///
/// # Errors
///
/// The configuration is not usable, an input can't be read as a whole, or the package can't be written. In each case
/// what stands at `out` is left as it is.
pub fn run(config: &Config, out: &Path, progress: &Progress<'_>) -> Result<Finished, Error> {
    config.check()?;
    config.check_out(out)?;
    in_pool(config, || {
        let package = Package::create(out, PACKAGE)?;
        let loaded = load(config, progress, None)?;
        write(config, loaded, package, progress)
    })
    .map_err(|error| progress.cause(error))
}

/// Runs on as many threads as the configuration says.
pub(crate) fn in_pool<T: Send>(
    config: &Config,
    task: impl FnOnce() -> Result<T, Error> + Send,
) -> Result<T, Error> {
    let mut builder = rayon::ThreadPoolBuilder::new();
    if let Some(threads) = config.threads {
        builder = builder.num_threads(threads);
    }
    let threads = config.threads.unwrap_or(0);
    let pool = builder.build().map_err(|error| Error::Threads { threads, message: error.to_string() })?;
    pool.install(task)
}

/// Where the observations of each meter begin, and those of devices that the estate does not list.
pub(crate) struct Joined {
    of_meter: Vec<u32>,
    not_in_estate: Vec<u32>,
}

/// Stands where a meter has no observations. There are never as many as this.
const NONE: u32 = u32::MAX;

impl Joined {
    /// Joins observations, sorted by device, to the meters, sorted by device.
    pub(crate) fn new(estate: &Estate, observations: &Observations) -> Self {
        let mut joined = Self { of_meter: vec![NONE; estate.len()], not_in_estate: Vec::new() };
        let mut meter = 0;
        for (device, start) in observations.devices() {
            while estate.device(meter).is_some_and(|other| other < device) {
                meter += 1;
            }
            match joined.of_meter.get_mut(meter) {
                Some(place) if estate.device(meter) == Some(device) => *place = start,
                _ => joined.not_in_estate.push(start),
            }
        }
        joined
    }

    /// Puts the observations of a meter in place of what is in `into`.
    pub(crate) fn read(&self, meter: usize, observations: &Observations, into: &mut Vec<Observation>) {
        // No observations begin at NONE, so none are read there.
        observations.read(self.of_meter.get(meter).copied().unwrap_or(NONE), into);
    }
}

/// The meters in the order of the report: by expected party, those without one as `unassigned`, then by device. Each with
/// the rank of its party.
fn report_order(context: &Context<'_>) -> Vec<(u32, u32)> {
    let Context { estate, directory, .. } = *context;
    let name = |owner: Option<Owner>| match owner {
        Some(owner) => owner.name(directory),
        None => "unassigned".to_owned(),
    };
    let owners: HashSet<Option<Owner>> = estate.owners(directory).map(Some).chain([None]).collect();
    // Parties that share a name stand together.
    let names: BTreeSet<String> = owners.iter().map(|owner| name(*owner)).collect();
    let names: Vec<String> = names.into_iter().collect();
    let rank = |owner: Option<Owner>| names.binary_search(&name(owner)).unwrap_or(0);
    let ranks: HashMap<Option<Owner>, u32> =
        owners.iter().map(|owner| (*owner, u32::try_from(rank(*owner)).unwrap_or(u32::MAX))).collect();
    let rank = |meter: u32| {
        let owner = estate.meter(meter as usize, directory).owner();
        (ranks.get(&owner).copied().unwrap_or(0), meter)
    };
    let meters = u32::try_from(estate.len()).unwrap_or(u32::MAX);
    let mut order: Vec<(u32, u32)> = (0..meters).into_par_iter().map(rank).collect();
    order.par_sort_unstable();
    order
}

/// What one task makes of its meters.
struct Rendered<'c> {
    rows: Vec<u8>,
    leaves: Vec<Leaf<'c>>,
    findings: Vec<u8>,
    totals: Totals,
}

/// A row as the seal needs it.
struct Leaf<'c> {
    leaf: Sha256Digest,
    owner: Option<Owner>,
    supplier: Option<&'c str>,
    verdict: &'static str,
}

fn write_rows(rendered: &Rendered<'_>, sinks: &mut Sinks, directory: &audit::Directory) -> Result<(), Error> {
    sinks.push(&rendered.rows, number(rendered.leaves.len()), &rendered.findings)?;
    for Leaf { leaf, owner, supplier, verdict } in &rendered.leaves {
        let dno = owner.map(|owner| owner.label(directory));
        sinks.seal(&SealRow { leaf: *leaf, dno: dno.as_deref(), supplier: *supplier, verdict })?;
    }
    Ok(())
}

fn render<'c>(
    context: Context<'c>,
    meters: &[(u32, u32)],
    joined: &Joined,
    observations: &Observations,
    inputs: &InputDigests,
    rules: &RuleTexts,
) -> Result<Rendered<'c>, Error> {
    // A little more than rows take, so that they are not moved.
    let mut rows = Vec::with_capacity(meters.len() * 1280);
    let mut totals = Totals::default();
    let mut findings = FindingsWriter::new();
    let mut leaves = Vec::with_capacity(meters.len());
    let mut seen = Vec::new();
    for (_, meter) in meters {
        joined.read(*meter as usize, observations, &mut seen);
        let assessment = assess(Subject::new(context, *meter as usize, &seen));
        totals.count(&assessment);
        let row = report::device_row(&assessment, inputs);
        let start = rows.len();
        report::push_line(&row, &mut rows)?;
        let line = rows.get(start..rows.len() - 1).unwrap_or_default();
        if line.len() > report::read::MAX_LINE {
            return Err(Error::RowTooLong { device: assessment.subject.meter.device().to_string() });
        }
        leaves.push(Leaf {
            leaf: report::merkle::leaf(line),
            owner: assessment.subject.owner(),
            supplier: assessment.subject.supplier_symbol().map(|symbol| context.names.name(symbol)),
            verdict: assessment.verdict.name(),
        });
        findings.push(&row, rules)?;
    }
    Ok(Rendered { rows, leaves, findings: findings.into_octets()?, totals })
}

fn write(
    config: &Config,
    loaded: Loaded,
    mut package: Package,
    progress: &Progress<'_>,
) -> Result<Finished, Error> {
    let Loaded {
        mut accounts,
        store,
        paths,
        revocations,
        names,
        directory,
        directories,
        estate,
        observations,
        waivers,
    } = loaded;
    let certificates =
        Certificates { store: &store, paths: &paths, revocations: &revocations, as_of: config.as_of };
    let resolutions = Resolutions::new(&observations.credentials(), certificates, &config.options);
    let context = Context {
        estate: &estate,
        names: &names,
        directory: &directory,
        certificates,
        resolutions: &resolutions,
        options: &config.options,
        waivers: &waivers,
    };
    let inputs = InputDigests::new(accounts.iter().map(|account| account.sha256));
    let joined = Joined::new(&estate, &observations);
    let order = report_order(&context);

    let rules = report::rule_rows(config.options.rule_set);
    let texts = RuleTexts::new(&rules);
    let mut totals = Totals::default();
    let mut done = 0;
    let mut sinks = Sinks::create(&package)?;
    let mut waiting: Vec<Rendered<'_>> = Vec::new();
    for batch in order.chunks(METERS_PER_TASK * TASKS_PER_WRITE).chain(std::iter::once(&[][..])) {
        // One batch is written and hashed while the next is rendered.
        let (written, rendered) = rayon::join(
            || waiting.iter().try_for_each(|part| write_rows(part, &mut sinks, &directory)),
            || {
                let tasks = batch.par_chunks(METERS_PER_TASK);
                tasks
                    .map(|meters| render(context, meters, &joined, &observations, &inputs, &texts))
                    .collect::<Result<_, Error>>()
            },
        );
        written?;
        waiting.iter().for_each(|part| totals.add(&part.totals));
        waiting = rendered?;
        done += batch.len();
        progress.count(number(done), number(order.len()), "meters");
        progress.go_on()?;
    }
    let seal = sinks.finish(&config.sealing.salts, &mut package)?;
    package.write("rules.json", &canonical(&rules)?)?;

    let mut not_in_estate = package.file("not-in-estate.jsonl")?;
    let mut seen = Vec::new();
    for start in &joined.not_in_estate {
        observations.read(*start, &mut seen);
        count_not_in_estate(&seen, &mut totals);
        if let Some(first) = seen.first() {
            let mut line = Vec::new();
            report::push_line(&report::not_in_estate_row(first.device, &seen, &inputs), &mut line)?;
            not_in_estate.push(&line, 1)?;
        }
    }
    package.finish(not_in_estate, true)?;
    for (input, uses) in &totals.uses {
        if let Some(account) = accounts.get_mut(input.0 as usize) {
            account.uses.add(uses);
        }
    }
    count_waivers(&waivers, &totals, &mut accounts);
    write_certificates(certificates, &config.options, &mut package)?;
    let warnings = accounts.iter().flat_map(|account| account.warnings.clone()).collect();
    let rows = RowsWritten { totals, seal, not_in_estate: joined.not_in_estate.len() };
    let finished = write_package(config, accounts, directories, rows, context, package)?;
    Ok(Finished { warnings, ..finished })
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// Counts the records of a device that the estate does not list, each once. Those in the quarantine are counted there.
fn count_not_in_estate(seen: &[Observation], totals: &mut Totals) {
    let origins: BTreeSet<types::Origin> =
        seen.iter().filter(|seen| !matches!(seen.seen, Seen::Unusable(_))).map(|seen| seen.origin).collect();
    for origin in origins {
        let uses: &mut InputUse = totals.uses.entry(origin.input).or_default();
        uses.count(Disposition::NotRelevant(NotRelevant::NotInEstate));
    }
}

/// Counts each waiver as a record of its file: used, or not relevant because it expired or is for nothing.
fn count_waivers(waivers: &Waivers, totals: &Totals, accounts: &mut [Account]) {
    for (id, record) in waivers.iter() {
        let findings = totals.by_waiver.get(&id).copied().unwrap_or_default();
        let disposition = match waivers.state(id, findings) {
            WaiverState::Used => Disposition::Used,
            WaiverState::Unused => Disposition::NotRelevant(NotRelevant::WaiverUnused),
            WaiverState::Expired => Disposition::NotRelevant(NotRelevant::WaiverExpired),
        };
        if let Some(account) = accounts.get_mut(record.origin.input.0 as usize) {
            account.count(disposition);
        }
    }
}

fn write_certificates(
    certificates: Certificates<'_>,
    options: &Options,
    package: &mut Package,
) -> Result<(), Error> {
    let mut file = package.file("certificates.jsonl")?;
    for (id, _) in certificates.store.iter() {
        if let Some(row) = report::certificate_row(id, certificates, options) {
            let mut line = Vec::new();
            report::push_line(&row, &mut line)?;
            file.push(&line, 1)?;
        }
    }
    package.finish(file, true)
}

/// What is known once the rows are written.
struct RowsWritten {
    totals: Totals,
    seal: Seal,
    not_in_estate: usize,
}

/// Writes what is known only at the end: quarantine, summary and manifest.
fn write_package(
    config: &Config,
    accounts: Vec<Account>,
    directories: Vec<DirectoryEntry>,
    rows: RowsWritten,
    context: Context<'_>,
    mut package: Package,
) -> Result<Finished, Error> {
    let RowsWritten { totals, seal, not_in_estate } = rows;
    for account in &accounts {
        let (read, accounted) = (account.read, account.uses.records());
        if read != accounted {
            return Err(Error::Unaccounted { input: account.name.clone(), read, accounted });
        }
    }
    let mut all = InputUse::default();
    accounts.iter().for_each(|account| all.add(&account.uses));
    let counts = Counts {
        meters: totals.all.meters(),
        not_in_estate: u64::try_from(not_in_estate).unwrap_or(u64::MAX),
        records: record_counts(&all),
        verdicts: report::verdict_counts(&totals.all),
    };
    // An estate without meters, or a file that nothing recognises, is a failed export rather than a share of anything.
    let incomplete = counts.meters == 0
        || accounts.iter().any(|account| account.unrecognised)
        || exceeds(counts.verdicts.not_known, counts.meters, config.allowed_share)
        || exceeds(counts.records.quarantined, counts.records.total, config.allowed_share);

    let mut records: BTreeMap<String, u64> = BTreeMap::from([
        ("used".to_owned(), all.used),
        ("superseded".to_owned(), all.superseded),
        ("duplicate".to_owned(), all.duplicate),
        ("quarantined".to_owned(), all.quarantined),
        ("not-relevant".to_owned(), all.not_relevant_total()),
    ]);
    let reason = |why: &NotRelevant| format!("not-relevant/{}", why.name());
    records.extend(all.not_relevant.iter().map(|(why, count)| (reason(why), *count)));
    let digests = InputDigests::new(accounts.iter().map(|account| account.sha256));
    let summary = report::summary(&totals, counts, records, context, directories, &digests);
    package.write("summary.json", &canonical(&summary)?)?;

    let entries: Vec<InputEntry> = accounts.iter().map(Account::entry).collect();
    let configuration = canonical(&configuration(config, &accounts))?;
    let configuration_sha256 = digest(&configuration).to_string();
    package.write("configuration.json", &configuration)?;
    let mut quarantine = package.file("quarantine.jsonl")?;
    for account in accounts {
        let sha256 = account.sha256.to_string();
        account
            .quarantine
            .drain(|line| quarantine.push(format!("{}\n", report::set_input(line, &sha256)).as_bytes(), 1))?;
    }
    package.finish(quarantine, true)?;

    let manifest = Manifest {
        as_of: config.as_of.to_string(),
        configuration_sha256,
        counts,
        files: package.files.clone(),
        format: report::FORMAT.into(),
        format_version: report::FORMAT_VERSION,
        inputs: entries.clone(),
        rule_set: RuleSet {
            sha256: report::rule_set_digest(config.options.rule_set)?.to_string(),
            version: config.options.rule_set.number(),
        },
        seal,
        tool: Tool { name: "dnoaudit".into(), version: env!("CARGO_PKG_VERSION").into() },
    };
    let manifest_sha256 = package.complete(&manifest, config.sealing.signer.as_ref())?;
    let rule_set = config.options.rule_set.number();
    Ok(Finished { summary, inputs: entries, rule_set, manifest_sha256, warnings: Vec::new(), incomplete })
}

#[expect(clippy::cast_precision_loss, reason = "a share is compared, and counts stay far below 2^53")]
fn exceeds(part: u64, whole: u64, allowed: f64) -> bool {
    part > 0 && part as f64 > allowed * whole as f64
}

/// The configuration as far as it can change a result. Inputs stand in it by digest, so that neither their places nor
/// their order do.
fn configuration(config: &Config, accounts: &[Account]) -> Configuration {
    // An input that is told by its content can have several roles; only these have something to set.
    let with = |roles: &'static [Role]| accounts.iter().filter(move |account| roles.contains(&account.role));
    let tables = || with(&TABLES);
    let columns = tables().filter(|account| !account.spec.table.columns.0.is_empty());
    // One file may be read in several roles, each with a sheet of its own.
    let differs = |account: &&Account| {
        tables().any(|other| other.sha256 == account.sha256 && other.spec.table != account.spec.table)
    };
    let torn: BTreeSet<Sha256Digest> = tables().filter(differs).map(|account| account.sha256).collect();
    let key = |account: &Account| match torn.contains(&account.sha256) {
        true => account.role.setting_of(&account.sha256.to_string()),
        false => account.sha256.to_string(),
    };
    Configuration {
        accepted_policies: config.options.profile.accepted_policies().map(str::to_owned).collect(),
        as_of: config.as_of.to_string(),
        columns: columns.map(|account| (key(account), account.spec.table.columns.0.clone())).collect(),
        expiring_within_days: config.options.expiring_within_days,
        observed_at: with(&[Role::Records])
            .filter_map(|account| Some((account.sha256.to_string(), account.spec.observed_at?.to_string())))
            .collect(),
        sheets: tables()
            .filter_map(|account| Some((key(account), account.spec.table.sheet.clone()?)))
            .collect(),
        stale_after_days: config.options.stale_after_days,
        zoneless_times: match config.zoneless {
            ZonelessTimes::Refuse => "refuse".into(),
            ZonelessTimes::Utc => "utc".into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_part_exceeds_a_share_of_nothing() {
        assert!(exceeds(1, 1_000_000, 0.0));
        assert!(!exceeds(0, 0, 0.0));
        assert!(!exceeds(1, 100, 0.01));
        assert!(exceeds(2, 100, 0.01));
    }
}
