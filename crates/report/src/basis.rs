//! What a report rests on, and why two reports say different things of one meter.
//!
//! In: two rows of a meter, and of each report its manifest, configuration, rules and certificates. Out: the causes. A
//! cause is *shown* if what it is about differs for this very meter; where nothing about the meter itself differs, those
//! parts of the two reports that differ as a whole are *possible*, and none is picked.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::model::v1::{CellRow, CertificateRow, Configuration, DeviceRow, EvidenceRow, Manifest, RuleRow};

/// Why two reports say different things of a meter. The order is that of reports.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// Records of the meter: another state was seen, or at another time.
    Observation,
    /// Certificates, their paths, or what was revoked.
    CertificateData,
    /// Estate or registration data: whether the meter is judged, and who ought to be in its cells.
    RegistrationData,
    /// Directory data: who has which distributor ids and entities.
    Directory,
    /// Waivers.
    Waiver,
    /// The rule set.
    RuleSet,
    /// Settings.
    Configuration,
    /// The instant of the audit alone.
    AsOf,
    /// Nothing that reports tell of: the program that made them.
    Program,
}

impl Cause {
    /// All causes, in the order of reports.
    pub const ALL: [Self; 9] = [
        Self::Observation,
        Self::CertificateData,
        Self::RegistrationData,
        Self::Directory,
        Self::Waiver,
        Self::RuleSet,
        Self::Configuration,
        Self::AsOf,
        Self::Program,
    ];

    /// The word that reports use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Observation => "observation",
            Self::CertificateData => "certificate-data",
            Self::RegistrationData => "registration-data",
            Self::Directory => "directory",
            Self::Waiver => "waiver",
            Self::RuleSet => "rule-set",
            Self::Configuration => "configuration",
            Self::AsOf => "as-of",
            Self::Program => "program",
        }
    }

    /// What an input of this role can change.
    fn of_role(role: &str) -> Self {
        match role {
            "records" => Self::Observation,
            "estate" | "registration" => Self::RegistrationData,
            "directory" => Self::Directory,
            "waivers" => Self::Waiver,
            // Certificates, trust anchors, revocation lists.
            _ => Self::CertificateData,
        }
    }
}

/// The causes of a difference.
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Why {
    /// Those that are shown by what differs about the meter itself.
    pub because: BTreeSet<Cause>,
    /// If nothing about the meter shows it: what differs between the reports and can be the cause.
    pub possibly: BTreeSet<Cause>,
}

impl Why {
    /// In words: causes joined by `and`, possible ones by `or`.
    #[must_use]
    pub fn words(&self) -> String {
        let join = |causes: &BTreeSet<Cause>, with: &str| {
            causes.iter().map(|cause| cause.name()).collect::<Vec<_>>().join(with)
        };
        match (self.because.is_empty(), self.possibly.is_empty()) {
            (_, true) => join(&self.because, " and "),
            (true, false) => join(&self.possibly, " or "),
            (false, false) => {
                format!("{} and ({})", join(&self.because, " and "), join(&self.possibly, " or "))
            }
        }
    }
}

/// What a report rests on.
#[derive(Clone, Debug)]
pub struct Basis {
    as_of: String,
    program: String,
    rule_set: String,
    rules: BTreeSet<String>,
    /// Settings other than the instant.
    settings: Option<Configuration>,
    inputs: BTreeMap<String, BTreeSet<String>>,
    /// Certificates of organisations by key; `None` where the report does not come with them.
    certificates: Option<BTreeMap<String, Vec<CertificateRow>>>,
}

impl Basis {
    /// What the report of a manifest rests on. Rules, configuration and certificates are not part of every slice.
    #[must_use]
    pub fn new(
        manifest: &Manifest,
        rules: Option<&[RuleRow]>,
        configuration: Option<Configuration>,
        certificates: Option<Vec<CertificateRow>>,
    ) -> Self {
        let mut inputs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for input in &manifest.inputs {
            inputs.entry(input.role.to_string()).or_default().insert(input.sha256.clone());
        }
        let by_key = |rows: Vec<CertificateRow>| {
            let mut by_key: BTreeMap<String, Vec<CertificateRow>> = BTreeMap::new();
            for row in rows {
                if let Some(key) = row.subject_key_identifier.clone() {
                    by_key.entry(key).or_default().push(row);
                }
            }
            by_key
        };
        Self {
            as_of: manifest.as_of.clone(),
            program: manifest.tool.version.to_string(),
            rule_set: manifest.rule_set.sha256.clone(),
            rules: rules.unwrap_or_default().iter().map(|rule| rule.id.to_string()).collect(),
            settings: configuration.map(|settings| Configuration { as_of: String::new(), ..settings }),
            inputs,
            certificates: certificates.map(by_key),
        }
    }

