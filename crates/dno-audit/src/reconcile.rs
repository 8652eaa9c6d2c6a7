//! Holds a party's own view of its meters against a report that it received.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use audit::Directory;
use intake::{Record, Source, TableOptions};
use report::basis::why;
use report::diff::{Rows, pairs};
use report::model::v1::DeviceRow;
use report::reconcile::{Disagreement, Outcome, OwnList, Parties, ReconcileTotals, View, compare_rows};
use serde::Serialize;
use types::{AsOf, Eui64, InputId, Interner, OwnRow, ZonelessTimes};

use crate::diff::{PlacedRows, ReportIdentity, basis};
use crate::directory::shipped;
use crate::error::Error;
use crate::inputs::open_input;
use crate::progress::Progress;
use crate::reader::{PackageReader, as_of};
use crate::verify::verified;

mod parties;

use parties::{OwnSide, parties};

/// What is to be known of a reconciliation beside the two views.
#[non_exhaustive]
#[derive(Clone, Debug, Default)]
pub struct ReconcileOptions {
    /// The party whose meters are meant, by any of its names. Without it every meter of the report that was received is.
    pub dno: Option<String>,
    /// What times without a zone in a list mean.
    pub zoneless: ZonelessTimes,
}

/// A party's own view.
#[expect(clippy::exhaustive_enums, reason = "a list or a report, and who reads one has to tell")]
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OwnIdentity {
    /// A list: a table.
    List {
        /// Rows that were read, used or not.
        rows: u64,
        /// SHA-256 of the file.
        sha256: String,
    },
    /// A report package.
    Report(ReportIdentity),
}

/// What came out of a reconciliation.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Reconciled {
    /// The party whose meters were meant, if one was named.
    pub dno: Option<String>,
    /// The party's own view.
    pub own: OwnIdentity,
    /// The report that was received.
    pub received: ReportIdentity,
    /// The counts.
    pub totals: ReconcileTotals,
}

/// Receives meters on which the views do not agree, and rows that can't be used.
pub(crate) type Found<'f> = &'f mut dyn FnMut(&Disagreement) -> Result<(), Error>;

/// Compares `own` – a list, or a report package – with the report package `received`, and hands on every meter on which they
/// do not agree. Reports are verified first.
///
/// # Errors
///
/// A report does not verify, a list can't be read as a whole, neither side has meters of the party that is meant, or the
/// receiver fails.
pub fn reconcile(
    received: &Path,
    own: &Path,
    options: &ReconcileOptions,
    progress: &Progress<'_>,
    found: Found<'_>,
) -> Result<Reconciled, Error> {
    let received = verified(received, progress)?;
    // The names by which parties go change seldom, and which one a list means must not depend on who reads it.
    let directory = Directory::new(Some(&shipped()?), &[], AsOf(as_of(&received)?))?;
    let mut totals = ReconcileTotals::new();
    let own = match own.is_dir() {
        true => reports(&received, own, options, &directory, progress, &mut totals, found)?,
        false => list(&received, own, options, &directory, progress, &mut totals, found)?,
    };
    Ok(Reconciled { dno: options.dno.clone(), own, received: ReportIdentity::of(&received), totals })
}

/// Whether a row is about a meter of the party that is meant.
fn is_meant(party: Option<&str>, parties: &Parties<'_>, row: &DeviceRow<'_>) -> bool {
    party.is_none_or(|party| parties.is_same(Some(party), row.dno.as_deref()))
}

fn reports(
    received: &PackageReader,
    own: &Path,
    options: &ReconcileOptions,
    directory: &Directory,
    progress: &Progress<'_>,
    totals: &mut ReconcileTotals,
    found: Found<'_>,
) -> Result<OwnIdentity, Error> {
    let own = verified(own, progress)?;
    let (own_basis, received_basis) = (basis(&own)?, basis(received)?);
    let party = options.dno.as_deref();
    let parties = parties(received, OwnSide::Report(&own), party, directory)?;
    let silent = Progress::silent();
    let (mut own_rows, mut received_rows) =
        (PlacedRows::open(&own, &silent)?, PlacedRows::open(received, progress)?);
    pairs(&mut own_rows, &mut received_rows, &mut |own, received| {
        if ![own, received].into_iter().flatten().any(|row| is_meant(party, &parties, row)) {
            return Ok(());
        }
        let why = |own: &DeviceRow<'_>, received: &DeviceRow<'_>| {
            why((own, &own_basis), (received, &received_basis))
        };
        match compare_rows(own, received, &parties, why) {
            Some(disagreement) => {
                totals.disagree(&disagreement);
                found(&disagreement)
            }
            None => {
                totals.agree();
                Ok(())
            }
        }
    })?;
    Ok(OwnIdentity::Report(ReportIdentity::of(&own)))
}

/// A party's own list, in the order of devices.
struct LoadedList {
    rows: Vec<OwnRow>,
    /// Rows that can't be used.
    refused: Vec<Disagreement>,
    names: Interner,
    sha256: String,
}

