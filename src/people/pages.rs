//! Sign-in, sign-out, the desk, and forms that waited for a new sign-in.

use std::collections::BTreeMap;

use axum::Form as AxumForm;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use chrono::Datelike as _;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Deserialize;
use trinhky_calendar::Calendar;
use uuid::Uuid;

use super::absence::{self, Unopened};
use super::rows::person;
use super::session::{self, Session, failed, field_error, signed_in, signed_out};
use super::sign_in::Origin;
use super::{find, kept, may, passkey, setup, sign_in as by_password};
use crate::app::App;
use crate::documents::{self, rows::document};
use crate::fault::{Fault, Outcome, RefusalKind};
use crate::flow::rows::flow_task;
use crate::web::format::when;
use crate::web::views::people::{Desk, Duty, SampleAccount, SignIn};
use crate::web::views::shared::Tone;
use crate::web::{Form, Lang, Page, WebError, html};

/// Most duties that the desk shows; more would hide the urgent ones.
const MAX_DUTIES: u64 = 200;

#[derive(Debug, Default, Deserialize)]
pub struct Next {
    /// Where to go on afterwards.
    #[serde(default)]
    pub tiep: String,
}

/// The sign-in page.
pub async fn sign_in_page(
    State(app): State<App>,
    Query(next): Query<Next>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let lang = Lang::of_request(&uri, &headers);
    let view = async {
        if setup::is_open(app.store.reader()).await? {
            return Ok(Redirect::to("/cai-dat").into_response());
        }
        let form = Form::new("/dang-nhap", "", "");
        sign_in_view(&app, lang, form, &next.tiep, session::flash(&headers)).await
    };
    view.await.map_err(|fault| failed(fault, "/"))
}

