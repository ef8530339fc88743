//! Rows of the journal as they lie in the database, and the bytes of them that the tree is built over.
//!
//! Whoever changes the database by hand need not keep to its types: SQLite stores a text where an instant is expected.
//! So nothing here is decoded by the mapper of the entities; a value that cannot be what its column says is named, and
//! never an error of the program.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr, QueryResult, Statement, Value};
use uuid::Uuid;

use super::merkle::{self, Hash};

/// What a column of the journal holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Uuid,
    Instant,
    Text,
}

/// The columns of the journal, in the order in which a leaf holds them. They never change: other leaves would come out.
const COLUMNS: [(&str, Kind); 13] = [
    ("id", Kind::Number),
    ("org_id", Kind::Uuid),
    ("at", Kind::Instant),
    ("act", Kind::Text),
    ("actor_id", Kind::Uuid),
    ("actor_name", Kind::Text),
    ("capacity", Kind::Text),
    ("document_id", Kind::Uuid),
    ("instance_id", Kind::Uuid),
    ("unit_id", Kind::Uuid),
    ("summary", Kind::Text),
    ("data", Kind::Text),
    ("events", Kind::Text),
];

/// A row of the journal whose values are what their columns say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    values: [Option<String>; COLUMNS.len()],
}

/// A row of the journal, or the columns that hold what they cannot.
pub type Read = Result<Row, Vec<&'static str>>;

impl Row {
    /// The entry of the tree: the values as a JSON array of strings and nulls.
    #[must_use]
    pub fn entry(&self) -> String {
        serde_json::json!(self.values.as_slice()).to_string()
    }

    /// The leaf of the tree.
    #[must_use]
    pub fn leaf(&self) -> Hash {
        merkle::leaf(self.entry().as_bytes())
    }

    /// The organisation whose act it was.
    #[must_use]
    pub fn org_id(&self) -> Option<Uuid> {
        self.values[1].as_deref()?.parse().ok()
    }

    /// When the act was done.
    #[must_use]
    pub fn at(&self) -> Option<DateTime<Utc>> {
        instant(self.values[2].as_deref()?)
    }
}

fn instant(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text)
        .ok()
        .map(|at| at.to_utc())
}

/// The expressions that read every column of the journal under the alias `j` as it lies there.
#[must_use]
pub fn journal_columns(backend: DatabaseBackend) -> String {
    let columns: Vec<String> = COLUMNS
        .iter()
        .map(|(name, kind)| match (backend, kind) {
            (DatabaseBackend::Sqlite, _) => as_stored(&format!("j.{name}")),
            (_, Kind::Instant) => {
                format!(
                    "to_char(j.{name} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"+00:00\"')"
                )
            }
            _ => format!("CAST(j.{name} AS text)"),
        })
        .collect();
    columns.join(", ")
}

/// On SQLite: the kind of value that is stored, and its bytes.
fn as_stored(column: &str) -> String {
    format!("typeof({column}), CAST({column} AS blob)")
}

/// The row of the journal that begins at the answer's column `first`; none where an outer join found none.
///
/// # Errors
/// What the database reports; a value of the wrong kind is none.
pub fn journal_row(
    backend: DatabaseBackend,
    answer: &QueryResult,
    first: usize,
) -> Result<Option<Read>, DbErr> {
    let mut values: [Option<String>; COLUMNS.len()] = Default::default();
    let mut wrong = Vec::new();
    for (n, (name, kind)) in COLUMNS.iter().enumerate() {
        if backend == DatabaseBackend::Sqlite {
            let at = first + 2 * n;
            match stored(answer, at, *kind)? {
                Ok(value) => values[n] = value,
                Err(Wrong) => wrong.push(*name),
            }
        } else {
            values[n] = answer.try_get_by_index(first + n)?;
        }
        if n == 0 && wrong.is_empty() && values[0].is_none() {
            return Ok(None);
        }
    }
    Ok(Some(if wrong.is_empty() {
        Ok(Row { values })
    } else {
        Err(wrong)
    }))
}

/// A value that is not of the kind that its column says.
struct Wrong;

fn stored(
    answer: &QueryResult,
    at: usize,
    kind: Kind,
) -> Result<Result<Option<String>, Wrong>, DbErr> {
    let found: String = answer.try_get_by_index(at)?;
    let bytes: Option<Vec<u8>> = answer.try_get_by_index(at + 1)?;
    let Some(bytes) = bytes else {
        return Ok(Ok(None));
    };
    let value = match (kind, found.as_str()) {
        (Kind::Uuid, "blob") => Uuid::from_slice(&bytes).ok().map(|id| id.to_string()),
        (Kind::Number, "integer") | (Kind::Instant | Kind::Text, "text") => {
            String::from_utf8(bytes).ok()
        }
        _ => None,
    };
    Ok(value.map(Some).ok_or(Wrong))
}

/// Rows of the journal that are in no tree yet, with a number above `after`, in the order of their numbers.
///
/// # Errors
/// What the database reports.
pub async fn outside_the_tree(
    db: &impl ConnectionTrait,
    after: i64,
    limit: u32,
) -> Result<Vec<(i64, Read)>, DbErr> {
    let backend = db.get_database_backend();
    let sql = format!(
        "SELECT j.id, {} FROM journal j WHERE j.id > $1 \
         AND NOT EXISTS (SELECT 1 FROM trail_leaf l WHERE l.journal_id = j.id) ORDER BY j.id LIMIT {limit}",
        journal_columns(backend)
    );
    let statement = Statement::from_sql_and_values(backend, sql, [Value::from(after)]);
    let mut rows = Vec::new();
    for answer in db.query_all_raw(statement).await? {
        let id: i64 = answer.try_get_by_index(0)?;
        if let Some(read) = journal_row(backend, &answer, 1)? {
            rows.push((id, read));
        }
    }
    Ok(rows)
}

