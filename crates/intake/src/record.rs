//! What a decoder yields: a record with its place, or the reason why it can't be used.

use crate::fault::{JsonFault, SheetFault};
use types::{Eui64, Observation, Origin, ParseEui64Error, ParseKeyIdError, ParseTimestampError};

use crate::containers::ContainerFault;
use crate::xml::XmlFault;

/// The shape of a record's octets.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    /// A GBCS message.
    Message,
    /// A row or line of text.
    Text,
    /// A document of XML, of which the beginning is kept.
    Document(Document, SchemaVersion),
}

/// The version of its schema that a document claims: up to eight digits and points; blank if it claims none.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct SchemaVersion([u8; 8]);

impl SchemaVersion {
    /// The version in the text of an attribute; blank if it is none.
    pub(crate) fn from_text(text: &str) -> Self {
        let mut version = [0; 8];
        let text = text.trim().as_bytes();
        let fits = text.iter().all(|octet| octet.is_ascii_digit() || *octet == b'.');
        match version.get_mut(..text.len()).filter(|_| fits) {
            Some(place) => place.copy_from_slice(text),
            None => return Self::default(),
        }
        Self(version)
    }
}

impl std::fmt::Display for SchemaVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0
            .iter()
            .take_while(|octet| **octet != 0)
            .try_for_each(|octet| write!(f, "{}", char::from(*octet)))
    }
}

/// What a document of DUIS, MMC or the SMKI Repository is.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Document {
    /// MMC: a device's answer or alert, rendered.
    Rendering,
    /// DUIS: a request to the DCC.
    Request,
    /// DUIS: the answer that a request failed, or a DCC alert that says so.
    Failure,
    /// DUIS: an answer of the DCC without one of the device.
    Acknowledgement,
    /// DUIS: the answer to SRV 8.2, which lists devices.
    Inventory,
    /// DUIS: an alert of the DCC.
    Alert,
    /// DUIS: the answer of SMETS1 equipment.
    Smets1,
    /// SMKI Repository: a certificate or what is said of one.
    Repository,
    /// Not read far enough to tell.
    Unknown,
}

impl Document {
    /// The words for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rendering => "MMC rendering",
            Self::Request => "DUIS request",
            Self::Failure => "DUIS failure",
            Self::Acknowledgement => "DUIS acknowledgement",
            Self::Inventory => "DUIS inventory",
            Self::Alert => "DCC alert",
            Self::Smets1 => "DUIS response of SMETS1 equipment",
            Self::Repository => "SMKI Repository entry",
            Self::Unknown => "XML",
        }
    }
}

/// Why a record that can be used says nothing of a network operator cell.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Silence {
    /// It is about something else.
    NoNetworkOperatorCell,
    /// It is a command or a request, of which nothing follows for the state of a cell.
    Intent,
    /// It acknowledges a request, without an answer of the device.
    Acknowledgement,
    /// It lists devices.
    Inventory,
}

/// One record of an input.
#[non_exhaustive]
#[derive(Debug)]
pub struct Record<'r> {
    /// Where it stands.
    pub origin: Origin,
    /// The device it speaks of, as far as that could be told.
    pub device: Option<Eui64>,
    /// Its octets: the message as decoded from hex or base64, or the text of the row.
    pub octets: &'r [u8],
    /// Their shape.
    pub form: Form,
    /// What it says of network operator cells – nothing if the slice is empty – or why it can't be used.
    pub outcome: Result<&'r [Observation], Reject>,
}

