//! The ladder of an acknowledgement that is missing: the unit's clerk on the day it is due, the clerk and the head a
//! working day later, the Office chief after three (WF-10; DOMAIN §7.3).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Statement};
use serde_json::{Value, json};
use trinhky_calendar::{Calendar, local};
use uuid::Uuid;

use super::audience::{Book, CLERKS, HEADS, holders_present};
use super::ladder::{self, Item, Step};
use super::letter::{self, Audience, Letter};
use crate::app::{App, Cx};
use crate::audit::Entry;
use crate::distribution::receipt::{Delivered, delivered};
use crate::distribution::rows::delivery;
use crate::distribution::state;
use crate::documents::{Document, find};
use crate::fault::Outcome;
use crate::people::find::{self as people_find};
use crate::people::{Actor, Unit};
use crate::worker::Service;

/// Units that one letter to the Office chief names; of the others it says how many they are.
pub(super) const NAMED_UNITS: usize = 40;

/// One step of the ladder for one delivery; does nothing but go on where the unit has answered meanwhile.
///
/// # Errors
/// When a template lacks a variable, or what the database reports.
pub async fn receipt(app: &App, service: &Service) -> Outcome<()> {
    ladder::once(
        app.act(&Actor::system(), service.clone(), |cx, service| {
            Box::pin(step(cx, service))
        })
        .await,
    )
}

async fn step(cx: Cx<'_>, service: &Service) -> Outcome<()> {
    let step = Step::of(service)?;
    let found = delivered(cx.tx, Item::of(service)?.id).await?;
    let calendar = people_find::calendar(cx.tx, found.org_id).await?;
    let unit = people_find::unit(cx.tx, found.unit_id, cx.today()).await?;
    let entry = if !found.is_open() {
        skipped(&found, format!("Không nhắc {}: đã trả lời", unit.called()))
    } else if is_overtaken(step, found.due_at, cx.now, &calendar)? {
        // After an outage one letter, not one for every step that was missed.
        skipped(
            &found,
            format!("Không nhắc {}: đã tới bước nhắc sau", unit.called()),
        )
    } else if ladder::put_off(cx, "reminders.receipt", service, &calendar).await? {
        return Ok(());
    } else if step == Step::ThreeLate {
        escalate(cx, &found, &unit, &calendar).await?
    } else {
        remind(cx, &found, &unit, step, &calendar).await?
    };
    let data = json!({ "delivery": found.id, "step": step.word() });
    ladder::finish(cx, service, found.org_id, entry.unit(unit.id).data(data)).await
}

/// Whether the next step for the same people has come already.
fn is_overtaken(
    step: Step,
    due: DateTime<Utc>,
    now: DateTime<Utc>,
    calendar: &Calendar,
) -> Outcome<bool> {
    Ok(step < Step::OneLate && Step::OneLate.has_come(due, now, calendar)?)
}

fn skipped(found: &Delivered, summary: String) -> Entry {
    Entry::about(found.document_id, "reminder.skipped", summary)
}

async fn remind(
    cx: Cx<'_>,
    found: &Delivered,
    unit: &Unit,
    step: Step,
    calendar: &Calendar,
) -> Outcome<Entry> {
    let late = step >= Step::OneLate;
    let book = Book::of_units(cx.tx, &[unit.id], cx.today()).await?;
    let title = found.title()?;
    let Some(mut to) = addressee(unit, &book) else {
        let summary = format!(
            "Chưa nhắc được {} tiếp nhận {title}: không có địa chỉ thư",
            unit.called()
        );
        return Ok(Entry::about(
            found.document_id,
            "reminder.unaddressed",
            summary,
        ));
    };
    if late {
        let chief = holders_present(cx.tx, found.org_id, "office_chief", cx.today()).await?;
        to = to.copy(book.first_of(unit.id, HEADS)).copy(&chief);
    }
    let sender = people_find::unit(cx.tx, found.org_id, cx.today()).await?;
    let reminder = Reminder {
        id: found.id,
        unit,
        title: &title,
        subject: &found.subject,
        sender: &sender.name,
        due_at: found.due_at,
    };
    let letter = reminder.letter(
        cx,
        format!("receipt:{}:{}", found.id, step.word()),
        to,
        calendar,
    );
    if letter::post(cx, found.org_id, Some(found.document_id), vec![letter]).await? > 0 {
        mark_reminded(cx, &[found.id]).await?;
    }
    let when = if late {
        "quá hạn 1 ngày làm việc; đồng gửi thủ trưởng đơn vị, Chánh Văn phòng"
    } else {
        "đến hạn"
    };
    Ok(Entry::about(
        found.document_id,
        "reminder.sent",
        format!("Nhắc {} tiếp nhận {title}: {when}", unit.called()),
    ))
}

