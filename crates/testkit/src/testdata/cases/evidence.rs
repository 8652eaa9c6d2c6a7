//! How good the record is on which a verdict rests.

use super::{
    CORRECT, Case, Eui64, Fail, MISSING, NOT_KNOWN, NotApplicable, NotEvaluated, Outcome, Parties, Pass,
    SIGNATURE, Timestamp, answer, at, before, both, operator_cell, replaced, updated,
};
use crate::key::KeyPair;
use crate::message::status;

pub(super) fn cases(parties: &Parties<'_>) -> Vec<Case> {
    vec![
        evidence_undated(parties),
        evidence_stale(parties),
        records_conflict(parties),
        weaker_evidence_prevails(parties),
        undated_record_disagrees(parties),
        update_failed(parties),
        device_signature_invalid(parties),
        device_mismatch(parties),
    ]
}

fn evidence_undated(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "evidence-undated",
        "The only record has no time. It counts, since nothing dated is known, and the row says so.",
    );
    let undated = case.esme(Fail, CORRECT, "read, nobody knows when");
    case.read_at(undated, None, parties.lond);
    case.sound(parties);
    case.unread();
    let gas = case.gas_meter();
    case.read_at(gas, None, parties.broker);
    case
}

fn evidence_stale(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "evidence-stale",
        "The newest record is older than the 365 days that the configuration allows.",
    );
    let old = case.esme(Fail, CORRECT, "read on 2024-06-01");
    case.read_at(old, Timestamp::from_calendar(2024, 6, 1, 12, 0, 0), parties.lond);
    case.sound(parties);
    let undated = case.esme(NotEvaluated, CORRECT, "nobody knows how old the record is");
    case.read_at(undated, None, parties.lond);
    case.unread();
    let gas = case.gas_meter();
    case.read_at(gas, Timestamp::from_calendar(2024, 6, 1, 12, 0, 0), parties.broker);
    case
}

fn records_conflict(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "records-conflict",
        "Records of one instant tell different states, and the better source or grade decides in view of all.",
    );
    let differ =
        case.esme(Fail, CORRECT, "the device's answer says LOND, a row of the same instant the placeholder");
    case.answer_roles(parties, differ, at(), &[both(parties.lond)]);
    case.read(differ, parties.broker);
    let agree = case.esme(Pass, CORRECT, "answer and row of one instant say LOND");
    case.answer_roles(parties, agree, at(), &[both(parties.lond)]);
    case.read(agree, parties.lond);
    case.unread();
    case
}

fn weaker_evidence_prevails(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "weaker-evidence-prevails",
        "A newer row overrides what the device itself said before. It counts as the newer, and the row says so.",
    );
    let weaker = case.esme(Fail, CORRECT, "the device's answer said the placeholder, a newer row says LOND");
    case.answer_roles(parties, weaker, before(), &[both(parties.broker)]);
    case.read(weaker, parties.lond);
    let stronger =
        case.esme(Pass, CORRECT, "a row said the placeholder, the device's newer answer says LOND");
    case.read_at(stronger, before(), parties.broker);
    case.answer_roles(parties, stronger, at(), &[both(parties.lond)]);
    case.unread();
    case
}

fn undated_record_disagrees(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "undated-record-disagrees",
        "A record without a time contradicts the dated one, which counts.",
    );
    let differ = case.esme(Fail, CORRECT, "dated: LOND, undated: the placeholder");
    case.read(differ, parties.lond);
    case.read_at(differ, None, parties.broker);
    let agree = case.esme(Pass, CORRECT, "dated and undated: LOND");
    case.read(agree, parties.lond);
    case.read_at(agree, None, parties.lond);
    case.unread();
    case
}

fn update_failed(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "update-failed",
        "The device reports that the replacement of a cell failed. The cell holds what it held before.",
    );
    let [done, _] = replaced(parties.broker, parties.lond);
    let ([placeholder, placeholder_agreement], code) = (parties.broker, status::BAD_CERTIFICATE);
    let failed = |usage, existing| Outcome::failed(operator_cell(usage), existing, code);
    let agreement = failed(super::AGREEMENT, placeholder_agreement);
    let both_failed = case.esme(Fail, MISSING, "badCertificate for both cells, the placeholder stays");
    case.update(parties, both_failed, Some([failed(SIGNATURE, placeholder), agreement]));
    let one = case.esme(Fail, MISSING, "badCertificate for the agreement cell, the other is replaced");
    case.update(parties, one, Some([agreement, done]));
    let success = case.esme(Pass, CORRECT, "both cells are replaced");
    case.update(parties, success, Some(replaced(parties.broker, parties.lond)));
    let mended = case.esme(Pass, CORRECT, "it failed, but a later reading shows LOND");
    case.update(parties, mended, Some([failed(SIGNATURE, placeholder), agreement]));
    case.read_at(mended, Timestamp::from_calendar(2025, 12, 1, 0, 0, 0), parties.lond);
    case.unread();
    for it in [both_failed, one, success, mended] {
        case.certify_device(parties, it);
    }
    case
}

fn device_signature_invalid(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "device-signature-invalid",
        "A signed message does not verify with the certificates given for the device, so it can't be used.",
    );
    let outcomes = || Some(replaced(parties.broker, parties.lond));
    let forged = case.esme(Fail, NOT_KNOWN, "signed by another key than the device's certificate has");
    case.message(forged, at(), &updated(forged, parties, &KeyPair::from_label("forger"), outcomes()));
    case.certify_device(parties, forged);
    let verified = case.esme(Pass, CORRECT, "signed by the key of the device's certificate");
    case.update(parties, verified, outcomes());
    case.certify_device(parties, verified);
    let unchecked = case.esme(NotEvaluated, CORRECT, "signed, but no certificate of the device is given");
    case.update(parties, unchecked, outcomes());
    let row = case.esme(NotApplicable, CORRECT, "rows carry no signature");
    case.read(row, parties.lond);
    case
}

fn device_mismatch(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "device-mismatch",
        "The row names one device, the message in it is another's. It is used for neither.",
    );
    let named = case.esme(Fail, NOT_KNOWN, "the row names this device");
    let answering: Eui64 = case.esme(Fail, NOT_KNOWN, "the message in that row is this device's");
    case.message(named, at(), &answer(parties, answering, &[both(parties.lond)]));
    let sound = case.esme(Pass, CORRECT, "row and message name one device");
    case.answer_roles(parties, sound, at(), &[both(parties.lond)]);
    let row = case.esme(NotApplicable, CORRECT, "rows of cells name one device only");
    case.read(row, parties.lond);
    case
}
