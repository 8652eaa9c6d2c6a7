//! Samples of GBCS messages.

use types::{CellId, Credential, Eui64, KeyUsage, RemotePartyRole, Timestamp};

use super::Files;
use crate::der::Lengths;
use crate::message::details::{self, Cell, RoleDetails};
use crate::message::update::{self, Command, Execution, Outcome};
use crate::message::{DefaultCellUsage, Envelope, Flag, Style, cell, device_certificate, status};
use crate::pki::{Organisation, Pki, PkiError, Validity};
use crate::text::to_hex;

/// The ESME of the samples.
pub(super) const DEVICE: Eui64 = Eui64::new([0x00, 0xDB, 0x12, 0x00, 0x00, 0x00, 0x00, 0xA0]);
const SIGNATURE: KeyUsage = KeyUsage::DIGITAL_SIGNATURE;
const AGREEMENT: KeyUsage = KeyUsage::KEY_AGREEMENT;
const COUNTER: u64 = 0x0000_0001_0000_0042;

fn operator_cell(usage: KeyUsage) -> CellId {
    cell(RemotePartyRole::NETWORK_OPERATOR, usage)
}

/// What samples are made of.
struct Parts {
    operator: [Credential; 2],
    former: [Credential; 2],
    broker: [Credential; 2],
    supplier: RoleDetails,
}

impl Parts {
    fn new(smki: &Pki) -> Result<Self, PkiError> {
        let pair = |id: &str, generation: usize| -> Result<[Credential; 2], PkiError> {
            let generation = smki.organisation(id)?.generation(generation)?;
            Ok([generation.digital_signature()?.credential(), generation.key_agreement()?.credential()])
        };
        let [signature, agreement] = pair("SUP-A", 1)?;
        let top_up = smki.organisation("SUP-A")?.top_up()?.credential();
        Ok(Self {
            operator: pair("LOND", Organisation::CURRENT)?,
            former: pair("LOND", Organisation::SUPERSEDED)?,
            broker: pair("ACB", 1)?,
            supplier: RoleDetails::Held {
                role: RemotePartyRole::SUPPLIER,
                sequence: 0,
                cells: vec![
                    Cell::management(SIGNATURE, signature),
                    Cell::management(AGREEMENT, agreement),
                    Cell::top_up(top_up),
                ],
            },
        })
    }

    fn operator(&self) -> RoleDetails {
        let [signature, agreement] = self.operator;
        RoleDetails::network_operator(signature, agreement)
    }

    fn broker_entity(&self) -> Eui64 {
        let [broker, _] = self.broker;
        broker.entity
    }

    fn response(&self, code: u16) -> Envelope {
        Envelope::new(Flag::Response, code, COUNTER, DEVICE, self.broker_entity())
    }

    fn read(&self, roles: &[RoleDetails], style: Style) -> Vec<u8> {
        self.response(details::CS02A).maced(&details::response(roles, style))
    }

    fn execution(mode: u8, outcomes: [Outcome; 2]) -> Execution {
        let floors = vec![(RemotePartyRole::NETWORK_OPERATOR, 0)];
        Execution { sequence: COUNTER, mode, floors, outcomes: outcomes.to_vec() }
    }

    /// Both cells go from what `before` holds to the operator's current credentials.
    fn replaced(&self, before: [Credential; 2]) -> [Outcome; 2] {
        let ([s0, a0], [s1, a1]) = (before, self.operator);
        [
            Outcome::replaced(operator_cell(SIGNATURE), s0, s1),
            Outcome::replaced(operator_cell(AGREEMENT), a0, a1),
        ]
    }
}

/// Every message that a reader accepts, with its name and what there is to say of it.
pub(super) fn samples(smki: &Pki) -> Result<Samples, PkiError> {
    let parts = Parts::new(smki)?;
    let mut samples = Vec::new();
    reads(&mut samples, &parts);
    updates(&mut samples, smki, &parts)?;
    Ok(samples)
}

