//! Opinions that are due on the next working day: each unit that has not answered is reminded once.
//!
//! The deadline is the open task's, so more time given and a calendar that has changed are known.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use trinhky_calendar::{Calendar, local};
use uuid::Uuid;

use super::audience::Book;
use super::ladder::Step;
use super::letter::{self, Letter};
use super::notice::{asked_of, opinion_context};
use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::documents::{find, review};
use crate::fault::Outcome;
use crate::flow::rows::flow_task;
use crate::people::Actor;
use crate::people::find as people_find;

/// Letters queued by one act.
const LETTERS_PER_ACT: usize = 100;

/// Reminds the units whose opinion on a document is due on the next working day, and comes again where others have longer.
///
/// # Errors
/// When the template lacks a variable, or what the database reports.
pub async fn opinions_soon(app: &App, payload: &Value) -> Outcome<()> {
    let document: Uuid = serde_json::from_value(payload["document"].clone())?;
    while app
        .act(&Actor::system(), document, |cx, id| {
            Box::pin(remind_some(cx, *id))
        })
        .await?
    {}
    Ok(())
}

/// Reminds some; true when there are more.
async fn remind_some(cx: Cx<'_>, id: Uuid) -> Outcome<bool> {
    let document = find::document(cx.tx, id).await?;
    let calendar = people_find::calendar(cx.tx, document.row.org_id).await?;
    let open = flow_task::Entity::find()
        .filter(flow_task::Column::DocumentId.eq(id))
        .filter(flow_task::Column::Role.eq("unit"))
        .filter(flow_task::Column::DueAt.gt(cx.now))
        .order_by_asc(flow_task::Column::TaskId)
        .all(cx.tx)
        .await?;
    let mut due = BTreeMap::new();
    let mut later: Option<DateTime<Utc>> = None;
    for task in &open {
        let (Some(unit), Some(due_at)) = (task.unit_id, task.due_at) else {
            continue;
        };
        let comes = morning(due_at, &calendar)?;
        if comes <= cx.now {
            due.insert(
                format!(
                    "opinion_soon:{}:{}:{}",
                    task.instance_id,
                    task.task_id,
                    due_at.timestamp()
                ),
                (unit, due_at),
            );
        } else {
            later = Some(later.map_or(comes, |known| known.min(comes)));
        }
    }
    let units: Vec<Uuid> = due.values().map(|(unit, _)| *unit).collect();
    let known = people_find::units(cx.tx, &units, cx.today()).await?;
    let book = Book::of_units(cx.tx, &units, cx.today()).await?;
    let sender = people_find::unit(cx.tx, document.row.owner_id, cx.today()).await?;
    let new = letter::not_queued(cx, due.keys().cloned().collect()).await?;
    let mut letters = Vec::new();
    for key in new {
        let Some((unit, due_at)) = due.get(&key) else {
            continue;
        };
        let Some(unit) = known.get(unit) else {
            continue;
        };
        let Some(to) = asked_of(unit, &book) else {
            continue;
        };
        letters.push(Letter {
            key,
            template: "opinion_soon",
            context: opinion_context(cx, &document, unit, &sender, &to, *due_at, &calendar),
            to,
            delivery_id: None,
        });
    }
    let more = letters.len() > LETTERS_PER_ACT;
    letters.truncate(LETTERS_PER_ACT);
    let sent = letter::post(cx, document.row.org_id, Some(id), letters).await?;
    if sent > 0 {
        let summary = format!("Nhắc {sent} đơn vị góp ý {}: sắp hết hạn", document.title());
        let entry = Entry {
            instance_id: document.row.instance_id,
            ..Entry::about(id, "reminder.sent", summary).data(json!({ "mails": sent }))
        };
        audit::append(cx.tx, document.row.org_id, cx.actor, cx.now, entry).await?;
    }
    if let (false, Some(later)) = (more, later) {
        review::remind_of_opinions(cx, id, later).await?;
    }
    Ok(more)
}

/// The opening of the office a working day before the deadline.
fn morning(due_at: DateTime<Utc>, calendar: &Calendar) -> Outcome<DateTime<Utc>> {
    let day = local(Step::OneBefore.at(due_at, calendar)?).date_naive();
    Ok(calendar.office_open(day))
}
