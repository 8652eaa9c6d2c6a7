//! `dnoaudit completions` and `dnoaudit man`: what follows from the arguments as they are declared.

use clap::CommandFactory;

use crate::args::{Arguments, CompletionsArguments, ManArguments};
use crate::exit::{Exit, Failure};
use crate::terminal::Terminal;

pub(crate) fn completions(arguments: &CompletionsArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "dnoaudit", &mut script);
    terminal.print_as_is(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Complete)
}

pub(crate) fn man(arguments: &ManArguments) -> Result<Exit, Failure> {
    let path = arguments.folder.display().to_string();
    clap_mangen::generate_to(Arguments::command(), &arguments.folder)
        .map_err(|source| Failure::Write { path, source })?;
    Ok(Exit::Complete)
}
