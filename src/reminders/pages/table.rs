//! The tracking table as a file: every recipient, in the order of the page.

use axum::extract::Path;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use uuid::Uuid;

use super::{contact, reminded, units_of};
use crate::distribution::pages::of_row;
use crate::distribution::tracking::{self, Show, csv};
use crate::documents::find;
use crate::fault::{Fault, Outcome};
use crate::people::find as people_find;
use crate::people::session::{Session, failed};
use crate::web::WebError;
use crate::web::format::date_time;
use crate::web::sheet;

/// `GET /van-ban/{id}/theo-doi.csv`: people of the issuing organisation.
///
/// # Errors
/// 404 for everybody else.
pub async fn tracking_csv(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let lines = lines(&session, id)
        .await
        .map_err(|fault| failed(fault, "/van-ban"))?;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"theo-doi.csv\""),
    ];
    Ok((headers, csv(&lines)).into_response())
}

/// `GET /van-ban/{id}/theo-doi.xlsx`: the same for a spreadsheet.
///
/// # Errors
/// 404 for who is not of the issuing organisation.
pub async fn tracking_xlsx(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let file = async {
        let lines = lines(&session, id).await?;
        sheet::xlsx(&lines, session.now).map_err(|error| Fault::Internal(error.into()))
    };
    let file = file.await.map_err(|fault| failed(fault, "/van-ban"))?;
    let headers = [
        (CONTENT_TYPE, sheet::XLSX),
        (
            CONTENT_DISPOSITION,
            "attachment; filename=\"theo-doi.xlsx\"",
        ),
    ];
    Ok((headers, file).into_response())
}

async fn lines(session: &Session, id: Uuid) -> Outcome<Vec<Vec<String>>> {
    let document = find::own(session.app.store.reader(), &session.actor, id).await?;
    let (db, lang) = (session.app.store.reader(), session.lang);
    let mut rows = Vec::new();
    for show in [Show::Action, Show::Information] {
        rows.extend(tracking::rows(db, id, show, None, None, session.now).await?);
    }
    let (units, book) = units_of(session, &rows).await?;
    let calendar = people_find::calendar(db, document.row.org_id).await?;
    let mut lines = vec![
        [
            "unit",
            "code",
            "purpose",
            "state",
            "arrival-number",
            "opened-first",
            "answered",
            "reminded",
            "contact",
        ]
        .map(|key| lang.t(key))
        .to_vec(),
    ];
    for row in rows {
        let Some(unit) = units.get(&row.unit_id) else {
            continue;
        };
        let purpose = if row.kind == "action" {
            "for-action"
        } else {
            "for-information"
        };
        lines.push(vec![
            unit.name.clone(),
            unit.code.clone(),
            lang.t(purpose),
            of_row(&row, session.now, &calendar, lang).word,
            row.arrival_number
                .map(|number| number.to_string())
                .unwrap_or_default(),
            row.opened_at
                .map(|at| format!("{}, {}", date_time(at), row.opened_by))
                .unwrap_or_default(),
            row.answered_at
                .map(|at| format!("{}, {}", date_time(at), row.answered_by))
                .unwrap_or_default(),
            reminded(&row),
            contact(unit, &book),
        ]);
    }
    Ok(lines)
}
