//! A mail that will not arrive: the sender's clerk is told, with the server's words and what to do.

use sea_orm::EntityTrait;
use serde_json::{Value, json};
use uuid::Uuid;

use super::audience::{Book, CLERKS, holders_present};
use super::letter::{self, Audience, Letter};
use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::fault::Outcome;
use crate::mail::rows::outbox;
use crate::mail::state;
use crate::people::Actor;
use crate::web::Lang;
use crate::web::undelivered::what_to_do;

const TEMPLATE: &str = "undelivered";

/// Tells the clerk of the sending agency, or its administrators where the letter was to the clerk; one letter a day for
/// each address.
///
/// # Errors
/// When the template lacks a variable, or what the database reports.
pub async fn undelivered(app: &App, payload: &Value) -> Outcome<()> {
    let id: Uuid = serde_json::from_value(payload["mail"].clone())?;
    app.act(&Actor::system(), id, |cx, id| Box::pin(tell(cx, *id)))
        .await
}

async fn tell(cx: Cx<'_>, id: Uuid) -> Outcome<()> {
    let Some(mail) = outbox::Entity::find_by_id(id).one(cx.tx).await? else {
        return Ok(());
    };
    // A person may have sent it again meanwhile; and of such a letter that does not arrive itself nobody writes another.
    if mail.template == TEMPLATE || !state::FAILED.contains(&mail.state.as_str()) {
        return Ok(());
    }
    let entry = |act, summary| Entry {
        document_id: mail.document_id,
        ..Entry::general(act, summary)
    };
    let Some(to) = readers(cx, &mail).await? else {
        let summary = format!(
            "Thư gửi {} không tới; không có văn thư, quản trị nào khác để báo",
            mail.rcpt
        );
        let entry = entry("reminder.unaddressed", summary);
        return audit::append(cx.tx, mail.org_id, cx.actor, cx.now, entry).await;
    };
    let name = to.name.clone();
    let base = cx.app.config.base_url();
    let link = match (mail.document_id, mail.delivery_id) {
        (Some(document), Some(_)) => format!("{base}/van-ban/{document}/theo-doi?loc=thu-tra-lai"),
        _ => format!("{base}/"),
    };
    let letter = Letter {
        key: format!(
            "undelivered:{}:{}:{}",
            mail.org_id,
            mail.rcpt.to_lowercase(),
            cx.today()
        ),
        template: TEMPLATE,
        context: json!({
            "recipient": to.name,
            "address": mail.rcpt,
            "letter": mail.subject,
            "reply": mail.reply,
            "advice": what_to_do(&mail.reply, Lang::Vi),
            "link": link,
        }),
        to,
        delivery_id: None,
    };
    if letter::post(cx, mail.org_id, mail.document_id, vec![letter]).await? == 0 {
        return Ok(());
    }
    let summary = format!("Báo {name}: thư gửi {} không tới", mail.rcpt);
    let entry = entry("notice.sent", summary);
    audit::append(cx.tx, mail.org_id, cx.actor, cx.now, entry).await
}

/// The agency's clerks, its administrators reading along; nobody at the address that takes no mail.
async fn readers(cx: Cx<'_>, mail: &outbox::Model) -> Outcome<Option<Audience>> {
    let book = Book::of_units(cx.tx, &[mail.org_id], cx.today()).await?;
    let admins = holders_present(cx.tx, mail.org_id, "admin", cx.today()).await?;
    let others = book
        .any_of(mail.org_id, CLERKS)
        .into_iter()
        .chain(&admins)
        .filter(|holder| !holder.email.eq_ignore_ascii_case(&mail.rcpt));
    Ok(Audience::of(others))
}
