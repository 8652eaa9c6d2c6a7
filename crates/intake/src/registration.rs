//! Registration data: one row per metering point.

use types::{Interner, Mpan, MpanField, RegistrationRow};

use crate::columns::{REGISTRATION_COLUMNS, TableOptions};
use crate::error::IntakeError;
use crate::estate::{known, name};
use crate::fields::read_mpan;
use crate::record::{Form, Record, Reject};
use crate::source::Source;
use crate::table::{Opened, Raw, Row, Table};

/// What stands for the operator of a row that can't be used: no directory knows it.
pub(crate) const UNREAD: &str = "a registration row that can't be read";

/// Reads registration rows into `rows`; names go to `names`, rows that can't be used to `reject`.
///
/// A row that can't be used and still names its metering point says that there is an operator, and not which: it goes to
/// `unread` too, so that no lower source decides where no other row can be read.
///
/// # Errors
///
/// The input as a whole can't be read or its header row can't be used.
pub fn read_registration(
    source: &mut Source<'_>,
    options: &TableOptions,
    names: &mut Interner,
    rows: &mut Vec<RegistrationRow>,
    unread: &mut Vec<RegistrationRow>,
    reject: &mut dyn FnMut(&Record<'_>),
) -> Result<(), IntakeError> {
    let mut opened = Opened::new(source)?;
    let mut table = Table::new(&mut opened, &REGISTRATION_COLUMNS, options, "registration data")?;
    let mut text = Vec::new();
    while let Some(row) = table.next()? {
        let origin = row.origin;
        let result = row.fields_but(&["mpan"]).and_then(|[mpan, operator, supplier]| {
            let mpan = match read_mpan(mpan) {
                MpanField::Valid { mpan, .. } => mpan,
                MpanField::Absent => return Err(Reject::Blank { field: "mpan" }),
                MpanField::Invalid(fault) => return Err(Reject::Mpan { fault }),
            };
            let network_operator = name(names, operator);
            Ok(RegistrationRow { mpan, network_operator, supplier: known(names, supplier), origin })
        });
        match result {
            Ok(row) => rows.push(row),
            Err(why) => {
                if let Some(mpan) = mpan_of(&row) {
                    let network_operator = names.intern(UNREAD);
                    unread.push(RegistrationRow { mpan, network_operator, supplier: None, origin });
                }
                row.raw.text(&mut text);
                reject(&Record { origin, device: None, octets: &text, form: Form::Text, outcome: Err(why) });
            }
        }
    }
    Ok(())
}

/// The metering point that a row plainly names although it can't be used: by its column or, in a row of another width than the
/// header, as the only one in the row.
fn mpan_of<const N: usize>(row: &Row<'_, N>) -> Option<Mpan> {
    let read = |text: &[u8]| read_mpan(text).mpan();
    let by_column = row.device.and_then(read);
    let Raw::Fields(fields) = row.raw else { return by_column };
    by_column.or_else(|| {
        let mut named = fields.iter().filter_map(read);
        named.next().filter(|first| named.all(|other| other == *first))
    })
}

#[cfg(test)]
mod tests {
    use types::InputId;

    use super::*;
    use crate::columns::TableOptions;

    #[test]
    fn a_row_that_can_not_be_used_keeps_its_metering_point_where_it_is_plain() {
        let mpan: Mpan = "1099990000118".parse().unwrap();
        let other: Mpan = "1200000000011".parse().unwrap();
        for (row, named) in [
            ("1099990000118,LOND,SUP,x", Some(mpan)),
            ("1099990000118", Some(mpan)),
            ("a street, 1,1099990000118,LOND", Some(mpan)),
            ("a street, 1,1099990000118,1200000000011", None),
            ("1200000000011,1099990000118,LOND,x", Some(other)),
            ("1099990000119,LOND,SUP,x", None),
            ("#N/A,LOND,SUP", None),
        ] {
            let text = format!("mpan,network_operator,supplier\n{row}\n");
            let mut source = Source::new("x", InputId(0), text.as_bytes());
            let (mut names, mut rows, mut unread) = (Interner::new(), Vec::new(), Vec::new());
            let (options, mut rejects) = (TableOptions::default(), 0);
            read_registration(&mut source, &options, &mut names, &mut rows, &mut unread, &mut |_| {
                rejects += 1;
            })
            .unwrap();
            assert_eq!((rows.len(), rejects), (0, 1), "{row}");
            assert_eq!(unread.iter().map(|row| row.mpan).collect::<Vec<_>>(), Vec::from_iter(named), "{row}");
            assert!(unread.iter().all(|row| row.network_operator.is_some()), "{row}");
        }
    }
}
