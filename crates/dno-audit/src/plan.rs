//! Writes a remedy plan: what each party has to do with which meter, in which order and with which certificates, and what
//! became of an earlier plan.
//!
//! Rows go through once for each stage, and items of an earlier plan are looked up so many at a time, so that memory does
//! not grow with the number of meters.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use report::model::v1::{CertificateRow, DeviceRow, RemedyRow};
use report::{canonical, digest, push_line, table_line};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;
pub use views::plan::{Audience, Status};
use views::plan::{
    CERTIFICATES_HEADER, Choice, Credentials, INDEX_HEADER, Item, PLAN_HEADER, PROGRESS_HEADER, Position,
    Stage, Step, file_stem, judge, plan_fields, progress_fields, request, steps,
};

use crate::error::Error;
use crate::place::{beside, check_apart, parent_of};
use crate::progress::Progress;
use crate::reader::{PackageReader, PackageRows, file_sha256, read_small};
use crate::verify::verified;

/// What a plan is made for.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct PlanOptions {
    /// Whose plan it is.
    pub audience: Audience,
    /// One party alone, by its name.
    pub party: Option<String>,
    /// Meters of a batch; 0 is taken for 1.
    pub batch: u64,
    /// Whether to write request templates.
    pub requests: bool,
    /// An earlier plan to give an account of.
    pub previous: Option<PathBuf>,
}

impl PlanOptions {
    /// All parties that must act, in batches of 500 meters, without requests.
    #[must_use]
    pub const fn new(audience: Audience) -> Self {
        Self { audience, party: None, batch: 500, requests: false, previous: None }
    }
}

/// What was planned.
#[non_exhaustive]
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Planned {
    /// Meters of each party in the plan, by its name and function.
    pub parties: Vec<PlannedParty>,
    /// Meters with a remedy that is for parties outside the plan.
    pub elsewhere: u64,
    /// What became of the items of the earlier plan, by status; `None` if none was given.
    pub progress: Option<BTreeMap<&'static str, u64>>,
}

/// What a party has to do.
#[non_exhaustive]
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct PlannedParty {
    /// Its name; `not known` if the report does not tell.
    pub who: String,
    /// The file of its plan.
    pub file: String,
    /// Meters to act on.
    pub meters: u64,
    /// Steps of each task.
    pub steps: BTreeMap<&'static str, u64>,
}

/// The format that `plan.json` names.
const FORMAT: &str = "dno-audit plan";
const PLAN: &str = "plan.json";
const ITEMS: &str = "items.jsonl";

/// Items of an earlier plan that are looked up in one passage through the rows.
const ITEMS_AT_ONCE: usize = 200_000;

/// Octets of a file that wait in memory.
const BUFFER: usize = 1 << 16;

/// `plan.json`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
struct PlanDocument {
    as_of: String,
    batch: u64,
    r#for: String,
    format: String,
    format_version: u32,
    items_sha256: String,
    manifest_sha256: String,
    party: Option<String>,
    previous_items_sha256: Option<String>,
}

/// A party by its name.
const fn name_of(who: Option<&str>) -> &str {
    match who {
        Some(who) => who,
        None => "not known",
    }
}

/// Writes the plan of a package or a slice to the folder `out`.
///
/// # Errors
///
/// The package can't be read or does not verify, no party of that name has to act, the earlier plan is none, or `out` is taken,
/// touches the package or can't be written. Nothing stands at `out` then that did not before.
pub fn plan(
    folder: &Path,
    options: &PlanOptions,
    out: &Path,
    progress: &Progress<'_>,
) -> Result<Planned, Error> {
    check_apart(out, folder)?;
    if let Some(previous) = &options.previous {
        check_apart(out, previous)?;
    }
    let folder_of_plan = Folder::create(out)?;
    let package = verified(folder, progress)?;
    let mut planner = Planner {
        package: &package,
        options,
        folder: folder_of_plan.temporary.path().to_path_buf(),
        parties: BTreeMap::new(),
        credentials: Credentials::new(!package.is_slice()),
        choices: None,
        planned: Planned::default(),
        progress,
    };
    planner.survey()?;
    let items = planner.write()?;
    planner.account(items)?;
    let planned = planner.planned;
    progress.go_on()?;
    folder_of_plan.publish()?;
    Ok(planned)
}

/// A folder that is written beside its place.
struct Folder {
    temporary: TempDir,
    place: PathBuf,
}

impl Folder {
    fn create(place: &Path) -> Result<Self, Error> {
        free(place)?;
        let parent = parent_of(place);
        fs::create_dir_all(parent).map_err(Error::at(parent))?;
        let temporary = beside(0o755).tempdir_in(parent).map_err(Error::at(parent))?;
        Ok(Self { temporary, place: place.to_path_buf() })
    }

