//! The events of a document's way to its recipients, in the terms of ETSI EN 319 522-1, told once and chained by digests.
//!
//! docs/proof-pack.md describes the lines; whoever changes them changes that page and the second verifier.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, SecondsFormat, Utc};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
};
use serde_json::json;
use uuid::Uuid;

use crate::app::Cx;
use crate::audit::{self, rows::journal};
use crate::distribution::receipt;
use crate::distribution::rows::{attestation, delivery, evidence_line};
use crate::distribution::state;
use crate::documents::{Document, find};
use crate::fault::{Fault, Outcome};
use crate::files::digest;
use crate::mail::rows::outbox;
use crate::people::find as people_find;
use crate::people::rows::person;
use crate::signing::evidence::{FORMAT, NOTHING_BEFORE};

/// Rows per statement, below the parameter limits of both databases.
const CHUNK: usize = 300;

/// A kind of event: ETSI's code and name, and the grade of receipt that it reaches.
struct Kind {
    code: &'static str,
    name: &'static str,
    grade: &'static str,
    /// The rule by which it counts.
    policy: &'static str,
}

const SUBMITTED: Kind = Kind {
    code: "A.1",
    name: "SubmissionAcceptance",
    grade: "R0",
    policy: "NĐ 30/2020/NĐ-CP, Điều 18",
};
const NOTIFIED: Kind = Kind {
    code: "D.3",
    name: "ConsignmentNotification",
    grade: "R0",
    policy: "Luật Giao dịch điện tử 2023, Điều 15",
};
const NOT_NOTIFIED: Kind = Kind {
    code: "D.4",
    name: "ConsignmentNotificationFailure",
    grade: "",
    policy: "Luật Giao dịch điện tử 2023, Điều 15",
};
const DELIVERED: Kind = Kind {
    code: "D.1",
    name: "ContentConsignment",
    grade: "R1",
    policy: "Luật Giao dịch điện tử 2023, Điều 16",
};
const OPENED: Kind = Kind {
    code: "E.1",
    name: "ContentHandover",
    grade: "R4",
    policy: "NĐ 30/2020/NĐ-CP, Phụ lục VI",
};
const REGISTERED: Kind = Kind {
    code: "C.3",
    name: "ConsignmentAcceptance",
    grade: "R2",
    policy: "NĐ 30/2020/NĐ-CP, Điều 21, 22",
};
const REFUSED: Kind = Kind {
    code: "C.4",
    name: "ConsignmentRejection",
    grade: "",
    policy: "NĐ 30/2020/NĐ-CP, Điều 21",
};
/// Not ETSI's: one person confirms having studied the document.
const UNDERSTOOD: Kind = Kind {
    code: "TK.1",
    name: "PersonalConfirmation",
    grade: "R5",
    policy: "Văn bản được gửi",
};

/// One event that may have to be told.
struct Event {
    key: String,
    at: DateTime<Utc>,
    kind: &'static Kind,
    recipient: Option<(Uuid, String)>,
    actor: String,
    /// In which post, for which body.
    mandate: String,
    channel: &'static str,
    detail: String,
}

/// Writes what has happened since the last time behind what was told before, and returns all lines.
///
/// # Errors
/// When the document is not issued, or what the database reports.
pub async fn gather(cx: Cx<'_>, document: &Document, sealed: &str) -> Outcome<Vec<String>> {
    let told = lines_of(cx.tx, document.row.id).await?;
    let known: BTreeSet<&str> = told.iter().map(|row| row.event_key.as_str()).collect();
    let mut chain = Chain {
        lines: told.iter().map(|row| row.line.clone()).collect(),
        added: Vec::new(),
    };
    if chain.lines.is_empty() {
        chain.begin(cx, document, sealed).await?;
    }
    let mut events = all(cx, document).await?;
    events.retain(|event| !known.contains(event.key.as_str()));
    events.sort_by(|one, other| (one.at, &one.key).cmp(&(other.at, &other.key)));
    for event in events {
        chain.add(&event, sealed);
    }
    let first = told.len();
    let rows: Vec<evidence_line::ActiveModel> = chain
        .added
        .iter()
        .zip(first..)
        .map(|(key, n)| {
            Ok(evidence_line::ActiveModel {
                document_id: Set(document.row.id),
                n: Set(i64::try_from(n).map_err(anyhow::Error::from)?),
                event_key: Set(key.clone()),
                line: Set(chain.lines[n].clone()),
            })
        })
        .collect::<Outcome<_>>()?;
    for rows in rows.chunks(CHUNK) {
        evidence_line::Entity::insert_many(rows.to_vec())
            .exec_without_returning(cx.tx)
            .await?;
    }
    Ok(chain.lines)
}

