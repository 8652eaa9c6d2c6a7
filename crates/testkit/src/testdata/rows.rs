//! Samples of CSV files.

use types::{CellId, CellUsage, Credential, Eui64, KeyUsage, Mpan, RemotePartyRole, Timestamp};

use super::Files;
use super::gbcs::DEVICE;
use crate::message::details::{self, RoleDetails};
use crate::message::{Envelope, Flag, Style, cell};
use crate::pki::{Pki, PkiError};
use crate::rows::{
    CELLS_HEADER, CellRow, ESTATE_HEADER, EstateRow, MESSAGES_HEADER, MessageRow, REGISTRATION_HEADER,
    RegistrationRow,
};

const OTHER_DEVICE: Eui64 = Eui64::new([0x00, 0xDB, 0x12, 0x00, 0x00, 0x00, 0x00, 0xB0]);

pub(super) fn add(files: &mut Files, smki: &Pki) -> Result<(), PkiError> {
    let generation = smki.organisation("LOND")?.current()?;
    let held = [generation.digital_signature()?.credential(), generation.key_agreement()?.credential()];
    let top_up = smki.organisation("SUP-A")?.top_up()?.credential();
    let broker = smki.organisation("ACB")?.entity();
    let samples = [cells(held, top_up), messages(held, broker), estate(), registration()].concat();
    for (name, content) in samples {
        files.insert(format!("records/{name}.csv"), content);
    }
    Ok(())
}

