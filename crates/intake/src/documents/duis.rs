//! DUIS: `Request` and `Response`.

use types::{Credential, DccCode, Eui64, Grade, NetworkOperatorCell, Observation, Origin, Seen, Source};

use super::{Adder, Refused, Said, base64, cell, is_network_operator, key_hash, time};
use crate::fields;
use crate::record::{Document, Reject, shown};
use crate::records::RecordOptions;
use crate::xml::Element;

/// Service Requests of which the answer tells of trust anchor cells.
const CREDENTIAL_SERVICES: [&[u8]; 5] = [b"6.15.1", b"6.21", b"6.23", b"6.24.1", b"8.5"];

/// The elements around a GBCS message of the device.
const ANSWERS: [&str; 2] = ["FutureDatedDeviceAlertMessage", "DSPScheduledMessage"];

/// The elements around a GBCS message to the device, which may lack its authentication yet.
const COMMANDS: [&str; 3] = ["PreCommand", "LocalCommand", "CINMessage"];

/// What a response may be, of which it is one; and nothing of it stands within another.
const KINDS: [&str; 4] =
    ["ResponseMessage", "DeviceAlertMessage", "DCCAlertMessage", "SMETS1ResponseMessage"];

/// What the answers to other services than those of credentials hold.
const OTHER_CONTENTS: [&[u8]; 6] = [
    b"DSPOptIn",
    b"DSPSchedulesRead",
    b"DSPScheduleID",
    b"DSPUpdateFirmwareWarning",
    b"DSPUpdatePPMIDFirmwareWarning",
    b"DSPWANMatrix",
];

/// What a response may hold, of which it has one.
const CONTENTS: [&str; 11] = [
    "ResponseMessage",
    "DeviceAlertMessage",
    "DCCAlertMessage",
    "SMETS1ResponseMessage",
    "GBCSPayload",
    "FutureDatedDeviceAlertMessage",
    "DSPScheduledMessage",
    "PreCommand",
    "LocalCommand",
    "CINMessage",
    "DSPInventory",
];

/// The three parts of a request or response identifier: originator, target, counter.
fn identifier(field: &'static str, text: &[u8]) -> Result<Option<[Eui64; 2]>, Reject> {
    if text.is_empty() {
        return Ok(None);
    }
    let mut parts = text.split(|octet| *octet == b':');
    let (originator, target) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    Ok(Some([fields::eui64(field, originator)?, fields::eui64(field, target)?]))
}

/// The device that a document is about: the target of the request, which is the originator of the response.
///
/// # Errors
///
/// An identifier is none, or they are of different devices.
pub(super) fn device(root: Element<'_>) -> Result<Option<Eui64>, Reject> {
    let Some(header) = root.child("Header") else { return Ok(None) };
    let request = identifier("RequestID", header.text_of("RequestID"))?.map(|[_, target]| target);
    let response = identifier("ResponseID", header.text_of("ResponseID"))?.map(|[originator, _]| originator);
    if let (Some(request), Some(response)) = (request, response)
        && request != response
    {
        return Err(Reject::DevicesDiffer { request, response });
    }
    Ok(response.or(request))
}

/// The same, with the device that is to know of it if the document can't be used.
fn named(root: Element<'_>) -> Result<Option<Eui64>, Refused> {
    device(root).map_err(|reject| match reject {
        Reject::DevicesDiffer { response, .. } => (Some(response), reject),
        reject => (None, reject),
    })
}

