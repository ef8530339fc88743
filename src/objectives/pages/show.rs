//! The objectives of a decision: indicators over the periods, charts, units × indicators, in six statements however many
//! units report.

use std::collections::BTreeMap;

use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use sea_orm::sea_query::Query as Select;
use serde::Deserialize;
use uuid::Uuid;

use super::grid::grid;
use super::{cell, column, said};
use crate::documents::{self, rows::document};
use crate::fault::{Fault, Outcome};
use crate::objectives::chart::{self, Point};
use crate::objectives::find::{self, Indicator, Objective};
use crate::objectives::rows::{objective, report_period};
use crate::objectives::standing::{self, Standing, Year};
use crate::objectives::verdict::{Sum, Target};
use crate::objectives::{last_year, period_state, state, sums};
use crate::people::may::{self, TaskRight};
use crate::people::session::{Session, failed};
use crate::web::views::objectives::{IndicatorRow, ObjectiveRow, ObjectivesShow, ResultCell};
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
    let (db, lang) = (session.app.store.reader(), session.lang);
    let decision = documents::find::visible_row(db, &session.actor, id).await?;
    let known = decisions(session).await?;
    let last = known
        .iter()
        .find(|row| last_year::is_before(row, &decision));
    let both: Vec<Uuid> = [id].into_iter().chain(last.map(|row| row.id)).collect();
    let mut objectives = find::objectives_of(db, &both).await?;
    let (own, old) = (
        objectives.remove(&id).unwrap_or_default(),
        objectives.into_values().next().unwrap_or_default(),
    );
    if own.is_empty() {
        return Err(Fault::NotFound);
    }
    let year = standing::year(db, id, &session.actor.unit_ids()).await?;
    let results = sums::by_period_of(db, &both).await?;
    let measured = old.iter().flat_map(|objective| &objective.indicators);
    let before = last_year::by_key(measured, &results);
    let chosen = chosen(&year.periods, asked);
    let page = Columns {
        session,
        decision: &decision,
        periods: &year.periods,
        results: &results,
        before: &before,
        chosen,
    };
    let mut names: Vec<String> = year
        .periods
        .iter()
        .map(|standing| column(&standing.period))
        .collect();
    names.push(said(lang, "Cả năm", "Year"));
    if !before.is_empty() {
        names.push(said(lang, "Năm trước", "Last year"));
    }
    let grid = match chosen {
        Some(standing) => {
            let indicators: Vec<&Indicator> = own
                .iter()
                .flat_map(|objective| &objective.indicators)
                .collect();
            let period = &standing.period;
            Some(grid(session, &decision, period, &indicators, asked.trang).await?)
        }
        None => None,
    };
    Ok(ObjectivesShow {
        page: session.page(&said(lang, "Mục tiêu và kết quả", "Objectives and results")),
        document: Link::new(&format!("/van-ban/{id}"), &documents::title_of(&decision)?),
        years: years(&known, id),
        periods: names,
        objectives: own
            .iter()
            .map(|objective| page.objective(objective))
            .collect(),
        grid,
        acts: acts(session, &decision, &year, chosen),
    })
}

/// The period that was asked for, else the newest one that has opened.
fn chosen<'a>(periods: &'a [Standing], asked: &Asked) -> Option<&'a Standing> {
    let code = asked.ky.as_deref();
    periods
        .iter()
        .find(|standing| Some(standing.period.code.as_str()) == code)
        .or_else(|| {
            periods
                .iter()
                .rev()
                .find(|standing| standing.period.state != period_state::PLANNED)
        })
}

