//! Searches that a person keeps under a name, to be asked again with one press (Annex VI.III.6e).

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    QueryOrder,
};
use uuid::Uuid;

use super::rows::saved_search;
use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::fault::{Fault, Outcome};
use crate::people::Actor;

/// So many are kept; a list that is longer is searched itself.
const MOST: usize = 30;
/// Longest name, in characters.
const MAX_NAME: usize = 60;

/// The searches that a person keeps, by name.
///
/// # Errors
/// What the database reports.
pub async fn of(db: &impl ConnectionTrait, person_id: Uuid) -> Outcome<Vec<saved_search::Model>> {
    Ok(saved_search::Entity::find()
        .filter(saved_search::Column::PersonId.eq(person_id))
        .order_by_asc(saved_search::Column::Name)
        .all(db)
        .await?)
}

/// Keeps what an address of the list asks for; `query` is that address's query.
///
/// # Errors
/// A refusal where the name is missing, too long or taken, or too many are kept; what the database reports.
pub async fn keep(app: &App, actor: &Actor, name: String, query: String) -> Outcome<()> {
    app.act(actor, (name, query), |cx, (name, query)| {
        Box::pin(async move {
            let person_id = cx.actor.person_id.ok_or(Fault::NotFound)?;
            let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
            let known = of(cx.tx, person_id).await?;
            let refusal = if name.is_empty() || name.chars().count() > MAX_NAME {
                Some((
                    "Đặt tên cho tìm kiếm, tối đa 60 ký tự.",
                    "Give the search a name of at most 60 characters.",
                ))
            } else if known.iter().any(|search| search.name == name) {
                Some((
                    "Đã có tìm kiếm tên này; đặt tên khác.",
                    "A search of this name is kept; choose another name.",
                ))
            } else if known.len() >= MOST {
                Some((
                    "Đã lưu 30 tìm kiếm; bỏ bớt rồi lưu lại.",
                    "Thirty searches are kept; drop one first.",
                ))
            } else {
                None
            };
            if let Some((vi, en)) = refusal {
                return Err(Fault::invalid("name", vi, en));
            }
            saved_search::ActiveModel {
                id: Set(cx.id()),
                person_id: Set(person_id),
                name: Set(name.clone()),
                query: Set(query.clone()),
                made_at: Set(cx.now),
            }
            .insert(cx.tx)
            .await?;
            journal(cx, "search.kept", format!("Lưu tìm kiếm “{name}”")).await
        })
    })
    .await
}

/// Forgets one of the actor's searches.
///
/// # Errors
/// 404 for another person's; what the database reports.
pub async fn forget(app: &App, actor: &Actor, id: Uuid) -> Outcome<()> {
    app.act(actor, id, |cx, id| {
        Box::pin(async move {
            let person_id = cx.actor.person_id.ok_or(Fault::NotFound)?;
            let search = saved_search::Entity::find_by_id(*id)
                .filter(saved_search::Column::PersonId.eq(person_id))
                .one(cx.tx)
                .await?
                .ok_or(Fault::NotFound)?;
            saved_search::Entity::delete_by_id(search.id)
                .exec(cx.tx)
                .await?;
            journal(
                cx,
                "search.forgotten",
                format!("Bỏ tìm kiếm “{}”", search.name),
            )
            .await
        })
    })
    .await
}

async fn journal(cx: Cx<'_>, act: &'static str, summary: String) -> Outcome<()> {
    let org_id = cx.actor.org_ids().first().copied().ok_or(Fault::NotFound)?;
    audit::append(
        cx.tx,
        org_id,
        cx.actor,
        cx.now,
        Entry::general(act, summary),
    )
    .await
}
