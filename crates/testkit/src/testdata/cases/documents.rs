//! Cases in which DUIS and MMC documents speak, beside or in place of a device's message.

use types::{Credential, Eui64, RemotePartyRole, Timestamp};

use super::Expect::{Fail, Pass};
use super::{AGREEMENT, CORRECT, Case, NOT_KNOWN, Pair, Parties, SIGNATURE, at, before, operator_cell};
use crate::forms::duis::{Header, Id, Service};
use crate::forms::{mmc, xml};

pub(super) fn cases(parties: &Parties<'_>) -> Vec<Case> {
    vec![
        request_failed(parties),
        credentials_updated_since(parties),
        update_alert_only(parties),
        record_incomplete(parties),
    ]
}

/// A month after the usual time.
fn after() -> Option<Timestamp> {
    Timestamp::from_calendar(2025, 12, 3, 9, 15, 0)
}

impl Case {
    fn document(&mut self, root: &xml::Element) {
        self.documents.extend_from_slice(&xml::document(root, xml::Style::default()));
    }
}

fn request(parties: &Parties<'_>, it: Eui64) -> Id {
    Id { originator: parties.broker_entity(), target: it, counter: 1 }
}

fn failure(parties: &Parties<'_>, it: Eui64, code: &'static str, at: Option<Timestamp>) -> xml::Element {
    Header::from_dcc(request(parties, it), code, at).no_payload(Service::RETRIEVE_CREDENTIALS)
}

fn alert(it: Eui64, at: Option<Timestamp>, role: &str, pair: Pair) -> xml::Element {
    let [signature, agreement] = pair.map(|credential| credential.key.octets());
    let certificates: [(&str, &[u8]); 2] = [("DigitalSigning", &signature), ("KeyAgreement", &agreement)];
    Header::unasked(None, at).credentials_updated(it, role, &certificates)
}

fn request_failed(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "request-failed",
        "The DCC answered with a code in place of the device. That is a failed read, not a missing certificate.",
    );
    let failed = case.esme(Fail, NOT_KNOWN, "ResponseCode E65 to SRV 6.24.1, and nothing else");
    case.document(&failure(parties, failed, "E65", at()));
    let alerted = case.esme(Fail, NOT_KNOWN, "DCC alert CommandFailure (N13), and nothing else");
    case.document(&Header::unasked(None, at()).command_failure(request(parties, alerted)));
    let read = case.esme(Pass, CORRECT, "E65 as well, but the device was read a month before");
    case.document(&failure(parties, read, "E65", at()));
    case.read_at(read, before(), parties.lond);
    let acknowledged =
        case.esme(Pass, NOT_KNOWN, "an acknowledgement (I99), which says nothing of the device");
    case.document(&failure(parties, acknowledged, "I99", at()));
    let gas = case.gas_meter();
    case.document(&failure(parties, gas, "E65", at()));
    case
}

fn credentials_updated_since(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "credentials-updated-since",
        "A DCC alert names the key that a cell was given, and no entity. If it is newer than what was read and \
         names another key, what was read is past.",
    );
    let past =
        case.esme(Fail, NOT_KNOWN, "read with the placeholder, and a month later an alert with LOND's keys");
    case.read(past, parties.broker);
    case.document(&alert(past, after(), "NetworkOperator", parties.lond));
    let same = case.esme(Pass, CORRECT, "an alert a month later with the keys that were read");
    case.read(same, parties.lond);
    case.document(&alert(same, after(), "NetworkOperator", parties.lond));
    let older = case.esme(Pass, CORRECT, "an alert with other keys, a month before the device was read");
    case.read(older, parties.lond);
    case.document(&alert(older, before(), "NetworkOperator", parties.broker));
    let supplier = case.esme(Pass, CORRECT, "an alert about the supplier's cells");
    case.read(supplier, parties.lond);
    case.document(&alert(supplier, after(), "Supplier", parties.supplier));
    let gas = case.gas_meter();
    case.document(&alert(gas, after(), "NetworkOperator", parties.lond));
    case
}

fn update_alert_only(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "update-alert-only",
        "A DCC alert names the key that a cell was given, and no entity, so it does not tell who is in the cell.",
    );
    let only = case.esme(Fail, NOT_KNOWN, "an alert with LOND's keys, and nothing else");
    case.document(&alert(only, at(), "NetworkOperator", parties.lond));
    let read = case.esme(Pass, CORRECT, "the same alert, and the device was read with these keys");
    case.document(&alert(read, at(), "NetworkOperator", parties.lond));
    case.read(read, parties.lond);
    let gas = case.gas_meter();
    case.document(&alert(gas, at(), "NetworkOperator", parties.lond));
    case
}

fn details(pair: Pair) -> Vec<mmc::Details> {
    let held = |(usage, credential): (_, Credential)| mmc::Details::held(operator_cell(usage), credential);
    [SIGNATURE, AGREEMENT].into_iter().zip(pair).map(held).collect()
}

fn record_incomplete(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "record-incomplete",
        "In MMC XML every element is optional. A cell without all of what it holds is not known, and not missing.",
    );
    let header = |it| {
        let service = Service::RETRIEVE_CREDENTIALS;
        mmc::Header::new(it, parties.broker_entity(), 1, crate::message::details::CS02A, service).at(at())
    };
    let no_hash = case.esme(Fail, NOT_KNOWN, "the key agreement cell without ExistingCertificateHash");
    let mut cells = details(parties.lond);
    cells.iter_mut().skip(1).for_each(|cell| cell.hash = None);
    case.document(&header(no_hash).credentials(&cells));
    let no_usage =
        case.esme(Fail, NOT_KNOWN, "no CertificateUsage, so that nobody can tell the two cells apart");
    let mut cells = details(parties.lond);
    cells.iter_mut().for_each(|cell| cell.usage = None);
    case.document(&header(no_usage).credentials(&cells));
    let bare = case.esme(Pass, CORRECT, "no sequence number, which is not needed");
    let mut cells = details(parties.lond);
    cells.iter_mut().for_each(|cell| cell.floor = None);
    case.document(&header(bare).credentials(&cells));
    let no_role = case.esme(Fail, NOT_KNOWN, "no RemotePartyRole, so the answer may be for any role");
    let mut cells = details(parties.lond);
    cells.iter_mut().for_each(|cell| cell.role = None);
    case.document(&header(no_role).credentials(&cells));
    let no_status =
        case.esme(Fail, NOT_KNOWN, "no StatusCode, so that nobody can tell whether it is an answer");
    let mut cells = details(parties.lond);
    cells.iter_mut().for_each(|cell| cell.status = None);
    case.document(&header(no_status).credentials(&cells));
    let busy = case.esme(Pass, NOT_KNOWN, "the status notKnown for the role");
    let status = mmc::Status { code: 65, word: "notKnown" };
    let not_known = mmc::Details::failed(RemotePartyRole::NETWORK_OPERATOR, status);
    case.document(&header(busy).credentials(&[not_known]));
    let gas = case.gas_meter();
    let mut cells = details(parties.lond);
    cells.iter_mut().for_each(|cell| cell.hash = None);
    case.document(&header(gas).credentials(&cells));
    case
}
