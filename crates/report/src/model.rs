//! The wire types of the report, apart from the types that the code works with.
//!
//! A change of meaning makes a new version beside the old one; what is here is never edited.

pub mod v1;
