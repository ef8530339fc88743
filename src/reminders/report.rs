//! The ladder of a unit's report: five and one working days before it is due, one and three after (DOMAIN §7.3).

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, EntityTrait, FromQueryResult, Statement};
use serde_json::json;
use trinhky_calendar::{Calendar, vn_date};
use uuid::Uuid;

use super::audience::{Book, HEADS, REPORTERS, holders_present};
use super::ladder::{self, Item, Step};
use super::letter::{self, Audience, Letter};
use super::receipt::{NAMED_UNITS, lines};
use crate::app::{App, Cx};
use crate::audit::Entry;
use crate::documents::{Document, find};
use crate::fault::{Fault, Outcome};
use crate::flow;
use crate::objectives::report::{FILL, due};
use crate::objectives::rows::{report_period, unit_report};
use crate::people::find::{self as people_find};
use crate::people::{Actor, Unit};
use crate::worker::Service;

/// One step of the ladder for one unit's report; goes on silently where the report has been sent meanwhile.
///
/// # Errors
/// When a template lacks a variable, or what the database reports.
pub async fn report(app: &App, service: &Service) -> Outcome<()> {
    ladder::once(
        app.act(&Actor::system(), service.clone(), |cx, service| {
            Box::pin(step(cx, service))
        })
        .await,
    )
}

async fn step(cx: Cx<'_>, service: &Service) -> Outcome<()> {
    let step = Step::of(service)?;
    let report = unit_report::Entity::find_by_id(Item::of(service)?.id)
        .one(cx.tx)
        .await?
        .ok_or(Fault::NotFound)?;
    let period = report_period::Entity::find_by_id(report.period_id)
        .one(cx.tx)
        .await?
        .ok_or(Fault::NotFound)?;
    let document = find::document(cx.tx, report.document_id).await?;
    let calendar = people_find::calendar(cx.tx, report.org_id).await?;
    let unit = people_find::unit(cx.tx, report.unit_id, cx.today()).await?;
    let missing = flow::tasks_of_subject(cx.tx, report.id)
        .await?
        .iter()
        .any(|task| task.element == FILL);
    let about = |act, summary| Entry::about(document.row.id, act, summary);
    let entry = if !missing {
        about(
            "reminder.skipped",
            format!(
                "Không nhắc {}: đã gửi báo cáo {}",
                unit.called(),
                period.name
            ),
        )
    } else if letter::is_queued(cx, &key(&report, step)).await? {
        about(
            "reminder.skipped",
            format!("Không nhắc {}: đã nhắc ở bước này", unit.called()),
        )
    } else if is_overtaken(step, due(&report, &period), cx.now, &calendar)? {
        about(
            "reminder.skipped",
            format!("Không nhắc {}: đã tới bước nhắc sau", unit.called()),
        )
    } else if ladder::put_off(cx, "reminders.report", service, &calendar).await? {
        return Ok(());
    } else if step == Step::ThreeLate {
        escalate(cx, &document, &period, &unit, &calendar).await?
    } else {
        remind(cx, &document, &period, &report, &unit, step, &calendar).await?
    };
    let data = json!({ "report": report.id, "step": step.word() });
    ladder::finish(cx, service, report.org_id, entry.unit(unit.id).data(data)).await
}

/// A step of a report mails once, also when the report is sent back and its ladder begins anew.
fn key(report: &unit_report::Model, step: Step) -> String {
    format!("report:{}:{}", report.id, step.word())
}

/// Whether a later step has come for the same people; the escalation is for others and overtakes nothing.
///
/// So an outage, or a report sent back after its deadline, brings one letter and not one for every step.
fn is_overtaken(
    step: Step,
    due: DateTime<Utc>,
    now: DateTime<Utc>,
    calendar: &Calendar,
) -> Outcome<bool> {
    Ok(match step {
        Step::FiveBefore => Step::OneBefore.has_come(due, now, calendar)?,
        Step::OneBefore => now > due,
        Step::Due => Step::OneLate.has_come(due, now, calendar)?,
        Step::OneLate | Step::ThreeLate => false,
    })
}

async fn remind(
    cx: Cx<'_>,
    document: &Document,
    period: &report_period::Model,
    report: &unit_report::Model,
    unit: &Unit,
    step: Step,
    calendar: &Calendar,
) -> Outcome<Entry> {
    let book = Book::of_units(cx.tx, &[unit.id], cx.today()).await?;
    let reporters = Audience::of(book.any_of(unit.id, REPORTERS));
    let to = reporters
        .or_else(|| Audience::of(book.first_of(unit.id, HEADS)))
        .or_else(|| Audience::mailbox(unit));
    let Some(mut to) = to else {
        let summary = format!(
            "Chưa nhắc được {} gửi báo cáo {}: không có địa chỉ thư",
            unit.called(),
            period.name
        );
        return Ok(Entry::about(
            document.row.id,
            "reminder.unaddressed",
            summary,
        ));
    };
    if step >= Step::OneBefore {
        to = to.copy(book.first_of(unit.id, HEADS));
    }
    if step >= Step::OneLate {
        let chief = holders_present(cx.tx, document.row.org_id, "office_chief", cx.today()).await?;
        to = to.copy(&chief);
    }
    let due = letter::due(due(report, period), cx.now, calendar);
    let context = json!({
        "recipient": to.name,
        "unit": unit.name,
        "title": document.title(),
        "subject": document.row.subject,
        "period": period.name,
        "cutoff": vn_date(period.cutoff_on),
        "due": due.at,
        "left": due.left,
        "due_at": report.extended_due.unwrap_or(period.due_at).to_rfc3339(),
        "link": format!("{}/bao-cao/{}", cx.app.config.base_url(), report.id),
    });
    let template = if step >= Step::OneLate {
        "report_late"
    } else {
        "report_soon"
    };
    let letter = Letter {
        key: key(report, step),
        template,
        to,
        context,
        delivery_id: None,
    };
    letter::post(cx, document.row.org_id, Some(document.row.id), vec![letter]).await?;
    let when = match step {
        Step::FiveBefore | Step::Due => due.left,
        Step::OneBefore => format!("{}; đồng gửi thủ trưởng đơn vị", due.left),
        Step::OneLate | Step::ThreeLate => {
            format!("{}; đồng gửi thủ trưởng đơn vị, Chánh Văn phòng", due.left)
        }
    };
    Ok(Entry::about(
        document.row.id,
        "reminder.sent",
        format!("Nhắc {} gửi báo cáo {}: {when}", unit.called(), period.name),
    ))
}

