//! Evidence of sending and receipt: what happens to an issued document on its way, told line by line in the transaction
//! in which it happens. A line holds the digest of the line before; nothing here changes or deletes one.
//!
//! docs/proof-pack.md describes the lines; whoever changes them changes that page and the second verifier.

mod chain;
pub mod check;
pub mod kinds;

pub use chain::{About, FORMAT, NOTHING_BEFORE, Wrong, check as check_chain};
pub use kinds::{Kind, Side};

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter,
    QueryOrder, QuerySelect, Statement, sea_query::OnConflict,
};
use serde_json::{Value, json};
use trinhky_calendar::local;
use uuid::Uuid;

use super::rows::evidence_line;
use crate::fault::Outcome;
use crate::files::digest;
use crate::people::{Actor, find};
use crate::store::Tx;

/// Rows per statement, below the parameter limits of both databases.
const CHUNK: usize = 300;
/// How the installation itself is named.
const SYSTEM: &str = "Trình Ký";

/// One event of a document's way.
#[derive(Debug, Clone)]
pub struct Event {
    /// Names what is told, so that it is told once of a document.
    key: String,
    at: DateTime<Utc>,
    kind: &'static Kind,
    /// Whose act it is, or whom it concerns: see [`Side`].
    unit_id: Uuid,
    actor: String,
    mandate: String,
    channel: &'static str,
    detail: String,
    reconstructed: bool,
}

impl Event {
    /// Something that the installation itself does, through its own pages. `what` and `id` name it within the document.
    #[must_use]
    pub fn new(
        kind: &'static Kind,
        (what, id): (&str, impl std::fmt::Display),
        unit_id: Uuid,
        at: DateTime<Utc>,
    ) -> Self {
        Self {
            key: format!("{what}:{id}"),
            at,
            kind,
            unit_id,
            actor: SYSTEM.to_owned(),
            mandate: String::new(),
            channel: SYSTEM,
            detail: String::new(),
            reconstructed: false,
        }
    }

    /// Somebody does it, by a post in the unit, else by the first that he holds.
    #[must_use]
    pub fn by(self, actor: &Actor) -> Self {
        let held = |post: &&crate::people::Post| post.unit_id == self.unit_id;
        let mandate = actor
            .posts
            .iter()
            .find(held)
            .map_or_else(|| actor.capacity(), |post| post.title.clone());
        self.named(&actor.name, &mandate)
    }

    /// Somebody does it of whom only the names of person and post are known.
    #[must_use]
    pub fn named(mut self, actor: &str, mandate: &str) -> Self {
        actor.clone_into(&mut self.actor);
        mandate.clone_into(&mut self.mandate);
        self
    }

    /// What belongs to it: an arrival number, a reason.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// It is about a letter: to whom it went, and what the server replied.
    #[must_use]
    pub fn by_mail(mut self, address: &str, reply: &str) -> Self {
        self.channel = "SMTP";
        self.detail(format!("{address}: {reply}"))
    }

    /// Pieced together from other rows, long after it happened.
    #[must_use]
    pub fn reconstructed(mut self) -> Self {
        self.reconstructed = true;
        self
    }

    /// Its name within the document, and when it happened.
    #[must_use]
    pub fn order(&self) -> (DateTime<Utc>, &str) {
        (self.at, &self.key)
    }
}

/// The last line at some moment, for the journal: who holds the journal's row holds all lines up to this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    n: i64,
    sha256: String,
}

impl Anchor {
    fn of(n: i64, line: &str) -> Self {
        Self {
            n,
            sha256: digest(line.as_bytes()),
        }
    }

    /// As the journal's data hold it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({ "n": self.n, "sha256": self.sha256 })
    }
}

/// The end of a document's chain, and what the unit of the event is called: what the next line needs.
#[derive(Debug, Clone, FromQueryResult)]
pub struct End {
    last_line: Option<String>,
    unit_name: Option<String>,
}

impl End {
    /// The columns that an [`End`] is read from, for a statement that knows the document, the unit and the day.
    #[must_use]
    pub fn columns(document: &str, unit: &str, day: &str) -> String {
        format!(
            "(SELECT l.line FROM evidence_line l WHERE l.document_id = {document} ORDER BY l.n DESC LIMIT 1) AS last_line, \
             COALESCE((SELECT m.name FROM unit_name m WHERE m.unit_id = {unit} AND m.valid_from <= {day} \
             ORDER BY m.valid_from DESC LIMIT 1), \
             (SELECT m.name FROM unit_name m WHERE m.unit_id = {unit} ORDER BY m.valid_from LIMIT 1)) AS unit_name"
        )
    }

