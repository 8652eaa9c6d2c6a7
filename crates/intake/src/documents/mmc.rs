//! MMC: `GBCSResponse`, the rendering of a device's answer or alert. Every element of it is optional.

use gbcs::StatusCode;
use types::{
    Credential, Eui64, Grade, KeyId, NetworkOperatorCell, Observation, Origin, STATUS_NOT_KNOWN, Seen,
    Source, Timestamp,
};

use super::{Adder, Refused, Said, cell, is_network_operator, key_hash, time};
use crate::fields;
use crate::observe::{failed, status_number};
use crate::record::{Document, Reject, shown};
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
            executed(answer, None, add)
        }
        name => {
            add.template.source = Source::UpdateResponse;
            match answer.child("ExecutionOutcome") {
                Some(outcome) => executed(outcome, success(answer)?, add),
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

/// A status; `None` if there is none, which is not success. It stands as a word and as a number, of which one is enough; a
/// word that is not one of these services' is known by its number.
///
/// # Errors
///
/// Word and number contradict each other, or neither is known.
fn status(around: Element<'_>) -> Result<Option<StatusCode>, Reject> {
    let Some(status) = around.child("StatusCode") else { return Ok(None) };
    let number = match status.attribute("ResponseCode") {
        Some(text) => Some(StatusCode(text.trim().parse().map_err(|_| Reject::Word {
            field: "ResponseCode",
            found: shown(text.as_bytes()),
            expected: "the GBCS StatusCode numbers",
        })?)),
        None => None,
    };
    let word = match status.child("ASN1Status").unwrap_or(status).text() {
        [] => return Ok(number),
        b"notKnown" => Ok(StatusCode(u32::from(STATUS_NOT_KNOWN))),
        word => fields::status(word),
    };
    let contradiction = Reject::Contradiction { one: "ASN1Status", other: "ResponseCode" };
    match (word, number) {
        // A word without a number of its own stands for some failure.
        (Ok(StatusCode(word)), Some(number)) if word == u32::from(STATUS_NOT_KNOWN) => {
            if number == StatusCode::SUCCESS { Err(contradiction) } else { Ok(Some(StatusCode(word))) }
        }
        (Ok(word), Some(number)) if word != number => Err(contradiction),
        (Ok(word), _) => Ok(Some(word)),
        (Err(_), Some(number)) if number != StatusCode::SUCCESS => Ok(Some(number)),
        (Err(reject), _) => Err(reject),
    }
}

/// What an answer says of itself as a whole: whether it is one of success; `None` if it does not say.
fn success(answer: Element<'_>) -> Result<Option<bool>, Reject> {
    match answer.attribute("MessageSuccess").as_deref().map(str::trim) {
        None => Ok(None),
        Some("true" | "1") => Ok(Some(true)),
        Some("false" | "0") => Ok(Some(false)),
        Some(other) => Err(Reject::Word {
            field: "MessageSuccess",
            found: shown(other.as_bytes()),
            expected: "true, false",
        }),
    }
}

/// Neither a status nor the answer as a whole may say failure where the other says success.
fn agree(success: Option<bool>, status: Option<StatusCode>) -> Result<(), Reject> {
    if success == Some(false) && status == Some(StatusCode::SUCCESS) {
        return Err(Reject::Contradiction { one: "MessageSuccess", other: "StatusCode" });
    }
    Ok(())
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
///
/// What can't be told to be of another role or cell may be any of the operator's, so nothing is absent beside it.
fn credentials(answer: Element<'_>, add: &mut Adder<'_>) -> Result<(), Reject> {
    let success = success(answer)?;
    let mut hides = success == Some(false);
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
    for details in answer.children() {
        if details.name() != b"RemotePartyDetails" {
            hides = true;
            continue;
        }
        let role = details.text_of("RemotePartyRole");
        let usage = details.text_of("CertificateUsage");
        if role.is_empty() {
            hides |= usage.is_empty() || cell(usage)?.is_some();
            continue;
        }
        if !is_network_operator(role) {
            fields::role(role)?;
            continue;
        }
        answered = true;
        let status = status(details)?;
        agree(success, status)?;
        let found = match status {
            Some(StatusCode::SUCCESS) => existing(details)?.map_or(Seen::Incomplete, Seen::Held),
            None => Seen::Incomplete,
            Some(status) => {
                let named = ["ExistingRemotePartyID", "ExistingCertificateHash"];
                if named.into_iter().any(|name| !details.text_of(name).is_empty()) {
                    return Err(Reject::Contradiction { one: "StatusCode", other: "ExistingRemotePartyID" });
                }
                failed(status)
            }
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
    let unseen = match (hides, answered) {
        (true, _) => Seen::Incomplete,
        (false, true) => Seen::CellAbsent,
        (false, false) => Seen::RoleNotAnswered,
    };
    for (cell, seen) in NetworkOperatorCell::ALL.into_iter().zip(seen) {
        add.one(cell, seen.unwrap_or(unseen));
    }
    Ok(())
}

/// Whose certificates a replacement mode is for.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Mode {
    NetworkOperator,
    AnotherRole,
    NotTold,
}

impl Mode {
    fn of(text: &[u8]) -> Self {
        match text {
            b"NetworkOperatorByNetworkOperator" => Self::NetworkOperator,
            b"ACBByACB" | b"SupplierBySupplier" | b"LoadControllerBySupplier" | b"SupplierByTransCoS" => {
                Self::AnotherRole
            }
            _ => Self::NotTold,
        }
    }
}

/// SRV 6.15.1, 6.21, 6.23 and the alert of a future-dated one: the outcome of each replacement.
fn executed(outcome: Element<'_>, success: Option<bool>, add: &mut Adder<'_>) -> Result<(), Reject> {
    let mode = Mode::of(outcome.text_of("CredentialsReplacementMode"));
    for replacement in outcome.children() {
        if replacement.name() != b"ReplacementOutcome" {
            // Outcomes where nobody looks for them may be of either cell.
            if mode != Mode::AnotherRole && replacement.find("ReplacementOutcome").is_some() {
                add.both(Seen::Incomplete);
            }
            continue;
        }
        let role = replacement.text_of("RemotePartyRole");
        let is_operators = match (role, mode) {
            ([], Mode::AnotherRole) => false,
            ([], _) => true,
            (role, _) => fields::role(role)? == types::RemotePartyRole::NETWORK_OPERATOR,
        };
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
        if role.is_empty() && mode != Mode::NetworkOperator {
            add.one(cell, Seen::Incomplete);
            continue;
        }
        let existing = existing(replacement)?;
        let status = status(replacement)?;
        agree(success, status)?;
        let Some(status) = status else {
            add.one(cell, Seen::Incomplete);
            continue;
        };
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
