//! How one meter was judged: every observation, the certificates considered, and why each rule did what it did.

pub(crate) mod package;

use std::sync::Mutex;

use audit::{Certificates, Context, Outcome, Resolutions, Subject, assess, evaluate_all};
use gbcs::Message;
use intake::{Form, Record};
use report::{InputDigests, device_row, hex, one_line};
use serde_json::{Value, json};
use types::{Eui64, NetworkOperatorCell, Observation, Seen};

use crate::config::Config;
use crate::error::Error;
use crate::inputs::InputFile;
use crate::inspect::{certificate_json, message_json};
use crate::json::Json;
use crate::load::{Loaded, load};
use crate::progress::Progress;
use crate::run::in_pool;

/// How one meter was judged.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct Explanation {
    /// All of it, as JSON.
    pub json: Json,
    /// The same for people, fit for a terminal line by line.
    pub text: String,
}

/// A record about the device, as it was seen on the way.
struct Witness {
    path: String,
    name: String,
    line: u32,
    octets: String,
    decoded: Value,
    problem: Option<String>,
}

/// Reads the inputs again and explains one device; `None` if neither the estate nor a record knows it.
///
/// # Errors
///
/// As for [`crate::run()`].
pub fn explain(
    config: &Config,
    device: Eui64,
    progress: &Progress<'_>,
) -> Result<Option<Explanation>, Error> {
    in_pool(config, || {
        let witnesses: Mutex<Vec<Witness>> = Mutex::new(Vec::new());
        let watch = |file: &InputFile, record: &Record<'_>| {
            if let Some(witness) = witness(device, file, record) {
                let mut all = witnesses.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                all.push(witness);
            }
        };
        let loaded = load(config, progress, Some(&watch))?;
        let mut witnesses = witnesses.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        witnesses.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
        Ok(explanation(config, device, &loaded, &witnesses))
    })
}

fn witness(device: Eui64, file: &InputFile, record: &Record<'_>) -> Option<Witness> {
    let seen = match &record.outcome {
        Ok(seen) => seen.iter().any(|seen| seen.device == device),
        Err(_) => record.unusable().iter().any(|seen| seen.device == device),
    };
    if !seen && record.device != Some(device) {
        return None;
    }
    let decoded = match (record.form, Message::decode(record.octets)) {
        (Form::Message, Ok(message)) => message_json(&message, None),
        (Form::Message, Err(_)) => Value::Null,
        (Form::Text | Form::Document(..), _) => json!(String::from_utf8_lossy(record.octets)),
    };
    let octets = match record.form {
        Form::Message => hex(record.octets),
        Form::Text | Form::Document(..) => String::new(),
    };
    let problem = record.outcome.as_ref().err().map(ToString::to_string);
    Some(Witness {
        path: file.path.display().to_string(),
        name: file.name.clone(),
        line: record.origin.line,
        octets,
        decoded,
        problem,
    })
}

fn explanation(
    config: &Config,
    device: Eui64,
    loaded: &Loaded,
    witnesses: &[Witness],
) -> Option<Explanation> {
    let Loaded { store, paths, revocations, .. } = loaded;
    let certificates = Certificates { store, paths, revocations, as_of: config.as_of };
    let observations = loaded.observations.of_device(device);
    let Some(index) = loaded.estate.find(device) else {
        return (!witnesses.is_empty()).then(|| not_in_estate(device, witnesses));
    };
    let resolutions = Resolutions::new(&loaded.observations.credentials(), certificates, &config.options);
    let context = Context {
        estate: &loaded.estate,
        names: &loaded.names,
        directory: &loaded.directory,
        certificates,
        resolutions: &resolutions,
        options: &config.options,
        waivers: &loaded.waivers,
    };
    let assessment = assess(Subject::new(context, index, &observations));
    let inputs = InputDigests::new(loaded.accounts.iter().map(|account| account.sha256));
    let row = serde_json::to_value(device_row(&assessment, &inputs)).unwrap_or_default();
    let subject = &assessment.subject;
    let rules: Vec<Value> = evaluate_all(subject)
        .into_iter()
        .map(|(rule, outcome)| {
            json!({"rule": rule.id, "outcome": outcome.name(), "why": why(&outcome), "title": rule.title})
        })
        .collect();
    let considered: Vec<Value> = considered(subject, &observations).collect();
    let mut text = Text::default();
    text.heading(&format!("{device}: {}", assessment.verdict.name()));
    if let Some(remedy) = &assessment.remedy {
        let who = remedy.who.as_deref().map_or(String::new(), |who| format!(" ({who})"));
        let request = remedy.service_request.map_or(String::new(), |request| format!(", SRV {request}"));
        text.line(&format!("remedy: {}{who}{request}: {}", remedy.actor.name(), remedy.action));
    }
    text.expectation(subject);
    text.cells(subject);
    text.records(witnesses, subject);
    text.certificates(&considered);
    text.rules(&rules);
    let json = json!({
        "device_id": device.to_string(),
        "row": row,
        "records": witnesses.iter().map(witness_json).collect::<Vec<_>>(),
        "certificates": considered,
        "reference": reference(subject, loaded),
        "rules": rules,
    });
    Some(Explanation { json: Json(json), text: text.0 })
}

