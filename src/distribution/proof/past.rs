//! Evidence of the time before evidence was told at the event: pieced together once from the rows of documents that were
//! issued then, and marked as such.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Statement};
use uuid::Uuid;

use crate::app::App;
use crate::audit::evidence::{self, Event, kinds};
use crate::audit::rows::{evidence_line, evidence_pending, journal};
use crate::audit::{self, Entry};
use crate::distribution::letters;
use crate::distribution::receipt;
use crate::distribution::rows::{attestation, delivery};
use crate::distribution::state;
use crate::documents::rows::document;
use crate::documents::{Document, find, issue};
use crate::fault::{Fault, Outcome};
use crate::mail::rows::outbox;
use crate::people::admin::only_administrators;
use crate::people::rows::person;
use crate::people::{Actor, may};
use crate::store::{Store, Tx};

/// Tells the evidence of every document that a migration has noted, one transaction each. The note of a document that
/// cannot be read stays, and `trinhky check` names it: the office works on.
///
/// # Errors
/// When the notes cannot be read.
pub async fn tell(store: &Store) -> Outcome<()> {
    let noted = evidence_pending::Entity::find()
        .order_by_asc(evidence_pending::Column::DocumentId)
        .all(store.reader())
        .await?;
    for row in &noted {
        let told = store.write(row.document_id, |tx, id| Box::pin(tell_one(tx, *id)));
        if let Err(error) = told.await {
            tracing::error!(document = %row.document_id, %error, "evidence of the past cannot be told");
        }
    }
    Ok(())
}

/// The documents of an organisation that are still noted, with their subjects.
///
/// # Errors
/// What the database reports.
pub async fn waiting(db: &impl ConnectionTrait, org_id: Uuid) -> Outcome<Vec<(Uuid, String)>> {
    let noted = evidence_pending::Entity::find().all(db).await?;
    let rows = document::Entity::find()
        .filter(document::Column::Id.is_in(noted.iter().map(|note| note.document_id)))
        .filter(document::Column::OrgId.eq(org_id))
        .order_by_asc(document::Column::Id)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.subject)).collect())
}

/// Tries once more to piece the past of a document together, after what stood in the way was mended.
///
/// # Errors
/// [`Fault::NotFound`] for a document that is not noted, or another organisation's; a refusal that says why it still cannot be told.
pub async fn try_again(app: &App, org_id: Uuid, id: Uuid) -> Outcome<()> {
    let noted = waiting(app.store.reader(), org_id).await?;
    if !noted.iter().any(|(noted, _)| *noted == id) {
        return Err(Fault::NotFound);
    }
    let told = app
        .store
        .write(id, |tx, id| Box::pin(tell_one(tx, *id)))
        .await;
    told.map_err(|fault| {
        tracing::error!(document = %id, error = %fault, "evidence of the past cannot be told");
        Fault::stale(
            format!("Vẫn chưa dựng lại được chứng cứ: {fault}."),
            format!("The evidence still cannot be pieced together: {fault}."),
        )
    })
}

/// Begins the evidence of a document from now on, where its past cannot be read: a person says why, and it stands in the
/// journal and in the evidence itself.
///
/// # Errors
/// A refusal at `reason` where none is given, without the right a refusal of the act, a stale one where it is told by now.
pub async fn begin_anew(
    app: &App,
    actor: &Actor,
    org_id: Uuid,
    id: Uuid,
    reason: &str,
) -> Outcome<()> {
    let reason = reason.trim().to_owned();
    if reason.is_empty() {
        return Err(Fault::invalid(
            "reason",
            "Ghi lý do vì sao phần trước không đọc được.",
            "Say why the past cannot be read.",
        ));
    }
    app.act(actor, (org_id, id, reason), |cx, (org_id, id, reason)| {
        Box::pin(async move {
            if !may::administer(cx.actor, *org_id) {
                return Err(only_administrators());
            }
            let document = find::document(cx.tx, *id).await?;
            if document.row.org_id != *org_id {
                return Err(Fault::NotFound);
            }
            let taken = evidence_pending::Entity::delete_by_id(*id)
                .exec(cx.tx)
                .await?;
            if taken.rows_affected == 0 {
                return Err(Fault::stale(
                    "Chứng cứ của văn bản này đã được ghi.",
                    "The evidence of this document is told already.",
                ));
            }
            let about = issue::about(cx.tx, &document).await?;
            let event = issued(&document, &[]).detail(format!(
                "Phát hành {}; diễn biến trước {} không dựng lại được: {reason}",
                document.title(),
                trinhky_calendar::vn_date(cx.today()),
            ));
            let told = evidence::begin(cx.tx, *id, &about, &event).await?;
            let summary = format!(
                "Bắt đầu chứng cứ gửi, nhận của {} từ nay: {reason}",
                document.title()
            );
            let entry = Entry::about(*id, "evidence.begun_anew", summary).evidence(&told);
            audit::append(cx.tx, *org_id, cx.actor, cx.now, entry).await
        })
    })
    .await
}

async fn tell_one(tx: &Tx, id: Uuid) -> Outcome<()> {
    // Whoever takes the note tells it; another server finds none.
    let taken = evidence_pending::Entity::delete_by_id(id).exec(tx).await?;
    if taken.rows_affected == 0 {
        return Ok(());
    }
    let document = find::document(tx, id).await?;
    let told = evidence_line::Entity::find()
        .filter(evidence_line::Column::DocumentId.eq(id))
        .all(tx)
        .await?;
    let known: BTreeSet<&str> = told.iter().map(|row| row.event_key.as_str()).collect();
    let journal = audit::of_document(tx, id).await?;
    if known.is_empty() {
        let about = issue::about(tx, &document).await?;
        evidence::begin(tx, id, &about, &issued(&document, &journal)).await?;
    }
    let mut events = deliveries(tx, &document, &journal).await?;
    events.extend(confirmations(tx, id).await?);
    events.retain(|event| {
        let key = event.order().1;
        // A letter that was told at its try has the try behind its name.
        let next = known.range(key..).next();
        next.is_none_or(|found| !found.starts_with(key))
    });
    events.sort_by(|one, other| one.order().cmp(&other.order()));
    evidence::append_all(tx, id, &events).await?;
    Ok(())
}

