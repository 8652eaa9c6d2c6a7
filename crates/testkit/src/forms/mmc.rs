//! MMC XML: what an adapter makes of the GBCS messages in DUIS documents.
//!
//! [`Header`] makes responses and alerts. Almost everything in the schema, version 5.4, may be absent, and so everything
//! here that is an [`Option`] may be `None`.

use types::{CellId, CellUsage, Credential, Eui64, KeyUsage, RemotePartyRole, Timestamp};

use super::duis::{Service, role_name};
use super::xml::{Element, Namespace};
use crate::message::status as codes;

fn new(name: &'static str) -> Element {
    Element::new(Namespace::Mmc, name)
}

fn text(name: &'static str, text: impl ToString) -> Element {
    Element::text(Namespace::Mmc, name, text.to_string())
}

fn optional(name: &'static str, value: Option<impl ToString>) -> Option<Element> {
    value.map(|value| text(name, value))
}

fn hash(name: &'static str, octets: Option<&[u8]>) -> Option<Element> {
    octets.map(|octets| Element::base64(Namespace::Mmc, name, octets))
}

fn status(status: Option<Status>) -> Option<Element> {
    let element = |Status { code, word }: Status| {
        new("StatusCode").attribute("ResponseCode", code.to_string()).with([text("ASN1Status", word)])
    };
    status.map(element)
}

/// `StatusCode`: the number that the device gave and the adapter's word for it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Status {
    /// The attribute `ResponseCode`, in decimal.
    pub code: u8,
    /// `ASN1Status`.
    pub word: &'static str,
}

impl Status {
    /// success.
    pub const SUCCESS: Self = Self::of(codes::SUCCESS);

    /// A GBCS status with its word, which is `notKnown` for a number that GBCS does not have.
    #[must_use]
    pub const fn of(code: u8) -> Self {
        match codes::name(code) {
            Some(word) => Self { code, word },
            None => Self { code, word: "notKnown" },
        }
    }
}

/// The header of a response or alert, from which the whole of it is made.
#[derive(Clone, Copy, Debug)]
pub struct Header {
    /// `schemaVersion`.
    pub version: &'static str,
    /// `BusinessOriginatorID`: the device.
    pub originator: Eui64,
    /// `BusinessTargetID`: the service user, or the DCC where that is unknown to the device.
    pub target: Eui64,
    /// `OriginatorCounter`.
    pub counter: u64,
    /// `SupplementaryRemotePartyID` and its counter: the user whose request the DCC sent in its own name.
    pub supplementary: Option<(Eui64, u64)>,
    /// `GBCSHexadecimalMessageCode`.
    pub message_code: Option<u16>,
    /// `ServiceReference` and its variant.
    pub service: Option<Service>,
    /// `Timestamp`.
    pub at: Option<Timestamp>,
}

impl Header {
    /// A header with everything but a supplementary party.
    #[must_use]
    pub const fn new(device: Eui64, target: Eui64, counter: u64, code: u16, service: Service) -> Self {
        Self {
            version: super::duis::VERSION,
            originator: device,
            target,
            counter,
            supplementary: None,
            message_code: Some(code),
            service: Some(service),
            at: None,
        }
    }

    /// The same with a time.
    #[must_use]
    pub const fn at(mut self, at: Option<Timestamp>) -> Self {
        self.at = at;
        self
    }

    fn document(&self, body: Element) -> Element {
        let header = header_content(new("Header"), self);
        new("GBCSResponse").attribute("schemaVersion", self.version).with([header, new("Body").with([body])])
    }

    fn message(&self, content: Element) -> Element {
        let content = content.attribute("MessageSuccess", "true");
        self.document(new("ResponseMessage").with([new("SMETSData").with([content])]))
    }

    /// 6.24.1: what the cells hold.
    #[must_use]
    pub fn credentials(&self, details: &[Details]) -> Element {
        let details = details.iter().map(Details::element);
        self.message(new("RetrieveDeviceSecurityCredentialsKRPRsp").with(details))
    }

