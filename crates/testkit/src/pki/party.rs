//! The parties of the synthetic estate.
//!
//! Names, MPIDs, distributor identifiers and groups of network operators are public facts; entity identifiers are made
//! up, all beginning `90-B3-D5-AA`. Suppliers are made up altogether.

use types::Eui64;

/// What kind of distributor a party is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// One of the 14 licence areas.
    LicenceArea,
    /// An independent network operator.
    Independent,
}

impl Kind {
    /// The word that the directory uses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LicenceArea => "licence-area",
            Self::Independent => "independent",
        }
    }
}

/// Whether the directory's list of a party's entities is all of them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Entities {
    /// Another entity is not the party's.
    Complete,
    /// The party may have more.
    Incomplete,
    /// The party is no user of the DCC: it has no entity and no certificate.
    None,
}

/// A network operator.
#[derive(Clone, Copy, Debug)]
pub struct Party {
    /// Its MPID, which is its identifier.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The group it belongs to.
    pub group: &'static str,
    /// Its distributor identifier, the first two digits of its MPANs.
    pub distributor: u8,
    /// The region it serves; empty for an independent, which serves all.
    pub region: &'static str,
    /// What is known of its entities.
    pub entities: Entities,
}

impl Party {
    /// What kind of distributor it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        if self.distributor < 24 { Kind::LicenceArea } else { Kind::Independent }
    }

    /// Its entity identifier: the distributor's two decimal digits in the sixth octet.
    #[must_use]
    pub const fn entity(&self) -> Eui64 {
        let digits = self.distributor / 10 * 16 + self.distributor % 10;
        Eui64::new([0x90, 0xB3, 0xD5, 0xAA, 0x00, digits, 0x00, 0x00])
    }

    /// Whether devices in its care should hold its credentials.
    #[must_use]
    pub const fn expects_certificates(&self) -> bool {
        !matches!(self.entities, Entities::None)
    }
}

const fn area(
    distributor: u8,
    id: &'static str,
    name: &'static str,
    group: &'static str,
    region: &'static str,
) -> Party {
    Party { id, name, group, distributor, region, entities: Entities::Complete }
}

const fn independent(distributor: u8, id: &'static str, name: &'static str, entities: Entities) -> Party {
    Party { id, name, group: name, distributor, region: "", entities }
}

const UKPN: &str = "UK Power Networks";
const NGED: &str = "National Grid Electricity Distribution";
const SPEN: &str = "SP Energy Networks";
const SSEN: &str = "Scottish and Southern Electricity Networks";
const NPG: &str = "Northern Powergrid";
const ENWL: &str = "Electricity North West";

/// Every network operator of the synthetic estate: the licence areas in order, then independents.
pub const PARTIES: [Party; 20] = [
    area(10, "EELC", "Eastern Power Networks", UKPN, "Eastern"),
    area(11, "EMEB", "NGED East Midlands", NGED, "East Midlands"),
    area(12, "LOND", "London Power Networks", UKPN, "London"),
    area(13, "MANW", "SP Manweb", SPEN, "Merseyside and North Wales"),
    area(14, "MIDE", "NGED West Midlands", NGED, "West Midlands"),
    area(15, "NEEB", "Northern Powergrid North East", NPG, "North East"),
    area(16, "NORW", "Electricity North West", ENWL, "North West"),
    area(17, "HYDE", "SSEN North Scotland", SSEN, "North Scotland"),
    area(18, "SPOW", "SP Distribution", SPEN, "South Scotland"),
    area(19, "SEEB", "South Eastern Power Networks", UKPN, "South East"),
    area(20, "SOUT", "SSEN Southern", SSEN, "Southern"),
    area(21, "SWAE", "NGED South Wales", NGED, "South Wales"),
    area(22, "SWEB", "NGED South West", NGED, "South West"),
    area(23, "YELG", "Northern Powergrid Yorkshire", NPG, "Yorkshire"),
    independent(24, "IPNL", "Independent Power Networks", Entities::Complete),
    independent(25, "LENG", "ESP Electricity", Entities::Complete),
    independent(26, "GUCL", "Last Mile Electricity", Entities::Complete),
    independent(27, "ETCL", "The Electricity Network Company", Entities::Complete),
    independent(29, "HARL", "Harlaxton Energy Networks", Entities::Incomplete),
    independent(36, "VATT", "Vattenfall Networks", Entities::None),
];

/// A supplier, made up.
#[derive(Clone, Copy, Debug)]
pub struct Supplier {
    /// Its identifier.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    number: u8,
}

impl Supplier {
    /// Its entity identifier.
    #[must_use]
    pub const fn entity(&self) -> Eui64 {
        Eui64::new([0x90, 0xB3, 0xD5, 0xAA, 0x01, 0x00, self.number, 0x00])
    }
}

const fn supplier(number: u8, id: &'static str, name: &'static str) -> Supplier {
    Supplier { id, name, number }
}

/// Every supplier of the synthetic estate.
pub const SUPPLIERS: [Supplier; 6] = [
    supplier(1, "SUP-A", "Synthetic Supplier A"),
    supplier(2, "SUP-B", "Synthetic Supplier B"),
    supplier(3, "SUP-C", "Synthetic Supplier C"),
    supplier(4, "SUP-D", "Synthetic Supplier D"),
    supplier(5, "SUP-E", "Synthetic Supplier E"),
    supplier(6, "SUP-F", "Synthetic Supplier F"),
];

/// The Access Control Broker: whose credentials are the placeholder.
pub(crate) const ACB: Eui64 = Eui64::new([0x90, 0xB3, 0xD5, 0xAA, 0x00, 0x00, 0x00, 0x02]);
pub(crate) const RECOVERY: Eui64 = Eui64::new([0x90, 0xB3, 0xD5, 0xAA, 0x00, 0x00, 0x00, 0x01]);
pub(crate) const TRANSITIONAL_COS: Eui64 = Eui64::new([0x90, 0xB3, 0xD5, 0xAA, 0x00, 0x00, 0x00, 0x03]);
pub(crate) const WAN_PROVIDER: Eui64 = Eui64::new([0x90, 0xB3, 0xD5, 0xAA, 0x00, 0x00, 0x00, 0x04]);
pub(crate) const LOAD_CONTROLLER: Eui64 = Eui64::new([0x90, 0xB3, 0xD5, 0xAA, 0x02, 0x00, 0x01, 0x00]);
/// An entity that stands in no table.
pub const STRANGER: Eui64 = Eui64::new([0x90, 0xB3, 0xD5, 0xAA, 0x7F, 0x00, 0x00, 0x01]);
