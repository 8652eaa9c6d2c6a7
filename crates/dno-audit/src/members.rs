//! What input files hold, by themselves or unpacked, each with an account of its own.

use std::sync::atomic::{AtomicU32, Ordering};

use intake::{ContainerFault, IntakeError, Member, Reject, Source};
use report::model::v1::StoredEntry;
use types::InputId;

use crate::accounts::Account;
use crate::error::Error;
use crate::inputs::InputFile;
use crate::progress::Progress;

/// Gives every input of a run a number, until the order of the manifest is known, and ends its reading if the run is stopped.
#[derive(Debug)]
pub(crate) struct Numbers<'p> {
    next: AtomicU32,
    progress: &'p Progress<'p>,
}

impl<'p> Numbers<'p> {
    pub(crate) const fn new(progress: &'p Progress<'p>) -> Self {
        Self { next: AtomicU32::new(0), progress }
    }

    pub(crate) fn next(&self) -> InputId {
        InputId(self.next.fetch_add(1, Ordering::Relaxed))
    }
}

/// Reads every member of a file by `read`, and puts size and digest into its account.
///
/// Of a member that can't be unpacked, and of one that proves damaged on the way, there is no value: its account has the
/// reason.
pub(crate) fn read_members<T>(
    file: &InputFile,
    numbers: &Numbers<'_>,
    read: &mut dyn FnMut(&mut Source<'_>, &mut Account) -> Result<T, Error>,
) -> Result<Vec<(Option<T>, Account)>, Error> {
    let mut all: Vec<(Option<T>, Account, bool)> = Vec::new();
    let mut index = 0;
    let name = file.path.display().to_string();
    let octets = numbers.progress.reader(file.open()?);
    let stored = intake::read_members(&name, octets, &|| numbers.next(), &mut |member| {
        let Member { id, within, unpacked, source, .. } = member;
        let blank = Account::new(file, id, within.as_deref());
        let wanted = file.wants(index, &blank.name);
        index += 1;
        if wanted {
            // A report exists of what is made again, so that whatever was in its way then was no error either.
            let told_by_content = file.members.is_some() || file.spec.name.is_some();
            let (value, account) = read_member(blank, source, told_by_content, read)?;
            all.push((value, account, unpacked));
        }
        Ok::<(), Error>(())
    })?;
    let finish = |(value, mut account, unpacked): (Option<T>, Account, bool)| {
        if let Some(stored) = stored.filter(|_| unpacked) {
            if account.bytes == 0 && value.is_none() {
                // Nothing was unpacked, so the container is all that there is to name.
                (account.bytes, account.sha256) = (stored.octets, stored.sha256);
            }
            account.stored = Some(StoredEntry {
                bytes: stored.octets,
                name: file.name.clone(),
                sha256: stored.sha256.to_string(),
            });
        }
        (value, account)
    };
    Ok(all.into_iter().map(finish).collect())
}

fn read_member<T>(
    blank: Account,
    source: Result<Source<'_>, Reject>,
    told_by_content: bool,
    read: &mut dyn FnMut(&mut Source<'_>, &mut Account) -> Result<T, Error>,
) -> Result<(Option<T>, Account), Error> {
    let mut refused = blank.again();
    let mut source = match source {
        Ok(source) => source,
        Err(reject) => {
            refused.read = 1;
            refused.put(&reject, None, 1, None, None)?;
            return Ok((None, refused));
        }
    };
    let mut account = blank;
    let value = match read(&mut source, &mut account) {
        // Nobody said that it is a table or a directory; it only began like one.
        Err(Error::Intake(error)) if told_by_content && unlike(&error).is_some() => {
            let found = unlike(&error).unwrap_or_default();
            refused.read = 1;
            refused.put(
                &Reject::NotRecognised { found, tried: "what it seems to be" },
                None,
                1,
                None,
                None,
            )?;
            (refused.bytes, refused.sha256) = source.finish()?;
            return Ok((None, refused));
        }
        result => result?,
    };
    if let Some(damage) = source.damage()? {
        let reject = Reject::Container(ContainerFault::Damaged(damage.to_owned()));
        refused.read = 1;
        refused.put(&reject, None, 1, None, None)?;
        return Ok((None, refused));
    }
    account.warnings.extend_from_slice(source.warnings());
    (account.bytes, account.sha256) = source.finish()?;
    Ok((Some(value), account))
}

/// Why an input is not what it seemed to be, if that is what is wrong.
fn unlike(error: &IntakeError) -> Option<String> {
    match error {
        IntakeError::Header { source, .. } => Some(source.to_string()),
        IntakeError::Directory { source, .. } => Some(source.to_string()),
        IntakeError::RowTooLong { line, .. } => Some(format!("line {line}: a row that does not end")),
        _ => None,
    }
}
