//! Signing on the signer's own machine: a script hands the file to the signing program there and waits for it to come back;
//! without one the file is saved, signed and sent by hand.

use axum::Json;
use axum::extract::{Multipart, Path, State};
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use chrono::NaiveTime;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::common::{document_page, page, refuse, refused, said};
use crate::app::App;
use crate::documents::workstation::{self, UnderWay};
use crate::fault::{Fault, Outcome};
use crate::people::session::{Session, done, failed};
use crate::signing::PDF;
use crate::signing::workstation::Purpose;
use crate::web::download::download;
use crate::web::format::date_time;
use crate::web::upload::{LIMIT, Upload};
use crate::web::views::sheet::{Act, Entry, Field, Input, Part, Sheet, Workstation};
use crate::web::{Form, Link, WebError, html};

/// Where the signing service of VGCA listens on the signer's machine.
const SERVICE: &str = "wss://127.0.0.1:8987";
/// As everywhere, but for the service of the signer's own machine.
const POLICY: &str = "default-src 'self'; connect-src 'self' wss://127.0.0.1:8987; img-src 'self' data:; object-src 'none'; base-uri 'none'; \
                      form-action 'self'; frame-ancestors 'none'";

/// The page of a signature under way.
pub(super) fn address(id: Uuid) -> String {
    format!("/ky-tai-may/{id}")
}

/// `GET /ky-tai-may/{id}`: who began it.
///
/// # Errors
/// 404 for others.
pub async fn workstation_page(
    session: Session,
    Path(id): Path<Uuid>,
) -> Result<Response, WebError> {
    let view = view(&session, id, None)
        .await
        .map_err(|fault| failed(fault, "/"))?;
    Ok(shown(html(&view)))
}

/// `GET /ky-tai-may/{id}/tep.pdf`: the file to be signed by hand.
///
/// # Errors
/// 404 for others than who began.
pub async fn workstation_file(
    session: Session,
    Path(id): Path<Uuid>,
) -> Result<Response, WebError> {
    let file = workstation::given(&session.app, &session.actor, id).await;
    let file = file.map_err(|fault| failed(fault, "/"))?;
    Ok(download("can-ky.pdf", PDF, file))
}

/// `POST /ky-tai-may/{id}`: the file has come back by itself; the signature is recorded.
///
/// # Errors
/// 404 for others than who began, 409 where nothing has come back or the document has gone on.
pub async fn workstation_finish(
    session: Session,
    Path(id): Path<Uuid>,
) -> Result<Response, WebError> {
    let fresh = address(id);
    workstation::finish(&session.app, &session.actor, id)
        .await
        .map_err(|fault| failed(fault, &fresh))?;
    recorded(&session, id).await
}

/// `POST /ky-tai-may/{id}/tep`: the signed file, by hand.
///
/// # Errors
/// As [`workstation_finish`]; a file that is not the one that went out, signed by the registered key, shows the page again.
pub async fn workstation_upload(
    session: Session,
    Path(id): Path<Uuid>,
    body: Multipart,
) -> Result<Response, WebError> {
    let upload = Upload::read(body).await?;
    let fresh = address(id);
    let handed = workstation::hand_in(&session.app, &session.actor, id, upload.bytes).await;
    match handed {
        Ok(()) => recorded(&session, id).await,
        Err(fault) => {
            let mut form = Form::sent(&format!("{fresh}/tep"), upload.pairs);
            refuse(&mut form, fault, session.lang, &fresh, |_| {
                "file".to_owned()
            })?;
            let view = view(&session, id, Some(form))
                .await
                .map_err(|fault| failed(fault, &fresh))?;
            Ok(refused(shown(html(&view))))
        }
    }
}

/// The two one-time addresses, for the script of the page.
#[derive(Debug, Serialize)]
pub struct Addresses {
    /// Where the program fetches the file, and where it brings it back.
    file: String,
    back: String,
}

/// `POST /ky-tai-may/{id}/duong-dan`.
///
/// # Errors
/// 404 for others than who began, 409 where its time is over.
pub async fn workstation_addresses(
    session: Session,
    Path(id): Path<Uuid>,
) -> Result<Json<Addresses>, WebError> {
    let secret = workstation::secret(&session.app, &session.actor, id)
        .await
        .map_err(|fault| failed(fault, &address(id)))?;
    let base = format!("{}/tep-ky/{secret}", session.app.config.base_url());
    Ok(Json(Addresses {
        file: format!("{base}/can-ky.pdf"),
        back: base,
    }))
}

/// `GET /tep-ky/{secret}/can-ky.pdf`: the program on the signer's machine, once.
///
/// # Errors
/// 404 for a secret that is unknown, too old or used.
pub async fn workstation_fetch(
    State(app): State<App>,
    Path(secret): Path<String>,
) -> Result<Response, WebError> {
    let file = workstation::fetch(&app, &secret).await;
    let file = file.map_err(|fault| failed(fault, "/"))?;
    Ok(([(CONTENT_TYPE, PDF)], file).into_response())
}

