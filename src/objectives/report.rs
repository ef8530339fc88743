//! A unit's report: kept as a draft at any moment, sent to the unit's head, approved or sent back,
//! corrected later as a new version while the approved one goes on counting.

use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value as Json, json};
use trinhky_calendar::{deadline_day, local};
use trinhky_engine::{CommandKind, TaskId, Variables};
use uuid::Uuid;

use super::asked::Asked;
use super::find::Indicator;
use super::input::{self, Problem, Strictness, Typed, Value};
use super::rows::{report_period, report_value, unit_report};
use super::{find, period_state, state};
use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::documents::{self, Document};
use crate::fault::{Fault, Outcome};
use crate::flow;
use crate::hooks::{self, Event, Notice};
use crate::people::{Actor, Unit, find as people_find, may};

/// The step of the workflow in which a unit writes its report.
pub const FILL: &str = "fill_report";

/// A report as a form sends it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReportInput {
    /// The revision the reporter had before him; another one now means that somebody else saved.
    pub seen_revision: i32,
    pub values: Vec<Typed>,
    /// Shortcomings and proposals, in free words.
    pub remark: String,
}

/// What the head of the unit says to a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Approve,
    /// Back to the reporter, with a remark.
    Back(String),
}

/// Keeps what has been typed so far.
///
/// # Errors
/// A number that is none, somebody else's save, a report that is with the head, or a missing right.
pub async fn save_report(app: &App, actor: &Actor, id: Uuid, input: ReportInput) -> Outcome<()> {
    app.act(actor, (id, input), |cx, (id, input)| {
        Box::pin(async move {
            let about = About::writable(cx, *id).await?;
            about
                .store(cx, input, Strictness::Draft, Sending::Keep)
                .await?;
            let entry = about.entry(
                "report.saved",
                format!("Lưu báo cáo {} để hoàn thiện", about.period.name),
            );
            about.journal(cx, entry, Vec::new()).await
        })
    })
    .await
}

/// Sends the report to the head of the unit; a late one is accepted and marked with the working days it is late.
///
/// # Errors
/// The first field that is missing or wrong (a form asks [`problems`] for all of them), and what [`save_report`] refuses.
pub async fn submit_report(app: &App, actor: &Actor, id: Uuid, input: ReportInput) -> Outcome<()> {
    app.act(actor, (id, input), |cx, (id, input)| {
        Box::pin(submit_within(cx, *id, input))
    })
    .await
}

/// The rule of [`submit_report`], for acts that store more with it.
pub(crate) async fn submit_within(cx: Cx<'_>, id: Uuid, input: &ReportInput) -> Outcome<()> {
    let about = About::writable(cx, id).await?;
    let late_days = about.late_days(cx).await?;
    about
        .store(cx, input, Strictness::Complete, Sending::Send { late_days })
        .await?;
    let events = about.complete(cx, FILL, Variables::new()).await?;
    let mut summary = format!("Gửi lãnh đạo đơn vị báo cáo {}", about.period.name);
    if about.is_correction() {
        summary.push_str(&format!(", bản sửa lần {}", about.report.version - 1));
    } else if cx.now > about.due() {
        summary.push_str(&late_words(late_days));
    }
    let entry = about.entry("report.submitted", summary).data(json!({
        "period": about.period.code, "version": about.report.version, "late_days": late_days,
    }));
    about.journal(cx, entry, events).await?;
    about
        .tell(cx, Event::ReportSubmitted, about.report.version, late_days)
        .await
}

