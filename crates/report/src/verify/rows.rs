//! What a row has to say for itself: words of the report's vocabulary, values in their one form, and reasons that follow
//! from its findings by the table of rules.

use std::collections::{HashMap, HashSet};

use types::Timestamp;

use crate::model::v1::{CellRow, DeviceRow, Manifest, OtherRow, RemedyRow, RuleRow};
use crate::short::Short;

const VERDICTS: &[&str] = &["correct", "missing", "not-known", "out-of-scope", "wrong"];
const STATES: &[&str] = &["correct", "missing", "not-known", "wrong"];
const ABILITIES: &[&str] = &["blocked", "not-applicable", "not-known", "possible"];
const SEVERITIES: &[&str] = &["error", "information", "undetermined", "warning"];
const EXPECTATIONS: &[&str] = &["estate", "mpan-distributor", "none", "registration"];
const OUTCOMES: &[&str] = &["duplicate", "not-relevant", "quarantined", "superseded", "used"];
const SOURCES: &[&str] = &["command", "dcc", "extract", "read", "update-alert", "update-response"];
const USAGES: &[&str] = &["digitalSignature", "keyAgreement"];
const GRADES: &[&str] = &[
    "dcc-alert",
    "device-message-unchecked",
    "device-signature-certificate-unproven",
    "device-signature-verified",
    "duis-or-mmc-xml",
    "extract-row",
];
const ACTORS: &[&str] = &[
    "auditor",
    "dcc",
    "network-operator",
    "other-network-operator",
    "registration-data",
    "supplier",
    "supplier-in-cell",
];

/// What the rows of a report are held to: its instant, its table of rules and its inputs.
#[derive(Debug)]
pub struct Reference {
    as_of: Timestamp,
    rules: HashMap<String, Rule>,
    inputs: HashSet<String>,
}

#[derive(Debug)]
struct Rule {
    place: usize,
    axis: String,
    severity: String,
}

impl Reference {
    /// From the table of rules and the manifest of a report.
    ///
    /// # Errors
    ///
    /// The table is empty, has a rule twice, or one with an axis, a severity or a version that is none; or the manifest
    /// has no instant.
    pub fn new(rules: &[RuleRow], manifest: &Manifest) -> Result<Self, String> {
        let mut by_id = HashMap::new();
        for (place, rule) in rules.iter().enumerate() {
            let at = |error: String| format!("rule {:?}: {error}", rule.id);
            word("severity", &rule.severity, SEVERITIES).map_err(at)?;
            if !matches!(rule.axis.as_ref(), "condition" | "note") {
                word("axis", &rule.axis, VERDICTS).map_err(at)?;
            }
            if rule.since == 0 || rule.since > manifest.rule_set.version {
                return Err(at(format!("since {}, in rule set {}", rule.since, manifest.rule_set.version)));
            }
            let facts = Rule { place, axis: rule.axis.to_string(), severity: rule.severity.to_string() };
            if by_id.insert(rule.id.to_string(), facts).is_some() {
                return Err(at("stands twice".to_owned()));
            }
        }
        if by_id.is_empty() {
            return Err("no rules".to_owned());
        }
        let inputs = manifest.inputs.iter().map(|input| input.sha256.clone()).collect();
        let as_of = instant("as_of", &manifest.as_of)?;
        Ok(Self { as_of, rules: by_id, inputs })
    }

    /// The instant of the audit.
    #[must_use]
    pub const fn as_of(&self) -> Timestamp {
        self.as_of
    }

    /// Whether an input with this digest stands in the manifest.
    #[must_use]
    pub fn has_input(&self, sha256: &str) -> bool {
        self.inputs.contains(sha256)
    }

