//! Certificates and revocation lists as users hold them: a DER file, PEM in any of its shapes, or bare base64.
//!
//! In: the octets of one file. Out: each of them or the reason why there is none, with the line on which it stands.
//! PEM (RFC 7468) is read laxly where nothing is lost by it: byte order marks, indentation, blanks for line ends, blank
//! lines, comments in any encoding. Base64 itself is read strictly.

use data_encoding::BASE64;

use crate::revocation_list::is_revocation_list;
use crate::{Certificate, CertificateError, MAX_REVOCATION_LIST, RevocationList, RevocationListError};

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The most characters of a label that an error keeps.
const MAX_LABEL: usize = 64;

/// The most base64 characters of one thing. Lists are larger than certificates, which have a limit of their own.
const MAX_BASE64: usize = MAX_REVOCATION_LIST.div_ceil(3) * 4;

/// Something with the line, from 1, on which it begins. A DER file has its one certificate on line 1.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Located<T> {
    /// The line.
    pub line: u32,
    /// What stands there.
    pub value: T,
}

/// What a certification authority publishes.
#[derive(Clone, Debug)]
pub enum Published {
    /// A certificate.
    Certificate(Box<Certificate>),
    /// A revocation list.
    RevocationList(Box<RevocationList>),
}

impl Published {
    /// Decodes octets as what they begin like.
    fn decode(der: &[u8]) -> Result<Self, ReadError> {
        if is_revocation_list(der) {
            Ok(Self::RevocationList(Box::new(RevocationList::decode(der)?)))
        } else {
            Ok(Self::Certificate(Box::new(Certificate::decode(der)?)))
        }
    }
}

/// Why there is no certificate and no revocation list at a place of a file.
///
/// No variant holds or shows what the file contains, except the label of a PEM block.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ReadError {
    /// The file holds neither DER nor PEM nor base64.
    #[error("no certificate: neither DER nor PEM nor base64")]
    NoCertificate,
    /// A private key. Nothing of it is kept.
    #[error("a private key, which has no place among the inputs of an audit; it was not kept")]
    PrivateKey,
    /// A PEM block of another kind.
    #[error("PEM block '{label}', expected CERTIFICATE or X509 CRL")]
    OtherBlock {
        /// Its label, at most 64 characters, anything but ASCII replaced by `?`.
        label: String,
    },
    /// A PEM block without its END line.
    #[error("PEM block without an END line")]
    Unterminated,
    /// The label of the END line is not that of the BEGIN line.
    #[error("PEM block ends with the label '{end}', begins with '{begin}'")]
    LabelsDiffer {
        /// Label of the BEGIN line.
        begin: String,
        /// Label of the END line.
        end: String,
    },
    /// The content of a PEM block, or of a file of bare base64, is not base64.
    #[error("not base64 on line {line}")]
    NotBase64 {
        /// The line of the first character that does not fit; the first of the block if characters are missing.
        line: u32,
    },
    /// More base64 than any certificate or revocation list has.
    #[error("{characters} characters of base64, more than the {MAX_BASE64} allowed")]
    TooLarge {
        /// How many there are.
        characters: usize,
    },
    /// The octets are there, but are no certificate.
    #[error(transparent)]
    Certificate(CertificateError),
    /// The octets are there, but are no revocation list.
    #[error(transparent)]
    RevocationList(RevocationListError),
    /// A revocation list where only a certificate is of use.
    #[error("a revocation list, expected a certificate")]
    NotACertificate,
}

impl ReadError {
    /// A name of the reason, in kebab case; for octets that are no certificate, [`CertificateError::id`], for those that
    /// are no revocation list, [`RevocationListError::id`].
    #[must_use]
    pub fn id(&self) -> &'static str {
        match self {
            Self::NoCertificate => "no-certificate",
            Self::PrivateKey => "private-key",
            Self::OtherBlock { .. } => "other-pem-block",
            Self::Unterminated => "pem-unterminated",
            Self::LabelsDiffer { .. } => "pem-labels-differ",
            Self::NotBase64 { .. } => "not-base64",
            Self::TooLarge { .. } => "too-large",
            Self::Certificate(error) => error.id(),
            Self::RevocationList(error) => error.id(),
            Self::NotACertificate => "not-a-certificate",
        }
    }
}

