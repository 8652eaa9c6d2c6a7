//! `dnoaudit demo`: a synthetic estate with its own SMKI, audited end to end.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use dno_audit::{Config, Error, FolderBeside, PackageReader, file_sha256};
use testkit::estate::{EstateOptions, Form, write_estate, write_own_list};

use crate::args::DemoArguments;
use crate::commands::audit::audit;
use crate::exit::{Exit, Failure};
use crate::terminal::{Terminal, Text, summary};

/// The first line of the configuration of a demonstration, by which a folder is known to be one.
const MARK: &str = "# Configuration of a dnoaudit demonstration. Everything in this folder is synthetic.";

/// The operator whose own list is written, with disagreements in it.
const OWN_LIST_OF: &str = "LOND";

const CONFIGURATION: &str = r#"
as_of = "2026-01-01T00:00:00Z"
out = "report"

[inputs]
records = ["messages.csv"]
certificates = ["certificates/bundle.pem"]
trust_anchors = ["trust-anchor.pem"]
estate = ["estate.csv"]
registration = ["registration.csv"]
directory = ["directory.toml"]
"#;

pub(crate) fn run(arguments: &DemoArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let folder = &arguments.out;
    let at = Failure::of_file;
    let file = folder.join("audit.toml");
    let is_empty = || fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
    if folder.exists() && !is_demo(&file) && !is_empty() {
        return Err(Failure::Usage(format!(
            "{}: exists and is no demonstration; name another folder with --out",
            folder.display()
        )));
    }
    if let Some(strange) = strange(folder).map_err(at(folder))? {
        return Err(Failure::Usage(format!(
            "{}: no demonstration has a link, a device or a pipe in it; name another folder with --out",
            strange.display()
        )));
    }
    if is_demo(&file) && !is_as_left(folder, &file)? {
        return Err(Failure::Usage(format!(
            "{}: what is in it was changed since the demonstration made it; remove it, or name another folder with --out",
            folder.display()
        )));
    }
    let watched = terminal.watched();
    let options =
        EstateOptions { devices: arguments.devices, form: Form::Messages, ..EstateOptions::default() };
    // All of it is made beside its place, so that one that is interrupted leaves nothing.
    let beside = FolderBeside::create(folder)?;
    let made = beside.path();
    write_estate(&options, made).map_err(at(made))?;
    write_own_list(&options, OWN_LIST_OF, made).map_err(at(made))?;
    fs::write(made.join("audit.toml"), configuration(made)?).map_err(at(&file))?;

    // The report of an earlier one is replaced at once or not at all, and before its inputs are.
    let is_new = !is_demo(&file);
    let place = if is_new { made } else { folder };
    let config = Config::load(&made.join("audit.toml"))?;
    let finished = audit(&config, &place.join("report"), terminal)?;
    dno_audit::page(&place.join("report"), &[], &place.join("report.html"), &watched)?;
    match folder.exists() {
        true => fill(made, folder)?,
        false => fs::rename(made, folder).map_err(at(folder))?,
    }
    let out = folder.join("report");
    let shown = folder.display();
    terminal.print(&summary(&finished, &out.display().to_string()))?;
    let first = finished_example(&out);
    let mut text = Text::default();
    text.blank();
    text.line(&format!(
        "The synthetic inputs are in {shown}; {shown}/report.html tells the report to people. Try:"
    ));
    text.line(&format!("  dnoaudit explain {first} --config {shown}/audit.toml"));
    text.line(&format!("  dnoaudit slice {shown}/report --dno {OWN_LIST_OF} --out {shown}/for-lond"));
    text.line(&format!("  dnoaudit reconcile {shown}/report --own {shown}/own-list.csv --dno {OWN_LIST_OF}"));
    terminal.print(&text)?;
    Ok(Exit::Complete)
}

