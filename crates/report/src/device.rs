//! The row of a meter, from its assessment.

use std::borrow::Cow;
use std::collections::BTreeMap;

use audit::{Assessment, Axis, Occupant, Subject, Verdict};
use types::{Eui64, InputId, Observation, Origin, STATUS_NOT_KNOWN, Seen, Sha256Digest};

use crate::model::v1::{
    CellRow, DeviceRow, EffectRow, EvidenceRow, FindingRow, NotInEstateRow, RemedyRow, Text, Word,
};
use crate::short::Short;

/// The digests of the inputs, by number.
#[derive(Clone, Debug, Default)]
pub struct InputDigests(Vec<String>);

impl InputDigests {
    /// From the digests in the order of their numbers.
    #[must_use]
    pub fn new(digests: impl IntoIterator<Item = Sha256Digest>) -> Self {
        Self(digests.into_iter().map(|digest| digest.to_string()).collect())
    }

    /// The digest of an input as text; empty for a number that none has.
    #[must_use]
    pub fn of(&self, input: InputId) -> &str {
        self.0.get(input.0 as usize).map_or("", |digest| digest)
    }
}

/// The row of a meter.
#[must_use]
pub fn device_row<'a>(assessment: &'a Assessment<'a>, inputs: &'a InputDigests) -> DeviceRow<'a> {
    let subject = &assessment.subject;
    let meter = &subject.meter;
    let name = |symbol| subject.name(symbol).map(Cow::Borrowed);
    DeviceRow {
        cells: subject.cells.map(|cell| cell_row(subject, &cell)),
        conditions: ids(assessment, |axis| axis == Axis::Condition),
        device_id: Short::of(subject.meter.device()),
        device_status: meter.agreed(|row| row.status).map(|status| status.name().into()),
        device_type: meter.agreed(|row| row.device_type).map(|kind| kind.name().into()),
        dno: subject.owner().map(|owner| owner.label(subject.context.directory)),
        effect: EffectRow {
            alerts: assessment.effect.alerts.name().into(),
            command: assessment.effect.command.name().into(),
            read: assessment.effect.read.name().into(),
        },
        evidence: evidence(assessment, inputs),
        expectation: subject.meter.source.name().into(),
        findings: assessment
            .findings
            .iter()
            .map(|finding| FindingRow {
                evidence: facts(&finding.evidence),
                rule: finding.rule.id.into(),
                severity: finding.rule.severity.name().into(),
                waiver: waiver(assessment, finding).map(Cow::Borrowed),
            })
            .collect(),
        firmware: name(meter.agreed(|row| row.firmware)),
        manufacturer: name(meter.agreed(|row| row.manufacturer)),
        model: name(meter.agreed(|row| row.model)),
        mpan: meter.mpan().map(Short::of),
        notes: ids(assessment, |axis| axis == Axis::Note),
        reasons: reasons(assessment),
        region: name(meter.agreed(|row| row.region)),
        remedy: assessment.remedy.as_ref().map(|remedy| RemedyRow {
            action: remedy.action.into(),
            mode: remedy.mode,
            party: remedy.actor.name().into(),
            service_request: remedy.service_request.map(Cow::Borrowed),
            who: remedy.who.clone(),
        }),
        supplier: subject.supplier().map(Cow::Borrowed),
        verdict: assessment.verdict.name().into(),
        waived: assessment.is_waived(),
    }
}

/// The id of the waiver that holds for a finding.
pub(crate) fn waiver<'a>(assessment: &Assessment<'a>, finding: &audit::Finding) -> Option<&'a str> {
    let record = assessment.subject.context.waivers.record(finding.waived.by()?)?;
    Some(&record.id)
}

/// The values of a finding by name. Several may have one name, as the MPANs of two rows do.
fn facts(evidence: &audit::Evidence) -> BTreeMap<Text<'_>, Text<'_>> {
    let mut facts: BTreeMap<Text<'_>, Text<'_>> = BTreeMap::new();
    for fact in evidence.facts() {
        facts
            .entry(Cow::Borrowed(fact.name))
            .and_modify(|value| value.to_mut().push_str(&format!("; {}", fact.value)))
            .or_insert(Cow::Borrowed(&fact.value));
    }
    facts
}

