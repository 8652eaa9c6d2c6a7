//! What an input is, by its content: for inputs of which the user does not say what they are for.

use crate::columns::TableOptions;
use crate::documents;
use crate::error::IntakeError;
use crate::message_text::looks_like_messages;
use crate::source::Source;
use crate::table::{Form, Opened, TableKind, first_row};
use crate::xml::{XmlRecord, XmlRecords, looks_like_xml};

/// What an input can be read as. XML may hold several things.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Contents {
    /// Records of cell state – or something that nothing recognises.
    pub records: bool,
    /// Estate data.
    pub estate: bool,
    /// Registration data.
    pub registration: bool,
    /// Certificates, or certificate revocation lists.
    pub certificates: bool,
    /// A directory of parties.
    pub directory: bool,
}

impl Contents {
    /// Records alone: what an input is read as that nothing else can be made of.
    pub const RECORDS: Self =
        Self { records: true, estate: false, registration: false, certificates: false, directory: false };
    const NOTHING: Self = Self { records: false, ..Self::RECORDS };

    /// Tells what an input is. Of XML, all of it is read; of everything else, the beginning.
    ///
    /// # Errors
    ///
    /// The operating system fails to deliver the input.
    pub fn of(source: &mut Source<'_>) -> Result<Self, IntakeError> {
        let head = source.head()?;
        if looks_like_xml(head) {
            return documents_of(source);
        }
        if looks_like_certificates(head) || TableKind::of(&first_row(head)) == Some(TableKind::Certificates) {
            return Ok(Self { certificates: true, ..Self::NOTHING });
        }
        if looks_like_messages(head) {
            return Ok(Self::RECORDS);
        }
        if looks_like_directory(head) {
            return Ok(Self { directory: true, ..Self::NOTHING });
        }
        if Form::of(head) == Form::JsonArray {
            return Ok(Self::RECORDS);
        }
        let mut found = Self::NOTHING;
        for headers in Opened::new(source)?.headers(&TableOptions::default())? {
            found.add(&headers);
        }
        Ok(if found == Self::NOTHING { Self::RECORDS } else { found })
    }

    /// Adds what a table with these headers is. A workbook may have several.
    fn add(&mut self, headers: &[String]) {
        match TableKind::of(headers) {
            Some(TableKind::Certificates) => self.certificates = true,
            Some(TableKind::Messages | TableKind::Cells) => self.records = true,
            Some(TableKind::Estate) => self.estate = true,
            Some(TableKind::Registration) => self.registration = true,
            None => {}
        }
    }
}

/// PEM, DER of a SEQUENCE, or bare base64 of one.
fn looks_like_certificates(head: &[u8]) -> bool {
    let is_der = matches!(head, [0x30, 0x80..=0xFF, ..]);
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    let is_bare = text.starts_with(b"MII") && !head.iter().any(|octet| matches!(octet, b',' | b';'));
    is_der || is_bare || head.windows(11).any(|window| window == b"-----BEGIN ")
}

/// A table of TOML that only a directory has, in a line of its own.
fn looks_like_directory(head: &[u8]) -> bool {
    let tables: [&[u8]; 3] = [b"[[party]]", b"[[supplier]]", b"[[access_control_broker]]"];
    head.split(|octet| matches!(octet, b'\n' | b'\r')).any(|line| tables.contains(&line.trim_ascii()))
}

fn documents_of(source: &mut Source<'_>) -> Result<Contents, IntakeError> {
    let mut found = Contents::NOTHING;
    let mut records = XmlRecords::new(source, documents::is_document);
    while let Some(XmlRecord { tree, fault, .. }) = records.next()? {
        let Some(root) = tree.root().filter(|_| fault.is_none()) else { continue };
        match root.name() {
            b"Result" | b"CertificateResponse" => found.certificates = true,
            b"Response" if documents::devices(root).next().is_some() => found.estate = true,
            b"Request" if documents::certificates(root).next().is_some() => {
                found.records = true;
                found.certificates = true;
            }
            _ => found.records = true,
        }
    }
    Ok(if found == Contents::NOTHING { Contents::RECORDS } else { found })
}
