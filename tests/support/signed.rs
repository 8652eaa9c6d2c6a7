//! A signed report of a small estate, and what somebody can do to it who can write its folder.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

use std::fs;
use std::path::{Path, PathBuf};

use dno_audit::{
    Config, Expected, Progress, PublicKey, RunKey, Salts, Signer, Tree, Verification, run, slice, verify,
};
use serde_json::Value;
use tempfile::TempDir;
use testkit::estate::{EstateOptions, Form, State, write_estate};

use crate::support::config;

/// A signed report of a small estate, with its inputs.
pub(crate) struct Signed {
    pub(crate) folder: TempDir,
    pub(crate) config: Config,
}

impl Signed {
    pub(crate) fn new() -> Self {
        Self::with_chain(false)
    }

    /// With the certificates of the signer in the signature, or without.
    pub(crate) fn with_chain(chain: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options =
            EstateOptions { devices: State::COUNT as u64, form: Form::Messages, ..EstateOptions::default() };
        let inputs = folder.path().join("inputs");
        write_estate(&options, &inputs).unwrap();
        let mut config = config(&options, &inputs);
        let mut signer = Signer::from_pem(&text("auditor-key.pem")).unwrap();
        if chain {
            signer = signer.with_chain(text("auditor-chain.pem").as_bytes()).unwrap();
        }
        config.sealing.signer = Some(signer);
        config.sealing.salts = Salts::Key(RunKey::new(b"a secret of this run".to_vec()).unwrap());
        let signed = Self { folder, config };
        run(&signed.config, &signed.report(), &Progress::silent()).unwrap();
        signed
    }

    pub(crate) fn report(&self) -> PathBuf {
        self.folder.path().join("report")
    }

    /// The slice of the party of a tree with the most rows.
    pub(crate) fn slice(&self, tree: Tree) -> PathBuf {
        let leaves = fs::read_to_string(self.report().join(tree.file())).unwrap();
        let leaves = leaves.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let party =
            leaves.max_by_key(|leaf| leaf["rows"].as_u64()).unwrap()["party"].as_str().unwrap().to_owned();
        self.slice_of(tree, &party)
    }

    pub(crate) fn slice_of(&self, tree: Tree, party: &str) -> PathBuf {
        let out = self.folder.path().join(format!("slice-{}", tree.name()));
        assert!(slice(&self.report(), tree, party, &out, &Progress::silent()).unwrap().verified);
        out
    }

    pub(crate) fn all(&self) -> [PathBuf; 3] {
        [self.report(), self.slice(Tree::Dno), self.slice(Tree::Supplier)]
    }
}

pub(crate) fn text(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cli").join(name)).unwrap()
}

pub(crate) fn auditor() -> Expected {
    let mut expected = Expected::default();
    expected.key = Some((PublicKey::from_pem(&text("auditor.pem")).unwrap(), "the auditor".to_owned()));
    expected
}

pub(crate) fn check(folder: &Path, expected: &Expected) -> Verification {
    verify(folder, expected, &Progress::silent()).unwrap()
}

/// Writes a file anew, and the digests that speak of it, as somebody who can write the folder would.
pub(crate) fn forge(folder: &Path, name: &str, content: &[u8]) {
    fs::write(folder.join(name), content).unwrap();
    let list = if folder.join("slice.json").exists() { "slice.json" } else { "manifest.json" };
    let mut value: Value = serde_json::from_slice(&fs::read(folder.join(list)).unwrap()).unwrap();
    let entry = &mut value["files"][name];
    entry["bytes"] = content.len().into();
    entry["sha256"] = sha256(content).into();
    if name.ends_with(".jsonl") {
        entry["lines"] = content.iter().filter(|octet| **octet == b'\n').count().into();
    }
    fs::write(folder.join(list), dno_audit::canonical(&value).unwrap()).unwrap();
}

pub(crate) fn sha256(octets: &[u8]) -> String {
    report::digest(octets).to_string()
}
