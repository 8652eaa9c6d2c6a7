use std::borrow::Cow;

use super::*;

fn row(verdict: &str, service_request: Option<&str>, notes: &[&str], at: Option<&str>) -> DeviceRow<'static> {
    let at = at.map(|at| format!("\"observed_at\":\"{at}\",")).unwrap_or_default();
    let cell = |usage: &str| {
        format!(
            r#"{{"entity":"90-B3-D5-AA-00-01-00-00",{}"key_usage":"{usage}",{at}"state":"{}"}}"#,
            r#""key":"4000000000000000","#,
            if verdict == "correct" { "correct" } else { "wrong" }
        )
    };
    let remedy = service_request.map_or("null".to_owned(), |request| {
        let mode = if request == "6.24.1" { "" } else { "\"mode\":3," };
        format!(r#"{{"action":"act",{mode}"party":"supplier","service_request":"{request}","who":"S"}}"#)
    });
    let notes = serde_json::to_string(notes).unwrap();
    let text = format!(
        r#"{{"cells":[{},{}],"conditions":[],"device_id":"00-00-00-00-00-00-00-01","dno":"LOND",
        "effect":{{"alerts":"blocked","command":"blocked","read":"blocked"}},"evidence":[],"expectation":"estate",
        "mpan":null,"notes":{notes},"reasons":[],"remedy":{remedy},"supplier":"S","verdict":"{verdict}"}}"#,
        cell("digitalSignature"),
        cell("keyAgreement")
    );
    let row: DeviceRow<'_> = serde_json::from_str(&text).unwrap();
    row
}

const THEN: Option<&str> = Some("2026-01-01T00:00:00Z");
const NOW: Option<&str> = Some("2026-02-01T00:00:00Z");

fn item(row: &DeviceRow<'_>) -> Item {
    Item::of(row, steps(row).last().unwrap())
}

#[test]
fn old_evidence_is_read_before_anybody_acts() {
    let steps = steps(&row("missing", Some("6.21"), &["evidence-stale"], THEN));
    let shown: Vec<_> = steps.iter().map(|step| (step.stage, step.service_request.as_deref())).collect();
    assert_eq!(shown, [(Stage::Read, Some("6.24.1")), (Stage::HandOver, Some("6.21"))]);
    assert!(steps[1].prerequisite.contains("evidence-stale"));
    assert_eq!(super::steps(&row("missing", Some("6.21"), &[], THEN)).len(), 1);
    assert_eq!(super::steps(&row("correct", None, &["evidence-stale"], THEN)), []);
}

#[test]
fn an_item_is_judged_by_what_was_seen_since() {
    let planned = item(&row("missing", Some("6.21"), &[], THEN));
    let status = |row: &DeviceRow<'_>| judge(&planned, Some(row));
    assert_eq!(judge(&planned, None), Status::Absent);
    assert_eq!(status(&row("correct", None, &[], NOW)), Status::Done);
    assert_eq!(status(&row("correct", Some("6.24.1"), &[], NOW)), Status::Done);
    assert_eq!(status(&row("missing", Some("6.21"), &[], NOW)), Status::Open);
    assert_eq!(status(&row("missing", Some("6.21"), &[], THEN)), Status::Unread);
    assert_eq!(status(&row("missing", Some("6.21"), &[], None)), Status::Unread);
    assert_eq!(status(&row("not-known", Some("6.24.1"), &[], NOW)), Status::Unread);
    assert_eq!(status(&row("out-of-scope", None, &[], NOW)), Status::OutOfScope);
}

#[test]
fn what_was_right_and_no_longer_is_has_regressed() {
    let renewal = item(&row("correct", Some("6.15.1"), &[], THEN));
    assert_eq!(judge(&renewal, Some(&row("wrong", Some("6.15.1"), &[], NOW))), Status::Regressed);
    assert_eq!(judge(&renewal, Some(&row("correct", Some("6.15.1"), &[], NOW))), Status::Open);
    let mut done = item(&row("missing", Some("6.21"), &[], THEN));
    done.settled = Some("done".into());
    assert_eq!(judge(&done, Some(&row("missing", Some("6.21"), &[], NOW))), Status::Regressed);
    assert_eq!(judge(&done, Some(&row("correct", None, &[], NOW))), Status::Done);
}

