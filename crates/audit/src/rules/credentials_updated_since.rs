//! A DCC alert, newer than the newest record of the cell, names another key.

use crate::holding::Holding;
use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::Subject;
use crate::verdict::Verdict;

pub(super) const CREDENTIALS_UPDATED_SINCE: Rule = Rule {
    id: "credentials-updated-since",
    title: "a DCC alert tells of another key in the cell after it was read",
    severity: Severity::Undetermined,
    axis: Axis::Verdict(Verdict::NotKnown),
    citation: "DUIS DCCAlert SecurityCredentialsUpdated, CertificateHash",
    since: 2,
    compares: "the key in the alert with the key in the newest record of the cell",
    remedy: "the network operator: read the device (SRV 6.24.1)",
    check: credentials_updated_since,
};

fn credentials_updated_since(subject: &Subject<'_>) -> Outcome {
    subject.cells_unknown_where(|holding| matches!(holding, Holding::UpdatedSince))
}
