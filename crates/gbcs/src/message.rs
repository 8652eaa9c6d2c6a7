//! A whole message: the envelope and what it carries.

use types::Eui64;

use crate::credential_details::{CredentialDetailsCommand, CredentialDetailsResponse};
use crate::device_certificate::DeviceCertificate;
use crate::envelope::Envelope;
use crate::error::{DecodeError, DecodeErrorKind};
use crate::note::{Log, NonMinimalLength, Note};
use crate::path::{Field, Trail};
use crate::signature::{self, SignatureError};
use crate::update_credentials::{UpdateAlert, UpdateCommand, UpdateResponse};
use crate::{Cra, DateTime, Family, MAX_MESSAGE, MessageCode};

/// A GBCS message, decoded. Borrows the octets it was decoded from.
///
/// That a message was decoded says nothing of who wrote it: the MAC can't be checked without the device's shared
/// secret, and the signature is checked only by [`verify_signature`](Self::verify_signature).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Message<'a> {
    /// Command, response or alert.
    pub cra: Cra,
    /// The originator's counter; a response repeats that of its command.
    pub originator_counter: u64,
    /// Who wrote the message.
    pub originator: Eui64,
    /// Whom it is for.
    pub recipient: Eui64,
    /// The device's time, if the message has one. Responses of CS02a and CS02f have none.
    pub date_time: Option<DateTime>,
    /// The use case.
    pub message_code: MessageCode,
    /// The family of the use case.
    pub family: Family,
    /// What follows the message code in the other information: supplementary parties, counters or a certificate.
    pub supplementary: &'a [u8],
    /// What the message carries.
    pub payload: Payload<'a>,
    /// The MAC, 12 octets, of a message that has one.
    pub mac: Option<&'a [u8]>,
    /// The signature, 64 octets, of a message that is signed.
    pub signature: Option<&'a [u8]>,
    /// Lengths written in more octets than they need, in the envelope and in the payload.
    pub non_minimal_lengths: Vec<NonMinimalLength>,
    /// Other departures from DER that leave the meaning plain.
    pub notes: Vec<Note>,
    signed: &'a [u8],
}

impl<'a> Message<'a> {
    /// Decodes one message, which has to fill the octets to the last.
    ///
    /// # Errors
    ///
    /// The first fault, with its offset and the element it is in.
    pub fn decode(octets: &'a [u8]) -> Result<Self, DecodeError> {
        if octets.len() > MAX_MESSAGE {
            let kind = DecodeErrorKind::MessageTooLarge { octets: octets.len() };
            return Err(DecodeError::new(MAX_MESSAGE, &Trail::root(Field::Message), kind));
        }
        let mut log = Log::default();
        let envelope = Envelope::decode(octets, &mut log)?;
        let family = envelope.message_code.family();
        let payload = Payload::decode(&envelope, family, &mut log)?;
        Ok(Self {
            cra: envelope.cra,
            originator_counter: envelope.originator_counter,
            originator: envelope.originator,
            recipient: envelope.recipient,
            date_time: envelope.date_time,
            message_code: envelope.message_code,
            family,
            supplementary: envelope.supplementary,
            payload,
            mac: envelope.mac.map(<[u8; _]>::as_slice),
            signature: envelope.signature.map(<[u8; _]>::as_slice),
            non_minimal_lengths: log.non_minimal_lengths,
            notes: log.notes,
            signed: envelope.signed,
        })
    }

    /// The device: the originator of a response or an alert, the recipient of a command.
    #[must_use]
    pub const fn device(&self) -> Eui64 {
        match self.cra {
            Cra::Command => self.recipient,
            Cra::Response | Cra::Alert => self.originator,
        }
    }

    /// What the signature covers: the octets after `DF`, up to the length of the signature. `None` if there is no
    /// signature.
    #[must_use]
    pub const fn signed_octets(&self) -> Option<&'a [u8]> {
        match self.signature {
            Some(_) => Some(self.signed),
            None => None,
        }
    }

    /// Verifies the signature with a public key: ECDSA over P-256 with SHA-256, the signature as the two numbers.
    ///
    /// The key is the uncompressed point of SEC 1, 65 octets, as a certificate's `subjectPublicKey` holds it. Whose
    /// key it is, is for the caller to know.
    ///
    /// # Errors
    ///
    /// There is no signature, the key is no point of the curve, or the signature is not of this message and key.
    pub fn verify_signature(&self, public_key_sec1: &[u8]) -> Result<(), SignatureError> {
        let signature = self.signature.ok_or(SignatureError::Absent)?;
        signature::verify(self.signed, signature, public_key_sec1)
    }
}

/// What a message carries.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Payload<'a> {
    /// CS02a, CS02f: which roles somebody asks about.
    CredentialDetailsCommand(CredentialDetailsCommand),
    /// CS02a, CS02f: what the cells of the device hold.
    CredentialDetailsResponse(CredentialDetailsResponse),
    /// CS02b, CS02g: what somebody wants to place.
    UpdateCommand(Box<UpdateCommand<'a>>),
    /// CS02b, CS02g: what the device did at once.
    UpdateResponse(UpdateResponse),
    /// CS02b, CS02g: what the device did later.
    UpdateAlert(UpdateAlert),
    /// CS02c, CS02d, CS02e: the device's own certificate.
    DeviceCertificate(DeviceCertificate<'a>),
    /// Any other use case: carries no cell state, and is kept as it is.
    NotCellState(&'a [u8]),
}

impl<'a> Payload<'a> {
    #[inline]
    fn decode(envelope: &Envelope<'a>, family: Family, log: &mut Log) -> Result<Self, DecodeError> {
        let at = &Trail::root(Field::Payload);
        let reader = &mut { envelope.payload };
        let payload = match (family, envelope.cra) {
            (Family::Other, _) => return Ok(Self::NotCellState(reader.rest())),
            (Family::Cs02a | Family::Cs02f, Cra::Command) => {
                Self::CredentialDetailsCommand(CredentialDetailsCommand::decode(reader, at, log)?)
            }
            (Family::Cs02a | Family::Cs02f, Cra::Response) => {
                Self::CredentialDetailsResponse(CredentialDetailsResponse::decode(reader, at, log)?)
            }
            (Family::Cs02b | Family::Cs02g, Cra::Command) => {
                Self::UpdateCommand(Box::new(UpdateCommand::decode(reader, at, log)?))
            }
            (Family::Cs02b | Family::Cs02g, Cra::Response) => {
                Self::UpdateResponse(UpdateResponse::decode(reader, at, log)?)
            }
            (Family::Cs02bAlert | Family::Cs02gAlert, Cra::Alert) => {
                Self::UpdateAlert(UpdateAlert::decode(reader, at, log)?)
            }
            (Family::Cs02c | Family::Cs02d | Family::Cs02e, cra @ (Cra::Command | Cra::Response)) => {
                Self::DeviceCertificate(DeviceCertificate::decode(family, cra, reader, at, log)?)
            }
            (_, cra) => {
                let kind = DecodeErrorKind::CraOfMessageCode { code: envelope.message_code, cra };
                let at = &Trail::root(Field::MessageCode);
                return Err(DecodeError::new(envelope.message_code_offset, at, kind));
            }
        };
        reader.finish(at)?;
        Ok(payload)
    }
}