/// What a `Response` says.
pub(super) fn response<'x>(
    root: Element<'x>,
    origin: Origin,
    options: &RecordOptions<'_>,
    into: &mut Vec<Observation>,
) -> Result<(Option<Eui64>, Said<'x>), Refused> {
    let device = named(root)?;
    let refuse = |reject| (device, reject);
    let lacks = |element| refuse(Reject::Lacks { element });
    let header = root.child("Header").ok_or_else(|| lacks("Header"))?;
    let body = root.child("Body").ok_or_else(|| lacks("Body"))?;
    let at = time("ResponseDateTime", header.text_of("ResponseDateTime"), options).map_err(refuse)?;
    let message = |text, or| Ok((device, Said::Message { at, text, or }));
    // Only one of these, and of what may stand within the first.
    body.child_of(&KINDS);
    if let Some(alert) = body.child("DeviceAlertMessage") {
        return message(payload(alert).ok_or_else(|| lacks("GBCSPayload"))?, None);
    }
    if let Some(alert) = body.child("DCCAlertMessage") {
        return dcc_alert(alert, at, origin, into).map(|(device, document)| (device, Said::Itself(document)));
    }
    if body.child("SMETS1ResponseMessage").is_some() {
        if let Some(device) = device {
            Adder::new(device, at, (Source::Dcc, Grade::Xml), origin, into).both(Seen::Smets1);
        }
        return Ok((device, Said::Itself(Document::Smets1)));
    }
    let answer = body.child("ResponseMessage").ok_or_else(|| lacks("ResponseMessage"))?;
    answer.child_of(&CONTENTS);
    if let Some(text) = payload(answer) {
        return message(text, None);
    }
    for name in ANSWERS {
        if let Some(around) = answer.child(name) {
            return message(payload(around).ok_or_else(|| lacks("GBCSPayload"))?, None);
        }
    }
    if let Some(command) = COMMANDS.into_iter().find_map(|name| answer.child(name)) {
        return message(payload(command).ok_or_else(|| lacks("GBCSPayload"))?, Some(Document::Request));
    }
    if answer.child("DSPInventory").is_some() {
        return Ok((device, Said::Itself(Document::Inventory)));
    }
    let code = code("ResponseCode", header.text_of("ResponseCode")).map_err(refuse)?;
    let service = answer.text_of("ServiceReferenceVariant");
    let is_about_cells = CREDENTIAL_SERVICES.contains(&service);
    if !code.is_failure() {
        // The success of a service that the device answers is its answer; an element that nobody knows may hold it.
        let is_known = |child: &Element<'_>| {
            child.name().starts_with(b"ServiceReference") || OTHER_CONTENTS.contains(&child.name())
        };
        if is_about_cells && code.is_success() || !answer.children().all(|child| is_known(&child)) {
            return Err(lacks("GBCSPayload"));
        }
        return Ok((device, Said::Itself(Document::Acknowledgement)));
    }
    // The failure of another service says nothing of the cells.
    if is_about_cells {
        let device = device.ok_or_else(|| lacks("RequestID"))?;
        Adder::new(device, at, (Source::Dcc, Grade::Xml), origin, into).both(Seen::RequestFailed(code));
    }
    Ok((device, Said::Itself(Document::Failure)))
}

fn payload(around: Element<'_>) -> Option<&[u8]> {
    around.child("GBCSPayload").map(Element::text)
}

fn code(field: &'static str, text: &[u8]) -> Result<DccCode, Reject> {
    if text.is_empty() {
        return Err(Reject::Blank { field });
    }
    DccCode::from_text(text).ok_or_else(|| Reject::Word {
        field,
        found: shown(text),
        expected: "the DUIS codes",
    })
}

/// What an alert of the DCC itself says.
fn dcc_alert(
    alert: Element<'_>,
    at: Option<types::Timestamp>,
    origin: Origin,
    into: &mut Vec<Observation>,
) -> Result<(Option<Eui64>, Document), Refused> {
    let content = alert.child("DCCAlert").ok_or((None, Reject::Lacks { element: "DCCAlert" }))?;
    let named = |about: Element<'_>| {
        fields::eui64("DeviceID", about.text_of("DeviceID")).map_err(|reject| (None, reject))
    };
    if let Some(failure) = content.child("CommandFailure") {
        let device = named(failure)?;
        let code =
            code("DCCAlertCode", alert.text_of("DCCAlertCode")).map_err(|reject| (Some(device), reject))?;
        Adder::new(device, at, (Source::Dcc, Grade::DccAlert), origin, into).both(Seen::RequestFailed(code));
        return Ok((Some(device), Document::Failure));
    }
    let Some(updated) = content.child("SecurityCredentialsUpdated") else {
        let device = content.find("DeviceID").and_then(|id| fields::eui64("DeviceID", id.text()).ok());
        return Ok((device, Document::Alert));
    };
    let device = named(updated)?;
    let refuse = |reject| (Some(device), reject);
    if !is_network_operator(updated.text_of("RemotePartyRole")) {
        fields::role(updated.text_of("RemotePartyRole")).map_err(refuse)?;
        return Ok((Some(device), Document::Alert));
    }
    let mut add = Adder::new(device, at, (Source::Dcc, Grade::DccAlert), origin, into);
    for certificate in updated.children().filter(|child| child.name() == b"Certificates") {
        let Some(cell) = cell(certificate.text_of("CertificateType")).map_err(refuse)? else { continue };
        let key = key_hash("CertificateHash", certificate.text_of("CertificateHash")).map_err(refuse)?;
        add.one(cell, Seen::KeyUpdated(key));
    }
    Ok((Some(device), Document::Alert))
}

