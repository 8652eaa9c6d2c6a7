//! The certificates that a plan names: those of the expected operator, as far as the report itself shows whose they are.

use std::collections::{BTreeMap, BTreeSet};

use report::model::v1::{CertificateRow, DeviceRow};

use crate::cells::short;

/// Columns of the list of certificates.
pub const CERTIFICATES_HEADER: [&str; 10] = [
    "dno",
    "entity_id",
    "key_usage",
    "choice",
    "serial",
    "key_identifier",
    "not_before",
    "not_after",
    "revocation",
    "sha256",
];

const USAGES: [&str; 2] = ["digitalSignature", "keyAgreement"];

/// The certificate to use in a cell, or why there is none.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Choice {
    /// The newest in force; several if they begin at one instant.
    pub certificates: Vec<CertificateRow>,
    /// What has to be known of the choice, or why there is none.
    pub note: String,
}

impl Choice {
    /// Serial numbers, in hex.
    #[must_use]
    pub fn serials(&self) -> String {
        let serials = self.certificates.iter().map(|it| it.serial.as_str());
        serials.collect::<Vec<_>>().join("; ")
    }

    /// Subject key identifiers, in hex.
    #[must_use]
    pub fn keys(&self) -> String {
        let keys = self.certificates.iter().filter_map(|it| it.subject_key_identifier.as_deref());
        keys.collect::<Vec<_>>().join("; ")
    }
}

/// Which entities the report shows to be an operator's own, and their certificates.
///
/// A package does not have the directory. An entity is an operator's if a cell that holds it is correct in a meter of that
/// operator, or if the operator is known by nothing else. Nothing is concluded beyond that.
#[derive(Clone, Debug)]
pub struct Credentials {
    entities: BTreeMap<String, BTreeSet<String>>,
    certificates: BTreeMap<String, Vec<CertificateRow>>,
    /// Whether certificates stand in the report at all.
    given: bool,
}

impl Credentials {
    /// Nothing is known yet. `given` says whether the report has certificates: a slice has none.
    #[must_use]
    pub const fn new(given: bool) -> Self {
        Self { entities: BTreeMap::new(), certificates: BTreeMap::new(), given }
    }

    /// Learns whose entities stand in the cells of a meter.
    pub fn see(&mut self, row: &DeviceRow<'_>) {
        let Some(dno) = row.dno.as_deref() else { return };
        let entities = self.entities.entry(dno.to_owned()).or_default();
        if dno.parse::<types::Eui64>().is_ok_and(|entity| entity.to_string() == dno) {
            entities.insert(dno.to_owned());
        }
        // An entity of another time is the operator's and nothing to place.
        if row.conditions.iter().any(|condition| condition == "entity-retired") {
            return;
        }
        for cell in row.cells.iter().filter(|cell| cell.state == "correct") {
            if let Some(entity) = short(cell.entity.as_ref())
                && !entities.contains(entity)
            {
                entities.insert(entity.to_owned());
            }
        }
    }

    /// Takes a certificate if it can be placed: an organisation's, of the role networkOperator, in force, with a path, and
    /// not known to be revoked.
    pub fn add(&mut self, certificate: CertificateRow) {
        let operator = certificate.role.as_ref().is_some_and(|role| role.value == NETWORK_OPERATOR);
        let revoked = certificate.revocation.as_ref().is_some_and(|it| it.status == "revoked");
        let path = ["holds", "trust-anchor"].contains(&certificate.path.as_str());
        let fit = certificate.kind == "organisation" && certificate.validity == "in-force";
        if let Some(entity) = certificate.entity_id.clone()
            && operator
            && path
            && fit
            && !revoked
        {
            self.certificates.entry(entity).or_default().push(certificate);
        }
    }

    fn of(&self, dno: &str, usage: &str) -> Vec<&CertificateRow> {
        let entities = self.entities.get(dno).into_iter().flatten();
        let certificates = entities.filter_map(|entity| self.certificates.get(entity)).flatten();
        let mut found: Vec<&CertificateRow> =
            certificates.filter(|it| it.key_usage.iter().any(|name| name == usage)).collect();
        found.sort_by(|one, other| {
            other.not_before.cmp(&one.not_before).then_with(|| one.sha256.cmp(&other.sha256))
        });
        found
    }

    /// The certificates to place in the two cells of a meter of this operator: digitalSignature, then keyAgreement.
    #[must_use]
    pub fn choices(&self, dno: Option<&str>) -> [Choice; 2] {
        USAGES.map(|usage| self.choice(dno, usage))
    }

    fn choice(&self, dno: Option<&str>, usage: &str) -> Choice {
        let none = |why: &str| Choice { certificates: Vec::new(), note: format!("not known: {why}") };
        if !self.given {
            return none("a slice has no certificates");
        }
        let Some(dno) = dno else { return none("the expected operator is not known") };
        if self.entities.get(dno).is_none_or(BTreeSet::is_empty) {
            return none("no cell of the report shows an entity as the operator's own");
        }
        let found = self.of(dno, usage);
        let Some(newest) = found.first() else {
            return none("the report has no certificate of the operator that is in force and can be placed");
        };
        let certificates: Vec<CertificateRow> = found
            .iter()
            .filter(|certificate| certificate.not_before == newest.not_before)
            .map(|certificate| (*certificate).clone())
            .collect();
        let mut note = "the newest in force".to_owned();
        if certificates.len() > 1 {
            note.push_str(&format!(
                "; {} begin at one instant: the operator must choose",
                certificates.len()
            ));
        }
        if certificates.iter().any(|it| revocation(it) == "not-known") {
            note.push_str("; whether it is revoked is not known");
        }
        Choice { certificates, note }
    }

    /// The lines of the list of certificates for an operator.
    #[must_use]
    pub fn lines(&self, dno: &str) -> Vec<[String; CERTIFICATES_HEADER.len()]> {
        let mut lines = Vec::new();
        for usage in USAGES {
            let found = self.of(dno, usage);
            let newest = found.first().map(|certificate| &certificate.not_before);
            for certificate in &found {
                let choice =
                    if Some(&certificate.not_before) == newest { "the newest in force" } else { "older" };
                lines.push([
                    dno.to_owned(),
                    certificate.entity_id.clone().unwrap_or_default(),
                    usage.to_owned(),
                    choice.to_owned(),
                    certificate.serial.clone(),
                    certificate.subject_key_identifier.clone().unwrap_or_default(),
                    certificate.not_before.clone(),
                    certificate.not_after.clone(),
                    revocation(certificate).to_owned(),
                    certificate.sha256.clone(),
                ]);
            }
        }
        lines
    }
}

/// RemotePartyRole networkOperator.
const NETWORK_OPERATOR: u32 = 3;

fn revocation(certificate: &CertificateRow) -> &str {
    certificate.revocation.as_ref().map_or("not-known", |revocation| &revocation.status)
}
