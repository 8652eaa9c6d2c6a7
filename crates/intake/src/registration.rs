//! Registration data: one row per metering point.

use types::{Interner, MpanField, RegistrationRow};

use crate::columns::{REGISTRATION_COLUMNS, TableOptions};
use crate::error::IntakeError;
use crate::estate::name;
use crate::fields::read_mpan;
use crate::record::{Form, Record, Reject};
use crate::source::Source;
use crate::table::{Opened, Table};

/// Reads registration rows into `rows`; names go to `names`, rows that can't be used to `reject`.
///
/// # Errors
///
/// The input as a whole can't be read or its header row can't be used.
pub fn read_registration(
    source: &mut Source<'_>,
    options: &TableOptions,
    names: &mut Interner,
    rows: &mut Vec<RegistrationRow>,
    reject: &mut dyn FnMut(&Record<'_>),
) -> Result<(), IntakeError> {
    let mut opened = Opened::new(source)?;
    let mut table = Table::new(&mut opened, &REGISTRATION_COLUMNS, options, "registration data")?;
    let mut text = Vec::new();
    while let Some(row) = table.next()? {
        let origin = row.origin;
        let result = row.fields.and_then(|[mpan, operator, supplier]| {
            let mpan = match read_mpan(mpan) {
                MpanField::Valid { mpan, .. } => mpan,
                MpanField::Absent => return Err(Reject::Blank { field: "mpan" }),
                MpanField::Invalid(fault) => return Err(Reject::Mpan { fault }),
            };
            let network_operator = name(names, operator);
            Ok(RegistrationRow { mpan, network_operator, supplier: name(names, supplier), origin })
        });
        match result {
            Ok(row) => rows.push(row),
            Err(why) => {
                row.raw.text(&mut text);
                reject(&Record { origin, device: None, octets: &text, form: Form::Text, outcome: Err(why) });
            }
        }
    }
    Ok(())
}
