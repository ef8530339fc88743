//! The year's verdict, the corrective actions and the closing of the year.

use axum::extract::{Form as Body, Path};
use axum::response::Response;
use uuid::Uuid;

use super::consolidation::report_link;
use super::{Pairs, cell, document_link, may_take, open_steps, said};
use crate::documents;
use crate::fault::Outcome;
use crate::objectives::consolidate::stored;
use crate::objectives::corrective;
use crate::objectives::evaluate::{self as act, Judgement};
use crate::objectives::find::{self, Indicator};
use crate::objectives::rows::corrective_action;
use crate::objectives::sums::{IndicatorResult, Results};
use crate::objectives::verdict::Verdict;
use crate::people::session::{Session, done, failed, field_error};
use crate::web::format::when;
use crate::web::views::objectives::{ActionRow, Evaluate, EvaluationRow};
use crate::web::views::shared::{Mark, Tone};
use crate::web::{Form, WebError, html, refused};

/// `/van-ban/{id}/danh-gia`.
///
/// # Errors
/// The page of the fault.
pub async fn evaluate_page(Path(id): Path<Uuid>, session: Session) -> Result<Response, WebError> {
    let view = view(&session, id, None)
        .await
        .map_err(|fault| failed(fault, "/muc-tieu"))?;
    Ok(html(&view))
}

/// `POST /van-ban/{id}/danh-gia`.
///
/// # Errors
/// The page of the fault.
pub async fn evaluate(
    Path(id): Path<Uuid>,
    session: Session,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let here = format!("/van-ban/{id}/danh-gia");
    let measures = pairs
        .iter()
        .filter_map(|(name, value)| {
            Some((name.strip_prefix("measure.")?.to_owned(), value.clone()))
        })
        .collect();
    let mut form = Form::sent(&here, pairs);
    let judgement = Judgement {
        conclusion: form.value("conclusion").to_owned(),
        measures,
    };
    match act::evaluate(&session.app, &session.actor, id, judgement).await {
        Ok(_) => Ok(done(
            &here,
            &said(
                session.lang,
                "Đã kết luận kết quả năm.",
                "The year is judged.",
            ),
        )),
        Err(fault) => {
            let refusal = field_error(fault, &here)?;
            form.refuse(
                refusal.field.as_deref().unwrap_or("conclusion"),
                said(session.lang, refusal.vi, refusal.en),
            );
            let view = view(&session, id, Some(form))
                .await
                .map_err(|fault| failed(fault, &here))?;
            Ok(refused(html(&view)))
        }
    }
}

/// `POST /van-ban/{id}/dong-nam`.
///
/// # Errors
/// The page of the fault.
pub async fn close_year(Path(id): Path<Uuid>, session: Session) -> Result<Response, WebError> {
    let here = format!("/van-ban/{id}/danh-gia");
    act::close_year(&session.app, &session.actor, id)
        .await
        .map_err(|fault| failed(fault, &here))?;
    Ok(done(
        &here,
        &said(session.lang, "Đã đóng năm.", "The year is closed."),
    ))
}

async fn view(session: &Session, id: Uuid, sent: Option<Form>) -> Outcome<Evaluate> {
    let db = session.app.store.reader();
    let lang = session.lang;
    let decision = documents::find::own(db, &session.actor, id).await?;
    let live = act::year(db, &decision, session.today()).await?;
    let judged = find::consolidation(db, id, &live.code).await?;
    // What was judged stays as it was judged; until then the page shows the sums of today.
    let results = judged.as_ref().map(stored).transpose()?.unwrap_or(live);
    let steps = open_steps(db, &decision).await?;
    let step = |element: &str| {
        steps
            .iter()
            .find(|task| task.element == element && may_take(&session.actor, &decision, task))
    };
    let may_act = step("evaluate").is_some();
    let indicators = find::indicators(db, id).await?;
    let actions = find::corrective_actions(db, id).await?;
    let calendar = session.calendar().await?;
    let report = match judged.as_ref().and_then(|judged| judged.report_id) {
        Some(report) => Some(report_link(session, report).await?),
        None => None,
    };
    let closed = decision.row.state == documents::state::CLOSED;
    Ok(Evaluate {
        page: session.page(&said(
            lang,
            format!("Đánh giá Mục tiêu chất lượng {}", results.name),
            format!("The objectives of {}", results.code),
        )),
        document: document_link(&decision),
        due: steps
            .iter()
            .find_map(|task| task.due_at)
            .map(|due| when(due, session.now, &calendar, lang)),
        rows: results
            .indicators
            .iter()
            .map(|result| row(session, &results, result, may_act))
            .collect(),
        form: sent.unwrap_or_else(|| Form::new(&format!("/van-ban/{id}/danh-gia"), "", "")),
        autosave: format!("danh-gia-{id}"),
        label: said(
            lang,
            format!("Kết luận kết quả {}", results.name),
            format!("Conclude {}", results.code),
        ),
        then: said(
            lang,
            "Mỗi chỉ tiêu không đạt được giao một biện pháp khắc phục; sau đó Văn phòng đóng năm.",
            "Every indicator that was missed gets a corrective action; then the Office closes the year.",
        ),
        may_act,
        close: step("close_year").map(|_| Form::new(&format!("/van-ban/{id}/dong-nam"), "", "")),
        closed: closed.then(|| {
            said(
                lang,
                format!("Đã đóng {}, không nhận thêm báo cáo.", results.name),
                format!("{} is closed.", results.code),
            )
        }),
        report,
        actions: actions
            .iter()
            .map(|action| action_row(session, &indicators, action))
            .collect(),
    })
}

fn row(
    session: &Session,
    results: &Results,
    result: &IndicatorResult,
    may_act: bool,
) -> EvaluationRow {
    let missing = results.asked - results.reported;
    let mut basis = said(
        session.lang,
        format!("{}/{} báo cáo", results.reported, results.asked),
        format!("{} of {} reports", results.reported, results.asked),
    );
    if missing > 0 {
        basis.push_str(&said(
            session.lang,
            format!("; thiếu {}", results.missing.join("; ")),
            format!("; missing {}", results.missing.join("; ")),
        ));
    }
    EvaluationRow {
        code: result.label.clone(),
        name: result.name.clone(),
        target: result.target.shown(),
        result: cell(
            &result.sum,
            &result.target,
            result.verdict,
            session.lang,
            None,
        ),
        basis,
        asks_measure: may_act && result.verdict == Verdict::NotMet,
    }
}

fn action_row(
    session: &Session,
    indicators: &[Indicator],
    action: &corrective_action::Model,
) -> ActionRow {
    let indicator = indicators
        .iter()
        .find(|indicator| indicator.id == action.indicator_id);
    ActionRow {
        href: format!("/khac-phuc/{}", action.id),
        indicator: indicator
            .map(|found| format!("{}. {}", found.label(), found.name))
            .unwrap_or_default(),
        cause: action.cause.clone(),
        action: action.action.clone(),
        owner: action.owner.clone(),
        state: match action.state.as_str() {
            corrective::state::CLOSED => {
                Mark::new(Tone::Done, said(session.lang, "Đã kết thúc", "Closed"))
            }
            corrective::state::DONE => Mark::new(
                Tone::Waiting,
                said(session.lang, "Chờ đánh giá hiệu lực", "To be checked"),
            ),
            _ => Mark::new(Tone::Open, said(session.lang, "Đang thực hiện", "Open")),
        },
    }
}
