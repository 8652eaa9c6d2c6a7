//! Words and numbers as people read them.

use report::model::v1::Slice;
use report::one_line;
use report::seal::Tree;

/// The most characters of a name from an input that a view shows.
const NAME: usize = 120;

/// The most characters of what a rule or a remedy of a report says.
const SENTENCE: usize = 400;

/// A name from an input: on one line, nothing in it that hides or turns text, and cut with a note if it is long.
pub(crate) fn name(text: &str) -> String {
    cut(text, NAME)
}

/// What a rule or a remedy says, which is longer than a name.
pub(crate) fn sentence(text: &str) -> String {
    cut(text, SENTENCE)
}

/// The same with another limit.
pub(crate) fn cut(text: &str, most: usize) -> String {
    let all = text.chars().count();
    if all <= most {
        return one_line(text);
    }
    let begin: String = text.chars().take(most).collect();
    format!("{}… ({} characters)", one_line(&begin), number(u64::try_from(all).unwrap_or(u64::MAX)))
}

/// A number with commas at the thousands.
pub(crate) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A number with its noun.
pub(crate) fn plural(count: u64, noun: &str) -> String {
    format!("{} {noun}{}", number(count), if count == 1 { "" } else { "s" })
}

/// A share in per cent with one decimal, rounded half up in whole numbers; a dash of nothing. What is less than all is not
/// rounded to all, and what is more than nothing not to nothing.
pub(crate) fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "–".to_owned();
    }
    match (u128::from(part) * 1000 + u128::from(whole) / 2) / u128::from(whole) {
        0 if part > 0 => "< 0.1 %".to_owned(),
        1000 if part < whole => "> 99.9 %".to_owned(),
        tenths => format!("{}.{} %", tenths / 10, tenths % 10),
    }
}

/// The missing : wrong split in words.
pub(crate) fn split(missing: u64, wrong: u64) -> String {
    let (of_missing, of_wrong) = (percent(missing, missing + wrong), percent(wrong, missing + wrong));
    match missing + wrong {
        0 => "0 : 0".to_owned(),
        _ => format!("{} : {} ({of_missing} : {of_wrong})", number(missing), number(wrong)),
    }
}

/// The functions of parties that must act, and what people call them.
pub(crate) const PARTIES: [(&str, &str); 7] = [
    ("network-operator", "the network operator responsible for the meter"),
    ("supplier", "the responsible supplier"),
    ("other-network-operator", "the other network operator, whose key stands in the cell"),
    ("supplier-in-cell", "the supplier whose key stands in the cell"),
    ("dcc", "the DCC"),
    ("auditor", "whoever runs the audit: inputs are incomplete"),
    ("registration-data", "whoever supplies registration or estate data"),
];

/// A party that must act, by its function, as people call it; a report of somebody else may name other functions.
pub(crate) fn party(function: &str) -> String {
    let known = PARTIES.iter().find(|(known, _)| *known == function);
    known.map_or_else(|| name(function), |(_, words)| (*words).to_owned())
}

/// What the party of a slice is.
pub(crate) fn kind_of_party(slice: &Slice) -> &'static str {
    if slice.tree == Tree::Dno.name() { "network operator" } else { "supplier" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_shares_rounded_in_whole_numbers() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(number), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(percent(1, 3), "33.3 %");
        assert_eq!(percent(2, 3), "66.7 %");
        assert_eq!(percent(0, 0), "–");
        assert_eq!(split(413, 107), "413 : 107 (79.4 % : 20.6 %)");
        assert_eq!(split(0, 0), "0 : 0");
    }

    #[test]
    fn long_names_are_cut_and_say_so() {
        assert_eq!(name(&"x".repeat(10_000)), format!("{}… (10,000 characters)", "x".repeat(120)));
        assert_eq!(name("a\u{202e}b"), r"a\u{202e}b");
        assert_eq!(name(&"é".repeat(120)), "é".repeat(120));
    }
}
