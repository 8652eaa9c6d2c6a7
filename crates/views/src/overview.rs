//! What a report says as a whole: the figures that the page and the brief tell.
//!
//! In: the certificates and the rows of a report, one at a time. Out: an [`Overview`]. Memory grows with the number of
//! parties, models, rules and credentials, and not with that of meters: what is grouped by values that somebody else's
//! rows may have any number of is kept for the first [`MAX_KEPT`] groups, and the rest is counted together.

use std::collections::BTreeMap;

use report::model::v1::{CertificateRow, DeviceRow, VerdictCounts};
use report::{CountError, RowTotals, Short};
use types::{Grade, Timestamp};

use crate::cells::holder;

/// The most groups of one kind that are kept apart. Beyond them meters are still counted.
pub const MAX_KEPT: usize = 1 << 16;

/// Verdicts in the order of views, with the words that people read.
pub const VERDICTS: [(&str, &str); 5] = [
    ("correct", "correct"),
    ("missing", "missing"),
    ("wrong", "wrong"),
    ("not-known", "not known"),
    ("out-of-scope", "out of scope"),
];

/// The words for grades of evidence, the weakest first.
pub const GRADES: [&str; 6] = [
    Grade::ExtractRow.name(),
    Grade::DccAlert.name(),
    Grade::Xml.name(),
    Grade::DeviceUnchecked.name(),
    Grade::DeviceSignedUnproven.name(),
    Grade::DeviceSigned.name(),
];

/// Counts in the order of [`VERDICTS`].
#[must_use]
pub const fn in_order(counts: &VerdictCounts) -> [u64; 5] {
    let VerdictCounts { correct, missing, not_known, out_of_scope, wrong } = *counts;
    [correct, missing, wrong, not_known, out_of_scope]
}

/// Meters of a group, and the first of them in the order of the report.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Group {
    /// How many there are.
    pub meters: u64,
    /// The first.
    pub first: Short,
}

/// Meters by some key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Groups<K> {
    kept: BTreeMap<K, Group>,
    /// Meters of groups that came when [`MAX_KEPT`] were kept.
    pub beyond: u64,
}

impl<K> Default for Groups<K> {
    fn default() -> Self {
        Self { kept: BTreeMap::new(), beyond: 0 }
    }
}

impl<K: Ord> Groups<K> {
    fn count(&mut self, key: K, device: Short) {
        let full = self.kept.len() >= MAX_KEPT;
        match self.kept.get_mut(&key) {
            Some(group) => group.meters += 1,
            None if full => self.beyond += 1,
            None => {
                self.kept.insert(key, Group { meters: 1, first: device });
            }
        }
    }

    /// All groups that were kept, in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &Group)> {
        self.kept.iter()
    }

    /// The groups with most meters first, and those of as many in the order of their keys.
    #[must_use]
    pub fn commonest(&self) -> Vec<(&K, &Group)> {
        let mut groups: Vec<_> = self.kept.iter().collect();
        groups.sort_by_key(|(_, group)| std::cmp::Reverse(group.meters));
        groups
    }

    /// Meters of all groups.
    #[must_use]
    pub fn meters(&self) -> u64 {
        self.kept.values().map(|group| group.meters).sum::<u64>() + self.beyond
    }
}

/// The verdict of meters and the first rule that calls for it, which is how each of them is counted once.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Reason {
    /// The verdict.
    pub verdict: String,
    /// Id of the rule; empty where none calls for the verdict.
    pub rule: String,
}

/// One credential that stands in cells which are not correct.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Fault {
    /// The first rule that calls for the verdict of the meter.
    pub rule: String,
    /// The entity in the cell.
    pub entity: Short,
    /// The key in the cell.
    pub key: Short,
    /// Who is known to stand behind it.
    pub holder: Option<String>,
}

/// One supplier whose meters fail one rule first.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct SupplierFault {
    /// The first rule that calls for the verdict of the meter.
    pub rule: String,
    /// The responsible supplier; `unknown` where it is not known.
    pub supplier: String,
}

