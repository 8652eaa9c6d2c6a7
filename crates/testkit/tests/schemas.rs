//! Documents of every kind and style against the published schemas, where these and `xmllint` are at hand.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests; a skipped test says so")]
#![allow(clippy::panic, reason = "a test states what it expects by failing")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use dno_audit_testkit::estate::{Estate, EstateOptions, Mix, State};
use dno_audit_testkit::forms::duis::{self, Header, Id, Replacement, Request, Service, Signature};
use dno_audit_testkit::forms::mmc::{self, Details, Execution, Outcome, Status};
use dno_audit_testkit::forms::xml::{self, Element, Encoding, Style};
use dno_audit_testkit::message::{cell, details, status, update};
use dno_audit_testkit::pki::Pki;
use dno_audit_testkit::rows::EstateRow;
use types::{CellId, CellUsage, Credential, Eui64, KeyUsage, RemotePartyRole, Timestamp};

const DEVICE: Eui64 = Eui64::new([0x00, 0xDB, 0x12, 0x00, 0x00, 0x00, 0x00, 0xA0]);
const DUIS: &str = "duis-5.4.xsd";
const MMC: &str = "mmc-5.4.xsd";

type Documents = Vec<(String, Element)>;

/// The schemas in a folder of their own, in which those of DUIS and MMC find each other.
struct Schemas(tempfile::TempDir);

impl Schemas {
    fn at_hand() -> Option<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference/schemas");
        if !folder.is_dir() {
            println!("SKIPPED: no schemas beside the repository");
            return None;
        }
        if Command::new("xmllint").arg("--version").output().is_err() {
            println!("SKIPPED: xmllint is not installed");
            return None;
        }
        let copies = tempfile::tempdir().unwrap();
        for name in [DUIS, MMC, "xmldsig-core-schema.xsd"] {
            let text = fs::read_to_string(folder.join(name)).unwrap();
            fs::write(copies.path().join(name), text.replace("MMC Schema V5.4.xsd", MMC)).unwrap();
        }
        Some(Self(copies))
    }

    /// The files that a schema does not allow, with what is wrong.
    fn refused(&self, schema: &str, files: &[PathBuf]) -> Vec<String> {
        let mut refused = Vec::new();
        for files in files.chunks(500) {
            let mut command = Command::new("xmllint");
            command.args(["--nonet", "--noout", "--schema"]).arg(self.0.path().join(schema)).args(files);
            let output = command.output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            let valid = said.lines().filter(|line| line.ends_with(" validates")).count();
            assert_eq!(output.status.success(), valid == files.len(), "{said}");
            refused.extend(
                said.lines().filter(|line| !line.ends_with(" validates")).take(20).map(str::to_owned),
            );
        }
        refused
    }
}

fn at() -> Timestamp {
    Timestamp::from_calendar(2025, 11, 3, 9, 15, 0).unwrap()
}

fn request() -> Id {
    Id { originator: "90-B3-D5-AA-00-12-00-00".parse().unwrap(), target: DEVICE, counter: 1_000_042 }
}

fn pair(pki: &Pki, id: &str) -> [Credential; 2] {
    let generation = pki.organisation(id).unwrap().current().unwrap();
    [generation.digital_signature().unwrap().credential(), generation.key_agreement().unwrap().credential()]
}

fn operator_cells() -> [CellId; 2] {
    [KeyUsage::DIGITAL_SIGNATURE, KeyUsage::KEY_AGREEMENT]
        .map(|usage| cell(RemotePartyRole::NETWORK_OPERATOR, usage))
}

