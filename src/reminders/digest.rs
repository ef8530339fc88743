//! The morning digest: one mail a person and working day with what is overdue and what is due soon.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use serde_json::{Value, json};
use trinhky_calendar::{Calendar, at, vn_date, weekday_vi};
use uuid::Uuid;

use super::audience::{Book, TaskWho};
use super::letter::{self, Audience, Letter};
use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::documents::{doc_type, title};
use crate::fault::Outcome;
use crate::people::Actor;
use crate::people::find::{self as people_find, Holder};

/// Tasks that become due within so many working days stand in the digest.
const SOON_WORKING_DAYS: i64 = 2;
/// After so many working days late a task stands on the desk only: the ladder has ended, who answers for it knows
/// (PEERS §5: stop at five).
const LATE_WORKING_DAYS: i64 = 5;
/// Tasks that a digest names; of the others it says how many they are.
const NAMED_TASKS: usize = 20;
/// Mails queued by one act.
const MAILS_PER_ACT: usize = 100;

/// Queues today's digests; nothing on days off and after office hours.
///
/// # Errors
/// When the template lacks a variable, or what the database reports.
pub async fn digest(app: &App) -> Outcome<()> {
    let now = app.clock.now();
    let mut orgs: BTreeMap<Uuid, Vec<Open>> = BTreeMap::new();
    for task in open_tasks(app.store.reader(), latest(app.today())).await? {
        orgs.entry(task.org_id).or_default().push(task);
    }
    for (org_id, tasks) in orgs {
        let calendar = people_find::calendar(app.store.reader(), org_id).await?;
        if !calendar.is_working_day(app.today()) || now >= calendar.end_of_office(app.today()) {
            continue;
        }
        let until = calendar.add_working_days(app.today(), SOON_WORKING_DAYS);
        let since = calendar.add_working_days(app.today(), -LATE_WORKING_DAYS);
        let soon: Vec<Open> = tasks
            .into_iter()
            .filter(|task| (since..=until).contains(&trinhky_calendar::deadline_day(task.due_at)))
            .collect();
        let letters = letters(app, &soon, &calendar, now).await?;
        for chunk in letters.chunks(MAILS_PER_ACT) {
            app.act(
                &Actor::system(),
                (org_id, chunk.to_vec()),
                |cx, (org_id, letters)| Box::pin(send(cx, *org_id, letters)),
            )
            .await?;
        }
    }
    Ok(())
}

async fn send(cx: Cx<'_>, org_id: Uuid, letters: &[Letter]) -> Outcome<()> {
    let sent = letter::post(cx, org_id, None, letters.to_vec()).await?;
    if sent == 0 {
        return Ok(());
    }
    let summary = format!("Gửi bản tin việc cần làm cho {sent} người");
    audit::append(
        cx.tx,
        org_id,
        cx.actor,
        cx.now,
        Entry::general("digest.sent", summary),
    )
    .await
}

/// An open task with its document's name.
#[derive(Debug, Clone, FromQueryResult)]
struct Open {
    org_id: Uuid,
    name: String,
    role: String,
    unit_id: Option<Uuid>,
    person_id: Option<Uuid>,
    due_at: DateTime<Utc>,
    owner_id: Uuid,
    doc_type: String,
    number: Option<i32>,
    symbol: String,
    subject: String,
}

async fn open_tasks(db: &impl ConnectionTrait, until: DateTime<Utc>) -> Outcome<Vec<Open>> {
    let sql = "SELECT t.org_id, t.name, t.role, t.unit_id, t.person_id, t.due_at, \
               d.owner_id, d.doc_type, d.number, d.symbol, d.subject \
               FROM flow_task t JOIN document d ON d.id = t.document_id \
               WHERE t.due_at <= $1 ORDER BY t.due_at, t.instance_id, t.task_id";
    Ok(Open::find_by_statement(Statement::from_sql_and_values(
        db.get_database_backend(),
        sql,
        [until.into()],
    ))
    .all(db)
    .await?)
}

/// No two working days lie further apart than this, Tết with its weekends included.
fn latest(today: NaiveDate) -> DateTime<Utc> {
    at(today + chrono::Days::new(30), NaiveTime::MIN)
}

/// One letter a person, in the order of their ids.
async fn letters(
    app: &App,
    tasks: &[Open],
    calendar: &Calendar,
    now: DateTime<Utc>,
) -> Outcome<Vec<Letter>> {
    let who: Vec<TaskWho<'_>> = tasks.iter().map(Open::who).collect();
    let book = Book::of_tasks(app.store.reader(), &who, app.today()).await?;
    let mut of_person: BTreeMap<Uuid, (Holder, Vec<&Open>)> = BTreeMap::new();
    for (task, who) in tasks.iter().zip(&who) {
        for holder in book.told(who) {
            of_person
                .entry(holder.person_id)
                .or_insert_with(|| (holder, Vec::new()))
                .1
                .push(task);
        }
    }
    let mut letters = Vec::new();
    for (person_id, (holder, tasks)) in of_person {
        let Some(to) = Audience::of([&holder]) else {
            continue;
        };
        let context = context(app, &holder, &tasks, calendar, now)?;
        letters.push(Letter {
            key: format!("digest:{person_id}:{}", app.today()),
            template: "digest",
            to,
            context,
            delivery_id: None,
        });
    }
    Ok(letters)
}

impl Open {
    fn who(&self) -> TaskWho<'_> {
        TaskWho {
            role: &self.role,
            doc_type: &self.doc_type,
            org_id: self.org_id,
            owner_id: self.owner_id,
            unit_id: self.unit_id,
            person_id: self.person_id,
        }
    }
}

fn context(
    app: &App,
    holder: &Holder,
    tasks: &[&Open],
    calendar: &Calendar,
    now: DateTime<Utc>,
) -> Outcome<Value> {
    let mut late = Vec::new();
    let mut soon = Vec::new();
    for task in tasks.iter().take(NAMED_TASKS) {
        let due = letter::due(task.due_at, now, calendar);
        let line = json!({
            "task": task.name,
            "title": title(doc_type(&task.doc_type)?, task.number, &task.symbol, &task.subject),
            "due": due.at,
            "left": due.left,
        });
        if due.is_late() { &mut late } else { &mut soon }.push(line);
    }
    let late_count = tasks.iter().filter(|task| task.due_at < now).count();
    Ok(json!({
        "recipient": holder.name,
        "date": format!("{} {}", weekday_vi(app.today()), vn_date(app.today())),
        "overdue_count": late_count,
        "soon_count": tasks.len() - late_count,
        "overdue": late,
        "soon": soon,
        "more": tasks.len().saturating_sub(NAMED_TASKS),
        "link": format!("{}/", app.config.base_url()),
    }))
}
