//! The repository's test data: a slice of the synthetic SMKI, and samples of every record format.
//!
//! Samples are named by what they are; names that begin with `reject-` are records that a reader must not use. Text
//! that is not obvious from the name stands in the first line of the sample as a comment, where the format has comments.

mod cases;
mod documents;
mod gbcs;
mod packed;
mod pki;
mod rows;
mod tables;

use std::fs;
use std::io;
use std::path::Path;

use crate::estate::directory;
use crate::forms::Files;
use crate::pki::{Pki, PkiError};

/// Everything that is generated.
///
/// # Errors
///
/// The standard SMKI lacks a party that the samples name, which tests rule out.
pub fn testdata() -> Result<Files, PkiError> {
    let smki = Pki::standard();
    let mut files = Files::new();
    files.insert("README.md".to_owned(), include_bytes!("testdata/readme.md").to_vec());
    files.insert("waivers.toml".to_owned(), include_bytes!("testdata/waivers.toml").to_vec());
    files.insert("directory.toml".to_owned(), directory(&smki)?.into_bytes());
    pki::add(&mut files, &smki)?;
    gbcs::add(&mut files, &smki)?;
    rows::add(&mut files, &smki)?;
    documents::add(&mut files, &smki)?;
    packed::add(&mut files);
    tables::add(&mut files);
    cases::add(&mut files, &smki)?;
    Ok(files)
}

/// Writes the test data into a folder and says how many files there are. Other files in the folder stay.
///
/// # Errors
///
/// A file or folder can't be written.
pub fn write_testdata(folder: &Path) -> io::Result<usize> {
    let files = testdata().map_err(io::Error::other)?;
    for (name, content) in &files {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, content)?;
    }
    Ok(files.len())
}
