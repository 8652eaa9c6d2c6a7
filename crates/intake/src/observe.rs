//! What a GBCS message says of the network operator cells of its device.

use gbcs::{Cra, ExecutionOutcome, Message, Payload, RemotePartyDetails, ReplacementMode, StatusCode};
use types::{
    CellUsage, Credential, Eui64, Grade, NetworkOperatorCell, Observation, Origin, RemotePartyRole, Seen,
    Source, Timestamp,
};

use crate::record::Reject;
use crate::records::DeviceKeys;

/// What the wrapper of a message adds to it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wrapper {
    /// Where the record stands.
    pub(crate) origin: Origin,
    /// When it was observed, if the wrapper says.
    pub(crate) at: Option<Timestamp>,
}

/// Adds the observations of a message to `into`; none if it carries no network operator cell.
///
/// # Errors
///
/// The signature of the device does not verify, or a command carries a certificate that can't be decoded.
pub(crate) fn observe(
    message: &Message<'_>,
    wrapper: Wrapper,
    keys: &dyn DeviceKeys,
    into: &mut Vec<Observation>,
) -> Result<(), Reject> {
    let grade = grade(message, keys)?;
    let device_time = message.date_time.and_then(gbcs::DateTime::timestamp);
    let mut add = Adder { into, template: template(message.device(), wrapper, grade) };
    match &message.payload {
        Payload::CredentialDetailsResponse(response) => {
            add.template.source = Source::Read;
            let role = RemotePartyRole::NETWORK_OPERATOR;
            match response.remote_party_details.iter().find(|details| details.role == role) {
                Some(details) => answered(details, &mut add),
                None => add.both(Seen::RoleNotAnswered),
            }
        }
        Payload::UpdateResponse(response) => {
            add.template.source = Source::UpdateResponse;
            // The wrapper's time comes first: a device may have lost its clock.
            add.template.at = wrapper.at.or(device_time);
            match &response.outcome {
                Some(outcome) => executed(outcome, &mut add),
                None if may_replace_network_operator(message) => add.both(Seen::NoOutcome),
                None => {}
            }
        }
        Payload::UpdateAlert(alert) => {
            add.template.source = Source::UpdateAlert;
            add.template.at = wrapper.at.or(Some(alert.execution_date_time.0));
            executed(&alert.outcome, &mut add);
        }
        Payload::UpdateCommand(command) => {
            add.template.source = Source::Command;
            let cancelled = command.execution_date_time.is_some_and(|at| at.is_cancellation());
            if !cancelled {
                intended(command, &mut add)?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// Whether a response without outcome may be about network operator cells: its use case is one of the replacement
/// modes that can touch them.
fn may_replace_network_operator(message: &Message<'_>) -> bool {
    let mode = u32::from(message.message_code.0).checked_sub(0x0100).map(ReplacementMode);
    matches!(
        mode,
        Some(
            ReplacementMode::NETWORK_OPERATOR_BY_NETWORK_OPERATOR
                | ReplacementMode::ANY_EXCEPT_ABNORMAL_ROOT_BY_RECOVERY
                | ReplacementMode::ANY_BY_CONTINGENCY
        )
    )
}

/// How far the message can be trusted: a signature counts if certificates of the device are known, and one that does
/// not verify with a certificate whose path holds makes the record unusable. A MAC can't be checked without the device's secret.
fn grade(message: &Message<'_>, keys: &dyn DeviceKeys) -> Result<Grade, Reject> {
    if message.cra == Cra::Command || message.signature.is_none() {
        return Ok(Grade::DeviceUnchecked);
    }
    let device = message.originator;
    let keys = keys.device_keys(device);
    if keys.is_empty() {
        return Ok(Grade::DeviceUnchecked);
    }
    let verifying = keys.iter().filter(|key| message.verify_signature(key.point).is_ok());
    match verifying.map(|key| key.proven).max() {
        Some(true) => Ok(Grade::DeviceSigned),
        Some(false) => Ok(Grade::DeviceSignedUnproven),
        None if keys.iter().any(|key| key.proven) => Err(Reject::SignatureInvalid { device }),
        None => Ok(Grade::DeviceUnchecked),
    }
}

fn template(device: Eui64, wrapper: Wrapper, grade: Grade) -> Observation {
    Observation {
        device,
        at: wrapper.at,
        cell: NetworkOperatorCell::DigitalSignature,
        source: Source::Read,
        grade,
        seen: Seen::RoleNotAnswered,
        origin: wrapper.origin,
    }
}

struct Adder<'v> {
    into: &'v mut Vec<Observation>,
    template: Observation,
}

impl Adder<'_> {
    fn one(&mut self, cell: NetworkOperatorCell, seen: Seen) {
        self.into.push(Observation { cell, seen, ..self.template });
    }

    fn both(&mut self, seen: Seen) {
        for cell in NetworkOperatorCell::ALL {
            self.one(cell, seen);
        }
    }
}

/// The status as it is kept in an observation; a number beyond 16 bits is none that GBCS knows.
pub(crate) fn status_number(status: StatusCode) -> u16 {
    u16::try_from(status.0).unwrap_or(u16::MAX)
}

/// What a failure status for the network operator role says of its cells.
pub(crate) fn failed(status: StatusCode) -> Seen {
    match status {
        StatusCode::TRUST_ANCHOR_NOT_FOUND => Seen::TrustAnchorNotFound,
        StatusCode::NO_TRUST_ANCHOR => Seen::NoTrustAnchor,
        other => Seen::DeviceError(status_number(other)),
    }
}

/// The answer for the network operator role.
fn answered(details: &RemotePartyDetails, add: &mut Adder<'_>) {
    if details.status != StatusCode::SUCCESS {
        return add.both(failed(details.status));
    }
    for cell in NetworkOperatorCell::ALL {
        let usage = cell.key_usage();
        let mut seen = Seen::CellAbsent;
        for held in details.cells.iter().filter(|held| held.key_usage.contains(usage)) {
            seen = match held.cell_usage {
                CellUsage::PRE_PAYMENT_TOP_UP => continue,
                CellUsage::MANAGEMENT if held.key_usage == usage && seen == Seen::CellAbsent => {
                    Seen::Held(Credential {
                        entity: held.subject_unique_id,
                        key: held.subject_key_identifier,
                    })
                }
                // Several usages in one cell, or a cell usage that nobody knows, even beside a plain cell: it can't be told
                // which of them the device uses.
                _ => Seen::UsageUnclear,
            };
        }
        add.one(cell, seen);
    }
}

/// The outcome of a replacement, cell by cell. On failure the cell still holds what it held.
fn executed(outcome: &ExecutionOutcome, add: &mut Adder<'_>) {
    for replacement in &outcome.replacement_outcomes {
        let affected = replacement.affected_cell;
        if affected.role != RemotePartyRole::NETWORK_OPERATOR || affected.cell_usage != CellUsage::MANAGEMENT
        {
            continue;
        }
        if affected.key_usage.count() != 1 {
            let covered = |cell: &NetworkOperatorCell| affected.key_usage.contains(cell.key_usage());
            NetworkOperatorCell::ALL
                .into_iter()
                .filter(covered)
                .for_each(|cell| add.one(cell, Seen::UsageUnclear));
            continue;
        }
        let Some(cell) = NetworkOperatorCell::of_usage(affected.key_usage) else { continue };
        let existing = Credential {
            entity: replacement.existing_subject_unique_id,
            key: replacement.existing_subject_key_identifier,
        };
        let replacing = Credential {
            entity: replacement.replacing_subject_unique_id,
            key: replacement.replacing_subject_key_identifier,
        };
        if replacement.status == StatusCode::SUCCESS {
            add.one(cell, Seen::HeldBefore(existing));
            add.one(cell, Seen::Held(replacing));
        } else {
            add.one(cell, Seen::UpdateFailed(status_number(replacement.status)));
            add.one(cell, Seen::Held(existing));
        }
    }
}

/// What a command wants to place, from the certificates it carries.
fn intended(command: &gbcs::UpdateCommand<'_>, add: &mut Adder<'_>) -> Result<(), Reject> {
    for (index, replacement) in command.replacements.iter().enumerate() {
        let target = replacement.target_cell;
        let cell = NetworkOperatorCell::of_usage(target.key_usage);
        let (Some(cell), RemotePartyRole::NETWORK_OPERATOR, CellUsage::MANAGEMENT) =
            (cell, target.role, target.cell_usage)
        else {
            continue;
        };
        let certificate = smki::Certificate::decode(replacement.certificate)
            .map_err(|error| Reject::CommandCertificate { index, error })?;
        add.one(
            cell,
            Seen::Intended(Credential {
                entity: certificate.entity_id().unwrap_or(Eui64::ZERO),
                key: certificate.key_id().unwrap_or(types::KeyId::ZERO),
            }),
        );
    }
    Ok(())
}
