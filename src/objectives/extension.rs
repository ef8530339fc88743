//! More time for a unit's report: the unit asks before it is due, with a reason; the Office's chief grants it or refuses,
//! with a reason. The reminders follow the new day (DOMAIN §7.3).

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    QueryOrder,
};
use serde_json::json;
use trinhky_calendar::{deadline_day, vn_date};
use uuid::Uuid;

use super::report::{About, FILL};
use super::rows::{report_extension, unit_report};
use super::tell;
use crate::app::{App, Cx};
use crate::documents::Document;
use crate::fault::{Fault, Outcome};
use crate::flow::{self, extend};
use crate::people::{Actor, find as people_find};
use crate::web::format::date_time;

/// What the Office says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Until the end of this day; a remark if there is one.
    Grant(NaiveDate, String),
    Refuse(String),
}

/// Asks for more time.
///
/// # Errors
/// A refusal of a field; where the report is sent or overdue, or one was asked for and is not answered; the right.
pub async fn ask(
    app: &App,
    actor: &Actor,
    id: Uuid,
    until: NaiveDate,
    reason: String,
) -> Outcome<()> {
    app.act(actor, (id, until, reason), |cx, (id, until, reason)| {
        Box::pin(async move {
            let about = About::writable(cx, *id).await?;
            if reason.trim().is_empty() {
                return Err(Fault::invalid(
                    "reason",
                    "Ghi lý do xin gia hạn.",
                    "Write why more time is needed.",
                ));
            }
            if cx.now > about.due() {
                return Err(Fault::stale(
                    "Báo cáo đã quá hạn; gia hạn phải xin trước hạn. Gửi báo cáo sớm nhất có thể, số ngày muộn được ghi.",
                    "The report is overdue; more time is asked for before. Send it as soon as possible.",
                ));
            }
            if waiting(cx.tx, *id).await?.is_some() {
                return Err(Fault::stale(
                    "Đã xin gia hạn, Văn phòng chưa trả lời.",
                    "More time was asked for; the Office has not answered yet.",
                ));
            }
            let due_at = end_of(cx, &about, *until).await?;
            let request = report_extension::ActiveModel {
                id: Set(cx.id()),
                org_id: Set(about.document().row.org_id),
                document_id: Set(about.report.document_id),
                report_id: Set(*id),
                unit_id: Set(about.report.unit_id),
                old_due_at: Set(about.due()),
                due_at: Set(due_at),
                reason: Set(reason.trim().to_owned()),
                asked_at: Set(cx.now),
                asked_id: Set(cx.actor.person_id),
                asked_by: Set(cx.actor.name.clone()),
                granted: Set(None),
                answer: Set(String::new()),
                answered_at: Set(None),
                answered_by: Set(String::new()),
            }
            .insert(cx.tx)
            .await?;
            tell::extension_asked(cx, about.document(), &about.period, &request).await?;
            let summary = format!(
                "Xin gia hạn báo cáo {} đến hết {}: {}",
                about.period.name,
                vn_date(*until),
                reason.trim()
            );
            let entry = about
                .entry("extension.asked", summary)
                .data(json!({ "report": id, "due": due_at }));
            about.journal(cx, entry, Vec::new()).await
        })
    })
    .await
}

