//! The device could not answer for the network operator role.

use crate::holding::Holding;
use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::Subject;
use crate::verdict::Verdict;

pub(super) const DEVICE_COULD_NOT_ANSWER: Rule = Rule {
    id: "device-could-not-answer",
    title: "the device could not answer for the network operator role",
    severity: Severity::Undetermined,
    axis: Axis::Verdict(Verdict::NotKnown),
    citation: "GBCS StatusCode resourcesBusy (30), insufficientMemory (17), badCertificate (5), other (127)",
    since: 1,
    compares: "the status for role networkOperator with success, trustAnchorNotFound and noTrustAnchor",
    remedy: "the network operator: read the device again (SRV 6.24.1)",
    check: device_could_not_answer,
};

fn device_could_not_answer(subject: &Subject<'_>) -> Outcome {
    subject.cells_unknown_where(|holding| matches!(holding, Holding::DeviceError(_)))
}
