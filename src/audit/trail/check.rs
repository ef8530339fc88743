//! Compares the journal as it lies in the database with the checkpoints outside it, and says where they differ.

use std::collections::BTreeSet;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::merkle::{Frontier, Hash};
use super::note::{Checkpoint, Verifier};
use super::outside::{self, Outside};
use super::{raw, read_hashes};
use crate::fault::Outcome;

/// Leaves read at a time.
const PAGE: u32 = 1_000;
/// An act may reach the disk so long after its instant, clocks of several servers included; a row that is older than the
/// checkpoint before it by more was put in afterwards.
const LATE: TimeDelta = TimeDelta::minutes(15);
/// Places that are named at most; who changed more has changed enough.
const MAX_FINDINGS: usize = 1_000;

/// What the comparison found.
#[derive(Debug, Default)]
pub struct Findings {
    /// One sentence for each place that is not as it was.
    pub breaches: Vec<String>,
    /// Checkpoints that were compared.
    pub checkpoints: usize,
    /// Rows of the journal under a checkpoint.
    pub covered: u64,
    /// Rows that no checkpoint covers yet.
    pub uncovered: u64,
}

impl Findings {
    fn add(&mut self, sentence: String) {
        if self.breaches.len() < MAX_FINDINGS {
            self.breaches.push(sentence);
        }
    }
}

/// Compares every organisation's journal with its checkpoints in the folder.
///
/// # Errors
/// What folder and database report. A row that cannot be read is a finding, not an error.
pub async fn check(
    db: &impl ConnectionTrait,
    folder: &Path,
    verifier: &Verifier,
) -> Outcome<Findings> {
    let mut findings = Findings::default();
    let mut org_ids: BTreeSet<Uuid> = outside::organisations(folder)?.into_iter().collect();
    for org_id in raw::organisations(db).await? {
        match org_id {
            Some(org_id) => _ = org_ids.insert(org_id),
            None => findings.add("the trees hold leaves of no organisation".to_owned()),
        }
    }
    let mut newest: Option<DateTime<Utc>> = None;
    for org_id in org_ids {
        let outside = outside::read(folder, org_id, verifier)?;
        for path in &outside.strange {
            findings.add(format!(
                "{} is no checkpoint that this installation signed",
                path.display()
            ));
        }
        newest = newest.max(outside.newest().map(|checkpoint| checkpoint.at));
        findings.checkpoints += outside.checkpoints.len();
        stored_checkpoints(db, org_id, &outside, &mut findings).await?;
        Walk::new(org_id, &outside, &mut findings).run(db).await?;
    }
    rows_outside(db, newest, &mut findings).await?;
    Ok(findings)
}

/// The database's own checkpoints are those outside, and its next one goes on from them.
async fn stored_checkpoints(
    db: &impl ConnectionTrait,
    org_id: Uuid,
    outside: &Outside,
    findings: &mut Findings,
) -> Outcome<()> {
    let mut stored = raw::checkpoints(db, org_id).await?;
    for (checkpoint, note) in &outside.checkpoints {
        let size = checkpoint.size;
        let found = stored
            .iter()
            .position(|stored| stored.size == Some(size))
            .map(|at| stored.remove(at));
        let right = found.is_some_and(|found| {
            found.note.as_ref() == Some(note)
                && found
                    .frontier
                    .and_then(|text| Frontier::resume(size, read_hashes(&text)?))
                    .is_some_and(|tree| tree.root() == checkpoint.root)
        });
        if !right {
            findings.add(format!(
                "the database's record of the checkpoint of {size} rows of {org_id} is not the one outside"
            ));
        }
    }
    // A checkpoint that is newer than all outside has not gone out yet; the next one takes it along.
    let newest = outside.newest().map_or(0, |newest| newest.size);
    stored.retain(|left| left.size.is_none_or(|size| size <= newest));
    for left in stored {
        findings.add(format!(
            "the database holds a checkpoint of {} rows of {org_id} that is not outside",
            left.size.map_or("?".to_owned(), |size| size.to_string())
        ));
    }
    Ok(())
}

/// The way through one organisation's tree, leaf by leaf.
struct Walk<'a> {
    org_id: Uuid,
    outside: &'a Outside,
    findings: &'a mut Findings,
    /// The tree so far; where a leaf is wrong and the right one is known, with the right one.
    tree: Frontier,
    /// A root has differed: those after it must differ, too.
    lost: bool,
    /// Checkpoints that were passed.
    passed: usize,
}

impl<'a> Walk<'a> {
    fn new(org_id: Uuid, outside: &'a Outside, findings: &'a mut Findings) -> Self {
        Self {
            org_id,
            outside,
            findings,
            tree: Frontier::default(),
            lost: false,
            passed: 0,
        }
    }

