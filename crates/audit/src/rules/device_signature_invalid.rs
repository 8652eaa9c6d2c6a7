//! A record's device signature does not verify with the device's certificate.

use types::{Seen, Unusable};

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
    let found =
        subject.observations.iter().find(|seen| seen.seen == Seen::Unusable(Unusable::SignatureInvalid));
    Outcome::fail_if(found.is_some(), || Evidence::none().and_some("record", found.map(Subject::cite)))
}
