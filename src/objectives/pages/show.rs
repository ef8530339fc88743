//! The objectives of a decision: indicators over the periods, charts, units × indicators.

use std::collections::BTreeMap;

use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use sea_orm::sea_query::Query as Select;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Deserialize;
use uuid::Uuid;

use super::{GRID_UNITS, Seen, cell, column, document_link, grid, may_take, open_steps, said};
use crate::documents::{self, Document, rows::document};
use crate::fault::{Fault, Outcome};
use crate::objectives::chart::{self, Point};
use crate::objectives::evaluate::year_code;
use crate::objectives::find::{self, Indicator, Objective};
use crate::objectives::rows::{objective, report_period, unit_report};
use crate::objectives::standing::{self, Reported};
use crate::objectives::verdict::{Sum, Target};
use crate::objectives::{last_year, period_state, state, sums};
use crate::people::may;
use crate::people::session::{Session, failed};
use crate::web::views::objectives::{
    IndicatorRow, ObjectiveRow, ObjectivesShow, ResultCell, UnitGrid,
};
use crate::web::views::shared::{Mark, Markup, Tone};
use crate::web::{Link, WebError, html};

/// Decisions offered to choose from.
const MOST_DECISIONS: u64 = 20;

/// What the address may say.
#[derive(Debug, Deserialize)]
pub struct Asked {
    /// The code of the period whose grid is shown; the newest open one by default.
    ky: Option<String>,
    /// The page of the grid, from 1.
    #[serde(default)]
    trang: u32,
}

/// `/muc-tieu`: the newest decision with objectives that the reader may know.
///
/// # Errors
/// The page of the fault.
pub async fn index(session: Session) -> Result<Response, WebError> {
    let decisions = decisions(&session)
        .await
        .map_err(|fault| failed(fault, "/muc-tieu"))?;
    match decisions.first() {
        Some(decision) => {
            Ok(Redirect::to(&format!("/van-ban/{}/muc-tieu", decision.id)).into_response())
        }
        None => Err(WebError::NotFound),
    }
}

/// `/van-ban/{id}/muc-tieu`.
///
/// # Errors
/// The page of the fault.
pub async fn show(
    Path(id): Path<Uuid>,
    Query(asked): Query<Asked>,
    session: Session,
) -> Result<Response, WebError> {
    let view = view(&session, id, &asked)
        .await
        .map_err(|fault| failed(fault, "/muc-tieu"))?;
    Ok(html(&view))
}

async fn view(session: &Session, id: Uuid, asked: &Asked) -> Outcome<ObjectivesShow> {
    let db = session.app.store.reader();
    let decision = documents::find::visible(db, &session.actor, id).await?;
    let objectives = find::objectives(db, id).await?;
    if objectives.is_empty() {
        return Err(Fault::NotFound);
    }
    let periods = find::periods(db, id).await?;
    let ids: Vec<Uuid> = periods.iter().map(|period| period.id).collect();
    let results = sums::by_period(db, &ids).await?;
    let reported = standing::reported(db, &ids).await?;
    let before = last_year::sums(db, &decision).await?;
    let chosen = chosen(&periods, asked);
    let page = Columns {
        session,
        decision: &decision,
        periods: &periods,
        results: &results,
        reported: &reported,
        before: &before,
        chosen,
    };
    let indicators: Vec<Indicator> = objectives
        .iter()
        .flat_map(|objective| objective.indicators.clone())
        .collect();
    let mut names: Vec<String> = periods.iter().map(column).collect();
    names.push(said(session.lang, "Cả năm", "Year"));
    if !before.is_empty() {
        names.push(said(session.lang, "Năm trước", "Last year"));
    }
    let grid = match chosen {
        Some(period) => {
            Some(shown_grid(session, &decision, period, &indicators, asked.trang).await?)
        }
        None => None,
    };
    Ok(ObjectivesShow {
        page: session.page(&said(
            session.lang,
            "Mục tiêu và kết quả",
            "Objectives and results",
        )),
        document: document_link(&decision),
        years: years(session, id).await?,
        periods: names,
        objectives: objectives
            .iter()
            .map(|objective| page.objective(objective))
            .collect(),
        grid,
        acts: acts(session, &decision, &periods, chosen).await?,
    })
}

/// One page of units × indicators; of another organisation's readers their own units.
async fn shown_grid(
    session: &Session,
    decision: &Document,
    period: &report_period::Model,
    indicators: &[Indicator],
    page: u32,
) -> Outcome<UnitGrid> {
    let db = session.app.store.reader();
    let seen = Seen::by(&session.actor, decision);
    let page = u64::from(page.max(1));
    // One more than is shown tells whether there is a further page.
    let shown = u64::from(GRID_UNITS);
    let window = ((page - 1) * shown, shown + 1);
    let mut reports =
        find::reports_page(db, period.id, seen.only(), window, session.today()).await?;
    let address = |page: u64| {
        format!(
            "/van-ban/{}/muc-tieu?ky={}&trang={page}",
            decision.row.id, period.code
        )
    };
    let further = reports.len() > usize::from(GRID_UNITS);
    if further {
        reports.pop();
    }
    let units: Vec<Uuid> = reports.iter().map(|(report, _)| report.unit_id).collect();
    let cells = sums::cells_of(db, period.id, &units).await?;
    Ok(UnitGrid {
        previous: (page > 1).then(|| address(page - 1)),
        next: further.then(|| address(page + 1)),
        ..grid(session, decision, period, indicators, &reports, &cells)
    })
}

