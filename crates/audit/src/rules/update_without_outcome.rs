//! Only update responses without an outcome are known.

use crate::holding::Holding;
use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::Subject;
use crate::verdict::Verdict;

pub(super) const UPDATE_WITHOUT_OUTCOME: Rule = Rule {
    id: "update-without-outcome",
    title: "only update responses without an outcome are known",
    severity: Severity::Undetermined,
    axis: Axis::Verdict(Verdict::NotKnown),
    citation: "GBCS CS02b response, executionOutcome absent",
    since: 1,
    compares: "whether an update response carries an outcome for the cell",
    remedy: "the network operator: read the device (SRV 6.24.1)",
    check: update_without_outcome,
};

fn update_without_outcome(subject: &Subject<'_>) -> Outcome {
    subject.cells_unknown_where(|holding| matches!(holding, Holding::NoOutcome))
}
