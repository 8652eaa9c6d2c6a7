//! What the owner of an estate, and registration data, say of a device and its metering points.

use std::fmt;

use crate::{Eui64, Mpan, Origin, Symbol};

/// An MPAN column of a row.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum MpanField {
    /// The row has none.
    #[default]
    Absent,
    /// An MPAN whose check digit holds.
    Valid {
        /// The MPAN.
        mpan: Mpan,
        /// Whether the text was another form of it (`1099990000118.0`, an apostrophe, thousands commas, 21 digits).
        altered: bool,
    },
    /// Text that is no MPAN.
    Invalid(MpanFault),
}

impl MpanField {
    /// The MPAN, if it is valid.
    #[must_use]
    pub const fn mpan(self) -> Option<Mpan> {
        match self {
            Self::Valid { mpan, .. } => Some(mpan),
            Self::Absent | Self::Invalid(_) => None,
        }
    }
}

/// Why the text of an MPAN column is no MPAN.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum MpanFault {
    /// The digits were lost to a spreadsheet's exponent.
    DigitsLost,
    /// The check digit does not fit; the 13 digits as they stand.
    CheckDigit(u64),
    /// Another number of digits.
    Length(u8),
    /// Something that is no number.
    NotANumber,
}

impl fmt::Display for MpanFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DigitsLost => f.write_str("digits lost to a spreadsheet"),
            Self::CheckDigit(number) => {
                write!(
                    f,
                    "{number:013}: check digit {}, expected {}",
                    number % 10,
                    Mpan::check_digit(number / 10)
                )
            }
            Self::Length(digits) => write!(f, "{digits} digits, expected 13"),
            Self::NotANumber => f.write_str("not a number"),
        }
    }
}

/// An [`MpanField`] in eight octets: an estate has one to three for each of its meters.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct PackedMpan(u64);

impl PackedMpan {
    /// Above the number: which kind of field it is.
    const KIND: u32 = 56;
    const ELSEWHERE: u64 = 7;

    /// Packs a field. Of a number with a wrong check digit the lowest 56 bits are kept, which is more than 13 digits.
    #[must_use]
    pub const fn new(field: MpanField) -> Self {
        let (kind, number) = match field {
            MpanField::Absent => (0, 0),
            MpanField::Valid { mpan, altered: false } => (1, mpan.number()),
            MpanField::Valid { mpan, altered: true } => (2, mpan.number()),
            MpanField::Invalid(MpanFault::DigitsLost) => (3, 0),
            MpanField::Invalid(MpanFault::CheckDigit(number)) => (4, number & ((1 << Self::KIND) - 1)),
            MpanField::Invalid(MpanFault::Length(digits)) => (5, digits as u64),
            MpanField::Invalid(MpanFault::NotANumber) => (6, 0),
        };
        Self(kind << Self::KIND | number)
    }

    /// A number that stands in place of a field: of a list of fields that are kept elsewhere.
    #[must_use]
    pub const fn elsewhere(number: u32) -> Self {
        Self(Self::ELSEWHERE << Self::KIND | number as u64)
    }

    /// That number, if one stands in place of a field.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "it was packed from a number of this size")]
    pub const fn number_elsewhere(self) -> Option<u32> {
        if self.0 >> Self::KIND == Self::ELSEWHERE { Some(self.0 as u32) } else { None }
    }

    /// The field.
    #[must_use]
    pub const fn field(self) -> MpanField {
        let number = self.0 & ((1 << Self::KIND) - 1);
        match self.0 >> Self::KIND {
            0 => MpanField::Absent,
            1 => MpanField::Valid { mpan: Mpan::packed(number), altered: false },
            2 => MpanField::Valid { mpan: Mpan::packed(number), altered: true },
            3 => MpanField::Invalid(MpanFault::DigitsLost),
            4 => MpanField::Invalid(MpanFault::CheckDigit(number)),
            #[expect(clippy::cast_possible_truncation, reason = "it was packed from one octet")]
            5 => MpanField::Invalid(MpanFault::Length(number as u8)),
            _ => MpanField::Invalid(MpanFault::NotANumber),
        }
    }
}

/// The kind of a device: DUIS `DeviceType`.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum DeviceType {
    /// Electricity Smart Metering Equipment: what the audit is about.
    Esme,
    /// Standalone Auxiliary Proportional Controller; it has network operator cells too.
    Sapc,
    /// Gas Smart Metering Equipment.
    Gsme,
    /// Gas Proxy Function.
    Gpf,
    /// Communications Hub Function.
    Chf,
    /// Pre-Payment Meter Interface Device.
    Ppmid,
    /// HAN Connected Auxiliary Load Control Switch.
    Hcalcs,
    /// In-Home Display, consumer access device, any Type 2 device.
    Type2,
}

