//! Why a run does not come to an end.

use std::io;
use std::path::{Path, PathBuf};

/// Why a run does not come to an end. A bad record is none of these: it is in the quarantine.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The configuration can't be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// An input can't be read as a whole.
    #[error(transparent)]
    Intake(#[from] intake::IntakeError),
    /// Directory data contradicts itself.
    #[error("directory: {0}")]
    Directory(#[from] audit::DirectoryError),
    /// Waivers contradict each other, or name what does not exist.
    #[error("waivers: {0}")]
    Waivers(#[from] audit::WaiverError),
    /// The inputs have more lines than one audit can take.
    #[error(transparent)]
    TooManyLines(#[from] audit::TooManyLines),
    /// A file can't be opened, listed or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// What is named as a file is none that can be read to its end.
    #[error("{}: {source}", path.display())]
    Named {
        /// What was named.
        path: PathBuf,
        /// What is wrong with it.
        source: crate::NamedFileError,
    },
    /// A pipe where what is in it has to be looked at before it is read.
    #[error("{}: is a pipe, which can be read only once; name it as what it holds, or save it first", path.display())]
    MixedPipe {
        /// The pipe.
        path: PathBuf,
    },
    /// A temporary file fails.
    #[error("temporary file: {0}")]
    Temporary(io::Error),
    /// A row has no JSON form.
    #[error(transparent)]
    Canonical(#[from] report::CanonicalError),
    /// A finding has no line.
    #[error(transparent)]
    Findings(#[from] report::FindingsError),
    /// A row has no place in the seal.
    #[error(transparent)]
    Verdict(#[from] report::seal::UnknownVerdict),
    /// Rows can't be counted.
    #[error(transparent)]
    Count(#[from] report::CountError),
    /// A slice is to be cut out of a slice.
    #[error("{}: a slice; a slice is cut out of a whole package", path.display())]
    SliceOfSlice {
        /// Where it stands.
        path: PathBuf,
    },
    /// The report can't be signed.
    #[error(transparent)]
    Sign(#[from] report::sign::SignError),
    /// A meter has more records than a row can list.
    #[error("{device}: a row longer than {} octets", report::read::MAX_LINE)]
    RowTooLong {
        /// The meter.
        device: String,
    },
    /// Records of an input did not all end somewhere: a fault of this program, and no report is written.
    #[error("{input}: {read} records read, {accounted} accounted for; this is a fault of the program")]
    Unaccounted {
        /// The input.
        input: String,
        /// Records that were read.
        read: u64,
        /// Records whose end is known.
        accounted: u64,
    },
    /// The report's place is taken by something that is no report.
    #[error("{}: exists and is no report package ({found}); nothing was written", path.display())]
    NotAPackage {
        /// The place.
        path: PathBuf,
        /// Why it is none.
        found: String,
    },
    /// What is to be written would lie in the package that is read, over it or around it.
    #[error("{} would lie in the package {} or around it, and break it; name a folder apart from it", out.display(), package.display())]
    OutTouchesPackage {
        /// Where it was to go.
        out: PathBuf,
        /// The package.
        package: PathBuf,
    },
    /// A place is taken by something that this program does not replace.
    #[error("{}: {found}; nothing was written", path.display())]
    Occupied {
        /// The place.
        path: PathBuf,
        /// What stands there.
        found: &'static str,
    },
    /// A view of a package can't be written.
    #[error("{}: {source}", path.display())]
    View {
        /// Where it was to go.
        path: PathBuf,
        /// What is wrong.
        source: views::WriteError,
    },
    /// A file of a package does not have the form that it ought to.
    #[error("{}: {source}", path.display())]
    Report {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: report::ReadError,
    },
    /// A file of a package is not there.
    #[error("{}: is not there", path.display())]
    Absent {
        /// The file.
        path: PathBuf,
    },
    /// A file of a package is a link, a folder or a device.
    #[error("{}: is no regular file", path.display())]
    NotARegularFile {
        /// The file.
        path: PathBuf,
    },
    /// A report has no rows of a party.
    #[error("the report has no {tree} {party:?}{}; it has {known}", is_it(near.as_deref()))]
    NoSuchParty {
        /// `dno` or `supplier`.
        tree: &'static str,
        /// The party.
        party: String,
        /// A party that it has and that is called nearly so.
        near: Option<String>,
        /// Some that it has.
        known: String,
    },
    /// Two views are to be compared for a party of whose meters neither has any.
    #[error(
        "neither view has meters of {party:?}{}; operators of the received report: {received}; of the own view: {own}",
        is_it(near.as_deref())
    )]
    NoPartyOfEither {
        /// The party.
        party: String,
        /// A party that one of them has and that is called nearly so.
        near: Option<String>,
        /// Some that the report has that was received.
        received: String,
        /// Some that the own view has.
        own: String,
    },
    /// A slice, of which the inputs give only the whole.
    #[error("{}: is a slice; only a whole package can be made again from inputs", path.display())]
    NotReproducible {
        /// The slice.
        path: PathBuf,
    },
    /// The inputs of a report can't be found, or do not give what the report says.
    #[error("inputs: {message}")]
    Inputs {
        /// What is missing or differs.
        message: String,
    },
    /// Reports that make no sequence.
    #[error("{}: {message}", path.display())]
    NotASequence {
        /// The one that does not belong.
        path: PathBuf,
        /// Why.
        message: String,
    },
    /// Packages that are no parts of one audit.
    #[error("{}: {message}", path.display())]
    NotParts {
        /// The one that does not belong.
        path: PathBuf,
        /// Why.
        message: String,
    },
    /// Whoever watches the run stopped it.
    #[error("stopped before it was complete; nothing was put in place")]
    Stopped,
    /// There is no page.
    #[error(transparent)]
    Page(#[from] views::page::PageError),
    /// A package or slice that does not verify.
    #[error("{}: does not verify: {check}: {found}", path.display())]
    NotVerified {
        /// Its folder.
        path: PathBuf,
        /// The check that fails.
        check: &'static str,
        /// What was found.
        found: String,
    },
    /// The number of worker threads can't be had.
    #[error("{threads} threads: {message}")]
    Threads {
        /// How many were asked for.
        threads: usize,
        /// What the pool said.
        message: String,
    },
}

impl Error {
    /// What the operating system says of a path.
    pub(crate) fn at(path: &Path) -> impl Fn(io::Error) -> Self + Copy {
        move |source| Self::File { path: path.to_path_buf(), source }
    }

    /// Whether a report was found not to be what it ought to, rather than the run to fail.
    #[must_use]
    pub const fn is_verification(&self) -> bool {
        match self {
            Self::Report { source, .. } => !matches!(source, report::ReadError::Io(_)),
            Self::Absent { .. } | Self::NotARegularFile { .. } | Self::NotVerified { .. } => true,
            _ => false,
        }
    }

    /// Whether the user can mend it by other arguments or another configuration, rather than by another disk.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        use intake::IntakeError;
        match self {
            Self::Config(_)
            | Self::Directory(_)
            | Self::Waivers(_)
            | Self::Intake(
                IntakeError::Directory { .. }
                | IntakeError::DirectoryTooLarge { .. }
                | IntakeError::Waivers { .. }
                | IntakeError::WaiversTooLarge { .. },
            )
            | Self::MixedPipe { .. }
            | Self::NotAPackage { .. }
            | Self::OutTouchesPackage { .. }
            | Self::Occupied { .. }
            | Self::NoSuchParty { .. }
            | Self::NoPartyOfEither { .. }
            | Self::NotReproducible { .. }
            | Self::SliceOfSlice { .. }
            | Self::Inputs { .. }
            | Self::NotASequence { .. }
            | Self::NotParts { .. }
            | Self::Threads { .. } => true,
            Self::Named { source, .. } => !matches!(source, crate::NamedFileError::Io(_)),
            Self::Intake(IntakeError::Header { source, .. }) => source.is_of_configuration(),
            _ => false,
        }
    }
}

/// What to do on a full disk.
const FREE_ROOM: &str = "the disk may be full: make room, or name a place on another one with --out";

/// What to do where the operating system does not do what it is asked for.
fn help_with_file(error: &io::Error) -> Option<&'static str> {
    Some(match error.kind() {
        io::ErrorKind::NotFound => {
            "see whether it is there and how it is spelt; what is written needs a folder that is there"
        }
        io::ErrorKind::PermissionDenied => "see who may read and write it, or name another place",
        io::ErrorKind::StorageFull => FREE_ROOM,
        io::ErrorKind::NotADirectory => "name a folder",
        io::ErrorKind::IsADirectory => "name a file",
        _ => return None,
    })
}

/// What to do about an input that can't be read as a whole.
fn of_intake(error: &intake::IntakeError) -> Option<&'static str> {
    use intake::{HeaderError, IntakeError};
    Some(match error {
        IntakeError::Io { source, .. } => return help_with_file(source),
        IntakeError::Temporary { .. } => "set TMPDIR to a folder with room",
        IntakeError::Header {
            source: HeaderError::Lacking { .. } | HeaderError::NoSheetFits { .. }, ..
        } => "`dnoaudit inspect` with the file shows what it is taken for; is it named as what it is?",
        IntakeError::Header { source: HeaderError::Empty, .. } => "export it again, or leave it out",
        IntakeError::Header { source: HeaderError::JsonArray, .. } => "export it as JSON Lines or CSV",
        IntakeError::Header { source: HeaderError::TooManyColumns { .. }, .. } => {
            "export the columns that are needed"
        }
        IntakeError::RowTooLong { .. } => "close the quoted field, or export the table again",
        IntakeError::CertificatesTooLarge { .. }
        | IntakeError::DirectoryTooLarge { .. }
        | IntakeError::WaiversTooLarge { .. } => "divide it into several files",
        IntakeError::Directory { .. } => {
            "correct it there; the settings of a directory are in docs/formats.md"
        }
        IntakeError::Waivers { .. } => "correct it there; the settings of waivers are in docs/formats.md",
        _ => return None,
    })
}

/// The question whether a word was meant that is nearly the one that was given.
fn is_it(near: Option<&str>) -> String {
    near.map(|near| format!(" (is it {near:?}?)")).unwrap_or_default()
}

impl Error {
    /// What to do about it, where the message does not say so.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        let text = match self {
            Self::Config(error) => return error.help(),
            Self::Intake(error) => of_intake(error)?,
            Self::Sign(error) => error.help()?,
            Self::File { path, source }
                if source.kind() == io::ErrorKind::NotFound && path.ends_with(report::MANIFEST) =>
            {
                "name the folder of a report package or slice; `dnoaudit audit` writes one"
            }
            Self::NotVerified { .. }
            | Self::Report { .. }
            | Self::Absent { .. }
            | Self::NotARegularFile { .. } => {
                "`dnoaudit verify` with the folder lists each check; get the report again from who made it"
            }
            Self::NotAPackage { .. } => "name another folder with --out, or move away what stands there",
            Self::Inputs { .. } => {
                "manifest.json lists every input by its SHA-256; put all of them below the folder"
            }
            Self::NotReproducible { .. } => "ask for the whole package, or verify the slice without --inputs",
            Self::Temporary(_) => "set TMPDIR to a folder with room",
            Self::View { source: views::WriteError::Stopped { .. }, .. } => FREE_ROOM,
            Self::File { source, .. } | Self::Named { source: crate::NamedFileError::Io(source), .. } => {
                help_with_file(source)?
            }
            Self::Directory(audit::DirectoryError::FilesContradict { .. }) => {
                "correct one of the files, or leave one out"
            }
            Self::Directory(_) => {
                "correct your directory file, or do without the shipped one: shipped_directory = false in the configuration"
            }
            Self::Waivers(audit::WaiverError::UnknownParty { .. }) => {
                "name an id or alias of the directory, an entity identifier, or \"unassigned\""
            }
            Self::Waivers(_) => "correct the file of waivers: each has an id, a rule and meters of its own",
            Self::Occupied { .. } => "name another place with --out, or move away what stands there",
            Self::SliceOfSlice { .. } => "ask who made it for the whole package",
            Self::NotASequence { .. } => "name with --previous what is older and about the same party",
            Self::RowTooLong { .. } => "leave records of the device out, or read fewer of them at once",
            Self::Threads { .. } => "ask for fewer with --threads",
            Self::Unaccounted { .. } => "report it to the authors, with the input if you may",
            _ => return None,
        };
        Some(text.to_owned())
    }
}

impl ConfigError {
    /// What to do about it, where the message does not say so.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        let text = match self {
            Self::Toml { message, .. } => {
                // What the TOML reader says of an unknown setting has it and those that there are in grave accents.
                let mut names = message.split('`').skip(1).step_by(2);
                let meant = names.next().filter(|_| message.contains("unknown field"));
                match meant.and_then(|typed| types::nearest(typed, names)) {
                    Some(name) => return Some(format!("did you mean {name}?")),
                    None => "`dnoaudit init FILE` writes a configuration that explains each setting",
                }
            }
            Self::Unreadable { .. } => "`dnoaudit init FILE` writes a configuration to start from",
            Self::Missing { .. } => {
                "say it in the configuration or on the command line; `dnoaudit init` explains each"
            }
            Self::Time { field: "--as-of", .. } => "or say `today`: today at 00:00 UTC",
            Self::NoMatch { .. } => {
                "paths in a configuration are relative to its folder, those on the command line to the working folder"
            }
            Self::NoTrustAnchor | Self::TrustAnchorKind { .. } => {
                "name the root or issuing certificate of the SMKI, DER or PEM, from a source that you trust"
            }
            Self::RuleSet { .. } => "leave it out for the newest",
            _ => return None,
        };
        Some(text.to_owned())
    }
}

