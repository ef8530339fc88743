//! The year's verdict, the corrective actions that follow from it, and the closing of the year.

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use trinhky_engine::Variables;
use uuid::Uuid;

use super::consolidate::{check_role, complete, journal, store, verdicts};
use super::rows::{corrective_action, report_period};
use super::sums::{self, Cause, IndicatorResult, Results};
use super::verdict::Verdict;
use super::{corrective, find, tell};
use crate::app::{App, Cx};
use crate::audit::Entry;
use crate::documents::rows::document;
use crate::documents::{self, Document};
use crate::fault::{Fault, Outcome};
use crate::flow;
use crate::hooks::Event;
use crate::people::Actor;

/// Causes of units that are named in a corrective action.
const MAX_CAUSES: usize = 3;

/// What the Chairman says to the year.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judgement {
    pub conclusion: String,
    /// Per indicator's label (`3`, `4b`) or code: what is done about a missed target, by whom, until when.
    pub measures: Vec<(String, String)>,
}

/// Judges the year from the sums over all its periods and opens a corrective action for every indicator that was missed.
///
/// # Errors
/// When a measure for a missed indicator is not given, the step has not come, or the right is missing.
pub async fn evaluate(
    app: &App,
    actor: &Actor,
    document_id: Uuid,
    judgement: Judgement,
) -> Outcome<Results> {
    app.act(
        actor,
        (document_id, judgement),
        |cx, (document_id, judgement)| {
            Box::pin(async move {
                let document = documents::find::visible(cx.tx, cx.actor, *document_id).await?;
                let task = flow::task_of(cx.tx, *document_id, "evaluate").await?;
                check_role(
                    cx,
                    &document,
                    &task.role,
                    "đánh giá kết quả năm",
                    "judge the year",
                )?;
                let mut results = year(cx.tx, &document, cx.today()).await?;
                judgement
                    .conclusion
                    .trim()
                    .clone_into(&mut results.assessment);
                let opened = open_actions(cx, &document, &results, judgement).await?;
                store(cx, &document, None, &results).await?;
                let events = complete(cx, &task, Variables::new()).await?;
                let mut summary = format!(
                    "Đánh giá {}: {}",
                    results.name,
                    objectives_in_words(&results)
                );
                if opened > 0 {
                    summary.push_str(&format!("; giao {opened:02} biện pháp khắc phục"));
                }
                let entry = Entry::about(*document_id, "year.evaluated", summary).data(json!({
                "code": results.code, "verdicts": verdicts(&results), "missing": results.missing,
            }));
                journal(cx, &document, "chair", entry, events).await?;
                tell::programs(cx, &document, Event::YearEvaluated, &results).await?;
                Ok(results)
            })
        },
    )
    .await
}

/// Closes the year after the evaluation: no report is taken any more.
///
/// # Errors
/// When the year is not evaluated yet, or the right is missing.
pub async fn close_year(app: &App, actor: &Actor, document_id: Uuid) -> Outcome<()> {
    app.act(actor, document_id, |cx, document_id| {
        Box::pin(async move {
            let document = documents::find::visible(cx.tx, cx.actor, *document_id).await?;
            let task = flow::task_of(cx.tx, *document_id, "close_year").await?;
            check_role(cx, &document, &task.role, "đóng năm", "close the year")?;
            let events = complete(cx, &task, Variables::new()).await?;
            document::Entity::update_many()
                .filter(document::Column::Id.eq(*document_id))
                .filter(document::Column::State.eq(documents::state::ISSUED))
                .set(document::ActiveModel {
                    state: Set(documents::state::CLOSED.to_owned()),
                    changed_at: Set(cx.now),
                    ..Default::default()
                })
                .exec(cx.tx)
                .await?;
            let open = find::corrective_actions(cx.tx, *document_id)
                .await?
                .iter()
                .filter(|action| action.state != corrective::state::CLOSED)
                .count();
            let mut summary = format!("Đóng hồ sơ theo dõi {}", document.title());
            if open > 0 {
                summary.push_str(&format!("; {open:02} biện pháp khắc phục còn theo dõi"));
            }
            tell::queue_evaluated(cx, *document_id).await?;
            journal(
                cx,
                &document,
                "office_chief",
                Entry::about(*document_id, "year.closed", summary),
                events,
            )
            .await
        })
    })
    .await
}