async fn lines_of(db: &impl ConnectionTrait, id: Uuid) -> Outcome<Vec<evidence_line::Model>> {
    Ok(evidence_line::Entity::find()
        .filter(evidence_line::Column::DocumentId.eq(id))
        .order_by_asc(evidence_line::Column::N)
        .all(db)
        .await?)
}

struct Chain {
    lines: Vec<String>,
    /// The keys of the lines that are new.
    added: Vec<String>,
}

impl Chain {
    async fn begin(&mut self, cx: Cx<'_>, document: &Document, sealed: &str) -> Outcome<()> {
        let (Some(number), Some(day)) = (document.row.number, document.row.issued_on) else {
            return Err(Fault::stale(
                "Văn bản chưa phát hành.",
                "The document is not issued yet.",
            ));
        };
        let agency = people_find::unit(cx.tx, document.row.org_id, day).await?;
        let head = json!({
            "n": 0,
            "previous": NOTHING_BEFORE,
            "format": FORMAT,
            "document": sealed,
            "title": document.title(),
            "number": number,
            "symbol": document.row.symbol,
            "issued_on": day.to_string(),
            "subject": document.row.subject,
            "agency": agency.name,
        });
        self.lines.push(head.to_string());
        self.added.push("document".to_owned());
        Ok(())
    }

    fn add(&mut self, event: &Event, sealed: &str) {
        let previous = self
            .lines
            .last()
            .map_or_else(|| NOTHING_BEFORE.to_owned(), |line| digest(line.as_bytes()));
        let line = json!({
            "n": self.lines.len(),
            "previous": previous,
            "event": event.kind.code,
            "name": event.kind.name,
            "grade": event.kind.grade,
            "at": event.at.to_rfc3339_opts(SecondsFormat::Micros, true),
            "recipient": event.recipient.as_ref().map(|(_, name)| name),
            "recipient_id": event.recipient.as_ref().map(|(id, _)| id),
            "actor": event.actor,
            "mandate": event.mandate,
            "policy": event.kind.policy,
            "document": sealed,
            "channel": event.channel,
            "detail": event.detail,
        });
        self.lines.push(line.to_string());
        self.added.push(event.key.clone());
    }
}

/// Everything that the installation knows to have happened.
async fn all(cx: Cx<'_>, document: &Document) -> Outcome<Vec<Event>> {
    let id = document.row.id;
    let journal = audit::of_document(cx.tx, id).await?;
    let deliveries = receipt::of_document(cx.tx, id).await?;
    let unit_ids: Vec<Uuid> = deliveries.iter().map(|delivery| delivery.unit_id).collect();
    let units = people_find::units(cx.tx, &unit_ids, cx.today()).await?;
    let letters = outbox::Entity::find()
        .filter(outbox::Column::DocumentId.eq(id))
        .filter(outbox::Column::Template.is_in(["delivery", "guest_delivery"]))
        // Copies of a letter to further readers are told by their own rows.
        .filter(outbox::Column::CopyOf.is_null())
        .all(cx.tx)
        .await?;
    let letters: HashMap<Uuid, outbox::Model> = letters
        .into_iter()
        .filter_map(|letter| Some((letter.delivery_id?, letter)))
        .collect();
    let mut events: Vec<Event> = journal
        .iter()
        .filter(|row| row.act == "document.issued")
        .map(|row| Event {
            key: String::from("issued"),
            at: row.at,
            kind: &SUBMITTED,
            recipient: None,
            actor: row.actor_name.clone(),
            mandate: row.capacity.clone(),
            channel: "Trình Ký",
            detail: row.summary.clone(),
        })
        .collect();
    for delivery in &deliveries {
        let name = units
            .get(&delivery.unit_id)
            .map(|unit| unit.name.clone())
            .unwrap_or_default();
        let answer = journal.iter().find(|row| {
            row.unit_id == Some(delivery.unit_id)
                && ["document.acknowledged", "document.refused"].contains(&row.act.as_str())
        });
        let letter = letters.get(&delivery.id);
        events.extend(of_delivery(delivery, &name, letter, answer));
    }
    events.extend(confirmations(cx, id).await?);
    Ok(events)
}

