//! Results over any set of periods: counts added up in the database, judged exactly here.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect,
    Statement, Value,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::find::{self, Indicator, Objective};
use super::rows::{report_period, unit_report};
use super::verdict::{self, Sum, Target, Verdict};
use crate::fault::Outcome;
use crate::people::{Unit, find as people_find};

/// The result of one period, or of the year; what a consolidation stores.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Results {
    /// The period's code, or the year: `2023-Q2`, `2023`.
    pub code: String,
    pub name: String,
    /// Reports that were asked for: one per unit and period.
    pub asked: usize,
    /// Reports that count.
    pub reported: usize,
    /// Who has not reported, by name (with the period where there are several).
    pub missing: Vec<String>,
    /// Who reported late.
    pub late: Vec<Late>,
    pub objectives: Vec<ObjectiveResult>,
    pub indicators: Vec<IndicatorResult>,
    /// The versions that were added up.
    pub pinned: Vec<Pinned>,
    /// The Office's or the Chairman's words.
    #[serde(default)]
    pub assessment: String,
}

/// A late report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Late {
    pub unit: String,
    /// Working days after the deadline; 0 is later on the day itself.
    pub days: i32,
}

/// The verdict on an objective.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectiveResult {
    pub ordinal: i32,
    pub verdict: Verdict,
}

/// The result of an indicator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndicatorResult {
    pub indicator: Uuid,
    pub objective: i32,
    pub code: String,
    /// `1a`.
    pub label: String,
    pub name: String,
    pub target: Target,
    pub sum: Sum,
    pub verdict: Verdict,
    /// Units that met the target, missed it, had nothing, have not reported.
    pub met: i64,
    pub not_met: i64,
    pub nothing: i64,
    pub missing: i64,
}

/// A report in the version that was added up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pinned {
    pub unit: Uuid,
    pub report: Uuid,
    pub version: i32,
}

impl Results {
    /// How many indicators have this verdict.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        self.indicators
            .iter()
            .filter(|indicator| indicator.verdict == verdict)
            .count()
    }
}

/// What a result needs of a unit's report: a year has tens of thousands of them.
#[derive(Debug, Clone, Copy, FromQueryResult)]
struct Report {
    id: Uuid,
    unit_id: Uuid,
    period_id: Uuid,
    approved_version: i32,
    submitted_at: Option<DateTime<Utc>>,
    late_days: i32,
    extended_due: Option<DateTime<Utc>>,
}

/// Counts per indicator, and how many units met it.
#[derive(Debug, Clone, Copy, FromQueryResult)]
struct Total {
    indicator_id: Uuid,
    numerator: i64,
    denominator: i64,
    reports: i64,
    units: i64,
    met: i64,
    nothing: i64,
}

/// Counts of one indicator in one period.
#[derive(Debug, Clone, Copy, FromQueryResult)]
struct PeriodSum {
    period_id: Uuid,
    indicator_id: Uuid,
    numerator: i64,
    denominator: i64,
    reports: i64,
}

/// One unit's counts of one indicator over the periods.
#[derive(Debug, Clone, Copy, FromQueryResult)]
pub struct Cell {
    pub unit_id: Uuid,
    pub indicator_id: Uuid,
    pub numerator: i64,
    pub denominator: i64,
    pub reports: i64,
    /// Reports that said "nothing arose".
    pub nothing: i64,
}

impl Cell {
    /// The counts as a sum.
    #[must_use]
    pub fn sum(&self) -> Sum {
        Sum {
            numerator: self.numerator,
            denominator: self.denominator,
            reports: self.reports,
        }
    }

    /// The verdict on this unit alone; a count that did not arise is "nothing arose", too.
    #[must_use]
    pub fn verdict(&self, target: &Target) -> Verdict {
        if target.is_count && self.nothing == self.reports {
            return Verdict::NotApplicable;
        }
        self.sum().verdict(target)
    }
}

/// What a unit wrote about a missed target.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Cause {
    pub unit_id: Uuid,
    pub indicator_id: Uuid,
    pub cause: String,
    pub measure: String,
    pub owner: String,
    pub measure_due: String,
}