/// What a `Request` intends.
pub(super) fn request<'x>(
    root: Element<'x>,
    origin: Origin,
    options: &RecordOptions<'_>,
    into: &mut Vec<Observation>,
) -> Result<(Option<Eui64>, Said<'x>), Refused> {
    let device = named(root)?;
    let refuse = |reject| (device, reject);
    let body = root.child("Body").ok_or_else(|| refuse(Reject::Lacks { element: "Body" }))?;
    if let Some(command) = body.child("SignedPreCommand") {
        let text = payload(command).ok_or_else(|| refuse(Reject::Lacks { element: "GBCSPayload" }))?;
        let said = Said::Message { at: options.observed_at, text, or: Some(Document::Request) };
        return Ok((device, said));
    }
    let nothing = Ok((device, Said::Itself(Document::Request)));
    let names = ["UpdateSecurityCredentialsKRP", "RequestHandoverOfDCCControlledDevice"];
    let Some(update) = names.into_iter().find_map(|name| body.child(name)) else { return nothing };
    if !is_network_operator(update.text_of("RemotePartyRole")) {
        fields::role(update.text_of("RemotePartyRole")).map_err(refuse)?;
        return nothing;
    }
    let device = device.ok_or((None, Reject::Lacks { element: "RequestID" }))?;
    let refuse = |reject| (Some(device), reject);
    let mut add = Adder::new(device, options.observed_at, (Source::Command, Grade::Xml), origin, into);
    let cells = [
        ("DigitalSigningCertificate", NetworkOperatorCell::DigitalSignature),
        ("KeyAgreementCertificate", NetworkOperatorCell::KeyAgreement),
    ];
    for (index, (element, cell)) in cells.into_iter().enumerate() {
        let replacements = update.child("ReplacementCertificates");
        let named = |within: Element<'x>| {
            within.one(within.descendants().filter(|it| it.name() == element.as_bytes()))
        };
        let Some(text) = replacements.and_then(named) else { continue };
        let octets = base64(text.text()).ok_or_else(|| refuse(Reject::NotHexOrBase64 { position: 0 }))?;
        let certificate = smki::Certificate::decode(&octets)
            .map_err(|error| refuse(Reject::CommandCertificate { index, error }))?;
        add.one(
            cell,
            Seen::Intended(Credential {
                entity: certificate.entity_id().unwrap_or(Eui64::ZERO),
                key: certificate.key_id().unwrap_or(types::KeyId::ZERO),
            }),
        );
    }
    Ok((Some(device), Said::Itself(Document::Request)))
}

/// The certificates of a document, as base64 text: those that a request is to place and those of their paths.
pub(crate) fn certificates(root: Element<'_>) -> impl Iterator<Item = Element<'_>> {
    let names: [&[u8]; 4] = [
        b"DigitalSigningCertificate",
        b"KeyAgreementCertificate",
        b"KeyAgreementTopUpCertificate",
        b"Certificate",
    ];
    root.descendants().filter(move |element| names.contains(&element.name()) && !element.text().is_empty())
}

/// A device of an inventory (SRV 8.2), element by element.
#[derive(Clone, Copy)]
pub(crate) struct Device<'x>(Element<'x>);

impl<'x> Device<'x> {
    /// The text of an element; nothing if there is none.
    pub(crate) fn text(self, name: &str) -> &'x [u8] {
        self.0.text_of(name)
    }
}

/// The devices that a document lists.
pub(crate) fn devices<'x>(root: Element<'x>) -> impl Iterator<Item = Device<'x>> {
    let inventory = root
        .child("Body")
        .and_then(|body| body.child("ResponseMessage"))
        .and_then(|answer| answer.child("DSPInventory"));
    inventory
        .into_iter()
        .flat_map(Element::descendants)
        .filter(|element| element.name() == b"Device")
        .map(Device)
}
