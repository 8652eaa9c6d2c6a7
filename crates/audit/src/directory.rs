//! Who the network operators, the suppliers and the Access Control Broker are.
//!
//! In: [`DirectoryRecords`], the shipped ones and the user's. Out: a [`Directory`] that answers by distributor id, by
//! name and by entity. Two parties that claim one distributor id, name or entity at the same time are an error, because
//! then no answer would be right.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use types::{
    AsOf, Credentials, DatedEntity, DirectoryRecords, DistributorId, EntityList, Eui64, OperatorKind,
    OperatorRecord, Period,
};

/// Index of an operator in a [`Directory`], in the order of their ids.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct OperatorId(u32);

/// Whose an entity identifier is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Holder<'d> {
    /// The DCC's placeholder.
    AccessControlBroker,
    /// A network operator, and whether the identifier is in use at the instant of the audit.
    Operator(OperatorId, InUse),
    /// A supplier.
    Supplier(&'d str),
    /// Several operators had it at other times, and nobody has it now: it can't be told whose it is.
    Former,
}

/// Whether an entity identifier is in use at the instant of the audit.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum InUse {
    /// It is.
    Now,
    /// It was, or will be, at another time.
    AnotherTime,
}

/// Parties at one instant.
#[derive(Clone, Debug)]
pub struct Directory {
    operators: Vec<OperatorRecord>,
    supplier_names: Vec<String>,
    by_distributor: HashMap<DistributorId, OperatorId>,
    by_name: BTreeMap<String, OperatorId>,
    by_entity: HashMap<Eui64, Entry>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Entry {
    AccessControlBroker,
    Operator(OperatorId, InUse),
    Supplier(usize),
    /// Several operators had it at other times.
    Former,
}

impl Directory {
    /// Merges files of directory data and fixes them at an instant.
    ///
    /// What the user's own files say of a party replaces and adds to what the shipped one says. Own files add to each
    /// other in any order, so they may not contradict each other.
    ///
    /// # Errors
    ///
    /// Two own files contradict each other about a party, or two parties claim the same distributor id, name or entity
    /// at that instant.
    pub fn new(
        shipped: Option<&DirectoryRecords>,
        own: &[DirectoryRecords],
        as_of: AsOf,
    ) -> Result<Self, DirectoryError> {
        let mut added: BTreeMap<&str, OperatorRecord> = BTreeMap::new();
        for record in own.iter().flat_map(|file| &file.operators) {
            match added.get_mut(record.id.as_str()) {
                Some(known) => unite(known, record)?,
                None => {
                    added.insert(&record.id, record.clone());
                }
            }
        }
        let shipped_operators = shipped.into_iter().flat_map(|file| &file.operators);
        let mut merged: BTreeMap<String, OperatorRecord> =
            shipped_operators.map(|record| (record.id.clone(), record.clone())).collect();
        for (id, record) in added {
            match merged.get_mut(id) {
                Some(known) => overlay(known, record),
                None => {
                    merged.insert(id.to_owned(), record);
                }
            }
        }
        let files = || shipped.into_iter().chain(own);
        let mut directory = Self {
            operators: merged.into_values().collect(),
            supplier_names: Vec::new(),
            by_distributor: HashMap::new(),
            by_name: BTreeMap::new(),
            by_entity: HashMap::new(),
        };
        directory.index_operators(as_of)?;
        for broker in files().flat_map(|file| &file.access_control_brokers) {
            directory.claim_entity(broker.id, Entry::AccessControlBroker, "the Access Control Broker")?;
        }
        let mut suppliers: Vec<_> = files().flat_map(|file| &file.suppliers).collect();
        suppliers.sort_by(|a, b| a.id.cmp(&b.id));
        for supplier in suppliers {
            if directory.supplier_names.last() != Some(&supplier.id) {
                directory.supplier_names.push(supplier.id.clone());
            }
            let entry = Entry::Supplier(directory.supplier_names.len() - 1);
            for entity in &supplier.entities {
                directory.claim_entity(entity.id, entry, &supplier.id)?;
            }
        }
        Ok(directory)
    }

