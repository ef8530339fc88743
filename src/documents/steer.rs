//! What people do on the way of a document beside its steps: take a step on, lend it, give it to somebody, move its
//! deadline, send the work back, ask one unit more, let a step that got stuck try again. Drawn in no workflow file.
//!
//! Each is one command of the engine, checked here for its right and told in the journal. Nobody gets a right by it: a
//! step is given and lent only to who may do it anyway.

mod ended;
mod round;
mod stuck;

pub use ended::{end, may_end};
pub use round::{ask_another, excuse};
pub use stuck::{resolve, retry};

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use trinhky_engine::{CommandKind, ScopeId, State, Task, TaskId, TimerId};
use uuid::Uuid;

use super::rows::{document, opinion};
use super::{Document, find, state};
use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::fault::{Fault, Outcome};
use crate::flow;
use crate::flow::rows::flow_task;
use crate::people::may::{self, TaskRight};
use crate::people::{Actor, find as people_find};
use crate::queue::{self, NewJob};
use crate::worker;

/// The round in which units say what they think of a draft.
const OPINIONS: &str = "give_opinion";
/// The steps of the letter that carries a draft up: the letter is drafted anew when the form has been found right, so
/// nothing goes back to them.
const LETTER: [&str; 2] = ["sign_proposal", "number_proposal"];
/// Longest reason, in characters.
const MAX_REASON: usize = 500;

/// Who has a step from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hand {
    /// The actor takes it.
    Take,
    /// The actor gives it back to all who may do it.
    Leave,
    /// Somebody does it for the actor, who gets it back.
    Lend(Uuid),
    /// What was lent goes back.
    Return,
    /// The head says who does it, whoever has it now.
    Give(Uuid),
}

/// What the rules need to know of an open step.
#[must_use]
pub fn right<'a>(document: &'a Document, task: &'a flow_task::Model) -> TaskRight<'a> {
    TaskRight {
        role: &task.role,
        doc_type: &document.row.doc_type,
        org_id: task.org_id,
        owner_id: document.row.owner_id,
        unit_id: task.unit_id,
        person_id: task.person_id,
    }
}

/// Changes who has a step in hand.
///
/// # Errors
/// When the step is over, is not the actor's to dispose of, or goes to somebody who may not do it.
pub async fn hand(app: &App, actor: &Actor, id: Uuid, task: String, to: Hand) -> Outcome<()> {
    app.act(actor, (id, task, to), |cx, (id, task, to)| {
        Box::pin(async move {
            let (document, row) = step(cx, *id, task).await?;
            let right = right(&document, &row);
            match to {
                Hand::Give(_) => allowed(may::direct(cx.actor, &right), &row)?,
                _ => allowed(may::do_task(cx.actor, &right), &row)?,
            }
            let task = task_id(&row)?;
            let (kind, act, words) = match to {
                Hand::Take => (
                    CommandKind::Claim { task },
                    "task.claimed",
                    "Nhận việc".to_owned(),
                ),
                Hand::Leave => (
                    CommandKind::Release { task },
                    "task.released",
                    "Thôi giữ việc".to_owned(),
                ),
                Hand::Return => (
                    CommandKind::HandBack { task },
                    "task.handed_back",
                    "Giao lại việc".to_owned(),
                ),
                Hand::Lend(to) => {
                    let name = able(cx, &right, *to).await?;
                    let to = to.to_string();
                    (
                        CommandKind::Delegate { task, to },
                        "task.delegated",
                        format!("Nhờ {name} làm việc"),
                    )
                }
                Hand::Give(to) => {
                    let name = able(cx, &right, *to).await?;
                    let to = to.to_string();
                    (
                        CommandKind::Assign { task, to },
                        "task.assigned",
                        format!("Giao {name} việc"),
                    )
                }
            };
            let done = flow::advance(cx, row.instance_id, kind).await?;
            let mut entry = Entry::about(*id, act, format!("{words} “{}”", row.name));
            entry.unit_id = row.unit_id;
            journal(cx, &document, entry, done).await?;
            tell(cx, &row, to).await
        })
    })
    .await
}

