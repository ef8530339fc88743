//! The competent person recalls an issued document.

use axum::extract::{Form as Body, Path};
use axum::response::Response;
use uuid::Uuid;

use super::Fields;
use crate::distribution::recall::{may_recall, recall};
use crate::documents::{find, state};
use crate::fault::{Fault, Outcome};
use crate::people::session::{Session, done, failed, field_error};
use crate::web::views::sheet::{Act, Entry, Field, Input, Part, Sheet};
use crate::web::{Form, Link, WebError, html, refused};

/// `GET /van-ban/{id}/thu-hoi`: who is competent to sign for the agency.
///
/// # Errors
/// 404 for strangers, 403 for others of the organisation, 409 where there is nothing to recall.
pub async fn recall_page(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    view(&session, id, None)
        .await
        .map_err(|fault| failed(fault, &format!("/van-ban/{id}")))
}

/// `POST /van-ban/{id}/thu-hoi`, with its reason.
///
/// # Errors
/// As [`recall_page`]; a missing reason shows the form again.
pub async fn recall_act(
    session: Session,
    Path(id): Path<Uuid>,
    Body(fields): Body<Fields>,
) -> Result<Response, WebError> {
    let page = format!("/van-ban/{id}");
    let mut form = Form::sent(&format!("{page}/thu-hoi"), fields);
    let reason = form.value("reason").to_owned();
    let recalled = async {
        find::visible(session.app.store.reader(), &session.actor, id).await?;
        recall(
            &session.app,
            &session.actor,
            id,
            form.version.clone(),
            reason,
        )
        .await
    };
    match recalled.await {
        Ok(()) => Ok(done(
            &page,
            &session.lang.say(
                "Đã thu hồi; các nơi nhận được báo và không xem được văn bản nữa.",
                "Recalled; the recipients are told and see it no more.",
            ),
        )),
        Err(fault) => {
            let refusal = field_error(fault, &page)?;
            form.refuse("reason", session.lang.say(&refusal.vi, &refusal.en));
            let shown = view(&session, id, Some(form))
                .await
                .map_err(|fault| failed(fault, &page))?;
            Ok(refused(shown))
        }
    }
}

async fn view(session: &Session, id: Uuid, sent: Option<Form>) -> Outcome<Response> {
    let lang = session.lang;
    let document = find::visible(session.app.store.reader(), &session.actor, id).await?;
    if !may_recall(&session.actor, document.row.org_id) {
        return Err(Fault::forbidden(
            "Chỉ người có thẩm quyền ký của cơ quan ban hành được thu hồi văn bản.",
            "Only who is competent to sign for the issuing agency recalls a document.",
        ));
    }
    if ![state::ISSUED, state::CLOSED].contains(&document.row.state.as_str()) {
        return Err(Fault::stale(
            "Chỉ thu hồi được văn bản đã phát hành và chưa thu hồi.",
            "Only an issued document that is not recalled yet can be recalled.",
        ));
    }
    let here = format!("/van-ban/{id}");
    let mut page = session.page(&format!(
        "{} {}",
        lang.say("Thu hồi", "Recall"),
        document.title()
    ));
    page.crumbs = vec![
        Link::new("/van-ban", &lang.t("nav-documents")),
        Link::new(&here, &document.title()),
    ];
    let form = sent
        .unwrap_or_else(|| Form::new(&format!("{here}/thu-hoi"), "", &document.row.content_hash));
    let parts = vec![
        Part::Text(document.row.subject.clone()),
        Part::Note(lang.say(
            "Thu hồi xong không lấy lại được: quy trình dừng, mọi nơi nhận không còn xem được văn bản, số đến của họ được giữ. Bản gốc, chữ ký và lịch sử ở cơ quan ban hành được giữ nguyên.",
            "It cannot be undone: the workflow ends and no recipient sees the document any more; their arrival numbers stay. Original, signatures and history stay with the issuer.",
        )),
        Part::Form(Entry {
            form,
            fields: vec![Field::new(
                "reason",
                lang.say("Lý do thu hồi", "Reason"),
                Input::Area(3),
            )],
            acts: vec![Act::main(
                format!("{} {}", lang.say("Thu hồi", "Recall"), document.title()),
                lang.say(
                    "Mỗi nơi nhận được một thư báo thu hồi kèm lý do.",
                    "Every recipient is told by mail, with the reason.",
                ),
            )],
            upload: false,
        }),
    ];
    Ok(html(&Sheet { page, parts }))
}
