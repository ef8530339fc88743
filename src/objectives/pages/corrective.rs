//! Corrective actions: the overview of a decision, one more by hand, and the life of one.

use axum::extract::{Form as Body, Path};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use trinhky_calendar::vn_date;
use uuid::Uuid;

use super::{Pairs, document_link, said};
use crate::documents::{self, Document};
use crate::fault::{Fault, Outcome, RefusalKind};
use crate::objectives::corrective::{self, Step, Typed, may_manage, may_read, state};
use crate::objectives::find::{self, Indicator};
use crate::objectives::rows::corrective_action;
use crate::people::may;
use crate::people::session::{Session, done, failed};
use crate::web::format::date_time;
use crate::web::views::corrective::{ActionLine, ActionPage, Actions};
use crate::web::views::shared::{Mark, Tone};
use crate::web::{Form, Lang, Link, WebError, html};

/// `GET /van-ban/{id}/khac-phuc`: people of the decision's organisation.
///
/// # Errors
/// 404 for others.
pub async fn actions_page(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let view = overview(&session, id, None)
        .await
        .map_err(|fault| failed(fault, "/muc-tieu"))?;
    Ok(html(&view))
}

/// `POST /van-ban/{id}/khac-phuc`: one more by hand.
///
/// # Errors
/// What is not acceptable shows the form again.
pub async fn open_action(
    session: Session,
    Path(id): Path<Uuid>,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let here = format!("/van-ban/{id}/khac-phuc");
    let mut form = Form::sent(&here, pairs);
    let indicator = form.value("indicator").to_owned();
    let opened = corrective::open(&session.app, &session.actor, id, indicator, typed(&form)).await;
    match opened {
        Ok(_) => Ok(done(
            &here,
            &said(
                session.lang,
                "Đã giao biện pháp khắc phục.",
                "The corrective action is open.",
            ),
        )),
        Err(fault) => {
            let status = refuse(&mut form, fault, "cause", session.lang, &here)?;
            let view = overview(&session, id, Some(form))
                .await
                .map_err(|fault| failed(fault, &here))?;
            Ok((status, html(&view)).into_response())
        }
    }
}

/// `GET /khac-phuc/{id}`.
///
/// # Errors
/// 404 for who may not read it.
pub async fn action_page(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let view = one(&session, id, None)
        .await
        .map_err(|fault| failed(fault, "/muc-tieu"))?;
    Ok(html(&view))
}

/// `POST /khac-phuc/{id}`: `do` is `change`, `done`, `works` or `fails`.
///
/// # Errors
/// What is not acceptable, or came too late, shows the form again with what was typed.
pub async fn take_action(
    session: Session,
    Path(id): Path<Uuid>,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let here = format!("/khac-phuc/{id}");
    let mut form = Form::sent(&here, pairs);
    let check = |effective| Step::Check {
        effective,
        seen: form.value("effectiveness").to_owned(),
    };
    let (step, field) = match form.value("do") {
        "done" => (Step::Done(form.value("done").to_owned()), "done"),
        "works" => (check(true), "effectiveness"),
        "fails" => (check(false), "effectiveness"),
        _ => (Step::Change(typed(&form)), "cause"),
    };
    let seen = form.version.parse().unwrap_or(-1);
    match corrective::take(&session.app, &session.actor, id, seen, step).await {
        Ok(()) => Ok(done(
            &here,
            &said(session.lang, "Đã cập nhật.", "It is recorded."),
        )),
        Err(fault) => {
            let status = refuse(&mut form, fault, field, session.lang, &here)?;
            let view = one(&session, id, Some(form))
                .await
                .map_err(|fault| failed(fault, "/muc-tieu"))?;
            Ok((status, html(&view)).into_response())
        }
    }
}

