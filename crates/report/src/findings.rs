//! `findings.csv`: a line per finding, fit for a spreadsheet.

use std::borrow::Cow;

use audit::{Assessment, Severity};

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

/// Text that no spreadsheet takes for a formula: an apostrophe goes before what one would.
#[must_use]
pub fn spreadsheet_safe(text: &str) -> Cow<'_, str> {
    match text.trim_start_matches([' ', '\u{A0}']).chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n') => Cow::Owned(format!("'{text}")),
        _ => Cow::Borrowed(text),
    }
}

/// Makes the lines of `findings.csv`, without the header.
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

    /// Adds the lines of a meter. Mere information is left to `devices.jsonl`.
    ///
    /// # Errors
    ///
    /// Never, since the lines go to memory; what the CSV writer says otherwise.
    pub fn push(&mut self, assessment: &Assessment<'_>) -> Result<(), std::io::Error> {
        let subject = &assessment.subject;
        let worth_a_line = |severity| severity > Severity::Information;
        if !assessment.findings.iter().any(|finding| worth_a_line(finding.rule.severity)) {
            return Ok(());
        }
        let owner = subject.owner().map_or_else(String::new, |owner| owner.name(subject.context.directory));
        let device = subject.meter.device().to_string();
        let mpan = subject.meter.mpan().map_or_else(String::new, |mpan| mpan.to_string());
        let remedy = assessment.remedy.as_ref();
        for finding in &assessment.findings {
            if !worth_a_line(finding.rule.severity) {
                continue;
            }
            let evidence = finding.evidence.to_string();
            let fields = [
                owner.as_str(),
                &device,
                &mpan,
                subject.supplier().unwrap_or_default(),
                assessment.verdict.name(),
                finding.rule.severity.name(),
                finding.rule.id,
                finding.rule.title,
                &evidence,
                finding.rule.remedy,
                remedy.map_or("", |remedy| remedy.actor.name()),
                remedy.and_then(|remedy| remedy.who.as_deref()).unwrap_or_default(),
                remedy.and_then(|remedy| remedy.service_request).unwrap_or_default(),
                remedy.map_or("", |remedy| remedy.action),
                crate::device::waiver(assessment, finding).unwrap_or_default(),
            ];
            let safe = fields.map(spreadsheet_safe);
            self.0.write_record(safe.iter().map(|field| field.as_bytes())).map_err(std::io::Error::other)?;
        }
        Ok(())
    }

    /// The lines.
    ///
    /// # Errors
    ///
    /// As [`push`](Self::push).
    pub fn into_octets(self) -> Result<Vec<u8>, std::io::Error> {
        self.0.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

/// The octets of one line of a table, every field fit for a spreadsheet.
///
/// # Errors
///
/// Never, since the line goes to memory; what the CSV writer says otherwise.
pub fn table_line<'f>(fields: impl IntoIterator<Item = &'f str>) -> Result<Vec<u8>, std::io::Error> {
    let mut writer = csv::WriterBuilder::new()
        .has_headers(false)
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    let safe: Vec<Cow<'_, str>> = fields.into_iter().map(spreadsheet_safe).collect();
    writer.write_record(safe.iter().map(|field| field.as_bytes())).map_err(std::io::Error::other)?;
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
    }
}
