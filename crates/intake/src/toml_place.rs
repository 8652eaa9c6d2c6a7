//! Where in a TOML file something is wrong.

/// What a TOML reader says and where, without the line itself: it may be what nobody ought to see.
pub(crate) fn place(text: &str, error: &toml::de::Error) -> String {
    let (line, column) = position(text, error.span().map_or(0, |span| span.start));
    format!("line {line}, column {column}: {}", error.message())
}

/// Line and column, from 1, of an offset in a text.
pub(crate) fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    (line, column)
}
