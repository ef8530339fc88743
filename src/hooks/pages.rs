//! The administrator's pages of webhooks: who is told what, what was sent, what came of it.

use axum::Form as Body;
use axum::extract::{Path, Query};
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;

use super::rows::{webhook, webhook_delivery};
use super::send::came_of;
use super::{Change, Event, NewWebhook, TRIAL, state};
use crate::fault::{Fault, Outcome};
use crate::people::admin::{administered, frame};
use crate::people::session::{Session, done, failed, field_error};
use crate::web::format::date_time;
use crate::web::page::Link;
use crate::web::views::sheet::{Act, Entry, Field, Input, Part, Sheet, State, choice};
use crate::web::views::{Mark, Tone};
use crate::web::{Form, Lang, WebError, html, refused};

const ADDRESS: &str = "/quan-tri/bao-tin";
/// Deliveries on one page.
const PAGE: usize = 30;

/// Which deliveries are shown.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// The last one of the page before.
    sau: Option<Uuid>,
}

/// `GET /quan-tri/bao-tin`: the administrator.
///
/// # Errors
/// 403 for others.
pub async fn list(session: Session) -> Result<Response, WebError> {
    let form = Form::new(ADDRESS, "", "");
    let page = overview(&session, form, None).await;
    page.map(|sheet| html(&sheet))
        .map_err(|fault| failed(fault, ADDRESS))
}

