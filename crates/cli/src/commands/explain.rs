//! `dnoaudit explain`: a device or a rule.

use dno_audit::{Progress, Rule, explain, explain_again, explain_package};
use serde_json::json;

use crate::args::{ExplainArguments, Format, Question};
use crate::exit::{Exit, Failure};
use crate::terminal::{Terminal, Text};

pub(crate) fn run(arguments: &ExplainArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let device = match arguments.question()? {
        Question::Rule(rule) => {
            match arguments.format {
                Format::Text => terminal.print(&Text::of_lines(&rule_text(rule)))?,
                Format::Json => terminal.print_as_is(&super::json(&rule_json(rule.id))?)?,
            }
            return Ok(Exit::Complete);
        }
        Question::Device(device) => device,
    };
    let explanation = match &arguments.package {
        Some(package) => match &arguments.inputs_of {
            Some(inputs) => explain_again(package, inputs, device, &Progress::to(terminal)),
            None => explain_package(package, device, &Progress::to(terminal)),
        },
        None => explain(&arguments.inputs.config()?, device, &Progress::to(terminal)),
    };
    terminal.end_progress();
    let Some(explanation) = explanation? else {
        return Err(Failure::Usage(format!("neither the estate nor any record knows device {device}")));
    };
    match arguments.format {
        Format::Text => terminal.print(&Text::of_lines(&explanation.text))?,
        Format::Json => terminal.print_as_is(&super::json(&super::value(&explanation.json)?)?)?,
    }
    Ok(Exit::Complete)
}

fn rule_text(rule: &Rule) -> String {
    format!(
        "{}\n\n  {}\n\n  severity  {}\n  source    {}\n  since     rule set {}\n  compares  {}\n  remedy    {}\n",
        rule.id,
        rule.title,
        rule.severity.name(),
        rule.citation,
        rule.since,
        rule.compares,
        rule.remedy
    )
}

fn rule_json(id: &str) -> serde_json::Value {
    json!(dno_audit::rule_rows(dno_audit::RuleSetVersion::NEWEST).into_iter().find(|row| row.id == id))
}
