//! Who can mend a meter, and by which Service Request.
//!
//! Only the party whose key stands in the digital signature cell can authorise a replacement in mode 3
//! (networkOperatorByNetworkOperator), so the occupant of that cell decides. The Access Control Broker acts on the
//! responsible supplier's SRV 6.21; everybody else uses SRV 6.15.1.

use crate::estate::{Expectation, ExpectationUnknown};
use crate::holding::{Holding, Occupant};
use crate::subject::{Cell, Subject};
use crate::verdict::Verdict;
use crate::{Finding, directory::Owner};

/// Who must act.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Actor {
    /// The operator responsible for the meter.
    NetworkOperator,
    /// The responsible supplier.
    Supplier,
    /// The operator whose key stands in the digital signature cell.
    OtherNetworkOperator,
    /// The supplier whose key stands in the digital signature cell.
    SupplierInCell,
    /// The DCC.
    Dcc,
    /// Whoever runs the audit: inputs are incomplete.
    Auditor,
    /// Whoever supplies registration or estate data.
    RegistrationData,
}

impl Actor {
    /// The word that reports use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NetworkOperator => "network-operator",
            Self::Supplier => "supplier",
            Self::OtherNetworkOperator => "other-network-operator",
            Self::SupplierInCell => "supplier-in-cell",
            Self::Dcc => "dcc",
            Self::Auditor => "auditor",
            Self::RegistrationData => "registration-data",
        }
    }
}

/// What mends a meter.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Remedy<'a> {
    /// Who must act.
    pub actor: Actor,
    /// That party's name, if it is known.
    pub who: Option<std::borrow::Cow<'a, str>>,
    /// The Service Request to send, by its DUIS reference variant.
    pub service_request: Option<&'static str>,
    /// The GBCS `CredentialsReplacementMode` that results; 3 is networkOperatorByNetworkOperator.
    pub mode: Option<u32>,
    /// What to do, for people.
    pub action: &'static str,
}

/// GBCS `CredentialsReplacementMode` networkOperatorByNetworkOperator.
const NETWORK_OPERATOR_BY_NETWORK_OPERATOR: u32 = 3;

/// What mends this meter; `None` if there is nothing to mend.
#[must_use]
pub(crate) fn remedy<'a>(
    subject: &Subject<'a>,
    verdict: Verdict,
    findings: &[Finding],
) -> Option<Remedy<'a>> {
    let [digital_signature, _] = &subject.cells;
    match verdict {
        Verdict::OutOfScope => None,
        Verdict::Correct => condition(subject, findings),
        Verdict::Missing | Verdict::Wrong => Some(replacement(subject, digital_signature)),
        Verdict::NotKnown => Some(enquiry(subject)),
    }
}

/// A correct meter needs nothing, but for a certificate to renew or evidence to refresh.
fn condition<'a>(subject: &Subject<'a>, findings: &[Finding]) -> Option<Remedy<'a>> {
    let failed = |ids: &[&str]| findings.iter().any(|finding| ids.contains(&finding.rule.id));
    let renew = [
        "certificate-expired",
        "certificate-expiring",
        "certificate-revoked",
        "superseded-key",
        "entity-retired",
    ];
    if failed(&renew) {
        return Some(by_operator(subject, "place the operator's current certificates"));
    }
    failed(&["evidence-stale", "evidence-undated", "records-conflict", "weaker-evidence-prevails"])
        .then(|| read(subject))
}

fn owner_name<'a>(subject: &Subject<'a>) -> Option<std::borrow::Cow<'a, str>> {
    subject.owner().map(|owner| owner.label(subject.context.directory))
}

fn by_operator<'a>(subject: &Subject<'a>, action: &'static str) -> Remedy<'a> {
    Remedy {
        actor: Actor::NetworkOperator,
        who: owner_name(subject),
        service_request: Some("6.15.1"),
        mode: Some(NETWORK_OPERATOR_BY_NETWORK_OPERATOR),
        action,
    }
}

