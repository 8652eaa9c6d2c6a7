//! Writes an estate into a folder, in one pass and with buffers that do not grow with its size.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use types::{AsOf, KeyUsage, Timestamp};

use super::catalogue::Catalogue;
use super::device::Device;
use super::directory::directory;
use super::record::{Age, Record};
use super::render::{cell_rows, message};
use super::state::State;
use super::{Estate, EstateOptions, Form, Summary};
use crate::pki::{Certificate, PkiError};
use crate::rows::{
    CELLS_HEADER, ESTATE_HEADER, EstateRow, MESSAGES_HEADER, MessageRow, REGISTRATION_HEADER, RegistrationRow,
};
use crate::text::push_hex;

/// Writes everything that an audit of the estate needs into a folder, which is made if it is not there.
///
/// | file | content |
/// |---|---|
/// | `estate.csv`, `registration.csv`, `directory.toml` | who is there, and who should be in the cells |
/// | `trust-anchor.pem` | the root |
/// | `certificates/*.pem` | one certificate each, those of signing devices too |
/// | `certificates/bundle.pem` | all of them once more |
/// | `certificates/issuing.crl`, `certificates/root.crl` | revocation lists, in force at the instant of the audit |
/// | `cells.csv`, or `messages.csv`, or `messages/*.hex` | what devices said, in the form that was chosen |
///
/// Hex messages carry no time of observation, so there is one file to each [`Age`], and the comment in its first line
/// says when its messages were observed.
///
/// One core writes some 1.5 million devices a second as rows of two cells, about 370 octets each, if the disk keeps up;
/// messages take three times as long. The buffers take a few megabytes whatever the size.
///
/// # Errors
///
/// A file or folder can't be written.
pub fn write_estate(options: &EstateOptions, folder: &Path) -> io::Result<Summary> {
    let estate = Estate::new(options.clone()).map_err(other)?;
    let certificates = folder.join("certificates");
    fs::create_dir_all(&certificates)?;
    let catalogue = &estate.catalogue;
    fs::write(folder.join("directory.toml"), directory(&catalogue.pki).map_err(other)?)?;
    fs::write(folder.join("trust-anchor.pem"), catalogue.pki.root().pem())?;
    let AsOf(as_of) = options.as_of;
    let [this_update, next_update] = [-1, 7].map(|days| shifted(as_of, days));
    fs::write(certificates.join("issuing.crl"), catalogue.pki.issuing_crl(this_update, next_update))?;
    fs::write(certificates.join("root.crl"), catalogue.pki.root_crl(this_update, next_update))?;

    let mut bundle = Sink::create(&certificates.join("bundle.pem"), "")?;
    let mut publish = |certificate: &Certificate| -> io::Result<()> {
        let pem = certificate.pem();
        fs::write(certificates.join(certificate.file_stem() + ".pem"), &pem)?;
        bundle.row()?.extend_from_slice(pem.as_bytes());
        Ok(())
    };
    catalogue.pki.certificates().try_for_each(&mut publish)?;

    let mut summary = Summary::default();
    let mut rows = Sink::create(&folder.join("estate.csv"), ESTATE_HEADER)?;
    let mut registration = Sink::create(&folder.join("registration.csv"), REGISTRATION_HEADER)?;
    let mut evidence = Evidence::create(options, folder)?;
    for device in estate.devices() {
        summary.count(device.state);
        for row in estate_rows(&device) {
            row.write(rows.row()?);
            summary.estate_rows += 1;
        }
        if let (true, Some(mpan)) = (device.is_registered && device.state.is_listed(), device.mpan) {
            let (network_operator, supplier) = (device.operator.id, device.supplier.id);
            RegistrationRow { mpan, network_operator, supplier }.write(registration.row()?);
            summary.registration_rows += 1;
        }
        for record in device.records.iter().flatten() {
            summary.records += evidence.write(options, catalogue, &device, record)?;
        }
        if device.state.is_signed() && options.form != Form::Cells {
            publish(&catalogue.pki.device(device.id, KeyUsage::DIGITAL_SIGNATURE))?;
            summary.device_certificates += 1;
        }
    }
    rows.finish()?;
    registration.finish()?;
    evidence.finish()?;
    bundle.finish()?;
    Ok(summary)
}

