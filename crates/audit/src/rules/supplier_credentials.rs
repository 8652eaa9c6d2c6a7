//! The cell holds a supplier's credential.

use crate::holding::Holding;
use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::Subject;
use crate::verdict::Verdict;

pub(super) const SUPPLIER_CREDENTIALS: Rule = Rule {
    id: "supplier-credentials",
    title: "the cell holds a supplier's credential",
    severity: Severity::Error,
    axis: Axis::Verdict(Verdict::Wrong),
    citation: "SECMP0063; GBCS, Provide Security Credential Details response, TrustAnchorCellContents",
    since: 1,
    compares: "the entity in the cell with suppliers of the directory, and the role of certificates with its key with supplier (2)",
    remedy: "that supplier: SRV 6.15.1, mode 3",
    check: supplier_credentials,
};

fn supplier_credentials(subject: &Subject<'_>) -> Outcome {
    subject.cells_where(|holding| matches!(holding, Holding::Supplier(_)))
}
