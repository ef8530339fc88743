//! A unit's report: opened, kept, sent, approved, corrected.

use axum::extract::{Form as Body, Path};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use uuid::Uuid;

use super::report_view::About;
use super::{Pairs, said};
use crate::fault::{Fault, RefusalKind};
use crate::objectives::input::Strictness;
use crate::objectives::report::{self, Answer, ReportInput};
use crate::people::session::{Session, done, failed, field_error};
use crate::web::{Form, WebError, html, refused};

/// `/bao-cao/{id}`: the form for the reporter, the report for everybody else.
///
/// # Errors
/// The page of the fault.
pub async fn report_page(Path(id): Path<Uuid>, session: Session) -> Result<Response, WebError> {
    let about = About::load(&session, id)
        .await
        .map_err(|fault| failed(fault, "/muc-tieu"))?;
    if about.may_write(&session) {
        return Ok(html(&about.form_view(&session, about.stored_form())));
    }
    Ok(html(&about.show_view(
        &session,
        about.plain_form("/duyet"),
        about.plain_form(""),
    )))
}

/// `POST /bao-cao/{id}`: `do` is `send`, `keep`, `correct`, or `evidence` and `import`, which keep and go on to another page.
///
/// # Errors
/// The page of the fault.
pub async fn save_report(
    Path(id): Path<Uuid>,
    session: Session,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let here = format!("/bao-cao/{id}");
    let about = About::load(&session, id)
        .await
        .map_err(|fault| failed(fault, "/muc-tieu"))?;
    let mut form = Form::sent(&here, pairs);
    match form.value("do") {
        "correct" => {
            let reason = form.value("reason").to_owned();
            match report::correct_report(&session.app, &session.actor, id, reason).await {
                Ok(()) => Ok(done(
                    &here,
                    &said(session.lang, "Đã mở bản sửa.", "A correction is open."),
                )),
                Err(fault) => {
                    let refusal = field_error(fault, &here)?;
                    form.refuse(
                        refusal.field.as_deref().unwrap_or("reason"),
                        said(session.lang, refusal.vi, refusal.en),
                    );
                    Ok(refused(html(&about.show_view(
                        &session,
                        about.plain_form("/duyet"),
                        form,
                    ))))
                }
            }
        }
        "keep" => sent(&about, &session, form, Strictness::Draft, "").await,
        "evidence" => sent(&about, &session, form, Strictness::Draft, "/minh-chung").await,
        "import" => sent(&about, &session, form, Strictness::Draft, "/nhap").await,
        _ => sent(&about, &session, form, Strictness::Complete, "").await,
    }
}

/// `POST /bao-cao/{id}/duyet`: `do` is `approve` or `back`.
///
/// # Errors
/// The page of the fault.
pub async fn approve_report(
    Path(id): Path<Uuid>,
    session: Session,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let here = format!("/bao-cao/{id}");
    let mut form = Form::sent(&format!("{here}/duyet"), pairs);
    let (answer, flash) = match form.value("do") {
        "back" => (
            Answer::Back(form.value("remark").to_owned()),
            said(
                session.lang,
                "Đã trả lại báo cáo.",
                "The report was sent back.",
            ),
        ),
        _ => (
            Answer::Approve,
            said(session.lang, "Đã duyệt báo cáo.", "The report is approved."),
        ),
    };
    match report::approve_report(&session.app, &session.actor, id, answer).await {
        Ok(()) => Ok(done(&here, &flash)),
        Err(fault) => {
            let refusal = field_error(fault, &here)?;
            let about = About::load(&session, id)
                .await
                .map_err(|fault| failed(fault, "/muc-tieu"))?;
            form.refuse(
                refusal.field.as_deref().unwrap_or("remark"),
                said(session.lang, refusal.vi, refusal.en),
            );
            let view = about.show_view(&session, form, about.plain_form(""));
            Ok(refused(html(&view)))
        }
    }
}

/// Reads the form and keeps or sends it, then goes on to a page below; with problems the form comes back with all of them.
async fn sent(
    about: &About,
    session: &Session,
    mut form: Form,
    strictness: Strictness,
    then: &str,
) -> Result<Response, WebError> {
    let here = format!("/bao-cao/{}", about.report.id);
    let values = about.typed(&form);
    for problem in about.problems(&form, &values, strictness) {
        form.refuse(&problem.field, said(session.lang, problem.vi, problem.en));
    }
    if form.is_refused() {
        return Ok(refused(html(&about.form_view(session, form))));
    }
    let input = ReportInput {
        seen_revision: form.version.parse().unwrap_or(-1),
        values,
        remark: form.value("remark").to_owned(),
    };
    let (result, flash) = match strictness {
        Strictness::Draft => (
            report::save_report(&session.app, &session.actor, about.report.id, input).await,
            said(session.lang, "Đã lưu, chưa gửi.", "Kept, not sent yet."),
        ),
        Strictness::Complete => (
            report::submit_report(&session.app, &session.actor, about.report.id, input).await,
            said(
                session.lang,
                "Đã gửi lãnh đạo đơn vị duyệt.",
                "Sent to the unit's head.",
            ),
        ),
    };
    match result {
        Ok(()) => Ok(done(&format!("{here}{then}"), &flash)),
        Err(Fault::Refused(refusal)) => {
            let status = match refusal.kind {
                RefusalKind::Stale => StatusCode::CONFLICT,
                RefusalKind::Forbidden => StatusCode::FORBIDDEN,
                _ => StatusCode::UNPROCESSABLE_ENTITY,
            };
            form.refuse(
                refusal.field.as_deref().unwrap_or("remark"),
                said(session.lang, refusal.vi, refusal.en),
            );
            // Somebody else's numbers stand beside what was typed, and the next press is made knowingly.
            let now = About::load(session, about.report.id)
                .await
                .map_err(|fault| failed(fault, &here))?;
            form.version = now.report.revision.to_string();
            let page = html(&now.form_view(session, form));
            Ok((status, page).into_response())
        }
        Err(fault) => Err(failed(fault, &here)),
    }
}
