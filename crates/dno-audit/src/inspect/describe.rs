//! The documented JSON of messages, certificates and documents.

use gbcs::{Message, Payload};
use intake::{Document, Record, SchemaVersion};
use report::hex;
use serde_json::{Value, json};
use smki::{ListUse, RepositoryEntry, RevocationList};
use types::{CellId, CellUsage, Eui64, KeyUsage, Observation};

use super::Signatures;
use crate::load::LoadedCertificates;

/// A document of XML: what it is, the device, and what it says of the cells.
pub(super) fn document_json(
    document: Document,
    schema: SchemaVersion,
    record: &Record<'_>,
    seen: &[Observation],
) -> Value {
    let says = |seen: &Observation| {
        json!({
            "cell": seen.cell.name(), "at": seen.at.map(|at| at.to_string()), "says": report::statement(seen.seen),
        })
    };
    json!({
        "document": document.name(), "device": record.device.map(|device| device.to_string()),
        "schema_version": schema.to_string(), "says": seen.iter().map(says).collect::<Vec<_>>(),
    })
}

fn enumeration(value: u32, name: Option<&str>) -> Value {
    json!({"value": value, "name": name})
}

fn id(eui64: Eui64) -> String {
    eui64.compact()
}

fn usage(key_usage: KeyUsage) -> Value {
    json!(key_usage.names())
}

fn cell_usage(usage: CellUsage) -> Value {
    enumeration(usage.0, usage.name())
}

fn cell_id(cell: &CellId) -> Value {
    json!({
        "role": enumeration(cell.role.0, cell.role.name()),
        "key_usage": usage(cell.key_usage),
        "cell_usage": cell_usage(cell.cell_usage),
    })
}

/// The documented JSON of a message.
pub(crate) fn message_json(message: &Message<'_>, signatures: Option<&Signatures>) -> Value {
    json!({
        "device_id": id(message.device()),
        "message_code": format!("{:04X}", message.message_code.0),
        "family": message.family.name(),
        "carries_cell_state": !matches!(message.payload, Payload::NotCellState(_) | Payload::DeviceCertificate(_)),
        "cra": message.cra.name(),
        "originator": id(message.originator),
        "recipient": id(message.recipient),
        "originator_counter": message.originator_counter,
        "date_time": message.date_time.map(|at| hex(&at.octets())),
        "date_time_utc": message.date_time.and_then(|at| at.timestamp()).map(|at| at.to_string()),
        "supplementary": hex(message.supplementary),
        "payload": payload_json(&message.payload),
        "non_minimal_lengths": message.non_minimal_lengths.iter().map(|note| json!({
            "offset": note.offset, "path": note.path.to_string(), "length": note.length, "octets": note.octets,
        })).collect::<Vec<_>>(),
        "notes": message.notes.iter().map(|note| json!({
            "offset": note.offset, "path": note.path.to_string(), "note": note.kind.to_string(),
        })).collect::<Vec<_>>(),
        "mac": message.mac.map(hex),
        "signature": message.signature.map(hex),
        "signature_check": signatures.map(|signatures| signature_check(message, signatures)),
    })
}

