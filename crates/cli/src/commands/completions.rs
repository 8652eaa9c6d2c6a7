//! `dnoaudit completions` and `dnoaudit man`: what follows from the arguments as they are declared.

use std::path::Path;

use clap::CommandFactory;
use clap_mangen::Man;

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
    let mut command = Arguments::command().disable_help_subcommand(true);
    command.build();
    pages(&command, &arguments.folder)?;
    Ok(Exit::Complete)
}

/// The page of a command and those of the commands below it.
fn pages(command: &clap::Command, folder: &Path) -> Result<(), Failure> {
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        pages(below, folder)?;
    }
    let page = Man::new(command.clone());
    let mut octets = Vec::new();
    page.render(&mut octets).map_err(Failure::Output)?;
    Ok(dno_audit::write_whole(&folder.join(page.get_filename()), &octets)?)
}
