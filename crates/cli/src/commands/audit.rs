//! `dnoaudit audit`.

use std::path::Path;

use dno_audit::{Config, ConfigError, Finished, RULES, Severity};

use crate::args::{AuditArguments, FailOn, Format};
use crate::commands::json;
use crate::exit::{Exit, Failure};
use crate::terminal::{Terminal, summary};

pub(crate) fn run(arguments: &AuditArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let mut config = arguments.inputs.config()?;
    config.allowed_share = arguments.allowed_share.unwrap_or(config.allowed_share);
    config.sealing = arguments.seal.sealing()?;
    let out = arguments
        .out
        .clone()
        .or_else(|| config.out.clone())
        .ok_or(ConfigError::Missing { field: "out (--out)", hint: "where the report package goes" })?;
    let finished = audit(&config, &out, terminal)?;
    match arguments.format {
        Format::Text => terminal.print(&summary(&finished, &out.display().to_string()))?,
        Format::Json => {
            let value =
                serde_json::to_value(&finished.summary).map_err(|error| Failure::Output(error.into()))?;
            terminal.print_as_is(&json(&value)?)?;
        }
    }
    Ok(exit(&finished, arguments.fail_on))
}

/// Runs an audit and shows its progress.
pub(crate) fn audit(config: &Config, out: &Path, terminal: &Terminal) -> Result<Finished, Failure> {
    let finished = dno_audit::run(config, out, &terminal.watched());
    terminal.end_progress();
    let finished = finished?;
    finished.warnings.iter().for_each(|warning| terminal.error(&format!("warning: {warning}")));
    Ok(finished)
}

fn exit(finished: &Finished, fail_on: FailOn) -> Exit {
    if finished.incomplete {
        return Exit::Incomplete;
    }
    let threshold = match fail_on {
        FailOn::Error => Severity::Error,
        FailOn::Undetermined => Severity::Undetermined,
        FailOn::Warning => Severity::Warning,
        FailOn::Never => return Exit::Complete,
    };
    let summary = &finished.summary;
    let waived = |id: &str| summary.waived.as_ref().and_then(|waived| waived.findings.get(id)).copied();
    let failed =
        |id: &str| summary.findings.get(id).is_some_and(|count| *count > waived(id).unwrap_or_default());
    // A waiver that expired, or is for nothing, is a warning: somebody has to look at it.
    let idle = Severity::Warning >= threshold && summary.waivers.iter().any(|waiver| waiver.state != "used");
    match idle || RULES.iter().any(|rule| rule.severity >= threshold && failed(rule.id)) {
        true => Exit::Findings,
        false => Exit::Complete,
    }
}
