//! The Chairman's question, for the drafting unit.

use axum::extract::{Form as Body, Path};
use axum::response::Response;
use uuid::Uuid;

use super::common::{Pairs, changed, document_page, page, refuse, refused, said};
use super::step::{Open, open, open_to_act};
use crate::audit;
use crate::documents::{decide as act, find};
use crate::fault::{Fault, Outcome};
use crate::people::session::{Session, done, failed};
use crate::web::views::documents::AnswerQuestion;
use crate::web::{Form, Link, WebError, html};

/// `GET /van-ban/{id}/tra-loi`: the Chairman's question, for the drafting unit.
///
/// # Errors
/// 404 for strangers, 403 for others, 409 when no question is open.
pub async fn question_page(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let view = question_view(&session, id, None)
        .await
        .map_err(|fault| failed(fault, &document_page(id)))?;
    Ok(html(&view))
}

/// `POST /van-ban/{id}/tra-loi`.
///
/// # Errors
/// As [`question_page`]; an empty answer shows the form again.
pub async fn answer_question(
    session: Session,
    Path(id): Path<Uuid>,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let fresh = document_page(id);
    let mut form = Form::sent(&format!("{fresh}/tra-loi"), pairs);
    match answer_act(&session, id, &form).await {
        Ok(()) => Ok(done(
            &fresh,
            &said(session.lang, "Đã gửi trả lời.", "The answer is sent."),
        )),
        Err(fault) => {
            refuse(&mut form, fault, session.lang, &fresh, str::to_owned)?;
            let view = question_view(&session, id, Some(form))
                .await
                .map_err(|fault| failed(fault, &fresh))?;
            Ok(refused(html(&view)))
        }
    }
}

async fn answer_act(session: &Session, id: Uuid, form: &Form) -> Outcome<()> {
    let open = open_to_act(session, id, &["answer_question"]).await?;
    if form.version != open.task.task_id {
        return Err(changed());
    }
    act::answer_question(
        &session.app,
        &session.actor,
        id,
        form.value("answer").to_owned(),
    )
    .await?;
    session.sent(&autosave(id)).await
}

/// The name under which an unsent answer is kept.
fn autosave(id: Uuid) -> String {
    format!("tra-loi-{id}")
}

async fn question_view(session: &Session, id: Uuid, sent: Option<Form>) -> Outcome<AnswerQuestion> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let Open {
        document,
        task,
        due,
    } = open(session, id, &["answer_question"]).await?;
    let here = document_page(id);
    let asked = audit::of_document(db, id)
        .await?
        .into_iter()
        .rev()
        .find(|entry| entry.act == "document.questioned");
    let asked = asked.ok_or(Fault::NotFound)?;
    let prefix = format!("Hỏi về {}: ", document.title());
    let mut files = vec![Link::new(
        &format!("{here}/tep.pdf"),
        &said(lang, "Dự thảo (PDF)", "The draft (PDF)"),
    )];
    if let Some(proposal) = find::proposal_of(db, id).await? {
        files.push(Link::new(
            &format!("{}/tep.pdf", document_page(proposal.row.id)),
            &format!("{} (PDF)", proposal.title()),
        ));
    }
    let form = match sent {
        Some(form) => form,
        None => {
            let fresh = Form::new(&format!("{here}/tra-loi"), "", &task.task_id);
            session.typed(&autosave(id), fresh).await?
        }
    };
    Ok(AnswerQuestion {
        page: page(
            session,
            &document,
            &said(
                lang,
                format!("Trả lời về {}", document.title()),
                format!("Answer about {}", document.title()),
            ),
        ),
        subject: document.row.subject.clone(),
        asked_by: if asked.capacity.is_empty() {
            asked.actor_name
        } else {
            format!("{} {}", asked.capacity, asked.actor_name)
        },
        question: asked
            .summary
            .strip_prefix(&prefix)
            .unwrap_or(&asked.summary)
            .to_owned(),
        due,
        form,
        autosave: autosave(id),
        files,
    })
}
