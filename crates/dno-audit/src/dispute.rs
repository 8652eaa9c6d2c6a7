//! All that is known of one meter that two parties see differently, in a folder that can be handed over: the row that was
//! received with the proof that it is part of the report, what it rests on, and – with the inputs – the records and
//! what every rule did.

use std::path::{Path, PathBuf};

use report::merkle::{RowPath, leaf, path_holds};
use report::model::v1::{DeviceRow, PartyLeaf};
use report::reconcile::Disagreement;
use report::seal::{Tree, leaf_octets, top_tree};
use report::{ATTESTATION, canonical};
use serde_json::{Value, json};
use types::Eui64;

use crate::diff::verified;
use crate::error::Error;
use crate::explain::explain;
use crate::explain::package::{certificates_of, explain_package, row};
use crate::package::{self, Package};
use crate::place::check_apart;
use crate::progress::Progress;
use crate::reader::{PackageReader, PackageRows, read_whole};
use crate::reconcile::Reconciled;
use crate::reproduce;

/// The file of a dispute pack that says what it is about.
pub(crate) const DISPUTE: &str = "dispute.json";

/// Name of its format.
pub(crate) const DISPUTE_FORMAT: &str = "dno-audit dispute";

/// What a dispute is about.
#[derive(Clone, Copy, Debug)]
pub struct DisputeOptions<'d> {
    /// The package or slice that was received.
    pub received: &'d Path,
    /// A folder with its inputs, if they are to hand.
    pub inputs: Option<&'d Path>,
    /// The reconciliation.
    pub reconciled: &'d Reconciled,
    /// What it found of the meter, if the views do not agree.
    pub disagreement: Option<&'d Disagreement>,
}

/// A dispute pack that was written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Dispute {
    /// Where it stands.
    pub place: PathBuf,
    /// What is not in it, and why.
    pub not_included: Vec<String>,
}

/// Writes the dispute pack of a device to `out`; `None` if neither view has the device.
///
/// # Errors
///
/// The report does not verify, its inputs are not below the folder that was named or give another row, or the pack can't be
/// written, or would lie in the report or around it. What stands at `out` is left as it is then.
pub fn dispute(
    device: Eui64,
    options: &DisputeOptions<'_>,
    out: &Path,
    progress: &Progress<'_>,
) -> Result<Option<Dispute>, Error> {
    let received = verified(options.received, progress)?;
    check_apart(out, options.received)?;
    let row = row(&received, device)?;
    if row.is_none() && options.disagreement.is_none() {
        return Ok(None);
    }
    let mut pack = Package::create(out, package::DISPUTE)?;
    let mut not_included = Vec::new();
    match &row {
        Some(row) => of_row(&received, row, device, &mut pack, &mut not_included)?,
        None => not_included.push("a row and its proof: the report does not have the device".to_owned()),
    }
    match (&row, options.inputs) {
        (Some(row), Some(inputs)) => of_inputs(&received, row, device, inputs, &mut pack, progress)?,
        _ => not_included.push("records and the trace of rules: they need the inputs".to_owned()),
    }
    pack.write(report::MANIFEST, received.manifest_octets())?;
    let attestation = received.folder().join(ATTESTATION);
    match attestation.exists() {
        true => pack.write(ATTESTATION, &read_whole(&attestation)?)?,
        false => not_included.push("a signature: the report has none".to_owned()),
    }
    let about = json!({
        "device_id": device.to_string(), "disagreement": options.disagreement, "files": pack.files,
        "format": DISPUTE_FORMAT, "format_version": 1, "not_included": not_included,
        "own": options.reconciled.own, "received": options.reconciled.received,
    });
    pack.write(DISPUTE, &canonical(&about)?)?;
    pack.publish()?;
    Ok(Some(Dispute { place: out.to_path_buf(), not_included }))
}

/// What the report has of the meter.
fn of_row(
    received: &PackageReader,
    row: &DeviceRow<'_>,
    device: Eui64,
    pack: &mut Package,
    not_included: &mut Vec<String>,
) -> Result<(), Error> {
    let mut line = Vec::new();
    report::push_line(row, &mut line)?;
    line.pop();
    // The octets of the row are the leaf of its party's tree.
    pack.write("row.json", &line)?;
    pack.write("proof.json", &canonical(&proof(received, row, &line)?)?)?;
    if received.is_slice() {
        not_included.push("certificates: a slice comes without them".to_owned());
    } else {
        let mut certificates = pack.file("certificates.jsonl")?;
        for certificate in certificates_of(received, row)? {
            let mut line = Vec::new();
            report::push_line(&certificate, &mut line)?;
            certificates.push(&line, 1)?;
        }
        pack.finish(certificates, true)?;
    }
    let failed = |id: &str| row.findings.iter().any(|finding| finding.rule == id);
    let rules: Vec<_> = received.rules()?.into_iter().filter(|rule| failed(&rule.id)).collect();
    pack.write("rules.json", &canonical(&rules)?)?;
    if let Some(explanation) = explain_package(received.folder(), device)? {
        pack.write("explanation.txt", explanation.text.as_bytes())?;
    }
    Ok(())
}

