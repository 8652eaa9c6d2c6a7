//! `dnoaudit page`: a report as one HTML page.

use crate::args::PageArguments;
use crate::exit::{Exit, Failure};
use crate::terminal::{Terminal, Text};

pub(crate) fn run(arguments: &PageArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let PageArguments { package, previous, out } = arguments;
    let written = dno_audit::page(package, previous, out, &terminal.watched());
    terminal.end_progress();
    written?;
    let mut text = Text::default();
    text.line(&format!("{}: open it in a browser; it needs no network", out.display()));
    terminal.print(&text)?;
    Ok(Exit::Complete)
}
