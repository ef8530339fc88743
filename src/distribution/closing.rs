//! Ending the wait for answers that do not come. Reminders end with the last step of their ladder; after that only a person
//! goes on: whoever owns the decision closes the round, with a reason, and the missing are written down by name.
//!
//! Nothing is made to look done: who did not answer stays unanswered and may still receive the document.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect,
};
use serde_json::{Value, json};
use trinhky_calendar::{Calendar, deadline_day, local};
use trinhky_engine::{CommandKind, ScopeId, TaskId};
use uuid::Uuid;

use super::rows::{delivery, round_closing, round_missing};
use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::documents::{Document, find};
use crate::fault::{Fault, Outcome};
use crate::flow;
use crate::flow::rows::{flow_scope, flow_task};
use crate::objectives::report::FILL;
use crate::people::{Actor, find as people_find};

/// The last step of the ladder of receipts, in working days after the deadline.
const RECEIPT_WAITS: i64 = 3;
/// A report is waited for longer: its numbers are missed, not only its sender.
const REPORT_WAITS: i64 = 10;
/// Closed by one press; of more the rest is closed by the next one.
const AT_ONCE: u64 = 300;

/// Somebody whose answer has not come.
#[derive(Debug, Clone)]
pub struct Missing {
    task: flow_task::Model,
    /// The unit, or the person.
    pub name: String,
    /// What is missing, as the workflow names it.
    pub what: String,
    pub due_at: DateTime<Utc>,
}

/// Whether the actor owns the decision: the Office's chief, the head of the office.
#[must_use]
pub fn may_close(actor: &Actor, document: &Document) -> bool {
    owner(actor, document).is_some()
}

fn owner(actor: &Actor, document: &Document) -> Option<Actor> {
    let about = actor.about(&document.row.doc_type);
    ["office_chief", "chair"]
        .into_iter()
        .find_map(|role| about.post_in_org(role, document.row.org_id))
        .map(|post| actor.by(post))
}

/// Whose answers are beyond the last reminder, in the order of their deadlines.
///
/// # Errors
/// What the database reports.
pub async fn missing(
    db: &impl ConnectionTrait,
    document: &Document,
    calendar: &Calendar,
    now: DateTime<Utc>,
) -> Outcome<Vec<Missing>> {
    let today = local(now).date_naive();
    let tasks: Vec<flow_task::Model> = flow_task::Entity::find()
        .filter(flow_task::Column::DocumentId.eq(document.row.id))
        .filter(flow_task::Column::Element.is_in(["acknowledge", "attest", FILL]))
        .filter(flow_task::Column::DueAt.lt(now))
        .order_by_asc(flow_task::Column::DueAt)
        .order_by_asc(flow_task::Column::TaskId)
        .limit(AT_ONCE)
        .all(db)
        .await?
        .into_iter()
        .filter(|task| is_given_up(task, calendar, today))
        .collect();
    let names = names(db, &tasks, today).await?;
    Ok(tasks
        .into_iter()
        .map(|task| Missing {
            name: task
                .unit_id
                .or(task.person_id)
                .and_then(|id| names.get(&id).cloned())
                .unwrap_or_default(),
            what: task.name.clone(),
            due_at: task.due_at.unwrap_or(now),
            task,
        })
        .collect())
}

fn is_given_up(task: &flow_task::Model, calendar: &Calendar, today: NaiveDate) -> bool {
    let waits = if task.element == FILL {
        REPORT_WAITS
    } else {
        RECEIPT_WAITS
    };
    task.due_at
        .is_some_and(|due| calendar.working_days_between(deadline_day(due), today) > waits)
}

async fn names(
    db: &impl ConnectionTrait,
    tasks: &[flow_task::Model],
    on: NaiveDate,
) -> Outcome<BTreeMap<Uuid, String>> {
    let units: Vec<Uuid> = tasks.iter().filter_map(|task| task.unit_id).collect();
    let persons: Vec<Uuid> = tasks.iter().filter_map(|task| task.person_id).collect();
    people_find::called(db, &units, &persons, on).await
}

/// Closes what is beyond the last reminder: it is waited for no longer. Returns how many that were.
///
/// # Errors
/// When the reason is missing, nobody is beyond the last reminder, or the right.
pub async fn close(app: &App, actor: &Actor, id: Uuid, reason: String) -> Outcome<usize> {
    app.act(actor, (id, reason), |cx, (id, reason)| {
        Box::pin(record(cx, *id, reason.trim()))
    })
    .await
}

