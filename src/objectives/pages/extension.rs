//! More time for a report: the unit's request, the Office's answer, and what was asked before.

use axum::Form as Body;
use axum::extract::Path;
use axum::response::Response;
use chrono::NaiveDate;
use trinhky_calendar::{local, vn_date};
use uuid::Uuid;

use super::said;
use crate::documents::{self, Document};
use crate::fault::{Fault, Outcome};
use crate::objectives::extension::{self, Answer};
use crate::objectives::report::due;
use crate::objectives::rows::{report_extension, report_period, unit_report};
use crate::objectives::{find, state};
use crate::people::find as people_find;
use crate::people::may::{self, TaskRight};
use crate::people::session::{Session, done, failed, field_error};
use crate::web::format::{date_time, read_date, when};
use crate::web::page::Link;
use crate::web::views::shared::{Mark, Tone};
use crate::web::views::sheet::{Act, Entry, Field, Input, Part, Sheet, State};
use crate::web::{Form, Lang, WebError, html, refused};

type Pairs = Vec<(String, String)>;

/// `GET /bao-cao/{id}/gia-han`: the unit, and the organisation whose report it is.
///
/// # Errors
/// 404 for who may not see the report.
pub async fn extension_page(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    view(&session, id, None)
        .await
        .map_err(|fault| failed(fault, "/muc-tieu"))
}

/// `POST /bao-cao/{id}/gia-han`: the fields `until` and `reason`.
///
/// # Errors
/// What is not acceptable shows the page again.
pub async fn ask_extension(
    session: Session,
    Path(id): Path<Uuid>,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let form = Form::sent(&address(id), pairs);
    let asked = async {
        let until = day(&form)?;
        let reason = form.value("reason").to_owned();
        extension::ask(&session.app, &session.actor, id, until, reason).await
    };
    let flash = session.lang.say(
        "Đã gửi; Chánh Văn phòng được báo bằng thư.",
        "Sent; the chief of the Office is told by mail.",
    );
    let asked = asked.await;
    answered(&session, id, form, asked, &flash, "until").await
}

/// `POST /bao-cao/{id}/gia-han/tra-loi`: `do` is `grant` or `refuse`, with `until` and `answer`.
///
/// # Errors
/// What is not acceptable shows the page again.
pub async fn answer_extension(
    session: Session,
    Path(id): Path<Uuid>,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let form = Form::sent(&format!("{}/tra-loi", address(id)), pairs);
    let given = async {
        let remark = form.value("answer").to_owned();
        let answer = match form.value("do") {
            "refuse" => Answer::Refuse(remark),
            _ => Answer::Grant(day(&form)?, remark),
        };
        extension::answer(&session.app, &session.actor, id, answer).await
    };
    let flash = session.lang.say(
        "Đã trả lời; đơn vị được báo bằng thư.",
        "Answered; the unit is told by mail.",
    );
    let given = given.await;
    answered(&session, id, form, given, &flash, "answer").await
}

async fn answered(
    session: &Session,
    id: Uuid,
    mut form: Form,
    done_so: Outcome<()>,
    flash: &str,
    otherwise: &str,
) -> Result<Response, WebError> {
    let here = address(id);
    let Err(fault) = done_so else {
        return Ok(done(&here, flash));
    };
    let refusal = field_error(fault, &here)?;
    form.refuse(
        refusal.field.as_deref().unwrap_or(otherwise),
        said(session.lang, refusal.vi, refusal.en),
    );
    let page = view(session, id, Some(form))
        .await
        .map_err(|fault| failed(fault, "/muc-tieu"))?;
    Ok(refused(page))
}

fn address(id: Uuid) -> String {
    format!("/bao-cao/{id}/gia-han")
}

fn day(form: &Form) -> Outcome<NaiveDate> {
    read_date(form.value("until")).ok_or_else(|| {
        Fault::invalid(
            "until",
            "Ghi ngày dạng ngày/tháng/năm, ví dụ 24/03/2023.",
            "Enter the date as day/month/year.",
        )
    })
}

