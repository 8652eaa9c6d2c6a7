//! Parties as directory data lists them.

use crate::{DistributorId, Eui64, Timestamp};

/// From when until when a statement holds; an open end has no bound.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Period {
    /// First instant at which it holds.
    pub from: Option<Timestamp>,
    /// First instant at which it no longer holds.
    pub to: Option<Timestamp>,
}

impl Period {
    /// Whether `at` lies in the period.
    #[must_use]
    pub fn contains(self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at < to)
    }
}

/// An entity identifier of a party, and when it was the party's.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct DatedEntity {
    /// The identifier in certificates and cells.
    pub id: Eui64,
    /// When it was in use.
    pub period: Period,
}

/// What kind of network operator a party is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum OperatorKind {
    /// A Distribution Network Operator of one of the 14 licence areas.
    LicenceArea,
    /// An independent, whose networks lie inside other areas.
    Independent,
}

/// Whether credentials of a party are expected in cells.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Credentials {
    /// It is a DCC user and has certificates.
    Expected,
    /// It is no DCC user: the placeholder is the proper state.
    NoneExpected,
}

/// Whether the entity identifiers listed for a party are all it has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum EntityList {
    /// Any other entity is not this party.
    Complete,
    /// There may be more.
    Partial,
}

/// A network operator, as far as one file speaks of it: a later file adds to what an earlier one says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OperatorRecord {
    /// Unique identifier, by custom the MPID: `LOND`.
    pub id: String,
    /// Name for people; empty if the file does not say.
    pub name: String,
    /// The group of companies, if it belongs to one.
    pub group: Option<String>,
    /// Kind, if the file says.
    pub kind: Option<OperatorKind>,
    /// Distributor ids of its MPANs.
    pub distributors: Vec<DistributorId>,
    /// Further names by which registration data calls it.
    pub aliases: Vec<String>,
    /// Whether credentials are expected; where no file says, they are.
    pub credentials: Option<Credentials>,
    /// Entity identifiers.
    pub entities: Vec<DatedEntity>,
    /// Whether that list is complete; where no file says, it is not.
    pub entity_list: Option<EntityList>,
    /// When it was a network operator.
    pub period: Period,
}

/// A supplier.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SupplierRecord {
    /// Unique identifier as estate and registration data name it.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Entity identifiers.
    pub entities: Vec<DatedEntity>,
}

/// One file of directory data.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct DirectoryRecords {
    /// The day the data speaks of, as text.
    pub date: String,
    /// Where the data comes from.
    pub source: String,
    /// Network operators.
    pub operators: Vec<OperatorRecord>,
    /// Suppliers.
    pub suppliers: Vec<SupplierRecord>,
    /// Entities of the DCC's Access Control Broker: the placeholder.
    pub access_control_brokers: Vec<DatedEntity>,
}
