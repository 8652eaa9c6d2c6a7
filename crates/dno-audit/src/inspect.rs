//! Shows what a file or folder holds: GBCS messages, certificates and documents in full, tables by their counts.

mod describe;
mod folder;

use std::io::{Read, Seek};
use std::path::Path;

use gbcs::Message;
use intake::{
    CertificateRecord, Certified, ContainerFault, Contents, Form, Record, RecordOptions, Reject, Source,
    Spooled, TableOptions,
};
use serde_json::{Value, json};
use types::{InputId, Interner};

pub(crate) use self::describe::{certificate_json, message_json};
use self::describe::{document_json, repository_json, revocation_list_json};
use crate::config::Config;
use crate::error::Error;
use crate::inputs::{Files, open_input};
use crate::json::Json;
use crate::load::{LoadedCertificates, load_certificates};
use crate::members::Numbers;
use crate::progress::Progress;

/// One thing that a file holds.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct Inspected {
    /// Where it lies within archives, with slashes; nothing if the file is no archive.
    pub within: Option<String>,
    /// The line on which it stands, or the number of the record where there are no lines.
    pub line: u32,
    /// What it is: `message`, `certificate`, `revocation-list`, `repository-entry`, `document`, `table`, `directory`, `waivers`, `folder` or `reject`.
    pub kind: &'static str,
    /// All of it, as the documented JSON.
    pub json: Json,
}

/// What signatures and paths can be checked with.
#[derive(Debug)]
pub struct Signatures(LoadedCertificates);

impl Signatures {
    /// The certificates and trust anchors of a configuration.
    ///
    /// # Errors
    ///
    /// An input can't be read.
    pub fn load(config: &Config) -> Result<Self, Error> {
        let silent = Progress::silent();
        load_certificates(&mut Files::find(config, &silent)?, &Numbers::new(&silent), config.as_of).map(Self)
    }
}

/// Hands everything that a file holds to `take`, in the order of the file. Of a folder, it is one table of the files below
/// it, with what each holds.
///
/// # Errors
///
/// Something can't be read, or is a table whose header row can't be used.
pub fn inspect(
    path: &Path,
    signatures: Option<&Signatures>,
    take: &mut dyn FnMut(Inspected),
) -> Result<(), Error> {
    if path.is_dir() {
        take(folder::inspect_folder(path)?);
        return Ok(());
    }
    members(path, &mut |within, mut copy| {
        let mut tagged = |inspected| take(Inspected { within: within.map(str::to_owned), ..inspected });
        match &mut copy {
            Ok(copy) => copy.inspect(signatures, &mut tagged),
            Err(reject) => {
                tagged(rejected(1, reject));
                Ok(())
            }
        }
    })
}

/// Called for each member of a file, with its place within archives.
type Each<'e> = &'e mut dyn FnMut(Option<&str>, Result<Copy, Reject>) -> Result<(), Error>;

/// Hands out what a file holds, unpacked, each to be read more than once.
fn members(path: &Path, each: Each<'_>) -> Result<(), Error> {
    let name = path.display().to_string();
    intake::read_members(&name, open_input(path)?, &InputId::default, &mut |member| {
        let copy = match member.source {
            Ok(source) => Copy::of(source)?,
            Err(reject) => Err(reject),
        };
        each(member.within.as_deref(), copy)
    })?;
    Ok(())
}

/// A copy of a member, since to tell what it is takes a look, and a pipe gives only one.
struct Copy {
    name: String,
    octets: Spooled,
}

impl Copy {
    fn of(mut source: Source<'_>) -> Result<Result<Self, Reject>, Error> {
        let Some(octets) = source.spool(u64::MAX)? else {
            return Ok(Err(Reject::Container(ContainerFault::TooLarge)));
        };
        if let Some(damage) = source.damage()? {
            return Ok(Err(Reject::Container(ContainerFault::Damaged(damage.to_owned()))));
        }
        Ok(Ok(Self { name: source.name().to_owned(), octets }))
    }

