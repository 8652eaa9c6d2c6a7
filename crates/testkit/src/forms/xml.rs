//! XML documents and the freedom with which they are written.
//!
//! An [`Element`] says what a document means, a [`Style`] how it stands in the file. Documents of one meaning in any
//! style have to be read alike.

use std::borrow::Cow;
use std::fmt::Write as _;

/// A namespace of the documents.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Namespace {
    /// No namespace.
    None,
    /// DUIS.
    Duis,
    /// MMC.
    Mmc,
    /// XML signatures.
    Signature,
    /// Somebody's own.
    Foreign,
}

impl Namespace {
    const NAMED: [Self; 4] = [Self::Duis, Self::Mmc, Self::Signature, Self::Foreign];

    /// Its name.
    #[must_use]
    pub const fn uri(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Duis => "http://www.dccinterface.co.uk/ServiceUserGateway",
            Self::Mmc => "http://www.dccinterface.co.uk/ResponseAndAlert",
            Self::Signature => "http://www.w3.org/2000/09/xmldsig#",
            Self::Foreign => "urn:example:export",
        }
    }

    /// The prefix that documents mostly give it.
    const fn usual_prefix(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Duis => "sr",
            Self::Mmc => "ra",
            Self::Signature => "ds",
            Self::Foreign => "x",
        }
    }
}

/// An element with what is in it.
#[derive(Clone, Debug)]
pub struct Element {
    namespace: Namespace,
    name: Cow<'static, str>,
    attributes: Vec<(&'static str, String)>,
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    Elements(Vec<Element>),
    Text(String),
    Base64(Vec<u8>),
}

impl Element {
    /// An element without content.
    #[must_use]
    pub fn new(namespace: Namespace, name: impl Into<Cow<'static, str>>) -> Self {
        let content = Content::Elements(Vec::new());
        Self { namespace, name: name.into(), attributes: Vec::new(), content }
    }

    /// An element that holds text.
    #[must_use]
    pub fn text(namespace: Namespace, name: &'static str, text: impl Into<String>) -> Self {
        Self { content: Content::Text(text.into()), ..Self::new(namespace, name) }
    }

    /// An element that holds octets in base64.
    #[must_use]
    pub fn base64(namespace: Namespace, name: &'static str, octets: impl Into<Vec<u8>>) -> Self {
        Self { content: Content::Base64(octets.into()), ..Self::new(namespace, name) }
    }

    /// The same with an attribute.
    #[must_use]
    pub fn attribute(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.attributes.push((name, value.into()));
        self
    }

    /// The same with elements behind those that it has; what an element of text held is gone.
    #[must_use]
    pub fn with(mut self, elements: impl IntoIterator<Item = Self>) -> Self {
        if !matches!(self.content, Content::Elements(_)) {
            self.content = Content::Elements(Vec::new());
        }
        if let Content::Elements(held) = &mut self.content {
            held.extend(elements);
        }
        self
    }

    /// Every element of this name, wherever it stands, is taken out.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        if let Content::Elements(held) = self.content {
            let kept = held.into_iter().filter(|element| element.name != name);
            self.content = Content::Elements(kept.map(|element| element.without(name)).collect());
        }
        self
    }

    fn uses(&self, namespace: Namespace) -> bool {
        let inside = match &self.content {
            Content::Elements(held) => held.iter().any(|element| element.uses(namespace)),
            Content::Text(_) | Content::Base64(_) => false,
        };
        self.namespace == namespace || inside
    }
}

/// How namespaces are named.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Names {
    /// By the usual prefixes, declared on the root.
    #[default]
    Usual,
    /// By prefixes that nobody uses, declared on the root.
    Unusual,
    /// By the default namespace, declared wherever it changes.
    Default,
    /// By the usual prefixes, declared again on each element.
    Everywhere,
}

/// How elements stand on lines.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Layout {
    /// All on one line.
    #[default]
    OneLine,
    /// Each on a line of its own, indented.
    Indented,
    /// The same with carriage returns before the line ends.
    CarriageReturns,
}

/// How the text of elements is written.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Text {
    /// As it is.
    #[default]
    Plain,
    /// In a CDATA section.
    Cdata,
    /// Divided over two CDATA sections.
    CdataTwice,
    /// With a comment in the middle.
    Comment,
    /// With a processing instruction in the middle.
    Instruction,
    /// Every third character by a reference in hex, and every third by one in decimal.
    References,
    /// Identifiers with blanks and line breaks around them.
    Padded,
}

