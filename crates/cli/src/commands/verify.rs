//! `dnoaudit verify`, also called `reproduce`.

use dno_audit::Verification;

use crate::args::{Format, VerifyArguments};
use crate::commands::json;
use crate::exit::{Exit, Failure};
use crate::meaning;
use crate::terminal::{Terminal, Text};

pub(crate) fn run(arguments: &VerifyArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let expected = arguments.expected()?;
    let progress = terminal.watched();
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
            terminal.print_as_is(&json(&value)?)?;
        }
    }
    Ok(if found.verified { Exit::Complete } else { Exit::NotVerified })
}

/// One screen: what it is, what holds, who signed, what was not checked.
fn text(found: &Verification) -> Text {
    let mut text = Text::default();
    match &found.party {
        Some(party) => text.line(&format!("slice: {} rows of {} {}", party.rows, party.tree, party.party)),
        None => text.line(found.kind),
    }
    if let Some(report) = &found.report {
        text.line(&format!(
            "report as of {}, {} meters, rule set {}, by {}",
            report.as_of, report.meters, report.rule_set, report.tool
        ));
        text.line(&format!("manifest sha256 {}", report.manifest_sha256));
    }
    text.blank();
    let width = found.checks.iter().map(|check| check.name.len()).max().unwrap_or(0);
    for check in &found.checks {
        let word = meaning::check(check.holds);
        text.line(&format!("  {word}  {:<width$}  {}", check.name, check.found));
    }
    if !found.not_checked.is_empty() {
        text.blank();
        text.line("not checked");
        found.not_checked.iter().for_each(|what| text.line(&format!("  {what}")));
    }
    let signed = found
        .signed_by
        .as_ref()
        .map_or_else(|| "no signature checked".to_owned(), |by| format!("signed by {by}"));
    let word = meaning::verified(found.verified);
    text.blank();
    text.line(&format!("{word}; {signed}"));
    text
}