/// What is to be done, and by whom.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Task {
    /// Who must act, by function.
    pub party: String,
    /// Who that is, if known.
    pub who: Option<String>,
    /// DUIS service reference variant.
    pub service_request: Option<String>,
    /// GBCS `CredentialsReplacementMode`.
    pub mode: Option<u32>,
    /// What to do.
    pub action: String,
}

/// When credentials end, counted from the instant of the audit. The order is that of time.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Ends {
    /// Before it.
    Expired,
    /// Within 30 days.
    Days30,
    /// Within 31 to 90 days.
    Days90,
    /// Within 91 to 365 days.
    Days365,
    /// Later.
    Later,
}

impl Ends {
    /// All, in the order of time.
    pub const ALL: [Self; 5] = [Self::Expired, Self::Days30, Self::Days90, Self::Days365, Self::Later];

    /// The words of views.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Expired => "already expired",
            Self::Days30 => "within 30 days",
            Self::Days90 => "within 31 to 90 days",
            Self::Days365 => "within 91 to 365 days",
            Self::Later => "later",
        }
    }

    /// Of something that is valid until an instant, which belongs to it.
    #[must_use]
    pub fn of(not_after: Timestamp, as_of: Timestamp) -> Self {
        let by = |days| not_after <= as_of.saturating_add_days(days);
        match () {
            () if not_after < as_of => Self::Expired,
            () if by(30) => Self::Days30,
            () if by(90) => Self::Days90,
            () if by(365) => Self::Days365,
            () => Self::Later,
        }
    }
}

/// A credential in cells, and when the last of its certificates ends.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Credential {
    /// The entity.
    pub entity: Short,
    /// The key.
    pub key: Short,
    /// Who stands behind it, as the first meter says.
    pub holder: Option<String>,
    /// Serial numbers of the certificates that stand for it in cells, in hex.
    pub serials: Vec<String>,
    /// When the last of them ends.
    pub not_after: Timestamp,
    /// How that lies to the instant of the audit.
    pub ends: Ends,
    /// Meters with it in a cell.
    pub meters: u64,
}

/// Credentials in cells by when they end.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Expiry {
    /// Every credential in a cell that certificates of the report stand for: the one that ends first comes first.
    pub credentials: Vec<Credential>,
    /// Meters by the first of their cells' credentials to end.
    pub meters: BTreeMap<Ends, u64>,
}

/// The figures of a report.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Overview {
    /// The instant of the audit.
    pub as_of: Timestamp,
    /// What the summary counts too.
    pub totals: RowTotals,
    /// Meters by verdict and by the first rule that calls for it.
    pub reasons: Groups<Reason>,
    /// Meters for which each rule about the state of the credentials failed.
    pub conditions: BTreeMap<String, u64>,
    /// Meters that are not correct, by what stands in a cell that is not; a meter with two such cells counts for each
    /// credential in them.
    pub faults: Groups<Fault>,
    /// Meters that are missing or wrong, by supplier.
    pub supplier_faults: Groups<SupplierFault>,
    /// What is to be done.
    pub tasks: Groups<Task>,
    /// Meters by weakest grade of the records that were used; `no-evidence` if there are none.
    pub grades: BTreeMap<String, VerdictCounts>,
    /// When credentials end; nothing if no certificate was pushed, as in a slice.
    pub expiry: Option<Expiry>,
}

impl Overview {
    /// Meters that the audit judges or would have judged: all but those out of scope.
    #[must_use]
    pub const fn in_scope(&self) -> u64 {
        let VerdictCounts { correct, missing, wrong, not_known, .. } = self.totals.verdicts;
        correct + missing + wrong + not_known
    }

    /// Meters of which something was concluded.
    #[must_use]
    pub const fn judged(&self) -> u64 {
        let VerdictCounts { correct, missing, wrong, .. } = self.totals.verdicts;
        correct + missing + wrong
    }