/// One letter a day to the Office chief with every unit whose report of the period is missing.
async fn escalate(
    cx: Cx<'_>,
    document: &Document,
    period: &report_period::Model,
    unit: &Unit,
    calendar: &Calendar,
) -> Outcome<Entry> {
    let key = format!("report:{}:escalation:{}", period.id, cx.today());
    if letter::is_queued(cx, &key).await? {
        let summary = format!(
            "{} có tên trong thư báo Chánh Văn phòng hôm nay: chưa gửi báo cáo {}",
            unit.called(),
            period.name
        );
        return Ok(Entry::about(document.row.id, "reminder.listed", summary));
    }
    let missing = missing(cx, period.id).await?;
    let chief = holders_present(cx.tx, document.row.org_id, "office_chief", cx.today()).await?;
    let Some(to) = Audience::of(&chief) else {
        let summary = format!(
            "Chưa báo được ai: không có Chánh Văn phòng; {} đơn vị chưa gửi báo cáo {}",
            missing.len(),
            period.name
        );
        return Ok(Entry::about(
            document.row.id,
            "reminder.unaddressed",
            summary,
        ));
    };
    let named: Vec<Uuid> = missing.iter().take(NAMED_UNITS).copied().collect();
    let units = people_find::units(cx.tx, &named, cx.today()).await?;
    let book = Book::of_units(cx.tx, &named, cx.today()).await?;
    let due = letter::due(period.due_at, cx.now, calendar);
    let context = json!({
        "recipient": to.name,
        "title": document.title(),
        "period": period.name,
        "due": due.at,
        "left": due.left,
        "count": missing.len(),
        "missing": lines(&named, &units, &book),
        "more": missing.len() - named.len(),
        "link": format!("{}/van-ban/{}/muc-tieu", cx.app.config.base_url(), document.row.id),
    });
    let letter = Letter {
        key,
        template: "report_escalation",
        to,
        context,
        delivery_id: None,
    };
    letter::post(cx, document.row.org_id, Some(document.row.id), vec![letter]).await?;
    let summary = format!(
        "Báo Chánh Văn phòng: {} đơn vị chưa gửi báo cáo {}",
        missing.len(),
        period.name
    );
    Ok(Entry::about(document.row.id, "reminder.escalated", summary))
}

#[derive(Debug, FromQueryResult)]
struct Missing {
    unit_id: Uuid,
}

/// The units whose report of the period is still to be written and was not granted more time, in their order.
async fn missing(cx: Cx<'_>, period_id: Uuid) -> Outcome<Vec<Uuid>> {
    let sql = "SELECT r.unit_id FROM unit_report r JOIN flow_task t ON t.subject_id = r.id AND t.element = $2 \
               WHERE r.period_id = $1 AND (r.extended_due IS NULL OR r.extended_due < $3) ORDER BY r.id";
    let values = [period_id.into(), FILL.into(), cx.now.into()];
    let statement = Statement::from_sql_and_values(cx.tx.get_database_backend(), sql, values);
    Ok(Missing::find_by_statement(statement)
        .all(cx.tx)
        .await?
        .into_iter()
        .map(|row| row.unit_id)
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_an_outage_only_the_newest_step_for_the_same_people_mails() {
        let calendar = Calendar::vietnam();
        let instant = |text: &str| -> DateTime<Utc> { text.parse().expect("an instant") };
        let due = instant("2023-06-15T17:00:00+07:00");
        let overtaken =
            |step, now: &str| is_overtaken(step, due, instant(now), &calendar).expect("in range");
        assert!(!overtaken(Step::FiveBefore, "2023-06-13T08:00:00+07:00"));
        // The next step mails at the end of the same day: two letters in one day would be one too many.
        assert!(overtaken(Step::FiveBefore, "2023-06-14T08:00:00+07:00"));
        assert!(overtaken(Step::FiveBefore, "2023-06-16T08:00:00+07:00"));
        assert!(!overtaken(Step::OneBefore, "2023-06-15T17:00:00+07:00"));
        // Sent back after the deadline: "due soon" would be wrong.
        assert!(overtaken(Step::OneBefore, "2023-06-16T08:00:00+07:00"));
        assert!(!overtaken(Step::OneLate, "2023-06-21T08:00:00+07:00"));
        assert!(!overtaken(Step::ThreeLate, "2023-06-21T08:00:00+07:00"));
    }
}
