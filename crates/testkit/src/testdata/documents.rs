//! Samples of XML: DUIS, MMC, and the SMKI Repository.

use std::collections::BTreeMap;

use types::{CellId, Credential, KeyUsage, RemotePartyRole, Timestamp};

use super::gbcs::{self, DEVICE};
use crate::forms::Files;
use crate::forms::duis::{self, Header, Id, Replacement, Request, Service, Signature};
use crate::forms::mmc::{self, Details, Execution, Outcome, Status};
use crate::forms::repository::{self, Entry};
use crate::forms::xml::{
    Base64, Declaration, Element, Encoding, Layout, Names, Style, Text, concatenated, document,
    document_text, wrapped,
};
use crate::message::{cell, details, status, update};
use crate::pki::{Organisation, Pki, PkiError, Validity};
use crate::rows::EstateRow;

const COUNTER: u64 = 1_000_042;
/// How a sample is written where its name says nothing of that.
const PLAIN: Style = Style {
    names: Names::Usual,
    layout: Layout::Indented,
    text: Text::Plain,
    base64: Base64::Whole,
    encoding: Encoding::Utf8,
    declaration: Declaration::Written,
};

type Samples = Vec<(&'static str, Vec<u8>)>;

pub(super) fn add(files: &mut Files, smki: &Pki) -> Result<(), PkiError> {
    let parts = Parts::new(smki)?;
    let mut duis = parts.responses();
    duis.extend(parts.styles());
    duis.extend(parts.by_the_dcc());
    duis.extend(parts.requests(smki)?);
    duis.extend(parts.rejects());
    for (folder, samples) in
        [("records/duis", duis), ("records/mmc", parts.adapted()), ("pki/repository", repository(smki)?)]
    {
        for (name, octets) in samples {
            files.insert(format!("{folder}/{name}.xml"), octets);
        }
    }
    Ok(())
}

/// What samples are made of.
struct Parts {
    messages: BTreeMap<&'static str, Vec<u8>>,
    operator: [Credential; 2],
    broker: [Credential; 2],
    request: Id,
    at: Timestamp,
}

impl Parts {
    fn new(smki: &Pki) -> Result<Self, PkiError> {
        let pair = |id: &str| -> Result<[Credential; 2], PkiError> {
            let generation = smki.organisation(id)?.current()?;
            Ok([generation.digital_signature()?.credential(), generation.key_agreement()?.credential()])
        };
        let messages = gbcs::samples(smki)?.into_iter().map(|(name, _, octets)| (name, octets)).collect();
        let [operator, broker] = [pair("LOND")?, pair("ACB")?];
        let [Credential { entity: originator, .. }, _] = operator;
        let request = Id { originator, target: DEVICE, counter: COUNTER };
        let at = Timestamp::from_calendar(2025, 11, 3, 9, 15, 0).unwrap_or(Validity::date(2025, 11, 3));
        Ok(Self { messages, operator, broker, request, at })
    }

    fn message(&self, name: &str) -> &[u8] {
        self.messages.get(name).map_or(&[], Vec::as_slice)
    }

    fn answer(&self) -> Header {
        Header::answer(self.request, Some(self.at))
    }

    fn said_by_dcc(&self, code: &'static str) -> Header {
        Header::from_dcc(self.request, code, Some(self.at))
    }

    /// The response that other samples vary: LOND in both cells.
    fn read(&self) -> Element {
        self.answer().payload(Service::RETRIEVE_CREDENTIALS, self.message("two-network-operator-cells"))
    }

    fn responses(&self) -> Samples {
        let (read, update) = (Service::RETRIEVE_CREDENTIALS, Service::UPDATE_CREDENTIALS);
        let of = |service, name| self.answer().payload(service, self.message(name));
        let alert = self.message("update-alert-success");
        let failure = self.message("update-alert-failure");
        let unasked = Header::unasked(Some(self.request.answered()), Some(self.at));
        [
            ("read-response", self.read()),
            ("read-response-placeholder", of(read, "placeholder")),
            ("read-response-trust-anchor-not-found", of(read, "trust-anchor-not-found")),
            ("read-response-role-not-answered", of(read, "role-not-answered")),
            ("update-response", of(update, "update-response")),
            ("handover-response", of(Service::HAND_OVER, "update-response")),
            ("update-response-without-outcome", of(update, "update-response-without-outcome")),
            ("device-certificate-response", of(Service::READ_FIRMWARE, "device-certificate-response")),
            ("future-dated-alert", self.answer().future_dated_alert(update, update::ALERT_SUCCESS, alert)),
            (
                "future-dated-alert-failure",
                self.answer().future_dated_alert(update, update::ALERT_FAILURE, failure),
            ),
            ("device-alert", unasked.device_alert(update::ALERT_SUCCESS, alert)),
            ("scheduled-response", {
                self.answer().scheduled(read, self.message("two-network-operator-cells"))
            }),
            ("pre-command", {
                self.said_by_dcc(duis::SUCCESS).pre_command(update, self.message("update-pre-command"))
            }),
            ("older-schema-version", {
                let header = Header { version: "3.1", ..self.answer() };
                header.payload(read, self.message("two-network-operator-cells"))
            }),
            ("without-a-signature", {
                let header = Header { signature: Signature::Omitted, ..self.answer() };
                header.payload(read, self.message("two-network-operator-cells"))
            }),
            ("without-identifiers", {
                let header = Header::unasked(None, Some(self.at));
                header.payload(read, self.message("two-network-operator-cells"))
            }),
            ("without-a-time", {
                let header = Header { at: None, ..self.answer() };
                header.payload(read, self.message("two-network-operator-cells"))
            }),
            ("of-another-device", {
                let target = types::Eui64::new([0x00, 0xDB, 0x12, 0x00, 0x00, 0x00, 0x00, 0xB0]);
                let header = Header::answer(Id { target, ..self.request }, Some(self.at));
                header.payload(read, self.message("two-network-operator-cells"))
            }),
        ]
        .map(|(name, root)| (name, document(&root, PLAIN)))
        .into()
    }

    /// Ways to write the same.
    fn styles(&self) -> Samples {
        let read = self.read();
        let styled = |style| document(&read, style);
        let other =
            self.answer().payload(Service::RETRIEVE_CREDENTIALS, self.message("trust-anchor-not-found"));
        let several = [read.clone(), other.clone(), read.clone()];
        let undeclared = Style { declaration: Declaration::Omitted, ..PLAIN };
        let truly = document_text(&read, PLAIN);
        vec![
            ("style-one-line", styled(Style { layout: Layout::OneLine, ..PLAIN })),
            ("style-carriage-returns", styled(Style { layout: Layout::CarriageReturns, ..PLAIN })),
            ("style-no-declaration", styled(undeclared)),
            ("style-default-namespace", styled(Style { names: Names::Default, ..PLAIN })),
            ("style-unusual-prefixes", styled(Style { names: Names::Unusual, ..PLAIN })),
            ("style-prefixes-everywhere", styled(Style { names: Names::Everywhere, ..PLAIN })),
            ("style-cdata", styled(Style { text: Text::Cdata, ..PLAIN })),
            ("style-cdata-twice", styled(Style { text: Text::CdataTwice, ..PLAIN })),
            ("style-comments-in-text", styled(Style { text: Text::Comment, ..PLAIN })),
            ("style-instructions-in-text", styled(Style { text: Text::Instruction, ..PLAIN })),
            ("style-character-references", styled(Style { text: Text::References, ..PLAIN })),
            ("style-padded-identifiers", styled(Style { text: Text::Padded, ..PLAIN })),
            ("style-base64-lines", styled(Style { base64: Base64::Lines, ..PLAIN })),
            ("style-base64-blanks", styled(Style { base64: Base64::Blanks, ..PLAIN })),
            ("style-base64-referenced-returns", {
                styled(Style { base64: Base64::ReferencedReturns, ..PLAIN })
            }),
            ("style-utf-8-mark", styled(Style { encoding: Encoding::Utf8Marked, ..PLAIN })),
            ("style-utf-16-le", styled(Style { encoding: Encoding::Utf16Le, ..PLAIN })),
            ("style-utf-16-be", styled(Style { encoding: Encoding::Utf16Be, ..PLAIN })),
            ("style-leading-blank-lines", format!("\n\n{}", document_text(&read, undeclared)).into_bytes()),
            ("style-comment-before-root", {
                truly.replacen("<sr:Response", "<!-- <sr:Response> -->\n<sr:Response", 1).into_bytes()
            }),
            ("several", concatenated(&several, undeclared)),
            ("several-declared", concatenated(&several, PLAIN)),
            ("several-utf-16-le", concatenated(&several, Style { encoding: Encoding::Utf16Le, ..PLAIN })),
            ("several-wrapped", wrapped(&several, PLAIN)),
            (
                "several-wrapped-in-default-namespaces",
                wrapped(&several, Style { names: Names::Default, ..PLAIN }),
            ),
        ]
    }

    /// What the DCC says by itself.
    fn by_the_dcc(&self) -> Samples {
        let read = Service::RETRIEVE_CREDENTIALS;
        let by_dcc = Header::unasked(None, Some(self.at));
        let [signature, agreement] = self.operator.map(|credential| credential.key.octets());
        let meter = EstateRow {
            export_mpan: Some(1_200_000_000_027),
            manufacturer: "Alder Metering",
            model: "AM-100",
            firmware: "5.10",
            region: "London",
            ..EstateRow::esme(DEVICE, 1_200_000_000_009, "SUP-A")
        };
        let hub = EstateRow { device_type: "CHF", mpan: None, export_mpan: None, ..meter };
        let old = EstateRow { smets: "SMETS1", export_mpan: None, ..meter };
        let bare = EstateRow { status: "", mpan: None, ..EstateRow::esme(DEVICE, 0, "") };
        let rows = [meter, hub, old, bare].into_iter().zip(0xA0..).map(|(row, last)| {
            let device = types::Eui64::new([0x00, 0xDB, 0x12, 0x00, 0x00, 0x00, 0x00, last]);
            duis::inventory_device(&EstateRow { device, ..row })
        });
        let adapted =
            mmc::Header::new(DEVICE, self.request.originator, COUNTER, 0x0018, Service::READ_FIRMWARE);
        [
            ("acknowledgement", self.said_by_dcc(duis::ACKNOWLEDGED).no_payload(read)),
            ("no-answer", self.said_by_dcc(duis::NO_ANSWER).no_payload(read)),
            ("error-of-the-service", self.said_by_dcc("E062401").no_payload(read)),
            ("error-of-an-update", self.said_by_dcc("E061501").no_payload(Service::UPDATE_CREDENTIALS)),
            ("error-code-that-nobody-knows", self.said_by_dcc("E9999").no_payload(read)),
            ("inventory", self.said_by_dcc(duis::SUCCESS).inventory(rows)),
            ("credentials-updated", {
                let held: [(_, &[u8]); 2] = [("DigitalSigning", &signature), ("KeyAgreement", &agreement)];
                by_dcc.credentials_updated(DEVICE, "NetworkOperator", &held)
            }),
            ("credentials-updated-with-long-hash", {
                by_dcc.credentials_updated(DEVICE, "NetworkOperator", &[("DigitalSigning", &[7; 20])])
            }),
            ("command-failure", by_dcc.command_failure(self.request)),
            ("smets1-response", self.answer().smets1(Service::READ_FIRMWARE, &adapted)),
        ]
        .map(|(name, root)| (name, document(&root, PLAIN)))
        .into()
    }

    fn requests(&self, smki: &Pki) -> Result<Samples, PkiError> {
        let current = smki.organisation("LOND")?.current()?;
        let other = smki.organisation("YELG")?.current()?;
        let whole = Replacement {
            role: "NetworkOperator",
            floor: Some(0),
            signature: Some(current.digital_signature()?.der()),
            agreement: Some(current.key_agreement()?.der()),
            path: vec![smki.issuing().der()],
            ..Replacement::default()
        };
        let foreign = Replacement {
            signature: Some(other.digital_signature()?.der()),
            agreement: Some(other.key_agreement()?.der()),
            ..whole.clone()
        };
        let one_cell = Replacement { agreement: None, ..whole.clone() };
        let later = Replacement { execution: Some(Validity::date(2026, 2, 1)), ..whole.clone() };
        let garbled = Replacement { signature: Some(&[0x30, 0x03, 1, 2]), ..one_cell.clone() };
        let (critical, plain) = (Request::new(self.request, 4), Request::new(self.request, 1));
        Ok([
            ("request-read", plain.retrieve_credentials(&["Supplier", "NetworkOperator"])),
            ("request-read-of-another-role", plain.retrieve_credentials(&["Supplier"])),
            ("request-update", critical.update_credentials(&whole)),
            ("request-update-of-one-cell", critical.update_credentials(&one_cell)),
            ("request-update-future-dated", critical.update_credentials(&later)),
            ("request-update-to-another-operator", critical.update_credentials(&foreign)),
            ("request-update-with-a-malformed-certificate", critical.update_credentials(&garbled)),
            ("request-handover", plain.hand_over(&whole)),
            ("request-handover-of-one-cell", plain.hand_over(&one_cell)),
            ("signed-pre-command", {
                critical.signed_pre_command(Service::UPDATE_CREDENTIALS, self.message("update-command"))
            }),
        ]
        .map(|(name, root)| (name, document(&root, PLAIN)))
        .into())
    }

    /// Documents that a reader must not use, with a good one behind the bad where that can be.
    fn rejects(&self) -> Samples {
        let good = document_text(&self.read(), Style { declaration: Declaration::Omitted, ..PLAIN });
        let altered = |from: &str, to: &str| good.replacen(from, to, 1);
        let doctype = |inner: &str| format!("<!DOCTYPE Response [\n{inner}\n]>\n");
        let tenfold =
            |(name, of): (&str, &str)| format!("<!ENTITY {name} \"{}\">\n", format!("&{of};").repeat(10));
        let laughs: String =
            [("b", "a"), ("c", "b"), ("d", "c"), ("e", "d"), ("f", "e"), ("g", "f"), ("h", "g")]
                .map(tenfold)
                .concat();
        let deep = |depth| "<x>".repeat(depth) + &"</x>".repeat(depth);
        let cut = |share| good.get(..good.len() * share / 8).unwrap_or_default().to_owned();
        [
            ("reject-cut-short", cut(3)),
            ("reject-cut-in-the-signature", cut(7)),
            ("reject-doctype", doctype("<!ELEMENT Response ANY>") + &good),
            (
                "reject-external-entity",
                doctype("<!ENTITY e SYSTEM \"file:///etc/passwd\">")
                    + &altered("<sr:ResponseCode>I0", "<sr:ResponseCode>&e;"),
            ),
            (
                "reject-entity-expansion",
                doctype(&format!("<!ENTITY a \"ha\">\n{laughs}"))
                    + &altered("<sr:ResponseCode>I0", "<sr:ResponseCode>&h;"),
            ),
            ("reject-entity-that-nobody-declared", altered("<sr:ResponseCode>I0", "<sr:ResponseCode>&nbsp;")),
            ("reject-base64", altered("<sr:GBCSPayload>", "<sr:GBCSPayload>!")),
            ("reject-payload-empty", {
                let (start, rest) = good.split_once("<sr:GBCSPayload>").unwrap_or_default();
                let (_, end) = rest.split_once("</sr:GBCSPayload>").unwrap_or_default();
                format!("{start}<sr:GBCSPayload></sr:GBCSPayload>{end}")
            }),
            ("reject-time", altered("2025-11-03T09:15:00Z", "03/11/2025 09:15")),
            ("reject-tags-crossed", altered("</sr:Header>", "</sr:Body>") + &good),
            ("style-prefix-not-declared", altered(" xmlns:sr=", " xmlns:sx=") + &good),
            ("style-another-namespace", altered("ServiceUserGateway", "SomethingElse") + &good),
            ("reject-too-deep", deep(5000)),
            (
                "reject-no-document-that-is-known",
                "<html><body><p>The export failed.</p></body></html>\n".to_owned(),
            ),
        ]
        .map(|(name, text)| (name, text.into_bytes()))
        .into()
    }

    fn adapted(&self) -> Samples {
        let cells = [KeyUsage::DIGITAL_SIGNATURE, KeyUsage::KEY_AGREEMENT]
            .map(|usage| cell(RemotePartyRole::NETWORK_OPERATOR, usage));
        let header = |service, code| {
            let header = mmc::Header::new(DEVICE, self.request.originator, COUNTER, code, service);
            header.at(Some(self.at))
        };
        let read = header(Service::RETRIEVE_CREDENTIALS, details::CS02A);
        let held = |pair: [Credential; 2]| -> Vec<Details> {
            let held = cells.into_iter().zip(pair);
            held.map(|(cell, credential)| Details::held(cell, credential)).collect()
        };
        let both = held(self.operator);
        let failed = |code| [Details::failed(RemotePartyRole::NETWORK_OPERATOR, Status::of(code))];
        let each = |change: fn(&mut Details)| {
            let mut details = held(self.operator);
            details.iter_mut().for_each(change);
            read.credentials(&details)
        };
        let outcome = |cell: CellId, status, [old, new]: [Credential; 2]| {
            Outcome::of(cell, Status::of(status), old, new)
        };
        let [signature, agreement] = cells;
        let ([s0, a0], [s1, a1]) = (self.broker, self.operator);
        let replaced = |cell, pair| outcome(cell, status::SUCCESS, pair);
        let done = Execution::by_network_operator(
            COUNTER,
            vec![replaced(signature, [s0, s1]), replaced(agreement, [a0, a1])],
        );
        let split = Execution::by_network_operator(
            COUNTER,
            vec![outcome(agreement, status::BAD_CERTIFICATE, [a0, a0]), replaced(signature, [s0, s1])],
        );
        let bare = Execution { counter: None, mode: None, floor: None, ..done.clone() };
        let update = header(Service::UPDATE_CREDENTIALS, update::code(update::BY_NETWORK_OPERATOR));
        let handover = header(Service::HAND_OVER, update::code(update::BY_NETWORK_OPERATOR));
        let alert = header(Service::UPDATE_CREDENTIALS, update::ALERT);
        let supplier = Details::held(cell(RemotePartyRole::SUPPLIER, KeyUsage::KEY_AGREEMENT), a1);
        let sent_by_dcc = mmc::Header {
            target: s0.entity,
            supplementary: Some((self.request.originator, COUNTER)),
            ..read
        };
        let nothing = mmc::Header { message_code: None, service: None, at: None, ..read };
        let plain = [
            ("read-response", read.credentials(&both)),
            ("read-response-sent-by-the-dcc", sent_by_dcc.credentials(&both)),
            ("read-response-placeholder", read.credentials(&held(self.broker))),
            (
                "read-response-supplier-too",
                read.credentials(&[std::slice::from_ref(&supplier), both.as_slice()].concat()),
            ),
            ("read-response-of-other-roles", read.credentials(&[supplier])),
            ("read-response-one-cell", read.credentials(both.get(..1).unwrap_or_default())),
            ("read-response-without-details", read.credentials(&[])),
            ("read-response-without-a-time", mmc::Header { at: None, ..read }.credentials(&both)),
            ("read-response-nothing-optional-in-header", nothing.credentials(&both)),
            (
                "read-response-trust-anchor-not-found",
                read.credentials(&failed(status::TRUST_ANCHOR_NOT_FOUND)),
            ),
            ("read-response-resources-busy", read.credentials(&failed(status::RESOURCES_BUSY))),
            ("read-response-not-known", read.credentials(&failed(99))),
            ("read-response-without-role", each(|details| details.role = None)),
            ("read-response-without-status", each(|details| details.status = None)),
            ("read-response-without-usage", each(|details| details.usage = None)),
            ("read-response-without-party", each(|details| details.entity = None)),
            ("read-response-without-hash", each(|details| details.hash = None)),
            ("read-response-hash-of-twenty-octets", each(|details| details.hash = Some(vec![7; 20]))),
            ("read-response-empty-details", read.credentials(&[Details::default()])),
            ("reject-party", each(|details| details.entity = Some("90-B3-D5-AA-00-1O-00-00".to_owned()))),
            ("update-response", update.update(Some(&done))),
            ("update-response-one-cell-failed", update.update(Some(&split))),
            ("update-response-without-outcome", update.update(None)),
            ("update-response-nothing-optional-in-outcome", update.update(Some(&bare))),
            ("update-response-empty-outcome", {
                update.update(Some(&Execution { outcomes: vec![Outcome::default()], ..Execution::default() }))
            }),
            ("handover-response", handover.update(Some(&done))),
            ("change-of-supplier-response", header(Service::CHANGE_SUPPLIER, 0x0107).update(None)),
            ("update-alert", alert.update_alert(Some(update::ALERT_SUCCESS), self.at, &done)),
            ("update-alert-failure", alert.update_alert(Some(update::ALERT_FAILURE), self.at, &split)),
            ("update-alert-without-code", alert.update_alert(None, self.at, &done)),
            ("another-alert", alert.alert(Some(0x8F12), "Supply interrupted", self.at, None)),
            ("firmware-response", header(Service::READ_FIRMWARE, 0x0018).firmware("1.2")),
            ("empty-response", read.empty()),
        ];
        let mut samples: Samples = plain.iter().map(|(name, root)| (*name, document(root, PLAIN))).collect();
        let response = read.credentials(&both);
        let several =
            [response.clone(), update.update(Some(&done)), read.credentials(&failed(status::RESOURCES_BUSY))];
        let undeclared = Style { declaration: Declaration::Omitted, ..PLAIN };
        samples.extend([
            ("style-utf-16-be", document(&response, Style { encoding: Encoding::Utf16Be, ..PLAIN })),
            ("style-default-namespace", document(&response, Style { names: Names::Default, ..PLAIN })),
            ("style-cdata", document(&response, Style { text: Text::Cdata, ..PLAIN })),
            ("several", concatenated(&several, undeclared)),
            ("several-wrapped", wrapped(&several, PLAIN)),
        ]);
        samples
    }
}

fn repository(smki: &Pki) -> Result<Samples, PkiError> {
    let lond = smki.organisation("LOND")?;
    let of = |generation, status| -> Result<Vec<Entry>, PkiError> {
        let certificates = lond.generation(generation)?.certificates();
        Ok(certificates.iter().map(|certificate| Entry::of(certificate, status)).collect())
    };
    let current = of(Organisation::CURRENT, repository::Status::InUse)?;
    let xml_sign = Entry::of(lond.xml_sign()?, repository::Status::InUse);
    let device = Entry::of(&smki.device(DEVICE, KeyUsage::DIGITAL_SIGNATURE), repository::Status::InUse);
    let issuing = Entry::of(smki.issuing(), repository::Status::InUse);
    let history = [
        of(Organisation::EXPIRED, repository::Status::Expired)?,
        of(Organisation::SUPERSEDED, repository::Status::NotInUse)?,
        of(Organisation::REVOKED, repository::Status::Revoked)?,
        current.clone(),
        vec![xml_sign.clone(), device, issuing],
    ]
    .concat();
    let with = |entry: &Entry, change: fn(&mut Entry)| {
        let mut entry = entry.clone();
        change(&mut entry);
        repository::data_response(&[entry])
    };
    let first = current.first().cloned().unwrap_or_else(|| xml_sign.clone());
    let garbled = with(&first, |entry| entry.body.truncate(40));
    Ok([
        ("search", repository::search_response(&history)),
        ("data", repository::data_response(&history)),
        (
            "data-revoked-but-in-use",
            with(&of(Organisation::REVOKED, repository::Status::InUse)?.remove(0), |_| ()),
        ),
        ("data-role-in-hex", with(&xml_sign, |entry| entry.role = Some("87".to_owned()))),
        ("data-of-another-party", {
            with(&first, |entry| entry.subject_name = Some("90-B3-D5-AA-00-11-00-00".to_owned()))
        }),
        ("data-serial-in-lower-case", with(&first, |entry| entry.serial = entry.serial.to_lowercase())),
        ("data-serial-of-another", with(&first, |entry| entry.serial = "00".repeat(16))),
        ("data-usage-of-another", with(&first, |entry| entry.usage = "KA".to_owned())),
        ("data-status-that-nobody-knows", with(&first, |entry| entry.status = "X".to_owned())),
        ("reject-body", garbled),
    ]
    .map(|(name, root)| (name, document(&root, PLAIN)))
    .into())
}
