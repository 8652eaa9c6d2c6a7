//! Version 1 of the report. Members are declared in the order of RFC 8785: sorted by name.
//!
//! The same types are written and read. A reader refuses members that it does not know: a later version of the program
//! wrote them, and what they mean for the rest can't be told.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::short::Short;

/// Text that is borrowed where it can be.
pub type Text<'a> = Cow<'a, str>;

/// A word of a fixed vocabulary: borrowed by who writes, owned by who reads.
pub type Word = Text<'static>;

/// A line of `devices.jsonl`: one meter of the estate.
///
/// Members that may be absent stand only where there is something to say. What rows of the estate contradict each other
/// on is as if none had said it.
#[non_exhaustive]
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceRow<'a> {
    /// The two cells: digitalSignature, then keyAgreement.
    pub cells: [CellRow<'a>; 2],
    /// Ids of rules about the state of the credentials that failed.
    pub conditions: Vec<Word>,
    /// The device.
    pub device_id: Short,
    /// DUIS status, if the estate says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_status: Option<Word>,
    /// DUIS type, if the estate says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_type: Option<Word>,
    /// The party that ought to be in the cells; null if that is not known.
    pub dno: Option<Text<'a>>,
    /// What the operator can do.
    pub effect: EffectRow,
    /// The records about the device.
    pub evidence: Vec<EvidenceRow<'a>>,
    /// How the expected party was found: registration, estate, mpan-distributor, none.
    pub expectation: Word,
    /// The rules that failed, with the values they compared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<FindingRow<'a>>,
    /// Firmware version, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub firmware: Option<Text<'a>>,
    /// Manufacturer, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manufacturer: Option<Text<'a>>,
    /// Model, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<Text<'a>>,
    /// Import MPAN; null if there is none or it does not check.
    pub mpan: Option<Short>,
    /// Ids of other rules that failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Word>,
    /// Ids of the rules that call for the verdict, the gravest kind first.
    pub reasons: Vec<Word>,
    /// Region, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Text<'a>>,
    /// What mends it; null if there is nothing to mend.
    pub remedy: Option<RemedyRow<'a>>,
    /// The responsible supplier; null if not known.
    pub supplier: Option<Text<'a>>,
    /// correct, missing, wrong, not-known or out-of-scope.
    pub verdict: Word,
    /// Whether every finding that calls for the verdict is waived.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waived: bool,
}

/// One network operator cell.
#[non_exhaustive]
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CellRow<'a> {
    /// Serial numbers of the certificates with this entity, key, role and usage whose path holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<Text<'a>>,
    /// The entity in the cell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<Short>,
    /// Who is known to stand behind it: a party's id, or `access-control-broker`, `supplier`. Absent where the state is
    /// correct: then it is the `dno` of the row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<Text<'a>>,
    /// The key in the cell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Short>,
    /// digitalSignature or keyAgreement.
    pub key_usage: Word,
    /// When it was seen so; absent if undated or not seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_at: Option<Short>,
    /// correct, missing, wrong or not-known.
    pub state: Word,
}

/// What the operator can do: possible, blocked, not-known or not-applicable.
#[non_exhaustive]
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct EffectRow {
    /// Receive and trust alerts.
    pub alerts: Word,
    /// Send critical commands.
    pub command: Word,
    /// Read network data.
    pub read: Word,
}

/// Records of one input about the device that tell of it in one way.
#[non_exhaustive]
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceRow<'a> {
    /// When; absent if undated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Short>,
    /// How far it can be trusted.
    pub grade: Word,
    /// SHA-256 of the input as stored.
    pub input: Text<'a>,
    /// The lines on which the records start.
    pub lines: Vec<u32>,
    /// used, superseded, duplicate, not-relevant or quarantined.
    pub outcome: Word,
    /// Statements about each cell, in order: what it held before and after, or why nothing is known.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub says: BTreeMap<Word, Vec<String>>,
    /// read, update-response, update-alert, extract or command.
    pub source: Word,
}

/// A rule that failed.
#[non_exhaustive]
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FindingRow<'a> {
    /// The values compared, by name; several of one name are joined by `; `.
    pub evidence: BTreeMap<Text<'a>, Text<'a>>,
    /// The rule.
    pub rule: Word,
    /// error, undetermined, warning or information.
    pub severity: Word,
    /// The waiver that holds for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiver: Option<Text<'a>>,
}