#[derive(Debug, Deserialize)]
pub struct Credentials {
    #[serde(default)]
    login: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

/// Signs in, or shows the page again with what was wrong.
pub async fn sign_in(
    State(app): State<App>,
    uri: Uri,
    headers: HeaderMap,
    origin: Origin,
    AxumForm(typed): AxumForm<Credentials>,
) -> Result<Response, WebError> {
    match by_password::sign_in_from(&app, &typed.login, &typed.password, &origin).await {
        Ok(token) => Ok(signed_in(&app, &token, &typed.next)),
        Err(fault) => {
            let too_many =
                matches!(&fault, Fault::Refused(refusal) if refusal.kind == RefusalKind::TooMany);
            let refusal = match fault {
                Fault::Refused(refusal) if too_many => refusal,
                fault => field_error(fault, "/dang-nhap")?,
            };
            let lang = Lang::of_request(&uri, &headers);
            let mut form = Form::new("/dang-nhap", "", "");
            form.set("login", typed.login);
            form.refuse(
                "password",
                if lang == Lang::En {
                    refusal.en
                } else {
                    refusal.vi
                },
            );
            let mut response = sign_in_view(&app, lang, form, &typed.next, None)
                .await
                .map_err(|fault| failed(fault, "/"))?;
            *response.status_mut() = if too_many {
                StatusCode::TOO_MANY_REQUESTS
            } else {
                StatusCode::UNPROCESSABLE_ENTITY
            };
            Ok(response)
        }
    }
}

/// Ends the session.
pub async fn sign_out(State(app): State<App>, headers: HeaderMap) -> Result<Response, WebError> {
    signed_out(&app, &headers)
        .await
        .map_err(|fault| failed(fault, "/"))
}

/// A form that was sent after its session had ended: shown as it was typed, sent by a press.
pub async fn kept_form(session: Session, Path(id): Path<String>) -> Result<Response, WebError> {
    let kept = super::session::kept_form(&session.app, &session.actor, &id)
        .await
        .map_err(|fault| failed(fault, "/"))?;
    let pairs = serde_html_form_pairs(&kept.body);
    let title = session.lang.t("kept-form-title");
    let view = crate::web::views::people::KeptForm {
        page: session.page(&title),
        action: kept.path,
        fields: pairs,
    };
    Ok(html(&view))
}

/// `POST /luu-tam`: what is being typed in the form `form` of the page `action`, kept aside by a script.
///
/// # Errors
/// 422 for what is no form of ours.
pub async fn keep_typed(
    session: Session,
    AxumForm(mut pairs): AxumForm<Vec<(String, String)>>,
) -> Result<StatusCode, WebError> {
    let mut take = |name: &str| {
        let at = pairs.iter().position(|(known, _)| known == name);
        at.map(|at| pairs.remove(at).1).unwrap_or_default()
    };
    let (name, action) = (take("form"), take("action"));
    kept::keep(&session.app, &session.actor, &name, &action, &pairs)
        .await
        .map_err(|fault| failed(fault, "/"))?;
    Ok(StatusCode::NO_CONTENT)
}

/// My desk: overdue, due this week, later, waiting for others.
pub async fn desk(session: Session) -> Result<Response, WebError> {
    desk_view(&session)
        .await
        .map_err(|fault| failed(fault, "/"))
}

async fn desk_view(session: &Session) -> Outcome<Response> {
    let db = session.app.store.reader();
    let calendar = session.calendar().await?;
    let units = session.actor.unit_ids();
    let tasks = flow_task::Entity::find()
        .filter(
            Condition::any()
                .add(flow_task::Column::PersonId.eq(session.actor.person_id))
                .add(flow_task::Column::UnitId.is_in(units))
                .add(
                    Condition::all()
                        .add(flow_task::Column::OrgId.is_in(session.actor.org_ids()))
                        .add(flow_task::Column::UnitId.is_null())
                        .add(flow_task::Column::PersonId.is_null()),
                ),
        )
        .order_by_asc(flow_task::Column::DueAt)
        .order_by_asc(flow_task::Column::CreatedAt)
        .limit(MAX_DUTIES)
        .all(db)
        .await?;
    let ids: Vec<Uuid> = tasks.iter().map(|task| task.document_id).collect();
    let documents: BTreeMap<Uuid, document::Model> = document::Entity::find()
        .filter(
            Condition::any()
                .add(document::Column::Id.is_in(ids.clone()))
                .add(document::Column::CarriedBy.is_in(ids)),
        )
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let mut view = Desk {
        page: session.page(&session.lang.t("desk-title")),
        overdue: Vec::new(),
        this_week: Vec::new(),
        later: Vec::new(),
        waiting: Vec::new(),
    };
    let week = session.today().iso_week();
    let mut to_sign = 0;
    for task in tasks {
        let Some(document) = documents.get(&task.document_id) else {
            continue;
        };
        let right = may::TaskRight {
            role: &task.role,
            doc_type: &document.doc_type,
            org_id: task.org_id,
            owner_id: document.owner_id,
            unit_id: task.unit_id,
            person_id: task.person_id,
        };
        let mine = may::do_task(&session.actor, &right)
            && !may::held_by_other(&session.actor, task.claimed_by);
        if !mine && (task.unit_id.is_some() || task.person_id.is_some()) {
            continue;
        }
        if mine && task_address(&task).ends_with("/ky") {
            to_sign += 1;
        }
        let kind = documents::doc_type(&document.doc_type)?;
        let due = task
            .due_at
            .map(|due| when(due, session.now, &calendar, session.lang));
        let late = task.due_at.is_some_and(|due| due < session.now);
        let duty = Duty {
            href: task_address(&task),
            act: format!(
                "{}: {}",
                task.name,
                documents::title(kind, document.number, &document.symbol, &document.subject)
            ),
            note: String::new(),
            due,
            tone: if late && mine { Tone::Late } else { Tone::Open },
        };
        let soon = task
            .due_at
            .is_none_or(|due| trinhky_calendar::local(due).date_naive().iso_week() <= week);
        match (mine, late) {
            (false, _) => view.waiting.push(duty),
            (true, true) => view.overdue.push(duty),
            (true, false) if soon => view.this_week.push(duty),
            (true, false) => view.later.push(duty),
        }
    }
    if to_sign > 1 {
        view.this_week.insert(0, sign_many(session.lang, to_sign));
    }
    for leader in unopened(session, &calendar).await? {
        view.this_week.push(stand_in(session, &leader));
    }
    if !session.sample && super::admin::is_unfinished(&session.app, &session.actor).await? {
        view.this_week.insert(0, first_day(session.lang));
    }
    Ok(html(&view))
}

/// The way to sign everything that waits by one press.
fn sign_many(lang: Lang, count: usize) -> Duty {
    Duty {
        href: documents::pages::SIGN_MANY.to_owned(),
        act: lang.say(
            &format!("Ký một lần nhiều văn bản: {count} văn bản đang chờ ký"),
            &format!("Sign several at once: {count} documents wait for your signature"),
        ),
        note: String::new(),
        due: None,
        tone: Tone::Open,
    }
}

/// The leaders who seem to be away, for who says who stands in.
async fn unopened(session: &Session, calendar: &Calendar) -> Outcome<Vec<Unopened>> {
    let mut found = Vec::new();
    for org_id in session.actor.org_ids() {
        if absence::may_set(&session.actor, org_id) {
            let db = session.app.store.reader();
            found.extend(absence::unopened(db, org_id, calendar, session.now).await?);
        }
    }
    Ok(found)
}

fn stand_in(session: &Session, leader: &Unopened) -> Duty {
    Duty {
        href: format!("/vang-mat?nguoi={}", leader.person_id),
        act: session.lang.say(
            &format!("Cử người thay {} {}?", leader.title, leader.name),
            &format!(
                "Let somebody stand in for {} {}?",
                leader.title, leader.name
            ),
        ),
        note: session.lang.say(
            &format!(
                "Hai ngày làm việc chưa mở văn bản nào; {} việc đang chờ.",
                leader.waiting
            ),
            &format!(
                "No document opened for two working days; {} tasks wait.",
                leader.waiting
            ),
        ),
        due: None,
        tone: Tone::Open,
    }
}

/// The administrator's reminder of the first day, until its list is done.
fn first_day(lang: Lang) -> Duty {
    Duty {
        href: "/quan-tri/viec-dau".to_owned(),
        act: lang.say(
            "Hoàn tất việc ngày đầu của hệ thống",
            "Finish the first day of the installation",
        ),
        note: String::new(),
        due: None,
        tone: Tone::Open,
    }
}

/// The elements of workflow files whose steps have an act and a page of their own.
pub const STEPS: [&str; 20] = [
    "draft",
    "give_opinion",
    "answer_opinions",
    "check_content",
    "check_form",
    "sign_proposal",
    "number_proposal",
    "approve",
    "answer_question",
    "sign",
    "assign_number",
    "seal",
    "issue",
    "acknowledge",
    "attest",
    "fill_report",
    "approve_report",
    "consolidate",
    "evaluate",
    "close_year",
];

/// Whether a step of a workflow has no act of its own: it is done, or sent back with a remark.
#[must_use]
pub fn is_plain(element: &str) -> bool {
    !STEPS.contains(&element)
}

/// Where a task is done.
#[must_use]
pub fn task_address(task: &flow_task::Model) -> String {
    let id = task.document_id;
    match (task.element.as_str(), task.subject_id) {
        ("acknowledge", Some(delivery)) => format!("/tiep-nhan/{delivery}"),
        ("fill_report" | "approve_report", Some(report)) => format!("/bao-cao/{report}"),
        ("consolidate", Some(period)) => format!("/ky-bao-cao/{period}/tong-hop"),
        ("draft", _) => format!("/van-ban/{id}/soan"),
        ("give_opinion", _) => format!("/van-ban/{id}/gop-y"),
        ("answer_opinions", _) => format!("/van-ban/{id}/giai-trinh"),
        ("check_content" | "check_form", _) => format!("/van-ban/{id}/kiem-tra"),
        ("approve", _) => format!("/van-ban/{id}/phe-duyet"),
        ("answer_question", _) => format!("/van-ban/{id}/tra-loi"),
        ("sign" | "sign_proposal", _) => format!("/van-ban/{id}/ky"),
        ("assign_number" | "seal" | "issue" | "number_proposal", _) => "/van-thu".to_owned(),
        ("attest", _) => format!("/van-ban/{id}/xac-nhan"),
        ("evaluate" | "close_year", _) => format!("/van-ban/{id}/danh-gia"),
        (plain, _) if is_plain(plain) => format!("/van-ban/{id}/buoc/{plain}"),
        _ => format!("/van-ban/{id}"),
    }
}

async fn sign_in_view(
    app: &App,
    lang: Lang,
    form: Form,
    next: &str,
    flash: Option<String>,
) -> Outcome<Response> {
    let office = office(app).await?;
    let mut page = Page::new(lang, &office.0, &lang.t("sign-in-title"));
    page.path = "/dang-nhap".to_owned();
    page.sample = office.1;
    page.flash = flash;
    let expired = next.starts_with("/luu-tam/");
    let samples = if office.1 {
        samples(app).await?
    } else {
        Vec::new()
    };
    let view = SignIn {
        passkey: passkey::pages::form(app, lang, passkey::Purpose::Enter, next),
        page,
        form,
        next: next.to_owned(),
        kept: Vec::new(),
        expired,
        samples,
    };
    Ok(html(&view))
}

/// The name of the office that runs the installation, and whether it holds sample data.
async fn office(app: &App) -> Outcome<(String, bool)> {
    let Some(unit) = find::office(app.store.reader(), app.today()).await? else {
        return Ok((String::new(), false));
    };
    let sample = person::Entity::find()
        .filter(person::Column::Sample.eq(true))
        .one(app.store.reader())
        .await?;
    Ok((unit.short, sample.is_some()))
}

/// One account per role, for trying the product out.
async fn samples(app: &App) -> Outcome<Vec<SampleAccount>> {
    let accounts = find::one_per_role(app.store.reader()).await?;
    Ok(accounts
        .into_iter()
        .map(|(person, post)| SampleAccount {
            login: person.email,
            name: person.name,
            post: post.title,
        })
        .collect())
}

/// The pairs of a form's body.
fn serde_html_form_pairs(body: &str) -> Vec<(String, String)> {
    serde_urlencoded::from_str(body).unwrap_or_default()
}