/// The results over all periods of a decision.
///
/// # Errors
/// What the database reports.
pub async fn year(
    db: &impl sea_orm::ConnectionTrait,
    document: &Document,
    on: chrono::NaiveDate,
) -> Outcome<Results> {
    let periods = find::periods(db, document.row.id).await?;
    let code = year_code(&periods, document.row.year);
    let name = format!("năm {code}");
    sums::results(db, document.row.id, (&code, &name), &periods, on).await
}

/// The year that the periods belong to.
#[must_use]
pub fn year_code(periods: &[report_period::Model], otherwise: i32) -> String {
    periods
        .first()
        .and_then(|period| period.code.split('-').next())
        .map_or_else(|| otherwise.to_string(), str::to_owned)
}

async fn open_actions(
    cx: Cx<'_>,
    document: &Document,
    results: &Results,
    judgement: &Judgement,
) -> Outcome<usize> {
    let periods: Vec<Uuid> = find::periods(cx.tx, document.row.id)
        .await?
        .iter()
        .map(|period| period.id)
        .collect();
    let causes = sums::causes(cx.tx, &periods).await?;
    let indicators = find::indicators(cx.tx, document.row.id).await?;
    let mut actions = Vec::new();
    for missed in results
        .indicators
        .iter()
        .filter(|indicator| indicator.verdict == Verdict::NotMet)
    {
        let measure = judgement
            .measures
            .iter()
            .find(|(key, _)| *key == missed.label || *key == missed.code)
            .map(|(_, text)| text.trim());
        let Some(measure) = measure.filter(|text| !text.is_empty()) else {
            return Err(Fault::invalid(
                &format!("measure.{}", missed.label),
                format!(
                    "Chỉ tiêu {} không đạt: ghi biện pháp, người chịu trách nhiệm, thời hạn.",
                    missed.label
                ),
                format!(
                    "Indicator {} was missed: write the measure, who answers for it, by when.",
                    missed.label
                ),
            ));
        };
        let owner = indicators
            .iter()
            .find(|indicator| indicator.id == missed.indicator)
            .map(|found| found.who_reports.clone());
        actions.push(corrective_action::ActiveModel {
            id: Set(cx.id()),
            org_id: Set(document.row.org_id),
            document_id: Set(document.row.id),
            indicator_id: Set(missed.indicator),
            unit_id: Set(None),
            cause: Set(cause_of(missed, &causes)),
            action: Set(measure.to_owned()),
            owner: Set(owner.unwrap_or_default()),
            due: Set(String::new()),
            state: Set(corrective::state::OPEN.to_owned()),
            opened_at: Set(cx.now),
            opened_by: Set(cx.actor.name.clone()),
            ..Default::default()
        });
    }
    let count = actions.len();
    if count > 0 {
        corrective_action::Entity::insert_many(actions)
            .exec_without_returning(cx.tx)
            .await?;
    }
    Ok(count)
}

/// What was reached against what was wanted, and the causes that units gave.
fn cause_of(missed: &IndicatorResult, causes: &[Cause]) -> String {
    let mut given: Vec<&str> = Vec::new();
    for cause in causes
        .iter()
        .filter(|cause| cause.indicator_id == missed.indicator)
    {
        if !given.contains(&cause.cause.as_str()) {
            given.push(&cause.cause);
        }
    }
    let mut text = format!(
        "Đạt {} so với mục tiêu {}",
        missed.sum.shown(&missed.target),
        missed.target.shown()
    );
    for cause in given.iter().take(MAX_CAUSES) {
        text.push_str("; ");
        text.push_str(cause);
    }
    if given.len() > MAX_CAUSES {
        text.push_str(&format!(
            "; và {} nguyên nhân khác",
            given.len() - MAX_CAUSES
        ));
    }
    text
}

/// `mục tiêu 1 Đạt; mục tiêu 3 Không đạt`.
fn objectives_in_words(results: &Results) -> String {
    results
        .objectives
        .iter()
        .map(|objective| format!("mục tiêu {} {}", objective.ordinal, objective.verdict.vi()))
        .collect::<Vec<_>>()
        .join("; ")
}
