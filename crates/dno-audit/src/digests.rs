//! Whether the files of a package are those of its manifest.

use std::io::{Read, Write};

use report::Hashed;

use crate::error::Error;
use crate::reader::{PackageReader, open};

/// Compares every file of a package with the digest that the manifest has for it.
pub(crate) fn check(package: &PackageReader) -> Result<(), Error> {
    for (name, entry) in &package.manifest().files {
        let path = package.folder().join(name);
        let at = |source| Error::File { path: path.clone(), source };
        let mut file = open(&path)?;
        let mut hashed = Hashed::new(std::io::sink());
        let mut buffer = vec![0; 1 << 16];
        loop {
            let count = file.read(&mut buffer).map_err(at)?;
            if count == 0 {
                break;
            }
            hashed.write_all(buffer.get(..count).unwrap_or_default()).map_err(at)?;
        }
        let (_, found) = hashed.finish(false).map_err(at)?;
        if found.sha256 != entry.sha256 {
            return Err(Error::DigestDiffers { path });
        }
    }
    Ok(())
}