/// The head approves the report, or sends it back with a remark.
///
/// # Errors
/// When a remark is missing, the report is not with the head, or the right is missing.
pub async fn approve_report(app: &App, actor: &Actor, id: Uuid, answer: Answer) -> Outcome<()> {
    if matches!(&answer, Answer::Back(remark) if remark.trim().is_empty()) {
        return Err(Fault::invalid(
            "remark",
            "Ghi rõ cần sửa gì.",
            "Write what has to be changed.",
        ));
    }
    app.act(actor, (id, answer), |cx, (id, answer)| {
        Box::pin(async move {
            let about = About::load(cx, *id).await?;
            about.check_right(
                cx,
                "report_approver",
                "duyệt báo cáo của đơn vị này",
                "approve this unit's report",
            )?;
            let (outcome, event, act, summary, change) = match answer {
                Answer::Approve => (
                    "ok",
                    Event::ReportApproved,
                    "report.approved",
                    format!("Duyệt báo cáo {}", about.period.name),
                    unit_report::ActiveModel {
                        state: Set(state::APPROVED.to_owned()),
                        approved_version: Set(about.report.version),
                        approved_at: Set(Some(cx.now)),
                        approved_by: Set(cx.actor.name.clone()),
                        returned: Set(String::new()),
                        ..Default::default()
                    },
                ),
                Answer::Back(remark) => (
                    "back",
                    Event::ReportReturned,
                    "report.returned",
                    format!("Trả lại báo cáo {}: {}", about.period.name, remark.trim()),
                    unit_report::ActiveModel {
                        state: Set(state::DRAFT.to_owned()),
                        returned: Set(remark.trim().to_owned()),
                        ..Default::default()
                    },
                ),
            };
            about.change(cx, state::SUBMITTED, change).await?;
            let variables = Variables::from([("outcome".to_owned(), json!(outcome))]);
            let events = about.complete(cx, "approve_report", variables).await?;
            let entry = about
                .entry(act, summary)
                .data(json!({ "period": about.period.code, "version": about.report.version }));
            about.journal(cx, entry, events).await?;
            about
                .tell(cx, event, about.report.version, about.report.late_days)
                .await
        })
    })
    .await
}

/// Opens a new version of an approved report for correction; the approved one counts until the new one is approved (OBJ-06).
///
/// # Errors
/// When there is no reason, the report is not approved, the year is closed, or the right is missing.
pub async fn correct_report(app: &App, actor: &Actor, id: Uuid, reason: String) -> Outcome<()> {
    if reason.trim().is_empty() {
        return Err(Fault::invalid(
            "reason",
            "Ghi lý do sửa báo cáo.",
            "Write why the report is corrected.",
        ));
    }
    app.act(actor, (id, reason), |cx, (id, reason)| {
        Box::pin(async move {
            let about = About::load(cx, *id).await?;
            about.check_open_year()?;
            about.check_right(
                cx,
                "reporter",
                "sửa báo cáo của đơn vị này",
                "correct this unit's report",
            )?;
            let version = about.report.version + 1;
            let change = unit_report::ActiveModel {
                state: Set(state::DRAFT.to_owned()),
                version: Set(version),
                ..Default::default()
            };
            about.change(cx, state::APPROVED, change).await?;
            let values = find::values(cx.tx, *id, about.report.version).await?;
            let copies: Vec<_> = values
                .into_values()
                .map(|mut value| {
                    value.version = version;
                    value_row(value)
                })
                .collect();
            if !copies.is_empty() {
                report_value::Entity::insert_many(copies)
                    .exec_without_returning(cx.tx)
                    .await?;
            }
            let summary = format!(
                "Mở bản sửa lần {} của báo cáo {}: {}",
                version - 1,
                about.period.name,
                reason.trim()
            );
            let entry = about
                .entry("report.reopened", summary)
                .data(json!({ "period": about.period.code, "version": version }));
            about.journal(cx, entry, Vec::new()).await
        })
    })
    .await
}

/// Everything that is wrong with a report, field by field, for the form.
#[must_use]
pub fn problems(
    indicators: &[Indicator],
    (asked, unit): (&Asked, &Unit),
    values: &[Typed],
    strictness: Strictness,
) -> Vec<Problem> {
    indicators
        .iter()
        .filter_map(|indicator| {
            let applies = asked.applies(indicator, unit);
            read_one(indicator, applies, values, strictness).err()
        })
        .flatten()
        .collect()
}

