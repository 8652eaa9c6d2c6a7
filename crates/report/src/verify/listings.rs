//! The files of a report beside its rows: each in its order, with nothing that no audit gives.

use super::rows::{Reference, device as device_id, instant, word};
use super::{Order, parse_digest};
use crate::model::v1::{CertificateRow, InputEntry, Manifest, NotInEstateRow, OtherRow, QuarantineRow};
use crate::seal::Tree;

/// Holds `quarantine.jsonl` to the manifest: so many records of each input, in the order of the inputs, then of the lines.
#[derive(Debug)]
pub struct Quarantine<'m> {
    inputs: std::slice::Iter<'m, InputEntry>,
    digest: &'m str,
    left: u64,
    line: u32,
}

impl<'m> Quarantine<'m> {
    /// Before the first row.
    #[must_use]
    pub fn new(manifest: &'m Manifest) -> Self {
        Self { inputs: manifest.inputs.iter(), digest: "", left: 0, line: 0 }
    }

    fn next_input(&mut self) -> bool {
        while self.left == 0 {
            let Some(input) = self.inputs.next() else { return false };
            (self.digest, self.left, self.line) = (&input.sha256, input.records.quarantined, 0);
        }
        true
    }

    /// Takes the next row.
    ///
    /// # Errors
    ///
    /// It is not of the input that has the next one, or stands before the row above it.
    pub fn next(&mut self, row: &QuarantineRow) -> Result<(), String> {
        if !self.next_input() || self.digest != row.input {
            return Err(format!("a record of {:?}, expected {:?}", row.input, self.digest));
        }
        if row.line < self.line {
            return Err(format!("line {} of the input after line {}", row.line, self.line));
        }
        self.left -= 1;
        self.line = row.line;
        row.device_id.as_deref().map_or(Ok(()), device)
    }

    /// After the last row.
    ///
    /// # Errors
    ///
    /// An input has more.
    pub fn end(mut self) -> Result<(), String> {
        match self.next_input() {
            true => Err(format!("{} records fewer of {:?} than the manifest says", self.left, self.digest)),
            false => Ok(()),
        }
    }
}

/// Holds `not-in-estate.jsonl` to its order and to the inputs.
#[derive(Debug)]
pub struct NotInEstate<'r> {
    reference: &'r Reference,
    last: String,
}

impl<'r> NotInEstate<'r> {
    /// Before the first row.
    #[must_use]
    pub const fn new(reference: &'r Reference) -> Self {
        Self { reference, last: String::new() }
    }

    /// Takes the next row.
    ///
    /// # Errors
    ///
    /// It does not stand behind the one before, or speaks of no records or of no input.
    pub fn next(&mut self, row: &NotInEstateRow) -> Result<(), String> {
        device(&row.device_id)?;
        if row.device_id <= self.last {
            return Err(format!("device {} after {}", row.device_id, self.last));
        }
        if row.records == 0 || !self.reference.has_input(&row.input) {
            return Err(format!("{} records of {:?}", row.records, row.input));
        }
        row.device_id.clone_into(&mut self.last);
        Ok(())
    }
}

/// Holds `certificates.jsonl` to its order and its words.
#[derive(Debug, Default)]
pub struct Certificates {
    last: String,
}

impl Certificates {
    /// Takes the next row.
    ///
    /// # Errors
    ///
    /// It does not stand behind the one before, or says what no audit says.
    pub fn next(&mut self, row: &CertificateRow) -> Result<(), String> {
        if parse_digest(&row.sha256).is_none() || row.sha256 <= self.last {
            return Err(format!("certificate {:?} after {:?}", row.sha256, self.last));
        }
        word("kind", &row.kind, &["device", "issuing", "organisation", "root", "unrecognised"])?;
        word("validity", &row.validity, &["expired", "in-force", "not-yet-valid"])?;
        if let Some(revocation) = &row.revocation {
            let words = ["not-known", "not-revoked", "revoked", "trust-anchor"];
            word("revocation", &revocation.status, &words)?;
        }
        instant("not_before", &row.not_before)?;
        instant("not_after", &row.not_after)?;
        row.sha256.clone_into(&mut self.last);
        Ok(())
    }
}

/// Holds `others.jsonl` of a slice: every row names the party in a cell and is nobody's own.
#[derive(Debug)]
pub struct Others<'r> {
    reference: &'r Reference,
    party: &'r str,
    order: Order,
}

impl<'r> Others<'r> {
    /// Before the first row of the slice of a party.
    #[must_use]
    pub fn new(reference: &'r Reference, party: &'r str) -> Self {
        Self { reference, party, order: Order::default() }
    }

    /// Takes the next row.
    ///
    /// # Errors
    ///
    /// It does not stand behind the one before, has what no audit gives, or the party is no stranger in its cells.
    pub fn next(&mut self, row: &OtherRow<'_>) -> Result<(), String> {
        self.order.next(Tree::Dno.party(row.dno.as_deref(), None), row.device_id)?;
        self.reference.other(row)?;
        let stands = row.cells.iter().any(|cell| cell.holder.as_deref() == Some(self.party));
        match stands && row.dno.as_deref() != Some(self.party) {
            true => Ok(()),
            false => Err(format!("{:?} is not a stranger in its cells", self.party)),
        }
    }
}

fn device(text: &str) -> Result<(), String> {
    device_id("device_id", text)
}