/// The clerk of the unit, else its own mailbox.
pub(super) fn addressee(unit: &Unit, book: &Book) -> Option<Audience> {
    let clerks = if unit.account {
        Audience::of(book.any_of(unit.id, CLERKS))
    } else {
        None
    };
    clerks
        .or_else(|| Audience::mailbox(unit))
        .or_else(|| Audience::of(book.first_of(unit.id, HEADS)))
}

/// What a letter to a unit that has not acknowledged says.
pub(super) struct Reminder<'a> {
    /// The delivery.
    pub id: Uuid,
    pub unit: &'a Unit,
    pub title: &'a str,
    pub subject: &'a str,
    pub sender: &'a str,
    pub due_at: DateTime<Utc>,
}

impl Reminder<'_> {
    pub fn letter(&self, cx: Cx<'_>, key: String, to: Audience, calendar: &Calendar) -> Letter {
        Letter {
            key,
            template: self.template(cx.now, calendar),
            context: self.context(&to.name, &cx.app.config.base_url(), cx.now, calendar),
            to,
            delivery_id: Some(self.id),
        }
    }

    /// Due on its day; late from the first working day after it.
    pub fn template(&self, now: DateTime<Utc>, calendar: &Calendar) -> &'static str {
        let day = |at: DateTime<Utc>| local(at).date_naive();
        if calendar.working_days_between(day(self.due_at), day(now)) > 0 {
            "receipt_late"
        } else {
            "receipt_due"
        }
    }

    pub fn context(
        &self,
        recipient: &str,
        base: &str,
        now: DateTime<Utc>,
        calendar: &Calendar,
    ) -> Value {
        let due = letter::due(self.due_at, now, calendar);
        // A body without an account types the code of the letter that brought the document.
        let page = if self.unit.account { "" } else { "/ma" };
        json!({
            "recipient": recipient,
            "unit": self.unit.name,
            "title": self.title,
            "subject": self.subject,
            "sender": self.sender,
            "due": due.at,
            "left": due.left,
            "due_at": self.due_at.to_rfc3339(),
            "guest": !self.unit.account,
            "link": format!("{base}/tiep-nhan/{}{page}", self.id),
        })
    }
}

/// Counts a letter to the unit on each delivery.
pub(super) async fn mark_reminded(cx: Cx<'_>, ids: &[Uuid]) -> Outcome<()> {
    use sea_orm::sea_query::{Expr, ExprTrait as _};
    delivery::Entity::update_many()
        .filter(delivery::Column::Id.is_in(ids.iter().copied()))
        .col_expr(
            delivery::Column::Reminders,
            Expr::col(delivery::Column::Reminders).add(1),
        )
        .col_expr(delivery::Column::RemindedAt, Expr::val(cx.now))
        .exec(cx.tx)
        .await?;
    Ok(())
}

