//! Where something is to be written, and whether that touches what is read.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Component, Path, PathBuf};

use tempfile::{NamedTempFile, TempDir};

use crate::error::Error;

/// Whether nothing is written into, over or around a package that is read.
///
/// # Errors
///
/// `out` is `package`, lies in it, or has it below itself, under whatever names: the package would no longer be whole.
pub fn check_apart(out: &Path, package: &Path) -> Result<(), Error> {
    let read = real(package);
    // A link at the end is what is replaced, and what it leads to is what is looked at: neither may touch the package.
    let itself = match (out.parent(), out.file_name()) {
        (Some(parent), Some(name)) => real(parent).join(name),
        _ => real(out),
    };
    let touches = |place: &Path| place.starts_with(&read) || read.starts_with(place);
    if touches(&itself) || touches(&real(out)) {
        return Err(Error::OutTouchesPackage { out: out.to_path_buf(), package: package.to_path_buf() });
    }
    Ok(())
}

/// The folder in which a place is.
pub(crate) fn parent_of(place: &Path) -> &Path {
    place.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// How a file or a folder is called while it is written beside its place. It has the mode of what the user makes, so that it
/// is as readable.
#[cfg_attr(not(unix), allow(unused_variables, reason = "modes are those of Unix"))]
pub(crate) fn beside(mode: u32) -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".dnoaudit-").suffix(".tmp");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    builder
}

/// A file that is written beside its place and put there when it is whole. What stands there is a regular file or nothing.
pub(crate) struct NewFile {
    file: NamedTempFile,
    /// The folder in which it stands.
    pub(crate) parent: PathBuf,
    out: PathBuf,
}

impl NewFile {
    /// Begins a file for this place.
    ///
    /// # Errors
    ///
    /// Something else than a regular file stands there, or nothing can be written beside it.
    pub(crate) fn create(out: &Path) -> Result<Self, Error> {
        match fs::symlink_metadata(out) {
            Ok(metadata) if !metadata.is_file() => {
                let found = "exists and is no regular file";
                return Err(Error::Occupied { path: out.to_path_buf(), found });
            }
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(Error::at(out)(error)),
            _ => {}
        }
        let parent = parent_of(out);
        let parent = fs::canonicalize(parent).map_err(Error::at(parent))?;
        let file = beside(0o644).tempfile_in(&parent).map_err(Error::at(out))?;
        Ok(Self { file, parent, out: out.to_path_buf() })
    }

    /// The file, to be written.
    pub(crate) fn file(&self) -> &File {
        self.file.as_file()
    }

    /// Puts it in its place.
    ///
    /// # Errors
    ///
    /// The operating system says why.
    pub(crate) fn publish(self) -> Result<(), Error> {
        let Self { file, out, .. } = self;
        file.persist(&out).map(drop).map_err(|error| Error::at(&out)(error.error))
    }
}

/// A folder that is written beside its place. It is gone with all that is in it when this is dropped, unless it was put elsewhere.
#[derive(Debug)]
pub struct FolderBeside(TempDir);

impl FolderBeside {
    /// Makes one, and the folders above it.
    ///
    /// # Errors
    ///
    /// The operating system says why.
    pub fn create(place: &Path) -> Result<Self, Error> {
        let parent = parent_of(place);
        fs::create_dir_all(parent).map_err(Error::at(parent))?;
        beside(0o755).tempdir_in(parent).map(Self).map_err(Error::at(parent))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

/// Writes a file beside its place and puts it there when it is whole.
///
/// # Errors
///
/// Something else than a regular file stands there, a link among it, or nothing can be written beside it. What stands there is
/// left as it is then.
pub fn write_whole(out: &Path, octets: &[u8]) -> Result<(), Error> {
    let file = NewFile::create(out)?;
    file.file().write_all(octets).map_err(Error::at(out))?;
    file.publish()
}

/// A path as it really is: without links and `..`. What is not there yet is taken to come as it is written.
fn real(path: &Path) -> PathBuf {
    let mut real = fs::canonicalize(".").unwrap_or_default();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            // What stands before is free of links, so that this is the folder above.
            Component::ParentDir => {
                real.pop();
            }
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => {
                real.push(component);
                real = fs::canonicalize(&real).unwrap_or(real);
            }
        }
    }
    real
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_apart(out: &Path, package: &Path) -> bool {
        match check_apart(out, package) {
            Ok(()) => true,
            Err(Error::OutTouchesPackage { .. }) => false,
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn a_place_in_over_or_around_a_package_touches_it_whatever_it_is_called() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("a/package")).unwrap();
        fs::create_dir_all(at("b")).unwrap();
        for touching in [
            "a/package",
            "a/package/",
            "a/package/.",
            "a/package/out",
            "a/package/not/yet/there",
            "a",
            "a/.",
            "b/../a/package/out",
            "b/../a",
            "b/none/../../a/package/out",
            "none/../a/package",
            "a/package/none/../out",
            "a/package/none/../../package",
        ] {
            assert!(!is_apart(&at(touching), &at("a/package")), "{touching}");
            assert!(!is_apart(&at(touching), &at("b/../a/./package/")), "{touching}");
        }
        for apart in ["b", "b/out", "a/package-2", "a/pack", "a/package/../out", "a/package/none/../../out"] {
            assert!(is_apart(&at(apart), &at("a/package")), "{apart}");
        }
        assert!(!is_apart(Path::new("/"), &at("a/package")));
        assert!(!is_apart(Path::new("."), Path::new(".")));
        assert!(!is_apart(Path::new("not-there/out"), Path::new("")), "the folder in which the command runs");
    }

    #[cfg(unix)]
    #[test]
    fn links_lead_where_they_lead() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("a/package/below")).unwrap();
        fs::create_dir_all(at("b")).unwrap();
        symlink(at("a/package"), at("link")).unwrap();
        symlink(at("a/package/below"), at("b/deep")).unwrap();
        symlink(at("b"), at("a/package/away")).unwrap();
        symlink(at("nowhere"), at("b/dangling")).unwrap();
        for touching in [
            "link",
            "link/out",
            "link/not/yet",
            "b/deep",
            "b/deep/out",
            "b/deep/../out",
            // The link itself would be replaced, and it is part of the folder.
            "a/package/away",
        ] {
            assert!(!is_apart(&at(touching), &at("a/package")), "{touching}");
            assert!(!is_apart(&at(touching), &at("link")), "{touching}");
        }
        for apart in ["link/../out", "b/deep/../../out", "a/package/away/out", "b/dangling/out"] {
            assert!(is_apart(&at(apart), &at("link")), "{apart}");
        }
    }
}
