//! The Office adds up a period: results frozen against the versions they came from, the report drafted, the round closed.

use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use trinhky_engine::{CommandKind, ScopeId, TaskId, Variables};
use uuid::Uuid;

use super::rows::{consolidation, report_period, unit_report};
use super::sums::{self, Results};
use super::verdict::Verdict;
use super::{document as report, find, period_state, tell};
use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::documents::{self, Document};
use crate::fault::{Fault, Outcome};
use crate::flow::{self, rows::flow_task};
use crate::hooks::Event;
use crate::people::{Actor, may};

/// Adds up the approved reports of a period and drafts the consolidated report.
///
/// The first time it completes the workflow's step and takes the reports that have not come out of the round, so that the
/// next period can open; they still come in later, are marked late, and count in the next run and in the year. Run again it
/// stores a further version.
///
/// # Errors
/// When the period is not to be consolidated yet, the year is closed, or the right is missing.
pub async fn consolidate(
    app: &App,
    actor: &Actor,
    document_id: Uuid,
    period_id: Uuid,
    assessment: String,
) -> Outcome<Results> {
    app.act(
        actor,
        (document_id, period_id, assessment),
        |cx, (document, period, assessment)| Box::pin(add_up(cx, *document, *period, assessment)),
    )
    .await
}

async fn add_up(
    cx: Cx<'_>,
    document_id: Uuid,
    period_id: Uuid,
    assessment: &str,
) -> Outcome<Results> {
    let document = documents::find::document(cx.tx, document_id).await?;
    let period = find::period(cx.tx, period_id).await?;
    if period.document_id != document_id {
        return Err(Fault::NotFound);
    }
    let task = task_or_rerun(cx, &document, &period).await?;
    let mut results = sums::results(
        cx.tx,
        document_id,
        (&period.code, &period.name),
        std::slice::from_ref(&period),
        cx.today(),
    )
    .await?;
    assessment.trim().clone_into(&mut results.assessment);
    let version = store(cx, &document, Some(period_id), &results).await?;
    let mut events = Vec::new();
    if let Some(task) = task {
        events.extend(complete(cx, &task, Variables::new()).await?);
        events.extend(close_round(cx, period_id).await?);
        report_period::Entity::update_many()
            .filter(report_period::Column::Id.eq(period_id))
            .set(report_period::ActiveModel {
                state: Set(period_state::CONSOLIDATED.to_owned()),
                ..Default::default()
            })
            .exec(cx.tx)
            .await?;
    }
    let entry = Entry::about(document_id, "period.consolidated", summary(&results, version)).data(json!({
        "period": period.code, "version": version, "asked": results.asked, "reported": results.reported,
        "missing": results.missing, "verdicts": verdicts(&results),
    }));
    journal(cx, &document, "office_chief", entry, events).await?;
    tell::programs(cx, &document, Event::PeriodConsolidated, &results).await?;
    tell::consolidated(cx, &document, period_id, &results, version).await?;
    Ok(results)
}

/// The open step; none where the period was consolidated before and the Office runs it again.
async fn task_or_rerun(
    cx: Cx<'_>,
    document: &Document,
    period: &report_period::Model,
) -> Outcome<Option<flow_task::Model>> {
    let tasks = flow::tasks_of_subject(cx.tx, period.id).await?;
    let task = tasks.into_iter().find(|task| task.element == "consolidate");
    let role = task
        .as_ref()
        .map_or("office_chief", |task| task.role.as_str());
    check_role(
        cx,
        document,
        role,
        "tổng hợp báo cáo",
        "consolidate the reports",
    )?;
    if task.is_none()
        && (period.state != period_state::CONSOLIDATED
            || document.row.state == documents::state::CLOSED)
    {
        return Err(Fault::stale(
            "Kỳ này chưa đến ngày tổng hợp hoặc năm đã đóng.",
            "This period is not to be consolidated yet, or the year is closed.",
        ));
    }
    Ok(task)
}

/// Takes the reports that have not come out of the workflow's round.
async fn close_round(cx: Cx<'_>, period_id: Uuid) -> Outcome<Vec<serde_json::Value>> {
    let missing: Vec<Uuid> = unit_report::Entity::find()
        .filter(unit_report::Column::PeriodId.eq(period_id))
        .filter(unit_report::Column::ApprovedVersion.eq(0))
        .all(cx.tx)
        .await?
        .into_iter()
        .map(|report| report.id)
        .collect();
    if missing.is_empty() {
        return Ok(Vec::new());
    }
    let mut tasks = flow_task::Entity::find()
        .filter(flow_task::Column::SubjectId.is_in(missing))
        .filter(flow_task::Column::Element.is_in(["fill_report", "approve_report"]))
        .all(cx.tx)
        .await?;
    tasks.sort_by(|one, other| one.path.cmp(&other.path));
    let mut events = Vec::new();
    for task in tasks {
        let item = ScopeId::parse(&task.path)
            .ok_or_else(|| anyhow::anyhow!("`{}` is not the path of a scope", task.path))?;
        events.extend(
            flow::advance(cx, task.instance_id, CommandKind::RemoveItem { item })
                .await?
                .events,
        );
    }
    Ok(events)
}

