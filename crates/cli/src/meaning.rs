//! What a word means, by a sign that needs no colour and by a colour beside it.
//!
//! In: text as it is printed anywhere. Out: the same with colours, for a terminal that shows them. Signs stand in both, so that
//! nothing is told by a colour alone.

use clap::builder::styling::{AnsiColor, Color, Style};

/// What a word means.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Meaning {
    /// As it ought to be.
    Right,
    /// Not there.
    Missing,
    /// Not as it ought to be.
    Wrong,
    /// Nothing may be concluded.
    NotKnown,
    /// Of no matter here.
    Outside,
}

use Meaning::{Missing, NotKnown, Outside, Right, Wrong};

/// Verdicts as reports write them, with what they mean and their words.
const VERDICTS: [(&str, Meaning, &str); 5] = [
    ("correct", Right, "correct"),
    ("missing", Missing, "missing"),
    ("wrong", Wrong, "wrong"),
    ("not-known", NotKnown, "not known"),
    ("out-of-scope", Outside, "out of scope"),
];

/// Words of checks.
const CHECKS: [(&str, Meaning); 4] =
    [("holds", Right), ("FAILS", Wrong), ("verified", Right), ("NOT VERIFIED", Wrong)];

impl Meaning {
    const fn sign(self) -> char {
        match self {
            Right => '✓',
            Missing => '○',
            Wrong => '✗',
            NotKnown => '?',
            Outside => '–',
        }
    }

    fn style(self) -> Style {
        let of = |color| Style::new().fg_color(Some(Color::Ansi(color)));
        match self {
            Right => of(AnsiColor::Green),
            Missing => of(AnsiColor::Yellow),
            Wrong => of(AnsiColor::Red).bold(),
            NotKnown => of(AnsiColor::Cyan),
            Outside => Style::new().dimmed(),
        }
    }

    /// A word with the sign before it.
    fn of(self, word: &str) -> String {
        format!("{} {word}", self.sign())
    }
}

/// A verdict of a report with its sign, as it is before it.
pub(crate) fn verdict(name: &str) -> String {
    let known = VERDICTS.iter().find(|(verdict, ..)| *verdict == name);
    known.map_or_else(|| name.to_owned(), |(_, meaning, words)| meaning.of(words))
}

/// Whether a check holds, with its sign.
pub(crate) fn check(holds: bool) -> String {
    if holds { Right.of("holds") } else { Wrong.of("FAILS") }
}

/// Whether something is verified, with its sign.
pub(crate) fn verified(verified: bool) -> String {
    if verified { Right.of("verified") } else { Wrong.of("NOT VERIFIED") }
}

/// Adds colours to words with their signs, and to signs that stand alone because a table is narrow. Nothing else changes.
pub(crate) fn paint(text: &str) -> String {
    let labels = VERDICTS.iter().map(|(_, meaning, words)| (*meaning, meaning.of(words)));
    let mut labels: Vec<_> =
        labels.chain(CHECKS.map(|(words, meaning)| (meaning, meaning.of(words)))).collect();
    labels.extend([Right, Missing, Wrong].map(|meaning| (meaning, meaning.sign().to_string())));
    let mut painted = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let label = labels.iter().find(|(_, label)| rest.starts_with(label.as_str()));
        let length = match label {
            Some((meaning, label)) => {
                let style = meaning.style();
                painted.push_str(&format!("{style}{label}{style:#}"));
                label.len()
            }
            None => {
                painted.push(first);
                first.len_utf8()
            }
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    painted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_stand_beside_signs_and_change_nothing_else() {
        let text =
            format!("  {}  x: {}\n? and – and {}\n✗\n", check(true), verdict("wrong"), verdict("not-known"));
        assert_eq!(text, "  ✓ holds  x: ✗ wrong\n? and – and ? not known\n✗\n");
        let painted = paint(&text);
        assert_eq!(
            painted,
            "  \x1b[32m✓ holds\x1b[0m  x: \x1b[1m\x1b[31m✗ wrong\x1b[0m\n\
             ? and – and \x1b[36m? not known\x1b[0m\n\x1b[1m\x1b[31m✗\x1b[0m\n"
        );
    }

    #[test]
    fn a_verdict_that_is_none_stays_as_it_is() {
        assert_eq!(verdict("a verdict of tomorrow"), "a verdict of tomorrow");
    }
}
