//! A register as a file: to be printed and bound (PDF), counted in a spreadsheet (XLSX), read by a program (CSV).

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use trinhky_typeset::{Book as Printed, BookColumn, RuleSet};

use super::common::said;
use crate::distribution::tracking;
use crate::fault::{Fault, Outcome};
use crate::people::Unit;
use crate::people::session::Session;
use crate::signing;
use crate::web::format::date_time;
use crate::web::sheet;

/// Entries of one printed book; a longer one is printed by spans of days, as paper books have volumes.
const MOST_ROWS: usize = 3_000;

/// The book, its columns with their relative widths.
pub struct Book {
    pub keeper: Unit,
    /// `SỔ ĐĂNG KÝ VĂN BẢN ĐI`.
    pub title: String,
    /// What it registers, where it is not everything.
    pub kind: String,
    pub year: i32,
    /// Of the first and the last entry.
    pub days: (String, String),
    pub numbers: (String, String),
    pub columns: Vec<(String, u32)>,
    pub rows: Vec<Vec<String>>,
    /// Without its ending.
    pub file_name: String,
}

impl Book {
    fn lines(&self) -> Vec<Vec<String>> {
        let head = self.columns.iter().map(|(head, _)| head.clone()).collect();
        std::iter::once(head).chain(self.rows.clone()).collect()
    }
}

/// The book in the form asked for.
///
/// # Errors
/// 404 for an unknown form; a refusal where it is too long to print at once.
pub async fn answer(session: &Session, kind: &str, book: Book) -> Outcome<Response> {
    let name = format!("{}-{}.{kind}", book.file_name, book.year);
    let (media, bytes) = match kind {
        "pdf" => (signing::PDF, pdf(session, book).await?),
        "xlsx" => (
            sheet::XLSX,
            sheet::xlsx(&book.lines(), session.now)
                .map_err(|error| Fault::Internal(error.into()))?,
        ),
        "csv" => (
            "text/csv; charset=utf-8",
            tracking::csv(&book.lines()).into_bytes(),
        ),
        _ => return Err(Fault::NotFound),
    };
    let place = if kind == "pdf" {
        "inline"
    } else {
        "attachment"
    };
    let headers = [
        (CONTENT_TYPE, media.to_owned()),
        (CONTENT_DISPOSITION, format!("{place}; filename=\"{name}\"")),
    ];
    Ok((headers, bytes).into_response())
}

async fn pdf(session: &Session, book: Book) -> Outcome<Vec<u8>> {
    if book.rows.len() > MOST_ROWS {
        return Err(Fault::stale(
            format!(
                "Sổ có {} dòng; in mỗi lần tối đa {MOST_ROWS} dòng. Chọn khoảng ngày rồi in từng tập.",
                book.rows.len()
            ),
            format!(
                "The register has {} lines; at most {MOST_ROWS} are printed at once. Choose a span of days.",
                book.rows.len()
            ),
        ));
    }
    let rules = RuleSet::at(session.today()).ok_or_else(|| {
        Fault::Internal(anyhow::anyhow!("no layout rules are in force on that day"))
    })?;
    let printed = Printed {
        superior: book.keeper.superior,
        agency: book.keeper.header,
        title: book.title,
        kind: book.kind,
        year: book.year,
        days: book.days,
        numbers: book.numbers,
        columns: book
            .columns
            .into_iter()
            .map(|(head, width)| BookColumn { head, width })
            .collect(),
        rows: book.rows,
        mark: said(
            session.lang,
            format!(
                "In từ Hệ thống Trình Ký lúc {}, {}",
                date_time(session.now),
                session.actor.name
            ),
            format!(
                "Printed from Trình Ký, {}, {}",
                date_time(session.now),
                session.actor.name
            ),
        ),
    };
    let (app, now) = (session.app.clone(), session.now);
    let pdf = tokio::task::spawn_blocking(move || app.typesetter.book(&printed, rules, now))
        .await
        .map_err(anyhow::Error::from)?;
    pdf.map_err(|error| Fault::Internal(error.into()))
}
