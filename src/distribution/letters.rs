//! What becomes of the letters that tell recipients of a document, as evidence: the reply of a mail server, word for word.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::rows::delivery;
use crate::audit::evidence::{self, Event, Kind, kinds};
use crate::fault::{Fault, Outcome};
use crate::mail::rows::outbox;
use crate::mail::{Claimed, Recorded, Sent};
use crate::store::Tx;

/// The mails that tell a recipient of a document.
pub const TEMPLATES: [&str; 2] = ["delivery", "guest_delivery"];

/// Tells what a server said to a letter, where it is the last word.
///
/// # Errors
/// What the database reports.
pub async fn tried(
    tx: &Tx,
    mail: &Claimed,
    (sent, recorded): (&Sent, Recorded),
    now: DateTime<Utc>,
) -> Outcome<()> {
    let (kind, what) = match (sent, recorded) {
        (Sent::Accepted(_), Recorded::Fine) => (&kinds::NOTIFIED, "notified"),
        (_, Recorded::Failed) => (&kinds::NOT_NOTIFIED, "not_notified"),
        _ => return Ok(()),
    };
    let letter = Letter {
        template: &mail.template,
        copy_of: mail.copy_of,
        document_id: mail.document_id,
        delivery_id: mail.delivery_id,
        attempts: mail.attempts,
        address: &mail.to_address,
        reply: sent.words(),
    };
    tell(tx, &letter, (kind, what), now).await
}

/// Tells that a letter came back after a server had taken it.
///
/// # Errors
/// What the database reports.
pub async fn returned(tx: &Tx, mail_id: Uuid, now: DateTime<Utc>) -> Outcome<()> {
    let Some(mail) = outbox::Entity::find_by_id(mail_id).one(tx).await? else {
        return Ok(());
    };
    let letter = Letter {
        template: &mail.template,
        copy_of: mail.copy_of,
        document_id: mail.document_id,
        delivery_id: mail.delivery_id,
        attempts: mail.attempts,
        address: &mail.to_address,
        reply: &mail.reply,
    };
    tell(tx, &letter, (&kinds::NOT_NOTIFIED, "returned"), now).await
}

/// What evidence needs to know of a mail.
struct Letter<'m> {
    template: &'m str,
    copy_of: Option<Uuid>,
    document_id: Option<Uuid>,
    delivery_id: Option<Uuid>,
    /// Which try it was: a letter that is sent again is told again.
    attempts: i32,
    address: &'m str,
    reply: &'m str,
}

async fn tell(
    tx: &Tx,
    letter: &Letter<'_>,
    (kind, what): (&'static Kind, &str),
    now: DateTime<Utc>,
) -> Outcome<()> {
    let (Some(document_id), Some(delivery_id)) = (letter.document_id, letter.delivery_id) else {
        return Ok(());
    };
    // Copies to further readers of the recipient's, and reminders, prove no sending of their own.
    if letter.copy_of.is_some() || !TEMPLATES.contains(&letter.template) {
        return Ok(());
    }
    let unit_id = delivery::Entity::find_by_id(delivery_id)
        .select_only()
        .column(delivery::Column::UnitId)
        .filter(delivery::Column::DocumentId.eq(document_id))
        .into_tuple::<Uuid>()
        .one(tx)
        .await?;
    let Some(unit_id) = unit_id else {
        return Ok(());
    };
    let name = (what, format!("{delivery_id}:{}", letter.attempts));
    let event = Event::new(kind, name, unit_id, now).by_mail(letter.address, letter.reply);
    match evidence::append(tx, document_id, &event).await {
        Ok(_) => Ok(()),
        // The letter has gone; were this try not recorded, it would go again and again.
        Err(Fault::Internal(error)) => {
            tracing::error!(%error, "a letter's evidence is not told");
            Ok(())
        }
        Err(fault) => Err(fault),
    }
}
