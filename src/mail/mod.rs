//! Mail: rendered from a folder of templates, queued as a row in the act that causes it, sent by
//! the worker. How a mail is sent is decided here; who is told what is decided in `reminders`.

pub mod rows;
mod send;
pub mod templates;

pub use send::{Mailer, Sent};

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter,
    QueryOrder, QuerySelect, Statement, sea_query::OnConflict,
};
use uuid::Uuid;

use crate::fault::Outcome;
use crate::queue::{LEASE, backoff, skip_locked};
use crate::store::Tx;

/// Tries before a mail is given up: with the back-off about 72 hours.
const MAX_ATTEMPTS: i32 = 74;

/// A rendered mail to be sent.
#[derive(Debug, Clone)]
pub struct NewMail {
    /// The same key is queued once, for ever: no step of a ladder mails twice.
    pub key: String,
    pub template: &'static str,
    pub org_id: Uuid,
    pub to_name: String,
    pub to_address: String,
    pub cc: Vec<String>,
    pub context: serde_json::Value,
    pub document_id: Option<Uuid>,
    pub delivery_id: Option<Uuid>,
    pub send_at: DateTime<Utc>,
}

/// A mail that this worker holds the lease of.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Claimed {
    pub id: Uuid,
    pub to_name: String,
    pub to_address: String,
    pub cc_addresses: String,
    pub subject: String,
    pub body_text: String,
    pub body_html: String,
    pub document_id: Option<Uuid>,
    pub created_at: DateTime<Utc>,
    pub attempts: i32,
}

/// Renders a mail and queues it in the act that causes it.
///
/// # Errors
/// When a template lacks a variable, or what the database reports.
pub async fn queue(tx: &Tx, id: Uuid, now: DateTime<Utc>, mail: NewMail) -> Outcome<()> {
    let rendered = templates::render(mail.template, &mail.context)?;
    rows::outbox::Entity::insert(rows::outbox::ActiveModel {
        id: Set(id),
        org_id: Set(mail.org_id),
        mail_key: Set(mail.key),
        template: Set(mail.template.to_owned()),
        to_name: Set(mail.to_name),
        to_address: Set(mail.to_address),
        cc_addresses: Set(mail.cc.join(", ")),
        subject: Set(rendered.subject),
        body_text: Set(rendered.text),
        body_html: Set(rendered.html),
        document_id: Set(mail.document_id),
        delivery_id: Set(mail.delivery_id),
        created_at: Set(now),
        send_at: Set(mail.send_at),
        state: Set("waiting".to_owned()),
        ..Default::default()
    })
    .on_conflict(
        OnConflict::column(rows::outbox::Column::MailKey)
            .do_nothing()
            .to_owned(),
    )
    .exec_without_returning(tx)
    .await?;
    Ok(())
}

/// Takes the lease of up to `limit` mails that are due, oldest first.
///
/// # Errors
/// What the database reports.
pub async fn claim(tx: &Tx, worker: &str, now: DateTime<Utc>, limit: u32) -> Outcome<Vec<Claimed>> {
    let skip = skip_locked(tx.get_database_backend());
    let sql = format!(
        "UPDATE outbox SET lease_until = $1, lease_by = $2, attempts = attempts + 1 WHERE id IN (\
         SELECT id FROM outbox WHERE state = 'waiting' AND send_at <= $3 \
         AND (lease_until IS NULL OR lease_until < $3) ORDER BY send_at, id LIMIT {limit}{skip}) \
         RETURNING id, to_name, to_address, cc_addresses, subject, body_text, body_html, document_id, created_at, attempts"
    );
    let values = [(now + LEASE).into(), worker.into(), now.into()];
    let mut mails = Claimed::find_by_statement(Statement::from_sql_and_values(
        tx.get_database_backend(),
        sql,
        values,
    ))
    .all(tx)
    .await?;
    mails.sort_by_key(|mail| mail.id);
    Ok(mails)
}

/// When the next mail becomes due; none where none waits.
///
/// # Errors
/// What the database reports.
pub async fn next_due(db: &impl ConnectionTrait) -> Outcome<Option<DateTime<Utc>>> {
    Ok(rows::outbox::Entity::find()
        .filter(rows::outbox::Column::State.eq("waiting"))
        .order_by_asc(rows::outbox::Column::SendAt)
        .limit(1)
        .one(db)
        .await?
        .map(|mail| mail.send_at))
}

/// Records what the server said; a refusal for good is kept word for word.
///
/// # Errors
/// What the database reports.
pub async fn record(tx: &Tx, mail: &Claimed, result: &Sent, now: DateTime<Utc>) -> Outcome<()> {
    let (state, sent_at, reply, send_at) = match result {
        Sent::Accepted(reply) => ("sent", Some(now), reply, now),
        Sent::Refused(reply) => ("refused", None, reply, now),
        Sent::Later(reply) if mail.attempts >= MAX_ATTEMPTS => ("refused", None, reply, now),
        Sent::Later(reply) => ("waiting", None, reply, now + backoff(mail.attempts)),
    };
    let sql = "UPDATE outbox SET state = $2, sent_at = $3, reply = $4, send_at = $5, lease_until = NULL WHERE id = $1";
    let values = [
        mail.id.into(),
        state.into(),
        sent_at.into(),
        reply.as_str().into(),
        send_at.into(),
    ];
    tx.execute_raw(Statement::from_sql_and_values(
        tx.get_database_backend(),
        sql,
        values,
    ))
    .await?;
    Ok(())
}
