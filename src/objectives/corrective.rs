//! Corrective actions (ISO 9001:2015, 10.2): what was put right at once, the cause, what is done about it, by whom, until when,
//! and whether it worked. Opened by the year's verdict on a missed indicator, or by hand.

use chrono::NaiveDate;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
};
use serde_json::{Value, json};
use trinhky_calendar::vn_date;
use uuid::Uuid;

use super::find::{self, Indicator};
use super::input::day;
use super::rows::corrective_action;
use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::documents::{self, Document};
use crate::fault::{Fault, Outcome};
use crate::mail::{self, NewMail};
use crate::people::absence;
use crate::people::{Actor, find as people_find, may};
use crate::queue::{self, NewJob};
use crate::worker;

/// The states of a corrective action.
pub mod state {
    /// To be done.
    pub const OPEN: &str = "open";
    /// Done; whether it worked is to be checked.
    pub const DONE: &str = "done";
    /// Checked and found effective.
    pub const CLOSED: &str = "closed";
}

/// Working days between two reminders of an overdue action.
const REMIND_EVERY: i64 = 5;
/// After so many working days late nobody is reminded any more: the overview and the year's evaluation show it.
const REMIND_UNTIL: i64 = 20;
/// Longest text of a field, in characters.
const MAX_TEXT: usize = 2_000;

/// An action as a form sends it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Typed {
    pub correction: String,
    pub cause: String,
    pub action: String,
    pub owner: String,
    /// A day as typed.
    pub due: String,
}

/// What happens to an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Other words, another owner or day.
    Change(Typed),
    /// It was carried out on this day, as typed.
    Done(String),
    /// It was looked at whether it worked, with what was seen: closed where it did, open again where it did not.
    Check { effective: bool, seen: String },
}

/// Whether the actor may open and change actions of a decision: the Office, the Chairman; of a unit's own, its head.
#[must_use]
pub fn may_manage(actor: &Actor, org_id: Uuid, unit_id: Option<Uuid>) -> bool {
    actor.has_role_in_org("office_chief", org_id)
        || actor.has_role_in_org("chair", org_id)
        || unit_id.is_some_and(|unit| {
            actor.has_role_in_unit(&["unit_head", "office_chief", "chair"], unit)
        })
}

/// One action.
///
/// # Errors
/// [`Fault::NotFound`], or what the database reports.
pub async fn one(db: &impl ConnectionTrait, id: Uuid) -> Outcome<corrective_action::Model> {
    corrective_action::Entity::find_by_id(id)
        .one(db)
        .await?
        .ok_or(Fault::NotFound)
}

/// Opens an action by hand for an indicator of a decision.
///
/// # Errors
/// The first field that is missing or wrong, an unknown indicator, or a missing right.
pub async fn open(
    app: &App,
    actor: &Actor,
    document_id: Uuid,
    indicator: String,
    typed: Typed,
) -> Outcome<Uuid> {
    app.act(
        actor,
        (document_id, indicator, typed),
        |cx, (document_id, code, typed)| {
            Box::pin(async move {
                let document = documents::find::visible(cx.tx, cx.actor, *document_id).await?;
                check_right(cx, document.row.org_id, None)?;
                let indicator = find::indicators(cx.tx, *document_id)
                    .await?
                    .into_iter()
                    .find(|indicator| indicator.code == *code)
                    .ok_or_else(|| {
                        Fault::invalid("indicator", "Chọn chỉ tiêu.", "Choose the indicator.")
                    })?;
                let due_on = read(typed)?;
                let id = cx.id();
                insert(cx, &document, &indicator, id, typed, due_on).await?;
                remind_later(cx, document.row.org_id, id, due_on).await?;
                let summary = format!(
                    "Giao biện pháp khắc phục chỉ tiêu {}, hạn {}",
                    indicator.label(),
                    vn_date(due_on)
                );
                let entry = Entry::about(*document_id, "action.opened", summary)
                    .data(json!({ "action": id, "indicator": code }));
                audit::append(cx.tx, document.row.org_id, cx.actor, cx.now, entry).await?;
                Ok(id)
            })
        },
    )
    .await
}

