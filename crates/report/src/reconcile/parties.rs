//! Which names mean one party.
//!
//! In: what two sides call parties, and which entities each says are theirs. Out: one name for each. The directory decides
//! first. Where it does not, two names are one party's if the sides say that the same entity is its: an entity belongs to
//! one party.

use std::collections::{BTreeMap, BTreeSet};

use audit::Directory;
use audit::directory::{Holder, OperatorId};
use types::Eui64;

use crate::seal::Tree;
use crate::short::Short;

/// Most entities that are kept of a party; no party has as many.
const MOST_ENTITIES: usize = 256;

/// What one side calls parties, by their one names, and which entities it says are theirs.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Called(BTreeMap<String, BTreeSet<Short>>);

impl Called {
    /// The names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Whether it has a name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Notes a name.
    pub fn add(&mut self, name: &str) {
        if !self.has(name) {
            self.0.insert(name.to_owned(), BTreeSet::new());
        }
    }

    /// Notes that an entity is said to be a party's, if it has the name.
    pub fn add_entity(&mut self, name: &str, entity: Short) {
        if let Some(entities) = self.0.get_mut(name)
            && entities.len() < MOST_ENTITIES
        {
            entities.insert(entity);
        }
    }

    /// The parties whose names another does not have.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        let is_party = |name: &str| name != Tree::Dno.nobody();
        let alone = self.0.iter().filter(|(name, _)| is_party(name) && !other.has(name));
        Self(alone.map(|(name, entities)| (name.clone(), entities.clone())).collect())
    }

    /// Whether no name is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an entity is said to be any party's.
    #[must_use]
    pub fn has_entities(&self) -> bool {
        self.entities().values().any(|entities| !entities.is_empty())
    }

    /// The entities of every party. One that is called by an entity has it.
    fn entities(&self) -> BTreeMap<&str, BTreeSet<Short>> {
        let of_name = |name: &str| name.parse::<Eui64>().ok().map(Short::of);
        self.0
            .iter()
            .map(|(name, said)| (name.as_str(), said.iter().copied().chain(of_name(name)).collect()))
            .collect()
    }
}

/// Which names mean one party. The meters without an operator are those of a party of their own.
#[derive(Clone, Debug)]
pub struct Parties<'d> {
    directory: &'d Directory,
    /// Its parties by their names for people, in upper case; none where several have one.
    by_full_name: BTreeMap<String, Option<OperatorId>>,
    /// Names of the one side, and what the other calls the same parties.
    same: BTreeMap<String, String>,
}

impl<'d> Parties<'d> {
    /// As a directory knows them.
    #[must_use]
    pub fn new(directory: &'d Directory) -> Self {
        let mut by_full_name: BTreeMap<String, Option<OperatorId>> = BTreeMap::new();
        for (id, record) in directory.operators() {
            // A party that has ended goes by no name any more.
            if !record.name.is_empty() && directory.by_name(&record.id) == Some(id) {
                let entry = by_full_name.entry(record.name.to_uppercase());
                entry.and_modify(|known| *known = None).or_insert(Some(id));
            }
        }
        Self { directory, by_full_name, same: BTreeMap::new() }
    }

    /// The one name by which a party is compared: its id in the directory, if that knows it by this id, alias,
    /// distributor id, name or entity; else what the other side calls it, if that is known; else the name in upper case.
    #[must_use]
    pub fn one_name(&self, name: &str) -> String {
        let plain = self.in_directory(name).unwrap_or_else(|| match name.trim().parse::<Eui64>() {
            Ok(entity) => entity.to_string(),
            Err(_) if name.trim().eq_ignore_ascii_case(Tree::Dno.nobody()) => Tree::Dno.nobody().to_owned(),
            Err(_) => name.trim().to_uppercase(),
        });
        self.same.get(&plain).cloned().unwrap_or(plain)
    }

    /// Whether two names are one party's; none at all is the name of nobody's meters.
    #[must_use]
    pub fn is_same(&self, one: Option<&str>, other: Option<&str>) -> bool {
        let [one, other] = [one, other].map(|name| name.unwrap_or(Tree::Dno.nobody()));
        one == other || self.one_name(one) == self.one_name(other)
    }

