//! Text from inputs, made fit to be shown to people.

/// The text on one line, with everything escaped that could steer a terminal, end the line, turn the direction of text or
/// hide in it. What is escaped once stays as it is.
#[must_use]
pub fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unfit(c) { line.extend(c.escape_default()) } else { line.push(c) }
    }
    line
}

/// Controls, separators of lines and paragraphs, marks of direction, characters that are not seen, and numbers that are no
/// characters, which XML has no place for.
fn is_unfit(c: char) -> bool {
    c.is_control()
        || u32::from(c) & 0xFFFE == 0xFFFE
        || matches!(
            c,
            '\u{00AD}'
                | '\u{034F}'
                | '\u{061C}'
                | '\u{115F}'..='\u{1160}'
                | '\u{17B4}'..='\u{17B5}'
                | '\u{180B}'..='\u{180F}'
                | '\u{200B}'..='\u{200F}'
                | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}'
                | '\u{3164}'
                | '\u{FDD0}'..='\u{FDEF}'
                | '\u{FEFF}'
                | '\u{FFA0}'
                | '\u{FFF0}'..='\u{FFFB}'
                | '\u{E0000}'..='\u{E0FFF}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_can_neither_steer_nor_break_nor_turn_a_line() {
        assert_eq!(one_line("a\x1b[2Jb"), r"a\u{1b}[2Jb");
        assert_eq!(one_line("a\r\n\tholds"), r"a\r\n\tholds");
        assert_eq!(one_line("a\u{85}\u{2028}\u{2029}b"), r"a\u{85}\u{2028}\u{2029}b");
        assert_eq!(one_line("a\u{fffe}b\u{1ffff}"), r"a\u{fffe}b\u{1ffff}");
        assert_eq!(one_line("a\u{202e}b\u{2066}\u{200b}\u{feff}"), r"a\u{202e}b\u{2066}\u{200b}\u{feff}");
        for number in 0..=u32::from(char::MAX) {
            let Some(c) = char::from_u32(number) else { continue };
            let line = one_line(&c.to_string());
            assert_eq!(line.lines().count(), 1);
            assert!(!line.chars().any(char::is_control), "{number:x}");
            assert_eq!(one_line(&line), line, "{number:x}");
        }
    }

    #[test]
    fn text_of_every_language_stays() {
        let text = "Scottish Hydro – Ærø Žižkov 東京 עברית \u{FFFD} \\ \"'";
        assert_eq!(one_line(text), text);
    }
}