/// Answers what was asked for: the report's deadline, its task and its timers move, or nothing does.
///
/// # Errors
/// A refusal of a field; where it is answered or the report is sent; the right.
pub async fn answer(app: &App, actor: &Actor, report: Uuid, answer: Answer) -> Outcome<()> {
    app.act(actor, (report, answer), |cx, (report, answer)| {
        Box::pin(async move {
            let about = About::load(cx, *report).await?;
            let by = super::consolidate::acting(
                cx,
                about.document(),
                "office_chief",
                "trả lời việc xin gia hạn",
                "answer this request",
            )?;
            let cx = Cx { actor: &by, ..cx };
            let request = waiting(cx.tx, *report).await?.ok_or_else(|| {
                Fault::stale(
                    "Không có việc xin gia hạn nào chờ trả lời.",
                    "Nothing waits for an answer.",
                )
            })?;
            let (summary, due_at, remark, events) = match answer {
                Answer::Grant(until, remark) => {
                    let due_at = end_of(cx, &about, *until).await?;
                    let events = move_deadline(cx, &about, due_at).await?;
                    let summary = format!(
                        "Gia hạn báo cáo {} đến hết {}",
                        about.period.name,
                        vn_date(*until)
                    );
                    (summary, due_at, remark.trim(), events)
                }
                Answer::Refuse(remark) if remark.trim().is_empty() => {
                    return Err(Fault::invalid(
                        "answer",
                        "Ghi lý do không gia hạn.",
                        "Write why it is refused.",
                    ));
                }
                Answer::Refuse(remark) => {
                    let summary = format!("Không gia hạn báo cáo {}", about.period.name);
                    (summary, request.due_at, remark.trim(), Vec::new())
                }
            };
            let granted = matches!(answer, Answer::Grant(..));
            let mut row: report_extension::ActiveModel = request.into();
            row.granted = Set(Some(granted));
            row.due_at = Set(due_at);
            row.answer = Set(remark.to_owned());
            row.answered_at = Set(Some(cx.now));
            row.answered_by = Set(cx.actor.name.clone());
            let request = row.update(cx.tx).await?;
            tell::extension_answered(cx, about.document(), &about.period, &request).await?;
            let summary = match remark {
                "" => summary,
                remark => format!("{summary}: {remark}"),
            };
            let entry = about
                .entry("extension.answered", summary)
                .data(json!({ "report": report, "granted": granted, "due": due_at }));
            about.journal_by(cx, entry, events).await
        })
    })
    .await
}

async fn move_deadline(
    cx: Cx<'_>,
    about: &About,
    due_at: DateTime<Utc>,
) -> Outcome<Vec<serde_json::Value>> {
    let task = flow::tasks_of_subject(cx.tx, about.report.id)
        .await?
        .into_iter()
        .find(|task| task.element == FILL)
        .ok_or_else(|| {
            Fault::stale(
                "Báo cáo đã được gửi; không cần gia hạn nữa.",
                "The report is sent; no more time is needed.",
            )
        })?;
    unit_report::Entity::update_many()
        .filter(unit_report::Column::Id.eq(about.report.id))
        .set(unit_report::ActiveModel {
            extended_due: Set(Some(due_at)),
            ..Default::default()
        })
        .exec(cx.tx)
        .await?;
    // Sent back, the report counts from the new day as well.
    let mut events = Vec::new();
    if let Some(mut period) = extend::variable(cx, &task, "period").await? {
        period["due"] = json!(due_at.to_rfc3339());
        events.extend(extend::set_variable(cx, &task, "period", period).await?);
    }
    events.extend(extend::extend(cx, &task, due_at).await?);
    Ok(events)
}

/// The end of office hours of a day that is later than the present deadline, and worked.
async fn end_of(cx: Cx<'_>, about: &About, until: NaiveDate) -> Outcome<DateTime<Utc>> {
    let calendar = people_find::calendar(cx.tx, about.report.org_id).await?;
    if until <= deadline_day(about.due()) || until < cx.today() {
        return Err(Fault::invalid(
            "until",
            format!("Chọn ngày sau hạn hiện tại, {}.", date_time(about.due())),
            format!(
                "Choose a day after the present deadline, {}.",
                date_time(about.due())
            ),
        ));
    }
    if !calendar.is_working_day(until) {
        return Err(Fault::invalid(
            "until",
            "Chọn một ngày làm việc.",
            "Choose a working day.",
        ));
    }
    Ok(calendar.end_of_office(until))
}

/// What was asked for and is not answered.
///
/// # Errors
/// What the database reports.
pub async fn waiting(
    db: &impl ConnectionTrait,
    report: Uuid,
) -> Outcome<Option<report_extension::Model>> {
    Ok(report_extension::Entity::find()
        .filter(report_extension::Column::ReportId.eq(report))
        .filter(report_extension::Column::Granted.is_null())
        .one(db)
        .await?)
}

/// All that was asked for a report, oldest first.
///
/// # Errors
/// What the database reports.
pub async fn of_report(
    db: &impl ConnectionTrait,
    report: Uuid,
) -> Outcome<Vec<report_extension::Model>> {
    Ok(report_extension::Entity::find()
        .filter(report_extension::Column::ReportId.eq(report))
        .order_by_asc(report_extension::Column::AskedAt)
        .order_by_asc(report_extension::Column::Id)
        .all(db)
        .await?)
}

/// Who answers for a document's owner.
#[must_use]
pub fn may_answer(actor: &Actor, document: &Document) -> bool {
    actor
        .about(&document.row.doc_type)
        .has_role_in_org("office_chief", document.row.org_id)
}
