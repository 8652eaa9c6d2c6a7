//! One record out of the octets at hand.

use quick_xml::errors::SyntaxError;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Error, Reader};

use super::ahead::{Ahead, ahead};
use super::tree::Tree;
use super::{XmlFault, local};
use crate::limits::{MAX_XML_DEPTH, MAX_XML_RECORD};
use crate::message_text::looks_like_messages;
use crate::record::shown;

/// What was found in the octets at hand; all places are counted from their beginning.
pub(super) enum Found {
    /// A record, which is in the tree.
    Record { start: usize, end: usize },
    /// A fault; the tree has what was read of the record before.
    Fault { start: usize, fault: XmlFault, resume: Resume },
    /// Text where none belongs, which ends at this place and began so many lines before.
    Text { end: usize, lines: usize, octets: usize },
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
    /// Whether a fault was passed over, so that elements may end of which nobody knows that they began.
    resumed: bool,
    /// The text since the last tag outside of a record.
    run: Run,
    /// How many octets were looked at, each time that they were.
    #[cfg(test)]
    pub(super) work: usize,
}

/// Text outside of a record, up to the next tag.
#[derive(Default)]
struct Run {
    /// Its beginning, which tells whether it is a message.
    head: Vec<u8>,
    /// Its length and its line ends, from the first that is not blank.
    octets: usize,
    lines: usize,
    has_markup: bool,
    /// Whether a start tag stands before it.
    is_first: bool,
}

impl Run {
    fn push(&mut self, text: &[u8]) {
        // Files with byte order marks are joined, too.
        const MARK: &[u8] = "\u{FEFF}".as_bytes();
        let mut text = text;
        if self.octets == 0 {
            while let Some(rest) = text.trim_ascii_start().strip_prefix(MARK) {
                text = rest;
            }
            text = text.trim_ascii_start();
        }
        self.octets += text.len();
        self.lines += memchr::memchr_iter(b'\n', text).count();
        self.has_markup |= text.contains(&b'<');
        let room = 256usize.saturating_sub(self.head.len()).min(text.len());
        self.head.extend_from_slice(text.get(..room).unwrap_or_default());
    }

    /// Whether it is anything that somebody may miss. What an element around the records holds by itself is what an export
    /// says of itself, unless it is a message or a document.
    fn counts(&self, is_last: bool) -> bool {
        let stands_alone = self.is_first && is_last;
        self.octets > 0 && (!stands_alone || self.has_markup || looks_like_messages(&self.head))
    }

    fn clear(&mut self, is_first: bool) {
        self.head.clear();
        *self = Self { head: std::mem::take(&mut self.head), is_first, ..Self::default() };
    }
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
            resumed: false,
            run: Run::default(),
            #[cfg(test)]
            work: 0,
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
            let (ahead, looked_at) = ahead(octets.get(at..).unwrap_or_default(), self.is_record);
            #[cfg(test)]
            (self.work += looked_at);
            let _ = looked_at;
            match ahead {
                Ahead::Whole => {}
                Ahead::Open if !is_all => return self.more(start, at, octets.len()),
                Ahead::Open => {
                    let fault = self.cut_short(false);
                    return self.fault(start, at, octets.len(), fault);
                }
                Ahead::Malformed(why) => {
                    return self.fault(start, at, octets.len(), XmlFault::Syntax(why.to_owned()));
                }
            }
            let event = reader.read_event();
            let end = place(&reader);
            #[cfg(test)]
            (self.work += end - at);
            let at_hand = is_all || end < octets.len();
            match &event {
                Ok(Event::Text(_) | Event::Eof) if !at_hand && self.open.depth() == 0 => {
                    if let Ok(Event::Text(text)) = &event {
                        self.text(text.as_bytes());
                    }
                    return Found::More { from: octets.len() };
                }
                Ok(Event::Text(_) | Event::Eof) if !at_hand => return self.more(start, at, octets.len()),
                Err(error)
                    if !is_all && (!at_hand || is_cut(error, octets.get(at..).unwrap_or_default())) =>
                {
                    return self.more(start, at, octets.len());
                }
                Ok(
                    Event::Text(_)
                    | Event::CData(_)
                    | Event::GeneralRef(_)
                    | Event::Comment(_)
                    | Event::PI(_),
                ) => {}
                _ if self.open.depth() == 0 => {
                    let is_last = matches!(event, Ok(Event::End(_)));
                    let is_first = matches!(event, Ok(Event::Start(_)));
                    if let Some(text) = self.end_of_run(at, is_last, is_first) {
                        return text;
                    }
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
                    let Some(element) = self.tree.mixed() else { return Found::Record { start, end } };
                    let fault = XmlFault::TextBeside(shown(element.name()));
                    return Found::Fault { start, fault, resume: Resume::After(end) };
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
    ///
    /// Markup that is not closed in so many is taken for one that was cut, and does not cost what stands behind its
    /// beginning.
    fn more(&mut self, start: usize, at: usize, end: usize) -> Found {
        if end - start <= MAX_XML_RECORD {
            return Found::More { from: start };
        }
        if let Some(text) = self.end_of_run(at, false, false).filter(|_| self.open.depth() == 0) {
            return text;
        }
        self.forget();
        Found::Fault { start, fault: XmlFault::TooLarge, resume: Resume::Search((at + 1).min(end)) }
    }

    /// The text that ends at a tag or fault, if it is to be told.
    fn end_of_run(&mut self, at: usize, is_last: bool, is_first: bool) -> Option<Found> {
        let found = Found::Text { end: at, lines: self.run.lines, octets: self.run.octets };
        let counts = self.run.counts(is_last) && !self.refused;
        self.run.clear(is_first);
        counts.then_some(found)
    }

    /// Knows nothing of the elements that are open.
    fn forget(&mut self) {
        self.outside.clear();
        self.run.clear(false);
        self.refused = false;
        self.resumed = true;
    }

    fn fault(&mut self, start: usize, at: usize, end: usize, fault: XmlFault) -> Found {
        if let Some(text) = self.end_of_run(at, false, false).filter(|_| self.open.depth() == 0) {
            return text;
        }
        if fault == XmlFault::DocumentType {
            return Found::Fault { start, fault, resume: Resume::After(end) };
        }
        self.forget();
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
                self.resumed = false;
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
        if let Err(fault) = check_attributes(start) {
            return Step::Fault(fault);
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
            None if self.resumed => return Step::More,
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
        } else {
            self.run.push(text);
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

/// Attributes have values in quotes, and none stands twice.
fn check_attributes(start: &BytesStart<'_>) -> Result<(), XmlFault> {
    let mut keys = Vec::new();
    for attribute in start.attributes().with_checks(false) {
        match attribute {
            Ok(attribute) => keys.push(attribute.key),
            Err(error) => return Err(XmlFault::Syntax(error.to_string().chars().take(200).collect())),
        }
    }
    keys.sort_unstable();
    match keys.windows(2).find(|pair| pair.first() == pair.get(1)).and_then(<[_]>::first) {
        Some(key) => {
            let key: &str = key.as_ref();
            Err(XmlFault::Syntax(format!("the attribute {} twice", shown(key.as_bytes()))))
        }
        None => Ok(()),
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
