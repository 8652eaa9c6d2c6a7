//! Certificates and revocation lists: DER, PEM, bundles of PEM, bare base64; answers of the SMKI Repository and lists made
//! from them; the certificates within commands and requests.

use data_encoding::HEXUPPER_PERMISSIVE;
use gbcs::{MAX_MESSAGE, Message, Payload, UpdateCommand};
use smki::{Certificate, Published, ReadError, RepositoryEntry, RepositoryStatus, RevocationList};
use types::Origin;

use crate::columns::{CERTIFICATE_COLUMNS, TableOptions, normalise};
use crate::documents::{self, certificates};
use crate::error::IntakeError;
use crate::fields;
use crate::limits::MAX_CERTIFICATE_FILE;
use crate::message_text::{looks_like_messages, read_message_text};
use crate::record::{Reject, shown};
use crate::source::Source;
use crate::table::{Form, Opened, Table, first_row, has};
use crate::xml::{Element, XmlRecord, XmlRecords, looks_like_xml};

/// A record of an input of certificates, or why it can't be used.
#[derive(Debug)]
pub struct CertificateRecord {
    /// Where it stands.
    pub origin: Origin,
    /// What it is.
    pub outcome: Result<Certified, Reject>,
}

/// What a record of certificates comes to.
#[derive(Clone, Debug)]
pub enum Certified {
    /// A certificate.
    Certificate {
        /// The certificate.
        certificate: Box<Certificate>,
        /// What the repository says of it, if it came from there.
        entry: Option<Box<RepositoryEntry>>,
    },
    /// A revocation list.
    RevocationList(Box<RevocationList>),
    /// What the repository says of a certificate that other inputs may have.
    Entry(Box<RepositoryEntry>),
    /// A message or document without certificates.
    Nothing,
}

impl Certified {
    fn certificate(certificate: Certificate) -> Self {
        Self::Certificate { certificate: Box::new(certificate), entry: None }
    }
}

impl From<Published> for Certified {
    fn from(published: Published) -> Self {
        match published {
            Published::Certificate(certificate) => Self::Certificate { certificate, entry: None },
            Published::RevocationList(list) => Self::RevocationList(list),
        }
    }
}

/// Reads all certificates and revocation lists of an input, and what is said of certificates. An input that is nothing of
/// the kind is one record with the reason.
///
/// # Errors
///
/// The input can't be read, is larger than [`crate::MAX_CERTIFICATE_FILE`] in a form that has to be held, or is a table
/// whose header row can't be used.
pub fn read_certificates(
    source: &mut Source<'_>,
    options: &TableOptions,
) -> Result<Vec<CertificateRecord>, IntakeError> {
    match Kind::of(source.head()?, options) {
        Kind::Xml => documents(source),
        Kind::List => list(source, options),
        Kind::Message => message(source),
        Kind::Messages => messages(source),
        Kind::Published => {
            let Some(octets) = source.read_all(MAX_CERTIFICATE_FILE)? else {
                return Err(IntakeError::CertificatesTooLarge { input: source.name().to_owned() });
            };
            let record = |located: smki::Located<Result<Published, ReadError>>| CertificateRecord {
                origin: Origin { input: source.id(), line: located.line },
                outcome: located.value.map(Certified::from).map_err(Reject::Certificate),
            };
            Ok(smki::read_published(&octets).into_iter().map(record).collect())
        }
    }
}

enum Kind {
    Xml,
    /// A table.
    List,
    /// One GBCS message in binary.
    Message,
    /// GBCS messages as text.
    Messages,
    /// Certificates and revocation lists by themselves.
    Published,
}

impl Kind {
    fn of(head: &[u8], options: &TableOptions) -> Self {
        let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
        // A line in the middle of base64 may look like a message; base64 of a certificate begins with M.
        let certificate = text.starts_with(b"M") || head.windows(11).any(|window| window == b"-----BEGIN ");
        if looks_like_xml(head) {
            Self::Xml
        } else if !matches!(Form::of(head), Form::Delimited | Form::JsonArray)
            || !options.columns.0.is_empty()
            || is_list(&first_row(head))
        {
            Self::List
        } else if matches!(head, [0xDD | 0xDF, ..]) {
            Self::Message
        } else if !certificate && !matches!(head, [0x30, 0x80..=0xFF, ..]) && looks_like_messages(head) {
            Self::Messages
        } else {
            Self::Published
        }
    }
}

/// Whether a table with these headers is a list of certificates. A text beside PEM may begin with the word alone, and a
/// list of meters may have their serial numbers.
pub(crate) fn is_list(headers: &[String]) -> bool {
    let has = |name: &str| has(headers, &CERTIFICATE_COLUMNS, name);
    let known = CERTIFICATE_COLUMNS.iter().filter(|column| has(column.name)).count();
    (has("certificate") || (has("serial") && has("status"))) && known > 1
}

