//! The seal of a report: its rows as a tree for each party, and a tree over the parties.
//!
//! In: rows in the order of `devices.jsonl`, each with its expected operator, its supplier and its verdict. Out: a leaf
//! for each party, and the root over them, once by operator and once by supplier. The writer and the verifier use the
//! same code here; a second verifier, written from the documentation alone, is what holds both to the page.

use std::collections::{BTreeMap, HashMap};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use types::Sha256Digest;

use crate::canonical::{CanonicalError, push_line};
use crate::merkle::{RowTree, TopTree};
use crate::model::v1::{PartyLeaf, Root, Seal, VerdictCounts};

/// By whom the rows are split.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Tree {
    /// By the expected operator, `dno` of the row.
    Dno,
    /// By the responsible supplier, `supplier` of the row.
    Supplier,
}

impl Tree {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Dno, Self::Supplier];

    /// The word of the report.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dno => "dno",
            Self::Supplier => "supplier",
        }
    }

    /// The tree of a word.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tree| tree.name() == name)
    }

    /// The party that has the rows that name none.
    #[must_use]
    pub const fn nobody(self) -> &'static str {
        match self {
            Self::Dno => "unassigned",
            Self::Supplier => "unknown",
        }
    }

    /// The party that has a row with these `dno` and `supplier`.
    #[must_use]
    pub fn party<'r>(self, dno: Option<&'r str>, supplier: Option<&'r str>) -> &'r str {
        let named = match self {
            Self::Dno => dno,
            Self::Supplier => supplier,
        };
        named.unwrap_or(self.nobody())
    }

    /// The file of its leaves.
    #[must_use]
    pub const fn file(self) -> &'static str {
        match self {
            Self::Dno => "dno-leaves.jsonl",
            Self::Supplier => "supplier-leaves.jsonl",
        }
    }

    /// Its root in a seal.
    #[must_use]
    pub const fn root_of(self, seal: &Seal) -> &Root {
        match self {
            Self::Dno => &seal.dno,
            Self::Supplier => &seal.supplier,
        }
    }
}

/// A secret from which the salt of each party follows. It is not shown and not kept.
#[derive(Clone)]
pub struct RunKey(Vec<u8>);

impl std::fmt::Debug for RunKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RunKey(..)")
    }
}

/// A run key that is too short to keep a secret.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("run key of {octets} octets, expected at least {}", RunKey::MIN)]
pub struct RunKeyError {
    octets: usize,
}

impl RunKey {
    /// The fewest octets of a key.
    pub const MIN: usize = 16;

    /// From these octets as they are.
    ///
    /// # Errors
    ///
    /// There are too few.
    pub fn new(octets: Vec<u8>) -> Result<Self, RunKeyError> {
        if octets.len() < Self::MIN {
            return Err(RunKeyError { octets: octets.len() });
        }
        Ok(Self(octets))
    }

    /// HMAC-SHA-256 over the name of the tree, a colon and the party.
    fn salt(&self, tree: Tree, party: &str) -> Option<String> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        mac.update(tree.name().as_bytes());
        mac.update(b":");
        mac.update(party.as_bytes());
        Some(Sha256Digest::new(mac.finalize().into_bytes().into()).to_string())
    }
}

/// Where the salts of a seal come from.
#[derive(Clone, Debug, Default)]
pub enum Salts {
    /// There are none.
    #[default]
    None,
    /// They follow from a key.
    Key(RunKey),
    /// They are those of another seal, by tree and party: who makes a report again need not know its key.
    Given(BTreeMap<(Tree, String), String>),
}

impl Salts {
    /// Those that leaves have.
    #[must_use]
    pub fn of_leaves<'l>(leaves: impl IntoIterator<Item = (Tree, &'l PartyLeaf)>) -> Self {
        let salt = |(tree, leaf): (Tree, &PartyLeaf)| Some(((tree, leaf.party.clone()), leaf.salt.clone()?));
        Self::Given(leaves.into_iter().filter_map(salt).collect())
    }

    fn of(&self, tree: Tree, party: &str) -> Option<String> {
        match self {
            Self::None => None,
            Self::Key(key) => key.salt(tree, party),
            Self::Given(salts) => salts.get(&(tree, party.to_owned())).cloned(),
        }
    }
}

