//! Sending an issued document to who its distribution list does not name: a delivery like the others, and where an answer is
//! wanted one item more in the round of receipts that runs, with a deadline of its own.

use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect, Select};
use serde_json::{Value, json};
use trinhky_calendar::{Calendar, deadline_day};
use trinhky_drafting::{Draft, Line};
use trinhky_engine::{CommandKind, ScopeId, TaskId, TimerId};
use uuid::Uuid;

use super::closing::item_of;
use super::fan_out::{same_day_due, write_deliveries};
use super::rows::delivery;
use crate::app::{App, Cx};
use crate::audit::{self, Entry, evidence};
use crate::documents::recipients::{Expanded, Purpose, expand};
use crate::documents::{Document, find, state};
use crate::fault::{Fault, Outcome};
use crate::flow;
use crate::flow::rows::{flow_task, flow_timer};
use crate::people::{Actor, find as people_find, may};
use crate::queue::{self, NewJob};

/// Longest reason, in characters.
const MAX_REASON: usize = 500;
/// Most bodies added by one act.
const MOST: usize = 300;

/// To whom, what for and why.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// As in a distribution list: names of units and of groups.
    pub names: String,
    /// Whether a receipt is wanted.
    pub for_action: bool,
    pub reason: String,
}

/// Whether the actor may send an issued document to more recipients: who leads the agency's paper work.
#[must_use]
pub fn may_send(actor: &Actor, document: &Document) -> bool {
    sendable(document).is_ok()
        && document.row.instance_id.is_some()
        && may::lead(actor, document.row.org_id)
}

/// Whether a document is out and still followed.
///
/// # Errors
/// When it is not.
pub fn sendable(document: &Document) -> Outcome<()> {
    if document.row.state == state::ISSUED {
        return Ok(());
    }
    Err(Fault::stale(
        "Chỉ gửi thêm được văn bản đã phát hành và chưa thu hồi, chưa đóng năm.",
        "Only an issued document that is neither recalled nor closed can be sent to more.",
    ))
}

/// Sends an issued document to more recipients; returns their names.
///
/// # Errors
/// When it is not out, nobody new is named, a receipt is wanted after the round has ended, the reason is missing; the right.
pub async fn send(app: &App, actor: &Actor, id: Uuid, wanted: Wanted) -> Outcome<Vec<String>> {
    app.act(actor, (id, wanted), |cx, (id, wanted)| {
        Box::pin(record(cx, *id, wanted))
    })
    .await
}

async fn record(cx: Cx<'_>, id: Uuid, wanted: &Wanted) -> Outcome<Vec<String>> {
    let document = find::document(cx.tx, id).await?;
    sendable(&document)?;
    if !may_send(cx.actor, &document) {
        return Err(Fault::forbidden(
            "Chủ tịch, Phó Chủ tịch, Chánh Văn phòng quyết định gửi thêm văn bản đến nơi khác.",
            "The chair, a vice-chair or the chief of the Office sends a document to more recipients.",
        ));
    }
    let reason = given(&wanted.reason)?;
    let units = people_find::all_units(cx.tx, cx.today()).await?;
    let groups = people_find::groups(cx.tx, document.row.org_id).await?;
    let line = Line::Body {
        text: wanted.names.trim().to_owned(),
    };
    let asked = Draft {
        distribution: vec![line],
        ..document.draft.clone()
    };
    let mut expanded = expand(&asked, &groups, &units);
    if expanded.recipients.is_empty() {
        return Err(Fault::invalid(
            "names",
            "Không nhận ra nơi nhận. Ghi tên đơn vị hoặc nhóm nơi nhận như trong danh mục.",
            "Nobody is known by that name. Write a unit's or a group's name as it is listed.",
        ));
    }
    let known: Vec<Uuid> = deliveries_to(id, &expanded)
        .select_only()
        .column(delivery::Column::UnitId)
        .into_tuple()
        .all(cx.tx)
        .await?;
    expanded
        .recipients
        .retain(|recipient| !known.contains(&recipient.unit_id));
    for recipient in &mut expanded.recipients {
        recipient.purpose = if wanted.for_action {
            Purpose::Action
        } else {
            Purpose::Information
        };
    }
    match expanded.recipients.len() {
        0 => {
            return Err(Fault::invalid(
                "names",
                "Những nơi này đã nhận văn bản.",
                "All of these have the document already.",
            ));
        }
        count if count > MOST => {
            return Err(Fault::invalid(
                "names",
                format!("Một lần gửi thêm tối đa {MOST} nơi; đang ghi {count} nơi."),
                format!("At most {MOST} are added at once; {count} are named."),
            ));
        }
        _ => {}
    }
    let calendar = people_find::calendar(cx.tx, document.row.org_id).await?;
    let due = same_day_due(&calendar, cx.now);
    let (items, told) = write_deliveries(cx, &document, &expanded, &units, due).await?;
    let mut events = Vec::new();
    if !items.is_empty() {
        let round = running_round(cx, id).await?;
        for item in items {
            events.extend(open(cx, &document, &round, item, &calendar, due).await?);
        }
    }
    let new: Vec<Uuid> = deliveries_to(id, &expanded)
        .select_only()
        .column(delivery::Column::Id)
        .into_tuple()
        .all(cx.tx)
        .await?;
    let job = NewJob {
        key: format!("notify:{id}:{}", cx.id()),
        name: "distribution.notify",
        payload: json!({ "document": id, "only": new }),
        run_at: cx.now,
    };
    queue::enqueue(cx.tx, cx.id(), job).await?;
    let names: Vec<String> = expanded
        .recipients
        .iter()
        .filter_map(|recipient| units.get(&recipient.unit_id))
        .map(|unit| unit.called().to_owned())
        .collect();
    let purpose = if wanted.for_action {
        "để thực hiện"
    } else {
        "để biết"
    };
    let summary = format!(
        "Gửi thêm {} {purpose} đến {}: {reason}",
        document.title(),
        names.join(", ")
    );
    let mut entry = Entry::about(id, "recipient.added", summary)
        .data(json!({ "reason": reason, "names": names }))
        .evidence(&evidence::append_all(cx.tx, id, &told).await?);
    entry.instance_id = document.row.instance_id;
    entry.events = events;
    audit::append(cx.tx, document.row.org_id, cx.actor, cx.now, entry).await?;
    Ok(names)
}