fn list(source: &mut Source<'_>, options: &TableOptions) -> Result<Vec<CertificateRecord>, IntakeError> {
    let start = Origin { input: source.id(), line: 1 };
    let mut opened = Opened::new(source)?;
    let mapped = !options.columns.0.is_empty() || opened.is_damaged();
    if !mapped && !opened.headers(options)?.iter().any(|headers| is_list(headers)) {
        let tried = "a list of certificates (a column certificate, or serial and status, and others)";
        let outcome = Err(Reject::NotRecognised { found: "a table without these columns".to_owned(), tried });
        return Ok(vec![CertificateRecord { origin: start, outcome }]);
    }
    let mut table = Table::new(&mut opened, &CERTIFICATE_COLUMNS, options, "a list of certificates")?;
    let mut records = Vec::new();
    while let Some(row) = table.next()? {
        let outcome =
            row.fields.and_then(|[certificate, serial, subject, status, role, usage, manufacturing]| {
                let said = Said {
                    serial: ("serial", serial),
                    subject,
                    status: ("status", status),
                    role,
                    usage,
                    manufacturing: ("manufacturing", manufacturing),
                };
                match (certificate, serial) {
                    (b"", b"") => Err(Reject::Blank { field: "certificate" }),
                    _ => said.with(certificate),
                }
            });
        records.push(CertificateRecord { origin: row.origin, outcome });
    }
    Ok(records)
}

/// The certificates that a command carries: those that it is to place, then those of their paths.
pub(crate) fn certificates_of_command<'m>(
    command: &UpdateCommand<'m>,
) -> impl Iterator<Item = Result<Certificate, Reject>> {
    let replacements = command.replacements.iter().map(|replacement| replacement.certificate);
    let all: Vec<&'m [u8]> = replacements.chain(command.path_certificates.iter().copied()).collect();
    all.into_iter().enumerate().map(|(index, der)| {
        Certificate::decode(der).map_err(|error| Reject::CommandCertificate { index, error })
    })
}

fn message(source: &mut Source<'_>) -> Result<Vec<CertificateRecord>, IntakeError> {
    let origin = Origin { input: source.id(), line: 1 };
    let mut records = Vec::new();
    match source.read_all(MAX_MESSAGE)? {
        Some(octets) => within_message(origin, &octets, &mut records),
        None => records.push(CertificateRecord { origin, outcome: Err(Reject::TooLarge) }),
    }
    Ok(records)
}

fn messages(source: &mut Source<'_>) -> Result<Vec<CertificateRecord>, IntakeError> {
    let mut records = Vec::new();
    read_message_text(source, &mut |(origin, octets)| match octets {
        Ok(octets) => within_message(origin, octets, &mut records),
        Err(reject) => records.push(CertificateRecord { origin, outcome: Err(reject) }),
    })?;
    Ok(records)
}

fn within_message(origin: Origin, octets: &[u8], records: &mut Vec<CertificateRecord>) {
    let mut add = |outcome| records.push(CertificateRecord { origin, outcome });
    match Message::decode(octets).map(|message| message.payload) {
        Err(error) => add(Err(Reject::Message(error))),
        Ok(Payload::UpdateCommand(command)) => {
            let mut any = false;
            for certificate in certificates_of_command(&command) {
                any = true;
                add(certificate.map(Certified::certificate));
            }
            if !any {
                add(Ok(Certified::Nothing));
            }
        }
        Ok(_) => add(Ok(Certified::Nothing)),
    }
}

fn documents(source: &mut Source<'_>) -> Result<Vec<CertificateRecord>, IntakeError> {
    let start = Origin { input: source.id(), line: 1 };
    let mut records = Vec::new();
    let mut reader = XmlRecords::new(source, documents::is_document);
    let mut any_document = false;
    while let Some(record) = reader.next()? {
        any_document |= record.is_document();
        let XmlRecord { origin, tree, fault, .. } = record;
        let mut add = |outcome| records.push(CertificateRecord { origin, outcome });
        match (tree.root(), fault) {
            (_, Some(fault)) => add(Err(fault)),
            (None, None) => {}
            (Some(root), None) if root.name() == b"Request" => {
                let mut any = false;
                for element in certificates(root) {
                    any = true;
                    add(body(element.text()).map(Certified::certificate));
                }
                if !any {
                    add(Ok(Certified::Nothing));
                }
            }
            (Some(root), None) if matches!(root.name(), b"Result" | b"CertificateResponse") => {
                add(repository(root));
            }
            (Some(_), None) => add(Ok(Certified::Nothing)),
        }
    }
    if !any_document {
        let tried = "answers of the SMKI Repository (Result, CertificateResponse) and DUIS requests";
        let outcome = Err(Reject::NotRecognised { found: "XML without any of them".to_owned(), tried });
        records.push(CertificateRecord { origin: start, outcome });
    }
    Ok(records)
}

/// One certificate as text: base64, with or without armour.
fn body(text: &[u8]) -> Result<Certificate, Reject> {
    let found = smki::read_certificates(text);
    let count = found.len();
    match found.into_iter().next() {
        Some(one) if count == 1 => one.value.map_err(Reject::Certificate),
        _ => Err(Reject::Word {
            field: "certificate",
            found: format!("{count} certificates"),
            expected: "a single one",
        }),
    }
}

