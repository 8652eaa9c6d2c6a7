//! What inputs of certificates hold: answers of the repository, lists, revocation lists, commands and requests.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "the helpers of tests, too, state what they expect by unwrapping and indexing"
)]

use std::path::PathBuf;

use dno_audit_intake::{
    CertificateRecord, Certified, ColumnMap, Contents, Source, TableOptions, read_certificates,
};
use smki::{EntryMismatch, RepositoryEntry, RepositoryStatus};
use testkit::forms::xlsx::xlsx;
use testkit::forms::{Rows, Sheet};
use testkit::pki::{Certificate, Pki};
use types::{InputId, KeyUsage, RemotePartyRole};

fn testdata(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../testdata").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn read(octets: &[u8]) -> Vec<CertificateRecord> {
    read_certificates(&mut Source::new("input", InputId(0), octets), &TableOptions::default()).unwrap()
}

fn contents(octets: &[u8]) -> Contents {
    Contents::of(&mut Source::new("input", InputId(0), octets)).unwrap()
}

/// The one certificate of an input, and in what the repository's entry differs from it.
fn only(octets: &[u8]) -> (smki::Certificate, RepositoryEntry, Vec<EntryMismatch>) {
    let records = read(octets);
    assert_eq!(records.len(), 1);
    match records.into_iter().next().unwrap().outcome {
        Ok(Certified::Certificate { certificate, entry: Some(entry) }) => {
            let mismatches = entry.mismatches(&certificate);
            (*certificate, *entry, mismatches)
        }
        other => panic!("{other:?}"),
    }
}

fn reason(record: &CertificateRecord) -> &'static str {
    record.outcome.as_ref().err().map_or("", dno_audit_intake::Reject::id)
}

#[test]
fn an_entry_of_the_repository_has_each_element_once_and_a_body_that_is_one() {
    let octets = testdata("pki/repository/data.xml");
    let text = String::from_utf8(octets).unwrap();
    let whole = read(text.as_bytes()).len();
    for name in ["CertificateStatus", "CertificateBody", "CertificateSerial"] {
        let start = text.find(&format!("{name}>")).and_then(|at| text[..at].rfind('<')).unwrap();
        let end = start + text[start..].find("</").unwrap();
        let end = end + text[end..].find('>').unwrap() + 1;
        let twice = format!("{}{}{}", &text[..end], &text[start..end], &text[end..]);
        let records = read(twice.as_bytes());
        assert_eq!((records.len(), reason(&records[0])), (whole, "element-repeated"), "{name}");
    }
    let start = text.find("CertificateBody>").unwrap() + "CertificateBody>".len();
    let end = start + text[start..].find("</").unwrap();
    let blank = format!("{}{}", &text[..start], &text[end..]);
    assert_eq!(reason(&read(blank.as_bytes())[0]), "field-blank");
}

#[test]
fn a_data_response_gives_certificates_that_are_as_the_repository_says() {
    let octets = testdata("pki/repository/data.xml");
    let records = read(&octets);
    assert!(records.len() > 5 && contents(&octets).certificates);
    for (record, number) in records.iter().zip(1..) {
        assert_eq!(record.origin.line, number);
        let Ok(Certified::Certificate { certificate, entry: Some(entry) }) = &record.outcome else {
            panic!("{record:?}")
        };
        assert_eq!(entry.mismatches(certificate), []);
    }
    let roles: Vec<_> = records
        .iter()
        .filter_map(|record| match &record.outcome {
            Ok(Certified::Certificate { entry: Some(entry), .. }) => entry.role,
            _ => None,
        })
        .collect();
    assert!(roles.contains(&RemotePartyRole::XML_SIGN), "135 in decimal");
}

