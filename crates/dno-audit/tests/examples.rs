//! The examples do what they say.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test states what it expects by failing")]
#![allow(dead_code, reason = "each example has a main of its own")]

use std::path::Path;

use dno_audit::{Config, Progress, Tree};

#[path = "../examples/assess_one_meter.rs"]
mod assess_one_meter;
#[path = "../examples/decode_message.rs"]
mod decode_message;
#[path = "../examples/own_source.rs"]
mod own_source;
#[path = "../examples/verify_slice.rs"]
mod verify_slice;

#[test]
fn one_meter_is_assessed_in_memory() {
    use assess_one_meter::{LONDON, PLACEHOLDER, assessed};
    assert_eq!(
        assessed(PLACEHOLDER).unwrap(),
        "00-DB-12-00-00-00-00-A0: missing\n\
         \x20 placeholder-in-cell: the cell still holds the Access Control Broker's placeholder\n\
         \x20 remedy: supplier, hand the network operator cells over: the DCC replaces its placeholder by the operator's \
         certificates\n"
    );
    assert_eq!(assessed(LONDON).unwrap(), "00-DB-12-00-00-00-00-A0: correct\n");
    let cut = assessed(b"DD00").unwrap();
    assert!(cut.starts_with("00-DB-12-00-00-00-00-A0: not-known\n"), "{cut}");
    assert!(cut.contains("\n  refused: message cut short: "), "{cut}");
}

#[test]
fn a_message_is_decoded() {
    assert_eq!(
        decode_message::decoded(decode_message::SAMPLE).unwrap(),
        "CS02a of 00-DB-12-00-00-00-00-A0\n\
         \x20 networkOperator: success\n\
         \x20   digitalSignature: entity 90-B3-D5-AA-00-12-00-00, key 4187EAFBACBA8961\n\
         \x20   keyAgreement: entity 90-B3-D5-AA-00-12-00-00, key 43BA782A3C593490\n"
    );
    let error = decode_message::decoded("DD0000").unwrap_err();
    assert!(error.to_string().contains("ends here"), "{error}");
}

#[test]
fn an_own_source_is_audited_like_any_other() {
    assert_eq!(
        own_source::assessed().unwrap(),
        "00-DB-12-00-00-00-00-A0: correct []\n\
         00-DB-12-00-00-00-00-A1: missing [placeholder-in-cell, cell-not-observed]\n\
         00-DB-12-00-00-00-00-A2: not-known [cell-not-observed, record-unusable]\n"
    );
}

#[test]
fn a_slice_is_verified_and_an_altered_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, slice) = (folder.path().join("whole"), folder.path().join("slice"));
    let options = testkit::estate::EstateOptions { devices: 200, ..Default::default() };
    testkit::estate::write_estate(&options, folder.path()).unwrap();
    let config = Config::parse(CONFIGURATION, "audit.toml", folder.path().to_path_buf()).unwrap();
    let manifest = dno_audit::run(&config, &whole, &Progress::silent()).unwrap().manifest_sha256;
    dno_audit::slice(&whole, Tree::Dno, "LOND", &slice, &Progress::silent()).unwrap();

    let text = verify_slice::verified(&slice, Some(manifest.to_string())).unwrap();
    assert!(text.starts_with("slice: 9 checks hold\n"), "{text}");
    assert!(text.contains("\n  00-DB-12-"), "{text}");
    assert!(verify_slice::verified(&slice, Some("0".repeat(64))).is_err());
    cut(&slice.join("devices.jsonl"));
    let error = verify_slice::verified(&slice, None).unwrap_err();
    assert!(error.to_string().contains("does not verify"), "{error}");
}

/// Takes the last row away.
fn cut(file: &Path) {
    let text = std::fs::read_to_string(file).unwrap();
    let kept = text.trim_end().rfind('\n').map_or(0, |end| end + 1);
    std::fs::write(file, text.get(..kept).unwrap()).unwrap();
}

const CONFIGURATION: &str = r#"
as_of = "2026-01-01T00:00:00Z"

[inputs]
records = ["*.csv"]
certificates = ["certificates/bundle.pem"]
trust_anchors = ["trust-anchor.pem"]
estate = ["estate.csv"]
directory = ["directory.toml"]
"#;
