use sea_orm_migration::prelude::*;

/// Case files and what stands in them.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0033_case_files"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, include_str!("sql/m0033_case_files.sql")).await
    }

    /// SQLite would otherwise leave a half-made schema after a kill.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