/// Changes, finishes or checks an action. `seen_revision` is the one that the person had before him.
///
/// # Errors
/// The first field that is missing or wrong, a step that does not follow the state, somebody else's save, or a missing right.
pub async fn take(
    app: &App,
    actor: &Actor,
    id: Uuid,
    seen_revision: i32,
    step: Step,
) -> Outcome<()> {
    app.act(actor, (id, seen_revision, step), |cx, (id, seen, step)| {
        Box::pin(taking(cx, *id, *seen, step))
    })
    .await
}

async fn taking(cx: Cx<'_>, id: Uuid, seen_revision: i32, step: &Step) -> Outcome<()> {
    let action = one(cx.tx, id).await?;
    check_right(cx, action.org_id, action.unit_id)?;
    let mut change = corrective_action::ActiveModel {
        revision: Set(action.revision + 1),
        ..Default::default()
    };
    let (from, name, summary) = match step {
        Step::Change(typed) => {
            let due_on = read(typed)?;
            change.correction = Set(typed.correction.trim().to_owned());
            change.cause = Set(typed.cause.trim().to_owned());
            change.action = Set(typed.action.trim().to_owned());
            change.owner = Set(typed.owner.trim().to_owned());
            change.due = Set(vn_date(due_on));
            change.due_on = Set(Some(due_on));
            // An unchanged day keeps the reminders that already follow it.
            if action.due_on != Some(due_on) {
                remind_later(cx, action.org_id, id, due_on).await?;
            }
            let summary = format!("Sửa biện pháp khắc phục, hạn {}", vn_date(due_on));
            (state::OPEN, "action.changed", summary)
        }
        Step::Done(typed) => {
            let done_on = done_on(cx, typed)?;
            change.done_on = Set(Some(done_on));
            change.state = Set(state::DONE.to_owned());
            let summary = format!("Biện pháp khắc phục đã thực hiện ngày {}", vn_date(done_on));
            (state::OPEN, "action.done", summary)
        }
        Step::Check { effective, seen } => {
            let seen = text(
                "effectiveness",
                seen,
                "Ghi căn cứ đánh giá: số liệu, kỳ nào, nhìn thấy gì.",
                "Write what the judgement rests on: which numbers, which period, what was seen.",
            )?;
            change.effectiveness = Set(seen.clone());
            let summary = if *effective {
                change.state = Set(state::CLOSED.to_owned());
                change.closed_at = Set(Some(cx.now));
                change.closed_by = Set(cx.actor.name.clone());
                format!("Biện pháp khắc phục có hiệu lực, kết thúc: {seen}")
            } else {
                change.state = Set(state::OPEN.to_owned());
                change.done_on = Set(None);
                if let Some(due_on) = action.due_on {
                    remind_later(cx, action.org_id, id, due_on).await?;
                }
                format!("Biện pháp khắc phục chưa có hiệu lực, làm tiếp: {seen}")
            };
            (state::DONE, "action.checked", summary)
        }
    };
    let changed = corrective_action::Entity::update_many()
        .filter(corrective_action::Column::Id.eq(id))
        .filter(corrective_action::Column::State.eq(from))
        .filter(corrective_action::Column::Revision.eq(seen_revision))
        .set(change)
        .exec(cx.tx)
        .await?;
    if changed.rows_affected != 1 {
        return Err(Fault::stale(
            "Biện pháp này vừa được người khác cập nhật, hoặc bước này không còn phù hợp. Trang hiện trạng thái mới nhất; nội dung vừa nhập vẫn còn trong ô.",
            "Somebody else changed this action, or the step no longer fits. The page shows its present state; what you typed is still in the fields.",
        ));
    }
    let mut entry = Entry::about(action.document_id, name, summary).data(json!({ "action": id }));
    entry.unit_id = action.unit_id;
    audit::append(cx.tx, action.org_id, cx.actor, cx.now, entry).await
}

