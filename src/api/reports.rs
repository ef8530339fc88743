//! A unit's reports: listed, read, sent.

use std::collections::BTreeMap;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::answer::Problem;
use super::caller::Called;
use super::once::Key;
use crate::fault::Outcome;
use crate::files::digest;
use crate::objectives::asked::Asked;
use crate::objectives::find;
use crate::objectives::input::Typed;
use crate::objectives::report::{self, ReportInput, submit_within};
use crate::objectives::rows::{report_period, report_value, unit_report};
use crate::people::api_token::Scope;
use crate::people::find as people_find;

/// The header that carries a program's own key of a call.
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// Which reports are listed.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Only reports in this state.
    state: Option<State>,
}

/// Where a report stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// To be filled in and sent.
    Draft,
    /// With the unit's head.
    Submitted,
    /// Its numbers count.
    Approved,
}

/// A report without its numbers.
#[derive(Debug, Serialize, ToSchema)]
pub struct Summary {
    id: Uuid,
    /// The decision that it reports on.
    document: Uuid,
    unit: Uuid,
    /// `2023-Q2`
    period: String,
    /// `quý II năm 2023`
    period_name: String,
    /// First and last day of the data.
    from: NaiveDate,
    cutoff: NaiveDate,
    due: DateTime<Utc>,
    state: State,
    /// 1, or more after corrections.
    version: i32,
    /// Sent back with a submission: another one now means that somebody else saved.
    revision: i32,
    /// Working days after the deadline.
    late_days: i32,
}

/// A report with what it asks for and what it says.
#[derive(Debug, Serialize, ToSchema)]
pub struct Detail {
    #[serde(flatten)]
    summary: Summary,
    indicators: Vec<Counted>,
    values: Vec<Value>,
    remark: String,
    /// Why the unit's head sent it back; empty where he did not.
    returned: String,
}

/// An indicator that the unit reports.
#[derive(Debug, Serialize, ToSchema)]
pub struct Counted {
    /// `O3_online_rate`
    code: String,
    /// `3`
    label: String,
    name: String,
    /// `> 60%`
    target: String,
    numerator: String,
    /// Empty for a plain count.
    denominator: String,
    is_count: bool,
}

/// The numbers of one indicator.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Value {
    /// The code of one of the indicators that the report asks for.
    code: String,
    #[schema(minimum = 0)]
    numerator: Option<u32>,
    /// None for a plain count.
    #[schema(minimum = 0)]
    denominator: Option<u32>,
    #[serde(default)]
    nothing_arose: bool,
    /// The four fields that a missed target asks for.
    #[serde(default)]
    cause: String,
    #[serde(default)]
    measure: String,
    #[serde(default)]
    owner: String,
    /// `30/9/2023`
    #[serde(default)]
    measure_due: String,
}

/// A report as a program sends it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Submission {
    /// The revision that was read.
    revision: i32,
    values: Vec<Value>,
    #[serde(default)]
    remark: String,
}

/// Lists the unit's reports, newest period first.
///
/// # Errors
/// A `Problem`.
#[utoipa::path(
    get,
    path = "/api/v1/reports",
    params(Wanted),
    responses(
        (status = 200, body = Vec<Summary>),
        (status = 400, body = Problem, content_type = "application/problem+json", description = "An unknown state"),
        (status = 401, body = Problem, content_type = "application/problem+json", description = "No token that is taken"),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "Not in the token's scopes"),
    ),
    security(("token" = []))
)]
pub async fn list_reports(
    called: Called,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Json<Vec<Summary>>, Problem> {
    called.check(Scope::ReadReports)?;
    let Ok(Query(wanted)) = wanted else {
        return Err(Problem::bad_request(
            "Trạng thái là draft, submitted hoặc approved.",
            "The state is draft, submitted or approved.",
        ));
    };
    Ok(Json(of_units(&called, wanted.state).await?))
}

/// Reads a report: what it asks for and what it says.
///
/// # Errors
/// A `Problem`.
#[utoipa::path(
    get,
    path = "/api/v1/reports/{id}",
    params(("id" = Uuid, Path)),
    responses(
        (status = 200, body = Detail),
        (status = 401, body = Problem, content_type = "application/problem+json", description = "No token that is taken"),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "Not in the token's scopes"),
        (status = 404, body = Problem, content_type = "application/problem+json", description = "No such report of the unit"),
    ),
    security(("token" = []))
)]
pub async fn read_report(called: Called, Path(id): Path<String>) -> Result<Json<Detail>, Problem> {
    called.check(Scope::ReadReports)?;
    Ok(Json(detail(&called, id_of(&id)?).await?))
}

