//! From the drafter to the Chairman's door: handing over, opinions, their answers, the two checks of Decree 30/2020 Art. 12.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::{Form as Body, Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use trinhky_drafting::{Draft, Finding, Imported, Severity};
use uuid::Uuid;

use super::Pairs;
use crate::documents::review::{self as act, Answer, Check, Stance};
use crate::documents::rows::opinion;
use crate::documents::{Document, find};
use crate::fault::{Fault, Outcome, Refusal};
use crate::flow;
use crate::flow::rows::flow_task;
use crate::people::session::{Session, done, failed, field_error};
use crate::people::{Unit, find as people_find, may};
use crate::web::format::{Due, when};
use crate::web::views::documents::{
    AnswerOpinions, CheckDraft, GiveOpinion, OpinionRow, SubmitDraft,
};
use crate::web::views::shared::{Choice, FindingView, Mark, Markup, Tone};
use crate::web::{Form, Lang, Link, WebError, html};

/// Working days that are offered for opinions.
const DEFAULT_WORKING_DAYS: u32 = 5;
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
    let document = find::visible(session.app.store.reader(), &session.actor, id).await?;
    same_content(&document, &form.version)?;
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
    act::submit(&session.app, &session.actor, id, units, days).await
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
        form.set("working_days", DEFAULT_WORKING_DAYS.to_string());
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
async fn units_to_ask(session: &Session, document: &Document) -> Outcome<Vec<Choice>> {
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

#[derive(Debug, Default, Deserialize)]
pub struct ForUnit {
    /// Where somebody holds posts in several units that were asked.
    #[serde(rename = "don-vi")]
    unit: Option<Uuid>,
}

/// `GET /van-ban/{id}/gop-y`: the opinion of the reader's unit.
///
/// # Errors
/// 404 for strangers, 403 where no unit of the reader is asked, 409 when it has answered or time is over.
pub async fn opinion_page(
    session: Session,
    Path(id): Path<Uuid>,
    Query(unit): Query<ForUnit>,
) -> Result<Response, WebError> {
    let view = opinion_view(&session, id, unit.unit, None)
        .await
        .map_err(|fault| failed(fault, &document_page(id)))?;
    Ok(html(&view))
}

/// `POST /van-ban/{id}/gop-y`.
///
/// # Errors
/// As [`opinion_page`]; what was entered wrongly shows the form again.
pub async fn give_opinion(
    session: Session,
    Path(id): Path<Uuid>,
    Query(unit): Query<ForUnit>,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let fresh = document_page(id);
    let mut form = Form::sent(&format!("{fresh}/gop-y"), pairs);
    match opinion_act(&session, id, unit.unit, &form).await {
        Ok(()) => Ok(done(
            &fresh,
            &said(
                session.lang,
                "Đã gửi ý kiến của đơn vị.",
                "The unit's opinion is sent.",
            ),
        )),
        Err(fault) => {
            refuse(&mut form, fault, session.lang, &fresh, |field| {
                if field == "remark" {
                    "text".to_owned()
                } else {
                    field.to_owned()
                }
            })?;
            let view = opinion_view(&session, id, unit.unit, Some(form))
                .await
                .map_err(|fault| failed(fault, &fresh))?;
            Ok(refused(html(&view)))
        }
    }
}

async fn opinion_act(session: &Session, id: Uuid, unit: Option<Uuid>, form: &Form) -> Outcome<()> {
    let open = open_for(session, id, &["give_opinion"], unit).await?;
    same_content(&open.document, &form.version)?;
    let unit_id = open.task.unit_id.ok_or(Fault::NotFound)?;
    let stance = Stance::parse(form.value("stance"))
        .ok_or_else(|| Fault::invalid("stance", "Chọn một mức.", "Choose one of the answers."))?;
    let (place, text) = (form.value("place").trim(), form.value("text").trim());
    let remark = match (place, text) {
        (_, "") => String::new(),
        ("", text) => text.to_owned(),
        (place, text) => format!("{place}: {text}"),
    };
    act::give_opinion(&session.app, &session.actor, id, unit_id, stance, remark).await
}

async fn opinion_view(
    session: &Session,
    id: Uuid,
    unit: Option<Uuid>,
    sent: Option<Form>,
) -> Outcome<GiveOpinion> {
    let lang = session.lang;
    let open = open_for(session, id, &["give_opinion"], unit).await?;
    let document = &open.document;
    let unit_id = open.task.unit_id.ok_or(Fault::NotFound)?;
    let units = people_find::units(
        session.app.store.reader(),
        &[document.row.owner_id, unit_id],
        session.today(),
    )
    .await?;
    let called = |id: Uuid| {
        units
            .get(&id)
            .map(|unit| unit.called().to_owned())
            .unwrap_or_default()
    };
    let here = document_page(id);
    let action = format!("{here}/gop-y?don-vi={unit_id}");
    let mut form = sent.unwrap_or_else(|| Form::new(&action, "", &document.row.content_hash));
    form.action = action;
    let stance = |stance: Stance, en: &str, hint: &str, hint_en: &str| Choice {
        value: stance.word().to_owned(),
        text: said(lang, stance.vi(), en),
        hint: said(lang, hint, hint_en),
    };
    Ok(GiveOpinion {
        page: page(
            session,
            document,
            &said(
                lang,
                format!("Góp ý {}", document.title()),
                format!("Opinion on {}", document.title()),
            ),
        ),
        subject: document.row.subject.clone(),
        asked_by: called(document.row.owner_id),
        unit: called(unit_id),
        due: open.due.unwrap_or_default(),
        form,
        autosave: String::new(),
        stances: vec![
            stance(Stance::Agree, "Agrees", "", ""),
            stance(
                Stance::Other,
                "Agrees, with a remark",
                "Ghi ý kiến bổ sung ở dưới.",
                "Write the remark below.",
            ),
            stance(
                Stance::Disagree,
                "Disagrees",
                "Ghi lý do ở dưới.",
                "Write the reason below.",
            ),
        ],
        silence: said(
            lang,
            "Quá hạn không trả lời thì ghi là không trả lời, dự thảo vẫn chuyển bước sau.",
            "Without an answer by the deadline the unit is recorded as silent and the draft goes on.",
        ),
        body: text(&document.draft),
        pdf_href: format!("{here}/tep.pdf"),
    })
}

/// `GET /van-ban/{id}/giai-trinh`: each opinion is accepted or explained.
///
/// # Errors
/// 404 for strangers, 403 for others than the drafting unit, 409 when it is not the time.
pub async fn answers_page(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let view = answers_view(&session, id, None)
        .await
        .map_err(|fault| failed(fault, &document_page(id)))?;
    Ok(html(&view))
}

/// `POST /van-ban/{id}/giai-trinh`.
///
/// # Errors
/// As [`answers_page`]; a missing answer shows the form again.
pub async fn answer_opinions(
    session: Session,
    Path(id): Path<Uuid>,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let fresh = document_page(id);
    let mut form = Form::sent(&format!("{fresh}/giai-trinh"), pairs);
    match answers_act(&session, id, &form).await {
        Ok(()) => Ok(done(
            &fresh,
            &said(
                session.lang,
                "Đã gửi tiếp thu, giải trình.",
                "The answers are sent.",
            ),
        )),
        Err(fault) => {
            let shown: Vec<String> = form.version.split(',').map(str::to_owned).collect();
            refuse(&mut form, fault, session.lang, &fresh, |field| {
                let place = field
                    .strip_prefix("answer-")
                    .and_then(|id| shown.iter().position(|shown| shown == id));
                place.map_or_else(|| field.to_owned(), |n| format!("reply.{n}"))
            })?;
            let view = answers_view(&session, id, Some(form))
                .await
                .map_err(|fault| failed(fault, &fresh))?;
            Ok(refused(html(&view)))
        }
    }
}

async fn answers_act(session: &Session, id: Uuid, form: &Form) -> Outcome<()> {
    let open = open(session, id, &["answer_opinions"]).await?;
    let opinions = find::opinions(session.app.store.reader(), open.document.row.id).await?;
    let waiting = to_answer(&opinions);
    if form.version != ids(&waiting) {
        return Err(changed());
    }
    let mut answers = Vec::new();
    for (n, opinion) in waiting.iter().enumerate() {
        let kind = match form.value(&format!("result.{n}")) {
            "accept" => "accepted",
            "explain" => "explained",
            _ => {
                return Err(Fault::invalid(
                    &format!("result.{n}"),
                    "Chọn tiếp thu hoặc giải trình.",
                    "Choose whether it is accepted or explained.",
                ));
            }
        };
        let text = form.value(&format!("reply.{n}")).to_owned();
        answers.push(Answer {
            opinion_id: opinion.id,
            kind: kind.to_owned(),
            text,
        });
    }
    act::answer_opinions(&session.app, &session.actor, id, answers).await
}

async fn answers_view(session: &Session, id: Uuid, sent: Option<Form>) -> Outcome<AnswerOpinions> {
    let lang = session.lang;
    let open = open(session, id, &["answer_opinions"]).await?;
    let document = &open.document;
    let opinions = find::opinions(session.app.store.reader(), id).await?;
    let units = asked_units(session, &opinions).await?;
    let waiting = to_answer(&opinions);
    let form = sent.unwrap_or_else(|| {
        Form::new(
            &format!("{}/giai-trinh", document_page(id)),
            "",
            &ids(&waiting),
        )
    });
    let choice = |value: &str, vi: &str, en: &str| Choice {
        value: value.to_owned(),
        text: said(lang, vi, en),
        hint: String::new(),
    };
    let title = said(
        lang,
        format!("Tiếp thu, giải trình ý kiến về {}", document.title()),
        format!("Answer the opinions on {}", document.title()),
    );
    Ok(AnswerOpinions {
        page: page(session, document, &title),
        summary: opinions_line(&opinions, lang),
        form,
        autosave: String::new(),
        rows: waiting
            .iter()
            .map(|opinion| opinion_row(opinion, &units, lang))
            .collect(),
        results: vec![
            choice("accept", "Tiếp thu", "Accepted"),
            choice("explain", "Giải trình", "Explained"),
        ],
        silent: opinions
            .iter()
            .filter(|row| row.given_at.is_none())
            .map(|row| called(&units, row.unit_id))
            .collect(),
        then: said(
            lang,
            "Dự thảo chuyển sang kiểm tra nội dung; các đơn vị xem được phần trả lời.",
            "The draft goes to the check of its content; the units can read the answers.",
        ),
    })
}

/// `GET /van-ban/{id}/kiem-tra`: whichever of the two checks is open for the reader.
///
/// # Errors
/// 404 for strangers, 403 for others than the checker, 409 when it is not the time.
pub async fn check_page(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let view = check_view(&session, id, None)
        .await
        .map_err(|fault| failed(fault, &document_page(id)))?;
    Ok(html(&view))
}

/// `POST /van-ban/{id}/kiem-tra`.
///
/// # Errors
/// As [`check_page`]; sending back without a reason shows the form again.
pub async fn check(
    session: Session,
    Path(id): Path<Uuid>,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let fresh = document_page(id);
    let mut form = Form::sent(&format!("{fresh}/kiem-tra"), pairs);
    match check_act(&session, id, &form).await {
        Ok(true) => Ok(done(
            &fresh,
            &said(
                session.lang,
                "Đã xác nhận kiểm tra đạt.",
                "The check is passed.",
            ),
        )),
        Ok(false) => Ok(done(
            &fresh,
            &said(
                session.lang,
                "Đã trả lại người soạn thảo.",
                "It is sent back to the drafter.",
            ),
        )),
        Err(fault) => {
            refuse(&mut form, fault, session.lang, &fresh, str::to_owned)?;
            let view = check_view(&session, id, Some(form))
                .await
                .map_err(|fault| failed(fault, &fresh))?;
            Ok(refused(html(&view)))
        }
    }
}

/// Whether it was passed.
async fn check_act(session: &Session, id: Uuid, form: &Form) -> Outcome<bool> {
    let open = open(session, id, &CHECKS).await?;
    if form.version != seen_check(&open) {
        return Err(changed());
    }
    let passed = match form.value("do") {
        "pass" => true,
        "send_back" => false,
        _ => {
            return Err(Fault::invalid(
                "remark",
                "Chọn xác nhận hoặc trả lại.",
                "Choose to pass it or to send it back.",
            ));
        }
    };
    let remark = form.value("remark").to_owned();
    act::check(
        &session.app,
        &session.actor,
        id,
        which(&open),
        passed,
        remark,
    )
    .await?;
    Ok(passed)
}

const CHECKS: [&str; 2] = ["check_content", "check_form"];

fn which(open: &Open) -> Check {
    if open.task.element == "check_content" {
        Check::Content
    } else {
        Check::Form
    }
}

/// The check and the content that the reader has before him.
fn seen_check(open: &Open) -> String {
    format!("{}:{}", open.task.element, open.document.row.content_hash)
}

async fn check_view(session: &Session, id: Uuid, sent: Option<Form>) -> Outcome<CheckDraft> {
    let lang = session.lang;
    let open = open(session, id, &CHECKS).await?;
    let document = &open.document;
    let here = document_page(id);
    let content = which(&open) == Check::Content;
    let form =
        sent.unwrap_or_else(|| Form::new(&format!("{here}/kiem-tra"), "", &seen_check(&open)));
    let by_check = |(vi, en): (&str, &str), (form_vi, form_en): (&str, &str)| {
        if content {
            said(lang, vi, en)
        } else {
            said(lang, form_vi, form_en)
        }
    };
    let title = if content {
        said(
            lang,
            format!("Kiểm tra nội dung {}", document.title()),
            format!("Check the content of {}", document.title()),
        )
    } else {
        said(
            lang,
            format!("Kiểm tra thể thức {}", document.title()),
            format!("Check the form of {}", document.title()),
        )
    };
    Ok(CheckDraft {
        page: page(session, document, &title),
        subject: document.row.subject.clone(),
        due: open.due.clone(),
        duty: by_check(
            (
                "Người đứng đầu đơn vị soạn thảo chịu trách nhiệm về nội dung văn bản (Nghị định 30/2020/NĐ-CP, khoản 1 Điều 12).",
                "The head of the drafting unit answers for the content (Decree 30/2020/NĐ-CP, Article 12.1).",
            ),
            (
                "Người được giao kiểm tra chịu trách nhiệm về thể thức, kỹ thuật trình bày văn bản (Nghị định 30/2020/NĐ-CP, khoản 2 Điều 12).",
                "The person assigned to the check answers for form and layout (Decree 30/2020/NĐ-CP, Article 12.2).",
            ),
        ),
        findings: checked(session, document).await?,
        form,
        pass_label: by_check(
            ("Xác nhận nội dung đạt", "The content is right"),
            ("Xác nhận thể thức đúng", "The form is right"),
        ),
        pass_then: by_check(
            (
                "Chuyển sang kiểm tra thể thức.",
                "It goes to the check of its form.",
            ),
            (
                "Tờ trình được lập và chuyển Chánh Văn phòng ký.",
                "The proposal is drafted and goes to the Chief of Office to be signed.",
            ),
        ),
        back_then: said(
            lang,
            "Người soạn thảo nhận lại dự thảo kèm ý kiến.",
            "The drafter gets the draft back with the remark.",
        ),
        body: text(&document.draft),
        files: vec![Link::new(
            &format!("{here}/tep.pdf"),
            &said(
                lang,
                "Xem bản trình bày (PDF)",
                "See the typeset page (PDF)",
            ),
        )],
    })
}

/// An open step of a document that the reader may take.
pub(super) struct Open {
    pub document: Document,
    pub task: flow_task::Model,
    pub due: Option<Due>,
}

/// The open step of one of these elements, for who may take it.
///
/// # Errors
/// 404 for strangers; a refusal where the step is somebody else's, or is over or has not come.
pub(super) async fn open(session: &Session, id: Uuid, elements: &[&str]) -> Outcome<Open> {
    open_for(session, id, elements, None).await
}

async fn open_for(
    session: &Session,
    id: Uuid,
    elements: &[&str],
    unit: Option<Uuid>,
) -> Outcome<Open> {
    let db = session.app.store.reader();
    let document = find::visible(db, &session.actor, id).await?;
    let tasks: Vec<flow_task::Model> = flow::tasks_of_document(db, id)
        .await?
        .into_iter()
        .filter(|task| elements.contains(&task.element.as_str()))
        .collect();
    let others = tasks.first().map(|task| task.name.clone());
    let mine = tasks.into_iter().find(|task| {
        (unit.is_none() || task.unit_id == unit) && may_take(session, &document, task)
    });
    match (mine, others) {
        (Some(task), _) => {
            let calendar = people_find::calendar(db, document.row.org_id).await?;
            let due = task
                .due_at
                .map(|due| when(due, session.now, &calendar, session.lang));
            Ok(Open {
                document,
                task,
                due,
            })
        }
        // In a round the others' steps say nothing of one's own, which may be done already.
        (None, Some(name)) if !elements.contains(&"give_opinion") => Err(Fault::forbidden(
            format!("Bạn không được giao việc “{name}”."),
            format!("The task \"{name}\" is not yours."),
        )),
        _ => Err(Fault::stale(
            "Bước này đã được xử lý hoặc chưa đến. Trang văn bản hiện trạng thái mới nhất.",
            "This step has already been taken or has not come yet. The document's page shows the present state.",
        )),
    }
}

pub(super) fn may_take(session: &Session, document: &Document, task: &flow_task::Model) -> bool {
    let right = may::TaskRight {
        role: &task.role,
        org_id: task.org_id,
        owner_id: document.row.owner_id,
        unit_id: task.unit_id,
        person_id: task.person_id,
    };
    may::do_task(&session.actor, &right)
}

/// Refuses a form that was made from another content.
pub(super) fn same_content(document: &Document, seen: &str) -> Outcome<()> {
    if document.row.content_hash == seen {
        Ok(())
    } else {
        Err(changed())
    }
}

pub(super) fn changed() -> Fault {
    Fault::stale(
        "Nội dung đã thay đổi sau khi trang này mở. Xem lại bản mới nhất.",
        "The content has changed since this page was opened. Look at the newest version.",
    )
}

/// Puts a refusal at its field of the form, or answers with the page of another fault.
pub(super) fn refuse(
    form: &mut Form,
    fault: Fault,
    lang: Lang,
    fresh: &str,
    field: impl Fn(&str) -> String,
) -> Result<(), WebError> {
    let Refusal {
        field: named,
        vi,
        en,
        ..
    } = field_error(fault, fresh)?;
    form.refuse(
        &field(named.as_deref().unwrap_or("remark")),
        said(lang, vi, en),
    );
    Ok(())
}

/// A page whose form was not accepted.
pub(super) fn refused(page: Response) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
}

