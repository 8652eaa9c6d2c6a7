//! Text on the terminal: results on standard output, everything else on standard error.

use std::io::{self, IsTerminal, Write};

use comfy_table::{CellAlignment, Table, presets};
use dno_audit::model::{Summary, VerdictCounts};
use dno_audit::{Axis, Finished, RULE_SET_VERSION, RULES};

use crate::exit::Failure;

/// Where text goes.
#[derive(Debug)]
pub(crate) struct Terminal {
    progress: bool,
}

impl Terminal {
    pub(crate) fn new(quiet: bool) -> Self {
        Self { progress: !quiet && io::stderr().is_terminal() }
    }

    /// Prints text for people. What could steer a terminal, or turn the direction of its text, is replaced: names from
    /// inputs stand in it.
    pub(crate) fn print(&self, text: &str) -> Result<(), Failure> {
        self.print_json(&text.split('\n').map(safe_line).collect::<Vec<_>>().join("\n"))
    }

    /// Prints JSON for programs, as it is. That nobody reads it any more is no error.
    pub(crate) fn print_json(&self, text: &str) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other.map_err(Failure::Output),
        }
    }

    /// Shows how far a run has come, on a terminal only.
    pub(crate) fn progress(&self, message: &str) {
        if self.progress {
            let _ = write!(io::stderr().lock(), "\r\x1b[K{message}");
        }
    }

    /// Ends the line of progress.
    pub(crate) fn end_progress(&self) {
        if self.progress {
            let _ = write!(io::stderr().lock(), "\r\x1b[K");
        }
    }

    /// Says what went wrong.
    pub(crate) fn error(&self, message: &str) {
        self.end_progress();
        let message: Vec<String> = message.split('\n').map(safe_line).collect();
        let _ = writeln!(io::stderr().lock(), "dnoaudit: {}", message.join("\n"));
    }
}

/// A table without lines, to be filled.
pub(crate) fn plain_table() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table
}

/// The summary of a run for people.
pub(crate) fn summary(finished: &Finished, out: &str) -> String {
    let Summary { by_dno, counts, .. } = &finished.summary;
    let mut text = format!("{} as of {}\n\n", plural(counts.meters, "meter"), finished.summary.as_of);
    let mut table = plain_table();
    table.set_header(["DNO", "correct", "missing", "wrong", "not known", "out of scope", "total"]);
    for (dno, counts) in by_dno {
        table.add_row(row(&safe(dno), counts));
    }
    table.add_row(row("all", &counts.verdicts));
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    for line in table.trim_fmt().lines() {
        text.push_str(line);
        text.push('\n');
    }
    let (missing, wrong) = (counts.verdicts.missing, counts.verdicts.wrong);
    text.push_str(&format!("\nmissing : wrong = {missing} : {wrong}"));
    if missing + wrong > 0 {
        text.push_str(&format!(
            " ({} : {})",
            percent(missing, missing + wrong),
            percent(wrong, missing + wrong)
        ));
    }
    text.push_str("\n\nCommonest reasons\n");
    let mut reasons: Vec<_> = RULES
        .iter()
        .filter(|rule| matches!(rule.axis, Axis::Verdict(_)))
        .filter_map(|rule| finished.summary.findings.get(rule.id).map(|count| (*count, rule)))
        .filter(|(count, _)| *count > 0)
        .collect();
    reasons.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    reasons.truncate(5);
    if reasons.is_empty() {
        text.push_str("  none\n");
    }
    for (count, rule) in &reasons {
        text.push_str(&format!("{count:>9}  {} – {}\n", rule.id, rule.title));
    }
    text.push_str(&waivers(&finished.summary));
    text.push_str(&next(finished, &reasons, out));
    text
}

/// Most waivers that are listed one by one.
const WAIVERS_SHOWN: usize = 10;

