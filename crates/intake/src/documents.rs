//! DUIS and MMC documents: what each says of the network operator cells of a device.
//!
//! A DUIS document wraps a GBCS message or says something itself; MMC renders a message as XML. Elements are known by
//! their names without prefix, and of schema versions none is refused.

mod duis;
mod mmc;

use gbcs::Message;
use types::{
    Eui64, Grade, KeyId, NetworkOperatorCell, Observation, Origin, ParseKeyIdError, Seen, Source, Timestamp,
};

pub(crate) use self::duis::{Device, certificates, devices};
use crate::error::IntakeError;
use crate::fields;
use crate::message_text::decode_field;
use crate::record::{Document, Form, Record, Reject, SchemaVersion, shown};
use crate::records::{Messages, RecordOptions};
use crate::xml::{Element, XmlRecord, XmlRecords};

/// Whether an element is a document of DUIS, MMC or the SMKI Repository.
pub(crate) fn is_document(name: &[u8]) -> bool {
    matches!(name, b"Request" | b"Response" | b"GBCSResponse" | b"Result" | b"CertificateResponse")
}

/// What a document comes to.
enum Said<'x> {
    /// A GBCS message as text.
    Message {
        /// When it was received.
        at: Option<Timestamp>,
        /// Hex or base64.
        text: &'x [u8],
        /// What the document is, if the message can't be read as one that is complete: a pre-command is not.
        or: Option<Document>,
    },
    /// The document itself says it: observations were added, or there is nothing to add.
    Itself(Document),
}

/// The version of its schema that a document claims.
pub(crate) fn schema_version(root: Element<'_>) -> SchemaVersion {
    root.attribute("schemaVersion").map(|text| SchemaVersion::from_text(&text)).unwrap_or_default()
}

/// Why a document can't be used, and the device that it names.
type Refused = (Option<Eui64>, Reject);

/// Reads all documents of an input of records.
pub(crate) fn read_documents(
    source: &mut crate::Source<'_>,
    options: &RecordOptions<'_>,
    take: &mut dyn FnMut(&Record<'_>),
) -> Result<(), IntakeError> {
    let mut next = Origin { input: source.id(), line: 1 };
    let mut records = XmlRecords::new(source, is_document);
    let mut messages = Messages::new(options);
    let mut observations = Vec::with_capacity(8);
    let mut octets = Vec::new();
    let mut any = false;
    while let Some(record) = records.next()? {
        any |= record.is_document();
        next.line = record.origin.line.saturating_add(1);
        let XmlRecord { origin, text, tree, fault } = record;
        observations.clear();
        let said = match (tree.root(), fault) {
            (root, Some(fault)) => Err((root.and_then(device), fault)),
            (Some(root), None) => {
                let said = read(root, origin, options, &mut observations);
                match tree.ambiguous() {
                    Some(second) => Err((device(root), Reject::Repeated { element: shown(second.name()) })),
                    None => said,
                }
            }
            (None, None) => continue,
        };
        let schema = tree.root().map(schema_version).unwrap_or_default();
        let mut tell = |device, document, outcome: Result<&[Observation], Reject>| {
            let form = Form::Document(document, schema);
            take(&Record { origin, device, octets: text, form, outcome });
        };
        match said {
            Err((device, reject)) => tell(device, Document::Unknown, Err(reject)),
            Ok((device, Said::Itself(document))) => tell(device, document, Ok(&observations)),
            Ok((device, Said::Message { at, text, or })) => match decode_field(text, &mut octets) {
                Ok(()) if or.is_none() || Message::decode(&octets).is_ok() => {
                    messages.message(origin, &octets, device, at, take);
                }
                Err(reject) if or.is_none() => tell(device, Document::Unknown, Err(reject)),
                _ => tell(device, or.unwrap_or(Document::Unknown), Ok(&[])),
            },
        }
    }
    if !any {
        let tried = "documents of DUIS (Request, Response), MMC (GBCSResponse) and the SMKI Repository";
        let outcome = Err(Reject::NotRecognised { found: "XML without any of them".to_owned(), tried });
        take(&Record { origin: next, device: None, octets: &[], form: Form::Text, outcome });
    }
    Ok(())
}

/// Reads a document, and adds to `into` what it says itself.
fn read<'x>(
    root: Element<'x>,
    origin: Origin,
    options: &RecordOptions<'_>,
    into: &mut Vec<Observation>,
) -> Result<(Option<Eui64>, Said<'x>), Refused> {
    match root.name() {
        b"Response" => duis::response(root, origin, options, into),
        b"Request" => duis::request(root, origin, options, into),
        b"GBCSResponse" => mmc::response(root, origin, options, into),
        _ => Ok((None, Said::Itself(Document::Repository))),
    }
}

