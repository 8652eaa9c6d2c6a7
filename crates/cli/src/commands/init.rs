//! `dnoaudit init`.

use std::fs::OpenOptions;
use std::io::Write;

use dno_audit::TEMPLATE;

use crate::args::InitArguments;
use crate::exit::{Exit, Failure};
use crate::terminal::{Terminal, Text};

pub(crate) fn run(arguments: &InitArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let path = arguments.file.display().to_string();
    let file = OpenOptions::new().write(true).create_new(true).open(&arguments.file);
    match file.and_then(|mut file| file.write_all(TEMPLATE.as_bytes())) {
        Ok(()) => {
            let mut text = Text::default();
            text.line(&format!("{path} written; next: dnoaudit audit --config {path}"));
            terminal.print(&text)?;
            Ok(Exit::Complete)
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            Err(Failure::Usage(format!("{path}: exists, and is left as it is")))
        }
        Err(error) => Err(Failure::of_file(&arguments.file)(error)),
    }
}