fn other(error: PkiError) -> io::Error {
    io::Error::other(error)
}

pub(super) fn shifted(at: Timestamp, days: i64) -> Timestamp {
    Timestamp::from_unix_millis(at.unix_millis() + days * 86_400_000).unwrap_or(at)
}

/// The rows of a device in the estate.
pub(super) fn estate_rows(device: &Device) -> impl Iterator<Item = EstateRow<'static>> {
    let row = EstateRow {
        device: device.id,
        device_type: device.device_type,
        status: device.status,
        smets: device.smets,
        mpan: device.mpan,
        secondary_mpan: device.secondary_mpan,
        export_mpan: device.export_mpan,
        network_operator: device.network_operator,
        supplier: device.supplier.id,
        manufacturer: device.make.manufacturer,
        model: device.make.model,
        firmware: device.make.firmware,
        region: device.region,
    };
    let again = EstateRow { firmware: "superseded", ..row };
    let first = device.state.is_listed().then_some(row);
    first.into_iter().chain((device.state == State::TwoRows).then_some(again))
}

/// Where records go.
enum Evidence {
    Cells(Sink),
    Messages(Sink),
    Hex([Sink; 4]),
}

impl Evidence {
    fn create(options: &EstateOptions, folder: &Path) -> io::Result<Self> {
        Ok(match options.form {
            Form::Cells => Self::Cells(Sink::create(&folder.join("cells.csv"), CELLS_HEADER)?),
            Form::Messages => Self::Messages(Sink::create(&folder.join("messages.csv"), MESSAGES_HEADER)?),
            Form::Hex => {
                let folder = folder.join("messages");
                fs::create_dir_all(&folder)?;
                let sink = |age: Age| {
                    let comment = match options.hex_observed_at(age) {
                        Some(at) => format!("# observed_at = {at}\n"),
                        None => "# observed_at is not known\n".to_owned(),
                    };
                    Sink::create(&folder.join(format!("{}.hex", age.name())), &comment)
                };
                let [recent, older, stale, undated] = Age::ALL;
                Self::Hex([sink(recent)?, sink(older)?, sink(stale)?, sink(undated)?])
            }
        })
    }

    fn write(
        &mut self,
        options: &EstateOptions,
        catalogue: &Catalogue,
        device: &Device,
        record: &Record,
    ) -> io::Result<u64> {
        match self {
            Self::Cells(sink) => {
                return Ok(cell_rows(sink.row()?, catalogue, device, record, options.cells_per_device));
            }
            Self::Messages(sink) => {
                let gbcs = message(catalogue, device, record, options.cells_per_device);
                MessageRow { device: device.id, observed_at: record.at, gbcs: &gbcs }.write(sink.row()?);
            }
            Self::Hex(sinks) => {
                let gbcs = message(catalogue, device, record, options.cells_per_device);
                let sink = sinks.iter_mut().zip(Age::ALL).find(|(_, age)| *age == record.age);
                if let Some((sink, _)) = sink {
                    let out = sink.row()?;
                    push_hex(out, &gbcs);
                    out.push(b'\n');
                }
            }
        }
        Ok(1)
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Self::Cells(sink) | Self::Messages(sink) => sink.finish(),
            Self::Hex(sinks) => sinks.into_iter().try_for_each(Sink::finish),
        }
    }
}

/// A file with a buffer that rows are written into directly.
struct Sink {
    file: File,
    buffer: Vec<u8>,
}

impl Sink {
    const FULL: usize = 1 << 18;

    fn create(path: &Path, first_line: &str) -> io::Result<Self> {
        let mut buffer = Vec::with_capacity(Self::FULL + (1 << 14));
        buffer.extend_from_slice(first_line.as_bytes());
        Ok(Self { file: File::create(path)?, buffer })
    }

    /// The buffer, with room for one more device.
    fn row(&mut self) -> io::Result<&mut Vec<u8>> {
        if self.buffer.len() >= Self::FULL {
            self.file.write_all(&self.buffer)?;
            self.buffer.clear();
        }
        Ok(&mut self.buffer)
    }

    fn finish(mut self) -> io::Result<()> {
        self.file.write_all(&self.buffer)
    }
}
