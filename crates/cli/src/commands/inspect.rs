//! `dnoaudit inspect`.

use std::path::PathBuf;

use dno_audit::{AsOf, Config, InputSpec, Inspected, Signatures, Timestamp, inspect};
use serde_json::Value;

use crate::args::{Format, InspectArguments};
use crate::exit::{Exit, Failure};
use crate::terminal::{Terminal, plain_table, safe};

pub(crate) fn run(arguments: &InspectArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let signatures = signatures(arguments)?;
    let mut printer = Printer { format: arguments.format, terminal, waiting: None, many: false };
    let mut result = Ok(());
    let mut rejected = false;
    inspect(&arguments.file, signatures.as_ref(), &mut |inspected| {
        rejected |=
            inspected.kind == "reject" || inspected.json.get("rejected").is_some_and(|count| *count != 0);
        if result.is_ok() {
            result = printer.add(inspected);
        }
    })?;
    result?;
    printer.finish()?;
    Ok(if rejected { Exit::Incomplete } else { Exit::Complete })
}

fn signatures(arguments: &InspectArguments) -> Result<Option<Signatures>, Failure> {
    if arguments.certificates.is_empty() && arguments.trust_anchor.is_empty() {
        return Ok(None);
    }
    let specs = |paths: &[String]| paths.iter().map(InputSpec::new).collect();
    // No date plays a part in signatures and paths.
    let any = Timestamp::from_unix_seconds(0).ok_or_else(|| Failure::Usage("no instant".to_owned()))?;
    let mut config = Config::new(AsOf(any), PathBuf::new());
    config.inputs.certificates = specs(&arguments.certificates);
    config.inputs.trust_anchors = specs(&arguments.trust_anchor);
    Ok(Some(Signatures::load(&config)?))
}

/// Prints one thing as an object and several as an array, without holding them all.
struct Printer<'t> {
    format: Format,
    terminal: &'t Terminal,
    waiting: Option<Value>,
    many: bool,
}

impl Printer<'_> {
    fn add(&mut self, inspected: Inspected) -> Result<(), Failure> {
        if self.format == Format::Text {
            return self.terminal.print(&in_words(&inspected));
        }
        let mut json = inspected.json;
        if let (Some(within), Value::Object(members)) = (inspected.within, &mut json) {
            members.insert("within".to_owned(), within.into());
        }
        if let Some(waiting) = self.waiting.replace(json) {
            let start = if self.many { "," } else { "[" };
            self.many = true;
            self.terminal.print_json(&format!("{start}\n{}", super::json(&waiting)?.trim_end()))?;
        }
        Ok(())
    }

    fn finish(self) -> Result<(), Failure> {
        match (self.format, self.waiting, self.many) {
            (Format::Text, ..) => Ok(()),
            (Format::Json, Some(last), true) => {
                self.terminal.print_json(&format!(",\n{}\n]\n", super::json(&last)?.trim_end()))
            }
            (Format::Json, Some(only), false) => self.terminal.print_json(&super::json(&only)?),
            (Format::Json, None, _) => self.terminal.print_json("[]\n"),
        }
    }
}

fn in_words(inspected: &Inspected) -> String {
    if inspected.kind == "folder" {
        return folder(&inspected.json);
    }
    let place = match &inspected.within {
        Some(within) => format!("{}, line {}", safe(within), inspected.line),
        None => format!("line {}", inspected.line),
    };
    let mut text = format!("{place}: {}\n", inspected.kind);
    describe(&inspected.json, 1, &mut text);
    text
}

/// The files of a folder as a table, and what is wrong with each below it.
fn folder(json: &Value) -> String {
    let files = json.get("files").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let of = |file: &Value, name: &str| file.get(name).map(plain).unwrap_or_default();
    let columns = ["file", "holds", "records", "problems"];
    let mut table = plain_table();
    table.set_header(columns);
    for file in files {
        table.add_row(columns.map(|column| of(file, column)));
    }
    let mut text = format!("{table}\n");
    for file in files {
        let Some(problem) = file.get("first_problem").filter(|problem| !problem.is_null()) else { continue };
        let more = match file.get("problems").and_then(Value::as_u64) {
            Some(count) if count > 1 => format!(" (and {} more)", count - 1),
            _ => String::new(),
        };
        let (name, line, detail) = (of(file, "file"), of(problem, "line"), of(problem, "detail"));
        text.push_str(&format!("{name}, line {line}: {detail}{more}\n"));
    }
    text
}

/// A value as indented lines `name: value`.
fn describe(value: &Value, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    let Value::Object(members) = value else {
        text.push_str(&format!("{indent}{}\n", plain(value)));
        return;
    };
    for (name, value) in members {
        match value {
            Value::Object(pair)
                if pair.len() == 2 && pair.contains_key("value") && pair.contains_key("name") =>
            {
                let number = pair.get("value").map(plain).unwrap_or_default();
                let word = pair.get("name").map(plain).unwrap_or_default();
                text.push_str(&format!("{indent}{name}: {word} ({number})\n"));
            }
            Value::Object(_) => {
                text.push_str(&format!("{indent}{name}:\n"));
                describe(value, depth + 1, text);
            }
            Value::Array(items) if items.iter().any(Value::is_object) => {
                for (index, item) in items.iter().enumerate() {
                    text.push_str(&format!("{indent}{name}[{index}]:\n"));
                    describe(item, depth + 1, text);
                }
            }
            Value::Array(items) => {
                let items: Vec<String> = items.iter().map(plain).collect();
                text.push_str(&format!("{indent}{name}: {}\n", items.join(", ")));
            }
            _ => text.push_str(&format!("{indent}{name}: {}\n", plain(value))),
        }
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::String(text) => text.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect(),
        other => safe(&other.to_string()),
    }
}
