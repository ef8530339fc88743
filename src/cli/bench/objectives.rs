//! A year's results of as many units as a country has communes, beside the plain sums of the same rows in one statement.

use chrono::{Datelike as _, Months, NaiveDate};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ConnectionTrait, EntityTrait, IntoActiveModel as _,
    Statement, Value,
};
use trinhky_calendar::Calendar;
use uuid::Uuid;

use super::storage::Bench;
use crate::app::Cx;
use crate::clock::Stopwatch;
use crate::documents::find as documents;
use crate::fault::Outcome;
use crate::objectives::rows::{report_period, report_value, unit_report};
use crate::objectives::{find, period_state, plan, state, sums};
use crate::people::Actor;
use crate::people::rows::{unit, unit_name};

/// Communes of the country.
pub const UNITS: usize = 3_321;
/// Months of the year.
const PERIODS: u32 = 12;
/// Rows per statement, below the parameter limits of both databases.
const CHUNK: usize = 400;
/// Measurements of each, the fastest of which counts.
const TIMES: usize = 5;

/// Seconds of a year's results, and of the plain sums.
pub struct Year {
    pub values: usize,
    pub ours: f64,
    pub sums: f64,
}

/// Fills an office with a year's reports and measures.
///
/// # Errors
/// What the database reports.
pub async fn measure(bench: &Bench) -> anyhow::Result<Year> {
    let app = &bench.app;
    let document = bench.document_id;
    app.act(&Actor::system(), document, |cx, id| {
        Box::pin(async move {
            let document = documents::document(cx.tx, *id).await?;
            plan(cx, &document).await?;
            Ok(())
        })
    })
    .await?;
    let units = app
        .act(&Actor::system(), (), |cx, ()| Box::pin(add_units(cx)))
        .await?;
    let mut periods = Vec::new();
    for month in 1..=PERIODS {
        let period = app
            .act(
                &Actor::system(),
                (bench.org_id, document, month, units.clone()),
                |cx, (org_id, document, month, units)| {
                    Box::pin(add_period(cx, *org_id, *document, *month, units))
                },
            )
            .await?;
        periods.push(period);
    }
    let indicators = find::indicators(app.store.reader(), document).await?.len();
    let db = app.store.reader();
    let (mut ours, mut plain) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..TIMES {
        let watch = Stopwatch::start();
        let results =
            sums::results(db, document, ("2023", "năm 2023"), &periods, app.today()).await?;
        ours = ours.min(watch.seconds());
        let watch = Stopwatch::start();
        let counted = plain_sums(db, &periods).await?;
        plain = plain.min(watch.seconds());
        let total: i64 = results
            .indicators
            .iter()
            .map(|result| result.sum.numerator + result.sum.denominator)
            .sum();
        anyhow::ensure!(total == counted, "{total} was counted, not {counted}");
    }
    Ok(Year {
        values: UNITS * periods.len() * indicators,
        ours,
        sums: plain,
    })
}

/// Numerators and denominators per indicator, with no verdicts, units or names.
async fn plain_sums(
    db: &impl ConnectionTrait,
    periods: &[report_period::Model],
) -> anyhow::Result<i64> {
    let places: Vec<String> = (1..=periods.len()).map(|n| format!("${n}")).collect();
    let sql = format!(
        "SELECT v.indicator_id, CAST(SUM(v.numerator) AS bigint) AS n, CAST(SUM(v.denominator) AS bigint) AS d \
         FROM unit_report r JOIN report_value v ON v.report_id = r.id AND v.version = r.approved_version \
         WHERE r.period_id IN ({}) GROUP BY v.indicator_id",
        places.join(", ")
    );
    let values: Vec<Value> = periods.iter().map(|period| period.id.into()).collect();
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let mut total = 0;
    for row in db.query_all_raw(statement).await? {
        total += row.try_get::<i64>("", "n")? + row.try_get::<i64>("", "d")?;
    }
    Ok(total)
}