async fn view(session: &Session, id: Uuid, sent: Option<Form>) -> Outcome<Response> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let report = find::visible_report(db, &session.actor, id).await?;
    let period = find::period(db, report.period_id).await?;
    let document = documents::find::document(db, report.document_id).await?;
    let calendar = people_find::calendar(db, report.org_id).await?;
    let unit = people_find::unit(db, report.unit_id, session.today()).await?;
    let requests = extension::of_report(db, id).await?;
    let waiting = requests.iter().find(|request| request.granted.is_none());
    let present = when(due(&report, &period), session.now, &calendar, lang);
    let mut parts = vec![Part::Text(said(
        lang,
        format!("{}. Hạn: {} ({}).", unit.name, present.at, present.left),
        format!("{}. Due: {} ({}).", unit.name, present.at, present.left),
    ))];
    if !requests.is_empty() {
        parts.push(Part::States(
            requests.iter().map(|request| line(request, lang)).collect(),
        ));
    }
    let form = |action: String| match &sent {
        Some(form) if form.action == action => form.clone(),
        _ => {
            let mut form = Form::new(&action, "", "");
            if let Some(request) = waiting {
                form.set("until", vn_date(local(request.due_at).date_naive()));
            }
            form
        }
    };
    match waiting {
        Some(_) if extension::may_answer(&session.actor, &document) => {
            parts.push(Part::Form(answer_form(
                form(format!("{}/tra-loi", address(id))),
                lang,
            )));
        }
        None if may_ask(session, &report, &period, &document) => {
            parts.push(Part::Form(ask_form(form(address(id)), lang)));
        }
        // A refusal that came too late for its form is said all the same.
        _ => parts.extend(
            sent.iter()
                .flat_map(|form| &form.errors)
                .map(|error| Part::Note(error.message.clone())),
        ),
    }
    let mut page = session.page(&said(
        lang,
        format!("Gia hạn báo cáo {}", period.name),
        format!("More time for the report, {}", period.name),
    ));
    page.crumbs = vec![Link::new(
        &format!("/bao-cao/{id}"),
        &lang.say("Báo cáo", "Report"),
    )];
    Ok(html(&Sheet { page, parts }))
}

fn may_ask(
    session: &Session,
    report: &unit_report::Model,
    period: &report_period::Model,
    document: &Document,
) -> bool {
    let right = TaskRight {
        role: "reporter",
        doc_type: &document.row.doc_type,
        org_id: report.org_id,
        owner_id: document.row.owner_id,
        unit_id: Some(report.unit_id),
        person_id: None,
    };
    report.state == state::DRAFT
        && session.now <= due(report, period)
        && may::do_task(&session.actor, &right)
}

fn line(request: &report_extension::Model, lang: Lang) -> State {
    let until = date_time(request.due_at);
    let (tone, vi, en) = match request.granted {
        None => (Tone::Waiting, "Chờ trả lời", "Not answered yet"),
        Some(true) => (Tone::Done, "Được gia hạn", "Granted"),
        Some(false) => (Tone::Late, "Không gia hạn", "Refused"),
    };
    let mut note = format!(
        "{}, {}: {}",
        date_time(request.asked_at),
        request.asked_by,
        request.reason
    );
    if let Some(at) = request.answered_at {
        note.push_str(&format!(" → {}, {}", date_time(at), request.answered_by));
        if !request.answer.is_empty() {
            note.push_str(&format!(": {}", request.answer));
        }
    }
    State {
        mark: Mark::new(tone, lang.say(vi, en)),
        text: said(lang, format!("Đến {until}"), format!("Until {until}")),
        note,
        href: String::new(),
    }
}

fn ask_form(form: Form, lang: Lang) -> Entry {
    Entry {
        form,
        fields: vec![
            Field::line("until", lang.say("Xin đến hết ngày", "Until the end of")),
            Field::new("reason", lang.say("Lý do", "Reason"), Input::Area(3)),
        ],
        acts: vec![Act::main(
            lang.say("Xin gia hạn", "Ask for more time"),
            lang.say(
                "Hạn chỉ đổi khi Chánh Văn phòng đồng ý.",
                "The deadline moves only when the chief of the Office agrees.",
            ),
        )],
        upload: false,
    }
}

fn answer_form(form: Form, lang: Lang) -> Entry {
    Entry {
        form,
        fields: vec![
            Field::line(
                "until",
                lang.say("Gia hạn đến hết ngày", "Until the end of"),
            ),
            Field::new("answer", lang.say("Ý kiến", "Remark"), Input::Area(2))
                .hint(lang.say("Bắt buộc khi không gia hạn.", "Needed where it is refused.")),
        ],
        acts: vec![
            Act::main(
                lang.say("Gia hạn", "Grant"),
                lang.say(
                    "Hạn và các bước nhắc của riêng đơn vị này dời theo.",
                    "The deadline and the reminders of this unit move.",
                ),
            )
            .valued("grant"),
            Act::other(
                lang.say("Không gia hạn", "Refuse"),
                lang.say("Hạn giữ nguyên.", "The deadline stays."),
                "refuse",
            ),
        ],
        upload: false,
    }
}