    /// The member from its beginning.
    fn source(&mut self) -> Result<Source<'_>, Error> {
        self.octets.rewind().map_err(Error::Temporary)?;
        Ok(Source::new(self.name.clone(), InputId::default(), &mut self.octets as &mut (dyn Read + Send)))
    }

    /// Hands everything in it to `take`.
    fn inspect(
        &mut self,
        signatures: Option<&Signatures>,
        take: &mut dyn FnMut(Inspected),
    ) -> Result<(), Error> {
        let contents = Contents::of(&mut self.source()?)?;
        if self.is_xml()? && (contents.records || contents.estate) {
            return self.inspect_records(signatures, take);
        }
        // A workbook may have sheets of several kinds.
        if contents.records {
            self.inspect_records(signatures, take)?;
        }
        if contents.certificates {
            self.inspect_certificates(signatures, take)?;
        }
        if contents.directory {
            take(self.directory()?);
            return Ok(());
        }
        if contents.estate {
            take(self.estate()?.inspected("estate"));
        }
        if contents.registration {
            take(self.registration()?.inspected("registration"));
        }
        Ok(())
    }

    fn is_xml(&mut self) -> Result<bool, Error> {
        Ok(self.source()?.looks_like_xml()?)
    }

    fn inspect_certificates(
        &mut self,
        signatures: Option<&Signatures>,
        take: &mut dyn FnMut(Inspected),
    ) -> Result<(), Error> {
        for CertificateRecord { origin, outcome } in
            intake::read_certificates(&mut self.source()?, &TableOptions::default())?
        {
            let line = origin.line;
            take(match outcome {
                Ok(Certified::Certificate { certificate, entry }) => {
                    let mut json = certificate_json(&certificate, signatures);
                    if let (Some(entry), Some(members)) = (entry, json.as_object_mut()) {
                        let said = repository_json(&entry, Some(&certificate));
                        members.insert("repository".to_owned(), said);
                    }
                    thing(line, "certificate", json)
                }
                Ok(Certified::RevocationList(list)) => {
                    thing(line, "revocation-list", revocation_list_json(&list, signatures))
                }
                Ok(Certified::Entry(entry)) => thing(line, "repository-entry", repository_json(&entry, None)),
                Ok(Certified::Nothing) => continue,
                Err(reject) => rejected(line, &reject),
            });
        }
        Ok(())
    }

    fn inspect_records(
        &mut self,
        signatures: Option<&Signatures>,
        take: &mut dyn FnMut(Inspected),
    ) -> Result<(), Error> {
        let mut tally = Tally::default();
        let mut unknown = None;
        intake::read_records(&mut self.source()?, &RecordOptions::default(), &mut |record: &Record<'_>| {
            let line = record.origin.line;
            match (&record.outcome, record.form) {
                (_, Form::Message) => match Message::decode(record.octets) {
                    Ok(message) => take(thing(line, "message", message_json(&message, signatures))),
                    Err(error) => take(rejected(line, &Reject::Message(error))),
                },
                (Ok(seen), Form::Document(document, schema)) => {
                    take(thing(line, "document", document_json(document, schema, record, seen)));
                }
                (Err(reject), Form::Document(..)) => take(rejected(line, reject)),
                (Ok(seen), Form::Text) => tally.row(seen.is_empty()),
                (Err(reject @ Reject::NotRecognised { .. }), Form::Text) => unknown = Some(reject.clone()),
                (Err(reject), Form::Text) if tally.rows > 0 || is_row(reject) => tally.reject(line, reject),
                (Err(reject), Form::Text) => take(rejected(line, reject)),
            }
        })?;
        match unknown {
            Some(reject) => take(self.waivers()?.unwrap_or_else(|| rejected(1, &reject))),
            None if tally.rows > 0 => take(tally.inspected("cells or messages")),
            None => {}
        }
        Ok(())
    }

    fn waivers(&mut self) -> Result<Option<Inspected>, Error> {
        let waivers = intake::read_waivers(&mut self.source()?).unwrap_or_default();
        let ids: Vec<&str> = waivers.iter().map(|waiver| waiver.id.as_str()).collect();
        Ok((!ids.is_empty()).then(|| thing(1, "waivers", json!({ "waivers": ids }))))
    }

    fn directory(&mut self) -> Result<Inspected, Error> {
        let directory = intake::read_directory(&mut self.source()?)?;
        let json = json!({
            "directory": directory.source, "date": directory.date, "parties": directory.operators.len(),
            "suppliers": directory.suppliers.len(), "access_control_brokers": directory.access_control_brokers.len(),
        });
        Ok(thing(1, "directory", json))
    }

    fn estate(&mut self) -> Result<Tally, Error> {
        let (mut names, mut rows, mut tally) = (Interner::new(), Vec::new(), Tally::default());
        let mut other = |record: &Record<'_>| tally.other(record);
        intake::read_estate(
            &mut self.source()?,
            &TableOptions::default(),
            &mut names,
            &mut rows,
            &mut other,
        )?;
        tally.rows += u64::try_from(rows.len()).unwrap_or(u64::MAX);
        Ok(tally)
    }

    fn registration(&mut self) -> Result<Tally, Error> {
        let (mut names, mut rows, mut tally) = (Interner::new(), Vec::new(), Tally::default());
        let mut other = |record: &Record<'_>| tally.other(record);
        let options = TableOptions::default();
        intake::read_registration(
            &mut self.source()?,
            &options,
            &mut names,
            &mut rows,
            &mut Vec::new(),
            &mut other,
        )?;
        tally.rows += u64::try_from(rows.len()).unwrap_or(u64::MAX);
        Ok(tally)
    }
}

