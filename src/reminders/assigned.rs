//! A unit's leader has charged people with a document: each of them is told with the own part in it.

use serde_json::{Value, json};
use uuid::Uuid;

use super::letter::{self, Audience, Letter};
use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::distribution::direction::{of_delivery, part, people_of};
use crate::distribution::receipt::delivered;
use crate::fault::Outcome;
use crate::people::Actor;
use crate::people::find as people_find;

/// Tells everybody with a part; who has left the unit meanwhile, or of what is done already, nobody is told.
///
/// # Errors
/// When the template lacks a variable, or what the database reports.
pub async fn assigned(app: &App, payload: &Value) -> Outcome<()> {
    let id: Uuid = serde_json::from_value(payload["delivery"].clone())?;
    app.act(&Actor::system(), id, |cx, id| Box::pin(tell(cx, *id)))
        .await
}

async fn tell(cx: Cx<'_>, id: Uuid) -> Outcome<()> {
    let Some(direction) = of_delivery(cx.tx, id).await? else {
        return Ok(());
    };
    if direction.row.completed_at.is_some() {
        return Ok(());
    }
    let found = delivered(cx.tx, id).await?;
    let unit = people_find::unit(cx.tx, found.unit_id, cx.today()).await?;
    let calendar = people_find::calendar(cx.tx, unit.org_id).await?;
    let people = people_of(cx.tx, found.unit_id, cx.today()).await?;
    let title = found.title()?;
    let due = direction
        .row
        .due_at
        .map(|at| letter::due(at, cx.now, &calendar));
    let mut letters = Vec::new();
    for person in &direction.people {
        let holder = people
            .iter()
            .find(|holder| holder.person_id == person.person_id);
        let Some(to) = Audience::of(holder) else {
            continue;
        };
        let context = json!({
            "recipient": to.name,
            "part": match person.part.as_str() {
                part::LEAD => "chủ trì xử lý",
                part::SUPPORT => "phối hợp xử lý",
                _ => "biết",
            },
            "title": title,
            "subject": found.subject,
            "by": direction.row.directed_by,
            "remark": direction.row.remark,
            "due": due.as_ref().map(|due| &due.at),
            "left": due.as_ref().map(|due| &due.left),
            "due_at": direction.row.due_at.map(|at| at.to_rfc3339()),
            "link": format!("{}/tiep-nhan/{id}/chi-dao", cx.app.config.base_url()),
        });
        letters.push(Letter {
            key: format!(
                "assigned:{id}:{}:{}",
                direction.row.directed_at.to_rfc3339(),
                person.person_id
            ),
            template: "assigned",
            to,
            context,
            delivery_id: None,
        });
    }
    let sent = letter::post(cx, found.org_id, Some(found.document_id), letters).await?;
    if sent == 0 {
        return Ok(());
    }
    let summary = format!("Báo {sent} người được giao xử lý {title}");
    let entry = Entry::about(found.document_id, "notice.sent", summary).unit(found.unit_id);
    audit::append(cx.tx, found.org_id, cx.actor, cx.now, entry).await
}
