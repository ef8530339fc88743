//! The proof pack of a document: one press by the agency's clerk, one file for whoever asks.

use axum::extract::{Form as Body, Path};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use uuid::Uuid;

use super::Fields;
use crate::distribution::proof;
use crate::documents::pages::key_choice;
use crate::documents::{Document, find};
use crate::fault::{Fault, Outcome};
use crate::people::session::{Session, done, failed, field_error};
use crate::signing::{self, rows::signing_key};
use crate::web::format::date_time;
use crate::web::page::Link;
use crate::web::views::distribution::ProofPack;
use crate::web::{Form, WebError, html, refused};

/// `GET /van-ban/{id}/chung-cu`: people of the issuing organisation.
///
/// # Errors
/// 404 for others.
pub async fn proof_page(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let view = view(&session, id, None)
        .await
        .map_err(|fault| failed(fault, "/van-ban"))?;
    Ok(html(&view))
}

/// `POST /van-ban/{id}/chung-cu`: the agency's clerk.
///
/// # Errors
/// 404 for strangers, 403 for others than the clerk, 409 where the document is not issued; a key that does not sign shows
/// the form again.
pub async fn make_proof(
    session: Session,
    Path(id): Path<Uuid>,
    Body(pairs): Body<Fields>,
) -> Result<Response, WebError> {
    let here = address(id);
    let mut form = Form::sent(&here, pairs);
    let wants_code = key_choice::wants_code(&form);
    let made = async {
        let document = find::own(session.app.store.reader(), &session.actor, id).await?;
        if wants_code {
            let (_, bound) = agency_keys(&session, &document).await?;
            return key_choice::send_code(&session, &form, &bound).await;
        }
        let using = key_choice::using(&form)?;
        proof::make(&session.app, &session.actor, id, &using)
            .await
            .map(drop)
    };
    match made.await {
        Ok(()) if wants_code => {
            let mut view = view(&session, id, Some(form))
                .await
                .map_err(|fault| failed(fault, "/van-ban"))?;
            view.page.flash = Some(key_choice::code_sent(session.lang));
            Ok(html(&view))
        }
        Ok(()) => Ok(done(&here, &session.lang.t("proof-flash"))),
        Err(fault) => {
            let refusal = field_error(fault, &here)?;
            let sentence = session.lang.say(&refusal.vi, &refusal.en);
            form.refuse(refusal.field.as_deref().unwrap_or("certificate"), sentence);
            let view = view(&session, id, Some(form))
                .await
                .map_err(|fault| failed(fault, "/van-ban"))?;
            Ok(refused(html(&view)))
        }
    }
}

/// `GET /van-ban/{id}/chung-cu.pdf`: the newest pack, for people of the issuing organisation.
///
/// # Errors
/// 404 for others, and where none was made.
pub async fn proof_file(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let file = async {
        find::own(session.app.store.reader(), &session.actor, id).await?;
        let app = &session.app;
        let made = find::file(app.store.reader(), id, proof::FILE).await?;
        Ok::<_, Fault>(app.files.get(&made.ok_or(Fault::NotFound)?.digest).await?)
    };
    let file = file.await.map_err(|fault| failed(fault, &address(id)))?;
    let headers = [
        (CONTENT_TYPE, signing::PDF),
        (CONTENT_DISPOSITION, "attachment; filename=\"chung-cu.pdf\""),
    ];
    Ok((headers, file).into_response())
}

fn address(id: Uuid) -> String {
    format!("/van-ban/{id}/chung-cu")
}

/// The name of the agency that signs the pack, and its keys.
async fn agency_keys(
    session: &Session,
    document: &Document,
) -> Outcome<(String, Vec<signing_key::Model>)> {
    let app = &session.app;
    let agency = signing::organisation(app, document).await?;
    let bound = signing::keys::of_agency(app.store.reader(), agency.id, session.today()).await?;
    Ok((agency.name, bound))
}

async fn view(session: &Session, id: Uuid, sent: Option<Form>) -> Outcome<ProofPack> {
    let (app, lang) = (&session.app, session.lang);
    let db = app.store.reader();
    let document = find::own(session.app.store.reader(), &session.actor, id).await?;
    let (agency, bound) = agency_keys(session, &document).await?;
    let keys = key_choice::offered(lang, &agency, &bound)?;
    let may = proof::may_make(&session.actor, &document) && document.row.issued_at.is_some();
    let form = sent.unwrap_or_else(|| {
        let mut form = Form::new(&address(id), "", "");
        form.set("certificate", keys.first.as_str());
        form
    });
    let made = find::file(db, id, proof::FILE).await?;
    Ok(ProofPack {
        page: session.page(&lang.tx("proof-title", &document.title())),
        document: Link::new(&format!("/van-ban/{id}"), &document.title()),
        file: made.map(|file| Link::new(&format!("{}.pdf", address(id)), &date_time(file.at))),
        form: may.then_some(form),
        certificates: keys.choices,
        asks_pin: keys.asks_secret,
        asks_code: keys.asks_code,
        sends_code: keys.sends_code,
    })
}