/// What a seal needs of a row.
#[derive(Clone, Copy, Debug)]
pub struct SealRow<'r> {
    /// The leaf of its octets without line feed, as [`crate::merkle::leaf`] makes it.
    pub leaf: Sha256Digest,
    /// `dno`.
    pub dno: Option<&'r str>,
    /// `supplier`.
    pub supplier: Option<&'r str>,
    /// `verdict`.
    pub verdict: &'r str,
}

impl<'r> SealRow<'r> {
    /// The party that has the row in a tree.
    #[must_use]
    pub fn party(&self, tree: Tree) -> &'r str {
        tree.party(self.dno, self.supplier)
    }
}

/// Splits rows by party. Memory grows with the number of parties, not of rows.
#[derive(Debug, Default)]
pub struct Sealer {
    trees: [Parties; 2],
}

/// The parties of a tree, by name and in the order in which they came.
#[derive(Debug, Default)]
struct Parties {
    numbers: HashMap<String, usize>,
    parties: Vec<Party>,
    /// The party of the row before: rows of one operator stand together.
    last: usize,
}

#[derive(Debug)]
struct Party {
    name: String,
    tree: RowTree,
    verdicts: VerdictCounts,
}

impl Parties {
    fn of(&mut self, name: &str) -> Option<&mut Party> {
        if self.parties.get(self.last).is_none_or(|party| party.name != name) {
            self.last = match self.numbers.get(name) {
                Some(number) => *number,
                None => {
                    let number = self.parties.len();
                    self.numbers.insert(name.to_owned(), number);
                    self.parties.push(Party {
                        name: name.to_owned(),
                        tree: RowTree::default(),
                        verdicts: VerdictCounts::default(),
                    });
                    number
                }
            };
        }
        self.parties.get_mut(self.last)
    }

    fn leaves(self, tree: Tree, salts: &Salts) -> Vec<PartyLeaf> {
        let mut leaves: Vec<PartyLeaf> = self
            .parties
            .into_iter()
            .map(|party| PartyLeaf {
                root: party.tree.root().to_string(),
                rows: party.tree.leaves(),
                salt: salts.of(tree, &party.name),
                party: party.name,
                verdicts: party.verdicts,
            })
            .collect();
        leaves.sort_unstable_by(|a, b| a.party.cmp(&b.party));
        leaves
    }
}

impl Sealer {
    /// Adds a row.
    ///
    /// # Errors
    ///
    /// Its verdict is none.
    pub fn push(&mut self, row: &SealRow<'_>) -> Result<(), UnknownVerdict> {
        for (tree, parties) in Tree::ALL.into_iter().zip(&mut self.trees) {
            if let Some(party) = parties.of(row.party(tree)) {
                party.verdicts.count(row.verdict)?;
                party.tree.push(row.leaf);
            }
        }
        Ok(())
    }

    /// The leaves of each tree, sorted by party.
    #[must_use]
    pub fn finish(self, salts: &Salts) -> [(Tree, Vec<PartyLeaf>); 2] {
        let [dno, supplier] = self.trees;
        [(Tree::Dno, dno.leaves(Tree::Dno, salts)), (Tree::Supplier, supplier.leaves(Tree::Supplier, salts))]
    }
}

/// A verdict that is none.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("verdict {0:?}, expected correct, missing, not-known, out-of-scope or wrong")]
pub struct UnknownVerdict(String);

impl VerdictCounts {
    /// Counts one meter of a verdict, by its word.
    ///
    /// # Errors
    ///
    /// There is no such verdict.
    pub fn count(&mut self, verdict: &str) -> Result<(), UnknownVerdict> {
        *match verdict {
            "correct" => &mut self.correct,
            "missing" => &mut self.missing,
            "not-known" => &mut self.not_known,
            "out-of-scope" => &mut self.out_of_scope,
            "wrong" => &mut self.wrong,
            other => return Err(UnknownVerdict(other.chars().take(40).collect())),
        } += 1;
        Ok(())
    }

    /// Adds the meters of other rows, up to the largest number.
    pub const fn saturating_add(&mut self, other: &Self) {
        self.correct = self.correct.saturating_add(other.correct);
        self.missing = self.missing.saturating_add(other.missing);
        self.not_known = self.not_known.saturating_add(other.not_known);
        self.out_of_scope = self.out_of_scope.saturating_add(other.out_of_scope);
        self.wrong = self.wrong.saturating_add(other.wrong);
    }