fn replacement<'a>(subject: &Subject<'a>, digital_signature: &Cell<'a>) -> Remedy<'a> {
    let mode = Some(NETWORK_OPERATOR_BY_NETWORK_OPERATOR);
    let own = |owner: Option<Owner>, occupant: Occupant<'a>| match (owner, occupant) {
        (Some(Owner::Operator(own)), Occupant::Operator(found)) => own == found,
        (Some(Owner::Entity(_)), Occupant::Entity(_)) => true,
        _ => false,
    };
    // Whether the key in the digital signature cell is the operator's must be known before anybody is asked to use it.
    if let Some(first) = enquiry_about(digital_signature) {
        return first;
    }
    match subject.occupant(digital_signature) {
        Some(Occupant::AccessControlBroker) => Remedy {
            actor: Actor::Supplier,
            who: subject.supplier().map(Into::into),
            service_request: Some("6.21"),
            mode,
            action: "hand the network operator cells over: the DCC replaces its placeholder by the operator's certificates",
        },
        Some(occupant) if own(subject.owner(), occupant) => match digital_signature.holding {
            Holding::Expected => {
                by_operator(subject, "place the operator's certificate in the other cell too")
            }
            _ => by_operator(
                subject,
                "replace the unfit credential if its private key can still sign, else ask the DCC for recovery (mode 8)",
            ),
        },
        Some(Occupant::Operator(id)) => Remedy {
            actor: Actor::OtherNetworkOperator,
            who: Some(subject.context.directory.operator_name(id).into()),
            service_request: Some("6.15.1"),
            mode,
            action: "place the right operator's certificates, or hand the cells to the Access Control Broker and let \
                     the supplier send 6.21; failing that, recovery (mode 8) or exchange of the meter",
        },
        Some(Occupant::Supplier(name)) => Remedy {
            actor: Actor::SupplierInCell,
            who: name.map(Into::into),
            service_request: Some("6.15.1"),
            mode,
            action: "place the network operator's certificates over the supplier's own",
        },
        Some(Occupant::Entity(_) | Occupant::Unknown) => Remedy {
            actor: Actor::Dcc,
            who: None,
            service_request: None,
            mode: None,
            action: "identify the holder of the digital signature cell; only that party can replace it by 6.15.1",
        },
        None if digital_signature.holding.verdict() == Verdict::NotKnown => read(subject),
        None => Remedy {
            actor: Actor::Supplier,
            who: subject.supplier().map(Into::into),
            service_request: Some("6.24.1"),
            mode: None,
            action: "read the cells again; if they are still absent, it is a fault of the device for its maker",
        },
    }
}

fn read<'a>(subject: &Subject<'a>) -> Remedy<'a> {
    Remedy {
        actor: Actor::NetworkOperator,
        who: owner_name(subject),
        service_request: Some("6.24.1"),
        mode: None,
        action: "read the network operator role of the device",
    }
}

const fn inputs<'a>(actor: Actor, action: &'static str) -> Remedy<'a> {
    Remedy { actor, who: None, service_request: None, mode: None, action }
}

/// What is missing for the expectation, and who has it.
fn inputs_of_expectation<'a>(subject: &Subject<'a>) -> Remedy<'a> {
    let Expectation::Unknown(why) = subject.meter.expectation else { return read(subject) };
    match why {
        ExpectationUnknown::NoMpan | ExpectationUnknown::MpanInvalid(_) => {
            inputs(Actor::RegistrationData, "supply the MPAN or the responsible network operator")
        }
        ExpectationUnknown::DistributorUnknown(_) | ExpectationUnknown::OperatorUnknown(_) => {
            inputs(Actor::Auditor, "add the network operator to the directory, if it exists")
        }
        ExpectationUnknown::RegistrationRowsDisagree => {
            inputs(Actor::RegistrationData, "keep the registration row that is right")
        }
        ExpectationUnknown::RowsDisagree => {
            inputs(Actor::RegistrationData, "keep the estate row of the device that is right")
        }
    }
}

/// What has to be found out about what a cell holds, if that is what keeps it from being known.
const fn enquiry_about<'a>(cell: &Cell<'a>) -> Option<Remedy<'a>> {
    let action = match cell.holding {
        Holding::KeyNotInStore => "add the certificate of this key to the certificates, if it exists",
        Holding::PathBroken => "find out why the path of the certificate does not hold",
        Holding::NotAttributable => "add this entity to the party it belongs to in the directory",
        _ => return None,
    };
    Some(inputs(Actor::Auditor, action))
}

fn enquiry<'a>(subject: &Subject<'a>) -> Remedy<'a> {
    if subject.cells.iter().any(|cell| cell.holding == Holding::ExpectationUnknown) {
        return inputs_of_expectation(subject);
    }
    subject.cells.iter().find_map(enquiry_about).unwrap_or_else(|| read(subject))
}