/// Tells who was given or lent the step, as he would have been told of a new one.
async fn tell(cx: Cx<'_>, row: &flow_task::Model, hand: &Hand) -> Outcome<()> {
    let (Hand::Lend(to) | Hand::Give(to)) = hand else {
        return Ok(());
    };
    let at = cx.now.timestamp_millis().to_string();
    let job = NewJob {
        key: format!("hand:{}:{}:{to}:{at}", row.instance_id, row.task_id),
        name: worker::TASK_NOTICE,
        payload: json!({ "instance": row.instance_id, "task": row.task_id, "hand": [to, at] }),
        run_at: cx.now,
    };
    queue::enqueue(cx.tx, cx.id(), job).await
}

/// Moves the deadline of a step, with what reminds of it; for opinions that of the whole round.
///
/// # Errors
/// When the step has no deadline, the new one is not later than now, the reason is missing, or the actor does not lead.
pub async fn extend(
    app: &App,
    actor: &Actor,
    id: Uuid,
    task: String,
    due: DateTime<Utc>,
    reason: String,
) -> Outcome<()> {
    app.act(
        actor,
        (id, task, due, reason),
        |cx, (id, task, due, reason)| {
            Box::pin(async move {
                let (document, row) = step(cx, *id, task).await?;
                allowed(may::lead(cx.actor, row.org_id), &row)?;
                let reason = given_reason(reason)?;
                let Some(before) = row.due_at else {
                    return Err(Fault::invalid(
                        "due",
                        "Bước này không có thời hạn.",
                        "This step has no deadline.",
                    ));
                };
                if *due <= cx.now {
                    return Err(Fault::invalid(
                        "due",
                        "Thời hạn mới phải ở sau lúc này.",
                        "The new deadline must be later than now.",
                    ));
                }
                let whole = flow::whole(cx.tx, row.instance_id).await?;
                let mut done = flow::Advanced::default();
                for kind in moved_deadlines(&whole, &row, before, *due)? {
                    done.events
                        .extend(flow::advance(cx, row.instance_id, kind).await?.events);
                }
                if row.element == OPINIONS {
                    opinion::Entity::update_many()
                        .filter(opinion::Column::DocumentId.eq(*id))
                        .filter(opinion::Column::GivenAt.is_null())
                        .set(opinion::ActiveModel {
                            due_at: Set(*due),
                            ..Default::default()
                        })
                        .exec(cx.tx)
                        .await?;
                }
                let when = |at: DateTime<Utc>| {
                    trinhky_calendar::local(at)
                        .format("%H:%M %d/%m/%Y")
                        .to_string()
                };
                let summary = format!(
                    "Gia hạn “{}” từ {} đến {}: {reason}",
                    row.name,
                    when(before),
                    when(*due)
                );
                journal(
                    cx,
                    &document,
                    Entry::about(*id, "task.extended", summary),
                    done,
                )
                .await
            })
        },
    )
    .await
}

/// The commands that move a deadline: the step's own (all of a round), and the timers around it that have not fired. What
/// was set for the deadline itself moves to the new one, the reminders before and after it by as much as the deadline.
fn moved_deadlines(
    whole: &State,
    row: &flow_task::Model,
    before: DateTime<Utc>,
    due: DateTime<Utc>,
) -> Outcome<Vec<CommandKind>> {
    let id = task_id(row)?;
    let task = in_state(whole, &id)?;
    let round = round_of(whole, &id.scope).filter(|_| row.element == OPINIONS);
    let tasks: Vec<&Task> = match &round {
        Some(round) => whole
            .tasks()
            .filter(|other| other.element == task.element && other.id.scope.is_within(round))
            .collect(),
        None => vec![task],
    };
    let mut commands: Vec<CommandKind> = tasks
        .iter()
        .map(|task| CommandKind::ExtendTask {
            task: task.id.clone(),
            due,
        })
        .collect();
    // A round's timers hang on the token that waits for the round.
    let host = match &round {
        Some(round) => round
            .parent()
            .zip(whole.scope(round).and_then(|scope| scope.host)),
        None => Some((id.scope.clone(), task.token)),
    };
    if let Some((scope, token)) = host {
        let timers = whole
            .scope(&scope)
            .into_iter()
            .flat_map(|scope| scope.timers.values());
        for timer in timers.filter(|timer| timer.token == Some(token)) {
            let due = if timer.due == before {
                due
            } else {
                timer.due + (due - before)
            };
            commands.push(CommandKind::ExtendTimer {
                timer: TimerId::new(timer.id.scope.clone(), timer.id.number),
                due,
            });
        }
    }
    Ok(commands)
}