impl DeviceType {
    /// Reads the names that DUIS uses, in any case; `ESME` variants such as `ESME-A` too.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let upper = text.trim().to_ascii_uppercase();
        Some(match upper.as_str() {
            "ESME" | "ESMETS" | "ELECTRICITY METER" => Self::Esme,
            _ if upper.starts_with("ESME") => Self::Esme,
            "SAPC" => Self::Sapc,
            "GSME" => Self::Gsme,
            "GPF" => Self::Gpf,
            "CHF" | "CH" => Self::Chf,
            "PPMID" => Self::Ppmid,
            "HCALCS" => Self::Hcalcs,
            "IHD" | "CAD" | "TYPE2" | "TYPE 2" => Self::Type2,
            _ => return None,
        })
    }

    /// The DUIS name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Esme => "ESME",
            Self::Sapc => "SAPC",
            Self::Gsme => "GSME",
            Self::Gpf => "GPF",
            Self::Chf => "CHF",
            Self::Ppmid => "PPMID",
            Self::Hcalcs => "HCALCS",
            Self::Type2 => "Type 2",
        }
    }

    /// Whether the audit covers it: electricity devices with network operator cells.
    #[must_use]
    pub const fn is_in_scope(self) -> bool {
        matches!(self, Self::Esme | Self::Sapc)
    }
}

/// Where a device is in its life: DUIS `DeviceStatus`.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum DeviceStatus {
    /// Pending.
    Pending,
    /// Whitelisted.
    Whitelisted,
    /// InstalledNotCommissioned.
    InstalledNotCommissioned,
    /// Commissioned.
    Commissioned,
    /// Decommissioned.
    Decommissioned,
    /// Withdrawn.
    Withdrawn,
    /// Suspended.
    Suspended,
    /// Recovery.
    Recovery,
    /// Recovered.
    Recovered,
}

impl DeviceStatus {
    const ALL: [Self; 9] = [
        Self::Pending,
        Self::Whitelisted,
        Self::InstalledNotCommissioned,
        Self::Commissioned,
        Self::Decommissioned,
        Self::Withdrawn,
        Self::Suspended,
        Self::Recovery,
        Self::Recovered,
    ];

    /// Reads the DUIS names, in any case, blanks and dashes ignored.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let letters: String = text.chars().filter(char::is_ascii_alphabetic).collect();
        Self::ALL.into_iter().find(|status| status.name().eq_ignore_ascii_case(&letters))
    }

    /// The DUIS name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Whitelisted => "Whitelisted",
            Self::InstalledNotCommissioned => "InstalledNotCommissioned",
            Self::Commissioned => "Commissioned",
            Self::Decommissioned => "Decommissioned",
            Self::Withdrawn => "Withdrawn",
            Self::Suspended => "Suspended",
            Self::Recovery => "Recovery",
            Self::Recovered => "Recovered",
        }
    }

    /// Whether the device has not been commissioned yet, so that the placeholder is normal.
    #[must_use]
    pub const fn is_before_commissioning(self) -> bool {
        matches!(self, Self::Pending | Self::Whitelisted | Self::InstalledNotCommissioned)
    }

    /// Whether the device has left the network.
    #[must_use]
    pub const fn is_gone(self) -> bool {
        matches!(self, Self::Decommissioned | Self::Withdrawn)
    }
}

/// Which generation of equipment a device is.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum SmetsVersion {
    /// SMETS1: no trust anchor cells of its own.
    Smets1,
    /// SMETS2 or later.
    Smets2,
}

impl SmetsVersion {
    /// Reads `1`, `2`, `SMETS1`, `SMETS2`, `SMETS2 V5.1`, `5.1` (a SMETS2 version), `1.2` (a SMETS1 version), and nothing
    /// with anything more in it: a date that a spreadsheet made of a version must not pass for one.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let text = text.trim();
        let before = text.trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == ' ').len();
        let (words, rest) = text.split_at_checked(text.len() - before)?;
        // A CHTS version is one of a Communications Hub, which is no meter.
        let words = words.trim().to_ascii_uppercase();
        if !matches!(words.as_str(), "" | "V" | "SMETS" | "SMETS V") {
            return None;
        }
        // `SMETS2 V5.1` has two numbers, of which the first counts.
        let (number, version) = match rest.split_once([' ', 'V', 'v']) {
            Some((number, version)) => {
                (number, version.trim_start().trim_start_matches(['V', 'v']).trim_start())
            }
            None => (rest, "0"),
        };
        let is_version = |text: &str| {
            text.split('.').all(|part| !part.is_empty() && part.bytes().all(|octet| octet.is_ascii_digit()))
        };
        let is_marked = words.starts_with("SMETS") || rest.len() == number.len() || rest.contains(['V', 'v']);
        if !is_version(number) || !is_version(version) || !is_marked {
            return None;
        }
        match number.split('.').next()?.parse::<u8>().ok()? {
            1 => Some(Self::Smets1),
            2..=9 => Some(Self::Smets2),
            _ => None,
        }
    }
}

