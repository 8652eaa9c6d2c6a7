//! Which of several words was meant.

/// The word that is most like a text, if one is close: at most two letters are missing, too many or others, in whatever case.
/// Of several it is the first in the order of words.
#[must_use]
pub fn nearest<'w>(text: &str, words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let text = text.to_lowercase();
    words
        .into_iter()
        .map(|word| (edit_distance(&text, &word.to_lowercase()), word))
        .filter(|(distance, _)| *distance <= 2)
        .min()
        .map(|(_, word)| word)
}

/// Levenshtein distance; texts longer than 64 characters are far from everything.
#[must_use]
pub fn edit_distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if one.len() > 64 || other.len() > 64 {
        return usize::MAX;
    }
    let mut previous: Vec<usize> = (0..=other.len()).collect();
    for (row, a) in one.iter().enumerate() {
        let mut current = vec![row + 1];
        for (index, b) in other.iter().enumerate() {
            let at = |list: &[usize], index: usize| list.get(index).copied().unwrap_or(usize::MAX - 1);
            let replace = at(&previous, index) + usize::from(a != b);
            current.push(replace.min(at(&previous, index + 1) + 1).min(at(&current, index) + 1));
        }
        previous = current;
    }
    previous.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_with_two_wrong_letters_is_found_and_one_with_three_is_not() {
        let words = ["placeholder-in-cell", "cell-absent"];
        assert_eq!(nearest("placeholdr-in-cel", words), Some("placeholder-in-cell"));
        assert_eq!(nearest("placehold-in-cel", words), None);
        assert_eq!(nearest("CELL_ABSENT", words), Some("cell-absent"));
        assert_eq!(nearest(&"x".repeat(100), words), None);
    }
}
