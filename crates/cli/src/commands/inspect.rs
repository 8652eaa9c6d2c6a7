//! `dnoaudit inspect`.

use std::path::PathBuf;

use dno_audit::{AsOf, Config, InputSpec, Inspected, Signatures, Timestamp, inspect};
use serde_json::Value;

use crate::args::{Format, InspectArguments};
use crate::exit::{Exit, Failure};
use crate::terminal::{Rows, Terminal, Text, short};

pub(crate) fn run(arguments: &InspectArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let signatures = signatures(arguments)?;
    let mut printer = Printer { format: arguments.format, terminal, waiting: None, many: false };
    let mut result = Ok(());
    let mut rejected = false;
    inspect(&arguments.file, signatures.as_ref(), &mut |inspected| {
        if result.is_ok() {
            result = super::value(&inspected.json).and_then(|json| {
                rejected |=
                    inspected.kind == "reject" || json.get("rejected").is_some_and(|count| *count != 0);
                printer.add(&inspected, json)
            });
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
    fn add(&mut self, inspected: &Inspected, mut json: Value) -> Result<(), Failure> {
        if self.format == Format::Text {
            return self.terminal.print(&in_words(inspected, &json));
        }
        if let (Some(within), Value::Object(members)) = (&inspected.within, &mut json) {
            members.insert("within".to_owned(), within.as_str().into());
        }
        if let Some(waiting) = self.waiting.replace(json) {
            let start = if self.many { "," } else { "[" };
            self.many = true;
            self.terminal.print_as_is(&format!("{start}\n{}", super::json(&waiting)?.trim_end()))?;
        }
        Ok(())
    }

    fn finish(self) -> Result<(), Failure> {
        match (self.format, self.waiting, self.many) {
            (Format::Text, ..) => Ok(()),
            (Format::Json, Some(last), true) => {
                self.terminal.print_as_is(&format!(",\n{}\n]\n", super::json(&last)?.trim_end()))
            }
            (Format::Json, Some(only), false) => self.terminal.print_as_is(&super::json(&only)?),
            (Format::Json, None, _) => self.terminal.print_as_is("[]\n"),
        }
    }
}

fn in_words(inspected: &Inspected, json: &Value) -> Text {
    if inspected.kind == "folder" {
        return folder(json);
    }
    let place = match &inspected.within {
        Some(within) => format!("{}, line {}", short(within), inspected.line),
        None => format!("line {}", inspected.line),
    };
    let mut text = Text::default();
    text.line(&format!("{place}: {}", inspected.kind));
    describe(json, 1, &mut text);
    text
}

/// The files of a folder as a table, and what is wrong with each below it.
fn folder(json: &Value) -> Text {
    let files = json.get("files").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let of = |file: &Value, name: &str| file.get(name).map(plain).unwrap_or_default();
    let columns = ["file", "holds", "records", "problems"];
    let mut table = Rows::new(columns);
    for file in files {
        table.push(columns.map(|column| of(file, column)));
    }
    let mut text = Text::default();
    text.table(table);
    for file in files {
        let Some(problem) = file.get("first_problem").filter(|problem| !problem.is_null()) else { continue };
        let more = match file.get("problems").and_then(Value::as_u64) {
            Some(count) if count > 1 => format!(" (and {} more)", count - 1),
            _ => String::new(),
        };
        let (name, line, detail) = (of(file, "file"), of(problem, "line"), of(problem, "detail"));
        text.line(&format!("{name}, line {line}: {detail}{more}"));
    }
    text
}

/// A value as indented lines `name: value`.
fn describe(value: &Value, depth: usize, text: &mut Text) {
    let indent = "  ".repeat(depth);
    let Value::Object(members) = value else {
        text.line(&format!("{indent}{}", plain(value)));
        return;
    };
    for (name, value) in members {
        match value {
            Value::Object(pair)
                if pair.len() == 2 && pair.contains_key("value") && pair.contains_key("name") =>
            {
                let number = pair.get("value").map(plain).unwrap_or_default();
                let word = pair.get("name").map(plain).unwrap_or_default();
                text.line(&format!("{indent}{name}: {word} ({number})"));
            }
            Value::Object(_) => {
                text.line(&format!("{indent}{name}:"));
                describe(value, depth + 1, text);
            }
            Value::Array(items) if items.iter().any(Value::is_object) => {
                for (index, item) in items.iter().enumerate() {
                    text.line(&format!("{indent}{name}[{index}]:"));
                    describe(item, depth + 1, text);
                }
            }
            Value::Array(items) => {
                let items: Vec<String> = items.iter().map(plain).collect();
                text.line(&format!("{indent}{name}: {}", items.join(", ")));
            }
            _ => text.line(&format!("{indent}{name}: {}", plain(value))),
        }
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::String(text) => text.clone(),
        other => short(&other.to_string()),
    }
}
