//! The database's history: one file per change, applied in order, on SQLite and on PostgreSQL.
//!
//! A released migration never changes. SQL is written once with a few placeholders for the types
//! that the two databases name differently.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DatabaseBackend;

mod m0001_first;
mod m0003_follow_up;
mod m0004_mail;
mod m0005_office;
mod m0006_evidence;
mod m0007_proof;
mod m0007_trail;
mod m0008_keeping;
mod m0008_reorganisation;
mod m0009_following;
mod m0010_registers;
mod m0011_after_issue;
mod m0011_programs;
mod m0012_workflows;
mod m0013_attachments;
mod m0015_absence;
mod m0016_extension;
mod m0017_copies;
mod m0018_searches;
mod m0019_closing;
mod m0021_words;
mod m0023_evidence_at_event;
mod m0025_passkeys;
mod m0026_webhooks;
mod m0032_copy_again;
mod m0033_case_files;
mod m0034_words_of_units;
mod m0036_watch;
mod m0040_remote_keys;
mod m0041_workstation;

/// All migrations, in order.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_first::Migration),
            Box::new(m0003_follow_up::Migration),
            Box::new(m0004_mail::Migration),
            Box::new(m0005_office::Migration),
            Box::new(m0006_evidence::Migration),
            Box::new(m0007_trail::Migration),
            Box::new(m0007_proof::Migration),
            Box::new(m0008_keeping::Migration),
            Box::new(m0008_reorganisation::Migration),
            Box::new(m0009_following::Migration),
            Box::new(m0010_registers::Migration),
            Box::new(m0011_after_issue::Migration),
            Box::new(m0011_programs::Migration),
            Box::new(m0012_workflows::Migration),
            Box::new(m0013_attachments::Migration),
            Box::new(m0015_absence::Migration),
            Box::new(m0016_extension::Migration),
            Box::new(m0017_copies::Migration),
            Box::new(m0018_searches::Migration),
            Box::new(m0019_closing::Migration),
            Box::new(m0021_words::Migration),
            Box::new(m0023_evidence_at_event::Migration),
            Box::new(m0025_passkeys::Migration),
            Box::new(m0026_webhooks::Migration),
            Box::new(m0032_copy_again::Migration),
            Box::new(m0033_case_files::Migration),
            Box::new(m0034_words_of_units::Migration),
            Box::new(m0036_watch::Migration),
            Box::new(m0040_remote_keys::Migration),
            Box::new(m0041_workstation::Migration),
        ]
    }
}

/// The name of the newest migration this program knows.
#[must_use]
pub fn newest() -> String {
    Migrator::migrations()
        .last()
        .map(|migration| migration.name().to_owned())
        .unwrap_or_default()
}

/// Whether this program knows the migration, i.e. can work on a database that is at it.
#[must_use]
pub fn knows(name: &str) -> bool {
    Migrator::migrations()
        .iter()
        .any(|migration| migration.name() == name)
}

/// Replaces the type placeholders and runs the statements one by one.
async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let sql = match connection.get_database_backend() {
        DatabaseBackend::Sqlite => sql
            .replace("{uuid}", "uuid_text")
            .replace("{instant}", "timestamp_with_timezone_text")
            .replace("{date}", "date_text")
            .replace("{path}", "text")
            .replace("{serial}", "integer PRIMARY KEY AUTOINCREMENT"),
        _ => sql
            .replace("{uuid}", "uuid")
            .replace("{instant}", "timestamptz")
            .replace("{date}", "date")
            // Ranges over paths compare bytes, as SQLite does.
            .replace("{path}", "text COLLATE \"C\"")
            .replace(
                "{serial}",
                "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
            ),
    };
    let text: String = sql
        .lines()
        .filter(|line| !line.trim_start().starts_with("--"))
        .collect::<Vec<_>>()
        .join("\n");
    for statement in text
        .split(";\n")
        .map(str::trim)
        .filter(|statement| !statement.is_empty())
    {
        connection.execute_unprepared(statement).await?;
    }
    Ok(())
}