/// One of two sentences, by the reader's language.
pub(super) fn said(lang: Lang, vi: impl Into<String>, en: impl Into<String>) -> String {
    match lang {
        Lang::Vi => vi.into(),
        Lang::En => en.into(),
    }
}

pub(super) fn document_page(id: Uuid) -> String {
    format!("/van-ban/{id}")
}

/// A page about a document, with the way back to it.
pub(super) fn page(session: &Session, document: &Document, title: &str) -> crate::web::Page {
    let mut page = session.page(title);
    page.crumbs = vec![
        Link::new("/van-ban", &session.lang.t("nav-documents")),
        Link::new(&document_page(document.row.id), &document.title()),
    ];
    page
}

/// The text of a draft, made by our own renderer, which escapes what people wrote.
pub(super) fn text(draft: &Draft) -> Markup {
    Markup::from_our_own_renderer(trinhky_drafting::html(draft))
}

/// What the checker finds in the present version.
pub(super) async fn checked(session: &Session, document: &Document) -> Outcome<Vec<FindingView>> {
    let unplaced = find::unplaced(session.app.store.reader(), document).await?;
    let lang = session.lang;
    let findings = trinhky_drafting::check(&Imported {
        draft: document.draft.clone(),
        unplaced,
    });
    Ok(findings
        .into_iter()
        .map(|finding| finding_view(finding, lang))
        .collect())
}