/// Moves what was made into a folder that is empty, or has an earlier demonstration whose inputs are as it left them.
fn fill(made: &Path, folder: &Path) -> Result<(), Failure> {
    for entry in fs::read_dir(made).map_err(Failure::of_file(made))? {
        let entry = entry.map_err(Failure::of_file(made))?;
        let place = folder.join(entry.file_name());
        let at = Failure::of_file(&place);
        if place.is_dir() {
            fs::remove_dir_all(&place).map_err(&at)?;
        }
        fs::rename(entry.path(), &place).map_err(&at)?;
    }
    Ok(())
}

/// Whether a configuration is that of a demonstration.
fn is_demo(file: &Path) -> bool {
    let begins = || {
        let mut begin = Vec::new();
        let most = u64::try_from(MARK.len()).unwrap_or(u64::MAX);
        fs::File::open(file).and_then(|file| file.take(most).read_to_end(&mut begin)).is_ok()
            && begin == MARK.as_bytes()
    };
    fs::symlink_metadata(file).is_ok_and(|metadata| metadata.is_file()) && begins()
}

/// The inputs of a demonstration beside those in [`CERTIFICATES`].
const INPUTS: [&str; 7] = [
    "directory.toml",
    "estate.csv",
    "messages.csv",
    "own-list-planted.csv",
    "own-list.csv",
    "registration.csv",
    "trust-anchor.pem",
];

/// The folder of its certificates.
const CERTIFICATES: &str = "certificates";

/// The configuration for the inputs in a folder. It has a digest of them, by which it shows later whether they were edited.
fn configuration(folder: &Path) -> Result<String, Failure> {
    let certificates = folder.join(CERTIFICATES);
    let at = Failure::of_file(&certificates);
    let mut paths: Vec<PathBuf> = INPUTS.iter().map(|name| folder.join(name)).collect();
    for entry in fs::read_dir(&certificates).map_err(&at)? {
        paths.push(entry.map_err(&at)?.path());
    }
    paths.sort();
    let mut listing = String::new();
    for path in &paths {
        let name = path.strip_prefix(folder).unwrap_or(path).display();
        listing += &format!("{}  {name}\n", file_sha256(path)?);
    }
    let digest = dno_audit::digest(listing.as_bytes());
    Ok(format!(
        "{MARK}\n# The next demonstration replaces the inputs while they have this SHA-256: {digest}\n{CONFIGURATION}"
    ))
}

/// Whether the inputs and the configuration of a demonstration are as it left them. One that is gone is not.
fn is_as_left(folder: &Path, file: &Path) -> Result<bool, Failure> {
    let octets = dno_audit::read_named(file, MOST).unwrap_or_default();
    match configuration(folder) {
        Ok(configuration) => Ok(octets == configuration.as_bytes()),
        Err(Failure::Library(Error::Absent { .. } | Error::NotARegularFile { .. })) => Ok(false),
        Err(Failure::Library(Error::File { source, .. })) if source.kind() == io::ErrorKind::NotFound => {
            Ok(false)
        }
        Err(failure) => Err(failure),
    }
}

/// More octets than its configuration has.
const MOST: u64 = 1 << 16;

/// What would be written to or through, and is neither a file nor a folder.
fn strange(folder: &Path) -> io::Result<Option<PathBuf>> {
    for place in [folder.to_path_buf(), folder.join(CERTIFICATES)] {
        let entries = match fs::read_dir(&place) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        for entry in entries {
            let entry = entry?;
            let file_type = entry.file_type()?;
            if !file_type.is_file() && !file_type.is_dir() {
                return Ok(Some(entry.path()));
            }
        }
    }
    Ok(None)
}

/// A device worth explaining: the first of the report that is wrong.
fn finished_example(out: &Path) -> String {
    let rows = PackageReader::open(out).and_then(|report| report.devices());
    let mut rows = rows.into_iter().flatten().map_while(Result::ok);
    let wrong = rows.find(|row| row.verdict == "wrong");
    wrong.map_or_else(|| "DEVICE".to_owned(), |row| row.device_id.as_str().to_owned())
}
