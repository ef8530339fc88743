//! Notices at once: a task was opened, an opinion is asked for, the Chairman's decision is awaited.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::{Value, json};
use trinhky_calendar::Calendar;
use uuid::Uuid;

use super::audience::{Book, CLERKS, HEADS, REPORTERS, TaskWho};
use super::ladder;
use super::letter::{self, Audience, Letter};
use super::sent_back::SentBack;
use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::documents::rows::opinion;
use crate::documents::{Document, find};
use crate::fault::Outcome;
use crate::flow;
use crate::flow::rows::flow_task;
use crate::people::find::{self as people_find, Holder};
use crate::people::{Actor, Unit};
use crate::worker::Service;

/// Units told by one act.
const UNITS_PER_ACT: u64 = 100;

/// Tells the people of a newly opened task; a task that is gone tells nobody.
///
/// # Errors
/// When the template lacks a variable, or what the database reports.
pub async fn task_opened(app: &App, payload: &Value) -> Outcome<()> {
    let instance: Uuid = serde_json::from_value(payload["instance"].clone())?;
    let task: String = serde_json::from_value(payload["task"].clone())?;
    // Set where the task was given or lent to one person: by whom and when makes it a notice of its own.
    let hand: Option<(Uuid, String)> = serde_json::from_value(payload["hand"].clone())?;
    app.act(
        &Actor::system(),
        (instance, task, hand),
        |cx, (instance, task, hand)| Box::pin(tell_of_task(cx, *instance, task, hand.as_ref())),
    )
    .await
}

async fn tell_of_task(
    cx: Cx<'_>,
    instance: Uuid,
    task_id: &str,
    hand: Option<&(Uuid, String)>,
) -> Outcome<()> {
    let Some(task) = flow_task::Entity::find_by_id((instance, task_id.to_owned()))
        .one(cx.tx)
        .await?
    else {
        return Ok(());
    };
    let document = find::document(cx.tx, task.document_id).await?;
    let people = match hand {
        Some((person, _)) => people_find::posts_of(cx.tx, *person, cx.today()).await?,
        None => people_of(cx.tx, &task, &document, cx).await?,
    };
    let sent_back = SentBack::of(cx.tx, &task).await?;
    let mut letters = Vec::new();
    for person in &people {
        let key = match hand {
            Some((person, key)) => format!("hand:{instance}:{task_id}:{person}:{key}"),
            None => format!("task:{instance}:{task_id}:{}", person.person_id),
        };
        letters.extend(match &sent_back {
            Some(sent_back) => sent_back.letter(cx, &document, person, key),
            None => task_letter(cx, &document, &task, person, key).await?,
        });
    }
    tell(
        cx,
        &document,
        &people,
        letters,
        "notice.sent",
        format!("Báo việc “{}”", task.name),
    )
    .await
}

/// Reminds the Chairman of a proposal that has waited for two working days; goes on silently where it is decided.
///
/// # Errors
/// When the template lacks a variable, or what the database reports.
pub async fn approver(app: &App, service: &Service) -> Outcome<()> {
    ladder::once(
        app.act(&Actor::system(), service.clone(), |cx, service| {
            Box::pin(remind_approver(cx, service))
        })
        .await,
    )
}

async fn remind_approver(cx: Cx<'_>, service: &Service) -> Outcome<()> {
    let document = find::document(cx.tx, service.document).await?;
    let calendar = people_find::calendar(cx.tx, document.row.org_id).await?;
    let open = flow::tasks_of_document(cx.tx, service.document)
        .await?
        .into_iter()
        .find(|task| task.element == "approve");
    let entry = match open {
        None => Entry::about(
            service.document,
            "reminder.skipped",
            format!(
                "Không nhắc phê duyệt {}: đã có quyết định",
                document.title()
            ),
        ),
        Some(_) if ladder::put_off(cx, "reminders.approver", service, &calendar).await? => {
            return Ok(());
        }
        Some(task) => {
            let people = people_of(cx.tx, &task, &document, cx).await?;
            let mut letters = Vec::new();
            for person in &people {
                let key = format!(
                    "approver:{}:{}:{}",
                    service.instance, service.task, person.person_id
                );
                letters.extend(task_letter(cx, &document, &task, person, key).await?);
            }
            letter::post(cx, document.row.org_id, Some(document.row.id), letters).await?;
            Entry::about(
                service.document,
                "reminder.sent",
                format!("Nhắc {} phê duyệt {}", names(&people), document.title()),
            )
        }
    };
    ladder::finish(cx, service, document.row.org_id, entry).await
}

