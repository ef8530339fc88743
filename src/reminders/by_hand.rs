//! "Remind the n missing": by hand, with the letter shown before, and never twice within a working day.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect};
use serde_json::json;
use trinhky_calendar::{Calendar, at, local};
use uuid::Uuid;

use super::audience::Book;
use super::letter;
use super::receipt::{Reminder, addressee, mark_reminded, open_for_action};
use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::distribution::rows::delivery;
use crate::documents::{Document, find};
use crate::fault::{Fault, Outcome};
use crate::mail::templates::{self, Rendered};
use crate::people::Actor;
use crate::people::find::{self as people_find};
use crate::web::format::date_time;

/// Mails queued by one act.
const MAILS_PER_ACT: u64 = 100;
/// Who may remind units of a document of their organisation.
const MAY_REMIND: &[&str] = &[
    "office_chief",
    "office_clerk",
    "clerk",
    "drafter",
    "chair",
    "vice_chair",
];

/// What "remind the missing" would do now.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The units that would be reminded, by name.
    pub units: Vec<String>,
    /// A sentence for each unit that is missing but would not be reminded now.
    pub skipped: Vec<String>,
    /// The letter as the first of them would get it; none where nobody is missing or has an address.
    pub letter: Option<Rendered>,
    /// Why it cannot be done now, in Vietnamese and English.
    pub refused: Option<(String, String)>,
}

/// Whether the actor may remind the recipients of the document.
#[must_use]
pub fn may_remind(actor: &Actor, document: &Document) -> bool {
    MAY_REMIND
        .iter()
        .any(|role| actor.has_role_in_org(role, document.row.org_id))
}

/// Who would be reminded, and the letter that they would get.
///
/// # Errors
/// [`Fault::NotFound`] where the actor may not know the document, or what the database reports.
pub async fn preview(app: &App, actor: &Actor, document_id: Uuid) -> Outcome<Preview> {
    let db = app.store.reader();
    let now = app.clock.now();
    let document = find::visible(db, actor, document_id).await?;
    let calendar = people_find::calendar(db, document.row.org_id).await?;
    let missing = open_for_action(document_id).all(db).await?;
    let free: Vec<&delivery::Model> = missing
        .iter()
        .filter(|delivery| is_free(delivery, now, &calendar))
        .collect();
    let ids: Vec<Uuid> = missing.iter().map(|delivery| delivery.unit_id).collect();
    let units = people_find::units(db, &ids, app.today()).await?;
    let book = Book::of_units(db, &ids, app.today()).await?;
    let (mut named, mut skipped) = (Vec::new(), Vec::new());
    for delivery in &missing {
        let Some(unit) = units.get(&delivery.unit_id) else {
            continue;
        };
        match delivery
            .reminded_at
            .filter(|_| !is_free(delivery, now, &calendar))
        {
            Some(at) => skipped.push(format!("{}: đã nhắc lúc {}", unit.called(), date_time(at))),
            None if addressee(unit, &book).is_none() => {
                skipped.push(format!("{}: không có địa chỉ thư", unit.called()))
            }
            None => named.push(unit.called().to_owned()),
        }
    }
    let letter = match free.first() {
        None => None,
        Some(delivery) => letter_of(app, &document, delivery, &calendar).await?,
    };
    Ok(Preview {
        units: named,
        skipped,
        letter,
        refused: refusal(&missing, free.len(), &calendar),
    })
}

async fn letter_of(
    app: &App,
    document: &Document,
    delivery: &delivery::Model,
    calendar: &Calendar,
) -> Outcome<Option<Rendered>> {
    let db = app.store.reader();
    let unit = people_find::unit(db, delivery.unit_id, app.today()).await?;
    let book = Book::of_units(db, &[unit.id], app.today()).await?;
    let sender = people_find::unit(db, document.row.org_id, app.today()).await?;
    let title = document.title();
    let reminder = Reminder {
        id: delivery.id,
        unit: &unit,
        title: &title,
        subject: &document.row.subject,
        sender: &sender.name,
        due_at: delivery.due_at,
    };
    let now = app.clock.now();
    let Some(to) = addressee(&unit, &book) else {
        return Ok(None);
    };
    let context = reminder.context(&to.name, &app.config.base_url(), now, calendar);
    Ok(Some(templates::render(
        reminder.template(now, calendar),
        &context,
    )?))
}

/// Reminds every unit that is to act and has not answered; returns how many letters were queued.
///
/// Units reminded less than a working day ago are left out; where that leaves nobody, it is refused.
///
/// # Errors
/// A sentence when nobody is missing or all were reminded just now, or the right.
pub async fn remind_missing(app: &App, actor: &Actor, document_id: Uuid) -> Outcome<usize> {
    let (mut after, mut total) = (Uuid::nil(), 0);
    while let Some((last, count)) = app
        .act(actor, (document_id, after), |cx, (document_id, after)| {
            Box::pin(remind_some(cx, *document_id, *after))
        })
        .await?
    {
        after = last;
        total += count;
    }
    Ok(total)
}

