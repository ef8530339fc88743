//! The trail: every act is one row of the journal, written in the act's own transaction.
//!
//! A row carries the engine's events of the act, so the journal is history, trace and the source
//! from which an instance can be replayed. Nothing here changes or deletes a row; [`trail`] finds it when somebody did.

pub mod evidence;
pub mod invariants;
pub mod rows;
pub mod trail;

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, Statement,
};
use uuid::Uuid;

use self::evidence::{Event, kinds};
use crate::app::App;
use crate::fault::Outcome;
use crate::people::Actor;
use crate::store::Tx;

/// One act for the journal.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Past tense, e.g. `document.approved`; the same word in the log and on the page.
    pub act: &'static str,
    pub document_id: Option<Uuid>,
    pub instance_id: Option<Uuid>,
    pub unit_id: Option<Uuid>,
    /// One Vietnamese sentence without the actor: what was done.
    pub summary: String,
    pub data: serde_json::Value,
    /// The engine's events, as JSON lines' values.
    pub events: Vec<serde_json::Value>,
}

impl Entry {
    /// An act about a document.
    #[must_use]
    pub fn about(document_id: Uuid, act: &'static str, summary: impl Into<String>) -> Self {
        Self {
            act,
            document_id: Some(document_id),
            instance_id: None,
            unit_id: None,
            summary: summary.into(),
            data: serde_json::Value::Null,
            events: Vec::new(),
        }
    }

    /// An act about the installation itself.
    #[must_use]
    pub fn general(act: &'static str, summary: impl Into<String>) -> Self {
        Self {
            document_id: None,
            ..Self::about(Uuid::nil(), act, summary)
        }
    }

    /// Adds the unit that acts or is acted for.
    #[must_use]
    pub fn unit(mut self, unit_id: Uuid) -> Self {
        self.unit_id = Some(unit_id);
        self
    }

    /// Adds machine-readable facts.
    #[must_use]
    pub fn data(mut self, data: serde_json::Value) -> Self {
        self.data = data;
        self
    }

    /// Names the line of evidence that tells of this act, beside the facts.
    #[must_use]
    pub fn evidence(mut self, anchor: &evidence::Anchor) -> Self {
        if self.data.is_null() {
            self.data = serde_json::json!({});
        }
        self.data["evidence"] = anchor.to_json();
        self
    }
}

/// Appends one act to the journal.
///
/// # Errors
/// What the database reports.
pub async fn append(
    tx: &Tx,
    org_id: Uuid,
    actor: &Actor,
    now: DateTime<Utc>,
    entry: Entry,
) -> Outcome<()> {
    rows::journal::Entity::insert(rows::journal::ActiveModel {
        id: NotSet,
        org_id: Set(org_id),
        at: Set(now),
        act: Set(entry.act.to_owned()),
        actor_id: Set(actor.person_id),
        actor_name: Set(actor.name.clone()),
        capacity: Set(actor.capacity()),
        document_id: Set(entry.document_id),
        instance_id: Set(entry.instance_id),
        unit_id: Set(entry.unit_id),
        summary: Set(entry.summary),
        data: Set(entry.data.to_string()),
        events: Set(serde_json::to_string(&entry.events)?),
    })
    .exec_without_returning(tx)
    .await?;
    Ok(())
}

/// The journal of one document, oldest first.
///
/// # Errors
/// What the database reports.
pub async fn of_document(
    db: &impl ConnectionTrait,
    document_id: Uuid,
) -> Outcome<Vec<rows::journal::Model>> {
    Ok(rows::journal::Entity::find()
        .filter(rows::journal::Column::DocumentId.eq(document_id))
        .order_by_asc(rows::journal::Column::Id)
        .all(db)
        .await?)
}

/// Notes in the access log that somebody opened the page or the file of a document (`what`); the first time it is also
/// the grade "opened" (R4) of what was delivered to their units. Whoever comes here has signed in or typed a code, so
/// no scanner of mails opens anything.
///
/// # Errors
/// What the database reports.
pub async fn seen(app: &App, actor: &Actor, document_id: Uuid, what: &str) -> Outcome<()> {
    let row = rows::access_log::ActiveModel {
        id: NotSet,
        at: Set(app.clock.now()),
        person_id: Set(actor.person_id),
        person_name: Set(actor.name.clone()),
        unit_id: Set(actor.posts.first().map(|post| post.unit_id)),
        document_id: Set(Some(document_id)),
        what: Set(what.to_owned()),
    };
    let opened = (document_id, actor.clone(), app.clock.now());
    app.store
        .write((row, opened), |tx, (row, (document_id, actor, now))| {
            Box::pin(async move {
                rows::access_log::Entity::insert(row.clone())
                    .exec_without_returning(tx)
                    .await?;
                first_opening(tx, *document_id, actor, *now).await
            })
        })
        .await
}

/// A delivery that was opened just now.
#[derive(Debug, FromQueryResult)]
struct Opened {
    id: Uuid,
    unit_id: Uuid,
}

async fn first_opening(
    tx: &Tx,
    document_id: Uuid,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Outcome<()> {
    let sql = "UPDATE delivery SET opened_at = $3, opened_by = $4 \
               WHERE document_id = $1 AND unit_id = $2 AND opened_at IS NULL RETURNING id, unit_id";
    for unit_id in actor.unit_ids() {
        let values = [
            document_id.into(),
            unit_id.into(),
            now.into(),
            actor.name.as_str().into(),
        ];
        let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, values);
        if let Some(opened) = Opened::find_by_statement(statement).one(tx).await? {
            let event = Event::new(&kinds::OPENED, ("opened", opened.id), opened.unit_id, now);
            evidence::append(tx, document_id, &event.by(actor)).await?;
        }
    }
    Ok(())
}