/// Sends the work back to an earlier step, or lets the drafter have it back.
///
/// # Errors
/// When the document is signed, the step was never taken, the reason is missing, or the actor may not.
pub async fn send_back(
    app: &App,
    actor: &Actor,
    id: Uuid,
    task: String,
    to: String,
    reason: String,
) -> Outcome<()> {
    app.act(
        actor,
        (id, task, to, reason),
        |cx, (id, task, to, reason)| {
            Box::pin(async move {
                let (document, row) = step(cx, *id, task).await?;
                let reason = given_reason(reason)?;
                let targets = earlier(cx.tx, &document, &row).await?;
                let mine: Vec<&Earlier> = targets
                    .iter()
                    .filter(|step| may_send_to(cx.actor, &document, &row, step))
                    .collect();
                if mine.is_empty() {
                    return Err(not_yours(&row));
                }
                let target = mine
                    .into_iter()
                    .find(|step| step.element == *to)
                    .ok_or_else(|| {
                        Fault::invalid(
                            "to",
                            "Chọn bước đã qua để trả về.",
                            "Choose an earlier step to send it back to.",
                        )
                    })?;
                let whole = flow::whole(cx.tx, row.instance_id).await?;
                let (scope, token) = mover(&whole, &task_id(&row)?)?;
                let kind = CommandKind::MoveToken {
                    scope,
                    token,
                    to: target.element.clone(),
                    reason: reason.clone(),
                };
                let done = flow::advance(cx, row.instance_id, kind).await?;
                unbind(cx, &document).await?;
                let summary = format!("Đưa từ “{}” về “{}”: {reason}", row.name, target.name);
                let entry =
                    Entry::about(*id, "task.sent_back", summary).data(json!({ "remark": reason }));
                journal(cx, &document, entry, done).await
            })
        },
    )
    .await
}

/// A step that was taken before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    pub element: String,
    pub name: String,
    role: String,
}

/// The steps by which the document came to this one, first to last: where the work can be sent back to. None once it is
/// signed, and none from a letter that is signed and waits for its number.
///
/// # Errors
/// What the database reports.
pub async fn earlier(
    db: &impl sea_orm::ConnectionTrait,
    document: &Document,
    row: &flow_task::Model,
) -> Outcome<Vec<Earlier>> {
    let open = [state::DRAFT, state::APPROVED].contains(&document.row.state.as_str());
    if !open || row.element == LETTER[1] {
        return Ok(Vec::new());
    }
    let whole = flow::whole(db, row.instance_id).await?;
    let (scope, _) = mover(&whole, &task_id(row)?)?;
    let mut seen = BTreeSet::from([row.element.clone()]);
    seen.extend(LETTER.map(str::to_owned));
    Ok(flow::steps_taken(db, row.instance_id)
        .await?
        .into_iter()
        .filter(|step| step.scope == scope.as_str() && seen.insert(step.element.clone()))
        .map(|step| Earlier {
            element: step.element,
            name: step.name,
            role: step.role,
        })
        .collect())
}

/// Heads send back to any step; who drafts gets the draft back while nobody has approved it.
#[must_use]
pub fn may_send_to(
    actor: &Actor,
    document: &Document,
    row: &flow_task::Model,
    to: &Earlier,
) -> bool {
    let outside = TaskRight {
        unit_id: None,
        ..right(document, row)
    };
    let drafter = TaskRight {
        role: "drafter",
        ..outside.clone()
    };
    may::direct(actor, &outside)
        || (to.role == "drafter"
            && document.row.state == state::DRAFT
            && may::do_task(actor, &drafter))
}