    fn publish(self) -> Result<(), Error> {
        free(&self.place)?;
        if self.place.is_dir() {
            fs::remove_dir(&self.place).map_err(Error::at(&self.place))?;
        }
        fs::rename(self.temporary.path(), &self.place).map_err(Error::at(&self.place))?;
        // It is no longer where it would be removed.
        let _ = self.temporary.keep();
        Ok(())
    }
}

/// Whether nothing, or an empty folder, stands at a place: a plan may have been worked on, and is never replaced.
fn free(place: &Path) -> Result<(), Error> {
    let taken = |found| Err(Error::Occupied { path: place.to_path_buf(), found });
    match fs::symlink_metadata(place) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Error::at(place)(error)),
        Ok(metadata) if !metadata.is_dir() => taken("exists and is no folder"),
        Ok(_) if fs::read_dir(place).map_err(Error::at(place))?.next().is_some() => {
            taken("exists and is not empty; a plan is never replaced")
        }
        Ok(_) => Ok(()),
    }
}

/// What is written to the plan of a party.
struct Party {
    planned: PlannedParty,
    stem: String,
    lines: Vec<u8>,
    /// Steps so far in the stage.
    order: u64,
}

/// An item of an earlier plan, what became of it, its line in the account, and whether it is planned again.
type Judged = (Item, Status, [String; PROGRESS_HEADER.len()], bool);

/// Who must act, by function and name.
type Owner = (String, Option<String>);

fn owner_of(remedy: &RemedyRow<'_>) -> Owner {
    (remedy.party.to_string(), remedy.who.as_ref().map(ToString::to_string))
}

struct Planner<'p> {
    package: &'p PackageReader,
    options: &'p PlanOptions,
    folder: PathBuf,
    /// Those in the plan.
    parties: BTreeMap<Option<String>, Party>,
    credentials: Credentials,
    /// What to place in the cells of the meters of the operator whose rows go through.
    choices: Option<(Option<String>, [Choice; 2])>,
    planned: Planned,
    progress: &'p Progress<'p>,
}