#[test]
fn what_the_repository_says_is_compared_with_the_certificate() {
    use EntryMismatch::{Role, Serial, Subject, Unreadable, Usage};
    for (file, mismatches) in [
        ("data-role-in-hex", vec![Role]),
        ("data-of-another-party", vec![Subject]),
        ("data-serial-of-another", vec![Serial]),
        ("data-usage-of-another", vec![Usage]),
        ("data-serial-in-lower-case", vec![]),
        // It does not cost the certificate.
        ("data-status-that-nobody-knows", vec![Unreadable]),
        ("data-revoked-but-in-use", vec![]),
    ] {
        let (_, _, found) = only(&testdata(&format!("pki/repository/{file}.xml")));
        assert_eq!(found, mismatches, "{file}");
    }
    assert_eq!(reason(&read(&testdata("pki/repository/reject-body.xml"))[0]), "certificate-malformed");
}

#[test]
fn a_search_response_speaks_of_certificates_that_others_hold() {
    let records = read(&testdata("pki/repository/search.xml"));
    let mut builder = smki::StoreBuilder::new();
    for record in read(&testdata("pki/bundle.pem")) {
        let Ok(Certified::Certificate { certificate, .. }) = record.outcome else { continue };
        builder.add(*certificate);
    }
    let mut entries = Vec::new();
    for record in records {
        let Ok(Certified::Entry(entry)) = record.outcome else { panic!("an entry") };
        builder.add_entry((*entry).clone(), None);
        entries.push(*entry);
    }
    assert!(entries.len() > 5);
    let store = builder.build();
    let named = entries.iter().filter(|entry| !store.named_by(entry).is_empty()).count();
    // All but the issuing authority, whose subject is no identifier.
    assert_eq!(named, entries.len() - 1);
    let smki = Pki::standard();
    let current = smki.organisation("LOND").unwrap().current().unwrap().digital_signature().unwrap();
    let id = store.by_sha256(smki::Certificate::decode(current.der()).unwrap().sha256()).unwrap();
    assert_eq!(store.repository_entries(id)[0].status, Some(RepositoryStatus::InUse));
}

#[test]
fn a_result_without_a_serial_number_or_with_an_unreadable_field_is_refused() {
    let result = |fields: &str| {
        format!("<CertificateSearchResponse><Result>{fields}</Result></CertificateSearchResponse>")
    };
    let serial = "<CertificateSerial>0A</CertificateSerial>";
    for (fields, expected) in [
        ("<CertificateStatus>I</CertificateStatus>".to_owned(), "element-missing"),
        (format!("{serial}<CertificateStatus>Z</CertificateStatus>"), "word-unknown"),
        ("<CertificateSerial>0A1</CertificateSerial>".to_owned(), "word-unknown"),
        (format!("{serial}<CertificateStatus>I</CertificateStatus>"), ""),
    ] {
        assert_eq!(reason(&read(result(&fields).as_bytes())[0]), expected, "{fields}");
    }
    assert_eq!(reason(&read(b"<html><body/></html>")[0]), "not-recognised");
}

fn lond() -> Vec<Certificate> {
    Pki::standard().organisation("LOND").unwrap().current().unwrap().certificates().to_vec()
}

/// A list of certificates as rows of text.
fn rows(with_certificate: bool) -> Rows {
    let header = ["Certificate Body", "Certificate Serial", "Status", "Role", "Usage", "Subject"];
    let rows = lond().into_iter().map(|certificate| {
        let serial: String = certificate.serial().iter().map(|octet| format!("{octet:02x}")).collect();
        let body = data_encoding::BASE64.encode(certificate.der());
        let usage = if certificate.key_usage() == KeyUsage::KEY_AGREEMENT { "KA" } else { "DS" };
        let entity = certificate.entity().unwrap().to_string();
        let body = if with_certificate { body } else { String::new() };
        [body, serial, "I".to_owned(), "3".to_owned(), usage.to_owned(), entity].to_vec()
    });
    Rows { header: header.map(str::to_owned).to_vec(), rows: rows.collect() }
}

fn csv(rows: &Rows) -> Vec<u8> {
    let lines = std::iter::once(&rows.header).chain(&rows.rows).map(|fields| fields.join(","));
    lines.collect::<Vec<_>>().join("\n").into_bytes()
}

