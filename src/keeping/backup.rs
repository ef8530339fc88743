//! Taking a backup while people work.
//!
//! First the database at one instant, then every file that it names: files are written before the rows that name them and
//! never change, so each is there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, EntityTrait, Statement};
use trinhky_age::Recipient;

use super::archive::{self, Kind, Manifest, Packer};
use super::{Taken, postgres};
use crate::app::App;
use crate::files::rows::stored_file;
use crate::people::settings;

/// Writes a backup to a folder that is new or empty, reads it back, and remembers it.
///
/// # Errors
/// One sentence; the folder is then as it was.
pub async fn take(app: &App, folder: &Path) -> anyhow::Result<Manifest> {
    let empty = !folder.exists()
        || fs::read_dir(folder)
            .with_context(|| format!("cannot read {}", folder.display()))?
            .next()
            .is_none();
    anyhow::ensure!(
        empty,
        "{} is not empty; name a new folder for each backup",
        folder.display()
    );
    let part = beside(folder)?;
    if part.exists() {
        fs::remove_dir_all(&part).with_context(|| format!("cannot remove {}", part.display()))?;
    }
    let written = match write(app, &part).await {
        Ok(manifest) => name(&part, folder).map(|()| manifest),
        Err(error) => Err(error),
    };
    if written.is_err() {
        // What cannot be removed either is no backup: it has another name.
        let _ = fs::remove_dir_all(&part);
    }
    let manifest = written?;
    let taken = Taken {
        at: manifest.taken_at,
        folder: folder.display().to_string(),
    };
    let row = (serde_json::to_string(&taken)?, app.clock.now());
    app.store
        .write(row, |tx, (value, now)| {
            Box::pin(settings::put(tx, settings::BACKUP, value.clone(), *now))
        })
        .await?;
    Ok(manifest)
}

async fn write(app: &App, part: &Path) -> anyhow::Result<Manifest> {
    archive::make_private(part)?;
    let kind = Kind::of(&app.config.database);
    let encrypted_for = app.config.backup.recipients.clone();
    let mut manifest = Manifest::begin(kind, app.clock.now(), encrypted_for);
    // What is to be encrypted never lies readable on the backup's disk, not even for a moment.
    let aside = match manifest.encrypted_for.is_empty() {
        true => None,
        false => Some(aside(&app.config.data)?),
    };
    let database = aside
        .as_ref()
        .map_or(part, tempfile::TempDir::path)
        .join(kind.file());
    let digests = match kind {
        Kind::Sqlite => snapshot(app, &database).await?,
        Kind::Postgresql => {
            postgres::dump(&app.config.database, &database).await?;
            // Read after the dump: perhaps some more than it names, never one less.
            digests(app.store.reader()).await?
        }
    };
    let (part, app) = (part.to_owned(), app.clone());
    tokio::task::spawn_blocking(move || {
        let recipients = recipients(&app.config.backup.recipients)?;
        let packer = Packer {
            folder: &part,
            recipients: &recipients,
            ids: &app.ids,
        };
        let data = &app.config.data;
        let path = kind.file().to_owned();
        manifest.items.push(match aside {
            None => packer.written(path)?,
            Some(aside) => {
                let item = packer.add(&database, path)?;
                aside.close().context("cannot remove the readable copy")?;
                item
            }
        });
        add_files(&mut manifest, digests, data, &packer)?;
        for path in archive::files_below(&data.join("keys"))? {
            let path = Path::new("keys").join(path);
            let item = packer.add(&data.join(&path), slashed(&path))?;
            manifest.items.push(item);
        }
        manifest.verify(&part)?;
        manifest.write(&part)?;
        archive::sync_folder(&part)?;
        Ok(manifest)
    })
    .await?
}

/// SQLite's database at one instant; returns the digests of the files that it names.
async fn snapshot(app: &App, to: &Path) -> anyhow::Result<BTreeSet<String>> {
    let path = to.to_str().context("the folder's name is no text")?;
    let db = app.store.reader();
    let statement =
        Statement::from_sql_and_values(db.get_database_backend(), "VACUUM INTO $1", [path.into()]);
    db.execute_raw(statement)
        .await
        .with_context(|| format!("cannot write {path}"))?;
    let mut options = ConnectOptions::new(format!("sqlite://{path}?mode=ro"));
    options.max_connections(1).sqlx_logging(false);
    let copy = Database::connect(options).await?;
    let answer = copy
        .query_one_raw(Statement::from_string(
            copy.get_database_backend(),
            "PRAGMA quick_check",
        ))
        .await?
        .context("the copy of the database does not answer")?
        .try_get_by_index::<String>(0)?;
    anyhow::ensure!(
        answer == "ok",
        "the database is damaged ({answer}); restore an earlier backup"
    );
    let digests = digests(&copy).await?;
    copy.close().await?;
    Ok(digests)
}

/// A private folder of the installation for the copy of its database.
fn aside(data: &Path) -> anyhow::Result<tempfile::TempDir> {
    tempfile::Builder::new()
        .prefix("backup-")
        .tempdir_in(data)
        .with_context(|| format!("cannot write to {}", data.display()))
}

fn recipients(keys: &[String]) -> anyhow::Result<Vec<Recipient>> {
    keys.iter()
        .map(|key| {
            key.parse()
                .with_context(|| format!("`backup.recipients` names {key}"))
        })
        .collect()
}

async fn digests(db: &impl ConnectionTrait) -> anyhow::Result<BTreeSet<String>> {
    let rows = stored_file::Entity::find().all(db).await?;
    Ok(rows.into_iter().map(|row| row.digest).collect())
}

/// Copies the files that the database names. One that is damaged must not prevent that all others are kept: it is noted.
fn add_files(
    manifest: &mut Manifest,
    digests: BTreeSet<String>,
    data: &Path,
    packer: &Packer<'_>,
) -> anyhow::Result<()> {
    for digest in digests {
        let path = Path::new("files").join(&digest[..2]).join(&digest);
        let from = data.join(&path);
        if !from.exists() {
            manifest.damaged.push(digest);
            continue;
        }
        let item = packer.add(&from, slashed(&path))?;
        if item.sha256 == digest {
            manifest.items.push(item);
        } else {
            packer.remove(&item)?;
            manifest.damaged.push(digest);
        }
    }
    Ok(())
}

/// Gives a finished backup its name.
fn name(part: &Path, folder: &Path) -> anyhow::Result<()> {
    let rename = || -> std::io::Result<()> {
        if folder.exists() {
            fs::remove_dir(folder)?;
        }
        fs::rename(part, folder)
    };
    rename().with_context(|| format!("cannot make {}", folder.display()))?;
    archive::sync_folder(parent(folder))
}

/// Where a backup is written before it has its name.
fn beside(folder: &Path) -> anyhow::Result<PathBuf> {
    let name = folder
        .file_name()
        .and_then(|name| name.to_str())
        .with_context(|| format!("{} names no folder", folder.display()))?;
    Ok(folder.with_file_name(format!("{name}.part")))
}

fn parent(folder: &Path) -> &Path {
    match folder.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}
