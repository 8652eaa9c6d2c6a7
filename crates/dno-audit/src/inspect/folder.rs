//! What a folder holds: a table of files, so that one can look before an audit.

use std::path::{Path, PathBuf};

use intake::{Contents, IntakeError, Record, RecordOptions, Reject, TableOptions};
use serde_json::{Value, json};

use super::{Copy, Inspected, Tally, members, thing};
use crate::error::{ConfigError, Error};
use crate::inputs::below;

/// The table of all files below a folder, those within archives each by itself.
pub(super) fn inspect_folder(path: &Path) -> Result<Inspected, Error> {
    let mut files: Vec<(String, Result<PathBuf, Error>)> = below(path).collect();
    files.sort_by(|(one, _), (other, _)| one.cmp(other));
    if files.is_empty() {
        return Err(ConfigError::NoMatch { role: "inspect", pattern: path.display().to_string() }.into());
    }
    let mut rows: Vec<Value> = Vec::new();
    for (name, file) in files {
        let read = file.and_then(|file| {
            members(&file, &mut |within, copy| {
                let name = within.map_or_else(|| name.clone(), |within| format!("{name}/{within}"));
                rows.push(row(&name, copy));
                Ok(())
            })
        });
        match read {
            Ok(()) => {}
            // The folder itself can't be listed.
            Err(error) if name.is_empty() => return Err(error),
            // The next file is looked at.
            Err(error @ (Error::File { .. } | Error::Intake(IntakeError::Io { .. }))) => {
                rows.push(unusable(&name, "nothing that can be read", &error));
            }
            Err(error) => return Err(error),
        }
    }
    let rejected = rows.iter().filter(|row| row.get("problems").is_some_and(|count| *count != 0)).count();
    Ok(thing(1, "folder", json!({"files": rows, "rejected": rejected})))
}

/// One file: what it holds, how many records, and what is wrong with them.
fn row(name: &str, copy: Result<Copy, Reject>) -> Value {
    let (holds, tally) = match copy {
        Err(reject) => {
            let mut tally = Tally::default();
            tally.reject(1, &reject);
            ("nothing that can be read".to_owned(), tally)
        }
        Ok(mut copy) => match tally(&mut copy) {
            Ok((contents, tally)) => (holds(contents, &tally), tally),
            // A table that can't be used as a whole is told here, and the next file is looked at.
            Err(error) => return unusable(name, "a table that can't be used", &error),
        },
    };
    file_row(name, &holds, tally)
}

/// A file of which there is one thing to say, and that is wrong.
fn unusable(name: &str, holds: &str, error: &Error) -> Value {
    let problem = json!({"line": 1, "detail": error.to_string()});
    file_row(name, holds, Tally { rows: 1, rejects: 1, first: vec![problem], ..Tally::default() })
}

fn file_row(name: &str, holds: &str, tally: Tally) -> Value {
    let first = tally.first.into_iter().next().unwrap_or(Value::Null);
    json!({
        "file": name, "holds": holds, "records": tally.rows, "not_relevant": tally.not_relevant,
        "problems": tally.rejects, "first_problem": first,
    })
}

fn holds(contents: Contents, tally: &Tally) -> String {
    let parts = [
        (contents.records, "records of cells"),
        (contents.estate, "estate data"),
        (contents.registration, "registration data"),
        (contents.certificates, "certificates"),
        (contents.directory, "a directory"),
    ];
    if contents.records && tally.rows == 1 && tally.first.iter().any(is_unrecognised) {
        return "nothing that is recognised".to_owned();
    }
    let parts: Vec<&str> = parts.into_iter().filter(|(is, _)| *is).map(|(_, name)| name).collect();
    parts.join(", ")
}

fn is_unrecognised(problem: &Value) -> bool {
    problem.get("reason").is_some_and(|reason| reason == "not-recognised")
}

fn tally(copy: &mut Copy) -> Result<(Contents, Tally), Error> {
    let contents = Contents::of(&mut copy.source()?)?;
    let mut tally = Tally::default();
    // Of XML each document is a record, whatever it is; of a workbook each sheet is read as what it is.
    let by_itself = !contents.records || !copy.is_xml()?;
    if contents.records {
        let mut take = |record: &Record<'_>| match &record.outcome {
            Ok(seen) => tally.row(seen.is_empty()),
            Err(reject) => tally.reject(record.origin.line, reject),
        };
        intake::read_records(&mut copy.source()?, &RecordOptions::default(), &mut take)?;
    }
    if contents.certificates && by_itself {
        for record in intake::read_certificates(&mut copy.source()?, &TableOptions::default())? {
            match record.outcome {
                Ok(_) => tally.row(false),
                Err(reject) => tally.reject(record.origin.line, &reject),
            }
        }
    }
    if contents.directory {
        let directory = intake::read_directory(&mut copy.source()?)?;
        tally.rows = u64::try_from(directory.operators.len() + directory.suppliers.len()).unwrap_or(u64::MAX);
    }
    if contents.estate && by_itself {
        tally.add(copy.estate()?);
    }
    if contents.registration {
        tally.add(copy.registration()?);
    }
    Ok((contents, tally))
}