/// Every kind of DUIS document.
fn duis_kinds() -> Documents {
    let pki = Pki::standard();
    let current = pki.organisation("LOND").unwrap().current().unwrap();
    let [signature, agreement] =
        [current.digital_signature().unwrap().der(), current.key_agreement().unwrap().der()];
    let top_up = pki.organisation("SUP-A").unwrap().top_up().unwrap().der();
    let answer = Header::answer(request(), Some(at()));
    let from_dcc = |code| Header::from_dcc(request(), code, Some(at()));
    let unasked = Header::unasked(Some(request().answered()), Some(at()));
    let by_dcc = Header::unasked(None, Some(at()));
    let whole = Replacement {
        execution: Some(at()),
        role: "NetworkOperator",
        floor: Some(0),
        signature: Some(signature),
        agreement: Some(agreement),
        top_up: None,
        path: vec![pki.issuing().der()],
    };
    let partial = Replacement { execution: None, floor: None, agreement: None, ..whole.clone() };
    let supplier = Replacement { role: "Supplier", top_up: Some(top_up), ..whole.clone() };
    let (critical, plain) = (Request::new(request(), 4), Request::new(request(), 1));
    let meter = EstateRow {
        secondary_mpan: Some(1_200_000_000_018),
        export_mpan: Some(1_200_000_000_027),
        manufacturer: "Alder Metering",
        model: "AM-100",
        firmware: "01.02.0003",
        region: "London",
        ..EstateRow::esme(DEVICE, 1_200_000_000_009, "SUP-A")
    };
    let bare = EstateRow { status: "", mpan: None, ..EstateRow::esme(DEVICE, 0, "") };
    let old = EstateRow { smets: "SMETS1", ..meter };
    let hub = EstateRow { device_type: "CHF", ..bare };
    let many = vec![meter; duis::INVENTORY_DEVICES];
    let adapted = mmc::Header::new(DEVICE, request().originator, 42, 0x0018, Service::READ_FIRMWARE);
    let kinds = [
        ("payload", answer.payload(Service::RETRIEVE_CREDENTIALS, &[0xDF; 200])),
        ("payload of an update", answer.payload(Service::UPDATE_CREDENTIALS, &[0xDF; 500])),
        ("payload of something else", answer.payload(Service::READ_FIRMWARE, &[0xDD; 90])),
        ("older version", Header { version: "2.0", ..answer }.payload(Service::HAND_OVER, &[0xDF])),
        ("unsigned", Header { signature: Signature::Omitted, ..answer }.payload(Service::HAND_OVER, &[0xDF])),
        (
            "without request",
            Header { request: None, ..answer }.payload(Service::RETRIEVE_CREDENTIALS, &[0xDF]),
        ),
        ("acknowledgement", from_dcc(duis::ACKNOWLEDGED).no_payload(Service::RETRIEVE_CREDENTIALS)),
        ("no answer", from_dcc(duis::NO_ANSWER).no_payload(Service::RETRIEVE_CREDENTIALS)),
        ("error of the service", from_dcc("E062401").no_payload(Service::RETRIEVE_CREDENTIALS)),
        (
            "future-dated alert",
            answer.future_dated_alert(Service::UPDATE_CREDENTIALS, update::ALERT_SUCCESS, &[0xDF; 300]),
        ),
        ("pre-command", from_dcc(duis::SUCCESS).pre_command(Service::UPDATE_CREDENTIALS, &[0xDF; 900])),
        ("scheduled", answer.scheduled(Service::RETRIEVE_CREDENTIALS, &[0xDF; 200])),
        ("device alert", unasked.device_alert(0x8F66, &[0xDF; 300])),
        ("credentials updated", {
            let hash = [0x4A; 8];
            let certificates: [(_, &[u8]); 2] = [("DigitalSigning", &hash), ("KeyAgreement", &hash)];
            by_dcc.credentials_updated(DEVICE, "NetworkOperator", &certificates)
        }),
        ("command failure", by_dcc.command_failure(request())),
        (
            "inventory",
            from_dcc(duis::SUCCESS).inventory([meter, bare, old, hub].iter().map(duis::inventory_device)),
        ),
        ("full inventory", from_dcc(duis::SUCCESS).inventory(many.iter().map(duis::inventory_device))),
        ("SMETS1", answer.smets1(Service::READ_FIRMWARE, &adapted)),
        ("6.24.1", plain.retrieve_credentials(&["Supplier", "NetworkOperator"])),
        ("6.24.1 of every role", {
            let roles =
                ["ACB", "NetworkOperator", "Recovery", "Root", "Supplier", "TransCoS", "LoadController"];
            plain.retrieve_credentials(&roles)
        }),
        ("6.15.1", critical.update_credentials(&whole)),
        ("6.15.1 of one cell", critical.update_credentials(&partial)),
        ("6.15.1 of a supplier", critical.update_credentials(&supplier)),
        ("6.15.1 without certificates", {
            critical.update_credentials(&Replacement { signature: None, ..partial.clone() })
        }),
        ("6.21", plain.hand_over(&whole)),
        ("6.21 of one cell", plain.hand_over(&partial)),
        ("signed pre-command", critical.signed_pre_command(Service::UPDATE_CREDENTIALS, &[0xDF; 900])),
        ("unsigned request", {
            Request { signature: Signature::Omitted, ..plain }.retrieve_credentials(&["NetworkOperator"])
        }),
    ];
    kinds.map(|(name, root)| (name.to_owned(), root)).into()
}