/// Puts a refusal at its field; the form comes back with what was typed also where somebody else was quicker.
fn refuse(
    form: &mut Form,
    fault: Fault,
    field: &str,
    lang: Lang,
    here: &str,
) -> Result<StatusCode, WebError> {
    let refusal = match fault {
        Fault::Refused(refusal)
            if matches!(refusal.kind, RefusalKind::Stale | RefusalKind::Invalid) =>
        {
            refusal
        }
        fault => return Err(failed(fault, here)),
    };
    form.refuse(
        refusal.field.as_deref().unwrap_or(field),
        said(lang, refusal.vi, refusal.en),
    );
    Ok(match refusal.kind {
        RefusalKind::Stale => StatusCode::CONFLICT,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    })
}

fn typed(form: &Form) -> Typed {
    let value = |field: &str| form.value(field).to_owned();
    Typed {
        correction: value("correction"),
        cause: value("cause"),
        action: value("action"),
        owner: value("owner"),
        due: value("due"),
    }
}

async fn overview(session: &Session, id: Uuid, sent: Option<Form>) -> Outcome<Actions> {
    let db = session.app.store.reader();
    let lang = session.lang;
    let document = documents::find::visible(db, &session.actor, id).await?;
    if !may::work_on_documents_of(&session.actor, document.row.org_id) {
        return Err(Fault::NotFound);
    }
    let indicators = find::indicators(db, id).await?;
    if indicators.is_empty() {
        return Err(Fault::NotFound);
    }
    let actions = find::corrective_actions(db, id).await?;
    let form = sent.unwrap_or_else(|| Form::new(&format!("/van-ban/{id}/khac-phuc"), "", ""));
    Ok(Actions {
        page: session.page(&said(lang, "Biện pháp khắc phục", "Corrective actions")),
        document: document_link(&document),
        summary: summary(session, &actions),
        rows: actions
            .iter()
            .map(|action| ActionLine {
                href: format!("/khac-phuc/{}", action.id),
                indicator: named(&indicators, action),
                action: action.action.clone(),
                owner: action.owner.clone(),
                due: due(action, lang),
                state: mark(session, action),
            })
            .collect(),
        form: may_manage(&session.actor, document.row.org_id, None).then_some(form),
        indicators: indicators
            .iter()
            .map(|indicator| {
                let name = format!("{}. {}", indicator.label(), indicator.name);
                (indicator.code.clone(), name)
            })
            .collect(),
    })
}

fn summary(session: &Session, actions: &[corrective_action::Model]) -> String {
    let count = |state: &str| {
        actions
            .iter()
            .filter(|action| action.state == state)
            .count()
    };
    let late = actions
        .iter()
        .filter(|action| is_late(session, action))
        .count();
    let (open, done, closed) = (
        count(state::OPEN) - late,
        count(state::DONE),
        count(state::CLOSED),
    );
    said(
        session.lang,
        format!(
            "{} biện pháp: {late} quá hạn, {open} đang thực hiện, {done} chờ đánh giá hiệu lực, {closed} đã kết thúc",
            actions.len()
        ),
        format!(
            "{} actions: {late} overdue, {open} open, {done} waiting for the check, {closed} closed",
            actions.len()
        ),
    )
}

async fn one(session: &Session, id: Uuid, sent: Option<Form>) -> Outcome<ActionPage> {
    let db = session.app.store.reader();
    let lang = session.lang;
    let action = corrective::one(db, id).await?;
    if !may_read(&session.actor, &action) {
        return Err(Fault::NotFound);
    }
    let document = documents::find::document(db, action.document_id).await?;
    let indicators = find::indicators(db, action.document_id).await?;
    let may_act = may_manage(&session.actor, action.org_id, action.unit_id);
    let mut page = session.page(&said(
        lang,
        format!(
            "Biện pháp khắc phục chỉ tiêu {}",
            named(&indicators, &action)
        ),
        format!("Corrective action for {}", named(&indicators, &action)),
    ));
    page.crumbs = vec![document_link(&document)];
    Ok(ActionPage {
        page,
        back: back(&document, lang),
        state: mark(session, &action),
        facts: facts(&action, lang),
        form: sent.unwrap_or_else(|| filled(&action)),
        is_open: may_act && action.state == state::OPEN,
        is_done: may_act && action.state == state::DONE,
    })
}

