//! What to audit, with what, as of when.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use audit::{Options, RULE_SET_VERSION, RuleSetVersion};
use intake::{ColumnMap, TableOptions};
use report::seal::Salts;
use report::sign::Signer;
use serde::Deserialize;
use types::{AsOf, Timestamp, ZonelessTimes};

use crate::error::ConfigError;
use crate::inputs::{Role, TABLES};
use crate::named::read_named;
use crate::place::parent_of;

/// A commented `audit.toml` to start from.
pub const TEMPLATE: &str = include_str!("../data/audit.toml");

/// The most octets of an `audit.toml`.
const MAX_FILE: u64 = 16 << 20;

/// The most worker threads.
pub(crate) const MAX_THREADS: usize = 512;

/// One input: a file, a folder or a pattern, and what is to be known of it.
#[non_exhaustive]
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct InputSpec {
    /// A file, a folder (read with all folders below it) or a pattern with `*`, `?` or `[…]`.
    pub path: String,
    /// What the manifest calls it; the name of the file if not said.
    pub name: Option<String>,
    /// What to read of a container, by the names that the manifest has for its members; all if not said.
    pub members: Option<BTreeSet<String>>,
    /// The time of records that have none of their own.
    pub observed_at: Option<Timestamp>,
    /// Headers and sheet of a table.
    pub table: TableOptions,
}

impl InputSpec {
    /// An input about which nothing more is to be known.
    pub fn new(path: impl Into<String>) -> Self {
        Self { path: path.into(), ..Self::default() }
    }

    /// Whether both say the same of a file, wherever they found it.
    pub(crate) fn says_the_same(&self, other: &Self) -> bool {
        self.observed_at == other.observed_at && self.table == other.table
    }
}

/// The inputs of an audit, by role.
#[non_exhaustive]
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// Records of cell state.
    pub records: Vec<InputSpec>,
    /// Certificates of organisations, authorities and devices.
    pub certificates: Vec<InputSpec>,
    /// Certificates that are trusted as they are.
    pub trust_anchors: Vec<InputSpec>,
    /// The meters to account for.
    pub estate: Vec<InputSpec>,
    /// Who is responsible for each metering point.
    pub registration: Vec<InputSpec>,
    /// Directory files beside the one that is shipped.
    pub directory: Vec<InputSpec>,
    /// Findings that somebody accepted.
    pub waivers: Vec<InputSpec>,
    /// Any of these but trust anchors and waivers: what each file is for is told by its content.
    pub mixed: Vec<InputSpec>,
}

impl Inputs {
    /// The inputs of each role.
    pub(crate) fn by_role(&self) -> [(Role, &[InputSpec]); 8] {
        let Self { records, certificates, trust_anchors, estate, registration, directory, waivers, mixed } =
            self;
        [
            (Role::Records, records),
            (Role::Certificates, certificates),
            (Role::TrustAnchors, trust_anchors),
            (Role::Estate, estate),
            (Role::Registration, registration),
            (Role::Directory, directory),
            (Role::Waivers, waivers),
            (Role::Mixed, mixed),
        ]
    }

    /// Every input with its role.
    fn all(&self) -> impl Iterator<Item = (Role, &InputSpec)> {
        self.by_role().into_iter().flat_map(|(role, specs)| specs.iter().map(move |spec| (role, spec)))
    }
}

impl Inputs {
    /// The inputs of a role.
    pub(crate) const fn of_mut(&mut self, role: Role) -> &mut Vec<InputSpec> {
        match role {
            Role::Certificates => &mut self.certificates,
            Role::Directory => &mut self.directory,
            Role::Estate => &mut self.estate,
            Role::Records => &mut self.records,
            Role::Registration => &mut self.registration,
            Role::TrustAnchors => &mut self.trust_anchors,
            Role::Waivers => &mut self.waivers,
            Role::Mixed => &mut self.mixed,
        }
    }
}

/// What becomes of the directory that is shipped.
#[expect(clippy::exhaustive_enums, reason = "it counts or it does not")]
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum ShippedDirectory {
    /// It counts, and the user's own files stand above it.
    #[default]
    Use,
    /// It is left out: the user's own files are all there is.
    Leave,
}

/// A valid configuration.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct Config {
    /// The folder against which relative paths of inputs are read.
    pub base: PathBuf,
    /// The instant of the audit.
    pub as_of: AsOf,
    /// The inputs.
    pub inputs: Inputs,
    /// Whether the directory that is shipped counts beside the user's own files.
    pub shipped_directory: ShippedDirectory,
    /// Settings of the rules.
    pub options: Options,
    /// What times without a zone mean.
    pub zoneless: ZonelessTimes,
    /// Worker threads; as many as there are processors if not said. It changes no result.
    pub threads: Option<usize>,
    /// Where the report goes, if the file says.
    pub out: Option<PathBuf>,
    /// The share of records that may be quarantined, and of meters that may be not known, for a run to count as
    /// complete.
    pub allowed_share: f64,
    /// Salts and signature of the report. Neither changes a result.
    pub sealing: Sealing,
}