impl From<CertificateError> for ReadError {
    fn from(error: CertificateError) -> Self {
        match error {
            CertificateError::PrivateKey => Self::PrivateKey,
            other => Self::Certificate(other),
        }
    }
}

impl From<RevocationListError> for ReadError {
    fn from(error: RevocationListError) -> Self {
        match error {
            RevocationListError::PrivateKey => Self::PrivateKey,
            other => Self::RevocationList(other),
        }
    }
}

/// Reads every certificate of a file, in the order of the file, where revocation lists have no place.
///
/// As [`read_published`], but a revocation list gives [`ReadError::NotACertificate`].
#[must_use]
pub fn read_certificates(octets: &[u8]) -> Vec<Located<Result<Certificate, ReadError>>> {
    let certificate = |published| match published {
        Published::Certificate(certificate) => Ok(*certificate),
        Published::RevocationList(_) => Err(ReadError::NotACertificate),
    };
    let found = read_published(octets).into_iter();
    found.map(|found| Located { line: found.line, value: found.value.and_then(certificate) }).collect()
}

/// Reads every certificate and revocation list of a file, in the order of the file.
///
/// There is always at least one result: a file without any gives the reason. What stands between PEM blocks is passed
/// over, as RFC 7468 section 5.2 has it.
#[must_use]
pub fn read_published(octets: &[u8]) -> Vec<Located<Result<Published, ReadError>>> {
    let first_line = |value| vec![Located { line: 1, value }];
    let begins = find(octets, BEGIN);
    match (octets, begins) {
        // '0' is octet 30 too: text with a PEM block is DER only if what follows is no character.
        ([0x30, ..], None) | ([0x30, 0x80..=0xFF, ..], Some(_)) => first_line(Published::decode(octets)),
        (_, Some(_)) => pem_blocks(octets),
        (_, None) => first_line(bare_base64(octets)),
    }
}

fn pem_blocks(octets: &[u8]) -> Vec<Located<Result<Published, ReadError>>> {
    let mut found = Vec::new();
    let mut lines = Lines { octets, at: 0, line: 1 };
    let mut position = 0;
    while let Some(start) = find_from(octets, BEGIN, position) {
        let block = block(octets, start);
        let line = lines.line_of(start);
        let value = block.content.and_then(|content| {
            let mut lines = lines;
            decode_base64(content.octets, |offset| lines.line_of(content.start + offset))
                .and_then(|der| content.kind.decode(&der))
        });
        found.push(Located { line, value });
        position = block.end;
    }
    found
}

struct Block<'a> {
    content: Result<Content<'a>, ReadError>,
    /// Where to look for the next block.
    end: usize,
}

struct Content<'a> {
    kind: Kind,
    octets: &'a [u8],
    start: usize,
}

/// What the label of a block says that it holds.
#[derive(Clone, Copy)]
enum Kind {
    Certificate,
    RevocationList,
}

impl Kind {
    /// RFC 7468 section 5.1 names the two older labels of certificates; `CRL` is one that tools read.
    fn of_label(label: &[u8]) -> Option<Self> {
        match label.trim_ascii() {
            b"CERTIFICATE" | b"X509 CERTIFICATE" | b"X.509 CERTIFICATE" => Some(Self::Certificate),
            b"X509 CRL" | b"CRL" => Some(Self::RevocationList),
            _ => None,
        }
    }

    fn decode(self, der: &[u8]) -> Result<Published, ReadError> {
        match self {
            Self::Certificate => Ok(Published::Certificate(Box::new(Certificate::decode(der)?))),
            Self::RevocationList => Ok(Published::RevocationList(Box::new(RevocationList::decode(der)?))),
        }
    }
}

