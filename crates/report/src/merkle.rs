//! Merkle trees of RFC 6962 over SHA-256.
//!
//! [`RowTree`] takes the rows of a party as they come and holds no more than one digest for each level; a national
//! report has tens of millions of rows. [`TopTree`] has a leaf for each party, of which there are hundreds, and gives
//! audit paths. A property test holds the first to the second.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{InclusionProof, RootHash};
use sha2::{Digest, Sha256};
use types::Sha256Digest;

/// The most leaves of a tree of parties. It bounds what a hostile count can ask for.
pub const MAX_PARTIES: u64 = 1 << 32;

/// The leaf of RFC 6962 section 2.1 for these octets: SHA-256 of 00 and them.
#[must_use]
pub fn leaf(octets: &[u8]) -> Sha256Digest {
    Sha256Digest::new(Sha256::new().chain_update([0]).chain_update(octets).finalize().into())
}

/// The node above two others: SHA-256 of 01 and them.
fn node(left: &Sha256Digest, right: &Sha256Digest) -> Sha256Digest {
    let hasher = Sha256::new().chain_update([1]).chain_update(left.octets()).chain_update(right.octets());
    Sha256Digest::new(hasher.finalize().into())
}

/// A tree that grows leaf by leaf: the roots of its full subtrees, the largest first.
#[derive(Clone, Debug, Default)]
pub struct RowTree {
    roots: Vec<Sha256Digest>,
    leaves: u64,
}

impl RowTree {
    /// Adds a leaf, as [`leaf`] makes it.
    pub fn push(&mut self, leaf: Sha256Digest) {
        let mut above = leaf;
        let mut full = self.leaves;
        while full & 1 == 1 {
            if let Some(left) = self.roots.pop() {
                above = node(&left, &above);
            }
            full >>= 1;
        }
        self.roots.push(above);
        self.leaves += 1;
    }

    /// How many leaves it has.
    #[must_use]
    pub const fn leaves(&self) -> u64 {
        self.leaves
    }

    /// Its root; that of no leaves is the SHA-256 of nothing.
    #[must_use]
    pub fn root(&self) -> Sha256Digest {
        let mut roots = self.roots.iter().rev();
        match roots.next() {
            None => Sha256Digest::new(Sha256::digest([]).into()),
            Some(last) => roots.fold(*last, |right, left| node(left, &right)),
        }
    }
}

/// The audit path of one leaf of a tree that is gone through once, leaf by leaf.
#[derive(Debug)]
pub struct RowPath {
    /// The leaves below each sibling of the path, the sibling of the leaf first.
    siblings: Vec<(std::ops::Range<u64>, RowTree)>,
    next: u64,
    leaves: u64,
}

impl RowPath {
    /// For the leaf at a position of a tree of so many leaves; `None` if there is no such leaf.
    #[must_use]
    pub fn new(position: u64, leaves: u64) -> Option<Self> {
        if position >= leaves || leaves > MAX_PARTIES {
            return None;
        }
        // RFC 6962 section 2.1.1: the left subtree of n leaves has the greatest power of two below n.
        let mut siblings = Vec::new();
        let (mut start, mut end) = (0, leaves);
        while end - start > 1 {
            let middle = start + (end - start).next_power_of_two() / 2;
            let sibling = if position < middle { middle..end } else { start..middle };
            (start, end) = if position < middle { (start, middle) } else { (middle, end) };
            siblings.push((sibling, RowTree::default()));
        }
        siblings.reverse();
        Some(Self { siblings, next: 0, leaves })
    }

    /// Takes the next leaf, as [`leaf`] makes it.
    pub fn push(&mut self, leaf: Sha256Digest) {
        let place = self.next;
        self.next += 1;
        if let Some((_, tree)) = self.siblings.iter_mut().find(|(range, _)| range.contains(&place)) {
            tree.push(leaf);
        }
    }

    /// The path, the sibling of the leaf first; `None` unless as many leaves were taken as there are.
    #[must_use]
    pub fn finish(self) -> Option<Vec<Sha256Digest>> {
        (self.next == self.leaves).then(|| self.siblings.iter().map(|(_, tree)| tree.root()).collect())
    }
}

/// A tree of few leaves that can prove each.
#[derive(Debug, Default)]
pub struct TopTree(MemoryBackedTree<Sha256, Vec<u8>>);

impl TopTree {
    /// Over these leaves, in this order.
    #[must_use]
    pub fn new(leaves: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let mut tree = MemoryBackedTree::new();
        leaves.into_iter().for_each(|leaf| tree.push(leaf));
        Self(tree)
    }

    /// Its root.
    #[must_use]
    pub fn root(&self) -> Sha256Digest {
        Sha256Digest::new((*self.0.root().as_bytes()).into())
    }