/// What a report is sealed with beyond its digests and roots, which it always has.
#[non_exhaustive]
#[derive(Clone, Debug, Default)]
pub struct Sealing {
    /// Where the salts of the parties come from.
    pub salts: Salts,
    /// Who signs.
    pub signer: Option<Signer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    as_of: Option<String>,
    out: Option<PathBuf>,
    zoneless_times: Option<Zoneless>,
    threads: Option<usize>,
    allowed_share: Option<f64>,
    shipped_directory: Option<bool>,
    rule_set: Option<u32>,
    #[serde(default)]
    inputs: FileInputs,
    #[serde(default)]
    rules: FileRules,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct FileInputs {
    records: Vec<FileInput>,
    certificates: Vec<FileInput>,
    trust_anchors: Vec<FileInput>,
    estate: Vec<FileInput>,
    registration: Vec<FileInput>,
    directory: Vec<FileInput>,
    waivers: Vec<FileInput>,
    mixed: Vec<FileInput>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum FileInput {
    Path(String),
    Detailed(DetailedInput),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DetailedInput {
    path: String,
    observed_at: Option<String>,
    #[serde(default)]
    columns: BTreeMap<String, String>,
    sheet: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct FileRules {
    stale_after_days: Option<u32>,
    expiring_within_days: Option<u32>,
    accepted_policies: Option<Vec<String>>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Zoneless {
    Refuse,
    Utc,
}

impl Config {
    /// A configuration as of an instant, with no inputs yet, whose relative paths are read against `base`.
    #[must_use]
    pub fn new(as_of: AsOf, base: PathBuf) -> Self {
        Self {
            base,
            as_of,
            inputs: Inputs::default(),
            shipped_directory: ShippedDirectory::Use,
            options: Options::default(),
            zoneless: ZonelessTimes::Refuse,
            threads: None,
            out: None,
            allowed_share: 0.0,
            sealing: Sealing::default(),
        }
    }

    /// Reads `audit.toml`. Paths in it are relative to its folder.
    ///
    /// # Errors
    ///
    /// The file can't be read, has another form, names a setting that does not exist, or lacks the instant.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let shown = path.display().to_string();
        let unreadable = |message| ConfigError::Unreadable { path: shown.clone(), message };
        let octets = read_named(path, MAX_FILE).map_err(|error| unreadable(error.to_string()))?;
        let text = String::from_utf8(octets).map_err(|error| unreadable(error.to_string()))?;
        let base = path.parent().map(Path::to_path_buf).unwrap_or_default();
        Self::parse(&text, &shown, base)
    }

    /// Reads the text of an `audit.toml`; `path` is for messages.
    ///
    /// # Errors
    ///
    /// As [`Config::load`].
    pub fn parse(text: &str, path: &str, base: PathBuf) -> Result<Self, ConfigError> {
        let file: File = toml::from_str(text)
            .map_err(|error| ConfigError::Toml { path: path.to_owned(), message: place(text, &error) })?;
        let as_of = file.as_of.ok_or(ConfigError::Missing {
            field: "as_of (--as-of)",
            hint: "the instant of the audit, such as 2026-01-01T00:00:00Z",
        })?;
        let as_of = AsOf(instant("as_of", &as_of)?);
        let mut config = Self::new(as_of, base);
        config.zoneless = match file.zoneless_times {
            None | Some(Zoneless::Refuse) => ZonelessTimes::Refuse,
            Some(Zoneless::Utc) => ZonelessTimes::Utc,
        };
        if file.shipped_directory == Some(false) {
            config.shipped_directory = ShippedDirectory::Leave;
        }
        config.threads = file.threads;
        config.out = file.out.map(|out| config.base.join(out));
        config.allowed_share = file.allowed_share.unwrap_or(0.0);
        if let Some(number) = file.rule_set {
            config.options.rule_set = rule_set(number)?;
        }
        let FileInputs {
            records,
            certificates,
            trust_anchors,
            estate,
            registration,
            directory,
            waivers,
            mixed,
        } = file.inputs;
        config.inputs = Inputs {
            records: specs(records)?,
            certificates: specs(certificates)?,
            trust_anchors: specs(trust_anchors)?,
            estate: specs(estate)?,
            registration: specs(registration)?,
            directory: specs(directory)?,
            waivers: specs(waivers)?,
            mixed: specs(mixed)?,
        };
        let FileRules { stale_after_days, expiring_within_days, accepted_policies } = file.rules;
        config.options.stale_after_days = stale_after_days.unwrap_or(config.options.stale_after_days);
        config.options.expiring_within_days =
            expiring_within_days.unwrap_or(config.options.expiring_within_days);
        if let Some(policies) = accepted_policies {
            config.options.profile = smki::Profile::with_policies(policies);
        }
        Ok(config)
    }

    /// Whether what no audit can do without is there.
    ///
    /// # Errors
    ///
    /// What is missing, and what it is for.
    pub fn check(&self) -> Result<(), ConfigError> {
        let missing = |field, hint| Err(ConfigError::Missing { field, hint });
        if self.inputs.estate.is_empty() && self.inputs.mixed.is_empty() {
            return missing("estate (--estate)", "a CSV of the meters to account for");
        }
        if self.inputs.trust_anchors.is_empty() {
            return missing(
                "trust_anchors (--trust-anchor)",
                "the root or issuing certificate to which certificates must lead",
            );
        }
        if let Some(found) = self.threads.filter(|threads| !(1..=MAX_THREADS).contains(threads)) {
            return Err(ConfigError::Threads { found });
        }
        if !(0.0..=1.0).contains(&self.allowed_share) {
            return Err(ConfigError::Share { found: self.allowed_share.to_string() });
        }
        for (role, spec) in self.inputs.all() {
            let not_for_role = |setting, only| {
                Err(ConfigError::NotForRole { role: role.name(), path: spec.path.clone(), setting, only })
            };
            if spec.observed_at.is_some() && !matches!(role, Role::Records | Role::Mixed) {
                return not_for_role("observed_at", "records and mixed");
            }
            let is_table = TABLES.contains(&role);
            if !spec.table.columns.0.is_empty() && !is_table {
                return not_for_role("columns", "records, estate, registration and certificates");
            }
            if spec.table.sheet.is_some() && !is_table {
                return not_for_role("sheet", "records, estate, registration and certificates");
            }
        }
        Ok(())
    }
}

/// What the TOML reader says and where, without the line itself: the file may be another than was meant.
fn place(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    format!("line {line}, column {column}: {}", error.message())
}

impl Config {
    /// Whether the report would lie in a folder of inputs.
    ///
    /// # Errors
    ///
    /// It would; the next run would read it.
    pub(crate) fn check_out(&self, out: &Path) -> Result<(), ConfigError> {
        let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        let parent = parent_of(out);
        let place = real(parent);
        for (role, spec) in self.inputs.all() {
            let folder = self.base.join(&spec.path);
            if folder.is_dir() && place.starts_with(real(&folder)) {
                let (out, folder) = (out.display().to_string(), folder.display().to_string());
                return Err(ConfigError::OutInsideInput { out, folder, role: role.name() });
            }
        }
        Ok(())
    }
}

fn specs(inputs: Vec<FileInput>) -> Result<Vec<InputSpec>, ConfigError> {
    let spec = |input| match input {
        FileInput::Path(path) => Ok(InputSpec::new(path)),
        FileInput::Detailed(DetailedInput { path, observed_at, columns, sheet }) => Ok(InputSpec {
            path,
            name: None,
            members: None,
            observed_at: observed_at.map(|text| instant("observed_at", &text)).transpose()?,
            table: TableOptions { columns: ColumnMap(columns), sheet },
        }),
    };
    inputs.into_iter().map(spec).collect()
}

/// The rule set of a number.
///
/// # Errors
///
/// This program does not know it.
pub fn rule_set(number: u32) -> Result<RuleSetVersion, ConfigError> {
    RuleSetVersion::new(number).ok_or(ConfigError::RuleSet { found: number, newest: RULE_SET_VERSION })
}

fn instant(field: &'static str, text: &str) -> Result<Timestamp, ConfigError> {
    text.parse().map_err(|error| ConfigError::Time { field, text: text.to_owned(), error })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_is_a_configuration() {
        let config = Config::parse(TEMPLATE, "audit.toml", PathBuf::new()).unwrap();
        config.check().unwrap();
        assert_eq!(config.options.stale_after_days, Options::default().stale_after_days);
    }

    #[test]
    fn an_unknown_setting_is_refused_with_its_place() {
        let error = Config::parse("as_of = \"2026-01-01T00:00:00Z\"\nstale = 3\n", "a.toml", PathBuf::new())
            .unwrap_err();
        let ConfigError::Toml { message, .. } = error else { panic!("{error}") };
        assert!(message.contains("line 2") && message.contains("stale"), "{message}");
    }
}