async fn people_of(
    db: &impl ConnectionTrait,
    task: &flow_task::Model,
    document: &Document,
    cx: Cx<'_>,
) -> Outcome<Vec<Holder>> {
    let who = TaskWho {
        role: &task.role,
        doc_type: &document.row.doc_type,
        org_id: task.org_id,
        owner_id: document.row.owner_id,
        unit_id: task.unit_id,
        person_id: task.person_id,
    };
    let book = Book::of_tasks(db, &[who], cx.today()).await?;
    Ok(book.told(&who))
}

async fn task_letter(
    cx: Cx<'_>,
    document: &Document,
    task: &flow_task::Model,
    person: &Holder,
    key: String,
) -> Outcome<Option<Letter>> {
    let Some(to) = Audience::of([person]) else {
        return Ok(None);
    };
    let sender = people_find::unit(cx.tx, document.row.owner_id, cx.today()).await?;
    let calendar = people_find::calendar(cx.tx, document.row.org_id).await?;
    let due = task.due_at.map(|at| letter::due(at, cx.now, &calendar));
    let context = json!({
        "recipient": person.name,
        "post": person.post.title,
        "task": task.name,
        "title": document.title(),
        "subject": document.row.subject,
        "sender": sender.name,
        "due": due.as_ref().map(|due| due.at.clone()),
        "left": due.as_ref().map(|due| due.left.clone()),
        "due_at": task.due_at.map(|at| at.to_rfc3339()),
        "link": format!("{}{}", cx.app.config.base_url(), page_of(task)),
    });
    Ok(Some(Letter {
        key,
        template: "task",
        to,
        context,
        delivery_id: None,
    }))
}

/// The page on which the task is done; where it has none of its own, the document.
fn page_of(task: &flow_task::Model) -> String {
    let of_document = |page: &str| format!("/van-ban/{}{page}", task.document_id);
    match (task.element.as_str(), task.subject_id) {
        ("draft", _) => of_document("/soan"),
        ("answer_opinions", _) => of_document("/giai-trinh"),
        ("check_content" | "check_form", _) => of_document("/kiem-tra"),
        ("approve", _) => of_document("/phe-duyet"),
        ("answer_question", _) => of_document("/tra-loi"),
        ("sign" | "sign_proposal", _) => of_document("/ky"),
        ("number_proposal" | "assign_number" | "seal" | "issue", _) => "/van-thu".to_owned(),
        ("consolidate", Some(period)) => format!("/ky-bao-cao/{period}/tong-hop"),
        ("evaluate" | "close_year", _) => of_document("/danh-gia"),
        _ => of_document(""),
    }
}

/// Queues the letters and journals whom they went to, once.
async fn tell(
    cx: Cx<'_>,
    document: &Document,
    people: &[Holder],
    letters: Vec<Letter>,
    act: &'static str,
    what: String,
) -> Outcome<()> {
    let nobody = people.is_empty();
    if letter::post(cx, document.row.org_id, Some(document.row.id), letters).await? == 0 && !nobody
    {
        return Ok(());
    }
    let summary = if nobody {
        format!("{what}: chưa có ai giữ chức vụ này")
    } else {
        format!("{what} cho {}", names(people))
    };
    let entry = Entry {
        instance_id: document.row.instance_id,
        ..Entry::about(document.row.id, act, summary)
    };
    audit::append(cx.tx, document.row.org_id, cx.actor, cx.now, entry).await
}

fn names(people: &[Holder]) -> String {
    people
        .iter()
        .map(|person| person.name.as_str())
        .collect::<Vec<_>>()
        .join(", ")
}

