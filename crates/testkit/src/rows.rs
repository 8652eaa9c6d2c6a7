//! Single rows of the CSV forms, for estates and for hand-made cases.

use types::{CellId, CellUsage, Credential, Eui64, KeyUsage, RemotePartyRole, Timestamp};

use crate::text::{push_decimal, push_eui, push_hex, push_key, push_time};

/// Header of estate rows.
pub const ESTATE_HEADER: &str = "device_id,device_type,device_status,smets_version,mpan,secondary_mpan,export_mpan,\
    network_operator,supplier,manufacturer,model,firmware,region\n";
/// Header of cell rows.
pub const CELLS_HEADER: &str = "device_id,observed_at,role,key_usage,cell_usage,status,entity_id,key_id\n";
/// Header of message rows.
pub const MESSAGES_HEADER: &str = "device_id,observed_at,gbcs\n";
/// Header of registration rows.
pub const REGISTRATION_HEADER: &str = "mpan,network_operator,supplier\n";

/// A device of the estate.
#[derive(Clone, Copy, Debug)]
pub struct EstateRow<'a> {
    /// The device.
    pub device: Eui64,
    /// DUIS `DeviceType`.
    pub device_type: &'a str,
    /// DUIS `DeviceStatus`.
    pub status: &'a str,
    /// `SMETS1` or `SMETS2`.
    pub smets: &'a str,
    /// 13 digits as they stand, right or wrong.
    pub mpan: Option<u64>,
    /// The same of a second element.
    pub secondary_mpan: Option<u64>,
    /// The same of export.
    pub export_mpan: Option<u64>,
    /// The network operator by name, or nothing.
    pub network_operator: &'a str,
    /// The supplier.
    pub supplier: &'a str,
    /// The manufacturer.
    pub manufacturer: &'a str,
    /// The model.
    pub model: &'a str,
    /// The firmware version.
    pub firmware: &'a str,
    /// The region.
    pub region: &'a str,
}

impl<'a> EstateRow<'a> {
    /// A commissioned SMETS2 ESME of a supplier, everything else empty.
    #[must_use]
    pub const fn esme(device: Eui64, mpan: u64, supplier: &'a str) -> Self {
        Self {
            device,
            device_type: "ESME",
            status: "Commissioned",
            smets: "SMETS2",
            mpan: Some(mpan),
            secondary_mpan: None,
            export_mpan: None,
            network_operator: "",
            supplier,
            manufacturer: "",
            model: "",
            firmware: "",
            region: "",
        }
    }

    /// Writes the row.
    pub fn write(&self, out: &mut Vec<u8>) {
        push_eui(out, self.device);
        for text in [self.device_type, self.status, self.smets] {
            push_field(out, text);
        }
        for mpan in [self.mpan, self.secondary_mpan, self.export_mpan] {
            out.push(b',');
            if let Some(mpan) = mpan {
                push_decimal(out, mpan, 13);
            }
        }
        for text in
            [self.network_operator, self.supplier, self.manufacturer, self.model, self.firmware, self.region]
        {
            push_field(out, text);
        }
        out.push(b'\n');
    }
}

/// What one cell of a device is said to be.
#[derive(Clone, Copy, Debug)]
pub struct CellRow<'a> {
    /// The device.
    pub device: Eui64,
    /// When; empty in the file if unknown.
    pub observed_at: Option<Timestamp>,
    /// The cell.
    pub cell: CellId,
    /// `success` or another GBCS status name.
    pub status: &'a str,
    /// What it holds; entity and key stay empty without.
    pub credential: Option<Credential>,
}

