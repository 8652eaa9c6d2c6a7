//! Writes the repository's test data, a synthetic estate, or one with hostile names.

use std::path::Path;
use std::process::ExitCode;

use dno_audit_testkit::estate::{CellsPerDevice, EstateOptions, Form, write_estate, write_hostile_estate};
use dno_audit_testkit::testdata::write_testdata;

const USAGE: &str = "\
Usage: testgen testdata DIR
       testgen estate DIR [--devices N] [--seed S] [--form cells|messages|hex]
                          [--cells-per-device 2|10] [--as-of 2026-01-01T00:00:00Z]
       testgen hostile DIR
";

/// Enough that every name stands in every column.
const HOSTILE_DEVICES: u64 = 300;

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "this is a command line program")]
fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(said) => {
            print!("{said}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprint!("{why}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &[&str]) -> Result<String, String> {
    match arguments {
        ["testdata", folder] => {
            let files = write_testdata(Path::new(folder)).map_err(|error| format!("{folder}: {error}\n"))?;
            Ok(format!("{files} files in {folder}\n"))
        }
        ["estate", folder, flags @ ..] => estate(folder, flags),
        ["hostile", folder] => {
            let summary = write_hostile_estate(HOSTILE_DEVICES, Path::new(folder))
                .map_err(|error| format!("{folder}: {error}\n"))?;
            Ok(format!("{} estate rows with hostile names in {folder}\n", summary.estate_rows))
        }
        _ => Err(USAGE.to_owned()),
    }
}

fn estate(folder: &str, flags: &[&str]) -> Result<String, String> {
    let options = options(flags)?;
    let summary =
        write_estate(&options, Path::new(folder)).map_err(|error| format!("{folder}: {error}\n"))?;
    let mut said = format!(
        "{} devices, {} estate rows, {} registration rows, {} records in {folder}\n",
        options.devices, summary.estate_rows, summary.registration_rows, summary.records
    );
    for (verdict, devices) in summary.verdicts() {
        said.push_str(&format!("{devices:>10}  {verdict}\n"));
    }
    said.push('\n');
    for (state, devices) in summary.states() {
        let verdict = state.expected_verdict().unwrap_or("-");
        said.push_str(&format!("{devices:>10}  {:<32} {verdict}\n", state.name()));
    }
    Ok(said)
}

fn options(flags: &[&str]) -> Result<EstateOptions, String> {
    let mut options = EstateOptions::default();
    for pair in flags.chunks(2) {
        let [flag, value] = pair else { return Err(USAGE.to_owned()) };
        let wrong = || format!("{flag} {value}: not a value of this option\n\n{USAGE}");
        match *flag {
            "--devices" => options.devices = value.parse().map_err(|_| wrong())?,
            "--seed" => options.seed = value.parse().map_err(|_| wrong())?,
            "--as-of" => options.as_of.0 = value.parse().map_err(|_| wrong())?,
            "--form" => {
                options.form = match *value {
                    "cells" => Form::Cells,
                    "messages" => Form::Messages,
                    "hex" => Form::Hex,
                    _ => return Err(wrong()),
                }
            }
            "--cells-per-device" => {
                options.cells_per_device = match *value {
                    "2" => CellsPerDevice::NetworkOperator,
                    "10" => CellsPerDevice::All,
                    _ => return Err(wrong()),
                }
            }
            _ => return Err(USAGE.to_owned()),
        }
    }
    Ok(options)
}
