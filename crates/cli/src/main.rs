//! The command `dnoaudit`: arguments in, one library call, text out, exit code.

mod args;
mod commands;
mod exit;
mod meaning;
mod secret;
mod signals;
mod terminal;

use std::ffi::OsString;
use std::panic;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use crate::args::{Arguments, ColorArgument, Command};
use crate::exit::Exit;
use crate::terminal::Terminal;

/// The writer of workbooks panics where a temporary file of its own fails. The library makes an error of that, and what the
/// panic itself says is not shown before it.
fn quieten_what_is_caught() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map_or("", |location| location.file());
        if !place.contains("rust_xlsxwriter") {
            usual(panic);
        }
    }));
}

/// The arguments. What is said of them in a pipe depends on no terminal and no variable.
fn parse(terminal: &Terminal, given: impl IntoIterator<Item = OsString>) -> Result<Arguments, clap::Error> {
    let mut command = Arguments::command().color(terminal.color_of_help());
    if terminal::width().is_none() {
        command = command.term_width(100);
    }
    let mut matches = command.try_get_matches_from_mut(given)?;
    Arguments::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
}

fn main() -> ExitCode {
    quieten_what_is_caught();
    let given: Vec<_> = std::env::args_os().collect();
    let plain = Terminal::new(true, ColorArgument::Auto);
    if secret::among(&given) {
        plain.error(secret::IN_ARGUMENTS);
        return Exit::Usage.into();
    }
    let arguments = match parse(&plain, given.iter().cloned()) {
        Ok(arguments) => arguments,
        // Help and version are no errors; clap sends each to the right stream.
        Err(error) if !error.use_stderr() => {
            let _ = error.print();
            return Exit::Complete.into();
        }
        Err(_) => {
            // The message repeats arguments, so it is made of such as may be repeated.
            match parse(&plain, secret::fit_to_repeat(&given)) {
                Err(error) => drop(error.print()),
                Ok(_) => plain.error("the arguments can't be used"),
            }
            return Exit::Usage.into();
        }
    };
    let terminal = Terminal::new(arguments.quiet, arguments.color);
    let result = match &arguments.command {
        Command::Audit(command) => commands::audit::run(command, &terminal),
        Command::Brief(command) => commands::brief::run(command, &terminal),
        Command::Completions(command) => commands::completions::completions(command, &terminal),
        Command::Diff(command) => commands::diff::run(command, &terminal),
        Command::Demo(command) => commands::demo::run(command, &terminal),
        Command::Estimate(command) => commands::estimate::run(command, &terminal),
        Command::Explain(command) => commands::explain::run(command, &terminal),
        Command::Export(command) => commands::export::run(command, &terminal),
        Command::Init(command) => commands::init::run(command, &terminal),
        Command::Inspect(command) => commands::inspect::run(command, &terminal),
        Command::Man(command) => commands::completions::man(command),
        Command::Merge(command) => commands::merge::run(command, &terminal),
        Command::Page(command) => commands::page::run(command, &terminal),
        Command::Plan(command) => commands::plan::run(command, &terminal),
        Command::Reconcile(command) => commands::reconcile::run(command, &terminal),
        Command::Rules(command) => commands::rules::run(command, &terminal),
        Command::Slice(command) => commands::slice::run(command, &terminal),
        Command::Verify(command) => commands::verify::run(command, &terminal),
    };
    match result {
        Ok(exit) => exit.into(),
        Err(failure) => {
            terminal.error(&failure.to_string());
            // Whatever could not go on for it.
            if let Some(exit) = terminal.stopped() {
                return exit.into();
            }
            if let Some(help) = failure.help() {
                terminal.help(&help);
            }
            failure.exit().into()
        }
    }
}
