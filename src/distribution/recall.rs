//! Recall of an issued document (Decree 30/2020 Art. 18.4, Annex VI.III.8): at the issuer it is frozen with its metadata; at
//! the recipients it is gone, and what is left of it there is that it came, under which arrival number, and why it went.

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
};
use serde_json::json;
use trinhky_engine::CommandKind;
use uuid::Uuid;

use super::rows::{delivery, document_recall};
use crate::app::App;
use crate::audit::evidence::{self, Event, kinds};
use crate::audit::{self, Entry};
use crate::documents::rows::document;
use crate::documents::{Document, find, state};
use crate::fault::{Fault, Outcome};
use crate::flow;
use crate::people::Actor;
use crate::queue::{self, NewJob};
use crate::worker;

/// Longest reason, in characters: it stands in a mail and on every recipient's page.
const MAX_REASON: usize = 500;

/// Why and when a document was recalled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recall {
    pub reason: String,
    pub at: DateTime<Utc>,
    pub by: String,
}

/// Whether the actor may recall a document of an organisation: who is competent to sign for it.
#[must_use]
pub fn may_recall(actor: &Actor, org_id: Uuid) -> bool {
    actor.has_role_in_unit(&["chair", "vice_chair"], org_id)
}

/// Recalls an issued document: its workflow ends, its recipients no longer see it, and they are told.
///
/// # Errors
/// When the actor is not competent, the document is not issued or recalled already, the reason is missing; what the
/// database reports.
pub async fn recall(
    app: &App,
    actor: &Actor,
    id: Uuid,
    seen_hash: String,
    reason: String,
) -> Outcome<()> {
    let input = (id, seen_hash, reason.trim().to_owned());
    app.act(actor, input, |cx, (id, seen_hash, reason)| {
        Box::pin(async move {
            let document = find::document(cx.tx, *id).await?;
            if !may_recall(cx.actor, document.row.org_id) {
                return Err(Fault::forbidden(
                    "Chỉ người có thẩm quyền ký của cơ quan ban hành được thu hồi văn bản.",
                    "Only who is competent to sign for the issuing agency recalls a document.",
                ));
            }
            document.same_content(seen_hash)?;
            check_reason(reason)?;
            freeze(cx.tx, &document, cx.now).await?;
            document_recall::ActiveModel {
                document_id: Set(*id),
                org_id: Set(document.row.org_id),
                reason: Set(reason.clone()),
                recalled_at: Set(cx.now),
                by_id: Set(cx.actor.person_id),
                by_name: Set(cx.actor.name.clone()),
            }
            .insert(cx.tx)
            .await?;
            // The codes of bodies without an account open nothing any more.
            delivery::Entity::update_many()
                .filter(delivery::Column::DocumentId.eq(*id))
                .set(delivery::ActiveModel {
                    code_hash: Set(None),
                    ..Default::default()
                })
                .exec(cx.tx)
                .await?;
            let org_id = document.row.org_id;
            let event = Event::new(&kinds::RECALLED, ("recalled", id), org_id, cx.now)
                .by(cx.actor)
                .detail(reason);
            let mut entry = Entry::about(
                *id,
                "document.recalled",
                format!("Thu hồi {}: {reason}", document.title()),
            )
            .data(json!({ "content": document.row.content_hash, "reason": reason }));
            if let Some(instance) = document.row.instance_id
                && flow::instance(cx.tx, instance).await?.status == "running"
            {
                let kind = CommandKind::Cancel {
                    reason: format!("Thu hồi văn bản: {reason}"),
                };
                entry.instance_id = Some(instance);
                entry.events = flow::advance(cx, instance, kind).await?.events;
            }
            let told = evidence::append(cx.tx, *id, &event).await?;
            let entry = entry.evidence(&told);
            audit::append(cx.tx, org_id, cx.actor, cx.now, entry).await?;
            let job = NewJob {
                key: format!("recalled:{id}"),
                name: worker::RECALLED_NOTICE,
                payload: json!({ "document": id }),
                run_at: cx.now,
            };
            queue::enqueue(cx.tx, cx.id(), job).await
        })
    })
    .await
}

fn check_reason(reason: &str) -> Outcome<()> {
    let length = reason.chars().count();
    if length == 0 {
        return Err(Fault::invalid(
            "reason",
            "Ghi lý do thu hồi; các nơi nhận đọc được lý do này.",
            "Say why it is recalled; its recipients will read it.",
        ));
    }
    if length > MAX_REASON {
        return Err(Fault::invalid(
            "reason",
            format!("Lý do dài {length} ký tự, tối đa {MAX_REASON}."),
            format!("The reason has {length} characters, at most {MAX_REASON}."),
        ));
    }
    Ok(())
}

/// From now on nothing of it changes.
async fn freeze(db: &impl ConnectionTrait, document: &Document, now: DateTime<Utc>) -> Outcome<()> {
    let changed = document::Entity::update_many()
        .filter(document::Column::Id.eq(document.row.id))
        .filter(document::Column::State.is_in([state::ISSUED, state::CLOSED]))
        .set(document::ActiveModel {
            state: Set(state::RECALLED.to_owned()),
            changed_at: Set(now),
            ..Default::default()
        })
        .exec(db)
        .await?;
    if changed.rows_affected == 1 {
        return Ok(());
    }
    Err(Fault::stale(
        "Chỉ thu hồi được văn bản đã phát hành và chưa thu hồi.",
        "Only an issued document that is not recalled yet can be recalled.",
    ))
}

/// The recall of a document, where there was one.
///
/// # Errors
/// What the database reports.
pub async fn of(db: &impl ConnectionTrait, document_id: Uuid) -> Outcome<Option<Recall>> {
    let row = document_recall::Entity::find_by_id(document_id)
        .one(db)
        .await?;
    Ok(row.map(|row| Recall {
        reason: row.reason,
        at: row.recalled_at,
        by: row.by_name,
    }))
}