    /// The answer to an update: 6.15.1, 6.21 or 6.23 by the service of the header. Without an execution, the command was
    /// future-dated.
    #[must_use]
    pub fn update(&self, execution: Option<&Execution>) -> Element {
        let name = match self.service {
            Some(Service::HAND_OVER) => "RequestHandoverOfDCCControlledDeviceRsp",
            Some(Service::CHANGE_SUPPLIER) => "UpdateSecurityCredentialsCoSRsp",
            _ => "UpdateSecurityCredentialsKRPRsp",
        };
        self.message(new(name).with(execution.map(|it| it.element("ExecutionOutcome"))))
    }

    /// The alert after a future-dated update, 8F66 or 8F67, at the time of execution.
    #[must_use]
    pub fn update_alert(&self, alert_code: Option<u16>, at: Timestamp, execution: &Execution) -> Element {
        let outcome = execution.element("UpdateSecurityCredentialsExecutionOutcome");
        let alert = new("UpdateSecurityCredentialsDeviceAlert").with([outcome]);
        let alert = new("FutureDatedCommandOutcomeDeviceAlert").with([alert]);
        self.alert(alert_code, "Future Dated Command Outcome", at, Some(alert))
    }

    /// Any alert.
    #[must_use]
    pub fn alert(
        &self,
        alert_code: Option<u16>,
        description: &str,
        at: Timestamp,
        payload: Option<Element>,
    ) -> Element {
        let content = new("DeviceAlertContent")
            .with(optional("GBCSHexAlertCode", alert_code.map(|code| format!("{code:04X}"))))
            .with([text("AlertDescription", description), text("Timestamp", at)])
            .with(payload.map(|payload| new("Payload").with([payload])));
        self.document(new("DeviceAlertMessage").with([content]))
    }

    /// A response to something else.
    #[must_use]
    pub fn firmware(&self, version: &str) -> Element {
        self.message(new("ReadFirmwareVersionRsp").with([text("FirmwareVersion", version)]))
    }

    /// A response that holds nothing.
    #[must_use]
    pub fn empty(&self) -> Element {
        self.document(new("ResponseMessage"))
    }
}

/// What stands in a header, whose own namespace differs where it stands in a DUIS document.
pub(super) fn header_content(element: Element, header: &Header) -> Element {
    let (party, counter) = header.supplementary.unzip();
    element
        .with([
            text("BusinessOriginatorID", header.originator),
            text("BusinessTargetID", header.target),
            text("OriginatorCounter", header.counter),
        ])
        .with(optional("SupplementaryRemotePartyID", party))
        .with(optional("SupplementaryRemotePartyCounter", counter))
        .with(optional("GBCSHexadecimalMessageCode", header.message_code.map(|code| format!("{code:04X}"))))
        .with(optional("ServiceReference", header.service.map(|service| service.reference)))
        .with(optional("ServiceReferenceVariant", header.service.map(|service| service.variant)))
        .with(optional("Timestamp", header.at))
}

/// The word for a cell's usage, if there is one.
#[must_use]
pub const fn usage_name(key_usage: KeyUsage, cell_usage: CellUsage) -> Option<&'static str> {
    if key_usage.contains(KeyUsage::DIGITAL_SIGNATURE) {
        Some("DigitalSigning")
    } else if key_usage.contains(KeyUsage::KEY_CERT_SIGN) {
        Some("KeyCertSign")
    } else if !key_usage.contains(KeyUsage::KEY_AGREEMENT) {
        None
    } else if cell_usage.0 == CellUsage::PRE_PAYMENT_TOP_UP.0 {
        Some("KeyAgreementTopUp")
    } else {
        Some("KeyAgreement")
    }
}

/// `RemotePartyDetails`: one cell, or a role for which the device answers with a status.
#[derive(Clone, Debug, Default)]
pub struct Details {
    /// `RemotePartyRole`.
    pub role: Option<&'static str>,
    /// `StatusCode`.
    pub status: Option<Status>,
    /// `RemotePartyFloorSeqNumber`.
    pub floor: Option<u64>,
    /// `CertificateUsage`.
    pub usage: Option<&'static str>,
    /// `ExistingRemotePartyID`, as text, so that it can be wrong.
    pub entity: Option<String>,
    /// `ExistingCertificateHash`.
    pub hash: Option<Vec<u8>>,
}