/// How base64 is divided.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Base64 {
    /// Not at all.
    #[default]
    Whole,
    /// Into lines of 76 characters.
    Lines,
    /// Into lines of 76 characters that end with `&#13;`.
    ReferencedReturns,
    /// Into groups of four by blanks and tabs.
    Blanks,
}

/// How characters become octets.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Encoding {
    /// UTF-8.
    #[default]
    Utf8,
    /// UTF-8 behind a byte order mark.
    Utf8Marked,
    /// UTF-16, the lesser octet first, behind a byte order mark.
    Utf16Le,
    /// UTF-16, the greater octet first, behind a byte order mark.
    Utf16Be,
}

/// Whether a document begins with an XML declaration.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Declaration {
    /// It does.
    #[default]
    Written,
    /// It does not.
    Omitted,
}

/// How a document is written.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Style {
    /// How namespaces are named.
    pub names: Names,
    /// How elements stand on lines.
    pub layout: Layout,
    /// How text is written.
    pub text: Text,
    /// How base64 is divided.
    pub base64: Base64,
    /// How characters become octets.
    pub encoding: Encoding,
    /// Whether documents are declared.
    pub declaration: Declaration,
}

impl Style {
    /// Styles in UTF-8 that differ from the usual one in everything else that may differ, by number.
    #[must_use]
    pub const fn varied(number: u64) -> Self {
        let names = match number % 4 {
            0 => Names::Usual,
            1 => Names::Unusual,
            2 => Names::Default,
            _ => Names::Everywhere,
        };
        let layout = match number / 4 % 3 {
            0 => Layout::OneLine,
            1 => Layout::Indented,
            _ => Layout::CarriageReturns,
        };
        let text = match number % 7 {
            0 => Text::Plain,
            1 => Text::Cdata,
            2 => Text::CdataTwice,
            3 => Text::Comment,
            4 => Text::Instruction,
            5 => Text::References,
            _ => Text::Padded,
        };
        let base64 = match number / 7 % 4 {
            0 => Base64::Whole,
            1 => Base64::Lines,
            2 => Base64::ReferencedReturns,
            _ => Base64::Blanks,
        };
        let declaration = if number % 5 < 2 { Declaration::Written } else { Declaration::Omitted };
        Self { names, layout, text, base64, encoding: Encoding::Utf8, declaration }
    }
}

/// A document as it stands in a file.
#[must_use]
pub fn document(root: &Element, style: Style) -> Vec<u8> {
    encode(&document_text(root, style), style.encoding)
}

/// A document before it is encoded, with a line end behind it.
#[must_use]
pub fn document_text(root: &Element, style: Style) -> String {
    let mut writer = Writer { out: String::new(), style };
    if style.declaration == Declaration::Written {
        writer.declare();
    }
    writer.element(root, None, 0);
    writer.line(0);
    if style.layout == Layout::OneLine {
        writer.out.push('\n');
    }
    writer.out
}

/// Several documents in one file, one behind the other.
#[must_use]
pub fn concatenated(documents: &[Element], style: Style) -> Vec<u8> {
    let text: String = documents.iter().map(|root| document_text(root, style)).collect();
    encode(&text, style.encoding)
}

/// Several documents within an element that no schema knows.
#[must_use]
pub fn wrapped(documents: &[Element], style: Style) -> Vec<u8> {
    let root = Element::new(Namespace::Foreign, "Export").with(documents.iter().cloned());
    document(&root, style)
}

/// Text as octets.
#[must_use]
pub fn encode(text: &str, encoding: Encoding) -> Vec<u8> {
    let units = || std::iter::once(0xFEFF).chain(text.encode_utf16());
    match encoding {
        Encoding::Utf8 => text.as_bytes().to_vec(),
        Encoding::Utf8Marked => [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
        Encoding::Utf16Le => units().flat_map(u16::to_le_bytes).collect(),
        Encoding::Utf16Be => units().flat_map(u16::to_be_bytes).collect(),
    }
}

/// Text with what XML reserves by reference.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#13;"),
            other => out.push(other),
        }
    }
    out
}

struct Writer {
    out: String,
    style: Style,
}

