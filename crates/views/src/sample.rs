//! A report in memory for the tests of this crate: every name in it can be chosen.

use report::diff::{Change, Totals};
use report::model::v1::{CertificateRow, DeviceRow};
use serde_json::{Value, json};

use crate::edition::{Edition, Signature, Standing, Step};
use crate::overview::{Gathering, Overview};

const AS_OF: &str = "2026-01-01T00:00:00Z";

/// A row with these names and this verdict.
pub(crate) fn row(number: u8, verdict: &str, name: &str) -> DeviceRow<'static> {
    let (reasons, remedy) = match verdict {
        "correct" | "out-of-scope" => (json!([]), Value::Null),
        _ => (
            json!([format!("rule-of-{verdict}")]),
            json!({"action": name, "mode": 3, "party": "supplier", "service_request": "6.21", "who": name}),
        ),
    };
    let state = if verdict == "out-of-scope" { "not-known" } else { verdict };
    let cell = |usage: &str, key: &str| {
        json!({"certificates": [format!("5E{key}")], "entity": "90-B3-D5-AA-00-11-00-00", "holder": name, "key": key,
            "key_usage": usage, "observed_at": "2025-12-01T00:00:00Z", "state": state})
    };
    let effect = json!({"alerts": "possible", "command": "possible", "read": "possible"});
    serde_json::from_value(json!({
        "cells": [cell("digitalSignature", "D1"), cell("keyAgreement", "A1")], "conditions": ["certificate-expiring"],
        "device_id": format!("00-DB-12-00-00-00-00-{number:02X}"), "dno": name, "effect": effect,
        "evidence": [{"grade": "extract-row", "input": "", "lines": [1], "outcome": "used", "source": "extract"},
            {"grade": "dcc-alert", "input": "", "lines": [2], "outcome": "used", "source": "dcc"}],
        "expectation": "registration", "findings": [], "firmware": name, "manufacturer": name, "model": name,
        "mpan": null, "reasons": reasons, "region": name, "remedy": remedy, "supplier": name, "verdict": verdict,
    }))
    .unwrap()
}

/// A certificate of an organisation for a key, until some day.
pub(crate) fn certificate(key: &str, not_after: &str) -> CertificateRow {
    serde_json::from_value(json!({
        "authority_key_identifier": null, "entity_id": "90-B3-D5-AA-00-11-00-00", "issuer": "", "key_usage": [],
        "kind": "organisation", "not_after": not_after, "not_before": AS_OF, "path": "holds", "profile": [], "role": null,
        "serial": format!("5E{key}"), "sha256": "", "subject": "", "subject_key_identifier": key, "validity": "in-force",
    }))
    .unwrap()
}

pub(crate) fn overview(rows: &[DeviceRow<'static>]) -> Overview {
    let mut gathering = Gathering::new(AS_OF.parse().unwrap(), true);
    gathering.certificate(&certificate("D1", "2026-01-31T00:00:00Z"));
    gathering.certificate(&certificate("A1", "2026-01-31T00:00:01Z"));
    rows.iter().for_each(|row| gathering.push(row).unwrap());
    gathering.finish()
}

/// A report of these rows; all other text in it is `name`.
pub(crate) fn edition(overview: &Overview, name: &str) -> Edition {
    let verdicts = serde_json::to_value(overview.totals.verdicts).unwrap();
    let records =
        json!({"duplicate": 0, "not-relevant": 0, "quarantined": 1, "superseded": 0, "total": 1, "used": 0});
    let root = json!({"parties": 1, "root": name});
    let manifest = json!({
        "as_of": name, "configuration_sha256": name,
        "counts": {"meters": 5, "not_in_estate": 0, "records": records, "verdicts": verdicts}, "files": {},
        "format": "dno-audit report", "format_version": 1,
        "inputs": [{"bytes": 1, "name": name, "records": records, "role": name, "sha256": name}],
        "rule_set": {"sha256": name, "version": 3}, "seal": {"dno": root, "supplier": root},
        "tool": {"name": name, "version": name},
    });
    let rule = |verdict: &str| {
        json!({"axis": verdict, "citation": "", "compares": "", "id": format!("rule-of-{verdict}"), "remedy": "",
            "severity": "error", "since": 1, "title": name})
    };
    let leaf = json!({"party": name, "root": "", "rows": 5, "verdicts": verdicts});
    let slice = json!({"files": {}, "format": "", "format_version": 1, "leaf": leaf, "path": [], "position": 0, "tree": "dno"});
    let standing = Standing {
        as_of: name.to_owned(),
        manifest_sha256: name.to_owned(),
        verdicts: overview.totals.verdicts,
    };
    let mut totals = Totals::default();
    totals.changes = [(Change::Fixed.name(), 7), (Change::Persisting.name(), 2)].into();
    totals.causes = [(name.to_owned(), 7)].into();
    totals.different = 7;
    Edition {
        manifest: serde_json::from_value(manifest).unwrap(),
        manifest_sha256: name.to_owned(),
        rules: serde_json::from_value(json!([rule("missing"), rule("wrong"), rule("not-known")])).unwrap(),
        summary: None,
        slice: Some(serde_json::from_value(slice).unwrap()),
        signature: Some(Signature { key_id: name.to_owned(), subject: Some(name.to_owned()) }),
        steps: vec![Step { old: standing.clone(), new: standing, differ_in: [].into(), totals }],
    }
}

/// Names that try to be more than names.
pub(crate) fn hostile() -> Vec<String> {
    let mut names: Vec<String> = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' onmouseover='alert(1)",
        "</title></style></svg><script>alert(1)</script>",
        "=HYPERLINK(\"http://example.invalid\",\"x\")",
        "a\u{202e}b\u{200b}c\u{2066}",
        "line\nbreak\r\u{85}\u{2028}\u{0}",
        "&lt;&#x3c;&amp;",
        "[x](javascript:alert(1)) **b** `c` | d",
    ]
    .map(str::to_owned)
    .into();
    names.push("\u{202e}<".repeat(5_000));
    names
}
