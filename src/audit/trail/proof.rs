//! Proofs for somebody outside: that one row stands in the journal, and that a later checkpoint only adds to an earlier one.
//!
//! A proof is a JSON file that verifies with nothing but itself and the installation's public key.

use std::path::Path;

use anyhow::Context as _;
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::merkle::{self, Hash};
use super::note::{Checkpoint, Verifier};
use super::{outside, raw, read_hex, stored_leaves};
use crate::ids::hex;

/// A proof of either kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Proof {
    /// The row `entry` stands at `position` in the journal that `checkpoint` signs.
    Inclusion {
        checkpoint: String,
        position: u64,
        /// The row: a JSON array of its values, number, organisation, time, act and so on.
        entry: String,
        /// Hexadecimal, from the leaf to the root.
        path: Vec<String>,
    },
    /// The journal under `checkpoint` begins with all of the journal under `earlier`.
    Consistency {
        checkpoint: String,
        earlier: String,
        path: Vec<String>,
    },
}

impl Proof {
    /// What the proof shows; none where it shows nothing.
    #[must_use]
    pub fn verify(&self, verifier: &Verifier) -> Option<String> {
        match self {
            Self::Inclusion {
                checkpoint,
                position,
                entry,
                path,
            } => {
                let signed = verifier.open(checkpoint)?;
                let leaf = merkle::leaf(entry.as_bytes());
                let path = read(path)?;
                merkle::verify_inclusion(leaf, *position, signed.size, &path, &signed.root)
                    .then(|| format!("row {position} of {} under {}", signed.size, said(&signed)))
            }
            Self::Consistency {
                checkpoint,
                earlier,
                path,
            } => {
                let (new, old) = (verifier.open(checkpoint)?, verifier.open(earlier)?);
                let (from, to) = ((old.size, &old.root), (new.size, &new.root));
                let shown =
                    old.org_id == new.org_id && merkle::verify_consistency(from, to, &read(path)?);
                shown.then(|| {
                    format!(
                        "{} begins with all {} rows of {}",
                        said(&new),
                        old.size,
                        said(&old)
                    )
                })
            }
        }
    }
}

fn said(checkpoint: &Checkpoint) -> String {
    format!(
        "the checkpoint of {} of organisation {}",
        checkpoint.at, checkpoint.org_id
    )
}

fn read(path: &[String]) -> Option<Vec<Hash>> {
    path.iter().map(|hash| read_hex(hash)).collect()
}

fn written(path: &[Hash]) -> Vec<String> {
    path.iter().map(|hash| hex(hash)).collect()
}

/// Proves that a row of the journal is under the newest checkpoint of its organisation.
///
/// # Errors
/// One sentence where there is no such row, or no checkpoint covers it yet.
pub async fn of_row(
    db: &impl ConnectionTrait,
    folder: &Path,
    verifier: &Verifier,
    id: i64,
) -> anyhow::Result<Proof> {
    let row = raw::journal_row_of(db, id)
        .await?
        .with_context(|| format!("the journal has no row {id}"))?
        .map_err(|columns| anyhow::anyhow!("row {id} cannot be read: {}", columns.join(", ")))?;
    let org_id = row
        .org_id()
        .with_context(|| format!("row {id} names no organisation"))?;
    let (checkpoint, note) = newest(folder, org_id, verifier)?;
    let leaves = stored_leaves(db, org_id, 0..checkpoint.size).await?;
    let leaf = row.leaf();
    let position = leaves
        .iter()
        .position(|other| *other == leaf)
        .with_context(|| {
            format!("row {id} is not under the newest checkpoint; wait for the next, or run `trinhky check`")
        })?;
    let path = merkle::inclusion(&leaves, position).unwrap_or_default();
    Ok(Proof::Inclusion {
        checkpoint: note,
        position: position as u64,
        entry: row.entry(),
        path: written(&path),
    })
}

/// Proves that the newest checkpoint of an organisation only adds to the one of `size` rows.
///
/// # Errors
/// One sentence where there is no such checkpoint.
pub async fn since(
    db: &impl ConnectionTrait,
    folder: &Path,
    verifier: &Verifier,
    org_id: Uuid,
    size: u64,
) -> anyhow::Result<Proof> {
    let (checkpoint, note) = newest(folder, org_id, verifier)?;
    let earlier = outside::read(folder, org_id, verifier)?
        .checkpoints
        .into_iter()
        .find(|(earlier, _)| earlier.size == size)
        .with_context(|| format!("there is no checkpoint of {size} rows of {org_id}"))?
        .1;
    let leaves = stored_leaves(db, org_id, 0..checkpoint.size).await?;
    let path = usize::try_from(size)
        .ok()
        .and_then(|first| merkle::consistency(&leaves, first))
        .context("the tree is shorter than its checkpoints; run `trinhky check`")?;
    Ok(Proof::Consistency {
        checkpoint: note,
        earlier,
        path: written(&path),
    })
}

fn newest(
    folder: &Path,
    org_id: Uuid,
    verifier: &Verifier,
) -> anyhow::Result<(Checkpoint, String)> {
    outside::read(folder, org_id, verifier)?
        .checkpoints
        .pop()
        .with_context(|| format!("there is no checkpoint of {org_id} in {}", folder.display()))
}
