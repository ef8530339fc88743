//! Who stands in for a unit that has ended.
//!
//! Nothing that was addressed to the old unit is rewritten: its deliveries, reports and papers keep its name. The people of
//! its successor simply act for it, too, until all of it is done.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::rows::succession;
use crate::fault::Outcome;

/// For each of the units that has ended by the day, the unit that does what was still to be done.
///
/// # Errors
/// What the database reports.
pub async fn heirs(
    db: &impl ConnectionTrait,
    units: &[Uuid],
    on: NaiveDate,
) -> Outcome<BTreeMap<Uuid, Uuid>> {
    let rows = succession::Entity::find()
        .filter(succession::Column::Duties.eq(true))
        .filter(succession::Column::EffectiveOn.lte(on))
        .filter(succession::Column::FromId.is_in(units.iter().copied()))
        // Of a chain the last: who succeeds a successor came later.
        .order_by_asc(succession::Column::EffectiveOn)
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.from_id, row.to_id))
        .collect())
}

/// The units that these units stand in for on the day.
///
/// # Errors
/// What the database reports.
pub async fn predecessors(
    db: &impl ConnectionTrait,
    units: &[Uuid],
    on: NaiveDate,
) -> Outcome<Vec<succession::Model>> {
    if units.is_empty() {
        return Ok(Vec::new());
    }
    Ok(succession::Entity::find()
        .filter(succession::Column::Duties.eq(true))
        .filter(succession::Column::EffectiveOn.lte(on))
        .filter(succession::Column::ToId.is_in(units.iter().copied()))
        .order_by_asc(succession::Column::FromId)
        .all(db)
        .await?)
}
