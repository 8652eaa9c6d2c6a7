//! Certificates with this key exist, but none leads to the trust anchor.

use crate::holding::Holding;
use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::Subject;
use crate::verdict::Verdict;

pub(super) const CERTIFICATE_PATH_BROKEN: Rule = Rule {
    id: "certificate-path-broken",
    title: "certificates with this key exist, but none leads to the trust anchor",
    severity: Severity::Undetermined,
    axis: Axis::Verdict(Verdict::NotKnown),
    citation: "RFC 5280 6.1",
    since: 1,
    compares: "signatures along the path of each certificate with this entity, key, role and usage",
    remedy: "whoever runs the audit: find out why; a certificate whose path fails identifies nobody",
    check: certificate_path_broken,
};

fn certificate_path_broken(subject: &Subject<'_>) -> Outcome {
    subject.credentials_unknown_where(|holding| matches!(holding, Holding::PathBroken))
}