    fn index_operators(&mut self, as_of: AsOf) -> Result<(), DirectoryError> {
        let operators = std::mem::take(&mut self.operators);
        for (record, number) in operators.iter().zip(0u32..) {
            let id = OperatorId(number);
            let active = record.period.contains(as_of.0);
            if active {
                for distributor in &record.distributors {
                    if let Some(other) =
                        self.by_distributor.insert(*distributor, id).filter(|other| *other != id)
                    {
                        return Err(DirectoryError::DistributorTwice {
                            distributor: *distributor,
                            parties: pair(&operators, other, id),
                        });
                    }
                }
            }
            // A party that has ended is not meant by a name, and another may go by it now.
            for name in std::iter::once(&record.id).chain(&record.aliases).filter(|_| active) {
                match self.by_name.insert(name.to_ascii_uppercase(), id) {
                    Some(other) if other != id => {
                        return Err(DirectoryError::NameTwice {
                            name: name.clone(),
                            parties: pair(&operators, other, id),
                        });
                    }
                    _ => {}
                }
            }
            for entity in &record.entities {
                let in_use =
                    if active && entity.period.contains(as_of.0) { InUse::Now } else { InUse::AnotherTime };
                self.claim_entity(entity.id, Entry::Operator(id, in_use), &record.id)?;
            }
        }
        self.operators = operators;
        Ok(())
    }

    /// Gives an entity to a party. One that another party had at another time goes to the party that has it now; one that
    /// two parties had at other times is nobody's.
    fn claim_entity(&mut self, entity: Eui64, entry: Entry, name: &str) -> Result<(), DirectoryError> {
        let known = self.by_entity.get(&entity).copied();
        match (known, entry) {
            (Some(Entry::Operator(one, InUse::AnotherTime)), Entry::Operator(other, InUse::AnotherTime))
                if one != other =>
            {
                self.by_entity.insert(entity, Entry::Former);
                Ok(())
            }
            (Some(Entry::Former), Entry::Operator(_, InUse::AnotherTime)) => Ok(()),
            (None | Some(Entry::Former | Entry::Operator(_, InUse::AnotherTime)), _) => {
                self.by_entity.insert(entity, entry);
                Ok(())
            }
            (Some(_), Entry::Operator(_, InUse::AnotherTime)) => Ok(()),
            (Some(known), entry) if known == entry => Ok(()),
            (Some(_), _) => Err(DirectoryError::EntityTwice { entity, party: name.to_owned() }),
        }
    }

    /// The operator of an id.
    #[must_use]
    pub fn operator(&self, id: OperatorId) -> Option<&OperatorRecord> {
        self.operators.get(id.0 as usize)
    }

    /// The text id of an operator; empty for an id of another directory.
    #[must_use]
    pub fn operator_name(&self, id: OperatorId) -> &str {
        self.operator(id).map_or("", |record| &record.id)
    }

    /// All operators, in the order of their text ids.
    pub fn operators(&self) -> impl Iterator<Item = (OperatorId, &OperatorRecord)> {
        (0u32..).map(OperatorId).zip(&self.operators)
    }

    /// The operator to whom a distributor id belongs at the instant.
    #[must_use]
    pub fn by_distributor(&self, distributor: DistributorId) -> Option<OperatorId> {
        self.by_distributor.get(&distributor).copied()
    }

    /// The operator that registration data means: by id or alias (any case), or by a two-digit distributor id.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<OperatorId> {
        let name = name.trim();
        if let Some(id) = self.by_name.get(&name.to_ascii_uppercase()) {
            return Some(*id);
        }
        let number = if name.len() == 2 { name.parse().ok()? } else { return None };
        self.by_distributor(DistributorId::new(number)?)
    }

