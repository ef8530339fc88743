//! The person's signature: a check page, because it cannot be undone.

use axum::extract::{Form as Body, Path};
use axum::response::{IntoResponse as _, Redirect, Response};
use uuid::Uuid;

use super::common::{Pairs, document_page, page, refuse, refused, said};
use super::key_choice;
use super::step::{Open, open};
use super::workstation;
use crate::documents::{Document, find, issue as life, workstation as outside};
use crate::fault::{Fault, Outcome};
use crate::people::session::{Session, done, failed};
use crate::signing::workstation::Purpose;
use crate::signing::{self, rows::signing_key};
use crate::web::format::bytes;
use crate::web::views::documents::{FileToSign, SignDocuments};
use crate::web::{Form, WebError, html};

/// The steps of workflows that are a person's signature.
pub(super) const SIGNATURES: [&str; 2] = ["sign", "sign_proposal"];

/// `GET /van-ban/{id}/ky`: the file to be signed, once more before it is signed.
///
/// # Errors
/// 404 for strangers, 403 for others than the signer, 409 when it is not the time.
pub async fn sign_page(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let view = sign_view(&session, id, None)
        .await
        .map_err(|fault| failed(fault, &document_page(id)))?;
    Ok(html(&view))
}

/// `POST /van-ban/{id}/ky`.
///
/// # Errors
/// As [`sign_page`]; 409 also when the content has changed since it was shown.
pub async fn sign(
    session: Session,
    Path(id): Path<Uuid>,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let fresh = document_page(id);
    let mut form = Form::sent(&format!("{fresh}/ky"), pairs);
    if key_choice::wants_code(&form) {
        return code(&session, id, form).await;
    }
    match sign_act(&session, id, &form).await {
        Ok(Next::Workstation(begun)) => {
            Ok(Redirect::to(&workstation::address(begun)).into_response())
        }
        Ok(Next::Signed(signed)) => Ok(done(
            &document_page(signed),
            &said(
                session.lang,
                "Đã ký; chuyển văn thư cấp số.",
                "Signed; the clerk gives the number.",
            ),
        )),
        Err(fault) => {
            refuse(&mut form, fault, session.lang, &fresh, str::to_owned)?;
            let view = sign_view(&session, id, Some(form))
                .await
                .map_err(|fault| failed(fault, &fresh))?;
            Ok(refused(html(&view)))
        }
    }
}

/// Lets the signing service send its code, and shows the form again.
async fn code(session: &Session, id: Uuid, mut form: Form) -> Result<Response, WebError> {
    let fresh = document_page(id);
    let asked = async {
        let (_, document) = to_sign(session, id).await?;
        let bound = keys_for(session, &document).await?;
        key_choice::send_code(session, &form, &bound).await
    };
    let sent = asked.await;
    if let Err(fault) = sent {
        refuse(&mut form, fault, session.lang, &fresh, str::to_owned)?;
    }
    let mut view = sign_view(session, id, Some(form))
        .await
        .map_err(|fault| failed(fault, &fresh))?;
    if view.form.is_refused() {
        return Ok(refused(html(&view)));
    }
    view.page.flash = Some(key_choice::code_sent(session.lang));
    Ok(html(&view))
}

/// The keys that the reader may sign a document with.
async fn keys_for(session: &Session, document: &Document) -> Outcome<Vec<signing_key::Model>> {
    let db = session.app.store.reader();
    signing::keys::of_person(db, &session.actor, document.row.org_id, session.today()).await
}

/// What a press on "sign" came to.
enum Next {
    /// The document that was signed.
    Signed(Uuid),
    /// The signature that goes on at the signer's machine.
    Workstation(Uuid),
}

