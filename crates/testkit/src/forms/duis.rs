//! DUIS XML: what the user gateway sends and is sent.
//!
//! [`Header`] makes responses and alerts, [`Request`] makes requests. Order and names of elements are those of the
//! schema, version 5.4.

use std::fmt;

use types::{Eui64, RemotePartyRole, Timestamp};

use super::mmc;
use super::xml::{Element, Namespace};
use crate::rows::EstateRow;

/// The version of the schema that documents follow.
pub const VERSION: &str = "5.4";

/// Response code of success.
pub const SUCCESS: &str = "I0";
/// Response code of an acknowledgement.
pub const ACKNOWLEDGED: &str = "I99";
/// A response code of a command that got no answer from the device.
pub const NO_ANSWER: &str = "E20";

/// How many devices an inventory may list.
pub const INVENTORY_DEVICES: usize = 17;

/// A service, as responses and requests name it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Service {
    /// `ServiceReference`.
    pub reference: &'static str,
    /// `ServiceReferenceVariant`.
    pub variant: &'static str,
}

const fn service(reference: &'static str, variant: &'static str) -> Service {
    Service { reference, variant }
}

impl Service {
    /// Update Security Credentials (KRP).
    pub const UPDATE_CREDENTIALS: Self = service("6.15", "6.15.1");
    /// Request Handover Of DCC Controlled Device.
    pub const HAND_OVER: Self = service("6.21", "6.21");
    /// Update Security Credentials (CoS).
    pub const CHANGE_SUPPLIER: Self = service("6.23", "6.23");
    /// Retrieve Device Security Credentials (KRP).
    pub const RETRIEVE_CREDENTIALS: Self = service("6.24", "6.24.1");
    /// Read Inventory.
    pub const READ_INVENTORY: Self = service("8.2", "8.2");
    /// Read Firmware Version.
    pub const READ_FIRMWARE: Self = service("11.2", "11.2");
}

/// A `RequestID`, or with the parties changed about a `ResponseID`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Id {
    /// Who sends.
    pub originator: Eui64,
    /// Who is to receive.
    pub target: Eui64,
    /// The originator's counter.
    pub counter: u64,
}

impl Id {
    /// What the target answers with.
    #[must_use]
    pub const fn answered(self) -> Self {
        Self { originator: self.target, target: self.originator, counter: self.counter }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.originator, self.target, self.counter)
    }
}

fn new(name: &'static str) -> Element {
    Element::new(Namespace::Duis, name)
}

fn text(name: &'static str, text: impl ToString) -> Element {
    Element::text(Namespace::Duis, name, text.to_string())
}

fn optional(name: &'static str, value: Option<impl ToString>) -> Option<Element> {
    value.map(|value| text(name, value))
}

fn octets(name: &'static str, octets: &[u8]) -> Element {
    Element::base64(Namespace::Duis, name, octets)
}

/// The word of DUIS and MMC for a role, if they have one.
#[must_use]
pub const fn role_name(role: RemotePartyRole) -> Option<&'static str> {
    Some(match role {
        RemotePartyRole::ROOT => "Root",
        RemotePartyRole::RECOVERY => "Recovery",
        RemotePartyRole::SUPPLIER => "Supplier",
        RemotePartyRole::NETWORK_OPERATOR => "NetworkOperator",
        RemotePartyRole::ACCESS_CONTROL_BROKER => "ACB",
        RemotePartyRole::TRANSITIONAL_COS => "TransCoS",
        RemotePartyRole::LOAD_CONTROLLER => "LoadController",
        _ => return None,
    })
}

/// Whether a document carries a signature.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Signature {
    /// One of the right shape. Its digest and value are placeholders, as in published examples.
    #[default]
    Placeholder,
    /// None.
    Omitted,
}

impl Signature {
    fn element(self) -> Option<Element> {
        (self == Self::Placeholder).then(signature)
    }
}