/// Whether a report came after its deadline, or has not come and is over it.
#[must_use]
pub fn is_late(
    report: &unit_report::Model,
    period: &report_period::Model,
    now: DateTime<Utc>,
) -> bool {
    report.submitted_at.unwrap_or(now) > due(report, period)
}

/// When a unit's report is due: on the period's day, or on the later one that was granted to the unit.
#[must_use]
pub fn due(report: &unit_report::Model, period: &report_period::Model) -> DateTime<Utc> {
    report.extended_due.unwrap_or(period.due_at)
}

/// What the acts need to know of a report.
pub(super) struct About {
    pub(super) report: unit_report::Model,
    pub(super) period: report_period::Model,
    document: Document,
}

/// Whether a save also sends.
#[derive(Debug, Clone, Copy)]
enum Sending {
    Keep,
    Send { late_days: i32 },
}

impl About {
    pub(super) fn due(&self) -> DateTime<Utc> {
        due(&self.report, &self.period)
    }

    pub(super) fn document(&self) -> &Document {
        &self.document
    }

    pub(super) async fn load(cx: Cx<'_>, id: Uuid) -> Outcome<Self> {
        let report = find::report(cx.tx, id).await?;
        let period = find::period(cx.tx, report.period_id).await?;
        let document = documents::find::document(cx.tx, report.document_id).await?;
        Ok(Self {
            report,
            period,
            document,
        })
    }

    /// A report that the actor may write now.
    pub(super) async fn writable(cx: Cx<'_>, id: Uuid) -> Outcome<Self> {
        let about = Self::load(cx, id).await?;
        about.check_open_year()?;
        about.check_right(
            cx,
            "reporter",
            "lập báo cáo của đơn vị này",
            "write this unit's report",
        )?;
        if about.report.state != state::DRAFT {
            return Err(Fault::stale(
                "Báo cáo đã gửi lãnh đạo đơn vị. Muốn sửa, đề nghị lãnh đạo trả lại hoặc mở bản sửa sau khi duyệt.",
                "The report is with the unit's head. It can be sent back, or corrected after the approval.",
            ));
        }
        Ok(about)
    }

    fn check_open_year(&self) -> Outcome<()> {
        if self.document.row.state == documents::state::CLOSED {
            return Err(Fault::stale(
                "Năm đã khóa sổ đánh giá, không nhận báo cáo nữa. Liên hệ Văn phòng.",
                "The year is closed; no more reports are taken. Ask the Office.",
            ));
        }
        Ok(())
    }

    fn right<'a>(&'a self, role: &'a str) -> may::TaskRight<'a> {
        may::TaskRight {
            role,
            doc_type: &self.document.row.doc_type,
            org_id: self.report.org_id,
            owner_id: self.document.row.owner_id,
            unit_id: Some(self.report.unit_id),
            person_id: None,
        }
    }

    fn check_right(&self, cx: Cx<'_>, role: &str, vi: &str, en: &str) -> Outcome<()> {
        if may::do_task(cx.actor, &self.right(role)) {
            return Ok(());
        }
        Err(Fault::forbidden(
            format!("Bạn không được giao {vi}."),
            format!("You may not {en}."),
        ))
    }

    /// A version after an approved one.
    fn is_correction(&self) -> bool {
        self.report.approved_version > 0
    }

    /// Working days between the deadline and today; a correction keeps the lateness of the first version.
    async fn late_days(&self, cx: Cx<'_>) -> Outcome<i32> {
        if self.is_correction() {
            return Ok(self.report.late_days);
        }
        if cx.now <= self.due() {
            return Ok(0);
        }
        let calendar = people_find::calendar(cx.tx, self.report.org_id).await?;
        let days = calendar.working_days_between(deadline_day(self.due()), cx.today());
        Ok(i32::try_from(days.max(0)).unwrap_or(i32::MAX))
    }

