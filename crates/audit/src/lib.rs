//! Decides for each ESME whether its network operator cells hold the right party's credentials.
//!
//! In: an [`Estate`], observations sorted by [`timeline::order`], a [`Directory`], certificates with verified paths,
//! [`Options`] and the instant of the audit. Out: one [`Assessment`] per meter, with its verdict, its findings and
//! who can mend it. [`assess()`] is a pure function of its arguments: no file, no clock, no format.
//!
//! ```
//! use std::collections::BTreeSet;
//!
//! use dno_audit_audit::{
//!     Certificates, Context, Directory, Estate, Options, Resolutions, Subject, Verdict, Waivers, assess,
//! };
//! use types::{
//!     AsOf, Credential, DatedEntity, DirectoryRecords, DistributorId, EstateRow, Grade, InputId, Interner, MpanField,
//!     NetworkOperatorCell, Observation, OperatorRecord, Origin, Period, Seen, Source,
//! };
//!
//! // The operator of this area, and the placeholder of the DCC.
//! let as_of = AsOf("2026-01-01T00:00:00Z".parse()?);
//! let broker = "90-B3-D5-AA-00-00-00-02".parse()?;
//! let operator = OperatorRecord {
//!     id: "LOND".to_owned(),
//!     name: "London".to_owned(),
//!     group: None,
//!     kind: None,
//!     distributors: vec![DistributorId::new(12).ok_or("two digits")?],
//!     aliases: Vec::new(),
//!     credentials: None,
//!     entities: vec![DatedEntity { id: "90-B3-D5-AA-00-12-00-00".parse()?, period: Period::default() }],
//!     entity_list: None,
//!     period: Period::default(),
//! };
//! let records = DirectoryRecords {
//!     operators: vec![operator],
//!     access_control_brokers: vec![DatedEntity { id: broker, period: Period::default() }],
//!     ..Default::default()
//! };
//! let directory = Directory::new(None, &[records], as_of)?;
//!
//! // A meter with an MPAN of that area, and what it answered of each cell.
//! let device = "00-DB-12-00-00-00-00-A0".parse()?;
//! let row = EstateRow {
//!     device,
//!     mpan: MpanField::Valid { mpan: "1249168771168".parse()?, altered: false },
//!     secondary_mpan: MpanField::Absent,
//!     export_mpan: MpanField::Absent,
//!     network_operator: None,
//!     supplier: None,
//!     manufacturer: None,
//!     model: None,
//!     firmware: None,
//!     region: None,
//!     device_type: None,
//!     status: None,
//!     smets: None,
//!     origin: Origin { input: InputId(0), line: 2 },
//! };
//! let names = Interner::new();
//! let estate = Estate::new(vec![row], Vec::new(), &names, &directory)?;
//! let placeholder = Credential { entity: broker, key: "41058D9C244C7CE2".parse()? };
//! let observations = [NetworkOperatorCell::DigitalSignature, NetworkOperatorCell::KeyAgreement].map(|cell| Observation {
//!     device,
//!     at: "2025-12-01T09:30:00Z".parse().ok(),
//!     cell,
//!     source: Source::Read,
//!     grade: Grade::DeviceUnchecked,
//!     seen: Seen::Held(placeholder),
//!     origin: Origin { input: InputId(1), line: 1 },
//! });
//!
//! // No certificate is needed to know the placeholder by its entity.
//! let store = smki::StoreBuilder::new().build();
//! let paths = store.verify_paths(smki::PathLimits::default());
//! let revocations = store.verify_revocation(&paths, as_of, smki::PathLimits::default());
//! let certificates = Certificates { store: &store, paths: &paths, revocations: &revocations, as_of };
//! let held: BTreeSet<_> = observations.iter().map(|seen| (placeholder, seen.cell)).collect();
//! let options = Options::default();
//! let context = Context {
//!     estate: &estate,
//!     names: &names,
//!     directory: &directory,
//!     certificates,
//!     resolutions: &Resolutions::new(&held, certificates, &options),
//!     options: &options,
//!     waivers: &Waivers::default(),
//! };
//! let assessment = assess(Subject::new(context, 0, &observations));
//! assert_eq!(assessment.verdict, Verdict::Missing);
//! assert_eq!(assessment.findings[0].rule.id, "placeholder-in-cell");
//! let remedy = assessment.remedy.ok_or("somebody can mend it")?;
//! assert_eq!((remedy.actor.name(), remedy.service_request), ("supplier", Some("6.21")));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod assess;
pub mod credentials;
pub mod directory;
mod distinct;
pub mod estate;
pub mod holding;
pub mod observations;
mod options;
mod places;
mod remedy;
mod rule;
mod rules;
mod subject;
pub mod timeline;
mod totals;
mod verdict;
mod waivers;

pub use assess::{Assessment, Finding, assess, evaluate_all};
pub use credentials::{Certificates, Resolution, Resolutions};
pub use directory::{Directory, DirectoryError};
pub use estate::{Estate, EstateBatch, EstateBuilder, Expectation, Meter};
pub use holding::{Holding, Occupant};
pub use observations::Observations;
pub use options::Options;
pub use places::TooManyLines;
pub use remedy::{Actor, Remedy};
pub use rule::{Axis, Evidence, Fact, Outcome, Rule, Severity};
pub use rules::{RULE_SET_VERSION, RULES, RuleSetVersion, rule, rules_of};
pub use subject::{Cell, CellCheck, Context, Scope, Subject};
pub use totals::{Age, InputUse, Tally, Totals};
pub use verdict::{Ability, Effect, Verdict};
pub use waivers::{Waived, WaiverError, WaiverId, WaiverState, Waivers};
