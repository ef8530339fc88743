//! What the consolidated report and its letter are made from.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use trinhky_calendar::{local, vn_date};
use trinhky_drafting::{Authority, Line, MonthYear, Signer};
use uuid::Uuid;

use crate::app::Cx;
use crate::distribution::rows::delivery;
use crate::documents::Document;
use crate::fault::Outcome;
use crate::objectives::rows::{corrective_action, report_period, unit_report};
use crate::objectives::sums::{self, Cause, Cell, Results};
use crate::objectives::{corrective, find};
use crate::people::{Unit, find as people_find};

/// The kind of bodies above the committee that its reports go to, among those that the decision was sent to.
const ABOVE: &str = "provincial_department";

/// Read once, from the tables as they stand in the act.
pub(super) struct Facts<'a> {
    pub decision: &'a Document,
    pub results: &'a Results,
    pub office: Unit,
    pub organisation: Unit,
    /// Whom the committee reports to.
    pub addressees: Vec<String>,
    /// Who else is told, as the distribution list names them.
    pub told: Vec<Line>,
    pub signer: Signer,
    pub month: MonthYear,
    /// `từ 15/03/2023 đến 14/06/2023`
    pub range: Option<String>,
    /// Recipients for action, and those of them that acknowledged.
    pub sent: usize,
    pub acknowledged: usize,
    pub units: Vec<Unit>,
    pub cells: BTreeMap<(Uuid, Uuid), Cell>,
    pub causes: Vec<Cause>,
    /// Corrective actions that are not closed.
    pub actions: Vec<corrective_action::Model>,
    pub frozen: Vec<Frozen>,
    pub replaces: Option<Replaced>,
}

/// A unit's report in the version that was added up.
pub(super) struct Frozen {
    pub unit: String,
    pub period: String,
    pub version: i32,
    pub sent: String,
}

/// The signed report that this one replaces, and what differs: label, before, now.
pub(super) struct Replaced {
    pub title: String,
    pub issued_on: Option<NaiveDate>,
    pub differences: Vec<(String, String, String)>,
}

impl<'a> Facts<'a> {
    pub(super) async fn read(
        cx: Cx<'_>,
        decision: &'a Document,
        period_id: Option<Uuid>,
        results: &'a Results,
    ) -> Outcome<Self> {
        let on = cx.today();
        let row = &decision.row;
        let periods: Vec<report_period::Model> = find::periods(cx.tx, row.id)
            .await?
            .into_iter()
            .filter(|period| period_id.is_none_or(|id| id == period.id))
            .collect();
        let ids: Vec<Uuid> = periods.iter().map(|period| period.id).collect();
        let organisation = people_find::unit(cx.tx, row.org_id, on).await?;
        let deliveries = delivery::Entity::find()
            .filter(delivery::Column::DocumentId.eq(row.id))
            .all(cx.tx)
            .await?;
        let for_action = || {
            deliveries
                .iter()
                .filter(|delivery| delivery.kind == "action")
        };
        let (addressees, told) = recipients(cx, decision, &deliveries).await?;
        let mut reports = Vec::new();
        for period in &periods {
            for (report, unit) in find::reports(cx.tx, period.id, on).await? {
                reports.push((period, report, unit));
            }
        }
        let units: BTreeMap<String, Unit> = reports
            .iter()
            .map(|(_, _, unit)| (unit.key.clone(), unit.clone()))
            .collect();
        let mut actions = find::corrective_actions(cx.tx, row.id).await?;
        actions.retain(|action| action.state != corrective::state::CLOSED);
        Ok(Self {
            decision,
            results,
            office: people_find::unit(cx.tx, row.owner_id, on).await?,
            addressees: if addressees.is_empty() {
                vec![format!("Chủ tịch {}", organisation.name)]
            } else {
                addressees
            },
            told,
            signer: signer(cx, decision, &organisation).await?,
            organisation,
            month: MonthYear {
                month: on.month(),
                year: on.year(),
            },
            range: periods.first().zip(periods.last()).map(|(first, last)| {
                format!(
                    "từ {} đến {}",
                    vn_date(first.from_on),
                    vn_date(last.cutoff_on)
                )
            }),
            sent: for_action().count(),
            acknowledged: for_action()
                .filter(|delivery| delivery.arrival_number.is_some())
                .count(),
            units: units.into_values().collect(),
            cells: sums::cells(cx.tx, &ids).await?,
            causes: sums::causes(cx.tx, &ids).await?,
            actions,
            frozen: reports
                .iter()
                .filter_map(|(period, report, unit)| frozen(results, period, report, unit))
                .collect(),
            replaces: None,
        })
    }

