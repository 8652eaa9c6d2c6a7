//! Compares two report packages.

use std::collections::BTreeSet;
use std::io::{BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use report::basis::{Basis, Cause};
use report::diff::{Difference, Rows, Totals, diff as diff_rows};
use report::model::v1::{CertificateRow, DeviceRow};
use report::read::Lines;
use report::seal::Tree;
use report::{ReadError, digest};
use serde::Serialize;
use types::Eui64;

use crate::error::Error;
use crate::progress::Progress;
use crate::reader::{DeviceRows, PackageReader, open};
use crate::verify::verified;

/// A report, for those who read about two.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct ReportIdentity {
    /// The instant of the audit.
    pub as_of: String,
    /// SHA-256 of the manifest.
    pub manifest_sha256: String,
    /// Meters.
    pub meters: u64,
    /// Version of the rule set.
    pub rule_set: u32,
    /// Version of the program.
    pub tool_version: String,
}

impl ReportIdentity {
    pub(crate) fn of(package: &PackageReader) -> Self {
        let manifest = package.manifest();
        Self {
            as_of: manifest.as_of.clone(),
            manifest_sha256: digest(package.manifest_octets()).to_string(),
            meters: manifest.counts.meters,
            rule_set: manifest.rule_set.version,
            tool_version: manifest.tool.version.to_string(),
        }
    }
}

/// Two reports that are being compared.
#[derive(Debug)]
pub struct Comparison {
    /// The older one.
    pub old: ReportIdentity,
    /// The newer one.
    pub new: ReportIdentity,
    /// The parts in which they differ as a whole.
    pub differ_in: BTreeSet<Cause>,
    packages: [PackageReader; 2],
    bases: [Basis; 2],
}

impl Comparison {
    /// Opens two packages and verifies both.
    ///
    /// # Errors
    ///
    /// One of them can't be read or does not verify.
    pub fn open(old: &Path, new: &Path, progress: &Progress<'_>) -> Result<Self, Error> {
        Self::of([verified(old, progress)?, verified(new, progress)?])
    }

    /// Two packages that are verified.
    pub(crate) fn of(packages: [PackageReader; 2]) -> Result<Self, Error> {
        let [old, new] = &packages;
        let bases = [basis(old)?, basis(new)?];
        let [old_basis, new_basis] = &bases;
        Ok(Self {
            old: ReportIdentity::of(old),
            new: ReportIdentity::of(new),
            differ_in: old_basis.differs_from(new_basis),
            packages,
            bases,
        })
    }

    /// Hands on every meter of which the two say different things.
    ///
    /// # Errors
    ///
    /// A row can't be read or has another form, or the receiver fails.
    pub fn run(
        &self,
        progress: &Progress<'_>,
        found: &mut dyn FnMut(&Difference) -> Result<(), Error>,
    ) -> Result<Totals, Error> {
        let [old, new] = &self.packages;
        let [old_basis, new_basis] = &self.bases;
        let silent = Progress::silent();
        let (mut old, mut new) = (PlacedRows::open(old, progress)?, PlacedRows::open(new, &silent)?);
        diff_rows(&mut old, &mut new, [old_basis, new_basis], found)
    }
}

/// What the report of a package rests on.
pub(crate) fn basis(package: &PackageReader) -> Result<Basis, Error> {
    if let Some(slice) = package.slice()? {
        let whole = Basis::new(package.manifest(), Some(&package.rules()?), None, None);
        return Ok(match Tree::of_name(&slice.tree) {
            Some(tree) => whole.of_slice(tree, slice.leaf.party),
            None => whole,
        });
    }
    // Those of devices may be as many as there are meters, and stand in no cell of an operator.
    let of_organisation =
        |row: &Result<CertificateRow, Error>| row.as_ref().map_or(true, |row| row.kind == "organisation");
    let rules = package.rules()?;
    let certificates = package.certificates()?.filter(of_organisation).collect::<Result<Vec<_>, _>>()?;
    Ok(Basis::new(package.manifest(), Some(&rules), Some(package.configuration()?), Some(certificates)))
}

/// The rows of `devices.jsonl` and where each begins.
pub(crate) struct PlacedRows<'p> {
    path: PathBuf,
    rows: DeviceRows,
    next: u64,
    again: BufReader<std::fs::File>,
    progress: &'p Progress<'p>,
}

impl<'p> PlacedRows<'p> {
    pub(crate) fn open(package: &PackageReader, progress: &'p Progress<'p>) -> Result<Self, Error> {
        let path = package.folder().join("devices.jsonl");
        let again = BufReader::new(open(&path)?);
        Ok(Self { rows: package.devices()?, path, next: 0, again, progress })
    }

    fn form(&self, message: String) -> Error {
        let source = ReadError::Form { line: self.rows.line(), message };
        Error::Report { path: self.path.clone(), source }
    }
}

impl Rows for PlacedRows<'_> {
    type Error = Error;

    fn next(&mut self) -> Result<Option<(u64, DeviceRow<'static>)>, Error> {
        let Some(row) = self.rows.next().transpose()? else { return Ok(None) };
        let place = self.next;
        self.next += u64::try_from(self.rows.octets().len()).unwrap_or(0) + 1;
        let device = row.device_id.as_str();
        if device.parse::<Eui64>().map(|id| id.to_string()).ok().as_deref() != Some(device) {
            return Err(self.form(format!("{device:?} is no device identifier as reports write it")));
        }
        let line = self.rows.line();
        if line.is_multiple_of(1 << 14) {
            self.progress.say(|| format!("{line} meters compared"));
            self.progress.go_on()?;
        }
        Ok(Some((place, row)))
    }

    fn at(&mut self, place: u64) -> Result<DeviceRow<'static>, Error> {
        let at = |source| Error::File { path: self.path.clone(), source };
        let wrong = |source| Error::Report { path: self.path.clone(), source };
        self.again.seek(SeekFrom::Start(place)).map_err(at)?;
        let mut lines = Lines::new(&mut self.again);
        let octets = lines.next_line().map_err(wrong)?.unwrap_or_default();
        report::read::row(octets, 0, &mut Vec::new()).map_err(wrong)
    }

    fn disorder(&self) -> Error {
        self.form("the row is not in the order of a report, by party and device, each device once".to_owned())
    }
}