/// The deliveries of a document to bodies that were named.
fn deliveries_to(document: Uuid, named: &Expanded) -> Select<delivery::Entity> {
    let units = named.recipients.iter().map(|recipient| recipient.unit_id);
    delivery::Entity::find()
        .filter(delivery::Column::DocumentId.eq(document))
        .filter(delivery::Column::UnitId.is_in(units))
}

fn given(reason: &str) -> Outcome<&str> {
    let reason = reason.trim();
    match reason.chars().count() {
        0 => Err(Fault::invalid(
            "reason",
            "Ghi lý do gửi thêm.",
            "Say why it is sent to more.",
        )),
        long if long > MAX_REASON => Err(Fault::invalid(
            "reason",
            format!("Lý do dài {long} ký tự, tối đa {MAX_REASON}."),
            format!("The reason has {long} characters, at most {MAX_REASON}."),
        )),
        _ => Ok(reason),
    }
}

/// The round of receipts, while anybody's is open.
async fn running_round(cx: Cx<'_>, document: Uuid) -> Outcome<ScopeId> {
    let open = flow_task::Entity::find()
        .filter(flow_task::Column::DocumentId.eq(document))
        .filter(flow_task::Column::Element.eq("acknowledge"))
        .one(cx.tx)
        .await?;
    let item = match &open {
        Some(task) => item_of(cx, task).await?,
        None => None,
    };
    item.and_then(|item| item.parent()).ok_or_else(|| {
        Fault::invalid(
            "purpose",
            "Vòng tiếp nhận của văn bản này đã kết thúc; chọn gửi để biết.",
            "The round of receipts has ended; choose to send it for information.",
        )
    })
}

/// One item more in the round. Its deadline counts from now, and what reminds of it keeps its distance in working days.
async fn open(
    cx: Cx<'_>,
    document: &Document,
    round: &ScopeId,
    item: Value,
    calendar: &Calendar,
    due: DateTime<Utc>,
) -> Outcome<Vec<Value>> {
    let instance = document.instance()?;
    let delivery_id: Uuid = serde_json::from_value(item["id"].clone())?;
    let add = CommandKind::AddItem {
        round: round.clone(),
        item,
    };
    let mut events = flow::advance(cx, instance, add).await?.events;
    for task in flow::tasks_of_subject(cx.tx, delivery_id).await? {
        delivery::Entity::update_many()
            .filter(delivery::Column::Id.eq(delivery_id))
            .set(delivery::ActiveModel {
                task_id: Set(Some(task.task_id.clone())),
                ..Default::default()
            })
            .exec(cx.tx)
            .await?;
        let Some(before) = task.due_at.filter(|before| *before < due) else {
            continue;
        };
        let mut moved = Vec::new();
        if let Some(task) = TaskId::parse(&task.task_id) {
            moved.push(CommandKind::ExtendTask { task, due });
        }
        let timers = flow_timer::Entity::find()
            .filter(flow_timer::Column::InstanceId.eq(instance))
            .filter(flow_timer::Column::Path.eq(&task.path))
            .all(cx.tx)
            .await?;
        for timer in timers {
            let (from, to) = (deadline_day(before), deadline_day(timer.due_at));
            let due = match calendar.working_days_between(from, to) {
                0 => due,
                days => calendar.end_of_office(calendar.add_working_days(deadline_day(due), days)),
            };
            if let Some(timer) = TimerId::parse(&timer.timer_id) {
                moved.push(CommandKind::ExtendTimer { timer, due });
            }
        }
        for kind in moved {
            events.extend(flow::advance(cx, instance, kind).await?.events);
        }
    }
    Ok(events)
}
