//! What a report rests on, and why two reports say different things of one meter.
//!
//! In: two rows of a meter, and of each report its manifest, configuration, rules and certificates. Out: the causes. A
//! cause is *shown* if what it is about differs for this very meter; where nothing about the meter itself differs, those
//! parts of the two reports that differ as a whole are *possible*, and none is picked. Nothing is a cause in which the
//! reports do not differ; of two that rest on the same there is none.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::Short;
use crate::model::v1::{CellRow, CertificateRow, Configuration, DeviceRow, Manifest, RuleRow};
use crate::seal::Tree;

/// Why two reports say different things of a meter. The order is that of reports.
#[non_exhaustive]
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
    /// The version of the program.
    Program,
    /// Which meters a report is of: all, or those of one party.
    Part,
}

impl Cause {
    /// All causes, in the order of reports.
    pub const ALL: [Self; 10] = [
        Self::Observation,
        Self::CertificateData,
        Self::RegistrationData,
        Self::Directory,
        Self::Waiver,
        Self::RuleSet,
        Self::Configuration,
        Self::AsOf,
        Self::Program,
        Self::Part,
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
            Self::Part => "part",
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

/// The causes of a difference. None of both kinds, if nothing in which the reports differ explains it.
#[non_exhaustive]
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Why {
    /// Those that are shown by what differs about the meter itself.
    pub because: BTreeSet<Cause>,
    /// If nothing about the meter shows it: what differs between the reports and can be the cause.
    pub possibly: BTreeSet<Cause>,
}

/// The word for a difference without a cause.
pub const UNEXPLAINED: &str = "unexplained";

impl Why {
    /// In words: causes joined by `and`, possible ones by `or`.
    #[must_use]
    pub fn words(&self) -> String {
        let join = |causes: &BTreeSet<Cause>, with: &str| {
            causes.iter().map(|cause| cause.name()).collect::<Vec<_>>().join(with)
        };
        match (self.because.is_empty(), self.possibly.is_empty()) {
            (true, true) => UNEXPLAINED.to_owned(),
            (false, true) => join(&self.because, " and "),
            (true, false) => join(&self.possibly, " or "),
            (false, false) => {
                format!("{} and ({})", join(&self.because, " and "), join(&self.possibly, " or "))
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.because.is_empty() && self.possibly.is_empty()
    }

    /// Notes a cause that something about the meter shows, if the reports differ in it at all, and says whether they do.
    fn shown(&mut self, cause: Cause, differing: &BTreeSet<Cause>) -> bool {
        let differs = differing.contains(&cause);
        if differs {
            self.because.insert(cause);
        }
        differs
    }

    /// Notes those of these parts that differ between the reports: one of them is the cause, and if it is one alone, this is
    /// it. If there is none, the rules are, or else the program.
    fn one_of(&mut self, parts: impl IntoIterator<Item = Cause>, differing: &BTreeSet<Cause>) {
        let parts: Vec<Cause> = parts.into_iter().filter(|part| differing.contains(part)).collect();
        match parts.as_slice() {
            [] => {
                if !self.shown(Cause::RuleSet, differing) {
                    self.shown(Cause::Program, differing);
                }
            }
            [part] => {
                self.because.insert(*part);
            }
            _ => self.possibly.extend(parts),
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
    /// The party and tree of which it is a slice.
    part: Option<(Tree, String)>,
    /// Settings other than the instant.
    settings: Option<Configuration>,
    /// Of all settings, the instant among them.
    settings_sha256: String,
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
            part: None,
            settings: configuration.map(|settings| Configuration { as_of: String::new(), ..settings }),
            settings_sha256: manifest.configuration_sha256.clone(),
            inputs,
            certificates: certificates.map(by_key),
        }
    }

    /// The same of the slice of a party.
    #[must_use]
    pub fn of_slice(self, tree: Tree, party: String) -> Self {
        Self { part: Some((tree, party)), ..self }
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
        let configured = match (&self.settings, &other.settings) {
            (Some(one), Some(another)) => one != another,
            // The digest is over the instant too, so that it tells nothing more where that differs.
            _ => self.as_of == other.as_of && self.settings_sha256 != other.settings_sha256,
        };
        if configured {
            causes.insert(Cause::Configuration);
        }
        if self.as_of != other.as_of {
            causes.insert(Cause::AsOf);
        }
        if self.program != other.program {
            causes.insert(Cause::Program);
        }
        if self.part != other.part {
            causes.insert(Cause::Part);
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

/// Why a meter is in one of two reports alone.
#[must_use]
pub fn why_alone(old: &Basis, new: &Basis) -> Why {
    let differing = old.differs_from(new);
    let mut why = Why::default();
    match (&old.part, &new.part) {
        // The estate lists it or does not.
        (None, None) if why.shown(Cause::RegistrationData, &differing) => {}
        (None, None) => why.one_of([Cause::Configuration], &differing),
        // It may be in the report, under another party.
        _ => why.one_of(
            [Cause::RegistrationData, Cause::Directory, Cause::Configuration, Cause::AsOf, Cause::Part],
            &differing,
        ),
    }
    why
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
        self.findings((placed || seen) && !self.why.is_empty());
        self.waivers();
        if !self.why.because.is_empty() {
            let because = self.why.because.clone();
            self.why.possibly.retain(|cause| !because.contains(cause));
        }
        self.why
    }

    fn shown(&mut self, cause: Cause) -> bool {
        self.why.shown(cause, &self.differing)
    }

    fn one_of(&mut self, parts: impl IntoIterator<Item = Cause>) {
        self.why.one_of(parts, &self.differing);
    }

    /// Whether the estate says different things of the meter. Who is expected is not among them: that follows from the
    /// directory too.
    fn estate_differs(&self) -> bool {
        let told = |row: &DeviceRow<'c>| {
            let named = Some(row.expectation.clone()).filter(|source| is_named(source));
            (row.mpan, named, row.device_type.clone(), row.device_status.clone())
        };
        told(self.old) != told(self.new)
    }

    /// Whether other records are behind the meter.
    fn records_differ(&self) -> bool {
        let told = |row: &'c DeviceRow<'c>| -> BTreeSet<(&'c str, u32)> {
            let lines = |row: &'c crate::model::v1::EvidenceRow<'c>| {
                row.lines.iter().map(|line| (&*row.input, *line))
            };
            row.evidence.iter().flat_map(lines).collect()
        };
        told(self.old) != told(self.new)
    }

    /// Whether other records are behind the meter that say something else, or at another time. What became of a record and
    /// how far it can be trusted is no part of it: that follows from certificates and the instant too.
    fn evidence_differs(&self) -> bool {
        if !self.records_differ() {
            return false;
        }
        let (old, new) = (statements(self.old), statements(self.new));
        // A record that is used says nothing beside what the cells show.
        let contradict =
            |one: &BTreeSet<_>, other: &BTreeSet<_>| !one.is_empty() && !other.is_empty() && one != other;
        !old.keys().eq(new.keys())
            || old.values().zip(new.values()).any(|(one, other)| contradict(one, other))
    }

    /// Who ought to be in the cells, and whether the meter is judged at all.
    fn expectation(&mut self) -> bool {
        let scope = |row: &DeviceRow<'_>| row.verdict == "out-of-scope";
        let rescoped = scope(self.old) != scope(self.new);
        if self.old.dno == self.new.dno && !rescoped {
            return false;
        }
        if self.estate_differs() && self.shown(Cause::RegistrationData) {
            return true;
        }
        // The directory alone says whose the distributor id is, and it is dated.
        let dated = [Cause::Directory, Cause::AsOf];
        if !rescoped
            && [self.old, self.new].into_iter().all(is_by_distributor)
            && dated.iter().any(|part| self.differing.contains(part))
        {
            self.one_of(dated);
            return true;
        }
        let mut parts = vec![Cause::RegistrationData, Cause::Directory, Cause::Configuration, Cause::AsOf];
        if rescoped {
            parts.push(Cause::RuleSet);
            // A device may say itself what it is.
            parts.extend(self.evidence_differs().then_some(Cause::Observation));
        }
        self.one_of(parts);
        true
    }

    /// What stands in the cells, and what is known of it.
    fn cells(&mut self, placed: bool) -> bool {
        let mut any = false;
        for (old, new) in self.old.cells.iter().zip(&self.new.cells) {
            if old.entity != new.entity || old.key != new.key {
                any = true;
                self.holds(old, new);
            } else if judged(old) != judged(new) {
                any = true;
                let unread = old.key.is_none() && self.evidence_differs() && self.shown(Cause::Observation);
                if !unread && !self.certificates(old) && !placed {
                    let observed = self.evidence_differs().then_some(Cause::Observation);
                    self.one_of(observed.into_iter().chain([
                        Cause::CertificateData,
                        Cause::Directory,
                        Cause::Configuration,
                        Cause::RuleSet,
                        Cause::AsOf,
                    ]));
                }
            }
        }
        any
    }

    /// Something else stands in a cell.
    fn holds(&mut self, old: &CellRow<'_>, new: &CellRow<'_>) {
        let others = self.records_differ();
        let shown = self.evidence_differs() || (others && old.observed_at == new.observed_at);
        if shown && self.shown(Cause::Observation) {
            return;
        }
        // Which of the same records decides follows from how far each can be trusted, from what times mean and from the
        // instant.
        let observed = others.then_some(Cause::Observation);
        let parts = [Cause::CertificateData, Cause::Configuration, Cause::AsOf];
        self.one_of(observed.into_iter().chain(parts));
    }

    /// Notes why the reports know other certificates with the key of a cell, or other things of them; says whether they do.
    fn certificates(&mut self, cell: &CellRow<'_>) -> bool {
        let Some(key) = cell.key else { return false };
        if self.old_basis.certificates.is_none() || self.new_basis.certificates.is_none() {
            return false;
        }
        let rows = |basis: &'c Basis| basis.with_key(key.as_str());
        let (old, new) = (rows(self.old_basis), rows(self.new_basis));
        let same =
            |told: fn(&CertificateRow) -> CertificateRow| old.iter().map(told).eq(new.iter().map(told));
        if !same(itself) && self.shown(Cause::CertificateData) {
            return true;
        }
        if same(but_validity) {
            return false;
        }
        // Of the same certificates, other ones above them, lists or policies, or another instant, say something else.
        self.one_of([Cause::CertificateData, Cause::Configuration, Cause::AsOf]);
        true
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
            let both_have = self.old_basis.has_rule(id) && self.new_basis.has_rule(id);
            rest |= both_have || !self.shown(Cause::RuleSet);
        }
        // Findings that call for another verdict than they did.
        let calls = |row: &'c DeviceRow<'c>| (&row.verdict, &row.reasons);
        let called = old == new && calls(self.old) != calls(self.new);
        if (!rest && !called) || explained {
            return;
        }
        let mut shown = self.evidence_differs() && self.shown(Cause::Observation);
        shown |= self.estate_differs() && self.shown(Cause::RegistrationData);
        let cells: &'c [CellRow<'c>] = &self.new.cells;
        let mut certificates = false;
        for cell in cells {
            certificates |= self.certificates(cell);
        }
        if certificates {
            shown = true;
        } else if cells.iter().any(|cell| self.validity_differs(cell)) {
            shown |= self.shown(Cause::AsOf);
        }
        if !shown {
            self.one_of([
                Cause::CertificateData,
                Cause::RegistrationData,
                Cause::Directory,
                Cause::RuleSet,
                Cause::Configuration,
                Cause::AsOf,
            ]);
        }
    }

    /// Waivers of findings that both reports have.
    fn waivers(&mut self) {
        let differs = self.old.findings.iter().any(|old| {
            let new = self.new.findings.iter().find(|new| new.rule == old.rule);
            new.is_some_and(|new| new.waiver != old.waiver)
        });
        // A selector may name an operator, supplier or model that is now another.
        if differs && !self.shown(Cause::Waiver) {
            self.one_of([Cause::RegistrationData, Cause::Directory, Cause::Configuration, Cause::AsOf]);
        }
    }
}

/// Whether registration or estate data names the operator.
fn is_named(source: &str) -> bool {
    matches!(source, "registration" | "estate")
}

/// Whether it is the distributor id of the MPAN that says who is expected, or that nobody is known to be.
fn is_by_distributor(row: &DeviceRow<'_>) -> bool {
    match row.dno {
        Some(_) => row.expectation == "mpan-distributor",
        None => row.expectation == "none" && row.mpan.is_some(),
    }
}

/// Statements, each with the cell that it is about.
type Statements<'r> = BTreeSet<(&'r str, &'r str)>;

/// What records tell beside what the cells show, by time and source, wherever they stand.
fn statements<'r>(row: &'r DeviceRow<'_>) -> BTreeMap<(Option<Short>, &'r str), Statements<'r>> {
    let mut statements: BTreeMap<_, Statements<'r>> = BTreeMap::new();
    for record in &row.evidence {
        let of_record = statements.entry((record.at, &*record.source)).or_default();
        for (cell, says) in &record.says {
            // Whose a credential is stands in brackets behind it, and is no part of the record.
            let plain = |text: &'r String| text.split_once(" (").map_or(text.as_str(), |(plain, _)| plain);
            of_record.extend(says.iter().map(|text| (&**cell, plain(text))));
        }
    }
    statements
}

/// What a certificate and the SMKI Repository say.
fn itself(row: &CertificateRow) -> CertificateRow {
    CertificateRow { path: String::new(), profile: Vec::new(), revocation: None, ..but_validity(row) }
}

/// What is known of a certificate but its validity, which follows from the dates and the instant.
fn but_validity(row: &CertificateRow) -> CertificateRow {
    CertificateRow { validity: "".into(), ..row.clone() }
}

/// What is known of what stands in a cell.
fn judged<'e>(cell: &'e CellRow<'_>) -> impl Eq + use<'e> {
    (&*cell.state, cell.holder.as_deref(), &cell.certificates)
}

/// The newest time at which a cell was seen as the row tells.
#[must_use]
pub fn newest(row: &DeviceRow<'_>) -> Option<Short> {
    row.cells.iter().filter_map(|cell| cell.observed_at).max()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::{select, subsequence};
    use serde_json::{Value, json};

    use super::*;
    use crate::diff::compare;

    const ROLES: [&str; 7] =
        ["certificates", "directory", "estate", "records", "registration", "trust-anchors", "waivers"];

    /// What a report rests on, as numbers: the same numbers are the same thing.
    #[derive(Clone, Debug)]
    struct Numbers {
        as_of: u8,
        program: u8,
        rule_set: u8,
        settings: u8,
        part: u8,
        /// By role.
        inputs: Vec<u8>,
        /// Digest, path, revocation and validity of the certificates with the keys K0 and K1.
        certificates: Vec<[u8; 4]>,
    }

    impl Numbers {
        const ALIKE: Self = Self {
            as_of: 0,
            program: 0,
            rule_set: 0,
            settings: 0,
            part: 0,
            inputs: Vec::new(),
            certificates: Vec::new(),
        };

        fn basis(&self) -> Basis {
            let count = json!({"duplicate": 0, "not-relevant": 0, "quarantined": 0, "superseded": 0, "total": 0, "used": 0});
            let inputs = self.inputs.iter().zip(ROLES).map(|(number, role)| {
                json!({"bytes": 0, "name": "", "records": count, "role": role, "sha256": number.to_string()})
            });
            let manifest: Manifest = serde_json::from_value(json!({
                "as_of": self.as_of.to_string(),
                "configuration_sha256": format!("{} {}", self.settings, self.as_of),
                "counts": {"meters": 0, "not_in_estate": 0, "records": count,
                    "verdicts": {"correct": 0, "missing": 0, "not-known": 0, "out-of-scope": 0, "wrong": 0}},
                "files": {}, "format": crate::FORMAT, "format_version": crate::FORMAT_VERSION,
                "inputs": inputs.collect::<Vec<_>>(),
                "rule_set": {"sha256": self.rule_set.to_string(), "version": 1},
                "seal": {"dno": {"parties": 0, "root": ""}, "supplier": {"parties": 0, "root": ""}},
                "tool": {"name": "dnoaudit", "version": self.program.to_string()},
            }))
            .unwrap();
            let rule = |id: &str| RuleRow {
                id: id.to_owned().into(),
                ..crate::rule_rows(audit::RuleSetVersion::NEWEST).remove(0)
            };
            // The second rule set has a rule more.
            let rules: Vec<RuleRow> =
                ["r", "s"].into_iter().take(1 + usize::from(self.rule_set)).map(rule).collect();
            if self.part > 0 {
                let whole = Basis::new(&manifest, Some(&rules), None, None);
                return whole.of_slice(Tree::Dno, self.part.to_string());
            }
            let settings: Configuration = serde_json::from_value(json!({
                "accepted_policies": [], "as_of": self.as_of.to_string(), "columns": {},
                "expiring_within_days": self.settings, "observed_at": {}, "stale_after_days": 0, "zoneless_times": "utc",
            }))
            .unwrap();
            let certificates = self.certificates.iter().enumerate();
            let rows = certificates.map(|(key, numbers)| {
                let [sha256, path, revocation, validity] = numbers.map(|number| number.to_string());
                serde_json::from_value::<CertificateRow>(json!({
                    "authority_key_identifier": null, "entity_id": null, "issuer": "", "key_usage": [], "kind": "organisation",
                    "not_after": "", "not_before": "", "path": path, "profile": [], "revocation": {"status": revocation},
                    "role": null, "serial": "", "sha256": sha256, "subject": "", "subject_key_identifier": format!("K{key}"),
                    "validity": validity,
                }))
                .unwrap()
            });
            Basis::new(&manifest, Some(&rules), Some(settings), Some(rows.collect()))
        }
    }

    fn numbers() -> impl Strategy<Value = Numbers> {
        let two = || 0u8..2;
        (
            (two(), two(), two(), two(), 0u8..3),
            proptest::collection::vec(two(), 0..8),
            proptest::collection::vec([two(), two(), two(), two()], 0..3),
        )
            .prop_map(|((as_of, program, rule_set, settings, part), inputs, certificates)| Numbers {
                as_of,
                program,
                rule_set,
                settings,
                part,
                inputs,
                certificates,
            })
    }

    /// Two that differ in some parts and in others not.
    fn two_numbers() -> impl Strategy<Value = [Numbers; 2]> {
        (numbers(), numbers(), proptest::collection::vec(any::<bool>(), 7)).prop_map(|(one, other, same)| {
            let pick = |place: usize, a: u8, b: u8| if same[place] { a } else { b };
            let second = Numbers {
                as_of: pick(0, one.as_of, other.as_of),
                program: pick(1, one.program, other.program),
                rule_set: pick(2, one.rule_set, other.rule_set),
                settings: pick(3, one.settings, other.settings),
                part: pick(4, one.part, other.part),
                inputs: if same[5] { one.inputs.clone() } else { other.inputs },
                certificates: if same[6] { one.certificates.clone() } else { other.certificates },
            };
            [one, second]
        })
    }

    fn cell() -> impl Strategy<Value = Value> {
        let state = select(vec!["correct", "missing", "wrong", "not-known"]);
        (state, 0u8..3, 0u8..2, 0u8..2, 0u8..3).prop_map(|(state, key, holder, certificates, at)| {
            let mut cell = json!({"key_usage": "digitalSignature", "state": state});
            if key > 0 {
                cell["entity"] = "E".into();
                cell["key"] = format!("K{}", key - 1).into();
            }
            if holder > 0 {
                cell["holder"] = "SPOW".into();
            }
            if certificates > 0 {
                cell["certificates"] = json!(["01"]);
            }
            if at > 0 {
                cell["observed_at"] = format!("T{at}").into();
            }
            cell
        })
    }

    fn record() -> impl Strategy<Value = Value> {
        let word = |words: &[&'static str]| select(words.to_vec());
        let outcome = word(&["used", "superseded", "duplicate", "not-relevant"]);
        (0u8..3, word(&["extract", "device"]), 0u8..2, 1u32..3, outcome, word(&["read", "command"]), 0u8..3)
            .prop_map(|(at, grade, input, line, outcome, source, says)| {
                let mut record = json!({
                    "grade": grade, "input": input.to_string(), "lines": [line], "outcome": outcome, "source": source,
                });
                if at > 0 {
                    record["at"] = format!("T{at}").into();
                }
                if says > 0 {
                    record["says"] = json!({"digitalSignature": [format!("holds {says} (LOND)")]});
                }
                record
            })
    }

    fn row() -> impl Strategy<Value = DeviceRow<'static>> {
        let optional = |words: &[&'static str]| proptest::option::of(select(words.to_vec()));
        let finding = |rule: &'static str| {
            (any::<bool>()).prop_map(move |waived| {
                let mut finding = json!({"evidence": {}, "rule": rule, "severity": "error"});
                if waived {
                    finding["waiver"] = "W".into();
                }
                finding
            })
        };
        let expectation = select(vec!["registration", "estate", "mpan-distributor", "none"]);
        let verdict = select(vec!["correct", "missing", "wrong", "not-known", "out-of-scope"]);
        (
            [cell(), cell()],
            proptest::collection::vec(record(), 0..3),
            (finding("r"), finding("s"), subsequence(vec![0, 1], 0..=2), subsequence(vec!["r", "s"], 0..=2)),
            (optional(&["LOND", "EELC"]), optional(&["1", "2"]), expectation, verdict),
            (optional(&["Commissioned"]), optional(&["ESME"])),
        )
            .prop_map(
                |(
                    cells,
                    evidence,
                    (r, s, which, reasons),
                    (dno, mpan, expectation, verdict),
                    (status, kind),
                )| {
                    let findings: Vec<Value> = which.iter().map(|place| [&r, &s][*place].clone()).collect();
                    let mut row = json!({
                        "cells": cells, "conditions": [], "device_id": "00-00-00-00-00-00-00-01", "dno": dno,
                        "effect": {"alerts": "possible", "command": "possible", "read": "possible"},
                        "evidence": evidence, "expectation": expectation, "findings": findings, "mpan": mpan,
                        "reasons": reasons, "remedy": null, "supplier": null, "verdict": verdict,
                    });
                    if let Some(status) = status {
                        row["device_status"] = status.into();
                    }
                    if let Some(kind) = kind {
                        row["device_type"] = kind.into();
                    }
                    serde_json::from_value(row).unwrap()
                },
            )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn nothing_is_a_cause_in_which_the_reports_do_not_differ(
            numbers in two_numbers(), old in proptest::option::of(row()), new in proptest::option::of(row()),
        ) {
            let [one, other] = numbers.each_ref().map(Numbers::basis);
            let differ = one.differs_from(&other);
            let (_, difference) = compare(old.as_ref(), new.as_ref(), [&one, &other]);
            let Some(difference) = difference else { return Ok(()) };
            let Why { because, possibly } = &difference.why;
            prop_assert!(because.is_subset(&differ) && possibly.is_subset(&differ), "{:?} of {:?}", difference.why, differ);
            prop_assert!(because.is_disjoint(possibly));
            prop_assert!(possibly.len() != 1 || !because.is_empty(), "one that is possible is the one");
            prop_assert!(!difference.why.words().is_empty());
        }

        #[test]
        fn between_reports_that_rest_on_the_same_nothing_is_a_cause(
            numbers in numbers(), old in proptest::option::of(row()), new in proptest::option::of(row()),
        ) {
            let [one, other] = [numbers.basis(), numbers.basis()];
            let (_, difference) = compare(old.as_ref(), new.as_ref(), [&one, &other]);
            prop_assert!(difference.is_none_or(|difference| difference.why == Why::default()));
        }

        #[test]
        fn what_differs_alone_is_the_cause_or_can_not_be(
            place in 0usize..12, old in row(), new in row(),
        ) {
            let alike = Numbers { inputs: vec![0; 7], certificates: vec![[0; 4]; 2], ..Numbers::ALIKE };
            let mut changed = alike.clone();
            match place {
                0..7 => changed.inputs[place] = 1,
                7 => changed.as_of = 1,
                8 => changed.program = 1,
                9 => changed.rule_set = 1,
                10 => changed.settings = 1,
                _ => changed.part = 1,
            }
            let [one, other] = [alike.basis(), changed.basis()];
            let differ = one.differs_from(&other);
            prop_assert_eq!(differ.len(), 1);
            let (_, difference) = compare(Some(&old), Some(&new), [&one, &other]);
            let Some(Why { because, possibly }) = difference.map(|difference| difference.why) else { return Ok(()) };
            prop_assert!(possibly.is_empty() && (because.is_empty() || because == differ));
            // A rule set or a program may do anything.
            prop_assert!(!matches!(place, 8 | 9) || because == differ);
        }
    }

    /// The causes of a difference between two rows, of which the second is the first with other members.
    fn causes(bases: [&Numbers; 2], old: Value, other: &[(&str, Value)]) -> String {
        let mut row = json!({
            "cells": [{"key_usage": "digitalSignature", "state": "correct", "entity": "E", "key": "K0", "observed_at": "T1"},
                {"key_usage": "keyAgreement", "state": "correct", "entity": "E", "key": "K0", "observed_at": "T1"}],
            "conditions": [], "device_id": "00-00-00-00-00-00-00-01", "dno": "LOND",
            "effect": {"alerts": "possible", "command": "possible", "read": "possible"},
            "evidence": [], "expectation": "mpan-distributor", "findings": [], "mpan": "1", "reasons": [], "remedy": null,
            "supplier": null, "verdict": "correct",
        });
        row.as_object_mut().unwrap().extend(old.as_object().unwrap().clone());
        let mut new = row.clone();
        for (pointer, value) in other {
            *new.pointer_mut(pointer).unwrap() = value.clone();
        }
        let [old, new]: [DeviceRow<'static>; 2] = [row, new].map(|row| serde_json::from_value(row).unwrap());
        let [one, two] = bases.map(Numbers::basis);
        compare(Some(&old), Some(&new), [&one, &two]).1.unwrap().why.words()
    }

    #[test]
    fn of_the_same_records_another_one_decides_because_of_certificates_or_the_instant() {
        let alike = Numbers { inputs: vec![0; 7], ..Numbers::ALIKE };
        let certificates = Numbers { inputs: vec![1, 0, 0, 0, 0, 0, 0], ..alike.clone() };
        let later = Numbers { as_of: 1, ..alike.clone() };
        let records = Numbers { inputs: vec![0, 0, 0, 1, 0, 0, 0], ..alike.clone() };
        let evidence = |outcome: &str, grade: &str| {
            json!({"at": "T2", "grade": grade, "input": "0", "lines": [1], "outcome": outcome, "source": "read",
                "says": {"digitalSignature": ["holds K1 (LOND)"]}})
        };
        let row = json!({"evidence": [evidence("not-relevant", "extract")]});
        let decides = [("/evidence/0", evidence("used", "device")), ("/cells/0/key", "K1".into())];
        assert_eq!(causes([&alike, &certificates], row.clone(), &decides), "certificate-data");
        assert_eq!(causes([&alike, &later], row.clone(), &decides), "as-of");
        assert_eq!(causes([&alike, &alike], row.clone(), &decides), UNEXPLAINED);
        // And the same without another key: a finding comes or goes with the record.
        let finding = json!([{"evidence": {}, "rule": "r", "severity": "warning"}]);
        let comes = [("/evidence/0", evidence("used", "device")), ("/findings", finding)];
        assert_eq!(causes([&alike, &certificates], row.clone(), &comes), "certificate-data");
        assert_eq!(causes([&alike, &later], row.clone(), &comes), "as-of");
        // Another record, at another time, in another file.
        let mut newer = evidence("used", "device");
        newer["at"] = "T3".into();
        newer["input"] = "1".into();
        let both = Numbers { as_of: 1, ..records.clone() };
        let decides = [("/evidence/0", newer), ("/cells/0/key", "K1".into())];
        assert_eq!(causes([&alike, &both], row.clone(), &decides), "observation");
        // The same of a cell of which the old and the new records say something else of one time.
        let mut other = evidence("used", "device");
        other["input"] = "1".into();
        let decides = [("/evidence/0", other), ("/cells/0/key", "K1".into())];
        assert_eq!(causes([&alike, &both], row, &decides), "observation");
    }

    #[test]
    fn how_the_operator_was_found_is_no_registration_data_where_the_directory_finds_it() {
        let alike = Numbers { inputs: vec![0; 7], ..Numbers::ALIKE };
        let directory = Numbers { inputs: vec![0, 1, 0, 0, 0, 0, 0], ..alike.clone() };
        let both = Numbers { inputs: vec![0, 1, 1, 0, 0, 0, 0], ..alike.clone() };
        let unknown = json!({"dno": null, "expectation": "none", "verdict": "not-known"});
        let found = [
            ("/dno", "LOND".into()),
            ("/expectation", "mpan-distributor".into()),
            ("/verdict", "correct".into()),
        ];
        assert_eq!(causes([&alike, &directory], unknown.clone(), &found), "directory");
        assert_eq!(causes([&alike, &both], unknown.clone(), &found), "directory");
        let named =
            [("/dno", "LOND".into()), ("/expectation", "estate".into()), ("/verdict", "correct".into())];
        assert_eq!(causes([&alike, &both], unknown, &named), "registration-data");
    }

    #[test]
    fn a_meter_of_one_report_alone_is_so_because_of_the_estate_or_of_what_is_a_slice() {
        let alike = Numbers { inputs: vec![0; 7], ..Numbers::ALIKE };
        let slice = |part: u8| Numbers { part, ..alike.clone() };
        let estate = Numbers { inputs: vec![0, 0, 1, 0, 0, 0, 0], ..alike.clone() };
        let alone = |one: &Numbers, other: &Numbers| why_alone(&one.basis(), &other.basis()).words();
        assert_eq!(alone(&alike, &estate), "registration-data");
        assert_eq!(alone(&alike, &Numbers { settings: 1, ..alike.clone() }), "configuration");
        assert_eq!(alone(&alike, &alike), UNEXPLAINED);
        assert_eq!(alone(&alike, &slice(1)), "part");
        assert_eq!(alone(&slice(1), &slice(2)), "part");
        assert_eq!(alone(&slice(1), &Numbers { part: 1, ..estate.clone() }), "registration-data");
        assert_eq!(alone(&slice(1), &Numbers { part: 2, ..estate }), "registration-data or part");
        // Of slices, the digest of the settings tells whether they are the same, as long as the instant is.
        let configured = Numbers { settings: 1, ..slice(1) };
        assert_eq!(slice(1).basis().differs_from(&configured.basis()), [Cause::Configuration].into());
    }
}