/// Stores a further version of the results and of the report drafted from them; returns the version's number.
pub(super) async fn store(
    cx: Cx<'_>,
    document: &Document,
    period_id: Option<Uuid>,
    results: &Results,
) -> Outcome<i32> {
    let before = find::consolidation(cx.tx, document.row.id, &results.code).await?;
    let version = before.as_ref().map_or(1, |before| before.version + 1);
    let report_id = report::draft_for(cx, document, period_id, results, before.as_ref()).await?;
    consolidation::ActiveModel {
        id: Set(cx.id()),
        org_id: Set(document.row.org_id),
        document_id: Set(document.row.id),
        period_id: Set(period_id),
        code: Set(results.code.clone()),
        version: Set(version),
        data: Set(serde_json::to_string(results)?),
        report_id: Set(Some(report_id)),
        created_at: Set(cx.now),
        by_name: Set(cx.actor.name.clone()),
    }
    .insert(cx.tx)
    .await?;
    Ok(version)
}

/// Completes a task whose right has been checked.
pub(super) async fn complete(
    cx: Cx<'_>,
    task: &flow_task::Model,
    variables: Variables,
) -> Outcome<Vec<serde_json::Value>> {
    let id = TaskId::parse(&task.task_id)
        .ok_or_else(|| anyhow::anyhow!("`{}` is not a task id", task.task_id))?;
    Ok(flow::advance(
        cx,
        task.instance_id,
        CommandKind::CompleteTask {
            task: id,
            variables,
        },
    )
    .await?
    .events)
}

fn right_to<'a>(document: &'a Document, role: &'a str) -> may::TaskRight<'a> {
    may::TaskRight {
        role,
        doc_type: &document.row.doc_type,
        org_id: document.row.org_id,
        owner_id: document.row.owner_id,
        unit_id: None,
        person_id: None,
    }
}

/// Whether the actor may take a step of the decision's follow-up.
pub(super) fn check_role(
    cx: Cx<'_>,
    document: &Document,
    role: &str,
    vi: &str,
    en: &str,
) -> Outcome<()> {
    acting(cx, document, role, vi, en).map(drop)
}

/// Who takes such a step, as the act is to name him.
pub(super) fn acting(
    cx: Cx<'_>,
    document: &Document,
    role: &str,
    vi: &str,
    en: &str,
) -> Outcome<Actor> {
    may::acting(cx.actor, &right_to(document, role)).ok_or_else(|| {
        Fault::forbidden(
            format!("Bạn không được giao {vi}."),
            format!("You may not {en}."),
        )
    })
}

/// Writes the journal entry of an act on the decision, done by who may do what this role does.
pub(super) async fn journal(
    cx: Cx<'_>,
    document: &Document,
    role: &str,
    mut entry: Entry,
    events: Vec<serde_json::Value>,
) -> Outcome<()> {
    entry.instance_id = document.row.instance_id;
    entry.events = events;
    let acting = may::acting(cx.actor, &right_to(document, role));
    let actor = acting.as_ref().unwrap_or(cx.actor);
    audit::append(cx.tx, document.row.org_id, actor, cx.now, entry).await
}

/// `1a Đạt 98,56%`, for the journal's machine-readable part.
pub(super) fn verdicts(results: &Results) -> Vec<serde_json::Value> {
    results
        .indicators
        .iter()
        .map(|indicator| {
            json!({
                "code": indicator.code, "numerator": indicator.sum.numerator, "denominator": indicator.sum.denominator,
                "result": indicator.sum.shown(&indicator.target), "verdict": indicator.verdict,
            })
        })
        .collect()
}

/// The stored results of a consolidation.
///
/// # Errors
/// When the stored text is not readable.
pub fn stored(row: &consolidation::Model) -> Outcome<Results> {
    Ok(serde_json::from_str(&row.data)?)
}

/// What changed between two versions of a consolidation: label, before, now.
#[must_use]
pub fn differences(before: &Results, now: &Results) -> Vec<(String, String, String)> {
    now.indicators
        .iter()
        .filter_map(|indicator| {
            let old = before
                .indicators
                .iter()
                .find(|old| old.code == indicator.code)?;
            (old.sum != indicator.sum || old.verdict != indicator.verdict).then(|| {
                let said = |sum: &super::verdict::Sum, verdict: Verdict| {
                    let shown = sum.shown(&indicator.target);
                    if indicator.target.is_count {
                        return format!("{shown}, {}", verdict.vi());
                    }
                    let fraction = sum.fraction(&indicator.target);
                    format!("{shown} ({fraction}), {}", verdict.vi())
                };
                (
                    indicator.label.clone(),
                    said(&old.sum, old.verdict),
                    said(&indicator.sum, indicator.verdict),
                )
            })
        })
        .collect()
}

fn summary(results: &Results, version: i32) -> String {
    let mut text = format!(
        "Tổng hợp {}: {}/{} đơn vị báo cáo",
        results.name, results.reported, results.asked
    );
    if version > 1 {
        text = format!(
            "Tổng hợp lại {} (lần {version}): {}/{} đơn vị báo cáo",
            results.name, results.reported, results.asked
        );
    }
    if !results.missing.is_empty() {
        text.push_str(&format!(", chưa báo cáo: {}", results.missing.join("; ")));
    }
    for (verdict, word) in [
        (Verdict::Met, "đạt"),
        (Verdict::NotMet, "không đạt"),
        (Verdict::NotApplicable, "không phát sinh"),
        (Verdict::InProgress, "chưa có số liệu"),
    ] {
        let count = results.count(verdict);
        if count > 0 {
            text.push_str(&format!(", {count:02} chỉ tiêu {word}"));
        }
    }
    text
}
