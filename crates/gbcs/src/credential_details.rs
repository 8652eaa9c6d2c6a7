//! Use cases CS02a and CS02f: a device tells what its trust anchor cells hold.

use types::{CellId, CellUsage, Eui64, KeyId, KeyUsage, RemotePartyRole};

use crate::StatusCode;
use crate::cell_identifier::{cell_identifier, cell_usage, credential, key_usage, remote_party_role};
use crate::error::{DecodeError, DecodeErrorKind};
use crate::note::{Log, NoteKind};
use crate::path::{Field, Trail};
use crate::tlv::{Reader, Tag};

/// What a Provide Security Credential Details command asks for.
///
/// ```text
/// ProvideSecurityCredentialDetailsCommandPayload ::= SEQUENCE {
///   authorisingRemotePartyTACellIdentifier TrustAnchorCellIdentifier,
///   remotePartyRolesCredentialsRequired    SEQUENCE OF RemotePartyRole }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CredentialDetailsCommand {
    /// The cell whose key authorises the command.
    pub authorising_cell: CellId,
    /// The roles asked for. What was not asked for is not missing from the answer.
    pub roles: Vec<RemotePartyRole>,
}

impl CredentialDetailsCommand {
    pub(crate) fn decode(
        reader: &mut Reader<'_>,
        at: &Trail<'_>,
        log: &mut Log,
    ) -> Result<Self, DecodeError> {
        let mut command = reader.nested(Tag::SEQUENCE, at, log)?;
        let authorising_cell = cell_identifier(&mut command, Tag::SEQUENCE, Field::AuthorisingCell, at, log)?;
        let roles = command.list(Tag::SEQUENCE, Field::Roles, at, log, |entries, at, log, _| {
            entries.unsigned_32(Tag::INTEGER, at, log).map(RemotePartyRole)
        })?;
        command.finish(at)?;
        Ok(Self { authorising_cell, roles })
    }
}

/// What a Provide Security Credential Details response tells.
///
/// ```text
/// ProvideSecurityCredentialDetailsResponsePayload ::= SEQUENCE OF RemotePartyDetails
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CredentialDetailsResponse {
    /// One entry for each role, in the order of the device; no role occurs twice.
    pub remote_party_details: Vec<RemotePartyDetails>,
}

impl CredentialDetailsResponse {
    #[inline]
    pub(crate) fn decode(
        reader: &mut Reader<'_>,
        at: &Trail<'_>,
        log: &mut Log,
    ) -> Result<Self, DecodeError> {
        let remote_party_details =
            reader.list(Tag::SEQUENCE, Field::RemotePartyDetails, at, log, RemotePartyDetails::decode)?;
        Ok(Self { remote_party_details })
    }
}

/// What a device tells of one role.
///
/// A success has a sequence number and cells, and may have fewer cells than the device should; anything else has
/// neither.
///
/// ```text
/// RemotePartyDetails ::= SEQUENCE {
///   remotePartyRole        RemotePartyRole,
///   statusCode             StatusCode,
///   currentSeqNumber       SeqNumber OPTIONAL,
///   trustAnchorCellDetails SEQUENCE OF TrustAnchorCellContents OPTIONAL }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RemotePartyDetails {
    /// The role.
    pub role: RemotePartyRole,
    /// Whether the device could answer for it.
    pub status: StatusCode,
    /// The counter that the next command of this party has to exceed. Always there on success.
    pub current_seq_number: Option<u64>,
    /// The cells of this role; no cell occurs twice.
    pub cells: Vec<Cell>,
}

impl RemotePartyDetails {
    fn decode(
        entries: &mut Reader<'_>,
        at: &Trail<'_>,
        log: &mut Log,
        earlier: &[Self],
    ) -> Result<Self, DecodeError> {
        let start = entries.offset();
        let mut details = entries.nested(Tag::SEQUENCE, at, log)?;
        let role = remote_party_role(&mut details, at, log)?;
        if earlier.iter().any(|other| other.role == role) {
            return Err(DecodeError::new(start, at, DecodeErrorKind::DuplicateRole { role }));
        }
        let status = StatusCode(details.unsigned_32(Tag::ENUMERATED, &at.field(Field::Status), log)?);
        if status != StatusCode::SUCCESS {
            if details.is_empty() {
                return Ok(Self { role, status, current_seq_number: None, cells: Vec::new() });
            }
            log.note(start, at, NoteKind::CellsWithoutSuccess);
        }
        let current_seq_number =
            Some(details.unsigned_64(Tag::INTEGER, &at.field(Field::CurrentSeqNumber), log)?);
        let cells = details.list(Tag::SEQUENCE, Field::Cells, at, log, |entries, at, log, earlier| {
            Cell::decode(role, entries, at, log, earlier)
        })?;
        details.finish(at)?;
        Ok(Self { role, status, current_seq_number, cells })
    }
}

/// What one cell holds: whose key, and which.
///
/// ```text
/// TrustAnchorCellContents ::= SEQUENCE {
///   trustAnchorCellKeyUsage      KeyUsage,
///   trustAnchorCellUsage         CellUsage DEFAULT management,
///   existingSubjectUniqueID      OCTET STRING,
///   existingSubjectKeyIdentifier OCTET STRING }
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Cell {
    /// What the key may be used for. Normally one usage, which is not enforced here.
    pub key_usage: KeyUsage,
    /// What the cell serves.
    pub cell_usage: CellUsage,
    /// The entity of the certificate; zero for a root cell.
    pub subject_unique_id: Eui64,
    /// The key of the certificate.
    pub subject_key_identifier: KeyId,
}

impl Cell {
    #[inline]
    fn decode(
        role: RemotePartyRole,
        entries: &mut Reader<'_>,
        at: &Trail<'_>,
        log: &mut Log,
        earlier: &[Self],
    ) -> Result<Self, DecodeError> {
        let start = entries.offset();
        let mut cell = entries.nested(Tag::SEQUENCE, at, log)?;
        let key_usage = key_usage(&mut cell, at, log)?;
        let cell_usage = cell_usage(&mut cell, at, log)?;
        if earlier.iter().any(|other| other.key_usage == key_usage && other.cell_usage == cell_usage) {
            let cell = CellId { role, key_usage, cell_usage };
            return Err(DecodeError::new(start, at, DecodeErrorKind::DuplicateCell { cell }));
        }
        let (subject_unique_id, subject_key_identifier) =
            credential(&mut cell, [Field::SubjectUniqueId, Field::SubjectKeyIdentifier], at, log)?;
        cell.finish(at)?;
        Ok(Self { key_usage, cell_usage, subject_unique_id, subject_key_identifier })
    }
}