    /// The id that the directory has for a name.
    #[must_use]
    pub fn in_directory(&self, name: &str) -> Option<String> {
        let directory = self.directory;
        let id = directory.by_name(name).or_else(|| {
            let entity = name.trim().parse::<Eui64>().ok();
            match entity.and_then(|entity| directory.holder(entity)) {
                Some(Holder::Operator(id, _)) => Some(id),
                _ => self.by_full_name.get(&name.trim().to_uppercase()).copied().flatten(),
            }
        });
        id.map(|id| directory.operator_name(id).to_owned())
    }

    /// Takes it that a name which one side alone has and a name which the other alone has are one party's, if both say that
    /// the same entity is its, and neither says so of another name.
    pub fn learn(&mut self, one: &Called, other: &Called) {
        let (one, other) = (one.without(other), other.without(one));
        let (one, other) = (one.entities(), other.entities());
        let (by_one, by_other) = (by_entity(&one), by_entity(&other));
        for (ours, entities) in &one {
            let Some(theirs) = only(entities, &by_other) else { continue };
            let back = other.get(theirs).and_then(|entities| only(entities, &by_one));
            // Two parties of the directory are two.
            let both_known = self.in_directory(ours).is_some() && self.in_directory(theirs).is_some();
            if back == Some(*ours) && !both_known {
                self.same.insert((*ours).to_owned(), theirs.to_owned());
            }
        }
    }
}

type ByEntity<'n> = BTreeMap<Short, BTreeSet<&'n str>>;

fn by_entity<'n>(called: &BTreeMap<&'n str, BTreeSet<Short>>) -> ByEntity<'n> {
    let mut names = ByEntity::new();
    for (name, entities) in called {
        for entity in entities {
            names.entry(*entity).or_default().insert(*name);
        }
    }
    names
}