async fn sign_act(session: &Session, id: Uuid, form: &Form) -> Outcome<Next> {
    let (_, document) = session.journalled(to_sign(session, id).await).await?;
    if !form.chosen("file", &document.row.id.to_string()) {
        return Err(Fault::invalid(
            "file",
            "Chọn văn bản để ký.",
            "Choose the document to sign.",
        ));
    }
    let using = key_choice::using(form)?;
    let seen = form.version.clone();
    let (app, actor, signed) = (&session.app, &session.actor, document.row.id);
    let bound = keys_for(session, &document).await?;
    if let Some(key) = key_choice::on_workstation(form, &bound) {
        let begun = outside::begin(app, actor, signed, (Purpose::Sign, seen), key).await?;
        return Ok(Next::Workstation(begun));
    }
    life::sign_with(app, actor, signed, seen, &using).await?;
    Ok(Next::Signed(signed))
}

/// The open signature of a document's workflow and what it is put under: the decision, or the proposal that carries it.
pub(super) async fn to_sign(session: &Session, id: Uuid) -> Outcome<(Open, Document)> {
    let db = session.app.store.reader();
    let asked = find::visible(db, &session.actor, id).await?;
    let open = open(session, asked.row.carried_by.unwrap_or(id), &SIGNATURES).await?;
    let document = match open.task.element.as_str() {
        "sign_proposal" => find::proposal_of(db, open.document.row.id)
            .await?
            .ok_or(Fault::NotFound)?,
        _ => find::document(db, open.document.row.id).await?,
    };
    Ok((open, document))
}

async fn sign_view(session: &Session, id: Uuid, sent: Option<Form>) -> Outcome<SignDocuments> {
    let lang = session.lang;
    let (open, document) = to_sign(session, id).await?;
    let bound = keys_for(session, &document).await?;
    let keys = key_choice::offered(lang, &session.actor.name, &bound)?;
    let size = signing::pdf(&session.app, &document).await?.len();
    let value = document.row.id.to_string();
    let proposal = open.task.element == "sign_proposal";
    let here = document_page(document.row.id);
    let form = sent.unwrap_or_else(|| {
        let mut form = Form::new(
            &format!("{}/ky", document_page(id)),
            "",
            &document.row.content_hash,
        );
        form.set("file", value.as_str());
        form.set("certificate", keys.first.as_str());
        form
    });
    Ok(SignDocuments {
        page: page(
            session,
            &document,
            &said(
                lang,
                format!("Ký số {}", document.title()),
                format!("Sign {}", document.title()),
            ),
        ),
        files: vec![FileToSign {
            value,
            title: document.title(),
            pages: format!("PDF, {}", bytes(u64::try_from(size).unwrap_or(u64::MAX))),
            pdf_href: format!("{here}/tep.pdf"),
            hash: first_digits(&document.row.content_hash),
        }],
        form,
        certificates: keys.choices,
        meaning: said(
            lang,
            "Chữ ký số xác nhận đã ký văn bản đúng như nội dung dưới đây; ký rồi không sửa, không rút lại được.",
            "The signature confirms this very content; afterwards nothing can be changed or withdrawn.",
        ),
        sign_label: said(lang, "Ký số 1 văn bản", "Sign 1 document"),
        then: if proposal {
            said(
                lang,
                "Văn thư Văn phòng cấp số, đóng dấu và trình Chủ tịch.",
                "The Office's clerk numbers and seals it and presents it to the Chairman.",
            )
        } else {
            said(
                lang,
                "Văn thư cấp số, đóng dấu và phát hành.",
                "The clerk numbers, seals and issues it.",
            )
        },
        later_href: "/".to_owned(),
        asks_pin: keys.asks_secret,
        asks_code: keys.asks_code,
        sends_code: keys.sends_code,
    })
}

/// The first digits of a digest in groups that the eye can compare.
pub(super) fn first_digits(hash: &str) -> String {
    let digits: Vec<char> = hash.chars().take(12).collect();
    digits
        .chunks(4)
        .map(|group| group.iter().collect::<String>())
        .collect::<Vec<_>>()
        .join(" ")
}
