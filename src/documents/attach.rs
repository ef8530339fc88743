//! Files of their own that go with a document (Annex VI.III.1b): put in while it is being drafted, readable with it ever after.

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    QueryOrder,
};
use serde_json::json;
use uuid::Uuid;

use super::rows::document_attachment;
use super::{Document, draft, find, state};
use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::fault::{Fault, Outcome};
use crate::files::{self, sniff};
use crate::people::Actor;

/// Most files of one document.
const MAX_FILES: usize = 20;

/// Puts a file to a draft and returns its id.
///
/// # Errors
/// A file of a kind that is not taken, one too many, the same one again; when the draft is not with its drafter, or the
/// actor does not draft for its unit.
pub async fn add(
    app: &App,
    actor: &Actor,
    id: Uuid,
    name: String,
    bytes: Vec<u8>,
) -> Outcome<Uuid> {
    let media_type = sniff::media_type(&bytes)?;
    // Whoever may not add a file leaves none on the disk.
    app.act(actor, id, |cx, id| {
        Box::pin(async move { open(cx, *id).await.map(drop) })
    })
    .await?;
    let stored = app.files.put(bytes, media_type).await?;
    let input = (id, files::kept_name(&name, "tep-dinh-kem"), stored);
    app.act(actor, input, |cx, (id, name, stored)| {
        Box::pin(async move {
            let document = open(cx, *id).await?;
            let present = of(cx.tx, *id).await?;
            if present.len() >= MAX_FILES {
                return Err(Fault::invalid(
                    "file",
                    format!("Đã có {MAX_FILES} tệp. Bỏ bớt hoặc gộp lại."),
                    format!("There are {MAX_FILES} files already. Take some away or join them."),
                ));
            }
            if present.iter().any(|row| row.digest == stored.digest) {
                return Err(Fault::invalid(
                    "file",
                    "Tệp này đã được đính kèm.",
                    "This file is attached already.",
                ));
            }
            files::record(cx.tx, stored, &cx.app.clock).await?;
            let row = document_attachment::ActiveModel {
                id: Set(cx.id()),
                document_id: Set(*id),
                org_id: Set(document.row.org_id),
                digest: Set(stored.digest.clone()),
                name: Set(name.clone()),
                media_type: Set(stored.media_type.clone()),
                size: Set(stored.size),
                added_at: Set(cx.now),
                added_by: Set(cx.actor.name.clone()),
                removed_at: Set(None),
            }
            .insert(cx.tx)
            .await?;
            let entry = Entry::about(*id, "attachment.added", format!("Đính kèm tệp “{name}”"))
                .data(json!({ "digest": stored.digest, "size": stored.size }));
            audit::append(cx.tx, document.row.org_id, cx.actor, cx.now, entry).await?;
            Ok(row.id)
        })
    })
    .await
}

/// Takes a file away from a draft; its row and its content stay for the history.
///
/// # Errors
/// As [`add`], or when there is no such file.
pub async fn remove(app: &App, actor: &Actor, id: Uuid, file: Uuid) -> Outcome<()> {
    app.act(actor, (id, file), |cx, (id, file)| {
        Box::pin(async move {
            let document = open(cx, *id).await?;
            let row = one(cx.tx, *id, *file).await?;
            let summary = format!("Bỏ tệp đính kèm “{}”", row.name);
            let mut row: document_attachment::ActiveModel = row.into();
            row.removed_at = Set(Some(cx.now));
            row.update(cx.tx).await?;
            let entry = Entry::about(*id, "attachment.removed", summary);
            audit::append(cx.tx, document.row.org_id, cx.actor, cx.now, entry).await
        })
    })
    .await
}

/// A draft whose files may change. What was approved was approved with its files.
async fn open(cx: Cx<'_>, id: Uuid) -> Outcome<Document> {
    let document = find::document(cx.tx, id).await?;
    draft::may_draft_for(cx, document.row.owner_id)?;
    draft::changeable(cx.tx, &document).await?;
    if document.row.state == state::DRAFT {
        return Ok(document);
    }
    Err(Fault::stale(
        "Văn bản đã được phê duyệt cùng các tệp đính kèm. Sửa dự thảo để trình lại rồi đổi tệp.",
        "It was approved with its files. Change the draft, so that it is submitted again, then change the files.",
    ))
}

/// The files of a document, oldest first.
///
/// # Errors
/// What the database reports.
pub async fn of(db: &impl ConnectionTrait, id: Uuid) -> Outcome<Vec<document_attachment::Model>> {
    Ok(document_attachment::Entity::find()
        .filter(document_attachment::Column::DocumentId.eq(id))
        .filter(document_attachment::Column::RemovedAt.is_null())
        .order_by_asc(document_attachment::Column::AddedAt)
        .order_by_asc(document_attachment::Column::Id)
        .all(db)
        .await?)
}

/// One file of a document.
///
/// # Errors
/// [`Fault::NotFound`], or what the database reports.
pub async fn one(
    db: &impl ConnectionTrait,
    id: Uuid,
    file: Uuid,
) -> Outcome<document_attachment::Model> {
    document_attachment::Entity::find_by_id(file)
        .filter(document_attachment::Column::DocumentId.eq(id))
        .filter(document_attachment::Column::RemovedAt.is_null())
        .one(db)
        .await?
        .ok_or(Fault::NotFound)
}