/// Every kind of MMC document.
fn mmc_kinds() -> Documents {
    let pki = Pki::standard();
    let (held, broker) = (pair(&pki, "LOND"), pair(&pki, "ACB"));
    let target = request().originator;
    let header = |service, code| mmc::Header::new(DEVICE, target, 42, code, service).at(Some(at()));
    let read = header(Service::RETRIEVE_CREDENTIALS, details::CS02A);
    let cells = operator_cells();
    let top_up = CellId {
        cell_usage: CellUsage::PRE_PAYMENT_TOP_UP,
        ..cell(RemotePartyRole::SUPPLIER, KeyUsage::KEY_AGREEMENT)
    };
    let root = cell(RemotePartyRole::ROOT, KeyUsage::KEY_CERT_SIGN);
    let all: Vec<Details> = cells
        .into_iter()
        .chain([top_up, root])
        .zip(held.into_iter().chain(broker))
        .map(|(cell, credential)| Details::held(cell, credential))
        .collect();
    let failing = [5, 10, 17, 25, 30, 127, 99]
        .map(|code| Details::failed(RemotePartyRole::NETWORK_OPERATOR, Status::of(code)));
    let long = Details { hash: Some(vec![7; 20]), ..all.first().unwrap().clone() };
    let outcomes = |status| {
        let outcomes = cells.into_iter().zip(broker.into_iter().zip(held));
        outcomes.map(|(cell, (old, new))| Outcome::of(cell, status, old, new)).collect()
    };
    let done = Execution::by_network_operator(42, outcomes(Status::SUCCESS));
    let failed = Execution::by_network_operator(42, outcomes(Status::of(status::BAD_CERTIFICATE)));
    let alert = header(Service::UPDATE_CREDENTIALS, update::ALERT);
    let kinds = [
        ("cells", read.credentials(&all)),
        ("failing statuses", read.credentials(&failing)),
        ("a hash of twenty octets", read.credentials(&[long])),
        ("no details", read.credentials(&[])),
        ("empty details", read.credentials(&[Details::default()])),
        ("sent by the DCC", mmc::Header { supplementary: Some((target, 41)), ..read }.credentials(&all)),
        ("6.15.1", header(Service::UPDATE_CREDENTIALS, 0x0103).update(Some(&done))),
        ("6.15.1 failed", header(Service::UPDATE_CREDENTIALS, 0x0103).update(Some(&failed))),
        ("6.15.1 future-dated", header(Service::UPDATE_CREDENTIALS, 0x0103).update(None)),
        ("6.21", header(Service::HAND_OVER, 0x0103).update(Some(&done))),
        ("6.23", header(Service::CHANGE_SUPPLIER, 0x0107).update(None)),
        ("empty execution", header(Service::HAND_OVER, 0x0103).update(Some(&Execution::default()))),
        ("empty outcome", {
            let execution = Execution { outcomes: vec![Outcome::default()], ..Execution::default() };
            header(Service::HAND_OVER, 0x0103).update(Some(&execution))
        }),
        ("update alert", alert.update_alert(Some(update::ALERT_SUCCESS), at(), &done)),
        ("update alert without code", alert.update_alert(None, at(), &failed)),
        ("another alert", alert.alert(Some(0x8F12), "Supply interrupted", at(), None)),
        ("firmware", header(Service::READ_FIRMWARE, 0x0018).firmware("1.2")),
        ("empty", read.empty()),
    ];
    kinds.map(|(name, root)| (name.to_owned(), root)).into()
}

fn written(documents: &Documents, styles: &[Style], folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for (name, root) in documents {
        for (number, style) in styles.iter().enumerate() {
            let path = folder.join(format!("{}-{number}.xml", name.replace(' ', "-")));
            fs::write(&path, xml::document(root, *style)).unwrap();
            files.push(path);
        }
    }
    files
}

fn assert_valid(schema: &str, documents: &Documents, styles: &[Style]) {
    let Some(schemas) = Schemas::at_hand() else { return };
    let names: BTreeSet<&String> = documents.iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), documents.len(), "names are file names");
    let folder = tempfile::tempdir().unwrap();
    let files = written(documents, styles, folder.path());
    let refused = schemas.refused(schema, &files);
    assert!(refused.is_empty(), "{schema}:\n{}", refused.join("\n"));
    println!("{} documents are valid by {schema}", files.len());
}