    /// The rules that call first for a verdict, the commonest first.
    #[must_use]
    pub fn reasons_of(&self, verdict: &str) -> Vec<(&str, &Group)> {
        let groups = self.reasons.commonest().into_iter();
        let of = groups.filter(|(reason, _)| reason.verdict == verdict);
        of.map(|(reason, group)| (reason.rule.as_str(), group)).collect()
    }
}

/// Gathers an [`Overview`]: certificates first, then the rows.
#[derive(Debug)]
pub struct Gathering {
    as_of: Timestamp,
    certificates: BTreeMap<(Short, Short, String), Timestamp>,
    in_use: BTreeMap<(Short, Short), InUse>,
    ends: BTreeMap<Ends, u64>,
    has_certificates: bool,
    overview: Overview,
}

#[derive(Debug)]
struct InUse {
    holder: Option<String>,
    serials: Vec<String>,
    not_after: Timestamp,
    meters: u64,
}

impl Gathering {
    /// Begins with nothing. `has_certificates` says whether the certificates of the report will be pushed; a slice has
    /// none.
    #[must_use]
    pub fn new(as_of: Timestamp, has_certificates: bool) -> Self {
        Self {
            as_of,
            certificates: BTreeMap::new(),
            in_use: BTreeMap::new(),
            ends: BTreeMap::new(),
            has_certificates,
            overview: Overview {
                as_of,
                totals: RowTotals::default(),
                reasons: Groups::default(),
                conditions: BTreeMap::new(),
                faults: Groups::default(),
                supplier_faults: Groups::default(),
                tasks: Groups::default(),
                grades: BTreeMap::new(),
                expiry: None,
            },
        }
    }

    /// Takes a certificate. Only those of organisations are kept: no other stands in a cell of an operator, and those of
    /// devices are as many as meters.
    pub fn certificate(&mut self, row: &CertificateRow) {
        let (Some(entity), Some(key), "organisation") =
            (&row.entity_id, &row.subject_key_identifier, row.kind.as_ref())
        else {
            return;
        };
        if let Ok(not_after) = row.not_after.parse() {
            let name = (Short::of(entity), Short::of(key), row.serial.clone());
            self.certificates.insert(name, not_after);
        }
    }

    /// Takes a row.
    ///
    /// # Errors
    ///
    /// Its verdict is none, or there are more parties, regions, models or rules than any report has.
    pub fn push(&mut self, row: &DeviceRow<'_>) -> Result<(), CountError> {
        self.overview.totals.count(row, self.as_of)?;
        let device = row.device_id;
        let rule = row.reasons.first().map_or("", |rule| rule.as_ref());
        let verdict = row.verdict.as_ref();
        let reason = Reason { verdict: verdict.to_owned(), rule: rule.to_owned() };
        self.overview.reasons.count(reason, device);
        let conditions = &mut self.overview.conditions;
        for condition in &row.conditions {
            if conditions.len() == MAX_KEPT && !conditions.contains_key(condition.as_ref()) {
                return Err(CountError::TooManyGroups { by: "rule" });
            }
            *conditions.entry(condition.to_string()).or_default() += 1;
        }
        if matches!(verdict, "missing" | "wrong" | "not-known") {
            self.faults(row, rule);
        }
        if matches!(verdict, "missing" | "wrong") {
            let supplier = report::seal::Tree::Supplier.party(None, row.supplier.as_deref());
            let fault = SupplierFault { rule: rule.to_owned(), supplier: supplier.to_owned() };
            self.overview.supplier_faults.count(fault, device);
        }
        if let Some(remedy) = &row.remedy {
            let task = Task {
                party: remedy.party.to_string(),
                who: remedy.who.as_deref().map(str::to_owned),
                service_request: remedy.service_request.as_deref().map(str::to_owned),
                mode: remedy.mode,
                action: remedy.action.to_string(),
            };
            self.overview.tasks.count(task, device);
        }
        let used = row.evidence.iter().filter(|evidence| evidence.outcome == "used");
        let weakest = used.filter_map(|used| GRADES.iter().position(|grade| *grade == used.grade)).min();
        let grade = weakest.and_then(|place| GRADES.get(place)).copied().unwrap_or("no-evidence");
        self.overview.grades.entry(grade.to_owned()).or_default().count(verdict)?;
        self.ends(row);
        Ok(())
    }

