//! Several documents signed by one press with one step-up: each in its own act, one that fails stops none of the others.

use axum::extract::Form as Body;
use axum::response::Response;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::common::{Pairs, document_page, refused, said};
use super::key_choice;
use super::sign::{SIGNATURES, first_digits, to_sign};
use super::step::Open;
use crate::documents::{Document, find, issue as life};
use crate::fault::{Fault, Outcome};
use crate::flow::rows::flow_task;
use crate::people::session::{Session, done, failed};
use crate::signing::{Using, keys, rows::signing_key};
use crate::web::views::documents::{FileToSign, SignDocuments};
use crate::web::{Form, Lang, WebError, html};

/// Where the page is.
pub const ADDRESS: &str = "/ky-nhieu-van-ban";

/// `GET /ky-nhieu-van-ban`: every document that waits for the reader's signature.
///
/// # Errors
/// What the database reports.
pub async fn sign_many_page(session: Session) -> Result<Response, WebError> {
    let view = view(&session, None)
        .await
        .map_err(|fault| failed(fault, ADDRESS))?;
    Ok(html(&view))
}

/// `POST /ky-nhieu-van-ban`: signs the chosen ones; those that could not be signed come back, each with its reason.
///
/// # Errors
/// What the database reports.
pub async fn sign_many(session: Session, Body(pairs): Body<Pairs>) -> Result<Response, WebError> {
    let mut form = Form::sent(ADDRESS, pairs);
    if key_choice::wants_code(&form) {
        return code(&session, form).await;
    }
    let signed = sign_chosen(&session, &mut form).await;
    if !form.is_refused() {
        let told = said(
            session.lang,
            format!("Đã ký {} văn bản; chuyển văn thư cấp số.", signed.len()),
            format!("{} signed; the clerk gives the numbers.", signed.len()),
        );
        return Ok(done("/", &told));
    }
    let mut view = view(&session, Some(form))
        .await
        .map_err(|fault| failed(fault, ADDRESS))?;
    if !signed.is_empty() {
        view.page.flash = Some(told(session.lang, &signed));
    }
    Ok(refused(html(&view)))
}

/// Lets the signing service send its code, and shows the form again.
async fn code(session: &Session, mut form: Form) -> Result<Response, WebError> {
    let asked = async {
        let bound = bound(session).await?;
        key_choice::send_code(session, &form, &bound).await
    };
    let sent = asked.await;
    if let Err(fault) = sent {
        tell(session, &mut form, "", fault);
    }
    let mut view = view(session, Some(form))
        .await
        .map_err(|fault| failed(fault, ADDRESS))?;
    if view.form.is_refused() {
        return Ok(refused(html(&view)));
    }
    view.page.flash = Some(key_choice::code_sent(session.lang));
    Ok(html(&view))
}

/// The keys that the reader may sign with, in all organisations.
async fn bound(session: &Session) -> Outcome<Vec<signing_key::Model>> {
    let mut bound = Vec::new();
    for org_id in session.actor.org_ids() {
        let db = session.app.store.reader();
        bound.extend(keys::of_person(db, &session.actor, org_id, session.today()).await?);
    }
    Ok(bound)
}

/// What was signed, by its titles, beside what was not.
fn told(lang: Lang, signed: &[String]) -> String {
    let (count, titles) = (signed.len(), signed.join("; "));
    said(
        lang,
        format!("Đã ký {count} văn bản, chuyển văn thư cấp số: {titles}."),
        format!("{count} signed, the clerk gives the numbers: {titles}."),
    )
}

/// Signs what is chosen, one act after the other; the titles of what is signed. What was not is told in the form.
async fn sign_chosen(session: &Session, form: &mut Form) -> Vec<String> {
    let mut signed = Vec::new();
    let chosen: Vec<String> = form.all("file").map(str::to_owned).collect();
    if chosen.is_empty() {
        form.refuse(
            "file",
            said(
                session.lang,
                "Chọn ít nhất một văn bản để ký.",
                "Choose at least one document to sign.",
            ),
        );
        return signed;
    }
    let using = match key_choice::using(form) {
        Ok(using) => using,
        Err(fault) => {
            tell(session, form, "", fault);
            return signed;
        }
    };
    if chosen.len() > 1 && !using.code.is_empty() {
        form.refuse(
            "file",
            said(
                session.lang,
                "Mã một lần chỉ dùng được cho một văn bản: đánh dấu một văn bản mỗi lần ký.",
                "A one-time code serves for one document: choose one at a time.",
            ),
        );
        return signed;
    }
    for value in chosen {
        let Some((id, seen)) = read(&value) else {
            tell(session, form, "", Fault::NotFound);
            continue;
        };
        let (title, outcome) = sign_one(session, id, seen, &using).await;
        match outcome {
            Ok(()) => signed.push(title),
            Err(fault) => {
                let for_all = is_about_all(&fault);
                tell(session, form, &title, fault);
                // Wrong for this one is wrong for all; a token counts wrong PINs and locks itself.
                if for_all {
                    break;
                }
            }
        }
    }
    signed
}

