use sea_orm_migration::prelude::*;

/// Tokens of other programs, and what they were answered.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0011_programs"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, include_str!("sql/m0011_programs.sql")).await
    }

    /// SQLite would otherwise leave a half-made schema after a kill.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
