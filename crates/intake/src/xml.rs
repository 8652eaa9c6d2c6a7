//! XML as a stream of bounded elements, each of them one record.
//!
//! In: a [`Source`] and the names of the elements that are records. Out: each such element with all that is in it, as
//! a [`Tree`], or why it can't be had. A file may hold several documents, with or without declarations, and the
//! records may stand within elements that nobody knows. After a fault the reading goes on at the next record.
//!
//! Prefixes and namespaces are passed over. A document type declaration is refused with the document that it stands
//! in, so there are no entities but the five of XML itself and references to characters. Depth, size and number of
//! elements are limited, and no more than one record is held.

mod parser;
mod tree;
mod window;

use types::{InputId, Origin};

use self::parser::{Found, Parser, Resume};
pub(crate) use self::tree::{Element, Tree};
use self::window::Window;
use crate::error::IntakeError;
use crate::limits::{MAX_XML_DEPTH, MAX_XML_RECORD};
use crate::record::Reject;
use crate::source::Source;

/// Why an element can't be read.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum XmlFault {
    /// It is not well formed.
    #[error("{0}")]
    Syntax(String),
    /// An end tag that ends another element than the one that is open.
    #[error("</{found}> where </{expected}> was expected")]
    Mismatch {
        /// The name of the open element.
        expected: String,
        /// The name in the end tag.
        found: String,
    },
    /// The document ends, or another begins, before the element does.
    #[error("<{element}> is not closed: {}", if *another { "another document begins within it" } else { "the input ends within it" })]
    CutShort {
        /// The innermost open element.
        element: String,
        /// Whether something follows.
        another: bool,
    },
    /// A reference to an entity that XML itself does not know.
    #[error("the entity &{0}; is not one of XML's own; no other is read")]
    Entity(String),
    /// A document type declaration.
    #[error(
        "a document type declaration (<!DOCTYPE …>), which may define entities; a document that has one is not read"
    )]
    DocumentType,
    /// Elements within elements without end.
    #[error("elements more than {MAX_XML_DEPTH} deep")]
    TooDeep,
    /// A record larger than any.
    #[error("an element of more than {MAX_XML_RECORD} octets")]
    TooLarge,
}

/// One record of an XML input.
#[derive(Debug)]
pub(crate) struct XmlRecord<'x> {
    /// Its number in the input.
    pub(crate) origin: Origin,
    /// The beginning of its text, as it stands.
    pub(crate) text: &'x [u8],
    /// What it holds, as far as it was read.
    pub(crate) tree: &'x Tree,
    /// Why it can't be used.
    pub(crate) fault: Option<Reject>,
}

/// Reads an input record by record.
pub(crate) struct XmlRecords<'s, 'r> {
    window: Window<'s, 'r>,
    parser: Parser,
    id: InputId,
    number: u32,
    name: String,
}

/// A tag's name without its prefix.
pub(crate) fn local(name: &[u8]) -> &[u8] {
    match name.iter().rposition(|octet| *octet == b':') {
        Some(colon) => name.get(colon + 1..).unwrap_or_default(),
        None => name,
    }
}

impl<'s, 'r> XmlRecords<'s, 'r> {
    /// Reads the elements whose names, without their prefixes, `is_record` knows.
    pub(crate) fn new(source: &'s mut Source<'r>, is_record: fn(&[u8]) -> bool) -> Self {
        let (name, id) = (source.name().to_owned(), source.id());
        Self { window: Window::new(source), parser: Parser::new(is_record), id, number: 0, name }
    }

    /// The next record; `None` at the end of the input.
    pub(crate) fn next(&mut self) -> Result<Option<XmlRecord<'_>>, IntakeError> {
        let (fault, length, end) = loop {
            match self.parser.next(self.window.rest(), self.window.is_all()) {
                Found::Record { start, end } => {
                    self.window.advance(start);
                    break (None, end - start, Resume::After(end - start));
                }
                Found::Fault { start, fault, resume } => {
                    self.window.advance(start);
                    break (Some(fault), resume.place() - start, resume.from(start));
                }
                Found::More { from } => {
                    self.window.advance(from);
                    let name = &self.name;
                    let io = |source| IntakeError::Io { input: name.clone(), source };
                    self.window.more().map_err(io)?;
                }
                Found::End => return Ok(None),
            }
        };
        self.number = self
            .number
            .checked_add(1)
            .ok_or_else(|| IntakeError::TooManyLines { input: self.name.clone() })?;
        let line = self.window.line();
        self.window.keep_text(length);
        match end {
            Resume::After(octets) => self.window.advance(octets),
            Resume::Search(octets) => {
                self.window.advance(octets);
                let (name, is_record) = (&self.name, self.parser.is_record);
                let io = |source| IntakeError::Io { input: name.clone(), source };
                self.window.skip_to(is_record).map_err(io)?;
            }
        }
        Ok(Some(XmlRecord {
            origin: Origin { input: self.id, line: self.number },
            text: self.window.text(),
            tree: &self.parser.tree,
            fault: fault.map(|fault| Reject::Xml { line, fault }),
        }))
    }
}