impl CellRow<'_> {
    /// Writes the row.
    pub fn write(&self, out: &mut Vec<u8>) {
        push_eui(out, self.device);
        out.push(b',');
        if let Some(at) = self.observed_at {
            push_time(out, at);
        }
        push_field(out, self.cell.role.name().unwrap_or_default());
        push_field(out, usage_name(self.cell.key_usage));
        push_field(out, self.cell.cell_usage.name().unwrap_or_default());
        push_field(out, self.status);
        out.push(b',');
        if let Some(credential) = self.credential {
            push_eui(out, credential.entity);
            out.push(b',');
            push_key(out, credential.key);
        } else {
            out.push(b',');
        }
        out.push(b'\n');
    }

    /// A network operator cell read with success.
    #[must_use]
    pub const fn network_operator(
        device: Eui64,
        observed_at: Option<Timestamp>,
        key_usage: KeyUsage,
        credential: Credential,
    ) -> Self {
        let role = RemotePartyRole::NETWORK_OPERATOR;
        let cell = CellId { role, key_usage, cell_usage: CellUsage::MANAGEMENT };
        Self { device, observed_at, cell, status: "success", credential: Some(credential) }
    }
}

const fn usage_name(usage: KeyUsage) -> &'static str {
    if usage.contains(KeyUsage::DIGITAL_SIGNATURE) {
        "digitalSignature"
    } else if usage.contains(KeyUsage::KEY_AGREEMENT) {
        "keyAgreement"
    } else {
        "keyCertSign"
    }
}

/// A message with the time it was received and the device it came from.
#[derive(Clone, Copy, Debug)]
pub struct MessageRow<'a> {
    /// The device.
    pub device: Eui64,
    /// When; empty in the file if unknown.
    pub observed_at: Option<Timestamp>,
    /// The message.
    pub gbcs: &'a [u8],
}

impl MessageRow<'_> {
    /// Writes the row.
    pub fn write(&self, out: &mut Vec<u8>) {
        push_eui(out, self.device);
        out.push(b',');
        if let Some(at) = self.observed_at {
            push_time(out, at);
        }
        out.push(b',');
        push_hex(out, self.gbcs);
        out.push(b'\n');
    }
}

/// Who is responsible for a metering point.
#[derive(Clone, Copy, Debug)]
pub struct RegistrationRow<'a> {
    /// 13 digits.
    pub mpan: u64,
    /// The network operator's MPID.
    pub network_operator: &'a str,
    /// The supplier.
    pub supplier: &'a str,
}

impl RegistrationRow<'_> {
    /// Writes the row.
    pub fn write(&self, out: &mut Vec<u8>) {
        push_decimal(out, self.mpan, 13);
        push_field(out, self.network_operator);
        push_field(out, self.supplier);
        out.push(b'\n');
    }
}

fn push_field(out: &mut Vec<u8>, text: &str) {
    out.push(b',');
    out.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEVICE: Eui64 = Eui64::new([0, 0xDB, 0x12, 0, 0, 0, 0, 1]);

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn rows_have_as_many_fields_as_their_headers() {
        let cell = CellRow::network_operator(DEVICE, None, KeyUsage::KEY_AGREEMENT, Credential::default());
        let failed = CellRow { credential: None, status: "resourcesBusy", ..cell };
        let registration = RegistrationRow { mpan: 1, network_operator: "LOND", supplier: "SUP-A" };
        let message = MessageRow { device: DEVICE, observed_at: None, gbcs: &[0xDF] };
        for (header, row) in [
            (ESTATE_HEADER, written(|out| EstateRow::esme(DEVICE, 1, "SUP-A").write(out))),
            (CELLS_HEADER, written(|out| cell.write(out))),
            (CELLS_HEADER, written(|out| failed.write(out))),
            (MESSAGES_HEADER, written(|out| message.write(out))),
            (REGISTRATION_HEADER, written(|out| registration.write(out))),
        ] {
            assert_eq!(header.matches(',').count(), row.matches(',').count(), "{row}");
        }
    }

    #[test]
    fn a_cell_row_reads_as_documented() {
        let at = Timestamp::from_calendar(2025, 12, 1, 6, 30, 0);
        let credential = Credential { entity: DEVICE, key: types::KeyId::new([0x4A; 8]) };
        let row = CellRow::network_operator(DEVICE, at, KeyUsage::DIGITAL_SIGNATURE, credential);
        assert_eq!(
            written(|out| row.write(out)),
            "00-DB-12-00-00-00-00-01,2025-12-01T06:30:00Z,networkOperator,digitalSignature,management,success,\
             00-DB-12-00-00-00-00-01,4A4A4A4A4A4A4A4A\n"
        );
    }
}