/// Why a record can't be used.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Reject {
    /// The GBCS message can't be decoded.
    #[error("{0}")]
    Message(gbcs::DecodeError),
    /// The message ends before its own lengths say so.
    #[error("message cut short: {0}")]
    Truncated(gbcs::DecodeError),
    /// Text that is neither hex nor base64 of a message.
    #[error("neither hex nor base64: character {} can't stand there", position + 1)]
    NotHexOrBase64 {
        /// Offset of the character in the record's text.
        position: usize,
    },
    /// A line that is too long to be a message.
    #[error("line of more than {} octets", crate::MAX_LINE)]
    LineTooLong,
    /// A binary input that is too large to be a message.
    #[error("more than {} octets, which is no message", gbcs::MAX_MESSAGE)]
    TooLarge,
    /// The device's signature does not verify with the certificates given for it.
    #[error("the signature of device {device} does not verify with its certificates")]
    SignatureInvalid {
        /// The device.
        device: Eui64,
    },
    /// Wrapper and message name different devices.
    #[error("the row names device {row}, its message device {message}")]
    DeviceMismatch {
        /// The device of the column.
        row: Eui64,
        /// The device of the message.
        message: Eui64,
    },
    /// The identifiers of a document name different devices.
    #[error("ResponseID names device {response}, RequestID device {request}")]
    DevicesDiffer {
        /// The target of the request.
        request: Eui64,
        /// The originator of the response.
        response: Eui64,
    },
    /// A command carries a certificate that can't be decoded.
    #[error("certificate {} of the command: {error}", index + 1)]
    CommandCertificate {
        /// Its index among the replacements.
        index: usize,
        /// What is wrong.
        error: smki::CertificateError,
    },
    /// A row with more or fewer fields than the header.
    #[error("{found} fields, expected {expected} as in the header")]
    Ragged {
        /// Fields of the row.
        found: usize,
        /// Fields of the header.
        expected: usize,
    },
    /// The header again, in the middle of the data: files were joined.
    #[error("the header row repeated; were files joined?")]
    RepeatedHeader,
    /// A row goes over several lines: a quoted field has a line end, or is not closed and took the rows after it.
    #[error("a quoted field goes over lines {first} to {last}; is it not closed?")]
    SpansLines {
        /// The line on which the row begins.
        first: u32,
        /// The line on which it ends.
        last: u32,
    },
    /// Two fields of a row can't both be so.
    #[error("{one} and {other} contradict each other")]
    Contradiction {
        /// One field.
        one: &'static str,
        /// The other.
        other: &'static str,
    },
    /// A private key, in whatever input. Nothing of it is kept.
    #[error("a private key, which has no place among the inputs of an audit; it was not kept")]
    PrivateKey,
    /// A field that has to be filled is blank.
    #[error("{field} is blank")]
    Blank {
        /// The field.
        field: &'static str,
    },
    /// A device or entity identifier that is none.
    #[error("{field}: {error}")]
    Identifier {
        /// The field.
        field: &'static str,
        /// What is wrong.
        error: ParseEui64Error,
    },
    /// A key identifier that is none.
    #[error("{field}: {error}")]
    Key {
        /// The field.
        field: &'static str,
        /// What is wrong.
        error: ParseKeyIdError,
    },
    /// A time that is none.
    #[error(
        "{field}: {error}{}",
        if *error == ParseTimestampError::NoZone { "; zoneless_times = \"utc\" takes such times as UTC" } else { "" }
    )]
    Time {
        /// The field.
        field: &'static str,
        /// What is wrong.
        error: ParseTimestampError,
    },
    /// A word that a field does not know.
    #[error("{field}: {found:?} is none of {expected}")]
    Word {
        /// The field.
        field: &'static str,
        /// The word, cut to a reasonable length.
        found: String,
        /// What could stand there.
        expected: &'static str,
    },
    /// A number where an identifier was: hex digits made a number lose some, and nobody can tell which.
    #[error("{field}: the number {found}, where the text of an identifier has to stand")]
    Number {
        /// The field.
        field: &'static str,
        /// The number as it stands.
        found: String,
    },
    /// A formula of a sheet failed.
    #[error("{field}: the error {found}, where a value has to stand")]
    CellError {
        /// The field.
        field: &'static str,
        /// The error, such as `#N/A`.
        found: String,
    },
    /// A formula of which the file has no value: a program wrote it that computes nothing.
    #[error("{field}: a formula without a value; open and save it in the spreadsheet program")]
    FormulaUnsaved {
        /// The field.
        field: &'static str,
    },
    /// A line that is no JSON object with a value for each field.
    #[error("{0}")]
    JsonLine(JsonFault),
    /// A workbook that can't be read, or not further.
    #[error("{0}")]
    Sheet(SheetFault),
    /// A Parquet file that can't be read, or not further.
    #[error("Parquet: {message}")]
    Parquet {
        /// What is wrong.
        message: String,
    },
    /// An MPAN that is none, where the row is nothing without it.
    #[error("mpan: {fault}")]
    Mpan {
        /// What is wrong.
        fault: types::MpanFault,
    },
    /// A document without an element that it is nothing without.
    #[error("there is no {element}")]
    Lacks {
        /// The element.
        element: &'static str,
    },
    /// A container, or a member of one, that can't be unpacked.
    #[error("{0}")]
    Container(ContainerFault),
    /// A document with two elements where there can be one: nobody can tell which of them is meant.
    #[error("{element} stands twice, or beside another in its place")]
    Repeated {
        /// The second, cut to a reasonable length.
        element: String,
    },
    /// An element of XML that can't be read.
    #[error("line {line}: {fault}")]
    Xml {
        /// The line on which its document or element begins.
        line: u64,
        /// What is wrong.
        fault: XmlFault,
    },
    /// A certificate file or block that can't be used.
    #[error("{0}")]
    Certificate(smki::ReadError),
    /// Nothing recognises the input.
    #[error("not recognised: {found}; tried {tried}")]
    NotRecognised {
        /// How it begins.
        found: String,
        /// What it was tried as.
        tried: &'static str,
    },
}

