//! Where a decision stands, in a fixed number of statements however many units report: for screens that many people open.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use uuid::Uuid;

use super::sums;
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
