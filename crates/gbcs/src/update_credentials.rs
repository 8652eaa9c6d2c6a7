//! Use cases CS02b and CS02g: somebody replaces credentials in trust anchor cells, and the device tells how it went.

use types::{CellId, RemotePartyRole};

use crate::cell_identifier::{cell_identifier, remote_party_role};
use crate::error::{DecodeError, DecodeErrorKind};
use crate::execution_outcome::ExecutionOutcome;
use crate::note::{Log, NoteKind};
use crate::path::{Field, Trail};
use crate::tlv::{Reader, Tag};
use crate::{ExecutionDateTime, ReplacementMode};

/// What an Update Security Credentials command asks for: intent, which says nothing of what the cells hold.
///
/// ```text
/// CommandPayload ::= SEQUENCE {
///   authorisingRemotePartyControl AuthorisingRemotePartyControl,
///   replacements                  SEQUENCE OF TrustAnchorReplacement,
///   certificationPathCertificates SEQUENCE OF Certificate,
///   executionDateTime             GeneralizedTime OPTIONAL }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UpdateCommand<'a> {
    /// Who authorises it, and the counters it sets.
    pub control: AuthorisingRemotePartyControl<'a>,
    /// The certificates to place.
    pub replacements: Vec<Replacement<'a>>,
    /// The certificates between them and the root, as they stand in the message.
    pub path_certificates: Vec<&'a [u8]>,
    /// When to do it; at once if absent.
    pub execution_date_time: Option<ExecutionDateTime>,
}

impl<'a> UpdateCommand<'a> {
    pub(crate) fn decode(
        reader: &mut Reader<'a>,
        at: &Trail<'_>,
        log: &mut Log,
    ) -> Result<Self, DecodeError> {
        let mut command = reader.nested(Tag::SEQUENCE, at, log)?;
        let control = AuthorisingRemotePartyControl::decode(&mut command, at, log)?;
        let replacements = command.list(Tag::SEQUENCE, Field::Replacements, at, log, Replacement::decode)?;
        let path_certificates =
            command.list(Tag::SEQUENCE, Field::PathCertificates, at, log, |entries, at, log, _| {
                entries.verbatim(Tag::SEQUENCE, at, log)
            })?;
        let execution_date_time = match command.is_empty() {
            true => None,
            false => Some(ExecutionDateTime::decode(&mut command, at, log)?),
        };
        command.finish(at)?;
        Ok(Self { control, replacements, path_certificates, execution_date_time })
    }
}

/// Who authorises a replacement, and the counters it sets.
///
/// ```text
/// AuthorisingRemotePartyControl ::= SEQUENCE {
///   credentialsReplacementMode               CredentialsReplacementMode,
///   plaintextSymmetricKey                [0] IMPLICIT OCTET STRING OPTIONAL,
///   applyTimeBasedCPVChecks              [1] IMPLICIT INTEGER { apply (0), disapply (1) } DEFAULT apply,
///   authorisingRemotePartyTACellIdentifier [2] IMPLICIT TrustAnchorCellIdentifier OPTIONAL,
///   authorisingRemotePartySeqNumber      [3] IMPLICIT SeqNumber,
///   newRemotePartyFloorSeqNumber         [4] IMPLICIT SeqNumber OPTIONAL,
///   newRemotePartySpecialistFloorSeqNumber [5] IMPLICIT SEQUENCE OF SpecialistSeqNumber OPTIONAL,
///   otherRemotePartySeqNumberChanges     [6] IMPLICIT SEQUENCE OF RemotePartySeqNumberChange OPTIONAL }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AuthorisingRemotePartyControl<'a> {
    /// Who replaces whose.
    pub mode: ReplacementMode,
    /// The contingency key in clear, only for [`ReplacementMode::ANY_BY_CONTINGENCY`].
    pub plaintext_symmetric_key: Option<&'a [u8]>,
    /// Whether the device checks validity periods of the path.
    pub time_based_cpv_checks: TimeBasedCpvChecks,
    /// The cell whose key authorises the command; absent where the mode leaves no choice.
    pub authorising_cell: Option<CellId>,
    /// The counter of the command.
    pub authorising_seq_number: u64,
    /// The counter that commands of the new party have to exceed.
    pub new_floor_seq_number: Option<u64>,
    /// The same for special purposes.
    pub new_specialist_floor_seq_numbers: Vec<SpecialistSeqNumber>,
    /// The same for other roles whose cells are replaced.
    pub other_seq_number_changes: Vec<SeqNumberChange>,
}