/// The period that was asked for, else the newest one that has opened.
fn chosen<'a>(
    periods: &'a [report_period::Model],
    asked: &Asked,
) -> Option<&'a report_period::Model> {
    let code = asked.ky.as_deref();
    periods
        .iter()
        .find(|period| Some(period.code.as_str()) == code)
        .or_else(|| {
            periods
                .iter()
                .rev()
                .find(|period| period.state != period_state::PLANNED)
        })
}

/// What the rows of the page are made from.
struct Columns<'a> {
    session: &'a Session,
    decision: &'a Document,
    periods: &'a [report_period::Model],
    results: &'a BTreeMap<(Uuid, Uuid), Sum>,
    reported: &'a BTreeMap<Uuid, Reported>,
    /// What the year before came to, by what is measured.
    before: &'a BTreeMap<String, (Sum, Target)>,
    /// The period whose grid is shown.
    chosen: Option<&'a report_period::Model>,
}

impl Columns<'_> {
    fn objective(&self, objective: &Objective) -> ObjectiveRow {
        ObjectiveRow {
            number: objective.ordinal.to_string(),
            text: objective.wording.clone(),
            indicators: objective
                .indicators
                .iter()
                .map(|indicator| self.indicator(indicator))
                .collect(),
        }
    }

    fn indicator(&self, indicator: &Indicator) -> IndicatorRow {
        let target = &indicator.target;
        let of_period = |period: &report_period::Model| {
            self.results
                .get(&(period.id, indicator.id))
                .copied()
                .unwrap_or_default()
        };
        let mut year = Sum::default();
        let mut cells = Vec::new();
        let mut points = Vec::new();
        for period in self.periods {
            let sum = of_period(period);
            year = year.plus(sum);
            let href = format!(
                "/van-ban/{}/muc-tieu?ky={}",
                self.decision.row.id, period.code
            );
            cells.push(cell(
                &sum,
                target,
                sum.verdict(target).while_missing(self.waits(period)),
                self.session.lang,
                Some(href),
            ));
            points.push(Point {
                label: column(period),
                sum,
            });
        }
        cells.push(cell(
            &year,
            target,
            year.verdict(target).while_missing(self.is_unfinished()),
            self.session.lang,
            None,
        ));
        if !self.before.is_empty() {
            cells.push(self.last_year(indicator));
        }
        IndicatorRow {
            code: indicator.label().to_owned(),
            name: indicator.name.clone(),
            target: target.shown(),
            cells,
            missing: self.missing(),
            missing_href: self.missing_href(),
            chart: Markup::from_our_own_renderer(chart::svg(indicator.label(), target, &points)),
        }
    }

    /// Whether a report of the year is missing or a period has not opened yet.
    fn is_unfinished(&self) -> bool {
        let planned = |period: &report_period::Model| period.state == period_state::PLANNED;
        self.periods
            .iter()
            .any(|period| planned(period) || self.waits(period))
    }

    /// Whether a report of the period is missing.
    fn waits(&self, period: &report_period::Model) -> bool {
        self.missing_of(period) > 0
    }

    fn missing_of(&self, period: &report_period::Model) -> i64 {
        let reported = self.reported.get(&period.id).copied().unwrap_or_default();
        reported.asked - reported.approved
    }

    /// What the same thing came to in the year before, against the target that it had then.
    fn last_year(&self, indicator: &Indicator) -> ResultCell {
        match self.before.get(last_year::key(&indicator.code)) {
            Some((sum, target)) => cell(sum, target, sum.verdict(target), self.session.lang, None),
            None => ResultCell {
                mark: Mark::new(
                    Tone::Nothing,
                    said(self.session.lang, "chưa theo dõi", "not measured"),
                ),
                ..ResultCell::default()
            },
        }
    }

    /// Where the missing units stand by name: the consolidation, or for other organisations the grid of this page.
    fn missing_href(&self) -> String {
        let inside = may::work_on_documents_of(&self.session.actor, self.decision.row.org_id);
        match self.chosen.filter(|_| inside) {
            Some(period) => format!("/ky-bao-cao/{}/tong-hop", period.id),
            None => format!("/van-ban/{}/muc-tieu", self.decision.row.id),
        }
    }

    /// How many units' reports of the shown period do not count yet.
    fn missing(&self) -> String {
        match self.chosen.map_or(0, |period| self.missing_of(period)) {
            0 => String::new(),
            n => said(
                self.session.lang,
                format!("{n} đơn vị"),
                format!("{n} units"),
            ),
        }
    }
}

