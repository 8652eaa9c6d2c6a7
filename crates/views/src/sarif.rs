//! SARIF 2.1.0 (OASIS standard): a result for each finding that is graver than information.
//!
//! The results are written as the rows come, so that memory does not grow with the number of meters.

use std::collections::BTreeMap;
use std::io::Write;

use report::model::v1::{DeviceRow, InputEntry, Manifest, RuleRow};
use report::seal::Tree;
use report::{FindingsError, compared, grave_findings};
use serde::Serialize;

use crate::write_error::WriteError;

/// Where the schema of the form stands. Nothing is loaded from there.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The level of a severity. There are three of each above information, and the gravest stays the gravest: what is
/// undetermined is graver than a warning.
#[must_use]
pub fn level(severity: &str) -> &'static str {
    match severity {
        "error" => "error",
        "undetermined" => "warning",
        "warning" => "note",
        _ => "none",
    }
}

/// A log that is being written.
#[derive(Debug)]
pub struct Sarif<W> {
    out: W,
    /// The place of each rule in the table of the driver.
    places: BTreeMap<String, usize>,
    results: u64,
}

#[derive(Serialize)]
struct Text<'t> {
    text: &'t str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'r> {
    id: &'r str,
    short_description: Text<'r>,
    full_description: Text<'r>,
    help: Text<'r>,
    default_configuration: Level,
    properties: RuleProperties<'r>,
}

#[derive(Serialize)]
struct Level {
    level: &'static str,
}

#[derive(Serialize)]
struct RuleProperties<'r> {
    axis: &'r str,
    citation: &'r str,
    severity: &'r str,
    since: u32,
}

#[derive(Serialize)]
struct Tool<'t> {
    driver: Driver<'t>,
}

#[derive(Serialize)]
struct Driver<'t> {
    name: &'t str,
    version: &'t str,
    rules: Vec<Rule<'t>>,
}

#[derive(Serialize)]
struct Artifact<'a> {
    location: Location,
    length: u64,
    hashes: Hashes<'a>,
    properties: ArtifactProperties<'a>,
}

#[derive(Serialize)]
struct Location {
    uri: String,
}

#[derive(Serialize)]
struct Hashes<'a> {
    #[serde(rename = "sha-256")]
    sha256: &'a str,
}

#[derive(Serialize)]
struct ArtifactProperties<'a> {
    name: &'a str,
    role: &'a str,
}

#[derive(Serialize)]
struct Automation {
    id: String,
}

#[derive(Serialize)]
struct RunProperties<'r> {
    as_of: &'r str,
    manifest_sha256: &'r str,
    rule_set: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding<'f> {
    rule_id: &'f str,
    rule_index: usize,
    level: &'static str,
    message: MessageText,
    locations: [Place<'f>; 1],
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppression<'f>>,
    properties: FindingProperties<'f>,
}

#[derive(Serialize)]
struct MessageText {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Place<'p> {
    logical_locations: [LogicalLocation<'p>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation<'p> {
    name: &'p str,
    fully_qualified_name: String,
    kind: &'static str,
}

#[derive(Serialize)]
struct Suppression<'s> {
    kind: &'static str,
    status: &'static str,
    justification: &'s str,
}

#[derive(Serialize)]
struct FindingProperties<'f> {
    dno: Option<&'f str>,
    mpan: Option<&'f str>,
    remedy_party: Option<&'f str>,
    remedy_who: Option<&'f str>,
    service_request: Option<&'f str>,
    severity: &'f str,
    supplier: Option<&'f str>,
    verdict: &'f str,
}

/// A name as a relative URI: all but unreserved characters and slashes in per cent (RFC 3986, 2.1). A name that begins
/// like a scheme or a root is none then.
fn uri(name: &str) -> String {
    let mut uri = String::new();
    for octet in name.trim_start_matches('/').bytes() {
        if octet.is_ascii_alphanumeric() || b"-._~/".contains(&octet) {
            uri.push(char::from(octet));
        } else {
            uri.push_str(&format!("%{octet:02X}"));
        }
    }
    uri
}

fn artifact(input: &InputEntry) -> Artifact<'_> {
    Artifact {
        location: Location { uri: uri(&input.name) },
        length: input.bytes,
        hashes: Hashes { sha256: &input.sha256 },
        properties: ArtifactProperties { name: &input.name, role: &input.role },
    }
}

