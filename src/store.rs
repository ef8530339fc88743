//! The one way to write, and the pool to read.
//!
//! An act is a function of a transaction and its owned input. On SQLite every act goes to one
//! writer task, which runs what is queued in one `BEGIN IMMEDIATE` transaction with a savepoint
//! each and commits them together (group commit); on PostgreSQL an act is a transaction of its
//! own, retried when the database reports a serialisation failure. So acts must be retryable,
//! short, and free of mail, HTTP, typesetting and signing.

mod trouble;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    AccessMode, ConnectOptions, ConnectionTrait, Database, DatabaseBackend, DatabaseConnection,
    DatabaseTransaction, DbErr, IsolationLevel, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait,
};
use tokio::sync::{mpsc, oneshot};

use crate::fault::{Fault, Outcome, passes};

/// The transaction that an act runs in.
pub type Tx = DatabaseTransaction;

/// An act: a plain function, so that it can be run again.
pub type Act<I, T> = for<'t> fn(&'t Tx, &'t I) -> BoxFuture<'t, Outcome<T>>;

/// Most acts that one commit on SQLite carries.
const MAX_ACTS_PER_COMMIT: usize = 64;
/// Acts that may wait for the SQLite writer before callers wait themselves.
const QUEUE_LENGTH: usize = 1_024;
/// Tries of an act on PostgreSQL when the database asks to try again.
const MAX_TRIES: u32 = 10;
/// Read connections; more than this is slower on a small machine.
const READ_CONNECTIONS: u32 = 8;
/// Connections of PostgreSQL for reading and writing together.
const POSTGRES_CONNECTIONS: u32 = 16;
/// How long somebody waits for a connection before hearing that the database is not there.
const ACQUIRE: Duration = Duration::from_secs(5);
/// What PostgreSQL ends by itself: a statement that runs on, a wait for a lock, and a transaction of a server that stands
/// still; the last one holds locks that other servers wait for.
const POSTGRES_LIMITS: [(&str, &str); 3] = [
    ("statement_timeout", "30s"),
    ("lock_timeout", "15s"),
    ("idle_in_transaction_session_timeout", "10s"),
];

/// An open database.
#[derive(Debug)]
pub struct Store {
    reader: DatabaseConnection,
    writer: Writer,
    commits: Arc<AtomicU64>,
    statements: Arc<AtomicU64>,
    reads: Arc<AtomicU64>,
}

#[derive(Debug)]
enum Writer {
    Queue(mpsc::Sender<Box<dyn Queued>>),
    Transactions,
}

impl Store {
    /// Opens `sqlite:` or `postgres:` URLs and checks the settings that durability rests on.
    ///
    /// # Errors
    /// When the database cannot be opened, or does not keep what it acknowledges.
    pub async fn open(url: &str) -> anyhow::Result<Self> {
        let commits = Arc::new(AtomicU64::new(0));
        let statements = Arc::new(AtomicU64::new(0));
        if url.starts_with("sqlite:") {
            let mut writer = Database::connect(sqlite_options(url, 1)).await?;
            count_statements(&mut writer, &statements);
            expect_setting(&writer, "PRAGMA synchronous", "2").await?;
            let mut reader = Database::connect(sqlite_options(url, READ_CONNECTIONS)).await?;
            let reads = Arc::new(AtomicU64::new(0));
            count_statements(&mut reader, &reads);
            let (sender, receiver) = mpsc::channel(QUEUE_LENGTH);
            tokio::spawn(write_queued(writer, receiver, Arc::clone(&commits)));
            return Ok(Self {
                reader,
                writer: Writer::Queue(sender),
                commits,
                statements,
                reads,
            });
        }
        let mut options = ConnectOptions::new(url);
        options
            .max_connections(POSTGRES_CONNECTIONS)
            .acquire_timeout(ACQUIRE)
            .sqlx_logging(false)
            .map_sqlx_postgres_opts(|postgres| postgres.options(POSTGRES_LIMITS));
        let mut reader = Database::connect(options).await?;
        count_statements(&mut reader, &statements);
        expect_setting(&reader, "SHOW fsync", "on").await?;
        expect_setting(&reader, "SHOW synchronous_commit", "on").await?;
        Ok(Self {
            reader,
            writer: Writer::Transactions,
            commits,
            reads: Arc::clone(&statements),
            statements,
        })
    }

