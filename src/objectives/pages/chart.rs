//! One indicator's chart with its table, and the chart as a file.

use axum::extract::Path;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use uuid::Uuid;

use super::{cell, column, said};
use crate::documents;
use crate::fault::{Fault, Outcome};
use crate::objectives::chart::{self, Point};
use crate::objectives::find::{self, Indicator};
use crate::objectives::sums;
use crate::people::session::{Session, failed};
use crate::web::views::shared::Markup;
use crate::web::views::wall::ChartPage;
use crate::web::{Link, WebError, html};

/// `/van-ban/{id}/bieu-do/{label}`: the chart with its numbers; `{label}.svg` is the chart as a file.
///
/// # Errors
/// The page of the fault.
pub async fn chart(
    Path((id, name)): Path<(Uuid, String)>,
    session: Session,
) -> Result<Response, WebError> {
    let answer = async {
        match name.strip_suffix(".svg") {
            Some(label) => file(&session, id, label).await,
            None => Ok(html(&page(&session, id, &name).await?)),
        }
    };
    answer.await.map_err(|fault| failed(fault, "/muc-tieu"))
}

async fn file(session: &Session, id: Uuid, label: &str) -> Outcome<Response> {
    let (indicator, points) = read(session, id, label).await?;
    let svg = chart::svg(label, &indicator.target, &points);
    if svg.is_empty() {
        return Err(Fault::NotFound);
    }
    let headers = [
        (CONTENT_TYPE, "image/svg+xml".to_owned()),
        (
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"chi-tieu-{label}.svg\""),
        ),
    ];
    Ok((headers, svg).into_response())
}

async fn page(session: &Session, id: Uuid, label: &str) -> Outcome<ChartPage> {
    let (indicator, points) = read(session, id, label).await?;
    let target = &indicator.target;
    Ok(ChartPage {
        page: session.page(&format!("{label}. {}", indicator.name)),
        document: Link::new(
            &format!("/van-ban/{id}/muc-tieu"),
            &said(
                session.lang,
                "Mục tiêu và kết quả",
                "Objectives and results",
            ),
        ),
        target: target.shown(),
        chart: Markup::from_our_own_renderer(chart::svg(label, target, &points)),
        file: Link::new(
            &format!("/van-ban/{id}/bieu-do/{label}.svg"),
            &said(session.lang, "Tải biểu đồ (SVG)", "The chart (SVG)"),
        ),
        rows: points
            .into_iter()
            .map(|point| {
                let verdict = point.sum.verdict(target);
                (
                    point.label,
                    cell(&point.sum, target, verdict, session.lang, None),
                )
            })
            .collect(),
    })
}

/// The indicator with its sums over the periods, for who may know the decision.
async fn read(session: &Session, id: Uuid, label: &str) -> Outcome<(Indicator, Vec<Point>)> {
    let db = session.app.store.reader();
    documents::find::visible_row(db, &session.actor, id).await?;
    let indicator = find::indicators(db, id)
        .await?
        .into_iter()
        .find(|indicator| indicator.label() == label)
        .ok_or(Fault::NotFound)?;
    let periods = find::periods(db, id).await?;
    let ids: Vec<Uuid> = periods.iter().map(|period| period.id).collect();
    let reached = sums::by_period(db, &ids).await?;
    let points = periods
        .iter()
        .map(|period| Point {
            label: column(period),
            sum: reached
                .get(&(period.id, indicator.id))
                .copied()
                .unwrap_or_default(),
        })
        .collect();
    Ok((indicator, points))
}
