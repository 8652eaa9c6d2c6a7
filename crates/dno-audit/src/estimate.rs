//! Reads a package for what it tells of the meters that nobody read.

use std::path::Path;

use views::estimate::{Estimate, Sampling, Strata};

use crate::error::Error;
use crate::progress::Progress;
use crate::verify::verified;

/// Counts and, if what was read is a random sample, extrapolates. The package or slice is verified first.
///
/// # Errors
///
/// It can't be read or does not verify.
pub fn estimate(folder: &Path, sampling: Sampling, progress: &Progress<'_>) -> Result<Estimate, Error> {
    let package = verified(folder, progress)?;
    let mut strata = Strata::default();
    for row in package.devices()? {
        strata.count(&row?);
        progress.go_on()?;
    }
    Ok(strata.estimate(sampling))
}
