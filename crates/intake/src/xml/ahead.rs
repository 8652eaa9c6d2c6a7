//! Whether markup is whole in the octets at hand, before it is read.
//!
//! What is cut short must not take what stands behind it with it, nor be looked through again for each document that it
//! would take. So whatever can't stand in the markup ends the search: a tag ends at a `<`, a comment at `--`, a CDATA
//! section or an instruction at a document within it. After a fault the reading goes on no earlier than there, except for
//! one comment and one quoted text, which can't overlap with others of their kind; so the work grows with the input alone.

use super::local;

/// What the octets at hand have of some markup.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Ahead {
    /// All of it, or it is no markup.
    Whole,
    /// Not its end.
    Open,
    /// Something that can't stand in it.
    Malformed(&'static str),
}

/// The markup at the beginning of the octets, and how many of them were looked at.
pub(super) fn ahead(octets: &[u8], is_record: fn(&[u8]) -> bool) -> (Ahead, usize) {
    match octets {
        [b'<'] => (Ahead::Open, 1),
        [b'<', b'!', ..] => declaration(octets, is_record),
        [b'<', b'?', ..] => section(octets, 2, b"?>", is_record),
        [b'<', ..] => tag(octets),
        _ => (Ahead::Whole, 0),
    }
}

fn declaration(octets: &[u8], is_record: fn(&[u8]) -> bool) -> (Ahead, usize) {
    let begins = |word: &[u8]| octets.get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word));
    let may_begin =
        |word: &[u8]| word.get(..octets.len()).is_some_and(|begin| octets.eq_ignore_ascii_case(begin));
    if begins(COMMENT) {
        comment(octets)
    } else if begins(CDATA) {
        section(octets, CDATA.len(), b"]]>", is_record)
    } else if begins(DOCTYPE) {
        document_type(octets, is_record)
    } else if [COMMENT, CDATA, DOCTYPE].into_iter().any(may_begin) {
        (Ahead::Open, octets.len())
    } else {
        (Ahead::Malformed("<! that begins nothing"), 2)
    }
}

const COMMENT: &[u8] = b"<!--";
const CDATA: &[u8] = b"<![CDATA[";
const DOCTYPE: &[u8] = b"<!DOCTYPE";

/// Whether the octets begin with a declaration or with the start tag of a record.
pub(super) fn begins_document(octets: &[u8], is_record: fn(&[u8]) -> bool) -> bool {
    let behind = octets.get(1..MAX_NAME.min(octets.len())).unwrap_or_default();
    let ends = |octet: &u8| matches!(octet, b' ' | b'\t' | b'\r' | b'\n' | b'/' | b'>');
    let name = behind.split(ends).next().unwrap_or_default();
    octets.first() == Some(&b'<') && (behind.starts_with(b"?xml") || is_record(local(name)))
}

/// As long as a name of a record is, with any prefix that somebody may give it.
pub(super) const MAX_NAME: usize = 128;

/// The place of a needle behind so many octets.
fn find(octets: &[u8], from: usize, needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(octets.get(from..)?, needle).map(|place| from + place)
}

fn comment(octets: &[u8]) -> (Ahead, usize) {
    match find(octets, COMMENT.len(), b"--") {
        None => (Ahead::Open, octets.len()),
        Some(dashes) => match octets.get(dashes + 2) {
            None => (Ahead::Open, octets.len()),
            Some(b'>') => (Ahead::Whole, dashes + 3),
            Some(_) => (Ahead::Malformed("-- within a comment"), dashes + 3),
        },
    }
}

/// A CDATA section or an instruction.
fn section(octets: &[u8], from: usize, end: &[u8], is_record: fn(&[u8]) -> bool) -> (Ahead, usize) {
    let first = end.first().copied().unwrap_or_default();
    let inner = octets.get(from..).unwrap_or_default();
    for place in memchr::memchr2_iter(b'<', first, inner) {
        let rest = inner.get(place..).unwrap_or_default();
        if rest.starts_with(end) {
            return (Ahead::Whole, from + place + end.len());
        }
        if begins_document(rest, is_record) {
            let why = "a document within a CDATA section or an instruction, which may not be closed";
            return (Ahead::Malformed(why), from + place);
        }
    }
    (Ahead::Open, octets.len())
}