/// A finding for reading; the editor adds its field and its correction.
pub(super) fn finding_view(finding: Finding, lang: Lang) -> FindingView {
    FindingView {
        severity: match finding.severity {
            Severity::Error => Mark::new(Tone::Failed, said(lang, "Lỗi", "Error")),
            Severity::Warning => Mark::new(Tone::Near, said(lang, "Cảnh báo", "Warning")),
            Severity::Note => Mark::new(Tone::Nothing, said(lang, "Lưu ý", "Note")),
            Severity::Question => Mark::new(Tone::Open, said(lang, "Câu hỏi", "Question")),
        },
        message: said(lang, finding.message_vi, finding.message),
        law: finding.law,
        place: finding.r#where,
        field: String::new(),
        suggestion: None,
    }
}

/// The units of the opinions by their names of today.
pub(super) async fn asked_units(
    session: &Session,
    opinions: &[opinion::Model],
) -> Outcome<BTreeMap<Uuid, Unit>> {
    let ids: Vec<Uuid> = opinions.iter().map(|opinion| opinion.unit_id).collect();
    people_find::units(session.app.store.reader(), &ids, session.today()).await
}

fn called(units: &BTreeMap<Uuid, Unit>, id: Uuid) -> String {
    units
        .get(&id)
        .map(|unit| unit.called().to_owned())
        .unwrap_or_default()
}