/// One letter a day to the Office chief with every unit of the document that is missing.
async fn escalate(
    cx: Cx<'_>,
    found: &Delivered,
    unit: &Unit,
    calendar: &Calendar,
) -> Outcome<Entry> {
    let key = format!("receipt:{}:escalation:{}", found.document_id, cx.today());
    let title = found.title()?;
    if letter::is_queued(cx, &key).await? {
        let summary = format!(
            "{} có tên trong thư báo Chánh Văn phòng hôm nay: chưa tiếp nhận {title}",
            unit.called()
        );
        return Ok(Entry::about(found.document_id, "reminder.listed", summary));
    }
    let document = find::document(cx.tx, found.document_id).await?;
    let missing = missing(cx, found.document_id).await?;
    let chief = holders_present(cx.tx, found.org_id, "office_chief", cx.today()).await?;
    let Some(to) = Audience::of(&chief) else {
        let summary = format!(
            "Chưa báo được ai: không có Chánh Văn phòng; {} nơi chưa tiếp nhận {title}",
            missing.len()
        );
        return Ok(Entry::about(
            found.document_id,
            "reminder.unaddressed",
            summary,
        ));
    };
    let letter = Letter {
        key,
        template: "receipt_escalation",
        context: escalation(cx, &document, &to.name, &missing, calendar).await?,
        to,
        delivery_id: None,
    };
    letter::post(cx, found.org_id, Some(found.document_id), vec![letter]).await?;
    let summary = format!(
        "Báo Chánh Văn phòng: {} nơi chưa tiếp nhận {title}",
        missing.len()
    );
    Ok(Entry::about(
        found.document_id,
        "reminder.escalated",
        summary,
    ))
}

/// The deliveries for action that are overdue and not answered, in their order.
async fn missing(cx: Cx<'_>, document_id: Uuid) -> Outcome<Vec<delivery::Model>> {
    Ok(open_for_action(document_id)
        .filter(delivery::Column::DueAt.lte(cx.now))
        .all(cx.tx)
        .await?)
}

/// The deliveries for action that wait for an answer, in their order.
pub(super) fn open_for_action(document_id: Uuid) -> sea_orm::Select<delivery::Entity> {
    delivery::Entity::find()
        .filter(delivery::Column::DocumentId.eq(document_id))
        .filter(delivery::Column::Kind.eq("action"))
        .filter(delivery::Column::State.is_in([state::DISPATCHED, state::DELIVERED]))
        .order_by_asc(delivery::Column::Id)
}

async fn escalation(
    cx: Cx<'_>,
    document: &Document,
    recipient: &str,
    missing: &[delivery::Model],
    calendar: &Calendar,
) -> Outcome<Value> {
    let ids: Vec<Uuid> = missing
        .iter()
        .take(NAMED_UNITS)
        .map(|delivery| delivery.unit_id)
        .collect();
    let units = people_find::units(cx.tx, &ids, cx.today()).await?;
    let book = Book::of_units(cx.tx, &ids, cx.today()).await?;
    let sender = people_find::unit(cx.tx, document.row.org_id, cx.today()).await?;
    let due = missing
        .iter()
        .map(|delivery| delivery.due_at)
        .min()
        .map(|at| letter::due(at, cx.now, calendar))
        .unwrap_or_default();
    Ok(json!({
        "recipient": recipient,
        "title": document.title(),
        "sender": sender.name,
        "due": due.at,
        "left": due.left,
        "count": missing.len(),
        "total": action_count(cx, document.row.id).await?,
        "missing": lines(&ids, &units, &book),
        "more": missing.len().saturating_sub(NAMED_UNITS),
        "link": format!("{}/van-ban/{}/theo-doi", cx.app.config.base_url(), document.row.id),
    }))
}

/// The units as a letter lists them: name and who receives for them.
pub(super) fn lines(ids: &[Uuid], units: &BTreeMap<Uuid, Unit>, book: &Book) -> Vec<Value> {
    ids.iter()
        .filter_map(|id| units.get(id))
        .map(|unit| {
            let contact = addressee(unit, book)
                .map(|to| format!("{}, {}", to.name, to.address))
                .unwrap_or_default();
            json!({ "unit": unit.name, "contact": contact })
        })
        .collect()
}

async fn action_count(cx: Cx<'_>, document_id: Uuid) -> Outcome<i64> {
    let sql = "SELECT COUNT(*) FROM delivery WHERE document_id = $1 AND kind = 'action'";
    let statement =
        Statement::from_sql_and_values(cx.tx.get_database_backend(), sql, [document_id.into()]);
    let row = cx.tx.query_one_raw(statement).await?;
    Ok(row
        .map(|row| row.try_get_by_index(0))
        .transpose()?
        .unwrap_or(0))
}
