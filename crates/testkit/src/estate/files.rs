//! An estate as files of every form, in memory: for thousands of devices, not for millions.
//!
//! All forms of one estate describe the same devices and the same observations. Where a form cannot say something, its
//! documentation tells.

use types::{AsOf, KeyUsage};

use super::record::Age;
use super::render::{cell_rows, gbcs_document, message, mmc_document};
use super::write::{estate_rows, shifted};
use super::{Device, Estate, Record};
use crate::forms::duis::{self, Header, Id};
use crate::forms::repository::{self, Entry, Status};
use crate::forms::xml::{self, Declaration, Element, Namespace, Style};
use crate::forms::{Files, Rows, Sheet, container, jsonl, ods, parquet, xlsx};
use crate::pki::{Certificate, Organisation};
use crate::rows::{
    CELLS_HEADER, ESTATE_HEADER, MESSAGES_HEADER, MessageRow, REGISTRATION_HEADER, RegistrationRow,
};
use crate::text::push_hex;

/// A form of the records of cell state.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum RecordForm {
    /// `messages/*.hex`: messages alone, one to a line, in a file for each [`Age`].
    Hex,
    /// `messages/*.txt`: the same in base64.
    Base64,
    /// `messages.csv`: device, time and the message in hex.
    MessagesCsv,
    /// `messages.jsonl`: the same as JSON Lines.
    MessagesJsonl,
    /// `responses.xml`: DUIS responses with the messages, one document behind the other, in every style. A record
    /// without a time breaks the schema by having no `ResponseDateTime`.
    Duis,
    /// `adapted.xml`: MMC documents in every style, in one element that no schema knows.
    Mmc,
    /// `cells.csv`: a row for each cell.
    CellsCsv,
    /// `cells.jsonl`: the same as JSON Lines.
    CellsJsonl,
    /// `cells.xlsx`: the same as a workbook.
    CellsXlsx,
    /// `cells.ods`: the same.
    CellsOds,
    /// `cells.parquet`: the same.
    CellsParquet,
}

impl RecordForm {
    /// Every form.
    pub const ALL: [Self; 11] = [
        Self::Hex,
        Self::Base64,
        Self::MessagesCsv,
        Self::MessagesJsonl,
        Self::Duis,
        Self::Mmc,
        Self::CellsCsv,
        Self::CellsJsonl,
        Self::CellsXlsx,
        Self::CellsOds,
        Self::CellsParquet,
    ];

    /// Whether its records are messages or made from them, and not rows for single cells.
    #[must_use]
    pub const fn has_answers(self) -> bool {
        !matches!(
            self,
            Self::CellsCsv | Self::CellsJsonl | Self::CellsXlsx | Self::CellsOds | Self::CellsParquet
        )
    }
}

/// A form of the estate or the registration data.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum TableForm {
    /// CSV.
    Csv,
    /// JSON Lines.
    Jsonl,
    /// A workbook of Excel.
    Xlsx,
    /// An OpenDocument spreadsheet.
    Ods,
    /// Parquet.
    Parquet,
}

impl TableForm {
    /// Every form.
    pub const ALL: [Self; 5] = [Self::Csv, Self::Jsonl, Self::Xlsx, Self::Ods, Self::Parquet];

    /// The files that a CSV is in this form.
    #[must_use]
    pub fn files(self, name: &str, csv: &[u8]) -> Files {
        let rows = || Rows::of_csv(csv);
        let sheets = || [Sheet::of(name, &rows())];
        let (suffix, octets) = match self {
            Self::Csv => ("csv", csv.to_vec()),
            Self::Jsonl => ("jsonl", jsonl::jsonl(&rows())),
            Self::Xlsx => ("xlsx", xlsx::xlsx(&sheets())),
            Self::Ods => ("ods", ods::ods(&sheets())),
            Self::Parquet => ("parquet", parquet::parquet(&rows())),
        };
        Files::from([(format!("{name}.{suffix}"), octets)])
    }
}

/// A form of the certificates.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum CertificateForm {
    /// `certificates/*.der`: one certificate each.
    DerFolder,
    /// `certificates.pem`: all of them.
    PemBundle,
    /// `certificates.zip`: the folder as an archive.
    Zip,
    /// `repository.xml`: what the SMKI Repository answers.
    Repository,
}

impl CertificateForm {
    /// Every form.
    pub const ALL: [Self; 4] = [Self::DerFolder, Self::PemBundle, Self::Zip, Self::Repository];
}