fn back(document: &Document, lang: Lang) -> Link {
    Link::new(
        &format!("/van-ban/{}/khac-phuc", document.row.id),
        &said(lang, "Mọi biện pháp khắc phục", "All corrective actions"),
    )
}

fn facts(action: &corrective_action::Model, lang: Lang) -> Vec<(String, String)> {
    let mut facts = vec![
        (
            said(lang, "Khắc phục ngay", "Correction"),
            action.correction.clone(),
        ),
        (said(lang, "Nguyên nhân", "Cause"), action.cause.clone()),
        (said(lang, "Biện pháp", "Measure"), action.action.clone()),
        (
            said(lang, "Người chịu trách nhiệm", "Owner"),
            action.owner.clone(),
        ),
        (said(lang, "Thời hạn", "Due"), due(action, lang)),
        (
            said(lang, "Mở", "Opened"),
            join(&[date_time(action.opened_at), action.opened_by.clone()]),
        ),
        (
            said(lang, "Hiệu lực", "Effectiveness"),
            action.effectiveness.clone(),
        ),
    ];
    if let Some(day) = action.done_on {
        facts.push((said(lang, "Đã thực hiện", "Done"), vn_date(day)));
    }
    if let Some(at) = action.reminded_at {
        facts.push((said(lang, "Nhắc gần nhất", "Last reminder"), date_time(at)));
    }
    if let Some(at) = action.closed_at {
        facts.push((
            said(lang, "Kết thúc", "Closed"),
            join(&[date_time(at), action.closed_by.clone()]),
        ));
    }
    facts.retain(|(_, value)| !value.is_empty());
    facts
}

fn join(parts: &[String]) -> String {
    let parts: Vec<&str> = parts
        .iter()
        .map(String::as_str)
        .filter(|part| !part.is_empty())
        .collect();
    parts.join(", ")
}

fn filled(action: &corrective_action::Model) -> Form {
    let here = format!("/khac-phuc/{}", action.id);
    let mut form = Form::new(&here, "", &action.revision.to_string());
    for (field, value) in [
        ("correction", &action.correction),
        ("cause", &action.cause),
        ("action", &action.action),
        ("owner", &action.owner),
        ("due", &action.due),
    ] {
        form.set(field, value.as_str());
    }
    form
}

fn named(indicators: &[Indicator], action: &corrective_action::Model) -> String {
    indicators
        .iter()
        .find(|indicator| indicator.id == action.indicator_id)
        .map(|found| format!("{}. {}", found.label(), found.name))
        .unwrap_or_default()
}

fn due(action: &corrective_action::Model, lang: Lang) -> String {
    match action.due_on {
        Some(day) => vn_date(day),
        None if action.due.is_empty() => said(lang, "chưa có thời hạn", "no day set yet"),
        None => action.due.clone(),
    }
}

fn is_late(session: &Session, action: &corrective_action::Model) -> bool {
    action.state == state::OPEN && action.due_on.is_some_and(|due| due < session.today())
}

fn mark(session: &Session, action: &corrective_action::Model) -> Mark {
    let lang = session.lang;
    match action.state.as_str() {
        state::CLOSED => Mark::new(
            Tone::Done,
            said(lang, "Có hiệu lực, đã kết thúc", "Effective, closed"),
        ),
        state::DONE => Mark::new(
            Tone::Waiting,
            said(
                lang,
                "Đã thực hiện, chờ đánh giá hiệu lực",
                "Done, to be checked",
            ),
        ),
        _ if is_late(session, action) => Mark::new(Tone::Late, said(lang, "Quá hạn", "Overdue")),
        _ => Mark::new(Tone::Open, said(lang, "Đang thực hiện", "Open")),
    }
}
