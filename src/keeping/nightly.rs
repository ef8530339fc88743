//! The backup of every night, by the job table: taken where `backup.folder` says, old ones removed; administrators are
//! told by mail when none has succeeded for two days.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use chrono::NaiveDate;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;

use super::{backup, last};
use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::fault::Outcome;
use crate::mail::{self, NewMail};
use crate::people::{Actor, find};
use crate::queue::rows::job;
use crate::web::format::date_time;

/// The job that takes the backup.
pub const BACKUP: &str = "keeping.backup";
/// The job that looks whether one is late.
pub const LATE: &str = "keeping.late";

/// Takes the day's backup, where none is there yet, then removes the oldest beyond `backup.keep`.
///
/// # Errors
/// One sentence; the job is tried again, and what was kept before is untouched.
pub async fn take(app: &App) -> Outcome<()> {
    let place = app.config.backup.folder.clone();
    if place.as_os_str().is_empty() {
        return Ok(());
    }
    fs::create_dir_all(&place)
        .with_context(|| format!("cannot make the folder {}", place.display()))?;
    let _alone = alone(&place)?;
    let folder = place.join(app.today().to_string());
    if !folder.exists() {
        let manifest = backup::take(app, &folder).await?;
        tracing::info!(
            folder = %folder.display(),
            files = manifest.items.len(),
            bytes = manifest.bytes(),
            damaged = manifest.damaged.len(),
            "a backup was taken"
        );
    }
    let keep = app.config.backup.keep;
    tokio::task::spawn_blocking(move || remove_oldest(&place, keep))
        .await
        .map_err(anyhow::Error::from)??;
    Ok(())
}

/// The right to write below the folder, as long as it is held: a backup may take longer than a job's lease, so a second
/// server may come for the same job.
fn alone(place: &Path) -> anyhow::Result<File> {
    let lock = File::create(place.join(".lock"))
        .with_context(|| format!("cannot write to {}", place.display()))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => {
            anyhow::bail!("another server is taking a backup to {}", place.display())
        }
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("cannot lock {}", place.display()))
        }
    }
}

/// Removes the oldest backups beyond so many; folders that are not named by a day are somebody else's.
fn remove_oldest(place: &Path, keep: usize) -> anyhow::Result<()> {
    let mut days: Vec<(NaiveDate, PathBuf)> = fs::read_dir(place)
        .with_context(|| format!("cannot read {}", place.display()))?
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let day = path.file_name()?.to_str()?.parse().ok()?;
            Some((day, path))
        })
        .collect();
    days.sort();
    let beyond = days.len().saturating_sub(keep);
    for (_, path) in days.into_iter().take(beyond) {
        fs::remove_dir_all(&path).with_context(|| format!("cannot remove {}", path.display()))?;
    }
    Ok(())
}

/// Tells every administrator, once a day, while the last backup is late.
///
/// # Errors
/// What the database reports.
pub async fn tell_when_late(app: &App) -> Outcome<()> {
    app.act(&Actor::system(), (), |cx, ()| Box::pin(tell(cx)))
        .await
}

async fn tell(cx: Cx<'_>) -> Outcome<()> {
    let taken = last(cx.tx).await?;
    if taken.as_ref().is_some_and(|taken| !taken.is_late(cx.now)) {
        return Ok(());
    }
    let tried = job::Entity::find()
        .filter(job::Column::Name.eq(BACKUP))
        .order_by_desc(job::Column::RunAt)
        .one(cx.tx)
        .await?;
    let context = json!({
        "last": taken.map_or_else(|| "chưa có".to_owned(), |taken| date_time(taken.at)),
        "folder": cx.app.config.backup.folder.display().to_string(),
        "reason": tried.map(|job| job.last_error).unwrap_or_default(),
        "link": format!("{}/quan-tri", cx.app.config.base_url()),
    });
    for org_id in find::organisations_with(cx.tx, "admin", cx.today()).await? {
        let mut told = Vec::new();
        for admin in find::holders_in_org(cx.tx, org_id, "admin", cx.today()).await? {
            let mut context = context.clone();
            context["recipient"] = admin.name.clone().into();
            let letter = NewMail {
                key: format!("backup_late:{}:{}", cx.today(), admin.person_id),
                template: "backup_late",
                org_id,
                to_name: admin.name.clone(),
                to_address: admin.email,
                cc: Vec::new(),
                context,
                document_id: None,
                delivery_id: None,
                send_at: cx.now,
            };
            mail::queue(cx.tx, cx.id(), cx.now, letter).await?;
            told.push(admin.name);
        }
        let summary = format!("Báo {}: sao lưu chậm", told.join(", "));
        let entry = Entry::general("notice.sent", summary);
        audit::append(cx.tx, org_id, cx.actor, cx.now, entry).await?;
    }
    Ok(())
}
