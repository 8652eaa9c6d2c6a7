//! The key in the cell is certified for the other usage.

use crate::holding::Holding;
use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::Subject;
use crate::verdict::Verdict;

pub(super) const WRONG_KEY_USAGE: Rule = Rule {
    id: "wrong-key-usage",
    title: "the key in the cell is certified for the other usage",
    severity: Severity::Error,
    axis: Axis::Verdict(Verdict::Wrong),
    citation: "RFC 5280 4.2.1.3; GBCS, Provide Security Credential Details response, TrustAnchorCellContents",
    since: 1,
    compares: "the key usage of certificates with this entity and key with the usage of the cell",
    remedy: "the holder of the digital signature key: SRV 6.15.1, mode 3; if it cannot sign, recovery, mode 8",
    check: wrong_key_usage,
};

fn wrong_key_usage(subject: &Subject<'_>) -> Outcome {
    subject.cells_where(|holding| matches!(holding, Holding::Usage(_)))
}
