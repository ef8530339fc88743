//! The periods of a decision: what the units report, what the Office makes of it, and the year's verdict.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use uuid::Uuid;

use super::paper::report_out;
use super::receive::receive_report;
use super::{Schedule, at};
use crate::demo::figures;
use crate::demo::stage::Stage;
use crate::fault::{Fault, Outcome};
use crate::objectives::consolidate::consolidate;
use crate::objectives::evaluate::{Judgement, close_year, evaluate};
use crate::objectives::find as objectives_find;
use crate::objectives::input::{self, Strictness};
use crate::objectives::report::{Answer, ReportInput, approve_report, submit_report};
use crate::objectives::rows::report_period;
use crate::people::Unit;

/// One reporting period: reports on time, late, sent back once; then the consolidation. Returns its day.
pub(super) async fn report(
    stage: &mut Stage<'_>,
    schedule: &Schedule,
    decision: Uuid,
    period_id: Uuid,
    nth: usize,
) -> Outcome<NaiveDate> {
    let app = stage.app;
    let period = objectives_find::period(app.store.reader(), period_id).await?;
    stage.until(period.opens_at).await?;
    let reports = objectives_find::reports(app.store.reader(), period_id, app.today()).await?;
    let due_day = trinhky_calendar::deadline_day(period.due_at);
    let mut planned: Vec<(DateTime<Utc>, usize)> = (0..reports.len())
        .map(|n| {
            let offset = match (n + nth * 3) % 17 {
                5 => 1,
                11 => 2,
                // Two units of the middle period report only after the consolidation.
                14 if nth == 1 => 5,
                other => -1 - i64::try_from(other % 6).unwrap_or(0),
            };
            let minutes = TimeDelta::minutes(i64::try_from(n).unwrap_or(0) * 7);
            (
                at(schedule.calendar.add_working_days(due_day, offset), 8, 30) + minutes,
                n,
            )
        })
        .collect();
    planned.sort();
    let consolidation = period.consolidate_at + TimeDelta::minutes(95);
    let mut consolidated = None;
    for (when, n) in planned {
        if when > consolidation && consolidated.is_none() {
            consolidated = Some(add_up(stage, decision, &period, consolidation).await?);
        }
        stage.until(when).await?;
        let (row, unit) = &reports[n];
        let sent_back = n == 5 && nth == 0;
        hand_in(stage, decision, (row.id, unit), &period, sent_back).await?;
        stage.teller.tell(app).await?;
    }
    let (day, document) = match consolidated {
        Some(consolidated) => consolidated,
        None => add_up(stage, decision, &period, consolidation).await?,
    };
    receive_report(stage, schedule, document).await?;
    Ok(day)
}

/// A unit's report, and what its head says to it; `sent_back` once where the play wants that.
async fn hand_in(
    stage: &mut Stage<'_>,
    decision: Uuid,
    (report, unit): (Uuid, &Unit),
    period: &report_period::Model,
    sent_back: bool,
) -> Outcome<()> {
    let app = stage.app;
    let begun = app.clock.now();
    let due = trinhky_calendar::deadline_day(period.due_at);
    let reporter = stage.of_unit(unit.id, &["reporter", "unit_head"]).await?;
    let head = stage
        .of_unit(unit.id, &["unit_head", "office_chief"])
        .await?;
    let input = input_for(stage, decision, report, unit, &period.code, due).await?;
    submit_report(app, &reporter, report, input).await?;
    if sent_back {
        stage.until(begun + TimeDelta::minutes(20)).await?;
        let remark = "Kiểm tra lại số hồ sơ trực tuyến với Bộ phận một cửa.";
        approve_report(app, &head, report, Answer::Back(remark.to_owned())).await?;
        stage.until(begun + TimeDelta::minutes(50)).await?;
        let input = input_for(stage, decision, report, unit, &period.code, due).await?;
        submit_report(app, &reporter, report, input).await?;
    }
    stage.until(begun + TimeDelta::minutes(55)).await?;
    approve_report(app, &head, report, Answer::Approve).await
}

