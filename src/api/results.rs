//! The results of a decision over a period or the year.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::answer::Problem;
use super::caller::Called;
use super::reports::id_of;
use crate::documents;
use crate::fault::{Fault, Outcome};
use crate::objectives::sums::{self, IndicatorResult};
use crate::objectives::verdict::Verdict as Judged;
use crate::objectives::{evaluate, find};
use crate::people::api_token::Scope;
use crate::people::may;

/// Which results are read.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// The code of a period, `2023-Q2`; without it the year.
    period: Option<String>,
}

/// What was reached, by the approved reports of this moment.
#[derive(Debug, Serialize, ToSchema)]
pub struct Results {
    document: Uuid,
    /// `2023-Q2`, or the year.
    period: String,
    /// Reports that were asked for, and those that count.
    asked: usize,
    reported: usize,
    /// Who has not reported, by name; only for units of the decision's own organisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<Vec<String>>,
    indicators: Vec<Reached>,
}

/// The result of one indicator, as sums.
#[derive(Debug, Serialize, ToSchema)]
pub struct Reached {
    code: String,
    label: String,
    name: String,
    /// `≥ 98%`
    target: String,
    numerator: i64,
    denominator: i64,
    /// `98,56%`
    shown: String,
    verdict: Verdict,
}

/// What a result is judged to be.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Met,
    NotMet,
    NotApplicable,
    InProgress,
}

/// Reads the results of a decision.
///
/// # Errors
/// A `Problem`.
#[utoipa::path(
    get,
    path = "/api/v1/results/{document}",
    params(("document" = Uuid, Path), Wanted),
    responses(
        (status = 200, body = Results),
        (status = 400, body = Problem, content_type = "application/problem+json", description = "The period is given twice"),
        (status = 401, body = Problem, content_type = "application/problem+json", description = "No token that is taken"),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "Not in the token's scopes"),
        (status = 404, body = Problem, content_type = "application/problem+json", description = "No such decision or period"),
    ),
    security(("token" = []))
)]
pub async fn read_results(
    called: Called,
    Path(document): Path<String>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Json<Results>, Problem> {
    called.check(Scope::ReadResults)?;
    let Ok(Query(wanted)) = wanted else {
        return Err(Problem::bad_request("Chỉ ghi một kỳ.", "Name one period."));
    };
    let document = id_of(&document)?;
    Ok(Json(
        read(&called, document, wanted.period.as_deref()).await?,
    ))
}

async fn read(called: &Called, id: Uuid, code: Option<&str>) -> Outcome<Results> {
    let (db, actor) = (called.app.store.reader(), &called.caller.actor);
    let decision = documents::find::visible(db, actor, id).await?;
    let results = match code {
        Some(code) => {
            let period = find::period_by_code(db, id, code).await?;
            let named = (period.code.as_str(), period.name.as_str());
            let periods = std::slice::from_ref(&period);
            sums::results(db, id, named, periods, called.app.today()).await?
        }
        None => evaluate::year(db, &decision, called.app.today()).await?,
    };
    if results.indicators.is_empty() {
        return Err(Fault::NotFound);
    }
    let inside = may::work_on_documents_of(actor, decision.row.org_id);
    Ok(Results {
        document: id,
        period: results.code,
        asked: results.asked,
        reported: results.reported,
        missing: inside.then_some(results.missing),
        indicators: results.indicators.iter().map(reached).collect(),
    })
}

fn reached(result: &IndicatorResult) -> Reached {
    Reached {
        code: result.code.clone(),
        label: result.label.clone(),
        name: result.name.clone(),
        target: result.target.shown(),
        numerator: result.sum.numerator,
        denominator: result.sum.denominator,
        shown: result.sum.shown(&result.target),
        verdict: match result.verdict {
            Judged::Met => Verdict::Met,
            Judged::NotMet => Verdict::NotMet,
            Judged::NotApplicable => Verdict::NotApplicable,
            Judged::InProgress => Verdict::InProgress,
        },
    }
}