/// The results of a decision over the periods given, in six statements however many units report.
///
/// # Errors
/// What the database reports.
pub async fn results(
    db: &impl ConnectionTrait,
    document_id: Uuid,
    (code, name): (&str, &str),
    periods: &[report_period::Model],
    on: NaiveDate,
) -> Outcome<Results> {
    let objectives = find::objectives(db, document_id).await?;
    let ids: Vec<Uuid> = periods.iter().map(|period| period.id).collect();
    let reports = unit_report::Entity::find()
        .select_only()
        .columns([
            unit_report::Column::Id,
            unit_report::Column::UnitId,
            unit_report::Column::PeriodId,
            unit_report::Column::ApprovedVersion,
            unit_report::Column::SubmittedAt,
            unit_report::Column::LateDays,
            unit_report::Column::ExtendedDue,
        ])
        .filter(unit_report::Column::PeriodId.is_in(ids.iter().copied()))
        .into_model::<Report>()
        .all(db)
        .await?;
    let unit_ids: BTreeSet<Uuid> = reports.iter().map(|report| report.unit_id).collect();
    let units = people_find::units(db, &unit_ids.iter().copied().collect::<Vec<_>>(), on).await?;
    let totals = totals(db, &ids).await?;
    Ok(assemble(&Found {
        code,
        name,
        periods,
        objectives,
        reports: in_order(reports, &units, periods),
        units,
        totals,
    }))
}

/// The counts of every unit over the periods, for the grid of units × indicators.
///
/// # Errors
/// What the database reports.
pub async fn cells(
    db: &impl ConnectionTrait,
    periods: &[Uuid],
) -> Outcome<BTreeMap<(Uuid, Uuid), Cell>> {
    let cells = Cell::find_by_statement(over(db, &by_unit(periods), periods))
        .all(db)
        .await?;
    Ok(cells
        .into_iter()
        .map(|cell| ((cell.unit_id, cell.indicator_id), cell))
        .collect())
}

/// As [`cells`] of one period, for some units.
///
/// # Errors
/// What the database reports.
pub async fn cells_of(
    db: &impl ConnectionTrait,
    period: Uuid,
    units: &[Uuid],
) -> Outcome<BTreeMap<(Uuid, Uuid), Cell>> {
    let among = (2..2 + units.len())
        .map(|n| format!("${n}"))
        .collect::<Vec<_>>()
        .join(", ");
    if among.is_empty() {
        return Ok(BTreeMap::new());
    }
    let sql = by_unit_where(&[period], &format!(" AND r.unit_id IN ({among})"));
    let values: Vec<Uuid> = [period].into_iter().chain(units.iter().copied()).collect();
    let cells = Cell::find_by_statement(over(db, &sql, &values))
        .all(db)
        .await?;
    Ok(cells
        .into_iter()
        .map(|cell| ((cell.unit_id, cell.indicator_id), cell))
        .collect())
}

/// Sums per period and indicator, for the columns and charts of the objectives' page.
///
/// # Errors
/// What the database reports.
pub async fn by_period(
    db: &impl ConnectionTrait,
    periods: &[Uuid],
) -> Outcome<BTreeMap<(Uuid, Uuid), Sum>> {
    by_period_where(db, places(periods), periods).await
}

/// As [`by_period`], over all periods of some decisions.
///
/// # Errors
/// What the database reports.
pub async fn by_period_of(
    db: &impl ConnectionTrait,
    documents: &[Uuid],
) -> Outcome<BTreeMap<(Uuid, Uuid), Sum>> {
    let periods = format!(
        "SELECT id FROM report_period WHERE document_id IN ({})",
        places(documents)
    );
    by_period_where(db, periods, documents).await
}

async fn by_period_where(
    db: &impl ConnectionTrait,
    periods: String,
    values: &[Uuid],
) -> Outcome<BTreeMap<(Uuid, Uuid), Sum>> {
    let sql = format!(
        "SELECT r.period_id, v.indicator_id, CAST(SUM(COALESCE(v.numerator, 0)) AS bigint) AS numerator, \
         CAST(SUM(COALESCE(v.denominator, 0)) AS bigint) AS denominator, CAST(COUNT(*) AS bigint) AS reports \
         FROM {COUNTED} WHERE r.period_id IN ({periods}) GROUP BY r.period_id, v.indicator_id"
    );
    let sums = PeriodSum::find_by_statement(over(db, &sql, values))
        .all(db)
        .await?;
    Ok(sums
        .into_iter()
        .map(|sum| {
            let counts = Sum {
                numerator: sum.numerator,
                denominator: sum.denominator,
                reports: sum.reports,
            };
            ((sum.period_id, sum.indicator_id), counts)
        })
        .collect())
}

