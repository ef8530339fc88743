use sea_orm_migration::prelude::*;

/// Keys that a signing service or the signer's own machine holds.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0040_remote_keys"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, include_str!("sql/m0040_remote_keys.sql")).await
    }

    /// SQLite would otherwise leave a half-made schema after a kill.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