impl Planner<'_> {
    /// Finds out who must act and whose the certificates are, and writes the index and the list of certificates.
    fn survey(&mut self) -> Result<(), Error> {
        let mut owners: BTreeMap<Owner, u64> = BTreeMap::new();
        let mut operators = BTreeSet::new();
        for row in self.package.devices()? {
            self.progress.go_on()?;
            let row = row?;
            self.credentials.see(&row);
            let Some(remedy) = &row.remedy else { continue };
            let owner = owner_of(remedy);
            if self.is_planned(&owner)
                && let Some(dno) = row.dno.as_deref()
                && !operators.contains(dno)
            {
                operators.insert(dno.to_owned());
            }
            *owners.entry(owner).or_default() += 1;
        }
        if !self.package.is_slice() {
            for certificate in self.package.certificates()? {
                let certificate: CertificateRow = certificate?;
                self.credentials.add(certificate);
            }
        }
        let mut taken = BTreeSet::new();
        for (owner, meters) in &owners {
            if !self.is_planned(owner) {
                self.planned.elsewhere += meters;
                continue;
            }
            let (_, who) = owner;
            let party = self.parties.entry(who.clone()).or_insert_with(|| {
                let name = name_of(who.as_deref());
                let stem = file_stem(name, &mut taken);
                let planned = PlannedParty {
                    who: name.to_owned(),
                    file: format!("{stem}.csv"),
                    ..PlannedParty::default()
                };
                Party { planned, stem, lines: Vec::new(), order: 0 }
            });
            party.planned.meters += meters;
        }
        if let Some(party) = &self.options.party
            && self.parties.is_empty()
        {
            let audience = self.options.audience;
            let names = owners.keys().filter(|(function, _)| audience.plans(function));
            let names: BTreeSet<&str> = names.map(|(_, who)| name_of(who.as_deref())).collect();
            let near = types::nearest(party, names.iter().copied()).map(str::to_owned);
            let known = names.into_iter().take(40).collect::<Vec<_>>().join(", ");
            return Err(Error::NoSuchParty { tree: audience.name(), party: party.clone(), near, known });
        }
        let mut index = self.table("index.csv", &INDEX_HEADER)?;
        for (owner, meters) in &owners {
            let (function, who) = owner;
            let file = self.parties.get(who).filter(|_| self.is_planned(owner));
            let file = file.map_or("", |party| party.planned.file.as_str());
            let who = name_of(who.as_deref());
            index.line([function.as_str(), who, &meters.to_string(), file])?;
        }
        index.finish()?;
        let mut certificates = self.table("certificates.csv", &CERTIFICATES_HEADER)?;
        for dno in &operators {
            for line in self.credentials.lines(dno) {
                certificates.line(line.iter().map(String::as_str))?;
            }
        }
        certificates.finish()
    }

    fn is_planned(&self, (function, who): &Owner) -> bool {
        let chosen = self.options.party.as_ref();
        self.options.audience.plans(function) && chosen.is_none_or(|party| party == name_of(who.as_deref()))
    }

    /// Writes the plans of the parties, and gives the items that are being remembered.
    fn write(&mut self) -> Result<Output, Error> {
        let mut items = Output::create(self.folder.join(ITEMS))?;
        let header = table_line(PLAN_HEADER).map_err(Error::at(&self.folder))?;
        for party in self.parties.values_mut() {
            party.lines.extend_from_slice(&header);
        }
        for stage in Stage::ALL {
            for party in self.parties.values_mut() {
                party.order = 0;
            }
            let mut rows = self.package.devices()?;
            while let Some(row) = rows.next() {
                let row = row?;
                let Some(remedy) = &row.remedy else { continue };
                let owner = owner_of(remedy);
                if !self.is_planned(&owner) {
                    continue;
                }
                for step in steps(&row).iter().filter(|step| step.stage == stage) {
                    self.step(&row, step, &owner.1)?;
                    items.json(&Item::of(&row, step))?;
                }
                if rows.line().is_multiple_of(1 << 14) {
                    self.progress.say(|| format!("stage {}: {} meters", stage.number(), rows.line()));
                    self.progress.go_on()?;
                }
            }
        }
        for party in self.parties.values_mut() {
            flush(&self.folder, party)?;
            self.planned.parties.push(party.planned.clone());
        }
        Ok(items)
    }

    fn step(&mut self, row: &DeviceRow<'_>, step: &Step, who: &Option<String>) -> Result<(), Error> {
        let Some(party) = self.parties.get_mut(who) else { return Ok(()) };
        party.order += 1;
        let batch = (party.order - 1) / self.options.batch.max(1) + 1;
        let position = Position { batch, order: party.order };
        *party.planned.steps.entry(step.stage.task()).or_default() += 1;
        let dno = row.dno.as_deref();
        // The rows of one operator follow each other.
        let (_, choices) = match self.choices.take().filter(|(of, _)| of.as_deref() == dno) {
            Some(same) => self.choices.insert(same),
            None => self.choices.insert((dno.map(str::to_owned), self.credentials.choices(dno))),
        };
        let fields = plan_fields(row, step, position, choices);
        let line = table_line(fields.iter().map(String::as_str)).map_err(Error::at(&self.folder))?;
        party.lines.extend_from_slice(&line);
        if party.lines.len() >= BUFFER {
            flush(&self.folder, party)?;
        }
        if !self.options.requests {
            return Ok(());
        }
        let device = row.device_id.as_str();
        // The folder and the file are named by it, so it has to be what reports write.
        if device.parse::<types::Eui64>().is_err() {
            let message = format!("{device:?} is no device identifier");
            let source = report::ReadError::Form { line: 0, message };
            return Err(Error::Report { path: self.package.folder().join("devices.jsonl"), source });
        }
        let Some(text) = request(step.stage, device, choices) else { return Ok(()) };
        let folder = self.folder.join("requests").join(&party.stem).join(format!(
            "{}-{}-{batch:05}",
            step.stage.number(),
            step.stage.task()
        ));
        fs::create_dir_all(&folder).map_err(Error::at(&folder))?;
        let path = folder.join(format!("{device}.xml"));
        fs::write(&path, text).map_err(Error::at(&path))
    }

    /// Gives the account of the earlier plan, and writes what stands for the whole.
    fn account(&mut self, mut items: Output) -> Result<(), Error> {
        let mut previous_items_sha256 = None;
        if let Some(previous) = &self.options.previous {
            let document: PlanDocument = report::read::document(&read_small(&previous.join(PLAN))?)
                .map_err(|source| Error::Report { path: previous.join(PLAN), source })?;
            let path = previous.join(ITEMS);
            if document.format != FORMAT || document.format_version != 1 {
                let found = format!("format {:?} {}", document.format, document.format_version);
                return Err(Error::Report {
                    path: previous.join(PLAN),
                    source: report::ReadError::Form {
                        line: 0,
                        message: format!("{found}, expected {FORMAT:?} 1"),
                    },
                });
            }
            let digest = file_sha256(&path)?;
            if digest != document.items_sha256 {
                let message = format!("SHA-256 {digest}, expected {} of {PLAN}", document.items_sha256);
                return Err(Error::Report { path, source: report::ReadError::Form { line: 0, message } });
            }
            let mut counts: BTreeMap<&'static str, u64> =
                Status::ALL.iter().map(|status| (status.name(), 0)).collect();
            let mut table = self.table("progress.csv", &PROGRESS_HEADER)?;
            let mut rows = PackageRows::<Item>::open(path.clone())?;
            loop {
                let some: Vec<Item> = rows.by_ref().take(ITEMS_AT_ONCE).collect::<Result<_, _>>()?;
                if some.is_empty() {
                    break;
                }
                for (item, status, fields, again) in self.judged(some)? {
                    *counts.entry(status.name()).or_default() += 1;
                    table.line(fields.iter().map(String::as_str))?;
                    // What this plan does not plan again is remembered for the next.
                    if status.is_settled() {
                        items.json(&Item { settled: Some(status.name().into()), ..item })?;
                    } else if !again {
                        items.json(&item)?;
                    }
                }
            }
            table.finish()?;
            previous_items_sha256 = Some(digest);
            self.planned.progress = Some(counts);
        }
        items.finish()?;
        let manifest = self.package.manifest();
        let document = PlanDocument {
            as_of: manifest.as_of.clone(),
            batch: self.options.batch.max(1),
            r#for: self.options.audience.name().to_owned(),
            format: FORMAT.to_owned(),
            format_version: 1,
            items_sha256: file_sha256(&self.folder.join(ITEMS))?,
            manifest_sha256: digest(self.package.manifest_octets()).to_string(),
            party: self.options.party.clone(),
            previous_items_sha256,
        };
        let path = self.folder.join(PLAN);
        fs::write(&path, canonical(&document)?).map_err(Error::at(&path))
    }

    /// Judges some items in one passage through the rows; they keep their order.
    fn judged(&self, items: Vec<Item>) -> Result<Vec<Judged>, Error> {
        let mut places: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (place, item) in items.iter().enumerate() {
            places.entry(item.device_id.as_str().to_owned()).or_default().push(place);
        }
        let mut found: BTreeMap<usize, (Status, [String; PROGRESS_HEADER.len()], bool)> = BTreeMap::new();
        for row in self.package.devices()? {
            self.progress.go_on()?;
            let row = row?;
            for place in places.get(row.device_id.as_str()).into_iter().flatten() {
                let Some(item) = items.get(*place) else { continue };
                let status = judge(item, Some(&row));
                let again = self.plans(&row, &item.task);
                found.insert(*place, (status, progress_fields(item, Some(&row), status), again));
            }
        }
        let judged = items.into_iter().enumerate().map(|(place, item)| match found.remove(&place) {
            Some((status, fields, again)) => (item, status, fields, again),
            None => {
                let status = judge(&item, None);
                let fields = progress_fields(&item, None, status);
                (item, status, fields, false)
            }
        });
        Ok(judged.collect())
    }

    /// Whether this plan has a step of a task for the meter of a row.
    fn plans(&self, row: &DeviceRow<'_>, task: &str) -> bool {
        row.remedy.as_ref().is_some_and(|remedy| self.is_planned(&owner_of(remedy)))
            && steps(row).iter().any(|step| step.stage.task() == task)
    }

    fn table(&self, name: &str, header: &[&str]) -> Result<Output, Error> {
        let mut table = Output::create(self.folder.join(name))?;
        table.line(header.iter().copied())?;
        Ok(table)
    }
}

