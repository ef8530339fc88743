//! Documents of an earlier version whose evidence could not be pieced together: tried again, or begun from now on by a
//! person who says why, so that they can be received.

use axum::extract::Form as Body;
use axum::response::Response;
use uuid::Uuid;

use super::Fields;
use crate::distribution::proof::past;
use crate::fault::{Fault, Outcome};
use crate::people::admin::{administered, frame};
use crate::people::session::{Session, done, failed, field_error};
use crate::web::views::sheet::{Act, Entry, Field, Input, Part, Sheet};
use crate::web::{Form, Link, WebError, html, refused};

const ADDRESS: &str = "/quan-tri/chung-cu";

/// `GET /quan-tri/chung-cu`: the administrator.
///
/// # Errors
/// 403 for others.
pub async fn past_page(session: Session) -> Result<Response, WebError> {
    let view = view(&session, None)
        .await
        .map_err(|fault| failed(fault, ADDRESS))?;
    Ok(html(&view))
}

/// `POST /quan-tri/chung-cu`: `do` is `again` or `anew`.
///
/// # Errors
/// 403 for others, 404 for another organisation's document, 409 where it is told by now; a missing reason shows the page
/// again.
pub async fn tell_past(session: Session, Body(pairs): Body<Fields>) -> Result<Response, WebError> {
    let mut form = Form::sent(ADDRESS, pairs);
    match tell(&session, &form).await {
        Ok(()) => Ok(done(ADDRESS, &session.lang.t("past-flash"))),
        Err(fault) => {
            let refusal = field_error(fault, ADDRESS)?;
            let sentence = session.lang.say(&refusal.vi, &refusal.en);
            form.refuse("reason", sentence);
            let view = view(&session, Some(form))
                .await
                .map_err(|fault| failed(fault, ADDRESS))?;
            Ok(refused(html(&view)))
        }
    }
}

async fn tell(session: &Session, form: &Form) -> Outcome<()> {
    let (app, actor) = (&session.app, &session.actor);
    let org_id = session.journalled(administered(session)).await?;
    let id: Uuid = form
        .value("document")
        .parse()
        .map_err(|_| Fault::NotFound)?;
    match form.value("do") {
        "anew" => past::begin_anew(app, actor, org_id, id, form.value("reason")).await,
        _ => past::try_again(app, org_id, id).await,
    }
}

async fn view(session: &Session, mut sent: Option<Form>) -> Outcome<Sheet> {
    let lang = session.lang;
    let org_id = administered(session)?;
    let waiting = past::waiting(session.app.store.reader(), org_id).await?;
    let mut parts = vec![Part::Text(lang.t("past-meaning"))];
    if waiting.is_empty() {
        parts.push(Part::Text(lang.t("past-none")));
    }
    for (id, subject) in waiting {
        let document = id.to_string();
        let form = sent
            .take_if(|form| form.value("document") == document)
            .unwrap_or_else(|| {
                let mut form = Form::new(ADDRESS, "", "");
                form.set("document", document.as_str());
                form
            });
        parts.push(Part::Heading(subject));
        parts.push(Part::Links(vec![Link::new(
            &format!("/van-ban/{id}"),
            &lang.t("past-document"),
        )]));
        parts.push(Part::Form(Entry {
            form,
            fields: vec![
                Field::new("document", String::new(), Input::Hidden),
                Field::new("reason", lang.t("past-reason"), Input::Area(3))
                    .hint(lang.t("past-reason-hint")),
            ],
            acts: vec![
                Act::main(lang.t("past-again"), lang.t("past-again-then")).valued("again"),
                Act::other(lang.t("past-anew"), lang.t("past-anew-then"), "anew"),
            ],
            upload: false,
        }));
    }
    Ok(Sheet {
        page: frame(session, &lang.t("past-title")),
        parts,
    })
}