    /// The audit path of a leaf, the sibling of the leaf first; `None` if there is no such leaf.
    #[must_use]
    pub fn path(&self, position: u64) -> Option<Vec<Sha256Digest>> {
        let index = usize::try_from(position).ok().filter(|_| position < self.0.len())?;
        let proof = self.0.prove_inclusion(index);
        let (digests, _) = proof.as_bytes().as_chunks::<32>();
        Some(digests.iter().copied().map(Sha256Digest::new).collect())
    }
}

/// Whether a path leads from a leaf at a position to the root of a tree of so many leaves.
#[must_use]
pub fn path_holds(
    leaf: &[u8],
    position: u64,
    leaves: u64,
    path: &[Sha256Digest],
    root: Sha256Digest,
) -> bool {
    if position >= leaves || leaves > MAX_PARTIES {
        return false;
    }
    let proof = path.iter().flat_map(Sha256Digest::octets).copied().collect();
    let Ok(proof) = InclusionProof::<Sha256>::try_from_bytes(proof) else { return false };
    let root = RootHash::<Sha256>::new((*root.octets()).into(), leaves);
    root.verify_inclusion(&leaf, position, &proof).is_ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The leaves and roots of the reference implementation of Certificate Transparency, for trees of 0 to 8 leaves.
    const LEAVES: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    const ROOTS: [&str; 9] = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    #[test]
    fn the_published_roots_come_out_of_both_trees() {
        for (size, root) in ROOTS.iter().enumerate() {
            let mut rows = RowTree::default();
            LEAVES[..size].iter().for_each(|octets| rows.push(leaf(octets)));
            assert_eq!(rows.root().to_string(), *root);
            let top = TopTree::new(LEAVES[..size].iter().map(|leaf| leaf.to_vec()));
            assert_eq!(top.root().to_string(), *root);
        }
    }

    #[test]
    fn the_published_path_of_leaf_5_of_8_comes_out() {
        let path = TopTree::new(LEAVES.iter().map(|leaf| leaf.to_vec())).path(5).unwrap();
        let shown: Vec<String> = path.iter().map(ToString::to_string).collect();
        assert_eq!(
            shown,
            [
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ]
        );
    }

    proptest! {
        #[test]
        fn the_path_of_a_row_is_that_of_the_tree(leaves in 1u64..70, place in any::<prop::sample::Index>()) {
            let octets: Vec<Vec<u8>> = (0..leaves).map(|number| number.to_be_bytes().to_vec()).collect();
            let tree = TopTree::new(octets.clone());
            let place = place.index(octets.len());
            let position = u64::try_from(place).unwrap();
            let mut path = RowPath::new(position, leaves).unwrap();
            octets.iter().for_each(|octets| path.push(leaf(octets)));
            let path = path.finish().unwrap();
            prop_assert_eq!(&path, &tree.path(position).unwrap());
            prop_assert!(path_holds(&octets[place], position, leaves, &path, tree.root()));
            prop_assert!(RowPath::new(leaves, leaves).is_none());
            prop_assert!(RowPath::new(position, leaves).unwrap().finish().is_none() || leaves == 0);
        }

        #[test]
        fn a_tree_of_rows_has_the_root_of_a_tree_that_holds_them(
            leaves in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 0..300),
        ) {
            let mut rows = RowTree::default();
            leaves.iter().for_each(|octets| rows.push(leaf(octets)));
            prop_assert_eq!(rows.leaves(), leaves.len() as u64);
            prop_assert_eq!(rows.root(), TopTree::new(leaves).root());
        }

        #[test]
        fn a_path_proves_its_leaf_at_its_place_in_its_tree_and_nothing_else(
            leaves in proptest::collection::btree_set(any::<[u8; 4]>(), 1..40),
            at in any::<prop::sample::Index>(),
            other in any::<prop::sample::Index>(),
        ) {
            let leaves: Vec<Vec<u8>> = leaves.iter().map(|leaf| leaf.to_vec()).collect();
            let (at, other) = (at.index(leaves.len()), other.index(leaves.len()));
            let tree = TopTree::new(leaves.clone());
            let (root, size) = (tree.root(), leaves.len() as u64);
            let path = tree.path(at as u64).unwrap();
            prop_assert!(path_holds(&leaves[at], at as u64, size, &path, root));
            if at != other {
                prop_assert!(!path_holds(&leaves[other], at as u64, size, &path, root));
                prop_assert!(!path_holds(&leaves[at], other as u64, size, &path, root));
            }
            let mut longer = path.clone();
            longer.push(root);
            prop_assert!(!path_holds(&leaves[at], at as u64, size, &longer, root));
            prop_assert!(!path_holds(&leaves[at], at as u64, u64::MAX, &path, root));
        }
    }
}
