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