/// The block whose BEGIN line starts at `start`. Base64 has no dashes, so the next five of them must open the END line.
fn block(octets: &[u8], start: usize) -> Block<'_> {
    let label_start = start + BEGIN.len();
    let Some(label) = label_at(octets, label_start) else {
        return Block { content: Err(ReadError::Unterminated), end: label_start };
    };
    let content_start = label_start + label.len() + DASHES.len();
    let content_end = find_from(octets, DASHES, content_start).unwrap_or(octets.len());
    let tail = octets.get(content_end..).unwrap_or_default();
    let end_label = if tail.starts_with(END) { label_at(octets, content_end + END.len()) } else { None };
    let end = content_end + end_label.map_or(0, |label| END.len() + label.len() + DASHES.len());
    // Judged by its label alone and before anything else, so that a damaged block of a key is not decoded either.
    let content = if contains(label, b"PRIVATE KEY") {
        Err(ReadError::PrivateKey)
    } else {
        match (Kind::of_label(label), end_label) {
            (None, _) => Err(ReadError::OtherBlock { label: shown(label) }),
            (Some(_), None) => Err(ReadError::Unterminated),
            (Some(_), Some(other)) if other.trim_ascii() != label.trim_ascii() => {
                Err(ReadError::LabelsDiffer { begin: shown(label), end: shown(other) })
            }
            (Some(kind), Some(_)) => Ok(Content {
                kind,
                octets: octets.get(content_start..content_end).unwrap_or_default(),
                start: content_start,
            }),
        }
    };
    Block { content, end }
}

/// The label from here to the dashes that close its line.
fn label_at(octets: &[u8], start: usize) -> Option<&[u8]> {
    let rest = octets.get(start..)?;
    // No label is that long, and a file that is one line of BEGINs is read in linear time.
    let rest = rest.get(..256).unwrap_or(rest);
    let line = rest.split(|octet| matches!(octet, b'\n' | b'\r')).next()?;
    line.get(..find(line, DASHES)?)
}

fn shown(label: &[u8]) -> String {
    let shown = |octet: &u8| if (0x20..0x7F).contains(octet) { char::from(*octet) } else { '?' };
    label.trim_ascii().iter().take(MAX_LABEL).map(shown).collect()
}

fn bare_base64(octets: &[u8]) -> Result<Published, ReadError> {
    let text = octets.strip_prefix(BYTE_ORDER_MARK).unwrap_or(octets);
    let is_base64 = |octet: &u8| {
        octet.is_ascii_alphanumeric() || octet.is_ascii_whitespace() || matches!(octet, b'+' | b'/' | b'=')
    };
    if text.trim_ascii().is_empty() || !text.iter().all(is_base64) {
        return Err(ReadError::NoCertificate);
    }
    let mut lines = Lines { octets: text, at: 0, line: 1 };
    Published::decode(&decode_base64(text, |offset| lines.line_of(offset))?)
}

/// Decodes base64 whose white space does not matter; `line_of` gives the line of an offset in it.
fn decode_base64(text: &[u8], mut line_of: impl FnMut(usize) -> u32) -> Result<Vec<u8>, ReadError> {
    let characters = |text: &[u8]| text.iter().filter(|octet| !octet.is_ascii_whitespace()).count();
    let found = characters(text);
    if found > MAX_BASE64 {
        return Err(ReadError::TooLarge { characters: found });
    }
    let compact: Vec<u8> = text.iter().copied().filter(|octet| !octet.is_ascii_whitespace()).collect();
    BASE64.decode(&compact).map_err(|error| {
        let offsets = text.iter().enumerate().filter(|(_, octet)| !octet.is_ascii_whitespace());
        let offset = offsets.map(|(offset, _)| offset).nth(error.position).unwrap_or(0);
        ReadError::NotBase64 { line: line_of(offset) }
    })
}

/// Counts lines up to rising offsets. A line ends with LF, CR LF or a CR alone.
#[derive(Clone, Copy)]
struct Lines<'a> {
    octets: &'a [u8],
    at: usize,
    line: u32,
}

impl Lines<'_> {
    fn line_of(&mut self, offset: usize) -> u32 {
        let passed = self.octets.get(self.at..offset).unwrap_or_default();
        let next = |index: usize| self.octets.get(self.at + index + 1);
        let ends = passed.iter().enumerate().filter(|(index, octet)| match octet {
            b'\n' => true,
            b'\r' => next(*index) != Some(&b'\n'),
            _ => false,
        });
        self.line = self.line.saturating_add(u32::try_from(ends.count()).unwrap_or(u32::MAX));
        self.at = self.at.max(offset);
        self.line
    }
}

fn find(octets: &[u8], pattern: &[u8]) -> Option<usize> {
    octets.windows(pattern.len()).position(|window| window == pattern)
}

fn find_from(octets: &[u8], pattern: &[u8], start: usize) -> Option<usize> {
    find(octets.get(start..)?, pattern).map(|offset| start + offset)
}

