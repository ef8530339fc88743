//! The files of a document: put in, taken away, read.

use axum::extract::multipart::MultipartRejection;
use axum::extract::{Form as Body, Multipart, Path};
use axum::response::Response;
use uuid::Uuid;

use super::common::{Pairs, document_page, page, refuse, refused, said};
use crate::documents::draft::may_draft;
use crate::documents::{attach, find};
use crate::fault::{Fault, Outcome};
use crate::people::session::{Session, done, failed};
use crate::web::download::download;
use crate::web::format::bytes;
use crate::web::upload::Upload;
use crate::web::views::sheet::{Act, Entry, Field, Input, Part, Sheet, choice};
use crate::web::{Form, WebError, html};

/// `GET /van-ban/{id}/dinh-kem`: who drafts for the document's unit.
///
/// # Errors
/// 404 for strangers, 403 for others of the organisation.
pub async fn files_page(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    view(&session, id, Form::new(&address(id), "", ""))
        .await
        .map_err(|fault| failed(fault, &document_page(id)))
}

/// `POST /van-ban/{id}/dinh-kem`: the field `file`.
///
/// # Errors
/// 413 above the limit; a file that is not taken shows the page again.
pub async fn add_file(
    session: Session,
    Path(id): Path<Uuid>,
    body: Result<Multipart, MultipartRejection>,
) -> Result<Response, WebError> {
    // Strangers are told nothing, whatever they send.
    find::visible(session.app.store.reader(), &session.actor, id)
        .await
        .map_err(|fault| failed(fault, &document_page(id)))?;
    let body = body.map_err(|error| WebError::BadRequest {
        sentence: Some(error.body_text()),
    })?;
    let upload = Upload::read(body).await?;
    let added = attach::add(
        &session.app,
        &session.actor,
        id,
        upload.file_name,
        upload.bytes,
    );
    let flash = said(session.lang, "Đã đính kèm.", "The file is attached.");
    let result = added.await.map(drop);
    answer(
        &session,
        id,
        Form::new(&address(id), "", ""),
        "file",
        result,
        &flash,
    )
    .await
}

/// `POST /van-ban/{id}/dinh-kem/bo`: the field `remove` with a file's id.
///
/// # Errors
/// As [`add_file`].
pub async fn remove_file(
    session: Session,
    Path(id): Path<Uuid>,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let form = Form::sent(&format!("{}/bo", address(id)), pairs);
    let removed = async {
        find::visible(session.app.store.reader(), &session.actor, id).await?;
        let file = form
            .value("remove")
            .parse()
            .map_err(|_| Fault::invalid("remove", "Chọn tệp cần bỏ.", "Choose the file."))?;
        attach::remove(&session.app, &session.actor, id, file).await
    };
    let result = removed.await;
    let flash = said(session.lang, "Đã bỏ tệp.", "The file is taken away.");
    answer(&session, id, form, "remove", result, &flash).await
}

async fn answer(
    session: &Session,
    id: Uuid,
    mut form: Form,
    field: &str,
    result: Outcome<()>,
    flash: &str,
) -> Result<Response, WebError> {
    match result {
        Ok(()) => Ok(done(&address(id), flash)),
        Err(fault) => {
            refuse(&mut form, fault, session.lang, &document_page(id), |_| {
                field.to_owned()
            })?;
            let view = view(session, id, form)
                .await
                .map_err(|fault| failed(fault, &document_page(id)))?;
            Ok(refused(view))
        }
    }
}

/// `GET /van-ban/{id}/dinh-kem/{file}`: who may know the document; always to be saved.
///
/// # Errors
/// 404 for others.
pub async fn attached_file(
    session: Session,
    Path((id, file)): Path<(Uuid, Uuid)>,
) -> Result<Response, WebError> {
    let found = async {
        let db = session.app.store.reader();
        find::visible(db, &session.actor, id).await?;
        let file = attach::one(db, id, file).await?;
        crate::audit::seen(&session.app, &session.actor, id, "attachment").await?;
        let content = session.app.files.get(&file.digest).await?;
        Ok(download(&file.name, &file.media_type, content))
    };
    found
        .await
        .map_err(|fault| failed(fault, &document_page(id)))
}

async fn view(session: &Session, id: Uuid, form: Form) -> Outcome<Response> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let document = find::visible(db, &session.actor, id).await?;
    if !may_draft(&session.actor, document.row.owner_id) {
        return Err(Fault::forbidden(
            "Chỉ người soạn thảo hoặc lãnh đạo đơn vị soạn thảo được đính kèm tệp.",
            "Only the drafter or the head of the drafting unit attaches files.",
        ));
    }
    let files = attach::of(db, id).await?;
    let (put, take) = if form.action.ends_with("/bo") {
        (Form::new(&address(id), "", ""), form)
    } else {
        (form, Form::new(&format!("{}/bo", address(id)), "", ""))
    };
    let mut parts = vec![Part::Form(Entry {
        form: put,
        fields: vec![
            Field::new(
                "file",
                lang.say("Tệp", "File"),
                Input::File(".pdf,.docx,.xlsx,.png,.jpg,.jpeg,.csv,.txt".to_owned()),
            )
            .hint(lang.say("Tối đa 10 MB.", "At most 10 MB.")),
        ],
        acts: vec![Act::main(
            lang.say("Đính kèm", "Attach"),
            lang.say(
                "Mọi người xem được văn bản đều tải được tệp.",
                "Everybody who sees the document can save the file.",
            ),
        )],
        upload: true,
    })];
    if !files.is_empty() {
        let choices = files
            .iter()
            .map(|file| {
                let size = bytes(u64::try_from(file.size).unwrap_or(0));
                choice(&file.id.to_string(), format!("{} ({size})", file.name))
            })
            .collect();
        parts.push(Part::Heading(lang.say("Tệp đã đính kèm", "Attached files")));
        parts.push(Part::Form(Entry {
            form: take,
            fields: vec![Field::new(
                "remove",
                lang.say("Tệp", "File"),
                Input::One(choices),
            )],
            acts: vec![Act::other(
                lang.say("Bỏ tệp", "Take away"),
                String::new(),
                "",
            )],
            upload: false,
        }));
    }
    let title = lang.say("Tệp đính kèm", "Attached files");
    Ok(html(&Sheet {
        page: page(session, &document, &title),
        parts,
    }))
}

fn address(id: Uuid) -> String {
    format!("{}/dinh-kem", document_page(id))
}
