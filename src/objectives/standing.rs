//! Where a decision stands, in a fixed number of statements however many units report: for screens that many people open.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use uuid::Uuid;

use super::rows::report_period;
use super::sums::{self, Cell};
use crate::fault::Outcome;

/// Reports of a period: asked for, and approved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reported {
    pub asked: i64,
    pub approved: i64,
}

/// A unit with how many indicators it misses.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Weak {
    pub unit_id: Uuid,
    pub name: String,
    pub missed: i64,
}

#[derive(Debug, FromQueryResult)]
struct Counted {
    period_id: Uuid,
    asked: i64,
    approved: i64,
}

/// How many reports of each period were asked for and count, in one statement.
///
/// # Errors
/// What the database reports.
pub async fn reported(
    db: &impl ConnectionTrait,
    periods: &[Uuid],
) -> Outcome<BTreeMap<Uuid, Reported>> {
    let sql = format!(
        "SELECT period_id, CAST(COUNT(*) AS bigint) AS asked, \
         CAST(SUM(CASE WHEN approved_version > 0 THEN 1 ELSE 0 END) AS bigint) AS approved \
         FROM unit_report WHERE period_id IN ({}) GROUP BY period_id",
        sums::places(periods)
    );
    let counted = Counted::find_by_statement(sums::over(db, &sql, periods))
        .all(db)
        .await?;
    Ok(counted
        .into_iter()
        .map(|row| {
            let reported = Reported {
                asked: row.asked,
                approved: row.approved,
            };
            (row.period_id, reported)
        })
        .collect())
}

/// The units that miss most indicators over the periods, with their names on the day, in one statement.
///
/// # Errors
/// What the database reports.
pub async fn weakest(
    db: &impl ConnectionTrait,
    periods: &[Uuid],
    on: NaiveDate,
    most: u32,
) -> Outcome<Vec<Weak>> {
    let judged = sums::judged_in_sql();
    let day = periods.len() + 1;
    let sql = format!(
        "SELECT u.unit_id, n.name, CAST(COUNT(*) AS bigint) AS missed \
         FROM ({}) u JOIN indicator i ON i.id = u.indicator_id \
         JOIN unit_name n ON n.unit_id = u.unit_id AND n.valid_from <= ${day} AND (n.valid_to IS NULL OR n.valid_to > ${day}) \
         WHERE NOT ({}) AND NOT ({}) GROUP BY u.unit_id, n.name ORDER BY missed DESC, n.name LIMIT {most}",
        sums::by_unit(periods),
        judged.nothing,
        judged.met
    );
    let mut values: Vec<sea_orm::Value> = periods.iter().map(|id| (*id).into()).collect();
    values.push(on.into());
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    Ok(Weak::find_by_statement(statement).all(db).await?)
}

/// A period with what came in for it.
#[derive(Debug, Clone)]
pub struct Standing {
    pub period: report_period::Model,
    pub reported: Reported,
    /// The reports that some units owe for it, with their states.
    pub own: Vec<(Uuid, String)>,
}

/// A decision's periods, and how far its year is.
#[derive(Debug, Clone, Default)]
pub struct Year {
    /// Oldest first.
    pub periods: Vec<Standing>,
    /// Whether the year was judged.
    pub is_judged: bool,
    /// Who is to judge it now, where that is the open step.
    pub judging: Option<String>,
}

#[derive(Debug, FromQueryResult)]
struct PeriodRow {
    #[sea_orm(nested)]
    period: report_period::Model,
    asked: i64,
    approved: i64,
    own_id: Option<Uuid>,
    own_state: Option<String>,
    judged: i64,
    judging: Option<String>,
}

