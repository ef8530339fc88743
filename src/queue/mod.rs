//! Jobs in the database: written in the act that causes them, claimed with a lease, run at least once.
//!
//! A job carries ids only and looks at the world again when it runs. The table is the truth; the
//! notification only wakes the worker earlier.

pub mod rows;

use chrono::{DateTime, Duration, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseBackend, EntityTrait,
    FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Statement, sea_query::OnConflict,
};
use uuid::Uuid;

use crate::fault::{Fault, Outcome};
use crate::store::Tx;

/// How long a worker may take before another may try.
pub const LEASE: Duration = Duration::minutes(5);
/// A lease that ends later than this from now was taken under a clock that has been set back since, so it is none: it
/// would hold its job for as long as the clock was wrong. Servers' clocks may differ by the rest of it.
pub const NO_LEASE_ENDS_AFTER: Duration = Duration::hours(1);
/// Tries before a job is given up and shown to the administrator.
pub const MAX_ATTEMPTS: i32 = 8;

/// A job to be run once its time has come.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// The same key is queued once, for ever.
    pub key: String,
    pub name: &'static str,
    pub payload: serde_json::Value,
    pub run_at: DateTime<Utc>,
}

/// Which jobs a worker takes, by their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    Only(&'static [&'static str]),
    Except(&'static [&'static str]),
}

/// A job that this worker holds the lease of.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Claimed {
    pub id: Uuid,
    pub job_key: String,
    pub name: String,
    pub payload: String,
    pub attempts: i32,
}

/// Queues a job in the act that causes it; a key that exists already changes nothing.
///
/// # Errors
/// What the database reports.
pub async fn enqueue(tx: &Tx, id: Uuid, job: NewJob) -> Outcome<()> {
    rows::job::Entity::insert(rows::job::ActiveModel {
        id: Set(id),
        job_key: Set(job.key),
        name: Set(job.name.to_owned()),
        payload: Set(job.payload.to_string()),
        run_at: Set(job.run_at),
        ..Default::default()
    })
    .on_conflict(
        OnConflict::column(rows::job::Column::JobKey)
            .do_nothing()
            .to_owned(),
    )
    .exec_without_returning(tx)
    .await?;
    Ok(())
}

/// Whether a job with this key was queued before, done or not.
///
/// # Errors
/// What the database reports.
pub async fn exists(db: &impl ConnectionTrait, key: &str) -> Outcome<bool> {
    Ok(rows::job::Entity::find()
        .filter(rows::job::Column::JobKey.eq(key))
        .one(db)
        .await?
        .is_some())
}

/// Takes the lease of up to `limit` of these jobs that are due, oldest first.
///
/// # Errors
/// What the database reports.
pub async fn claim(
    tx: &Tx,
    worker: &str,
    now: DateTime<Utc>,
    limit: u32,
    which: Which,
) -> Outcome<Vec<Claimed>> {
    let skip = skip_locked(tx.get_database_backend());
    let (among, names) = match which {
        Which::Only(names) => ("IN", names),
        Which::Except(names) => ("NOT IN", names),
    };
    let names = names.join("', '");
    let sql = format!(
        "UPDATE job SET lease_until = $1, lease_by = $2, attempts = attempts + 1 WHERE id IN (\
         SELECT id FROM job WHERE done_at IS NULL AND failed_at IS NULL AND run_at <= $3 AND name {among} ('{names}') \
         AND (lease_until IS NULL OR lease_until < $3 OR lease_until > $4) ORDER BY run_at, id LIMIT {limit}{skip}) \
         RETURNING id, job_key, name, payload, attempts"
    );
    let statement = Statement::from_sql_and_values(
        tx.get_database_backend(),
        sql,
        [
            (now + LEASE).into(),
            worker.into(),
            now.into(),
            (now + NO_LEASE_ENDS_AFTER).into(),
        ],
    );
    let mut jobs = Claimed::find_by_statement(statement).all(tx).await?;
    jobs.sort_by_key(|job| job.id);
    Ok(jobs)
}