impl<'a> AuthorisingRemotePartyControl<'a> {
    fn decode(reader: &mut Reader<'a>, parent: &Trail<'_>, log: &mut Log) -> Result<Self, DecodeError> {
        const KEY: Tag = Tag::context(0);
        const CHECKS: Tag = Tag::context(1);
        const CELL: Tag = Tag::context_constructed(2);
        const SEQ_NUMBER: Tag = Tag::context(3);
        const FLOOR: Tag = Tag::context(4);
        const SPECIALIST_FLOORS: Tag = Tag::context_constructed(5);
        const OTHER_CHANGES: Tag = Tag::context_constructed(6);

        let at = &parent.field(Field::Control);
        let mut control = reader.nested(Tag::SEQUENCE, at, log)?;
        let mode = replacement_mode(&mut control, at, log)?;
        let plaintext_symmetric_key = match control.next_is(KEY) {
            true => Some(control.element(KEY, &at.field(Field::PlaintextSymmetricKey), log)?),
            false => None,
        };
        let time_based_cpv_checks = match control.next_is(CHECKS) {
            true => {
                let at = &at.field(Field::TimeBasedCpvChecks);
                let start = control.offset();
                let checks = TimeBasedCpvChecks(control.unsigned_32(CHECKS, at, log)?);
                if checks == TimeBasedCpvChecks::APPLY {
                    log.note(start, at, NoteKind::DefaultEncoded);
                }
                checks
            }
            false => TimeBasedCpvChecks::APPLY,
        };
        let authorising_cell = match control.next_is(CELL) {
            true => Some(cell_identifier(&mut control, CELL, Field::AuthorisingCell, at, log)?),
            false => None,
        };
        let authorising_seq_number =
            control.unsigned_64(SEQ_NUMBER, &at.field(Field::AuthorisingSeqNumber), log)?;
        let new_floor_seq_number = match control.next_is(FLOOR) {
            true => Some(control.unsigned_64(FLOOR, &at.field(Field::NewFloorSeqNumber), log)?),
            false => None,
        };
        let new_specialist_floor_seq_numbers = match control.next_is(SPECIALIST_FLOORS) {
            true => SpecialistSeqNumber::list(
                &mut control,
                SPECIALIST_FLOORS,
                Field::NewSpecialistFloorSeqNumbers,
                at,
                log,
            )?,
            false => Vec::new(),
        };
        let other_seq_number_changes = match control.next_is(OTHER_CHANGES) {
            true => {
                SeqNumberChange::list(&mut control, OTHER_CHANGES, Field::OtherSeqNumberChanges, at, log)?
            }
            false => Vec::new(),
        };
        control.finish(at)?;
        Ok(Self {
            mode,
            plaintext_symmetric_key,
            time_based_cpv_checks,
            authorising_cell,
            authorising_seq_number,
            new_floor_seq_number,
            new_specialist_floor_seq_numbers,
            other_seq_number_changes,
        })
    }
}

/// Whether the device checks validity periods while it validates the path of a new certificate. Numbers without a
/// name are kept as they are.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct TimeBasedCpvChecks(pub u32);

impl TimeBasedCpvChecks {
    /// It does: the default.
    pub const APPLY: Self = Self(0);
    /// It does not.
    pub const DISAPPLY: Self = Self(1);
}

/// ```text
/// credentialsReplacementMode CredentialsReplacementMode
/// ```
pub(crate) fn replacement_mode(
    reader: &mut Reader<'_>,
    parent: &Trail<'_>,
    log: &mut Log,
) -> Result<ReplacementMode, DecodeError> {
    reader.unsigned_32(Tag::INTEGER, &parent.field(Field::Mode), log).map(ReplacementMode)
}

/// A counter for a special purpose.
///
/// ```text
/// SpecialistSeqNumber ::= SEQUENCE {
///   seqNumberUsage INTEGER { prepaymentTopUp (0) },
///   seqNumber      SeqNumber }
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SpecialistSeqNumber {
    /// The purpose; 0 is prepayment top-up.
    pub usage: u32,
    /// The counter.
    pub seq_number: u64,
}

impl SpecialistSeqNumber {
    fn list(
        reader: &mut Reader<'_>,
        tag: Tag,
        field: Field,
        at: &Trail<'_>,
        log: &mut Log,
    ) -> Result<Vec<Self>, DecodeError> {
        reader.list(tag, field, at, log, |entries, at, log, _| {
            let mut entry = entries.nested(Tag::SEQUENCE, at, log)?;
            let usage = entry.unsigned_32(Tag::INTEGER, &at.field(Field::SeqNumberUsage), log)?;
            let seq_number = entry.unsigned_64(Tag::INTEGER, &at.field(Field::SeqNumber), log)?;
            entry.finish(at)?;
            Ok(Self { usage, seq_number })
        })
    }
}

/// The counters of one role that a replacement sets.
///
/// ```text
/// RemotePartySeqNumberChange ::= SEQUENCE {
///   otherRemotePartyRole                   RemotePartyRole,
///   otherRemotePartyFloorSeqNumber         SeqNumber,
///   newRemotePartySpecialistFloorSeqNumber SEQUENCE OF SpecialistSeqNumber OPTIONAL }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SeqNumberChange {
    /// The role.
    pub role: RemotePartyRole,
    /// The counter that its commands have to exceed.
    pub floor_seq_number: u64,
    /// The same for special purposes.
    pub specialist_floor_seq_numbers: Vec<SpecialistSeqNumber>,
}

