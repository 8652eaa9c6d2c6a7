//! One record out of the octets at hand.

use quick_xml::errors::SyntaxError;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Error, Reader};

use super::tree::Tree;
use super::{XmlFault, local};
use crate::limits::{MAX_XML_DEPTH, MAX_XML_RECORD};
use crate::record::shown;

/// What was found in the octets at hand; all places are counted from their beginning.
pub(super) enum Found {
    /// A record, which is in the tree.
    Record { start: usize, end: usize },
    /// A fault; the tree has what was read of the record before.
    Fault { start: usize, fault: XmlFault, resume: Resume },
    /// It takes more octets to tell. Those before this place are done with.
    More { from: usize },
    /// No more records.
    End,
}

/// Where the reading goes on after a record.
pub(super) enum Resume {
    /// Behind so many octets.
    After(usize),
    /// At the next declaration or start tag of a record behind so many octets.
    Search(usize),
}

impl Resume {
    /// The number of octets.
    pub(super) const fn place(&self) -> usize {
        match self {
            Self::After(octets) | Self::Search(octets) => *octets,
        }
    }

    /// The same counted from another place.
    pub(super) const fn from(self, start: usize) -> Self {
        match self {
            Self::After(octets) => Self::After(octets.saturating_sub(start)),
            Self::Search(octets) => Self::Search(octets.saturating_sub(start)),
        }
    }
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

/// What lies around the records, and the record that is being read.
pub(super) struct Parser {
    pub(super) is_record: fn(&[u8]) -> bool,
    pub(super) tree: Tree,
    /// The open elements outside of a record, by the names of their tags.
    outside: Names,
    /// The open elements of the record.
    open: Names,
    /// A document that is not read, because of its document type.
    refused: bool,
}

/// What an event comes to.
enum Step {
    More,
    /// A record begins, and is whole at once if its tag is empty.
    Begins {
        whole: bool,
    },
    Whole,
    Fault(XmlFault),
    /// Another document, or another record, begins within this one.
    CutShort,
    End,
}

impl Parser {
    pub(super) fn new(is_record: fn(&[u8]) -> bool) -> Self {
        Self {
            is_record,
            tree: Tree::default(),
            outside: Names::default(),
            open: Names::default(),
            refused: false,
        }
    }

    /// The next record of the octets at hand, which are all there are of the input or not.
    pub(super) fn next(&mut self, octets: &[u8], is_all: bool) -> Found {
        self.tree.clear();
        self.open.clear();
        let mut reader = reader(octets);
        // Where the record begins, or else the event.
        let mut start = 0;
        loop {
            let at = place(&reader);
            if self.open.depth() == 0 {
                start = at;
            }
            let event = reader.read_event();
            let end = place(&reader);
            let at_hand = is_all || end < octets.len();
            match &event {
                // Text around the records is formatting, or what somebody logged between them.
                Ok(Event::Text(_) | Event::Eof) if !at_hand && self.open.depth() == 0 => {
                    return Found::More { from: octets.len() };
                }
                Ok(Event::Text(_) | Event::Eof) if !at_hand => return self.more(start, octets.len()),
                Err(error)
                    if !is_all && (!at_hand || is_cut(error, octets.get(at..).unwrap_or_default())) =>
                {
                    return self.more(start, octets.len());
                }

                _ => {}
            }
            let step = match event {
                Ok(event) => self.take(&event),
                Err(error) => Step::Fault(self.failed(&error)),
            };
            let too_large = end - start > MAX_XML_RECORD || self.tree.size() > MAX_XML_RECORD;
            match step {
                Step::Begins { whole: true } | Step::Whole if !too_large => {
                    return Found::Record { start, end };
                }
                Step::End => return Found::End,
                Step::CutShort => {
                    let fault = self.cut_short(true);
                    return Found::Fault { start, fault, resume: Resume::After(at) };
                }
                Step::Fault(fault) => return self.fault(start, at, end, fault),
                _ if too_large && self.open.depth() > 0 => {
                    return self.fault(start, at, end, XmlFault::TooLarge);
                }
                _ => {}
            }
        }
    }