/// What mends a meter.
#[non_exhaustive]
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RemedyRow<'a> {
    /// What to do.
    pub action: Word,
    /// GBCS CredentialsReplacementMode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<u32>,
    /// Who must act, by function.
    pub party: Word,
    /// DUIS service reference variant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_request: Option<Word>,
    /// Who that is, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<Text<'a>>,
}

/// A line of `quarantine.jsonl`: a record that could not be used.
#[non_exhaustive]
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct QuarantineRow {
    /// What is wrong, with values.
    pub detail: String,
    /// The device it speaks of, if that could be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_id: Option<String>,
    /// SHA-256 of the input as stored.
    pub input: String,
    /// The line on which it starts.
    pub line: u32,
    /// The octets of a message in hex, at most 256 of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub octets: Option<String>,
    /// The kind of the reason.
    pub reason: Word,
    /// The text of a row, at most 256 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// A line of `not-in-estate.jsonl`: a device with records that the estate does not list.
#[non_exhaustive]
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NotInEstateRow {
    /// The device.
    pub device_id: String,
    /// SHA-256 of the input of the first record.
    pub input: String,
    /// The line on which that starts.
    pub line: u32,
    /// How many records there are.
    pub records: u64,
}

/// A line of `certificates.jsonl`.
#[non_exhaustive]
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateRow {
    /// authorityKeyIdentifier in hex.
    pub authority_key_identifier: Option<String>,
    /// The entity or device it is for.
    pub entity_id: Option<String>,
    /// Issuer.
    pub issuer: String,
    /// Key usages.
    pub key_usage: Vec<String>,
    /// organisation, issuing, root, device or unrecognised.
    pub kind: Word,
    /// End of validity.
    pub not_after: String,
    /// Begin of validity.
    pub not_before: String,
    /// `trust-anchor`, `holds`, or why it has no path to a trust anchor.
    pub path: String,
    /// Ids of profile findings.
    pub profile: Vec<Word>,
    /// What the SMKI Repository says of it; absent if that is not given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub repository: Vec<RepositoryRow>,
    /// Whether it is revoked at the instant of the audit; absent in reports of rule sets before 3, which did not ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revocation: Option<RevocationRow>,
    /// Role.
    pub role: Option<EnumerationRow>,
    /// Serial number in hex.
    pub serial: String,
    /// SHA-256 of the certificate.
    pub sha256: String,
    /// Subject.
    pub subject: String,
    /// subjectKeyIdentifier in hex.
    pub subject_key_identifier: Option<String>,
    /// Validity at the instant of the audit.
    pub validity: Word,
}

/// What the SMKI Repository says of a certificate.
#[non_exhaustive]
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RepositoryRow {
    /// ManufacturingFlag, if given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manufacturing: Option<bool>,
    /// Ids of what differs from the certificate.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mismatches: Vec<Word>,
    /// CertificateStatus with what it means, if given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Word>,
}

/// Whether a certificate is revoked.
#[non_exhaustive]
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RevocationRow {
    /// When it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// SHA-256 of the certificate of the authority above it that is revoked, if it is not revoked itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
    /// Why it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Since when the key is thought to be misused, if the list says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invalid_since: Option<String>,
    /// SHA-256 of the list that tells it, or fails to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
    /// RFC 5280 CRLReason, if the list says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// trust-anchor, not-revoked, revoked or not-known.
    pub status: Word,
}

/// A revocation list.
#[non_exhaustive]
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RevocationListEntry {
    /// How many entries it has.
    pub entries: u64,
    /// Issuer.
    pub issuer: String,
    /// When the next one is due; null if it does not say.
    pub next_update: Option<String>,
    /// cRLNumber in hex; null if it has none.
    pub number: Option<String>,
    /// SHA-256 of the list.
    pub sha256: String,
    /// When it was issued.
    pub this_update: String,
    /// `counts`, `superseded by` the digest of a newer one, or why it can't be used.
    pub r#use: String,
}

/// A number with its GBCS name.
#[non_exhaustive]
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct EnumerationRow {
    /// The name; null if the number has none.
    pub name: Option<Word>,
    /// The number.
    pub value: u32,
}

/// `manifest.json`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The instant of the audit.
    pub as_of: String,
    /// SHA-256 of the canonical configuration.
    pub configuration_sha256: String,
    /// Counts over the whole.
    pub counts: Counts,
    /// The other files of the package, by name.
    pub files: BTreeMap<String, FileEntry>,
    /// `dno-audit report`.
    pub format: Word,
    /// Version of this format.
    pub format_version: u32,
    /// What was read.
    pub inputs: Vec<InputEntry>,
    /// Rules applied.
    pub rule_set: RuleSet,
    /// The roots over all rows.
    pub seal: Seal,
    /// Tool that wrote it.
    pub tool: Tool,
}