/// Where a decision's year stands, with the reports that these units owe, in one statement.
///
/// # Errors
/// What the database reports.
pub async fn year(db: &impl ConnectionTrait, document_id: Uuid, units: &[Uuid]) -> Outcome<Year> {
    let values: Vec<Uuid> = [document_id]
        .into_iter()
        .chain(units.iter().copied())
        .collect();
    let own = match units.len() {
        0 => "NULL".to_owned(),
        count => (2..2 + count)
            .map(|n| format!("${n}"))
            .collect::<Vec<_>>()
            .join(", "),
    };
    let sql = format!(
        "SELECT p.*, \
         (SELECT CAST(COUNT(*) AS bigint) FROM unit_report r WHERE r.period_id = p.id) AS asked, \
         (SELECT CAST(COUNT(*) AS bigint) FROM unit_report r WHERE r.period_id = p.id AND r.approved_version > 0) AS approved, \
         o.id AS own_id, o.state AS own_state, \
         (SELECT CAST(COUNT(*) AS bigint) FROM consolidation c WHERE c.document_id = p.document_id AND c.period_id IS NULL) AS judged, \
         (SELECT MIN(t.role) FROM flow_task t WHERE t.document_id = p.document_id AND t.element = 'evaluate') AS judging \
         FROM report_period p LEFT JOIN unit_report o ON o.period_id = p.id AND o.unit_id IN ({own}) \
         WHERE p.document_id = $1 ORDER BY p.cutoff_on, p.id, o.id"
    );
    let rows = PeriodRow::find_by_statement(sums::over(db, &sql, &values))
        .all(db)
        .await?;
    let mut year = Year::default();
    for row in rows {
        year.is_judged = row.judged > 0;
        year.judging = row.judging;
        let is_new = year
            .periods
            .last()
            .is_none_or(|last| last.period.id != row.period.id);
        if is_new {
            year.periods.push(Standing {
                period: row.period,
                reported: Reported {
                    asked: row.asked,
                    approved: row.approved,
                },
                own: Vec::new(),
            });
        }
        if let Some(last) = year.periods.last_mut() {
            last.own.extend(row.own_id.zip(row.own_state));
        }
    }
    Ok(year)
}

/// A unit's line of the grid of units × indicators.
#[derive(Debug, Clone)]
pub struct Line {
    pub report: Uuid,
    /// What the unit is called on the day.
    pub unit: String,
    /// By indicator; only of an approved report.
    pub cells: BTreeMap<Uuid, Cell>,
}

#[derive(Debug, FromQueryResult)]
struct LineRow {
    report: Uuid,
    unit_id: Uuid,
    called: String,
    indicator_id: Option<Uuid>,
    numerator: Option<i64>,
    denominator: Option<i64>,
    nothing_arose: Option<bool>,
}

/// Some lines of a period's grid, in the order of the units' keys, only those of some units where they are named, in one
/// statement.
///
/// # Errors
/// What the database reports.
pub async fn lines(
    db: &impl ConnectionTrait,
    period: Uuid,
    only: Option<&BTreeSet<Uuid>>,
    (skip, take): (u64, u64),
    on: NaiveDate,
) -> Outcome<Vec<Line>> {
    let mut values: Vec<sea_orm::Value> = vec![period.into(), on.into()];
    let among = match only {
        None => String::new(),
        Some(units) if units.is_empty() => return Ok(Vec::new()),
        Some(units) => {
            let places = (3..3 + units.len()).map(|n| format!("${n}"));
            let places = places.collect::<Vec<_>>().join(", ");
            values.extend(units.iter().map(|unit| sea_orm::Value::from(*unit)));
            format!(" AND r.unit_id IN ({places})")
        }
    };
    // The name of the day, as `people::find::units` gives it; an organisation is called by its short one.
    let sql = format!(
        "SELECT l.report, l.unit_id, l.called, v.indicator_id, v.numerator, v.denominator, v.nothing_arose FROM (\
         SELECT r.id AS report, r.approved_version, u.id AS unit_id, u.unit_key, \
         (SELECT CASE WHEN u.id = u.org_id THEN n.short ELSE n.name END FROM unit_name n WHERE n.unit_id = u.id \
         ORDER BY CASE WHEN n.valid_from <= $2 THEN 0 ELSE 1 END, \
         CASE WHEN n.valid_from <= $2 THEN n.valid_from END DESC, n.valid_from LIMIT 1) AS called \
         FROM unit_report r JOIN unit u ON u.id = r.unit_id WHERE r.period_id = $1{among} \
         ORDER BY u.unit_key LIMIT {take} OFFSET {skip}) l \
         LEFT JOIN report_value v ON v.report_id = l.report AND v.version = l.approved_version ORDER BY l.unit_key"
    );
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let mut lines: Vec<Line> = Vec::new();
    for row in LineRow::find_by_statement(statement).all(db).await? {
        if lines.last().is_none_or(|last| last.report != row.report) {
            lines.push(Line {
                report: row.report,
                unit: row.called,
                cells: BTreeMap::new(),
            });
        }
        let (Some(line), Some(indicator_id)) = (lines.last_mut(), row.indicator_id) else {
            continue;
        };
        let cell = Cell {
            unit_id: row.unit_id,
            indicator_id,
            numerator: row.numerator.unwrap_or_default(),
            denominator: row.denominator.unwrap_or_default(),
            reports: 1,
            nothing: i64::from(row.nothing_arose.unwrap_or_default()),
        };
        line.cells.insert(indicator_id, cell);
    }
    Ok(lines)
}
