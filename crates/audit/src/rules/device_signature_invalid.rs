//! A record's device signature does not verify with the device's certificate.

use types::{Grade, Observation, Seen, Unusable};

use crate::rule::{Axis, Evidence, Outcome, Rule, Severity};
use crate::subject::Subject;

pub(super) const DEVICE_SIGNATURE_INVALID: Rule = Rule {
    id: "device-signature-invalid",
    title: "a record's device signature does not verify with the device's certificate",
    severity: Severity::Error,
    axis: Axis::Note,
    citation: "GBCS: signature over the message from the originator counter on",
    since: 1,
    compares: "the signature of messages with the keys of the device's certificates",
    remedy: "whoever supplied the record: it is not what the device said",
    check: device_signature_invalid,
};

fn device_signature_invalid(subject: &Subject<'_>) -> Outcome {
    let invalid = |seen: &&Observation| seen.seen == Seen::Unusable(Unusable::SignatureInvalid);
    if let Some(seen) = subject.observations.iter().find(invalid) {
        return Outcome::Fail(Evidence::of("record", Subject::cite(seen)));
    }
    let grades = || subject.observations.iter().map(|seen| seen.grade);
    match grades().max() {
        Some(Grade::DeviceSigned) => Outcome::Pass,
        Some(Grade::DeviceSignedUnproven) => Outcome::NotEvaluated("no certificate of the device has a path"),
        Some(Grade::DeviceUnchecked) => Outcome::NotEvaluated("no signature could be checked"),
        Some(Grade::ExtractRow | Grade::DccAlert | Grade::Xml) | None => {
            Outcome::NotApplicable("no message of the device")
        }
    }
}
