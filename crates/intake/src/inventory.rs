//! Estate data from DUIS: the devices that answers to SRV 8.2 list.

use types::{DeviceStatus, DeviceType, EstateRow, Interner, MpanField, Origin, SmetsVersion};

use crate::documents::{self, Device, devices};
use crate::error::IntakeError;
use crate::estate::{DEVICE_STATUSES, DEVICE_TYPES, SMETS_VERSIONS, known, name, word};
use crate::fields::{eui64, read_mpan};
use crate::record::{Document, Form, Record, Reject, shown};
use crate::source::Source;
use crate::xml::{XmlRecord, XmlRecords};

/// Reads the devices of all inventories of an input. Each device is a record, and so is each document without one.
pub(crate) fn read_inventories(
    source: &mut Source<'_>,
    names: &mut Interner,
    rows: &mut impl Extend<EstateRow>,
    other: &mut dyn FnMut(&Record<'_>),
) -> Result<(), IntakeError> {
    let (input, input_name) = (source.id(), source.name().to_owned());
    let mut records = XmlRecords::new(source, documents::is_document);
    let mut line = 0u32;
    let mut any_document = false;
    while let Some(record) = records.next()? {
        any_document |= record.is_document();
        let XmlRecord { text, tree, fault, .. } = record;
        let mut next = || {
            line =
                line.checked_add(1).ok_or_else(|| IntakeError::TooManyLines { input: input_name.clone() })?;
            Ok::<_, IntakeError>(Origin { input, line })
        };
        let schema = tree.root().map(documents::schema_version).unwrap_or_default();
        let mut tell = |origin, device, outcome: Result<(), Reject>| {
            let (form, outcome) =
                (Form::Document(Document::Inventory, schema), outcome.map(|()| [].as_slice()));
            other(&Record { origin, device, octets: text, form, outcome });
        };
        let Some(root) = tree.root().filter(|_| fault.is_none()) else {
            let device = tree.root().and_then(documents::device);
            tell(next()?, device, fault.map_or(Ok(()), Err));
            continue;
        };
        let mut any = false;
        for device in devices(root) {
            any = true;
            let origin = next()?;
            let row = row(device, origin, names);
            let row = match tree.ambiguous() {
                Some(second) => Err(Reject::Repeated { element: shown(second.name()) }),
                None => row,
            };
            match row {
                Ok(row) => rows.extend([row]),
                Err(reject) => tell(origin, eui64("DeviceID", device.text("DeviceID")).ok(), Err(reject)),
            }
        }
        if !any {
            tell(next()?, documents::device(root), Ok(()));
        }
    }
    if !any_document {
        let tried = "DUIS responses with an inventory (SRV 8.2)";
        let outcome = Err(Reject::NotRecognised { found: "XML without any".to_owned(), tried });
        other(&Record {
            origin: Origin { input, line: line.saturating_add(1) },
            device: None,
            octets: &[],
            form: Form::Text,
            outcome,
        });
    }
    Ok(())
}

fn row(device: Device<'_>, origin: Origin, names: &mut Interner) -> Result<EstateRow, Reject> {
    let id = eui64("DeviceID", device.text("DeviceID"))?;
    let device_type = word("DeviceType", device.text("DeviceType"), DeviceType::from_text, DEVICE_TYPES)?;
    let status = word("DeviceStatus", device.text("DeviceStatus"), DeviceStatus::from_text, DEVICE_STATUSES)?;
    // Other devices have other things there: a gas meter its MPRN, a Communications Hub its CHTS version.
    let is_meter = device_type.is_none_or(DeviceType::is_in_scope);
    let mpan = |name| if is_meter { read_mpan(device.text(name)) } else { MpanField::Absent };
    let version = if is_meter { device.text("SMETSCHTSVersion") } else { &[] };
    let version = word("SMETSCHTSVersion", version, SmetsVersion::from_text, SMETS_VERSIONS)?;
    let smets = match (device.text("S1SP"), version) {
        ([], version) => version,
        (_, Some(SmetsVersion::Smets2)) => {
            return Err(Reject::Contradiction { one: "S1SP", other: "SMETSCHTSVersion" });
        }
        // Only SMETS1 equipment has a SMETS1 Service Provider.
        _ => Some(SmetsVersion::Smets1),
    };
    Ok(EstateRow {
        device: id,
        mpan: mpan("ImportMPxN"),
        secondary_mpan: mpan("SecondaryImportMPAN"),
        export_mpan: mpan("ExportMPAN"),
        network_operator: None,
        supplier: None,
        manufacturer: name(names, device.text("DeviceManufacturer")),
        model: name(names, device.text("DeviceModel")),
        firmware: name(names, device.text("DeviceFirmwareVersion")),
        region: known(names, device.text("CSPRegion")),
        device_type,
        status,
        smets,
        origin,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use types::InputId;

    /// Devices that count, by their last octet and version, and reasons of those that do not.
    fn devices_of(content: &str) -> (Vec<(u8, Option<SmetsVersion>)>, Vec<&'static str>) {
        let text = format!(
            "<Response><Header><RequestID>90-B3-D5-AA-00-12-00-00:00-DB-12-00-00-00-00-A0:1</RequestID>\
             <ResponseCode>I0</ResponseCode></Header><Body><ResponseMessage>\
             <ServiceReferenceVariant>8.2</ServiceReferenceVariant><DSPInventory>{content}</DSPInventory>\
             </ResponseMessage></Body></Response>"
        );
        let mut source = Source::new("x", InputId(0), text.as_bytes());
        let (mut rows, mut reasons) = (Vec::new(), Vec::new());
        read_inventories(&mut source, &mut Interner::default(), &mut rows, &mut |record: &Record<'_>| {
            reasons.push(record.outcome.as_ref().err().map_or("", Reject::id));
        })
        .unwrap();
        let last = |row: &EstateRow| (row.device.octets()[7], row.smets);
        (rows.iter().map(last).collect(), reasons)
    }

    fn device(last: &str, more: &str) -> String {
        format!(
            "<Device><DeviceID>00-DB-12-00-00-00-00-{last}</DeviceID><DeviceType>ESME</DeviceType>{more}</Device>"
        )
    }

    #[test]
    fn a_device_counts_at_whatever_depth_it_stands() {
        let (plain, wrapped) = (device("A0", ""), device("B0", ""));
        let found = devices_of(&format!("{plain}<Later><Group>{wrapped}</Group></Later>"));
        assert_eq!(found, (vec![(0xA0, None), (0xB0, None)], vec![]));
    }

    #[test]
    fn the_version_of_a_device_is_one_of_the_words_and_no_contradiction() {
        let version = |text: &str| format!("<SMETSCHTSVersion>{text}</SMETSCHTSVersion>");
        for (text, smets) in [
            ("SMETS2 V5.1", SmetsVersion::Smets2),
            ("SMETS1", SmetsVersion::Smets1),
            ("2", SmetsVersion::Smets2),
        ] {
            assert_eq!(devices_of(&device("A0", &version(text))).0, [(0xA0, Some(smets))], "{text}");
        }
        for text in ["V?", "SMETS12", "SMETS2 or SMETS1", "1-Feb", "1/2", "1st"] {
            assert_eq!(devices_of(&device("A0", &version(text))), (vec![], vec!["word-unknown"]), "{text}");
        }
        let provider = "<S1SP>90-B3-D5-AA-00-12-00-00</S1SP>";
        let smets1 = devices_of(&device("A0", provider));
        assert_eq!(smets1, (vec![(0xA0, Some(SmetsVersion::Smets1))], vec![]));
        let both = devices_of(&device("A0", &(version("SMETS2 V5.1") + provider)));
        assert_eq!(both, (vec![], vec!["fields-contradict"]));
    }
}
