//! The files behind a report's numbers: listed, added, taken away, read.

use axum::extract::{Form as Body, Multipart, Path};
use axum::response::Response;
use uuid::Uuid;

use super::{Pairs, said};
use crate::documents;
use crate::fault::Outcome;
use crate::objectives::{evidence, find, state};
use crate::people::may::{self, TaskRight};
use crate::people::session::{Session, done, failed, field_error};
use crate::web::download::download;
use crate::web::format::{bytes, date_time};
use crate::web::upload::Upload;
use crate::web::views::objectives::EvidencePage;
use crate::web::{Form, Link, WebError, html, refused};

/// `GET /bao-cao/{id}/minh-chung`.
///
/// # Errors
/// 404 for who may not see the report.
pub async fn evidence_page(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let view = view(&session, id, Form::new(&address(id), "", ""))
        .await
        .map_err(|fault| failed(fault, "/muc-tieu"))?;
    Ok(html(&view))
}

/// `POST /bao-cao/{id}/minh-chung`: the fields `file` and `indicator`.
///
/// # Errors
/// 413 above the limit; a file that is not taken shows the page again.
pub async fn add_evidence(
    session: Session,
    Path(id): Path<Uuid>,
    body: Multipart,
) -> Result<Response, WebError> {
    let here = address(id);
    let upload = Upload::read(body).await?;
    let mut form = Form::new(&here, "", "");
    let indicator = upload
        .pairs
        .into_iter()
        .find_map(|(name, value)| (name == "indicator").then_some(value))
        .unwrap_or_default();
    form.set("indicator", indicator.as_str());
    let added = evidence::add(
        &session.app,
        &session.actor,
        id,
        indicator,
        upload.file_name,
        upload.bytes,
    )
    .await;
    match added {
        Ok(_) => Ok(done(
            &here,
            &said(session.lang, "Đã gắn minh chứng.", "The file is attached."),
        )),
        Err(fault) => {
            let refusal = field_error(fault, &here)?;
            form.refuse(
                refusal.field.as_deref().unwrap_or("file"),
                said(session.lang, refusal.vi, refusal.en),
            );
            let view = view(&session, id, form)
                .await
                .map_err(|fault| failed(fault, "/muc-tieu"))?;
            Ok(refused(html(&view)))
        }
    }
}

/// `POST /bao-cao/{id}/minh-chung/bo`: the field `remove` with a file's id.
///
/// # Errors
/// The page of the fault.
pub async fn remove_evidence(
    session: Session,
    Path(id): Path<Uuid>,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let here = address(id);
    let form = Form::sent(&here, pairs);
    let file = form.value("remove").parse().unwrap_or_default();
    evidence::remove(&session.app, &session.actor, id, file)
        .await
        .map_err(|fault| failed(fault, &here))?;
    Ok(done(
        &here,
        &said(session.lang, "Đã bỏ tệp.", "The file is taken away."),
    ))
}

/// `GET /bao-cao/{id}/minh-chung/{file}`: always to be saved, never to be run by the browser.
///
/// # Errors
/// 404 for who may not see the report.
pub async fn evidence_file(
    session: Session,
    Path((id, file)): Path<(Uuid, Uuid)>,
) -> Result<Response, WebError> {
    let found = async {
        let db = session.app.store.reader();
        find::visible_report(db, &session.actor, id).await?;
        let file = evidence::one(db, id, file).await?;
        let content = session.app.files.get(&file.digest).await?;
        Ok((file, content))
    };
    let (file, content) = found.await.map_err(|fault| failed(fault, &address(id)))?;
    Ok(download(&file.name, &file.media_type, content))
}

fn address(id: Uuid) -> String {
    format!("/bao-cao/{id}/minh-chung")
}

async fn view(session: &Session, id: Uuid, form: Form) -> Outcome<EvidencePage> {
    let db = session.app.store.reader();
    let lang = session.lang;
    let report = find::visible_report(db, &session.actor, id).await?;
    let period = find::period(db, report.period_id).await?;
    let document = documents::find::document(db, report.document_id).await?;
    let indicators = find::indicators(db, report.document_id).await?;
    let files = evidence::of_version(db, id, report.version).await?;
    let name_of = |id: Option<Uuid>| {
        indicators
            .iter()
            .find(|indicator| Some(indicator.id) == id)
            .map_or_else(
                || said(lang, "cả báo cáo", "the whole report"),
                |indicator| format!("{}. {}", indicator.label(), indicator.name),
            )
    };
    let right = TaskRight {
        role: "reporter",
        doc_type: &document.row.doc_type,
        org_id: report.org_id,
        owner_id: document.row.owner_id,
        unit_id: Some(report.unit_id),
        person_id: None,
    };
    Ok(EvidencePage {
        page: session.page(&said(
            lang,
            format!("Minh chứng của báo cáo {}", period.name),
            format!("Evidence of the report for {}", period.name),
        )),
        form,
        remove: Form::new(&format!("{}/bo", address(id)), "", ""),
        files: files
            .iter()
            .map(|file| {
                let about = format!(
                    "{}; {}; {}, {}",
                    name_of(file.indicator_id),
                    bytes(u64::try_from(file.size).unwrap_or_default()),
                    date_time(file.added_at),
                    file.added_by
                );
                let link = Link::new(&format!("{}/{}", address(id), file.id), &file.name);
                (file.id.to_string(), link, about)
            })
            .collect(),
        indicators: indicators
            .iter()
            .map(|indicator| {
                let name = format!("{}. {}", indicator.label(), indicator.name);
                (indicator.code.clone(), name)
            })
            .collect(),
        may_act: report.state == state::DRAFT
            && document.row.state != documents::state::CLOSED
            && may::do_task(&session.actor, &right),
        back: Link::new(
            &format!("/bao-cao/{id}"),
            &said(lang, "Trở lại báo cáo", "Back to the report"),
        ),
    })
}
