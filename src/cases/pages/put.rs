//! The case files in which a document stands, and one more.

use axum::extract::{Form as Body, Path};
use axum::response::Response;
use chrono::Datelike as _;
use uuid::Uuid;

use super::super::{holding, of_year, put as put_in};
use super::{LIST, address, mark};
use crate::documents::{doc_type, find, title};
use crate::fault::Outcome;
use crate::people::may;
use crate::people::session::{Session, done, failed, field_error};
use crate::web::views::sheet::{Act, Entry, Field, Input, Part, Sheet, State, choice};
use crate::web::{Form, Link, WebError, html, refused};

fn here(id: Uuid) -> String {
    format!("/van-ban/{id}/ho-so")
}

fn document_page(id: Uuid) -> String {
    format!("/van-ban/{id}")
}

/// `GET /van-ban/{id}/ho-so`: the files that hold it, of those that the reader may see.
///
/// # Errors
/// 404 for who may not know the document.
pub async fn put_page(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    view(&session, id, Form::new(&here(id), "", ""))
        .await
        .map_err(|fault| failed(fault, &document_page(id)))
}

/// `POST /van-ban/{id}/ho-so`: into the file `case`.
///
/// # Errors
/// As [`put_page`]; what is not acceptable shows the form again.
pub async fn put(
    session: Session,
    Path(id): Path<Uuid>,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Result<Response, WebError> {
    let mut form = Form::sent(&here(id), pairs);
    let asked = async {
        find::visible_row(session.app.store.reader(), &session.actor, id).await?;
        let case = form
            .value("case")
            .parse()
            .map_err(|_| crate::fault::Fault::invalid("case", "Chọn hồ sơ.", "Choose a file."))?;
        put_in(&session.app, &session.actor, case, id).await?;
        Ok(case)
    };
    match asked.await {
        Ok(case) => Ok(done(
            &address(case),
            &session
                .lang
                .say("Đã đưa vào hồ sơ.", "The document is in the file."),
        )),
        Err(fault) => {
            let refusal = field_error(fault, &document_page(id))?;
            form.refuse("case", session.lang.say(&refusal.vi, &refusal.en));
            let view = view(&session, id, form)
                .await
                .map_err(|fault| failed(fault, &document_page(id)))?;
            Ok(refused(view))
        }
    }
}

async fn view(session: &Session, id: Uuid, form: Form) -> Outcome<Response> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let row = find::visible_row(db, &session.actor, id).await?;
    let holding = holding(db, &session.actor, id).await?;
    let mut parts = Vec::new();
    if holding.is_empty() {
        parts.push(Part::Text(lang.say(
            "Văn bản chưa ở trong hồ sơ nào.",
            "The document stands in no file yet.",
        )));
    } else {
        let line = |case: &super::case_file::Model| State {
            mark: mark(case, lang),
            text: format!("{} ({}): {}", case.code, case.year, case.title),
            note: String::new(),
            href: address(case.id),
        };
        parts.push(Part::States(holding.iter().map(line).collect()));
    }
    let this_year = session.today().year();
    let mut open = of_year(db, &session.actor, this_year).await?;
    // What ended with last year's work is put into last year's file.
    open.extend(of_year(db, &session.actor, this_year - 1).await?);
    open.retain(|case| {
        case.closed_on.is_none()
            && may::keep_case_files(&session.actor, case.org_id, case.owner_id)
            && holding.iter().all(|held| held.id != case.id)
    });
    if open.is_empty() {
        parts.push(Part::Links(vec![Link::new(
            LIST,
            &lang.say("Mở hồ sơ để đưa văn bản vào", "Open a file to put it in"),
        )]));
    } else {
        let choices = open
            .iter()
            .map(|case| {
                let text = format!("{} ({}): {}", case.code, case.year, case.title);
                choice(&case.id.to_string(), text)
            })
            .collect();
        parts.push(Part::Heading(
            lang.say("Đưa vào hồ sơ", "Put it into a file"),
        ));
        parts.push(Part::Form(Entry {
            form,
            fields: vec![Field::new(
                "case",
                lang.say("Hồ sơ", "File"),
                Input::Select(choices),
            )],
            acts: vec![Act::main(
                lang.say("Đưa vào hồ sơ", "Put it in"),
                lang.say(
                    "Một văn bản ở được nhiều hồ sơ; tờ trình kèm theo đi cùng.",
                    "A document can stand in many files; its proposal goes with it.",
                ),
            )],
            upload: false,
        }));
    }
    let called = title(
        doc_type(&row.doc_type)?,
        row.number,
        &row.symbol,
        &row.subject,
    );
    let mut page = session.page(&lang.say("Hồ sơ của văn bản", "The document's files"));
    page.crumbs = vec![
        Link::new("/van-ban", &lang.t("nav-documents")),
        Link::new(&document_page(id), &trinhky_drafting::upper_first(&called)),
    ];
    Ok(html(&Sheet { page, parts }))
}
