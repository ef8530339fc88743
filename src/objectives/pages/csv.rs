//! The grid of a period as CSV and as XLSX: numbers as machines write them, text that no spreadsheet takes for a formula.

use std::fs::File;
use std::future::ready;

use axum::body::Body;
use axum::extract::{Path, Query};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, Utc};
use futures::StreamExt as _;
use futures::stream::{once, try_unfold};
use serde::Deserialize;
use tokio::task::spawn_blocking;
use uuid::Uuid;

use super::Seen;
use crate::app::App;
use crate::documents;
use crate::fault::Outcome;
use crate::objectives::find::{self, Indicator};
use crate::objectives::period_state;
use crate::objectives::rows::{report_period, unit_report};
use crate::objectives::sums::{self, Cell};
use crate::people::Unit;
use crate::people::session::{Session, failed};
use crate::web::WebError;
use crate::web::download::from_file;
use crate::web::sheet::{self, Writer};

/// Tells spreadsheets that the file is UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// What the address may say.
#[derive(Debug, Deserialize)]
pub struct Asked {
    /// The code of one period; all periods that have opened by default.
    ky: Option<String>,
}

/// `/van-ban/{id}/muc-tieu.csv`: sent as it is read.
///
/// # Errors
/// The page of the fault.
pub async fn csv(
    Path(id): Path<Uuid>,
    Query(asked): Query<Asked>,
    session: Session,
) -> Result<Response, WebError> {
    let grid = Grid::of(&session, id, asked.ky.as_deref())
        .await
        .map_err(|fault| failed(fault, "/muc-tieu"))?;
    let mut text = String::from(BYTE_ORDER_MARK);
    text.push_str(&line(&HEADER.map(str::to_owned)));
    let records = try_unfold(grid, |mut grid| async {
        let lines = grid.next().await.map_err(std::io::Error::other)?;
        Ok::<_, std::io::Error>(lines.map(|lines| {
            let text: String = lines.iter().map(|fields| line(fields)).collect();
            (text, grid)
        }))
    });
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"muc-tieu.csv\""),
    ];
    let body = Body::from_stream(once(ready(Ok(text))).chain(records));
    Ok((headers, body).into_response())
}

/// `/van-ban/{id}/muc-tieu.xlsx`: written to a file as it is read, then sent from there.
///
/// # Errors
/// The page of the fault.
pub async fn xlsx(
    Path(id): Path<Uuid>,
    Query(asked): Query<Asked>,
    session: Session,
) -> Result<Response, WebError> {
    let file = async {
        let grid = Grid::of(&session, id, asked.ky.as_deref()).await?;
        as_file(grid, session.now).await
    };
    let file = file.await.map_err(|fault| failed(fault, "/muc-tieu"))?;
    let headers = [
        (CONTENT_TYPE, sheet::XLSX),
        (
            CONTENT_DISPOSITION,
            "attachment; filename=\"muc-tieu.xlsx\"",
        ),
    ];
    Ok((headers, from_file(file)).into_response())
}

async fn as_file(mut grid: Grid, now: DateTime<Utc>) -> Outcome<File> {
    let folder = grid.app.config.data.clone();
    let mut lines = vec![HEADER.map(str::to_owned).to_vec()];
    let mut writer = Writer::new(&folder, &COUNTS, now).map_err(anyhow::Error::from)?;
    loop {
        // A part takes milliseconds of computing, during which others are served.
        writer = spawn_blocking(move || writer.lines(&lines).map(|()| writer))
            .await
            .map_err(anyhow::Error::from)?
            .map_err(anyhow::Error::from)?;
        match grid.next().await? {
            Some(more) => lines = more,
            None => break,
        }
    }
    let file = spawn_blocking(move || writer.finish(&folder))
        .await
        .map_err(anyhow::Error::from)?;
    Ok(file.map_err(anyhow::Error::from)?)
}

/// The names of the columns.
const HEADER: [&str; 10] = [
    "ky",
    "don_vi",
    "ma_don_vi",
    "chi_tieu",
    "muc_tieu",
    "tu_so",
    "mau_so",
    "danh_gia",
    "phien_ban",
    "muon_ngay_lam_viec",
];
/// The columns that hold counts.
const COUNTS: [u16; 4] = [5, 6, 8, 9];
/// Units that are read at once: what an export holds in memory.
const UNITS_AT_ONCE: u64 = 500;

