//! "Read and understood" of one member of staff (Điều 2): asked once, confirmed under the text.

use axum::extract::Path;
use axum::response::Response;
use sea_orm::EntityTrait as _;
use uuid::Uuid;

use super::paper;
use crate::audit;
use crate::distribution::receipt;
use crate::distribution::rows::attestation;
use crate::documents::find;
use crate::fault::{Fault, Outcome};
use crate::flow;
use crate::people::find as people_find;
use crate::people::session::{Session, done, failed};
use crate::web::format::{date_time, when};
use crate::web::page::Link;
use crate::web::views::distribution::Attest;
use crate::web::{Form, WebError, html};

/// `GET /van-ban/{id}/xac-nhan`: the member of staff who was asked; changes nothing.
///
/// # Errors
/// 404 where it was not asked of the reader.
pub async fn attest_page(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let view = view(&session, id)
        .await
        .map_err(|fault| failed(fault, "/"))?;
    Ok(html(&view))
}

/// `POST /van-ban/{id}/xac-nhan`: the member of staff who was asked.
///
/// # Errors
/// 404 where it was not asked of the reader, 409 when it is confirmed already.
pub async fn attest(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let here = format!("/van-ban/{id}/xac-nhan");
    receipt::attest(&session.app, &session.actor, id)
        .await
        .map_err(|fault| failed(fault, &here))?;
    Ok(done(&here, &session.lang.t("attested-flash")))
}

async fn view(session: &Session, id: Uuid) -> Outcome<Attest> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let person_id = session.actor.person_id.ok_or(Fault::NotFound)?;
    let asked = attestation::Entity::find_by_id((id, person_id))
        .one(db)
        .await?
        .ok_or(Fault::NotFound)?;
    let document = find::document(db, id).await?;
    audit::seen(&session.app, &session.actor, id, "attest").await?;
    let calendar = people_find::calendar(db, document.row.org_id).await?;
    let task = flow::tasks_of_document(db, id)
        .await?
        .into_iter()
        .find(|task| task.element == "attest" && task.person_id == Some(person_id));
    let href = format!("/van-ban/{id}");
    Ok(Attest {
        page: session.page(&lang.tx("attest-title", &document.title())),
        document: Link::new(&href, &document.title()),
        due: task
            .and_then(|task| task.due_at)
            .map(|at| when(at, session.now, &calendar, lang)),
        body: paper::text(&document),
        pdf_href: format!("{href}/tep.pdf"),
        statement: lang.tx("attest-statement", &document.title()),
        form: Form::new(&format!("{href}/xac-nhan"), "", ""),
        attested_at: asked.attested_at.map(date_time),
    })
}