    #[cfg(test)]
    pub(crate) fn set_rules(&mut self, rules: &[RuleRow], sha256: &str) {
        self.rules = rules.iter().map(|rule| rule.id.to_string()).collect();
        sha256.clone_into(&mut self.rule_set);
    }

    /// The certificates with a key, in the order of the report.
    #[must_use]
    pub fn with_key(&self, key: &str) -> &[CertificateRow] {
        self.certificates.as_ref().and_then(|all| all.get(key)).map_or(&[], Vec::as_slice)
    }

    /// The parts in which two reports differ as a whole.
    #[must_use]
    pub fn differs_from(&self, other: &Self) -> BTreeSet<Cause> {
        let none = BTreeSet::new();
        let roles: BTreeSet<&String> = self.inputs.keys().chain(other.inputs.keys()).collect();
        let differ = |role: &&String| {
            self.inputs.get(*role).unwrap_or(&none) != other.inputs.get(*role).unwrap_or(&none)
        };
        let mut causes: BTreeSet<Cause> =
            roles.into_iter().filter(differ).map(|role| Cause::of_role(role)).collect();
        if self.rule_set != other.rule_set {
            causes.insert(Cause::RuleSet);
        }
        if let (Some(one), Some(another)) = (&self.settings, &other.settings)
            && one != another
        {
            causes.insert(Cause::Configuration);
        }
        if self.as_of != other.as_of {
            causes.insert(Cause::AsOf);
        }
        if self.program != other.program {
            causes.insert(Cause::Program);
        }
        causes
    }

    fn has_rule(&self, id: &str) -> bool {
        // A report without its rules says nothing about which it has.
        self.rules.is_empty() || self.rules.contains(id)
    }
}

/// Why two rows of a meter differ. Nothing if they do not, as far as an assessment goes.
#[must_use]
pub fn why(old: (&DeviceRow<'_>, &Basis), new: (&DeviceRow<'_>, &Basis)) -> Why {
    Comparison::new(old, new).why()
}

struct Comparison<'c> {
    old: &'c DeviceRow<'c>,
    new: &'c DeviceRow<'c>,
    old_basis: &'c Basis,
    new_basis: &'c Basis,
    differing: BTreeSet<Cause>,
    why: Why,
}