/// Causes and measures of missed targets, in the order of the periods' units and indicators.
///
/// # Errors
/// What the database reports.
pub async fn causes(db: &impl ConnectionTrait, periods: &[Uuid]) -> Outcome<Vec<Cause>> {
    let sql = format!(
        "SELECT r.unit_id, v.indicator_id, v.cause, v.measure, v.owner, v.measure_due FROM {COUNTED} \
         JOIN indicator i ON i.id = v.indicator_id JOIN unit u ON u.id = r.unit_id JOIN report_period p ON p.id = r.period_id \
         WHERE r.period_id IN ({}) AND v.cause <> '' ORDER BY i.ordinal, u.unit_key, p.cutoff_on",
        places(periods)
    );
    Ok(Cause::find_by_statement(over(db, &sql, periods))
        .all(db)
        .await?)
}

/// The values that count: those of the approved version of each report.
const COUNTED: &str =
    "unit_report r JOIN report_value v ON v.report_id = r.id AND v.version = r.approved_version";

/// Counts per unit and indicator.
pub(super) fn by_unit(periods: &[Uuid]) -> String {
    by_unit_where(periods, "")
}

fn by_unit_where(periods: &[Uuid], and: &str) -> String {
    format!(
        "SELECT r.unit_id, v.indicator_id, CAST(SUM(COALESCE(v.numerator, 0)) AS bigint) AS numerator, \
         CAST(SUM(COALESCE(v.denominator, 0)) AS bigint) AS denominator, CAST(COUNT(*) AS bigint) AS reports, \
         CAST(SUM(CASE WHEN v.nothing_arose THEN 1 ELSE 0 END) AS bigint) AS \"nothing\" \
         FROM {COUNTED} WHERE r.period_id IN ({}){and} GROUP BY r.unit_id, v.indicator_id",
        places(periods)
    )
}

/// How a unit's counts `u` are judged against an indicator `i`, as conditions.
pub(super) struct JudgedInSql {
    pub nothing: &'static str,
    pub met: String,
}

/// What a unit had nothing of is neither met nor missed; the rest is compared as exact fractions.
pub(super) fn judged_in_sql() -> JudgedInSql {
    let (left, right) = (
        "u.numerator * i.target_d",
        "i.target_n * CASE WHEN i.is_count THEN 1 ELSE u.denominator END",
    );
    let met = [
        ("ge", ">="),
        ("gt", ">"),
        ("eq", "="),
        ("le", "<="),
        ("lt", "<"),
    ]
    .map(|(word, sign)| format!("(i.comparator = '{word}' AND {left} {sign} {right})"))
    .join(" OR ");
    JudgedInSql {
        nothing: "(i.is_count AND u.\"nothing\" = u.reports) OR (NOT i.is_count AND u.denominator = 0)",
        met,
    }
}

async fn totals(db: &impl ConnectionTrait, periods: &[Uuid]) -> Outcome<BTreeMap<Uuid, Total>> {
    if periods.is_empty() {
        return Ok(BTreeMap::new());
    }
    let JudgedInSql { nothing, met } = judged_in_sql();
    let sql = format!(
        "SELECT u.indicator_id, CAST(SUM(u.numerator) AS bigint) AS numerator, CAST(SUM(u.denominator) AS bigint) AS denominator, \
         CAST(SUM(u.reports) AS bigint) AS reports, CAST(COUNT(*) AS bigint) AS units, \
         CAST(SUM(CASE WHEN {nothing} THEN 0 WHEN {met} THEN 1 ELSE 0 END) AS bigint) AS met, \
         CAST(SUM(CASE WHEN {nothing} THEN 1 ELSE 0 END) AS bigint) AS \"nothing\" \
         FROM ({}) u JOIN indicator i ON i.id = u.indicator_id GROUP BY u.indicator_id",
        by_unit(periods)
    );
    let totals = Total::find_by_statement(over(db, &sql, periods))
        .all(db)
        .await?;
    Ok(totals
        .into_iter()
        .map(|total| (total.indicator_id, total))
        .collect())
}

pub(super) fn over(db: &impl ConnectionTrait, sql: &str, periods: &[Uuid]) -> Statement {
    let values: Vec<Value> = periods.iter().map(|id| (*id).into()).collect();
    Statement::from_sql_and_values(db.get_database_backend(), sql, values)
}

