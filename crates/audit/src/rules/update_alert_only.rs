//! Only a DCC alert is known, which names a key and no entity.

use crate::holding::Holding;
use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::Subject;
use crate::verdict::Verdict;

pub(super) const UPDATE_ALERT_ONLY: Rule = Rule {
    id: "update-alert-only",
    title: "only a DCC alert is known, which names a key and no entity",
    severity: Severity::Undetermined,
    axis: Axis::Verdict(Verdict::NotKnown),
    citation: "DUIS DCCAlert SecurityCredentialsUpdated",
    since: 2,
    compares: "whether a record of the cell is known beside the alert",
    remedy: "the network operator: read the device (SRV 6.24.1)",
    check: update_alert_only,
};

fn update_alert_only(subject: &Subject<'_>) -> Outcome {
    subject.cells_unknown_where(|holding| matches!(holding, Holding::UpdateOnly))
}
