//! How much of an input is held at once.

/// Longest line of a message file, in octets: a message of the largest size in hex, with room for blanks.
pub const MAX_LINE: usize = 4 * gbcs::MAX_MESSAGE;

/// Longest row of a CSV file, in octets. A quoted field that never ends is the usual reason to exceed it.
pub const MAX_ROW: usize = 1024 * 1024;

/// Largest file of certificates, in octets: some hundred thousand certificates in PEM.
pub const MAX_CERTIFICATE_FILE: usize = 256 * 1024 * 1024;

/// Largest directory file, in octets.
pub const MAX_DIRECTORY_FILE: usize = 16 * 1024 * 1024;

/// Largest file of waivers, in octets.
pub const MAX_WAIVER_FILE: usize = 16 * 1024 * 1024;

/// Most waivers of a file.
pub const MAX_WAIVERS: usize = 10_000;

/// How much of the beginning is looked at to tell what an input is.
pub(crate) const HEAD: usize = 64 * 1024;

/// How much of a copy of an input is held in memory before it goes to a temporary file.
pub(crate) const SPOOLED_IN_MEMORY: usize = 8 * 1024 * 1024;

/// Most elements within each other in XML.
pub const MAX_XML_DEPTH: usize = 64;

/// Largest element of XML that is one record, in octets: a message of the largest size in base64, many times over.
pub const MAX_XML_RECORD: usize = 1024 * 1024;

/// How much of the text of an element is kept for the quarantine.
pub(crate) const MAX_XML_TEXT: usize = 4096;

/// Most containers within each other: an archive in an archive.
pub const MAX_NESTED_CONTAINERS: usize = 2;

/// Most entries of an archive.
pub const MAX_ENTRIES: usize = 100_000;

/// Largest archive, in octets: it is copied, because its places stand at its end.
pub const MAX_ARCHIVE: u64 = 16 * 1024 * 1024 * 1024;

/// Most octets that one member unpacks to.
pub const MAX_UNPACKED: u64 = 1024 * 1024 * 1024 * 1024;

/// How many times its packed size a member may unpack to, beyond [`EXPANSION_FREE`].
pub const MAX_EXPANSION: u64 = 250;

/// Up to so many octets, a member may unpack from as few as it likes.
pub const EXPANSION_FREE: u64 = 64 * 1024 * 1024;
/// Most columns of a sheet that are read, and most keys of a line of JSON.
pub(crate) const MAX_COLUMNS: usize = 1024;

/// Largest workbook, in octets as it is stored.
pub const MAX_WORKBOOK: u64 = 256 * 1024 * 1024;

/// Largest content of a workbook, in octets when unpacked. A sheet has at most 1,048,576 rows.
pub const MAX_WORKBOOK_CONTENT: u64 = 1024 * 1024 * 1024;

/// Largest table of shared strings of a workbook, in octets when unpacked. It is held while the workbook is read.
pub(crate) const MAX_SHARED_STRINGS: u64 = 256 * 1024 * 1024;

/// Largest of the other parts of a workbook that are held, such as its styles, in octets when unpacked.
pub(crate) const MAX_WORKBOOK_PART: u64 = 16 * 1024 * 1024;

/// Most parts of a workbook.
pub const MAX_WORKBOOK_ENTRIES: usize = 4096;

/// By how much a part of a workbook may grow when it is unpacked.
pub const MAX_WORKBOOK_RATIO: u64 = 250;

/// Most rows of a sheet, as its formats have it.
pub(crate) const MAX_SHEET_ROWS: u32 = 1_048_576;

/// How often one filled row of a sheet may be repeated.
pub(crate) const MAX_ROW_REPEATS: usize = 1000;

/// Largest Parquet file, in octets as it is stored.
#[cfg(feature = "parquet")]
pub const MAX_PARQUET: u64 = 32 * 1024 * 1024 * 1024;

/// Largest column of a row group of Parquet, in octets when unpacked.
#[cfg(feature = "parquet")]
pub(crate) const MAX_PARQUET_CHUNK: i64 = 1024 * 1024 * 1024;
