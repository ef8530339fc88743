use sea_orm_migration::prelude::*;

/// Files on their way to a signer's own machine and back.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0041_workstation"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, include_str!("sql/m0041_workstation.sql")).await
    }

    /// SQLite would otherwise leave a half-made schema after a kill.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
