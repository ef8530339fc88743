use std::collections::BTreeSet;

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::prelude::Uuid;
use sea_orm_migration::sea_orm::{DatabaseBackend, Statement};

/// The words by which documents are found, with an index that the database keeps.
pub(crate) struct Migration;

/// Documents whose words are written anew at a time.
const CHUNK: i64 = 500;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0021_words"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // First the words: the index takes none that are longer than these.
        rewrite(manager).await?;
        let sql = match manager.get_connection().get_database_backend() {
            DatabaseBackend::Sqlite => include_str!("sql/m0021_words_sqlite.sql"),
            _ => include_str!("sql/m0021_words_postgres.sql"),
        };
        crate::run(manager, sql).await?;
        crate::run(manager, include_str!("sql/m0021_words.sql")).await
    }

    /// SQLite would otherwise leave a half-made schema after a kill.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// Writes the words of every document as they are stored from now on.
async fn rewrite(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let backend = db.get_database_backend();
    let mut last = Uuid::nil();
    loop {
        let rows = db
            .query_all_raw(Statement::from_sql_and_values(
                backend,
                format!("SELECT id, folded FROM document WHERE id > $1 ORDER BY id LIMIT {CHUNK}"),
                [last.into()],
            ))
            .await?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in &rows {
            last = row.try_get("", "id")?;
            let text: String = row.try_get("", "folded")?;
            db.execute_raw(Statement::from_sql_and_values(
                backend,
                "UPDATE document SET folded = $1 WHERE id = $2",
                [words(&text).into(), last.into()],
            ))
            .await?;
        }
    }
}

/// The words of a text that already has no accents, as the program stored them when this change was made.
fn words(text: &str) -> String {
    let mut words = BTreeSet::new();
    for word in text.split_whitespace() {
        let parts: Vec<&str> = word
            .split(|c: char| !c.is_alphanumeric())
            .filter(|part| !part.is_empty())
            .map(|part| match part.trim_start_matches('0') {
                "" => "0",
                rest => rest,
            })
            .collect();
        for first in 0..parts.len() {
            let joined: String = parts[first..].join("·").chars().take(60).collect();
            words.insert(joined);
        }
    }
    let mut stored = String::new();
    for word in words {
        if stored.len() + word.len() >= 800_000 {
            break;
        }
        stored.push(' ');
        stored.push_str(&word);
    }
    stored
}
