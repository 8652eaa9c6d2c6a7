//! One module for each command: build a configuration, call the library, print.

pub(crate) mod audit;
pub(crate) mod brief;
pub(crate) mod completions;
pub(crate) mod demo;
pub(crate) mod diff;
pub(crate) mod estimate;
pub(crate) mod explain;
pub(crate) mod export;
pub(crate) mod init;
pub(crate) mod inspect;
pub(crate) mod merge;
pub(crate) mod page;
pub(crate) mod plan;
pub(crate) mod reconcile;
pub(crate) mod rules;
pub(crate) mod slice;
pub(crate) mod verify;

use crate::exit::Failure;

/// A document of the library, to look into.
fn value(json: &dno_audit::Json) -> Result<serde_json::Value, Failure> {
    serde_json::to_value(json).map_err(|error| Failure::Output(error.into()))
}

/// JSON for programs: indented, one document.
fn json(value: &serde_json::Value) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure::Output(error.into()))?;
    Ok(text + "\n")
}
