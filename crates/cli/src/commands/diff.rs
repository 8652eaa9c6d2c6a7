//! `dnoaudit diff`: what changed between two reports, and why.

use dno_audit::{
    Change, Comparison, DIFFERENCE_HEADER, Difference, Progress, ReportIdentity, State, Totals, table_line,
};
use serde_json::json;

use crate::args::{DiffArguments, TableFormat};
use crate::exit::{Exit, Failure};
use crate::terminal::{Rows, Terminal, Text, plural, short};

/// Most meters that are listed for people; there is no end of them in the other formats.
const SHOWN: usize = 20;

pub(crate) fn run(arguments: &DiffArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let comparison = Comparison::open(&arguments.old, &arguments.new, &Progress::to(terminal))?;
    let mut printer = Printer { format: arguments.format, terminal, first: Vec::new(), listed: 0 };
    printer.begin(&comparison)?;
    let mut failed = None;
    let totals = comparison.run(&Progress::to(terminal), &mut |difference| {
        // The library has no error for an output that fails, so it is kept here, and nothing more is printed.
        if failed.is_none() {
            failed = printer.difference(difference).err();
        }
        Ok(())
    });
    terminal.end_progress();
    let totals = totals?;
    failed.map_or(Ok(()), Err)?;
    printer.end(&comparison, &totals)?;
    Ok(if totals.different == 0 { Exit::Complete } else { Exit::Findings })
}

/// Prints differences as they come.
struct Printer<'p> {
    format: TableFormat,
    terminal: &'p Terminal,
    first: Vec<String>,
    listed: u64,
}

impl Printer<'_> {
    fn begin(&self, comparison: &Comparison) -> Result<(), Failure> {
        match self.format {
            TableFormat::Text => Ok(()),
            TableFormat::Csv => self.line(DIFFERENCE_HEADER),
            TableFormat::Json => {
                let head = json!({
                    "differ_in": comparison.differ_in, "format": "dno-audit diff", "format_version": 1,
                    "new": comparison.new, "old": comparison.old,
                });
                let head = head.to_string();
                // The list of meters may be long, so the object is written as it grows.
                self.terminal.print_as_is(head.strip_suffix('}').unwrap_or(&head))?;
                self.terminal.print_as_is(",\"differences\":[")
            }
        }
    }

    fn difference(&mut self, difference: &Difference) -> Result<(), Failure> {
        self.listed += 1;
        match self.format {
            TableFormat::Text => {
                if self.first.len() < SHOWN {
                    self.first.push(line(difference));
                }
                Ok(())
            }
            TableFormat::Csv => self.line(difference.fields().each_ref().map(String::as_str)),
            TableFormat::Json => {
                let value =
                    serde_json::to_string(difference).map_err(|error| Failure::Output(error.into()))?;
                let separator = if self.listed == 1 { "\n" } else { ",\n" };
                self.terminal.print_as_is(&format!("{separator}{value}"))
            }
        }
    }

    fn end(&self, comparison: &Comparison, totals: &Totals) -> Result<(), Failure> {
        match self.format {
            TableFormat::Csv => Ok(()),
            TableFormat::Json => {
                let totals = serde_json::to_string(totals).map_err(|error| Failure::Output(error.into()))?;
                self.terminal.print_as_is(&format!("\n],\"totals\":{totals}}}\n"))
            }
            TableFormat::Text => self.terminal.print(&self.text(comparison, totals)),
        }
    }

    fn line<'f>(&self, fields: impl IntoIterator<Item = &'f str>) -> Result<(), Failure> {
        let octets = table_line(fields).map_err(Failure::Output)?;
        self.terminal.print_as_is(&String::from_utf8_lossy(&octets))
    }

    fn text(&self, comparison: &Comparison, totals: &Totals) -> Text {
        let mut text = Text::default();
        text.line(&format!("old  {}", report(&comparison.old)));
        text.line(&format!("new  {}", report(&comparison.new)));
        if comparison.differ_in.is_empty() {
            text.line("both rest on the same inputs, rules and configuration, as of one instant");
        } else {
            let parts: Vec<&str> = comparison.differ_in.iter().map(|part| part.name()).collect();
            text.line(&format!("they differ in: {}", parts.join(", ")));
        }
        text.blank();
        text.table(&table(totals));
        let persisting = totals.changes.get(Change::Persisting.name()).copied().unwrap_or_default();
        text.blank();
        text.line(&format!(
            "{} of which the reports say different things; {} missing or wrong as before",
            plural(totals.different, "meter"),
            plural(persisting, "meter"),
        ));
        if totals.moved > 0 {
            text.line(&format!("{} under another party", plural(totals.moved, "meter")));
        }
        if totals.different == 0 {
            return text;
        }
        text.blank();
        text.line("Why");
        let mut causes: Vec<_> = totals.causes.iter().collect();
        causes.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        for (why, count) in causes {
            text.line(&format!("{count:>9}  {why}"));
        }
        text.blank();
        text.line("Meters");
        self.first.iter().for_each(|line| text.line(line));
        let more = totals.different.saturating_sub(u64::try_from(self.first.len()).unwrap_or(u64::MAX));
        if more > 0 {
            text.line(&format!("  {more} more: --format csv lists all"));
        }
        text
    }
}

fn report(identity: &ReportIdentity) -> String {
    format!(
        "{} as of {}, rule set {}, manifest {}",
        plural(identity.meters, "meter"),
        short(&identity.as_of),
        identity.rule_set,
        identity.manifest_sha256
    )
}

/// Changes by party; a change that occurs nowhere has no column.
fn table(totals: &Totals) -> Rows {
    let occurring: Vec<&str> = Change::ALL
        .iter()
        .map(|change| change.name())
        .filter(|name| totals.changes.get(name).is_some_and(|count| *count > 0))
        .collect();
    let mut table = Rows::new(std::iter::once("DNO").chain(occurring.iter().copied()));
    let mut add = |name: &str, counts: &std::collections::BTreeMap<&'static str, u64>| {
        let of = |change: &&str| counts.get(*change).copied().unwrap_or_default().to_string();
        table.push(std::iter::once(short(name)).chain(occurring.iter().map(of)));
    };
    totals.by_dno.iter().for_each(|(dno, counts)| add(dno, counts));
    add("all", &totals.changes);
    table.of_numbers()
}

fn line(difference: &Difference) -> String {
    let shown = |state: &Option<State>| match state {
        Some(state) => {
            let dno = state.dno.as_deref().unwrap_or("unassigned");
            let reasons = state.reasons.join(", ");
            let reasons = if reasons.is_empty() { String::new() } else { format!(" ({reasons})") };
            format!("{} {}{}", short(dno), state.verdict, short(&reasons))
        }
        None => "absent".to_owned(),
    };
    format!(
        "  {:<16} {}  {} → {}: {}",
        difference.change.name(),
        difference.device_id.as_str(),
        shown(&difference.old),
        shown(&difference.new),
        difference.why.words()
    )
}