impl Estate {
    fn records(&self) -> impl Iterator<Item = (Device, Record)> + '_ {
        self.devices().flat_map(|device| {
            device.records.into_iter().flatten().map(move |record| (device, record)).collect::<Vec<_>>()
        })
    }

    fn messages(&self) -> impl Iterator<Item = (Device, Record, Vec<u8>)> + '_ {
        let cells = self.options.cells_per_device;
        self.records()
            .map(move |(device, record)| (device, record, message(&self.catalogue, &device, &record, cells)))
    }

    /// The records as files.
    #[must_use]
    pub fn record_files(&self, form: RecordForm) -> Files {
        let cells = |form: TableForm| form.files("cells", &self.cells_csv());
        match form {
            RecordForm::Hex => self.message_lines("hex", push_hex),
            RecordForm::Base64 => self.message_lines("txt", |out, gbcs| {
                out.extend_from_slice(data_encoding::BASE64.encode(gbcs).as_bytes());
            }),
            RecordForm::MessagesCsv => TableForm::Csv.files("messages", &self.messages_csv()),
            RecordForm::MessagesJsonl => TableForm::Jsonl.files("messages", &self.messages_csv()),
            RecordForm::Duis => {
                let texts = self.duis_documents().zip(0..);
                let texts = texts.map(|(root, number)| xml::document_text(&root, Style::varied(number)));
                Files::from([("responses.xml".to_owned(), texts.collect::<String>().into_bytes())])
            }
            RecordForm::Mmc => {
                let mut out = format!("<x:Export xmlns:x=\"{}\">\n", Namespace::Foreign.uri());
                for (root, number) in self.mmc_documents().zip(0..) {
                    let declaration = Declaration::Omitted;
                    out += &xml::document_text(&root, Style { declaration, ..Style::varied(number) });
                }
                out += "</x:Export>\n";
                Files::from([("adapted.xml".to_owned(), out.into_bytes())])
            }
            RecordForm::CellsCsv => cells(TableForm::Csv),
            RecordForm::CellsJsonl => cells(TableForm::Jsonl),
            RecordForm::CellsXlsx => cells(TableForm::Xlsx),
            RecordForm::CellsOds => cells(TableForm::Ods),
            RecordForm::CellsParquet => cells(TableForm::Parquet),
        }
    }

    /// The records as DUIS documents.
    pub fn duis_documents(&self) -> impl Iterator<Item = Element> + '_ {
        self.messages().map(|(device, record, gbcs)| gbcs_document(&device, &record, &gbcs))
    }

    /// The records as MMC documents.
    pub fn mmc_documents(&self) -> impl Iterator<Item = Element> + '_ {
        let cells = self.options.cells_per_device;
        self.records().map(move |(device, record)| mmc_document(&self.catalogue, &device, &record, cells))
    }

    fn message_lines(&self, suffix: &str, push: impl Fn(&mut Vec<u8>, &[u8])) -> Files {
        let mut files = Files::new();
        for age in Age::ALL {
            let mut out = Vec::new();
            for (_, _, gbcs) in self.messages().filter(|(_, record, _)| record.age == age) {
                push(&mut out, &gbcs);
                out.push(b'\n');
            }
            files.insert(format!("messages/{}.{suffix}", age.name()), out);
        }
        files
    }

    fn messages_csv(&self) -> Vec<u8> {
        let mut out = MESSAGES_HEADER.as_bytes().to_vec();
        for (device, record, gbcs) in self.messages() {
            MessageRow { device: device.id, observed_at: record.at, gbcs: &gbcs }.write(&mut out);
        }
        out
    }

    fn cells_csv(&self) -> Vec<u8> {
        let mut out = CELLS_HEADER.as_bytes().to_vec();
        for (device, record) in self.records() {
            cell_rows(&mut out, &self.catalogue, &device, &record, self.options.cells_per_device);
        }
        out
    }

    /// The rows of the estate as CSV.
    #[must_use]
    pub fn estate_csv(&self) -> Vec<u8> {
        let mut out = ESTATE_HEADER.as_bytes().to_vec();
        for device in self.devices() {
            estate_rows(&device).for_each(|row| row.write(&mut out));
        }
        out
    }

    /// Registration data as CSV.
    #[must_use]
    pub fn registration_csv(&self) -> Vec<u8> {
        let mut out = REGISTRATION_HEADER.as_bytes().to_vec();
        for device in self.devices() {
            if let (true, Some(mpan)) = (device.is_registered && device.state.is_listed(), device.mpan) {
                let (network_operator, supplier) = (device.operator.id, device.supplier.id);
                RegistrationRow { mpan, network_operator, supplier }.write(&mut out);
            }
        }
        out
    }

    /// The rows of the estate as `inventory.xml`: answers to 8.2, one document behind the other.
    ///
    /// An inventory says nothing of suppliers and network operators, tells regions by those of communications, and
    /// has eight characters for a firmware version.
    #[must_use]
    pub fn inventory_files(&self) -> Files {
        let texts = self.inventory_documents().zip(0..);
        let texts = texts.map(|(root, number)| xml::document_text(&root, Style::varied(number)));
        Files::from([("inventory.xml".to_owned(), texts.collect::<String>().into_bytes())])
    }

    /// The rows of the estate as documents of an inventory.
    pub fn inventory_documents(&self) -> impl Iterator<Item = Element> + '_ {
        let AsOf(as_of) = self.options.as_of;
        let [broker, _] = self.catalogue.broker;
        let devices: Vec<Device> = self.devices().collect();
        let reader = devices.first().map_or(broker.entity, |device| device.operator.entity());
        let rows: Vec<Element> =
            devices.iter().flat_map(estate_rows).map(|row| duis::inventory_device(&row)).collect();
        let documents: Vec<Element> = rows
            .chunks(duis::INVENTORY_DEVICES)
            .zip(1..)
            .map(|(devices, counter)| {
                let request = Id { originator: reader, target: broker.entity, counter };
                let header = Header::from_dcc(request, duis::SUCCESS, Some(shifted(as_of, -1)));
                header.inventory(devices.iter().cloned())
            })
            .collect();
        documents.into_iter()
    }

    /// All certificates with what the SMKI Repository says of them: those of authorities and organisations, then the
    /// signing ones of devices that sign.
    #[must_use]
    pub fn certificates(&self) -> Vec<(Certificate, Status)> {
        let pki = self.pki();
        let authorities = [pki.root(), pki.issuing(), pki.device_issuing()];
        let mut found: Vec<(Certificate, Status)> =
            authorities.into_iter().map(|certificate| (certificate.clone(), Status::InUse)).collect();
        for organisation in pki.organisations() {
            for certificate in organisation.certificates() {
                let of = |generation, status| {
                    let generation = organisation.generation(generation).ok()?;
                    let among = generation.certificates().iter().any(|it| it.der() == certificate.der());
                    among.then_some(status)
                };
                let former = || {
                    of(Organisation::EXPIRED, Status::Expired)
                        .or_else(|| of(Organisation::SUPERSEDED, Status::NotInUse))
                        .or_else(|| of(Organisation::REVOKED, Status::Revoked))
                };
                // Only network operators have a history.
                let has_history = organisation.generation(Organisation::CURRENT).is_ok();
                let status = has_history.then(former).flatten().unwrap_or(Status::InUse);
                found.push((certificate.clone(), status));
            }
        }
        let signing = self.devices().filter(|device| device.state.is_signed());
        found.extend(
            signing.map(|device| (pki.device(device.id, KeyUsage::DIGITAL_SIGNATURE), Status::InUse)),
        );
        found
    }

    /// The certificates as files.
    #[must_use]
    pub fn certificate_files(&self, form: CertificateForm) -> Files {
        let certificates = self.certificates();
        let folder = || -> Files {
            let named = |(certificate, _): &(Certificate, Status)| {
                (format!("certificates/{}.der", certificate.file_stem()), certificate.der().to_vec())
            };
            certificates.iter().map(named).collect()
        };
        let one = |name: &str, octets| Files::from([(name.to_owned(), octets)]);
        match form {
            CertificateForm::DerFolder => folder(),
            CertificateForm::PemBundle => {
                let pem: String = certificates.iter().map(|(certificate, _)| certificate.pem()).collect();
                one("certificates.pem", pem.into_bytes())
            }
            CertificateForm::Zip => one("certificates.zip", container::zip(&folder())),
            CertificateForm::Repository => {
                let entries: Vec<Entry> = certificates
                    .iter()
                    .map(|(certificate, status)| Entry::of(certificate, *status))
                    .collect();
                one("repository.xml", xml::document(&repository::data_response(&entries), Style::varied(1)))
            }
        }
    }

    /// Revocation lists that are in force at the instant of the audit.
    #[must_use]
    pub fn revocation_lists(&self) -> Files {
        let AsOf(as_of) = self.options.as_of;
        let [this_update, next_update] = [-1, 7].map(|days| shifted(as_of, days));
        Files::from([
            ("issuing.crl".to_owned(), self.pki().issuing_crl(this_update, next_update)),
            ("root.crl".to_owned(), self.pki().root_crl(this_update, next_update)),
        ])
    }
}
