//! Between the draft and the Chairman: opinions of units, their answers, the two checks of Art. 12.

use chrono::{DateTime, Utc};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use trinhky_calendar::{Rule, local};
use trinhky_engine::{CommandKind, TaskId, Variables};
use uuid::Uuid;

use super::rows::opinion;
use super::{Document, find, proposal};
use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::fault::{Fault, Outcome};
use crate::flow;
use crate::flow::rows::flow_task;
use crate::people::{Actor, find as people_find, may};
use crate::queue::{self, NewJob};
use crate::worker;

/// Working days that are offered for opinions.
pub const USUAL_WORKING_DAYS: u32 = 5;

/// What a unit says to a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stance {
    Agree,
    /// Agrees, with a remark.
    Other,
    Disagree,
}

impl Stance {
    /// The stored word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Agree => "agree",
            Self::Other => "other",
            Self::Disagree => "disagree",
        }
    }

    /// As forms send it.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Agree, Self::Other, Self::Disagree]
            .into_iter()
            .find(|stance| stance.word() == word)
    }

    /// As pages and reports say it.
    #[must_use]
    pub fn vi(self) -> &'static str {
        match self {
            Self::Agree => "Nhất trí",
            Self::Other => "Nhất trí, có ý kiến bổ sung",
            Self::Disagree => "Không nhất trí",
        }
    }
}

/// A step that was taken: the engine's events, and who took it, as the journal is to name him.
#[derive(Debug)]
pub(super) struct Taken {
    events: Vec<Value>,
    pub(super) by: Actor,
}

/// Completes the task of an element of a document's workflow after checking the actor's right.
pub(super) async fn complete(
    cx: Cx<'_>,
    document: &Document,
    element: &str,
    unit: Option<Uuid>,
    variables: Variables,
) -> Outcome<Taken> {
    let tasks = flow::tasks_of_document(cx.tx, document.row.id).await?;
    let task = tasks
        .into_iter()
        .find(|task| task.element == element && (unit.is_none() || task.unit_id == unit))
        .ok_or_else(|| {
            Fault::stale(
                "Bước này đã được xử lý hoặc chưa đến. Trang hiện trạng thái mới nhất.",
                "This step has already been taken or has not come yet. The page shows the present state.",
            )
        })?;
    let right = may::TaskRight {
        role: &task.role,
        doc_type: &document.row.doc_type,
        org_id: task.org_id,
        owner_id: document.row.owner_id,
        unit_id: task.unit_id,
        person_id: task.person_id,
    };
    let by = may::acting(cx.actor, &right).ok_or_else(|| {
        Fault::forbidden(
            format!("Bạn không được giao việc “{}”.", task.name),
            format!("The task \"{}\" is not yours.", task.name),
        )
    })?;
    let id = TaskId::parse(&task.task_id)
        .ok_or_else(|| anyhow::anyhow!("`{}` is not a task id", task.task_id))?;
    let command = CommandKind::CompleteTask {
        task: id,
        variables,
    };
    let advanced = flow::advance(cx, document.instance()?, command).await?;
    Ok(Taken {
        events: advanced.events,
        by,
    })
}

/// Takes a step that has no act of its own: done, or back with a remark. The workflow learns `outcome` (`ok` or `back`)
/// and `remark`.
///
/// # Errors
/// When it is sent back without a remark, the step is over, or the actor may not.
pub async fn take_step(
    app: &App,
    actor: &Actor,
    task: flow_task::Model,
    passed: bool,
    remark: String,
) -> Outcome<()> {
    if !passed && remark.trim().is_empty() {
        return Err(Fault::invalid(
            "remark",
            "Ghi rõ ý kiến khi trả lại.",
            "Write a remark to send it back.",
        ));
    }
    app.act(
        actor,
        (task, passed, remark),
        |cx, (task, passed, remark)| {
            Box::pin(async move {
                let document = find::document(cx.tx, task.document_id).await?;
                let outcome = if *passed { "ok" } else { "back" };
                let variables = Variables::from([
                    ("outcome".to_owned(), json!(outcome)),
                    ("remark".to_owned(), json!(remark.trim())),
                ]);
                let advanced =
                    complete(cx, &document, &task.element, task.unit_id, variables).await?;
                let mut summary = if *passed {
                    format!("Xong việc “{}”: {}", task.name, document.title())
                } else {
                    format!("Trả lại ở việc “{}”: {}", task.name, document.title())
                };
                if !remark.trim().is_empty() {
                    summary.push_str(&format!(": {}", remark.trim()));
                }
                let entry = Entry::about(task.document_id, "step.taken", summary)
                    .data(json!({ "element": task.element, "outcome": outcome }));
                journal(cx, &document, entry, advanced).await
            })
        },
    )
    .await
}