    async fn read(tx: &Tx, document_id: Uuid, event: &Event) -> Outcome<Self> {
        let sql = format!("SELECT {}", Self::columns("$1", "$2", "$3"));
        let day = local(event.at).date_naive();
        let values = [document_id.into(), event.unit_id.into(), day.into()];
        let found = Self::find_by_statement(Statement::from_sql_and_values(
            tx.get_database_backend(),
            sql,
            values,
        ));
        Ok(found.one(tx).await?.unwrap_or(Self {
            last_line: None,
            unit_name: None,
        }))
    }
}

/// Begins the evidence of a document that is issued in this act.
///
/// # Errors
/// When it was begun before, or what the database reports.
pub async fn begin(tx: &Tx, document_id: Uuid, about: &About, issued: &Event) -> Outcome<Anchor> {
    let head = about.line();
    let (n, line) = chain::follow(&head, issued, &about.agency)?;
    let rows = [
        row(document_id, 0, "document", &head),
        row(document_id, n, &issued.key, &line),
    ];
    evidence_line::Entity::insert_many(rows)
        .exec_without_returning(tx)
        .await?;
    Ok(Anchor::of(n, &line))
}

/// Tells one event; what was told before stands and is not told again.
///
/// # Errors
/// When the document's evidence was never begun, or what the database reports.
pub async fn append(tx: &Tx, document_id: Uuid, event: &Event) -> Outcome<Anchor> {
    let end = End::read(tx, document_id, event).await?;
    append_to(tx, document_id, end, event).await
}

/// The same where the end was read by an earlier statement of the act.
///
/// # Errors
/// As [`append`].
pub async fn append_to(tx: &Tx, document_id: Uuid, mut end: End, event: &Event) -> Outcome<Anchor> {
    loop {
        let last = end.last_line.ok_or_else(|| never_begun(document_id))?;
        let name = end.unit_name.unwrap_or_default();
        let (n, line) = chain::follow(&last, event, &name)?;
        let written = evidence_line::Entity::insert(row(document_id, n, &event.key, &line))
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .exec_without_returning(tx)
            .await?;
        if written == 1 {
            return Ok(Anchor::of(n, &line));
        }
        // Another act was faster with this number, and is committed; or this event was told before.
        end = End::read(tx, document_id, event).await?;
        if end.last_line.as_ref() == Some(&last) {
            return Ok(Anchor::of(n - 1, &last));
        }
    }
}

/// Tells many events at once, in their order.
///
/// # Errors
/// When one was told before, another act tells something at the same time, or what [`append`] reports: all of it is to be
/// tried again, as a job is.
pub async fn append_all(tx: &Tx, document_id: Uuid, events: &[Event]) -> Outcome<Anchor> {
    let last = evidence_line::Entity::find()
        .filter(evidence_line::Column::DocumentId.eq(document_id))
        .order_by_desc(evidence_line::Column::N)
        .limit(1)
        .one(tx)
        .await?
        .ok_or_else(|| never_begun(document_id))?;
    let (mut n, mut last) = (last.n, last.line);
    let names = names(tx, events).await?;
    let mut rows = Vec::with_capacity(events.len());
    for event in events {
        let name = names.get(&event.unit_id).map_or("", String::as_str);
        (n, last) = chain::follow(&last, event, name)?;
        rows.push(row(document_id, n, &event.key, &last));
    }
    for chunk in rows.chunks(CHUNK) {
        evidence_line::Entity::insert_many(chunk.to_vec())
            .exec_without_returning(tx)
            .await?;
    }
    Ok(Anchor::of(n, &last))
}

/// What the units were called when the first of the events happened.
async fn names(tx: &Tx, events: &[Event]) -> Outcome<HashMap<Uuid, String>> {
    let Some(first) = events.first() else {
        return Ok(HashMap::new());
    };
    let day = local(first.at).date_naive();
    let mut ids: Vec<Uuid> = events.iter().map(|event| event.unit_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut names = HashMap::new();
    for ids in ids.chunks(CHUNK) {
        for (id, unit) in find::units(tx, ids, day).await? {
            names.insert(id, unit.name);
        }
    }
    Ok(names)
}

/// All lines of a document's evidence, oldest first; none where it was never issued.
///
/// # Errors
/// What the database reports.
pub async fn lines(db: &impl ConnectionTrait, document_id: Uuid) -> Outcome<Vec<String>> {
    let rows = evidence_line::Entity::find()
        .filter(evidence_line::Column::DocumentId.eq(document_id))
        .order_by_asc(evidence_line::Column::N)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| row.line).collect())
}

fn never_begun(document_id: Uuid) -> anyhow::Error {
    anyhow::anyhow!("the evidence of document {document_id} was never begun; run `trinhky check`")
}

fn row(document_id: Uuid, n: i64, key: &str, line: &str) -> evidence_line::ActiveModel {
    evidence_line::ActiveModel {
        document_id: Set(document_id),
        n: Set(n),
        event_key: Set(key.to_owned()),
        line: Set(line.to_owned()),
    }
}