pub(super) fn add(files: &mut Files, smki: &Pki) -> Result<(), PkiError> {
    let parts = Parts::new(smki)?;
    for (name, comment, message) in samples(smki)? {
        let text = format!("# {comment}\n{}\n", to_hex(&message));
        files.insert(format!("records/gbcs/{name}.hex"), text.into_bytes());
    }
    texts(files, &parts);
    rejects(files, smki, &parts);
    Ok(())
}

pub(super) type Samples = Vec<(&'static str, &'static str, Vec<u8>)>;

fn reads(samples: &mut Samples, parts: &Parts) {
    let [broker_signature, broker_agreement] = parts.broker;
    let placeholder = RoleDetails::network_operator(broker_signature, broker_agreement);
    let failed = |status| RoleDetails::Failed { role: RemotePartyRole::NETWORK_OPERATOR, status };
    let [signature, agreement] = parts.operator;
    let one_cell = RoleDetails::Held {
        role: RemotePartyRole::NETWORK_OPERATOR,
        sequence: 1,
        cells: vec![Cell::management(SIGNATURE, signature)],
    };
    let minimal = Style::default();
    let explicit = Style { default_cell_usage: DefaultCellUsage::Explicit, lengths: Lengths::Minimal };
    let both = [parts.supplier.clone(), parts.operator()];
    let authorising = cell(RemotePartyRole::ACCESS_CONTROL_BROKER, AGREEMENT);
    let asked = [RemotePartyRole::SUPPLIER, RemotePartyRole::NETWORK_OPERATOR];
    let command = details::command(authorising, &asked, minimal);
    let to_device = Envelope::new(Flag::Command, details::CS02A, COUNTER, parts.broker_entity(), DEVICE);
    let controller = RoleDetails::Held {
        role: RemotePartyRole::LOAD_CONTROLLER,
        sequence: 1,
        cells: vec![Cell::management(SIGNATURE, signature), Cell::management(AGREEMENT, agreement)],
    };
    samples.extend([
        ("two-network-operator-cells", "CS02a response, LOND in both cells", {
            parts.read(&[parts.operator()], minimal)
        }),
        (
            "five-cells-lengths-not-minimal",
            "CS02a response, supplier and LOND; the outer length is written 82 00 9F",
            parts.read(&both, Style::deployed()),
        ),
        (
            "five-cells-explicit-default-cell-usage",
            "CS02a response, the default cellUsage stands in the encoding",
            parts.read(&both, explicit),
        ),
        ("placeholder", "CS02a response, the Access Control Broker in both cells", {
            parts.read(&[placeholder], minimal)
        }),
        ("trust-anchor-not-found", "CS02a response, status 25 for the network operator", {
            parts.read(&[parts.supplier.clone(), failed(status::TRUST_ANCHOR_NOT_FOUND)], minimal)
        }),
        ("resources-busy", "CS02a response, status 30 for the network operator", {
            parts.read(&[failed(status::RESOURCES_BUSY)], minimal)
        }),
        ("role-not-answered", "CS02a response that covers the supplier only", {
            parts.read(std::slice::from_ref(&parts.supplier), minimal)
        }),
        ("agreement-cell-absent", "CS02a response, success with the signature cell alone", {
            parts.read(&[one_cell], minimal)
        }),
        ("load-controller-too", "CS02f response, network operator and load controller", {
            let payload = details::response(&[parts.operator(), controller], Style::deployed());
            parts.response(details::CS02F).maced(&payload)
        }),
        ("credential-details-command", "CS02a command: intent, not state", to_device.maced(&command)),
    ]);
}

