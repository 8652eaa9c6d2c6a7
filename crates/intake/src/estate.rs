//! Estate data: one row per device, or inventories of DUIS.

use types::{DeviceStatus, DeviceType, EstateRow, Interner, SmetsVersion};

use crate::columns::{ESTATE_COLUMNS, TableOptions};
use crate::error::IntakeError;
use crate::fields::{eui64, read_mpan};
use crate::inventory::read_inventories;
use crate::record::{Form, Record, Reject, shown};
use crate::source::Source;
use crate::table::{Opened, Table};
use crate::xml::looks_like_xml;

/// Reads estate rows into `rows`; names go to `names`. What can't be used goes to `reject`, and so does a document of
/// XML that lists no device, which is no fault.
///
/// # Errors
///
/// The input as a whole can't be read or its header row can't be used.
pub fn read_estate(
    source: &mut Source<'_>,
    options: &TableOptions,
    names: &mut Interner,
    rows: &mut impl Extend<EstateRow>,
    reject: &mut dyn FnMut(&Record<'_>),
) -> Result<(), IntakeError> {
    if looks_like_xml(source.head()?) {
        return read_inventories(source, names, rows, reject);
    }
    let mut opened = Opened::new(source)?;
    let mut table = Table::new(&mut opened, &ESTATE_COLUMNS, options, "estate data")?;
    let mut text = Vec::new();
    while let Some(row) = table.next()? {
        let origin = row.origin;
        let mut device = None;
        let result = row.fields_but(NEEDED).and_then(|fields| {
            let [
                id,
                kind,
                status,
                smets,
                mpan,
                secondary,
                export,
                operator,
                supplier,
                maker,
                model,
                firmware,
                region,
            ] = fields;
            let id = eui64("device_id", id)?;
            device = Some(id);
            Ok(EstateRow {
                device: id,
                mpan: read_mpan(mpan),
                secondary_mpan: read_mpan(secondary),
                export_mpan: read_mpan(export),
                device_type: word("device_type", kind, DeviceType::from_text, DEVICE_TYPES)?,
                status: word("device_status", status, DeviceStatus::from_text, DEVICE_STATUSES)?,
                smets: word("smets_version", smets, SmetsVersion::from_text, SMETS_VERSIONS)?,
                network_operator: name(names, operator),
                supplier: known(names, supplier),
                manufacturer: name(names, maker),
                model: name(names, model),
                firmware: name(names, firmware),
                region: known(names, region),
                origin,
            })
        });
        match result {
            Ok(row) => rows.extend([row]),
            Err(why) => {
                // A row that can't be used may still name its device.
                device = device.or_else(|| eui64("device_id", row.device?).ok());
                row.raw.text(&mut text);
                reject(&Record { origin, device, octets: &text, form: Form::Text, outcome: Err(why) });
            }
        }
    }
    Ok(())
}

/// Fields of a row that can't be used if they can't be read: whether the device counts follows from them.
const NEEDED: &[&str] = &["device_id", "device_type", "device_status", "smets_version"];

/// The words for a SMETS version.
pub(crate) const SMETS_VERSIONS: &str = "1, 2, SMETS1, SMETS2, 5.1";

pub(crate) const DEVICE_TYPES: &str = "ESME, SAPC, GSME, GPF, CHF, PPMID, HCALCS, IHD, CAD, Type 2";
pub(crate) const DEVICE_STATUSES: &str = "Pending, Whitelisted, InstalledNotCommissioned, Commissioned, Decommissioned, \
                               Withdrawn, Suspended, Recovery, Recovered";

/// A name, kept once; text that is not UTF-8 keeps what can be kept of it.
pub(crate) fn name(names: &mut Interner, text: &[u8]) -> Option<types::Symbol> {
    match std::str::from_utf8(text) {
        Ok(text) => names.intern(text),
        Err(_) => names.intern(&String::from_utf8_lossy(text)),
    }
}

/// The name of a supplier or a region. `unknown`, in any case, is how reports call those of which there is none, so that it is no
/// name: it says the same as a blank field.
pub(crate) fn known(names: &mut Interner, text: &[u8]) -> Option<types::Symbol> {
    if text.trim_ascii().eq_ignore_ascii_case(b"unknown") { None } else { name(names, text) }
}

pub(crate) fn word<T>(
    field: &'static str,
    text: &[u8],
    read: impl Fn(&str) -> Option<T>,
    expected: &'static str,
) -> Result<Option<T>, Reject> {
    if text.is_empty() {
        return Ok(None);
    }
    match std::str::from_utf8(text).ok().and_then(read) {
        Some(value) => Ok(Some(value)),
        None => Err(Reject::Word { field, found: shown(text), expected }),
    }
}

#[cfg(test)]
mod tests {
    use types::InputId;

    use super::*;

    #[test]
    fn the_word_for_what_is_not_known_is_no_name() {
        let text = "device_id,supplier,region,model\n\
                    00DB120000000001,unknown, Unknown ,unknown\n\
                    00DB120000000002,Unknown Energy,North,\n";
        let mut source = Source::new("estate.csv", InputId(0), text.as_bytes());
        let (mut names, mut rows) = (Interner::new(), Vec::new());
        read_estate(&mut source, &TableOptions::default(), &mut names, &mut rows, &mut |_| {}).unwrap();
        let shown = |name: Option<types::Symbol>| name.map(|name| names.name(name));
        let shown: Vec<_> = rows.iter().map(|row| [row.supplier, row.region, row.model].map(shown)).collect();
        assert_eq!(shown, [[None, None, Some("unknown")], [Some("Unknown Energy"), Some("North"), None]]);
    }
}
