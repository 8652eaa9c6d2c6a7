//! The arguments, and the configuration that they make.

use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};
use dno_audit::{
    AsOf, Config, ConfigError, Eui64, Expected, InputSpec, PublicKey, RunKey, Salts, Sealing, Signer,
    Timestamp,
};

use crate::exit::Failure;
use crate::secret;

/// Audits whether GB electricity meters hold the right network operator credentials.
#[derive(Debug, Parser)]
#[command(name = "dnoaudit", version, arg_required_else_help = true, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Say nothing but the result.
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// Whether text for people has colours; by itself only on a terminal, and never where NO_COLOR is set.
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: ColorArgument,
}

/// When text has colours.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum ColorArgument {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Everywhere.
    Always,
    /// Nowhere.
    Never,
}

const EXIT_CODES: &str = "\
Exit codes: 0 complete, nothing at the threshold; 1 findings; 2 arguments or configuration; 3 complete, but more \
records quarantined or meters not known than allowed; 4 a report does not verify; 5 an input or output failed; 130 Ctrl-C; \
143 termination.";

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Audit an estate and write a report package.
    #[command(after_help = "\
Examples:
  dnoaudit audit --config audit.toml
  dnoaudit audit --config audit.toml --sign-key auditor-key.pem
  dnoaudit audit --records responses/ --certificates certs/ --trust-anchor root.pem \\
      --estate meters.csv --directory dnos.toml --as-of 2026-01-01T00:00:00Z --out report")]
    Audit(AuditArguments),
    /// Tell a report on half a page: issue, figures, change, by party, next steps.
    #[command(after_help = "\
Examples:
  dnoaudit brief report
  dnoaudit brief reports/2026-02 --previous reports/2026-01 --format markdown > brief.md")]
    Brief(BriefArguments),
    /// Make a synthetic estate with its own SMKI and audit it.
    #[command(after_help = "Example:\n  dnoaudit demo --devices 5000 --out dnoaudit-demo")]
    Demo(DemoArguments),
    /// Show what changed between two reports, meter by meter, and why.
    #[command(after_help = "\
Examples:
  dnoaudit diff reports/2026-01 reports/2026-02
  dnoaudit diff reports/2026-01 reports/2026-02 --format csv > changes.csv

Both reports are verified first. The exit code is 1 if they say different things of any meter.")]
    Diff(DiffArguments),
    /// Say what a partly read estate tells of the whole, counts and extrapolation apart.
    #[command(after_help = "\
Examples:
  dnoaudit estimate report
  dnoaudit estimate report --sampled-at-random
  dnoaudit estimate report --sampled-at-random --format json

The package or slice is verified first. The exit code is 2 if something would have to be extrapolated and nothing says that \
the meters were read at random, 3 if meters are left out because none of their operator and supplier was judged.")]
    Estimate(EstimateArguments),
    /// Show how one device was judged, or what a rule says.
    #[command(after_help = "\
Examples:
  dnoaudit explain 00-DB-12-34-56-78-90-A0 --config audit.toml
  dnoaudit explain 00-DB-12-34-56-78-90-A0 --package report
  dnoaudit explain placeholder-in-cell")]
    Explain(ExplainArguments),
    /// Write a report package as a workbook, SARIF or Parquet.
    #[command(after_help = "\
Examples:
  dnoaudit export report --format xlsx --out report.xlsx
  dnoaudit export for-lond --format parquet --out lond.parquet

The package or slice is verified first. The same package gives the same octets.")]
    Export(ExportArguments),
    /// Write a commented audit.toml to start from.
    #[command(after_help = "Examples:\n  dnoaudit init\n  dnoaudit init audits/january.toml")]
    Init(InitArguments),
    /// Show what a file holds: GBCS messages, certificates, tables.
    #[command(after_help = "\
Examples:
  dnoaudit inspect response.hex
  dnoaudit inspect response.hex --format json --certificates certs/ --trust-anchor root.pem")]
    Inspect(InspectArguments),
    /// Join the report packages of parts of an estate into the one that a single audit of all of it writes.
    #[command(after_help = "\
