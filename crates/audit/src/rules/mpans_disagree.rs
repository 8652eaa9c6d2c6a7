//! The MPANs of the device name different distributors.

use std::collections::BTreeSet;

use types::{DistributorId, Mpan, MpanField};

use crate::rule::{Axis, Evidence, Outcome, Rule, Severity};
use crate::subject::Subject;

pub(super) const MPANS_DISAGREE: Rule = Rule {
    id: "mpans-disagree",
    title: "the MPANs of the device name different distributors",
    severity: Severity::Warning,
    axis: Axis::Note,
    citation: "MPAN core; DUIS SecondaryImportMPAN, ExportMPAN",
    since: 1,
    compares: "the first two digits of import, secondary import and export MPAN",
    remedy: "registration data: check",
    check: mpans_disagree,
};

fn mpans_disagree(subject: &Subject<'_>) -> Outcome {
    let fields = || subject.meter.mpan_fields().map(|(_, field)| field);
    let given = fields().filter_map(MpanField::mpan);
    let distributors: BTreeSet<DistributorId> = given.clone().map(Mpan::distributor).collect();
    if distributors.len() > 1 {
        let ids: Vec<String> = distributors.iter().map(ToString::to_string).collect();
        return Outcome::Fail(Evidence::of("distributor-ids", ids.join(", ")));
    }
    let invalid = fields().filter(|field| matches!(field, MpanField::Invalid(_))).count();
    match given.count() + invalid {
        0 | 1 => Outcome::NotApplicable("fewer than two MPANs"),
        _ if invalid > 0 => Outcome::NotEvaluated("an MPAN of the row is none"),
        _ => Outcome::Pass,
    }
}
