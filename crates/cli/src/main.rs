//! The command `dnoaudit`: arguments in, one library call, text out, exit code.

mod args;
mod commands;
mod exit;
mod terminal;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Arguments, Command};
use crate::exit::Exit;
use crate::terminal::Terminal;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no errors; clap sends each to the right stream.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Complete.into() };
        }
    };
    let terminal = Terminal::new(arguments.quiet);
    let result = match &arguments.command {
        Command::Audit(command) => commands::audit::run(command, &terminal),
        Command::Diff(command) => commands::diff::run(command, &terminal),
        Command::Demo(command) => commands::demo::run(command, &terminal),
        Command::Explain(command) => commands::explain::run(command, &terminal),
        Command::Init(command) => commands::init::run(command, &terminal),
        Command::Inspect(command) => commands::inspect::run(command, &terminal),
        Command::Reconcile(command) => commands::reconcile::run(command, &terminal),
        Command::Rules(command) => commands::rules::run(command, &terminal),
        Command::Slice(command) => commands::slice::run(command, &terminal),
        Command::Verify(command) => commands::verify::run(command, &terminal),
    };
    match result {
        Ok(exit) => exit.into(),
        Err(failure) => {
            terminal.error(&failure.to_string());
            failure.exit().into()
        }
    }
}