/// Whether the signature holds under a certificate of the originator: a device's, or an organisation's.
fn signature_check(message: &Message<'_>, Signatures(certificates): &Signatures) -> &'static str {
    if message.signature.is_none() {
        return "not-signed";
    }
    let store = &certificates.store;
    let mut keys = store.device_keys(message.originator);
    keys.extend(store.by_entity(message.originator).iter().filter_map(|id| store.get(*id)?.public_key()));
    if keys.is_empty() {
        return "no-certificate-of-the-originator";
    }
    match keys.iter().any(|key| message.verify_signature(key).is_ok()) {
        true => "valid",
        false => "invalid",
    }
}

fn payload_json(payload: &Payload<'_>) -> Value {
    match payload {
        Payload::CredentialDetailsCommand(command) => json!({
            "authorising_cell": cell_id(&command.authorising_cell),
            "remote_party_roles_credentials_required":
                command.roles.iter().map(|role| enumeration(role.0, role.name())).collect::<Vec<_>>(),
        }),
        Payload::CredentialDetailsResponse(response) => {
            let details = response.remote_party_details.iter().map(|details| {
                let cells = details.cells.iter().map(|cell| {
                    json!({
                        "key_usage": usage(cell.key_usage),
                        "cell_usage": cell_usage(cell.cell_usage),
                        "subject_unique_id": id(cell.subject_unique_id),
                        "subject_key_identifier": cell.subject_key_identifier.to_string(),
                    })
                });
                json!({
                    "role": enumeration(details.role.0, details.role.name()),
                    "status": enumeration(details.status.0, details.status.name()),
                    "current_seq_number": details.current_seq_number,
                    "cells": cells.collect::<Vec<_>>(),
                })
            });
            json!({"remote_party_details": details.collect::<Vec<_>>()})
        }
        Payload::UpdateCommand(command) => {
            let control = &command.control;
            let replacements = command.replacements.iter().map(|replacement| {
                json!({
                    "target_cell": cell_id(&replacement.target_cell),
                    "certificate": carried(replacement.certificate),
                })
            });
            json!({
                "mode": enumeration(control.mode.0, control.mode.name()),
                "authorising_cell": control.authorising_cell.as_ref().map(cell_id),
                "authorising_seq_number": control.authorising_seq_number,
                "new_floor_seq_number": control.new_floor_seq_number,
                "plaintext_symmetric_key": control.plaintext_symmetric_key.is_some(),
                "replacements": replacements.collect::<Vec<_>>(),
                "certification_path_certificates":
                    command.path_certificates.iter().map(|der| carried(der)).collect::<Vec<_>>(),
                "execution_date_time": command.execution_date_time.map(|at| at.0.to_string()),
            })
        }
        Payload::UpdateResponse(response) => json!({"outcome": response.outcome.as_ref().map(outcome_json)}),
        Payload::UpdateAlert(alert) => json!({
            "alert_code": format!("{:04X}", alert.alert_code),
            "execution_date_time": alert.execution_date_time.0.to_string(),
            "outcome": outcome_json(&alert.outcome),
        }),
        Payload::DeviceCertificate(carries) => json!({
            "certificates": carries.certificates().into_iter().map(carried).collect::<Vec<_>>(),
            "response_code": match carries {
                gbcs::DeviceCertificate::ResponseCode(code) => Some(*code),
                _ => None,
            },
            "key_usage": match carries {
                gbcs::DeviceCertificate::KeyUsage(key_usage) => Some(usage(*key_usage)),
                _ => None,
            },
        }),
        Payload::NotCellState(octets) => json!({"octets": hex(octets)}),
        _ => Value::Null,
    }
}

fn outcome_json(outcome: &gbcs::ExecutionOutcome) -> Value {
    let changes = outcome.seq_number_changes.iter().map(|change| {
        json!({"role": enumeration(change.role.0, change.role.name()), "floor_seq_number": change.floor_seq_number})
    });
    let replacements = outcome.replacement_outcomes.iter().map(|outcome| {
        json!({
            "affected_cell": cell_id(&outcome.affected_cell),
            "status": enumeration(outcome.status.0, outcome.status.name()),
            "existing_subject_unique_id": id(outcome.existing_subject_unique_id),
            "existing_subject_key_identifier": outcome.existing_subject_key_identifier.to_string(),
            "replacing_subject_unique_id": id(outcome.replacing_subject_unique_id),
            "replacing_subject_key_identifier": outcome.replacing_subject_key_identifier.to_string(),
        })
    });
    json!({
        "authorising_seq_number": outcome.authorising_seq_number,
        "mode": enumeration(outcome.mode.0, outcome.mode.name()),
        "seq_number_changes": changes.collect::<Vec<_>>(),
        "replacement_outcomes": replacements.collect::<Vec<_>>(),
    })
}

/// A certificate that a message carries: decoded, or its octets with what is wrong.
fn carried(der: &[u8]) -> Value {
    match smki::Certificate::decode(der) {
        Ok(certificate) => certificate_json(&certificate, None),
        Err(error) => json!({"error": error.to_string(), "octets": hex(der)}),
    }
}

/// The documented JSON of a certificate.
pub(crate) fn certificate_json(certificate: &smki::Certificate, signatures: Option<&Signatures>) -> Value {
    let profile = smki::Profile::default();
    let findings = certificate.inspect_profile(&profile);
    json!({
        "kind": certificate.kind().name(),
        "serial_hex": certificate.serial_hex(),
        "issuer": certificate.issuer().to_string(),
        "subject": certificate.subject().to_string(),
        "entity_id": certificate.entity_id().map(id),
        "role": certificate.role().map(|role| enumeration(role.0, role.name())),
        "key_usage": usage(certificate.key_usage()),
        "subject_key_identifier": certificate.subject_key_identifier().map(hex),
        "computed_key_identifier": certificate.computed_key_id().to_string(),
        "authority_key_identifier": certificate.authority_key_identifier().map(hex),
        "not_before": certificate.not_before().to_string(),
        "not_after": certificate.not_after().to_string(),
        "no_well_defined_expiry": certificate.has_no_well_defined_expiry(),
        "policies": certificate.policies(),
        "sha256": certificate.sha256().to_string(),
        "profile": findings.iter().map(|finding| json!({
            "id": finding.id(), "detail": finding.to_string(),
        })).collect::<Vec<_>>(),
        "path": signatures.map(|Signatures(certificates)| {
            let found = certificates.store.by_sha256(certificate.sha256());
            match found.map(|id| certificates.paths.result(id)) {
                Some(Ok(path)) if path.issuers().is_empty() => "trust anchor".to_owned(),
                Some(Ok(_)) => "holds".to_owned(),
                Some(Err(error)) => error.to_string(),
                None => "not among the certificates given".to_owned(),
            }
        }),
    })
}

/// The documented JSON of a revocation list.
pub(super) fn revocation_list_json(list: &RevocationList, signatures: Option<&Signatures>) -> Value {
    let entries = list.entries().iter().map(|entry| {
        json!({
            "serial_hex": entry.serial_hex(),
            "revoked_at": entry.at.to_string(),
            "reason": entry.reason.map(|reason| enumeration(u32::from(reason.0), reason.name())),
            "invalid_since": entry.invalid_since.map(|since| since.to_string()),
        })
    });
    json!({
        "issuer": list.issuer().to_string(),
        "authority_key_identifier": list.authority_key_identifier().map(hex),
        "this_update": list.this_update().to_string(),
        "next_update": list.next_update().map(|at| at.to_string()),
        "number_hex": list.number_hex(),
        "unprocessed_extension": list.unprocessed_extension(),
        "sha256": list.sha256().to_string(),
        "entries": entries.collect::<Vec<_>>(),
        "signature_check": signatures.map(|Signatures(certificates)| list_signature(list, certificates)),
    })
}

/// What the repository says of a certificate, and in what that differs from it.
pub(super) fn repository_json(entry: &RepositoryEntry, certificate: Option<&smki::Certificate>) -> Value {
    let mismatches = certificate.map(|certificate| entry.mismatches(certificate)).unwrap_or_default();
    json!({
        "serial_hex": entry.serial.as_deref().map(hex),
        "subject": entry.subject.map(id),
        "status": entry.status.map(smki::RepositoryStatus::name),
        "role": entry.role.map(|role| enumeration(role.0, role.name())),
        "key_usage": entry.usage.map(usage),
        "manufacturing": entry.manufacturing,
        "mismatches": mismatches.into_iter().map(smki::EntryMismatch::id).collect::<Vec<_>>(),
    })
}

/// Whether an authority whose path holds signed a list; its dates play no part.
fn list_signature(list: &RevocationList, certificates: &LoadedCertificates) -> String {
    let LoadedCertificates { store, revocations, .. } = certificates;
    let found = store.revocation_lists().find(|(_, other)| other.sha256() == list.sha256());
    match found.and_then(|(id, _)| revocations.list(id)) {
        None => "not among the certificates given".to_owned(),
        Some(ListUse::Unusable(fault)) if fault.is_of_issuer() => fault.to_string(),
        Some(_) => "valid".to_owned(),
    }
}
