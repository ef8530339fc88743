//! Finders: objectives with their indicators, periods, reports with their values.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
};
use trinhky_drafting::fold;
use uuid::Uuid;

use super::rows::{
    consolidation, corrective_action, indicator, objective, report_period, report_value,
    unit_report,
};
use super::verdict::{Comparator, Target};
use crate::fault::{Fault, Outcome};
use crate::people::rows::unit;
use crate::people::{Actor, Unit, find as people_find, may};

/// An objective of a decision with its indicators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objective {
    pub id: Uuid,
    pub ordinal: i32,
    /// Where it stands in the text: `Điều 1, khoản 3`.
    pub place: String,
    pub wording: String,
    pub indicators: Vec<Indicator>,
}

/// How an objective is measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Indicator {
    pub id: Uuid,
    /// The number of its objective, from 1.
    pub objective: i32,
    /// `O1a_on_time_rate`.
    pub code: String,
    pub name: String,
    /// What is counted.
    pub numerator: String,
    /// Of how many; empty for a plain count.
    pub denominator: String,
    pub target: Target,
    pub evidence: String,
    pub who_reports: String,
}

impl Indicator {
    /// The short label: `1a`.
    #[must_use]
    pub fn label(&self) -> &str {
        self.code
            .split('_')
            .next()
            .unwrap_or_default()
            .trim_start_matches('O')
    }

    /// Whether the unit is among those that report it; where the text names nobody, every unit is.
    #[must_use]
    pub fn applies_to(&self, unit: &Unit) -> bool {
        let who = fold(&self.who_reports);
        if who.is_empty() || who.contains(&fold("mọi đơn vị")) || who.contains(&fold("các đơn vị"))
        {
            return true;
        }
        if who.contains(&fold("các xã")) && unit.kind == "commune_committee" {
            return true;
        }
        let name = fold(&unit.name);
        who.split([',', ';', '(', ')'])
            .map(str::trim)
            .any(|part| !part.is_empty() && name.starts_with(part))
    }
}

/// The objectives of a decision, in the order of its text.
///
/// # Errors
/// What the database reports.
pub async fn objectives(db: &impl ConnectionTrait, document_id: Uuid) -> Outcome<Vec<Objective>> {
    let mut found = objectives_of(db, &[document_id]).await?;
    Ok(found.remove(&document_id).unwrap_or_default())
}

/// The objectives of some decisions, each decision's in the order of its text, in one statement.
///
/// # Errors
/// What the database reports.
pub async fn objectives_of(
    db: &impl ConnectionTrait,
    document_ids: &[Uuid],
) -> Outcome<BTreeMap<Uuid, Vec<Objective>>> {
    let rows = objective::Entity::find()
        .join(
            JoinType::LeftJoin,
            objective::Entity::belongs_to(indicator::Entity)
                .from(objective::Column::Id)
                .to(indicator::Column::ObjectiveId)
                .into(),
        )
        .select_also(indicator::Entity)
        .filter(objective::Column::DocumentId.is_in(document_ids.iter().copied()))
        .order_by_asc(objective::Column::Ordinal)
        .order_by_asc(indicator::Column::Ordinal)
        .all(db)
        .await?;
    let mut found: BTreeMap<Uuid, Vec<Objective>> = BTreeMap::new();
    for (row, measured) in rows {
        let of_document = found.entry(row.document_id).or_default();
        let is_new = of_document.last().is_none_or(|last| last.id != row.id);
        let measured = measured
            .map(|measured| with_target(measured, row.ordinal))
            .transpose()?;
        if is_new {
            of_document.push(Objective {
                id: row.id,
                ordinal: row.ordinal,
                place: row.place,
                wording: row.wording,
                indicators: Vec::new(),
            });
        }
        if let Some(last) = of_document.last_mut() {
            last.indicators.extend(measured);
        }
    }
    Ok(found)
}

/// The indicators of a decision, in order, in one statement.
///
/// # Errors
/// What the database reports.
pub async fn indicators(db: &impl ConnectionTrait, document_id: Uuid) -> Outcome<Vec<Indicator>> {
    indicator::Entity::find()
        .join(
            JoinType::InnerJoin,
            indicator::Entity::belongs_to(objective::Entity)
                .from(indicator::Column::ObjectiveId)
                .to(objective::Column::Id)
                .into(),
        )
        .select_also(objective::Entity)
        .filter(indicator::Column::DocumentId.eq(document_id))
        .order_by_asc(indicator::Column::Ordinal)
        .all(db)
        .await?
        .into_iter()
        .filter_map(|(row, of)| Some(with_target(row, of?.ordinal)))
        .collect()
}

