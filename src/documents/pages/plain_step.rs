//! A step that a workflow asks for and that has no page of its own: done, or back with a remark.

use axum::extract::{Form as Body, Path};
use axum::response::Response;
use uuid::Uuid;

use super::common::{Pairs, changed, document_page, page, refuse, refused, said};
use super::step::{Open, open, open_to_act};
use crate::documents::review;
use crate::fault::{Fault, Outcome};
use crate::people::pages::is_plain;
use crate::people::session::{Session, done, failed};
use crate::web::page::Link;
use crate::web::views::sheet::{Act, Entry, Field, Input, Part, Sheet};
use crate::web::{Form, WebError, html};

/// `GET /van-ban/{id}/buoc/{element}`.
///
/// # Errors
/// 404 for strangers and for steps with a page of their own, 403 for others, 409 when the step is over or has not come.
pub async fn plain_step_page(
    session: Session,
    Path((id, element)): Path<(Uuid, String)>,
) -> Result<Response, WebError> {
    let view = view(&session, id, &element, None)
        .await
        .map_err(|fault| failed(fault, &document_page(id)))?;
    Ok(html(&view))
}

/// `POST /van-ban/{id}/buoc/{element}`: `do` is `ok` or `back`.
///
/// # Errors
/// As [`plain_step_page`]; a return without a remark shows the form again.
pub async fn take_plain_step(
    session: Session,
    Path((id, element)): Path<(Uuid, String)>,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let fresh = document_page(id);
    let mut form = Form::sent(&address(id, &element), pairs);
    match act(&session, id, &element, &form).await {
        Ok(()) => Ok(done(
            &fresh,
            &said(session.lang, "Đã ghi nhận.", "It is recorded."),
        )),
        Err(fault) => {
            refuse(&mut form, fault, session.lang, &fresh, str::to_owned)?;
            let view = view(&session, id, &element, Some(form))
                .await
                .map_err(|fault| failed(fault, &fresh))?;
            Ok(refused(html(&view)))
        }
    }
}

async fn act(session: &Session, id: Uuid, element: &str, form: &Form) -> Outcome<()> {
    plain(element)?;
    let open = open_to_act(session, id, &[element]).await?;
    if form.version != open.task.task_id {
        return Err(changed());
    }
    let passed = form.value("do") != "back";
    review::take_step(
        &session.app,
        &session.actor,
        open.task,
        passed,
        form.value("remark").to_owned(),
    )
    .await
}

async fn view(session: &Session, id: Uuid, element: &str, sent: Option<Form>) -> Outcome<Sheet> {
    plain(element)?;
    let lang = session.lang;
    let Open {
        document,
        task,
        due,
    } = open(session, id, &[element]).await?;
    let form = sent.unwrap_or_else(|| Form::new(&address(id, element), "", &task.task_id));
    let mut parts = Vec::new();
    if let Some(due) = due {
        parts.push(Part::Text(format!(
            "{} {} ({})",
            lang.t("due"),
            due.at,
            due.left
        )));
    }
    parts.push(Part::Links(vec![
        Link::new(&document_page(id), &document.title()),
        Link::new(&format!("{}/tep.pdf", document_page(id)), "PDF"),
    ]));
    parts.push(Part::Form(Entry {
        form,
        fields: vec![
            Field::new("remark", said(lang, "Ý kiến", "Remark"), Input::Area(4)).hint(said(
                lang,
                "Bắt buộc khi trả lại.",
                "Needed to send it back.",
            )),
        ],
        acts: vec![
            Act::main(said(lang, "Đã xong", "Done"), String::new()).valued("ok"),
            Act::other(said(lang, "Trả lại", "Send back"), String::new(), "back"),
        ],
        upload: false,
    }));
    Ok(Sheet {
        page: page(session, &document, &task.name),
        parts,
    })
}

/// Steps with an act of their own are taken by it alone: nobody signs by pressing "done".
fn plain(element: &str) -> Outcome<()> {
    if is_plain(element) {
        Ok(())
    } else {
        Err(Fault::NotFound)
    }
}

fn address(id: Uuid, element: &str) -> String {
    format!("{}/buoc/{element}", document_page(id))
}
