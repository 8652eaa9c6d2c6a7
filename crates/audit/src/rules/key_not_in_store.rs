//! The expected operator's entity stands in the cell with a key that no certificate has.

use crate::holding::Holding;
use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::Subject;
use crate::verdict::Verdict;

pub(super) const KEY_NOT_IN_STORE: Rule = Rule {
    id: "key-not-in-store",
    title: "the expected operator's entity stands in the cell with a key that no certificate has",
    severity: Severity::Undetermined,
    axis: Axis::Verdict(Verdict::NotKnown),
    citation: "RFC 5280 4.2.1.2; GBCS, Provide Security Credential Details response, TrustAnchorCellContents",
    since: 1,
    compares: "the key in the cell with the keys of all certificates given",
    remedy: "whoever runs the audit: complete the certificates",
    check: key_not_in_store,
};

fn key_not_in_store(subject: &Subject<'_>) -> Outcome {
    subject.credentials_unknown_where(|holding| matches!(holding, Holding::KeyNotInStore))
}