/// Whether the next document would fail in the same way: the key, its PIN, the database.
fn is_about_all(fault: &Fault) -> bool {
    match fault {
        Fault::Refused(refusal) => {
            matches!(
                refusal.field.as_deref(),
                Some("pin" | "code" | "certificate")
            )
        }
        Fault::NotFound => false,
        Fault::Unavailable(_) | Fault::Db(_) | Fault::Internal(_) => true,
    }
}

async fn sign_one(session: &Session, id: Uuid, seen: &str, using: &Using) -> (String, Outcome<()>) {
    let known = find::visible(session.app.store.reader(), &session.actor, id).await;
    let title = match known {
        Ok(document) => document.title(),
        Err(fault) => return (String::new(), Err(fault)),
    };
    let signed = async {
        let (_, document) = session.journalled(to_sign(session, id).await).await?;
        if document.row.id != id {
            return Err(Fault::NotFound);
        }
        life::sign_with(&session.app, &session.actor, id, seen.to_owned(), using).await
    };
    (title, signed.await)
}

/// Puts a sentence about one document into the form: at the field that it is about, else at the files.
fn tell(session: &Session, form: &mut Form, title: &str, fault: Fault) {
    let (field, sentence) = match fault {
        Fault::Refused(refusal) => (
            refusal.field.unwrap_or_else(|| "file".to_owned()),
            said(session.lang, refusal.vi, refusal.en),
        ),
        Fault::NotFound => (
            "file".to_owned(),
            said(
                session.lang,
                "Văn bản không còn chờ anh/chị ký.",
                "The document no longer waits for your signature.",
            ),
        ),
        other => {
            tracing::error!(error = %other, "a signature of several failed");
            (
                "file".to_owned(),
                said(
                    session.lang,
                    "Hệ thống gặp trục trặc nên dừng ở văn bản này; thử lại sau ít phút.",
                    "Something is wrong with the system, so it stopped at this document; try again in a few minutes.",
                ),
            )
        }
    };
    let before = match title {
        "" => String::new(),
        title => format!("{}: ", trinhky_drafting::upper_first(title)),
    };
    form.refuse(&field, format!("{before}{sentence}"));
}

/// A document and the content that was shown.
fn value(document: &Document) -> String {
    format!("{}:{}", document.row.id, document.row.content_hash)
}

fn read(value: &str) -> Option<(Uuid, &str)> {
    let (id, seen) = value.split_once(':')?;
    Some((id.parse().ok()?, seen))
}

/// What waits for the reader's signature, the oldest first.
async fn waiting(session: &Session) -> Outcome<Vec<(Open, Document)>> {
    let tasks = flow_task::Entity::find()
        .filter(flow_task::Column::Element.is_in(SIGNATURES))
        .filter(flow_task::Column::OrgId.is_in(session.actor.org_ids()))
        .order_by_asc(flow_task::Column::DueAt)
        .order_by_asc(flow_task::Column::CreatedAt)
        .all(session.app.store.reader())
        .await?;
    let mut waiting = Vec::new();
    for task in tasks {
        match to_sign(session, task.document_id).await {
            Ok(found) => waiting.push(found),
            // Somebody else's, or signed meanwhile.
            Err(Fault::Refused(_) | Fault::NotFound) => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(waiting)
}

async fn view(session: &Session, sent: Option<Form>) -> Outcome<SignDocuments> {
    let lang = session.lang;
    let waiting = waiting(session).await?;
    let bound = bound(session).await?;
    let keys = key_choice::offered(lang, &session.actor.name, &bound)?;
    let form = sent.unwrap_or_else(|| {
        let mut form = Form::new(ADDRESS, "", "");
        form.set("certificate", keys.first.as_str());
        form
    });
    let files = waiting
        .iter()
        .map(|(open, document)| FileToSign {
            value: value(document),
            title: trinhky_drafting::upper_first(&document.title()),
            pages: match &open.due {
                Some(due) => format!("{} ({})", due.at, due.left),
                None => "PDF".to_owned(),
            },
            pdf_href: format!("{}/tep.pdf", document_page(document.row.id)),
            hash: first_digits(&document.row.content_hash),
        })
        .collect();
    Ok(SignDocuments {
        page: session.page(&lang.t("sign-many-title")),
        files,
        form,
        certificates: keys.choices,
        meaning: lang.t("sign-many-meaning"),
        sign_label: lang.t("sign-many-do"),
        then: lang.t("sign-many-then"),
        later_href: "/".to_owned(),
        asks_pin: keys.asks_secret,
        asks_code: keys.asks_code,
        sends_code: keys.sends_code,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_names_a_document_and_the_content_that_was_shown() {
        let id = Uuid::from_u128(7);
        let text = format!("{id}:9f2c");
        assert_eq!(read(&text), Some((id, "9f2c")));
        for wrong in ["", "9f2c", "x:9f2c"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_wrong_pin_stops_the_rest_and_a_changed_text_does_not() {
        assert!(is_about_all(&Fault::invalid("pin", "Sai.", "Wrong.")));
        assert!(!is_about_all(&Fault::stale("Đã đổi.", "Changed.")));
        assert!(!is_about_all(&Fault::NotFound));
    }
}
