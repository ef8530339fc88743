//! A document was recalled: everybody to whom it was sent is told why.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use uuid::Uuid;

use super::audience::{Book, CLERKS, HEADS};
use super::letter::{self, Audience, Letter};
use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::distribution::{recall, rows::delivery};
use crate::documents::{Document, find};
use crate::fault::Outcome;
use crate::people::{Actor, find as people_find};
use crate::web::format::date_time;

/// Writes to each recipient once; the document itself is not named beyond its number.
///
/// # Errors
/// When the template lacks a variable, or what the database reports.
pub async fn recalled(app: &App, payload: &Value) -> Outcome<()> {
    let id: Uuid = serde_json::from_value(payload["document"].clone())?;
    app.act(&Actor::system(), id, |cx, id| Box::pin(tell(cx, *id)))
        .await
}

async fn tell(cx: Cx<'_>, id: Uuid) -> Outcome<()> {
    let document = find::document(cx.tx, id).await?;
    let Some(recall) = recall::of(cx.tx, id).await? else {
        return Ok(());
    };
    let deliveries = delivery::Entity::find()
        .filter(delivery::Column::DocumentId.eq(id))
        .order_by_asc(delivery::Column::Id)
        .all(cx.tx)
        .await?;
    let ids: Vec<Uuid> = deliveries.iter().map(|row| row.unit_id).collect();
    let units = people_find::units(cx.tx, &ids, cx.today()).await?;
    let book = Book::of_units(cx.tx, &ids, cx.today()).await?;
    let mut letters = Vec::new();
    for row in &deliveries {
        let Some(unit) = units.get(&row.unit_id) else {
            continue;
        };
        let to = Audience::of(book.any_of(unit.id, CLERKS))
            .or_else(|| Audience::of(book.first_of(unit.id, HEADS)))
            .or_else(|| Audience::mailbox(unit));
        if let Some(to) = to {
            letters.push(to_unit(cx, &document, &recall, row, to));
        }
    }
    let sent = letter::post(cx, document.row.org_id, Some(id), letters).await?;
    let summary = format!(
        "Báo thu hồi {} tới {sent}/{} nơi nhận",
        document.title(),
        deliveries.len()
    );
    let entry = Entry::about(id, "notice.sent", summary);
    audit::append(cx.tx, document.row.org_id, cx.actor, cx.now, entry).await
}

fn to_unit(
    cx: Cx<'_>,
    document: &Document,
    recall: &recall::Recall,
    row: &delivery::Model,
    to: Audience,
) -> Letter {
    Letter {
        key: format!("recalled:{}", row.id),
        template: "recalled",
        context: json!({
            "recipient": to.name,
            "title": document.title(),
            "reason": recall.reason,
            "by": recall.by,
            "at": date_time(recall.at),
            "link": format!("{}/tiep-nhan/{}", cx.app.config.base_url(), row.id),
        }),
        to,
        delivery_id: Some(row.id),
    }
}