    /// More octets are wanted, unless that would be too many for a record.
    fn more(&mut self, start: usize, end: usize) -> Found {
        if end - start > MAX_XML_RECORD {
            return self.fault(start, start, end, XmlFault::TooLarge);
        }
        Found::More { from: start }
    }

    fn fault(&mut self, start: usize, at: usize, end: usize, fault: XmlFault) -> Found {
        if fault == XmlFault::DocumentType {
            return Found::Fault { start, fault, resume: Resume::After(end) };
        }
        self.outside.clear();
        self.refused = false;
        // A faulty tag may have swallowed the one after it, so all but its first octet is looked through again. Of what is too
        // large, what was read is done with.
        let from = if fault == XmlFault::TooLarge { end } else { (at + 1).min(end) };
        Found::Fault { start, fault, resume: Resume::Search(from) }
    }

    fn cut_short(&self, another: bool) -> XmlFault {
        let element = self.open.last().or(self.outside.last()).unwrap_or_default();
        XmlFault::CutShort { element: shown(element.as_bytes()), another }
    }

    fn failed(&self, error: &Error) -> XmlFault {
        let cut = matches!(
            error,
            Error::Syntax(
                SyntaxError::UnclosedTag | SyntaxError::UnclosedComment | SyntaxError::UnclosedCData
            )
        );
        if cut && self.open.depth() + self.outside.depth() > 0 {
            return self.cut_short(false);
        }
        XmlFault::Syntax(error.to_string().chars().take(200).flat_map(char::escape_debug).collect())
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
            Event::Decl(_) => {
                // An element around the records that is not closed costs none of them.
                self.outside.clear();
                self.refused = false;
                if self.open.depth() > 0 { Step::CutShort } else { Step::More }
            }
            Event::Comment(_) | Event::PI(_) => Step::More,
            Event::Eof if self.open.depth() > 0 => Step::Fault(self.cut_short(false)),
            Event::Eof => Step::End,
        }
    }

    fn start(&mut self, start: &BytesStart<'_>, empty: bool) -> Step {
        let name = start.name();
        let name: &str = name.as_ref();
        let attributes = start.attributes_raw();
        if name.contains('<') || attributes.contains('<') {
            return Step::Fault(XmlFault::Syntax(format!("a < within the tag <{}>", shown(name.as_bytes()))));
        }
        let is_record = !self.refused && (self.is_record)(local(name.as_bytes()));
        let within = self.open.depth() > 0;
        match (within, is_record) {
            (true, true) => Step::CutShort,
            (false, false) if self.outside.depth() >= MAX_XML_DEPTH => Step::Fault(XmlFault::TooDeep),
            (false, false) => {
                if !empty {
                    self.outside.push(name);
                }
                Step::More
            }
            (true, false) if self.open.depth() >= MAX_XML_DEPTH => Step::Fault(XmlFault::TooDeep),
            _ => {
                self.tree.begin(local(name.as_bytes()), attributes.as_bytes());
                if empty {
                    self.tree.end();
                } else {
                    self.open.push(name);
                }
                if within { Step::More } else { Step::Begins { whole: empty } }
            }
        }
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
}

/// Whether it may only be that the octets end too early.
fn is_cut(error: &Error, octets: &[u8]) -> bool {
    match error {
        // `<!` alone is no markup yet.
        Error::Syntax(SyntaxError::InvalidBangMarkup) => octets.len() < "<![CDATA[".len(),
        // Everything else that is wrong with the syntax of a tag is that it does not end.
        Error::Syntax(_) => true,
        Error::Encoding(_) => std::str::from_utf8(octets).is_err_and(|error| error.error_len().is_none()),
        _ => false,
    }
}

fn reader(octets: &[u8]) -> Reader<&[u8]> {
    let mut reader = Reader::from_reader(octets);
    let config = reader.config_mut();
    // Names are compared here, because a record that is cut short leaves elements open.
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    reader
}

fn place(reader: &Reader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}
