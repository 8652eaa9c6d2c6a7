//! Counts that follow from rows alone, in parts that can be added in any order.

use std::collections::BTreeMap;

use types::Timestamp;

use crate::model::v1::{DeviceRow, ModelCounts, RuleRow, Text, VerdictCounts};
use crate::seal::{Tree, UnknownVerdict};

/// The most groups of one kind: parties, regions or models. It bounds the memory that rows of somebody else can take.
pub const MAX_GROUPS: usize = 1 << 20;

/// The group of rows that say nothing of a region.
const NO_REGION: &str = "unknown";

/// Why rows can't be counted.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CountError {
    /// A verdict that is none.
    #[error(transparent)]
    Verdict(#[from] UnknownVerdict),
    /// More groups than any report has.
    #[error("more than {MAX_GROUPS} groups by {by}")]
    TooManyGroups {
        /// `dno`, `supplier`, `region`, `model`, `rule` or `waiver`.
        by: &'static str,
    },
}

/// Manufacturer, model and firmware.
type Model = [Option<String>; 3];

/// What the summaries of a report and of a slice count of rows.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RowTotals {
    /// Rows by verdict.
    pub verdicts: VerdictCounts,
    /// By whole days from the newest `observed_at` of the cells to the instant of the audit; rows without one are left
    /// out, for they do not tell undated evidence from none.
    pub by_age: BTreeMap<String, VerdictCounts>,
    /// By expected party.
    pub by_dno: BTreeMap<String, VerdictCounts>,
    /// By region.
    pub by_region: BTreeMap<String, VerdictCounts>,
    /// By responsible supplier.
    pub by_supplier: BTreeMap<String, VerdictCounts>,
    by_model: BTreeMap<Model, VerdictCounts>,
    /// Findings by rule.
    pub findings: BTreeMap<String, u64>,
    /// Findings with a waiver, by rule.
    pub waived_findings: BTreeMap<String, u64>,
    /// Rows that are waived, by verdict.
    pub waived: VerdictCounts,
    /// Findings by waiver.
    pub waivers: BTreeMap<String, u64>,
}

impl RowTotals {
    /// Counts a row of a report of this instant.
    ///
    /// # Errors
    ///
    /// Its verdict is none, or there are too many groups.
    pub fn count(&mut self, row: &DeviceRow<'_>, as_of: Timestamp) -> Result<(), CountError> {
        let verdict = row.verdict.as_ref();
        self.verdicts.count(verdict)?;
        let of = |text: &Option<Text<'_>>| text.as_deref().map(str::to_owned);
        let dno = Tree::Dno.party(row.dno.as_deref(), None);
        let supplier = Tree::Supplier.party(None, row.supplier.as_deref());
        let region = row.region.as_deref().unwrap_or(NO_REGION);
        in_group(&mut self.by_dno, dno, "dno", |counts| counts.count(verdict))??;
        in_group(&mut self.by_supplier, supplier, "supplier", |counts| counts.count(verdict))??;
        in_group(&mut self.by_region, region, "region", |counts| counts.count(verdict))??;
        let model = [of(&row.manufacturer), of(&row.model), of(&row.firmware)];
        if self.by_model.len() == MAX_GROUPS && !self.by_model.contains_key(&model) {
            return Err(CountError::TooManyGroups { by: "model" });
        }
        self.by_model.entry(model).or_default().count(verdict)?;
        let seen = row.cells.iter().filter_map(|cell| cell.observed_at.as_ref()?.as_str().parse().ok()).max();
        if let Some(age) = seen.map(|seen| audit::Age::of_days(as_of.days_since(seen))) {
            in_group(&mut self.by_age, age.name(), "age", |counts| counts.count(verdict))??;
        }
        for finding in &row.findings {
            in_group(&mut self.findings, &finding.rule, "rule", |count| *count += 1)?;
            if let Some(waiver) = &finding.waiver {
                in_group(&mut self.waived_findings, &finding.rule, "rule", |count| *count += 1)?;
                in_group(&mut self.waivers, waiver, "waiver", |count| *count += 1)?;
            }
        }
        if row.waived {
            self.waived.count(verdict)?;
        }
        Ok(())
    }

    /// Adds the counts of other rows.
    ///
    /// # Errors
    ///
    /// There are too many groups.
    pub fn add(&mut self, other: Self) -> Result<(), CountError> {
        self.verdicts.saturating_add(&other.verdicts);
        self.waived.saturating_add(&other.waived);
        for (into, from, by) in [
            (&mut self.by_age, other.by_age, "age"),
            (&mut self.by_dno, other.by_dno, "dno"),
            (&mut self.by_region, other.by_region, "region"),
            (&mut self.by_supplier, other.by_supplier, "supplier"),
        ] {
            for (name, counts) in from {
                in_group(into, &name, by, |into| into.saturating_add(&counts))?;
            }
        }
        for (into, from, by) in [
            (&mut self.findings, other.findings, "rule"),
            (&mut self.waived_findings, other.waived_findings, "rule"),
            (&mut self.waivers, other.waivers, "waiver"),
        ] {
            for (name, count) in from {
                in_group(into, &name, by, |into| *into += count)?;
            }
        }
        for (model, counts) in other.by_model {
            self.by_model.entry(model).or_default().saturating_add(&counts);
        }
        if self.by_model.len() > MAX_GROUPS {
            return Err(CountError::TooManyGroups { by: "model" });
        }
        Ok(())
    }

    /// Findings by rule, and every rule of a table with zero that never failed.
    #[must_use]
    pub fn by_rule(&self, rules: &[RuleRow]) -> BTreeMap<String, u64> {
        let zeros = rules.iter().map(|rule| (rule.id.to_string(), 0));
        zeros.chain(self.findings.clone()).collect()
    }

    /// By manufacturer, model and firmware, as a summary lists them and in its order.
    pub fn models(&self) -> impl Iterator<Item = ModelCounts> + '_ {
        self.by_model.iter().map(|([manufacturer, model, firmware], counts)| ModelCounts {
            counts: *counts,
            firmware: firmware.clone(),
            manufacturer: manufacturer.clone(),
            model: model.clone(),
        })
    }
}

/// Counts in a group, which begins at nothing.
fn in_group<C: Default, T>(
    groups: &mut BTreeMap<String, C>,
    name: &str,
    by: &'static str,
    count: impl FnOnce(&mut C) -> T,
) -> Result<T, CountError> {
    let full = groups.len() >= MAX_GROUPS;
    match groups.get_mut(name) {
        Some(counts) => Ok(count(counts)),
        None if full => Err(CountError::TooManyGroups { by }),
        None => Ok(count(groups.entry(name.to_owned()).or_default())),
    }
}
