//! Verifies a slice or a package in a program of one's own, as `dnoaudit verify` does.
//!
//! ```text
//! cargo run -p dno-audit --example verify_slice -- for-lond MANIFEST_SHA256
//! ```

#![allow(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;
use std::path::Path;

use dno_audit::{Expected, PackageReader, Progress, verify};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("name the folder of a slice")?;
    print!("{}", verified(folder.as_ref(), arguments.next())?);
    Ok(())
}

/// What was checked, and then what the rows say, which is worth something only after that.
pub(crate) fn verified(folder: &Path, manifest_sha256: Option<String>) -> Result<String, Box<dyn Error>> {
    // The digest comes from somewhere else than the folder: it was read out, or stands on a page that all parties see.
    let mut expected = Expected::default();
    expected.manifest_sha256 = manifest_sha256;
    let found = verify(folder, &expected, &Progress::silent())?.require(folder)?;
    let mut text = format!("{}: {} checks hold\n", found.kind, found.checks.len());
    for what in &found.not_checked {
        text += &format!("  not checked: {what}\n");
    }
    for row in PackageReader::open(folder)?.devices()?.take(3) {
        let row = row?;
        text += &format!("  {} {}\n", row.device_id.as_str(), row.verdict);
    }
    Ok(text)
}
