//! The periods of running decisions after a change of the calendar.

use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::rows::report_period;
use super::schedule::{Scheduled, of_year};
use super::{period_state, plan, regime};
use crate::app::Cx;
use crate::documents;
use crate::fault::Outcome;
use crate::flow::recount::Change;

/// A period that is still to come or running, with the instants that the changed calendar gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replanned {
    pub before: report_period::Model,
    pub opens_at: DateTime<Utc>,
    pub due_at: DateTime<Utc>,
    pub consolidate_at: DateTime<Utc>,
}

impl Replanned {
    /// Its instants that move, with what they move to.
    pub fn moves(&self) -> impl Iterator<Item = (DateTime<Utc>, DateTime<Utc>)> {
        let before = &self.before;
        [
            (before.opens_at, self.opens_at),
            (before.due_at, self.due_at),
            (before.consolidate_at, self.consolidate_at),
        ]
        .into_iter()
        .filter(|(before, after)| before != after)
    }
}

/// The periods of an organisation's decisions that move. What data they cover stays as it was told to the units.
///
/// # Errors
/// What the database reports.
pub async fn replanned(
    db: &impl ConnectionTrait,
    org_id: Uuid,
    change: &Change<'_>,
) -> Outcome<Vec<Replanned>> {
    let rows = report_period::Entity::find()
        .filter(report_period::Column::OrgId.eq(org_id))
        .filter(report_period::Column::State.ne(period_state::CONSOLIDATED))
        .filter(report_period::Column::ConsolidateAt.gt(change.now))
        .all(db)
        .await?;
    let mut found = Vec::new();
    let mut documents: Vec<Uuid> = rows.iter().map(|row| row.document_id).collect();
    documents.sort_unstable();
    documents.dedup();
    for id in documents {
        let document = documents::find::document(db, id).await?;
        let Some(issued_on) = document.row.issued_on else {
            continue;
        };
        let regime = regime::of_document(db, &document).await?;
        let year = plan::year_of(&document.draft, document.row.year);
        let planned =
            |calendar| of_year(&regime, year, issued_on, DateTime::<Utc>::MIN_UTC, calendar);
        let (old, new) = (planned(change.old), planned(change.new));
        found.extend(
            rows.iter()
                .filter(|row| row.document_id == id)
                .map(|row| moved(row, (&old, &new), change)),
        );
    }
    found.retain(|period| period.moves().next().is_some());
    Ok(found)
}

fn moved(
    row: &report_period::Model,
    (old, new): (&[Scheduled], &[Scheduled]),
    change: &Change<'_>,
) -> Replanned {
    let of = |periods: &[Scheduled]| {
        periods
            .iter()
            .find(|period| period.code == row.code)
            .cloned()
    };
    let plans = of(old).zip(of(new));
    let planned = |at: DateTime<Utc>, field: fn(&Scheduled) -> DateTime<Utc>| {
        let counted = plans
            .as_ref()
            .filter(|(old, _)| field(old) == at)
            .map_or_else(|| change.fixed(at), |(_, new)| field(new));
        change.allowed(at, counted)
    };
    Replanned {
        opens_at: planned(row.opens_at, |period| period.opens_at),
        due_at: planned(row.due_at, |period| period.due_at),
        consolidate_at: planned(row.consolidate_at, |period| period.consolidate_at),
        before: row.clone(),
    }
}

/// Writes the new instants of a period.
///
/// # Errors
/// What the database reports.
pub async fn write(cx: Cx<'_>, period: &Replanned) -> Outcome<()> {
    report_period::Entity::update_many()
        .filter(report_period::Column::Id.eq(period.before.id))
        .set(report_period::ActiveModel {
            opens_at: Set(period.opens_at),
            due_at: Set(period.due_at),
            consolidate_at: Set(period.consolidate_at),
            ..Default::default()
        })
        .exec(cx.tx)
        .await?;
    Ok(())
}