fn updates(samples: &mut Samples, smki: &Pki, parts: &Parts) -> Result<(), PkiError> {
    let lond = smki.organisation("LOND")?;
    let broker = smki.organisation("ACB")?.current()?;
    let key = smki.device(DEVICE, SIGNATURE).key().clone();
    let mode = update::BY_NETWORK_OPERATOR;
    let style = Style::deployed();
    let at = Timestamp::from_calendar(2025, 11, 3, 9, 15, 0).unwrap_or(Validity::date(2025, 11, 3));
    let signed = |mode, execution: Option<&Execution>| {
        let envelope = parts.response(update::code(mode)).at(at);
        envelope.signed(&update::response(execution, style), &key)
    };
    let alert = |code, outcomes| {
        let execution = Parts::execution(mode, outcomes);
        let envelope = Envelope::new(Flag::Alert, update::ALERT, COUNTER, DEVICE, lond.entity());
        envelope.signed(&update::alert(code, at, &execution, style), &key)
    };
    let [replaced_signature, replaced_agreement] = parts.replaced(parts.broker);
    let [former_signature, former_agreement] = parts.former;
    let failed_agreement =
        Outcome::failed(replaced_agreement.cell, replaced_agreement.existing, status::BAD_CERTIFICATE);
    let command = Command {
        mode,
        authorising: Some(operator_cell(SIGNATURE)),
        sequence: COUNTER,
        floor: Some(0),
        replacements: vec![
            (lond.current()?.digital_signature()?.der().to_vec(), operator_cell(SIGNATURE)),
            (lond.current()?.key_agreement()?.der().to_vec(), operator_cell(AGREEMENT)),
        ],
        path: vec![smki.issuing().der().to_vec()],
        execution: None,
    };
    let later = Command { execution: Some(Validity::date(2026, 2, 1)), ..command.clone() };
    let to_device = Envelope::new(Flag::Command, update::code(mode), COUNTER, parts.broker_entity(), DEVICE);
    let mended = Parts::execution(mode, parts.replaced(parts.broker));
    let recovered = Parts::execution(update::BY_RECOVERY, parts.replaced(parts.former));
    let mixed = Parts::execution(mode, [failed_agreement, replaced_signature]);
    let failures = [
        Outcome::failed(operator_cell(SIGNATURE), former_signature, status::OTHER),
        Outcome::failed(operator_cell(AGREEMENT), former_agreement, status::OTHER),
    ];
    let own = smki.device(DEVICE, AGREEMENT);
    let about_itself = parts.response(device_certificate::CS02D);
    samples.extend([
        (
            "update-command",
            "CS02b command with both certificates of LOND, signed by the Access Control Broker",
            to_device.signed_and_maced(&command.payload(style), broker.digital_signature()?.key()),
        ),
        ("update-pre-command", "the same before it is signed", to_device.unsigned(&command.payload(style))),
        (
            "update-command-future-dated",
            "CS02b command for 2026-02-01",
            to_device.signed_and_maced(&later.payload(style), broker.digital_signature()?.key()),
        ),
        (
            "update-response",
            "CS02b response, placeholder replaced by LOND, signed by the device",
            signed(mode, Some(&mended)),
        ),
        (
            "update-response-by-recovery",
            "CS02b response in mode 8, LOND's former keys replaced by its current ones",
            signed(update::BY_RECOVERY, Some(&recovered)),
        ),
        (
            "update-response-one-cell-failed",
            "CS02b response, agreement cell first and failed, signature cell replaced",
            signed(mode, Some(&mixed)),
        ),
        (
            "update-response-without-outcome",
            "CS02b response to a future-dated command: proves nothing",
            signed(mode, None),
        ),
        (
            "update-alert-success",
            "alert 8F66: a future-dated replacement was executed",
            alert(update::ALERT_SUCCESS, parts.replaced(parts.former)),
        ),
        (
            "update-alert-failure",
            "alert 8F67: a future-dated replacement failed, LOND's former keys stay",
            alert(update::ALERT_FAILURE, failures),
        ),
        (
            "device-certificate-command",
            "CS02d command: about the device's own certificate",
            Envelope::new(Flag::Command, device_certificate::CS02D, COUNTER, parts.broker_entity(), DEVICE)
                .maced(&device_certificate::command(own.der())),
        ),
        (
            "device-certificate-response",
            "CS02d response: about the device's own certificate",
            about_itself.maced(&device_certificate::response(0)),
        ),
    ]);
    Ok(())
}