impl Source<'_> {
    /// Whether the input begins as XML does.
    ///
    /// # Errors
    ///
    /// The operating system fails to deliver the beginning.
    pub fn looks_like_xml(&mut self) -> Result<bool, IntakeError> {
        Ok(looks_like_xml(self.head()?))
    }
}

/// Whether an input begins as XML does.
pub(crate) fn looks_like_xml(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    matches!(head, [b'<', b'?' | b'!' | b'a'..=b'z' | b'A'..=b'Z' | b'_', ..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(u32, String, Option<String>)> {
        let mut source = Source::new("x", InputId(0), text.as_bytes());
        let mut records = XmlRecords::new(&mut source, |name| name == b"R");
        let mut all = Vec::new();
        while let Some(record) = records.next().unwrap() {
            let root = record.tree.root();
            let text = root.map(|root| String::from_utf8_lossy(root.text()).into_owned()).unwrap_or_default();
            all.push((record.origin.line, text, record.fault.map(|fault| fault.to_string())));
        }
        all
    }

    fn whole(text: &str) -> Vec<String> {
        let all = read(text);
        assert!(all.iter().all(|(_, _, fault)| fault.is_none()), "{all:?}");
        all.into_iter().map(|(_, text, _)| text).collect()
    }

    #[test]
    fn text_is_the_same_in_every_form_that_xml_has_for_it() {
        for form in [
            "a&amp;b",
            "<![CDATA[a&b]]>",
            "a&#38;<!-- no -->b",
            "a&#x26;<?pi x?>b",
            "<![CDATA[a]]>&amp;b",
            " a&amp;b\n",
        ] {
            assert_eq!(whole(&format!("<R>{form}</R>")), ["a&b"], "{form}");
        }
    }

    #[test]
    fn text_around_an_element_is_no_value() {
        assert_eq!(whole("<R>a<b/>c</R><R>a<b>d</b></R>"), ["", ""]);
    }

    #[test]
    fn several_documents_with_any_prefix_and_within_anything_are_read() {
        let text = "<?xml version=\"1.0\"?><R>1</R>\n<?xml version=\"1.0\"?><x:R xmlns:x=\"u\">2</x:R><log><e><R>3</R></e><R>4</R></log><R/>";
        assert_eq!(whole(text), ["1", "2", "3", "4", ""]);
    }

    #[test]
    fn a_fault_costs_one_record() {
        let faulty = |text: &str| {
            let all = read(text);
            let whole: Vec<_> =
                all.iter().filter(|(_, _, fault)| fault.is_none()).map(|(_, text, _)| text.clone()).collect();
            assert_eq!(all.len() - whole.len(), 1, "{text}: {all:?}");
            assert_eq!(whole, ["1", "3"], "{text}: {all:?}");
        };
        for damaged in [
            "<R>2</S>",
            "<R>2</R",
            "<R>2<a></R>",
            "<R>2",
            "<R>2<a",
            "<R>2&nbsp;</R>",
            "<R><a b=\"</R>",
            "<R>&#0;</R>",
        ] {
            faulty(&format!("<R>1</R>{damaged}<R>3</R>"));
            faulty(&format!("<?xml version='1.0'?><R>1</R>{damaged}<?xml version='1.0'?><p:R>3</p:R>"));
        }
        faulty("<R>1</R><R>3</R><R>2");
        faulty("<R>1</R><!DOCTYPE x [<!ENTITY e \"2\">]><x><R>&e;</R><R>2</R></x><R>3</R>");
    }

    #[test]
    fn depth_and_size_are_limited_and_the_rest_is_read() {
        let deep = "<a>".repeat(MAX_XML_DEPTH + 1);
        let all = read(&format!("<R>{deep}</R><R>3</R>"));
        assert!(all[0].2.as_ref().unwrap().contains("deep"), "{all:?}");
        assert_eq!(all[1].1, "3");
        let large = "a".repeat(MAX_XML_RECORD + 1);
        for text in [format!("<R>{large}</R><R>3</R>"), format!("<R><!--{large}--></R><R>3</R>")] {
            let all = read(&text);
            assert!(all[0].2.as_ref().unwrap().contains("octets"), "{all:?}");
            assert_eq!(all.last().unwrap().1, "3");
        }
        let many = "<a/>".repeat(MAX_XML_RECORD / 4);
        assert!(read(&format!("<R>{many}</R>"))[0].2.is_some());
    }
}