/// The rows of estate and registration data behind an expectation, with the input and line of each.
fn reference(subject: &Subject<'_>, loaded: &Loaded) -> Vec<Value> {
    let place = |origin: types::Origin| {
        let account = loaded.accounts.get(origin.input.0 as usize);
        let (name, sha256) =
            account.map_or_else(Default::default, |input| (input.name.clone(), input.sha256.to_string()));
        json!({"input": sha256, "line": origin.line, "name": name})
    };
    let estate = subject.meter.rows.iter().map(|row| {
        let mpan = |field: types::MpanField| field.mpan().map(|mpan| mpan.to_string());
        json!({
            "role": "estate", "stands": place(row.origin), "device_type": row.device_type.map(types::DeviceType::name),
            "device_status": row.status.map(types::DeviceStatus::name), "mpan": mpan(row.mpan),
            "secondary_mpan": mpan(row.secondary_mpan), "export_mpan": mpan(row.export_mpan),
            "network_operator": subject.name(row.network_operator), "supplier": subject.name(row.supplier),
        })
    });
    let registration = subject.meter.registration.as_ref().map(|row| {
        json!({
            "role": "registration", "stands": place(row.origin), "mpan": row.mpan.to_string(),
            "network_operator": subject.name(row.network_operator), "supplier": subject.name(row.supplier),
        })
    });
    estate.chain(registration).collect()
}

fn witness_json(witness: &Witness) -> Value {
    json!({
        "file": witness.path, "name": witness.name, "line": witness.line, "octets": witness.octets, "decoded": witness.decoded,
        "problem": witness.problem,
    })
}

fn not_in_estate(device: Eui64, witnesses: &[Witness]) -> Explanation {
    let mut text = Text::default();
    text.heading(&format!("{device}: not in the estate"));
    for witness in witnesses {
        text.witness(witness);
    }
    let json = json!({
        "device_id": device.to_string(), "row": null,
        "records": witnesses.iter().map(witness_json).collect::<Vec<_>>(),
    });
    Explanation { json: Json(json), text: text.0 }
}

fn why(outcome: &Outcome) -> String {
    match outcome {
        Outcome::NotApplicable(why) | Outcome::NotEvaluated(why) => (*why).to_owned(),
        Outcome::Pass => String::new(),
        Outcome::Fail(evidence) => evidence.to_string(),
    }
}

/// Every certificate with a key that a cell was seen to hold, and whether it counts.
fn considered<'s>(
    subject: &'s Subject<'_>,
    observations: &[Observation],
) -> impl Iterator<Item = Value> + use<'s> {
    let certificates = subject.context.certificates;
    let mut keys: Vec<(types::KeyId, NetworkOperatorCell)> = observations
        .iter()
        .filter_map(|seen| match seen.seen {
            Seen::Held(credential) | Seen::HeldBefore(credential) | Seen::Intended(credential) => {
                Some((credential.key, seen.cell))
            }
            _ => None,
        })
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys.into_iter().flat_map(move |(key, cell)| {
        certificates.store.by_key(key).iter().filter_map(move |id| {
            let certificate = certificates.store.get(*id)?;
            let counts = subject
                .cells
                .iter()
                .filter(|cell| cell.holding == audit::Holding::Expected)
                .filter_map(|cell| cell.resolution)
                .any(|resolution| resolution.matching.contains(id));
            let path = match certificates.paths.result(*id) {
                Ok(path) if path.issuers().is_empty() => "trust anchor".to_owned(),
                Ok(_) => "holds".to_owned(),
                Err(error) => error.to_string(),
            };
            Some(json!({
                "cell": cell.name(), "counts": counts, "path": path,
                "revocation": report::revocation_text(certificates.revocations.status(*id)),
                "validity": certificate.validity_at(certificates.as_of).name(),
                "certificate": certificate_json(certificate, None),
            }))
        })
    })
}

/// Text that grows line by line, each fit to be shown.
#[derive(Default)]
struct Text(String);

