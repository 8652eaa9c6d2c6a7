//! XML as a stream of bounded elements, each of them one record.
//!
//! In: a [`Source`] and the names of the elements that are records. Out: each such element with all that is in it, as
//! a [`Tree`], or why it can't be had. Text between them is told as what it is. A file may hold several documents, with or
//! without declarations, and the records may stand within elements that nobody knows. After a fault the reading goes on at
//! the next record.
//!
//! Prefixes and namespaces are passed over. A document type declaration is refused with the document that it stands
//! in, so there are no entities but the five of XML itself and references to characters. Depth, size and number of
//! elements are limited, and no more than one record is held.

mod ahead;
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
    #[error(
        "an element of more than {MAX_XML_RECORD} octets, or something in it that is not closed in so many"
    )]
    TooLarge,
    /// Text outside of any document.
    #[error("text of {octets} octets outside of any document")]
    TextOutside {
        /// How much.
        octets: usize,
    },
    /// Text beside the elements of an element.
    #[error("text beside the elements of <{0}>")]
    TextBeside(String),
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

impl XmlRecord<'_> {
    /// Whether it is a document, or what there is of one; otherwise it is text between them.
    pub(crate) const fn is_document(&self) -> bool {
        !matches!(self.fault, Some(Reject::Xml { fault: XmlFault::TextOutside { .. }, .. }))
    }
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
        let (fault, length, end, lines) = loop {
            if self.window.rest().starts_with(b"\xEF\xBB\xBF") {
                self.window.advance(3);
            }
            match self.parser.next(self.window.rest(), self.window.is_all()) {
                Found::Record { start, end } => {
                    self.window.advance(start);
                    break (None, end - start, Resume::After(end - start), 0);
                }
                Found::Fault { start, fault, resume } => {
                    self.window.advance(start);
                    break (Some(fault), resume.place() - start, resume.from(start), 0);
                }
                Found::Text { end, lines, octets } => {
                    self.window.advance(end);
                    break (Some(XmlFault::TextOutside { octets }), 0, Resume::After(0), lines);
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
        let line = self.window.line().saturating_sub(u64::try_from(lines).unwrap_or(u64::MAX)).max(1);
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
        for text in ["<R>a<b/></R>", "<R><b/>c</R>", "<R><b>d</b>&lt;</R>", "<R><a><b/><![CDATA[c]]></a></R>"]
        {
            let all = read(&format!("{text}<R>3</R>"));
            assert_eq!(all.len(), 2, "{text}");
            assert!(all[0].2.as_ref().unwrap().contains("text beside the elements"), "{text}: {all:?}");
            assert_eq!(all[1].1, "3");
        }
    }

    #[test]
    fn text_where_none_belongs_is_told_once_for_each_run_with_its_line() {
        let told = |text: &str| {
            let all = read(text);
            let faults = all.into_iter().filter_map(|(_, _, fault)| fault);
            faults.map(|fault| fault.split(':').next().unwrap().to_owned()).collect::<Vec<_>>()
        };
        for (text, lines) in [
            ("<R/>\n\nDF09 x\ny\n<R/>\n", &["line 3"][..]),
            ("\u{FEFF}<R/>\n\u{FEFF}<?xml version='1.0'?><R/> \n", &[]),
            ("<R/>a<!-- b -->c<?d e?>&#102;<R/>g", &["line 1", "line 1"]),
            ("<x>\n<R/>\n<![CDATA[ <S/> ]]></x>", &["line 3"]),
            ("<x><R/>\n&lt;R/&gt;</x>", &["line 2"]),
            ("<x><at>2026-01-01</at><R/><note>of an export</note></x>", &[]),
            ("<x><at>\nDF09 0200</at><R/><note>3QAAAAAA</note></x>", &["line 2", "line 2"]),
            ("<x><at>&lt;R/&gt;</at><R/></x>", &["line 1"]),
            ("<x>a<R/></x>b", &["line 1", "line 1"]),
            ("<x/>a\n<R><!x></R><R/>", &["line 1", "line 2"]),
        ] {
            let told = told(text);
            assert_eq!(told.len(), lines.len(), "{text}: {told:?}");
            assert!(lines.iter().all(|line| told.iter().any(|told| told == line)), "{text}: {told:?}");
        }
    }

    #[test]
    fn what_is_not_well_formed_costs_its_document() {
        for damaged in [
            "<R a='1' a='2'/>",
            "<R><b c=d/></R>",
            "<R><b c/></R>",
            "<R><b c='1'd='2'/></R>",
            "<R><!-- a -- b --></R>",
            "<R><!-- a ---></R>",
            "<R><!x></R>",
        ] {
            let all = read(&format!("<R>1</R>{damaged}<R>3</R>"));
            assert_eq!(
                all.iter().map(|(_, _, fault)| fault.is_some()).collect::<Vec<_>>(),
                [false, true, false],
                "{damaged}"
            );
        }
        assert_eq!(whole("<R><a b='1' c='1'/></R>").len(), 1);
    }

    /// Whatever a document may be cut in.
    const CUT: [&str; 16] = [
        "<R><!-- cut",
        "<R><!-",
        "<R><![CDATA[ cut",
        "<R><![CDA",
        "<R><?pi cut",
        "<R><a b=\"cut",
        "<R><a b='cut",
        "<R><a",
        "<R>cut",
        "<R></cu",
        "<R>&am",
        "<R",
        "<R><!",
        "<?xml version=\"1.0",
        "<!DOCTYPE x [ <!ENTITY a \"",
        "<!DOCTYPE x [ <!ENTITY ",
    ];

    #[test]
    fn a_cut_document_costs_itself_whatever_it_is_cut_in_and_however_much_follows() {
        let filling = "x".repeat(1000);
        for many in [1, 3, 2200] {
            for cut in CUT {
                let good = format!("\n<R a=\"b\"><c d=\"e\">{filling}</c></R>").repeat(many);
                let all = read(&format!("{cut}{good}"));
                let whole = all.iter().filter(|(_, _, fault)| fault.is_none()).count();
                assert_eq!((all.len(), whole), (many + 1, many), "{cut}");
            }
        }
    }

    #[test]
    fn a_faulty_document_within_others_costs_nothing_of_them() {
        for cut in CUT.iter().filter(|cut| cut.starts_with("<R")) {
            let all = read(&format!("<x><y>{cut}</y><R>1</R></x>"));
            assert_eq!(all.len(), 2, "{cut}: {all:?}");
            assert_eq!(all[1].1, "1", "{cut}");
        }
    }

    #[test]
    fn the_work_grows_with_the_input_alone() {
        let work = |text: &str| {
            let mut source = Source::new("x", InputId(0), text.as_bytes());
            let mut records = XmlRecords::new(&mut source, |name| name == b"R");
            while records.next().unwrap().is_some() {}
            records.parser.work
        };
        let nested =
            ["<R>", "<R ", "<R><a b=\"", "<x ", "<a><b c='", "<!DOCTYPE R ['", "<R>&", "<R a='1' b='2'>"];
        for piece in CUT.into_iter().chain(nested) {
            for around in ["", "<R><![CDATA[", "<R><?x ", "<!DOCTYPE a \"", "<!DOCTYPE a [<!--", "<x><!-- "] {
                for end in ["", "]]>", "?>", "\"]>", "-->"] {
                    let text = format!("{around}{}{end}", piece.repeat(40_000 / piece.len()));
                    let work = work(&text);
                    assert!(work <= 16 * text.len(), "{around}{piece}{end}: {work} for {}", text.len());
                }
            }
        }
    }

    #[test]
    fn the_work_grows_with_the_input_alone_beyond_the_largest_record() {
        for piece in ["<R><!-- ", "<R><![CDATA[ ", "<R><?x ", "<R a=\"", "<!DOCTYPE a [ "] {
            let text = piece.repeat(3 * MAX_XML_RECORD / piece.len());
            let mut source = Source::new("x", InputId(0), text.as_bytes());
            let mut records = XmlRecords::new(&mut source, |name| name == b"R");
            while records.next().unwrap().is_some() {}
            let work = records.parser.work;
            assert!(work <= 16 * text.len(), "{piece}: {work} for {}", text.len());
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