    /// The pool for reading; never write with it.
    pub fn reader(&self) -> &DatabaseConnection {
        &self.reader
    }

    /// A transaction for reading much: all of it sees the database as it is now, whatever is written meanwhile, and it may
    /// take its time.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn snapshot(&self) -> Result<Tx, DbErr> {
        if self.backend() != DatabaseBackend::Postgres {
            return self.reader.begin().await;
        }
        let tx = self
            .reader
            .begin_with_config(
                Some(IsolationLevel::RepeatableRead),
                Some(AccessMode::ReadOnly),
            )
            .await?;
        for (limit, _) in POSTGRES_LIMITS {
            tx.execute_unprepared(&format!("SET LOCAL {limit} = 0"))
                .await?;
        }
        Ok(tx)
    }

    /// Which database this is.
    pub fn backend(&self) -> DatabaseBackend {
        self.reader.get_database_backend()
    }

    /// Commits made since the store was opened.
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// SQL statements of acts since the store was opened (on PostgreSQL also those of reads), without
    /// the transaction's own BEGIN, SAVEPOINT and COMMIT.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// SQL statements of reads since the store was opened (on PostgreSQL also those of acts).
    pub fn reads(&self) -> u64 {
        self.reads.load(Ordering::Relaxed)
    }

    /// Runs one act; when this returns `Ok`, it is on disk.
    ///
    /// # Errors
    /// What the act refuses, or what the database reports.
    pub async fn write<I, T>(&self, input: I, act: Act<I, T>) -> Outcome<T>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
    {
        match &self.writer {
            Writer::Transactions => self.transact(&input, act).await,
            Writer::Queue(queue) => {
                let (reply, answer) = oneshot::channel();
                let queued = Box::new(QueuedAct {
                    input,
                    act,
                    outcome: None,
                    reply,
                });
                let stopped =
                    || Fault::Internal(anyhow::anyhow!("the database writer has stopped"));
                queue.send(queued).await.map_err(|_| stopped())?;
                answer.await.map_err(|_| stopped())?
            }
        }
    }

    async fn transact<I, T>(&self, input: &I, act: Act<I, T>) -> Outcome<T> {
        for _ in 1..MAX_TRIES {
            match self.transact_once(input, act).await {
                Err(Fault::Db(error)) if trouble::asks_to_try_again(&error) => {}
                outcome => return outcome,
            }
        }
        self.transact_once(input, act).await
    }

    async fn transact_once<I, T>(&self, input: &I, act: Act<I, T>) -> Outcome<T> {
        let tx = self.reader.begin().await?;
        match act(&tx, input).await {
            Ok(value) => {
                let number = trouble::number(&tx).await?;
                match (tx.commit().await, number) {
                    (Err(error), Some(number)) => {
                        trouble::whether_committed(&self.reader, &number, error).await?;
                    }
                    (committed, _) => committed?,
                }
                self.commits.fetch_add(1, Ordering::Relaxed);
                Ok(value)
            }
            Err(fault) => {
                tx.rollback().await?;
                Err(fault)
            }
        }
    }
}

/// An act in the writer's queue, with its caller waiting.
trait Queued: Send {
    /// Runs the act; true when its changes shall stay.
    fn run<'t>(&'t mut self, tx: &'t Tx) -> BoxFuture<'t, bool>;
    /// Tells the caller, after the commit that carried the act.
    fn answer(self: Box<Self>, committed: Result<(), Fault>);
}