fn of_delivery(
    delivery: &delivery::Model,
    name: &str,
    letter: Option<&outbox::Model>,
    answer: Option<&journal::Model>,
) -> Vec<Event> {
    let event = |what: &str, at: DateTime<Utc>, kind: &'static Kind| Event {
        key: format!("{what}:{}", delivery.id),
        at,
        kind,
        recipient: Some((delivery.unit_id, name.to_owned())),
        actor: "Trình Ký".to_owned(),
        mandate: String::new(),
        channel: "Trình Ký",
        detail: String::new(),
    };
    let mut events = Vec::new();
    if let Some(at) = delivery.delivered_at {
        events.push(event("delivered", at, &DELIVERED));
    }
    if let Some(letter) = letter {
        let by_mail = |what, at, kind| Event {
            channel: "SMTP",
            detail: format!("{}: {}", letter.to_address, letter.reply),
            ..event(what, at, kind)
        };
        match (letter.state.as_str(), letter.sent_at) {
            ("sent", Some(at)) => events.push(by_mail("notified", at, &NOTIFIED)),
            ("refused", _) => events.push(by_mail("not_notified", letter.send_at, &NOT_NOTIFIED)),
            _ => {}
        }
    }
    if let Some(at) = delivery.opened_at {
        events.push(Event {
            actor: delivery.opened_by.clone(),
            mandate: name.to_owned(),
            ..event("opened", at, &OPENED)
        });
    }
    if let Some(at) = delivery.answered_at {
        let accepted = delivery.state == state::REGISTERED;
        let kind = if accepted { &REGISTERED } else { &REFUSED };
        let number = delivery.arrival_number.unwrap_or_default();
        events.push(Event {
            actor: delivery.answered_by.clone(),
            mandate: answer.map_or_else(|| name.to_owned(), |row| row.capacity.clone()),
            detail: if accepted {
                format!("Số đến {number}")
            } else {
                delivery.refusal.clone()
            },
            ..event("answered", at, kind)
        });
    }
    events
}

/// Members of staff who confirmed having studied the document.
async fn confirmations(cx: Cx<'_>, document_id: Uuid) -> Outcome<Vec<Event>> {
    let confirmed = attestation::Entity::find()
        .filter(attestation::Column::DocumentId.eq(document_id))
        .filter(attestation::Column::AttestedAt.is_not_null())
        .all(cx.tx)
        .await?;
    let mut unit_ids: Vec<Uuid> = confirmed.iter().map(|row| row.unit_id).collect();
    unit_ids.sort();
    unit_ids.dedup();
    let units = people_find::units(cx.tx, &unit_ids, cx.today()).await?;
    let mut events = Vec::new();
    for row in confirmed {
        let (Some(at), Some(person)) = (
            row.attested_at,
            person::Entity::find_by_id(row.person_id).one(cx.tx).await?,
        ) else {
            continue;
        };
        let unit = units.get(&row.unit_id).map(|unit| unit.name.clone());
        let unit = unit.unwrap_or_default();
        events.push(Event {
            key: format!("understood:{}", row.person_id),
            at,
            kind: &UNDERSTOOD,
            recipient: Some((row.unit_id, unit.clone())),
            actor: person.name,
            mandate: unit,
            channel: "Trình Ký",
            detail: String::new(),
        });
    }
    Ok(events)
}

/// The digest of the file that the evidence is about.
///
/// # Errors
/// A refusal where the document is not sealed.
pub async fn sealed_file(db: &impl ConnectionTrait, id: Uuid) -> Outcome<String> {
    let file = find::file(db, id, "sealed").await?;
    Ok(file
        .ok_or_else(|| Fault::stale("Văn bản chưa đóng dấu.", "The document is not sealed yet."))?
        .digest)
}