/// Adds the period up and sends its report out; returns the day and the report.
async fn add_up(
    stage: &mut Stage<'_>,
    decision: Uuid,
    period: &report_period::Model,
    when: DateTime<Utc>,
) -> Outcome<(NaiveDate, Uuid)> {
    let app = stage.app;
    stage.until(when).await?;
    let (chief, ..) = stage.first("office_chief").await?;
    consolidate(app, &chief, decision, period.id, ASSESSMENT.to_owned()).await?;
    let document = report_of(stage, decision, &period.code).await?;
    report_out(stage, document).await?;
    Ok((app.today(), document))
}

/// The consolidated report of a period or of the year.
async fn report_of(stage: &Stage<'_>, decision: Uuid, code: &str) -> Outcome<Uuid> {
    objectives_find::consolidation(stage.app.store.reader(), decision, code)
        .await?
        .and_then(|row| row.report_id)
        .ok_or(Fault::NotFound)
}

/// The chief's words to a consolidated report.
const ASSESSMENT: &str =
    "Các đơn vị cơ bản báo cáo đúng thời hạn; tập trung khắc phục chỉ tiêu chưa đạt trong kỳ tới.";

/// The figures of one report, with cause and measure wherever a target is missed.
pub(super) async fn input_for(
    stage: &Stage<'_>,
    decision: Uuid,
    report: Uuid,
    unit: &Unit,
    period: &str,
    due: NaiveDate,
) -> Outcome<ReportInput> {
    let db = stage.app.store.reader();
    let row = objectives_find::report(db, report).await?;
    let mut values = Vec::new();
    for indicator in objectives_find::indicators(db, decision).await? {
        let applies = indicator.applies_to(unit);
        let mut typed = figures::typed(&indicator, applies, &unit.key, period);
        let read = input::read(&indicator, &typed, applies, Strictness::Draft);
        if read.is_ok_and(|value| value.misses(&indicator)) {
            let by = trinhky_calendar::vn_date(due + TimeDelta::days(30));
            figures::explain(&mut typed, &unit.key, "Thủ trưởng đơn vị", &by);
        }
        values.push(typed);
    }
    Ok(ReportInput {
        seen_revision: row.revision,
        values,
        remark: String::new(),
    })
}

/// The Chairman's verdict and the end of the year.
pub(super) async fn close(
    stage: &mut Stage<'_>,
    schedule: &Schedule,
    decision: Uuid,
    last: NaiveDate,
) -> Outcome<()> {
    let app = stage.app;
    let (chair, ..) = stage.first("chair").await?;
    let (chief, ..) = stage.first("office_chief").await?;
    stage
        .until(at(schedule.calendar.add_working_days(last, 4), 9, 0))
        .await?;
    let measures = objectives_find::indicators(app.store.reader(), decision)
        .await?
        .into_iter()
        .map(|indicator| (indicator.code, "Giao Văn phòng phối hợp các đơn vị xây dựng giải pháp, hoàn thành trong quý I năm sau".to_owned()))
        .collect();
    let conclusion = "Tiếp tục duy trì các mục tiêu đạt; rà soát, điều chỉnh mục tiêu chưa đạt khi xây dựng mục tiêu năm sau.".to_owned();
    evaluate(
        app,
        &chair,
        decision,
        Judgement {
            conclusion,
            measures,
        },
    )
    .await?;
    let year = app.today().format("%Y").to_string();
    let document = report_of(stage, decision, &year).await?;
    report_out(stage, document).await?;
    receive_report(stage, schedule, document).await?;
    stage
        .until(at(schedule.calendar.add_working_days(last, 7), 16, 0))
        .await?;
    close_year(app, &chief, decision).await?;
    stage.teller.tell(app).await
}