/// Writes the act's journal entry with the engine's events.
pub(super) async fn journal(
    cx: Cx<'_>,
    document: &Document,
    mut entry: Entry,
    taken: Taken,
) -> Outcome<()> {
    entry.instance_id = document.row.instance_id;
    entry.events = taken.events;
    audit::append(cx.tx, document.row.org_id, &taken.by, cx.now, entry).await
}

/// Submits the draft in the content that was seen: asks the units for opinions (none: straight to the checks).
///
/// # Errors
/// When the draft is not the actor's, has changed since it was seen, or a unit does not exist.
pub async fn submit(
    app: &App,
    actor: &Actor,
    id: Uuid,
    seen_hash: String,
    units: Vec<Uuid>,
    working_days: u32,
) -> Outcome<()> {
    app.act(
        actor,
        (id, seen_hash, units, working_days),
        |cx, (id, seen_hash, units, working_days)| {
            Box::pin(async move {
                let document = find::document(cx.tx, *id).await?;
                document.same_content(seen_hash)?;
                let calendar = people_find::calendar(cx.tx, document.row.org_id).await?;
                let due = calendar
                    .resolve(&Rule::WorkingDays(*working_days), cx.now)
                    .map_err(|error| {
                        Fault::invalid("working_days", error.message_vi(), error.to_string())
                    })?
                    .at;
                let known = people_find::units(cx.tx, units, cx.today()).await?;
                let mut items = Vec::new();
                for unit_id in units {
                    let unit = known.get(unit_id).ok_or_else(|| {
                        Fault::invalid(
                            "units",
                            "Đơn vị không còn tồn tại.",
                            "A unit no longer exists.",
                        )
                    })?;
                    let opinion_id = cx.id();
                    ask(cx, &document, opinion_id, *unit_id, due).await?;
                    items.push(json!({ "unit": unit_id, "id": opinion_id, "name": unit.short }));
                }
                let variables = Variables::from([
                    ("opinion_units".to_owned(), json!(items)),
                    ("opinion_due".to_owned(), json!(due.to_rfc3339())),
                ]);
                let advanced = complete(cx, &document, "draft", None, variables).await?;
                if !units.is_empty() {
                    let job = NewJob {
                        key: format!("opinions:{}:{}", document.row.id, document.row.version),
                        name: worker::OPINION_REQUEST,
                        payload: json!({ "document": document.row.id }),
                        run_at: cx.now,
                    };
                    queue::enqueue(cx.tx, cx.id(), job).await?;
                    let day_before = calendar.add_working_days(local(due).date_naive(), -1);
                    // Asked for tomorrow, the question itself is the reminder.
                    if day_before > cx.today() {
                        let morning = calendar.office_open(day_before);
                        remind_of_opinions(cx, document.row.id, morning).await?;
                    }
                }
                let summary = if units.is_empty() {
                    format!("Chuyển {} sang kiểm tra", document.title())
                } else {
                    format!(
                        "Gửi {} lấy ý kiến {} đơn vị, hạn {}",
                        document.title(),
                        units.len(),
                        trinhky_calendar::local(due).format("%H:%M %d/%m/%Y")
                    )
                };
                journal(
                    cx,
                    &document,
                    Entry::about(document.row.id, "document.submitted", summary)
                        .data(json!({ "content": seen_hash })),
                    advanced,
                )
                .await
            })
        },
    )
    .await
}