/// The way from the row to the root in the manifest.
fn proof(received: &PackageReader, row: &DeviceRow<'_>, line: &[u8]) -> Result<Value, Error> {
    let at = |message: &str| Error::Report {
        path: received.folder().to_path_buf(),
        source: report::ReadError::Form { line: 0, message: message.to_owned() },
    };
    let (tree, party, position, path) = if let Some(slice) = received.slice()? {
        let tree = Tree::of_name(&slice.tree).ok_or_else(|| at("slice.json: a tree that no report has"))?;
        (tree, slice.leaf, slice.position, slice.path)
    } else {
        let tree = Tree::Dno;
        let name = tree.party(row.dno.as_deref(), row.supplier.as_deref());
        let rows = PackageRows::<PartyLeaf>::open(received.folder().join(tree.file()))?;
        let leaves = rows.collect::<Result<Vec<_>, _>>()?;
        let place = leaves.iter().position(|leaf| leaf.party == name);
        let place = place.ok_or_else(|| at("there is no leaf of the party of the row"))?;
        let position = u64::try_from(place).unwrap_or(u64::MAX);
        let path = top_tree(&leaves)?.path(position).unwrap_or_default();
        let path = path.iter().map(ToString::to_string).collect();
        let leaf = leaves.into_iter().nth(place).ok_or_else(|| at("there is no leaf of the party"))?;
        (tree, leaf, position, path)
    };

    let mut place = None;
    let mut digests = 0u64;
    let is_of_party =
        |other: &DeviceRow<'_>| tree.party(other.dno.as_deref(), other.supplier.as_deref()) == party.party;
    for other in received.devices()? {
        let other = other?;
        if is_of_party(&other) {
            if other.device_id == row.device_id {
                place = Some(digests);
            }
            digests += 1;
        }
    }
    let place = place.ok_or_else(|| at("the row is not among those of its party"))?;
    let mut way =
        RowPath::new(place, party.rows).ok_or_else(|| at("a leaf counts fewer rows than there are"))?;
    let mut rows = received.devices()?;
    while let Some(other) = rows.next() {
        if is_of_party(&other?) {
            way.push(leaf(rows.octets()));
        }
    }
    let way = way.finish().ok_or_else(|| at("a leaf counts other rows than there are"))?;
    let root = report::verify::parse_digest(&party.root);
    if !root.is_some_and(|root| path_holds(line, place, party.rows, &way, root)) {
        return Err(at("the rows do not lead to the root of their party"));
    }
    let of_tree = tree.root_of(&received.manifest().seal);
    Ok(json!({
        "party": {
            "leaf": party, "leaf_sha256": leaf(&leaf_octets(&party)?).to_string(), "parties": of_tree.parties,
            "path": path, "position": position,
        },
        "root": of_tree.root,
        "row": {
            "leaf_sha256": leaf(line).to_string(), "path": way.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "position": place, "rows": party.rows,
        },
        "tree": tree.name(),
    }))
}

/// What the inputs have of the meter: the octets of every record, decoded, and the outcome of every rule.
fn of_inputs(
    received: &PackageReader,
    row: &DeviceRow<'_>,
    device: Eui64,
    inputs: &Path,
    pack: &mut Package,
    progress: &Progress<'_>,
) -> Result<(), Error> {
    if received.is_slice() {
        return Err(Error::NotReproducible { path: received.folder().to_path_buf() });
    }
    let config =
        reproduce::config(received, inputs, progress)?.map_err(|message| Error::Inputs { message })?;
    let told = explain(&config, device, progress)?;
    let told = told.map(|explanation| explanation.json).unwrap_or_default();
    let said = serde_json::to_value(row).map_err(|error| Error::Inputs { message: error.to_string() })?;
    if told.get("row") != Some(&said) {
        let message = format!(
            "they give another row of {device} than the report has; `dnoaudit verify --inputs` says more"
        );
        return Err(Error::Inputs { message });
    }
    let mut records = pack.file("records.jsonl")?;
    for record in told.get("records").and_then(Value::as_array).into_iter().flatten() {
        let mut record = record.clone();
        // Where the file lay is nobody else's business; its name is that of the manifest.
        if let Some(members) = record.as_object_mut() {
            members.remove("file");
        }
        let mut line = canonical(&record)?;
        line.push(b'\n');
        records.push(&line, 1)?;
    }
    pack.finish(records, true)?;
    let part = |name: &str| told.get(name).cloned().unwrap_or_default();
    let trace = json!({
        "certificates": part("certificates"), "reference": part("reference"), "rules": part("rules"),
    });
    pack.write("trace.json", &canonical(&trace)?)
}
