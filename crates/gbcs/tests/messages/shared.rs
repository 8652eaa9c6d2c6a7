//! Material that may not be published: it lies beside the repository, and what needs it says so when it is absent.

use std::fs;
use std::path::PathBuf;

/// The files of a folder of the shared material whose names end in `extension`, in the order of their names.
pub(crate) fn files(folder: &str, extension: &str) -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(folder);
    let Ok(entries) = fs::read_dir(&folder) else {
        eprintln!("skipped: {} is absent", folder.display());
        return Vec::new();
    };
    let mut files: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap()))
        .collect();
    assert!(!files.is_empty(), "no {extension} files in {}", folder.display());
    files.sort();
    files
}

/// The octets of hex text.
pub(crate) fn hex(text: &[u8]) -> Vec<u8> {
    data_encoding::HEXUPPER_PERMISSIVE.decode(text.trim_ascii()).unwrap()
}