    /// Whose an entity identifier is; `None` if no list has it.
    #[must_use]
    pub fn holder(&self, entity: Eui64) -> Option<Holder<'_>> {
        Some(match *self.by_entity.get(&entity)? {
            Entry::AccessControlBroker => Holder::AccessControlBroker,
            Entry::Operator(id, in_use) => Holder::Operator(id, in_use),
            Entry::Supplier(index) => Holder::Supplier(self.supplier_names.get(index)?),
            Entry::Former => Holder::Former,
        })
    }
}

fn pair(operators: &[OperatorRecord], one: OperatorId, other: OperatorId) -> String {
    let name = |id: OperatorId| operators.get(id.0 as usize).map_or("", |record| &record.id);
    format!("{} and {}", name(one), name(other))
}

/// Takes a single value that one of two files gives, or both alike.
fn agreed<T: PartialEq>(
    party: &str,
    what: &'static str,
    known: &mut Option<T>,
    more: Option<T>,
) -> Result<(), DirectoryError> {
    match (&*known, more) {
        (_, None) => Ok(()),
        (Some(known), Some(more)) if *known == more => Ok(()),
        (Some(_), Some(_)) => Err(DirectoryError::FilesContradict { party: party.to_owned(), what }),
        (None, more) => {
            *known = more;
            Ok(())
        }
    }
}

/// Adds what another own file says of a party. Lists grow; single values must agree.
fn unite(known: &mut OperatorRecord, more: &OperatorRecord) -> Result<(), DirectoryError> {
    let id = more.id.as_str();
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let dated = |period: Period| (period != Period::default()).then_some(period);
    let (mut name, mut period) = (some(&known.name), dated(known.period));
    agreed(id, "name", &mut name, some(&more.name))?;
    agreed(id, "from and to", &mut period, dated(more.period))?;
    agreed(id, "group", &mut known.group, more.group.clone())?;
    agreed(id, "kind", &mut known.kind, more.kind)?;
    agreed(id, "expects_certificates", &mut known.credentials, more.credentials)?;
    agreed(id, "entities_complete", &mut known.entity_list, more.entity_list)?;
    for entity in &more.entities {
        let datings = |record: &OperatorRecord| -> Vec<Period> {
            record.entities.iter().filter(|other| other.id == entity.id).map(|other| other.period).collect()
        };
        let (one, other) = (datings(known), datings(more));
        if !one.is_empty() && one != other {
            return Err(DirectoryError::FilesContradict {
                party: id.to_owned(),
                what: "from and to of an entity",
            });
        }
    }
    known.name = name.unwrap_or_default();
    known.period = period.unwrap_or_default();
    extend_new(&mut known.distributors, &more.distributors);
    extend_new(&mut known.aliases, &more.aliases);
    extend_new(&mut known.entities, &more.entities);
    Ok(())
}

/// Lays what own files say of a party over what the shipped one says: lists grow, but an entity has the datings of the
/// own files, and single values are theirs.
fn overlay(known: &mut OperatorRecord, own: OperatorRecord) {
    let OperatorRecord {
        id: _,
        name,
        group,
        kind,
        distributors,
        aliases,
        credentials,
        entities,
        entity_list,
        period,
    } = own;
    if !name.is_empty() {
        known.name = name;
    }
    known.group = group.or(known.group.take());
    known.kind = kind.or(known.kind);
    known.credentials = credentials.or(known.credentials);
    known.entity_list = entity_list.or(known.entity_list);
    if period != Period::default() {
        known.period = period;
    }
    known.entities.retain(|entity| !entities.iter().any(|own| own.id == entity.id));
    extend_new(&mut known.distributors, &distributors);
    extend_new(&mut known.aliases, &aliases);
    extend_new(&mut known.entities, &entities);
}