    async fn run(mut self, db: &impl ConnectionTrait) -> Outcome<()> {
        'pages: loop {
            let leaves = raw::leaves(db, self.org_id, self.tree.size(), PAGE).await?;
            if leaves.is_empty() {
                break;
            }
            for leaf in leaves {
                let next = self.tree.size();
                match leaf.position {
                    Some(position) if position >= next => {
                        if position > next && !self.skip_to(position) {
                            break 'pages;
                        }
                        self.leaf(&leaf);
                    }
                    _ => {
                        self.add(format!(
                            "a leaf of the tree of {} has no place (row {} of the journal)",
                            self.org_id,
                            number(leaf.journal_id)
                        ));
                        break 'pages;
                    }
                }
            }
        }
        self.end();
        Ok(())
    }

    /// Passes leaves that are not there; false where what stood there is not known.
    fn skip_to(&mut self, position: u64) -> bool {
        let from = self.tree.size();
        self.add(format!(
            "the leaves {from} to {} of the tree of {} are gone",
            position - 1,
            self.org_id
        ));
        for gone in from..position {
            let Some(known) = self.known(gone) else {
                return false;
            };
            self.push(known);
        }
        true
    }

    fn leaf(&mut self, leaf: &raw::Leaf) {
        let position = self.tree.size();
        let known = self.known(position);
        let id = number(leaf.journal_id);
        let place = format!(
            "row {id} of the journal (leaf {position} of {})",
            self.org_id
        );
        let mut own = None;
        match &leaf.row {
            None => self.add(format!("{place} is gone")),
            Some(Err(columns)) => self.add(format!(
                "{place} holds what cannot be read: {}",
                columns.join(", ")
            )),
            Some(Ok(row)) => {
                let hash = row.leaf();
                own = Some(hash);
                if Some(hash) != known.or(leaf.hash) {
                    self.add(format!("{place} is not what stood there"));
                } else if let Some(before) = self.checkpoint_before()
                    && row.at().is_none_or(|at| at + LATE < before.at)
                {
                    let at = before.at;
                    self.add(format!(
                        "{place} claims to be older than the checkpoint of {at} that does not cover it"
                    ));
                }
            }
        }
        if leaf.hash.is_none() || known.is_some() && leaf.hash != known {
            self.add(format!(
                "the tree's leaf {position} of {} was changed",
                self.org_id
            ));
        }
        match known.or(leaf.hash).or(own) {
            Some(hash) => self.push(hash),
            None => self.push([0; 32]),
        }
    }

    /// What stood at a position, as the leaves outside say.
    fn known(&self, position: u64) -> Option<Hash> {
        let position = usize::try_from(position).ok()?;
        self.outside.leaves.get(position).copied()
    }

    /// The newest checkpoint that does not cover the present leaf.
    fn checkpoint_before(&self) -> Option<&Checkpoint> {
        let before = self.passed.checked_sub(1)?;
        self.outside
            .checkpoints
            .get(before)
            .map(|(checkpoint, _)| checkpoint)
    }

    fn push(&mut self, leaf: Hash) {
        self.tree.push(leaf);
        let size = self.tree.size();
        let Some((checkpoint, _)) = self.outside.checkpoints.get(self.passed) else {
            return;
        };
        if checkpoint.size != size {
            return;
        }
        if !self.lost && checkpoint.root != self.tree.root() {
            self.lost = true;
            let from = self.checkpoint_before().map_or(0, |before| before.size);
            self.add(format!(
                "the leaves {from} to {} of {} are not those of the checkpoint of {}",
                size - 1,
                self.org_id,
                checkpoint.at
            ));
        }
        self.passed += 1;
    }

    fn end(self) {
        let size = self.tree.size();
        if let Some(newest) = self.outside.newest() {
            self.findings.covered += newest.size.min(size);
            self.findings.uncovered += size.saturating_sub(newest.size);
            if newest.size > size {
                self.findings.add(format!(
                    "the trail of {} ends after {size} rows, the checkpoint of {} covers {}: {} are gone",
                    self.org_id,
                    newest.at,
                    newest.size,
                    newest.size - size
                ));
            }
        } else {
            self.findings.uncovered += size;
        }
    }

    fn add(&mut self, sentence: String) {
        self.findings.add(sentence);
    }
}

/// Rows of the journal in no tree: they are new, or they were put in afterwards.
async fn rows_outside(
    db: &impl ConnectionTrait,
    newest: Option<DateTime<Utc>>,
    findings: &mut Findings,
) -> Outcome<()> {
    let mut after = i64::MIN;
    loop {
        let rows = raw::outside_the_tree(db, after, PAGE).await?;
        let Some((last, _)) = rows.last() else {
            return Ok(());
        };
        after = *last;
        for (id, row) in &rows {
            let Ok(row) = row else {
                findings.add(format!(
                    "row {id} of the journal is in no tree and cannot be read"
                ));
                continue;
            };
            let at = row.at();
            if row.org_id().is_none() || at.is_none() {
                findings.add(format!(
                    "row {id} of the journal names no organisation or no time"
                ));
            } else if let (Some(at), Some(newest)) = (at, newest)
                && at + LATE < newest
            {
                findings.add(format!(
                    "row {id} of the journal claims to be of {at} and is under no checkpoint, though there is one of {newest}"
                ));
            } else {
                findings.uncovered += 1;
            }
        }
    }
}

fn number(id: Option<i64>) -> String {
    id.map_or("?".to_owned(), |id| id.to_string())
}
