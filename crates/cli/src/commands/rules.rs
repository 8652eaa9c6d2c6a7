//! `dnoaudit rules`: the table, as text, as JSON, or as the catalogue page.

use dno_audit::model::RuleRow;
use dno_audit::{RuleSetVersion, rule_rows, rule_set};
use serde_json::json;

use crate::args::{RulesArguments, RulesFormat};
use crate::exit::{Exit, Failure};
use crate::terminal::{Terminal, Text};

pub(crate) fn run(arguments: &RulesArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let version = arguments.rule_set.map_or(Ok(RuleSetVersion::NEWEST), rule_set)?;
    let rows = rule_rows(version);
    match arguments.format {
        RulesFormat::Text => {
            let mut text = Text::default();
            for row in &rows {
                text.line(&format!("{:<13} {:<13} {:<30} {}", row.axis, row.severity, row.id, row.title));
            }
            terminal.print(&text)?;
        }
        RulesFormat::Json => {
            terminal.print_as_is(&super::json(&json!({"rule_set": version.number(), "rules": rows}))?)?;
        }
        RulesFormat::Markdown => terminal.print(&Text::of_lines(&markdown(version, &rows)))?,
    }
    Ok(Exit::Complete)
}

/// The catalogue page of the documentation.
fn markdown(version: RuleSetVersion, rows: &[RuleRow]) -> String {
    let mut text = format!(
        "# Rules\n\nRule set {}. This page is written by `dnoaudit rules --format markdown`; a test \
         compares it with the table in the code.\n\nA rule comes out in one of four ways: *not applicable*, *not \
         evaluated* (what it compares is not known), *pass*, *fail*. A rule on the verdict axis calls for the verdict \
         named; the gravest wins, in the order out-of-scope, wrong, missing, not-known. `correct` needs both cells to \
         hold the expected credential. Conditions and notes turn no verdict. Examples of each outcome stand under \
         `testdata/cases/`, in the folder of the rule.\n",
        version.number()
    );
    for row in rows {
        text.push_str(&format!(
            "\n## {}\n\n{}.\n\n| | |\n| --- | --- |\n| effect | {} |\n| severity | {} |\n| source | {} |\n| since \
             rule set | {} |\n| compares | {} |\n| remedy | {} |\n",
            row.id,
            capitalised(&row.title),
            row.axis,
            row.severity,
            row.citation,
            row.since,
            row.compares,
            row.remedy
        ));
    }
    text
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}
