//! Keeping an installation: backups taken while the program runs, and bringing one back into an empty place.
//!
//! A backup is a folder: the database, the files by digest, the keys, and a manifest that names each with its digest. It is
//! written beside its place and takes its name when it was read back, so a folder with that name is always whole.

pub mod archive;
pub mod backup;
pub mod nightly;
mod postgres;
pub mod restore;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};

use crate::fault::Outcome;
use crate::people::settings;

/// The last backup, as the installation remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    pub at: DateTime<Utc>,
    pub folder: String,
}

/// After this a backup is late: one a day, and a night in which it failed.
const LATE_AFTER: TimeDelta = TimeDelta::hours(48);

impl Taken {
    /// Whether another backup should have been taken since.
    #[must_use]
    pub fn is_late(&self, now: DateTime<Utc>) -> bool {
        now - self.at > LATE_AFTER
    }
}

/// The last backup that was taken and read back.
///
/// # Errors
/// What the database reports.
pub async fn last(db: &impl ConnectionTrait) -> Outcome<Option<Taken>> {
    Ok(match settings::value(db, settings::BACKUP).await? {
        Some(row) => Some(serde_json::from_str(&row.value)?),
        None => None,
    })
}
