//! Every file format in which users hold cell records, certificates and estate data.
//!
//! In: octets of one input through a [`Source`], which hashes what is read. Out: [`types::Observation`]s,
//! certificates, estate rows – and for every record that can't be used a [`Reject`] with its line. Nothing here
//! opens a file of the user, decides anything about a meter, or repairs what a spreadsheet broke.
//!
//! ```
//! use dno_audit_intake::{Record, RecordOptions, Source, read_records};
//!
//! let text = "device_id,role,key_usage,entity_id,key_id,observed_at\n\
//!             00-DB-12-34-56-78-90-A0,networkOperator,digitalSignature,90-B3-D5-1F-30-02-00-00,48CF97FA9F827FB5,2026-01-01T00:00:00Z\n";
//! let mut source = Source::new("cells.csv", types::InputId(0), text.as_bytes());
//! let mut seen = 0;
//! read_records(&mut source, &RecordOptions::default(), &mut |record: &Record<'_>| {
//!     seen += usize::from(record.outcome.is_ok());
//! })?;
//! assert_eq!(seen, 1);
//! # Ok::<(), dno_audit_intake::IntakeError>(())
//! ```

mod certificates;
mod columns;
mod containers;
mod contents;
mod directory;
mod documents;
mod error;
mod estate;
mod fault;
mod fields;
mod inventory;
mod limits;
mod message_text;
mod observe;
mod own_list;
mod record;
mod records;
mod registration;
mod source;
mod spool;
mod table;
mod toml_place;
mod utf16;
mod waivers;
mod xml;

pub use certificates::{CertificateRecord, Certified, read_certificates};
pub use columns::{
    CELL_COLUMNS, CERTIFICATE_COLUMNS, Column, ColumnMap, ESTATE_COLUMNS, Holds, MESSAGE_COLUMNS,
    OWN_COLUMNS, REGISTRATION_COLUMNS, TableOptions,
};
pub use containers::{ContainerFault, Member, Stored, read_members};
pub use contents::Contents;
pub use directory::{DirectoryFileError, read_directory};
pub use error::{HeaderError, IntakeError};
pub use estate::read_estate;
pub use fault::{JsonFault, SheetFault};
pub use fields::read_mpan;
#[cfg(feature = "parquet")]
pub use limits::MAX_PARQUET;
pub use limits::{
    EXPANSION_FREE, MAX_ARCHIVE, MAX_CERTIFICATE_FILE, MAX_DIRECTORY_FILE, MAX_ENTRIES, MAX_EXPANSION,
    MAX_LINE, MAX_NESTED_CONTAINERS, MAX_ROW, MAX_UNPACKED, MAX_WAIVER_FILE, MAX_WAIVERS, MAX_WORKBOOK,
    MAX_WORKBOOK_CONTENT, MAX_WORKBOOK_ENTRIES, MAX_WORKBOOK_RATIO, MAX_XML_DEPTH, MAX_XML_RECORD,
};
pub use own_list::read_own_list;
pub use record::{Document, Form, Record, Reject, SchemaVersion, Silence};
pub use records::{DeviceKey, DeviceKeys, NoDeviceKeys, RecordOptions, StoredKeys, read_records};
pub use registration::read_registration;
pub use source::Source;
pub use spool::Spooled;
pub use waivers::{WaiverFileError, read_waivers};
pub use xml::XmlFault;