impl<'c> Comparison<'c> {
    fn new(
        (old, old_basis): (&'c DeviceRow<'_>, &'c Basis),
        (new, new_basis): (&'c DeviceRow<'_>, &'c Basis),
    ) -> Self {
        let differing = old_basis.differs_from(new_basis);
        Self { old, new, old_basis, new_basis, differing, why: Why::default() }
    }

    fn why(mut self) -> Why {
        let placed = self.expectation();
        let seen = self.cells(placed);
        self.findings(placed || seen);
        self.waivers();
        if !self.why.because.is_empty() {
            let because = self.why.because.clone();
            self.why.possibly.retain(|cause| !because.contains(cause));
        }
        self.why
    }

    /// Notes those of these parts that differ between the reports: one of them is the cause, and if it is one alone, this is
    /// it.
    fn one_of(&mut self, parts: impl IntoIterator<Item = Cause>) {
        let parts: Vec<Cause> = parts.into_iter().filter(|part| self.differing.contains(part)).collect();
        match parts.as_slice() {
            [] if self.differing.contains(&Cause::RuleSet) => {
                self.why.because.insert(Cause::RuleSet);
            }
            [] => {
                self.why.because.insert(Cause::Program);
            }
            [part] => {
                self.why.because.insert(*part);
            }
            _ => self.why.possibly.extend(parts),
        }
    }

    fn estate_differs(&self) -> bool {
        let told = |row: &DeviceRow<'c>| {
            (row.mpan, row.expectation.clone(), row.device_type.clone(), row.device_status.clone())
        };
        told(self.old) != told(self.new)
    }

    fn evidence_differs(&self) -> bool {
        let told = |row: &'c DeviceRow<'c>| -> BTreeSet<_> { row.evidence.iter().map(statement).collect() };
        told(self.old) != told(self.new)
    }

    /// Who ought to be in the cells, and whether the meter is judged at all.
    fn expectation(&mut self) -> bool {
        let scope = |row: &DeviceRow<'_>| row.verdict == "out-of-scope";
        if self.old.dno == self.new.dno && scope(self.old) == scope(self.new) {
            return false;
        }
        if self.estate_differs() {
            self.why.because.insert(Cause::RegistrationData);
        } else if self.new.expectation == "mpan-distributor" && scope(self.old) == scope(self.new) {
            // The directory alone says whose the distributor id is, and it is dated.
            self.one_of([Cause::Directory, Cause::AsOf]);
        } else {
            self.one_of([Cause::RegistrationData, Cause::Directory, Cause::AsOf]);
        }
        true
    }

    /// What stands in the cells, and what is known of it.
    fn cells(&mut self, placed: bool) -> bool {
        let mut any = false;
        for (old, new) in self.old.cells.iter().zip(&self.new.cells) {
            if old.entity != new.entity || old.key != new.key {
                self.why.because.insert(Cause::Observation);
                any = true;
            } else if judged(old) != judged(new) {
                any = true;
                if self.evidence_differs() && old.key.is_none() {
                    self.why.because.insert(Cause::Observation);
                } else if self.certificates_differ(old) {
                    self.why.because.insert(Cause::CertificateData);
                } else if !placed {
                    self.one_of([
                        Cause::CertificateData,
                        Cause::Directory,
                        Cause::Configuration,
                        Cause::RuleSet,
                        Cause::AsOf,
                    ]);
                }
            }
        }
        any
    }

    /// Whether the reports know different certificates with the key of a cell, or different things of them.
    fn certificates_differ(&self, cell: &CellRow<'_>) -> bool {
        let Some(key) = cell.key else { return false };
        if self.old_basis.certificates.is_none() || self.new_basis.certificates.is_none() {
            return false;
        }
        // Validity follows from the dates and the instant.
        let told = |row: &CertificateRow| CertificateRow { validity: "".into(), ..row.clone() };
        let of = |basis: &Basis| -> Vec<CertificateRow> {
            basis.with_key(key.as_str()).iter().map(told).collect()
        };
        of(self.old_basis) != of(self.new_basis)
    }

    fn validity_differs(&self, cell: &CellRow<'_>) -> bool {
        let Some(key) = cell.key else { return false };
        let of = |basis: &'c Basis| -> Vec<&'c str> {
            basis.with_key(key.as_str()).iter().map(|row| &*row.validity).collect()
        };
        of(self.old_basis) != of(self.new_basis)
    }

    fn findings(&mut self, explained: bool) {
        let ids = |row: &'c DeviceRow<'c>| -> BTreeSet<&'c str> {
            row.findings.iter().map(|finding| &*finding.rule).collect()
        };
        let (old, new) = (ids(self.old), ids(self.new));
        let mut rest = false;
        for id in old.symmetric_difference(&new) {
            if self.old_basis.has_rule(id) && self.new_basis.has_rule(id) {
                rest = true;
            } else {
                self.why.because.insert(Cause::RuleSet);
            }
        }
        // A verdict that no finding explains comes from the program.
        let verdict = self.old.verdict != self.new.verdict && old == new && !explained;
        if (!rest && !verdict) || explained {
            return;
        }
        let mut shown = BTreeSet::new();
        if self.evidence_differs() {
            shown.insert(Cause::Observation);
        }
        if self.estate_differs() {
            shown.insert(Cause::RegistrationData);
        }
        if self.new.cells.iter().any(|cell| self.certificates_differ(cell)) {
            shown.insert(Cause::CertificateData);
        } else if self.new.cells.iter().any(|cell| self.validity_differs(cell)) {
            shown.insert(Cause::AsOf);
        }
        match shown.is_empty() {
            false => self.why.because.extend(shown),
            true => self.one_of([
                Cause::CertificateData,
                Cause::RegistrationData,
                Cause::Directory,
                Cause::RuleSet,
                Cause::Configuration,
                Cause::AsOf,
            ]),
        }
    }

    /// Waivers of findings that both reports have.
    fn waivers(&mut self) {
        let differs = self.old.findings.iter().any(|old| {
            let new = self.new.findings.iter().find(|new| new.rule == old.rule);
            new.is_some_and(|new| new.waiver != old.waiver)
        });
        if differs {
            // A selector may name a supplier or model that the estate now gives otherwise.
            match self.differing.contains(&Cause::Waiver) {
                true => {
                    self.why.because.insert(Cause::Waiver);
                }
                false => self.one_of([Cause::AsOf, Cause::RegistrationData]),
            }
        }
    }
}

/// What a record tells, wherever it stands.
fn statement<'e>(row: &'e EvidenceRow<'_>) -> impl Ord + use<'e> {
    (row.at, &*row.grade, &*row.outcome, &row.says, &*row.source)
}

/// What is known of what stands in a cell.
fn judged<'e>(cell: &'e CellRow<'_>) -> impl Eq + use<'e> {
    (&*cell.state, cell.holder.as_deref(), &cell.certificates)
}

/// The newest time at which a cell was seen as the row tells.
#[must_use]
pub fn newest(row: &DeviceRow<'_>) -> Option<crate::Short> {
    row.cells.iter().filter_map(|cell| cell.observed_at).max()
}