fn check_right(cx: Cx<'_>, org_id: Uuid, unit_id: Option<Uuid>) -> Outcome<()> {
    if may_manage(cx.actor, org_id, unit_id) {
        return Ok(());
    }
    Err(Fault::forbidden(
        "Chỉ Văn phòng, Chủ tịch hoặc thủ trưởng đơn vị được giao cập nhật biện pháp khắc phục.",
        "Only the Office, the Chairman or the head of the unit concerned change corrective actions.",
    ))
}

/// Checks the fields and reads the day.
fn read(typed: &Typed) -> Outcome<NaiveDate> {
    text(
        "cause",
        &typed.cause,
        "Ghi nguyên nhân.",
        "Write the cause.",
    )?;
    text(
        "action",
        &typed.action,
        "Ghi biện pháp khắc phục nguyên nhân.",
        "Write what is done about the cause.",
    )?;
    text(
        "owner",
        &typed.owner,
        "Ghi người chịu trách nhiệm.",
        "Write who answers for it.",
    )?;
    if !typed.correction.trim().is_empty() {
        text("correction", &typed.correction, "", "")?;
    }
    day(&typed.due).ok_or_else(|| {
        Fault::invalid(
            "due",
            "Ghi thời hạn là một ngày, ví dụ 31/03/2024.",
            "Write the day until which it is done, e.g. 31/03/2024.",
        )
    })
}

fn text(field: &str, typed: &str, vi: &str, en: &str) -> Outcome<String> {
    match typed.trim() {
        "" => Err(Fault::invalid(field, vi, en)),
        text if text.chars().count() > MAX_TEXT => Err(Fault::invalid(
            field,
            format!("Dài quá {MAX_TEXT} ký tự, rút gọn lại."),
            format!("More than {MAX_TEXT} characters; shorten it."),
        )),
        text => Ok(text.to_owned()),
    }
}

fn done_on(cx: Cx<'_>, typed: &str) -> Outcome<NaiveDate> {
    day(typed)
        .filter(|done| *done <= cx.today())
        .ok_or_else(|| {
            Fault::invalid(
                "done",
                "Ghi ngày đã thực hiện xong, không sau hôm nay.",
                "Write the day on which it was done, not later than today.",
            )
        })
}

async fn insert(
    cx: Cx<'_>,
    document: &Document,
    indicator: &Indicator,
    id: Uuid,
    typed: &Typed,
    due_on: NaiveDate,
) -> Outcome<()> {
    corrective_action::ActiveModel {
        id: Set(id),
        org_id: Set(document.row.org_id),
        document_id: Set(document.row.id),
        indicator_id: Set(indicator.id),
        unit_id: Set(None),
        correction: Set(typed.correction.trim().to_owned()),
        cause: Set(typed.cause.trim().to_owned()),
        action: Set(typed.action.trim().to_owned()),
        owner: Set(typed.owner.trim().to_owned()),
        due: Set(vn_date(due_on)),
        due_on: Set(Some(due_on)),
        state: Set(state::OPEN.to_owned()),
        opened_at: Set(cx.now),
        opened_by: Set(cx.actor.name.clone()),
        ..Default::default()
    }
    .insert(cx.tx)
    .await?;
    Ok(())
}

/// Moves the day of an open action because the calendar has changed; the reminder follows.
///
/// # Errors
/// What the database reports.
pub async fn postpone(cx: Cx<'_>, id: Uuid, due_on: NaiveDate) -> Outcome<()> {
    let action = corrective_action::ActiveModel {
        id: Set(id),
        due: Set(vn_date(due_on)),
        due_on: Set(Some(due_on)),
        ..Default::default()
    }
    .update(cx.tx)
    .await?;
    remind_later(cx, action.org_id, id, due_on).await
}

/// Queues the first reminder that is still to come: of the working day before it is due, else of the first one after.
async fn remind_later(cx: Cx<'_>, org_id: Uuid, id: Uuid, due_on: NaiveDate) -> Outcome<()> {
    let calendar = people_find::calendar(cx.tx, org_id).await?;
    let morning = |days| calendar.office_open(calendar.add_working_days(due_on, days));
    let first = if morning(-1) > cx.now {
        morning(-1)
    } else {
        morning(1).max(cx.now)
    };
    enqueue(cx, id, due_on, first).await
}