    /// Holds a row to the rules and the inputs.
    ///
    /// # Errors
    ///
    /// The first member that no audit gives.
    pub fn row(&self, row: &DeviceRow<'_>) -> Result<(), String> {
        device("device_id", row.device_id.as_str())?;
        word("verdict", &row.verdict, VERDICTS)?;
        word("expectation", &row.expectation, EXPECTATIONS)?;
        for (name, ability) in
            [("alerts", &row.effect.alerts), ("command", &row.effect.command), ("read", &row.effect.read)]
        {
            word(name, ability, ABILITIES)?;
        }
        cells(&row.cells)?;
        if let Some(mpan) = &row.mpan {
            let digits = mpan.as_str();
            if digits.len() != 13 || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
                return Err(format!("mpan {digits:?}, expected 13 digits"));
            }
        }
        row.remedy.as_ref().map_or(Ok(()), remedy)?;
        for entry in &row.evidence {
            word("grade", &entry.grade, GRADES)?;
            word("outcome", &entry.outcome, OUTCOMES)?;
            word("source", &entry.source, SOURCES)?;
            if let Some(at) = &entry.at {
                instant("at", at.as_str())?;
            }
            if !self.has_input(&entry.input) {
                return Err(format!("evidence from {:?}, which is no input of the manifest", entry.input));
            }
            if entry.lines.is_empty() || !entry.lines.is_sorted() {
                return Err("evidence without lines, or with lines out of order".to_owned());
            }
            entry.says.keys().try_for_each(|usage| word("says", usage, USAGES))?;
        }
        self.findings(row)
    }

    /// Whether conditions, notes, reasons and `waived` are what the findings give.
    fn findings(&self, row: &DeviceRow<'_>) -> Result<(), String> {
        let verdict = row.verdict.as_ref();
        let mut failed = Vec::with_capacity(row.findings.len());
        let mut next = 0;
        for finding in &row.findings {
            let rule = self.rules.get(finding.rule.as_ref());
            let rule = rule.ok_or_else(|| format!("rule {:?}, which is not in the table", finding.rule))?;
            if rule.place < next {
                return Err(format!("finding {:?} out of order, or twice", finding.rule));
            }
            next = rule.place + 1;
            if finding.severity != rule.severity {
                return Err(format!("finding {:?} of severity {:?}", finding.rule, finding.severity));
            }
            if !finding.evidence.keys().all(|name| name.is_ascii()) {
                return Err(format!("finding {:?}: a name that is not ASCII", finding.rule));
            }
            failed.push((finding, rule));
        }
        let of = |axis: &str| {
            let axis = axis.to_owned();
            failed.iter().filter(move |(_, rule)| rule.axis == axis).map(|(finding, _)| finding.rule.as_ref())
        };
        let verdicts = |(_, rule): &&(_, &Rule)| !matches!(rule.axis.as_str(), "condition" | "note");
        let lesser = failed
            .iter()
            .filter(verdicts)
            .filter(|(_, rule)| rule.axis != verdict && verdict != "out-of-scope")
            .map(|(finding, _)| finding.rule.as_ref());
        for (name, found, expected) in [
            ("conditions", &row.conditions, of("condition").collect::<Vec<&str>>()),
            ("notes", &row.notes, of("note").collect()),
            ("reasons", &row.reasons, of(verdict).chain(lesser).collect()),
        ] {
            if !found.iter().map(AsRef::as_ref).eq(expected.iter().copied()) {
                return Err(format!(
                    "{name} {found:?} do not follow from the findings, expected {expected:?}"
                ));
            }
        }
        let mut calling = failed.iter().filter(|(_, rule)| rule.axis == verdict).peekable();
        let waived = calling.peek().is_some() && calling.all(|(finding, _)| finding.waiver.is_some());
        match waived == row.waived {
            true => Ok(()),
            false => Err(format!("waived is {}, and the findings say {waived}", row.waived)),
        }
    }

    /// Holds a row of another operator's meter to the rules.
    ///
    /// # Errors
    ///
    /// The first member that no audit gives.
    pub fn other(&self, row: &OtherRow<'_>) -> Result<(), String> {
        device("device_id", row.device_id.as_str())?;
        word("verdict", &row.verdict, VERDICTS)?;
        cells(&row.cells)?;
        row.remedy.as_ref().map_or(Ok(()), remedy)?;
        let mut seen = HashSet::new();
        for reason in &row.reasons {
            let axis = self.rules.get(reason.as_ref()).map(|rule| rule.axis.as_str());
            if !axis.is_some_and(|axis| VERDICTS.contains(&axis)) || !seen.insert(reason.as_ref()) {
                return Err(format!("reason {reason:?}, which calls for no verdict or stands twice"));
            }
        }
        Ok(())
    }
}

fn cells(cells: &[CellRow<'_>; 2]) -> Result<(), String> {
    for (cell, usage) in cells.iter().zip(USAGES) {
        word("key_usage", &cell.key_usage, &[usage])?;
        word("state", &cell.state, STATES)?;
        cell.entity.as_ref().map_or(Ok(()), |entity| device("entity", entity.as_str()))?;
        if let Some(at) = &cell.observed_at {
            instant("observed_at", at.as_str())?;
        }
        if let Some(key) = &cell.key
            && !(key.as_str().len() == 16 && key.as_str().bytes().all(is_hex))
        {
            return Err(format!("key {:?}, expected 16 hex digits in upper case", key.as_str()));
        }
        if cell.state == "correct" && cell.holder.is_some() {
            return Err("a cell in order has a holder, which is the dno of the row".to_owned());
        }
    }
    Ok(())
}

fn remedy(remedy: &RemedyRow<'_>) -> Result<(), String> {
    word("party of the remedy", &remedy.party, ACTORS)
}

/// Whether text is one of the words.
pub(super) fn word(name: &str, found: &str, words: &[&str]) -> Result<(), String> {
    match words.contains(&found) {
        true => Ok(()),
        false => Err(format!("{name} {:?}, expected {}", shown(found), words.join(", "))),
    }
}

/// Whether text is an EUI-64 in the form of a report.
pub(super) fn device(name: &str, text: &str) -> Result<(), String> {
    let octets = text.as_bytes();
    let fits = |(place, octet): (usize, &u8)| match place % 3 {
        2 => *octet == b'-',
        _ => is_hex(*octet),
    };
    match octets.len() == 23 && octets.iter().enumerate().all(fits) {
        true => Ok(()),
        false => Err(format!("{name} {:?}, expected an EUI-64 such as 00-DB-12-34-56-78-90-A0", shown(text))),
    }
}

const fn is_hex(octet: u8) -> bool {
    matches!(octet, b'0'..=b'9' | b'A'..=b'F')
}

/// The instant that text is in the form of a report.
pub(super) fn instant(name: &str, text: &str) -> Result<Timestamp, String> {
    let read = text.parse().ok().filter(|at: &Timestamp| Short::of(*at).as_str() == text);
    read.ok_or_else(|| format!("{name} {:?}, expected an instant such as 2026-01-31T00:00:00Z", shown(text)))
}

fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}
