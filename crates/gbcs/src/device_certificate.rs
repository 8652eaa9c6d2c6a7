//! Use cases CS02c, CS02d and CS02e: the device's own certificates. They say nothing of trust anchor cells, but carry
//! the certificates that verify a device's signatures.

use types::KeyUsage;

use crate::cell_identifier::key_usage;
use crate::error::DecodeError;
use crate::note::Log;
use crate::path::{Field, Trail};
use crate::tlv::{Reader, Tag};
use crate::{Cra, Family};

/// What a message about the device's own certificate carries: exactly one of these.
///
/// ```text
/// CS02c command  ::= SEQUENCE { keyUsage KeyUsage }
/// CS02c response ::= CHOICE { CertificationRequest, responseCode INTEGER }
/// CS02d command  ::= Certificate
/// CS02d response ::= INTEGER
/// CS02e command  ::= SEQUENCE { keyUsage KeyUsage }
/// CS02e response ::= CHOICE { Certificate, responseCode INTEGER }
/// ```
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DeviceCertificate<'a> {
    /// The usage of the key that the command is about.
    KeyUsage(KeyUsage),
    /// A PKCS #10 certification request as it stands in the message.
    CertificationRequest(&'a [u8]),
    /// A certificate as it stands in the message.
    Certificate(&'a [u8]),
    /// How it went; 0 is success, other numbers mean different things in each use case.
    ResponseCode(u32),
}

impl<'a> DeviceCertificate<'a> {
    /// Decodes what `family` has in a command or a response.
    pub(crate) fn decode(
        family: Family,
        cra: Cra,
        reader: &mut Reader<'a>,
        at: &Trail<'_>,
        log: &mut Log,
    ) -> Result<Self, DecodeError> {
        let is_command = cra == Cra::Command;
        if is_command && family != Family::Cs02d {
            let mut command = reader.nested(Tag::SEQUENCE, at, log)?;
            let usage = key_usage(&mut command, at, log)?;
            command.finish(at)?;
            return Ok(Self::KeyUsage(usage));
        }
        if !is_command && (family == Family::Cs02d || reader.next_is(Tag::INTEGER)) {
            let code = reader.unsigned_32(Tag::INTEGER, &at.field(Field::ResponseCode), log)?;
            return Ok(Self::ResponseCode(code));
        }
        match family {
            Family::Cs02c => {
                let at = &at.field(Field::CertificationRequest);
                reader.verbatim(Tag::SEQUENCE, at, log).map(Self::CertificationRequest)
            }
            _ => {
                let at = &at.field(Field::Certificate);
                reader.verbatim(Tag::SEQUENCE, at, log).map(Self::Certificate)
            }
        }
    }

    /// The certificates carried: one or none.
    #[must_use]
    pub fn certificates(&self) -> Vec<&'a [u8]> {
        match self {
            Self::Certificate(certificate) => vec![certificate],
            _ => Vec::new(),
        }
    }
}