/// The report periods of a decision, oldest first.
///
/// # Errors
/// What the database reports.
pub async fn periods(
    db: &impl ConnectionTrait,
    document_id: Uuid,
) -> Outcome<Vec<report_period::Model>> {
    Ok(report_period::Entity::find()
        .filter(report_period::Column::DocumentId.eq(document_id))
        .order_by_asc(report_period::Column::CutoffOn)
        .all(db)
        .await?)
}

/// One period.
///
/// # Errors
/// [`Fault::NotFound`], or what the database reports.
pub async fn period(db: &impl ConnectionTrait, id: Uuid) -> Outcome<report_period::Model> {
    report_period::Entity::find_by_id(id)
        .one(db)
        .await?
        .ok_or(Fault::NotFound)
}

/// The period of a decision with this code, e.g. `2023-Q2`.
///
/// # Errors
/// [`Fault::NotFound`], or what the database reports.
pub async fn period_by_code(
    db: &impl ConnectionTrait,
    document_id: Uuid,
    code: &str,
) -> Outcome<report_period::Model> {
    report_period::Entity::find()
        .filter(report_period::Column::DocumentId.eq(document_id))
        .filter(report_period::Column::Code.eq(code))
        .one(db)
        .await?
        .ok_or(Fault::NotFound)
}

/// A report by id, whoever asks; for acts that check the right themselves.
///
/// # Errors
/// [`Fault::NotFound`], or what the database reports.
pub async fn report(db: &impl ConnectionTrait, id: Uuid) -> Outcome<unit_report::Model> {
    unit_report::Entity::find_by_id(id)
        .one(db)
        .await?
        .ok_or(Fault::NotFound)
}

/// A report that the actor may see: of one of his units, or of a decision of his organisation.
///
/// # Errors
/// [`Fault::NotFound`] also where he may not know that it exists.
pub async fn visible_report(
    db: &impl ConnectionTrait,
    actor: &Actor,
    id: Uuid,
) -> Outcome<unit_report::Model> {
    let report = report(db, id).await?;
    let own = actor.unit_ids().contains(&report.unit_id);
    if own || may::work_on_documents_of(actor, report.org_id) {
        Ok(report)
    } else {
        Err(Fault::NotFound)
    }
}

/// The reports of a period with their units, in the order of the units' keys.
///
/// # Errors
/// What the database reports.
pub async fn reports(
    db: &impl ConnectionTrait,
    period_id: Uuid,
    on: NaiveDate,
) -> Outcome<Vec<(unit_report::Model, Unit)>> {
    let found = unit_report::Entity::find()
        .filter(unit_report::Column::PeriodId.eq(period_id))
        .all(db)
        .await?;
    let ids: Vec<Uuid> = found.iter().map(|report| report.unit_id).collect();
    let units = people_find::units(db, &ids, on).await?;
    let mut reports: Vec<_> = found
        .into_iter()
        .filter_map(|report| {
            units
                .get(&report.unit_id)
                .cloned()
                .map(|unit| (report, unit))
        })
        .collect();
    reports.sort_by(|one, other| one.1.key.cmp(&other.1.key));
    Ok(reports)
}

/// Some of the reports of a period with their units, in the order of the units' keys; only those of some units where they are
/// named.
///
/// # Errors
/// What the database reports.
pub async fn reports_page(
    db: &impl ConnectionTrait,
    period_id: Uuid,
    only: Option<&BTreeSet<Uuid>>,
    (skip, take): (u64, u64),
    on: NaiveDate,
) -> Outcome<Vec<(unit_report::Model, Unit)>> {
    let mut select = unit_report::Entity::find()
        .join(
            JoinType::InnerJoin,
            unit_report::Entity::belongs_to(unit::Entity)
                .from(unit_report::Column::UnitId)
                .to(unit::Column::Id)
                .into(),
        )
        .filter(unit_report::Column::PeriodId.eq(period_id))
        .order_by_asc(unit::Column::UnitKey)
        .offset(skip)
        .limit(take);
    if let Some(only) = only {
        select = select.filter(unit_report::Column::UnitId.is_in(only.iter().copied()));
    }
    let found = select.all(db).await?;
    let ids: Vec<Uuid> = found.iter().map(|report| report.unit_id).collect();
    let mut units = people_find::units(db, &ids, on).await?;
    Ok(found
        .into_iter()
        .filter_map(|report| {
            let unit = units.remove(&report.unit_id)?;
            Some((report, unit))
        })
        .collect())
}

/// The report of a unit for a period, where it was asked.
///
/// # Errors
/// What the database reports.
pub async fn report_of(
    db: &impl ConnectionTrait,
    period_id: Uuid,
    unit_id: Uuid,
) -> Outcome<Option<unit_report::Model>> {
    Ok(unit_report::Entity::find()
        .filter(unit_report::Column::PeriodId.eq(period_id))
        .filter(unit_report::Column::UnitId.eq(unit_id))
        .one(db)
        .await?)
}

