//! The two envelopes: who sends what to whom, and what vouches for it.
//!
//! Every octet whose value is mandated is checked. The payload is handed on unread.

use types::Eui64;

use crate::error::{DecodeError, DecodeErrorKind};
use crate::note::Log;
use crate::path::{Field, Trail};
use crate::tlv::Reader;
use crate::{Cra, DateTime, MessageCode};

/// DLMS general-ciphering: the message has a MAC.
const GENERAL_CIPHERING: u8 = 0xDD;
/// DLMS general-signing: the message proper, with or without a signature.
const GENERAL_SIGNING: u8 = 0xDF;
/// Transaction id, the two system titles, date-time, other information and key information: all empty in GBCS.
const EMPTY_FIELDS: [u8; 6] = [0; 6];
/// Security control octet (authenticated, suite 1) and an invocation counter of zero.
const SECURITY_HEADER: [u8; 5] = [0x11, 0, 0, 0, 0];
/// The transaction id: CRA flag and originator counter.
const TRANSACTION_ID_LENGTH: u8 = 9;
const ENTITY_LENGTH: u8 = 8;
const MAC_LENGTH: usize = 12;

/// An envelope taken apart.
#[derive(Debug)]
pub(crate) struct Envelope<'a> {
    pub(crate) cra: Cra,
    pub(crate) originator_counter: u64,
    pub(crate) originator: Eui64,
    pub(crate) recipient: Eui64,
    pub(crate) date_time: Option<DateTime>,
    pub(crate) message_code: MessageCode,
    pub(crate) message_code_offset: usize,
    pub(crate) supplementary: &'a [u8],
    pub(crate) payload: Reader<'a>,
    pub(crate) signed: &'a [u8],
    pub(crate) signature: Option<&'a [u8; 64]>,
    pub(crate) mac: Option<&'a [u8; MAC_LENGTH]>,
}

impl<'a> Envelope<'a> {
    #[inline]
    pub(crate) fn decode(octets: &'a [u8], log: &mut Log) -> Result<Self, DecodeError> {
        let mut reader = Reader::of_message(octets);
        let at = &Trail::root(Field::Message);
        let envelope = match reader.octet(at)? {
            GENERAL_CIPHERING => Self::general_ciphering(&mut reader, log)?,
            GENERAL_SIGNING => Self::general_signing(&mut reader, Protection::SignatureOnly, log)?,
            found => return Err(DecodeError::new(0, at, DecodeErrorKind::UnknownEnvelope { found })),
        };
        reader.finish(at)?;
        Ok(envelope)
    }

    fn general_ciphering(reader: &mut Reader<'a>, log: &mut Log) -> Result<Self, DecodeError> {
        let at = &Trail::root(Field::GeneralCiphering);
        let start = reader.offset();
        // A transaction id or block number in this place is the mark of a message in several blocks.
        let [first, ..] = EMPTY_FIELDS;
        match reader.octet(at)? {
            found if found == first => {}
            found => {
                return Err(DecodeError::new(start, at, DecodeErrorKind::GeneralBlockTransfer { found }));
            }
        }
        for expected in EMPTY_FIELDS.into_iter().skip(1) {
            reader.mandated(expected, at)?;
        }
        let ciphered = reader.content(at, log)?;
        let mut ciphered = reader.inside(ciphered);
        let header_at = &Trail::root(Field::SecurityHeader);
        for expected in SECURITY_HEADER {
            ciphered.mandated(expected, header_at)?;
        }
        ciphered.mandated(GENERAL_SIGNING, &Trail::root(Field::GeneralSigning))?;
        let mut envelope = Self::general_signing(&mut ciphered, Protection::Mac, log)?;
        let mac_at = &Trail::root(Field::Mac);
        let mac = ciphered.rest();
        ciphered.array::<MAC_LENGTH>(mac_at)?;
        envelope.mac = mac.first_chunk();
        ciphered.finish(at)?;
        Ok(envelope)
    }

    /// Reads on after the octet `DF`.
    #[inline]
    fn general_signing(
        reader: &mut Reader<'a>,
        protection: Protection,
        log: &mut Log,
    ) -> Result<Self, DecodeError> {
        let before = *reader;
        reader.mandated(TRANSACTION_ID_LENGTH, &Trail::root(Field::GeneralSigning))?;

        let at = &Trail::root(Field::Cra);
        let cra_offset = reader.offset();
        let found = reader.octet(at)?;
        let Some(cra) = Cra::from_octet(found) else {
            return Err(DecodeError::new(cra_offset, at, DecodeErrorKind::UnknownCra { found }));
        };
        let originator_counter = u64::from_be_bytes(reader.array(&Trail::root(Field::OriginatorCounter))?);
        let originator = entity(reader, Field::Originator)?;
        let recipient = entity(reader, Field::Recipient)?;

        let at = &Trail::root(Field::DateTime);
        let date_time_offset = reader.offset();
        let date_time = match reader.content(at, log)? {
            [] => None,
            octets => match <[u8; 12]>::try_from(octets) {
                Ok(octets) => Some(DateTime::new(octets)),
                Err(_) => return Err(wrong_length(date_time_offset, at, octets, "0 or 12")),
            },
        };

        let at = &Trail::root(Field::OtherInformation);
        let other_information_offset = reader.offset();
        let (message_code, supplementary, message_code_offset) = match reader.content(at, log)? {
            [high, low, supplementary @ ..] => {
                let code = MessageCode(u16::from_be_bytes([*high, *low]));
                (code, supplementary, reader.offset() - supplementary.len() - 2)
            }
            octets => return Err(wrong_length(other_information_offset, at, octets, "2 or more")),
        };

        let payload = reader.content(&Trail::root(Field::Payload), log)?;
        let payload = reader.inside(payload);
        let signed = reader.since(before);
        let signature = match (protection, cra) {
            // What a party gives the DCC to sign on its behalf ends here, without even an empty signature.
            (Protection::SignatureOnly, Cra::Command) if reader.is_empty() => None,
            _ => signature(reader, log)?,
        };
        Ok(Self {
            cra,
            originator_counter,
            originator,
            recipient,
            date_time,
            message_code,
            message_code_offset,
            supplementary,
            payload,
            signed,
            signature,
            mac: None,
        })
    }
}

/// What stands around the general-signing part.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Protection {
    Mac,
    SignatureOnly,
}

#[inline]
fn entity(reader: &mut Reader<'_>, field: Field) -> Result<Eui64, DecodeError> {
    let at = &Trail::root(field);
    reader.mandated(ENTITY_LENGTH, at)?;
    reader.array(at).map(Eui64::new)
}

#[inline]
fn signature<'a>(reader: &mut Reader<'a>, log: &mut Log) -> Result<Option<&'a [u8; 64]>, DecodeError> {
    let at = &Trail::root(Field::Signature);
    let offset = reader.offset();
    match reader.content(at, log)? {
        [] => Ok(None),
        octets => match <&[u8; 64]>::try_from(octets) {
            Ok(signature) => Ok(Some(signature)),
            Err(_) => Err(wrong_length(offset, at, octets, "0 or 64")),
        },
    }
}

#[cold]
fn wrong_length(offset: usize, at: &Trail<'_>, octets: &[u8], expected: &'static str) -> DecodeError {
    DecodeError::new(offset, at, DecodeErrorKind::Length { found: octets.len(), expected })
}