fn tag(octets: &[u8]) -> (Ahead, usize) {
    // Most tags have no attribute: the next mark is their end.
    let mark = match cfg!(feature = "general-path") {
        true => None,
        false => memchr::memchr2(b'<', b'>', octets.get(1..).unwrap_or_default()),
    };
    if let Some(end) = mark {
        let (inner, end) = (octets.get(1..=end).unwrap_or_default(), end + 1);
        if octets.get(end) == Some(&b'>') && memchr::memchr2(b'"', b'\'', inner).is_none() {
            return (Ahead::Whole, end + 1);
        }
    }
    let mut quote = None;
    let mut was_quote = false;
    for (place, octet) in octets.iter().copied().enumerate().skip(1) {
        let after_quote = std::mem::take(&mut was_quote);
        match quote {
            _ if octet == b'<' => return (Ahead::Malformed("a < within a tag"), place),
            Some(open) if octet == open => {
                quote = None;
                was_quote = true;
            }
            Some(_) => {}
            None if octet == b'>' => return (Ahead::Whole, place + 1),
            None if after_quote && !matches!(octet, b' ' | b'\t' | b'\r' | b'\n' | b'/') => {
                return (Ahead::Malformed("attributes without a blank between them"), place);
            }
            None if matches!(octet, b'"' | b'\'') => quote = Some(octet),
            None => {}
        }
    }
    (Ahead::Open, octets.len())
}

fn document_type(octets: &[u8], is_record: fn(&[u8]) -> bool) -> (Ahead, usize) {
    let mut at = DOCTYPE.len();
    let (mut in_subset, mut in_declaration) = (false, false);
    while let Some(octet) = octets.get(at).copied() {
        let rest = octets.get(at..).unwrap_or_default();
        match octet {
            b'"' | b'\'' => match memchr::memchr(octet, rest.get(1..).unwrap_or_default()) {
                Some(close) => at += close + 1,
                None => return (Ahead::Open, octets.len()),
            },
            b'[' if !in_declaration => in_subset = true,
            b']' if !in_declaration => in_subset = false,
            b'>' if in_declaration => in_declaration = false,
            b'>' if !in_subset => return (Ahead::Whole, at + 1),
            b'<' if in_subset && !in_declaration && rest.len() < COMMENT.len() => {
                return (Ahead::Open, octets.len());
            }
            b'<' if in_subset && !in_declaration => {
                let (within, length) = match rest {
                    [_, b'!', b'-', b'-', ..] => comment(rest),
                    [_, b'?', ..] => section(rest, 2, b"?>", is_record),
                    [_, b'!', b'A' | b'E' | b'N', ..] => {
                        in_declaration = true;
                        (Ahead::Whole, 1)
                    }
                    _ => (Ahead::Malformed("a < within a document type declaration"), 1),
                };
                if within != Ahead::Whole {
                    return (within, at + length);
                }
                at += length - 1;
            }
            b'<' => return (Ahead::Malformed("a < within a document type declaration"), at),
            _ => {}
        }
        at += 1;
    }
    (Ahead::Open, octets.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Ahead {
        ahead(text.as_bytes(), |name| name == b"R").0
    }

    #[test]
    fn markup_is_whole_at_its_end_and_open_before_it() {
        for text in [
            "<a>",
            "</a>",
            "<a b='>' c=\">\"/>",
            "<!-- <R> - -->",
            "<!---->",
            "<![CDATA[<a>]]]>",
            "<?x <a?>",
            "<?xml version='1.0'?>",
            "<!DOCTYPE a>",
            "<!DOCTYPE a PUBLIC '>' \"]>\">",
            "<!doctype a [] >",
            "<!DOCTYPE a [<!ENTITY e \"]><R>\"><!-- ]> --><?x ]> ?><!ELEMENT a (b)>]>",
        ] {
            assert_eq!(of(text), Ahead::Whole, "{text}");
            assert_eq!(of(&format!("{text}<")), Ahead::Whole, "{text}");
            for cut in 1..text.len() {
                assert_eq!(of(&text[..cut]), Ahead::Open, "{text} cut at {cut}");
            }
        }
    }

    #[test]
    fn what_can_not_stand_in_markup_ends_the_search() {
        for text in [
            "<a <",
            "<a b='<'>",
            "<a b='c'd='e'>",
            "</a<",
            "<!-- a -- b -->",
            "<!-- a --->",
            "<![CDATA[ <R> ]]>",
            "<?x <p:R ?>",
            "<?xml version='1.0' <?xml version='1.0'?>",
            "<!x>",
            "<! ",
            "<!DOCTYPE a <b>",
            "<!DOCTYPE a [ <R> ]>",
            "<!DOCTYPE a [ <!DOCTYPE a>",
            "<!DOCTYPE a [<!ENTITY e <b> ]>",
            "<!DOCTYPE a [<!-- -- -->]>",
        ] {
            assert!(matches!(of(text), Ahead::Malformed(_)), "{text}");
        }
    }
}
