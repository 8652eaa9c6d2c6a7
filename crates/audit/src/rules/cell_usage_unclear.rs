//! One cell of the role claims several key usages, so it cannot be told which it is.

use crate::holding::Holding;
use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::Subject;
use crate::verdict::Verdict;

pub(super) const CELL_USAGE_UNCLEAR: Rule = Rule {
    id: "cell-usage-unclear",
    title: "one cell of the role claims several key usages, so it cannot be told which it is",
    severity: Severity::Undetermined,
    axis: Axis::Verdict(Verdict::NotKnown),
    citation: "GBCS KeyUsage; RFC 5280 4.2.1.3",
    since: 1,
    compares: "the number of usages of a cell with one",
    remedy: "the network operator: read the device again (SRV 6.24.1)",
    check: cell_usage_unclear,
};

fn cell_usage_unclear(subject: &Subject<'_>) -> Outcome {
    subject.cells_unknown_where(|holding| matches!(holding, Holding::UsageUnclear))
}
