//! What the two sides of a reconciliation call parties.

use audit::Directory;
use report::Short;
use report::model::v1::PartyLeaf;
use report::reconcile::{Called, Parties};
use report::seal::Tree;
use types::{Claim, Interner, OwnRow, nearest};

use crate::error::Error;
use crate::reader::{PackageReader, PackageRows};

/// The own side.
#[derive(Clone, Copy)]
pub(super) enum OwnSide<'o> {
    /// A list.
    List(&'o [OwnRow], &'o Interner),
    /// A report.
    Report(&'o PackageReader),
}

/// Which names of the two sides mean one party. The party that is meant, if one is named, has to be one of them.
pub(super) fn parties<'d>(
    received: &PackageReader,
    own: OwnSide<'_>,
    meant: Option<&str>,
    directory: &'d Directory,
) -> Result<Parties<'d>, Error> {
    let mut parties = Parties::new(directory);
    let mut theirs = of_report(received, &parties)?;
    let mut ours = match own {
        OwnSide::List(rows, names) => of_list(rows, names, &parties),
        OwnSide::Report(own) => of_report(own, &parties)?,
    };
    // Whose an entity is, is asked for names that one side alone has and that the directory does not know: as a rule there
    // are none, and no row is looked at.
    let (our_own, their_own) = (ours.without(&theirs), theirs.without(&ours));
    let strange = |name: &str| parties.in_directory(name).is_none();
    let asked = our_own.names().chain(their_own.names()).any(strange);
    if asked && !our_own.is_empty() && !their_own.is_empty() {
        if let OwnSide::Report(own) = own {
            add_entities(own, &parties, &our_own, &mut ours)?;
        }
        if matches!(own, OwnSide::Report(_)) || ours.has_entities() {
            add_entities(received, &parties, &their_own, &mut theirs)?;
        }
        parties.learn(&ours, &theirs);
    }
    if let Some(party) = meant {
        let name = parties.one_name(party);
        let has = |side: &Called| side.names().any(|other| parties.one_name(other) == name);
        if !has(&theirs) && !has(&ours) && !is_of(own, party, &parties) {
            return Err(Error::NoPartyOfEither {
                party: party.to_owned(),
                near: nearest(party, theirs.names().chain(ours.names())).map(str::to_owned),
                received: listed(theirs.names()),
                own: listed(ours.names()),
            });
        }
    }
    Ok(parties)
}

/// Whether a list can be this party's: where it names no operator, it is about the party whose list it is. That has to be
/// one of which somebody has heard.
fn is_of(own: OwnSide<'_>, party: &str, parties: &Parties<'_>) -> bool {
    let heard_of = || parties.in_directory(party).is_some() || parties.is_same(Some(party), None);
    match own {
        OwnSide::List(rows, _) => rows.iter().any(|row| row.network_operator.is_none()) && heard_of(),
        OwnSide::Report(_) => false,
    }
}

/// The operators that a list names, and the entities in cells that it takes to be correct.
fn of_list(rows: &[OwnRow], names: &Interner, parties: &Parties<'_>) -> Called {
    let mut called = Called::default();
    for row in rows {
        let Some(operator) = row.network_operator else { continue };
        let name = parties.one_name(names.name(operator));
        called.add(&name);
        if row.claim == Claim::Correct {
            let entities = row.cells.iter().filter_map(|cell| cell.entity);
            entities.for_each(|entity| called.add_entity(&name, Short::of(entity)));
        }
    }
    called
}

/// The operators that a report expects.
fn of_report(package: &PackageReader, parties: &Parties<'_>) -> Result<Called, Error> {
    let mut called = Called::default();
    match package.slice()? {
        None => {
            for leaf in PackageRows::<PartyLeaf>::open(package.folder().join(Tree::Dno.file()))? {
                called.add(&parties.one_name(&leaf?.party));
            }
        }
        Some(slice) if slice.tree == Tree::Dno.name() => called.add(&parties.one_name(&slice.leaf.party)),
        Some(_) => each_party(package, parties, |name, _| called.add(name))?,
    }
    Ok(called)
}

/// Adds the entities that stand in cells which a report takes to be correct, for some of its parties.
fn add_entities(
    package: &PackageReader,
    parties: &Parties<'_>,
    some: &Called,
    called: &mut Called,
) -> Result<(), Error> {
    each_party(package, parties, |name, row| {
        if some.has(name) {
            let correct = row.cells.iter().filter(|cell| cell.state == "correct");
            correct.filter_map(|cell| cell.entity).for_each(|entity| called.add_entity(name, entity));
        }
    })
}

/// Goes through the rows of a report, with the one name of the operator of each.
fn each_party(
    package: &PackageReader,
    parties: &Parties<'_>,
    mut take: impl FnMut(&str, &report::model::v1::DeviceRow<'_>),
) -> Result<(), Error> {
    let mut last: Option<(Option<String>, String)> = None;
    for row in package.devices()? {
        let row = row?;
        let dno = row.dno.as_deref();
        // The rows of one operator follow each other.
        let (_, name) = match last.take().filter(|(before, _)| before.as_deref() == dno) {
            Some(same) => last.insert(same),
            None => {
                let name = parties.one_name(Tree::Dno.party(dno, None));
                last.insert((dno.map(str::to_owned), name))
            }
        };
        take(name, &row);
    }
    Ok(())
}

/// Names for a message, so many as fit.
fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let names: Vec<&str> = names.take(40).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
