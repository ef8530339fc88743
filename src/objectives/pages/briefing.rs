//! The Chairman's one-page briefing as a PDF.

use axum::extract::{Path, Query};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use uuid::Uuid;

use crate::documents;
use crate::fault::Outcome;
use crate::objectives::briefing as content;
use crate::people::session::{Session, failed};
use crate::signing;
use crate::web::WebError;

/// What the address may say.
#[derive(Debug, Deserialize)]
pub struct Asked {
    /// The code of a period; the year without it.
    ky: Option<String>,
}

/// `/van-ban/{id}/tom-tat.pdf`, for people of the organisation: the page names units.
///
/// # Errors
/// The page of the fault.
pub async fn briefing(
    Path(id): Path<Uuid>,
    Query(asked): Query<Asked>,
    session: Session,
) -> Result<Response, WebError> {
    let pdf = pdf(&session, id, asked.ky.as_deref())
        .await
        .map_err(|fault| failed(fault, "/muc-tieu"))?;
    let headers = [
        (CONTENT_TYPE, "application/pdf"),
        (CONTENT_DISPOSITION, "inline; filename=\"tom-tat.pdf\""),
    ];
    Ok((headers, pdf).into_response())
}

async fn pdf(session: &Session, id: Uuid, code: Option<&str>) -> Outcome<Vec<u8>> {
    let decision = documents::find::own(session.app.store.reader(), &session.actor, id).await?;
    let words = content::of(&session.app, &decision, code).await?;
    signing::briefing(&session.app, words).await
}