/// Whether a reject can only come from a row of a table.
fn is_row(reject: &Reject) -> bool {
    !matches!(
        reject,
        Reject::NotHexOrBase64 { .. } | Reject::Truncated(_) | Reject::Message(_) | Reject::LineTooLong
    )
}

/// Counts of something that is shown by its counts alone.
#[derive(Default)]
struct Tally {
    rows: u64,
    not_relevant: u64,
    rejects: u64,
    first: Vec<Value>,
}

impl Tally {
    fn row(&mut self, not_relevant: bool) {
        self.rows += 1;
        self.not_relevant += u64::from(not_relevant);
    }

    fn reject(&mut self, line: u32, reject: &Reject) {
        self.rows += 1;
        self.rejects += 1;
        if self.first.len() < 10 {
            self.first.push(json!({"line": line, "reason": reject.id(), "detail": reject.to_string()}));
        }
    }

    /// Adds what another reading of the same file counted.
    fn add(&mut self, other: Self) {
        self.rows += other.rows;
        self.not_relevant += other.not_relevant;
        self.rejects += other.rejects;
        self.first.extend(other.first);
    }

    /// What is no row of estate or registration data.
    fn other(&mut self, record: &Record<'_>) {
        match &record.outcome {
            Ok(_) => self.row(true),
            Err(reject) => self.reject(record.origin.line, reject),
        }
    }

    fn inspected(self, of: &'static str) -> Inspected {
        let json = json!({
            "table": of, "rows": self.rows, "not_relevant": self.not_relevant, "rejected": self.rejects,
            "first_rejected": self.first,
        });
        thing(1, "table", json)
    }
}

fn thing(line: u32, kind: &'static str, json: Value) -> Inspected {
    Inspected { within: None, line, kind, json: Json(json) }
}

fn rejected(line: u32, reject: &Reject) -> Inspected {
    thing(line, "reject", json!({"line": line, "reason": reject.id(), "error": reject.to_string()}))
}
