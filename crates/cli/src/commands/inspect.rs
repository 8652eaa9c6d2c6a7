//! `dnoaudit inspect`.

use std::path::PathBuf;

use dno_audit::{AsOf, Config, InputSpec, Inspected, Signatures, Timestamp, inspect};
use serde_json::Value;

use crate::args::{Format, InspectArguments};
use crate::exit::{Exit, Failure};
use crate::terminal::{Terminal, safe};

pub(crate) fn run(arguments: &InspectArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let signatures = signatures(arguments)?;
    let mut printer = Printer { format: arguments.format, terminal, waiting: None, many: false };
    let mut result = Ok(());
    let mut rejected = false;
    inspect(&arguments.file, signatures.as_ref(), &mut |inspected| {
        rejected |= inspected.kind == "reject";
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
            let mut text = format!("line {}: {}\n", inspected.line, inspected.kind);
            describe(&inspected.json, 1, &mut text);
            return self.terminal.print(&text);
        }
        if let Some(waiting) = self.waiting.replace(inspected.json) {
            let start = if self.many { "," } else { "[" };
            self.many = true;
            self.terminal.print(&format!("{start}\n{}", super::json(&waiting)?.trim_end()))?;
        }
        Ok(())
    }

    fn finish(self) -> Result<(), Failure> {
        match (self.format, self.waiting, self.many) {
            (Format::Text, ..) => Ok(()),
            (Format::Json, Some(last), true) => {
                self.terminal.print(&format!(",\n{}\n]\n", super::json(&last)?.trim_end()))
            }
            (Format::Json, Some(only), false) => self.terminal.print(&super::json(&only)?),
            (Format::Json, None, _) => self.terminal.print("[]\n"),
        }
    }
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
