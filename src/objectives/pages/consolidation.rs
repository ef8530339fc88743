//! The Office's page for one period: what would be added up now, who is missing, what changed since the last run.

use axum::extract::{Form as Body, Path};
use axum::response::Response;
use uuid::Uuid;

use super::grid::grid;
use super::{Pairs, cell, may_take, open_steps, said};
use crate::documents::{self, Document, rows::document};
use crate::fault::{Fault, Outcome};
use crate::objectives::consolidate::{self as act, differences, stored};
use crate::objectives::find::{self, Indicator};
use crate::objectives::period_state;
use crate::objectives::report::{due, is_late};
use crate::objectives::rows::{report_period, unit_report};
use crate::objectives::sums::{self, IndicatorResult};
use crate::objectives::verdict::grouped;
use crate::people::may;
use crate::people::session::{Session, done, failed, field_error};
use crate::web::format::when;
use crate::web::views::objectives::{Consolidate, ConsolidatedRow};
use crate::web::views::shared::{Mark, Progress, Tone};
use crate::web::{Form, Lang, Link, WebError, html, refused};

/// `/ky-bao-cao/{id}/tong-hop`.
///
/// # Errors
/// The page of the fault.
pub async fn consolidate_page(
    Path(id): Path<Uuid>,
    session: Session,
) -> Result<Response, WebError> {
    let view = view(&session, id, None)
        .await
        .map_err(|fault| failed(fault, "/muc-tieu"))?;
    Ok(html(&view))
}

/// `POST /ky-bao-cao/{id}/tong-hop`.
///
/// # Errors
/// The page of the fault.
pub async fn consolidate(
    Path(id): Path<Uuid>,
    session: Session,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let here = format!("/ky-bao-cao/{id}/tong-hop");
    let mut form = Form::sent(&here, pairs);
    let (_, period) = known(&session, id)
        .await
        .map_err(|fault| failed(fault, "/muc-tieu"))?;
    let assessment = form.value("assessment").to_owned();
    match act::consolidate(
        &session.app,
        &session.actor,
        period.document_id,
        id,
        assessment,
    )
    .await
    {
        Ok(results) => {
            let flash = said(
                session.lang,
                format!(
                    "Đã tổng hợp {}/{} báo cáo và lập dự thảo báo cáo.",
                    results.reported, results.asked
                ),
                format!(
                    "{} of {} reports were added up; the report is drafted.",
                    results.reported, results.asked
                ),
            );
            Ok(done(&here, &flash))
        }
        Err(fault) => {
            let refusal = field_error(fault, &here)?;
            form.refuse(
                refusal.field.as_deref().unwrap_or("assessment"),
                said(session.lang, refusal.vi, refusal.en),
            );
            let view = view(&session, id, Some(form))
                .await
                .map_err(|fault| failed(fault, &here))?;
            Ok(refused(html(&view)))
        }
    }
}

/// The period and its decision, for people of the organisation only: the page names every unit.
async fn known(session: &Session, id: Uuid) -> Outcome<(Document, report_period::Model)> {
    let db = session.app.store.reader();
    let period = find::period(db, id).await?;
    if !may::work_on_documents_of(&session.actor, period.org_id) {
        return Err(Fault::NotFound);
    }
    Ok((
        documents::find::visible(db, &session.actor, period.document_id).await?,
        period,
    ))
}

