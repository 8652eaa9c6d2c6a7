//! What a device did with an Update Security Credentials command, cell by cell.

use types::{CellId, Eui64, KeyId};

use crate::cell_identifier::{cell_identifier, credential};
use crate::error::{DecodeError, DecodeErrorKind};
use crate::note::Log;
use crate::path::{Field, Trail};
use crate::tlv::{Reader, Tag};
use crate::update_credentials::replacement_mode;
use crate::{ReplacementMode, SeqNumberChange, StatusCode};

/// What a device did.
///
/// ```text
/// ExecutionOutcome ::= SEQUENCE {
///   authorisingRemotePartySeqNumber SeqNumber,
///   credentialsReplacementMode      CredentialsReplacementMode,
///   remotePartySeqNumberChanges     SEQUENCE OF RemotePartySeqNumberChange,
///   replacementOutcomes             SEQUENCE OF ReplacementOutcome }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ExecutionOutcome {
    /// The counter of the command.
    pub authorising_seq_number: u64,
    /// Who replaced whose.
    pub mode: ReplacementMode,
    /// The counters that were set.
    pub seq_number_changes: Vec<SeqNumberChange>,
    /// One entry for each cell the command named, in any order; no cell occurs twice.
    pub replacement_outcomes: Vec<ReplacementOutcome>,
}

impl ExecutionOutcome {
    pub(crate) fn decode(
        reader: &mut Reader<'_>,
        parent: &Trail<'_>,
        log: &mut Log,
    ) -> Result<Self, DecodeError> {
        let at = &parent.field(Field::Outcome);
        let mut outcome = reader.nested(Tag::SEQUENCE, at, log)?;
        let authorising_seq_number =
            outcome.unsigned_64(Tag::INTEGER, &at.field(Field::AuthorisingSeqNumber), log)?;
        let mode = replacement_mode(&mut outcome, at, log)?;
        let seq_number_changes =
            SeqNumberChange::list(&mut outcome, Tag::SEQUENCE, Field::SeqNumberChanges, at, log)?;
        let replacement_outcomes =
            outcome.list(Tag::SEQUENCE, Field::ReplacementOutcomes, at, log, ReplacementOutcome::decode)?;
        outcome.finish(at)?;
        Ok(Self { authorising_seq_number, mode, seq_number_changes, replacement_outcomes })
    }
}

/// What became of one cell.
///
/// Cells succeed and fail one by one. For a cell that failed, the reference messages repeat the existing pair as the
/// replacing one, so the replacing pair is what the cell holds afterwards in either case.
///
/// ```text
/// ReplacementOutcome ::= SEQUENCE {
///   affectedTrustAnchorCell       TrustAnchorCellIdentifier,
///   statusCode                    StatusCode,
///   existingSubjectUniqueID       OCTET STRING,
///   existingSubjectKeyIdentifier  OCTET STRING,
///   replacingSubjectUniqueID      OCTET STRING,
///   replacingSubjectKeyIdentifier OCTET STRING }
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ReplacementOutcome {
    /// The cell.
    pub affected_cell: CellId,
    /// Whether its credential was replaced.
    pub status: StatusCode,
    /// The entity it held before.
    pub existing_subject_unique_id: Eui64,
    /// The key it held before.
    pub existing_subject_key_identifier: KeyId,
    /// The entity it was to hold.
    pub replacing_subject_unique_id: Eui64,
    /// The key it was to hold.
    pub replacing_subject_key_identifier: KeyId,
}

impl ReplacementOutcome {
    fn decode(
        entries: &mut Reader<'_>,
        at: &Trail<'_>,
        log: &mut Log,
        earlier: &[Self],
    ) -> Result<Self, DecodeError> {
        let start = entries.offset();
        let mut outcome = entries.nested(Tag::SEQUENCE, at, log)?;
        let affected_cell = cell_identifier(&mut outcome, Tag::SEQUENCE, Field::AffectedCell, at, log)?;
        if earlier.iter().any(|other| other.affected_cell == affected_cell) {
            let kind = DecodeErrorKind::DuplicateCell { cell: affected_cell };
            return Err(DecodeError::new(start, at, kind));
        }
        let status = StatusCode(outcome.unsigned_32(Tag::ENUMERATED, &at.field(Field::Status), log)?);
        let (existing_subject_unique_id, existing_subject_key_identifier) = credential(
            &mut outcome,
            [Field::ExistingSubjectUniqueId, Field::ExistingSubjectKeyIdentifier],
            at,
            log,
        )?;
        let (replacing_subject_unique_id, replacing_subject_key_identifier) = credential(
            &mut outcome,
            [Field::ReplacingSubjectUniqueId, Field::ReplacingSubjectKeyIdentifier],
            at,
            log,
        )?;
        outcome.finish(at)?;
        Ok(Self {
            affected_cell,
            status,
            existing_subject_unique_id,
            existing_subject_key_identifier,
            replacing_subject_unique_id,
            replacing_subject_key_identifier,
        })
    }
}