    /// Reads and writes the values of the present version.
    async fn store(
        &self,
        cx: Cx<'_>,
        input: &ReportInput,
        strictness: Strictness,
        sending: Sending,
    ) -> Outcome<()> {
        let indicators = find::indicators(cx.tx, self.report.document_id).await?;
        let unit = people_find::unit(cx.tx, self.report.unit_id, cx.today()).await?;
        let asked = Asked::of(cx.tx, &indicators).await?;
        let mut rows = Vec::new();
        for indicator in &indicators {
            let value = read_one(
                indicator,
                asked.applies(indicator, &unit),
                &input.values,
                strictness,
            )
            .map_err(|problems| {
                problems
                    .into_iter()
                    .next()
                    .map_or(Fault::NotFound, Fault::from)
            })?;
            rows.push(self.value_of(indicator, value));
        }
        report_value::Entity::delete_many()
            .filter(report_value::Column::ReportId.eq(self.report.id))
            .filter(report_value::Column::Version.eq(self.report.version))
            .exec(cx.tx)
            .await?;
        if !rows.is_empty() {
            report_value::Entity::insert_many(rows.into_iter().map(value_row))
                .exec_without_returning(cx.tx)
                .await?;
        }
        let mut change = unit_report::ActiveModel {
            revision: Set(self.report.revision + 1),
            remark: Set(input.remark.trim().to_owned()),
            ..Default::default()
        };
        if let Sending::Send { late_days } = sending {
            change.state = Set(state::SUBMITTED.to_owned());
            change.returned = Set(String::new());
            change.late_days = Set(late_days);
            change.submitted_by = Set(cx.actor.name.clone());
            if !self.is_correction() {
                change.submitted_at = Set(Some(cx.now));
            }
        }
        if input.seen_revision != self.report.revision {
            return Err(Fault::stale(
                "Người khác đã lưu báo cáo này. Trang hiện bản mới nhất; nội dung vừa nhập vẫn còn trong ô.",
                "Somebody else saved this report. The page shows it; what you typed is still in the fields.",
            ));
        }
        self.change(cx, state::DRAFT, change).await
    }

    fn value_of(&self, indicator: &Indicator, value: Value) -> report_value::Model {
        report_value::Model {
            report_id: self.report.id,
            indicator_id: indicator.id,
            version: self.report.version,
            numerator: value.numerator,
            denominator: value.denominator,
            nothing_arose: value.nothing_arose,
            cause: value.cause,
            measure: value.measure,
            owner: value.owner,
            measure_due: value.measure_due,
        }
    }

    /// Changes the row while it is in the expected state and revision: of two at once, one wins.
    async fn change(
        &self,
        cx: Cx<'_>,
        expected: &str,
        change: unit_report::ActiveModel,
    ) -> Outcome<()> {
        let changed = unit_report::Entity::update_many()
            .filter(unit_report::Column::Id.eq(self.report.id))
            .filter(unit_report::Column::State.eq(expected))
            .filter(unit_report::Column::Revision.eq(self.report.revision))
            .set(unit_report::ActiveModel {
                changed_at: Set(cx.now),
                ..change
            })
            .exec(cx.tx)
            .await?;
        if changed.rows_affected == 1 {
            return Ok(());
        }
        Err(Fault::stale(
            "Báo cáo đã được xử lý. Trang hiện trạng thái mới nhất.",
            "The report was dealt with already. The page shows its present state.",
        ))
    }