async fn remind_some(cx: Cx<'_>, document_id: Uuid, after: Uuid) -> Outcome<Option<(Uuid, usize)>> {
    let document = find::visible(cx.tx, cx.actor, document_id).await?;
    if !may_remind(cx.actor, &document) {
        return Err(Fault::forbidden(
            "Chỉ Văn phòng, văn thư và lãnh đạo của cơ quan ban hành được nhắc các đơn vị.",
            "Only the Office, the clerks and the leaders of the issuing agency may remind units.",
        ));
    }
    let calendar = people_find::calendar(cx.tx, document.row.org_id).await?;
    if after.is_nil() {
        let missing = open_for_action(document_id).all(cx.tx).await?;
        let free = missing
            .iter()
            .filter(|delivery| is_free(delivery, cx.now, &calendar))
            .count();
        if let Some((vi, en)) = refusal(&missing, free, &calendar) {
            return Err(Fault::invalid("remind", vi, en));
        }
    }
    let page = open_for_action(document_id)
        .filter(delivery::Column::Id.gt(after))
        .limit(MAILS_PER_ACT)
        .all(cx.tx)
        .await?;
    let Some(last) = page.last().map(|delivery| delivery.id) else {
        return Ok(None);
    };
    let free: Vec<delivery::Model> = page
        .into_iter()
        .filter(|delivery| is_free(delivery, cx.now, &calendar))
        .collect();
    let count = queue(cx, &document, &free, &calendar).await?;
    Ok(Some((last, count)))
}

async fn queue(
    cx: Cx<'_>,
    document: &Document,
    free: &[delivery::Model],
    calendar: &Calendar,
) -> Outcome<usize> {
    let ids: Vec<Uuid> = free.iter().map(|delivery| delivery.unit_id).collect();
    let units = people_find::units(cx.tx, &ids, cx.today()).await?;
    let book = Book::of_units(cx.tx, &ids, cx.today()).await?;
    let sender = people_find::unit(cx.tx, document.row.org_id, cx.today()).await?;
    let title = document.title();
    let (mut letters, mut reminded, mut unaddressed) = (Vec::new(), Vec::new(), Vec::new());
    for delivery in free {
        let Some(unit) = units.get(&delivery.unit_id) else {
            continue;
        };
        let Some(to) = addressee(unit, &book) else {
            unaddressed.push(unit.called());
            continue;
        };
        let reminder = Reminder {
            id: delivery.id,
            unit,
            title: &title,
            subject: &document.row.subject,
            sender: &sender.name,
            due_at: delivery.due_at,
        };
        let key = format!("receipt:{}:hand:{}", delivery.id, delivery.reminders + 1);
        letters.push(reminder.letter(cx, key, to, calendar));
        reminded.push(delivery.id);
    }
    let count = letter::post(cx, document.row.org_id, Some(document.row.id), letters).await?;
    mark_reminded(cx, &reminded).await?;
    if count > 0 || !unaddressed.is_empty() {
        let mut summary = format!("Nhắc {count} nơi còn thiếu tiếp nhận {title}");
        if !unaddressed.is_empty() {
            summary.push_str(&format!(
                "; không có địa chỉ thư: {}",
                unaddressed.join(", ")
            ));
        }
        let entry = Entry::about(document.row.id, "reminder.sent_by_hand", summary)
            .data(json!({ "deliveries": reminded }));
        audit::append(cx.tx, document.row.org_id, cx.actor, cx.now, entry).await?;
    }
    Ok(count)
}

/// Whether the last letter to the unit went out a working day ago or longer.
fn is_free(delivery: &delivery::Model, now: DateTime<Utc>, calendar: &Calendar) -> bool {
    delivery
        .reminded_at
        .is_none_or(|at| now >= a_working_day_after(at, calendar))
}

/// The same hour of the next working day.
fn a_working_day_after(before: DateTime<Utc>, calendar: &Calendar) -> DateTime<Utc> {
    let wall = local(before);
    at(calendar.add_working_days(wall.date_naive(), 1), wall.time())
}

/// The sentence when there is nobody to remind now.
fn refusal(
    missing: &[delivery::Model],
    free: usize,
    calendar: &Calendar,
) -> Option<(String, String)> {
    if free > 0 {
        return None;
    }
    let Some(last) = missing
        .iter()
        .filter_map(|delivery| delivery.reminded_at)
        .max()
    else {
        return Some((
            "Không còn nơi nào phải nhắc.".to_owned(),
            "Nobody is missing.".to_owned(),
        ));
    };
    let (last, next) = (
        date_time(last),
        date_time(a_working_day_after(last, calendar)),
    );
    Some((
        format!(
            "Thư nhắc gần nhất gửi lúc {last}, chưa đủ một ngày làm việc. Có thể nhắc lại từ {next}."
        ),
        format!(
            "The last reminder went out at {last}, less than a working day ago. Remind again from {next}."
        ),
    ))
}