/// The values of one version of a report, by indicator.
///
/// # Errors
/// What the database reports.
pub async fn values(
    db: &impl ConnectionTrait,
    report_id: Uuid,
    version: i32,
) -> Outcome<BTreeMap<Uuid, report_value::Model>> {
    Ok(report_value::Entity::find()
        .filter(report_value::Column::ReportId.eq(report_id))
        .filter(report_value::Column::Version.eq(version))
        .all(db)
        .await?
        .into_iter()
        .map(|value| (value.indicator_id, value))
        .collect())
}

/// The newest consolidation with this code (a period's code, or the year), where there is one.
///
/// # Errors
/// What the database reports.
pub async fn consolidation(
    db: &impl ConnectionTrait,
    document_id: Uuid,
    code: &str,
) -> Outcome<Option<consolidation::Model>> {
    Ok(consolidation::Entity::find()
        .filter(consolidation::Column::DocumentId.eq(document_id))
        .filter(consolidation::Column::Code.eq(code))
        .order_by_desc(consolidation::Column::Version)
        .one(db)
        .await?)
}

/// The newest consolidated report per period and for the year, as `(code, document)`, in the order of the codes.
///
/// # Errors
/// What the database reports.
pub async fn consolidated_reports(
    db: &impl ConnectionTrait,
    document_id: Uuid,
) -> Outcome<BTreeMap<String, Uuid>> {
    Ok(consolidation::Entity::find()
        .filter(consolidation::Column::DocumentId.eq(document_id))
        .order_by_asc(consolidation::Column::Version)
        .all(db)
        .await?
        .into_iter()
        .filter_map(|row| Some((row.code, row.report_id?)))
        .collect())
}

/// The corrective actions of a decision, in the order they were opened.
///
/// # Errors
/// What the database reports.
pub async fn corrective_actions(
    db: &impl ConnectionTrait,
    document_id: Uuid,
) -> Outcome<Vec<corrective_action::Model>> {
    Ok(corrective_action::Entity::find()
        .filter(corrective_action::Column::DocumentId.eq(document_id))
        .order_by_asc(corrective_action::Column::OpenedAt)
        .order_by_asc(corrective_action::Column::Id)
        .all(db)
        .await?)
}

fn with_target(row: indicator::Model, objective: i32) -> Outcome<Indicator> {
    let comparator = Comparator::of_word(&row.comparator).ok_or_else(|| {
        anyhow::anyhow!("indicator {} is compared by `{}`", row.code, row.comparator)
    })?;
    Ok(Indicator {
        id: row.id,
        objective,
        code: row.code,
        name: row.name,
        numerator: row.numerator,
        denominator: row.denominator,
        target: Target {
            comparator,
            numerator: row.target_n,
            denominator: row.target_d,
            is_count: row.is_count,
        },
        evidence: row.evidence,
        who_reports: row.who_reports,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn indicator(who: &str) -> Indicator {
        Indicator {
            id: Uuid::nil(),
            objective: 1,
            code: "O1b_repeat_complaints".to_owned(),
            name: String::new(),
            numerator: String::new(),
            denominator: String::new(),
            target: Target {
                comparator: Comparator::Eq,
                numerator: 0,
                denominator: 1,
                is_count: true,
            },
            evidence: String::new(),
            who_reports: who.to_owned(),
        }
    }

    fn unit(name: &str, kind: &str) -> Unit {
        Unit {
            id: Uuid::nil(),
            org_id: Uuid::nil(),
            key: String::new(),
            kind: kind.to_owned(),
            account: true,
            email: None,
            name: name.to_owned(),
            short: String::new(),
            header: Vec::new(),
            place: String::new(),
            code: String::new(),
            superior: String::new(),
            valid_to: None,
        }
    }

    #[test]
    fn who_reports_what_is_read_from_the_indicator() {
        let inspectorate = unit("Thanh tra huyện", "division");
        let health = unit("Phòng Y tế", "division");
        let commune = unit("Ủy ban nhân dân xã Gia Cát", "commune_committee");
        let office = unit("Văn phòng HĐND và UBND huyện", "office");
        let complaints = indicator("Thanh tra, Văn phòng, UBND các xã, thị trấn");
        assert!(
            complaints.applies_to(&inspectorate)
                && complaints.applies_to(&office)
                && complaints.applies_to(&commune)
        );
        assert!(!complaints.applies_to(&health));
        assert!(indicator("Mọi đơn vị có thủ tục hành chính").applies_to(&health));
        let satisfaction = indicator("Bộ phận Tiếp nhận và Trả kết quả (Văn phòng)");
        assert!(satisfaction.applies_to(&office) && !satisfaction.applies_to(&commune));
        assert_eq!(satisfaction.label(), "1b");
    }
}
