//! `dnoaudit brief`: a report on half a page.

use dno_audit::{BriefForm, Progress};

use crate::args::{BriefArguments, BriefFormat};
use crate::exit::{Exit, Failure};
use crate::terminal::{Terminal, Text};

pub(crate) fn run(arguments: &BriefArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let BriefArguments { package, previous, format } = arguments;
    let form = match format {
        BriefFormat::Text => BriefForm::Text,
        BriefFormat::Markdown => BriefForm::Markdown,
    };
    let brief = dno_audit::brief(package, previous, form, &Progress::to(terminal));
    terminal.end_progress();
    terminal.print(&Text::of_lines(&brief?))?;
    Ok(Exit::Complete)
}