async fn enqueue(
    cx: Cx<'_>,
    id: Uuid,
    due_on: NaiveDate,
    run_at: chrono::DateTime<chrono::Utc>,
) -> Outcome<()> {
    let job = NewJob {
        key: format!("action:{id}:{due_on}:{}", run_at.timestamp()),
        name: worker::ACTION_OVERDUE,
        payload: json!({ "action": id, "due_on": due_on }),
        run_at,
    };
    queue::enqueue(cx.tx, cx.id(), job).await
}

/// Reminds the Office of an action before it is due; of an overdue one every five working days until it is done, has another
/// day, or is `REMIND_UNTIL` working days late.
///
/// # Errors
/// When a template lacks a variable, or what the database reports.
pub async fn overdue(app: &App, payload: &Value) -> Outcome<()> {
    let id: Uuid = serde_json::from_value(payload["action"].clone())?;
    let due_on: NaiveDate = serde_json::from_value(payload["due_on"].clone())?;
    app.act(&Actor::system(), (id, due_on), |cx, (id, due_on)| {
        Box::pin(remind(cx, *id, *due_on))
    })
    .await
}

async fn remind(cx: Cx<'_>, id: Uuid, due_on: NaiveDate) -> Outcome<()> {
    let action = one(cx.tx, id).await?;
    if action.state != state::OPEN || action.due_on != Some(due_on) {
        return Ok(());
    }
    let document = documents::find::document(cx.tx, action.document_id).await?;
    let indicators = find::indicators(cx.tx, action.document_id).await?;
    let indicator = indicators
        .iter()
        .find(|indicator| indicator.id == action.indicator_id)
        .map(|found| format!("{}. {}", found.label(), found.name))
        .unwrap_or_default();
    let late = cx.today() > due_on;
    let chiefs =
        people_find::holders_in_org(cx.tx, action.org_id, "office_chief", cx.today()).await?;
    let chiefs = absence::present(cx.tx, chiefs, &document.row.doc_type, cx.today()).await?;
    for chief in &chiefs {
        let new = NewMail {
            key: format!("action_overdue:{id}:{}:{}", cx.today(), chief.person_id),
            template: if late {
                "action_overdue"
            } else {
                "action_soon"
            },
            org_id: action.org_id,
            to_name: chief.name.clone(),
            to_address: chief.email.clone(),
            cc: Vec::new(),
            context: json!({
                "recipient": chief.name,
                "title": document.title(),
                "indicator": indicator,
                "action": action.action,
                "owner": action.owner,
                "due": vn_date(due_on),
                "link": format!("{}/khac-phuc/{id}", cx.app.config.base_url()),
            }),
            document_id: Some(document.row.id),
            delivery_id: None,
            send_at: cx.now,
        };
        mail::queue(cx.tx, cx.id(), cx.now, new).await?;
    }
    corrective_action::ActiveModel {
        id: Set(id),
        reminded_at: Set(Some(cx.now)),
        ..Default::default()
    }
    .update(cx.tx)
    .await?;
    let calendar = people_find::calendar(cx.tx, action.org_id).await?;
    let next = if late {
        calendar.add_working_days(cx.today(), REMIND_EVERY)
    } else {
        calendar.add_working_days(due_on, 1)
    };
    if calendar.working_days_between(due_on, next) <= REMIND_UNTIL {
        enqueue(cx, id, due_on, calendar.office_open(next)).await?;
    }
    let summary = format!(
        "Nhắc biện pháp khắc phục chỉ tiêu {indicator} {} {}",
        if late {
            "quá hạn"
        } else {
            "sắp đến hạn"
        },
        vn_date(due_on)
    );
    let entry = Entry::about(document.row.id, "reminder.sent", summary)
        .data(json!({ "action": id, "mails": chiefs.len() }));
    audit::append(cx.tx, action.org_id, cx.actor, cx.now, entry).await
}

/// Whether the actor may read the actions of a decision.
#[must_use]
pub fn may_read(actor: &Actor, action: &corrective_action::Model) -> bool {
    may::work_on_documents_of(actor, action.org_id)
        || action
            .unit_id
            .is_some_and(|unit| actor.unit_ids().contains(&unit))
}
