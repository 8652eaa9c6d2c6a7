//! Which files the paths of a configuration mean.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use intake::Contents;
use rayon::prelude::*;
use types::InputId;

use crate::config::{Config, InputSpec};
use crate::error::{ConfigError, Error};
use crate::named::{self, NamedFileError};
use crate::progress::Progress;

/// What an input is for. The order is the order of the manifest.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) enum Role {
    Certificates,
    Directory,
    Estate,
    /// What the user leaves to the content; each file gets the roles that it has something for.
    Mixed,
    Records,
    Registration,
    TrustAnchors,
    Waivers,
}

impl Role {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Certificates => "certificates",
            Self::Directory => "directory",
            Self::Estate => "estate",
            Self::Mixed => "mixed",
            Self::Records => "records",
            Self::Registration => "registration",
            Self::TrustAnchors => "trust-anchors",
            Self::Waivers => "waivers",
        }
    }

    /// How the configuration names a setting of an input that is read in several roles, and not alike in all.
    pub(crate) fn setting_of(self, sha256: &str) -> String {
        format!("{}/{sha256}", self.name())
    }

    /// The role of a word of the manifest.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        use Role::{Certificates, Directory, Estate, Records, Registration, TrustAnchors, Waivers};
        let all = [Certificates, Directory, Estate, Records, Registration, TrustAnchors, Waivers];
        all.into_iter().find(|role| role.name() == name)
    }
}

/// The roles whose inputs may be tables, with columns and a sheet to be named.
pub(crate) const TABLES: [Role; 4] = [Role::Certificates, Role::Estate, Role::Records, Role::Registration];

/// A file to read.
#[derive(Clone, Debug)]
pub(crate) struct InputFile {
    pub(crate) role: Role,
    pub(crate) path: PathBuf,
    /// The file's name, or its path below the folder that was named: the same wherever that folder lies.
    pub(crate) name: String,
    pub(crate) spec: InputSpec,
    /// Which of its members are for the role, in their order; all of them if the user said so.
    pub(crate) members: Option<Vec<bool>>,
}

impl InputFile {
    /// Whether a member, which has this name among the inputs, is for the role. One that was not there when the roles were
    /// told is read as a record.
    pub(crate) fn wants(&self, index: usize, name: &str) -> bool {
        if self.spec.members.as_ref().is_some_and(|members| !members.contains(name)) {
            return false;
        }
        let told = |members: &Vec<bool>| members.get(index).copied().unwrap_or(self.role == Role::Records);
        self.members.as_ref().is_none_or(told)
    }

    pub(crate) fn open(&self) -> Result<File, Error> {
        open_input(&self.path)
    }
}

/// Opens an input: a regular file or a pipe.
pub(crate) fn open_input(path: &Path) -> Result<File, Error> {
    named::open(path).map_err(|source| match source {
        NamedFileError::Io(source) => Error::at(path)(source),
        source => Error::Named { path: path.to_path_buf(), source },
    })
}

/// The files of a run, by what they are for.
#[derive(Debug)]
pub(crate) struct Files(BTreeMap<Role, Vec<InputFile>>);

impl Files {
    /// Finds the files of all roles. Of those that are left to their content, all that lies in them is looked at.
    pub(crate) fn find(config: &Config, progress: &Progress<'_>) -> Result<Self, Error> {
        let mut files = Self(BTreeMap::new());
        for (role, specs) in config.inputs.by_role() {
            files.0.insert(role, find(role, specs, &config.base)?);
        }
        let mixed = files.take(Role::Mixed);
        if let Some(folder) = mixed.iter().find_map(|file| report_of(&file.path)) {
            return Err(ConfigError::ReportInside { folder: folder.display().to_string() }.into());
        }
        let mixed: Vec<Vec<InputFile>> =
            mixed.par_iter().map(|file| roles_of(file, progress)).collect::<Result<_, _>>()?;
        for file in mixed.into_iter().flatten() {
            files.0.entry(file.role).or_default().push(file);
        }
        for (role, found) in &mut files.0 {
            *found = once(*role, std::mem::take(found))?;
        }
        Ok(files)
    }

    /// The files of a role.
    pub(crate) fn take(&mut self, role: Role) -> Vec<InputFile> {
        self.0.remove(&role).unwrap_or_default()
    }
}

/// The folder of the report whose manifest this file is.
fn report_of(file: &Path) -> Option<&Path> {
    let folder = file.parent()?;
    let is_manifest = file.file_name().is_some_and(|name| name == report::MANIFEST);
    (is_manifest && folder.join("devices.jsonl").is_file()).then_some(folder)
}