    fn faults(&mut self, row: &DeviceRow<'_>, rule: &str) {
        let mut found: Vec<Fault> = Vec::new();
        for cell in row.cells.iter().filter(|cell| cell.state != "correct") {
            let (Some(entity), Some(key)) = (cell.entity, cell.key) else { continue };
            let holder = cell.holder.as_deref().map(str::to_owned);
            let fault = Fault { rule: rule.to_owned(), entity, key, holder };
            if !found.contains(&fault) {
                found.push(fault);
            }
        }
        for fault in found {
            self.overview.faults.count(fault, row.device_id);
        }
    }

    /// Counts when the credentials in the cells end.
    fn ends(&mut self, row: &DeviceRow<'_>) {
        let mut first: Option<Timestamp> = None;
        let mut seen: Vec<(Short, Short)> = Vec::new();
        for cell in &row.cells {
            let (Some(entity), Some(key)) = (cell.entity, cell.key) else { continue };
            let of = |serial: &str| self.certificates.get(&(entity, key, serial.to_owned())).copied();
            // A credential holds as long as one of its certificates does.
            let Some(not_after) = cell.certificates.iter().filter_map(|serial| of(serial)).max() else {
                continue;
            };
            first = Some(first.map_or(not_after, |other| other.min(not_after)));
            let known = cell.certificates.iter().filter(|serial| of(serial).is_some());
            let known: Vec<String> = known.map(ToString::to_string).collect();
            let in_use = self.in_use.entry((entity, key)).or_insert_with(|| InUse {
                holder: holder(row, cell).map(str::to_owned),
                serials: Vec::new(),
                not_after,
                meters: 0,
            });
            for serial in known {
                if !in_use.serials.contains(&serial) {
                    in_use.serials.push(serial);
                }
            }
            in_use.not_after = in_use.not_after.max(not_after);
            if !seen.contains(&(entity, key)) {
                in_use.meters += 1;
                seen.push((entity, key));
            }
        }
        if let Some(first) = first {
            *self.ends.entry(Ends::of(first, self.as_of)).or_default() += 1;
        }
    }

