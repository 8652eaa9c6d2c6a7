//! Opens files that the user names.
//!
//! A folder, a device or a socket is none of them: of some there is no end. A pipe is, since keys and exports come through
//! them; who names a pipe into which nobody writes waits for it. Of what is only found, in folders and by patterns, only
//! regular files are opened.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::Path;

/// Why a file that the user names can't be read.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum NamedFileError {
    /// The operating system says why.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A folder, a device or a socket.
    #[error("is {found}, expected a file or a pipe")]
    NoFile {
        /// What it is.
        found: &'static str,
    },
    /// More than such a file ever holds.
    #[error("more than {most} octets")]
    TooLong {
        /// How many it may have.
        most: u64,
    },
}

/// Reads a file of at most so many octets that the user names. Nothing that is neither a regular file nor a pipe is opened.
///
/// # Errors
///
/// It can't be read, is something else, or is longer.
pub fn read_named(path: &Path, most: u64) -> Result<Vec<u8>, NamedFileError> {
    let mut octets = Vec::new();
    open(path)?.take(most.saturating_add(1)).read_to_end(&mut octets)?;
    if u64::try_from(octets.len()).unwrap_or(u64::MAX) > most {
        return Err(NamedFileError::TooLong { most });
    }
    Ok(octets)
}

/// Opens a regular file or a pipe, or what a link to one leads to.
pub(crate) fn open(path: &Path) -> Result<File, NamedFileError> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() && !is_pipe(&metadata) {
        let found = if metadata.is_dir() { "a folder" } else { "a device or a socket" };
        return Err(NamedFileError::NoFile { found });
    }
    Ok(File::open(path)?)
}

/// Whether it is a pipe, from which everything can be read once.
#[cfg(unix)]
pub(crate) fn is_pipe(metadata: &Metadata) -> bool {
    std::os::unix::fs::FileTypeExt::is_fifo(&metadata.file_type())
}

/// Whether it is a pipe: here none has a place among the files.
#[cfg(not(unix))]
pub(crate) const fn is_pipe(_: &Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_read_than_a_file_may_hold() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "12345").unwrap();
        assert_eq!(read_named(&file, 5).unwrap(), b"12345");
        assert!(matches!(read_named(&file, 4), Err(NamedFileError::TooLong { most: 4 })));
        assert!(matches!(read_named(&folder.path().join("none"), 4), Err(NamedFileError::Io(_))));
    }

    #[test]
    fn a_folder_is_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let error = read_named(folder.path(), 4).unwrap_err();
        assert_eq!(error.to_string(), "is a folder, expected a file or a pipe");
    }

    #[cfg(unix)]
    #[test]
    fn what_has_no_end_is_not_opened_and_a_pipe_is_read() {
        let error = read_named(Path::new("/dev/zero"), 4).unwrap_err();
        assert_eq!(error.to_string(), "is a device or a socket, expected a file or a pipe");
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let writer = std::thread::spawn({
            let pipe = pipe.clone();
            move || fs::write(pipe, "12345")
        });
        assert_eq!(read_named(&pipe, 5).unwrap(), b"12345");
        writer.join().unwrap().unwrap();
    }
}
