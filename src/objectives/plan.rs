//! From the text of an issued decision to objectives, indicators and report periods.

use std::collections::BTreeMap;

use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use trinhky_drafting::Draft;
use trinhky_drafting::objectives::{self as proposals, Unit as Measure};

use super::rows::{indicator, objective, report_period};
use super::schedule::of_year;
use super::{find, period_state, regime};
use crate::app::Cx;
use crate::documents::rows::confirmed_measure;
use crate::documents::{Document, measures};
use crate::fault::Outcome;
use crate::people::find as people_find;

/// What was planned for a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub objectives: usize,
    pub indicators: usize,
    /// The workflow's variable `periods`: a list of `{id, code, name, opens_at, due, consolidate_at}`, instants in RFC 3339.
    pub periods: Value,
}

/// Writes the objectives, indicators and report periods of an issued decision, once; a second call returns what was planned.
///
/// # Errors
/// What the database reports.
pub async fn plan(cx: Cx<'_>, document: &Document) -> Outcome<Plan> {
    let planned = find::objectives(cx.tx, document.row.id).await?;
    if !planned.is_empty() {
        let periods = find::periods(cx.tx, document.row.id).await?;
        let indicators = planned
            .iter()
            .map(|objective| objective.indicators.len())
            .sum();
        return Ok(Plan {
            objectives: planned.len(),
            indicators,
            periods: variable(&periods),
        });
    }
    let proposed = proposals::propose(&document.draft);
    if proposed.is_empty() {
        return Ok(Plan {
            objectives: 0,
            indicators: 0,
            periods: json!([]),
        });
    }
    let indicators = insert_objectives(cx, document, &proposed).await?;
    let periods = insert_periods(cx, document).await?;
    Ok(Plan {
        objectives: proposed.len(),
        indicators,
        periods: variable(&periods),
    })
}

async fn insert_objectives(
    cx: Cx<'_>,
    document: &Document,
    proposed: &[proposals::Objective],
) -> Outcome<usize> {
    let (org_id, document_id) = (document.row.org_id, document.row.id);
    let confirmed = confirmed(cx, document).await?;
    let mut objectives = Vec::new();
    let mut indicators = Vec::new();
    for (number, proposal) in (1..).zip(proposed) {
        let objective_id = cx.id();
        objectives.push(objective::ActiveModel {
            id: Set(objective_id),
            org_id: Set(org_id),
            document_id: Set(document_id),
            ordinal: Set(number),
            place: Set(format!(
                "Điều {}, khoản {}",
                proposal.clause.0, proposal.clause.1
            )),
            wording: Set(proposal.text.clone()),
            questions: Set(serde_json::to_string(&proposal.questions)?),
        });
        for found in &proposal.indicators {
            let ordinal = i32::try_from(indicators.len())
                .unwrap_or(i32::MAX)
                .saturating_add(1);
            // The text is the law and gives the target; how it is counted is as the drafter confirmed, else as proposed.
            let counted = confirmed.get(&found.id);
            let said = |confirmed: Option<&String>, proposed: &String| {
                Set(confirmed.unwrap_or(proposed).clone())
            };
            indicators.push(indicator::ActiveModel {
                id: Set(cx.id()),
                org_id: Set(org_id),
                objective_id: Set(objective_id),
                document_id: Set(document_id),
                ordinal: Set(ordinal),
                code: Set(found.id.clone()),
                name: said(counted.map(|row| &row.name), &found.name_vi),
                numerator: said(counted.map(|row| &row.numerator), &found.numerator_vi),
                denominator: said(counted.map(|row| &row.denominator), &found.denominator_vi),
                comparator: Set(found.comparator.word().to_owned()),
                target_n: Set(i64::try_from(found.target.numerator).map_err(anyhow::Error::from)?),
                target_d: Set(i64::try_from(found.target.denominator).map_err(anyhow::Error::from)?),
                is_count: Set(found.unit == Measure::Count),
                evidence: said(counted.map(|row| &row.evidence), &found.evidence),
                who_reports: said(counted.map(|row| &row.who_reports), &found.who_reports),
            });
        }
    }
    let count = indicators.len();
    objective::Entity::insert_many(objectives)
        .exec_without_returning(cx.tx)
        .await?;
    if count > 0 {
        indicator::Entity::insert_many(indicators)
            .exec_without_returning(cx.tx)
            .await?;
    }
    Ok(count)
}

/// What the drafter confirmed, by the indicator's code in the issued text.
async fn confirmed(
    cx: Cx<'_>,
    document: &Document,
) -> Outcome<BTreeMap<String, confirmed_measure::Model>> {
    Ok(measures::of(cx.tx, document)
        .await?
        .into_iter()
        .filter_map(|measure| Some((measure.proposed?.id, measure.confirmed?)))
        .collect())
}

async fn insert_periods(cx: Cx<'_>, document: &Document) -> Outcome<Vec<report_period::Model>> {
    let calendar = people_find::calendar(cx.tx, document.row.org_id).await?;
    let issued_on = document.row.issued_on.unwrap_or_else(|| cx.today());
    let year = year_of(&document.draft, document.row.year);
    let regime = regime::of_document(cx.tx, document).await?;
    let rows: Vec<report_period::Model> = of_year(&regime, year, issued_on, cx.now, &calendar)
        .into_iter()
        .map(|period| report_period::Model {
            id: cx.id(),
            org_id: document.row.org_id,
            document_id: document.row.id,
            code: period.code,
            name: period.name,
            from_on: period.from_on,
            cutoff_on: period.cutoff_on,
            opens_at: period.opens_at,
            due_at: period.due_at,
            consolidate_at: period.consolidate_at,
            state: period_state::PLANNED.to_owned(),
        })
        .collect();
    if !rows.is_empty() {
        // Values taken over from a model count as unchanged until they are reset.
        let new = rows
            .iter()
            .cloned()
            .map(|row| row.into_active_model().reset_all());
        report_period::Entity::insert_many(new)
            .exec_without_returning(cx.tx)
            .await?;
    }
    Ok(rows)
}

/// The year that the decision sets objectives for: named in its subject, else the year of its number.
pub(super) fn year_of(draft: &Draft, otherwise: i32) -> i32 {
    draft
        .subject
        .split("năm ")
        .skip(1)
        .filter_map(|rest| rest.get(..4)?.parse().ok())
        .find(|year| (2000..=2199).contains(year))
        .unwrap_or(otherwise)
}

fn variable(periods: &[report_period::Model]) -> Value {
    periods
        .iter()
        .map(|period| {
            json!({
                "id": period.id, "code": period.code, "name": period.name,
                "opens_at": period.opens_at.to_rfc3339(), "due": period.due_at.to_rfc3339(),
                "consolidate_at": period.consolidate_at.to_rfc3339(),
            })
        })
        .collect()
}