    /// The figures.
    #[must_use]
    pub fn finish(self) -> Overview {
        let Self { as_of, in_use, ends, has_certificates, mut overview, .. } = self;
        if has_certificates {
            let credential = |((entity, key), found): ((Short, Short), InUse)| Credential {
                entity,
                key,
                holder: found.holder,
                serials: found.serials,
                not_after: found.not_after,
                ends: Ends::of(found.not_after, as_of),
                meters: found.meters,
            };
            let mut credentials: Vec<Credential> = in_use.into_iter().map(credential).collect();
            credentials.sort_by_key(|credential| credential.not_after);
            overview.expiry = Some(Expiry { credentials, meters: ends });
        }
        overview
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{certificate, overview, row};

    #[test]
    fn every_meter_is_counted_once_in_each_kind_of_figure() {
        let rows = [
            row(1, "correct", "A"),
            row(2, "missing", "A"),
            row(3, "missing", "B"),
            row(4, "wrong", "B"),
            row(5, "not-known", "A"),
            row(6, "out-of-scope", "A"),
        ];
        let overview = overview(&rows);
        assert_eq!(in_order(&overview.totals.verdicts), [1, 2, 1, 1, 1]);
        assert_eq!((overview.judged(), overview.in_scope()), (4, 5));
        assert_eq!(overview.reasons.meters(), 6);
        let [(rule, group)] = overview.reasons_of("missing")[..] else { panic!("{overview:?}") };
        assert_eq!(
            (rule, group.meters, group.first.as_str()),
            ("rule-of-missing", 2, "00-DB-12-00-00-00-00-02")
        );
        assert_eq!(overview.supplier_faults.meters(), 3);
        assert_eq!(overview.tasks.meters(), 4);
        // Two cells with two credentials: each of four meters counts for both.
        assert_eq!(overview.faults.meters(), 8);
        assert_eq!(overview.conditions["certificate-expiring"], 6);
        // The weakest of the records that were used.
        assert_eq!(in_order(&overview.grades["extract-row"]), [1, 2, 1, 1, 1]);
    }

    #[test]
    fn a_credential_ends_with_the_last_of_its_certificates_and_a_meter_with_the_first_credential() {
        let rows = [row(1, "correct", "A"), row(2, "wrong", "B")];
        let expiry = overview(&rows).expiry.unwrap();
        let found: Vec<_> =
            expiry.credentials.iter().map(|it| (it.key.as_str(), it.ends, it.meters)).collect();
        assert_eq!(found, [("D1", Ends::Days30, 2), ("A1", Ends::Days90, 2)]);
        assert_eq!(expiry.meters, [(Ends::Days30, 2)].into());

        let mut gathering = Gathering::new("2026-01-01T00:00:00Z".parse().unwrap(), true);
        gathering.certificate(&certificate("D1", "2026-01-31T00:00:00Z"));
        let mut longer = certificate("D1", "2030-01-01T00:00:00Z");
        longer.serial = "77".to_owned();
        gathering.certificate(&longer);
        let mut renewed = row(1, "correct", "A");
        renewed.cells[0].certificates.push("77".into());
        gathering.push(&renewed).unwrap();
        let expiry = gathering.finish().expiry.unwrap();
        assert_eq!(expiry.credentials[0].ends, Ends::Later);
        assert_eq!(expiry.credentials[0].serials, ["5ED1", "77"]);
        assert_eq!(expiry.meters, [(Ends::Later, 1)].into());
    }

    #[test]
    fn the_last_instant_of_a_period_belongs_to_it() {
        let ends = |text: &str| Ends::of(text.parse().unwrap(), "2026-01-01T00:00:00Z".parse().unwrap());
        for (text, expected) in [
            ("2025-12-31T23:59:59Z", Ends::Expired),
            ("2026-01-01T00:00:00Z", Ends::Days30),
            ("2026-01-31T00:00:00Z", Ends::Days30),
            ("2026-01-31T00:00:01Z", Ends::Days90),
            ("2026-04-01T00:00:00Z", Ends::Days90),
            ("2026-04-01T00:00:01Z", Ends::Days365),
            ("2027-01-01T00:00:00Z", Ends::Days365),
            ("2027-01-01T00:00:01Z", Ends::Later),
            ("9999-12-31T23:59:59Z", Ends::Later),
        ] {
            assert_eq!(ends(text), expected, "{text}");
        }
    }

    #[test]
    fn groups_beyond_the_most_are_counted_together() {
        let mut groups = Groups::default();
        let device = Short::of("00-DB-12-00-00-00-00-01");
        for key in 0..MAX_KEPT + 3 {
            groups.count(key, device);
        }
        groups.count(0, device);
        assert_eq!((groups.iter().count(), groups.beyond), (MAX_KEPT, 3));
        assert_eq!(groups.commonest()[0].1.meters, 2);
        assert_eq!(groups.meters(), MAX_KEPT as u64 + 4);
    }

    #[test]
    fn a_verdict_that_is_none_is_refused() {
        let mut gathering = Gathering::new("2026-01-01T00:00:00Z".parse().unwrap(), false);
        let mut strange = row(1, "correct", "A");
        strange.verdict = "fine".into();
        assert!(gathering.push(&strange).is_err());
        assert_eq!(gathering.finish().expiry, None);
    }
}
