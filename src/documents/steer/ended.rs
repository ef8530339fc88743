//! The end of a document that is never issued: its workflow stops, nobody has a step any more, a number that it got is void.

use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use trinhky_engine::CommandKind;
use uuid::Uuid;

use super::{given_reason, journal};
use crate::app::{App, Cx};
use crate::audit::Entry;
use crate::documents::rows::{document, opinion, register_entry};
use crate::documents::{Document, draft, find, state};
use crate::fault::{Fault, Outcome};
use crate::flow;
use crate::people::{Actor, may};

/// Whether the actor may end a document that is not issued: who drafts it and the leaders while nobody has approved it, after
/// that only who is competent to sign.
#[must_use]
pub fn may_end(actor: &Actor, document: &Document) -> bool {
    let row = &document.row;
    let signs = actor.has_role_in_unit(&["chair", "vice_chair"], row.org_id);
    let anybody = match row.state.as_str() {
        state::DRAFT => {
            signs || may::lead(actor, row.org_id) || draft::may_draft(actor, row.owner_id)
        }
        state::APPROVED | state::SIGNED | state::NUMBERED | state::SEALED => signs,
        _ => false,
    };
    anybody && !document.is_carried() && row.instance_id.is_some()
}

/// Ends a document that is not issued. What was written, signed and said of it stays to be read.
///
/// # Errors
/// When it is issued or has ended already, the reason is missing, or the actor may not.
pub async fn end(app: &App, actor: &Actor, id: Uuid, reason: String) -> Outcome<()> {
    app.act(actor, (id, reason), |cx, (id, reason)| {
        Box::pin(async move {
            let document = find::document(cx.tx, *id).await?;
            if [
                state::ISSUED,
                state::CLOSED,
                state::RECALLED,
                state::DROPPED,
            ]
            .contains(&document.row.state.as_str())
            {
                return Err(Fault::stale(
                    "Chỉ thôi ban hành được văn bản chưa phát hành; văn bản đã phát hành thì thu hồi.",
                    "Only a document that is not issued can be dropped; an issued one is recalled.",
                ));
            }
            if !may_end(cx.actor, &document) {
                return Err(Fault::forbidden(
                    "Khi chưa phê duyệt: người soạn, lãnh đạo. Đã phê duyệt: chỉ người có thẩm quyền ký thôi ban hành văn bản.",
                    "Before the approval its drafter and the leaders drop a document, after it only who is competent to sign.",
                ));
            }
            let reason = given_reason(reason)?;
            let kind = CommandKind::Cancel {
                reason: format!("Thôi ban hành: {reason}"),
            };
            let done = flow::advance(cx, document.instance()?, kind).await?;
            let mut summary = format!("Thôi ban hành {}: {reason}", document.title());
            if let Some(number) = document.row.number {
                strike(cx, &document, &reason).await?;
                summary.push_str(&format!("; bỏ số {number:02}/{}", document.row.symbol));
            }
            drop_row(cx, &document).await?;
            // A letter that was signed and numbered stays what it is; one that was not goes with what it carries.
            if let Some(letter) = find::proposal_of(cx.tx, *id).await?
                && letter.row.number.is_none()
            {
                drop_row(cx, &letter).await?;
            }
            opinion::Entity::delete_many()
                .filter(opinion::Column::DocumentId.eq(*id))
                .filter(opinion::Column::GivenAt.is_null())
                .exec(cx.tx)
                .await?;
            let entry =
                Entry::about(*id, "document.dropped", summary).data(json!({ "reason": reason }));
            journal(cx, &document, entry, done).await
        })
    })
    .await
}

/// The number stays in its register, void, with the reason.
async fn strike(cx: Cx<'_>, document: &Document, reason: &str) -> Outcome<()> {
    register_entry::Entity::update_many()
        .filter(register_entry::Column::DocumentId.eq(document.row.id))
        .set(register_entry::ActiveModel {
            state: Set("void".to_owned()),
            note: Set(format!("Thôi ban hành: {reason}")),
            document_id: Set(None),
            ..Default::default()
        })
        .exec(cx.tx)
        .await?;
    Ok(())
}

async fn drop_row(cx: Cx<'_>, document: &Document) -> Outcome<()> {
    document::ActiveModel {
        id: Set(document.row.id),
        state: Set(state::DROPPED.to_owned()),
        number: Set(None),
        issued_on: Set(None),
        folded: Set(draft::search_text(&document.draft, None)),
        changed_at: Set(cx.now),
        ..Default::default()
    }
    .update(cx.tx)
    .await?;
    Ok(())
}
