//! The day that a unit's leader set for a document: the lead is reminded a working day before and on the day, lead and leaders
//! one working day after it, the leaders after three; then it ends (DOMAIN §7.3).

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use trinhky_calendar::{Calendar, local};
use uuid::Uuid;

use super::audience::{Book, HEADS};
use super::ladder::Step;
use super::letter::{self, Audience, Letter};
use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::distribution::direction::{self, Direction, of_delivery, part, people_of};
use crate::distribution::receipt::{Delivered, delivered};
use crate::fault::Outcome;
use crate::people::find as people_find;
use crate::people::{Actor, Unit};

/// The steps in their order; after the last nobody is reminded any more.
const STEPS: [Step; 4] = [Step::OneBefore, Step::Due, Step::OneLate, Step::ThreeLate];

/// Looks at a direction: mails the step whose day it is, and says when to look again. After an outage it mails the last step
/// that has come, not every one that was missed.
///
/// # Errors
/// When the template lacks a variable, or what the database reports.
pub async fn direction_due(app: &App, payload: &Value) -> Outcome<()> {
    let id: Uuid = serde_json::from_value(payload["delivery"].clone())?;
    let due_at: DateTime<Utc> = serde_json::from_value(payload["due_at"].clone())?;
    app.act(&Actor::system(), (id, due_at), |cx, (id, due_at)| {
        Box::pin(look(cx, *id, *due_at))
    })
    .await
}

async fn look(cx: Cx<'_>, id: Uuid, due_at: DateTime<Utc>) -> Outcome<()> {
    let Some(direction) = of_delivery(cx.tx, id).await? else {
        return Ok(());
    };
    if direction.row.completed_at.is_some() || direction.row.due_at != Some(due_at) {
        return Ok(());
    }
    let found = delivered(cx.tx, id).await?;
    let unit = people_find::unit(cx.tx, found.unit_id, cx.today()).await?;
    let calendar = people_find::calendar(cx.tx, unit.org_id).await?;
    let (mut today, mut next) = (None, None);
    for step in STEPS {
        let comes = morning(step, due_at, &calendar)?;
        if comes <= cx.now {
            today = Some(step);
        } else {
            next = next.or(Some(comes));
        }
    }
    // Given for today or tomorrow, the notice of the direction itself has just said so.
    let told_now = local(direction.row.directed_at).date_naive() == cx.today();
    if let Some(step) = today.filter(|_| !told_now) {
        remind(cx, &found, &unit, &direction, step, &calendar).await?;
    }
    match next {
        Some(next) => direction::follow(cx, id, due_at, next).await,
        None => Ok(()),
    }
}

/// The opening of the office on the step's day.
fn morning(step: Step, due_at: DateTime<Utc>, calendar: &Calendar) -> Outcome<DateTime<Utc>> {
    let day = local(step.at(due_at, calendar)?).date_naive();
    Ok(calendar.office_open(calendar.next_working_day(day)))
}

async fn remind(
    cx: Cx<'_>,
    found: &Delivered,
    unit: &Unit,
    direction: &Direction,
    step: Step,
    calendar: &Calendar,
) -> Outcome<()> {
    let Some(due_at) = direction.row.due_at else {
        return Ok(());
    };
    let people = people_of(cx.tx, unit.id, cx.today()).await?;
    let book = Book::of_units(cx.tx, &[unit.id], cx.today()).await?;
    let lead = direction
        .people
        .iter()
        .filter(|person| person.part == part::LEAD)
        .find_map(|lead| {
            people
                .iter()
                .find(|holder| holder.person_id == lead.person_id)
        });
    let heads = book.first_of(unit.id, HEADS);
    let to = match step {
        Step::ThreeLate => Audience::of(heads).map(|to| to.copy(lead)),
        Step::OneLate => Audience::of(lead.into_iter().chain(heads)),
        // A lead who has left the unit is nobody to remind: the leader has to name another.
        _ => Audience::of(lead).or_else(|| Audience::of(heads)),
    };
    let title = found.title()?;
    let Some(to) = to else {
        let summary = format!("Chưa nhắc được ai xử lý {title}: không có địa chỉ thư");
        return journal(
            cx,
            found,
            Entry::about(found.document_id, "reminder.unaddressed", summary),
        )
        .await;
    };
    let due = letter::due(due_at, cx.now, calendar);
    let context = json!({
        "recipient": to.name,
        "lead": direction.names(part::LEAD).join(", "),
        "title": title,
        "subject": found.subject,
        "by": direction.row.directed_by,
        "due": due.at,
        "left": due.left,
        "due_at": due_at.to_rfc3339(),
        "link": format!("{}/tiep-nhan/{}/chi-dao", cx.app.config.base_url(), found.id),
    });
    let letter = Letter {
        key: format!(
            "direction:{}:{}:{}",
            found.id,
            due_at.timestamp(),
            step.word()
        ),
        template: "direction_due",
        to,
        context,
        delivery_id: None,
    };
    if letter::post(cx, found.org_id, Some(found.document_id), vec![letter]).await? == 0 {
        return Ok(());
    }
    let summary = format!("Nhắc xử lý {title} theo chỉ đạo: {}", due.left);
    journal(
        cx,
        found,
        Entry::about(found.document_id, "reminder.sent", summary),
    )
    .await
}

async fn journal(cx: Cx<'_>, found: &Delivered, entry: Entry) -> Outcome<()> {
    let entry = entry
        .unit(found.unit_id)
        .data(json!({ "delivery": found.id }));
    audit::append(cx.tx, found.org_id, cx.actor, cx.now, entry).await
}
