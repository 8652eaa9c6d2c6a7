//! What several exports say of a meter: the same words in each.

use std::borrow::Cow;
use std::collections::BTreeMap;

use report::model::v1::{CellRow, DeviceRow, FindingRow, RuleRow};
use report::{FINDINGS_HEADER, Short};

use crate::write_error::WriteError;

/// Several ids or values in one field.
pub(crate) fn joined<T: AsRef<str>>(values: &[T]) -> String {
    values.iter().map(AsRef::as_ref).collect::<Vec<_>>().join("; ")
}

pub(crate) fn short(value: Option<&Short>) -> Option<&str> {
    value.map(Short::as_str)
}

/// Who is known to stand in a cell: the row leaves it out where the state is correct, since it is the `dno` then.
pub(crate) fn holder<'r>(row: &'r DeviceRow<'_>, cell: &'r CellRow<'_>) -> Option<&'r str> {
    if cell.state == "correct" { row.dno.as_deref() } else { cell.holder.as_deref() }
}

/// The rules of a report by id.
#[derive(Clone, Debug)]
pub(crate) struct Rules(BTreeMap<String, RuleRow>);

impl Rules {
    pub(crate) fn new(rules: &[RuleRow]) -> Self {
        Self(rules.iter().map(|rule| (rule.id.to_string(), rule.clone())).collect())
    }

    pub(crate) fn get(&self, id: &str) -> Result<&RuleRow, WriteError> {
        self.0.get(id).ok_or_else(|| WriteError::UnknownRule(id.chars().take(80).collect()))
    }
}

/// The values that a finding compared, in one field.
pub(crate) fn compared(finding: &FindingRow<'_>) -> String {
    let pairs = finding.evidence.iter().map(|(name, value)| format!("{name}: {value}"));
    pairs.collect::<Vec<_>>().join("; ")
}

/// The findings of a row that are graver than information.
pub(crate) fn grave<'r, 'a>(row: &'r DeviceRow<'a>) -> impl Iterator<Item = &'r FindingRow<'a>> {
    row.findings.iter().filter(|finding| finding.severity != "information")
}

/// The fields of a finding, in the order of `findings.csv`.
pub(crate) fn finding_fields<'r>(
    row: &'r DeviceRow<'_>,
    finding: &'r FindingRow<'_>,
    rule: &'r RuleRow,
) -> [Cow<'r, str>; FINDINGS_HEADER.len()] {
    let remedy = row.remedy.as_ref();
    [
        row.dno.as_deref().unwrap_or_default().into(),
        row.device_id.as_str().into(),
        short(row.mpan.as_ref()).unwrap_or_default().into(),
        row.supplier.as_deref().unwrap_or_default().into(),
        row.verdict.as_ref().into(),
        finding.severity.as_ref().into(),
        finding.rule.as_ref().into(),
        rule.title.as_ref().into(),
        compared(finding).into(),
        rule.remedy.as_ref().into(),
        remedy.map_or("", |remedy| &remedy.party).into(),
        remedy.and_then(|remedy| remedy.who.as_deref()).unwrap_or_default().into(),
        remedy.and_then(|remedy| remedy.service_request.as_deref()).unwrap_or_default().into(),
        remedy.map_or("", |remedy| &remedy.action).into(),
        finding.waiver.as_deref().unwrap_or_default().into(),
    ]
}