/// The usual style, and each way of writing a document that a schema does not see.
fn styles() -> Vec<Style> {
    let marked = [Encoding::Utf8Marked, Encoding::Utf16Le, Encoding::Utf16Be]
        .map(|encoding| Style { encoding, ..Style::default() });
    (0..28).map(Style::varied).chain(marked).collect()
}

#[test]
fn every_duis_document_in_every_style_is_valid() {
    assert_valid(DUIS, &duis_kinds(), &styles());
}

#[test]
fn every_mmc_document_in_every_style_is_valid() {
    assert_valid(MMC, &mmc_kinds(), &styles());
}

/// An estate of every state but those whose documents break the schema: without a time, or with a wrong identifier.
fn estate() -> Estate {
    let states = State::ALL.iter().filter(|it| !matches!(it, State::Undated | State::Undecodable));
    let mix = states.fold(Mix::only(State::Correct), |mix, state| mix.with(*state, 1));
    Estate::new(EstateOptions { devices: 400, mix, ..EstateOptions::default() }).unwrap()
}

fn numbered(documents: impl Iterator<Item = Element>) -> Documents {
    documents.zip(0..).map(|(root, number): (_, u32)| (number.to_string(), root)).collect()
}

#[test]
fn the_documents_of_an_estate_are_valid() {
    let estate = estate();
    assert_valid(DUIS, &numbered(estate.duis_documents()), &[Style::default()]);
    assert_valid(DUIS, &numbered(estate.inventory_documents()), &[Style::default()]);
    assert_valid(MMC, &numbered(estate.mmc_documents()), &[Style::default()]);
}

#[test]
fn every_part_of_an_mmc_document_that_is_optional_may_be_absent() {
    let optional = [
        "SupplementaryRemotePartyID",
        "SupplementaryRemotePartyCounter",
        "GBCSHexadecimalMessageCode",
        "ServiceReference",
        "ServiceReferenceVariant",
        "RemotePartyRole",
        "StatusCode",
        "RemotePartyFloorSeqNumber",
        "CertificateUsage",
        "ExistingRemotePartyID",
        "ExistingCertificateHash",
        "ExecutionOutcome",
        "AuthorisingRemotePartyOriginatorCounter",
        "CredentialsReplacementMode",
        "RemotePartySeqNumberChange",
        "ReplacementOutcome",
        "CertificateType",
        "NewRemotePartyID",
        "NewCertificateHash",
        "GBCSHexAlertCode",
        "Payload",
        "DeviceAlertContent",
        "SMETSData",
    ];
    let mut documents = Documents::new();
    for (name, root) in mmc_kinds() {
        for part in optional {
            documents.push((format!("{name} without {part}"), root.clone().without(part)));
        }
        let bare = optional.into_iter().fold(root, Element::without);
        documents.push((format!("{name} without anything"), bare));
    }
    assert_valid(MMC, &documents, &[Style::default()]);
}

#[test]
fn what_the_schemas_forbid_is_refused() {
    let Some(schemas) = Schemas::at_hand() else { return };
    let folder = tempfile::tempdir().unwrap();
    let header = Header::from_dcc(request(), "E9999", Some(at()));
    let undated = Header::answer(request(), None);
    let duis = vec![
        ("code".to_owned(), header.no_payload(Service::RETRIEVE_CREDENTIALS)),
        ("undated".to_owned(), undated.payload(Service::RETRIEVE_CREDENTIALS, &[0xDF])),
        ("6.21-without-certificate".to_owned(), {
            let path = Pki::standard().issuing().der().to_vec();
            let empty = Replacement { role: "NetworkOperator", path: vec![&path], ..Replacement::default() };
            Request::new(request(), 1).hand_over(&empty)
        }),
    ];
    for file in written(&duis, &[Style::default()], folder.path()) {
        assert!(!schemas.refused(DUIS, &[file]).is_empty());
    }
    let (_, cells) = mmc_kinds().swap_remove(0);
    let header = vec![("no-header".to_owned(), cells.without("OriginatorCounter"))];
    for file in written(&header, &[Style::default()], folder.path()) {
        assert!(!schemas.refused(MMC, &[file]).is_empty());
    }
}

#[test]
fn the_published_examples_are_valid_but_for_long_serial_numbers() {
    let Some(schemas) = Schemas::at_hand() else { return };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference/duis");
    let files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(!files.is_empty());
    for line in schemas.refused(DUIS, &files) {
        // xmllint reads integers of 24 digits at most, which serial numbers exceed.
        assert!(line.contains("X509SerialNumber") || line.ends_with(" fails to validate"), "{line}");
    }
}