/// The roots of the two trees: every row stands once in each.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Seal {
    /// By expected operator.
    pub dno: Root,
    /// By responsible supplier.
    pub supplier: Root,
}

/// The root of a tree of parties.
#[non_exhaustive]
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Root {
    /// How many parties there are.
    pub parties: u64,
    /// The root of RFC 6962 over their leaves.
    pub root: String,
}

/// A line of `dno-leaves.jsonl` and `supplier-leaves.jsonl`: what a tree of parties has of one. Without its line feed it
/// is the leaf.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PartyLeaf {
    /// The party.
    pub party: String,
    /// The root of RFC 6962 over its rows, in the order of `devices.jsonl`.
    pub root: String,
    /// How many rows it has.
    pub rows: u64,
    /// HMAC-SHA-256 of the run key over tree and party, if there was a run key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salt: Option<String>,
    /// Its meters by verdict.
    pub verdicts: VerdictCounts,
}

/// The configuration as far as it can change a result.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Configuration {
    /// OIDs of certificate policies that are expected; none if any is.
    pub accepted_policies: Vec<String>,
    /// The instant of the audit.
    pub as_of: String,
    /// Column maps by digest of the input.
    pub columns: BTreeMap<String, BTreeMap<String, String>>,
    /// Days of warning before a certificate ends.
    pub expiring_within_days: u32,
    /// Time of records without one, by digest of the input.
    pub observed_at: BTreeMap<String, String>,
    /// Sheets that were named, by digest of the input.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sheets: BTreeMap<String, String>,
    /// Days after which evidence is stale.
    pub stale_after_days: u32,
    /// What times without a zone mean: `refuse` or `utc`.
    pub zoneless_times: Word,
}

/// Counts over the whole report.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Meters of the estate; the sum of the verdicts.
    pub meters: u64,
    /// Devices with records that the estate does not list.
    pub not_in_estate: u64,
    /// Records of all inputs; the sum of their outcomes.
    pub records: RecordCounts,
    /// Meters by verdict.
    pub verdicts: VerdictCounts,
}

/// Meters by verdict.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct VerdictCounts {
    /// Both cells hold what is expected.
    pub correct: u64,
    /// The expected party is absent.
    pub missing: u64,
    /// Nothing may be concluded.
    #[serde(rename = "not-known")]
    pub not_known: u64,
    /// The audit does not judge them.
    #[serde(rename = "out-of-scope")]
    pub out_of_scope: u64,
    /// Some cell holds something else.
    pub wrong: u64,
}

/// Records by outcome.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RecordCounts {
    /// They repeat another record.
    pub duplicate: u64,
    /// They say nothing about the question.
    #[serde(rename = "not-relevant")]
    pub not_relevant: u64,
    /// They could not be used.
    pub quarantined: u64,
    /// A newer record took their place.
    pub superseded: u64,
    /// All of them.
    pub total: u64,
    /// They decide something.
    pub used: u64,
}

/// A file of the package.
#[non_exhaustive]
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Size in octets.
    pub bytes: u64,
    /// Lines; absent for files that are not made of lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<u64>,
    /// SHA-256.
    pub sha256: String,
}

/// An input.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct InputEntry {
    /// Size in octets of what was read: decompressed, if it came out of a container.
    pub bytes: u64,
    /// Name: the file's, or its path below the folder that was named; of what came out of an archive, the archive's
    /// name, a slash, and its own.
    pub name: String,
    /// Records that are not relevant, by reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub not_relevant: BTreeMap<Word, u64>,
    /// Records by outcome.
    pub records: RecordCounts,
    /// records, certificates, trust-anchors, estate, registration, directory or waivers.
    pub role: Word,
    /// How many XML documents claim each version of the DUIS or MMC schema; those that claim none under a blank name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub schema_versions: BTreeMap<String, u64>,
    /// SHA-256 of what was read: decompressed, if it came out of a container.
    pub sha256: String,
    /// What it came out of, if it was not a file by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stored: Option<StoredEntry>,
}

