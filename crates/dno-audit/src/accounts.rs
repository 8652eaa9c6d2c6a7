//! What became of each input: its size, its digest, and how each of its records ended.

use std::collections::BTreeMap;

use audit::InputUse;
use audit::timeline::Disposition;
use intake::{Form, Record, Reject, SchemaVersion};
use report::model::v1::{InputEntry, RecordCounts};
use report::{Quarantined, quarantine_row};
use types::{Eui64, InputId, Sha256Digest};

use crate::config::InputSpec;
use crate::error::Error;
use crate::inputs::{InputFile, Role};
use crate::spool::Spool;

/// The account of one input.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) role: Role,
    pub(crate) name: String,
    pub(crate) path: std::path::PathBuf,
    pub(crate) bytes: u64,
    pub(crate) sha256: Sha256Digest,
    /// What the user says of it, as far as it is not its place.
    pub(crate) spec: InputSpec,
    /// Records as they were read, counted apart from how they ended.
    pub(crate) read: u64,
    pub(crate) uses: InputUse,
    pub(crate) quarantine: Spool,
    /// How many documents claim each version of the DUIS or MMC schema.
    pub(crate) schemas: BTreeMap<SchemaVersion, u64>,
    /// Whether it is nothing that its role can be.
    pub(crate) unrecognised: bool,
    /// What whoever runs the audit must know at once.
    pub(crate) warnings: Vec<String>,
}

impl Account {
    pub(crate) fn new(file: &InputFile) -> Self {
        Self {
            role: file.role,
            name: file.name.clone(),
            path: file.path.clone(),
            bytes: 0,
            sha256: Sha256Digest::default(),
            spec: file.spec.clone(),
            read: 0,
            uses: InputUse::default(),
            quarantine: Spool::new(),
            schemas: BTreeMap::new(),
            unrecognised: false,
            warnings: Vec::new(),
        }
    }

    pub(crate) fn count(&mut self, disposition: Disposition) {
        self.uses.count(disposition);
    }

    /// Puts a record into the quarantine. Of a certificate file nothing is shown, since it may hold a private key.
    pub(crate) fn quarantine(&mut self, record: &Record<'_>, reject: &Reject) -> Result<(), Error> {
        let octets = record.octets;
        let (octets, text) = match record.form {
            Form::Message => (Some(octets), None),
            Form::Text | Form::Document(..) => (None, Some(octets)),
        };
        self.put(reject, record.device, record.origin.line, octets, text)
    }

    pub(crate) fn put(
        &mut self,
        reject: &Reject,
        device: Option<Eui64>,
        line: u32,
        octets: Option<&[u8]>,
        text: Option<&[u8]>,
    ) -> Result<(), Error> {
        self.uses.quarantined += 1;
        self.unrecognised |= matches!(reject, Reject::NotRecognised { .. });
        if reject.is_private_key() {
            self.warnings.push(format!("{}, line {line}: {reject}", self.path.display()));
        }
        let detail = reject.to_string();
        let row =
            quarantine_row(&Quarantined { reason: reject.id(), detail: &detail, device, line, octets, text });
        let mut line = Vec::new();
        report::push_line(&row, &mut line)?;
        self.quarantine.push(&line)
    }

    pub(crate) fn entry(&self) -> InputEntry {
        InputEntry {
            bytes: self.bytes,
            name: self.name.clone(),
            not_relevant: self
                .uses
                .not_relevant
                .iter()
                .map(|(why, count)| (why.name().into(), *count))
                .collect(),
            records: record_counts(&self.uses),
            role: self.role.name().into(),
            schema_versions: self
                .schemas
                .iter()
                .map(|(version, count)| (version.to_string(), *count))
                .collect(),
            sha256: self.sha256.to_string(),
        }
    }
}

/// The wire form of the account of records.
pub(crate) fn record_counts(uses: &InputUse) -> RecordCounts {
    RecordCounts {
        duplicate: uses.duplicate,
        not_relevant: uses.not_relevant_total(),
        quarantined: uses.quarantined,
        superseded: uses.superseded,
        total: uses.records(),
        used: uses.used,
    }
}

/// Puts accounts into the order of the manifest – role, digest, name – and tells the new number of each.
pub(crate) fn sort(accounts: Vec<Account>) -> (Vec<Account>, Vec<InputId>) {
    let mut numbered: Vec<(usize, Account)> = accounts.into_iter().enumerate().collect();
    numbered.sort_by(|(_, a), (_, b)| (a.role, a.sha256, &a.name).cmp(&(b.role, b.sha256, &b.name)));
    let mut numbers = vec![InputId(0); numbered.len()];
    for ((old, _), new) in numbered.iter().zip(0u32..) {
        if let Some(number) = numbers.get_mut(*old) {
            *number = InputId(new);
        }
    }
    (numbered.into_iter().map(|(_, account)| account).collect(), numbers)
}