async fn record(cx: Cx<'_>, id: Uuid, reason: &str) -> Outcome<usize> {
    let document = find::document(cx.tx, id).await?;
    let by = owner(cx.actor, &document).ok_or_else(|| {
        Fault::forbidden(
            "Chánh Văn phòng hoặc người đứng đầu cơ quan khép lại việc chờ trả lời.",
            "The chief of the Office or the head of the office ends the wait.",
        )
    })?;
    if reason.is_empty() {
        return Err(Fault::invalid(
            "reason",
            "Ghi lý do không chờ nữa.",
            "Write why there is no more waiting.",
        ));
    }
    let calendar = people_find::calendar(cx.tx, document.row.org_id).await?;
    let missing = missing(cx.tx, &document, &calendar, cx.now).await?;
    if missing.is_empty() {
        return Err(Fault::stale(
            "Không còn nơi nào đã qua bước nhắc cuối cùng.",
            "Nobody is beyond the last reminder.",
        ));
    }
    let closing = cx.id();
    round_closing::ActiveModel {
        id: Set(closing),
        org_id: Set(document.row.org_id),
        document_id: Set(id),
        reason: Set(reason.to_owned()),
        closed_at: Set(cx.now),
        closed_by: Set(by.name.clone()),
    }
    .insert(cx.tx)
    .await?;
    let mut events = Vec::new();
    for (n, missing) in missing.iter().enumerate() {
        events.extend(give_up(cx, &missing.task).await?);
        round_missing::ActiveModel {
            closing_id: Set(closing),
            n: Set(i32::try_from(n).unwrap_or(i32::MAX)),
            name: Set(missing.name.clone()),
            what: Set(missing.what.clone()),
            due_at: Set(missing.due_at),
        }
        .insert(cx.tx)
        .await?;
    }
    let listed: Vec<String> = missing
        .iter()
        .map(|missing| format!("{} ({})", missing.name, missing.what))
        .collect();
    let summary = format!(
        "Không chờ trả lời nữa về {}: {reason}. Thiếu {}: {}",
        document.title(),
        missing.len(),
        listed.join("; ")
    );
    let mut entry = Entry::about(id, "round.closed", summary)
        .data(json!({ "closing": closing, "missing": missing.len(), "reason": reason }));
    entry.instance_id = document.row.instance_id;
    entry.events = events;
    audit::append(cx.tx, document.row.org_id, &by, cx.now, entry).await?;
    Ok(missing.len())
}

/// Takes the item of the round that a task belongs to out of it, with its timers; a late receipt finds no task any more.
async fn give_up(cx: Cx<'_>, task: &flow_task::Model) -> Outcome<Vec<Value>> {
    let item = item_of(cx, task)
        .await?
        .ok_or_else(|| anyhow::anyhow!("{} stands in no round", task.task_id))?;
    if let Some(subject) = task.subject_id {
        delivery::Entity::update_many()
            .filter(delivery::Column::Id.eq(subject))
            .set(delivery::ActiveModel {
                task_id: Set(None),
                ..Default::default()
            })
            .exec(cx.tx)
            .await?;
    }
    let command = CommandKind::RemoveItem { item };
    Ok(flow::advance(cx, task.instance_id, command).await?.events)
}

/// The innermost item around a task: the scope whose parent is a round.
pub(super) async fn item_of(cx: Cx<'_>, task: &flow_task::Model) -> Outcome<Option<ScopeId>> {
    let mut scope = TaskId::parse(&task.task_id).map(|id| id.scope);
    while let Some(item) = scope {
        let Some(parent) = item.parent() else {
            return Ok(None);
        };
        let key: (Uuid, String) = (task.instance_id, parent.as_str().to_owned());
        let row = flow_scope::Entity::find_by_id(key).one(cx.tx).await?;
        let data: Value = match row {
            Some(row) => serde_json::from_str(&row.data)?,
            None => Value::Null,
        };
        if !data["mi"].is_null() {
            return Ok(Some(item));
        }
        scope = Some(parent);
    }
    Ok(None)
}

/// A round that was closed, with the missing.
#[derive(Debug, Clone)]
pub struct Closed {
    pub row: round_closing::Model,
    pub missing: Vec<round_missing::Model>,
}

/// What was closed of a document, oldest first.
///
/// # Errors
/// What the database reports.
pub async fn of_document(db: &impl ConnectionTrait, id: Uuid) -> Outcome<Vec<Closed>> {
    let rows = round_closing::Entity::find()
        .filter(round_closing::Column::DocumentId.eq(id))
        .order_by_asc(round_closing::Column::ClosedAt)
        .order_by_asc(round_closing::Column::Id)
        .all(db)
        .await?;
    let mut closed = Vec::new();
    for row in rows {
        let missing = round_missing::Entity::find()
            .filter(round_missing::Column::ClosingId.eq(row.id))
            .order_by_asc(round_missing::Column::N)
            .all(db)
            .await?;
        closed.push(Closed { row, missing });
    }
    Ok(closed)
}
