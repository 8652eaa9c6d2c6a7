//! How much of an input is held at once.

/// Longest line of a message file, in octets: a message of the largest size in hex, with room for blanks.
pub const MAX_LINE: usize = 4 * gbcs::MAX_MESSAGE;

/// Longest row of a CSV file, in octets. A quoted field that never ends is the usual reason to exceed it.
pub const MAX_ROW: usize = 1024 * 1024;

/// Largest file of certificates, in octets: some hundred thousand certificates in PEM.
pub const MAX_CERTIFICATE_FILE: usize = 256 * 1024 * 1024;

/// Largest directory file, in octets.
pub const MAX_DIRECTORY_FILE: usize = 16 * 1024 * 1024;

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
