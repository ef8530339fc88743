//! The drafter hands the draft over: to units for their opinions, or straight to the checks.

use std::collections::BTreeSet;

use axum::extract::{Form as Body, Path};
use axum::response::Response;
use uuid::Uuid;

use super::common::{Pairs, document_page, page, refuse, refused, said};
use super::findings::checked;
use super::step::open;
use crate::documents::{Document, find, review as act};
use crate::fault::{Fault, Outcome};
use crate::people::session::{Session, done, failed};
use crate::people::{Unit, find as people_find};
use crate::web::views::documents::SubmitDraft;
use crate::web::views::shared::Choice;
use crate::web::{Form, WebError, html};

/// Longest time for opinions, in working days.
const MAX_WORKING_DAYS: u32 = 30;

/// `GET /van-ban/{id}/trinh`: to whom the draft goes, and for how long.
///
/// # Errors
/// 404 for strangers, 403 for who may not hand it over, 409 when it has been handed over.
pub async fn submit_page(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let view = submit_view(&session, id, None)
        .await
        .map_err(|fault| failed(fault, &document_page(id)))?;
    Ok(html(&view))
}

/// `POST /van-ban/{id}/trinh`.
///
/// # Errors
/// As [`submit_page`]; what was entered wrongly shows the form again.
pub async fn submit(
    session: Session,
    Path(id): Path<Uuid>,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let fresh = document_page(id);
    let mut form = Form::sent(&format!("{fresh}/trinh"), pairs);
    match submit_act(&session, id, &form).await {
        Ok(()) => Ok(done(
            &fresh,
            &said(
                session.lang,
                "Đã chuyển dự thảo.",
                "The draft is handed over.",
            ),
        )),
        Err(fault) => {
            refuse(&mut form, fault, session.lang, &fresh, |field| {
                if field == "units" {
                    "unit".to_owned()
                } else {
                    field.to_owned()
                }
            })?;
            let view = submit_view(&session, id, Some(form))
                .await
                .map_err(|fault| failed(fault, &fresh))?;
            Ok(refused(html(&view)))
        }
    }
}

async fn submit_act(session: &Session, id: Uuid, form: &Form) -> Outcome<()> {
    find::visible(session.app.store.reader(), &session.actor, id).await?;
    let days = form
        .value("working_days")
        .trim()
        .parse::<u32>()
        .ok()
        .filter(|days| (1..=MAX_WORKING_DAYS).contains(days));
    let days = days.ok_or_else(|| {
        Fault::invalid(
            "working_days",
            format!("Ghi số ngày làm việc, từ 1 đến {MAX_WORKING_DAYS}."),
            format!("Enter working days, from 1 to {MAX_WORKING_DAYS}."),
        )
    })?;
    let mut units = Vec::new();
    for text in form.all("unit") {
        let unit = text.parse::<Uuid>().map_err(|_| {
            Fault::invalid(
                "unit",
                "Đơn vị không có trong danh sách.",
                "The unit is not in the list.",
            )
        })?;
        if !units.contains(&unit) {
            units.push(unit);
        }
    }
    let seen = form.version.clone();
    act::submit(&session.app, &session.actor, id, seen, units, days).await
}

async fn submit_view(session: &Session, id: Uuid, sent: Option<Form>) -> Outcome<SubmitDraft> {
    let lang = session.lang;
    let open = open(session, id, &["draft"]).await?;
    let document = &open.document;
    let form = sent.unwrap_or_else(|| {
        let mut form = Form::new(
            &format!("{}/trinh", document_page(id)),
            "",
            &document.row.content_hash,
        );
        form.set("working_days", act::USUAL_WORKING_DAYS.to_string());
        form
    });
    Ok(SubmitDraft {
        page: page(
            session,
            document,
            &said(
                lang,
                format!("Trình {}", document.title()),
                format!("Hand over {}", document.title()),
            ),
        ),
        subject: document.row.subject.clone(),
        findings: checked(session, document).await?,
        form,
        units: units_to_ask(session, document).await?,
        label: said(lang, "Chuyển dự thảo", "Hand over the draft"),
        then: said(
            lang,
            "Mỗi đơn vị được chọn nhận thư lấy ý kiến; không chọn đơn vị nào thì dự thảo chuyển thẳng sang kiểm tra nội dung.",
            "Each chosen unit is asked by mail; with none chosen the draft goes straight to the check of its content.",
        ),
    })
}

/// The bodies of the organisation's groups, each once, in the order of the groups and then of their keys.
pub(super) async fn units_to_ask(session: &Session, document: &Document) -> Outcome<Vec<Choice>> {
    let db = session.app.store.reader();
    let groups = people_find::groups(db, document.row.org_id).await?;
    let units = people_find::all_units(db, session.today()).await?;
    let mut seen = BTreeSet::from([document.row.owner_id, document.row.org_id]);
    let mut choices = Vec::new();
    for group in groups {
        let mut members: Vec<&Unit> = group
            .members
            .iter()
            .filter_map(|id| units.get(id))
            .filter(|unit| unit.account)
            .collect();
        members.sort_by(|a, b| a.key.cmp(&b.key));
        for unit in members {
            if seen.insert(unit.id) {
                choices.push(Choice {
                    value: unit.id.to_string(),
                    text: unit.called().to_owned(),
                    hint: String::new(),
                });
            }
        }
    }
    Ok(choices)
}