/// An opinion with its answer.
pub(super) fn opinion_row(
    opinion: &opinion::Model,
    units: &BTreeMap<Uuid, Unit>,
    lang: Lang,
) -> OpinionRow {
    let mark = match opinion.stance.as_deref().and_then(Stance::parse) {
        Some(Stance::Agree) => Mark::new(Tone::Done, said(lang, Stance::Agree.vi(), "Agrees")),
        Some(Stance::Other) => Mark::new(
            Tone::Near,
            said(lang, Stance::Other.vi(), "Agrees, with a remark"),
        ),
        Some(Stance::Disagree) => {
            Mark::new(Tone::Failed, said(lang, Stance::Disagree.vi(), "Disagrees"))
        }
        None => Mark::new(Tone::Nothing, said(lang, "Không trả lời", "No answer")),
    };
    let reply = match opinion.response_kind.as_deref() {
        Some("accepted") => said(
            lang,
            format!("Tiếp thu. {}", opinion.response),
            format!("Accepted. {}", opinion.response),
        ),
        Some(_) => said(
            lang,
            format!("Giải trình. {}", opinion.response),
            format!("Explained. {}", opinion.response),
        ),
        None => String::new(),
    };
    OpinionRow {
        unit: called(units, opinion.unit_id),
        mark,
        place: String::new(),
        text: opinion.remark.clone(),
        reply,
    }
}