/// Sends a report to the unit's head; a late one is taken and marked.
///
/// # Errors
/// A `Problem`.
#[utoipa::path(
    post,
    path = "/api/v1/reports/{id}/submission",
    params(
        ("id" = Uuid, Path),
        ("Idempotency-Key" = String, Header, min_length = 1, max_length = 200, pattern = "^[!-~]+$",
         description = "Chosen by the program: the same call sent again gets the same answer and acts once")
    ),
    request_body = Submission,
    responses(
        (status = 200, body = Summary, description = "Sent, now or by an earlier call with this key"),
        (status = 400, body = Problem, content_type = "application/problem+json", description = "Not readable, or no key"),
        (status = 401, body = Problem, content_type = "application/problem+json", description = "No token that is taken"),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "Not in the token's scopes"),
        (status = 404, body = Problem, content_type = "application/problem+json", description = "No such report of the unit"),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "Sent already, changed by somebody else, or the year is closed"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "A field is missing or wrong, or the key came with another request"),
    ),
    security(("token" = []))
)]
pub async fn submit_report(
    called: Called,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    called.check(Scope::SubmitReports)?;
    let id = id_of(&id)?;
    let key = headers
        .get(IDEMPOTENCY_KEY)
        .and_then(|key| key.to_str().ok())
        .and_then(|key| {
            let request = [id.as_bytes().as_slice(), body.as_ref()].concat();
            Key::read(called.caller.token_id, key, digest(&request))
        })
        .ok_or_else(|| {
            Problem::bad_request(
                "Cần đầu mục Idempotency-Key, 1 đến 200 ký tự ASCII in được.",
                "The header Idempotency-Key is needed: 1 to 200 printable ASCII characters.",
            )
        })?;
    let submission: Submission = serde_json::from_slice(&body).map_err(|error| {
        Problem::bad_request(
            &format!("Nội dung không đọc được: {error}"),
            &format!("The body cannot be read: {error}"),
        )
    })?;
    // No text in the database holds it, and PostgreSQL refuses it as a fault.
    if body
        .windows(6)
        .any(|piece| piece.eq_ignore_ascii_case(b"\\u0000"))
    {
        return Err(Problem::bad_request(
            "Ký tự NUL không được nhận.",
            "The character NUL is not taken.",
        ));
    }
    let answer = match key.answered(called.app.store.reader()).await? {
        Some(answer) => answer,
        None => send(&called, id, key, submission).await?,
    };
    let json = [(axum::http::header::CONTENT_TYPE, "application/json")];
    Ok((StatusCode::OK, json, answer).into_response())
}

/// The act: the report is sent and its answer stored together.
async fn send(called: &Called, id: Uuid, key: Key, submission: Submission) -> Outcome<String> {
    // Who may not know that it exists is told so before anything about its fields.
    find::visible_report(called.app.store.reader(), &called.caller.actor, id).await?;
    let input = ReportInput {
        seen_revision: submission.revision,
        values: submission.values.into_iter().map(typed).collect(),
        remark: submission.remark,
    };
    called
        .app
        .act(
            &called.caller.actor,
            (id, key, input),
            |cx, (id, key, input)| {
                Box::pin(async move {
                    submit_within(cx, *id, input).await?;
                    let report = find::report(cx.tx, *id).await?;
                    let period = find::period(cx.tx, report.period_id).await?;
                    let answer = serde_json::to_string(&summary(&report, &period))?;
                    key.store(cx, &answer).await?;
                    Ok(answer)
                })
            },
        )
        .await
}