impl Details {
    /// A cell and what it holds.
    #[must_use]
    pub fn held(cell: CellId, credential: Credential) -> Self {
        Self {
            role: role_name(cell.role),
            status: Some(Status::SUCCESS),
            floor: Some(1),
            usage: usage_name(cell.key_usage, cell.cell_usage),
            entity: Some(credential.entity.to_string()),
            hash: Some(credential.key.octets().to_vec()),
        }
    }

    /// A role for which the device has no better answer.
    #[must_use]
    pub fn failed(role: RemotePartyRole, status: Status) -> Self {
        Self { role: role_name(role), status: Some(status), ..Self::default() }
    }

    fn element(&self) -> Element {
        new("RemotePartyDetails")
            .with(optional("RemotePartyRole", self.role))
            .with(status(self.status))
            .with(optional("RemotePartyFloorSeqNumber", self.floor))
            .with(optional("CertificateUsage", self.usage))
            .with(optional("ExistingRemotePartyID", self.entity.as_deref()))
            .with(hash("ExistingCertificateHash", self.hash.as_deref()))
    }
}

/// `ReplacementOutcome`: what became of one cell.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// `StatusCode`.
    pub status: Option<Status>,
    /// `CertificateType`.
    pub usage: Option<&'static str>,
    /// `RemotePartyRole`.
    pub role: Option<&'static str>,
    /// `ExistingRemotePartyID`.
    pub existing_entity: Option<Eui64>,
    /// `NewRemotePartyID`.
    pub new_entity: Option<Eui64>,
    /// `ExistingCertificateHash`.
    pub existing_hash: Option<Vec<u8>>,
    /// `NewCertificateHash`.
    pub new_hash: Option<Vec<u8>>,
}

impl Outcome {
    /// A cell with what it held before and what it holds now, which is the same after a failure.
    #[must_use]
    pub fn of(cell: CellId, status: Status, existing: Credential, replacing: Credential) -> Self {
        Self {
            status: Some(status),
            usage: usage_name(cell.key_usage, cell.cell_usage),
            role: role_name(cell.role),
            existing_entity: Some(existing.entity),
            new_entity: Some(replacing.entity),
            existing_hash: Some(existing.key.octets().to_vec()),
            new_hash: Some(replacing.key.octets().to_vec()),
        }
    }

    fn element(&self) -> Element {
        new("ReplacementOutcome")
            .with(status(self.status))
            .with(optional("CertificateType", self.usage))
            .with(optional("RemotePartyRole", self.role))
            .with(optional("ExistingRemotePartyID", self.existing_entity))
            .with(optional("NewRemotePartyID", self.new_entity))
            .with(hash("ExistingCertificateHash", self.existing_hash.as_deref()))
            .with(hash("NewCertificateHash", self.new_hash.as_deref()))
    }
}

/// `ExecutionOutcome`.
#[derive(Clone, Debug, Default)]
pub struct Execution {
    /// `AuthorisingRemotePartyOriginatorCounter`.
    pub counter: Option<u64>,
    /// `CredentialsReplacementMode`.
    pub mode: Option<&'static str>,
    /// `RemotePartySeqNumberChange`: the role and its new floor.
    pub floor: Option<(&'static str, u64)>,
    /// At most three outcomes.
    pub outcomes: Vec<Outcome>,
}

impl Execution {
    /// `CredentialsReplacementMode` of an operator's own update and of a handover.
    pub const BY_NETWORK_OPERATOR: &'static str = "NetworkOperatorByNetworkOperator";

    /// An execution in that mode with everything said.
    #[must_use]
    pub fn by_network_operator(counter: u64, outcomes: Vec<Outcome>) -> Self {
        Self {
            counter: Some(counter),
            mode: Some(Self::BY_NETWORK_OPERATOR),
            floor: Some(("NetworkOperator", 0)),
            outcomes,
        }
    }

    fn element(&self, name: &'static str) -> Element {
        let change = self.floor.map(|(role, floor)| {
            new("RemotePartySeqNumberChange")
                .with([text("RemotePartyRole", role), text("RemotePartyFloorSeqNumber", floor)])
        });
        new(name)
            .with(optional("AuthorisingRemotePartyOriginatorCounter", self.counter))
            .with(optional("CredentialsReplacementMode", self.mode))
            .with(change)
            .with(self.outcomes.iter().map(Outcome::element))
    }
}