/// What the repository says of a certificate, with the certificate if it gives that too.
fn repository(root: Element<'_>) -> Result<Certified, Reject> {
    let mut repeated = None;
    let mut text = |name: &str| {
        let mut all = root.descendants().filter(|element| element.name() == name.as_bytes());
        let first = all.next();
        repeated = repeated.or(all.next());
        first.map(Element::text).unwrap_or_default()
    };
    let subject = match text("CertificateSubjectName") {
        b"" => text("CertificateSubjectAltName"),
        name => name,
    };
    let said = Said {
        serial: ("CertificateSerial", text("CertificateSerial")),
        subject,
        status: ("CertificateStatus", text("CertificateStatus")),
        role: text("CertificateRole"),
        usage: text("CertificateUsage"),
        manufacturing: ("ManufacturingFlag", text("ManufacturingFlag")),
    };
    let certificate = text("CertificateBody");
    let is_blank = certificate.is_empty() && root.find("CertificateBody").is_some();
    match repeated {
        Some(second) => Err(Reject::Repeated { element: shown(second.name()) }),
        None if is_blank => Err(Reject::Blank { field: "CertificateBody" }),
        None => said.with(certificate),
    }
}

/// Fields about a certificate, as text. Those whose names depend on the form of the input have them.
struct Said<'t> {
    serial: (&'static str, &'t [u8]),
    subject: &'t [u8],
    status: (&'static str, &'t [u8]),
    role: &'t [u8],
    usage: &'t [u8],
    manufacturing: (&'static str, &'t [u8]),
}

impl Said<'_> {
    /// With the certificate as text. Where there is one, a field that can't be read does not cost it.
    fn with(&self, certificate: &[u8]) -> Result<Certified, Reject> {
        if certificate.is_empty() {
            let (field, serial) = self.serial;
            if serial.is_empty() {
                return Err(Reject::Lacks { element: field });
            }
            let mut faults = Vec::new();
            let entry = self.entry(&mut faults);
            return match faults.into_iter().next() {
                Some(fault) => Err(fault),
                None => Ok(Certified::Entry(Box::new(entry))),
            };
        }
        let certificate = Box::new(body(certificate)?);
        let mut faults = Vec::new();
        let mut entry = self.entry(&mut faults);
        entry.unreadable = !faults.is_empty();
        Ok(Certified::Certificate { certificate, entry: Some(Box::new(entry)) })
    }

    fn entry(&self, faults: &mut Vec<Reject>) -> RepositoryEntry {
        RepositoryEntry {
            serial: optional(self.serial.1, faults, |text| serial(self.serial.0, text)),
            // Whom an authority's certificate is for is no identifier.
            subject: fields::eui64("subject", self.subject).ok(),
            status: optional(self.status.1, faults, |text| status(self.status.0, text)),
            role: optional(self.role, faults, fields::role),
            usage: optional(self.usage, faults, |text| fields::key_usage(text).map(|(usage, _)| usage)),
            manufacturing: optional(self.manufacturing.1, faults, |text| flag(self.manufacturing.0, text)),
            unreadable: false,
        }
    }
}

/// A field that may be blank; why it can't be read goes to `faults`.
fn optional<T>(
    text: &[u8],
    faults: &mut Vec<Reject>,
    read: impl Fn(&[u8]) -> Result<T, Reject>,
) -> Option<T> {
    if text.is_empty() {
        return None;
    }
    read(text).map_err(|fault| faults.push(fault)).ok()
}

/// A serial number in hex, in either case, also in pairs joined by colons; without leading zeros.
fn serial(field: &'static str, text: &[u8]) -> Result<Box<[u8]>, Reject> {
    let digits: Vec<u8> = text.iter().copied().filter(|octet| !matches!(octet, b':' | b' ')).collect();
    let octets = HEXUPPER_PERMISSIVE.decode(&digits).map_err(|_| Reject::Word {
        field,
        found: shown(text),
        expected: "pairs of hex digits",
    })?;
    let zeros = octets.iter().take_while(|octet| **octet == 0).count();
    Ok(octets.get(zeros..).unwrap_or_default().into())
}

/// A status: its letter or its word.
fn status(field: &'static str, text: &[u8]) -> Result<RepositoryStatus, Reject> {
    let word = normalise(&String::from_utf8_lossy(text));
    let status = match (word.as_str(), text) {
        (_, [letter]) => RepositoryStatus::from_letter(*letter),
        ("pending", _) => Some(RepositoryStatus::Pending),
        ("inuse", _) => Some(RepositoryStatus::InUse),
        ("notinuse", _) => Some(RepositoryStatus::NotInUse),
        ("expired", _) => Some(RepositoryStatus::Expired),
        ("revoked", _) => Some(RepositoryStatus::Revoked),
        _ => None,
    };
    status.ok_or_else(|| Reject::Word {
        field,
        found: shown(text),
        expected: "P (pending), I (in use), N (not in use), E (expired), R (revoked)",
    })
}

fn flag(field: &'static str, text: &[u8]) -> Result<bool, Reject> {
    match text {
        b"true" | b"1" => Ok(true),
        b"false" | b"0" => Ok(false),
        _ => Err(Reject::Word { field, found: shown(text), expected: "true, false" }),
    }
}