/// A file for each role that something in it is for.
fn roles_of(file: &InputFile, progress: &Progress<'_>) -> Result<Vec<InputFile>, Error> {
    if file.path.metadata().is_ok_and(|metadata| named::is_pipe(&metadata)) {
        return Err(Error::MixedPipe { path: file.path.clone() });
    }
    let mut contents: Vec<Contents> = Vec::new();
    let name = file.path.display().to_string();
    intake::read_members(&name, progress.reader(file.open()?), &InputId::default, &mut |member| {
        contents.push(match member.source {
            Ok(mut source) => Contents::of(&mut source)?,
            Err(_) => Contents::RECORDS,
        });
        Ok::<(), Error>(())
    })?;
    let of_role = |role, is: fn(&Contents) -> bool| {
        let members: Vec<bool> = contents.iter().map(is).collect();
        let mut file = InputFile { role, ..file.clone() };
        if role != Role::Records {
            file.spec.observed_at = None;
        }
        if members.contains(&true) { Some(InputFile { members: Some(members), ..file }) } else { None }
    };
    let all = [
        of_role(Role::Certificates, |contents| contents.certificates),
        of_role(Role::Directory, |contents| contents.directory),
        of_role(Role::Estate, |contents| contents.estate),
        of_role(Role::Records, |contents| contents.records),
        of_role(Role::Registration, |contents| contents.registration),
    ];
    Ok(all.into_iter().flatten().collect())
}

/// The files of all specs of a role.
fn find(role: Role, specs: &[InputSpec], base: &Path) -> Result<Vec<InputFile>, Error> {
    let mut files: Vec<InputFile> = Vec::new();
    for spec in specs {
        let before = files.len();
        let path = base.join(&spec.path);
        if path.is_dir() {
            walk(role, spec, &path, &mut files)?;
        } else if path.exists() {
            files.push(file(role, spec, path.clone(), file_name(&path)));
        } else {
            // The folder of the configuration is no pattern, whatever its name.
            let pattern = match Path::new(&spec.path).is_absolute() || base.as_os_str().is_empty() {
                true => spec.path.clone(),
                false => format!("{}/{}", glob::Pattern::escape(&base.to_string_lossy()), spec.path),
            };
            matching(role, spec, &pattern, &mut files)?;
        }
        if files.len() == before {
            return Err(ConfigError::NoMatch { role: role.name(), pattern: spec.path.clone() }.into());
        }
    }
    Ok(files)
}

/// Each file once, unless it is said by name that it stands for several inputs; one that is named again with other settings is
/// an error.
fn once(role: Role, files: Vec<InputFile>) -> Result<Vec<InputFile>, Error> {
    let mut kept: BTreeMap<(PathBuf, Option<String>), InputFile> = BTreeMap::new();
    for file in files {
        let place = std::fs::canonicalize(&file.path).unwrap_or_else(|_| file.path.clone());
        let place = (place, file.spec.name.clone());
        match kept.get(&place) {
            Some(known) if !known.spec.says_the_same(&file.spec) => {
                let path = file.path.display().to_string();
                return Err(ConfigError::NamedTwice { role: role.name(), path }.into());
            }
            // What was named for the role is read as the user said.
            Some(known) if known.members.is_none() || file.members.is_some() => {}
            _ => {
                kept.insert(place, file);
            }
        }
    }
    Ok(kept.into_values().collect())
}

fn file(role: Role, spec: &InputSpec, path: PathBuf, name: String) -> InputFile {
    let name = spec.name.clone().unwrap_or(name);
    InputFile { role, path, name, spec: spec.clone(), members: None }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// All files below a folder; links to folders are followed, loops of them are an error.
fn walk(role: Role, spec: &InputSpec, folder: &Path, files: &mut Vec<InputFile>) -> Result<(), Error> {
    for (name, found) in below(folder) {
        files.push(file(role, spec, found?, name));
    }
    Ok(())
}

/// The regular files below a folder by their paths below it, with slashes, and what can't be looked at.
pub(crate) fn below(folder: &Path) -> impl Iterator<Item = (String, Result<PathBuf, Error>)> {
    let name = move |path: &Path| {
        let below = path.strip_prefix(folder).unwrap_or(path);
        let parts: Vec<_> = below.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        parts.join("/")
    };
    let all = walkdir::WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter();
    all.filter_map(move |entry| match entry {
        Ok(entry) if entry.file_type().is_file() => Some((name(entry.path()), Ok(entry.into_path()))),
        Ok(_) => None,
        Err(error) => {
            let path = error.path().unwrap_or(folder).to_path_buf();
            // What the error says without the path, which is said already.
            let circle = || std::io::Error::other("a link to a folder above it");
            let source = error.into_io_error().unwrap_or_else(circle);
            Some((name(&path), Err(Error::File { path, source })))
        }
    })
}

/// The files, and the files of folders, that a pattern matches. Devices and pipes are passed over, as in folders.
fn matching(role: Role, spec: &InputSpec, pattern: &str, files: &mut Vec<InputFile>) -> Result<(), Error> {
    let pattern_error =
        |message: String| ConfigError::Pattern { role: role.name(), pattern: spec.path.clone(), message };
    let paths = glob::glob(pattern).map_err(|error| pattern_error(error.to_string()))?;
    for path in paths {
        let path =
            path.map_err(|error| Error::File { path: error.path().to_path_buf(), source: error.into() })?;
        let metadata = path.metadata().map_err(Error::at(&path))?;
        if metadata.is_dir() {
            walk(role, spec, &path, files)?;
        } else if metadata.is_file() {
            let name = file_name(&path);
            files.push(file(role, spec, path, name));
        }
    }
    Ok(())
}
