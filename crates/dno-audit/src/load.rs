//! Reads all inputs of a run.

use audit::observations::Batch;
use audit::timeline::{Disposition, NotRelevant};
use audit::{Directory, Estate, EstateBatch, EstateBuilder, Observations, Waivers};
use intake::{CertificateRecord, Certified, Form, Record, RecordOptions, Silence, Source, StoredKeys};
use rayon::prelude::*;
use report::model::v1::DirectoryEntry;
use smki::{Added, Certificate, CertificateKind, PathLimits, Paths, Revocations, Store, StoreBuilder};
use types::{AsOf, DirectoryRecords, InputId, Interner, RegistrationRow, WaiverRecord};

use crate::accounts::{Account, sort};
use crate::config::{Config, ShippedDirectory};
use crate::directory::{SHIPPED, SHIPPED_NAME, shipped};
use crate::error::{ConfigError, Error};
use crate::inputs::{Files, InputFile, Role};
use crate::members::{Numbers, read_members};
use crate::progress::Progress;

/// The certificates of a run.
#[derive(Debug)]
pub(crate) struct LoadedCertificates {
    pub(crate) store: Store,
    pub(crate) paths: Paths,
    pub(crate) revocations: Revocations,
    pub(crate) accounts: Vec<Account>,
}

/// Everything that was read, with the inputs in the order of the manifest.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) accounts: Vec<Account>,
    pub(crate) store: Store,
    pub(crate) paths: Paths,
    pub(crate) revocations: Revocations,
    pub(crate) names: Interner,
    pub(crate) directory: Directory,
    /// The files that the directory was made of.
    pub(crate) directories: Vec<DirectoryEntry>,
    pub(crate) estate: Estate,
    pub(crate) observations: Observations,
    pub(crate) waivers: Waivers,
}

