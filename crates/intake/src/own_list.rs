//! A party's own list of meters: one row per device, with what the party takes it to be.

use types::{Claim, Interner, OwnCell, OwnRow, ZonelessTimes};

use crate::columns::{OWN_COLUMNS, TableOptions};
use crate::error::IntakeError;
use crate::estate::name;
use crate::fields::{eui64, key_id, read_mpan, time};
use crate::record::{Form, Record, Reject, shown};
use crate::source::Source;
use crate::table::{Opened, Table};

const CLAIMS: &str = "correct, missing, wrong, not-known, out-of-scope or a word that means one of them";

/// Reads the rows of a party's own list into `rows`; names go to `names`, rows that can't be used to `reject`.
///
/// # Errors
///
/// The input as a whole can't be read or its header row can't be used.
pub fn read_own_list(
    source: &mut Source<'_>,
    options: &TableOptions,
    zoneless: ZonelessTimes,
    names: &mut Interner,
    rows: &mut Vec<OwnRow>,
    reject: &mut dyn FnMut(&Record<'_>),
) -> Result<(), IntakeError> {
    let mut opened = Opened::new(source)?;
    let mut table = Table::new(&mut opened, &OWN_COLUMNS, options, "a party's own list")?;
    let mut text = Vec::new();
    while let Some(row) = table.next()? {
        let origin = row.origin;
        let mut device = None;
        let result = row.fields.and_then(|fields| {
            let [
                id,
                state,
                at,
                operator,
                mpan,
                signature_entity,
                signature_key,
                signature_certificates,
                agreement_entity,
                agreement_key,
                agreement_certificates,
            ] = fields;
            let id = eui64("device_id", id)?;
            device = Some(id);
            let claim = std::str::from_utf8(state).ok().and_then(Claim::from_text);
            let claim = match claim {
                Some(claim) => claim,
                None if state.is_empty() => return Err(Reject::Blank { field: "state" }),
                None => {
                    return Err(Reject::Word { field: "state", found: shown(state), expected: CLAIMS });
                }
            };
            let signature = ["digital_signature_entity", "digital_signature_key"];
            let agreement = ["key_agreement_entity", "key_agreement_key"];
            Ok(OwnRow {
                device: id,
                claim,
                observed_at: time("observed_at", at, zoneless, None)?,
                network_operator: name(names, operator),
                mpan: read_mpan(mpan),
                cells: [
                    cell(signature, signature_entity, signature_key, signature_certificates)?,
                    cell(agreement, agreement_entity, agreement_key, agreement_certificates)?,
                ],
                origin,
            })
        });
        match result {
            Ok(row) => rows.push(row),
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

fn cell(
    [entity_field, key_field]: [&'static str; 2],
    entity: &[u8],
    key: &[u8],
    certificates: &[u8],
) -> Result<OwnCell, Reject> {
    let certificates = String::from_utf8_lossy(certificates);
    let mut serials: Vec<String> = certificates
        .split([' ', ';', ','])
        .map(|serial| serial.chars().filter(char::is_ascii_hexdigit).collect::<String>().to_uppercase())
        .filter(|serial| !serial.is_empty())
        .collect();
    serials.sort_unstable();
    serials.dedup();
    Ok(OwnCell {
        entity: if entity.is_empty() { None } else { Some(eui64(entity_field, entity)?) },
        key: if key.is_empty() { None } else { Some(key_id(key_field, key)?) },
        certificates: serials,
    })
}

#[cfg(test)]
mod tests {
    use types::InputId;

    use super::*;

    fn read(text: &str) -> (Vec<OwnRow>, Vec<(u32, &'static str)>) {
        let (mut rows, mut rejects) = (Vec::new(), Vec::new());
        let mut source = Source::new("own.csv", InputId(0), text.as_bytes());
        let (map, mut names) = (TableOptions::default(), Interner::new());
        read_own_list(&mut source, &map, ZonelessTimes::Refuse, &mut names, &mut rows, &mut |record| {
            if let Err(reject) = &record.outcome {
                rejects.push((record.origin.line, reject.id()));
            }
        })
        .unwrap();
        (rows, rejects)
    }

    #[test]
    fn a_list_from_a_spreadsheet_is_read() {
        let text = "\u{FEFF}sep=;\r\nMeter GUID;Our view;state;DS key;DS certificates\r\n\
                    '00DB120000000001;x;Not Installed;48cf97fa9f827fb5;0A 0b\r\n\
                    00DB120000000002;x;OK;;\r\n";
        let (rows, rejects) = read(text);
        assert_eq!(rejects, []);
        assert_eq!(rows.iter().map(|row| row.claim).collect::<Vec<_>>(), [Claim::Missing, Claim::Correct]);
        assert_eq!(rows[0].cells[0].key.unwrap().to_string(), "48CF97FA9F827FB5");
        assert_eq!(rows[0].cells[0].certificates, ["0A", "0B"]);
        assert_eq!(rows[1].cells[0], OwnCell::default());
    }

    #[test]
    fn a_row_that_says_nothing_plain_is_refused() {
        let text = "device_id,state,observed_at\n00DB120000000001,,\n00DB120000000002,perhaps,\n1.2E+15,ok,\n\
                    00DB120000000003,ok,01/02/2026\n";
        let (rows, rejects) = read(text);
        assert_eq!(rows, []);
        assert_eq!(
            rejects,
            [(2, "field-blank"), (3, "word-unknown"), (4, "damaged-by-spreadsheet"), (5, "time-malformed")]
        );
    }
}