fn signature() -> Element {
    let new = |name| Element::new(Namespace::Signature, name);
    let value = |name| Element::base64(Namespace::Signature, name, *b"placeholder");
    let method = |name, algorithm: &str| new(name).attribute("Algorithm", algorithm);
    let reference = new("Reference").attribute("URI", "").with([
        new("Transforms")
            .with([method("Transform", "http://www.w3.org/2000/09/xmldsig#enveloped-signature")]),
        method("DigestMethod", "http://www.w3.org/2001/04/xmlenc#sha256"),
        value("DigestValue"),
    ]);
    let signed = new("SignedInfo").with([
        method("CanonicalizationMethod", "http://www.w3.org/2001/10/xml-exc-c14n#"),
        method("SignatureMethod", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"),
        reference,
    ]);
    let issuer = new("X509IssuerSerial").with([
        Element::text(Namespace::Signature, "X509IssuerName", "CN=TESTKIT-OCA, OU=07"),
        Element::text(Namespace::Signature, "X509SerialNumber", "1234567890"),
    ]);
    let key = new("KeyInfo").with([new("X509Data").with([issuer])]);
    new("Signature").with([signed, value("SignatureValue"), key])
}

/// The header of a response or alert, from which the whole of it is made.
#[derive(Clone, Copy, Debug)]
pub struct Header {
    /// `schemaVersion`.
    pub version: &'static str,
    /// `RequestID`.
    pub request: Option<Id>,
    /// `ResponseID`.
    pub response: Option<Id>,
    /// `ResponseCode`.
    pub code: &'static str,
    /// `ResponseDateTime`. The schema wants it; without, the document breaks the schema and nothing else.
    pub at: Option<Timestamp>,
    /// Whether the document is signed.
    pub signature: Signature,
}

impl Header {
    /// What a device answered to a request.
    #[must_use]
    pub const fn answer(request: Id, at: Option<Timestamp>) -> Self {
        Self {
            version: VERSION,
            request: Some(request),
            response: Some(request.answered()),
            code: SUCCESS,
            at,
            signature: Signature::Placeholder,
        }
    }

    /// What the DCC says by itself to a request: no device answered.
    #[must_use]
    pub const fn from_dcc(request: Id, code: &'static str, at: Option<Timestamp>) -> Self {
        Self { response: None, code, ..Self::answer(request, at) }
    }

    /// What comes unasked, from a device or, without a response identifier, from the DCC.
    #[must_use]
    pub const fn unasked(response: Option<Id>, at: Option<Timestamp>) -> Self {
        Self {
            version: VERSION,
            request: None,
            response,
            code: SUCCESS,
            at,
            signature: Signature::Placeholder,
        }
    }

    fn document(&self, body: Element) -> Element {
        let header = new("Header")
            .with(optional("RequestID", self.request))
            .with(optional("ResponseID", self.response))
            .with([text("ResponseCode", self.code)])
            .with(optional("ResponseDateTime", self.at));
        new("Response")
            .attribute("schemaVersion", self.version)
            .with([header, new("Body").with([body])])
            .with(self.signature.element())
    }

    fn message(&self, service: Service, content: Option<Element>) -> Element {
        let message = new("ResponseMessage").with([
            text("ServiceReference", service.reference),
            text("ServiceReferenceVariant", service.variant),
        ]);
        self.document(message.with(content))
    }

    /// A response with a GBCS message.
    #[must_use]
    pub fn payload(&self, service: Service, gbcs: &[u8]) -> Element {
        self.message(service, Some(octets("GBCSPayload", gbcs)))
    }

    /// A response without a payload: an acknowledgement or, by its code, an error.
    #[must_use]
    pub fn no_payload(&self, service: Service) -> Element {
        self.message(service, None)
    }

    /// The alert after a future-dated command, 8F66 or 8F67.
    #[must_use]
    pub fn future_dated_alert(&self, service: Service, alert_code: u16, gbcs: &[u8]) -> Element {
        let alert = new("FutureDatedDeviceAlertMessage").with([
            text("FutureDatedAlertCode", format!("{alert_code:04X}")),
            octets("GBCSPayload", gbcs),
            text("InstructionNumber", 1),
            text("TotalCommandInstructions", 1),
        ]);
        self.message(service, Some(alert))
    }

    /// The command of a critical request, given back to be signed: intent, not state.
    #[must_use]
    pub fn pre_command(&self, service: Service, gbcs: &[u8]) -> Element {
        let held = [text("GBCSVersion", "4.3"), octets("GBCSPayload", gbcs)];
        self.message(service, Some(new("PreCommand").with(held)))
    }

    /// An answer to a request that the DCC sent on a schedule.
    #[must_use]
    pub fn scheduled(&self, service: Service, gbcs: &[u8]) -> Element {
        let held = [octets("GBCSPayload", gbcs), text("DSPScheduleID", 7)];
        self.message(service, Some(new("DSPScheduledMessage").with(held)))
    }

    /// An alert of a device with its message.
    #[must_use]
    pub fn device_alert(&self, alert_code: u16, gbcs: &[u8]) -> Element {
        let held = [text("AlertCode", format!("{alert_code:04X}")), octets("GBCSPayload", gbcs)];
        self.document(new("DeviceAlertMessage").with(held))
    }

    /// An inventory; the schema allows [`INVENTORY_DEVICES`] of them.
    #[must_use]
    pub fn inventory(&self, devices: impl IntoIterator<Item = Element>) -> Element {
        self.message(Service::READ_INVENTORY, Some(new("DSPInventory").with(devices)))
    }

    /// An alert of the DCC.
    fn dcc_alert(&self, alert_code: &str, alert: Element) -> Element {
        let held = [text("DCCAlertCode", alert_code), new("DCCAlert").with([alert])];
        self.document(new("DCCAlertMessage").with(held))
    }

    /// The DCC's alert that cells of a role were updated, with type and hash of each certificate.
    #[must_use]
    pub fn credentials_updated(
        &self,
        device: Eui64,
        role: &str,
        certificates: &[(&'static str, &[u8])],
    ) -> Element {
        let certificates = certificates.iter().map(|(kind, hash)| {
            new("Certificates").with([text("CertificateType", kind), octets("CertificateHash", hash)])
        });
        let updated = new("SecurityCredentialsUpdated")
            .with([text("DeviceID", device), text("RemotePartyRole", role)])
            .with(certificates);
        self.dcc_alert("N42", updated)
    }

    /// The DCC's alert that a command failed.
    #[must_use]
    pub fn command_failure(&self, failed: Id) -> Element {
        let failure =
            new("CommandFailure").with([text("CommandRequestID", failed), text("DeviceID", failed.target)]);
        self.dcc_alert("N13", failure)
    }

    /// The answer of a SMETS1 device, which holds no message.
    #[must_use]
    pub fn smets1(&self, service: Service, header: &mmc::Header) -> Element {
        let body = Element::new(Namespace::Mmc, "SMETSData");
        let firmware = Element::new(Namespace::Mmc, "ReadFirmwareVersionRsp");
        let body = new("Body").with([new("ResponseMessage").with([body.with([firmware])])]);
        let header = mmc::header_content(new("Header"), header);
        let response = new("SMETS1Response").with([header, body]);
        let signed = new("SMETS1SignedResponse")
            .attribute("schemaVersion", self.version)
            .with([response, signature()]);
        let message = new("SMETS1ResponseMessage").with([
            text("ServiceReference", service.reference),
            text("ServiceReferenceVariant", service.variant),
            signed,
        ]);
        self.document(message)
    }
}

/// A device of an inventory. The schema has no place for the network operator and the supplier of a row, and fewer
/// characters for a firmware version, which is cut.
#[must_use]
pub fn inventory_device(row: &EstateRow<'_>) -> Element {
    let mpan = |mpan: Option<u64>| mpan.map(|mpan| format!("{mpan:013}"));
    let said = |text: &'static str, value: &str| optional(text, Some(value).filter(|it| !it.is_empty()));
    let smets = if row.smets == "SMETS1" { "SMETS1" } else { "SMETS2 V5.1" };
    let firmware: String = row.firmware.chars().take(8).collect();
    new("Device")
        .with([text("DeviceID", row.device), text("DeviceType", row.device_type)])
        .with(said("DeviceStatus", row.status))
        .with([text("DeviceManufacturer", row.manufacturer), text("DeviceModel", row.model)])
        .with([text("SMETSCHTSVersion", smets)])
        .with(said("DeviceFirmwareVersion", &firmware))
        .with([text("DeviceFirmwareVersionStatus", "Active"), text("CPLStatus", "Active")])
        .with(optional("ImportMPxN", mpan(row.mpan)))
        .with(optional("SecondaryImportMPAN", mpan(row.secondary_mpan)))
        .with(optional("ExportMPAN", mpan(row.export_mpan)))
        .with((row.device_type == "ESME").then(|| text("ESMEVariant", "A")))
        .with([text("CSPRegion", csp_region(row.region)), text("DeviceGBCSVersion", "4.3")])
        .with((row.smets == "SMETS1").then(|| text("S1SP", "S1SP-A")))
}

/// The communications region that a region of the estate lies in.
#[must_use]
pub fn csp_region(region: &str) -> &'static str {
    match region {
        "" => "Unknown",
        "North East" | "Yorkshire" | "North Scotland" | "South Scotland" => "North",
        "London" | "South East" | "Southern" | "Eastern" | "South West" => "South",
        _ => "Central",
    }
}

/// The certificates that a request wants in the cells of a role.
#[derive(Clone, Debug, Default)]
pub struct Replacement<'a> {
    /// `ExecutionDateTime`.
    pub execution: Option<Timestamp>,
    /// `RemotePartyRole`.
    pub role: &'a str,
    /// `RemotePartyFloorSeqNumber`.
    pub floor: Option<u64>,
    /// `DigitalSigningCertificate` in DER. A handover must have it.
    pub signature: Option<&'a [u8]>,
    /// `KeyAgreementCertificate` in DER.
    pub agreement: Option<&'a [u8]>,
    /// `KeyAgreementTopUpCertificate` in DER.
    pub top_up: Option<&'a [u8]>,
    /// `CertificationPathCertificates` in DER, one to three.
    pub path: Vec<&'a [u8]>,
}

impl Replacement<'_> {
    fn certificates(&self, holder: Element) -> Element {
        let certificate = |name, der: Option<&[u8]>| der.map(|der| octets(name, der));
        holder
            .with(certificate("DigitalSigningCertificate", self.signature))
            .with(certificate("KeyAgreementCertificate", self.agreement))
            .with(certificate("KeyAgreementTopUpCertificate", self.top_up))
    }

    fn write(&self, name: &'static str, certificates: Element) -> Element {
        let path = self.path.iter().map(|der| octets("Certificate", der));
        new(name)
            .with(optional("ExecutionDateTime", self.execution))
            .with([text("RemotePartyRole", self.role)])
            .with(optional("RemotePartyFloorSeqNumber", self.floor))
            .with([
                certificates,
                new("CertificationPathCertificates").with(path),
                text("ApplyTimeBasedCPVChecks", true),
            ])
    }
}

