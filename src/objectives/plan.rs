//! From the text of an issued decision to objectives, indicators and report periods.

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use trinhky_calendar::Calendar;
use trinhky_calendar::periods::{Period, PeriodKind, PeriodRule};
use trinhky_drafting::Draft;
use trinhky_drafting::objectives::{self as proposals, Unit as Measure};

use super::rows::{indicator, objective, report_period};
use super::{find, period_state, verdict};
use crate::app::Cx;
use crate::documents::Document;
use crate::fault::Outcome;
use crate::people::find as people_find;

/// Working days before the cut-off at which a period opens, so that the reminder five working days before the deadline finds it open.
const OPENS_BEFORE: i64 = 10;
/// The day of the cut-off's month on which the Office adds the reports up (DOMAIN §9.3).
const CONSOLIDATION_DAY: u32 = 20;

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
            indicators.push(indicator::ActiveModel {
                id: Set(cx.id()),
                org_id: Set(org_id),
                objective_id: Set(objective_id),
                document_id: Set(document_id),
                ordinal: Set(ordinal),
                code: Set(found.id.clone()),
                name: Set(found.name_vi.clone()),
                numerator: Set(found.numerator_vi.clone()),
                denominator: Set(found.denominator_vi.clone()),
                comparator: Set(verdict::word(found.comparator).to_owned()),
                target_n: Set(i64::try_from(found.target.numerator).map_err(anyhow::Error::from)?),
                target_d: Set(i64::try_from(found.target.denominator).map_err(anyhow::Error::from)?),
                is_count: Set(found.unit == Measure::Count),
                evidence: Set(found.evidence.clone()),
                who_reports: Set(found.who_reports.clone()),
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

async fn insert_periods(cx: Cx<'_>, document: &Document) -> Outcome<Vec<report_period::Model>> {
    let calendar = people_find::calendar(cx.tx, document.row.org_id).await?;
    let issued_on = document.row.issued_on.unwrap_or_else(|| cx.today());
    let year = year_of(&document.draft, document.row.year);
    let rows: Vec<report_period::Model> = quarters(year, issued_on, cx.now, &calendar)
        .into_iter()
        .map(|schedule| report_period::Model {
            id: cx.id(),
            org_id: document.row.org_id,
            document_id: document.row.id,
            code: schedule.period.to_string(),
            name: schedule.period.name_vi(),
            from_on: schedule.from_on,
            cutoff_on: schedule.cutoff_on,
            opens_at: schedule.opens_at,
            due_at: schedule.due_at,
            consolidate_at: schedule.consolidate_at,
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

/// A report period with its dates.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Schedule {
    period: Period,
    from_on: NaiveDate,
    cutoff_on: NaiveDate,
    opens_at: DateTime<Utc>,
    due_at: DateTime<Utc>,
    consolidate_at: DateTime<Utc>,
}

/// The quarters of the year whose data are not closed yet on the day of issue (Decree 09/2019 Art. 8.5, 12).
fn quarters(
    year: i32,
    issued_on: NaiveDate,
    now: DateTime<Utc>,
    calendar: &Calendar,
) -> Vec<Schedule> {
    (1..=4)
        .filter_map(|quarter| Period::new(PeriodKind::Quarter(quarter), year).ok())
        .filter_map(|period| {
            let (from_on, cutoff_on) = period.range(PeriodRule::Nd09);
            let consolidate_on = calendar.next_working_day(cutoff_on.with_day(CONSOLIDATION_DAY)?);
            let schedule = Schedule {
                period,
                from_on,
                cutoff_on,
                opens_at: calendar
                    .office_open(calendar.add_working_days(cutoff_on, -OPENS_BEFORE))
                    .max(now),
                due_at: calendar.end_of_office(period.earliest_due(PeriodRule::Nd09, calendar)),
                consolidate_at: calendar.office_open(consolidate_on),
            };
            (cutoff_on > issued_on).then_some(schedule)
        })
        .collect()
}

/// The year that the decision sets objectives for: named in its subject, else the year of its number.
fn year_of(draft: &Draft, otherwise: i32) -> i32 {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn local(at: DateTime<Utc>) -> String {
        trinhky_calendar::local(at)
            .format("%Y-%m-%d %H:%M")
            .to_string()
    }

    fn planned(year: i32, issued: &str) -> Vec<Schedule> {
        let now = Calendar::vietnam().office_open(day(issued));
        quarters(year, day(issued), now, &Calendar::vietnam())
    }

    #[test]
    fn the_seed_has_no_first_quarter_and_the_dates_of_the_sample() {
        let periods = planned(2023, "2023-03-24");
        let found: Vec<_> = periods
            .iter()
            .map(|period| {
                (
                    period.period.to_string(),
                    local(period.opens_at),
                    local(period.due_at),
                    local(period.consolidate_at),
                )
            })
            .collect();
        let expected = [
            (
                "2023-Q2",
                "2023-05-31 07:30",
                "2023-06-15 17:00",
                "2023-06-20 07:30",
            ),
            (
                "2023-Q3",
                "2023-08-29 07:30",
                "2023-09-15 17:00",
                "2023-09-20 07:30",
            ),
            (
                "2023-Q4",
                "2023-11-30 07:30",
                "2023-12-15 17:00",
                "2023-12-20 07:30",
            ),
        ];
        let expected: Vec<_> = expected
            .iter()
            .map(|row| {
                (
                    row.0.to_owned(),
                    row.1.to_owned(),
                    row.2.to_owned(),
                    row.3.to_owned(),
                )
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn obj_08_the_second_quarter_runs_from_15_march_to_14_june() {
        let period = &planned(2023, "2023-03-24")[0];
        assert_eq!(
            (period.from_on, period.cutoff_on),
            (day("2023-03-15"), day("2023-06-14"))
        );
    }

    #[test]
    fn a_decision_issued_just_before_a_cut_off_opens_that_period_at_once() {
        let periods = planned(2023, "2023-06-13");
        assert_eq!(periods[0].period.to_string(), "2023-Q2");
        assert_eq!(local(periods[0].opens_at), "2023-06-13 07:30");
    }

    #[test]
    fn a_deadline_never_falls_on_a_day_off() {
        // 14 September 2024 is a Saturday, 15 a Sunday.
        let periods = planned(2024, "2024-03-20");
        assert_eq!(local(periods[1].due_at), "2024-09-16 17:00");
        assert!(planned(2023, "2024-01-02").is_empty());
    }
}
