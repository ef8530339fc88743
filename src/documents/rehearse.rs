//! "What happens if I press this?" for the steps of a document: which steps open, for whom, until when, who is told.

use serde_json::json;
use trinhky_calendar::Rule;
use trinhky_engine::Variables;
use uuid::Uuid;

use super::Document;
use crate::app::App;
use crate::fault::{Fault, Outcome};
use crate::flow::rows::flow_task;
use crate::flow::{Next, Rehearsal};
use crate::people::find as people_find;

/// What a step can be answered with, and what follows.
#[derive(Debug)]
pub struct Way {
    /// As the file calls it, Vietnamese and English; empty where there is one way only.
    pub name: (String, String),
    pub next: Next,
}

/// The ways on from an open step, computed by the engine on a copy.
///
/// # Errors
/// When the step is over, or what the database reports.
pub async fn ways(app: &App, document: &Document, task: &flow_task::Model) -> Outcome<Vec<Way>> {
    let rehearsal = Rehearsal::of(app, task.instance_id, &task.task_id).await?;
    let answers = if task.element == "draft" {
        handing_over(app, document).await?
    } else {
        let outcomes = rehearsal.outcomes().into_iter();
        let outcomes: Vec<_> = outcomes
            .map(|(outcome, name)| {
                (
                    (name.clone(), name),
                    Variables::from([("outcome".to_owned(), json!(outcome))]),
                )
            })
            .collect();
        if outcomes.is_empty() {
            vec![(<_>::default(), Variables::new())]
        } else {
            outcomes
        }
    };
    answers
        .into_iter()
        .map(|(name, variables)| {
            Ok(Way {
                name,
                next: rehearsal.take(variables)?,
            })
        })
        .collect()
}

/// A draft is handed over with units to be asked or without.
async fn handing_over(
    app: &App,
    document: &Document,
) -> Outcome<Vec<((String, String), Variables)>> {
    let calendar = people_find::calendar(app.store.reader(), document.row.org_id).await?;
    let now = app.clock.now();
    let due = calendar
        .resolve(&Rule::WorkingDays(super::review::USUAL_WORKING_DAYS), now)
        .map_err(|error| Fault::Internal(anyhow::anyhow!("{error}")))?
        .at;
    let asks = |units: serde_json::Value| {
        Variables::from([
            ("opinion_units".to_owned(), units),
            ("opinion_due".to_owned(), json!(due.to_rfc3339())),
        ])
    };
    let one = json!([{ "unit": Uuid::nil(), "id": Uuid::nil(), "name": "" }]);
    let name = |vi: &str, en: &str| (vi.to_owned(), en.to_owned());
    Ok(vec![
        (
            name("Không hỏi đơn vị nào", "No unit is asked"),
            asks(json!([])),
        ),
        (
            name(
                "Hỏi ý kiến mỗi đơn vị được chọn",
                "Each chosen unit is asked",
            ),
            asks(one),
        ),
    ])
}