/// The file that an input came out of.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct StoredEntry {
    /// Size in octets.
    pub bytes: u64,
    /// Name: the file\'s, or its path below the folder that was named.
    pub name: String,
    /// SHA-256 as stored.
    pub sha256: String,
}

/// The rules applied.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RuleSet {
    /// SHA-256 of the canonical table of rules.
    pub sha256: String,
    /// Version.
    pub version: u32,
}

/// The tool.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// Name.
    pub name: Word,
    /// Version.
    pub version: Word,
}

/// A rule, as `dnoaudit rules --format json` lists it and as the rule-set digest covers it.
#[non_exhaustive]
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RuleRow {
    /// What a failure does: a verdict, `condition` or `note`.
    pub axis: Word,
    /// Source document and clause.
    pub citation: Word,
    /// What is compared.
    pub compares: Word,
    /// Id.
    pub id: Word,
    /// What mends it.
    pub remedy: Word,
    /// Severity.
    pub severity: Word,
    /// Rule-set version that brought it.
    pub since: u32,
    /// The defect in a few words.
    pub title: Word,
}

/// `summary.json`: totals of the whole and by several groupings.
#[non_exhaustive]
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// The instant of the audit.
    pub as_of: String,
    /// Meters by age of the newest evidence.
    pub by_age: BTreeMap<String, VerdictCounts>,
    /// Meters by expected party; `unassigned` where it is not known.
    pub by_dno: BTreeMap<String, VerdictCounts>,
    /// Meters by weakest grade of the evidence that decides.
    pub by_grade: BTreeMap<String, VerdictCounts>,
    /// Meters by manufacturer, model and firmware.
    pub by_model: Vec<ModelCounts>,
    /// Meters by region.
    pub by_region: BTreeMap<String, VerdictCounts>,
    /// Meters by responsible supplier; `unknown` where it is not known.
    pub by_supplier: BTreeMap<String, VerdictCounts>,
    /// Counts over the whole.
    pub counts: Counts,
    /// The directory data that told who is who.
    pub directories: Vec<DirectoryEntry>,
    /// Meters for which each rule failed; rules that never failed stand with 0.
    pub findings: BTreeMap<Word, u64>,
    /// What the audit could not look at.
    pub not_checked: Vec<Word>,
    /// Records by outcome, and those not relevant by reason.
    pub records: BTreeMap<String, u64>,
    /// Every revocation list that was read; absent if there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub revocation_lists: Vec<RevocationListEntry>,
    /// Entities in cells that no list of the directory has, with where they were seen.
    pub unattributed_entities: Vec<UnattributedEntity>,
    /// What the waivers hold for; absent if there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waived: Option<WaivedCounts>,
    /// Every waiver and what became of it, in the order of their ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waivers: Vec<WaiverEntry>,
}

/// Meters with findings that somebody accepted. They are in all other counts too.
#[non_exhaustive]
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct WaivedCounts {
    /// Meters for which each rule failed and a waiver holds; rules without one are left out.
    pub findings: BTreeMap<Word, u64>,
    /// Meters by verdict of which every finding that calls for the verdict is waived.
    pub verdicts: VerdictCounts,
}

/// A waiver.
#[non_exhaustive]
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct WaiverEntry {
    /// Who accepted it.
    pub approver: String,
    /// The first instant at which it no longer holds.
    pub expires: String,
    /// Findings that it is for; of an expired one, those that it would be for.
    pub findings: u64,
    /// Its name.
    pub id: String,
    /// SHA-256 of the file that has it.
    pub input: String,
    /// The line on which it is named there.
    pub line: u32,
    /// Why.
    pub reason: String,
    /// The rule.
    pub rule: String,
    /// used, unused or expired.
    pub state: Word,
}

/// A file of directory data.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DirectoryEntry {
    /// The day it speaks of, as the file says.
    pub date: String,
    /// SHA-256 of the input as stored.
    pub sha256: String,
    /// Where the data comes from, as the file says.
    pub source: String,
}

/// Meters of one kind of device.
#[non_exhaustive]
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ModelCounts {
    /// By verdict.
    pub counts: VerdictCounts,
    /// Firmware version.
    pub firmware: Option<String>,
    /// Manufacturer.
    pub manufacturer: Option<String>,
    /// Model.
    pub model: Option<String>,
}

