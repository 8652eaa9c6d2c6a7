//! MMC: `GBCSResponse`, the rendering of a device's answer or alert. Every element of it is optional.

use gbcs::StatusCode;
use types::{
    Credential, Eui64, Grade, KeyId, NetworkOperatorCell, Observation, Origin, STATUS_NOT_KNOWN, Seen,
    Source, Timestamp,
};

use super::{Adder, Refused, Said, cell, is_network_operator, key_hash, time};
use crate::fields;
use crate::observe::{failed, status_number};
use crate::record::{Document, Reject};
use crate::records::RecordOptions;
use crate::xml::Element;

/// The device, which is the originator of an answer or alert.
pub(super) fn device(root: Element<'_>) -> Result<Eui64, Reject> {
    let header = root.child("Header").ok_or(Reject::Lacks { element: "Header" })?;
    fields::eui64("BusinessOriginatorID", header.text_of("BusinessOriginatorID"))
}

/// What a rendering says.
pub(super) fn response<'x>(
    root: Element<'x>,
    origin: Origin,
    options: &RecordOptions<'_>,
    into: &mut Vec<Observation>,
) -> Result<(Option<Eui64>, Said<'x>), Refused> {
    let device = device(root).map_err(|reject| (None, reject))?;
    let refuse = |reject| (Some(device), reject);
    let at = timestamp(root, options).map_err(refuse)?;
    let body = root.child("Body").ok_or_else(|| refuse(Reject::Lacks { element: "Body" }))?;
    let mut add = Adder::new(device, at, (Source::Read, Grade::Xml), origin, into);
    if let Some(answer) = body.one(body.descendants().filter(|element| ANSWERS.contains(&element.name()))) {
        said(answer, &mut add).map_err(refuse)?;
    }
    Ok((Some(device), Said::Itself(Document::Rendering)))
}

/// The renderings that tell of trust anchor cells.
const ANSWERS: [&[u8]; 5] = [
    b"RetrieveDeviceSecurityCredentialsKRPRsp",
    b"UpdateSecurityCredentialsKRPRsp",
    b"RequestHandoverOfDCCControlledDeviceRsp",
    b"UpdateSecurityCredentialsCoSRsp",
    b"UpdateSecurityCredentialsExecutionOutcome",
];

/// What one of these says.
fn said(answer: Element<'_>, add: &mut Adder<'_>) -> Result<(), Reject> {
    match answer.name() {
        b"RetrieveDeviceSecurityCredentialsKRPRsp" => credentials(answer, add),
        b"UpdateSecurityCredentialsExecutionOutcome" => {
            add.template.source = Source::UpdateAlert;
            executed(answer, add)
        }
        name => {
            add.template.source = Source::UpdateResponse;
            match answer.child("ExecutionOutcome") {
                Some(outcome) => executed(outcome, add),
                // That of a change of supplier is not about the network operator.
                None if name == b"UpdateSecurityCredentialsCoSRsp" => Ok(()),
                None => {
                    add.both(Seen::NoOutcome);
                    Ok(())
                }
            }
        }
    }
}

/// The time of a rendering. One by a clock that is not reliable is none.
fn timestamp(root: Element<'_>, options: &RecordOptions<'_>) -> Result<Option<Timestamp>, Reject> {
    let element = root.child("Header").and_then(|header| header.child("Timestamp"));
    let unreliable =
        |element: &Element<'_>| element.attribute("ClockStatus").is_some_and(|status| status != "reliable");
    match element.filter(|element| !unreliable(element)) {
        Some(element) => time("Timestamp", element.text(), options),
        None => Ok(options.observed_at),
    }
}

/// A status; absent is success, because identifiers stand only beside that. A word that is not one of these services'
/// is known by the number that stands with it.
fn status(around: Element<'_>) -> Result<StatusCode, Reject> {
    let Some(status) = around.child("StatusCode") else { return Ok(StatusCode::SUCCESS) };
    let word = status.child("ASN1Status").unwrap_or(status).text();
    if word == b"notKnown" {
        return Ok(StatusCode(u32::from(STATUS_NOT_KNOWN)));
    }
    let number = || status.attribute("ResponseCode")?.parse().ok().map(StatusCode);
    fields::status(word).or_else(|reject| number().ok_or(reject))
}