fn extend_new<T: Clone + PartialEq>(known: &mut Vec<T>, more: &[T]) {
    for item in more {
        if !known.contains(item) {
            known.push(item.clone());
        }
    }
}

/// Who ought to hold the network operator cells, as an entity question.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Owner {
    /// A listed operator.
    Operator(OperatorId),
    /// Registration data names an entity identifier that no list has; that entity and no other is expected.
    Entity(Eui64),
}

impl Owner {
    /// Whether an entity is known to be this owner's, now or at another time.
    #[must_use]
    pub fn has(self, directory: &Directory, entity: Eui64) -> Option<InUse> {
        match (self, directory.holder(entity)) {
            (Self::Entity(own), _) if own == entity => Some(InUse::Now),
            (Self::Operator(own), Some(Holder::Operator(id, in_use))) if own == id => Some(in_use),
            _ => None,
        }
    }

    /// Whether an entity that no list has can't be this owner's.
    #[must_use]
    pub fn entity_list(self, directory: &Directory) -> EntityList {
        match self {
            Self::Entity(_) => EntityList::Complete,
            Self::Operator(id) => {
                directory.operator(id).and_then(|record| record.entity_list).unwrap_or(EntityList::Partial)
            }
        }
    }

    /// Entities of this owner that are in use.
    #[must_use]
    pub fn entities(self, directory: &Directory) -> Vec<Eui64> {
        match self {
            Self::Entity(entity) => vec![entity],
            Self::Operator(id) => directory
                .operator(id)
                .map(|record| {
                    let entities = record.entities.iter().map(|entity: &DatedEntity| entity.id);
                    entities.filter(|entity| self.has(directory, *entity) == Some(InUse::Now)).collect()
                })
                .unwrap_or_default(),
        }
    }

    /// Whether credentials are expected at all.
    #[must_use]
    pub fn credentials(self, directory: &Directory) -> Credentials {
        match self {
            Self::Entity(_) => Credentials::Expected,
            Self::Operator(id) => {
                directory.operator(id).and_then(|record| record.credentials).unwrap_or(Credentials::Expected)
            }
        }
    }

    /// Whether it is an independent; `None` if that is not known.
    #[must_use]
    pub fn kind(self, directory: &Directory) -> Option<OperatorKind> {
        match self {
            Self::Entity(_) => None,
            Self::Operator(id) => directory.operator(id).and_then(|record| record.kind),
        }
    }

    /// The name of the party in reports: the operator's id, or the entity identifier.
    #[must_use]
    pub fn label(self, directory: &Directory) -> Cow<'_, str> {
        match self {
            Self::Entity(entity) => Cow::Owned(entity.to_string()),
            Self::Operator(id) => Cow::Borrowed(directory.operator_name(id)),
        }
    }

    /// The same, to keep.
    #[must_use]
    pub fn name(self, directory: &Directory) -> String {
        self.label(directory).into_owned()
    }
}

/// Why directory data gives no clear answer.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum DirectoryError {
    /// Two of the user's files say different things of a party, and neither is the later one.
    #[error("party {party}: two directory files contradict each other about {what}")]
    FilesContradict {
        /// The party.
        party: String,
        /// What they contradict each other about.
        what: &'static str,
    },
    /// Two operators claim a distributor id at the instant of the audit.
    #[error("distributor id {distributor} belongs to two parties: {parties}")]
    DistributorTwice {
        /// The id.
        distributor: DistributorId,
        /// Both parties.
        parties: String,
    },
    /// Two operators go by one name.
    #[error("the name {name} belongs to two parties: {parties}")]
    NameTwice {
        /// The name.
        name: String,
        /// Both parties.
        parties: String,
    },
    /// An entity identifier is listed for two parties at the instant of the audit.
    #[error("entity {entity} of {party} is listed for another party too")]
    EntityTwice {
        /// The entity.
        entity: Eui64,
        /// The party that claims it second.
        party: String,
    },
}
