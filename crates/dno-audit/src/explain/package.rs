//! How one meter was judged, as far as a report package tells: the inputs are not needed.

use std::collections::BTreeMap;
use std::io::BufReader;
use std::path::Path;

use report::model::v1::{CertificateRow, DeviceRow, EvidenceRow, InputEntry, QuarantineRow};
use report::read::Lines;
use serde_json::{Value, json};
use types::Eui64;

use super::{Explanation, Text};
use crate::diff::{ReportIdentity, verified};
use crate::error::Error;
use crate::progress::Progress;
use crate::reader::{PackageReader, open};

/// What a package does not tell of a meter.
const NOT_KNOWN: [&str; 2] = [
    "the octets of the records, which the inputs have",
    "which rules passed, and which had nothing to compare",
];

/// Explains one device from a package alone, which is verified first; `None` if the package does not know it.
///
/// # Errors
///
/// The package can't be read or does not verify.
pub fn explain_package(folder: &Path, device: Eui64) -> Result<Option<Explanation>, Error> {
    let package = verified(folder, &Progress::silent())?;
    let told = Told::of(&package, device)?;
    if told.row.is_none() && told.records == 0 && told.quarantined.is_empty() {
        return Ok(None);
    }
    Ok(Some(told.explanation(&ReportIdentity::of(&package), device)))
}

/// Explains one device from the inputs of a package, which are found below a folder by their digests, with the settings that
/// the package was made with: raw records, and what every rule did. The package is verified first.
///
/// # Errors
///
/// The package does not verify or is a slice, an input is missing, or as for [`explain`](crate::explain()).
pub fn explain_again(
    folder: &Path,
    inputs: &Path,
    device: Eui64,
    progress: &Progress<'_>,
) -> Result<Option<Explanation>, Error> {
    let package = verified(folder, progress)?;
    if package.is_slice() {
        return Err(Error::NotReproducible { path: folder.to_path_buf() });
    }
    let config = crate::reproduce::config(&package, inputs, progress)?;
    super::explain(&config.map_err(|message| Error::Inputs { message })?, device, progress)
}

/// What a package tells of a device.
struct Told {
    row: Option<DeviceRow<'static>>,
    /// Records of a device that the estate does not list.
    records: u64,
    quarantined: Vec<QuarantineRow>,
    certificates: Vec<CertificateRow>,
    titles: BTreeMap<String, String>,
    inputs: BTreeMap<String, InputEntry>,
    slice: bool,
}

impl Told {
    fn of(package: &PackageReader, device: Eui64) -> Result<Self, Error> {
        let row = row(package, device)?;
        let id = device.to_string();
        let slice = package.is_slice();
        let mut records = 0;
        if row.is_none() && !slice {
            for stranger in package.not_in_estate()? {
                let stranger = stranger?;
                if stranger.device_id == id {
                    records = stranger.records;
                }
            }
        }
        let mut quarantined = Vec::new();
        let quarantine = if slice { None } else { Some(package.quarantine()?) };
        for line in quarantine.into_iter().flatten() {
            let line = line?;
            if line.device_id.as_deref() == Some(id.as_str()) {
                quarantined.push(line);
            }
        }
        let certificates = match &row {
            Some(row) if !slice => certificates_of(package, row)?,
            _ => Vec::new(),
        };
        let titles = package
            .rules()?
            .into_iter()
            .map(|rule| (rule.id.into_owned(), rule.title.into_owned()))
            .collect();
        let inputs =
            package.manifest().inputs.iter().map(|input| (input.sha256.clone(), input.clone())).collect();
        Ok(Self { row, records, quarantined, certificates, titles, inputs, slice })
    }

    fn input(&self, sha256: &str) -> String {
        match self.inputs.get(sha256) {
            Some(input) => format!("{} ({}, sha256 {sha256})", input.name, input.role),
            None => format!("an input with sha256 {sha256}"),
        }
    }

    fn explanation(&self, report: &ReportIdentity, device: Eui64) -> Explanation {
        let mut text = Text::default();
        match &self.row {
            Some(row) => self.device(row, device, &mut text),
            None => {
                text.heading(&format!("{device}: not in the estate"));
                text.line(&format!("  {} records tell of it", self.records));
            }
        }
        if !self.quarantined.is_empty() {
            text.heading("Records that could not be used");
            for line in &self.quarantined {
                text.line(&format!("  {}, line {}", self.input(&line.input), line.line));
                text.line(&format!("    {}: {}", line.reason, line.detail));
            }
        }
        text.heading("The report");
        text.line(&format!("  as of {}, rule set {}", report.as_of, report.rule_set));
        text.line(&format!("  manifest sha256 {}", report.manifest_sha256));
        for unknown in NOT_KNOWN {
            text.line(&format!("  does not tell {unknown}"));
        }
        let json = json!({
            "certificates": self.certificates, "device_id": device.to_string(), "not_known": NOT_KNOWN,
            "quarantined": self.quarantined, "records_not_in_estate": self.records, "report": report,
            "row": self.row, "rules": self.rules(),
            "inputs": self.row.iter().flat_map(|row| &row.evidence)
                .map(|evidence| (evidence.input.to_string(), json!(self.inputs.get(&*evidence.input))))
                .collect::<BTreeMap<String, Value>>(),
        });
        Explanation { json, text: text.0 }
    }

    fn rules(&self) -> Vec<Value> {
        let findings = self.row.iter().flat_map(|row| &row.findings);
        findings
            .map(|finding| {
                json!({
                    "evidence": finding.evidence, "outcome": "fail", "rule": finding.rule,
                    "title": self.titles.get(&*finding.rule), "waiver": finding.waiver,
                })
            })
            .collect()
    }

