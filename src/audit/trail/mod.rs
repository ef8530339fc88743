//! The trail that cannot be quietly changed: per organisation a Merkle tree over its journal, whose signed checkpoints
//! leave the database.
//!
//! No act waits for the tree. A job takes the rows that were committed since the last checkpoint, adds them as leaves,
//! signs size and root, and puts that note into a folder outside the database ([`outside`]). What is older than the newest
//! note can then not be changed, taken away, added or moved, also by somebody with every right in the database, without
//! [`check`] naming the place. What is younger is not yet covered; `trail.every_minutes` says how long that lasts.

pub mod check;
pub mod merkle;
pub mod note;
pub mod outside;
pub mod proof;
mod raw;
pub mod rows;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait,
    FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Statement,
};
use serde_json::{Value, json};
use trinhky_calendar::{local, vn_date};
use uuid::Uuid;

use self::merkle::{Frontier, Hash};
use self::note::{Checkpoint, TrailKey, Verifier};
use self::rows::{trail_checkpoint, trail_leaf};
use crate::app::App;
use crate::config::Config;
use crate::fault::Outcome;
use crate::ids::hex;
use crate::mail;
use crate::queue::{self, NewJob};
use crate::store::Tx;

/// The job that seals what the journal has grown by.
pub const CHECKPOINT: &str = "audit.checkpoint";
/// Rows read, and leaves written, at a time.
const BATCH: u32 = 2_000;
/// A row may be committed later than rows with higher numbers (on PostgreSQL); so many numbers are looked back.
const LATE_NUMBERS: i64 = 10_000;

/// Where the checkpoints of this installation lie.
#[must_use]
pub fn folder(config: &Config) -> PathBuf {
    if config.trail.folder.as_os_str().is_empty() {
        config.data.join("trail")
    } else {
        config.trail.folder.clone()
    }
}

const LAST_LEAF: &str = "SELECT MAX(journal_id) AS id FROM trail_leaf";

#[derive(Debug, FromQueryResult)]
struct Highest {
    id: Option<i64>,
}

async fn highest(db: &impl ConnectionTrait, sql: &str) -> Outcome<i64> {
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let found = Highest::find_by_statement(statement).one(db).await?;
    Ok(found.and_then(|found| found.id).unwrap_or(0))
}

/// Queues the next checkpoint where the journal has grown; returns how many jobs were queued.
///
/// # Errors
/// What the database reports.
pub async fn queue_checkpoint(app: &App) -> Outcome<usize> {
    let db = app.store.reader();
    let newest = highest(db, "SELECT MAX(id) AS id FROM journal").await?;
    if newest <= highest(db, LAST_LEAF).await? {
        return Ok(0);
    }
    let now = app.clock.now();
    let slot = app.config.trail.every_minutes * 60;
    let run_at = DateTime::from_timestamp((now.timestamp().div_euclid(slot) + 1) * slot, 0)
        .unwrap_or(now + TimeDelta::seconds(slot));
    let job = NewJob {
        key: format!("{CHECKPOINT}:{}", run_at.timestamp()),
        name: CHECKPOINT,
        payload: Value::Null,
        run_at,
    };
    if queue::exists(db, &job.key).await? {
        return Ok(0);
    }
    app.store
        .write((app.ids.uuid(now), job), |tx, (id, job)| {
            Box::pin(queue::enqueue(tx, *id, job.clone()))
        })
        .await?;
    Ok(1)
}

/// Takes what the journal has grown by into the trees, and a signed checkpoint of each out of the database.
///
/// # Errors
/// When a tree is no longer what its newest checkpoint outside says: then nothing is signed. What database and folder report.
pub async fn checkpoint(app: &App) -> Outcome<()> {
    let key = TrailKey::open(&app.config.data, &app.ids)?;
    write_missing(app, &key.verifier()).await?;
    // The instant first: what was committed before it is under the checkpoint that names it.
    let at = app.clock.now();
    let db = app.store.reader();
    let mut after = highest(db, LAST_LEAF).await? - LATE_NUMBERS;
    let mut added: BTreeMap<Uuid, Vec<(i64, Hash)>> = BTreeMap::new();
    loop {
        let rows = raw::outside_the_tree(db, after, BATCH).await?;
        let Some((last, _)) = rows.last() else {
            break;
        };
        after = *last;
        // A row that cannot be read stays outside the tree, where `check` names it.
        for (id, row) in &rows {
            if let Ok(row) = row
                && let Some(org_id) = row.org_id()
            {
                added.entry(org_id).or_default().push((*id, row.leaf()));
            }
        }
    }
    for (org_id, added) in added {
        grow(app, &key, (org_id, at), &added).await?;
    }
    forget_done_jobs(app).await
}

