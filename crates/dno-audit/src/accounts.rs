//! What became of each input: its size, its digest, and how each of its records ended.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::path::PathBuf;

use audit::InputUse;
use audit::timeline::Disposition;
use intake::{Form, Record, Reject, SchemaVersion};
use report::model::v1::{InputEntry, RecordCounts, StoredEntry};
use report::{Quarantined, quarantine_row};
use types::{Eui64, InputId, Sha256Digest};

use crate::config::InputSpec;
use crate::error::Error;
use crate::inputs::{InputFile, Role};
use crate::spool::Spool;

/// The account of one input.
#[derive(Debug)]
pub(crate) struct Account {
    /// Its number until the order of the manifest is known.
    pub(crate) id: InputId,
    pub(crate) role: Role,
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) bytes: u64,
    pub(crate) sha256: Sha256Digest,
    /// What it came out of, if it was not a file by itself.
    pub(crate) stored: Option<StoredEntry>,
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
    /// The account of a file, or of what lies at a place within it.
    pub(crate) fn new(file: &InputFile, id: InputId, within: Option<&str>) -> Self {
        let name = match within {
            Some(within) => format!("{}/{within}", file.name),
            None => file.name.clone(),
        };
        Self::blank(id, file.role, name, file.path.clone(), file.spec.clone())
    }

    /// The account of the same input before anything was read of it.
    pub(crate) fn again(&self) -> Self {
        Self::blank(self.id, self.role, self.name.clone(), self.path.clone(), self.spec.clone())
    }

    fn blank(id: InputId, role: Role, name: String, path: PathBuf, spec: InputSpec) -> Self {
        Self {
            id,
            role,
            name,
            path,
            bytes: 0,
            sha256: Sha256Digest::default(),
            stored: None,
            spec,
            read: 0,
            uses: InputUse::default(),
            quarantine: Spool::new(),
            schemas: BTreeMap::new(),
            unrecognised: false,
            warnings: Vec::new(),
        }
    }

    /// The order of the manifest: role, digest, name.
    pub(crate) fn manifest_order(&self, other: &Self) -> Ordering {
        (self.role, self.sha256, &self.name).cmp(&(other.role, other.sha256, &other.name))
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
            stored: self.stored.clone(),
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

/// Puts accounts into the order of the manifest and tells the new number of each.
pub(crate) fn sort(mut accounts: Vec<Account>) -> (Vec<Account>, Vec<InputId>) {
    accounts.sort_by(Account::manifest_order);
    let most = accounts.iter().map(|account| account.id.0 as usize).max();
    let mut numbers = vec![InputId(0); most.map_or(0, |most| most + 1)];
    for (account, new) in accounts.iter().zip(0u32..) {
        if let Some(number) = numbers.get_mut(account.id.0 as usize) {
            *number = InputId(new);
        }
    }
    (accounts, numbers)
}
