//! The opinion of a unit, and the drafting unit's answer to each.

use std::collections::BTreeMap;

use axum::extract::{Form as Body, Path, Query};
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;

use super::common::{Pairs, changed, document_page, page, refuse, refused, said, text};
use super::step::{open, open_for, open_to_act};
use crate::documents::find;
use crate::documents::review::{self as act, Answer, Stance};
use crate::documents::rows::opinion;
use crate::fault::{Fault, Outcome};
use crate::people::session::{Session, done, failed};
use crate::people::{Unit, find as people_find};
use crate::web::views::documents::{AnswerOpinions, GiveOpinion, OpinionRow};
use crate::web::views::shared::{Choice, Mark, Tone};
use crate::web::{Form, Lang, WebError, html};

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
    let unit_id = open.task.unit_id.ok_or(Fault::NotFound)?;
    let stance = Stance::parse(form.value("stance"))
        .ok_or_else(|| Fault::invalid("stance", "Chọn một mức.", "Choose one of the answers."))?;
    let (place, text) = (form.value("place").trim(), form.value("text").trim());
    let remark = match (place, text) {
        (_, "") => String::new(),
        ("", text) => text.to_owned(),
        (place, text) => format!("{place}: {text}"),
    };
    let seen = form.version.clone();
    act::give_opinion(
        &session.app,
        &session.actor,
        id,
        seen,
        unit_id,
        stance,
        remark,
    )
    .await?;
    session.sent(&opinion_autosave(id, unit_id)).await
}

/// The name under which an opinion is kept that is not sent yet.
fn opinion_autosave(id: Uuid, unit_id: Uuid) -> String {
    format!("gop-y-{}-{}", id.simple(), unit_id.simple())
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
    let autosave = opinion_autosave(id, unit_id);
    let mut form = match sent {
        Some(form) => form,
        None => {
            let fresh = Form::new(&action, "", &document.row.content_hash);
            session.typed(&autosave, fresh).await?
        }
    };
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
        autosave,
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
    let open = open_to_act(session, id, &["answer_opinions"]).await?;
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
    act::answer_opinions(&session.app, &session.actor, id, answers).await?;
    session.sent(&answers_autosave(id)).await
}

/// The name under which answers are kept that are not sent yet.
fn answers_autosave(id: Uuid) -> String {
    format!("giai-trinh-{id}")
}

async fn answers_view(session: &Session, id: Uuid, sent: Option<Form>) -> Outcome<AnswerOpinions> {
    let lang = session.lang;
    let open = open(session, id, &["answer_opinions"]).await?;
    let document = &open.document;
    let opinions = find::opinions(session.app.store.reader(), id).await?;
    let units = asked_units(session, &opinions).await?;
    let waiting = to_answer(&opinions);
    let form = match sent {
        Some(form) => form,
        None => {
            let address = format!("{}/giai-trinh", document_page(id));
            let fresh = Form::new(&address, "", &ids(&waiting));
            session.typed(&answers_autosave(id), fresh).await?
        }
    };
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
        autosave: answers_autosave(id),
        rows: waiting
            .iter()
            .map(|opinion| opinion_row(opinion, &units, session))
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
    session: &Session,
) -> OpinionRow {
    let lang = session.lang;
    let mark = match opinion.stance.as_deref().and_then(Stance::parse) {
        Some(Stance::Agree) => Mark::new(Tone::Done, said(lang, Stance::Agree.vi(), "Agrees")),
        Some(Stance::Other) => Mark::new(
            Tone::Near,
            said(lang, Stance::Other.vi(), "Agrees, with a remark"),
        ),
        Some(Stance::Disagree) => {
            Mark::new(Tone::Failed, said(lang, Stance::Disagree.vi(), "Disagrees"))
        }
        None if opinion.due_at < session.now => {
            Mark::new(Tone::Nothing, said(lang, "Không trả lời", "No answer"))
        }
        None => Mark::new(
            Tone::Waiting,
            said(lang, "Chưa trả lời", "Not answered yet"),
        ),
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