/// What the rows of the page are made from.
struct Columns<'a> {
    session: &'a Session,
    decision: &'a document::Model,
    periods: &'a [Standing],
    results: &'a BTreeMap<(Uuid, Uuid), Sum>,
    /// What the year before came to, by what is measured.
    before: &'a BTreeMap<String, (Sum, Target)>,
    /// The period whose grid is shown.
    chosen: Option<&'a Standing>,
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
        for standing in self.periods {
            let period = &standing.period;
            let sum = of_period(period);
            year = year.plus(sum);
            let href = format!("/van-ban/{}/muc-tieu?ky={}", self.decision.id, period.code);
            cells.push(cell(
                &sum,
                target,
                sum.verdict(target).while_missing(missing_of(standing) > 0),
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
        self.periods.iter().any(|standing| {
            standing.period.state == period_state::PLANNED || missing_of(standing) > 0
        })
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
        let inside = may::work_on_documents_of(&self.session.actor, self.decision.org_id);
        match self.chosen.filter(|_| inside) {
            Some(standing) => format!("/ky-bao-cao/{}/tong-hop", standing.period.id),
            None => format!("/van-ban/{}/muc-tieu", self.decision.id),
        }
    }

    /// How many units' reports of the shown period do not count yet.
    fn missing(&self) -> String {
        match self.chosen.map_or(0, missing_of) {
            0 => String::new(),
            n => said(
                self.session.lang,
                format!("{n} đơn vị"),
                format!("{n} units"),
            ),
        }
    }
}

/// Reports of a period that do not count yet.
fn missing_of(standing: &Standing) -> i64 {
    standing.reported.asked - standing.reported.approved
}

/// What the reader can do here now, and where the periods' consolidations are.
fn acts(
    session: &Session,
    decision: &document::Model,
    year: &Year,
    chosen: Option<&Standing>,
) -> Vec<Link> {
    let lang = session.lang;
    let mut links = Vec::new();
    for Standing { period, own, .. } in &year.periods {
        for (id, state) in own {
            let text = match state.as_str() {
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
            links.push(Link::new(&format!("/bao-cao/{id}"), &text));
        }
    }
    links.push(Link::new(
        &format!("/van-ban/{}/bang", decision.id),
        &said(lang, "Bảng theo dõi", "Wall screen"),
    ));
    if may::work_on_documents_of(&session.actor, decision.org_id) {
        let opened = year
            .periods
            .iter()
            .map(|standing| &standing.period)
            .filter(|period| period.state != period_state::PLANNED);
        for period in opened {
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
        let judged = year
            .judging
            .as_deref()
            .is_some_and(|role| may_judge(session, decision, role));
        let text = if judged {
            said(lang, "Đánh giá năm", "Judge the year")
        } else {
            said(lang, "Kết quả năm", "The year's results")
        };
        links.push(Link::new(
            &format!("/van-ban/{}/danh-gia", decision.id),
            &text,
        ));
        links.extend(briefings(session, decision, chosen));
        if year.is_judged {
            links.push(Link::new(
                &format!("/van-ban/{}/nam-sau", decision.id),
                &said(lang, "Mục tiêu năm sau", "Next year's objectives"),
            ));
        }
        links.push(Link::new(
            &format!("/van-ban/{}/khac-phuc", decision.id),
            &said(lang, "Biện pháp khắc phục", "Corrective actions"),
        ));
        links.push(Link::new(
            &format!("/van-ban/{}/che-do-bao-cao", decision.id),
            &said(lang, "Chế độ báo cáo", "Report regime"),
        ));
    }
    links
}

/// Whether the reader is who judges the year.
fn may_judge(session: &Session, decision: &document::Model, role: &str) -> bool {
    may::do_task(
        &session.actor,
        &TaskRight {
            role,
            doc_type: &decision.doc_type,
            org_id: decision.org_id,
            owner_id: decision.owner_id,
            unit_id: None,
            person_id: None,
        },
    )
}

/// The Chairman's one page, on the shown period and on the year.
fn briefings(
    session: &Session,
    decision: &document::Model,
    chosen: Option<&Standing>,
) -> Vec<Link> {
    let address = format!("/van-ban/{}/tom-tat.pdf", decision.id);
    let of_period = chosen.map(|Standing { period, .. }| {
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
fn years(known: &[document::Model], shown: Uuid) -> Vec<(String, Option<String>)> {
    known
        .iter()
        .rev()
        .map(|decision| {
            let href = (decision.id != shown).then(|| format!("/van-ban/{}/muc-tieu", decision.id));
            (decision.year.to_string(), href)
        })
        .collect()
}

/// The decisions with objectives that the reader may know, newest first.
async fn decisions(session: &Session) -> Outcome<Vec<document::Model>> {
    let with_objectives = Select::select()
        .column(objective::Column::DocumentId)
        .from(objective::Entity)
        .to_owned();
    let db = session.app.store.reader();
    documents::find::visible_among(db, &session.actor, with_objectives, MOST_DECISIONS).await
}