/// Why a configuration can't be used.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ConfigError {
    /// Not TOML of the documented form; the message names line and column.
    #[error("{path}: {message}")]
    Toml {
        /// The file.
        path: String,
        /// What the TOML reader says.
        message: String,
    },
    /// The file can't be read.
    #[error("{path}: {message}")]
    Unreadable {
        /// The file.
        path: String,
        /// What the operating system said.
        message: String,
    },
    /// A time that is none.
    #[error("{field}: {text:?}: {error}")]
    Time {
        /// The setting.
        field: &'static str,
        /// The text.
        text: String,
        /// What is wrong.
        error: types::ParseTimestampError,
    },
    /// A setting without which no audit is possible.
    #[error("{field} is missing: {hint}")]
    Missing {
        /// The setting.
        field: &'static str,
        /// What it is for.
        hint: &'static str,
    },
    /// A share that is none.
    #[error("allowed_share is {found}, expected 0 to 1")]
    Share {
        /// The text of the number.
        found: String,
    },
    /// A setting of an input that its role does not have.
    #[error("{role}: {path:?} has {setting}, which only {only} can have")]
    NotForRole {
        /// The role of the input.
        role: &'static str,
        /// The path.
        path: String,
        /// The setting.
        setting: &'static str,
        /// Roles that can have it.
        only: &'static str,
    },
    /// One file is named twice, and what is said of it differs.
    #[error("{role}: {path} is named twice with different settings")]
    NamedTwice {
        /// The role of the input.
        role: &'static str,
        /// The file.
        path: String,
    },
    /// More threads than any machine has use for.
    #[error("{found} threads, expected 1 to {}", crate::config::MAX_THREADS)]
    Threads {
        /// How many were asked for.
        found: usize,
    },
    /// The report would be written into a folder of inputs, and the next run would read it.
    #[error("{out} lies in {folder}, which is read as {role}; put the report elsewhere")]
    OutInsideInput {
        /// Where the report was to go.
        out: String,
        /// The folder of inputs.
        folder: String,
        /// Its role.
        role: &'static str,
    },
    /// A report lies among files that are told by their content, and its rows would be taken for those of an estate.
    #[error(
        "{folder} is a report, and lies where every file is read as what it holds; put it elsewhere, or name the inputs one by one"
    )]
    ReportInside {
        /// The folder of the report.
        folder: String,
    },
    /// A rule set that this program does not know.
    #[error("rule_set (--rule-set) is {found}, and this program knows {}", if *newest == 1 { "1 alone".to_owned() } else { format!("1 to {newest}") })]
    RuleSet {
        /// What was asked for.
        found: u32,
        /// The newest.
        newest: u32,
    },
    /// No trust anchor among the files that ought to hold them.
    #[error("trust_anchors: none of the files holds a certificate")]
    NoTrustAnchor,
    /// A trust anchor that can't be the issuer of anything.
    #[error(
        "trust_anchors: {subject} is a certificate of kind {kind}, expected a root or issuing certificate"
    )]
    TrustAnchorKind {
        /// Its subject.
        subject: String,
        /// Its kind.
        kind: &'static str,
    },
    /// A pattern or path that matches no file.
    #[error("{role}: {pattern:?} matches no file")]
    NoMatch {
        /// The role of the input.
        role: &'static str,
        /// The pattern.
        pattern: String,
    },
    /// A pattern that is none.
    #[error("{role}: {pattern:?}: {message}")]
    Pattern {
        /// The role of the input.
        role: &'static str,
        /// The pattern.
        pattern: String,
        /// What is wrong.
        message: String,
    },
}