struct QueuedAct<I, T> {
    input: I,
    act: Act<I, T>,
    outcome: Option<Outcome<T>>,
    reply: oneshot::Sender<Outcome<T>>,
}

impl<I: Send + Sync, T: Send> Queued for QueuedAct<I, T> {
    fn run<'t>(&'t mut self, tx: &'t Tx) -> BoxFuture<'t, bool> {
        Box::pin(async move {
            let outcome = AssertUnwindSafe((self.act)(tx, &self.input))
                .catch_unwind()
                .await
                .unwrap_or_else(|_| Err(Fault::Internal(anyhow::anyhow!("an act panicked"))));
            let keep = outcome.is_ok();
            self.outcome = Some(outcome);
            keep
        })
    }

    fn answer(self: Box<Self>, committed: Result<(), Fault>) {
        let Self { outcome, reply, .. } = *self;
        let outcome = match (outcome, committed) {
            (Some(Ok(_)), Err(fault)) => Err(fault),
            (Some(outcome), _) => outcome,
            (None, Err(fault)) => Err(fault),
            (None, Ok(())) => Err(Fault::Internal(anyhow::anyhow!("the act was not run"))),
        };
        // The caller may have gone away; the act stands all the same.
        let _ = reply.send(outcome);
    }
}

/// The SQLite writer: takes what waits, runs it, commits once, answers.
async fn write_queued(
    connection: DatabaseConnection,
    mut queue: mpsc::Receiver<Box<dyn Queued>>,
    commits: Arc<AtomicU64>,
) {
    while let Some(first) = queue.recv().await {
        let mut batch = vec![first];
        while batch.len() < MAX_ACTS_PER_COMMIT
            && let Ok(next) = queue.try_recv()
        {
            batch.push(next);
        }
        let committed = commit_batch(&connection, &mut batch).await;
        match &committed {
            Ok(()) => {
                commits.fetch_add(1, Ordering::Relaxed);
            }
            Err(error) => tracing::error!(%error, acts = batch.len(), "a commit failed"),
        }
        for queued in batch {
            queued.answer(match &committed {
                Ok(()) => Ok(()),
                Err(error) if passes(error) => {
                    Err(Fault::Unavailable(DbErr::Custom(error.to_string())))
                }
                Err(error) => Err(Fault::Db(DbErr::Custom(error.to_string()))),
            });
        }
    }
}

async fn commit_batch(
    connection: &DatabaseConnection,
    batch: &mut [Box<dyn Queued>],
) -> Result<(), DbErr> {
    let tx = connection
        .begin_with_options(TransactionOptions {
            isolation_level: None,
            access_mode: None,
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        })
        .await?;
    for queued in batch {
        let savepoint = tx.begin().await?;
        if queued.run(&savepoint).await {
            savepoint.commit().await?;
        } else {
            savepoint.rollback().await?;
        }
    }
    tx.commit().await
}

fn count_statements(connection: &mut DatabaseConnection, statements: &Arc<AtomicU64>) {
    let statements = Arc::clone(statements);
    connection.set_metric_callback(move |_| {
        statements.fetch_add(1, Ordering::Relaxed);
    });
}

fn sqlite_options(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .min_connections(1)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(std::time::Duration::from_secs(10))
        });
    options
}

async fn expect_setting(
    connection: &DatabaseConnection,
    question: &str,
    expected: &str,
) -> anyhow::Result<()> {
    let row = connection
        .query_one_raw(Statement::from_string(
            connection.get_database_backend(),
            question,
        ))
        .await?
        .ok_or_else(|| anyhow::anyhow!("the database does not answer `{question}`"))?;
    let answer = row
        .try_get_by_index::<String>(0)
        .or_else(|_| row.try_get_by_index::<i32>(0).map(|n| n.to_string()))?;
    anyhow::ensure!(
        answer == expected,
        "the database answers {answer} to `{question}` and may lose what it acknowledged; set it to {expected}"
    );
    Ok(())
}