/// `POST /quan-tri/bao-tin`: names a server and shows its secret, this once.
///
/// # Errors
/// 403 for others; what is not acceptable shows the form again.
pub async fn create(
    session: Session,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Result<Response, WebError> {
    let mut form = Form::sent(ADDRESS, pairs);
    match write(&session, &form).await {
        Ok(secret) => overview(&session, Form::new(ADDRESS, "", ""), Some(secret))
            .await
            .map(|sheet| html(&sheet))
            .map_err(|fault| failed(fault, ADDRESS)),
        Err(fault) => {
            let refusal = field_error(fault, ADDRESS)?;
            form.refuse(
                refusal.field.as_deref().unwrap_or("name"),
                session.lang.say(&refusal.vi, &refusal.en),
            );
            let page = overview(&session, form, None)
                .await
                .map_err(|fault| failed(fault, ADDRESS))?;
            Ok(refused(html(&page)))
        }
    }
}

async fn write(session: &Session, form: &Form) -> Outcome<String> {
    let wanted = NewWebhook {
        org_id: session.journalled(administered(session)).await?,
        name: form.value("name").to_owned(),
        url: form.value("url").to_owned(),
        events: form.all("events").filter_map(Event::of_word).collect(),
    };
    super::create(&session.app, &session.actor, wanted).await
}

/// `GET /quan-tri/bao-tin/{id}`: one server with what was sent to it.
///
/// # Errors
/// 403 for others, 404 for another organisation's.
pub async fn show(
    session: Session,
    Path(id): Path<Uuid>,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let page = of_one(&session, id, asked.sau).await;
    page.map(|sheet| html(&sheet))
        .map_err(|fault| failed(fault, ADDRESS))
}

/// `POST /quan-tri/bao-tin/{id}`: tries, stops or resumes it.
///
/// # Errors
/// 403 for others, 404 for another organisation's, 409 when it is so already.
pub async fn change(
    session: Session,
    Path(id): Path<Uuid>,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Result<Response, WebError> {
    let here = format!("{ADDRESS}/{id}");
    let form = Form::sent(&here, pairs);
    let changed = async {
        let org_id = session.journalled(administered(&session)).await?;
        let (change, vi, en) = match form.value("do") {
            "try" => (
                Change::Try,
                "Đã xếp tin thử vào hàng gửi.",
                "A trial is queued.",
            ),
            "stop" => (Change::Stop, "Đã dừng.", "Stopped."),
            "resume" => (Change::Resume, "Đã báo tin lại.", "Resumed."),
            _ => return Err(Fault::NotFound),
        };
        super::change(&session.app, &session.actor, org_id, id, change).await?;
        Ok(session.lang.say(vi, en))
    };
    let flash = changed.await.map_err(|fault| failed(fault, &here))?;
    Ok(done(&here, &flash))
}

/// `GET /quan-tri/bao-tin/tin/{id}`: one delivery, word for word.
///
/// # Errors
/// 403 for others, 404 for another organisation's.
pub async fn delivery(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let page = of_delivery(&session, id).await;
    page.map(|sheet| html(&sheet))
        .map_err(|fault| failed(fault, ADDRESS))
}

/// `POST /quan-tri/bao-tin/tin/{id}`: sends one again that was given up.
///
/// # Errors
/// 403 for others, 404 for another organisation's, 409 when it waits or has arrived.
pub async fn send_again(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let here = format!("{ADDRESS}/tin/{id}");
    let sent = async {
        let org_id = session.journalled(administered(&session)).await?;
        super::send_again(&session.app, &session.actor, org_id, id).await
    };
    sent.await.map_err(|fault| failed(fault, &here))?;
    let flash = session.lang.say(
        "Tin được xếp lại vào hàng gửi.",
        "The notice is queued again.",
    );
    Ok(done(&here, &flash))
}

async fn overview(session: &Session, form: Form, secret: Option<String>) -> Outcome<Sheet> {
    let (db, lang, org_id) = (
        session.app.store.reader(),
        session.lang,
        administered(session)?,
    );
    let mut parts = Vec::new();
    if let Some(secret) = secret {
        parts.push(Part::Note(lang.say(
            "Khóa ký chỉ hiện một lần này. Chép vào phần mềm nhận ngay; nếu mất thì dừng nơi nhận và đặt nơi mới.",
            "The secret is shown this once. Copy it into the receiving program now; if it is lost, stop the webhook and make another.",
        )));
        parts.push(Part::Lines(vec![secret]));
    }
    parts.push(Part::Text(lang.say(
        "Khi có việc đã chọn, hệ thống gửi một tin JSON có chữ ký tới địa chỉ này; tin nói việc gì đã xảy ra, số liệu đọc qua kết nối.",
        "When something chosen happens, a signed JSON notice is sent to the address; it says what happened, numbers are read by the API.",
    )));
    parts.push(Part::Form(Entry {
        form,
        fields: vec![
            Field::line("name", lang.say("Phần mềm", "Program")),
            Field::typed("url", lang.say("Địa chỉ nhận", "Address"), "url", "off")
                .hint("https://mot-cua.example/nhan-tin".to_owned()),
            Field::new(
                "events",
                lang.say("Báo khi", "Tell when"),
                Input::Several(
                    Event::ALL
                        .iter()
                        .map(|event| choice(event.word(), named(event.word(), lang)))
                        .collect(),
                ),
            ),
        ],
        acts: vec![Act::main(
            lang.say("Thêm nơi nhận", "Add a webhook"),
            String::new(),
        )],
        upload: false,
    }));
    let hooks = super::of_organisation(db, org_id).await?;
    if !hooks.is_empty() {
        parts.push(Part::Heading(lang.say("Nơi nhận", "Webhooks")));
        let latest = super::latest_deliveries(db, org_id).await?;
        let lines = hooks
            .iter()
            .map(|hook| summary(hook, latest.get(&hook.id), lang));
        parts.push(Part::States(lines.collect()));
    }
    Ok(Sheet {
        page: frame(session, &lang.say("Báo tin tự động", "Webhooks")),
        parts,
    })
}

/// A webhook in one line: whether it is live and what came of its latest notice.
fn summary(hook: &webhook::Model, latest: Option<&webhook_delivery::Model>, lang: Lang) -> State {
    let mark = match latest {
        _ if hook.stopped_at.is_some() => Mark::new(Tone::Nothing, lang.say("đã dừng", "stopped")),
        Some(delivery) => mark(delivery, lang),
        None => Mark::new(Tone::Waiting, lang.say("chưa có tin", "nothing sent yet")),
    };
    State {
        mark,
        text: hook.name.clone(),
        note: hook.url.clone(),
        href: format!("{ADDRESS}/{}", hook.id),
    }
}

async fn of_one(session: &Session, id: Uuid, before: Option<Uuid>) -> Outcome<Sheet> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let hook = super::find(db, administered(session)?, id).await?;
    let here = format!("{ADDRESS}/{id}");
    let events: Vec<String> = hook
        .events
        .split(' ')
        .map(|event| named(event, lang))
        .collect();
    let mut parts = vec![
        Part::Links(vec![Link::new(
            ADDRESS,
            &lang.say("Mọi nơi nhận", "All webhooks"),
        )]),
        Part::Lines(vec![
            hook.url.clone(),
            events.join("; "),
            format!(
                "{} {}, {}",
                lang.say("đặt lúc", "made"),
                date_time(hook.created_at),
                hook.created_by
            ),
        ]),
    ];
    if let Some(at) = hook.stopped_at {
        parts.push(Part::Note(format!(
            "{} {}.",
            lang.say("Đã dừng từ", "Stopped since"),
            date_time(at)
        )));
    }
    let acts = if hook.stopped_at.is_some() {
        vec![Act::main(lang.say("Báo tin lại", "Resume"), String::new()).valued("resume")]
    } else {
        vec![
            Act::main(lang.say("Gửi thử một tin", "Send a trial"), String::new()).valued("try"),
            Act::other(
                lang.say("Dừng", "Stop"),
                lang.say(
                    "Tin đang chờ cũng không gửi nữa.",
                    "What waits is not sent either.",
                ),
                "stop",
            ),
        ]
    };
    parts.push(Part::Form(Entry {
        form: Form::new(&here, "", ""),
        fields: Vec::new(),
        acts,
        upload: false,
    }));
    let mut sent = super::deliveries(db, id, before, PAGE as u64 + 1).await?;
    let older = (sent.len() > PAGE).then(|| sent[PAGE - 1].id);
    sent.truncate(PAGE);
    parts.push(Part::Heading(lang.say("Tin đã gửi", "Deliveries")));
    if sent.is_empty() {
        parts.push(Part::Text(lang.say("Chưa có tin nào.", "None yet.")));
    } else {
        parts.push(Part::States(
            sent.iter()
                .map(|delivery| State {
                    mark: mark(delivery, lang),
                    text: named(&delivery.event, lang),
                    note: format!(
                        "{} · {}",
                        date_time(delivery.created_at),
                        said(delivery, lang)
                    ),
                    href: format!("{ADDRESS}/tin/{}", delivery.id),
                })
                .collect(),
        ));
    }
    if let Some(older) = older {
        parts.push(Part::Links(vec![Link::new(
            &format!("{here}?sau={older}"),
            &lang.say("Tin cũ hơn", "Older"),
        )]));
    }
    Ok(Sheet {
        page: frame(session, &hook.name),
        parts,
    })
}

async fn of_delivery(session: &Session, id: Uuid) -> Outcome<Sheet> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let (hook, delivery) = super::find_delivery(db, administered(session)?, id).await?;
    let tried = delivery
        .tried_at
        .map_or_else(|| lang.say("chưa gửi", "not sent yet"), date_time);
    let mut parts = vec![
        Part::Links(vec![Link::new(
            &format!("{ADDRESS}/{}", hook.id),
            &hook.name,
        )]),
        Part::States(vec![State {
            mark: mark(&delivery, lang),
            text: said(&delivery, lang),
            note: format!(
                "{} {}; {}: {tried}",
                delivery.tries,
                lang.say("lần gửi", "tries"),
                lang.say("lần cuối", "the last"),
            ),
            href: String::new(),
        }]),
    ];
    if delivery.state == state::GIVEN_UP && hook.stopped_at.is_none() {
        parts.push(Part::Form(Entry {
            form: Form::new(&format!("{ADDRESS}/tin/{id}"), "", ""),
            fields: Vec::new(),
            acts: vec![Act::main(lang.say("Gửi lại", "Send again"), String::new())],
            upload: false,
        }));
    }
    parts.push(Part::Heading(lang.say("Nội dung", "Content")));
    parts.push(Part::Lines(vec![delivery.body.clone()]));
    if !delivery.answer.is_empty() {
        parts.push(Part::Heading(lang.say("Trả lời", "Answer")));
        parts.push(Part::Lines(vec![delivery.answer.clone()]));
    }
    let title = format!(
        "{} · {}",
        named(&delivery.event, lang),
        date_time(delivery.created_at)
    );
    Ok(Sheet {
        page: frame(session, &title),
        parts,
    })
}

