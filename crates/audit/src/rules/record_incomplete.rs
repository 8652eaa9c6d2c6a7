//! The record names the cell without all of what it holds.

use crate::holding::Holding;
use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::Subject;
use crate::verdict::Verdict;

pub(super) const RECORD_INCOMPLETE: Rule = Rule {
    id: "record-incomplete",
    title: "the record names the cell without all of what it holds",
    severity: Severity::Undetermined,
    axis: Axis::Verdict(Verdict::NotKnown),
    citation: "MMC RemotePartyDetails, ReplacementOutcome: every element is optional",
    since: 2,
    compares: "whether entity and key of the cell stand in the record",
    remedy: "the network operator: get the message of the device instead of its rendering, or read again (SRV 6.24.1)",
    check: record_incomplete,
};

fn record_incomplete(subject: &Subject<'_>) -> Outcome {
    subject.cells_unknown_where(|holding| matches!(holding, Holding::Incomplete))
}
