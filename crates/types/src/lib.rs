//! The words of the network operator credential audit.
//!
//! Identifiers, trust anchor cells and what was seen in them, instants, and where a statement came from. Everything
//! else in the workspace speaks in these types. Nothing here reads a file, knows a format, or looks at a clock.
//!
//! ```
//! use dno_audit_types::{Eui64, Mpan};
//!
//! let device: Eui64 = "00-db-12-34-56-78-90-a0".parse()?;
//! assert_eq!(device.to_string(), "00-DB-12-34-56-78-90-A0");
//!
//! let mpan: Mpan = "1012345678903".parse()?;
//! assert_eq!(mpan.distributor().to_string(), "10");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod cell;
mod digest;
mod digits;
mod estate;
mod eui64;
mod key_id;
mod mpan;
mod near;
mod observation;
mod origin;
mod own;
mod party;
mod spreadsheet;
mod symbol;
mod timestamp;
mod waiver;

pub use cell::{CellId, CellUsage, KeyUsage, RemotePartyRole};
pub use digest::Sha256Digest;
pub use estate::{
    DeviceStatus, DeviceType, EstateRow, MpanFault, MpanField, PackedMpan, RegistrationRow, SmetsVersion,
};
pub use eui64::{Eui64, ParseEui64Error};
pub use key_id::{KeyId, ParseKeyIdError};
pub use mpan::{DistributorId, Mpan, ParseMpanError};
pub use near::{edit_distance, nearest};
pub use observation::{
    Credential, DccCode, Grade, NetworkOperatorCell, Observation, STATUS_NOT_KNOWN, Seen, Source, Unusable,
};
pub use origin::{InputId, Origin};
pub use own::{Claim, OwnCell, OwnRow};
pub use party::{
    Credentials, DatedEntity, DirectoryRecords, EntityList, OperatorKind, OperatorRecord, Period,
    SupplierRecord,
};
pub use spreadsheet::is_number_like;
pub use symbol::{Interner, Symbol};
pub use timestamp::{AsOf, ParseTimestampError, Timestamp, ZonelessTimes};
pub use waiver::{WaiverRecord, WaiverSelector};