Examples:
  dnoaudit merge parts/1 parts/2 parts/3 --out report
  dnoaudit merge parts/* --out report --inputs inputs/ --sign-key auditor-key.pem

Each package is verified first. Files about meters are split by metering point, and each part reads its own; certificates, \
trust anchors, directory, waivers and configuration are the same for all. Packages that would not give the report of a single \
audit are refused.")]
    Merge(MergeArguments),
    /// Write a report as one HTML page for people.
    #[command(after_help = "\
Examples:
  dnoaudit page report --out report.html
  dnoaudit page reports/2026-02 --previous reports/2026-01 --out report.html

Each package is verified first. The page needs no script, loads nothing, and follows from the packages alone.")]
    Page(PageArguments),
    /// Write what each party has to do, with which meters and certificates, and what became of an earlier plan.
    #[command(after_help = "\
Examples:
  dnoaudit plan report --for supplier --out plans/2026-01
  dnoaudit plan report --for dno --party LOND --requests --out lond
  dnoaudit plan reports/2026-02 --for supplier --previous plans/2026-01 --out plans/2026-02

The package or slice is verified first. A plan is never replaced: name a new folder.")]
    Plan(PlanArguments),
    /// Hold an own list or report against a report that was received, and say why they do not agree.
    #[command(after_help = "\
Examples:
  dnoaudit reconcile received/ --own our-meters.csv --dno LOND
  dnoaudit reconcile received/ --own our-report/ --format csv > to-send-back.csv
  dnoaudit reconcile received/ --own our-meters.csv --dispute 00-DB-12-34-56-78-90-A0 --out disputes

The report that was received is verified first. The exit code is 1 if the views do not agree on any meter.")]
    Reconcile(ReconcileArguments),
    /// List the rules.
    #[command(after_help = "\
Examples:
  dnoaudit rules
  dnoaudit rules --rule-set 1
  dnoaudit rules --format markdown > rules.md")]
    Rules(RulesArguments),
    /// Cut the part of one party out of a report package.
    #[command(after_help = "\
Examples:
  dnoaudit slice report --dno LOND --out for-lond
  dnoaudit slice report --supplier SUP-A --out for-sup-a")]
    Slice(SliceArguments),
    /// Check a report package or a slice: digests, rows, roots, counts and signature.
    #[command(
        visible_alias = "reproduce",
        after_help = "\
Examples:
  dnoaudit verify report --key auditor.pem
  dnoaudit verify for-lond --certificate auditor.crt
  dnoaudit verify report --inputs inputs/"
    )]
    Verify(VerifyArguments),
    /// Write completions for a shell.
    #[command(after_help = "Example:\n  dnoaudit completions bash > /etc/bash_completion.d/dnoaudit")]
    Completions(CompletionsArguments),
    /// Write the pages of the manual, one for each command.
    #[command(after_help = "Example:\n  dnoaudit man /usr/local/share/man/man1")]
    Man(ManArguments),
}

/// How to print.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// How a comparison is printed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub(crate) enum TableFormat {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
    /// For spreadsheets.
    Csv,
}

/// How a brief is printed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub(crate) enum BriefFormat {
    /// Plain lines.
    #[default]
    Text,
    /// Markdown.
    Markdown,
}

/// How the list of rules is printed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub(crate) enum RulesFormat {
    /// A line each.
    #[default]
    Text,
    /// For programs.
    Json,
    /// The catalogue page of the documentation.
    Markdown,
}

/// Findings of this severity or graver make the exit code 1.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum FailOn {
    /// Errors.
    Error,
    /// Errors and what is undetermined.
    Undetermined,
    /// Errors, what is undetermined, and warnings.
    Warning,
    /// Nothing.
    Never,
}

/// What to read and as of when: a file, flags, or a file with flags on top.
#[derive(Args, Debug, Default)]
pub(crate) struct InputArguments {
    /// The configuration; `init` writes one to start from.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Records of cell state: files, folders or patterns.
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub(crate) records: Vec<String>,
    /// Certificates: files, folders or patterns.
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub(crate) certificates: Vec<String>,
    /// Certificates that are trusted as they are.
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub(crate) trust_anchor: Vec<String>,
    /// CSV of the meters to account for.
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub(crate) estate: Vec<String>,
    /// CSV of who is responsible for each metering point.
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub(crate) registration: Vec<String>,
    /// Directory files beside the shipped one.
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub(crate) directory: Vec<String>,
    /// Findings that somebody accepted for a time.
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub(crate) waivers: Vec<String>,
    /// Any of these but trust anchors and waivers, told by their content: files, folders, archives or patterns.
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub(crate) mixed: Vec<String>,
    /// The rule set to apply; the newest if not said.
    #[arg(long, value_name = "VERSION")]
    pub(crate) rule_set: Option<u32>,
    /// The instant the audit is about, or `today`: today at 00:00 UTC.
    #[arg(long, value_name = "INSTANT")]
    pub(crate) as_of: Option<String>,
    /// The time of records that have none, for all files of --records.
    #[arg(long, value_name = "INSTANT")]
    pub(crate) observed_at: Option<Timestamp>,
    /// Take times without a zone as UTC instead of refusing them.
    #[arg(long)]
    pub(crate) zoneless_utc: bool,
    /// Worker threads; they change no result.
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
}

/// Arguments of `audit`.
#[derive(Args, Debug)]
pub(crate) struct AuditArguments {
    #[command(flatten)]
    pub(crate) inputs: InputArguments,
    #[command(flatten)]
    pub(crate) seal: SealArguments,
    /// Where the report package goes.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: Option<PathBuf>,
    /// Share of records that may be quarantined, and of meters that may be not known, before the exit code is 3.
    #[arg(long, value_name = "SHARE")]
    pub(crate) allowed_share: Option<f64>,
    /// Findings of this severity or graver make the exit code 1.
    #[arg(long, value_enum, default_value = "error")]
    pub(crate) fail_on: FailOn,
    /// How to print the summary.
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

/// Arguments that seal a report. Every report has its digests and roots; these add to them.
#[derive(Args, Debug)]
pub(crate) struct SealArguments {
    /// Sign the report with the P-256 key in this file, PKCS#8 in PEM.
    #[arg(long, value_name = "FILE", conflicts_with = "sign_key_env")]
    pub(crate) sign_key: Option<PathBuf>,
    /// Sign the report with the P-256 key in this environment variable, PKCS#8 in PEM.
    #[arg(long, value_name = "NAME")]
    pub(crate) sign_key_env: Option<String>,
    /// Certificates of the signer in PEM, its own first; they go into the signature.
    #[arg(long, value_name = "FILE")]
    pub(crate) sign_chain: Option<PathBuf>,
    /// A secret, at least 16 octets as they are, from which the salts of the parties follow.
    #[arg(long, value_name = "FILE")]
    pub(crate) run_key: Option<PathBuf>,
}

/// Arguments of `slice`.
#[derive(Args, Debug)]
#[command(group = clap::ArgGroup::new("party").required(true))]
pub(crate) struct SliceArguments {
    /// The report package.
    pub(crate) package: PathBuf,
    /// The operator whose rows to take; `unassigned` has those without one.
    #[arg(long, value_name = "PARTY", group = "party")]
    pub(crate) dno: Option<String>,
    /// The supplier whose rows to take; `unknown` has those without one.
    #[arg(long, value_name = "PARTY", group = "party")]
    pub(crate) supplier: Option<String>,
    /// Where the slice goes.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: PathBuf,
}

/// Arguments of `verify`.
#[derive(Args, Debug)]
pub(crate) struct VerifyArguments {
    /// The report package or slice.
    pub(crate) folder: PathBuf,
    /// The public key that is to have signed, in PEM.
    #[arg(long, value_name = "FILE", conflicts_with = "certificate")]
    pub(crate) key: Option<PathBuf>,
    /// The certificate, PEM or DER, whose key is to have signed.
    #[arg(long, value_name = "FILE")]
    pub(crate) certificate: Option<PathBuf>,
    /// The SHA-256 that the manifest is to have.
    #[arg(long, value_name = "HEX")]
    pub(crate) manifest_sha256: Option<String>,
    /// Make the report again from the inputs below this folder, and compare.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) inputs: Option<PathBuf>,
    /// How to print.
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

/// Arguments of `completions`.
#[derive(Args, Debug)]
pub(crate) struct CompletionsArguments {
    /// The shell.
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

/// Arguments of `man`.
#[derive(Args, Debug)]
pub(crate) struct ManArguments {
    /// The folder, which has to be there.
    pub(crate) folder: PathBuf,
}

/// Arguments of `demo`.
#[derive(Args, Debug)]
pub(crate) struct DemoArguments {
    /// How many devices.
    #[arg(long, default_value_t = 5000)]
    pub(crate) devices: u64,
    /// The folder for inputs, audit.toml and the report.
    #[arg(long, value_name = "FOLDER", default_value = "dnoaudit-demo")]
    pub(crate) out: PathBuf,
}

/// Arguments of `diff`.
#[derive(Args, Debug)]
pub(crate) struct DiffArguments {
    /// The older report package.
    pub(crate) old: PathBuf,
    /// The newer report package.
    pub(crate) new: PathBuf,
    /// How to print.
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: TableFormat,
}

/// Arguments of `estimate`.
#[derive(Args, Debug)]
pub(crate) struct EstimateArguments {
    /// The report package or slice.
    pub(crate) package: PathBuf,
    /// The meters that were judged are a random sample of those of their operator and supplier: extrapolate.
    #[arg(long)]
    pub(crate) sampled_at_random: bool,
    /// How to print.
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

/// Arguments of `explain`.
#[derive(Args, Debug)]
pub(crate) struct ExplainArguments {
    /// A device, or the id of a rule.
    pub(crate) what: String,
    /// A report package: explain the device from it alone, as far as it tells.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = [
        "config", "records", "certificates", "trust_anchor", "estate", "registration", "directory", "waivers", "as_of",
    ])]
    pub(crate) package: Option<PathBuf>,
    /// A folder with the inputs of the package: show the raw records too.
    #[arg(long = "inputs", value_name = "FOLDER", requires = "package")]
    pub(crate) inputs_of: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) inputs: InputArguments,
    /// How to print.
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

/// What `export` writes.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// A workbook: a summary, a sheet for each party that must act, the findings.
    Xlsx,
    /// SARIF 2.1.0: the findings.
    Sarif,
    /// Parquet: the meters.
    #[cfg(feature = "parquet")]
    Parquet,
}

/// Arguments of `export`.
#[derive(Args, Debug)]
pub(crate) struct ExportArguments {
    /// The report package or slice.
    pub(crate) package: PathBuf,
    /// What to write.
    #[arg(long, value_enum)]
    pub(crate) format: ExportFormat,
    /// Where it goes; not into the package. A file that stands there is replaced.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

/// Arguments of `init`.
#[derive(Args, Debug)]
pub(crate) struct InitArguments {
    /// The file to write.
    #[arg(default_value = "audit.toml")]
    pub(crate) file: PathBuf,
}

/// Arguments of `inspect`.
#[derive(Args, Debug)]
pub(crate) struct InspectArguments {
    /// The file.
    pub(crate) file: PathBuf,
    /// Certificates with which signatures and paths are checked.
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub(crate) certificates: Vec<String>,
    /// Trust anchors to which paths must lead.
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub(crate) trust_anchor: Vec<String>,
    /// How to print.
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

/// Arguments of `merge`.
#[derive(Args, Debug)]
pub(crate) struct MergeArguments {
    /// The report packages of the parts, in any order.
    #[arg(required = true, value_name = "PACKAGE")]
    pub(crate) packages: Vec<PathBuf>,
    /// Where the report package goes.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: PathBuf,
    /// A folder with the estate and registration data of all parts; needed if registration speaks of metering points that the
    /// estate of its part does not list.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) inputs: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) seal: SealArguments,
}

/// Arguments of `page`.
#[derive(Args, Debug)]
pub(crate) struct PageArguments {
    /// The report package or slice.
    pub(crate) package: PathBuf,
    /// Earlier reports of the same estate, or slices of the same party, to tell what changed; in any order.
    #[arg(long, value_name = "PACKAGE", num_args = 1..)]
    pub(crate) previous: Vec<PathBuf>,
    /// Where the page goes, beside the package and not in it.
    #[arg(long, value_name = "FILE", default_value = "report.html")]
    pub(crate) out: PathBuf,
}

/// Arguments of `brief`.
#[derive(Args, Debug)]
pub(crate) struct BriefArguments {
    /// The report package or slice.
    pub(crate) package: PathBuf,
    /// Earlier reports of the same estate, or slices of the same party, to tell what changed; in any order.
    #[arg(long, value_name = "PACKAGE", num_args = 1..)]
    pub(crate) previous: Vec<PathBuf>,
    /// How to print.
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: BriefFormat,
}

/// Whose plan it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Audience {
    /// Suppliers.
    Supplier,
    /// Network operators.
    Dno,
}

/// Arguments of `plan`.
#[derive(Args, Debug)]
pub(crate) struct PlanArguments {
    /// The report package or slice.
    pub(crate) package: PathBuf,
    /// Whose plan it is.
    #[arg(long = "for", value_enum)]
    pub(crate) audience: Audience,
    /// One party alone, by its name; all that must act if not said.
    #[arg(long, value_name = "NAME")]
    pub(crate) party: Option<String>,
    /// Where the plan goes; nothing, or an empty folder, may stand there.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: PathBuf,
    /// Meters of a batch.
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) batch: u64,
    /// Write unsigned DUIS requests to start from, one for each step.
    #[arg(long)]
    pub(crate) requests: bool,
    /// An earlier plan: say what became of each of its items.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) previous: Option<PathBuf>,
}

/// Arguments of `reconcile`.
#[derive(Args, Debug)]
pub(crate) struct ReconcileArguments {
    /// The report package that was received.
    pub(crate) received: PathBuf,
    /// The own view: a CSV of devices and what they are taken to be, or a report package.
    #[arg(long, value_name = "PATH")]
    pub(crate) own: PathBuf,
    /// The party whose meters are meant; all meters of the report if not said.
    #[arg(long, value_name = "PARTY")]
    pub(crate) dno: Option<String>,
    /// Take times without a zone as UTC instead of refusing them.
    #[arg(long)]
    pub(crate) zoneless_utc: bool,
    /// Write a dispute pack of this device: what the report says of it, with proof.
    #[arg(long, value_name = "DEVICE", num_args = 1.., requires = "out")]
    pub(crate) dispute: Vec<Eui64>,
    /// Where dispute packs go, each in a folder of its own.
    #[arg(long, value_name = "FOLDER", requires = "dispute")]
    pub(crate) out: Option<PathBuf>,
    /// The inputs of the report that was received, for the records and the trace of rules in dispute packs.
    #[arg(long, value_name = "FOLDER", requires = "dispute")]
    pub(crate) inputs: Option<PathBuf>,
    /// How to print.
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: TableFormat,
}

/// Arguments of `rules`.
#[derive(Args, Debug)]
pub(crate) struct RulesArguments {
    /// The rule set to list; the newest if not said.
    #[arg(long, value_name = "VERSION")]
    pub(crate) rule_set: Option<u32>,
    /// How to print.
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: RulesFormat,
}

/// What `explain` is asked about.
pub(crate) enum Question {
    Rule(&'static dno_audit::Rule),
    Device(Eui64),
}

impl ExplainArguments {
    pub(crate) fn question(&self) -> Result<Question, Failure> {
        if let Some(rule) = dno_audit::rule(&self.what) {
            return Ok(Question::Rule(rule));
        }
        self.what.parse().map(Question::Device).map_err(|error| {
            let message = format!(
                "{:?} is no rule and no device identifier ({error}); `dnoaudit rules` lists the rules",
                self.what
            );
            match dno_audit::nearest(&self.what, dno_audit::RULES.iter().map(|rule| rule.id)) {
                Some(meant) => Failure::Mistyped { message, meant },
                None => Failure::Usage(message),
            }
        })
    }
}

impl InputArguments {
    /// The configuration: the file if one is named, and the flags on top of it.
    pub(crate) fn config(&self) -> Result<Config, Failure> {
        let as_of = self.as_of.as_deref().map(instant).transpose()?;
        let mut config = match (&self.config, as_of) {
            (Some(path), as_of) => {
                let mut config = Config::load(path)?;
                config.as_of = as_of.unwrap_or(config.as_of);
                config
            }
            (None, Some(as_of)) => Config::new(as_of, PathBuf::new()),
            (None, None) => {
                let hint = "the instant of the audit, such as --as-of 2026-01-01T00:00:00Z";
                return Err(ConfigError::Missing { field: "as_of (--as-of)", hint }.into());
            }
        };
        // Paths in flags are relative to where the command runs, those in a file to the file.
        let here = match &self.config {
            Some(_) => std::env::current_dir().map_err(Failure::of_file(Path::new(".")))?,
            None => PathBuf::new(),
        };
        let specs = |paths: &[String]| -> Vec<InputSpec> {
            paths.iter().map(|path| InputSpec::new(here.join(path).to_string_lossy())).collect()
        };
        let inputs = &mut config.inputs;
        let dated = |mut spec: InputSpec| {
            spec.observed_at = self.observed_at;
            spec
        };
        inputs.records.extend(specs(&self.records).into_iter().map(dated));
        inputs.certificates.extend(specs(&self.certificates));
        inputs.trust_anchors.extend(specs(&self.trust_anchor));
        inputs.estate.extend(specs(&self.estate));
        inputs.registration.extend(specs(&self.registration));
        inputs.directory.extend(specs(&self.directory));
        inputs.waivers.extend(specs(&self.waivers));
        inputs.mixed.extend(specs(&self.mixed).into_iter().map(dated));
        if let Some(number) = self.rule_set {
            config.options.rule_set = dno_audit::rule_set(number)?;
        }
        if self.zoneless_utc {
            config.zoneless = dno_audit::ZonelessTimes::Utc;
        }
        config.threads = self.threads.or(config.threads);
        Ok(config)
    }
}

impl SealArguments {
    /// What the report is sealed with. Keys are read and not shown.
    pub(crate) fn sealing(&self) -> Result<Sealing, Failure> {
        let pem = match (&self.sign_key, &self.sign_key_env) {
            (Some(path), _) => {
                Some(String::from_utf8_lossy(&read(path, &secret::file_of("--sign-key", path))?).into_owned())
            }
            (None, Some(name)) => Some(std::env::var(name).map_err(|_| {
                let option = secret::value_of("--sign-key-env", name);
                Failure::Usage(format!("{option}: there is no such environment variable with text in it"))
            })?),
            (None, None) => None,
        };
        let mut signer = pem.as_deref().map(Signer::from_pem).transpose().map_err(Failure::Key)?;
        if let Some(path) = &self.sign_chain {
            let Some(unchained) = signer else {
                return Err(Failure::Usage("--sign-chain needs --sign-key or --sign-key-env".to_owned()));
            };
            signer = Some(unchained.with_chain(&read_public("--sign-chain", path)?).map_err(Failure::Key)?);
        }
        let mut sealing = Sealing::default();
        sealing.signer = signer;
        if let Some(path) = &self.run_key {
            let shown = secret::file_of("--run-key", path);
            let key = RunKey::new(read(path, &shown)?);
            sealing.salts = Salts::Key(key.map_err(|error| Failure::Usage(format!("{shown}: {error}")))?);
        }
        Ok(sealing)
    }
}

impl VerifyArguments {
    /// What the report is checked against.
    pub(crate) fn expected(&self) -> Result<Expected, Failure> {
        let key = match (&self.key, &self.certificate) {
            (Some(path), _) => {
                let octets = read_public("--key", path)?;
                let key = PublicKey::from_pem(&String::from_utf8_lossy(&octets)).map_err(Failure::Key)?;
                Some((key, path.display().to_string()))
            }
            (None, Some(path)) => {
                let octets = read_public("--certificate", path)?;
                Some(PublicKey::from_certificate(&octets).map_err(Failure::Key)?)
            }
            (None, None) => None,
        };
        if let Some(digest) = &self.manifest_sha256
            && (digest.len() != 64 || !digest.chars().all(|c| c.is_ascii_hexdigit()))
        {
            return Err(Failure::Usage(
                "--manifest-sha256: expected the 64 hex digits that audit prints".to_owned(),
            ));
        }
        let mut expected = Expected::default();
        expected.key = key;
        expected.manifest_sha256.clone_from(&self.manifest_sha256);
        Ok(expected)
    }
}

/// The most octets of a file with a key, a run key or certificates of a signer.
const MAX_KEY_FILE: u64 = 1 << 20;

/// Reads a file that an option names; `shown` says which.
fn read(path: &Path, shown: &str) -> Result<Vec<u8>, Failure> {
    dno_audit::read_named(path, MAX_KEY_FILE).map_err(|error| Failure::Usage(format!("{shown}: {error}")))
}

/// Reads a file whose name is no secret, unless it is a key that was given for it.
fn read_public(option: &str, path: &Path) -> Result<Vec<u8>, Failure> {
    read(path, &secret::value_of(option, &path.to_string_lossy()))
}

/// An instant, or the begin of the day on which the command runs. This is the one place that looks at the clock, and
/// the report writes down what it saw.
fn instant(text: &str) -> Result<AsOf, Failure> {
    if text == "today" {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let midnight =
            i64::try_from(now.as_secs() / 86_400 * 86_400).ok().and_then(Timestamp::from_unix_seconds);
        return midnight.map(AsOf).ok_or_else(|| Failure::Usage("the clock is out of range".to_owned()));
    }
    let error = |error| ConfigError::Time { field: "--as-of", text: text.to_owned(), error };
    Ok(AsOf(text.parse().map_err(error)?))
}
