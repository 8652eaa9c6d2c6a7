//! How a synthetic estate is audited.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use dno_audit::{Config, InputSpec};
use testkit::estate::{Age, EstateOptions, Form};

/// The records of an estate as inputs, by form. Hex messages carry no time, so each file is given its own.
pub(crate) fn records(options: &EstateOptions) -> Vec<InputSpec> {
    match options.form {
        Form::Cells => vec![InputSpec::new("cells.csv")],
        Form::Messages => vec![InputSpec::new("messages.csv")],
        Form::Hex => {
            [("recent", Age::Recent), ("older", Age::Older), ("stale", Age::Stale), ("undated", Age::Undated)]
                .map(|(name, age)| {
                    let mut spec = InputSpec::new(format!("messages/{name}.hex"));
                    spec.observed_at = options.hex_observed_at(age);
                    spec
                })
                .into()
        }
    }
}

/// The configuration of an audit of an estate that was written into a folder.
pub(crate) fn config(options: &EstateOptions, folder: &Path) -> Config {
    let mut config = Config::new(options.as_of, folder.to_path_buf());
    let one = |name| vec![InputSpec::new(name)];
    config.inputs.records = records(options);
    config.inputs.certificates = one("certificates/bundle.pem");
    config.inputs.trust_anchors = one("trust-anchor.pem");
    config.inputs.estate = one("estate.csv");
    config.inputs.registration = one("registration.csv");
    config.inputs.directory = one("directory.toml");
    config
}

/// Every file of a package.
pub(crate) fn package(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    let named = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    entries.map(|path| (named(&path), fs::read(&path).unwrap())).collect()
}
