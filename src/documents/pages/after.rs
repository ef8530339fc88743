//! An issued document was wrong: the letter that corrects it, or the document that replaces it.

use axum::extract::{Form as Body, Path};
use axum::response::Response;
use uuid::Uuid;

use super::common::{Pairs, document_page, page, refuse, refused, said};
use crate::documents::draft::may_draft;
use crate::documents::{after, find};
use crate::fault::{Fault, Outcome};
use crate::people::session::{Session, done, failed};
use crate::web::views::sheet::{Act, Entry, Field, Input, Part, Sheet};
use crate::web::{Form, WebError, html};

/// `GET /van-ban/{id}/dinh-chinh`: who drafts for the document's unit.
///
/// # Errors
/// 404 for strangers, 403 for others of the organisation.
pub async fn follow_page(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    view(&session, id, Form::new(&address(id), "", ""))
        .await
        .map_err(|fault| failed(fault, &document_page(id)))
}

/// `POST /van-ban/{id}/dinh-chinh`: `do` is `correct`, with `errors`, or `replace`.
///
/// # Errors
/// As [`follow_page`], 409 where it is not issued; no errors named shows the form again.
pub async fn follow(
    session: Session,
    Path(id): Path<Uuid>,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let mut form = Form::sent(&address(id), pairs);
    match act(&session, id, &form).await {
        Ok(new) => Ok(done(
            &format!("{}/soan", document_page(new)),
            &said(
                session.lang,
                "Đã lập dự thảo; xem lại nội dung rồi trình như mọi văn bản.",
                "The draft is made; read it, then submit it like any document.",
            ),
        )),
        Err(fault) => {
            refuse(&mut form, fault, session.lang, &document_page(id), |_| {
                "errors".to_owned()
            })?;
            let view = view(&session, id, form)
                .await
                .map_err(|fault| failed(fault, &document_page(id)))?;
            Ok(refused(view))
        }
    }
}

async fn act(session: &Session, id: Uuid, form: &Form) -> Outcome<Uuid> {
    let (app, actor) = (&session.app, &session.actor);
    find::visible(app.store.reader(), actor, id).await?;
    if form.value("do") == "replace" {
        after::replace(app, actor, id).await
    } else {
        after::correct(app, actor, id, form.value("errors").to_owned()).await
    }
}

async fn view(session: &Session, id: Uuid, form: Form) -> Outcome<Response> {
    let lang = session.lang;
    let document = find::visible(session.app.store.reader(), &session.actor, id).await?;
    if !may_draft(&session.actor, document.row.owner_id) {
        return Err(Fault::forbidden(
            "Chỉ người soạn thảo hoặc lãnh đạo đơn vị soạn thảo được lập dự thảo.",
            "Only the drafter or the head of the drafting unit may make a draft.",
        ));
    }
    let title = lang.say("Đính chính, thay thế", "Correct or replace");
    let parts = vec![
        Part::Text(lang.say(
            "Sai sót về thể thức, kỹ thuật trình bày, thủ tục ban hành thì đính chính bằng công văn; sai sót về nội dung thì sửa đổi, thay thế bằng văn bản có hình thức tương đương (Điều 18 khoản 3 Nghị định 30/2020/NĐ-CP).",
            "Errors of form are corrected by an official letter; errors of content by a document of the same form (Art. 18.3 of Decree 30/2020).",
        )),
        Part::Form(Entry {
            form,
            fields: vec![
                Field::new(
                    "errors",
                    lang.say("Chỗ sai và nội dung đúng", "What was wrong and what is right"),
                    Input::Area(4),
                )
                .hint(lang.say(
                    "Mỗi chỗ một dòng, ví dụ: Khoản 2 Điều 1: “60% trở lên” sửa thành “60%”.",
                    "One per line.",
                )),
            ],
            acts: vec![
                Act::main(
                    lang.say("Soạn công văn đính chính", "Draft the letter of correction"),
                    lang.say(
                        "Nơi kính gửi và người ký lấy từ văn bản này.",
                        "Addressees and signer come from this document.",
                    ),
                )
                .valued("correct"),
                Act::other(
                    lang.say("Soạn văn bản thay thế", "Draft the replacement"),
                    lang.say(
                        "Toàn văn của văn bản này với một điều thay thế; văn bản này còn hiệu lực đến khi bản mới được phát hành.",
                        "Its whole text with an article that replaces it; this one stands until the new one is issued.",
                    ),
                    "replace",
                ),
            ],
            upload: false,
        }),
    ];
    Ok(html(&Sheet {
        page: page(session, &document, &title),
        parts,
    }))
}

fn address(id: Uuid) -> String {
    format!("{}/dinh-chinh", document_page(id))
}
