//! The command `dnoaudit`: arguments in, one library call, text out, exit code.

mod args;
mod commands;
mod exit;
mod secret;
mod signals;
mod terminal;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Arguments, Command};
use crate::exit::Exit;
use crate::terminal::Terminal;

fn main() -> ExitCode {
    let given: Vec<_> = std::env::args_os().collect();
    if secret::among(&given) {
        Terminal::new(true).error(secret::IN_ARGUMENTS);
        return Exit::Usage.into();
    }
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        // Help and version are no errors; clap sends each to the right stream.
        Err(error) if !error.use_stderr() => {
            let _ = error.print();
            return Exit::Complete.into();
        }
        Err(_) => {
            // The message repeats arguments, so it is made of such as may be repeated.
            match Arguments::try_parse_from(secret::fit_to_repeat(&given)) {
                Err(error) => drop(error.print()),
                Ok(_) => Terminal::new(true).error("the arguments can't be used"),
            }
            return Exit::Usage.into();
        }
    };
    let terminal = Terminal::new(arguments.quiet);
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
