//! What the installation remembers of itself, by name; above all how strictly its people must prove who they are.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};
use serde::{Deserialize, Serialize};

use uuid::Uuid;

use super::Actor;
use super::rows::installation;
use crate::fault::Outcome;
use crate::store::Tx;

/// When a test mail was last asked for.
pub const MAIL_TESTED: &str = "mail_tested";
/// The last backup whose files were read back: when it was taken, and to which folder.
pub const BACKUP: &str = "backup";
/// When a backup was last restored, and of which instant it was.
pub const RESTORED: &str = "restored";
const SECURITY: &str = "security";

/// A remembered value with the instant it was written.
///
/// # Errors
/// What the database reports.
pub async fn value(db: &impl ConnectionTrait, name: &str) -> Outcome<Option<installation::Model>> {
    Ok(installation::Entity::find_by_id(name.to_owned())
        .one(db)
        .await?)
}

/// Remembers a value in place of the one before.
///
/// # Errors
/// What the database reports.
pub async fn put(tx: &Tx, name: &str, value: String, now: DateTime<Utc>) -> Outcome<()> {
    installation::Entity::insert(installation::ActiveModel {
        name: Set(name.to_owned()),
        value: Set(value),
        at: Set(now),
    })
    .on_conflict(
        OnConflict::column(installation::Column::Name)
            .update_columns([installation::Column::Value, installation::Column::At])
            .to_owned(),
    )
    .exec_without_returning(tx)
    .await?;
    Ok(())
}

/// Forgets a value.
///
/// # Errors
/// What the database reports.
pub async fn forget(tx: &Tx, name: &str) -> Outcome<()> {
    installation::Entity::delete_by_id(name.to_owned())
        .exec(tx)
        .await?;
    Ok(())
}

/// How people prove who they are. A sample installation asks for neither; an office chooses both on its first day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Security {
    /// Whoever holds one of these roles must have a second factor.
    pub second_factor_roles: Vec<String>,
    /// A legal act asks for the password or a code when the last proof is older than so many minutes; 0 never asks.
    pub step_up_minutes: i64,
}

impl Security {
    /// What the set-up page proposes: those who approve, sign, seal, number and administer.
    #[must_use]
    pub fn recommended() -> Self {
        let roles = [
            "chair",
            "vice_chair",
            "office_chief",
            "office_clerk",
            "clerk",
            "unit_head",
            "admin",
        ];
        Self {
            second_factor_roles: roles.map(str::to_owned).to_vec(),
            step_up_minutes: 15,
        }
    }

    /// Whether a person with these posts in the organisation must have a second factor.
    #[must_use]
    pub fn asks_second_factor_of(&self, actor: &Actor, org_id: Uuid) -> bool {
        actor
            .posts
            .iter()
            .any(|post| post.org_id == org_id && self.second_factor_roles.contains(&post.role))
    }
}

/// The security settings of an organisation; until it has its own, those that the installation began with.
///
/// # Errors
/// What the database reports.
pub async fn security(db: &impl ConnectionTrait, org_id: Uuid) -> Outcome<Security> {
    let row = match value(db, &security_name(org_id)).await? {
        Some(own) => Some(own),
        None => value(db, SECURITY).await?,
    };
    Ok(match row {
        Some(row) => serde_json::from_str(&row.value)?,
        None => Security::default(),
    })
}

/// Whether any organisation in which the person works demands a second factor of it.
///
/// # Errors
/// What the database reports.
pub async fn second_factor_demanded(db: &impl ConnectionTrait, actor: &Actor) -> Outcome<bool> {
    for org_id in actor.org_ids() {
        if security(db, org_id)
            .await?
            .asks_second_factor_of(actor, org_id)
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The minutes after which a legal act asks again who one is: the strictest of the organisations in which the person works.
///
/// # Errors
/// What the database reports.
pub async fn step_up_minutes(db: &impl ConnectionTrait, actor: &Actor) -> Outcome<Option<i64>> {
    let mut strictest = None;
    for org_id in actor.org_ids() {
        let minutes = security(db, org_id).await?.step_up_minutes;
        if minutes > 0 {
            strictest = Some(strictest.map_or(minutes, |known: i64| known.min(minutes)));
        }
    }
    Ok(strictest)
}

/// Writes the security settings with which the installation begins.
///
/// # Errors
/// What the database reports.
pub async fn begin_security(tx: &Tx, security: &Security, now: DateTime<Utc>) -> Outcome<()> {
    put(tx, SECURITY, serde_json::to_string(security)?, now).await
}

/// Writes the security settings of an organisation.
///
/// # Errors
/// What the database reports.
pub async fn put_security(
    tx: &Tx,
    org_id: Uuid,
    security: &Security,
    now: DateTime<Utc>,
) -> Outcome<()> {
    let text = serde_json::to_string(security)?;
    put(tx, &security_name(org_id), text, now).await
}

fn security_name(org_id: Uuid) -> String {
    format!("{SECURITY}:{org_id}")
}