async fn view(session: &Session, id: Uuid, sent: Option<Form>) -> Outcome<Consolidate> {
    let db = session.app.store.reader();
    let lang = session.lang;
    let (decision, period) = known(session, id).await?;
    let results = sums::results(
        db,
        decision.row.id,
        (&period.code, &period.name),
        std::slice::from_ref(&period),
        session.today(),
    )
    .await?;
    let last = find::consolidation(db, decision.row.id, &period.code).await?;
    let before = last.as_ref().map(stored).transpose()?;
    let reports = find::reports(db, id, session.today()).await?;
    let indicators = find::indicators(db, decision.row.id).await?;
    let measured: Vec<&Indicator> = indicators.iter().collect();
    let task = open_steps(db, &decision)
        .await?
        .into_iter()
        .find(|task| task.subject_id == Some(id));
    let may_act = match &task {
        Some(task) => may_take(&session.actor, &decision, task),
        None => {
            period.state == period_state::CONSOLIDATED
                && decision.row.state != documents::state::CLOSED
                && session
                    .actor
                    .has_role_in_org("office_chief", decision.row.org_id)
        }
    };
    let calendar = session.calendar().await?;
    let report = match last.as_ref().and_then(|last| last.report_id) {
        Some(report) => Some(report_link(session, report).await?),
        None => None,
    };
    let here = format!("/ky-bao-cao/{id}/tong-hop");
    Ok(Consolidate {
        page: session.page(&said(
            lang,
            format!("Tổng hợp báo cáo {}", period.name),
            format!("Consolidation, {}", period.name),
        )),
        progress: Progress {
            done: results.reported,
            total: results.asked,
            label: said(
                lang,
                format!("{} / {} đơn vị đã báo cáo", results.reported, results.asked),
                format!(
                    "{} of {} units have reported",
                    results.reported, results.asked
                ),
            ),
        },
        due: task
            .as_ref()
            .and_then(|task| task.due_at)
            .map(|due| when(due, session.now, &calendar, lang)),
        rows: results
            .indicators
            .iter()
            .map(|result| row(result, lang))
            .collect(),
        missing: reports
            .iter()
            .filter(|(report, _)| report.approved_version == 0)
            .map(|(report, unit)| {
                (
                    unit.name.clone(),
                    missing_mark(session, report, &period, &calendar),
                )
            })
            .collect(),
        form: sent.unwrap_or_else(|| {
            let mut form = Form::new(&here, "", "");
            form.set(
                "assessment",
                before
                    .as_ref()
                    .map(|before| before.assessment.clone())
                    .unwrap_or_default(),
            );
            form
        }),
        autosave: format!("tong-hop-{id}"),
        label: match before.is_some() {
            false => said(
                lang,
                format!("Tổng hợp {}", period.name),
                format!("Consolidate {}", period.name),
            ),
            true => said(lang, "Tổng hợp lại", "Consolidate again"),
        },
        then: said(
            lang,
            "Số liệu được chốt theo bản báo cáo đã duyệt và lập dự thảo báo cáo; đơn vị chưa báo cáo được nêu tên.",
            "The figures are frozen against the approved versions and the report is drafted; missing units are named.",
        ),
        may_act,
        report,
        changes: before
            .map(|before| differences(&before, &results))
            .unwrap_or_default(),
        grid: Some(grid(session, &decision.row, &period, &measured, 1).await?),
    })
}

/// The drafted report as a link.
pub(super) async fn report_link(session: &Session, id: Uuid) -> Outcome<Link> {
    use sea_orm::EntityTrait as _;
    let row = document::Entity::find_by_id(id)
        .one(session.app.store.reader())
        .await?
        .ok_or(Fault::NotFound)?;
    Ok(Link::new(
        &format!("/van-ban/{id}"),
        &documents::title_of(&row)?,
    ))
}

fn row(result: &IndicatorResult, lang: Lang) -> ConsolidatedRow {
    let counted = |number: i64| grouped(i128::from(number));
    ConsolidatedRow {
        code: result.label.clone(),
        name: result.name.clone(),
        target: result.target.shown(),
        numerator: counted(result.sum.numerator),
        denominator: if result.target.is_count {
            "–".to_owned()
        } else {
            counted(result.sum.denominator)
        },
        result: cell(&result.sum, &result.target, result.verdict, lang, None),
        units_met: counted(result.met),
        units_not_met: counted(result.not_met),
        units_nothing: counted(result.nothing),
        units_missing: counted(result.missing),
    }
}

fn missing_mark(
    session: &Session,
    report: &unit_report::Model,
    period: &report_period::Model,
    calendar: &trinhky_calendar::Calendar,
) -> Mark {
    if report.submitted_at.is_none() && is_late(report, period, session.now) {
        let due = trinhky_calendar::deadline_day(due(report, period));
        return Mark::overdue(
            session.lang,
            calendar.working_days_between(due, session.today()),
        );
    }
    if let Some(later) = report
        .extended_due
        .filter(|_| report.submitted_at.is_none())
    {
        let day = trinhky_calendar::vn_date(trinhky_calendar::deadline_day(later));
        let word = said(
            session.lang,
            format!("Gia hạn đến {day}"),
            format!("More time until {day}"),
        );
        return Mark::new(Tone::Waiting, word);
    }
    Mark::not_reported(session.lang)
}