fn contains(octets: &[u8], pattern: &[u8]) -> bool {
    find(octets, pattern).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(text: &[u8]) -> Vec<(u32, ReadError)> {
        read_published(text)
            .into_iter()
            .map(|found| (found.line, found.value.expect_err("no certificate")))
            .collect()
    }

    #[test]
    fn a_file_without_a_certificate_says_so() {
        for text in [&b""[..], b"  \n", b"\xEF\xBB\xBF", b"device;entity\n1;2\n", b"\xFF\xFE-\0"] {
            assert_eq!(errors(text), [(1, ReadError::NoCertificate)], "{text:?}");
        }
    }

    #[test]
    fn blocks_of_other_kinds_are_named_with_their_line() {
        let text = b"\r\n-----BEGIN PKCS7-----\r\nAAAA\r\n-----END PKCS7-----\r\n\
            -----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\r\
            -----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n";
        let other = |label: &str| ReadError::OtherBlock { label: label.to_owned() };
        assert_eq!(
            errors(text),
            [(2, other("PKCS7")), (5, other("CERTIFICATE REQUEST")), (8, other("PUBLIC KEY"))]
        );
    }

    #[test]
    fn a_private_key_is_refused_and_not_shown() {
        let secret = "c2VjcmV0";
        for label in ["PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "OPENSSH PRIVATE KEY"] {
            let text = format!("-----BEGIN {label}-----\n{secret}\n-----END {label}-----\n");
            let found = errors(text.as_bytes());
            assert_eq!(found, [(1, ReadError::PrivateKey)]);
            assert!(!format!("{found:?} {}", found[0].1).contains(secret));
        }
        // The same without armour, and behind the label of a certificate.
        for text in ["MAYCAQEEAQc=", "-----BEGIN CERTIFICATE-----\nMAYCAQEEAQc=\n-----END CERTIFICATE-----"] {
            assert_eq!(errors(text.as_bytes()), [(1, ReadError::PrivateKey)], "{text}");
        }
        assert_eq!(errors(&[0x30, 6, 2, 1, 1, 4, 1, 7]), [(1, ReadError::PrivateKey)]);
        // Cut off before its END line.
        assert_eq!(errors(b"-----BEGIN PRIVATE KEY-----\nc2Vj"), [(1, ReadError::PrivateKey)]);
    }

    #[test]
    fn damaged_blocks_say_what_is_wrong() {
        let differ = ReadError::LabelsDiffer { begin: "CERTIFICATE".into(), end: "X509 CRL".into() };
        for (text, error) in [
            ("-----BEGIN CERTIFICATE-----\nAAAA", ReadError::Unterminated),
            ("-----BEGIN CERTIFICATE", ReadError::Unterminated),
            ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE\n", ReadError::Unterminated),
            ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END X509 CRL-----", differ),
            (
                "-----BEGIN CERTIFICATE-----\nAAAA\nA*AA\n-----END CERTIFICATE-----",
                ReadError::NotBase64 { line: 3 },
            ),
            (
                "-----BEGIN CERTIFICATE-----\nAAAAA\n-----END CERTIFICATE-----",
                ReadError::NotBase64 { line: 2 },
            ),
            (
                "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----",
                ReadError::Certificate(CertificateError::Empty),
            ),
        ] {
            assert_eq!(errors(text.as_bytes()), [(1, error)], "{text}");
        }
    }

    #[test]
    fn an_unterminated_block_does_not_hide_the_next() {
        let text =
            b"-----BEGIN CERTIFICATE-----\nAAAA\n-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n";
        let found = errors(text);
        assert_eq!(found[0], (1, ReadError::Unterminated));
        assert_eq!(found[1].0, 3);
        let found =
            errors(b"-----BEGIN of the list\n-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n");
        assert_eq!(found[0], (1, ReadError::Unterminated));
        assert_eq!(found[1], (2, ReadError::RevocationList(RevocationListError::NotASequence { found: 0 })));
    }

    #[test]
    fn a_file_of_nothing_but_begins_takes_linear_time() {
        assert!(!errors(&b"-----BEGIN ".repeat(200_000)).is_empty());
        assert!(!errors(&b"-----BEGIN -".repeat(200_000)).is_empty());
    }

    #[test]
    fn base64_is_bounded() {
        let text = vec![b'A'; MAX_BASE64 + 4];
        assert_eq!(errors(&text), [(1, ReadError::TooLarge { characters: MAX_BASE64 + 4 })]);
    }
}
