//! XML as a stream of bounded elements, each of them one record.
//!
//! In: a [`Source`] and the names of the elements that are records. Out: each such element with all that is in it, as
//! a [`Tree`], or why it can't be had. A file may hold several documents, with or without declarations, and the
//! records may stand within elements that nobody knows. After a fault the reading goes on at the next record.
//!
//! Prefixes and namespaces are passed over. A document type declaration is refused with the document that it stands
//! in, so there are no entities but the five of XML itself and references to characters. Depth, size and number of
//! elements are limited, and no more than one record is held.

mod metered;
mod tree;

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, errors::SyntaxError};
use types::{InputId, Origin};

use self::metered::Metered;
pub(crate) use self::tree::{Element, Tree};
use crate::error::IntakeError;
use crate::limits::{MAX_XML_DEPTH, MAX_XML_RECORD};
use crate::record::{Reject, shown};
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
    reader: Reader<Metered<'s, 'r>>,
    event: Vec<u8>,
    is_record: fn(&[u8]) -> bool,
    tree: Tree,
    /// The open elements outside of a record, by the names of their tags.
    outside: Names,
    /// The open elements of the record.
    open: Names,
    /// A document that is not read, because of its document type.
    refused: bool,
    /// The record to begin with, whose start tag was met within another that is thereby cut short.
    next_start: Option<Start>,
    id: InputId,
    number: u32,
    name: String,
}

/// A start tag that was read.
struct Start {
    name: String,
    attributes: String,
    empty: bool,
}

/// Names of open elements, in one piece.
#[derive(Default)]
struct Names {
    text: String,
    starts: Vec<usize>,
}

impl Names {
    fn push(&mut self, name: &str) {
        self.starts.push(self.text.len());
        self.text.push_str(name);
    }

    fn last(&self) -> Option<&str> {
        self.text.get(*self.starts.last()?..)
    }

    fn pop(&mut self) {
        if let Some(start) = self.starts.pop() {
            self.text.truncate(start);
        }
    }

    fn clear(&mut self) {
        self.text.clear();
        self.starts.clear();
    }

    fn depth(&self) -> usize {
        self.starts.len()
    }
}

/// A tag's name without its prefix.
pub(crate) fn local(name: &[u8]) -> &[u8] {
    match name.iter().rposition(|octet| *octet == b':') {
        Some(colon) => name.get(colon + 1..).unwrap_or_default(),
        None => name,
    }
}

/// What one step of the reading came to.
enum Step {
    More,
    Whole,
    Fault(XmlFault),
    End,
}

impl<'s, 'r> XmlRecords<'s, 'r> {
    /// Reads the elements whose names, without their prefixes, `is_record` knows.
    pub(crate) fn new(source: &'s mut Source<'r>, is_record: fn(&[u8]) -> bool) -> Self {
        let (name, id) = (source.name().to_owned(), source.id());
        Self {
            reader: reader(Metered::new(source)),
            event: Vec::new(),
            is_record,
            tree: Tree::default(),
            outside: Names::default(),
            open: Names::default(),
            refused: false,
            next_start: None,
            id,
            number: 0,
            name,
        }
    }