/// An approval is of the content as it lay before the Chairman on that way; on another way it is asked for again.
async fn unbind(cx: Cx<'_>, document: &Document) -> Outcome<()> {
    if document.row.state != state::APPROVED {
        return Ok(());
    }
    document::ActiveModel {
        id: Set(document.row.id),
        state: Set(state::DRAFT.to_owned()),
        approved_hash: Set(None),
        changed_at: Set(cx.now),
        ..Default::default()
    }
    .update(cx.tx)
    .await?;
    Ok(())
}

/// Writes the journal entry of a command.
async fn journal(
    cx: Cx<'_>,
    document: &Document,
    mut entry: Entry,
    done: flow::Advanced,
) -> Outcome<()> {
    entry.instance_id = document.row.instance_id;
    entry.events = done.events;
    audit::append(cx.tx, document.row.org_id, cx.actor, cx.now, entry).await
}

/// The open step of a document by the id of its task.
async fn step(cx: Cx<'_>, id: Uuid, task: &str) -> Outcome<(Document, flow_task::Model)> {
    let document = find::document(cx.tx, id).await?;
    let row = flow::tasks_of_document(cx.tx, id)
        .await?
        .into_iter()
        .find(|row| row.task_id == task)
        .ok_or_else(over)?;
    Ok((document, row))
}

fn over() -> Fault {
    Fault::stale(
        "Bước này đã được xử lý. Trang hiện trạng thái mới nhất.",
        "This step has been taken. The page shows the present state.",
    )
}

fn allowed(yes: bool, row: &flow_task::Model) -> Outcome<()> {
    if yes { Ok(()) } else { Err(not_yours(row)) }
}

fn not_yours(row: &flow_task::Model) -> Fault {
    Fault::forbidden(
        format!("Bạn không được điều khiển bước “{}”.", row.name),
        format!("The step \"{}\" is not yours to dispose of.", row.name),
    )
}

fn given_reason(reason: &str) -> Outcome<String> {
    let reason = reason.trim();
    match reason.chars().count() {
        0 => Err(Fault::invalid("reason", "Ghi rõ lý do.", "Say why.")),
        long if long > MAX_REASON => Err(Fault::invalid(
            "reason",
            format!("Lý do dài {long} ký tự, tối đa {MAX_REASON}."),
            format!("The reason has {long} characters, at most {MAX_REASON}."),
        )),
        _ => Ok(reason.to_owned()),
    }
}

/// The name of a person who may do the step.
async fn able(cx: Cx<'_>, right: &TaskRight<'_>, person: Uuid) -> Outcome<String> {
    people_find::who_may_do(cx.tx, right, cx.today())
        .await?
        .into_iter()
        .find(|(id, _)| *id == person)
        .map(|(_, name)| name)
        .ok_or_else(|| {
            Fault::invalid(
                "person",
                "Chọn người được làm bước này.",
                "Choose somebody who may do this step.",
            )
        })
}

fn task_id(row: &flow_task::Model) -> Outcome<TaskId> {
    Ok(TaskId::parse(&row.task_id)
        .ok_or_else(|| anyhow::anyhow!("`{}` is not a task id", row.task_id))?)
}

fn in_state<'a>(whole: &'a State, id: &TaskId) -> Outcome<&'a Task> {
    whole.task(id).ok_or_else(over)
}

/// The nearest round around a scope.
fn round_of(whole: &State, scope: &ScopeId) -> Option<ScopeId> {
    scope
        .outward()
        .find(|id| whole.scope(id).is_some_and(|scope| scope.mi.is_some()))
}

/// The token that goes back: the step's own, or the one that waits for the whole round it is in.
fn mover(whole: &State, id: &TaskId) -> Outcome<(ScopeId, u64)> {
    let task = in_state(whole, id)?;
    let outermost = id
        .scope
        .outward()
        .filter(|id| whole.scope(id).is_some_and(|scope| scope.mi.is_some()))
        .last();
    let host = outermost.and_then(|round| round.parent().zip(whole.scope(&round)?.host));
    Ok(host.unwrap_or((id.scope.clone(), task.token)))
}
