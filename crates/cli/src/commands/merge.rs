//! `dnoaudit merge`.

use dno_audit::MergeOptions;

use crate::args::MergeArguments;
use crate::exit::{Exit, Failure};
use crate::terminal::{Terminal, Text, plural};

pub(crate) fn run(arguments: &MergeArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let MergeArguments { packages, out, inputs, seal } = arguments;
    let mut options = MergeOptions::default();
    options.sealing = seal.sealing()?;
    options.inputs.clone_from(inputs);
    let merged = dno_audit::merge(packages, out, &options, &terminal.watched());
    terminal.end_progress();
    let merged = merged?;
    let packages = u64::try_from(packages.len()).unwrap_or(u64::MAX);
    let (meters, packages) = (plural(merged.meters, "meter"), plural(packages, "package"));
    let mut text = Text::default();
    text.line(&format!("{meters} of {packages} in {}", out.display()));
    text.line(&format!("manifest sha256 {}", merged.manifest_sha256));
    terminal.print(&text)?;
    Ok(Exit::Complete)
}
