//! Who is asked in a running round of opinions: one unit more, or one less.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use trinhky_engine::{CommandKind, ScopeId};
use uuid::Uuid;

use super::{OPINIONS, allowed, given_reason, journal, over, right, round_of, task_id};
use crate::app::{App, Cx};
use crate::audit::Entry;
use crate::documents::rows::opinion;
use crate::documents::{Document, find, review};
use crate::fault::{Fault, Outcome};
use crate::flow::{self, rows::flow_task};
use crate::people::may::{self, TaskRight};
use crate::people::{Actor, find as people_find};
use crate::queue::{self, NewJob};
use crate::worker;

/// Asks one unit more in a running round of opinions.
///
/// # Errors
/// When no round runs, the unit is asked already, or the draft is not the actor's.
pub async fn ask_another(app: &App, actor: &Actor, id: Uuid, unit: Uuid) -> Outcome<()> {
    app.act(actor, (id, unit), |cx, (id, unit)| {
        Box::pin(async move {
            let document = find::document(cx.tx, *id).await?;
            let (row, round) = opinion_round(cx, &document).await?;
            drafts(cx, &document, &row)?;
            let asked = find::opinions(cx.tx, *id).await?;
            let now_open = flow::tasks_of_document(cx.tx, *id).await?;
            let twice = now_open
                .iter()
                .any(|task| task.element == OPINIONS && task.unit_id == Some(*unit))
                || asked.iter().any(|row| {
                    row.unit_id == *unit && row.given_at.is_some() && row.responded_at.is_none()
                });
            if twice {
                return Err(Fault::invalid(
                    "unit",
                    "Đơn vị này đã được hỏi ý kiến.",
                    "This unit is asked already.",
                ));
            }
            let asked = people_find::unit(cx.tx, *unit, cx.today())
                .await
                .map_err(|_| {
                    Fault::invalid(
                        "unit",
                        "Chọn đơn vị trong danh sách.",
                        "Choose a unit of the list.",
                    )
                })?;
            let due = row.due_at.unwrap_or(cx.now);
            let opinion_id = cx.id();
            review::ask(cx, &document, opinion_id, *unit, due).await?;
            let item = json!({ "unit": unit, "id": opinion_id, "name": asked.short });
            let done =
                flow::advance(cx, row.instance_id, CommandKind::AddItem { round, item }).await?;
            let job = NewJob {
                key: format!(
                    "opinions:{}:{}:{opinion_id}",
                    document.row.id, document.row.version
                ),
                name: worker::OPINION_REQUEST,
                payload: json!({ "document": document.row.id }),
                run_at: cx.now,
            };
            queue::enqueue(cx.tx, cx.id(), job).await?;
            let summary = format!("Lấy thêm ý kiến của {}", asked.called());
            journal(
                cx,
                &document,
                Entry::about(*id, "opinion.added", summary).unit(*unit),
                done,
            )
            .await
        })
    })
    .await
}

/// Takes a unit that has not answered out of a running round of opinions.
///
/// # Errors
/// When it is not being asked, the reason is missing, or the draft is not the actor's.
pub async fn excuse(app: &App, actor: &Actor, id: Uuid, unit: Uuid, reason: String) -> Outcome<()> {
    app.act(actor, (id, unit, reason), |cx, (id, unit, reason)| {
        Box::pin(async move {
            let document = find::document(cx.tx, *id).await?;
            let row = flow::tasks_of_document(cx.tx, *id)
                .await?
                .into_iter()
                .find(|task| task.element == OPINIONS && task.unit_id == Some(*unit))
                .ok_or_else(|| {
                    Fault::invalid(
                        "unit",
                        "Đơn vị này không còn được hỏi ý kiến.",
                        "This unit is not being asked.",
                    )
                })?;
            drafts(cx, &document, &row)?;
            let reason = given_reason(reason)?;
            let item = ScopeId::parse(&row.path)
                .ok_or_else(|| anyhow::anyhow!("`{}` is not a path", row.path))?;
            let done = flow::advance(cx, row.instance_id, CommandKind::RemoveItem { item }).await?;
            opinion::Entity::delete_many()
                .filter(opinion::Column::DocumentId.eq(*id))
                .filter(opinion::Column::UnitId.eq(*unit))
                .filter(opinion::Column::GivenAt.is_null())
                .exec(cx.tx)
                .await?;
            let name = people_find::unit(cx.tx, *unit, cx.today()).await?;
            let summary = format!("Thôi lấy ý kiến của {}: {reason}", name.called());
            journal(
                cx,
                &document,
                Entry::about(*id, "opinion.removed", summary).unit(*unit),
                done,
            )
            .await
        })
    })
    .await
}

/// Who hands the draft over also says whom else to ask; so do the leaders.
fn drafts(cx: Cx<'_>, document: &Document, row: &flow_task::Model) -> Outcome<()> {
    let drafter = TaskRight {
        role: "drafter",
        unit_id: None,
        ..right(document, row)
    };
    allowed(
        may::do_task(cx.actor, &drafter) || may::lead(cx.actor, row.org_id),
        row,
    )
}

/// One open step of the round of opinions, and the round.
async fn opinion_round(cx: Cx<'_>, document: &Document) -> Outcome<(flow_task::Model, ScopeId)> {
    let row = flow::task_of(cx.tx, document.row.id, OPINIONS).await?;
    let whole = flow::whole(cx.tx, row.instance_id).await?;
    let round = round_of(&whole, &task_id(&row)?.scope).ok_or_else(over)?;
    Ok((row, round))
}
