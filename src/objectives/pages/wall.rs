//! The screen on the wall: where a decision stands, in six statements however many units report.

use std::collections::BTreeMap;

use axum::extract::{Path, Query};
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;

use super::{cell, column, said};
use crate::documents::{self, rows::document};
use crate::fault::{Fault, Outcome};
use crate::objectives::find::Indicator;
use crate::objectives::rows::report_period;
use crate::objectives::standing::{self, Reported};
use crate::objectives::verdict::{Sum, Target};
use crate::objectives::{find, period_state, sums};
use crate::people::may;
use crate::people::session::{Session, failed};
use crate::web::views::shared::Progress;
use crate::web::views::wall::{Wall, WallRow};
use crate::web::{Lang, Link, WebError, html};

/// Units named as missing most.
const MOST_UNITS: u32 = 8;

#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// `1` on a screen that hangs on a wall: a page that somebody reads does not change under his eyes.
    #[serde(default)]
    moi: String,
}

/// `/van-ban/{id}/bang`.
///
/// # Errors
/// The page of the fault.
pub async fn wall(
    Path(id): Path<Uuid>,
    Query(asked): Query<Asked>,
    session: Session,
) -> Result<Response, WebError> {
    let view = view(&session, id, asked.moi == "1")
        .await
        .map_err(|fault| failed(fault, "/muc-tieu"))?;
    Ok(html(&view))
}

async fn view(session: &Session, id: Uuid, renews: bool) -> Outcome<Wall> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let decision = documents::find::visible_row(db, &session.actor, id).await?;
    let indicators = find::indicators(db, id).await?;
    if indicators.is_empty() {
        return Err(Fault::NotFound);
    }
    let periods = find::periods(db, id).await?;
    let ids: Vec<Uuid> = periods.iter().map(|period| period.id).collect();
    let reached = sums::by_period(db, &ids).await?;
    let reported = standing::reported(db, &ids).await?;
    let inside = may::work_on_documents_of(&session.actor, decision.org_id);
    let weakest = if inside {
        standing::weakest(db, &ids, session.today(), MOST_UNITS).await?
    } else {
        Vec::new()
    };
    let mut names: Vec<String> = periods.iter().map(column).collect();
    names.push(said(lang, "Cả năm", "Year"));
    let board = Board {
        lang,
        id,
        periods: &periods,
        reached: &reached,
        reported: &reported,
    };
    Ok(Wall {
        page: session.page(&said(lang, "Bảng theo dõi", "Where it stands")),
        renews,
        document: link(&decision)?,
        progress: board.progress(),
        periods: names,
        rows: indicators
            .iter()
            .map(|indicator| board.row(indicator))
            .collect(),
        weakest: weakest
            .into_iter()
            .map(|unit| {
                let missed = said(
                    lang,
                    format!("{} chỉ tiêu", unit.missed),
                    format!("{} indicators", unit.missed),
                );
                (unit.name, missed)
            })
            .collect(),
    })
}

fn link(decision: &document::Model) -> Outcome<Link> {
    Ok(Link::new(
        &format!("/van-ban/{}/muc-tieu", decision.id),
        &documents::title_of(decision)?,
    ))
}

/// What the rows are made from.
struct Board<'a> {
    lang: Lang,
    id: Uuid,
    periods: &'a [report_period::Model],
    reached: &'a BTreeMap<(Uuid, Uuid), Sum>,
    reported: &'a BTreeMap<Uuid, Reported>,
}

impl Board<'_> {
    /// How far the newest open period is reported.
    fn progress(&self) -> Option<Progress> {
        let period = self
            .periods
            .iter()
            .rev()
            .find(|period| period.state != period_state::PLANNED)?;
        let reported = self.reported.get(&period.id).copied().unwrap_or_default();
        Some(Progress {
            done: usize::try_from(reported.approved).unwrap_or_default(),
            total: usize::try_from(reported.asked).unwrap_or_default(),
            label: said(
                self.lang,
                format!("báo cáo {} đã duyệt", period.name),
                format!("reports for {} approved", period.name),
            ),
        })
    }

    /// Whether reports of the period are missing, or it has not opened.
    fn waits(&self, period: &report_period::Model) -> bool {
        let reported = self.reported.get(&period.id).copied().unwrap_or_default();
        period.state == period_state::PLANNED || reported.approved < reported.asked
    }

    fn row(&self, indicator: &Indicator) -> WallRow {
        let target = &indicator.target;
        let chart = format!("/van-ban/{}/bieu-do/{}", self.id, indicator.label());
        let (mut year, mut cells, mut known) = (Sum::default(), Vec::new(), Vec::new());
        for period in self.periods {
            let sum = self
                .reached
                .get(&(period.id, indicator.id))
                .copied()
                .unwrap_or_default();
            year = year.plus(sum);
            if sum.reports > 0 && (target.is_count || sum.denominator > 0) {
                known.push(sum);
            }
            let verdict = sum.verdict(target).while_missing(self.waits(period));
            cells.push(cell(&sum, target, verdict, self.lang, Some(chart.clone())));
        }
        let waits = self.periods.iter().any(|period| self.waits(period));
        let verdict = year.verdict(target).while_missing(waits);
        cells.push(cell(&year, target, verdict, self.lang, None));
        WallRow {
            code: indicator.label().to_owned(),
            name: indicator.name.clone(),
            target: target.shown(),
            cells,
            trend: trend(target, &known, self.lang),
        }
    }
}

/// The last period against the one before, as exact fractions; better is what the target asks for.
fn trend(target: &Target, known: &[Sum], lang: Lang) -> Option<(&'static str, String)> {
    let [.., before, last] = known else {
        return None;
    };
    let of = |sum: &Sum| {
        if target.is_count {
            1
        } else {
            i128::from(sum.denominator)
        }
    };
    let left = i128::from(last.numerator) * of(before);
    let right = i128::from(before.numerator) * of(last);
    let better = if target.is_upward() {
        left > right
    } else {
        left < right
    };
    Some(if left == right {
        ("=", said(lang, "không đổi", "the same"))
    } else if better {
        ("▲", said(lang, "tốt hơn", "better"))
    } else {
        ("▼", said(lang, "kém hơn", "worse"))
    })
}
