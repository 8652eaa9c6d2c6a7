//! Every record about the cell was unusable.

use crate::holding::Holding;
use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::Subject;
use crate::verdict::Verdict;

pub(super) const RECORD_UNUSABLE: Rule = Rule {
    id: "record-unusable",
    title: "every record about the cell was unusable",
    severity: Severity::Undetermined,
    axis: Axis::Verdict(Verdict::NotKnown),
    citation: "GBCS message structure",
    since: 1,
    compares: "records about the cell that were used with those that were quarantined",
    remedy: "see the quarantine; read the device again (SRV 6.24.1)",
    check: record_unusable,
};

fn record_unusable(subject: &Subject<'_>) -> Outcome {
    subject.cells_unknown_where(|holding| matches!(holding, Holding::Unusable(_)))
}