async fn add_units(cx: Cx<'_>) -> Outcome<Vec<Uuid>> {
    let since = NaiveDate::from_ymd_opt(2004, 7, 1).unwrap_or_default();
    let ids: Vec<Uuid> = (0..UNITS).map(|_| cx.id()).collect();
    let (mut units, mut names) = (Vec::new(), Vec::new());
    for (n, id) in ids.iter().enumerate() {
        units.push(unit::ActiveModel {
            id: Set(*id),
            org_id: Set(*id),
            parent_id: Set(None),
            unit_key: Set(format!("xa-{n:04}")),
            kind: Set("commune_committee".to_owned()),
            account: Set(true),
            email: Set(None),
            valid_from: Set(since),
            valid_to: Set(None),
        });
        names.push(unit_name::ActiveModel {
            id: Set(cx.id()),
            unit_id: Set(*id),
            name: Set(format!("Ủy ban nhân dân xã {n:04}")),
            short: Set(format!("UBND xã {n:04}")),
            header: Set("[]".to_owned()),
            place: Set(String::new()),
            code: Set(String::new()),
            superior: Set(String::new()),
            valid_from: Set(since),
            valid_to: Set(None),
        });
    }
    for chunk in units.chunks(CHUNK) {
        unit::Entity::insert_many(chunk.to_vec())
            .exec_without_returning(cx.tx)
            .await?;
    }
    for chunk in names.chunks(CHUNK) {
        unit_name::Entity::insert_many(chunk.to_vec())
            .exec_without_returning(cx.tx)
            .await?;
    }
    Ok(ids)
}

/// A month with an approved report of every unit.
async fn add_period(
    cx: Cx<'_>,
    org_id: Uuid,
    document: Uuid,
    month: u32,
    units: &[Uuid],
) -> Outcome<report_period::Model> {
    let calendar = Calendar::vietnam();
    let from_on = NaiveDate::from_ymd_opt(2023, month, 1).unwrap_or_default();
    let next = from_on + Months::new(1);
    let due_at = calendar.end_of_office(calendar.add_working_days(next, 1));
    let period = report_period::Model {
        id: cx.id(),
        org_id,
        document_id: document,
        code: format!("2023-M{month:02}"),
        name: format!("tháng {} năm 2023", from_on.month()),
        from_on,
        cutoff_on: next.pred_opt().unwrap_or(next),
        opens_at: calendar.office_open(from_on),
        due_at,
        consolidate_at: due_at,
        state: period_state::OPEN.to_owned(),
    };
    report_period::Entity::insert(period.clone().into_active_model().reset_all())
        .exec_without_returning(cx.tx)
        .await?;
    let indicators = find::indicators(cx.tx, document).await?;
    let (mut reports, mut values) = (Vec::new(), Vec::new());
    for (n, unit) in (0_i64..).zip(units) {
        let report = cx.id();
        reports.push(unit_report::ActiveModel {
            id: Set(report),
            org_id: Set(org_id),
            document_id: Set(document),
            period_id: Set(period.id),
            unit_id: Set(*unit),
            state: Set(state::APPROVED.to_owned()),
            version: Set(1),
            approved_version: Set(1),
            revision: Set(0),
            remark: Set(String::new()),
            returned: Set(String::new()),
            submitted_at: Set(Some(cx.now)),
            submitted_by: Set("Người báo cáo".to_owned()),
            approved_at: Set(Some(cx.now)),
            approved_by: Set("Trưởng đơn vị".to_owned()),
            late_days: Set(0),
            changed_at: Set(cx.now),
            extended_due: Set(None),
        });
        values.extend(
            indicators
                .iter()
                .map(|indicator| report_value::ActiveModel {
                    report_id: Set(report),
                    indicator_id: Set(indicator.id),
                    version: Set(1),
                    numerator: Set(Some(90 + n % 10)),
                    denominator: Set(Some(100)),
                    nothing_arose: Set(false),
                    cause: Set(String::new()),
                    measure: Set(String::new()),
                    owner: Set(String::new()),
                    measure_due: Set(String::new()),
                }),
        );
    }
    for chunk in reports.chunks(CHUNK) {
        unit_report::Entity::insert_many(chunk.to_vec())
            .exec_without_returning(cx.tx)
            .await?;
    }
    for chunk in values.chunks(CHUNK) {
        report_value::Entity::insert_many(chunk.to_vec())
            .exec_without_returning(cx.tx)
            .await?;
    }
    Ok(period)
}