fn ids(assessment: &Assessment<'_>, of: impl Fn(Axis) -> bool) -> Vec<Word> {
    assessment
        .findings
        .iter()
        .filter(|finding| of(finding.rule.axis))
        .map(|finding| finding.rule.id.into())
        .collect()
}

/// The rules that call for the verdict come first, then those that call for a lesser one.
fn reasons(assessment: &Assessment<'_>) -> Vec<Word> {
    let decides = |axis| axis == Axis::Verdict(assessment.verdict);
    let lesser = |axis| matches!(axis, Axis::Verdict(verdict) if verdict != assessment.verdict);
    let mut reasons = ids(assessment, decides);
    if assessment.verdict != Verdict::OutOfScope {
        reasons.extend(ids(assessment, lesser));
    }
    reasons
}

fn cell_row<'a>(subject: &Subject<'a>, cell: &audit::Cell<'a>) -> CellRow<'a> {
    let correct = cell.holding == audit::Holding::Expected;
    CellRow {
        certificates: cell
            .resolution
            .map_or(&[][..], |resolution| &resolution.serials)
            .iter()
            .map(|serial| Cow::Borrowed(serial.as_str()))
            .collect(),
        entity: cell.credential.map(|credential| Short::of(credential.entity)),
        holder: if correct {
            None
        } else {
            subject.occupant(cell).and_then(|occupant| holder(occupant, subject))
        },
        key: cell.credential.map(|credential| Short::of(credential.key)),
        key_usage: cell.cell.name().into(),
        observed_at: cell.timeline.decided.and_then(|(seen, _)| seen.at).map(Short::of),
        state: cell.holding.verdict().name().into(),
    }
}

fn holder<'a>(occupant: Occupant<'a>, subject: &Subject<'a>) -> Option<Text<'a>> {
    Some(match occupant {
        Occupant::AccessControlBroker => Cow::Borrowed("access-control-broker"),
        Occupant::Operator(id) => Cow::Borrowed(subject.context.directory.operator_name(id)),
        Occupant::Entity(entity) => Cow::Owned(entity.to_string()),
        Occupant::Supplier(name) => Cow::Borrowed(name.unwrap_or("supplier")),
        Occupant::Unknown => return None,
    })
}

/// The records behind a meter: one entry for those of one input that tell of it in one way and at one time.
///
/// A record that is used and says no more than what the cells show – an extract row, a read – needs no words.
fn evidence<'a>(assessment: &Assessment<'_>, inputs: &'a InputDigests) -> Vec<EvidenceRow<'a>> {
    let mut by_record: Vec<&Observation> = assessment.subject.observations.iter().collect();
    by_record.sort_by_key(|seen| seen.origin);
    let mut rows: Vec<EvidenceRow<'a>> = Vec::new();
    for seen in by_record.chunk_by(|a, b| a.origin == b.origin) {
        let Some(first) = seen.first() else { continue };
        let origin = first.origin;
        let outcome = assessment
            .dispositions
            .binary_search_by_key(&origin, |(origin, _)| *origin)
            .ok()
            .and_then(|index| assessment.dispositions.get(index))
            .map_or("quarantined", |(_, disposition)| outcome(*disposition));
        let row = EvidenceRow {
            at: first.at.map(Short::of),
            grade: first.grade.name().into(),
            input: inputs.of(origin.input).into(),
            lines: vec![origin.line],
            outcome: outcome.into(),
            says: says(&assessment.subject, seen, outcome),
            source: first.source.name().into(),
        };
        match rows.last_mut() {
            Some(last) if last.says.is_empty() && row.says.is_empty() && same_but_lines(last, &row) => {
                last.lines.push(origin.line);
            }
            _ => rows.push(row),
        }
    }
    rows
}

fn same_but_lines(one: &EvidenceRow<'_>, other: &EvidenceRow<'_>) -> bool {
    one.input == other.input
        && one.at == other.at
        && one.grade == other.grade
        && one.outcome == other.outcome
        && one.source == other.source
}

