//! JSON Lines: one object of strings per row, with `null` for what is empty.

use std::fmt::Write as _;

use super::Rows;

/// The file.
#[must_use]
pub fn jsonl(table: &Rows) -> Vec<u8> {
    let mut out = String::new();
    for row in &table.rows {
        out.push('{');
        for (index, (name, text)) in table.header.iter().zip(row).enumerate() {
            if index > 0 {
                out.push(',');
            }
            push_string(&mut out, name);
            out.push(':');
            match text.as_str() {
                "" => out.push_str("null"),
                text => push_string(&mut out, text),
            }
        }
        out.push_str("}\n");
    }
    out.into_bytes()
}

fn push_string(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            '\0'..='\u{1F}' => write!(out, "\\u{:04x}", u32::from(character)).expect("a string takes text"),
            other => out.push(other),
        }
    }
    out.push('"');
}