/// `$1, $2, …`; an empty list matches nothing.
pub(super) fn places(periods: &[Uuid]) -> String {
    if periods.is_empty() {
        return "NULL".to_owned();
    }
    (1..=periods.len())
        .map(|n| format!("${n}"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// What was read for [`results`].
struct Found<'a> {
    code: &'a str,
    name: &'a str,
    periods: &'a [report_period::Model],
    objectives: Vec<Objective>,
    /// By the units' keys, then by period.
    reports: Vec<Report>,
    units: BTreeMap<Uuid, Unit>,
    totals: BTreeMap<Uuid, Total>,
}

fn in_order(
    mut reports: Vec<Report>,
    units: &BTreeMap<Uuid, Unit>,
    periods: &[report_period::Model],
) -> Vec<Report> {
    let place = |report: &Report| {
        let key = units.get(&report.unit_id).map(|unit| unit.key.as_str());
        let period = periods
            .iter()
            .position(|period| period.id == report.period_id);
        (key, period, report.id)
    };
    reports.sort_by_cached_key(place);
    reports
}

fn assemble(found: &Found<'_>) -> Results {
    let counted: Vec<&Report> = found
        .reports
        .iter()
        .filter(|report| report.approved_version > 0)
        .collect();
    let name_of = |report: &Report| {
        let unit = found
            .units
            .get(&report.unit_id)
            .map(|unit| unit.name.clone())
            .unwrap_or_default();
        let period = found
            .periods
            .iter()
            .find(|period| period.id == report.period_id);
        match period {
            Some(period) if found.periods.len() > 1 => format!("{unit} ({})", period.name),
            _ => unit,
        }
    };
    let due = |report: &Report| {
        found
            .periods
            .iter()
            .find(|period| period.id == report.period_id)
            .map(|period| report.extended_due.unwrap_or(period.due_at))
    };
    let is_late = |report: &&&Report| {
        report
            .submitted_at
            .zip(due(report))
            .is_some_and(|(sent, due)| sent > due)
    };
    let late: Vec<Late> = counted
        .iter()
        .filter(is_late)
        .map(|report| Late {
            unit: name_of(report),
            days: report.late_days,
        })
        .collect();
    let indicators: Vec<IndicatorResult> = found
        .objectives
        .iter()
        .flat_map(|objective| &objective.indicators)
        .map(|indicator| judged(found, indicator))
        .collect();
    Results {
        code: found.code.to_owned(),
        name: found.name.to_owned(),
        asked: found.reports.len(),
        reported: counted.len(),
        missing: found
            .reports
            .iter()
            .filter(|report| report.approved_version == 0)
            .map(name_of)
            .collect(),
        late,
        objectives: found
            .objectives
            .iter()
            .map(|objective| {
                let own: Vec<Verdict> = indicators
                    .iter()
                    .filter(|result| result.objective == objective.ordinal)
                    .map(|result| result.verdict)
                    .collect();
                ObjectiveResult {
                    ordinal: objective.ordinal,
                    verdict: verdict::of_objective(&own),
                }
            })
            .collect(),
        indicators,
        pinned: counted
            .iter()
            .map(|report| Pinned {
                unit: report.unit_id,
                report: report.id,
                version: report.approved_version,
            })
            .collect(),
        assessment: String::new(),
    }
}

fn judged(found: &Found<'_>, indicator: &Indicator) -> IndicatorResult {
    let total = found.totals.get(&indicator.id);
    let sum = total
        .map(|total| Sum {
            numerator: total.numerator,
            denominator: total.denominator,
            reports: total.reports,
        })
        .unwrap_or_default();
    let (units, met, nothing) =
        total.map_or((0, 0, 0), |total| (total.units, total.met, total.nothing));
    let all = i64::try_from(found.units.len()).unwrap_or(i64::MAX);
    let missing = (all - units).max(0);
    let waits = found
        .reports
        .iter()
        .any(|report| report.approved_version == 0);
    IndicatorResult {
        indicator: indicator.id,
        objective: indicator.objective,
        code: indicator.code.clone(),
        label: indicator.label().to_owned(),
        name: indicator.name.clone(),
        target: indicator.target,
        sum,
        verdict: sum.verdict(&indicator.target).while_missing(waits),
        met,
        not_met: units - met - nothing,
        nothing,
        missing,
    }
}