type Samples = Vec<(&'static str, Vec<u8>)>;

/// The MPAN of a distributor with these ten digits behind its own two.
fn mpan(distributor: u64, ten_digits: u64) -> u64 {
    let twelve = distributor * 10_000_000_000 + ten_digits;
    twelve * 10 + u64::from(Mpan::check_digit(twelve))
}

fn at() -> Option<Timestamp> {
    Timestamp::from_calendar(2025, 11, 3, 9, 15, 0)
}

/// The sample with one text replaced once.
fn altered(sample: &[u8], from: &str, to: &str) -> Vec<u8> {
    String::from_utf8_lossy(sample).replacen(from, to, 1).into_bytes()
}

/// The sample without one of its columns.
fn without_column(sample: &[u8], column: usize) -> Vec<u8> {
    let mut text = String::new();
    for line in String::from_utf8_lossy(sample).lines() {
        let fields = line.split(',').enumerate().filter(|(place, _)| *place != column);
        text.push_str(&fields.map(|(_, field)| field).collect::<Vec<_>>().join(","));
        text.push('\n');
    }
    text.into_bytes()
}

fn cells([signature, agreement]: [Credential; 2], top_up: Credential) -> Samples {
    let two = |device| {
        [
            CellRow::network_operator(device, at(), KeyUsage::DIGITAL_SIGNATURE, signature),
            CellRow::network_operator(device, at(), KeyUsage::KEY_AGREEMENT, agreement),
        ]
    };
    let file = |cells: &[CellRow<'_>]| {
        let mut out = CELLS_HEADER.as_bytes().to_vec();
        cells.iter().for_each(|cell| cell.write(&mut out));
        out
    };
    let [first, second] = two(DEVICE);
    let both = [two(DEVICE), two(OTHER_DEVICE)].concat();
    let plain = file(&both);
    let supplier = CellRow {
        cell: CellId {
            cell_usage: CellUsage::PRE_PAYMENT_TOP_UP,
            ..cell(RemotePartyRole::SUPPLIER, KeyUsage::KEY_AGREEMENT)
        },
        credential: Some(top_up),
        ..first
    };
    let failing = ["trustAnchorNotFound", "noTrustAnchor", "resourcesBusy", "other"].map(|status| CellRow {
        status,
        credential: None,
        ..first
    });
    let undated: Vec<CellRow<'_>> = both.iter().map(|row| CellRow { observed_at: None, ..*row }).collect();
    let zero = CellRow { credential: Some(Credential::default()), ..second };
    let windows = String::from_utf8_lossy(&plain).replace('\n', "\r\n");
    let key = signature.key.to_string();
    vec![
        ("cells-csv/two-devices", plain.clone()),
        ("cells-csv/supplier-cells-too", file(&[first, supplier, second])),
        ("cells-csv/failing-statuses", file(&failing)),
        ("cells-csv/undated", file(&undated)),
        ("cells-csv/zero-cell", file(&[first, zero])),
        ("cells-csv/same-row-twice", file(&[first, first, second])),
        ("cells-csv/byte-order-mark-and-carriage-returns", format!("\u{feff}{windows}").into_bytes()),
        ("cells-csv/lower-case-identifiers", altered(&plain, "00-DB-12", "00-db-12")),
        ("cells-csv/reject-bad-hex-in-entity", altered(&plain, "90-B3-D5-AA", "90-B3-D5-AO")),
        ("cells-csv/reject-unknown-role", altered(&plain, "networkOperator", "networkOverseer")),
        ("cells-csv/reject-unknown-status", altered(&plain, "success", "fine")),
        ("cells-csv/reject-key-made-a-number", altered(&plain, &key, "4.9E+15")),
        ("cells-csv/reject-short-key", altered(&plain, &key, "49")),
        ("cells-csv/reject-day-first-time", altered(&plain, "2025-11-03T09:15:00Z", "03/11/2025 09:15")),
        ("cells-csv/reject-field-too-many", altered(&plain, "success,", "success,,")),
        ("cells-csv/reject-column-missing", without_column(&plain, 6)),
    ]
}

fn messages([signature, agreement]: [Credential; 2], broker: Eui64) -> Samples {
    let message = |device| {
        let roles = [RoleDetails::network_operator(signature, agreement)];
        let envelope = Envelope::new(Flag::Response, details::CS02A, 7, device, broker);
        envelope.maced(&details::response(&roles, Style::default()))
    };
    let (one, other) = (message(DEVICE), message(OTHER_DEVICE));
    let file = |rows: &[MessageRow<'_>]| {
        let mut out = MESSAGES_HEADER.as_bytes().to_vec();
        rows.iter().for_each(|row| row.write(&mut out));
        out
    };
    let row = |device, gbcs| MessageRow { device, observed_at: at(), gbcs };
    let good = row(OTHER_DEVICE, &other);
    let half = one.get(..one.len() / 2).unwrap_or_default();
    vec![
        ("messages-csv/two-devices", file(&[row(DEVICE, &one), good])),
        ("messages-csv/undated", file(&[MessageRow { observed_at: None, ..row(DEVICE, &one) }, good])),
        ("messages-csv/reject-half-a-message", file(&[row(DEVICE, half), good])),
        ("messages-csv/reject-no-message", file(&[row(DEVICE, &[]), good])),
        ("messages-csv/reject-another-device-in-the-message", file(&[row(DEVICE, &other), good])),
    ]
}

fn estate() -> Samples {
    let london = mpan(12, 1);
    let esme = EstateRow {
        manufacturer: "Alder Metering",
        model: "AM-100",
        firmware: "01.02.0003",
        region: "London",
        ..EstateRow::esme(DEVICE, london, "SUP-A")
    };
    let independent = EstateRow::esme(OTHER_DEVICE, mpan(24, 2), "SUP-B");
    let file = |rows: &[EstateRow<'_>]| {
        let mut out = ESTATE_HEADER.as_bytes().to_vec();
        rows.iter().for_each(|row| row.write(&mut out));
        out
    };
    let kinds = [
        ("ESME", "Commissioned", "SMETS1"),
        ("ESME", "InstalledNotCommissioned", "SMETS2"),
        ("ESME", "Decommissioned", "SMETS2"),
        ("ESME", "Suspended", "SMETS2"),
        ("SAPC", "Commissioned", "SMETS2"),
        ("GSME", "Commissioned", "SMETS2"),
        ("GPF", "Commissioned", "SMETS2"),
        ("CHF", "Commissioned", "SMETS2"),
        ("PPMID", "Whitelisted", "SMETS2"),
        ("HCALCS", "Pending", "SMETS2"),
    ];
    let kinds: Vec<EstateRow<'_>> = (0xC0..)
        .zip(kinds)
        .map(|(last, (device_type, status, smets))| {
            let device = Eui64::new([0x00, 0xDB, 0x12, 0x00, 0x00, 0x00, 0x00, last]);
            EstateRow { device, device_type, status, smets, ..independent }
        })
        .collect();
    let plain = file(&[esme, independent]);
    let points = EstateRow {
        secondary_mpan: Some(mpan(12, 3)),
        export_mpan: Some(mpan(12, 4)),
        network_operator: "LOND",
        ..esme
    };
    let digits = london.to_string();
    let wrong = (london / 10 * 10 + (london + 1) % 10).to_string();
    vec![
        ("estate-csv/two-esmes", plain.clone()),
        ("estate-csv/every-type-and-status", file(&kinds)),
        ("estate-csv/three-metering-points", file(&[points])),
        ("estate-csv/no-mpan", file(&[EstateRow { mpan: None, ..esme }])),
        ("estate-csv/mpan-check-digit-fails", altered(&plain, &digits, &wrong)),
        ("estate-csv/mpan-made-a-number", altered(&plain, &digits, "1.2E+12")),
        ("estate-csv/same-device-twice", file(&[esme, esme])),
        ("estate-csv/reject-device-too-short", altered(&plain, "00-DB-12-", "00-DB-")),
        ("estate-csv/unknown-type", altered(&plain, "ESME", "FRIDGE")),
    ]
}

fn registration() -> Samples {
    let rows = [(mpan(12, 1), "LOND", "SUP-A"), (mpan(24, 2), "IPNL", "SUP-B")];
    let mut plain = REGISTRATION_HEADER.as_bytes().to_vec();
    for (mpan, network_operator, supplier) in rows {
        RegistrationRow { mpan, network_operator, supplier }.write(&mut plain);
    }
    vec![
        ("registration-csv/two-operators", plain.clone()),
        ("registration-csv/operator-disagrees-with-mpan", altered(&plain, "LOND", "EELC")),
        ("registration-csv/reject-mpan-too-short", altered(&plain, "\n12", "\n1")),
    ]
}