/// Has the units reminded whose opinion is due soon at that instant.
///
/// # Errors
/// What the database reports.
pub async fn remind_of_opinions(cx: Cx<'_>, document: Uuid, run_at: DateTime<Utc>) -> Outcome<()> {
    let job = NewJob {
        key: format!("opinions_soon:{document}:{}", run_at.timestamp()),
        name: worker::OPINIONS_SOON,
        payload: json!({ "document": document }),
        run_at,
    };
    queue::enqueue(cx.tx, cx.id(), job).await
}

/// Writes down that a unit is asked for its opinion; an earlier question without an answer gives way.
pub(super) async fn ask(
    cx: Cx<'_>,
    document: &Document,
    id: Uuid,
    unit_id: Uuid,
    due_at: DateTime<Utc>,
) -> Outcome<()> {
    opinion::Entity::delete_many()
        .filter(opinion::Column::DocumentId.eq(document.row.id))
        .filter(opinion::Column::UnitId.eq(unit_id))
        .filter(opinion::Column::GivenAt.is_null())
        .exec(cx.tx)
        .await?;
    opinion::ActiveModel {
        id: Set(id),
        org_id: Set(document.row.org_id),
        document_id: Set(document.row.id),
        unit_id: Set(unit_id),
        due_at: Set(due_at),
        stance: Set(None),
        remark: Set(String::new()),
        given_at: Set(None),
        by_name: Set(String::new()),
        response_kind: Set(None),
        response: Set(String::new()),
        responded_at: Set(None),
    }
    .insert(cx.tx)
    .await?;
    Ok(())
}

/// Gives the opinion of a unit on the content that it was shown.
///
/// # Errors
/// When the unit was not asked, has answered, the deadline is over, the content has changed, or a disagreement lacks its reason.
pub async fn give_opinion(
    app: &App,
    actor: &Actor,
    id: Uuid,
    seen_hash: String,
    unit_id: Uuid,
    stance: Stance,
    remark: String,
) -> Outcome<()> {
    if stance != Stance::Agree && remark.trim().is_empty() {
        return Err(Fault::invalid(
            "remark",
            "Ghi rõ nội dung ý kiến.",
            "Write what the opinion is.",
        ));
    }
    app.act(
        actor,
        (id, seen_hash, unit_id, stance, remark),
        |cx, (id, seen_hash, unit_id, stance, remark)| {
            Box::pin(async move {
                let document = find::document(cx.tx, *id).await?;
                document.same_content(seen_hash)?;
                let variables = Variables::from([("stance".to_owned(), json!(stance.word()))]);
                let advanced =
                    complete(cx, &document, "give_opinion", Some(*unit_id), variables).await?;
                opinion::Entity::update_many()
                    .filter(opinion::Column::DocumentId.eq(*id))
                    .filter(opinion::Column::UnitId.eq(*unit_id))
                    .filter(opinion::Column::GivenAt.is_null())
                    .set(opinion::ActiveModel {
                        stance: Set(Some(stance.word().to_owned())),
                        remark: Set(remark.trim().to_owned()),
                        given_at: Set(Some(cx.now)),
                        by_name: Set(cx.actor.name.clone()),
                        ..Default::default()
                    })
                    .exec(cx.tx)
                    .await?;
                let unit = people_find::unit(cx.tx, *unit_id, cx.today()).await?;
                let summary = match remark.trim() {
                    "" => format!("{}: {}", unit.short, stance.vi()),
                    remark => format!("{}: {}: {remark}", unit.short, stance.vi()),
                };
                journal(
                    cx,
                    &document,
                    Entry::about(*id, "opinion.given", summary)
                        .unit(*unit_id)
                        .data(json!({ "content": seen_hash })),
                    advanced,
                )
                .await
            })
        },
    )
    .await
}

/// The drafter's answer to one opinion.
#[derive(Debug, Clone)]
pub struct Answer {
    pub opinion_id: Uuid,
    /// `accepted` (tiếp thu) or `explained` (giải trình).
    pub kind: String,
    pub text: String,
}