/// Asks every unit of an opinion round that has not answered yet, some hundred per act.
///
/// # Errors
/// When the template lacks a variable, or what the database reports.
pub async fn opinions_asked(app: &App, payload: &Value) -> Outcome<()> {
    let document_id: Uuid = serde_json::from_value(payload["document"].clone())?;
    let mut after = Uuid::nil();
    while let Some(last) = app
        .act(&Actor::system(), (document_id, after), |cx, (id, after)| {
            Box::pin(ask_some(cx, *id, *after))
        })
        .await?
    {
        after = last;
    }
    Ok(())
}

async fn ask_some(cx: Cx<'_>, document_id: Uuid, after: Uuid) -> Outcome<Option<Uuid>> {
    let asked = opinion::Entity::find()
        .filter(opinion::Column::DocumentId.eq(document_id))
        .filter(opinion::Column::Id.gt(after))
        .order_by_asc(opinion::Column::Id)
        .limit(UNITS_PER_ACT)
        .all(cx.tx)
        .await?;
    let Some(last) = asked.last().map(|opinion| opinion.id) else {
        return Ok(None);
    };
    let document = find::document(cx.tx, document_id).await?;
    let ids: Vec<Uuid> = asked.iter().map(|opinion| opinion.unit_id).collect();
    let units = people_find::units(cx.tx, &ids, cx.today()).await?;
    let book = Book::of_units(cx.tx, &ids, cx.today()).await?;
    let sender = people_find::unit(cx.tx, document.row.owner_id, cx.today()).await?;
    let calendar = people_find::calendar(cx.tx, document.row.org_id).await?;
    let mut letters = Vec::new();
    let mut unaddressed = Vec::new();
    for opinion in asked.iter().filter(|opinion| opinion.given_at.is_none()) {
        let Some(unit) = units.get(&opinion.unit_id) else {
            continue;
        };
        let Some(to) = asked_of(unit, &book) else {
            unaddressed.push(unit.called());
            continue;
        };
        let context = opinion_context(cx, &document, unit, &sender, &to, opinion.due_at, &calendar);
        letters.push(Letter {
            key: format!("opinion:{}", opinion.id),
            template: "opinion_request",
            to,
            context,
            delivery_id: None,
        });
    }
    let sent = letter::post(cx, document.row.org_id, Some(document_id), letters).await?;
    if sent > 0 || !unaddressed.is_empty() {
        let mut summary = format!("Gửi thư lấy ý kiến {sent} đơn vị về {}", document.title());
        if !unaddressed.is_empty() {
            summary.push_str(&format!(
                "; không có địa chỉ thư: {}",
                unaddressed.join(", ")
            ));
        }
        let entry = Entry {
            instance_id: document.row.instance_id,
            ..Entry::about(document_id, "notice.sent", summary)
        };
        audit::append(cx.tx, document.row.org_id, cx.actor, cx.now, entry).await?;
    }
    Ok(Some(last))
}

/// Who is asked for a unit's opinion: its reporters and its head, else its clerks, else its mailbox, which always reads along.
pub(super) fn asked_of(unit: &Unit, book: &Book) -> Option<Audience> {
    let officers = Audience::of(
        [
            book.any_of(unit.id, REPORTERS),
            book.first_of(unit.id, HEADS),
        ]
        .into_iter()
        .flatten(),
    );
    let to = officers
        .or_else(|| Audience::of(book.any_of(unit.id, CLERKS)))
        .or_else(|| Audience::mailbox(unit))?;
    Some(match &unit.email {
        Some(mailbox) => to.copy_address(mailbox),
        None => to,
    })
}

/// What a letter about a unit's opinion says.
pub(super) fn opinion_context(
    cx: Cx<'_>,
    document: &Document,
    unit: &Unit,
    sender: &Unit,
    to: &Audience,
    due_at: DateTime<Utc>,
    calendar: &Calendar,
) -> Value {
    let due = letter::due(due_at, cx.now, calendar);
    json!({
        "recipient": to.name,
        "unit": unit.name,
        "title": document.title(),
        "subject": document.row.subject,
        "sender": sender.name,
        "due": due.at,
        "left": due.left,
        "due_at": due_at.to_rfc3339(),
        "link": format!("{}/van-ban/{}/gop-y", cx.app.config.base_url(), document.row.id),
    })
}
