//! Merkle trees as RFC 9162 (section 2.1) defines them: pure arithmetic over SHA-256.

use sha2::{Digest as _, Sha256};

/// A node of the tree.
pub type Hash = [u8; 32];

/// The hash of one entry (RFC 9162, 2.1.1).
#[must_use]
pub fn leaf(entry: &[u8]) -> Hash {
    Sha256::new()
        .chain_update([0])
        .chain_update(entry)
        .finalize()
        .into()
}

fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new()
        .chain_update([1])
        .chain_update(left)
        .chain_update(right)
        .finalize()
        .into()
}

/// A tree that grows at its end and remembers no more than it needs to: the roots of its perfect subtrees.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// From the largest subtree to the smallest, one for each bit of the size that is set.
    roots: Vec<Hash>,
}

impl Frontier {
    /// Takes up a tree again; none where there are too many or too few subtrees for the size.
    #[must_use]
    pub fn resume(size: u64, roots: Vec<Hash>) -> Option<Self> {
        (u64::from(size.count_ones()) == roots.len() as u64).then_some(Self { size, roots })
    }

    /// How many leaves the tree has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// What [`Frontier::resume`] needs.
    #[must_use]
    pub fn roots(&self) -> &[Hash] {
        &self.roots
    }

    /// Adds a leaf at the end.
    pub fn push(&mut self, leaf: Hash) {
        let mut grown = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.roots.pop() {
                grown = node(&left, &grown);
            }
        }
        self.roots.push(grown);
        self.size += 1;
    }

    /// The hash of the whole tree; of an empty one that of nothing.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.roots
            .iter()
            .rev()
            .copied()
            .reduce(|right, left| node(&left, &right))
            .unwrap_or_else(|| Sha256::digest([]).into())
    }
}

/// The root of a tree over all the leaves.
#[must_use]
pub fn root(leaves: &[Hash]) -> Hash {
    let mut tree = Frontier::default();
    for leaf in leaves {
        tree.push(*leaf);
    }
    tree.root()
}

/// The proof that the leaf `index` is in the tree over `leaves` (2.1.3.1); none where there is no such leaf.
#[must_use]
pub fn inclusion(leaves: &[Hash], index: usize) -> Option<Vec<Hash>> {
    match leaves {
        [] => None,
        [_] => (index == 0).then(Vec::new),
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            let (mut path, other) = if index < left.len() {
                (inclusion(left, index)?, right)
            } else {
                (inclusion(right, index - left.len())?, left)
            };
            path.push(root(other));
            Some(path)
        }
    }
}

/// The proof that the tree over `leaves` begins with the tree over its first `first` leaves (2.1.4.1); none where there
/// are not so many, or none at all are asked for.
#[must_use]
pub fn consistency(leaves: &[Hash], first: usize) -> Option<Vec<Hash>> {
    (1..=leaves.len())
        .contains(&first)
        .then(|| subproof(leaves, first, true))
}

