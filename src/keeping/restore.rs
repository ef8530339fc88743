//! Bringing a backup back into an empty place.
//!
//! Everything is copied beside its place and compared first; the database comes last, and with it the installation.
//! What people did after the backup is lost, but not what they hold in their hands: numbers on paper, links in mails.
//! So sessions and links end, and every register waits for a person to say how far it had come (BAR F55).

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, Statement, TransactionTrait as _};
use serde_json::json;
use trinhky_age::Identity;

use super::archive::{self, Kind, Manifest};
use super::postgres;
use crate::config::Config;
use crate::mail;
use crate::people::settings;

/// Folders of the installation that a backup holds as they are.
const FOLDERS: [&str; 2] = ["files", "keys"];

/// Restores a backup into the place that the configuration names; migrations may still be needed.
///
/// # Errors
/// One sentence; the place is then as empty as it was.
pub async fn into_empty(
    config: &Config,
    folder: &Path,
    key: Option<&Identity>,
    now: DateTime<Utc>,
) -> anyhow::Result<Manifest> {
    let manifest = Manifest::read(folder)?;
    let kind = Kind::of(&config.database);
    manifest.must_fit(kind)?;
    manifest.must_open(key)?;
    must_be_empty(config).await?;
    archive::make_private(&config.data)?;
    let part = config.data.join("restore.part");
    if part.exists() {
        fs::remove_dir_all(&part).with_context(|| format!("cannot remove {}", part.display()))?;
    }
    let done = bring_back(config, (folder, key), &part, &manifest, now).await;
    // Nothing of it counts any more, whether it went well or not.
    let _ = fs::remove_dir_all(&part);
    done?;
    Ok(manifest)
}

async fn bring_back(
    config: &Config,
    (folder, key): (&Path, Option<&Identity>),
    part: &Path,
    manifest: &Manifest,
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    archive::make_private(part)?;
    let copying = (
        manifest.clone(),
        folder.to_owned(),
        key.cloned(),
        part.to_owned(),
    );
    tokio::task::spawn_blocking(move || {
        let (manifest, folder, key, part) = copying;
        manifest.unpack(&folder, key.as_ref(), &part)
    })
    .await??;
    let database = part.join(manifest.database.file());
    let marks = marks(manifest.taken_at, now);
    if manifest.database == Kind::Sqlite {
        mark(&database, &marks).await?;
    }
    let begun = match (move_folders(part, &config.data), manifest.database) {
        (Err(error), _) => Err(error),
        (Ok(()), Kind::Sqlite) => fs::rename(&database, config.database_file())
            .with_context(|| format!("cannot write {}", config.database_file().display())),
        (Ok(()), Kind::Postgresql) => postgres::load(&config.database, &database, &marks).await,
    };
    if begun.is_err() {
        for folder in FOLDERS {
            // They were empty, and the backup still has what is in them now.
            let _ = fs::remove_dir_all(config.data.join(folder));
        }
    }
    begun?;
    archive::sync_folder(&config.data)
}

/// Refuses a place where an installation is, or was: whoever restores over a running server destroys it.
async fn must_be_empty(config: &Config) -> anyhow::Result<()> {
    let taken = |what: &str| {
        format!(
            "there is an installation already ({what}); stop its server and restore into a new folder{}",
            if config.database.is_empty() {
                ""
            } else {
                " and an empty database"
            }
        )
    };
    let file = config.database_file();
    anyhow::ensure!(!file.exists(), taken(&file.display().to_string()));
    for folder in FOLDERS {
        let folder = config.data.join(folder);
        anyhow::ensure!(
            archive::files_below(&folder)?.is_empty(),
            taken(&folder.display().to_string())
        );
    }
    if Kind::of(&config.database) == Kind::Sqlite {
        return Ok(());
    }
    let db = Database::connect(&config.database)
        .await
        .context("cannot reach the PostgreSQL database; check the address in the configuration")?;
    let sql = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() LIMIT 1";
    let found = db
        .query_one_raw(Statement::from_string(db.get_database_backend(), sql))
        .await?;
    db.close().await?;
    anyhow::ensure!(found.is_none(), taken("tables in the database"));
    Ok(())
}

/// What a restored database must know of itself, in SQL that both databases read.
fn marks(taken_at: DateTime<Utc>, now: DateTime<Utc>) -> Vec<String> {
    let (name, value) = (settings::RESTORED, json!({ "backup": taken_at }));
    let (taken_at, now) = (taken_at.to_rfc3339(), now.to_rfc3339());
    vec![
        "DELETE FROM session".to_owned(),
        "DELETE FROM ticket".to_owned(),
        mail::DOUBT_WAITING.to_owned(),
        format!(
            "UPDATE register SET restored_from = '{taken_at}' WHERE closed_at IS NULL \
             AND (direction = 'out' OR owner_id IN (SELECT id FROM unit WHERE account))"
        ),
        format!("DELETE FROM installation WHERE name = '{name}'"),
        format!("INSERT INTO installation (name, value, at) VALUES ('{name}', '{value}', '{now}')"),
    ]
}

async fn mark(database: &Path, marks: &[String]) -> anyhow::Result<()> {
    let path = database.to_str().context("the folder's name is no text")?;
    let mut options = ConnectOptions::new(format!("sqlite://{path}?mode=rw"));
    options.max_connections(1).sqlx_logging(false);
    let db = Database::connect(options).await?;
    let tx = db.begin().await?;
    for statement in marks {
        tx.execute_unprepared(statement).await?;
    }
    tx.commit().await?;
    db.close().await?;
    Ok(())
}

/// Moves the folders of the backup to their place.
fn move_folders(part: &Path, data: &Path) -> anyhow::Result<()> {
    for folder in FOLDERS {
        let (from, to) = (part.join(folder), data.join(folder));
        if !from.exists() {
            continue;
        }
        if to.exists() {
            fs::remove_dir_all(&to).with_context(|| format!("cannot replace {}", to.display()))?;
        }
        fs::rename(&from, &to).with_context(|| format!("cannot write {}", to.display()))?;
    }
    Ok(())
}