/// The one name that has any of these entities; `None` if there is none or another.
fn only<'n>(entities: &BTreeSet<Short>, names: &ByEntity<'n>) -> Option<&'n str> {
    let mut found = entities.iter().filter_map(|entity| names.get(entity)).flatten();
    let first = found.next()?;
    found.all(|name| name == first).then_some(*first)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use types::{AsOf, DatedEntity, DirectoryRecords, DistributorId, OperatorRecord, Period, Timestamp};

    use super::*;

    const NOW: &str = "2026-01-01T00:00:00Z";
    const E: &str = "90-B3-D5-AA-00-00-00-01";
    const F: &str = "90-B3-D5-AA-00-00-00-02";

    fn directory() -> Directory {
        let party = |id: &str, name: &str, alias: &str, distributor: u8| OperatorRecord {
            id: id.to_owned(),
            name: name.to_owned(),
            group: None,
            kind: None,
            distributors: DistributorId::new(distributor).into_iter().collect(),
            aliases: vec![alias.to_owned()],
            credentials: None,
            entities: Vec::new(),
            entity_list: None,
            period: Period::default(),
        };
        let mut ended = party("OLDN", "Old Networks", "OLD-ALIAS", 30);
        ended.period.to = Some("2020-01-01T00:00:00Z".parse::<Timestamp>().unwrap());
        let mut lond = party("LOND", "London Power Networks", "UKPN-LPN", 12);
        lond.entities = vec![DatedEntity { id: E.parse().unwrap(), period: Period::default() }];
        let operators = vec![
            ended,
            lond,
            party("EELC", "Eastern Power Networks", "UKPN-EPN", 10),
            party("TWO1", "Two of one name", "T1", 31),
            party("TWO2", "Two of one name", "T2", 32),
        ];
        let records = DirectoryRecords { operators, ..DirectoryRecords::default() };
        Directory::new(Some(&records), &[], AsOf(NOW.parse().unwrap())).unwrap()
    }

    fn called(names: &[(&str, &[&str])]) -> Called {
        let mut called = Called::default();
        for (name, entities) in names {
            called.add(name);
            for entity in *entities {
                called.add_entity(name, Short::of(entity.parse::<Eui64>().unwrap()));
            }
        }
        called
    }

    #[test]
    fn every_name_of_the_directory_means_its_party() {
        let directory = directory();
        let parties = Parties::new(&directory);
        let compact = E.replace('-', "");
        for name in ["LOND", "lond", " Lond ", "ukpn-lpn", "12", "london POWER networks", E, &compact] {
            assert_eq!(parties.one_name(name), "LOND", "{name}");
            assert!(
                parties.is_same(Some(name), Some("LOND")) && !parties.is_same(Some(name), Some("EELC")),
                "{name}"
            );
            assert!(!parties.is_same(Some(name), None), "{name}");
        }
        // Of a name that several have, that of a party that has ended and one that is in no list, nothing is known.
        for name in ["Two of one name", "Old Networks", "OLDN", "nobody knows"] {
            assert_eq!(parties.one_name(name), name.to_uppercase());
            assert!(parties.is_same(Some(name), Some(&name.to_lowercase())));
        }
        assert_eq!(parties.one_name(&F.replace('-', "")), F);
    }

    #[test]
    fn meters_without_an_operator_are_nobodys_on_both_sides() {
        let directory = directory();
        let parties = Parties::new(&directory);
        for name in [None, Some("unassigned"), Some("Unassigned")] {
            assert!(parties.is_same(name, None) && parties.is_same(None, name));
        }
    }

    #[test]
    fn names_whose_entity_is_one_mean_one_party() {
        let directory = directory();
        let learnt = |own: &[(&str, &[&str])], received: &[(&str, &[&str])]| {
            let mut parties = Parties::new(&directory);
            parties.learn(&called(own), &called(received));
            let first = |names: &[(&str, &[&str])]| names[0].0.to_owned();
            parties.is_same(Some(&first(own)), Some(&first(received)))
        };
        assert!(learnt(&[("LPN", &[F])], &[("LOND", &[F])]));
        assert!(learnt(&[("LOND", &[F])], &[("LPN", &[F])]));
        assert!(learnt(&[("LPN", &[E, F])], &[("LONDON", &[F])]));
        assert!(learnt(&[(F, &[])], &[("LOND", &[F])]), "a party that is called by its entity");
        assert!(!learnt(&[("LPN", &[])], &[("LOND", &[])]), "nothing is said of either");
        assert!(!learnt(&[("LPN", &[E])], &[("LOND", &[F])]));
        assert!(!learnt(&[("EELC", &[F])], &[("LOND", &[F])]), "the directory has both");
        // A name that both have is that party's, and one that could mean two means none.
        assert!(!learnt(&[("LPN", &[F]), ("LOND", &[])], &[("LOND", &[F])]));
        assert!(!learnt(&[("LPN", &[F])], &[("LOND", &[F]), ("SPOW", &[F])]));
        assert!(!learnt(&[("LPN", &[F]), ("LDN", &[F])], &[("LOND", &[F])]));
    }

    proptest! {
        #[test]
        fn being_the_same_is_an_equivalence(
            own in proptest::collection::btree_map(0usize..7, proptest::collection::btree_set(0u8..4, 0..3), 0..5),
            received in proptest::collection::btree_map(0usize..7, proptest::collection::btree_set(0u8..4, 0..3), 0..5),
        ) {
            let directory = directory();
            let names = ["LOND", "EELC", "A", "B", "C", F, "unassigned"];
            let of = |side: &BTreeMap<usize, BTreeSet<u8>>| {
                let mut called = Called::default();
                for (name, entities) in side {
                    called.add(names[*name]);
                    for entity in entities {
                        let id = format!("90-B3-D5-AA-00-00-01-0{entity}").parse::<Eui64>().unwrap();
                        called.add_entity(names[*name], Short::of(id));
                    }
                }
                called
            };
            let (own, received) = (of(&own), of(&received));
            let mut parties = Parties::new(&directory);
            parties.learn(&own, &received);
            let same = |one: &str, other: &str| parties.is_same(Some(one), Some(other));
            for a in names {
                prop_assert!(same(a, a));
                for b in names {
                    prop_assert_eq!(same(a, b), same(b, a));
                    // Names of one side are parties of their own.
                    prop_assert!(a == b || !same(a, b) || !(own.has(a) && own.has(b) || received.has(a) && received.has(b)));
                    for c in names {
                        prop_assert!(!(same(a, b) && same(b, c)) || same(a, c));
                    }
                }
            }
        }
    }
}