/// One row of estate data: a device that the audit must account for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct EstateRow {
    /// The device.
    pub device: Eui64,
    /// Import MPAN.
    pub mpan: MpanField,
    /// Secondary import MPAN of a twin-element meter.
    pub secondary_mpan: MpanField,
    /// Export MPAN.
    pub export_mpan: MpanField,
    /// The network operator as the row names it: party, MPID, distributor id or entity identifier.
    pub network_operator: Option<Symbol>,
    /// The responsible supplier as the row names it.
    pub supplier: Option<Symbol>,
    /// Manufacturer.
    pub manufacturer: Option<Symbol>,
    /// Model.
    pub model: Option<Symbol>,
    /// Firmware version.
    pub firmware: Option<Symbol>,
    /// Region.
    pub region: Option<Symbol>,
    /// Kind; `None` when the row does not say, and then the row is taken as an ESME because the estate lists it.
    pub device_type: Option<DeviceType>,
    /// Status; `None` when the row does not say.
    pub status: Option<DeviceStatus>,
    /// Generation; `None` when the row does not say.
    pub smets: Option<SmetsVersion>,
    /// Where the row stands.
    pub origin: Origin,
}

/// One row of registration data: who is responsible for a metering point.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RegistrationRow {
    /// The metering point.
    pub mpan: Mpan,
    /// The network operator as the row names it.
    pub network_operator: Option<Symbol>,
    /// The supplier as the row names it.
    pub supplier: Option<Symbol>,
    /// Where the row stands.
    pub origin: Origin,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_mpan_is_the_field_again() {
        let mpan: Mpan = "1012345678903".parse().unwrap();
        for field in [
            MpanField::Absent,
            MpanField::Valid { mpan, altered: false },
            MpanField::Valid { mpan, altered: true },
            MpanField::Invalid(MpanFault::DigitsLost),
            MpanField::Invalid(MpanFault::CheckDigit(0)),
            MpanField::Invalid(MpanFault::CheckDigit(9_999_999_999_999)),
            MpanField::Invalid(MpanFault::Length(0)),
            MpanField::Invalid(MpanFault::Length(u8::MAX)),
            MpanField::Invalid(MpanFault::NotANumber),
        ] {
            assert_eq!(PackedMpan::new(field).field(), field);
        }
        assert_eq!(PackedMpan::default().field(), MpanField::Absent);
        assert_eq!(PackedMpan::default().number_elsewhere(), None);
        assert_eq!(PackedMpan::elsewhere(u32::MAX).number_elsewhere(), Some(u32::MAX));
    }

    #[test]
    fn the_names_of_duis_are_read_in_any_case() {
        assert_eq!(
            DeviceStatus::from_text("installed not commissioned"),
            Some(DeviceStatus::InstalledNotCommissioned)
        );
        assert_eq!(DeviceType::from_text("esme"), Some(DeviceType::Esme));
        assert_eq!(DeviceType::from_text("fridge"), None);
        assert_eq!(SmetsVersion::from_text("SMETS2"), Some(SmetsVersion::Smets2));
        assert_eq!(SmetsVersion::from_text("5.1"), Some(SmetsVersion::Smets2));
        assert_eq!(SmetsVersion::from_text("SMETS1"), Some(SmetsVersion::Smets1));
        assert_eq!(SmetsVersion::from_text("SMETS2 V4.2"), Some(SmetsVersion::Smets2));
        assert_eq!(SmetsVersion::from_text("SMETS1 V1.2"), Some(SmetsVersion::Smets1));
        assert_eq!(SmetsVersion::from_text("CHTS V1.4"), None);
    }

    #[test]
    fn a_smets_version_is_a_known_word_or_a_version_and_nothing_else() {
        for text in
            ["2", "SMETS2", "smets 2", "SMETS2 V1.58", "SMETS2V1", "SMETS2 5.1", "V5.1", "5.1.2", " 2 v4.2 "]
        {
            assert_eq!(SmetsVersion::from_text(text), Some(SmetsVersion::Smets2), "{text}");
        }
        for text in ["1", "SMETS1", "V1.2", "SMETS 1.2", "SMETS1 V1.2"] {
            assert_eq!(SmetsVersion::from_text(text), Some(SmetsVersion::Smets1), "{text}");
        }
        for text in [
            "",
            "V",
            "V?",
            "SMETS",
            "SMETS12",
            "SMETS2 or SMETS1",
            "1-Feb",
            "02-Jan",
            "1/2",
            "1 or 2",
            "1st",
            "1 2",
            "1.",
            "1.not sure",
            "2.x",
            "SMETS2 V",
            "SMETS2 Vx",
            "SMETS2 V5.1 or so",
            "1,2",
            "2 ?",
            "2V?",
            "SMETS2?",
            "0",
        ] {
            assert_eq!(SmetsVersion::from_text(text), None, "{text}");
        }
    }
}