/// One record per period, unit and indicator that the reader may see, read in parts.
struct Grid {
    app: App,
    today: NaiveDate,
    seen: Seen,
    indicators: Vec<Indicator>,
    /// Those that are still to be read, the next at the end.
    periods: Vec<report_period::Model>,
    /// Units of the next period that were read.
    read: u64,
}

impl Grid {
    async fn of(session: &Session, id: Uuid, code: Option<&str>) -> Outcome<Self> {
        let db = session.app.store.reader();
        let decision = documents::find::visible_row(db, &session.actor, id).await?;
        let mut periods = find::periods(db, id).await?;
        periods.retain(|period| {
            code.map_or(period.state != period_state::PLANNED, |code| {
                period.code == code
            })
        });
        periods.reverse();
        Ok(Self {
            app: session.app.clone(),
            today: session.today(),
            seen: Seen::by(&session.actor, &decision),
            indicators: find::indicators(db, id).await?,
            periods,
            read: 0,
        })
    }

    /// The records of the next units; none after the last.
    async fn next(&mut self) -> Outcome<Option<Vec<Vec<String>>>> {
        let db = self.app.store.reader();
        while let Some(period) = self.periods.last() {
            let window = (self.read, UNITS_AT_ONCE);
            let reports =
                find::reports_page(db, period.id, self.seen.only(), window, self.today).await?;
            if reports.is_empty() {
                self.periods.pop();
                self.read = 0;
                continue;
            }
            self.read += UNITS_AT_ONCE;
            let units: Vec<Uuid> = reports.iter().map(|(report, _)| report.unit_id).collect();
            let cells = sums::cells_of(db, period.id, &units).await?;
            let mut records = Vec::new();
            for (report, unit) in &reports {
                for indicator in &self.indicators {
                    let cell = cells.get(&(unit.id, indicator.id));
                    records.push(record(period, (report, unit), indicator, cell));
                }
            }
            return Ok(Some(records));
        }
        Ok(None)
    }
}

fn record(
    period: &report_period::Model,
    (report, unit): (&unit_report::Model, &Unit),
    indicator: &Indicator,
    cell: Option<&Cell>,
) -> Vec<String> {
    let number =
        |pick: fn(&Cell) -> i64| cell.map(|cell| pick(cell).to_string()).unwrap_or_default();
    vec![
        period.code.clone(),
        unit.name.clone(),
        unit.code.clone(),
        indicator.label().to_owned(),
        indicator.target.shown(),
        number(|cell| cell.numerator),
        if indicator.target.is_count {
            String::new()
        } else {
            number(|cell| cell.denominator)
        },
        cell.map_or("Chưa báo cáo", |cell| {
            cell.verdict(&indicator.target).vi()
        })
        .to_owned(),
        report.approved_version.to_string(),
        report.late_days.to_string(),
    ]
}

/// One record by RFC 4180. Text stands in quotes, so that the code 06187 can be told from a number; counts stand bare.
fn line(fields: &[String]) -> String {
    let mut line = (0_u16..)
        .zip(fields)
        .map(|(column, field)| {
            if COUNTS.contains(&column) && field.bytes().all(|byte| byte.is_ascii_digit()) {
                field.clone()
            } else {
                quoted(&safe(field))
            }
        })
        .collect::<Vec<_>>()
        .join(",");
    line.push_str("\r\n");
    line
}

/// Text that begins like a formula gets an apostrophe in front, as spreadsheets themselves mark text.
fn safe(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_text_is_never_a_formula_and_commas_stay_inside_their_field() {
        let fields = ["=1+1", "a,b", "nói \"có\"", "06187", "98", "412"].map(str::to_owned);
        assert_eq!(
            line(&fields),
            "\"'=1+1\",\"a,b\",\"nói \"\"có\"\"\",\"06187\",\"98\",412\r\n"
        );
        for start in ["+1", "-1", "@x", "\tx"] {
            assert!(safe(start).starts_with('\''), "{start}");
        }
    }
}
