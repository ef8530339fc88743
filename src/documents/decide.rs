//! The Chairman's desk: approve, return with a remark, ask. An approval is not a signature.

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use trinhky_engine::Variables;
use uuid::Uuid;

use super::review::{complete, journal};
use super::rows::document;
use super::{find, state};
use crate::app::App;
use crate::audit::Entry;
use crate::fault::{Fault, Outcome};
use crate::people::Actor;

/// What the Chairman may say to what was brought before him.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    Approve,
    /// Back to the drafter, with a remark.
    Return,
    /// A question to the Office, answered before the decision.
    Ask,
}

/// Decides on a document in the version that was seen; the approval is bound to that content.
///
/// # Errors
/// When the content has changed since it was shown, a remark is missing, or the right.
pub async fn decide(
    app: &App,
    actor: &Actor,
    id: Uuid,
    seen_hash: String,
    decision: Decision,
    remark: String,
) -> Outcome<()> {
    if decision != Decision::Approve && remark.trim().is_empty() {
        return Err(Fault::invalid(
            "remark",
            "Ghi rõ ý kiến để Văn phòng thực hiện.",
            "Write the remark for the Office.",
        ));
    }
    app.act(
        actor,
        (id, seen_hash, decision, remark),
        |cx, (id, seen_hash, decision, remark)| {
            Box::pin(async move {
                let document = find::document(cx.tx, *id).await?;
                document.same_content(seen_hash)?;
                let (outcome, act, verb) = match decision {
                    Decision::Approve => ("approved", "document.approved", "Phê duyệt"),
                    Decision::Return => ("returned", "document.returned", "Trả lại"),
                    Decision::Ask => ("question", "document.questioned", "Hỏi về"),
                };
                let variables = Variables::from([
                    ("outcome".to_owned(), json!(outcome)),
                    ("remark".to_owned(), json!(remark)),
                ]);
                let advanced = complete(cx, &document, "approve", None, variables).await?;
                if *decision == Decision::Approve {
                    document::Entity::update_many()
                        .filter(document::Column::Id.eq(*id))
                        .set(document::ActiveModel {
                            approved_hash: Set(Some(seen_hash.clone())),
                            state: Set(state::APPROVED.to_owned()),
                            changed_at: Set(cx.now),
                            ..Default::default()
                        })
                        .exec(cx.tx)
                        .await?;
                }
                let mut summary = format!("{verb} {}", document.title());
                if !remark.trim().is_empty() {
                    summary.push_str(&format!(": {}", remark.trim()));
                }
                let entry = Entry::about(*id, act, summary).data(
                    json!({ "content": seen_hash, "outcome": outcome, "remark": remark.trim() }),
                );
                journal(cx, &document, entry, advanced).await
            })
        },
    )
    .await
}

/// Answers the Chairman's question.
///
/// # Errors
/// When the answer is empty or the question is not open.
pub async fn answer_question(app: &App, actor: &Actor, id: Uuid, answer: String) -> Outcome<()> {
    if answer.trim().is_empty() {
        return Err(Fault::invalid(
            "answer",
            "Ghi nội dung trả lời.",
            "Write the answer.",
        ));
    }
    app.act(actor, (id, answer), |cx, (id, answer)| {
        Box::pin(async move {
            let document = find::document(cx.tx, *id).await?;
            let variables = Variables::from([("answer".to_owned(), json!(answer))]);
            let advanced = complete(cx, &document, "answer_question", None, variables).await?;
            let summary = format!("Trả lời Chủ tịch: {}", answer.trim());
            journal(
                cx,
                &document,
                Entry::about(*id, "question.answered", summary),
                advanced,
            )
            .await
        })
    })
    .await
}