/// `33 nhất trí · 1 không nhất trí · 1 không trả lời`; empty where nobody was asked.
pub(super) fn opinions_line(opinions: &[opinion::Model], lang: Lang) -> String {
    let count = |stance: Option<Stance>| {
        opinions
            .iter()
            .filter(|opinion| opinion.stance.as_deref().and_then(Stance::parse) == stance)
            .count()
    };
    [
        (count(Some(Stance::Agree)), said(lang, "nhất trí", "agree")),
        (
            count(Some(Stance::Other)),
            said(lang, "nhất trí, có ý kiến bổ sung", "agree with a remark"),
        ),
        (
            count(Some(Stance::Disagree)),
            said(lang, "không nhất trí", "disagree"),
        ),
        (
            count(None),
            said(lang, "không trả lời", "without an answer"),
        ),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, words)| format!("{count} {words}"))
    .collect::<Vec<_>>()
    .join(" · ")
}

/// The opinions that the drafting unit has to answer, in the order in which they were asked.
fn to_answer(opinions: &[opinion::Model]) -> Vec<&opinion::Model> {
    opinions
        .iter()
        .filter(|row| {
            row.given_at.is_some() && row.responded_at.is_none() && !row.remark.is_empty()
        })
        .collect()
}

fn ids(opinions: &[&opinion::Model]) -> String {
    opinions
        .iter()
        .map(|opinion| opinion.id.to_string())
        .collect::<Vec<_>>()
        .join(",")
}