impl<W: Write> Sarif<W> {
    /// Writes what stands before the results: the rules, and the inputs with their digests.
    ///
    /// # Errors
    ///
    /// The receiver fails.
    pub fn new(
        out: W,
        manifest: &Manifest,
        manifest_sha256: &str,
        rules: &[RuleRow],
    ) -> Result<Self, WriteError> {
        let mut log = Self { out, places: BTreeMap::new(), results: 0 };
        log.places = rules.iter().enumerate().map(|(place, rule)| (rule.id.to_string(), place)).collect();
        let tool = Tool {
            driver: Driver {
                name: &manifest.tool.name,
                version: &manifest.tool.version,
                rules: rules.iter().map(rule).collect(),
            },
        };
        let properties =
            RunProperties { as_of: &manifest.as_of, manifest_sha256, rule_set: manifest.rule_set.version };
        log.text("{\"$schema\":")?;
        log.json(&SCHEMA)?;
        log.text(",\"version\":\"2.1.0\",\"runs\":[{\"tool\":")?;
        log.json(&tool)?;
        log.text(",\"automationDetails\":")?;
        log.json(&Automation { id: format!("dnoaudit/{}", manifest.as_of) })?;
        log.text(",\"columnKind\":\"unicodeCodePoints\",\"properties\":")?;
        log.json(&properties)?;
        log.text(",\"artifacts\":")?;
        log.json(&manifest.inputs.iter().map(artifact).collect::<Vec<_>>())?;
        log.text(",\"results\":[")?;
        Ok(log)
    }

    /// Writes the findings of a meter.
    ///
    /// # Errors
    ///
    /// It names a rule that the table does not have, or the receiver fails.
    pub fn push(&mut self, row: &DeviceRow<'_>) -> Result<(), WriteError> {
        for finding in grave_findings(row) {
            let Some(place) = self.places.get(finding.rule.as_ref()) else {
                return Err(FindingsError::UnknownRule(finding.rule.chars().take(80).collect()).into());
            };
            let rule_index = *place;
            let device = row.device_id.as_str();
            let remedy = row.remedy.as_ref();
            let compared = compared(finding);
            let mut text = format!("{device} is {}: {}", row.verdict, finding.rule);
            if !compared.is_empty() {
                text.push_str(&format!(" ({compared})"));
            }
            let result = Finding {
                rule_id: &finding.rule,
                rule_index,
                level: level(&finding.severity),
                message: MessageText { text },
                locations: [Place {
                    logical_locations: [LogicalLocation {
                        name: device,
                        fully_qualified_name: format!(
                            "{}/{device}",
                            Tree::Dno.party(row.dno.as_deref(), None)
                        ),
                        kind: "resource",
                    }],
                }],
                partial_fingerprints: BTreeMap::from([(
                    "deviceAndRule/v1",
                    format!("{device}/{}", finding.rule),
                )]),
                suppressions: finding
                    .waiver
                    .iter()
                    .map(|waiver| Suppression { kind: "external", status: "accepted", justification: waiver })
                    .collect(),
                properties: FindingProperties {
                    dno: row.dno.as_deref(),
                    mpan: row.mpan.as_ref().map(report::Short::as_str),
                    remedy_party: remedy.map(|remedy| &*remedy.party),
                    remedy_who: remedy.and_then(|remedy| remedy.who.as_deref()),
                    service_request: remedy.and_then(|remedy| remedy.service_request.as_deref()),
                    severity: &finding.severity,
                    supplier: row.supplier.as_deref(),
                    verdict: &row.verdict,
                },
            };
            self.text(if self.results == 0 { "\n" } else { ",\n" })?;
            self.json(&result)?;
            self.results += 1;
        }
        Ok(())
    }

    /// Writes the end, and gives the receiver and how many results there are.
    ///
    /// # Errors
    ///
    /// The receiver fails.
    pub fn finish(mut self) -> Result<(W, u64), WriteError> {
        self.text("\n]}]}\n")?;
        self.out.flush()?;
        Ok((self.out, self.results))
    }

    fn text(&mut self, text: &str) -> Result<(), WriteError> {
        Ok(self.out.write_all(text.as_bytes())?)
    }

    fn json(&mut self, value: &impl Serialize) -> Result<(), WriteError> {
        serde_json::to_writer(&mut self.out, value).map_err(|error| WriteError::Io(error.into()))
    }
}

fn rule(rule: &RuleRow) -> Rule<'_> {
    Rule {
        id: &rule.id,
        short_description: Text { text: &rule.title },
        full_description: Text { text: &rule.compares },
        help: Text { text: &rule.remedy },
        default_configuration: Level { level: level(&rule.severity) },
        properties: RuleProperties {
            axis: &rule.axis,
            citation: &rule.citation,
            severity: &rule.severity,
            since: rule.since,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_relative_uri_whatever_stands_in_it() {
        assert_eq!(uri("records/a b.csv"), "records/a%20b.csv");
        assert_eq!(uri("//host/x"), "host/x");
        assert_eq!(uri("http://x"), "http%3A//x");
        assert_eq!(uri("é\n"), "%C3%A9%0A");
    }

    #[test]
    fn the_graver_a_severity_the_graver_its_level() {
        let levels = ["error", "undetermined", "warning", "information"].map(level);
        assert_eq!(levels, ["error", "warning", "note", "none"]);
    }
}