/// The device that a document names, as far as it was read: for documents that can't be used.
pub(crate) fn device(root: Element<'_>) -> Option<Eui64> {
    match root.name() {
        b"Response" | b"Request" => duis::device(root).ok().flatten(),
        b"GBCSResponse" => mmc::device(root).ok(),
        _ => None,
    }
}

/// Adds observations that differ in cell and statement only.
struct Adder<'v> {
    into: &'v mut Vec<Observation>,
    template: Observation,
}

impl<'v> Adder<'v> {
    fn new(
        device: Eui64,
        at: Option<Timestamp>,
        (source, grade): (Source, Grade),
        origin: Origin,
        into: &'v mut Vec<Observation>,
    ) -> Self {
        let cell = NetworkOperatorCell::DigitalSignature;
        let template = Observation { device, at, cell, source, grade, seen: Seen::RoleNotAnswered, origin };
        Self { into, template }
    }

    fn one(&mut self, cell: NetworkOperatorCell, seen: Seen) {
        self.into.push(Observation { cell, seen, ..self.template });
    }

    fn both(&mut self, seen: Seen) {
        NetworkOperatorCell::ALL.into_iter().for_each(|cell| self.one(cell, seen));
    }
}

/// A certificate hash, which by its place is a key identifier: base64 of eight octets.
fn key_hash(field: &'static str, text: &[u8]) -> Result<KeyId, Reject> {
    let octets = base64(text).ok_or(Reject::Key { field, error: ParseKeyIdError::NotBase64 })?;
    let error = ParseKeyIdError::OtherHash { octets: octets.len() };
    KeyId::from_slice(&octets).ok_or(Reject::Key { field, error })
}

/// Base64 with whatever line breaks and blanks XML may have put into it.
fn base64(text: &[u8]) -> Option<Vec<u8>> {
    use data_encoding::BASE64;
    if text.iter().any(u8::is_ascii_whitespace) {
        let text: Vec<u8> = text.iter().copied().filter(|octet| !octet.is_ascii_whitespace()).collect();
        return BASE64.decode(&text).ok();
    }
    BASE64.decode(text).ok()
}

/// The time in an element; blank or absent is the time that the user gave for the input.
fn time(field: &'static str, text: &[u8], options: &RecordOptions<'_>) -> Result<Option<Timestamp>, Reject> {
    fields::time(field, text, options.zoneless, options.observed_at)
}

/// The cell of a certificate type or usage; `None` if it is not one of the network operator's.
fn cell(text: &[u8]) -> Result<Option<NetworkOperatorCell>, Reject> {
    let (usage, cell_usage) = fields::key_usage(text)?;
    let management = cell_usage == types::CellUsage::MANAGEMENT;
    Ok(NetworkOperatorCell::of_usage(usage).filter(|_| management))
}

