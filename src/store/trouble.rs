//! What to do when the database stumbles: run an act again, and ask what became of a commit whose answer was lost.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseBackend, DatabaseConnection, DbErr, Statement};

use super::Tx;

/// Questions about a lost commit, a pause before each but the first; together some three seconds.
const QUESTIONS: u32 = 12;
/// The pause between two of them.
const PAUSE: Duration = Duration::from_millis(250);

/// Serialisation failure or deadlock: the act is run again.
pub(super) fn asks_to_try_again(error: &DbErr) -> bool {
    let text = error.to_string();
    text.contains("could not serialize access") || text.contains("deadlock detected")
}

/// The number under which PostgreSQL remembers this transaction; none where it wrote nothing, or on SQLite, whose
/// commit cannot lose its answer.
pub(super) async fn number(tx: &Tx) -> Result<Option<String>, DbErr> {
    if tx.get_database_backend() != DatabaseBackend::Postgres {
        return Ok(None);
    }
    let sql = "SELECT pg_current_xact_id_if_assigned()::text";
    let row = tx
        .query_one_raw(Statement::from_string(tx.get_database_backend(), sql))
        .await?;
    row.map_or(Ok(None), |row| row.try_get_by_index(0))
}

/// Whether the transaction with this number was committed, after its commit got no answer; the error of that commit
/// where it was not, or where the database cannot be asked.
pub(super) async fn whether_committed(
    db: &DatabaseConnection,
    number: &str,
    unanswered: DbErr,
) -> Result<(), DbErr> {
    for question in 0..QUESTIONS {
        if question > 0 {
            tokio::time::sleep(PAUSE).await;
        }
        let statement = Statement::from_sql_and_values(
            db.get_database_backend(),
            "SELECT pg_xact_status($1::text::xid8)",
            [number.into()],
        );
        let Ok(Some(row)) = db.query_one_raw(statement).await else {
            continue;
        };
        match row.try_get_by_index::<Option<String>>(0)?.as_deref() {
            Some("committed") => {
                tracing::warn!(number, error = %unanswered, "a commit lost its answer and stands");
                return Ok(());
            }
            Some("in progress") => {}
            _ => return Err(unanswered),
        }
    }
    Err(unanswered)
}