const fn outcome(disposition: audit::timeline::Disposition) -> &'static str {
    use audit::timeline::Disposition;
    match disposition {
        Disposition::Used => "used",
        Disposition::Superseded => "superseded",
        Disposition::Duplicate => "duplicate",
        Disposition::NotRelevant(_) => "not-relevant",
    }
}

fn says(subject: &Subject<'_>, seen: &[&Observation], outcome: &str) -> BTreeMap<Word, Vec<String>> {
    let mut says: BTreeMap<Word, Vec<String>> = BTreeMap::new();
    let shown = |seen: &&Observation| match seen.seen {
        Seen::Held(credential) => {
            subject.cells.iter().any(|cell| cell.cell == seen.cell && cell.credential == Some(credential))
        }
        _ => false,
    };
    if outcome == "used" && seen.iter().all(shown) {
        return says;
    }
    // "Before" comes before "after", whatever the order of observations.
    let mut sorted: Vec<&&Observation> = seen.iter().collect();
    sorted.sort_by_key(|seen| (seen.cell, !matches!(seen.seen, Seen::HeldBefore(_))));
    for seen in sorted {
        let mut text = statement(seen.seen);
        if let Some(holder) = held_by(subject, seen) {
            text.push_str(&format!(" ({holder})"));
        }
        says.entry(seen.cell.name().into()).or_default().push(text);
    }
    says
}

/// Who stands behind a credential that an observation names, if that is known.
fn held_by<'a>(subject: &Subject<'a>, seen: &Observation) -> Option<Text<'a>> {
    let (Seen::Held(credential) | Seen::HeldBefore(credential) | Seen::Intended(credential)) = seen.seen
    else {
        return None;
    };
    let context = subject.context;
    let resolution = context.resolutions.get(credential, seen.cell);
    let occupant = audit::holding::occupant(
        credential,
        subject.owner(),
        resolution,
        context.directory,
        context.certificates,
    );
    holder(occupant, subject)
}

/// What an observation says, in words.
#[must_use]
pub fn statement(seen: Seen) -> String {
    match seen {
        Seen::Held(credential) => format!("holds {credential}"),
        Seen::HeldBefore(credential) => format!("held {credential} before"),
        Seen::TrustAnchorNotFound => "trustAnchorNotFound".to_owned(),
        Seen::NoTrustAnchor => "noTrustAnchor".to_owned(),
        Seen::CellAbsent => "absent from a success answer".to_owned(),
        Seen::RoleNotAnswered => "role not answered".to_owned(),
        Seen::DeviceError(STATUS_NOT_KNOWN) => "device status not known".to_owned(),
        Seen::DeviceError(status) => format!("device status {status}"),
        Seen::RequestFailed(code) => format!("the DCC answered {code}"),
        Seen::Smets1 => "SMETS1 answer".to_owned(),
        Seen::Incomplete => "named without all of what it holds".to_owned(),
        Seen::KeyUpdated(key) => format!("DCC alert: updated to key {key}"),
        Seen::UsageUnclear => "several usages in one cell".to_owned(),
        Seen::UpdateFailed(status) => format!("replacement failed, status {status}"),
        Seen::NoOutcome => "update response without outcome".to_owned(),
        Seen::Intended(credential) => format!("command to place {credential}"),
        Seen::Unusable(why) => format!("record unusable: {}", why.name()),
    }
}

/// The row of a device that the estate does not list.
#[must_use]
pub fn not_in_estate_row(
    device: Eui64,
    observations: &[Observation],
    inputs: &InputDigests,
) -> NotInEstateRow {
    let origins: std::collections::BTreeSet<Origin> = observations.iter().map(|seen| seen.origin).collect();
    let first = origins.first().copied().unwrap_or_default();
    NotInEstateRow {
        device_id: device.to_string(),
        input: inputs.of(first.input).to_owned(),
        line: first.line,
        records: u64::try_from(origins.len()).unwrap_or(u64::MAX),
    }
}
