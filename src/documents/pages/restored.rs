//! After a restore: how far each register had come, said by the person who keeps it.

use std::collections::BTreeMap;

use axum::Form as Body;
use axum::response::Response;
use trinhky_calendar::{local, vn_date};
use uuid::Uuid;

use super::common::{Pairs, refuse, refused, said};
use crate::documents::restored::{self, ADDRESS};
use crate::fault::{Fault, Outcome};
use crate::people::session::{Session, done, failed};
use crate::web::views::sheet::{Act, Entry, Field, Part, Sheet};
use crate::web::{Form, WebError, html};

/// `GET /so-van-ban/sau-khoi-phuc`: everybody signed in sees the registers that they keep.
///
/// # Errors
/// What the database reports.
pub async fn restored_page(session: Session) -> Result<Response, WebError> {
    let shown = view(&session, Form::new(ADDRESS, "", "")).await;
    shown.map_err(|fault| failed(fault, ADDRESS))
}

/// `POST /so-van-ban/sau-khoi-phuc`: the last number that each register had given.
///
/// # Errors
/// What is no such number shows the form again.
pub async fn settle(session: Session, Body(pairs): Body<Pairs>) -> Result<Response, WebError> {
    let mut form = Form::sent(ADDRESS, pairs);
    match settled(&session, &form).await {
        Ok(()) => Ok(done(
            ADDRESS,
            &said(
                session.lang,
                "Đã ghi; các sổ này cấp số tiếp được.",
                "Recorded; these registers give numbers again.",
            ),
        )),
        Err(fault) => {
            refuse(&mut form, fault, session.lang, ADDRESS, str::to_owned)?;
            let page = view(&session, form).await;
            Ok(refused(page.map_err(|fault| failed(fault, ADDRESS))?))
        }
    }
}

async fn settled(session: &Session, form: &Form) -> Outcome<()> {
    let db = session.app.store.reader();
    let mut last: BTreeMap<Uuid, i32> = BTreeMap::new();
    for waiting in restored::waiting(db, &session.actor, session.today()).await? {
        let field = waiting.row.id.to_string();
        let number = form.value(&field).trim().parse().map_err(|_| {
            Fault::invalid(
                &field,
                "Ghi số cuối cùng đã cấp; không mất số nào thì ghi đúng số đang có trong sổ.",
                "Enter the last number given; where none was lost, the number that the register holds.",
            )
        })?;
        last.insert(waiting.row.id, number);
    }
    restored::settle(&session.app, &session.actor, last).await
}

async fn view(session: &Session, form: Form) -> Outcome<Response> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let waiting = restored::waiting(db, &session.actor, session.today()).await?;
    let mut fields = Vec::new();
    for one in &waiting {
        let (vi, en) = one.name()?;
        let known = one.row.next_number - 1;
        fields.push(
            Field::line(&one.row.id.to_string(), said(lang, vi, en)).hint(said(
                lang,
                format!("Trong sổ đang có đến số {known:02}."),
                format!("The register holds numbers up to {known:02}."),
            )),
        );
    }
    let parts = match waiting.first() {
        None => vec![Part::Text(said(
            lang,
            "Không có sổ nào phải đối chiếu.",
            "No register waits.",
        ))],
        Some(first) => {
            let day = vn_date(local(first.taken_at).date_naive());
            vec![
                Part::Note(said(
                    lang,
                    format!(
                        "Dữ liệu được khôi phục từ bản sao lưu ngày {day}. Các sổ dưới đây chưa cấp số tiếp."
                    ),
                    format!(
                        "The data were restored from the backup of {day}. The registers below give no numbers yet."
                    ),
                )),
                Part::Text(said(
                    lang,
                    "Xem bản giấy và thư đã gửi từ ngày ấy, rồi ghi số cuối cùng đã cấp thật của từng sổ. Các số bị mất được ghi vào sổ là số bỏ, kèm lý do.",
                    "Look at papers and mails since that day and enter the last number that each register really gave. Lost numbers are entered as void, with the reason.",
                )),
                Part::Form(Entry {
                    form,
                    fields,
                    acts: vec![Act::main(
                        said(
                            lang,
                            "Ghi và cho cấp số tiếp",
                            "Record and give numbers again",
                        ),
                        said(
                            lang,
                            "Không sửa lại được.",
                            "It cannot be changed afterwards.",
                        ),
                    )],
                    upload: false,
                }),
            ]
        }
    };
    let title = said(
        lang,
        "Sổ văn bản sau khi khôi phục",
        "Registers after a restore",
    );
    Ok(html(&Sheet {
        page: session.page(&title),
        parts,
    }))
}
