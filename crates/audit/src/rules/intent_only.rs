//! Only commands are known: intent, not state.

use crate::holding::Holding;
use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::Subject;
use crate::verdict::Verdict;

pub(super) const INTENT_ONLY: Rule = Rule {
    id: "intent-only",
    title: "only commands are known: intent, not state",
    severity: Severity::Undetermined,
    axis: Axis::Verdict(Verdict::NotKnown),
    citation: "GBCS CS02b command",
    since: 1,
    compares: "whether a response or alert is known beside the command",
    remedy: "the network operator: read the device (SRV 6.24.1)",
    check: intent_only,
};

fn intent_only(subject: &Subject<'_>) -> Outcome {
    subject.cells_unknown_where(|holding| matches!(holding, Holding::IntentOnly))
}