    fn device(&self, row: &DeviceRow<'_>, device: Eui64, text: &mut Text) {
        let waived = if row.waived { ", waived" } else { "" };
        text.heading(&format!("{device}: {}{waived}", row.verdict));
        if let Some(remedy) = &row.remedy {
            let who = remedy.who.as_ref().map_or(String::new(), |who| format!(" ({who})"));
            let request =
                remedy.service_request.as_ref().map_or(String::new(), |request| format!(", SRV {request}"));
            text.line(&format!("remedy: {}{who}{request}: {}", remedy.party, remedy.action));
        }
        text.heading("Who ought to be there");
        match &row.dno {
            Some(dno) => text.line(&format!("  {dno}, from {}", row.expectation)),
            None => text.line("  not known"),
        }
        let told = [
            ("MPAN", row.mpan.as_ref().map(|mpan| mpan.as_str())),
            ("supplier", row.supplier.as_deref()),
            ("type", row.device_type.as_deref()),
            ("status", row.device_status.as_deref()),
        ];
        for (name, value) in told {
            if let Some(value) = value {
                text.line(&format!("  {name} {value}"));
            }
        }
        text.heading("What stands there");
        for cell in &row.cells {
            let held = match (&cell.entity, &cell.key) {
                (Some(entity), Some(key)) => format!("entity {} key {}", entity.as_str(), key.as_str()),
                _ => "nothing known".to_owned(),
            };
            let at = cell.observed_at.map_or_else(String::new, |at| format!(", seen {}", at.as_str()));
            let holder = cell.holder.as_ref().map_or(String::new(), |holder| format!(" ({holder})"));
            text.line(&format!("  {}: {} – {held}{holder}{at}", cell.key_usage, cell.state));
        }
        self.evidence(&row.evidence, text);
        self.considered(text);
        text.heading("Rules that failed");
        if row.findings.is_empty() {
            text.line("  none");
        }
        for finding in &row.findings {
            let values: Vec<String> =
                finding.evidence.iter().map(|(name, value)| format!("{name}: {value}")).collect();
            let waiver =
                finding.waiver.as_ref().map_or(String::new(), |waiver| format!(", waived by {waiver}"));
            text.line(&format!(
                "  {:<13} {}{waiver} – {}",
                finding.severity,
                finding.rule,
                values.join("; ")
            ));
            if let Some(title) = self.titles.get(&*finding.rule) {
                text.line(&format!("    {title}"));
            }
        }
    }

    fn evidence(&self, evidence: &[EvidenceRow<'_>], text: &mut Text) {
        text.heading("Records");
        if evidence.is_empty() {
            text.line("  none");
        }
        for record in evidence {
            let lines: Vec<String> = record.lines.iter().map(u32::to_string).collect();
            let plural = if lines.len() == 1 { "" } else { "s" };
            text.line(&format!("  {}, line{plural} {}", self.input(&record.input), lines.join(", ")));
            let at = record.at.map_or("undated".to_owned(), |at| at.as_str().to_owned());
            text.line(&format!("    {}: {}, {}, {at}", record.outcome, record.source, record.grade));
            for (cell, statements) in &record.says {
                text.line(&format!("    {cell}: {}", statements.join("; ")));
            }
        }
    }

    fn considered(&self, text: &mut Text) {
        text.heading("Certificates considered");
        if self.slice {
            text.line("  a slice comes without them");
        } else if self.certificates.is_empty() {
            text.line("  none has a key that was seen in a cell");
        }
        for certificate in &self.certificates {
            let role = certificate.role.as_ref().and_then(|role| role.name.as_deref());
            text.line(&format!(
                "  {} – {} key {}, {} to {}, {}, path {}",
                certificate.serial,
                role.unwrap_or("no role"),
                certificate.subject_key_identifier.as_deref().unwrap_or_default(),
                certificate.not_before,
                certificate.not_after,
                certificate.validity,
                certificate.path,
            ));
        }
    }
}

/// The certificates of a package with a key that a cell of the row holds.
pub(crate) fn certificates_of(
    package: &PackageReader,
    row: &DeviceRow<'_>,
) -> Result<Vec<CertificateRow>, Error> {
    let held = |certificate: &CertificateRow| {
        certificate
            .subject_key_identifier
            .as_deref()
            .is_some_and(|key| row.cells.iter().any(|cell| cell.key.is_some_and(|held| held.as_str() == key)))
    };
    let all = package.certificates()?;
    all.filter(|row| row.as_ref().map_or(true, held)).collect()
}

/// The row of a device. Only lines in which its identifier stands are decoded.
pub(crate) fn row(package: &PackageReader, device: Eui64) -> Result<Option<DeviceRow<'static>>, Error> {
    let path = package.folder().join("devices.jsonl");
    let wrong = |source| Error::Report { path: path.clone(), source };
    let mut lines = Lines::new(BufReader::with_capacity(1 << 18, open(&path)?));
    let id = device.to_string();
    let member = format!("\"device_id\":\"{id}\"");
    let mut line = 0;
    while let Some(octets) = lines.next_line().map_err(wrong)? {
        line += 1;
        if !std::str::from_utf8(octets).is_ok_and(|text| text.contains(&member)) {
            continue;
        }
        let row: DeviceRow<'static> = report::read::row(octets, line, &mut Vec::new()).map_err(wrong)?;
        if row.device_id.as_str() == id {
            return Ok(Some(row));
        }
    }
    Ok(None)
}