/// Whether a role element names the network operator.
fn is_network_operator(text: &[u8]) -> bool {
    fields::role(text).is_ok_and(|role| role == types::RemotePartyRole::NETWORK_OPERATOR)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;
    use types::InputId;

    fn reasons(text: &str) -> Vec<&'static str> {
        let mut source = Source::new("x", InputId(0), text.as_bytes());
        let mut reasons = Vec::new();
        read_documents(&mut source, &RecordOptions::default(), &mut |record: &Record<'_>| {
            reasons.push(record.outcome.as_ref().err().map_or("", Reject::id));
        })
        .unwrap();
        reasons
    }

    #[test]
    fn a_document_with_an_element_twice_is_refused_whichever_it_is() {
        let header = "<Header><BusinessOriginatorID>00-DB-12-34-56-78-90-A0</BusinessOriginatorID>\
                      <Timestamp>2026-01-01T00:00:00Z</Timestamp></Header>";
        let details = "<RemotePartyDetails><RemotePartyRole>NetworkOperator</RemotePartyRole>\
                       <StatusCode><ASN1Status>success</ASN1Status></StatusCode>\
                       <CertificateUsage>KeyAgreement</CertificateUsage>\
                       <ExistingRemotePartyID>90-B3-D5-1F-30-02-00-00</ExistingRemotePartyID>\
                       <ExistingCertificateHash>SM+X+p+Cf7U=</ExistingCertificateHash></RemotePartyDetails>";
        let answer = format!(
            "<RetrieveDeviceSecurityCredentialsKRPRsp>{details}</RetrieveDeviceSecurityCredentialsKRPRsp>"
        );
        let rendering = format!("<GBCSResponse>{header}<Body>{answer}</Body></GBCSResponse>");
        assert_eq!(reasons(&rendering), [""]);
        let request = "<RequestID>90-B3-D5-1F-30-02-00-00:00-DB-12-34-56-78-90-A0:1</RequestID>";
        let code = "<ResponseCode>E65</ResponseCode>";
        let message =
            "<ResponseMessage><ServiceReferenceVariant>6.24.1</ServiceReferenceVariant></ResponseMessage>";
        let response = format!("<Response><Header>{request}{code}</Header><Body>{message}</Body></Response>");
        assert_eq!(reasons(&response), [""]);
        for (text, element) in [
            (&rendering, header),
            (&rendering, "<BusinessOriginatorID>00-DB-12-34-56-78-90-A0</BusinessOriginatorID>"),
            (&rendering, "<Timestamp>2026-01-01T00:00:00Z</Timestamp>"),
            (&rendering, "<RemotePartyRole>NetworkOperator</RemotePartyRole>"),
            (&rendering, "<ASN1Status>success</ASN1Status>"),
            (&rendering, "<CertificateUsage>KeyAgreement</CertificateUsage>"),
            (&rendering, "<ExistingCertificateHash>SM+X+p+Cf7U=</ExistingCertificateHash>"),
            (&rendering, &answer),
            (&response, request),
            (&response, code),
            (&response, message),
        ] {
            let twice = text.replacen(element, &format!("{element}{element}"), 1);
            assert_eq!(reasons(&twice), ["element-repeated"], "{twice}");
        }
        let both = response.replacen(message, &format!("{message}<DCCAlertMessage/>"), 1);
        assert_eq!(reasons(&both), ["element-repeated"]);
    }

    /// What a rendering comes to: the reason why it can't be used, or what it says of each cell, in order.
    fn seen(answer: &str) -> Result<Vec<String>, &'static str> {
        let text = format!(
            "<GBCSResponse><Header><BusinessOriginatorID>00-DB-12-34-56-78-90-A0</BusinessOriginatorID></Header>\
             <Body>{answer}</Body></GBCSResponse>"
        );
        outcome(&text)
    }

    fn outcome(text: &str) -> Result<Vec<String>, &'static str> {
        let mut source = Source::new("x", InputId(0), text.as_bytes());
        let mut all = Vec::new();
        read_documents(&mut source, &RecordOptions::default(), &mut |record: &Record<'_>| {
            all.push(match &record.outcome {
                Ok(seen) => Ok(seen
                    .iter()
                    .map(|seen| format!("{:?}", seen.seen).split('(').next().unwrap().to_owned())
                    .collect()),
                Err(reject) => Err(reject.id()),
            });
        })
        .unwrap();
        assert_eq!(all.len(), 1, "{text}");
        all.remove(0)
    }

    fn details(role: &str, status: &str, usage: &str, ids: bool) -> String {
        let held = "<ExistingRemotePartyID>90-B3-D5-1F-30-02-00-00</ExistingRemotePartyID>\
                    <ExistingCertificateHash>SM+X+p+Cf7U=</ExistingCertificateHash>";
        let held = if ids { held } else { "" };
        format!(
            "<RemotePartyDetails>{role}{status}<CertificateUsage>{usage}</CertificateUsage>{held}</RemotePartyDetails>"
        )
    }

    const OPERATOR: &str = "<RemotePartyRole>NetworkOperator</RemotePartyRole>";
    const GOOD: &str = "<StatusCode ResponseCode='0'><ASN1Status>success</ASN1Status></StatusCode>";

    #[test]
    fn a_read_without_a_status_or_with_a_contradictory_one_is_not_known() {
        let agreement = details(OPERATOR, GOOD, "KeyAgreement", true);
        let read = |attribute: &str, status: &str, ids: bool| {
            let signing = details(OPERATOR, status, "DigitalSigning", ids);
            let name = "RetrieveDeviceSecurityCredentialsKRPRsp";
            seen(&format!("<{name}{attribute}>{signing}{agreement}</{name}>"))
        };
        let contradiction = Err("fields-contradict");
        assert_eq!(read("", GOOD, true), Ok(vec!["Held".into(), "Held".into()]));
        assert_eq!(read("", "<StatusCode ResponseCode='0'/>", true), Ok(vec!["Held".into(), "Held".into()]));
        assert_eq!(read("", "", true), Ok(vec!["Incomplete".into(), "Held".into()]));
        assert_eq!(read("", "<StatusCode/>", true), Ok(vec!["Incomplete".into(), "Held".into()]));
        assert_eq!(read("", &GOOD.replace("'0'", "'5'"), true), contradiction);
        assert_eq!(read("", &GOOD.replace("success", "trustAnchorNotFound"), false), contradiction);
        assert_eq!(read("", &GOOD.replace("success", "notKnown"), false), contradiction);
        assert_eq!(
            read("", &GOOD.replace("success", "notKnown").replace("'0'", "'x'"), false),
            Err("word-unknown")
        );
        assert_eq!(read(" MessageSuccess='false'", GOOD, true), contradiction);
        assert_eq!(read(" MessageSuccess='perhaps'", GOOD, true), Err("word-unknown"));
        // A failure has no identifiers, as in a table of cells.
        assert_eq!(read("", "<StatusCode ResponseCode='25'/>", true), contradiction);
        let absent = Ok(vec!["TrustAnchorNotFound".into(), "Held".into()]);
        assert_eq!(read("", "<StatusCode ResponseCode='25'/>", false), absent);
    }

    #[test]
    fn a_cell_that_a_read_may_hide_is_not_absent() {
        let name = "RetrieveDeviceSecurityCredentialsKRPRsp";
        let agreement = details(OPERATOR, GOOD, "KeyAgreement", true);
        let read =
            |attribute: &str, beside: &str| seen(&format!("<{name}{attribute}>{beside}{agreement}</{name}>"));
        let signing = details(OPERATOR, GOOD, "DigitalSigning", true);
        assert_eq!(read("", ""), Ok(vec!["CellAbsent".into(), "Held".into()]));
        let supplier = details("<RemotePartyRole>Supplier</RemotePartyRole>", GOOD, "DigitalSigning", true);
        assert_eq!(read("", &supplier), Ok(vec!["CellAbsent".into(), "Held".into()]));
        let top_up = details("", GOOD, "KeyAgreementTopUp", true);
        assert_eq!(read("", &top_up), Ok(vec!["CellAbsent".into(), "Held".into()]));
        for hiding in [
            details("", GOOD, "DigitalSigning", true),
            details("", GOOD, "", true),
            format!("<X>{signing}</X>"),
        ] {
            assert_eq!(read("", &hiding), Ok(vec!["Incomplete".into(), "Held".into()]), "{hiding}");
        }
        let nothing = seen(&format!("<{name}><X>{signing}</X></{name}>"));
        assert_eq!(nothing, Ok(vec!["Incomplete".into(), "Incomplete".into()]));
    }

    #[test]
    fn an_update_is_one_only_with_a_status_and_a_role_that_agree() {
        let update = |attribute: &str, mode: &str, role: &str, status: &str| {
            seen(&format!(
                "<UpdateSecurityCredentialsKRPRsp{attribute}><ExecutionOutcome>\
                 <CredentialsReplacementMode>{mode}</CredentialsReplacementMode><ReplacementOutcome>{status}\
                 <CertificateType>DigitalSigning</CertificateType>{role}\
                 <NewRemotePartyID>90-B3-D5-1F-30-02-00-00</NewRemotePartyID>\
                 <NewCertificateHash>SM+X+p+Cf7U=</NewCertificateHash></ReplacementOutcome>\
                 </ExecutionOutcome></UpdateSecurityCredentialsKRPRsp>"
            ))
        };
        let operators = "NetworkOperatorByNetworkOperator";
        let (held, incomplete) = (Ok(vec!["Held".to_owned()]), Ok(vec!["Incomplete".to_owned()]));
        assert_eq!(update(" MessageSuccess='true'", operators, OPERATOR, GOOD), held);
        assert_eq!(update("", operators, "", GOOD), held);
        assert_eq!(update("", "", "", GOOD), incomplete);
        assert_eq!(update("", "SupplierBySupplier", "", GOOD), Ok(vec![]));
        assert_eq!(update("", operators, OPERATOR, ""), incomplete);
        assert_eq!(
            update("", operators, OPERATOR, "<StatusCode ResponseCode='5'/>"),
            Ok(vec!["UpdateFailed".into()])
        );
        let contradiction = Err("fields-contradict");
        assert_eq!(update("", operators, OPERATOR, &GOOD.replace("'0'", "'5'")), contradiction);
        assert_eq!(update(" MessageSuccess='false'", operators, OPERATOR, GOOD), contradiction);
    }

    #[test]
    fn a_response_that_may_hide_its_answer_is_no_acknowledgement() {
        let response = |target: &str, code: &str, variant: &str, content: &str| {
            outcome(&format!(
                "<Response><Header><RequestID>90-B3-D5-1F-30-02-00-00:00-DB-12-34-56-78-90-A0:1</RequestID>\
                 <ResponseID>{target}:90-B3-D5-1F-30-02-00-00:1</ResponseID><ResponseCode>{code}</ResponseCode></Header>\
                 <Body><ResponseMessage><ServiceReferenceVariant>{variant}</ServiceReferenceVariant>{content}\
                 </ResponseMessage></Body></Response>"
            ))
        };
        let device = "00-DB-12-34-56-78-90-A0";
        assert_eq!(response(device, "I99", "6.24.1", ""), Ok(vec![]));
        assert_eq!(response(device, "I0", "8.1", "<DSPOptIn/>"), Ok(vec![]));
        for content in ["", "<X><GBCSPayload>3w==</GBCSPayload></X>", "<GbcsPayload>3w==</GbcsPayload>"] {
            assert_eq!(response(device, "I0", "6.24.1", content), Err("element-missing"), "{content}");
        }
        assert_eq!(response(device, "I99", "6.24.1", "<GbcsPayload/>"), Err("element-missing"));
        let smets1 = "<GBCSPayload>3w==</GBCSPayload><SMETS1ResponseMessage/>";
        assert_eq!(response(device, "I0", "6.24.1", smets1), Err("element-repeated"));
        assert_eq!(response("00-DB-12-34-56-78-90-B0", "I99", "6.24.1", ""), Err("device-mismatch"));
    }

    #[test]
    fn half_a_unit_of_utf_16_behind_a_document_is_told() {
        let text = "<GBCSResponse/>";
        let mut octets: Vec<u8> =
            [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        octets.push(b'<');
        let mut source = Source::new("x", InputId(0), octets.as_slice());
        assert!(source.looks_like_xml().unwrap());
        let mut reasons = Vec::new();
        read_documents(&mut source, &RecordOptions::default(), &mut |record: &Record<'_>| {
            reasons.push(record.outcome.as_ref().err().map_or("", Reject::id));
        })
        .unwrap();
        assert_eq!(reasons, ["element-missing", "xml-text"]);
    }
}
