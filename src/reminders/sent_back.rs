//! What comes back: a draft to its drafter with the remark, a refused document to its sender with the reason.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use uuid::Uuid;

use super::audience::{Book, CLERKS, HEADS, holders_present};
use super::letter::{self, Audience, Letter};
use crate::app::{App, Cx};
use crate::audit::{self, Entry, rows::journal};
use crate::distribution::receipt::delivered;
use crate::distribution::state;
use crate::documents::Document;
use crate::fault::Outcome;
use crate::flow::rows::flow_task;
use crate::people::Actor;
use crate::people::find::{self as people_find, Holder};
use crate::web::format::date_time;

/// The acts by which a draft goes back to its drafter.
const RETURNING: [&str; 4] = [
    "document.returned",
    "content.checked",
    "form.checked",
    "task.sent_back",
];

/// Who sent a draft back, and in what words.
#[derive(Debug)]
pub(super) struct SentBack {
    by: String,
    remark: String,
}

impl SentBack {
    /// None where the task was not opened by sending back: the first draft, or a draft taken up again.
    pub async fn of(db: &impl ConnectionTrait, task: &flow_task::Model) -> Outcome<Option<Self>> {
        if task.element != "draft" {
            return Ok(None);
        }
        // The act that opened the task bears its instant.
        let Some(act) = journal::Entity::find()
            .filter(journal::Column::DocumentId.eq(task.document_id))
            .filter(journal::Column::Act.is_in(RETURNING))
            .filter(journal::Column::At.eq(task.created_at))
            .order_by_desc(journal::Column::Id)
            .one(db)
            .await?
        else {
            return Ok(None);
        };
        let data: Value = serde_json::from_str(&act.data)?;
        let by = match act.capacity.as_str() {
            "" => act.actor_name,
            capacity => format!("{capacity} {}", act.actor_name),
        };
        let remark = data["remark"].as_str().unwrap_or_default().to_owned();
        Ok(Some(Self { by, remark }))
    }

    pub fn letter(
        &self,
        cx: Cx<'_>,
        document: &Document,
        person: &Holder,
        key: String,
    ) -> Option<Letter> {
        Some(Letter {
            key,
            template: "returned",
            to: Audience::of([person])?,
            context: json!({
                "recipient": person.name,
                "title": document.title(),
                "subject": document.row.subject,
                "by": self.by,
                "remark": self.remark,
                "link": format!("{}/van-ban/{}/soan", cx.app.config.base_url(), document.row.id),
            }),
            delivery_id: None,
        })
    }
}

/// Tells the clerk of the issuing agency that a unit has refused a document; its head reads along.
///
/// # Errors
/// When the template lacks a variable, or what the database reports.
pub async fn refused(app: &App, payload: &Value) -> Outcome<()> {
    let id: Uuid = serde_json::from_value(payload["delivery"].clone())?;
    app.act(&Actor::system(), id, |cx, id| {
        Box::pin(tell_of_refusal(cx, *id))
    })
    .await
}

async fn tell_of_refusal(cx: Cx<'_>, id: Uuid) -> Outcome<()> {
    let found = delivered(cx.tx, id).await?;
    let (state::REFUSED, Some(at)) = (found.state.as_str(), found.answered_at) else {
        return Ok(());
    };
    let unit = people_find::unit(cx.tx, found.unit_id, cx.today()).await?;
    let book = Book::of_units(cx.tx, &[found.org_id], cx.today()).await?;
    let title = found.title()?;
    let clerks = Audience::of(book.any_of(found.org_id, CLERKS));
    let chief = holders_present(cx.tx, found.org_id, "office_chief", cx.today()).await?;
    let to = clerks
        .map(|to| to.copy(&chief))
        .or_else(|| Audience::of(&chief))
        .or_else(|| Audience::of(book.first_of(found.org_id, HEADS)));
    let Some(to) = to else {
        let summary = format!(
            "Chưa báo được ai: {} từ chối {title}; cơ quan ban hành không có văn thư",
            unit.called()
        );
        let entry = Entry::about(found.document_id, "reminder.unaddressed", summary);
        return audit::append(cx.tx, found.org_id, cx.actor, cx.now, entry.unit(unit.id)).await;
    };
    let name = to.name.clone();
    let letter = Letter {
        key: format!("refused:{id}:{}", at.to_rfc3339()),
        template: "refused",
        context: json!({
            "recipient": to.name,
            "title": title,
            "unit": unit.name,
            "reason": found.refusal,
            "by": found.answered_by,
            "at": date_time(at),
            "link": format!("{}/van-ban/{}/theo-doi?loc=tu-choi", cx.app.config.base_url(), found.document_id),
        }),
        to,
        delivery_id: Some(id),
    };
    if letter::post(cx, found.org_id, Some(found.document_id), vec![letter]).await? == 0 {
        return Ok(());
    }
    let summary = format!("Báo {name}: {} từ chối {title}", unit.called());
    let entry = Entry::about(found.document_id, "notice.sent", summary).unit(unit.id);
    audit::append(cx.tx, found.org_id, cx.actor, cx.now, entry).await
}
