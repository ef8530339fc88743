//! Ending the wait: who is beyond the last reminder, and what was closed before.

use axum::Form as Body;
use axum::extract::Path;
use axum::response::Response;
use uuid::Uuid;

use crate::distribution::closing::{self, Closed};
use crate::documents::find;
use crate::fault::Outcome;
use crate::people::find as people_find;
use crate::people::session::{Session, done, failed, field_error};
use crate::web::format::date_time;
use crate::web::page::Link;
use crate::web::views::sheet::{Act, Entry, Field, Input, Part, Sheet, Table};
use crate::web::{Form, WebError, html, refused};

/// `GET /van-ban/{id}/khep-vong`: people of the issuing organisation.
///
/// # Errors
/// 404 for everybody else.
pub async fn closing_page(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    view(&session, id, Form::new(&address(id), "", ""))
        .await
        .map_err(|fault| failed(fault, "/van-ban"))
}

/// `POST /van-ban/{id}/khep-vong`: the field `reason`.
///
/// # Errors
/// 403 for who does not own the decision; a missing reason shows the page again.
pub async fn close_round(
    session: Session,
    Path(id): Path<Uuid>,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Result<Response, WebError> {
    let here = address(id);
    let mut form = Form::sent(&here, pairs);
    let closed = async {
        find::own(session.app.store.reader(), &session.actor, id).await?;
        let reason = form.value("reason").to_owned();
        closing::close(&session.app, &session.actor, id, reason).await
    };
    match closed.await {
        Ok(count) => Ok(done(
            &here,
            &session.lang.say(
                &format!("Đã khép: không chờ {count} trả lời nữa."),
                &format!("Closed: {count} answers are waited for no longer."),
            ),
        )),
        Err(fault) => {
            let refusal = field_error(fault, &here)?;
            form.refuse("reason", session.lang.say(&refusal.vi, &refusal.en));
            let page = view(&session, id, form)
                .await
                .map_err(|fault| failed(fault, "/van-ban"))?;
            Ok(refused(page))
        }
    }
}

fn address(id: Uuid) -> String {
    format!("/van-ban/{id}/khep-vong")
}

async fn view(session: &Session, id: Uuid, form: Form) -> Outcome<Response> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let document = find::own(session.app.store.reader(), &session.actor, id).await?;
    let calendar = people_find::calendar(db, document.row.org_id).await?;
    let missing = closing::missing(db, &document, &calendar, session.now).await?;
    let mut parts = vec![Part::Text(lang.say(
        "Nơi không trả lời sau bước nhắc cuối cùng không giữ việc kết thúc năm mãi được. Khép lại thì quy trình đi tiếp; tên nơi thiếu và lý do được ghi vào nhật ký. Nơi thiếu vẫn là chưa trả lời và vẫn tiếp nhận được sau đó.",
        "Who does not answer after the last reminder cannot hold up the year's end for ever. Closed, the workflow goes on; the missing and the reason are noted. They stay unanswered, and may still receive it.",
    ))];
    for closed in closing::of_document(db, id).await? {
        parts.push(Part::Note(sentence(&closed, session)));
    }
    if missing.is_empty() {
        parts.push(Part::Text(lang.say(
            "Không nơi nào đã qua bước nhắc cuối cùng.",
            "Nobody is beyond the last reminder.",
        )));
    } else {
        parts.push(Part::Table(Table {
            head: [("Ai", "Who"), ("Việc", "What"), ("Hạn", "Due")]
                .map(|(vi, en)| lang.say(vi, en))
                .to_vec(),
            rows: missing
                .iter()
                .map(|row| vec![row.name.clone(), row.what.clone(), date_time(row.due_at)])
                .collect(),
        }));
    }
    if !missing.is_empty() && closing::may_close(&session.actor, &document) {
        parts.push(Part::Form(Entry {
            form,
            fields: vec![Field::new(
                "reason",
                lang.say("Lý do không chờ nữa", "Why there is no more waiting"),
                Input::Area(3),
            )],
            acts: vec![Act::main(
                lang.say(
                    &format!("Không chờ {} trả lời này nữa", missing.len()),
                    &format!("Wait for these {} no longer", missing.len()),
                ),
                lang.say(
                    "Không hoàn tác được; nơi thiếu được ghi tên.",
                    "Cannot be undone; the missing are named.",
                ),
            )],
            upload: false,
        }));
    }
    let mut page = session.page(&lang.say("Khép việc chờ trả lời", "End the wait"));
    page.crumbs = vec![
        Link::new(&format!("/van-ban/{id}"), &document.title()),
        Link::new(
            &format!("/van-ban/{id}/theo-doi"),
            &lang.say("Theo dõi", "Tracking"),
        ),
    ];
    Ok(html(&Sheet { page, parts }))
}

fn sentence(closed: &Closed, session: &Session) -> String {
    let names: Vec<String> = closed
        .missing
        .iter()
        .map(|missing| format!("{} ({})", missing.name, missing.what))
        .collect();
    let (at, by, reason) = (
        date_time(closed.row.closed_at),
        &closed.row.closed_by,
        &closed.row.reason,
    );
    session.lang.say(
        &format!("{at}, {by} khép: {reason}. Thiếu: {}.", names.join("; ")),
        &format!(
            "{at}, closed by {by}: {reason}. Missing: {}.",
            names.join("; ")
        ),
    )
}