/// An entity that nobody could attribute.
#[non_exhaustive]
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(deny_unknown_fields)]
pub struct UnattributedEntity {
    /// Cells that hold it.
    pub cells: u64,
    /// The party expected in those cells.
    pub dno: String,
    /// The entity.
    pub entity: String,
}

/// `attestation.dsse.json`: a DSSE envelope.
#[non_exhaustive]
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    /// The statement in base64.
    pub payload: String,
    /// `application/vnd.in-toto+json`.
    #[serde(rename = "payloadType")]
    pub payload_type: String,
    /// One signature.
    pub signatures: Vec<DsseSignature>,
}

/// A signature of an envelope.
#[non_exhaustive]
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DsseSignature {
    /// SHA-256 of the subjectPublicKeyInfo of the key, in hex.
    pub keyid: String,
    /// ECDSA-Sig-Value in DER, in base64.
    pub sig: String,
}

/// The payload of the envelope: an in-toto statement, version 1.
#[non_exhaustive]
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// `https://in-toto.io/Statement/v1`.
    #[serde(rename = "_type")]
    pub kind: String,
    /// What is said of the manifest.
    pub predicate: Predicate,
    /// What kind of predicate that is.
    #[serde(rename = "predicateType")]
    pub predicate_type: String,
    /// The manifest.
    pub subject: Vec<Subject>,
}

/// What a statement says: nothing that the manifest does not, but for the certificates of the signer.
#[non_exhaustive]
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Predicate {
    /// The instant of the audit.
    pub as_of: String,
    /// Certificates in base64 of DER, that of the signer first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<String>,
    /// Meters of the estate.
    pub meters: u64,
    /// The roots of the seal.
    pub roots: RootDigests,
    /// Version of the rules.
    pub rule_set: u32,
}

/// The roots of the two trees.
#[non_exhaustive]
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RootDigests {
    /// By expected operator.
    pub dno: String,
    /// By responsible supplier.
    pub supplier: String,
}

/// What a statement is about.
#[non_exhaustive]
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// Its digest.
    pub digest: DigestSet,
    /// `manifest.json`.
    pub name: String,
}

/// A digest by its algorithm.
#[non_exhaustive]
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DigestSet {
    /// SHA-256 in hex.
    pub sha256: String,
}

/// `slice.json`: what makes the rows of one party a part of a report.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Slice {
    /// The files of the slice that follow from its rows, and its rows, by name.
    pub files: BTreeMap<String, FileEntry>,
    /// `dno-audit slice`.
    pub format: Word,
    /// Version of this format.
    pub format_version: u32,
    /// The leaf of the party.
    pub leaf: PartyLeaf,
    /// The audit path of RFC 6962 from the leaf to the root, the sibling of the leaf first.
    pub path: Vec<String>,
    /// The place of the leaf among those of the tree, from 0.
    pub position: u64,
    /// `dno` or `supplier`.
    pub tree: Word,
}

/// `summary.json` of a slice: totals of its rows.
#[non_exhaustive]
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SliceSummary {
    /// The instant of the audit.
    pub as_of: String,
    /// Meters by expected party.
    pub by_dno: BTreeMap<String, VerdictCounts>,
    /// Meters by region.
    pub by_region: BTreeMap<String, VerdictCounts>,
    /// Meters by responsible supplier.
    pub by_supplier: BTreeMap<String, VerdictCounts>,
    /// Meters for which each rule failed; rules that never failed stand with 0.
    pub findings: BTreeMap<String, u64>,
    /// Meters of the party.
    pub meters: u64,
    /// The party.
    pub party: String,
    /// `dno` or `supplier`.
    pub tree: Word,
    /// Meters by verdict.
    pub verdicts: VerdictCounts,
}

/// A line of `others.jsonl` of a slice: a meter of another operator in whose cells the party of the slice stands.
#[non_exhaustive]
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct OtherRow<'a> {
    /// The two cells.
    pub cells: [CellRow<'a>; 2],
    /// The device.
    pub device_id: Short,
    /// The party that ought to be in the cells; null if that is not known.
    pub dno: Option<Text<'a>>,
    /// Ids of the rules that call for the verdict.
    pub reasons: Vec<Word>,
    /// What mends it.
    pub remedy: Option<RemedyRow<'a>>,
    /// The responsible supplier; null if not known.
    pub supplier: Option<Text<'a>>,
    /// The verdict.
    pub verdict: Word,
}