impl Writer {
    fn declare(&mut self) {
        let encoding = match self.style.encoding {
            Encoding::Utf8 | Encoding::Utf8Marked => "UTF-8",
            Encoding::Utf16Le | Encoding::Utf16Be => "UTF-16",
        };
        let _ = write!(self.out, r#"<?xml version="1.0" encoding="{encoding}"?>"#);
        self.line(0);
    }

    fn line(&mut self, depth: usize) {
        match self.style.layout {
            Layout::OneLine => return,
            Layout::Indented => self.out.push('\n'),
            Layout::CarriageReturns => self.out.push_str("\r\n"),
        }
        self.out.extend(std::iter::repeat_n("  ", depth));
    }

    const fn prefix(&self, namespace: Namespace) -> &'static str {
        match self.style.names {
            Names::Usual | Names::Everywhere => namespace.usual_prefix(),
            Names::Default => "",
            Names::Unusual => match namespace {
                Namespace::None => "",
                Namespace::Duis => "ns0",
                Namespace::Mmc => "_1.a-b",
                Namespace::Signature => "sr",
                Namespace::Foreign => "ra",
            },
        }
    }

    /// Writes an element whose parent is in a namespace; the root has no parent.
    fn element(&mut self, element: &Element, parent: Option<Namespace>, depth: usize) {
        let prefix = self.prefix(element.namespace);
        let name = if prefix.is_empty() {
            element.name.clone().into_owned()
        } else {
            format!("{prefix}:{}", element.name)
        };
        self.out.push('<');
        self.out.push_str(&name);
        self.declarations(element, parent);
        for (name, value) in &element.attributes {
            let _ = write!(self.out, r#" {name}="{}""#, escaped(value));
        }
        match &element.content {
            Content::Elements(held) if held.is_empty() => return self.out.push_str("/>"),
            Content::Elements(held) => {
                self.out.push('>');
                for child in held {
                    self.line(depth + 1);
                    self.element(child, Some(element.namespace), depth + 1);
                }
                self.line(depth);
            }
            Content::Text(text) => {
                self.out.push('>');
                self.text(text);
            }
            Content::Base64(octets) => {
                self.out.push('>');
                self.base64(&data_encoding::BASE64.encode(octets));
            }
        }
        let _ = write!(self.out, "</{name}>");
    }

    fn declarations(&mut self, element: &Element, parent: Option<Namespace>) {
        let declared: Vec<Namespace> = match (self.style.names, parent) {
            (Names::Default, Some(parent)) if parent == element.namespace => Vec::new(),
            (Names::Default, None) if element.namespace == Namespace::None => Vec::new(),
            (Names::Default, _) => vec![element.namespace],
            (Names::Everywhere, _) => {
                vec![element.namespace].into_iter().filter(|it| *it != Namespace::None).collect()
            }
            (Names::Usual | Names::Unusual, None) => {
                Namespace::NAMED.into_iter().filter(|namespace| element.uses(*namespace)).collect()
            }
            (Names::Usual | Names::Unusual, Some(_)) => Vec::new(),
        };
        for namespace in declared {
            let prefix = self.prefix(namespace);
            let colon = if prefix.is_empty() { "" } else { ":" };
            let _ = write!(self.out, r#" xmlns{colon}{prefix}="{}""#, namespace.uri());
        }
    }

    fn text(&mut self, text: &str) {
        let middle = (0..=text.len() / 2).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
        let (first, second) = text.split_at(middle);
        let section = |text: &str| format!("<![CDATA[{}]]>", text.replace("]]>", "]]]]><![CDATA[>"));
        let written = match self.style.text {
            Text::Plain => escaped(text),
            Text::Cdata => section(text),
            Text::CdataTwice => section(first) + &section(second),
            Text::Comment => format!("{}<!-- <{first}> & -->{}", escaped(first), escaped(second)),
            Text::Instruction => format!("{}<?note {second}?>{}", escaped(first), escaped(second)),
            Text::References => referenced(text),
            // Blanks count in words and don't in identifiers, which have dashes. Nor do they in times, but xmllint
            // does not know.
            Text::Padded if text.len() >= 23 && text.contains('-') && !text.contains([' ', 'T']) => {
                format!("\n\t  {}  \n", escaped(text))
            }
            Text::Padded => escaped(text),
        };
        self.out.push_str(&written);
    }

    fn base64(&mut self, digits: &str) {
        let (width, between) = match self.style.base64 {
            Base64::Whole => (usize::MAX, ""),
            Base64::Lines => (76, "\n"),
            Base64::ReferencedReturns => (76, "&#13;\n"),
            Base64::Blanks => (4, " "),
        };
        let middle = digits.len() / 2;
        let section = self.style.text;
        if matches!(section, Text::Cdata | Text::CdataTwice) && !between.contains('&') {
            self.out.push_str("<![CDATA[");
        }
        let mut rest = digits;
        let mut written = 0;
        while !rest.is_empty() {
            let (line, more) = rest.split_at_checked(width).unwrap_or((rest, ""));
            if section == Text::Comment && (written..written + line.len()).contains(&middle) {
                let (first, second) = line.split_at(middle - written);
                let _ = write!(self.out, "{first}<!-- half -->{second}");
            } else {
                self.out.push_str(line);
            }
            written += line.len();
            rest = more;
            if !rest.is_empty() {
                self.out.push_str(between);
            }
        }
        if self.style.base64 == Base64::ReferencedReturns {
            self.out.push_str(between);
        }
        if matches!(section, Text::Cdata | Text::CdataTwice) && !between.contains('&') {
            self.out.push_str("]]>");
        }
    }
}

fn referenced(text: &str) -> String {
    let mut out = String::new();
    for (place, character) in text.chars().enumerate() {
        let code = u32::from(character);
        let _ = match place % 3 {
            0 => write!(out, "&#x{code:X};"),
            1 => write!(out, "&#{code};"),
            _ => write!(out, "{}", escaped(&character.to_string())),
        };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Element {
        Element::new(Namespace::Duis, "Response").attribute("schemaVersion", "5.4").with([
            Element::text(Namespace::Duis, "Code", "a<b"),
            Element::base64(Namespace::Mmc, "Octets", [0_u8; 60]),
        ])
    }

    #[test]
    fn a_document_reads_as_it_was_built() {
        let a = "A".repeat(80);
        assert_eq!(
            document_text(&sample(), Style::default()),
            format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?><sr:Response \
                 xmlns:sr=\"http://www.dccinterface.co.uk/ServiceUserGateway\" \
                 xmlns:ra=\"http://www.dccinterface.co.uk/ResponseAndAlert\" schemaVersion=\"5.4\">\
                 <sr:Code>a&lt;b</sr:Code><ra:Octets>{a}</ra:Octets></sr:Response>\n"
            )
        );
    }

    #[test]
    fn styles_show() {
        let text = |style| document_text(&sample(), style);
        let style = Style { declaration: Declaration::Omitted, ..Style::default() };
        let default = text(Style { names: Names::Default, ..style });
        assert!(default.starts_with("<Response xmlns=\"http://www.dccinterface.co.uk/ServiceUserGateway\""));
        assert!(default.contains("<Octets xmlns=\"http://www.dccinterface.co.uk/ResponseAndAlert\">"));
        assert!(!default.contains("<Code xmlns"));
        assert!(text(Style { text: Text::Cdata, ..style }).contains("<![CDATA[a<b]]>"));
        assert!(text(Style { text: Text::References, ..style }).contains("&#x61;&#60;b"));
        assert!(text(Style { text: Text::Comment, ..style }).contains("a<!-- <a> & -->&lt;b"));
        let lines = text(Style { base64: Base64::ReferencedReturns, ..style });
        assert!(lines.contains("AA&#13;\nAAAA&#13;\n</ra:Octets>"), "{lines}");
        assert!(text(Style { layout: Layout::CarriageReturns, ..style }).contains(">\r\n  <sr:Code>"));
    }

    #[test]
    fn sixteen_bit_text_has_a_mark() {
        assert_eq!(encode("<", Encoding::Utf16Le), [0xFF, 0xFE, b'<', 0]);
        assert_eq!(encode("<", Encoding::Utf16Be), [0xFE, 0xFF, 0, b'<']);
        assert_eq!(encode("<", Encoding::Utf8Marked), [0xEF, 0xBB, 0xBF, b'<']);
    }

    #[test]
    fn elements_are_taken_out_wherever_they_stand() {
        let nested = Element::new(Namespace::None, "a").with([sample()]);
        let text = document_text(&nested.without("Octets"), Style::default());
        assert!(text.contains("Code") && !text.contains("Octets"));
    }
}