#[test]
fn a_read_is_done_when_it_told_something() {
    let planned = item(&row("not-known", Some("6.24.1"), &[], None));
    assert_eq!(judge(&planned, Some(&row("missing", Some("6.21"), &[], NOW))), Status::Done);
    assert_eq!(judge(&planned, Some(&row("not-known", Some("6.24.1"), &[], None))), Status::Unread);
    let stale = row("missing", Some("6.21"), &["evidence-stale"], THEN);
    let planned = Item::of(&stale, &steps(&stale)[0]);
    assert_eq!(judge(&planned, Some(&stale)), Status::Unread);
    assert_eq!(judge(&planned, Some(&row("missing", Some("6.21"), &[], NOW))), Status::Done);
}

fn certificate(usage: &str, serial: &str, not_before: &str) -> report::model::v1::CertificateRow {
    let text = format!(
        r#"{{"authority_key_identifier":null,"entity_id":"90-B3-D5-AA-00-01-00-00","issuer":"i","key_usage":["{usage}"],
        "kind":"organisation","not_after":"2030-01-01T00:00:00Z","not_before":"{not_before}","path":"holds","profile":[],
        "revocation":{{"status":"not-revoked"}},"role":{{"name":"networkOperator","value":3}},"serial":"{serial}",
        "sha256":"{serial}","subject":"s","subject_key_identifier":"40{serial}","validity":"in-force"}}"#
    );
    serde_json::from_str(&text).unwrap()
}

#[test]
fn a_certificate_is_named_only_if_the_report_shows_whose_it_is() {
    let mut credentials = Credentials::new(true);
    credentials.add(certificate("digitalSignature", "01", "2020-01-01T00:00:00Z"));
    credentials.add(certificate("digitalSignature", "02", "2025-01-01T00:00:00Z"));
    credentials.see(&row("wrong", None, &[], NOW));
    let [choice, _] = credentials.choices(Some("LOND"));
    assert!(choice.certificates.is_empty() && choice.note.starts_with("not known"), "{choice:?}");
    credentials.see(&row("correct", None, &[], NOW));
    let [choice, other] = credentials.choices(Some("LOND"));
    assert_eq!((choice.serials().as_str(), choice.keys().as_str()), ("02", "4002"));
    assert_eq!(choice.note, "the newest in force");
    assert!(other.certificates.is_empty() && other.note.contains("no certificate"), "{other:?}");
    assert!(credentials.choices(None)[0].note.starts_with("not known"));
    assert!(Credentials::new(false).choices(Some("LOND"))[0].note.contains("slice"));
    let unlike: [fn(&mut report::model::v1::CertificateRow); 5] = [
        |it| it.validity = "expired".into(),
        |it| it.path = "no issuer".to_owned(),
        |it| it.kind = "device".into(),
        |it| it.role.as_mut().unwrap().value = 2,
        |it| it.revocation.as_mut().unwrap().status = "revoked".into(),
    ];
    for change in unlike {
        let mut unfit = certificate("digitalSignature", "03", "2025-06-01T00:00:00Z");
        change(&mut unfit);
        credentials.add(unfit);
    }
    assert_eq!(credentials.choices(Some("LOND"))[0].serials(), "02");
    credentials.add(certificate("digitalSignature", "04", "2025-01-01T00:00:00Z"));
    let [choice, _] = credentials.choices(Some("LOND"));
    assert_eq!(choice.serials(), "02; 04");
    assert!(choice.note.contains("must choose"), "{}", choice.note);
}

#[test]
fn an_entity_of_another_time_is_not_placed_again() {
    let mut credentials = Credentials::new(true);
    let mut retired = row("correct", None, &[], NOW);
    retired.conditions.push(Cow::Borrowed("entity-retired"));
    credentials.see(&retired);
    assert!(credentials.choices(Some("LOND"))[0].note.contains("no cell"));
}

#[test]
fn names_of_files_are_plain_and_unlike_each_other() {
    let mut taken = BTreeSet::new();
    let names = ["SUP-A", "sup-a", "../../etc", "=x\n", "CON"].map(|name| file_stem(name, &mut taken));
    assert_eq!(names, ["plan-SUP-A", "plan-sup-a~2", "plan-______etc", "plan-_x_", "plan-CON"]);
}
