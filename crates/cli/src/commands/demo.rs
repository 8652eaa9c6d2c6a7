//! `dnoaudit demo`: a synthetic estate with its own SMKI, audited end to end.

use std::fs;
use std::path::Path;

use dno_audit::Config;
use testkit::estate::{EstateOptions, Form, write_estate, write_own_list};

use crate::args::DemoArguments;
use crate::commands::audit::audit;
use crate::exit::{Exit, Failure};
use crate::terminal::{Terminal, summary};

/// The first line of the configuration of a demonstration, by which a folder is known to be one.
const MARK: &str = "# Configuration of a dnoaudit demonstration. Everything in this folder is synthetic.";

/// The operator whose own list is written, with disagreements in it.
const OWN_LIST_OF: &str = "LOND";

const CONFIGURATION: &str = r#"
as_of = "2026-01-01T00:00:00Z"
out = "report"

[inputs]
records = ["messages.csv"]
certificates = ["certificates/bundle.pem"]
trust_anchors = ["trust-anchor.pem"]
estate = ["estate.csv"]
registration = ["registration.csv"]
directory = ["directory.toml"]
"#;

pub(crate) fn run(arguments: &DemoArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let folder = &arguments.out;
    let at = |path: &Path| {
        let path = path.display().to_string();
        move |source| Failure::Write { path, source }
    };
    let file = folder.join("audit.toml");
    let is_demo = fs::read_to_string(&file).is_ok_and(|text| text.starts_with(MARK));
    if folder.exists() && !is_demo && fs::read_dir(folder).map_err(at(folder))?.next().is_some() {
        return Err(Failure::Usage(format!(
            "{}: exists and is no demonstration; name another folder with --out",
            folder.display()
        )));
    }
    fs::create_dir_all(folder).map_err(at(folder))?;
    let options =
        EstateOptions { devices: arguments.devices, form: Form::Messages, ..EstateOptions::default() };
    write_estate(&options, folder).map_err(at(folder))?;
    write_own_list(&options, OWN_LIST_OF, folder).map_err(at(folder))?;
    fs::write(&file, format!("{MARK}\n{CONFIGURATION}")).map_err(at(&file))?;

    let config = Config::load(&file)?;
    let out = folder.join("report");
    let finished = audit(&config, &out, terminal)?;
    let shown = folder.display();
    terminal.print(&summary(&finished, &out.display().to_string()))?;
    let first = finished_example(&out);
    terminal.print(&format!(
        "\nThe synthetic inputs are in {shown}. Try:\n  \
         dnoaudit audit --config {shown}/audit.toml\n  \
         dnoaudit explain {first} --config {shown}/audit.toml\n  \
         dnoaudit explain placeholder-in-cell\n  \
         dnoaudit reconcile {shown}/report --own {shown}/own-list.csv --dno {OWN_LIST_OF}\n"
    ))?;
    Ok(Exit::Complete)
}

/// A device worth explaining: the first of the report that is wrong.
fn finished_example(out: &Path) -> String {
    let rows = fs::read_to_string(out.join("devices.jsonl")).unwrap_or_default();
    let wrong = rows
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .find(|row| row.get("verdict").and_then(serde_json::Value::as_str) == Some("wrong"));
    let id = wrong.as_ref().and_then(|row| row.get("device_id")).and_then(serde_json::Value::as_str);
    id.unwrap_or("DEVICE").to_owned()
}