/// Adds what waits to the file of a party, which is open only for so long: there may be more parties than open files.
fn flush(folder: &Path, party: &mut Party) -> Result<(), Error> {
    let path = folder.join(&party.planned.file);
    let file = OpenOptions::new().create(true).append(true).open(&path);
    file.and_then(|mut file| file.write_all(&party.lines)).map_err(Error::at(&path))?;
    party.lines.clear();
    Ok(())
}

/// A file of the plan that is being written.
struct Output {
    path: PathBuf,
    out: BufWriter<File>,
    buffer: Vec<u8>,
}

impl Output {
    fn create(path: PathBuf) -> Result<Self, Error> {
        let file = File::create(&path).map_err(Error::at(&path))?;
        Ok(Self { path, out: BufWriter::with_capacity(BUFFER, file), buffer: Vec::new() })
    }

    fn line<'f>(&mut self, fields: impl IntoIterator<Item = &'f str>) -> Result<(), Error> {
        let line = table_line(fields).map_err(Error::at(&self.path))?;
        self.out.write_all(&line).map_err(Error::at(&self.path))
    }

    fn json(&mut self, item: &Item) -> Result<(), Error> {
        self.buffer.clear();
        push_line(item, &mut self.buffer)?;
        self.out.write_all(&self.buffer).map_err(Error::at(&self.path))
    }

    fn finish(mut self) -> Result<(), Error> {
        self.out.flush().map_err(Error::at(&self.path))
    }
}