    /// All meters; `None` if that is more than any number.
    #[must_use]
    pub fn sum(&self) -> Option<u64> {
        let Self { correct, missing, not_known, out_of_scope, wrong } = *self;
        [missing, not_known, out_of_scope, wrong].into_iter().try_fold(correct, u64::checked_add)
    }
}

/// The octets of a leaf: its canonical form without line feed.
///
/// # Errors
///
/// Never: it is text and whole numbers.
pub fn leaf_octets(leaf: &PartyLeaf) -> Result<Vec<u8>, CanonicalError> {
    let mut octets = Vec::new();
    push_line(leaf, &mut octets)?;
    octets.pop();
    Ok(octets)
}

/// The tree over the leaves of the parties.
///
/// # Errors
///
/// As for [`leaf_octets`].
pub fn top_tree(leaves: &[PartyLeaf]) -> Result<TopTree, CanonicalError> {
    Ok(TopTree::new(leaves.iter().map(leaf_octets).collect::<Result<Vec<_>, _>>()?))
}

/// The root over the leaves of the parties.
///
/// # Errors
///
/// As for [`leaf_octets`].
pub fn root(leaves: &[PartyLeaf]) -> Result<Root, CanonicalError> {
    let parties = u64::try_from(leaves.len()).unwrap_or(u64::MAX);
    Ok(Root { parties, root: top_tree(leaves)?.root().to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merkle::leaf;

    fn rows() -> Vec<SealRow<'static>> {
        let row =
            |octets: &[u8], dno, supplier| SealRow { leaf: leaf(octets), dno, supplier, verdict: "wrong" };
        vec![
            row(b"1", Some("EELC"), Some("Beta")),
            row(b"2", Some("LOND"), None),
            row(b"3", Some("LOND"), Some("Alpha")),
            row(b"4", None, Some("Beta")),
        ]
    }

    #[test]
    fn every_row_has_its_place_with_both_of_its_parties() {
        let mut sealer = Sealer::default();
        rows().iter().for_each(|row| sealer.push(row).unwrap());
        let [(_, dnos), (_, suppliers)] = sealer.finish(&Salts::None);
        let shown = |leaves: &[PartyLeaf]| -> Vec<(String, u64)> {
            leaves.iter().map(|leaf| (leaf.party.clone(), leaf.verdicts.wrong)).collect()
        };
        let own = |text: &str, rows| (text.to_owned(), rows);
        assert_eq!(shown(&dnos), [own("EELC", 1), own("LOND", 2), own("unassigned", 1)]);
        assert_eq!(shown(&suppliers), [own("Alpha", 1), own("Beta", 2), own("unknown", 1)]);
        let mut beta = RowTree::default();
        [b"1", b"4"].iter().for_each(|octets| beta.push(leaf(*octets)));
        assert_eq!(suppliers[1].root, beta.root().to_string());
        assert!(dnos.iter().all(|leaf| leaf.salt.is_none()));
    }

    #[test]
    fn salts_follow_from_key_tree_and_party_and_can_be_given_again() {
        let key = RunKey::new(b"0123456789abcdef".to_vec()).unwrap();
        assert_eq!(format!("{key:?}"), "RunKey(..)");
        let seal = |salts: &Salts| {
            let mut sealer = Sealer::default();
            rows().iter().for_each(|row| sealer.push(row).unwrap());
            sealer.finish(salts)
        };
        let salted = seal(&Salts::Key(key));
        // printf 'dno:LOND' | openssl dgst -sha256 -hmac 0123456789abcdef
        let lond = salted[0].1[1].salt.as_deref();
        assert_eq!(lond, Some("683d5e9fc3376efb9dc5bc5094be08b3c495e69c57f2fc176fdd0f1c5f934599"));
        let all = salted.iter().flat_map(|(tree, leaves)| leaves.iter().map(move |leaf| (*tree, leaf)));
        assert_eq!(seal(&Salts::of_leaves(all)), salted);
        assert!(RunKey::new(b"short".to_vec()).is_err());
    }

    #[test]
    fn a_verdict_that_is_none_is_refused() {
        let row = SealRow { leaf: leaf(b""), dno: None, supplier: None, verdict: "fine" };
        assert!(Sealer::default().push(&row).unwrap_err().to_string().contains("\"fine\""));
    }
}
