//! What several exports say of a meter: the same words in each.

use report::Short;
use report::model::v1::{CellRow, DeviceRow};

/// Several ids or values in one field.
pub(crate) fn joined<T: AsRef<str>>(values: &[T]) -> String {
    values.iter().map(AsRef::as_ref).collect::<Vec<_>>().join("; ")
}

pub(crate) fn short(value: Option<&Short>) -> Option<&str> {
    value.map(Short::as_str)
}

/// Who is known to stand in a cell: the row leaves it out where the state is correct, since it is the `dno` then.
pub(crate) fn holder<'r>(row: &'r DeviceRow<'_>, cell: &'r CellRow<'_>) -> Option<&'r str> {
    if cell.state == "correct" { row.dno.as_deref() } else { cell.holder.as_deref() }
}

/// The time at which both cells were seen as they are: the older of two.
pub(crate) fn observed_at(row: &DeviceRow<'_>) -> Option<Short> {
    let [signing, agreeing] = &row.cells;
    match (signing.observed_at, agreeing.observed_at) {
        (Some(one), Some(other)) => Some(one.min(other)),
        _ => None,
    }
}