/// Answers the opinions and passes the draft to the check of content.
///
/// # Errors
/// When an opinion with a remark has no answer.
pub async fn answer_opinions(
    app: &App,
    actor: &Actor,
    id: Uuid,
    answers: Vec<Answer>,
) -> Outcome<()> {
    app.act(actor, (id, answers), |cx, (id, answers)| {
        Box::pin(async move {
            let document = find::document(cx.tx, *id).await?;
            for row in find::opinions(cx.tx, *id)
                .await?
                .into_iter()
                .filter(|row| row.responded_at.is_none())
            {
                let answer = answers.iter().find(|answer| answer.opinion_id == row.id);
                let needed = row.given_at.is_some() && !row.remark.is_empty();
                match answer.filter(|answer| !needed || !answer.text.trim().is_empty()) {
                    None if needed => {
                        return Err(Fault::invalid(
                            &format!("answer-{}", row.id),
                            "Mỗi ý kiến phải được tiếp thu hoặc giải trình.",
                            "Every opinion must be accepted or explained.",
                        ));
                    }
                    None => {}
                    Some(answer) => {
                        let mut row: opinion::ActiveModel = row.into();
                        row.response_kind = Set(Some(answer.kind.clone()));
                        row.response = Set(answer.text.trim().to_owned());
                        row.responded_at = Set(Some(cx.now));
                        row.update(cx.tx).await?;
                    }
                }
            }
            let advanced =
                complete(cx, &document, "answer_opinions", None, Variables::new()).await?;
            let summary = format!("Tiếp thu, giải trình {} ý kiến", answers.len());
            journal(
                cx,
                &document,
                Entry::about(*id, "opinions.answered", summary),
                advanced,
            )
            .await
        })
    })
    .await
}

/// Which of the two checks of Decree 30/2020 Art. 12.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// By the head of the drafting unit, who answers for the content (12.1).
    Content,
    /// By the person assigned to check the form (12.2).
    Form,
}

/// Passes or sends back the draft at one of the checks; a passed form check drafts the proposal.
///
/// # Errors
/// When sending back lacks its reason, the content has changed since it was seen, or the check is not the actor's.
pub async fn check(
    app: &App,
    actor: &Actor,
    id: Uuid,
    seen_hash: String,
    check: Check,
    passed: bool,
    remark: String,
) -> Outcome<()> {
    if !passed && remark.trim().is_empty() {
        return Err(Fault::invalid(
            "remark",
            "Ghi rõ lý do trả lại.",
            "Say why it goes back.",
        ));
    }
    app.act(
        actor,
        (id, seen_hash, check, passed, remark),
        |cx, (id, seen_hash, check, passed, remark)| {
            Box::pin(async move {
                let document = find::document(cx.tx, *id).await?;
                document.same_content(seen_hash)?;
                let (element, act, what) = match check {
                    Check::Content => ("check_content", "content.checked", "nội dung"),
                    Check::Form => ("check_form", "form.checked", "thể thức"),
                };
                let outcome = if *passed { "ok" } else { "back" };
                let variables = Variables::from([
                    ("outcome".to_owned(), json!(outcome)),
                    ("remark".to_owned(), json!(remark)),
                ]);
                let advanced = complete(cx, &document, element, None, variables).await?;
                let verdict = if *passed { "đạt" } else { "trả lại" };
                let mut summary = format!("Kiểm tra {what}: {verdict}");
                if !remark.trim().is_empty() {
                    summary.push_str(&format!(": {}", remark.trim()));
                }
                let entry = Entry::about(*id, act, summary).data(
                    json!({ "content": seen_hash, "outcome": outcome, "remark": remark.trim() }),
                );
                journal(cx, &document, entry, advanced).await?;
                let wants_proposal = flow::tasks_of_document(cx.tx, *id)
                    .await?
                    .iter()
                    .any(|task| task.element == "sign_proposal");
                if wants_proposal {
                    proposal::draft_for(cx, &document).await?;
                }
                Ok(())
            })
        },
    )
    .await
}