impl Text {
    fn line(&mut self, line: &str) {
        self.0.push_str(&one_line(line));
        self.0.push('\n');
    }

    fn heading(&mut self, heading: &str) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        self.line(heading);
    }

    fn expectation(&mut self, subject: &Subject<'_>) {
        self.heading("Who ought to be there");
        let source = subject.meter.source.name();
        match subject.owner() {
            Some(owner) => self.line(&format!("  {}, from {source}", owner.name(subject.context.directory))),
            None => self.line("  not known"),
        }
        for row in subject.meter.rows.iter() {
            let mpan =
                row.mpan.mpan().map_or_else(|| "no valid MPAN".to_owned(), |mpan| format!("MPAN {mpan}"));
            self.line(&format!("  estate line {}: {mpan}", row.origin.line));
        }
    }

    fn cells(&mut self, subject: &Subject<'_>) {
        self.heading("What stands there");
        for cell in &subject.cells {
            let held = cell.credential.map_or_else(|| "nothing known".to_owned(), |held| held.to_string());
            let at = cell.timeline.decided.map_or_else(String::new, |(seen, _)| {
                let at = seen.at.map_or_else(|| "undated".to_owned(), |at| at.to_string());
                format!(" ({}, {}, {at})", seen.source.name(), seen.grade.name())
            });
            self.line(&format!("  {}: {} – {held}{at}", cell.cell.name(), cell.holding.verdict().name()));
        }
    }

    fn records(&mut self, witnesses: &[Witness], subject: &Subject<'_>) {
        self.heading("Records");
        if witnesses.is_empty() {
            self.line("  none");
        }
        for witness in witnesses {
            self.witness(witness);
        }
        self.heading("Timeline");
        let mut seen: Vec<&Observation> = subject.observations.iter().collect();
        seen.sort_by_key(|seen| (seen.at, seen.origin, seen.cell, !matches!(seen.seen, Seen::HeldBefore(_))));
        for seen in seen {
            let at = seen.at.map_or_else(|| "undated".to_owned(), |at| at.to_string());
            self.line(&format!(
                "  {at} {} {} {}",
                seen.cell.name(),
                seen.source.name(),
                report::statement(seen.seen)
            ));
        }
    }

    fn witness(&mut self, witness: &Witness) {
        self.line(&format!("  {}, line {}", witness.path, witness.line));
        if let Some(problem) = &witness.problem {
            self.line(&format!("    not used: {problem}"));
        }
        if let Some(family) = witness.decoded.get("family").and_then(Value::as_str) {
            let cra = witness.decoded.get("cra").and_then(Value::as_str).unwrap_or_default();
            self.line(&format!("    {family} {cra}, octets {}", witness.octets));
            if let Some(payload) = witness.decoded.get("payload") {
                self.line(&format!("    payload {payload}"));
            }
        } else if let Some(row) = witness.decoded.as_str().filter(|row| !row.is_empty()) {
            self.line(&format!("    row {row:?}"));
        } else if !witness.octets.is_empty() {
            self.line(&format!("    octets {}", witness.octets));
        }
    }

    fn certificates(&mut self, considered: &[Value]) {
        self.heading("Certificates considered");
        if considered.is_empty() {
            self.line("  none has a key that was seen in a cell");
        }
        for entry in considered {
            let of = |value: &Value, name: &str| {
                value
                    .get(name)
                    .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
                    .unwrap_or_default()
            };
            let certificate = entry.get("certificate").cloned().unwrap_or_default();
            let role = certificate.get("role").and_then(|role| role.get("name")).and_then(Value::as_str);
            let counts = if entry.get("counts").and_then(Value::as_bool) == Some(true) {
                "counts"
            } else {
                "does not count"
            };
            self.line(&format!(
                "  {} {} – {} key {}, {} to {}, {}, path {}, revocation {}: {counts}",
                of(entry, "cell"),
                of(&certificate, "serial_hex"),
                role.unwrap_or("no role"),
                of(&certificate, "subject_key_identifier"),
                of(&certificate, "not_before"),
                of(&certificate, "not_after"),
                of(entry, "validity"),
                of(entry, "path"),
                of(entry, "revocation"),
            ));
        }
    }

    fn rules(&mut self, rules: &[Value]) {
        self.heading("Rules");
        for rule in rules {
            let of = |name: &str| rule.get(name).and_then(Value::as_str).unwrap_or_default();
            let why = match of("why") {
                "" => String::new(),
                why => format!(" – {why}"),
            };
            self.line(&format!("  {:<15} {}{why}", of("outcome"), of("rule")));
        }
    }
}