/// What the waivers did; nothing if there are none.
fn waivers(summary: &Summary) -> String {
    let Some(waived) = &summary.waived else { return String::new() };
    let VerdictCounts { missing, wrong, not_known, .. } = &waived.verdicts;
    let of = |state: &str| summary.waivers.iter().filter(|waiver| waiver.state == state).count();
    let mut text = format!(
        "\nWaivers: {} used, {} unused, {} expired; they hold for {missing} missing, {wrong} wrong, {not_known} not known, \
         which stay in all counts\n",
        of("used"),
        of("unused"),
        of("expired"),
    );
    let idle = || summary.waivers.iter().filter(|waiver| waiver.state != "used");
    for waiver in idle().take(WAIVERS_SHOWN) {
        text.push_str(&format!("  {} {}, for {}: ", waiver.id, waiver.state, waiver.rule));
        text.push_str(&match &*waiver.state {
            "expired" => {
                format!("ended {}, {} without it\n", waiver.expires, plural(waiver.findings, "finding"))
            }
            _ => "there is no such finding\n".to_owned(),
        });
    }
    let more = idle().count().saturating_sub(WAIVERS_SHOWN);
    if more > 0 {
        text.push_str(&format!("  {more} more: see waivers in summary.json\n"));
    }
    text
}

/// What to do next, from what was found.
fn next(finished: &Finished, reasons: &[(u64, &dno_audit::Rule)], out: &str) -> String {
    let summary = &finished.summary;
    let mut text = "\nWhat to do next\n".to_owned();
    for (_, rule) in
        reasons.iter().filter(|(_, rule)| rule.severity > dno_audit::Severity::Information).take(3)
    {
        text.push_str(&format!("  {}: {}\n", rule.id, rule.remedy));
    }
    if let Some(entity) = summary.unattributed_entities.first() {
        text.push_str(&format!(
            "  {} stands in {} cells where {} is expected, and no list has it: add it to its party in the directory\n",
            entity.entity,
            entity.cells,
            safe(&entity.dno),
        ));
    }
    let records = &summary.counts.records;
    if records.quarantined > 0 {
        let quarantined = plural(records.quarantined, "record");
        text.push_str(&format!("  {quarantined} could not be used: see {out}/quarantine.jsonl\n"));
    }
    if summary.counts.not_in_estate > 0 {
        text.push_str(&format!(
            "  {} with records not in the estate: see {out}/not-in-estate.jsonl\n",
            plural(summary.counts.not_in_estate, "device")
        ));
    }
    text.push_str(&format!(
        "  open {out}/findings.csv; `dnoaudit explain DEVICE` shows how a device was judged\n"
    ));
    text.push_str(&format!(
        "\n{}: {} used, {} superseded, {} duplicate, {} not relevant, {} quarantined\n",
        plural(records.total, "record"),
        records.used,
        records.superseded,
        records.duplicate,
        records.not_relevant,
        records.quarantined
    ));
    for unchecked in &summary.not_checked {
        text.push_str(&format!("not checked: {unchecked}\n"));
    }
    if finished.rule_set != RULE_SET_VERSION {
        text.push_str(&format!("rule set {}; the newest is {RULE_SET_VERSION}\n", finished.rule_set));
    }
    text.push_str(&format!("manifest sha256 {}\n", finished.manifest_sha256));
    text
}

fn row(dno: &str, counts: &VerdictCounts) -> Vec<String> {
    let VerdictCounts { correct, missing, not_known, out_of_scope, wrong } = counts;
    let total = correct + missing + wrong + not_known + out_of_scope;
    let numbers = [correct, missing, wrong, not_known, out_of_scope, &total];
    std::iter::once(dno.to_owned()).chain(numbers.iter().map(ToString::to_string)).collect()
}

/// A share in per cent with one decimal, rounded half up in whole numbers.
fn percent(part: u64, whole: u64) -> String {
    let tenths = (u128::from(part) * 1000 + u128::from(whole) / 2) / u128::from(whole.max(1));
    format!("{}.{} %", tenths / 10, tenths % 10)
}

/// A name from the inputs for a table: without what could steer a terminal, and cut to a width.
pub(crate) fn safe(text: &str) -> String {
    safe_line(text).chars().take(60).collect()
}

fn safe_line(text: &str) -> String {
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if steers(c) { '\u{FFFD}' } else { c }).collect()
}

/// A number with its noun.
pub(crate) fn plural(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_in_whole_numbers() {
        assert_eq!(percent(1, 3), "33.3 %");
        assert_eq!(percent(2, 3), "66.7 %");
        assert_eq!(percent(0, 0), "0.0 %");
    }

    #[test]
    fn names_can_not_steer_the_terminal() {
        assert_eq!(safe("a\x1b[2Jb"), "a\u{FFFD}[2Jb");
    }
}
