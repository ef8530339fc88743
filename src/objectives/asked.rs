//! Which unit is asked for which indicator: as the Office said, else as the indicator's own words say.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;

use super::find::{self, Indicator};
use super::rows::indicator_unit;
use super::{open, regime};
use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::documents;
use crate::fault::{Fault, Outcome};
use crate::people::{Actor, Unit};

/// Rows per statement, below the parameter limits of both databases.
const CHUNK: usize = 300;

/// What the Office said about a decision's indicators and units.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked(BTreeMap<(Uuid, Uuid), bool>);

impl Asked {
    /// What was said about these indicators.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn of(db: &impl ConnectionTrait, indicators: &[Indicator]) -> Outcome<Self> {
        let ids = indicators.iter().map(|indicator| indicator.id);
        let rows = indicator_unit::Entity::find()
            .filter(indicator_unit::Column::IndicatorId.is_in(ids))
            .all(db)
            .await?;
        Ok(Self(
            rows.into_iter()
                .map(|row| ((row.indicator_id, row.unit_id), row.asked))
                .collect(),
        ))
    }

    /// Whether the unit reports this indicator.
    #[must_use]
    pub fn applies(&self, indicator: &Indicator, unit: &Unit) -> bool {
        self.0
            .get(&(indicator.id, unit.id))
            .copied()
            .unwrap_or_else(|| indicator.applies_to(unit))
    }
}

/// The Office says which units report an indicator; units that are not named do not.
///
/// # Errors
/// When nobody would report it, the year is closed, or the right is missing.
pub async fn set(
    app: &App,
    actor: &Actor,
    document_id: Uuid,
    indicator_id: Uuid,
    units: BTreeSet<Uuid>,
) -> Outcome<()> {
    app.act(
        actor,
        (document_id, indicator_id, units),
        |cx, (document_id, indicator_id, units)| {
            Box::pin(setting(cx, *document_id, *indicator_id, units))
        },
    )
    .await
}

async fn setting(
    cx: Cx<'_>,
    document_id: Uuid,
    indicator_id: Uuid,
    units: &BTreeSet<Uuid>,
) -> Outcome<()> {
    let document = documents::find::document(cx.tx, document_id).await?;
    if !regime::may_set(cx.actor, document.row.org_id, None) {
        return Err(Fault::forbidden(
            "Chỉ Văn phòng hoặc người quản trị được giao chỉ tiêu cho đơn vị.",
            "Only the Office or the administrator say which units report an indicator.",
        ));
    }
    if document.row.state == documents::state::CLOSED {
        return Err(Fault::stale(
            "Năm đã khóa sổ đánh giá.",
            "The year is closed.",
        ));
    }
    let indicator = find::indicators(cx.tx, document_id)
        .await?
        .into_iter()
        .find(|indicator| indicator.id == indicator_id)
        .ok_or(Fault::NotFound)?;
    let all = open::units_for_action(cx.tx, &document, cx.today()).await?;
    let asked: Vec<&Unit> = all.iter().filter(|unit| units.contains(&unit.id)).collect();
    if asked.is_empty() {
        return Err(Fault::invalid(
            "unit",
            "Chọn ít nhất một đơn vị báo cáo chỉ tiêu này.",
            "Choose at least one unit that reports this indicator.",
        ));
    }
    indicator_unit::Entity::delete_many()
        .filter(indicator_unit::Column::IndicatorId.eq(indicator_id))
        .exec(cx.tx)
        .await?;
    let rows: Vec<_> = all
        .iter()
        .map(|unit| indicator_unit::ActiveModel {
            indicator_id: Set(indicator_id),
            unit_id: Set(unit.id),
            asked: Set(units.contains(&unit.id)),
        })
        .collect();
    for chunk in rows.chunks(CHUNK) {
        indicator_unit::Entity::insert_many(chunk.to_vec())
            .exec_without_returning(cx.tx)
            .await?;
    }
    let summary = format!(
        "Giao chỉ tiêu {} cho {}/{} đơn vị",
        indicator.label(),
        asked.len(),
        all.len()
    );
    let entry = Entry::about(document_id, "indicator.assigned", summary)
        .data(json!({ "code": indicator.code, "units": asked.iter().map(|unit| &unit.key).collect::<Vec<_>>() }));
    audit::append(cx.tx, document.row.org_id, cx.actor, cx.now, entry).await
}
