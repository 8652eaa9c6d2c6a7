//! `findings.csv`: a line per finding, fit for a spreadsheet.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write;

use audit::Severity;

use crate::model::v1::{DeviceRow, FindingRow, RuleRow};
use crate::one_line::one_line;
use crate::short::Short;

/// Names of the columns.
pub const FINDINGS_HEADER: [&str; 15] = [
    "dno",
    "device_id",
    "mpan",
    "supplier",
    "verdict",
    "severity",
    "rule",
    "title",
    "evidence",
    "rule_remedy",
    "remedy_party",
    "remedy_who",
    "service_request",
    "action",
    "waiver",
];

/// The first line of `findings.csv`, with its end.
#[must_use]
pub fn findings_header() -> String {
    format!("{}\r\n", FINDINGS_HEADER.join(","))
}

/// Text that no spreadsheet takes for a formula: an apostrophe goes before what one would.
#[must_use]
pub fn spreadsheet_safe(text: &str) -> Cow<'_, str> {
    match text.trim_start_matches([' ', '\u{A0}']).chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n') => Cow::Owned(format!("'{text}")),
        _ => Cow::Borrowed(text),
    }
}

/// Title and remedy of each rule, by id.
#[derive(Clone, Debug)]
pub struct RuleTexts(HashMap<String, (String, String)>);

impl RuleTexts {
    /// Those of a table of rules.
    #[must_use]
    pub fn new(rules: &[RuleRow]) -> Self {
        let texts = |rule: &RuleRow| (rule.id.to_string(), (rule.title.to_string(), rule.remedy.to_string()));
        Self(rules.iter().map(texts).collect())
    }
}

/// Why a row has no lines.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum FindingsError {
    /// A rule that the table does not have.
    #[error("rule {0:?} is not in the table of rules")]
    UnknownRule(String),
    /// What the CSV writer says; never, since the lines go to memory.
    #[error(transparent)]
    Csv(std::io::Error),
}

/// The findings of a row that views tell of. Mere information is left to `devices.jsonl`.
pub fn grave_findings<'r, 'a>(row: &'r DeviceRow<'a>) -> impl Iterator<Item = &'r FindingRow<'a>> {
    let information = Severity::Information.name();
    row.findings.iter().filter(move |finding| finding.severity != information)
}

/// The values that a finding compared, in one field.
#[must_use]
pub fn compared(finding: &FindingRow<'_>) -> String {
    let mut compared = String::new();
    for (name, value) in &finding.evidence {
        let separator = if compared.is_empty() { "" } else { "; " };
        // Writing to a String does not fail.
        let _ = write!(compared, "{separator}{name}: {value}");
    }
    compared
}

/// The fields of a finding of a row, in the order of [`FINDINGS_HEADER`].
///
/// # Errors
///
/// It names a rule that the table does not have.
pub fn finding_fields<'f>(
    row: &'f DeviceRow<'_>,
    finding: &'f FindingRow<'_>,
    rules: &'f RuleTexts,
) -> Result<[Cow<'f, str>; FINDINGS_HEADER.len()], FindingsError> {
    let Some((title, rule_remedy)) = rules.0.get(finding.rule.as_ref()) else {
        return Err(FindingsError::UnknownRule(finding.rule.chars().take(80).collect()));
    };
    let remedy = row.remedy.as_ref();
    let text = |text: Option<&'f str>| Cow::Borrowed(text.unwrap_or_default());
    Ok([
        text(row.dno.as_deref()),
        row.device_id.as_str().into(),
        text(row.mpan.as_ref().map(Short::as_str)),
        text(row.supplier.as_deref()),
        row.verdict.as_ref().into(),
        finding.severity.as_ref().into(),
        finding.rule.as_ref().into(),
        title.into(),
        compared(finding).into(),
        rule_remedy.into(),
        text(remedy.map(|remedy| remedy.party.as_ref())),
        text(remedy.and_then(|remedy| remedy.who.as_deref())),
        text(remedy.and_then(|remedy| remedy.service_request.as_deref())),
        text(remedy.map(|remedy| remedy.action.as_ref())),
        text(finding.waiver.as_deref()),
    ])
}

/// Makes the lines of `findings.csv`, without the header. They follow from the rows and the table of rules alone.
#[derive(Debug)]
pub struct FindingsWriter(csv::Writer<Vec<u8>>);

impl Default for FindingsWriter {
    fn default() -> Self {
        Self::new()
    }
}

impl FindingsWriter {
    /// No lines yet.
    #[must_use]
    pub fn new() -> Self {
        Self(
            csv::WriterBuilder::new()
                .has_headers(false)
                .terminator(csv::Terminator::CRLF)
                .from_writer(Vec::new()),
        )
    }

    /// Adds the lines of a meter.
    ///
    /// # Errors
    ///
    /// It names a rule that the table does not have.
    pub fn push(&mut self, row: &DeviceRow<'_>, rules: &RuleTexts) -> Result<(), FindingsError> {
        for finding in grave_findings(row) {
            let fields = finding_fields(row, finding, rules)?;
            let written = self.0.write_record(
                fields.each_ref().map(|field| spreadsheet_safe(field)).iter().map(|field| field.as_bytes()),
            );
            written.map_err(|error| FindingsError::Csv(std::io::Error::other(error)))?;
        }
        Ok(())
    }

    /// The lines so far, which it forgets.
    ///
    /// # Errors
    ///
    /// As [`push`](Self::push).
    pub fn take(&mut self) -> Result<Vec<u8>, FindingsError> {
        std::mem::take(self).into_octets()
    }

    /// The lines.
    ///
    /// # Errors
    ///
    /// As [`push`](Self::push).
    pub fn into_octets(self) -> Result<Vec<u8>, FindingsError> {
        self.0.into_inner().map_err(|error| FindingsError::Csv(error.into_error()))
    }
}

/// The octets of one line of a table that is no part of a report: every field fit for a spreadsheet, and for a terminal and
/// the eyes of people, as [`one_line`] makes it.
///
/// # Errors
///
/// Never, since the line goes to memory; what the CSV writer says otherwise.
pub fn table_line<'f>(fields: impl IntoIterator<Item = &'f str>) -> Result<Vec<u8>, std::io::Error> {
    let mut writer = csv::WriterBuilder::new()
        .has_headers(false)
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    for field in fields {
        writer.write_field(spreadsheet_safe(&one_line(field)).as_bytes()).map_err(std::io::Error::other)?;
    }
    writer.write_record(None::<&[u8]>).map_err(std::io::Error::other)?;
    writer.into_inner().map_err(csv::IntoInnerError::into_error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_disarmed() {
        for text in ["=HYPERLINK(\"x\")", "+1", "-1", "@SUM(A1)", " =1", "\t=1"] {
            assert!(spreadsheet_safe(text).starts_with('\''), "{text}");
        }
        assert_eq!(spreadsheet_safe("LOND"), "LOND");
        let line = table_line(["=1", "\t=1", "a\u{1b}[2J\u{202e}", "", "b"]).unwrap();
        assert_eq!(String::from_utf8(line).unwrap(), "'=1,\\t=1,a\\u{1b}[2J\\u{202e},,b\r\n");
    }
}