fn load(path: &Path, zoneless: ZonelessTimes) -> Result<LoadedList, Error> {
    let mut source = Source::new(path.display().to_string(), InputId(0), open_input(path)?);
    let (mut rows, mut names, mut refused) = (Vec::new(), Interner::new(), Vec::new());
    let mut reject = |record: &Record<'_>| {
        if let Err(reject) = &record.outcome {
            let device_id = record.device.map_or_else(String::new, |device| device.to_string());
            let mut row = Disagreement::of_row(device_id, record.origin.line, Outcome::Refused);
            row.note = Some(format!("{}: {reject}", reject.id()));
            refused.push(row);
        }
    };
    intake::read_own_list(
        &mut source,
        &TableOptions::default(),
        zoneless,
        &mut names,
        &mut rows,
        &mut reject,
    )?;
    let (_, sha256) = source.finish()?;
    rows.sort_by_key(|row| (row.device, row.origin));
    Ok(LoadedList { rows, refused, names, sha256: sha256.to_string() })
}

fn list(
    received: &PackageReader,
    path: &Path,
    options: &ReconcileOptions,
    directory: &Directory,
    progress: &Progress<'_>,
    totals: &mut ReconcileTotals,
    found: Found<'_>,
) -> Result<OwnIdentity, Error> {
    let LoadedList { rows, refused, names, sha256 } = load(path, options.zoneless)?;
    let read = u64::try_from(rows.len() + refused.len()).unwrap_or(u64::MAX);
    let party = options.dno.as_deref();
    let parties = parties(received, OwnSide::List(&rows, &names), party, directory)?;
    // The list speaks of these meters, and nothing it says of them can be used.
    let mut set_aside: BTreeSet<Eui64> = BTreeSet::new();
    for refused in &refused {
        totals.disagree(refused);
        set_aside.extend(refused.device_id.parse::<Eui64>());
        found(refused)?;
    }
    progress.say(|| format!("{} rows of the own list", rows.len()));
    let list = OwnList { names: &names, party, parties: &parties };

    let mut known: BTreeMap<Eui64, (&OwnRow, bool)> = BTreeMap::new();
    for of_device in rows.chunk_by(|one, other| one.device == other.device) {
        let Some((first, more)) = of_device.split_first() else { continue };
        if more.iter().all(|row| row.says_the_same(first)) {
            totals.repeated += u64::try_from(more.len()).unwrap_or(u64::MAX);
            known.insert(first.device, (first, false));
            continue;
        }
        set_aside.insert(first.device);
        let lines: Vec<String> = of_device.iter().map(|row| row.origin.line.to_string()).collect();
        let disagreement = of_own(
            first,
            Outcome::OwnContradictsItself,
            Some(format!("lines {} say different things", lines.join(", "))),
            &names,
        );
        totals.disagree(&disagreement);
        found(&disagreement)?;
    }

    let mut received_rows = PlacedRows::open(received, progress)?;
    while let Some((_, row)) = received_rows.next()? {
        let device: Option<Eui64> = row.device_id.as_str().parse().ok();
        let own = device.and_then(|device| known.get_mut(&device));
        let disagreement = match own {
            Some((own, seen)) => {
                *seen = true;
                list.compare(own, &row)
            }
            None if device.is_some_and(|device| set_aside.contains(&device)) => continue,
            None if is_meant(party, &parties, &row) => {
                compare_rows(None, Some(&row), &parties, |_, _| report::basis::Why::default())
            }
            None => continue,
        };
        match disagreement {
            Some(disagreement) => {
                totals.disagree(&disagreement);
                found(&disagreement)?;
            }
            None => totals.agree(),
        }
    }

    // A device that the estate of the report does not list may still have said something.
    let mut with_records: BTreeMap<Eui64, u64> = BTreeMap::new();
    let strangers = if received.is_slice() { None } else { Some(received.not_in_estate()?) };
    for row in strangers.into_iter().flatten() {
        let row = row?;
        if let Ok(device) = row.device_id.parse()
            && known.get(&device).is_some_and(|(_, seen)| !seen)
        {
            with_records.insert(device, row.records);
        }
    }
    for (device, (own, _)) in known.iter().filter(|(_, (_, seen))| !seen) {
        let note = with_records.get(device).map(|records| {
            format!("the report has {records} records of it, and its estate does not list it")
        });
        let disagreement = of_own(own, Outcome::UnknownToReceived, note, &names);
        totals.disagree(&disagreement);
        found(&disagreement)?;
    }
    Ok(OwnIdentity::List { rows: read, sha256 })
}

/// A row of the own list for which there is nothing to compare it with.
fn of_own(own: &OwnRow, outcome: Outcome, note: Option<String>, names: &Interner) -> Disagreement {
    let mut found = Disagreement::of_row(own.device.to_string(), own.origin.line, outcome);
    found.mpan = own.mpan.mpan().map(|mpan| mpan.to_string());
    found.note = note;
    found.own = Some(View::of_own(own, names));
    found
}