impl Reject {
    /// Whether a private key was found, which whoever runs the audit must be told of.
    #[must_use]
    pub const fn is_private_key(&self) -> bool {
        matches!(self, Self::PrivateKey | Self::Certificate(smki::ReadError::PrivateKey))
    }

    /// Whether a cell of a sheet failed, which is the fault of one field.
    pub(crate) const fn is_of_cell(&self) -> bool {
        matches!(self, Self::CellError { .. } | Self::FormulaUnsaved { .. })
    }

    /// The word that reports use: the kind of the reason, without values.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        match self {
            Self::Message(_) => "message-malformed",
            Self::Truncated(_) => "message-truncated",
            Self::NotHexOrBase64 { .. } => "not-hex-or-base64",
            Self::LineTooLong => "line-too-long",
            Self::TooLarge => "message-too-large",
            Self::SignatureInvalid { .. } => "device-signature-invalid",
            Self::DeviceMismatch { .. } | Self::DevicesDiffer { .. } => "device-mismatch",
            Self::CommandCertificate { .. } => "command-certificate-malformed",
            Self::Ragged { .. } => "row-ragged",
            Self::RepeatedHeader => "header-repeated",
            Self::SpansLines { .. } => "row-spans-lines",
            Self::Contradiction { .. } => "fields-contradict",
            Self::PrivateKey => "private-key",
            Self::Blank { .. } => "field-blank",
            Self::Identifier { error: ParseEui64Error::NumberLike, .. }
            | Self::Key { error: ParseKeyIdError::NumberLike, .. }
            | Self::Number { .. } => "damaged-by-spreadsheet",
            Self::CellError { .. } | Self::FormulaUnsaved { .. } => "cell-error",
            Self::JsonLine(_) => "json-malformed",
            Self::Sheet(_) => "sheet-malformed",
            Self::Parquet { .. } => "parquet-malformed",
            Self::Identifier { .. } => "identifier-malformed",
            Self::Key { .. } => "key-identifier-malformed",
            Self::Time { .. } => "time-malformed",
            Self::Word { .. } => "word-unknown",
            Self::Mpan { .. } => "mpan-invalid",
            Self::Container(ContainerFault::Damaged(_)) => "container-damaged",
            Self::Container(ContainerFault::Encrypted) => "container-encrypted",
            Self::Container(ContainerFault::Unsupported(_)) => "container-unsupported",
            Self::Container(ContainerFault::Nested) => "container-nested",
            Self::Container(ContainerFault::Name(_)) => "container-name",
            Self::Container(ContainerFault::Ambiguous(_)) => "container-ambiguous",
            Self::Container(ContainerFault::Empty) => "container-empty",
            Self::Container(ContainerFault::Entries(_) | ContainerFault::TooLarge) => "container-too-large",
            Self::Lacks { .. } => "element-missing",
            Self::Repeated { .. } => "element-repeated",
            Self::Xml { fault: XmlFault::DocumentType, .. } => "xml-document-type",
            Self::Xml { fault: XmlFault::TooDeep | XmlFault::TooLarge, .. } => "xml-too-large",
            Self::Xml { fault: XmlFault::CutShort { .. }, .. } => "xml-cut-short",
            Self::Xml { fault: XmlFault::TextOutside { .. } | XmlFault::TextBeside(_), .. } => "xml-text",
            Self::Xml { .. } => "xml-malformed",
            Self::Certificate(smki::ReadError::PrivateKey) => "private-key",
            Self::Certificate(smki::ReadError::RevocationList(_)) => "revocation-list-malformed",
            Self::Certificate(_) => "certificate-malformed",
            Self::NotRecognised { .. } => "not-recognised",
        }
    }
}

/// Text of a hostile or broken input, made fit for a message: at most this many characters, controls escaped.
pub(crate) fn shown(octets: &[u8]) -> String {
    const MOST: usize = 40;
    let text = String::from_utf8_lossy(octets.get(..4 * MOST).unwrap_or(octets));
    let mut shown: String = text.chars().take(MOST).flat_map(char::escape_default).collect();
    if text.chars().nth(MOST).is_some() || octets.len() > 4 * MOST {
        shown.push('…');
    }
    shown
}
