//! Text that somebody is still typing, kept aside: it comes back when the page is opened again, whatever happened meanwhile.

use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, EntityTrait, sea_query::OnConflict};

use super::Actor;
use super::rows::saved_form;
use super::session::own_path;
use crate::app::App;
use crate::fault::{Fault, Outcome};
use crate::web::Form;

/// Largest form that is kept, in bytes.
pub(super) const MAX_KEPT_FORM: usize = 256 * 1024;
/// Longest name of a form, in bytes.
const MAX_NAME: usize = 80;

/// A form as it was last typed.
#[derive(Debug, Clone)]
pub struct Kept {
    pub pairs: Vec<(String, String)>,
    /// What the typing is based on, as the form says it.
    pub version: String,
    pub at: DateTime<Utc>,
}

/// Keeps what is typed in a form of this name, in place of what was kept of it before. Everybody has his own.
///
/// # Errors
/// A refusal of what is no form of ours or too large, or what the database reports.
pub async fn keep(
    app: &App,
    actor: &Actor,
    name: &str,
    action: &str,
    pairs: &[(String, String)],
) -> Outcome<()> {
    let ours = own_path(action) == action;
    let body = serde_urlencoded::to_string(pairs).map_err(anyhow::Error::from)?;
    if name.is_empty() || name.len() > MAX_NAME || !ours || body.len() > MAX_KEPT_FORM {
        return Err(Fault::invalid(
            "form",
            "Không lưu tạm được biểu mẫu này; hãy bấm nút lưu.",
            "This form cannot be kept aside; press its save button.",
        ));
    }
    let row = saved_form::ActiveModel {
        id: Set(id(actor, name)?),
        person_id: Set(actor.person_id.ok_or(Fault::NotFound)?),
        path: Set(action.to_owned()),
        body: Set(body),
        saved_at: Set(app.clock.now()),
    };
    app.store
        .write(row, |tx, row| {
            Box::pin(async move {
                saved_form::Entity::insert(row.clone())
                    .on_conflict(
                        OnConflict::column(saved_form::Column::Id)
                            .update_columns([
                                saved_form::Column::Path,
                                saved_form::Column::Body,
                                saved_form::Column::SavedAt,
                            ])
                            .to_owned(),
                    )
                    .exec_without_returning(tx)
                    .await?;
                Ok(())
            })
        })
        .await
}

/// What the actor last typed in the form of this name and has not sent.
///
/// # Errors
/// What the database reports.
pub async fn find(app: &App, actor: &Actor, name: &str) -> Outcome<Option<Kept>> {
    let row = saved_form::Entity::find_by_id(id(actor, name)?)
        .one(app.store.reader())
        .await?;
    let Some(row) = row else { return Ok(None) };
    let pairs: Vec<(String, String)> =
        serde_urlencoded::from_str(&row.body).map_err(anyhow::Error::from)?;
    let version = pairs
        .iter()
        .find(|(name, _)| name == Form::VERSION)
        .map(|(_, version)| version.clone())
        .unwrap_or_default();
    Ok(Some(Kept {
        pairs,
        version,
        at: row.saved_at,
    }))
}

/// Forgets what was kept of a form, because it has been sent.
///
/// # Errors
/// What the database reports.
pub async fn forget(app: &App, actor: &Actor, name: &str) -> Outcome<()> {
    app.store
        .write(id(actor, name)?, |tx, id| {
            Box::pin(async move {
                saved_form::Entity::delete_by_id(id.clone())
                    .exec(tx)
                    .await?;
                Ok(())
            })
        })
        .await
}

fn id(actor: &Actor, name: &str) -> Outcome<String> {
    let person = actor.person_id.ok_or(Fault::NotFound)?;
    Ok(format!("{name}.{person}"))
}