/// One organisation's next checkpoint: the leaves in acts of a bearable length, then what is signed over all of them.
async fn grow(
    app: &App,
    key: &TrailKey,
    (org_id, at): (Uuid, DateTime<Utc>),
    added: &[(i64, Hash)],
) -> Outcome<()> {
    let folder = folder(&app.config);
    let mut tree = resumed(app, &key.verifier(), &folder, org_id).await?;
    let begun = tree.size();
    // Leaves that a kill left without a checkpoint.
    let mut leaves = stored_leaves(app.store.reader(), org_id, begun..u64::MAX).await?;
    for batch in added.chunks(BATCH as usize) {
        let first = i64::try_from(begun + leaves.len() as u64).map_err(anyhow::Error::from)?;
        leaves.extend(batch.iter().map(|(_, leaf)| *leaf));
        app.store
            .write(leaf_rows(org_id, first, batch), |tx, rows| {
                Box::pin(insert_leaves(tx, rows))
            })
            .await?;
    }
    for leaf in &leaves {
        tree.push(*leaf);
    }
    let checkpoint = Checkpoint {
        org_id,
        size: tree.size(),
        root: tree.root(),
        at,
    };
    let note = key.sign(&checkpoint);
    let signed = Signed {
        row: trail_checkpoint::Model {
            org_id,
            size: i64::try_from(checkpoint.size).map_err(anyhow::Error::from)?,
            frontier: tree.roots().iter().map(|root| hex(root)).collect(),
            note: note.clone(),
        },
        at,
        mail_to: app.config.trail.mail_to.clone(),
        mail_id: app.ids.uuid(at),
        link: format!("{}/quan-tri/nhat-ky", app.config.base_url()),
    };
    app.store
        .write(signed, |tx, signed| Box::pin(record(tx, signed)))
        .await?;
    Ok(outside::write(&folder, &checkpoint, &note, &leaves)?)
}

/// A checkpoint for the database.
struct Signed {
    row: trail_checkpoint::Model,
    at: DateTime<Utc>,
    /// Who gets the day's first checkpoint by mail; nobody where it is empty.
    mail_to: String,
    mail_id: Uuid,
    link: String,
}

async fn record(tx: &Tx, signed: &Signed) -> Outcome<()> {
    let row = &signed.row;
    trail_checkpoint::Entity::insert(trail_checkpoint::ActiveModel::from(row.clone()).reset_all())
        .exec_without_returning(tx)
        .await?;
    if signed.mail_to.is_empty() {
        return Ok(());
    }
    let day = vn_date(local(signed.at).date_naive());
    let letter = mail::NewMail {
        key: format!("{CHECKPOINT}:{}:{day}", row.org_id),
        template: "trail_checkpoint",
        org_id: row.org_id,
        to_name: signed.mail_to.clone(),
        to_address: signed.mail_to.clone(),
        cc: Vec::new(),
        context: json!({
            "recipient": signed.mail_to,
            "day": day,
            "size": row.size,
            "note": row.note,
            "link": signed.link,
        }),
        document_id: None,
        delivery_id: None,
        send_at: signed.at,
    };
    mail::queue(tx, signed.mail_id, signed.at, letter).await
}

fn leaf_rows(org_id: Uuid, first: i64, added: &[(i64, Hash)]) -> Vec<trail_leaf::ActiveModel> {
    (first..)
        .zip(added)
        .map(|(position, (journal_id, leaf))| trail_leaf::ActiveModel {
            org_id: Set(org_id),
            position: Set(position),
            journal_id: Set(*journal_id),
            hash: Set(hex(leaf)),
        })
        .collect()
}

