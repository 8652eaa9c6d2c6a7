//! The directory that is shipped.

use types::{DirectoryRecords, InputId};

use crate::error::Error;

/// Network operators by distributor id, as of the date in the file.
pub(crate) const SHIPPED: &str = include_str!("../data/dno-directory.toml");

/// The name of the shipped directory among the inputs.
pub(crate) const SHIPPED_NAME: &str = "shipped dno-directory.toml";

/// The shipped directory.
pub(crate) fn shipped() -> Result<DirectoryRecords, Error> {
    let mut source = intake::Source::new(SHIPPED_NAME, InputId(0), SHIPPED.as_bytes());
    Ok(intake::read_directory(&mut source)?)
}

#[cfg(test)]
mod tests {
    use types::{AsOf, DistributorId};

    use super::*;

    #[test]
    fn the_fourteen_licence_areas_and_the_independents_are_there() {
        let as_of = AsOf("2026-01-01T00:00:00Z".parse().unwrap());
        let directory = audit::Directory::new(Some(&shipped().unwrap()), &[], as_of).unwrap();
        for number in 10..=38 {
            // The network of 28 ended in 2014.
            let known = directory.by_distributor(DistributorId::new(number).unwrap()).is_some();
            assert_eq!(known, number != 28, "{number}");
        }
        assert_eq!(directory.operators().count(), 29);
    }
}
