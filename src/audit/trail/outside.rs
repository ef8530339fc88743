//! Checkpoints outside the database: a folder that whoever administers the database should not be able to change.
//!
//! `<folder>/<organisation>/<size>.checkpoint` is the signed note; `<size>.leaves` holds the leaves that came since the
//! checkpoint before, one in hexadecimal a line. Only the note counts; the leaves, once they give its root, tell
//! which row of the journal was changed.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use uuid::Uuid;

use super::merkle::{Frontier, Hash};
use super::note::{Checkpoint, Verifier};
use crate::ids::hex;

/// Digits of a size in the name of a file, so that files are listed in their order.
const DIGITS: usize = 12;

/// The checkpoints of one organisation.
#[derive(Debug, Default)]
pub struct Outside {
    /// By size; every one is signed.
    pub checkpoints: Vec<(Checkpoint, String)>,
    /// Files that are no checkpoint of this key and organisation.
    pub strange: Vec<PathBuf>,
    /// The first leaves of the tree, as far as they give the roots of the checkpoints.
    pub leaves: Vec<Hash>,
}

impl Outside {
    /// The newest checkpoint.
    #[must_use]
    pub fn newest(&self) -> Option<&Checkpoint> {
        self.checkpoints.last().map(|(checkpoint, _)| checkpoint)
    }
}

/// Organisations that the folder holds checkpoints of.
///
/// # Errors
/// When the folder cannot be read; a folder that is not there holds none.
pub fn organisations(folder: &Path) -> anyhow::Result<Vec<Uuid>> {
    let mut found: Vec<Uuid> = files(folder)?
        .iter()
        .filter_map(|path| path.file_name()?.to_str()?.parse().ok())
        .collect();
    found.sort();
    Ok(found)
}

/// Everything that the folder holds about an organisation.
///
/// # Errors
/// When a file cannot be read.
pub fn read(folder: &Path, org_id: Uuid, verifier: &Verifier) -> anyhow::Result<Outside> {
    let mut outside = Outside::default();
    for path in files(&folder.join(org_id.to_string()))? {
        if path.extension().is_none_or(|kind| kind != "checkpoint") {
            continue;
        }
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let note = String::from_utf8_lossy(&bytes).into_owned();
        match verifier.open(&note) {
            Some(checkpoint)
                if checkpoint.org_id == org_id
                    && path.ends_with(file_name(checkpoint.size, "checkpoint")) =>
            {
                outside.checkpoints.push((checkpoint, note));
            }
            _ => outside.strange.push(path),
        }
    }
    outside
        .checkpoints
        .sort_by_key(|(checkpoint, _)| checkpoint.size);
    let mut tree = Frontier::default();
    for (checkpoint, _) in &outside.checkpoints {
        let path = folder
            .join(org_id.to_string())
            .join(file_name(checkpoint.size, "leaves"));
        let added: Vec<Hash> = fs::read_to_string(path)
            .unwrap_or_default()
            .lines()
            .map_while(super::read_hex)
            .collect();
        for leaf in &added {
            tree.push(*leaf);
        }
        if tree.size() != checkpoint.size || tree.root() != checkpoint.root {
            break;
        }
        outside.leaves.extend(added);
    }
    Ok(outside)
}

/// The newest checkpoint of an organisation that the folder holds and the key signed.
///
/// # Errors
/// When a file cannot be read.
pub fn newest(
    folder: &Path,
    org_id: Uuid,
    verifier: &Verifier,
) -> anyhow::Result<Option<Checkpoint>> {
    let mut paths = files(&folder.join(org_id.to_string()))?;
    paths.retain(|path| path.extension().is_some_and(|kind| kind == "checkpoint"));
    for path in paths.iter().rev() {
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        if let Some(checkpoint) = verifier.open(&String::from_utf8_lossy(&bytes))
            && checkpoint.org_id == org_id
        {
            return Ok(Some(checkpoint));
        }
    }
    Ok(None)
}

/// Puts a checkpoint and the leaves that it adds into the folder; one that is there already stays.
///
/// # Errors
/// When the folder cannot be written to.
pub fn write(
    folder: &Path,
    checkpoint: &Checkpoint,
    note: &str,
    added: &[Hash],
) -> anyhow::Result<()> {
    let own = folder.join(checkpoint.org_id.to_string());
    fs::create_dir_all(&own).with_context(|| format!("cannot make {}", own.display()))?;
    let leaves: String = added
        .iter()
        .map(|leaf| format!("{}\n", hex(leaf)))
        .collect();
    // The note last: where it is, its leaves are.
    put(&own.join(file_name(checkpoint.size, "leaves")), &leaves)?;
    put(&own.join(file_name(checkpoint.size, "checkpoint")), note)?;
    fs::File::open(&own)?.sync_all()?;
    Ok(())
}

/// Whether the checkpoint of this size is in the folder.
#[must_use]
pub fn holds(folder: &Path, org_id: Uuid, size: i64) -> bool {
    folder
        .join(org_id.to_string())
        .join(file_name(size, "checkpoint"))
        .exists()
}

fn put(path: &Path, text: &str) -> anyhow::Result<()> {
    if path.exists() {
        return Ok(());
    }
    let temporary = path.with_extension("part");
    let mut file = fs::File::create(&temporary)
        .with_context(|| format!("cannot write {}", temporary.display()))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    Ok(())
}

fn file_name(size: impl std::fmt::Display, kind: &str) -> String {
    format!("{size:0>DIGITS$}.{kind}")
}

/// What lies in a folder, in the order of the names.
fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect())
        .with_context(|| format!("cannot read {}", folder.display()))?;
    paths.sort();
    Ok(paths)
}
