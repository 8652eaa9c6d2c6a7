//! What has to be the same in every part, and the configuration of all of them together.

use std::collections::BTreeMap;

use report::model::v1::{Configuration, WaiverEntry};

use super::Part;
use crate::error::Error;

/// Whether a part is of the same audit as the first: instant, program, rules, settings, certificates, directory and waivers.
pub(super) fn check(first: &Part, part: &Part) -> Result<(), Error> {
    let (one, other) = (first.manifest(), part.manifest());
    let differs = |what: &str, found: &dyn std::fmt::Display, expected: &dyn std::fmt::Display| {
        Err(part.refused(format!("{what} {found}, that of {} {expected}", first.folder().display())))
    };
    if one.as_of != other.as_of {
        return differs("is as of", &other.as_of, &one.as_of);
    }
    if one.tool != other.tool {
        let tool = |tool: &report::model::v1::Tool| format!("{} {}", tool.name, tool.version);
        return differs("was made by", &tool(&other.tool), &tool(&one.tool));
    }
    if one.rule_set != other.rule_set {
        return differs("is of rule set", &other.rule_set.version, &one.rule_set.version);
    }
    // Each setting is named here, so that none that is added later is forgotten.
    let Configuration {
        accepted_policies,
        as_of: _,
        columns: _,
        expiring_within_days,
        observed_at: _,
        sheets: _,
        stale_after_days,
        zoneless_times,
    } = &part.configuration;
    let expected = &first.configuration;
    for (name, same) in [
        ("accepted_policies", *accepted_policies == expected.accepted_policies),
        ("expiring_within_days", *expiring_within_days == expected.expiring_within_days),
        ("stale_after_days", *stale_after_days == expected.stale_after_days),
        ("zoneless_times", *zoneless_times == expected.zoneless_times),
    ] {
        if !same {
            return Err(part.refused(format!(
                "has another {name} in configuration.json than {}",
                first.folder().display()
            )));
        }
    }
    super::inputs::check_shared(first, part)?;
    // These follow from the inputs that are shared, and not from the rows.
    let (one, other) = (&first.summary, &part.summary);
    let certificates = |part: &Part| part.manifest().files.get("certificates.jsonl").cloned();
    for (what, same) in [
        ("certificates.jsonl", certificates(first) == certificates(part)),
        ("directories in summary.json", one.directories == other.directories),
        ("revocation_lists in summary.json", one.revocation_lists == other.revocation_lists),
        ("not_checked in summary.json", one.not_checked == other.not_checked),
        ("waivers in summary.json", one.waivers.iter().map(waiver).eq(other.waivers.iter().map(waiver))),
        ("waivers in summary.json", one.waived.is_some() == other.waived.is_some()),
    ] {
        if !same {
            return Err(part.refused(format!("has other {what} than {}", first.folder().display())));
        }
    }
    Ok(())
}

/// What a waiver says, without what became of it; whether it has expired follows from the instant.
fn waiver(waiver: &WaiverEntry) -> WaiverEntry {
    let mut said = waiver.clone();
    said.findings = 0;
    if said.state != "expired" {
        said.state = "".into();
    }
    said
}

/// The configuration of all parts: what is set by input is set for the inputs of all.
pub(super) fn join(first: &Part, parts: &[Part]) -> Result<Configuration, Error> {
    let mut joined = first.configuration.clone();
    for part in parts.iter().skip(1) {
        let Configuration { columns, observed_at, sheets, .. } = &part.configuration;
        let torn = add(&mut joined.columns, columns)
            .or_else(|| add(&mut joined.observed_at, observed_at))
            .or_else(|| add(&mut joined.sheets, sheets));
        if let Some(digest) = torn {
            return Err(part.refused(format!(
                "has other settings for the input {digest} than a package before it; one content can have only one"
            )));
        }
    }
    Ok(joined)
}

/// Adds settings by digest; gives the first that has two.
fn add<'p, T: Clone + PartialEq>(
    into: &mut BTreeMap<String, T>,
    from: &'p BTreeMap<String, T>,
) -> Option<&'p str> {
    for (digest, setting) in from {
        if into.insert(digest.clone(), setting.clone()).is_some_and(|known| known != *setting) {
            return Some(digest);
        }
    }
    None
}
