//! A new draft from a file.

use axum::extract::Multipart;
use axum::extract::multipart::MultipartError;
use axum::http::StatusCode;
use axum::response::Response;
use uuid::Uuid;

use super::common::{refuse, refused, said};
use crate::documents::draft;
use crate::fault::{Fault, Outcome};
use crate::people::Actor;
use crate::people::session::{Session, done, failed};
use crate::web::views::documents::DocumentImport;
use crate::web::{Form, Link, WebError, html};

/// As the page says it; the router holds the same limit.
const LIMIT: &str = "20 MB";
const ADDRESS: &str = "/van-ban/nhap";

/// The unit that the actor drafts for, where there is one; who leads the organisation has others draft.
pub(super) fn drafting_unit(actor: &Actor) -> Option<Uuid> {
    if actor.posts.iter().any(|post| post.role == "chair") {
        return None;
    }
    let roles = ["drafter", "office_chief", "unit_head"];
    roles
        .iter()
        .find_map(|role| actor.posts.iter().find(|post| post.role == *role))
        .map(|post| post.unit_id)
}

/// `GET /van-ban/nhap`: who drafts for a unit.
///
/// # Errors
/// 403 for others.
pub async fn import_page(session: Session) -> Result<Response, WebError> {
    unit(&session).map_err(|fault| failed(fault, "/van-ban"))?;
    Ok(html(&view(&session, Form::new(ADDRESS, "", ""))))
}

/// `POST /van-ban/nhap`: a new document from a file; its editor shows what could not be placed.
///
/// # Errors
/// 403 for who does not draft, 413 for a file above the limit; a file that cannot be read shows the form again.
pub async fn import(session: Session, body: Multipart) -> Result<Response, WebError> {
    let (name, bytes) = match file(body).await {
        Ok(found) => found,
        Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            return Err(WebError::TooLarge {
                limit: LIMIT.to_owned(),
            });
        }
        Err(error) => {
            return Err(WebError::BadRequest {
                sentence: Some(error.body_text()),
            });
        }
    };
    match import_act(&session, &name, &bytes).await {
        Ok(id) => {
            let flash = said(
                session.lang,
                "Đã đọc tệp thành dự thảo. Xem phần chưa xếp được và kết quả kiểm tra.",
                "The file is read. See what could not be placed and what the checker found.",
            );
            Ok(done(&format!("/van-ban/{id}/soan"), &flash))
        }
        Err(fault) => {
            let mut form = Form::new(ADDRESS, "", "");
            refuse(&mut form, fault, session.lang, "/van-ban", |_| {
                "file".to_owned()
            })?;
            Ok(refused(html(&view(&session, form))))
        }
    }
}

async fn import_act(session: &Session, name: &str, bytes: &[u8]) -> Outcome<Uuid> {
    if bytes.is_empty() {
        return Err(Fault::invalid(
            "file",
            "Chọn một tệp .docx hoặc .md.",
            "Choose a .docx or .md file.",
        ));
    }
    let unit = session.journalled(unit(session)).await?;
    draft::import(&session.app, &session.actor, unit, name, bytes).await
}

pub(super) fn unit(session: &Session) -> Outcome<Uuid> {
    drafting_unit(&session.actor).ok_or_else(|| {
        Fault::forbidden(
            "Chỉ người soạn thảo hoặc lãnh đạo đơn vị soạn thảo được lập dự thảo.",
            "Only a drafter or the head of a drafting unit may make a draft.",
        )
    })
}

/// The name and the content of the field `file`; empty where none was chosen.
async fn file(mut body: Multipart) -> Result<(String, Vec<u8>), MultipartError> {
    while let Some(field) = body.next_field().await? {
        if field.name() == Some("file") {
            let name = field.file_name().unwrap_or_default().to_owned();
            return Ok((name, field.bytes().await?.to_vec()));
        }
    }
    Ok((String::new(), Vec::new()))
}

fn view(session: &Session, form: Form) -> DocumentImport {
    let mut page = session.page(&session.lang.t("import-title"));
    page.crumbs = vec![Link::new("/van-ban", &session.lang.t("nav-documents"))];
    DocumentImport {
        page,
        form,
        limit: LIMIT.to_owned(),
    }
}
