//! The grid of a period as CSV and as XLSX: numbers as machines write them, text that no spreadsheet takes for a formula.

use axum::extract::{Path, Query};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use uuid::Uuid;

use super::Seen;
use crate::documents;
use crate::fault::Outcome;
use crate::objectives::{find, period_state, sums};
use crate::people::session::{Session, failed};
use crate::web::{WebError, sheet};

/// Tells spreadsheets that the file is UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// What the address may say.
#[derive(Debug, Deserialize)]
pub struct Asked {
    /// The code of one period; all periods that have opened by default.
    ky: Option<String>,
}

/// `/van-ban/{id}/muc-tieu.csv`.
///
/// # Errors
/// The page of the fault.
pub async fn csv(
    Path(id): Path<Uuid>,
    Query(asked): Query<Asked>,
    session: Session,
) -> Result<Response, WebError> {
    let lines = lines(&session, id, asked.ky.as_deref())
        .await
        .map_err(|fault| failed(fault, "/muc-tieu"))?;
    let mut text = String::from(BYTE_ORDER_MARK);
    for fields in &lines {
        text.push_str(&line(fields));
    }
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"muc-tieu.csv\""),
    ];
    Ok((headers, text).into_response())
}

/// `/van-ban/{id}/muc-tieu.xlsx`.
///
/// # Errors
/// The page of the fault.
pub async fn xlsx(
    Path(id): Path<Uuid>,
    Query(asked): Query<Asked>,
    session: Session,
) -> Result<Response, WebError> {
    let file = async {
        let lines = lines(&session, id, asked.ky.as_deref()).await?;
        let file = sheet::xlsx_of_counts(&lines, &COUNTS, session.now);
        Ok(file.map_err(anyhow::Error::from)?)
    };
    let file = file.await.map_err(|fault| failed(fault, "/muc-tieu"))?;
    let headers = [
        (CONTENT_TYPE, sheet::XLSX),
        (
            CONTENT_DISPOSITION,
            "attachment; filename=\"muc-tieu.xlsx\"",
        ),
    ];
    Ok((headers, file).into_response())
}

/// The columns of [`lines`] that hold counts.
const COUNTS: [u16; 4] = [5, 6, 8, 9];

/// The head and one record per period, unit and indicator that the reader may see.
async fn lines(session: &Session, id: Uuid, code: Option<&str>) -> Outcome<Vec<Vec<String>>> {
    let db = session.app.store.reader();
    let decision = documents::find::visible(db, &session.actor, id).await?;
    let seen = Seen::by(&session.actor, &decision);
    let indicators = find::indicators(db, id).await?;
    let header = [
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
    let mut out = vec![header.map(str::to_owned).to_vec()];
    let periods = find::periods(db, id).await?;
    let wanted = |period: &&crate::objectives::rows::report_period::Model| {
        code.map_or(period.state != period_state::PLANNED, |code| {
            period.code == code
        })
    };
    for period in periods.iter().filter(wanted) {
        let cells = sums::cells(db, &[period.id]).await?;
        for (report, unit) in find::reports(db, period.id, session.today()).await? {
            if !seen.unit(unit.id) {
                continue;
            }
            for indicator in &indicators {
                let cell = cells.get(&(unit.id, indicator.id));
                let number = |pick: fn(&sums::Cell) -> i64| {
                    cell.map(|cell| pick(cell).to_string()).unwrap_or_default()
                };
                out.push(vec![
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
                ]);
            }
        }
    }
    Ok(out)
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