fn issued(document: &Document, journal: &[journal::Model]) -> Event {
    let row = journal.iter().find(|row| row.act == "document.issued");
    let at = row.map(|row| row.at).or(document.row.issued_at);
    let event = Event::new(
        &kinds::SUBMITTED,
        ("issued", document.row.id),
        document.row.org_id,
        at.unwrap_or(document.row.changed_at),
    )
    .detail(format!("Phát hành {}", document.title()))
    .reconstructed();
    match row {
        Some(row) => event.named(&row.actor_name, &row.capacity),
        None => event,
    }
}

async fn deliveries(
    tx: &Tx,
    document: &Document,
    journal: &[journal::Model],
) -> Outcome<Vec<Event>> {
    let id = document.row.id;
    let letters = outbox::Entity::find()
        .filter(outbox::Column::DocumentId.eq(id))
        .filter(outbox::Column::Template.is_in(letters::TEMPLATES))
        .filter(outbox::Column::CopyOf.is_null())
        .all(tx)
        .await?;
    let letters: HashMap<Uuid, outbox::Model> = letters
        .into_iter()
        .filter_map(|letter| Some((letter.delivery_id?, letter)))
        .collect();
    let mut events = Vec::new();
    for delivery in receipt::of_document(tx, id).await? {
        let about = |acts: &[&str]| {
            journal.iter().rfind(|row| {
                row.unit_id == Some(delivery.unit_id) && acts.contains(&row.act.as_str())
            })
        };
        events.extend(of_delivery(
            &delivery,
            about(&["document.acknowledged", "document.refused"]),
            about(&["document.directed"]),
        ));
        events.extend(
            letters
                .get(&delivery.id)
                .and_then(|mail| of_letter(&delivery, mail)),
        );
    }
    Ok(events)
}

fn of_delivery(
    delivery: &delivery::Model,
    answer: Option<&journal::Model>,
    direction: Option<&journal::Model>,
) -> Vec<Event> {
    let event = |what: &str, at: DateTime<Utc>, kind| {
        Event::new(kind, (what, delivery.id), delivery.unit_id, at).reconstructed()
    };
    let mut events = vec![match delivery.delivered_at {
        Some(at) => event("delivered", at, &kinds::DELIVERED),
        None => event("dispatched", delivery.dispatched_at, &kinds::DISPATCHED),
    }];
    if let Some(at) = delivery.opened_at {
        events.push(event("opened", at, &kinds::OPENED).named(&delivery.opened_by, ""));
    }
    if let Some(at) = delivery.answered_at {
        let mandate = answer.map_or("", |row| row.capacity.as_str());
        let (kind, detail) = if delivery.state == state::REGISTERED {
            let number = delivery.arrival_number.unwrap_or_default();
            (&kinds::REGISTERED, format!("Số đến {number}"))
        } else {
            (&kinds::REFUSED, delivery.refusal.clone())
        };
        events.push(
            event("answered", at, kind)
                .named(&delivery.answered_by, mandate)
                .detail(detail),
        );
    }
    if let Some(row) = direction {
        events.push(
            event("assigned", row.at, &kinds::ASSIGNED)
                .named(&row.actor_name, &row.capacity)
                .detail(row.summary.as_str()),
        );
    }
    events
}

fn of_letter(delivery: &delivery::Model, mail: &outbox::Model) -> Option<Event> {
    let (what, kind, at) = match (mail.state.as_str(), mail.sent_at) {
        ("sent", Some(at)) => ("notified", &kinds::NOTIFIED, at),
        ("refused" | "given_up" | "bounced" | "held", _) => {
            ("not_notified", &kinds::NOT_NOTIFIED, mail.send_at)
        }
        _ => return None,
    };
    let event = Event::new(kind, (what, delivery.id), delivery.unit_id, at);
    Some(event.by_mail(&mail.to_address, &mail.reply).reconstructed())
}

/// Members of staff who confirmed having studied the document.
async fn confirmations(db: &impl ConnectionTrait, document_id: Uuid) -> Outcome<Vec<Event>> {
    let confirmed = attestation::Entity::find()
        .filter(attestation::Column::DocumentId.eq(document_id))
        .filter(attestation::Column::AttestedAt.is_not_null())
        .all(db)
        .await?;
    let mut events = Vec::new();
    for row in confirmed {
        let person = person::Entity::find_by_id(row.person_id).one(db).await?;
        let (Some(at), Some(person)) = (row.attested_at, person) else {
            continue;
        };
        let name = ("understood", row.person_id);
        let event = Event::new(&kinds::UNDERSTOOD, name, row.unit_id, at);
        events.push(event.named(&person.name, "").reconstructed());
    }
    Ok(events)
}

/// Whether a migration has noted documents that are not told yet.
///
/// # Errors
/// What the database reports.
pub async fn is_due(db: &impl ConnectionTrait) -> Outcome<bool> {
    let sql = "SELECT 1 AS one FROM evidence_pending LIMIT 1";
    let statement = Statement::from_string(db.get_database_backend(), sql);
    Ok(db.query_one_raw(statement).await?.is_some())
}
