//! The device says that it has no trust anchor for the role.

use crate::holding::Holding;
use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::Subject;
use crate::verdict::Verdict;

pub(super) const TRUST_ANCHOR_NOT_FOUND: Rule = Rule {
    id: "trust-anchor-not-found",
    title: "the device says that it has no trust anchor for the role",
    severity: Severity::Error,
    axis: Axis::Verdict(Verdict::Missing),
    citation: "GBCS StatusCode trustAnchorNotFound (25), noTrustAnchor (10)",
    since: 1,
    compares: "the status for role networkOperator with success; right on a GSME, a fault on an ESME",
    remedy: "read again (SRV 6.24.1); then a fault of the device for supplier and maker",
    check: trust_anchor_not_found,
};

fn trust_anchor_not_found(subject: &Subject<'_>) -> Outcome {
    subject.cells_where(|holding| matches!(holding, Holding::TrustAnchorNotFound))
}
