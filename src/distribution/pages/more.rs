//! An issued document goes to more recipients.

use axum::extract::{Form as Body, Path};
use axum::response::Response;
use uuid::Uuid;

use super::Fields;
use crate::distribution::more::{Wanted, may_send, send, sendable};
use crate::documents::find;
use crate::fault::{Fault, Outcome};
use crate::people::session::{Session, done, failed, field_error};
use crate::web::views::sheet::{Act, Entry, Field, Input, Part, Sheet, choice};
use crate::web::{Form, Link, WebError, html, refused};

/// `GET /van-ban/{id}/gui-them`: who leads the agency's paper work.
///
/// # Errors
/// 404 for strangers, 403 for others of the organisation and while the document is not out.
pub async fn more_page(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let mut form = Form::new(&address(id), "", "");
    form.set("purpose", "information");
    view(&session, id, form)
        .await
        .map_err(|fault| failed(fault, &format!("/van-ban/{id}")))
}

/// `POST /van-ban/{id}/gui-them`: the fields `names`, `purpose` (`action`, else for information) and `reason`.
///
/// # Errors
/// As [`more_page`]; what cannot be sent shows the form again.
pub async fn send_more(
    session: Session,
    Path(id): Path<Uuid>,
    Body(fields): Body<Fields>,
) -> Result<Response, WebError> {
    let page = format!("/van-ban/{id}");
    let mut form = Form::sent(&address(id), fields);
    let wanted = Wanted {
        names: form.value("names").to_owned(),
        for_action: form.value("purpose") == "action",
        reason: form.value("reason").to_owned(),
    };
    let sent = async {
        find::own(session.app.store.reader(), &session.actor, id).await?;
        send(&session.app, &session.actor, id, wanted).await
    };
    match sent.await {
        Ok(names) => Ok(done(
            &format!("{page}/theo-doi"),
            &session.lang.say(
                &format!("Đã gửi thêm: {}.", names.join(", ")),
                &format!("Sent to: {}.", names.join(", ")),
            ),
        )),
        Err(fault) => {
            let refusal = field_error(fault, &page)?;
            let field = refusal.field.clone().unwrap_or_else(|| "names".to_owned());
            form.refuse(&field, session.lang.say(&refusal.vi, &refusal.en));
            let shown = view(&session, id, form)
                .await
                .map_err(|fault| failed(fault, &page))?;
            Ok(refused(shown))
        }
    }
}

fn address(id: Uuid) -> String {
    format!("/van-ban/{id}/gui-them")
}

async fn view(session: &Session, id: Uuid, form: Form) -> Outcome<Response> {
    let lang = session.lang;
    let document = find::own(session.app.store.reader(), &session.actor, id).await?;
    sendable(&document)?;
    if !may_send(&session.actor, &document) {
        return Err(Fault::forbidden(
            "Chủ tịch, Phó Chủ tịch, Chánh Văn phòng gửi thêm văn bản đã phát hành.",
            "The chair, a vice-chair or the chief of the Office sends an issued document to more recipients.",
        ));
    }
    let here = format!("/van-ban/{id}");
    let mut page = session.page(&lang.say("Gửi thêm nơi nhận", "Send to more recipients"));
    page.crumbs = vec![
        Link::new("/van-ban", &lang.t("nav-documents")),
        Link::new(&here, &document.title()),
    ];
    let purposes = vec![
        choice(
            "action",
            lang.say(
                "Để thực hiện, có xác nhận đã nhận",
                "For action, with a receipt",
            ),
        ),
        choice("information", lang.say("Để biết", "For information")),
    ];
    let fields = vec![
        Field::line("names", lang.say("Nơi nhận", "Recipients")).hint(lang.say(
            "Tên đơn vị hoặc nhóm như ở phần Nơi nhận, cách nhau bằng dấu phẩy.",
            "Names of units or groups as in a distribution list, with commas between them.",
        )),
        Field::new("purpose", lang.say("Gửi", "Sent"), Input::One(purposes)),
        Field::new("reason", lang.say("Lý do", "Reason"), Input::Area(3)),
    ];
    let parts = vec![
        Part::Text(document.row.subject.clone()),
        Part::Note(lang.say(
            "Văn bản đã ký không đổi: nơi nhận ghi trên văn bản giữ nguyên, việc gửi thêm được ghi vào nhật ký và chứng cứ.",
            "The signed document does not change: its distribution list stays, what is sent beyond it is told in the journal and the evidence.",
        )),
        Part::Form(Entry {
            form,
            fields,
            acts: vec![Act::main(
                lang.say("Gửi thêm", "Send"),
                lang.say(
                    "Nơi nhận được thư báo; gửi để thực hiện thì phải xác nhận trong ngày làm việc.",
                    "They are told by mail; for action they confirm the receipt within the working day.",
                ),
            )],
            upload: false,
        }),
    ];
    Ok(html(&Sheet { page, parts }))
}