#[test]
fn a_list_of_certificates_is_read_in_every_form_of_table() {
    let table = rows(true);
    let workbook = xlsx(&[Sheet::of("certificates", &table)]);
    for octets in [csv(&table), testkit::forms::jsonl::jsonl(&table), workbook] {
        assert!(contents(&octets).certificates && !contents(&octets).records);
        let records = read(&octets);
        assert_eq!(records.len(), lond().len());
        for (record, certificate) in records.iter().zip(lond()) {
            let Ok(Certified::Certificate { certificate: found, entry: Some(entry) }) = &record.outcome
            else {
                panic!("{record:?}")
            };
            assert_eq!(found.der(), certificate.der());
            assert_eq!((entry.mismatches(found), entry.status), (vec![], Some(RepositoryStatus::InUse)));
        }
    }
    for record in read(&csv(&rows(false))) {
        assert!(matches!(record.outcome, Ok(Certified::Entry(_))), "{record:?}");
    }
}

#[test]
fn a_row_without_a_certificate_or_with_a_private_key_is_refused() {
    let header = "certificate,serial,status\n";
    let key = "-----BEGIN PRIVATE KEY----- AAAA -----END PRIVATE KEY-----";
    let records = read(format!("{header},,I\n{key},01,I\nMIIB,02,I\n,03,\n").as_bytes());
    let reasons: Vec<_> = records.iter().map(reason).collect();
    assert_eq!(reasons, ["field-blank", "private-key", "certificate-malformed", ""]);
    assert!(!format!("{records:?}").contains("AAAA"));
    // Neither a list of meters nor a text beside PEM is a list of certificates.
    assert!(!contents(b"device_id,serial_number,mpan\n").certificates);
    let pem = [b"Certificate:\n    Data:\n", lond()[0].pem().as_bytes()].concat();
    assert!(matches!(read(&pem)[0].outcome, Ok(Certified::Certificate { entry: None, .. })));
    assert_eq!(reason(&read(b"{\"device\": 1}\n")[0]), "not-recognised");
}

#[test]
fn headers_of_a_list_can_be_mapped() {
    let columns =
        ColumnMap([("certificate", "X"), ("status", "Y")].map(|(a, b)| (a.into(), b.into())).into());
    let options = TableOptions { columns, sheet: None };
    let text = format!("X,Y\n{},R\n", data_encoding::BASE64.encode(lond()[0].der()));
    let mut source = Source::new("input", InputId(0), text.as_bytes());
    let records = read_certificates(&mut source, &options).unwrap();
    assert!(matches!(&records[0].outcome, Ok(Certified::Certificate { entry: Some(entry), .. })
        if entry.status == Some(RepositoryStatus::Revoked)));
}

#[test]
fn commands_and_requests_give_the_certificates_that_they_carry() {
    let request = testdata("records/duis/request-update.xml");
    assert!(contents(&request).certificates);
    let found: Vec<_> = read(&request)
        .into_iter()
        .map(|record| match record.outcome {
            Ok(Certified::Certificate { certificate, entry: None }) => *certificate,
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(found.len() >= 2 && found.iter().any(|it| it.role() == Some(RemotePartyRole::NETWORK_OPERATOR)));
    let malformed = read(&testdata("records/duis/request-update-with-a-malformed-certificate.xml"));
    assert!(malformed.iter().any(|record| reason(record) == "certificate-malformed"));
    let answer = read(&testdata("records/duis/read-response.xml"));
    assert!(matches!(answer[0].outcome, Ok(Certified::Nothing)));

    let hex = testdata("records/gbcs/update-command.hex");
    let first = hex.split(|octet| *octet == b'\n').find(|line| line.starts_with(b"D")).unwrap();
    let binary = data_encoding::HEXUPPER_PERMISSIVE.decode(first.trim_ascii()).unwrap();
    let base64 = data_encoding::BASE64.encode(&binary);
    let all: Vec<Vec<u8>> = [hex.as_slice(), &binary, base64.as_bytes()]
        .iter()
        .map(|octets| {
            let der = read(octets).into_iter().filter_map(|record| match record.outcome {
                Ok(Certified::Certificate { certificate, .. }) => Some(certificate.der().to_vec()),
                _ => None,
            });
            der.flatten().collect()
        })
        .collect();
    assert!(!all[1].is_empty() && all[1] == all[2] && all[0].starts_with(&all[1]));
}
