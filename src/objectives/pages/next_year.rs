//! The next year in one press: the suggested targets beside the results, and the button that makes the draft.

use axum::extract::{Form as Body, Path};
use axum::response::Response;
use uuid::Uuid;

use super::consolidation::report_link;
use super::{Pairs, cell, document_link, said};
use crate::documents::{self, Document};
use crate::fault::{Fault, Outcome};
use crate::objectives::next_year::{self as act, Line, written};
use crate::people::may;
use crate::people::session::{Session, done, failed, field_error};
use crate::web::views::next_year::{NextYear, NextYearRow};
use crate::web::{Form, Lang, WebError, html, refused};

/// `/van-ban/{id}/nam-sau`.
///
/// # Errors
/// The page of the fault; 409 where the year is not judged yet.
pub async fn next_year_page(Path(id): Path<Uuid>, session: Session) -> Result<Response, WebError> {
    let view = view(&session, id, None)
        .await
        .map_err(|fault| failed(fault, &format!("/van-ban/{id}/danh-gia")))?;
    Ok(html(&view))
}

/// `POST /van-ban/{id}/nam-sau`: leads to the new draft beside the text of this year.
///
/// # Errors
/// The page of the fault; what was entered wrongly shows the form again.
pub async fn begin_next_year(
    Path(id): Path<Uuid>,
    session: Session,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let here = format!("/van-ban/{id}/nam-sau");
    let targets = pairs
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix("target.")?.to_owned(), value.clone())))
        .collect();
    let mut form = Form::sent(&here, pairs);
    known(&session, id)
        .await
        .map_err(|fault| failed(fault, &here))?;
    match act::begin(&session.app, &session.actor, id, targets).await {
        Ok(draft) => Ok(done(
            &format!("/van-ban/{draft}/so-sanh?nam=truoc"),
            &said(
                session.lang,
                "Đã lập dự thảo năm sau và Tờ trình; so với năm nay như dưới đây.",
                "The next year's draft and its proposal are made; this is how it differs from this year's.",
            ),
        )),
        Err(fault) => {
            let refusal = field_error(fault, &here)?;
            form.refuse(
                refusal.field.as_deref().unwrap_or(""),
                said(session.lang, refusal.vi, refusal.en),
            );
            let view = view(&session, id, Some(form))
                .await
                .map_err(|fault| failed(fault, &here))?;
            Ok(refused(html(&view)))
        }
    }
}

/// The decision, for people of the organisation only.
async fn known(session: &Session, id: Uuid) -> Outcome<Document> {
    let db = session.app.store.reader();
    let decision = documents::find::visible(db, &session.actor, id).await?;
    if may::work_on_documents_of(&session.actor, decision.row.org_id) {
        Ok(decision)
    } else {
        Err(Fault::NotFound)
    }
}

async fn view(session: &Session, id: Uuid, sent: Option<Form>) -> Outcome<NextYear> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let decision = known(session, id).await?;
    let outlook = act::outlook(db, decision).await?;
    let made = match act::made(db, &outlook).await? {
        Some(made) => Some(report_link(session, made).await?),
        None => None,
    };
    let next = outlook.year + 1;
    Ok(NextYear {
        page: session.page(&said(
            lang,
            format!("Mục tiêu năm {next}"),
            format!("Objectives for {next}"),
        )),
        document: document_link(&outlook.decision),
        year: next.to_string(),
        form: sent.unwrap_or_else(|| {
            let mut form = Form::new(&format!("/van-ban/{id}/nam-sau"), "", "");
            for line in &outlook.lines {
                form.set(&field(line), written(&line.suggested));
            }
            form
        }),
        rows: outlook.lines.iter().map(|line| row(line, lang)).collect(),
        label: said(
            lang,
            format!("Lập dự thảo năm {next}"),
            format!("Make the draft for {next}"),
        ),
        then: said(
            lang,
            "Mục tiêu được ghi vào câu văn, cách tính giữ như năm nay, Tờ trình có bảng kết quả. Dự thảo vẫn sửa được.",
            "The targets are written into the sentences, measures stay as they are, the proposal has the table of results. All of it can be changed.",
        ),
        may_act: made.is_none()
            && documents::draft::may_draft(&session.actor, outlook.decision.row.owner_id),
        made,
    })
}

fn field(line: &Line) -> String {
    format!("target.{}", line.indicator.code)
}

fn row(line: &Line, lang: Lang) -> NextYearRow {
    let result = &line.result;
    NextYearRow {
        field: field(line),
        name: format!("{}. {}", result.label, result.name),
        target: result.target.shown(),
        result: cell(&result.sum, &result.target, result.verdict, lang, None),
        suggested: line.suggested.shown(),
        reason: said(lang, line.reason.vi(), line.reason.en()),
    }
}