/// Ways to write hex that mean the same.
fn texts(files: &mut Files, parts: &Parts) {
    let message = to_hex(&parts.read(&[parts.operator()], Style::default()));
    let lower = message.to_ascii_lowercase();
    let several = format!("# one\n{message}\n\n  # two, the same again\n{message}\n");
    for (name, text) in [
        ("text-lower-case", format!("{lower}\n")),
        ("text-no-final-line-end", message.clone()),
        ("text-carriage-returns", format!("# comment\r\n{message}\r\n")),
        ("text-comments-and-empty-lines", several),
    ] {
        files.insert(format!("records/gbcs/{name}.hex"), text.into_bytes());
    }
}

fn rejects(files: &mut Files, smki: &Pki, parts: &Parts) {
    let sound = parts.read(&[parts.operator()], Style::default());
    let key = smki.device(DEVICE, SIGNATURE).key().clone();
    let execution = Parts::execution(3, parts.replaced(parts.broker));
    let payload = update::response(Some(&execution), Style::deployed());
    let mut forged = parts.response(0x0103).signed(&payload, &key);
    // The last octet of a key identifier, just before the length of the signature.
    let last = forged.len() - 66;
    change(&mut forged, last, |octet| octet ^ 1);
    let [signature, _] = parts.operator;
    let twice = RoleDetails::Held {
        role: RemotePartyRole::NETWORK_OPERATOR,
        sequence: 1,
        cells: vec![Cell::management(SIGNATURE, signature); 2],
    };
    let payload = details::response(&[parts.operator()], Style::default());
    let framed = |payload: &[u8]| parts.response(details::CS02A).maced(payload);
    let indefinite = {
        let mut octets = vec![0x30, 0x80];
        octets.extend(payload.iter().skip(2));
        octets.extend([0, 0]);
        framed(&octets)
    };
    let altered = |at: usize, with: fn(u8) -> u8| {
        let mut octets = payload.clone();
        change(&mut octets, at, with);
        framed(&octets)
    };
    let mut transfer = sound.clone();
    change(&mut transfer, 1, |_| 0x08);
    let hex = to_hex(&sound);
    let odd: String = hex.chars().skip(1).collect();
    let mut longer = sound.clone();
    longer.push(0);
    let mut shorter = sound.clone();
    shorter.truncate(60);
    for (name, comment, text) in [
        ("truncated", "ends after 60 octets", to_hex(&shorter)),
        ("trailing-octet", "one octet too many", to_hex(&longer)),
        ("trailing-octet-in-payload", "one octet behind the outer sequence", {
            to_hex(&framed(&[payload.as_slice(), &[0]].concat()))
        }),
        ("indefinite-length", "the outer sequence has an indefinite length", to_hex(&indefinite)),
        ("length-overrun", "an inner length reaches beyond its frame", {
            to_hex(&altered(3, |length| length + 1))
        }),
        ("wrong-tag", "a set in the place of the outer sequence", to_hex(&altered(0, |_| 0x31))),
        ("same-cell-twice", "the signature cell is reported twice", {
            to_hex(&framed(&details::response(&[twice], Style::default())))
        }),
        ("general-block-transfer", "a general-ciphering header with a transaction", to_hex(&transfer)),
        ("signature-does-not-verify", "a CS02b response, changed after it was signed", to_hex(&forged)),
        ("not-hex", "a letter O for a digit 0", hex.replacen('0', "O", 1)),
        ("odd-number-of-digits", "the first digit is lost", odd),
    ] {
        let text = format!("# {comment}\n{text}\n");
        files.insert(format!("records/gbcs/reject-{name}.hex"), text.into_bytes());
    }
}

fn change(octets: &mut [u8], at: usize, with: impl Fn(u8) -> u8) {
    if let Some(octet) = octets.get_mut(at) {
        *octet = with(*octet);
    }
}
