//! A call that is sent twice acts once: the answer to a key is stored in the act that it answers.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};
use uuid::Uuid;

use crate::app::Cx;
use crate::fault::{Fault, Outcome};
use crate::people::rows::api_answer;

/// Longest key, in characters.
const MAX_KEY: usize = 200;

/// A program's own key of a call, with the digest of what it asks for.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub token_id: Uuid,
    pub key: String,
    pub request: String,
}

impl Key {
    /// None where it is empty, too long or has characters that no header should carry.
    pub(super) fn read(token_id: Uuid, key: &str, request: String) -> Option<Self> {
        let fits =
            !key.is_empty() && key.len() <= MAX_KEY && key.chars().all(|c| c.is_ascii_graphic());
        fits.then(|| Self {
            token_id,
            key: key.to_owned(),
            request,
        })
    }

    /// What was answered to the key before.
    ///
    /// # Errors
    /// A refusal where the key came with another request.
    pub(super) async fn answered(&self, db: &impl ConnectionTrait) -> Outcome<Option<String>> {
        let before = api_answer::Entity::find_by_id((self.token_id, self.key.clone()))
            .one(db)
            .await?;
        match before {
            None => Ok(None),
            Some(before) if before.request == self.request => Ok(Some(before.body)),
            Some(_) => Err(Fault::invalid(
                "Idempotency-Key",
                "Khóa này đã dùng cho nội dung khác. Mỗi lần gửi mới dùng một khóa mới.",
                "This key was used for another request. Use a new key for each new call.",
            )),
        }
    }

    /// Stores the answer, in the act that it answers.
    ///
    /// # Errors
    /// A refusal where another call with this key was quicker: asked again, it gets that one's answer.
    pub(super) async fn store(&self, cx: Cx<'_>, body: &str) -> Outcome<()> {
        let inserted = api_answer::Entity::insert(api_answer::ActiveModel {
            token_id: Set(self.token_id),
            idempotency_key: Set(self.key.clone()),
            request: Set(self.request.clone()),
            body: Set(body.to_owned()),
            at: Set(cx.now),
        })
        .on_conflict(
            OnConflict::columns([
                api_answer::Column::TokenId,
                api_answer::Column::IdempotencyKey,
            ])
            .do_nothing()
            .to_owned(),
        )
        .exec_without_returning(cx.tx)
        .await?;
        if inserted == 1 {
            return Ok(());
        }
        Err(Fault::stale(
            "Lần gửi trước cùng khóa đang được ghi. Gửi lại để nhận kết quả.",
            "Another call with this key was quicker. Send it again for its answer.",
        ))
    }
}