fn mark(delivery: &webhook_delivery::Model, lang: Lang) -> Mark {
    match delivery.state.as_str() {
        state::DELIVERED => Mark::new(Tone::Done, lang.say("đã nhận", "taken")),
        state::GIVEN_UP => Mark::new(Tone::Failed, lang.say("không gửi được", "given up")),
        _ if delivery.tries > 0 => Mark::new(Tone::Near, lang.say("sẽ gửi lại", "is tried again")),
        _ => Mark::new(Tone::Waiting, lang.say("chờ gửi", "waits")),
    }
}

/// What came of the last try, and what to do about it.
fn said(delivery: &webhook_delivery::Model, lang: Lang) -> String {
    let status = delivery.status.unwrap_or_default();
    match delivery.came_of.as_str() {
        "" => lang.say("chưa gửi", "not sent yet"),
        came_of::TAKEN => lang.say(
            &format!("bên nhận trả lời {status}"),
            &format!("the receiver answered {status}"),
        ),
        came_of::REFUSED => lang.say(
            &format!("bên nhận trả lời {status}: chưa nhận tin"),
            &format!("the receiver answered {status}: it did not take the notice"),
        ),
        came_of::REDIRECTED => lang.say(
            &format!("bên nhận trả lời {status}, chỉ sang địa chỉ khác; hệ thống không đi theo, hãy ghi địa chỉ cuối cùng"),
            &format!("the receiver answered {status} and names another address; nobody follows it, write the final address"),
        ),
        came_of::NOT_ALLOWED => lang.say(
            "cấu hình không còn cho gọi địa chỉ này (webhooks.hosts)",
            "the configuration does not allow this address any more (webhooks.hosts)",
        ),
        came_of::INSIDE => lang.say(
            "tên máy chủ dẫn vào mạng nội bộ; muốn gửi tới đó, người vận hành ghi nó vào webhooks.hosts",
            "the name leads into the office's network; to send there, whoever runs the program names it in webhooks.hosts",
        ),
        came_of::UNKNOWN_NAME => lang.say(
            "không tìm thấy tên máy chủ",
            "the server's name is not known",
        ),
        came_of::UNREACHABLE => lang.say("không kết nối được", "no connection"),
        came_of::UNTRUSTED => lang.say(
            "chứng thư TLS không được tin; chứng thư nội bộ ghi vào webhooks.authorities",
            "its TLS certificate is not trusted; an authority of one's own is named in webhooks.authorities",
        ),
        came_of::SLOW => lang.say("bên nhận không trả lời kịp", "the receiver took too long"),
        came_of::STOPPED => lang.say(
            "nơi nhận đã dừng trước khi gửi",
            "the webhook was stopped before it was sent",
        ),
        _ => lang.say("bên nhận trả lời không đúng HTTP", "what came back is no answer"),
    }
}

/// An event as people say it.
fn named(event: &str, lang: Lang) -> String {
    match Event::of_word(event) {
        Some(Event::ReportSubmitted) => lang.say(
            "Đơn vị gửi báo cáo cho lãnh đạo đơn vị",
            "A unit's report goes to its head",
        ),
        Some(Event::ReportApproved) => lang.say(
            "Lãnh đạo đơn vị duyệt báo cáo",
            "The unit's head approves a report",
        ),
        Some(Event::ReportReturned) => lang.say(
            "Lãnh đạo đơn vị trả lại báo cáo",
            "The unit's head sends a report back",
        ),
        Some(Event::PeriodConsolidated) => {
            lang.say("Văn phòng tổng hợp kỳ báo cáo", "A period is consolidated")
        }
        Some(Event::YearEvaluated) => {
            lang.say("Có kết luận đánh giá năm", "The year's verdict is given")
        }
        None if event == TRIAL => lang.say("Tin thử", "Trial"),
        None => event.to_owned(),
    }
}
