//! The two checks of Decree 30/2020 Art. 12: content, then form.

use axum::extract::{Form as Body, Path};
use axum::response::Response;
use uuid::Uuid;

use super::common::{Pairs, changed, document_page, page, refuse, refused, said, text};
use super::findings::checked;
use super::step::{Open, open, open_to_act};
use crate::documents::review::{self as act, Check};
use crate::fault::{Fault, Outcome};
use crate::people::session::{Session, done, failed};
use crate::web::views::documents::CheckDraft;
use crate::web::{Form, Link, WebError, html};

/// `GET /van-ban/{id}/kiem-tra`: whichever of the two checks is open for the reader.
///
/// # Errors
/// 404 for strangers, 403 for others than the checker, 409 when it is not the time.
pub async fn check_page(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let view = check_view(&session, id, None)
        .await
        .map_err(|fault| failed(fault, &document_page(id)))?;
    Ok(html(&view))
}

/// `POST /van-ban/{id}/kiem-tra`.
///
/// # Errors
/// As [`check_page`]; sending back without a reason shows the form again.
pub async fn check(
    session: Session,
    Path(id): Path<Uuid>,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let fresh = document_page(id);
    let mut form = Form::sent(&format!("{fresh}/kiem-tra"), pairs);
    match check_act(&session, id, &form).await {
        Ok(true) => Ok(done(
            &fresh,
            &said(
                session.lang,
                "Đã xác nhận kiểm tra đạt.",
                "The check is passed.",
            ),
        )),
        Ok(false) => Ok(done(
            &fresh,
            &said(
                session.lang,
                "Đã trả lại người soạn thảo.",
                "It is sent back to the drafter.",
            ),
        )),
        Err(fault) => {
            refuse(&mut form, fault, session.lang, &fresh, str::to_owned)?;
            let view = check_view(&session, id, Some(form))
                .await
                .map_err(|fault| failed(fault, &fresh))?;
            Ok(refused(html(&view)))
        }
    }
}

/// Whether it was passed.
async fn check_act(session: &Session, id: Uuid, form: &Form) -> Outcome<bool> {
    let open = open_to_act(session, id, &CHECKS).await?;
    // The other check's page says nothing of this one.
    let seen = form
        .version
        .strip_prefix(&open.task.element)
        .and_then(|rest| rest.strip_prefix(':'))
        .ok_or_else(changed)?;
    let passed = match form.value("do") {
        "pass" => true,
        "send_back" => false,
        _ => {
            return Err(Fault::invalid(
                "remark",
                "Chọn xác nhận hoặc trả lại.",
                "Choose to pass it or to send it back.",
            ));
        }
    };
    let remark = form.value("remark").to_owned();
    act::check(
        &session.app,
        &session.actor,
        id,
        seen.to_owned(),
        which(&open),
        passed,
        remark,
    )
    .await?;
    Ok(passed)
}

const CHECKS: [&str; 2] = ["check_content", "check_form"];

fn which(open: &Open) -> Check {
    if open.task.element == "check_content" {
        Check::Content
    } else {
        Check::Form
    }
}

/// The check and the content that the reader has before him.
fn seen_check(open: &Open) -> String {
    format!("{}:{}", open.task.element, open.document.row.content_hash)
}

async fn check_view(session: &Session, id: Uuid, sent: Option<Form>) -> Outcome<CheckDraft> {
    let lang = session.lang;
    let open = open(session, id, &CHECKS).await?;
    let document = &open.document;
    let here = document_page(id);
    let content = which(&open) == Check::Content;
    let form =
        sent.unwrap_or_else(|| Form::new(&format!("{here}/kiem-tra"), "", &seen_check(&open)));
    let by_check = |(vi, en): (&str, &str), (form_vi, form_en): (&str, &str)| {
        if content {
            said(lang, vi, en)
        } else {
            said(lang, form_vi, form_en)
        }
    };
    let title = if content {
        said(
            lang,
            format!("Kiểm tra nội dung {}", document.title()),
            format!("Check the content of {}", document.title()),
        )
    } else {
        said(
            lang,
            format!("Kiểm tra thể thức {}", document.title()),
            format!("Check the form of {}", document.title()),
        )
    };
    Ok(CheckDraft {
        page: page(session, document, &title),
        subject: document.row.subject.clone(),
        due: open.due.clone(),
        duty: by_check(
            (
                "Người đứng đầu đơn vị soạn thảo chịu trách nhiệm về nội dung văn bản (Nghị định 30/2020/NĐ-CP, khoản 1 Điều 12).",
                "The head of the drafting unit answers for the content (Decree 30/2020/NĐ-CP, Article 12.1).",
            ),
            (
                "Người được giao kiểm tra chịu trách nhiệm về thể thức, kỹ thuật trình bày văn bản (Nghị định 30/2020/NĐ-CP, khoản 2 Điều 12).",
                "The person assigned to the check answers for form and layout (Decree 30/2020/NĐ-CP, Article 12.2).",
            ),
        ),
        findings: checked(session, document).await?,
        form,
        pass_label: by_check(
            ("Xác nhận nội dung đạt", "The content is right"),
            ("Xác nhận thể thức đúng", "The form is right"),
        ),
        pass_then: by_check(
            (
                "Chuyển sang kiểm tra thể thức.",
                "It goes to the check of its form.",
            ),
            (
                "Tờ trình được lập và chuyển Chánh Văn phòng ký.",
                "The proposal is drafted and goes to the Chief of Office to be signed.",
            ),
        ),
        back_then: said(
            lang,
            "Người soạn thảo nhận lại dự thảo kèm ý kiến.",
            "The drafter gets the draft back with the remark.",
        ),
        body: text(&document.draft),
        files: vec![Link::new(
            &format!("{here}/tep.pdf"),
            &said(
                lang,
                "Xem bản trình bày (PDF)",
                "See the typeset page (PDF)",
            ),
        )],
    })
}
