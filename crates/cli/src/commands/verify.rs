//! `dnoaudit verify`, also called `reproduce`.

use dno_audit::{Progress, Verification};

use crate::args::{Format, VerifyArguments};
use crate::commands::json;
use crate::exit::{Exit, Failure};
use crate::terminal::Terminal;

pub(crate) fn run(arguments: &VerifyArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let expected = arguments.expected()?;
    let show = |message: &str| terminal.progress(message);
    let progress = Progress::to(&show);
    let found = match &arguments.inputs {
        Some(inputs) => dno_audit::reproduce(&arguments.folder, inputs, &expected, &progress),
        None => dno_audit::verify(&arguments.folder, &expected, &progress),
    };
    terminal.end_progress();
    let found = found?;
    match arguments.format {
        Format::Text => terminal.print(&text(&found))?,
        Format::Json => {
            let value = serde_json::to_value(&found).map_err(|error| Failure::Output(error.into()))?;
            terminal.print_json(&json(&value)?)?;
        }
    }
    Ok(if found.verified { Exit::Complete } else { Exit::NotVerified })
}

/// One screen: what it is, what holds, who signed, what was not checked.
fn text(found: &Verification) -> String {
    let mut text = match &found.party {
        Some(party) => format!("slice: {} rows of {} {}\n", party.rows, party.tree, party.party),
        None => format!("{}\n", found.kind),
    };
    if let Some(report) = &found.report {
        text.push_str(&format!(
            "report as of {}, {} meters, rule set {}, by {}\nmanifest sha256 {}\n",
            report.as_of, report.meters, report.rule_set, report.tool, report.manifest_sha256
        ));
    }
    text.push('\n');
    let width = found.checks.iter().map(|check| check.name.len()).max().unwrap_or(0);
    for check in &found.checks {
        let word = if check.holds { "holds" } else { "FAILS" };
        text.push_str(&format!("  {word}  {:<width$}  {}\n", check.name, check.found));
    }
    if !found.not_checked.is_empty() {
        text.push_str("\nnot checked\n");
        found.not_checked.iter().for_each(|what| text.push_str(&format!("  {what}\n")));
    }
    let signed = found
        .signed_by
        .as_ref()
        .map_or_else(|| "no signature checked".to_owned(), |by| format!("signed by {by}"));
    let word = if found.verified { "verified" } else { "NOT VERIFIED" };
    text.push_str(&format!("\n{word}; {signed}\n"));
    text
}
