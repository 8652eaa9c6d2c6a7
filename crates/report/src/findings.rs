//! `findings.csv`: a line per finding, fit for a spreadsheet.

use std::borrow::Cow;

use audit::{Assessment, Severity};

/// Names of the columns.
pub const FINDINGS_HEADER: [&str; 13] = [
    "dno",
    "device_id",
    "mpan",
    "supplier",
    "verdict",
    "severity",
    "rule",
    "title",
    "evidence",
    "remedy_party",
    "remedy_who",
    "service_request",
    "action",
];

/// Text that no spreadsheet takes for a formula: an apostrophe goes before what one would.
#[must_use]
pub fn spreadsheet_safe(text: &str) -> Cow<'_, str> {
    match text.trim_start_matches([' ', '\u{A0}']).chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n') => Cow::Owned(format!("'{text}")),
        _ => Cow::Borrowed(text),
    }
}

/// Adds the lines of a meter. Mere information is left to `devices.jsonl`.
///
/// # Errors
///
/// Never for a writer that is memory; what the CSV writer says otherwise.
pub fn push_findings<W: std::io::Write>(
    assessment: &Assessment<'_>,
    into: &mut csv::Writer<W>,
) -> Result<(), std::io::Error> {
    let subject = &assessment.subject;
    let worth_a_line = |severity| severity > Severity::Information;
    if !assessment.findings.iter().any(|finding| worth_a_line(finding.rule.severity)) {
        return Ok(());
    }
    let owner = subject.owner().map_or_else(String::new, |owner| owner.name(subject.context.directory));
    let device = subject.meter.device().to_string();
    let mpan = subject
        .meter
        .rows
        .first()
        .and_then(|row| row.mpan.mpan())
        .map_or_else(String::new, |mpan| mpan.to_string());
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
            remedy.map_or("", |remedy| remedy.actor.name()),
            remedy.and_then(|remedy| remedy.who.as_deref()).unwrap_or_default(),
            remedy.and_then(|remedy| remedy.service_request).unwrap_or_default(),
            remedy.map_or("", |remedy| remedy.action),
        ];
        into.write_record(fields.map(spreadsheet_safe).iter().map(|field| field.as_bytes()))
            .map_err(std::io::Error::other)?;
    }
    Ok(())
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