/// One row of the journal as it lies in the database; none where there is none.
///
/// # Errors
/// What the database reports.
pub async fn journal_row_of(db: &impl ConnectionTrait, id: i64) -> Result<Option<Read>, DbErr> {
    let backend = db.get_database_backend();
    let sql = format!(
        "SELECT {} FROM journal j WHERE j.id = $1",
        journal_columns(backend)
    );
    let statement = Statement::from_sql_and_values(backend, sql, [Value::from(id)]);
    match db.query_one_raw(statement).await? {
        Some(answer) => journal_row(backend, &answer, 0),
        None => Ok(None),
    }
}

/// A leaf of an organisation's tree with the row of the journal that it stands for.
#[derive(Debug, Clone)]
pub struct Leaf {
    /// Nothing where it is no number, or no hash.
    pub position: Option<u64>,
    pub journal_id: Option<i64>,
    pub hash: Option<Hash>,
    /// Nothing where the journal has no such row.
    pub row: Option<Read>,
}

/// Leaves of an organisation's tree from a position on, in their order.
///
/// # Errors
/// What the database reports.
pub async fn leaves(
    db: &impl ConnectionTrait,
    org_id: Uuid,
    from: u64,
    limit: u32,
) -> Result<Vec<Leaf>, DbErr> {
    let backend = db.get_database_backend();
    let own = own_columns(backend, &["l.position", "l.journal_id", "l.hash"]);
    let sql = format!(
        "SELECT {own}, {} FROM trail_leaf l LEFT JOIN journal j ON j.id = l.journal_id \
         WHERE l.org_id = $1 AND l.position >= $2 ORDER BY l.position LIMIT {limit}",
        journal_columns(backend)
    );
    let from = i64::try_from(from).unwrap_or(i64::MAX);
    let values = [Value::from(org_id), Value::from(from)];
    let answers = db
        .query_all_raw(Statement::from_sql_and_values(backend, sql, values))
        .await?;
    let row_begins = match backend {
        DatabaseBackend::Sqlite => 6,
        _ => 3,
    };
    answers
        .iter()
        .map(|answer| {
            Ok(Leaf {
                position: own_value(backend, answer, 0, Kind::Number)?
                    .and_then(|text| text.parse().ok()),
                journal_id: own_value(backend, answer, 1, Kind::Number)?
                    .and_then(|text| text.parse().ok()),
                hash: own_value(backend, answer, 2, Kind::Text)?
                    .and_then(|text| super::read_hex(&text)),
                row: journal_row(backend, answer, row_begins)?,
            })
        })
        .collect()
}

/// The organisations of trees and checkpoints; nothing for one that is none.
///
/// # Errors
/// What the database reports.
pub async fn organisations(db: &impl ConnectionTrait) -> Result<Vec<Option<Uuid>>, DbErr> {
    let backend = db.get_database_backend();
    let own = own_columns(backend, &["org_id"]);
    let sql = format!("SELECT {own} FROM trail_leaf UNION SELECT {own} FROM trail_checkpoint");
    let answers = db
        .query_all_raw(Statement::from_string(backend, sql))
        .await?;
    answers
        .iter()
        .map(|answer| {
            let id = own_value(backend, answer, 0, Kind::Uuid)?;
            Ok(id.and_then(|id| id.parse().ok()))
        })
        .collect()
}

/// A checkpoint as the database holds it; nothing where a value is not of its kind.
#[derive(Debug, Clone)]
pub struct StoredCheckpoint {
    pub size: Option<u64>,
    pub frontier: Option<String>,
    pub note: Option<String>,
}

/// The checkpoints that the database holds of an organisation.
///
/// # Errors
/// What the database reports.
pub async fn checkpoints(
    db: &impl ConnectionTrait,
    org_id: Uuid,
) -> Result<Vec<StoredCheckpoint>, DbErr> {
    let backend = db.get_database_backend();
    let own = own_columns(backend, &["c.size", "c.frontier", "c.note"]);
    let sql = format!("SELECT {own} FROM trail_checkpoint c WHERE c.org_id = $1 ORDER BY c.size");
    let statement = Statement::from_sql_and_values(backend, sql, [Value::from(org_id)]);
    db.query_all_raw(statement)
        .await?
        .iter()
        .map(|answer| {
            Ok(StoredCheckpoint {
                size: own_value(backend, answer, 0, Kind::Number)?
                    .and_then(|size| size.parse().ok()),
                frontier: own_value(backend, answer, 1, Kind::Text)?,
                note: own_value(backend, answer, 2, Kind::Text)?,
            })
        })
        .collect()
}

/// The expressions that read columns of the trail's own tables as they lie there.
fn own_columns(backend: DatabaseBackend, columns: &[&str]) -> String {
    let read: Vec<String> = columns
        .iter()
        .map(|column| match backend {
            DatabaseBackend::Sqlite => as_stored(column),
            _ => format!("CAST({column} AS text)"),
        })
        .collect();
    read.join(", ")
}

/// The n-th of [`own_columns`]; nothing where it is not of its kind.
fn own_value(
    backend: DatabaseBackend,
    answer: &QueryResult,
    n: usize,
    kind: Kind,
) -> Result<Option<String>, DbErr> {
    match backend {
        DatabaseBackend::Sqlite => Ok(stored(answer, 2 * n, kind)?.ok().flatten()),
        _ => answer.try_get_by_index(n),
    }
}
