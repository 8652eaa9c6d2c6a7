//! No record about the network operator cells of the device.

use crate::holding::Holding;
use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::Subject;
use crate::verdict::Verdict;

pub(super) const DEVICE_UNREAD: Rule = Rule {
    id: "device-unread",
    title: "no record about the network operator cells of the device",
    severity: Severity::Undetermined,
    axis: Axis::Verdict(Verdict::NotKnown),
    citation: "design: coverage is counted, never guessed",
    since: 1,
    compares: "whether any record up to the instant of the audit tells of the network operator role of the device; a row about another role does not",
    remedy: "the network operator: read the device (SRV 6.24.1)",
    check: device_unread,
};

fn device_unread(subject: &Subject<'_>) -> Outcome {
    subject.cells_unknown_where(|holding| matches!(holding, Holding::Unread))
}
