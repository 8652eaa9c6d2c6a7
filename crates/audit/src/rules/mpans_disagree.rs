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
    let Some(row) = subject.meter.rows.first() else { return Outcome::NotApplicable("no row") };
    let given = [row.mpan, row.secondary_mpan, row.export_mpan].into_iter().filter_map(MpanField::mpan);
    let distributors: BTreeSet<DistributorId> = given.clone().map(Mpan::distributor).collect();
    if given.count() < 2 {
        return Outcome::NotApplicable("fewer than two MPANs");
    }
    Outcome::fail_if(distributors.len() > 1, || {
        let ids: Vec<String> = distributors.iter().map(ToString::to_string).collect();
        Evidence::of("distributor-ids", ids.join(", "))
    })
}