/// Marks a job done. Whoever lost the lease meanwhile says nothing: another try decides.
///
/// # Errors
/// What the database reports.
pub async fn done(tx: &Tx, job: &Claimed, now: DateTime<Utc>) -> Outcome<()> {
    let sql = "UPDATE job SET done_at = $3, lease_until = NULL WHERE id = $1 AND attempts = $2 AND done_at IS NULL";
    tx.execute_raw(Statement::from_sql_and_values(
        tx.get_database_backend(),
        sql,
        [job.id.into(), job.attempts.into(), now.into()],
    ))
    .await?;
    Ok(())
}

/// Puts a job back for a later try, or gives it up after the last one; not where the lease was lost meanwhile.
///
/// # Errors
/// What the database reports.
pub async fn failed(tx: &Tx, job: &Claimed, error: &str, now: DateTime<Utc>) -> Outcome<()> {
    let given_up = (job.attempts >= MAX_ATTEMPTS).then_some(now);
    let sql = "UPDATE job SET lease_until = NULL, last_error = $3, run_at = $4, failed_at = $5 \
               WHERE id = $1 AND attempts = $2 AND done_at IS NULL";
    let values = [
        job.id.into(),
        job.attempts.into(),
        error.into(),
        (now + backoff(job.attempts)).into(),
        given_up.into(),
    ];
    tx.execute_raw(Statement::from_sql_and_values(
        tx.get_database_backend(),
        sql,
        values,
    ))
    .await?;
    Ok(())
}

/// Jobs that were given up, by the beginning of their keys.
///
/// # Errors
/// What the database reports.
pub async fn given_up(db: &impl ConnectionTrait, keys: &str) -> Outcome<Vec<rows::job::Model>> {
    Ok(rows::job::Entity::find()
        .filter(rows::job::Column::JobKey.starts_with(keys))
        .filter(rows::job::Column::FailedAt.is_not_null())
        .order_by_asc(rows::job::Column::Id)
        .all(db)
        .await?)
}

/// Puts a job that was given up back into the queue, with all its tries; returns what it does.
///
/// # Errors
/// A refusal where it is not given up or its key begins otherwise; what the database reports.
pub async fn again(tx: &Tx, id: Uuid, keys: &str, now: DateTime<Utc>) -> Outcome<String> {
    let found = rows::job::Entity::find_by_id(id)
        .filter(rows::job::Column::JobKey.starts_with(keys))
        .filter(rows::job::Column::FailedAt.is_not_null())
        .one(tx)
        .await?;
    let Some(job) = found else {
        return Err(Fault::stale(
            "Việc tự động này không còn chờ chạy lại.",
            "This job no longer waits to be run again.",
        ));
    };
    let name = job.name.clone();
    let mut job: rows::job::ActiveModel = job.into();
    job.failed_at = Set(None);
    job.attempts = Set(0);
    job.run_at = Set(now);
    job.update(tx).await?;
    Ok(name)
}

/// When the next job becomes due; none where none waits.
///
/// # Errors
/// What the database reports.
pub async fn next_due(db: &impl ConnectionTrait) -> Outcome<Option<DateTime<Utc>>> {
    Ok(rows::job::Entity::find()
        .filter(rows::job::Column::DoneAt.is_null())
        .filter(rows::job::Column::FailedAt.is_null())
        .order_by_asc(rows::job::Column::RunAt)
        .limit(1)
        .one(db)
        .await?
        .map(|job| job.run_at))
}

/// 1, 5, 15, then 60 minutes.
#[must_use]
pub fn backoff(attempts: i32) -> Duration {
    Duration::minutes(match attempts {
        ..=1 => 1,
        2 => 5,
        3 => 15,
        _ => 60,
    })
}

/// Two workers never wait for each other on PostgreSQL; SQLite has one writer anyway.
#[must_use]
pub fn skip_locked(backend: DatabaseBackend) -> &'static str {
    if backend == DatabaseBackend::Postgres {
        " FOR UPDATE SKIP LOCKED"
    } else {
        ""
    }
}
