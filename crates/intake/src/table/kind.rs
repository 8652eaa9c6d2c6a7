//! What a table is of, by its headers alone.

use super::has;
use crate::certificates::is_list;
use crate::columns::{
    CELL_COLUMNS, CERTIFICATE_COLUMNS, Column, ESTATE_COLUMNS, MESSAGE_COLUMNS, REGISTRATION_COLUMNS,
};

/// A kind of table that is known by its headers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum TableKind {
    Certificates,
    Messages,
    Cells,
    Estate,
    Registration,
}

impl TableKind {
    /// The table of whose columns most are there; nothing if two have as many, for then a meter list with serial numbers
    /// could pass for a list of certificates, and its meters would be missed.
    pub(crate) fn of(headers: &[String]) -> Option<Self> {
        let known =
            |columns: &[Column]| columns.iter().filter(|column| has(headers, columns, column.name)).count();
        let fits = |columns: &[Column]| {
            columns.iter().filter(|column| column.required).all(|column| has(headers, columns, column.name))
        };
        // One column of its own is enough, so that a table of cells that lacks another is told so and is not taken for
        // a list of devices.
        let of_cells =
            ["role", "key_usage", "entity_id", "key_id"].iter().any(|name| has(headers, &CELL_COLUMNS, name));
        // Whose certificate it is may be said by the device, which says nothing for one table or the other.
        let by_device = usize::from(has(headers, &ESTATE_COLUMNS, "device_id"));
        let tables = [
            (Self::Certificates, is_list(headers), known(&CERTIFICATE_COLUMNS).saturating_sub(by_device)),
            (Self::Messages, fits(&MESSAGE_COLUMNS), known(&MESSAGE_COLUMNS)),
            (Self::Cells, of_cells, known(&CELL_COLUMNS)),
            (Self::Estate, fits(&ESTATE_COLUMNS), known(&ESTATE_COLUMNS)),
            (Self::Registration, fits(&REGISTRATION_COLUMNS), known(&REGISTRATION_COLUMNS)),
        ];
        let can_be = |table: &&(Self, bool, usize)| table.1;
        let most = tables.iter().filter(can_be).map(|(_, _, known)| *known).max()?;
        let mut best = tables.iter().filter(can_be).filter(|(_, _, known)| *known == most);
        let (table, ..) = best.next()?;
        best.all(|(other, ..)| other.is_of_records() && table.is_of_records()).then_some(*table)
    }

    const fn is_of_records(self) -> bool {
        matches!(self, Self::Messages | Self::Cells)
    }

    /// Whether its columns are these.
    pub(crate) fn has(self, columns: &[Column]) -> bool {
        let own: &[Column] = match self {
            Self::Certificates => &CERTIFICATE_COLUMNS,
            Self::Messages => &MESSAGE_COLUMNS,
            Self::Cells => &CELL_COLUMNS,
            Self::Estate => &ESTATE_COLUMNS,
            Self::Registration => &REGISTRATION_COLUMNS,
        };
        own.iter().map(|column| column.name).eq(columns.iter().map(|column| column.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(header: &str) -> &'static str {
        let headers: Vec<String> = header.split(',').map(str::to_owned).collect();
        match TableKind::of(&headers) {
            Some(TableKind::Certificates) => "certificates",
            Some(TableKind::Messages | TableKind::Cells) => "records",
            Some(TableKind::Estate) => "estate",
            Some(TableKind::Registration) => "registration",
            None => "nothing",
        }
    }

    #[test]
    fn a_table_is_what_most_of_its_columns_say() {
        for (header, table) in [
            ("device_id,role,key_usage,entity_id,key_id", "records"),
            ("device_id,role,key_usage,entity_id,key_id,certificate_serial,status", "records"),
            ("device_id,role,key_usage,entity_id", "records"),
            ("device_id,observed_at,gbcs", "records"),
            ("gbcs", "records"),
            ("device_id", "estate"),
            ("device_id,mpan,serial_number,status", "estate"),
            ("device_id,mpan,device_type,key", "estate"),
            ("device_id,mpan,device_type,message", "estate"),
            ("device_id,mpan,certificate", "estate"),
            ("mpan,network_operator,supplier", "registration"),
            ("serial,status", "certificates"),
            ("certificate,role", "certificates"),
            ("serial,subject,status,role,usage", "certificates"),
            ("device_id,certificate,serial", "certificates"),
            // It can be meters or certificates of devices, and nobody can tell.
            ("device_id,serial,status", "nothing"),
            ("colour,size", "nothing"),
        ] {
            assert_eq!(of(header), table, "{header}");
        }
    }
}