fn typed(value: Value) -> Typed {
    let written = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
    Typed {
        code: value.code,
        numerator: written(value.numerator),
        denominator: written(value.denominator),
        nothing_arose: value.nothing_arose,
        cause: value.cause,
        measure: value.measure,
        owner: value.owner,
        measure_due: value.measure_due,
    }
}

async fn of_units(called: &Called, state: Option<State>) -> Outcome<Vec<Summary>> {
    let db = called.app.store.reader();
    let mut select = unit_report::Entity::find()
        .filter(unit_report::Column::UnitId.is_in(called.caller.actor.unit_ids()));
    if let Some(state) = state {
        select = select.filter(unit_report::Column::State.eq(word(state)));
    }
    let reports = select.all(db).await?;
    let ids: Vec<Uuid> = reports.iter().map(|report| report.period_id).collect();
    let periods: BTreeMap<Uuid, report_period::Model> = report_period::Entity::find()
        .filter(report_period::Column::Id.is_in(ids))
        .all(db)
        .await?
        .into_iter()
        .map(|period| (period.id, period))
        .collect();
    let mut listed: Vec<Summary> = reports
        .iter()
        .filter_map(|report| Some(summary(report, periods.get(&report.period_id)?)))
        .collect();
    listed.sort_by_key(|report| (std::cmp::Reverse(report.cutoff), report.id));
    Ok(listed)
}

async fn detail(called: &Called, id: Uuid) -> Outcome<Detail> {
    let db = called.app.store.reader();
    let report = find::visible_report(db, &called.caller.actor, id).await?;
    let period = find::period(db, report.period_id).await?;
    let indicators = find::indicators(db, report.document_id).await?;
    let unit = people_find::unit(db, report.unit_id, called.app.today()).await?;
    let asked = Asked::of(db, &indicators).await?;
    let values = find::values(db, id, report.version).await?;
    let counted: Vec<_> = indicators
        .iter()
        .filter(|indicator| asked.applies(indicator, &unit))
        .collect();
    Ok(Detail {
        summary: summary(&report, &period),
        values: counted
            .iter()
            .filter_map(|indicator| Some(value(&indicator.code, values.get(&indicator.id)?)))
            .collect(),
        indicators: counted
            .iter()
            .map(|indicator| Counted {
                code: indicator.code.clone(),
                label: indicator.label().to_owned(),
                name: indicator.name.clone(),
                target: indicator.target.shown(),
                numerator: indicator.numerator.clone(),
                denominator: indicator.denominator.clone(),
                is_count: indicator.target.is_count,
            })
            .collect(),
        remark: report.remark,
        returned: report.returned,
    })
}

fn summary(report: &unit_report::Model, period: &report_period::Model) -> Summary {
    Summary {
        id: report.id,
        document: report.document_id,
        unit: report.unit_id,
        period: period.code.clone(),
        period_name: period.name.clone(),
        from: period.from_on,
        cutoff: period.cutoff_on,
        due: report::due(report, period),
        state: match report.state.as_str() {
            crate::objectives::state::APPROVED => State::Approved,
            crate::objectives::state::SUBMITTED => State::Submitted,
            _ => State::Draft,
        },
        version: report.version,
        revision: report.revision,
        late_days: report.late_days,
    }
}

fn value(code: &str, row: &report_value::Model) -> Value {
    let number = |number: Option<i64>| number.and_then(|number| u32::try_from(number).ok());
    Value {
        code: code.to_owned(),
        numerator: number(row.numerator),
        denominator: number(row.denominator),
        nothing_arose: row.nothing_arose,
        cause: row.cause.clone(),
        measure: row.measure.clone(),
        owner: row.owner.clone(),
        measure_due: row.measure_due.clone(),
    }
}

fn word(state: State) -> &'static str {
    match state {
        State::Draft => crate::objectives::state::DRAFT,
        State::Submitted => crate::objectives::state::SUBMITTED,
        State::Approved => crate::objectives::state::APPROVED,
    }
}

/// An address that is no id names nothing.
pub(super) fn id_of(text: &str) -> Result<Uuid, Problem> {
    Uuid::parse_str(text).map_err(|_| Problem::not_found())
}