async fn insert_leaves(tx: &Tx, rows: &[trail_leaf::ActiveModel]) -> Outcome<()> {
    // Few enough values in a statement for both databases.
    for rows in rows.chunks(500) {
        trail_leaf::Entity::insert_many(rows.iter().cloned())
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

/// The organisation's tree as it was at its newest checkpoint, which database and folder must agree about.
async fn resumed(
    app: &App,
    verifier: &Verifier,
    folder: &Path,
    org_id: Uuid,
) -> anyhow::Result<Frontier> {
    let disagree = |what: &str| {
        anyhow::anyhow!(
            "the trail of {org_id} is not what its newest checkpoint outside the database says ({what}); \
             nothing more is signed: run `trinhky check`"
        )
    };
    let inside = newest(app.store.reader(), org_id).await?;
    let outside = outside::newest(folder, org_id, verifier)?;
    let Some(inside) = inside else {
        return match outside {
            None => Ok(Frontier::default()),
            Some(_) => Err(disagree("the database has none")),
        };
    };
    let said = verifier
        .open(&inside.note)
        .ok_or_else(|| disagree("the database's own is not signed by this installation"))?;
    let tree = read_hashes(&inside.frontier)
        .and_then(|roots| Frontier::resume(said.size, roots))
        .filter(|tree| tree.root() == said.root)
        .ok_or_else(|| disagree("the database's own does not give its root"))?;
    match outside {
        Some(outside) if outside.size > said.size => Err(disagree("the database is older")),
        Some(outside) if outside.size == said.size && outside.root != said.root => {
            Err(disagree("their roots differ"))
        }
        _ => Ok(tree),
    }
}

async fn newest(
    db: &impl ConnectionTrait,
    org_id: Uuid,
) -> Result<Option<trail_checkpoint::Model>, sea_orm::DbErr> {
    trail_checkpoint::Entity::find()
        .filter(trail_checkpoint::Column::OrgId.eq(org_id))
        .order_by_desc(trail_checkpoint::Column::Size)
        .one(db)
        .await
}

/// Writes checkpoints that a kill between the commit and the file, or a folder that was away, left inside.
async fn write_missing(app: &App, verifier: &Verifier) -> Outcome<()> {
    let (db, folder) = (app.store.reader(), folder(&app.config));
    let org_ids: Vec<Uuid> = trail_checkpoint::Entity::find()
        .select_only()
        .column(trail_checkpoint::Column::OrgId)
        .distinct()
        .into_tuple()
        .all(db)
        .await?;
    for org_id in org_ids {
        // They are written in their order: where the newest is, all are.
        let newest = newest(db, org_id).await?;
        if newest.is_none_or(|newest| outside::holds(&folder, org_id, newest.size)) {
            continue;
        }
        let all = trail_checkpoint::Entity::find()
            .filter(trail_checkpoint::Column::OrgId.eq(org_id))
            .order_by_asc(trail_checkpoint::Column::Size)
            .all(db)
            .await?;
        let mut covered = 0;
        for row in all {
            let Some(checkpoint) = verifier.open(&row.note) else {
                continue;
            };
            let leaves = stored_leaves(db, org_id, covered..checkpoint.size).await?;
            outside::write(&folder, &checkpoint, &row.note, &leaves)?;
            covered = checkpoint.size;
        }
    }
    Ok(())
}

/// The leaves at these positions, as far as they can be read.
pub(crate) async fn stored_leaves(
    db: &impl ConnectionTrait,
    org_id: Uuid,
    positions: std::ops::Range<u64>,
) -> Result<Vec<Hash>, sea_orm::DbErr> {
    let bound = |position: u64| i64::try_from(position).unwrap_or(i64::MAX);
    let rows = trail_leaf::Entity::find()
        .filter(trail_leaf::Column::OrgId.eq(org_id))
        .filter(trail_leaf::Column::Position.gte(bound(positions.start)))
        .filter(trail_leaf::Column::Position.lt(bound(positions.end)))
        .order_by_asc(trail_leaf::Column::Position)
        .all(db)
        .await?;
    Ok(rows.iter().map_while(|row| read_hex(&row.hash)).collect())
}

/// One job a quarter of an hour would fill the table: those that are done have done their duty.
async fn forget_done_jobs(app: &App) -> Outcome<()> {
    app.store
        .write((), |tx, ()| {
            Box::pin(async move {
                let sql = "DELETE FROM job WHERE name = $1 AND done_at IS NOT NULL";
                let values = [CHECKPOINT.into()];
                let backend = tx.get_database_backend();
                tx.execute_raw(Statement::from_sql_and_values(backend, sql, values))
                    .await?;
                Ok(())
            })
        })
        .await
}

/// A hash from its hexadecimal text, in small letters only: there is one way to write it.
pub(crate) fn read_hex(text: &str) -> Option<Hash> {
    let mut hash = [0; 32];
    if text.len() != 64 {
        return None;
    }
    for (byte, digits) in hash.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    (hex(&hash) == text).then_some(hash)
}

fn read_hashes(text: &str) -> Option<Vec<Hash>> {
    text.as_bytes()
        .chunks(64)
        .map(|hash| read_hex(std::str::from_utf8(hash).ok()?))
        .collect()
}