/// What the reader can do here now, and where the periods' consolidations are.
async fn acts(
    session: &Session,
    decision: &Document,
    periods: &[report_period::Model],
    chosen: Option<&report_period::Model>,
) -> Outcome<Vec<Link>> {
    let db = session.app.store.reader();
    let lang = session.lang;
    let mut links = Vec::new();
    let own = unit_report::Entity::find()
        .filter(unit_report::Column::DocumentId.eq(decision.row.id))
        .filter(unit_report::Column::UnitId.is_in(session.actor.unit_ids()))
        .all(db)
        .await?;
    for period in periods {
        for report in own.iter().filter(|report| report.period_id == period.id) {
            let text = match report.state.as_str() {
                state::DRAFT => said(
                    lang,
                    format!("Báo cáo {}", period.name),
                    format!("Report for {}", period.name),
                ),
                state::SUBMITTED => said(
                    lang,
                    format!("Duyệt báo cáo {}", period.name),
                    format!("Approve {}", period.name),
                ),
                _ => said(
                    lang,
                    format!("Báo cáo đã duyệt {}", period.name),
                    format!("Approved report {}", period.name),
                ),
            };
            links.push(Link::new(&format!("/bao-cao/{}", report.id), &text));
        }
    }
    links.push(Link::new(
        &format!("/van-ban/{}/bang", decision.row.id),
        &said(lang, "Bảng theo dõi", "Wall screen"),
    ));
    if may::work_on_documents_of(&session.actor, decision.row.org_id) {
        for period in periods
            .iter()
            .filter(|period| period.state != period_state::PLANNED)
        {
            let text = said(
                lang,
                format!("Tổng hợp {}", period.name),
                format!("Consolidation of {}", period.name),
            );
            links.push(Link::new(
                &format!("/ky-bao-cao/{}/tong-hop", period.id),
                &text,
            ));
        }
        let steps = open_steps(db, decision).await?;
        let judged = steps
            .iter()
            .any(|task| task.element == "evaluate" && may_take(&session.actor, decision, task));
        let text = if judged {
            said(lang, "Đánh giá năm", "Judge the year")
        } else {
            said(lang, "Kết quả năm", "The year's results")
        };
        links.push(Link::new(
            &format!("/van-ban/{}/danh-gia", decision.row.id),
            &text,
        ));
        links.extend(briefings(session, decision, chosen));
        let year = year_code(periods, decision.row.year);
        if find::consolidation(db, decision.row.id, &year)
            .await?
            .is_some()
        {
            links.push(Link::new(
                &format!("/van-ban/{}/nam-sau", decision.row.id),
                &said(lang, "Mục tiêu năm sau", "Next year's objectives"),
            ));
        }
        links.push(Link::new(
            &format!("/van-ban/{}/khac-phuc", decision.row.id),
            &said(lang, "Biện pháp khắc phục", "Corrective actions"),
        ));
        links.push(Link::new(
            &format!("/van-ban/{}/che-do-bao-cao", decision.row.id),
            &said(lang, "Chế độ báo cáo", "Report regime"),
        ));
    }
    Ok(links)
}

/// The Chairman's one page, on the shown period and on the year.
fn briefings(
    session: &Session,
    decision: &Document,
    chosen: Option<&report_period::Model>,
) -> Vec<Link> {
    let address = format!("/van-ban/{}/tom-tat.pdf", decision.row.id);
    let of_period = chosen.map(|period| {
        Link::new(
            &format!("{address}?ky={}", period.code),
            &said(
                session.lang,
                format!("Tóm tắt {} (PDF)", period.name),
                format!("Briefing on {} (PDF)", period.name),
            ),
        )
    });
    let of_year = Link::new(
        &address,
        &said(
            session.lang,
            "Tóm tắt cả năm (PDF)",
            "Briefing on the year (PDF)",
        ),
    );
    of_period.into_iter().chain([of_year]).collect()
}

/// The decisions with objectives by year, for the row of years; the shown one has no link.
async fn years(session: &Session, shown: Uuid) -> Outcome<Vec<(String, Option<String>)>> {
    Ok(decisions(session)
        .await?
        .into_iter()
        .rev()
        .map(|decision| {
            let href = (decision.id != shown).then(|| format!("/van-ban/{}/muc-tieu", decision.id));
            (decision.year.to_string(), href)
        })
        .collect())
}

/// The decisions with objectives that the reader may know, newest first.
async fn decisions(session: &Session) -> Outcome<Vec<document::Model>> {
    let db = session.app.store.reader();
    let with_objectives = Select::select()
        .column(objective::Column::DocumentId)
        .from(objective::Entity)
        .to_owned();
    let found = document::Entity::find()
        .filter(document::Column::Id.in_subquery(with_objectives))
        .order_by_desc(document::Column::Year)
        .order_by_desc(document::Column::IssuedAt)
        .limit(MOST_DECISIONS)
        .all(db)
        .await?;
    let mut known = Vec::new();
    for decision in found {
        match documents::find::visible(db, &session.actor, decision.id).await {
            Ok(_) => known.push(decision),
            Err(Fault::NotFound) => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(known)
}