impl SeqNumberChange {
    pub(crate) fn list(
        reader: &mut Reader<'_>,
        tag: Tag,
        field: Field,
        at: &Trail<'_>,
        log: &mut Log,
    ) -> Result<Vec<Self>, DecodeError> {
        reader.list(tag, field, at, log, |entries, at, log, _| {
            let mut change = entries.nested(Tag::SEQUENCE, at, log)?;
            let role = remote_party_role(&mut change, at, log)?;
            let floor_seq_number = change.unsigned_64(Tag::INTEGER, &at.field(Field::FloorSeqNumber), log)?;
            let specialist_floor_seq_numbers = match change.is_empty() {
                true => Vec::new(),
                false => {
                    let field = Field::SpecialistFloorSeqNumbers;
                    SpecialistSeqNumber::list(&mut change, Tag::SEQUENCE, field, at, log)?
                }
            };
            change.finish(at)?;
            Ok(Self { role, floor_seq_number, specialist_floor_seq_numbers })
        })
    }
}

/// A certificate to place in a cell.
///
/// ```text
/// TrustAnchorReplacement ::= SEQUENCE {
///   replacementCertificate Certificate,
///   targetTrustAnchorCell  TrustAnchorCellIdentifier }
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Replacement<'a> {
    /// The certificate as it stands in the message, header included.
    pub certificate: &'a [u8],
    /// The cell to place it in.
    pub target_cell: CellId,
}

impl<'a> Replacement<'a> {
    fn decode(
        entries: &mut Reader<'a>,
        at: &Trail<'_>,
        log: &mut Log,
        earlier: &[Self],
    ) -> Result<Self, DecodeError> {
        let start = entries.offset();
        let mut replacement = entries.nested(Tag::SEQUENCE, at, log)?;
        let certificate = replacement.verbatim(Tag::SEQUENCE, &at.field(Field::Certificate), log)?;
        let target_cell = cell_identifier(&mut replacement, Tag::SEQUENCE, Field::TargetCell, at, log)?;
        if earlier.iter().any(|other| other.target_cell == target_cell) {
            let kind = DecodeErrorKind::DuplicateCell { cell: target_cell };
            return Err(DecodeError::new(start, at, kind));
        }
        replacement.finish(at)?;
        Ok(Self { certificate, target_cell })
    }
}

/// How a device answers an Update Security Credentials command.
///
/// ```text
/// ResponsePayload ::= SEQUENCE {
///   commandAccepted  NULL,
///   executionOutcome ExecutionOutcome OPTIONAL }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UpdateResponse {
    /// What was done; absent for a command that is future dated or cancels one. Without it, nothing is proved about
    /// any cell.
    pub outcome: Option<ExecutionOutcome>,
}

impl UpdateResponse {
    pub(crate) fn decode(
        reader: &mut Reader<'_>,
        at: &Trail<'_>,
        log: &mut Log,
    ) -> Result<Self, DecodeError> {
        let mut response = reader.nested(Tag::SEQUENCE, at, log)?;
        let null_at = &at.field(Field::CommandAccepted);
        let start = response.offset();
        let octets = response.element(Tag::NULL, null_at, log)?.len();
        if octets > 0 {
            return Err(DecodeError::new(start, null_at, DecodeErrorKind::NullWithContent { octets }));
        }
        let outcome = match response.is_empty() {
            true => None,
            false => Some(ExecutionOutcome::decode(&mut response, at, log)?),
        };
        response.finish(at)?;
        Ok(Self { outcome })
    }
}

/// What a device tells when it has executed a future-dated Update Security Credentials command.
///
/// ```text
/// AlertPayload ::= SEQUENCE {
///   alertCode         INTEGER,
///   executionDateTime GeneralizedTime,
///   executionOutcome  ExecutionOutcome }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UpdateAlert {
    /// 8F66 for success, 8F67 for failure.
    pub alert_code: u32,
    /// When it was executed.
    pub execution_date_time: ExecutionDateTime,
    /// What was done.
    pub outcome: ExecutionOutcome,
}

impl UpdateAlert {
    pub(crate) fn decode(
        reader: &mut Reader<'_>,
        at: &Trail<'_>,
        log: &mut Log,
    ) -> Result<Self, DecodeError> {
        let mut alert = reader.nested(Tag::SEQUENCE, at, log)?;
        let alert_code = alert.unsigned_32(Tag::INTEGER, &at.field(Field::AlertCode), log)?;
        let execution_date_time = ExecutionDateTime::decode(&mut alert, at, log)?;
        let outcome = ExecutionOutcome::decode(&mut alert, at, log)?;
        alert.finish(at)?;
        Ok(Self { alert_code, execution_date_time, outcome })
    }
}