/// The header of a request, from which the whole of it is made.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    /// `schemaVersion`.
    pub version: &'static str,
    /// `RequestID`.
    pub id: Id,
    /// `CommandVariant`: 1 sends a command, 4 asks for the pre-command of a critical one.
    pub variant: u8,
    /// Whether the document is signed.
    pub signature: Signature,
}

impl Request {
    /// A request by the service user to the device.
    #[must_use]
    pub const fn new(id: Id, variant: u8) -> Self {
        Self { version: VERSION, id, variant, signature: Signature::Placeholder }
    }

    fn document(&self, service: Service, body: Element) -> Element {
        let header = new("Header").with([
            text("RequestID", self.id),
            text("CommandVariant", self.variant),
            text("ServiceReference", service.reference),
            text("ServiceReferenceVariant", service.variant),
        ]);
        new("Request")
            .attribute("schemaVersion", self.version)
            .with([header, new("Body").with([body])])
            .with(self.signature.element())
    }

    /// 6.24.1: asks what the cells of one to seven roles hold.
    #[must_use]
    pub fn retrieve_credentials(&self, roles: &[&str]) -> Element {
        let roles = roles.iter().map(|role| text("RemotePartyRole", role));
        let body = new("RetrieveDeviceSecurityCredentialsKRP").with(roles);
        self.document(Service::RETRIEVE_CREDENTIALS, body)
    }

    /// 6.15.1: replaces what the holder's cells hold.
    #[must_use]
    pub fn update_credentials(&self, replacement: &Replacement<'_>) -> Element {
        let held = replacement.certificates(new("SupplierOrNetworkOperatorCertificates"));
        let held = new("ReplacementCertificates").with([held]);
        let body = replacement.write("UpdateSecurityCredentialsKRP", held);
        self.document(Service::UPDATE_CREDENTIALS, body)
    }

    /// 6.21: hands cells over that the Access Control Broker holds.
    #[must_use]
    pub fn hand_over(&self, replacement: &Replacement<'_>) -> Element {
        let held = replacement.certificates(new("ReplacementCertificates"));
        let body = replacement.write("RequestHandoverOfDCCControlledDevice", held);
        self.document(Service::HAND_OVER, body)
    }

    /// A critical command that was signed, on its way to the device.
    #[must_use]
    pub fn signed_pre_command(&self, service: Service, gbcs: &[u8]) -> Element {
        let command = new("SignedPreCommand").with([octets("GBCSPayload", gbcs)]);
        self.document(service, command)
    }
}
