//! Records of one instant, source and grade contradict each other, and nothing tells which is right.

use crate::holding::Holding;
use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::Subject;
use crate::verdict::Verdict;

pub(super) const EQUAL_RECORDS_DISAGREE: Rule = Rule {
    id: "equal-records-disagree",
    title: "records of one instant, source and grade contradict each other",
    severity: Severity::Undetermined,
    axis: Axis::Verdict(Verdict::NotKnown),
    citation: "design: the better source, then the better grade counts; between equals nothing decides",
    since: 1,
    compares: "the states that records of the newest instant tell, where source and grade are the same",
    remedy: "the network operator: read the device again (SRV 6.24.1)",
    check: equal_records_disagree,
};

fn equal_records_disagree(subject: &Subject<'_>) -> Outcome {
    subject.cells_unknown_where(|holding| matches!(holding, Holding::EqualDisagree))
}