    /// The next record; `None` at the end of the input.
    pub(crate) fn next(&mut self) -> Result<Option<XmlRecord<'_>>, IntakeError> {
        self.tree.clear();
        self.open.clear();
        let mut line = self.reader.get_ref().line();
        if let Some(start) = self.next_start.take() {
            self.reader.get_mut().keep_text(start.name.as_bytes());
            if self.begin(&start.name, &start.attributes, start.empty) {
                return self.record(line, None).map(Some);
            }
        }
        loop {
            if self.open.depth() == 0 {
                self.reader.get_mut().begin_text();
                line = self.reader.get_ref().line();
            }
            self.reader.get_mut().begin_event(MAX_XML_RECORD.saturating_sub(self.tree.size()));
            match self.step()? {
                Step::More => {}
                Step::Whole => return self.record(line, None).map(Some),
                Step::Fault(fault) => {
                    self.resynchronise(&fault)?;
                    return self.record(line, Some(fault)).map(Some);
                }
                Step::End => return Ok(None),
            }
        }
    }

    fn record(&mut self, line: u64, fault: Option<XmlFault>) -> Result<XmlRecord<'_>, IntakeError> {
        self.number = self
            .number
            .checked_add(1)
            .ok_or_else(|| IntakeError::TooManyLines { input: self.name.clone() })?;
        Ok(XmlRecord {
            origin: Origin { input: self.id, line: self.number },
            text: self.reader.get_ref().text(),
            tree: &self.tree,
            fault: fault.map(|fault| Reject::Xml { line, fault }),
        })
    }

    fn step(&mut self) -> Result<Step, IntakeError> {
        self.event.clear();
        let mut event = std::mem::take(&mut self.event);
        let step = match self.reader.read_event_into(&mut event) {
            Ok(event) => Ok(self.take(&event)),
            Err(error) => self.failed(error),
        };
        self.event = event;
        step
    }

    fn failed(&mut self, error: quick_xml::Error) -> Result<Step, IntakeError> {
        if let quick_xml::Error::Io(error) = &error {
            if self.reader.get_ref().is_exhausted() {
                return Ok(Step::Fault(XmlFault::TooLarge));
            }
            let source = std::io::Error::new(error.kind(), error.to_string());
            return Err(IntakeError::Io { input: self.name.clone(), source });
        }
        let cut = matches!(
            error,
            quick_xml::Error::Syntax(
                SyntaxError::UnclosedTag | SyntaxError::UnclosedComment | SyntaxError::UnclosedCData
            )
        );
        Ok(Step::Fault(match self.open.last().or(self.outside.last()) {
            Some(element) if cut => XmlFault::CutShort { element: shown(element.as_bytes()), another: false },
            _ => XmlFault::Syntax(shown_text(&error.to_string())),
        }))
    }

    fn take(&mut self, event: &Event<'_>) -> Step {
        match event {
            Event::Start(start) => self.start(start, false),
            Event::Empty(start) => self.start(start, true),
            Event::End(end) => self.end(end.name().as_ref()),
            Event::Text(text) => self.text(text.as_bytes()),
            Event::CData(text) => self.text(text.as_bytes()),
            Event::GeneralRef(reference) => self.reference(reference),
            Event::DocType(_) => {
                self.refused = true;
                Step::Fault(XmlFault::DocumentType)
            }
            Event::Decl(_) if self.open.depth() + self.outside.depth() > 0 => {
                let within = self.open.depth() > 0;
                let element = self.open.last().or(self.outside.last()).unwrap_or_default();
                let element = shown(element.as_bytes());
                self.outside.clear();
                self.refused = false;
                // An element around the records that is not closed costs none of them.
                if within { Step::Fault(XmlFault::CutShort { element, another: true }) } else { Step::More }
            }
            Event::Decl(_) => {
                self.refused = false;
                Step::More
            }
            Event::Comment(_) | Event::PI(_) => Step::More,
            Event::Eof => match self.open.last() {
                Some(element) => {
                    Step::Fault(XmlFault::CutShort { element: shown(element.as_bytes()), another: false })
                }
                None => Step::End,
            },
        }
    }

    fn start(&mut self, start: &BytesStart<'_>, empty: bool) -> Step {
        let name = start.name();
        let name: &str = name.as_ref();
        if name.contains('<') || start.attributes_raw().contains('<') {
            return Step::Fault(XmlFault::Syntax(format!("a < within the tag <{}>", shown(name.as_bytes()))));
        }
        let is_record = !self.refused && (self.is_record)(local(name.as_bytes()));
        if self.open.depth() > 0 && is_record {
            let element = shown(self.open.last().unwrap_or_default().as_bytes());
            self.next_start =
                Some(Start { name: name.to_owned(), attributes: start.attributes_raw().to_owned(), empty });
            return Step::Fault(XmlFault::CutShort { element, another: true });
        }
        if self.open.depth() == 0 && !is_record {
            if self.outside.depth() >= MAX_XML_DEPTH {
                return Step::Fault(XmlFault::TooDeep);
            }
            if !empty {
                self.outside.push(name);
            }
            return Step::More;
        }
        if self.open.depth() >= MAX_XML_DEPTH {
            return Step::Fault(XmlFault::TooDeep);
        }
        match self.begin(name, start.attributes_raw(), empty) {
            true => Step::Whole,
            false if self.tree.size() > MAX_XML_RECORD => Step::Fault(XmlFault::TooLarge),
            false => Step::More,
        }
    }

    /// Begins an element of a record, and says whether the record is whole with it.
    fn begin(&mut self, name: &str, attributes: &str, empty: bool) -> bool {
        self.tree.begin(local(name.as_bytes()), attributes.as_bytes());
        if empty {
            self.tree.end();
            return self.open.depth() == 0;
        }
        self.open.push(name);
        false
    }

    fn end(&mut self, name: &str) -> Step {
        let within = self.open.depth() > 0;
        let open = if within { &mut self.open } else { &mut self.outside };
        match open.last() {
            Some(expected) if expected == name => open.pop(),
            Some(expected) => {
                let (expected, found) = (shown(expected.as_bytes()), shown(name.as_bytes()));
                return Step::Fault(XmlFault::Mismatch { expected, found });
            }
            None => {
                let found = shown(name.as_bytes());
                return Step::Fault(XmlFault::Syntax(format!("</{found}> ends an element that is not open")));
            }
        }
        if !within {
            // A refused document ends with its outermost element.
            self.refused &= self.outside.depth() > 0;
            return Step::More;
        }
        self.tree.end();
        if self.open.depth() == 0 { Step::Whole } else { Step::More }
    }

    fn text(&mut self, text: &[u8]) -> Step {
        if self.open.depth() > 0 {
            self.tree.text(text);
            if self.tree.size() > MAX_XML_RECORD {
                return Step::Fault(XmlFault::TooLarge);
            }
        }
        Step::More
    }

    fn reference(&mut self, reference: &BytesRef<'_>) -> Step {
        let mut octets = [0; 4];
        let name: &str = reference;
        let text = match reference.resolve_char_ref() {
            Ok(Some(character)) => Some(&*character.encode_utf8(&mut octets)),
            Ok(None) => quick_xml::escape::resolve_xml_entity(name),
            Err(_) => None,
        };
        match text {
            Some(text) => self.text(text.as_bytes()),
            None if self.refused || self.open.depth() == 0 => Step::More,
            None => Step::Fault(XmlFault::Entity(shown(name.as_bytes()))),
        }
    }

    /// Goes on after a fault, at the next declaration or the next start tag of a record.
    fn resynchronise(&mut self, fault: &XmlFault) -> Result<(), IntakeError> {
        let goes_on = matches!(fault, XmlFault::CutShort { another: true, .. } | XmlFault::DocumentType);
        if goes_on {
            return Ok(());
        }
        self.outside.clear();
        self.refused = false;
        // The reader of events has a state that the fault has upset; the octets go on.
        let blank = reader(Metered::nothing());
        let mut metered = std::mem::replace(&mut self.reader, blank).into_inner();
        metered.give_back();
        let result = metered.skip_to(self.is_record);
        self.reader = reader(metered);
        result.map_err(|source| IntakeError::Io { input: self.name.clone(), source })
    }
}

fn reader<'s, 'r>(metered: Metered<'s, 'r>) -> Reader<Metered<'s, 'r>> {
    let mut reader = Reader::from_reader(metered);
    let config = reader.config_mut();
    // Names are compared here, because a record that is cut short leaves elements open.
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    reader
}

/// A message of another crate, cut to a reasonable length.
fn shown_text(message: &str) -> String {
    message.chars().take(200).flat_map(|c| c.escape_debug()).collect()
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