/// Called for every record of cell state, used or not.
pub(crate) type Watch<'w> = &'w (dyn Fn(&InputFile, &Record<'_>) + Sync);

/// Reads all inputs.
pub(crate) fn load(
    config: &Config,
    progress: &Progress<'_>,
    watch: Option<Watch<'_>>,
) -> Result<Loaded, Error> {
    config.check()?;
    let numbers = Numbers::new(progress);
    let mut files = Files::find(config, progress)?;
    let LoadedCertificates { store, paths, revocations, mut accounts } =
        load_certificates(&mut files, &numbers, config.as_of)?;
    progress.say(|| format!("{} certificates, {} signatures checked", store.len(), paths.signature_checks()));
    let (directory, directories) = load_directory(config, &mut files, &numbers, &mut accounts)?;
    let mut waivers = load_waivers(&mut files, &numbers, &mut accounts)?;

    let (estate_files, registration_files) = (files.take(Role::Estate), files.take(Role::Registration));
    let record_files = files.take(Role::Records);
    let keys = StoredKeys { store: &store, paths: &paths };
    let (estate, records) = rayon::join(
        || load_estate(&estate_files, &registration_files, &directory, &numbers),
        || load_records(config, &record_files, keys, &numbers, watch),
    );
    let LoadedEstate { mut estate, names, accounts: estate_accounts } = estate?;
    progress.say(|| format!("{} estate rows, {} meters", estate.row_count(), estate.len()));
    accounts.extend(estate_accounts);
    let (mut observations, record_accounts) = records?;
    progress.say(|| format!("{} observations of network operator cells", observations.len()));
    accounts.extend(record_accounts);
    progress.go_on()?;

    let (mut accounts, numbers) = sort(accounts);
    // Settings stand in the configuration by role and digest, so one content can't have two.
    let same = |a: &Account, b: &Account| a.role == b.role && a.sha256 == b.sha256;
    let torn = accounts.windows(2).find(
        |pair| matches!(pair, [one, other] if same(one, other) && !one.spec.says_the_same(&other.spec)),
    );
    if let Some([one, ..]) = torn {
        return Err(ConfigError::NamedTwice { role: one.role.name(), path: one.name.clone() }.into());
    }
    progress.go_on()?;
    let number = |input: InputId| numbers.get(input.0 as usize).copied().unwrap_or(input);
    waivers.iter_mut().for_each(|waiver| waiver.origin.input = number(waiver.origin.input));
    observations.renumber(number);
    estate.renumber(number);
    for (input, uses) in estate.uses() {
        if let Some(account) = accounts.get_mut(input.0 as usize) {
            account.uses.add(uses);
        }
    }
    let waivers = Waivers::new(waivers, &directory, &names, config.as_of)?;
    Ok(Loaded {
        accounts,
        store,
        paths,
        revocations,
        names,
        directory,
        directories,
        estate,
        observations,
        waivers,
    })
}

/// Reads certificates and trust anchors and verifies the paths between them.
pub(crate) fn load_certificates(
    files: &mut Files,
    numbers: &Numbers,
    as_of: AsOf,
) -> Result<LoadedCertificates, Error> {
    let (anchors, certificates) = (files.take(Role::TrustAnchors), files.take(Role::Certificates));
    let mut read: Vec<(Option<Vec<CertificateRecord>>, Account)> = Vec::new();
    for file in anchors.iter().chain(&certificates) {
        read.extend(read_members(file, numbers, &mut |source, _| {
            Ok(intake::read_certificates(source, &file.spec.table)?)
        })?);
    }
    // Which of two equal certificates counts as used must not follow from where their files lie.
    read.sort_by(|(_, a), (_, b)| {
        let key = |account: &Account| (account.role != Role::TrustAnchors, account.sha256);
        key(a).cmp(&key(b)).then_with(|| a.name.cmp(&b.name))
    });
    let mut builder = StoreBuilder::new();
    let mut accounts: Vec<Account> = Vec::new();
    // What is said of certificates can be joined to them only when all are there.
    let mut entries = Vec::new();
    for (records, mut account) in read {
        for CertificateRecord { origin, outcome } in records.into_iter().flatten() {
            account.read += 1;
            let added = match outcome {
                Ok(Certified::Certificate { certificate, entry }) => {
                    if let Some(entry) = entry {
                        builder.add_entry(*entry, Some(certificate.sha256()));
                    }
                    add_certificate(*certificate, account.role, &mut builder)?
                }
                Ok(Certified::RevocationList(list)) => builder.add_revocation_list(*list),
                Ok(Certified::Entry(entry)) => match builder.add_entry((*entry).clone(), None) {
                    Added::New => {
                        entries.push((accounts.len(), entry));
                        continue;
                    }
                    Added::Duplicate => Added::Duplicate,
                },
                Ok(Certified::Nothing) => {
                    account.count(Disposition::NotRelevant(NotRelevant::NoCertificate));
                    continue;
                }
                Err(reject) => {
                    account.put(&reject, None, origin.line, None, None)?;
                    continue;
                }
            };
            account.count(match added {
                Added::New => Disposition::Used,
                Added::Duplicate => Disposition::Duplicate,
            });
        }
        accounts.push(account);
    }
    let store = builder.build();
    for (account, entry) in entries {
        if let Some(account) = accounts.get_mut(account) {
            account.count(match store.named_by(&entry).is_empty() {
                true => Disposition::NotRelevant(NotRelevant::NoCertificate),
                false => Disposition::Used,
            });
        }
    }
    if !anchors.is_empty() && store.trust_anchors().is_empty() {
        return Err(ConfigError::NoTrustAnchor.into());
    }
    let paths = store.verify_paths(PathLimits::default());
    let revocations = store.verify_revocation(&paths, as_of, PathLimits::default());
    Ok(LoadedCertificates { store, paths, revocations, accounts })
}

/// Adds a certificate, as one at which paths may end if it is given as such.
fn add_certificate(
    certificate: Certificate,
    role: Role,
    builder: &mut StoreBuilder,
) -> Result<Added, ConfigError> {
    if role != Role::TrustAnchors {
        return Ok(builder.add(certificate));
    }
    if matches!(certificate.kind(), CertificateKind::Organisation | CertificateKind::Device) {
        let (subject, kind) = (certificate.subject().to_string(), certificate.kind().name());
        return Err(ConfigError::TrustAnchorKind { subject, kind });
    }
    Ok(builder.add_trust_anchor(certificate))
}

/// Reads directory files on top of the shipped one, which stands among the inputs too.
fn load_directory(
    config: &Config,
    files: &mut Files,
    numbers: &Numbers,
    accounts: &mut Vec<Account>,
) -> Result<(Directory, Vec<DirectoryEntry>), Error> {
    let shipped = match config.shipped_directory {
        ShippedDirectory::Leave => None,
        ShippedDirectory::Use => {
            let file = InputFile {
                role: Role::Directory,
                path: SHIPPED_NAME.into(),
                name: SHIPPED_NAME.to_owned(),
                spec: crate::InputSpec::default(),
                members: None,
            };
            let mut account = Account::new(&file, numbers.next(), None);
            account.bytes = u64::try_from(SHIPPED.len()).unwrap_or(0);
            account.sha256 = report::digest(SHIPPED.as_bytes());
            let records = shipped()?;
            account.uses.used = parties(&records);
            account.read = account.uses.used;
            let sha256 = account.sha256;
            accounts.push(account);
            Some((sha256, records))
        }
    };

    let mut own: Vec<(types::Sha256Digest, DirectoryRecords)> = Vec::new();
    for file in files.take(Role::Directory) {
        for (records, mut account) in
            read_members(&file, numbers, &mut |source, _| Ok(intake::read_directory(source)?))?
        {
            if let Some(records) = records {
                account.uses.used = parties(&records);
                account.read = account.uses.used;
                own.push((account.sha256, records));
            }
            accounts.push(account);
        }
    }
    own.sort_by_key(|(sha256, _)| *sha256);
    let entry = |(sha256, file): &(types::Sha256Digest, DirectoryRecords)| DirectoryEntry {
        date: file.date.clone(),
        sha256: sha256.to_string(),
        source: file.source.clone(),
    };
    let entries = shipped.iter().chain(&own).map(entry).collect();
    let own: Vec<DirectoryRecords> = own.into_iter().map(|(_, file)| file).collect();
    let directory = Directory::new(shipped.as_ref().map(|(_, file)| file), &own, config.as_of)?;
    Ok((directory, entries))
}

/// Reads files of waivers. What becomes of each waiver is known only when every meter has been assessed.
fn load_waivers(
    files: &mut Files,
    numbers: &Numbers,
    accounts: &mut Vec<Account>,
) -> Result<Vec<WaiverRecord>, Error> {
    let mut all = Vec::new();
    for file in files.take(Role::Waivers) {
        for (records, mut account) in
            read_members(&file, numbers, &mut |source, _| Ok(intake::read_waivers(source)?))?
        {
            if let Some(records) = records {
                account.read = u64::try_from(records.len()).unwrap_or(u64::MAX);
                all.extend(records);
            }
            accounts.push(account);
        }
    }
    Ok(all)
}

fn parties(records: &DirectoryRecords) -> u64 {
    let count = records.operators.len() + records.suppliers.len() + records.access_control_brokers.len();
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// The estate, as it was read.
pub(crate) struct LoadedEstate {
    /// Its inputs have the numbers of their accounts.
    pub(crate) estate: Estate,
    names: Interner,
    accounts: Vec<Account>,
}

/// Estate rows, registration rows, and those of registration that can't be used, as far as they name their metering
/// points.
type EstateOf = (EstateBatch, Vec<RegistrationRow>, Vec<RegistrationRow>);

pub(crate) fn load_estate(
    estate_files: &[InputFile],
    registration_files: &[InputFile],
    directory: &Directory,
    numbers: &Numbers,
) -> Result<LoadedEstate, Error> {
    let mut names = Interner::new();
    let mut read: Vec<(Option<EstateOf>, Account)> = Vec::new();
    for file in estate_files.iter().chain(registration_files) {
        read.extend(read_members(file, numbers, &mut |source, account| {
            estate_of(file, source, &mut names, account)
        })?);
    }
    let (accounts, values) = in_manifest_order(read, numbers);
    let mut builder = EstateBuilder::default();
    for (input, value) in values {
        if let Some((rows, mut registration, mut unread)) = value {
            builder.add_rows(input, rows);
            registration.iter_mut().chain(&mut unread).for_each(|row| row.origin.input = input);
            builder.add_registration(registration);
            builder.add_unread_registration(unread);
        }
    }
    let estate = builder.build(&names, directory)?;
    Ok(LoadedEstate { estate, names, accounts })
}

/// Puts what was read into the order of the manifest and numbers it anew in that order, so that the order of numbers is
/// that of the manifest before all inputs are known.
fn in_manifest_order<T>(mut read: Vec<(T, Account)>, numbers: &Numbers) -> (Vec<Account>, Vec<(InputId, T)>) {
    read.sort_by(|(_, a), (_, b)| a.manifest_order(b));
    let numbered = |(value, mut account): (T, Account)| {
        account.id = numbers.next();
        (account.id, value, account)
    };
    let (mut accounts, mut values) = (Vec::new(), Vec::new());
    for (id, value, account) in read.into_iter().map(numbered) {
        values.push((id, value));
        accounts.push(account);
    }
    (accounts, values)
}

fn estate_of(
    file: &InputFile,
    source: &mut Source<'_>,
    names: &mut Interner,
    account: &mut Account,
) -> Result<EstateOf, Error> {
    let (mut rows, mut registration, mut unread) = (EstateBatch::default(), Vec::new(), Vec::new());
    let mut failed = None;
    let mut other = 0;
    let mut tell = |record: &Record<'_>| {
        other += 1;
        match &record.outcome {
            Ok(_) => account.count(Disposition::NotRelevant(NotRelevant::NoDevice)),
            Err(reject) if failed.is_none() => failed = account.quarantine(record, reject).err(),
            Err(_) => {}
        }
    };
    let options = &file.spec.table;
    if file.role == Role::Estate {
        intake::read_estate(source, options, names, &mut rows, &mut tell)?;
    } else {
        intake::read_registration(source, options, names, &mut registration, &mut unread, &mut tell)?;
    }
    account.read = other + u64::try_from(rows.len() + registration.len()).unwrap_or(u64::MAX);
    failed.map_or(Ok((rows, registration, unread)), Err)
}

fn load_records(
    config: &Config,
    files: &[InputFile],
    keys: StoredKeys<'_>,
    numbers: &Numbers,
    watch: Option<Watch<'_>>,
) -> Result<(Observations, Vec<Account>), Error> {
    let parts: Vec<Vec<(Option<Batch>, Account)>> = files
        .par_iter()
        .map(|file| {
            read_members(file, numbers, &mut |source, account| {
                records_of(config, file, source, keys, account, watch)
            })
        })
        .collect::<Result<_, Error>>()?;
    let (accounts, values) = in_manifest_order(parts.into_iter().flatten().collect(), numbers);
    let batches = values.into_iter().filter_map(|(input, value)| Some((input, value?))).collect();
    Ok((Observations::new(batches)?, accounts))
}

fn records_of(
    config: &Config,
    file: &InputFile,
    source: &mut Source<'_>,
    keys: StoredKeys<'_>,
    account: &mut Account,
    watch: Option<Watch<'_>>,
) -> Result<Batch, Error> {
    let options = RecordOptions {
        observed_at: file.spec.observed_at,
        zoneless: config.zoneless,
        table: file.spec.table.clone(),
        keys: &keys,
    };
    let mut observations = Batch::default();
    let mut failed = None;
    intake::read_records(source, &options, &mut |record| {
        account.read += 1;
        if let Form::Document(_, schema) = record.form {
            *account.schemas.entry(schema).or_default() += 1;
        }
        if let Some(watch) = watch {
            watch(file, record);
        }
        match &record.outcome {
            Ok([]) => account.count(Disposition::NotRelevant(match record.silence() {
                Silence::Intent => NotRelevant::Intent,
                Silence::Acknowledgement => NotRelevant::Acknowledgement,
                Silence::Inventory => NotRelevant::Inventory,
                Silence::NoNetworkOperatorCell => NotRelevant::NoNetworkOperatorCell,
            })),
            Ok(seen) => observations.extend(*seen),
            Err(reject) => {
                observations.extend(&record.unusable());
                if failed.is_none() {
                    failed = account.quarantine(record, reject).err();
                }
            }
        }
    })?;
    failed.map_or(Ok(observations), Err)
}