    /// The label of an indicator, e.g. `3`.
    pub(super) fn label(&self, indicator: Uuid) -> &str {
        self.results
            .indicators
            .iter()
            .find(|found| found.indicator == indicator)
            .map_or("", |found| found.label.as_str())
    }

    /// How sentences call a unit that reports.
    pub(super) fn unit(&self, id: Uuid) -> &str {
        self.units
            .iter()
            .find(|unit| unit.id == id)
            .map_or("", Unit::called)
    }
}

/// Who gets the report to act on it, and who is told: what the decision's own distribution list says of bodies.
async fn recipients(
    cx: Cx<'_>,
    decision: &Document,
    deliveries: &[delivery::Model],
) -> Outcome<(Vec<String>, Vec<Line>)> {
    let ids: Vec<Uuid> = deliveries.iter().map(|delivery| delivery.unit_id).collect();
    let bodies = people_find::units(cx.tx, &ids, cx.today()).await?;
    let mut addressees = Vec::new();
    let mut addressed = Vec::new();
    for delivery in deliveries {
        if let Some(body) = bodies
            .get(&delivery.unit_id)
            .filter(|body| body.kind == ABOVE)
        {
            addressees.push(body.name.clone());
            addressed.extend(serde_json::from_str::<Vec<String>>(&delivery.purposes)?);
        }
    }
    let told = decision
        .draft
        .distribution
        .iter()
        .filter(|line| matches!(line, Line::Body { .. }))
        .filter(|line| !addressed.iter().any(|named| named == line.text()))
        .cloned()
        .collect();
    Ok((addressees, told))
}

/// The Chairman; a committee's report is signed on the committee's behalf (Decree 30/2020 Art. 13.2).
async fn signer(cx: Cx<'_>, decision: &Document, organisation: &Unit) -> Outcome<Signer> {
    let chair = people_find::holders_in_org(cx.tx, organisation.id, "chair", cx.today()).await?;
    let (title, name) = match chair.into_iter().next() {
        Some(holder) => (printed(&holder.post.title), holder.name),
        None => return Ok(decision.draft.signer.clone()),
    };
    let collective = organisation.kind.ends_with("_committee");
    let mut title_lines = Vec::new();
    if collective {
        title_lines.push("TM. ỦY BAN NHÂN DÂN".to_owned());
    }
    title_lines.push(title);
    Ok(Signer {
        authority: if collective {
            Authority::TM
        } else {
            Authority::None
        },
        title_lines,
        name,
    })
}

/// The office alone, as it stands above a signature: `CHỦ TỊCH` of `Chủ tịch UBND huyện`.
fn printed(title: &str) -> String {
    let office = [" UBND", " Ủy ban nhân dân"]
        .iter()
        .find_map(|of| title.split_once(of))
        .map_or(title, |(office, _)| office);
    office.to_uppercase()
}

fn frozen(
    results: &Results,
    period: &report_period::Model,
    report: &unit_report::Model,
    unit: &Unit,
) -> Option<Frozen> {
    let pinned = results
        .pinned
        .iter()
        .find(|pinned| pinned.report == report.id)?;
    let sent = report.submitted_at.map_or_else(String::new, |at| {
        local(at).format("%H:%M %d/%m/%Y").to_string()
    });
    Some(Frozen {
        unit: unit.called().to_owned(),
        period: period.name.clone(),
        version: pinned.version,
        sent,
    })
}
