use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DatabaseBackend;

/// The drafting unit in the index of words.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0034_words_of_units"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sql = match manager.get_connection().get_database_backend() {
            DatabaseBackend::Sqlite => include_str!("sql/m0034_words_of_units_sqlite.sql"),
            _ => include_str!("sql/m0034_words_of_units_postgres.sql"),
        };
        crate::run(manager, sql).await
    }

    /// SQLite would otherwise leave a half-made schema after a kill.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