/// `POST /tep-ky/{secret}`: the program brings the signed file back, once; the answer is for it.
///
/// # Errors
/// 404 for a secret that is unknown, too old or used, 413 for a file above the limit.
pub async fn workstation_back(
    State(app): State<App>,
    Path(secret): Path<String>,
    body: Multipart,
) -> Result<Response, WebError> {
    let upload = Upload::read(body).await?;
    let told = |status: StatusCode, taken: bool, message: &str| {
        let said = json!({
            "Status": taken, "Message": message, "FileName": upload.file_name, "FileServer": "",
            "DocumentNumber": "", "DocumentDate": "",
        });
        (status, Json(said)).into_response()
    };
    match workstation::take_back(&app, &secret, upload.bytes.clone()).await {
        Ok(()) => Ok(told(StatusCode::OK, true, "")),
        Err(Fault::Refused(refusal)) => {
            Ok(told(StatusCode::UNPROCESSABLE_ENTITY, false, &refusal.vi))
        }
        Err(fault) => Err(failed(fault, "/")),
    }
}

fn shown(mut response: Response) -> Response {
    response
        .headers_mut()
        .insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

async fn recorded(session: &Session, id: Uuid) -> Result<Response, WebError> {
    let going = workstation::under_way(&session.app, &session.actor, id)
        .await
        .map_err(|fault| failed(fault, "/"))?;
    Ok(match going.purpose {
        Purpose::Sign => done(
            &document_page(going.row.document_id),
            &said(
                session.lang,
                "Đã ký; chuyển văn thư cấp số.",
                "Signed; the clerk gives the number.",
            ),
        ),
        Purpose::Seal => done("/van-thu", &said(session.lang, "Đã đóng dấu.", "Sealed.")),
    })
}

async fn view(session: &Session, id: Uuid, sent: Option<Form>) -> Outcome<Sheet> {
    let lang = session.lang;
    let going = workstation::under_way(&session.app, &session.actor, id).await?;
    let UnderWay {
        row,
        document,
        purpose,
    } = &going;
    let here = address(id);
    let mut parts = vec![
        Part::Text(lang.t("desk-sign-meaning")),
        Part::Text(lang.tx("desk-sign-until", &date_time(row.ends_at))),
        Part::Links(vec![Link::new(
            &document_page(document.row.id),
            &document.title(),
        )]),
    ];
    if row.returned.is_some() {
        parts.push(Part::Note(lang.t("desk-sign-back")));
        parts.push(Part::Form(Entry {
            form: Form::new(&here, "", ""),
            fields: Vec::new(),
            acts: vec![Act::main(
                lang.t("desk-sign-record"),
                lang.t("desk-sign-record-then"),
            )],
            upload: false,
        }));
    }
    parts.push(Part::Workstation(Workstation {
        action: here.clone(),
        addresses: format!("{here}/duong-dan"),
        service: format!("{SERVICE}/{}", purpose.function()),
        number: document
            .row
            .number
            .map(|_| number(document))
            .unwrap_or_default(),
        date: document
            .row
            .issued_on
            .map(|day| {
                format!(
                    "{}+07:00",
                    day.and_time(NaiveTime::MIN).format("%Y-%m-%dT%H:%M:%S")
                )
            })
            .unwrap_or_default(),
    }));
    parts.push(Part::Heading(lang.t("desk-sign-by-hand")));
    parts.push(Part::Text(lang.t("desk-sign-by-hand-how")));
    parts.push(Part::Links(vec![Link::new(
        &format!("{here}/tep.pdf"),
        &lang.t("desk-sign-file"),
    )]));
    parts.push(Part::Form(Entry {
        form: sent.unwrap_or_else(|| Form::new(&format!("{here}/tep"), "", "")),
        fields: vec![
            Field::new(
                "file",
                lang.t("desk-sign-signed"),
                Input::File(".pdf".to_owned()),
            )
            .hint(lang.tx("desk-sign-signed-hint", LIMIT)),
        ],
        acts: vec![Act::other(
            lang.t("desk-sign-hand-in"),
            lang.t("desk-sign-record-then"),
            "",
        )],
        upload: true,
    }));
    let title = match purpose {
        Purpose::Sign => lang.tx("desk-sign-title", &document.title()),
        Purpose::Seal => lang.tx("desk-seal-title", &document.title()),
    };
    Ok(Sheet {
        page: page(session, document, &title),
        parts,
    })
}

fn number(document: &crate::documents::Document) -> String {
    let number = document.row.number.unwrap_or_default();
    format!("{number:02}/{}", document.row.symbol)
}