    /// Completes the report's task in the workflow. A correction, or a report that comes after the period was consolidated,
    /// has no task any more: the workflow went on without it.
    async fn complete(
        &self,
        cx: Cx<'_>,
        element: &str,
        variables: Variables,
    ) -> Outcome<Vec<Json>> {
        let tasks = flow::tasks_of_subject(cx.tx, self.report.id).await?;
        let Some(task) = tasks.into_iter().find(|task| task.element == element) else {
            if self.is_correction() || self.period.state == period_state::CONSOLIDATED {
                return Ok(Vec::new());
            }
            return Err(Fault::stale(
                "Bước này đã được xử lý hoặc chưa đến. Trang hiện trạng thái mới nhất.",
                "This step has already been taken or has not come yet. The page shows the present state.",
            ));
        };
        let id = TaskId::parse(&task.task_id)
            .ok_or_else(|| anyhow::anyhow!("`{}` is not a task id", task.task_id))?;
        let advanced = flow::advance(
            cx,
            task.instance_id,
            CommandKind::CompleteTask {
                task: id,
                variables,
            },
        )
        .await?;
        Ok(advanced.events)
    }

    /// Tells the programs of the decision's office and of the unit's own what became of the report.
    async fn tell(&self, cx: Cx<'_>, event: Event, version: i32, late_days: i32) -> Outcome<()> {
        let mut org_ids = vec![self.document.row.org_id];
        if self.report.org_id != self.document.row.org_id {
            org_ids.push(self.report.org_id);
        }
        let notice = Notice {
            event,
            document: self.report.document_id,
            page: format!("/bao-cao/{}", self.report.id),
            facts: json!({
                "report": self.report.id, "unit": self.report.unit_id, "period": self.period.code,
                "version": version, "late_days": late_days,
            }),
        };
        hooks::tell(cx, &org_ids, notice).await
    }

    pub(super) fn entry(&self, act: &'static str, summary: String) -> Entry {
        Entry::about(self.report.document_id, act, summary).unit(self.report.unit_id)
    }

    pub(super) async fn journal(&self, cx: Cx<'_>, entry: Entry, events: Vec<Json>) -> Outcome<()> {
        let acting = may::acting(cx.actor, &self.right("reporter"));
        let actor = acting.as_ref().unwrap_or(cx.actor);
        self.journal_by(Cx { actor, ..cx }, entry, events).await
    }

    /// The same for an act of the Office.
    pub(super) async fn journal_by(
        &self,
        cx: Cx<'_>,
        mut entry: Entry,
        events: Vec<Json>,
    ) -> Outcome<()> {
        entry.instance_id = self.document.row.instance_id;
        entry.events = events;
        audit::append(cx.tx, self.report.org_id, cx.actor, cx.now, entry).await
    }
}

/// `, muộn 2 ngày làm việc (hạn …)`; a report after the hour of the deadline day is late in the same day.
fn late_words(days: i32) -> String {
    if days == 0 {
        ", muộn trong ngày đến hạn".to_owned()
    } else {
        format!(", muộn {days} ngày làm việc")
    }
}

fn read_one(
    indicator: &Indicator,
    applies: bool,
    values: &[Typed],
    strictness: Strictness,
) -> Result<Value, Vec<Problem>> {
    let empty = Typed::default();
    let typed = values
        .iter()
        .find(|typed| typed.code == indicator.code)
        .unwrap_or(&empty);
    input::read(indicator, typed, applies, strictness)
}

fn value_row(value: report_value::Model) -> report_value::ActiveModel {
    report_value::ActiveModel {
        report_id: Set(value.report_id),
        indicator_id: Set(value.indicator_id),
        version: Set(value.version),
        numerator: Set(value.numerator),
        denominator: Set(value.denominator),
        nothing_arose: Set(value.nothing_arose),
        cause: Set(value.cause),
        measure: Set(value.measure),
        owner: Set(value.owner),
        measure_due: Set(value.measure_due),
    }
}

/// The instant of a sending as the journal and the pages write it.
#[must_use]
pub fn sent_at(at: DateTime<Utc>) -> String {
    local(at).format("%H:%M %d/%m/%Y").to_string()
}