/// `known`: whether the verifier holds the root over the first leaves already.
fn subproof(leaves: &[Hash], first: usize, known: bool) -> Vec<Hash> {
    if first == leaves.len() {
        return if known {
            Vec::new()
        } else {
            vec![root(leaves)]
        };
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    let (mut proof, other) = if first <= left.len() {
        (subproof(left, first, known), right)
    } else {
        (subproof(right, first - left.len(), false), left)
    };
    proof.push(root(other));
    proof
}

/// The largest power of two below `length`, which is at least 2.
fn split(length: usize) -> usize {
    1 << (length - 1).ilog2()
}

/// Whether the proof shows that `leaf` stands at `index` in the tree of this size and root (2.1.3.2).
#[must_use]
pub fn verify_inclusion(leaf: Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last) = (index, size - 1);
    let mut hash = leaf;
    for other in proof {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            hash = node(other, &hash);
            climb_left_edge(&mut at, &mut last);
        } else {
            hash = node(&hash, other);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// Whether the proof shows that the second tree begins with the first (2.1.4.2).
#[must_use]
pub fn verify_consistency(first: (u64, &Hash), second: (u64, &Hash), proof: &[Hash]) -> bool {
    let ((first_size, first_root), (second_size, second_root)) = (first, second);
    if first_size == 0 || first_size > second_size {
        return false;
    }
    if first_size == second_size {
        return proof.is_empty() && first_root == second_root;
    }
    // A whole first tree is itself the node that the proof begins with.
    let own = first_size.is_power_of_two().then_some(first_root);
    let mut path = own.into_iter().chain(proof);
    let Some(start) = path.next() else {
        return false;
    };
    let (mut at, mut last) = (first_size - 1, second_size - 1);
    while at & 1 == 1 {
        at >>= 1;
        last >>= 1;
    }
    let (mut old, mut new) = (*start, *start);
    for other in path {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            old = node(other, &old);
            new = node(other, &new);
            climb_left_edge(&mut at, &mut last);
        } else {
            new = node(&new, other);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && old == *first_root && new == *second_root
}

/// Passes the levels on which the node has no sibling.
fn climb_left_edge(at: &mut u64, last: &mut u64) {
    while *at & 1 == 0 && *at != 0 {
        *at >>= 1;
        *last >>= 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ids::hex;

    /// The entries and roots with which implementations of Certificate Transparency are tested.
    const ENTRIES: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    const ROOTS: [&str; 8] = [
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
    fn the_published_vectors_come_out() {
        let leaves: Vec<Hash> = ENTRIES.iter().map(|entry| leaf(entry)).collect();
        for (n, expected) in ROOTS.iter().enumerate() {
            assert_eq!(hex(&root(&leaves[..=n])), *expected, "{} leaves", n + 1);
        }
        assert_eq!(
            hex(&root(&[])),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    fn leaves(count: usize) -> Vec<Hash> {
        (0..count).map(|n| leaf(&n.to_be_bytes())).collect()
    }

    /// The definition of the tree's hash, word for word.
    fn defined(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => Sha256::digest([]).into(),
            [one] => *one,
            _ => {
                let (left, right) = leaves.split_at(split(leaves.len()));
                node(&defined(left), &defined(right))
            }
        }
    }

    proptest! {
        #[test]
        fn a_tree_that_grew_is_the_tree_that_is_defined(count in 0_usize..200, pause in 0_usize..200) {
            let all = leaves(count);
            let mut tree = Frontier::default();
            for (n, leaf) in all.iter().enumerate() {
                if n == pause {
                    tree = Frontier::resume(tree.size(), tree.roots().to_vec()).expect("its own parts");
                }
                tree.push(*leaf);
            }
            prop_assert_eq!(tree.root(), defined(&all));
        }

        #[test]
        fn every_leaf_is_proved_and_nothing_else_is(count in 1_usize..130, at in 0_usize..130, bit in 0_usize..2_048) {
            let (all, at) = (leaves(count), at % count);
            let (size, index) = (count as u64, at as u64);
            let whole = root(&all);
            let mut proof = inclusion(&all, at).expect("a leaf of the tree");
            prop_assert!(verify_inclusion(all[at], index, size, &proof, &whole));
            prop_assert!(!verify_inclusion(leaf(b"x"), index, size, &proof, &whole));
            prop_assert!(!verify_inclusion(all[at], size, size, &proof, &whole));
            if let Some(part) = proof.get_mut(bit / 256 % count.max(1)) {
                part[bit % 32] ^= 1;
                prop_assert!(!verify_inclusion(all[at], index, size, &proof, &whole));
            }
            prop_assert_eq!(inclusion(&all, count), None);
        }

        #[test]
        fn a_grown_tree_is_proved_to_begin_with_the_old_one(count in 1_usize..130, first in 1_usize..130) {
            let all = leaves(count);
            let first = (first - 1) % count + 1;
            let (old, new) = (root(&all[..first]), root(&all));
            let sizes = (first as u64, count as u64);
            let proof = consistency(&all, first).expect("a proof");
            prop_assert!(verify_consistency((sizes.0, &old), (sizes.1, &new), &proof));
            let strange = leaf(b"x");
            prop_assert!(!verify_consistency((sizes.0, &strange), (sizes.1, &new), &proof));
            prop_assert!(!verify_consistency((sizes.0, &old), (sizes.1, &strange), &proof));
            for cut in 0..proof.len() {
                prop_assert!(!verify_consistency((sizes.0, &old), (sizes.1, &new), &proof[..cut]));
            }
        }
    }

    #[test]
    fn a_tree_is_taken_up_only_with_as_many_parts_as_its_size_says() {
        assert_eq!(Frontier::resume(6, leaves(3)), None);
        assert!(Frontier::resume(6, leaves(2)).is_some());
    }
}