/// A credential of two elements; `None` if one of them is absent.
fn credential(
    around: Element<'_>,
    entity: &'static str,
    key: &'static str,
) -> Result<Option<Credential>, Reject> {
    let (Some(of_entity), Some(of_key)) = (around.child(entity), around.child(key)) else { return Ok(None) };
    let key: KeyId = key_hash(key, of_key.text())?;
    Ok(Some(Credential { entity: fields::eui64(entity, of_entity.text())?, key }))
}

fn existing(around: Element<'_>) -> Result<Option<Credential>, Reject> {
    credential(around, "ExistingRemotePartyID", "ExistingCertificateHash")
}

/// SRV 6.24.1: one `RemotePartyDetails` for each cell, or for each role that the device could not answer for.
fn credentials(answer: Element<'_>, add: &mut Adder<'_>) -> Result<(), Reject> {
    let mut seen: [Option<Seen>; 2] = [None; 2];
    let mut answered = false;
    let mut note = |cell: NetworkOperatorCell, found: Seen| {
        let place = match cell {
            NetworkOperatorCell::DigitalSignature => &mut seen[0],
            NetworkOperatorCell::KeyAgreement => &mut seen[1],
        };
        // The same cell twice: it can't be told which of both it is, unless they say the same.
        let clashes = place.is_some_and(|before| before != found);
        *place = Some(if clashes { Seen::UsageUnclear } else { found });
    };
    for details in answer.children().filter(|child| child.name() == b"RemotePartyDetails") {
        let role = details.text_of("RemotePartyRole");
        if role.is_empty() || !is_network_operator(role) {
            if !role.is_empty() {
                fields::role(role)?;
            }
            continue;
        }
        answered = true;
        let status = status(details)?;
        let usage = details.text_of("CertificateUsage");
        let found = match status {
            StatusCode::SUCCESS => existing(details)?.map_or(Seen::Incomplete, Seen::Held),
            status => failed(status),
        };
        if usage.is_empty() {
            NetworkOperatorCell::ALL.into_iter().for_each(|cell| match found {
                // Held, but it is not said by which cell.
                Seen::Held(_) => note(cell, Seen::Incomplete),
                found => note(cell, found),
            });
        } else if let Some(cell) = cell(usage)? {
            note(cell, found);
        }
    }
    if !answered {
        add.both(Seen::RoleNotAnswered);
        return Ok(());
    }
    for (cell, seen) in NetworkOperatorCell::ALL.into_iter().zip(seen) {
        add.one(cell, seen.unwrap_or(Seen::CellAbsent));
    }
    Ok(())
}

/// SRV 6.15.1, 6.21, 6.23 and the alert of a future-dated one: the outcome of each replacement.
fn executed(outcome: Element<'_>, add: &mut Adder<'_>) -> Result<(), Reject> {
    let mode_is_operators =
        outcome.text_of("CredentialsReplacementMode") == b"NetworkOperatorByNetworkOperator";
    for replacement in outcome.children().filter(|child| child.name() == b"ReplacementOutcome") {
        let role = replacement.text_of("RemotePartyRole");
        let is_operators = if role.is_empty() { mode_is_operators } else { is_network_operator(role) };
        if !is_operators {
            continue;
        }
        let usage = replacement.text_of("CertificateType");
        let cells = match usage.is_empty() {
            // It can't be told which cell it was.
            true => {
                add.both(Seen::Incomplete);
                continue;
            }
            false => cell(usage)?,
        };
        let Some(cell) = cells else { continue };
        let existing = existing(replacement)?;
        let status = status(replacement)?;
        if status == StatusCode::SUCCESS {
            let new = credential(replacement, "NewRemotePartyID", "NewCertificateHash")?;
            if let Some(existing) = existing {
                add.one(cell, Seen::HeldBefore(existing));
            }
            add.one(cell, new.map_or(Seen::Incomplete, Seen::Held));
        } else {
            add.one(cell, Seen::UpdateFailed(status_number(status)));
            if let Some(existing) = existing {
                add.one(cell, Seen::Held(existing));
            }
        }
    }
    Ok(())
}
