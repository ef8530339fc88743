//! Mail: rendered from a folder of templates, queued as rows in the act that causes it, sent by the worker. How a mail
//! is sent is decided here; who is told what is decided in `reminders`.
//!
//! A letter is one row for each of its readers, because a server answers for each: what one address refuses, the others
//! have. Claiming, sending and recording are three steps; a record counts only for the try it belongs to.

pub mod bounce;
mod calendar;
mod rate;
pub mod rows;
mod send;
mod smtp;
pub mod templates;

pub use send::{Mailer, Sent};

use smtp::is_about_address;

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter,
    QueryOrder, QuerySelect, Statement, sea_query::OnConflict,
};
use uuid::Uuid;

use crate::fault::Outcome;
use crate::queue::{NO_LEASE_ENDS_AFTER, backoff, skip_locked};
use crate::store::Tx;

/// Tries before a mail is given up: with the back-off about 72 hours.
const MAX_ATTEMPTS: i32 = 74;
/// Longer than all phases of a try at their largest settings.
const LONGEST_TRY: Duration = Duration::minutes(15);
/// How long a worker holds a mail: the longest try, and a while in hand before it.
pub const LEASE: Duration = Duration::minutes(20);

/// What a mail may be, as `outbox.state` says it.
pub mod state {
    /// Not sent yet, or to be tried again.
    pub const WAITING: &str = "waiting";
    /// A server took it.
    pub const SENT: &str = "sent";
    /// A server refused it for good.
    pub const REFUSED: &str = "refused";
    /// No server took it in three days.
    pub const GIVEN_UP: &str = "given_up";
    /// A server took it and reported later that it could not be delivered.
    pub const BOUNCED: &str = "bounced";
    /// Not tried: its address is known to take no mail.
    pub const HELD: &str = "held";
    /// From a restored database: whether it was sent nobody knows, so a person decides.
    pub const UNKNOWN: &str = "unknown";

    pub const ALL: [&str; 7] = [WAITING, SENT, REFUSED, GIVEN_UP, BOUNCED, HELD, UNKNOWN];
    /// Those that have not arrived and are not tried again by themselves.
    pub const FAILED: [&str; 4] = [REFUSED, GIVEN_UP, BOUNCED, HELD];
}

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
    /// What the template says. `due_at` (RFC 3339) beside `link` puts the deadline into a calendar file that goes along.
    pub context: serde_json::Value,
    pub document_id: Option<Uuid>,
    pub delivery_id: Option<Uuid>,
    pub send_at: DateTime<Utc>,
}

/// A mail that this worker holds the lease of.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Claimed {
    pub id: Uuid,
    pub org_id: Uuid,
    pub template: String,
    pub to_name: String,
    pub to_address: String,
    pub cc_addresses: String,
    /// Whom this envelope is for.
    pub rcpt: String,
    pub copy_of: Option<Uuid>,
    pub subject: String,
    pub body_text: String,
    pub body_html: String,
    /// The deadline as a calendar file; empty where the letter speaks of none.
    pub calendar: String,
    pub document_id: Option<Uuid>,
    pub delivery_id: Option<Uuid>,
    pub created_at: DateTime<Utc>,
    /// This try's number; what is recorded for another one does not count.
    pub attempts: i32,
    pub lease_until: DateTime<Utc>,
    /// What a server said when it refused this address for good.
    pub dead: Option<String>,
}

impl Claimed {
    /// The letter that all its envelopes carry: its `Message-ID`, the same at every try.
    #[must_use]
    pub fn letter(&self) -> Uuid {
        self.copy_of.unwrap_or(self.id)
    }

    /// Whether a try that begins now could end after its lease, when another worker may have the mail.
    #[must_use]
    pub fn may_outlast_its_lease(&self, now: DateTime<Utc>) -> bool {
        now + LONGEST_TRY > self.lease_until
    }
}

/// Renders a mail and queues it in the act that causes it, one row for each of its readers.
///
/// # Errors
/// When a template lacks a variable, or what the database reports.
pub async fn queue(tx: &Tx, id: Uuid, now: DateTime<Utc>, mail: NewMail) -> Outcome<()> {
    let rendered = templates::render(mail.template, &mail.context)?;
    let calendar = calendar::of(&mail.context, &rendered.subject, now)?;
    let letter = rows::outbox::ActiveModel {
        id: Set(id),
        org_id: Set(mail.org_id),
        mail_key: Set(mail.key.clone()),
        template: Set(mail.template.to_owned()),
        to_name: Set(mail.to_name),
        rcpt: Set(mail.to_address.clone()),
        to_address: Set(mail.to_address),
        cc_addresses: Set(mail.cc.join(", ")),
        subject: Set(rendered.subject),
        body_text: Set(rendered.text),
        body_html: Set(rendered.html),
        calendar: Set(calendar),
        document_id: Set(mail.document_id),
        delivery_id: Set(mail.delivery_id),
        created_at: Set(now),
        send_at: Set(mail.send_at),
        state: Set(state::WAITING.to_owned()),
        ..Default::default()
    };
    let copies = mail
        .cc
        .into_iter()
        .zip(1..)
        .map(|(address, n)| rows::outbox::ActiveModel {
            id: Set(copy_id(id, n)),
            mail_key: Set(format!("{}:{address}", mail.key)),
            rcpt: Set(address),
            copy_of: Set(Some(id)),
            ..letter.clone()
        });
    for envelope in std::iter::once(letter.clone()).chain(copies) {
        let inserted = rows::outbox::Entity::insert(envelope)
            .on_conflict(
                OnConflict::column(rows::outbox::Column::MailKey)
                    .do_nothing()
                    .to_owned(),
            )
            .exec_without_returning(tx)
            .await?;
        if inserted == 0 {
            // The letter was queued before, and its copies with it.
            break;
        }
    }
    Ok(())
}

/// The id of a letter's n-th copy: the letter's own with its last, random bits changed, so that they stand together.
fn copy_id(letter: Uuid, n: u128) -> Uuid {
    Uuid::from_u128(letter.as_u128() ^ n)
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
         AND (lease_until IS NULL OR lease_until < $3 OR lease_until > $4) ORDER BY send_at, id LIMIT {limit}{skip}) \
         RETURNING id, org_id, template, to_name, to_address, cc_addresses, rcpt, copy_of, subject, body_text, body_html, calendar, \
         document_id, delivery_id, created_at, attempts, lease_until, \
         (SELECT d.reply FROM dead_address d WHERE d.org_id = outbox.org_id AND d.address = lower(outbox.rcpt)) AS dead"
    );
    let values = [
        (now + LEASE).into(),
        worker.into(),
        now.into(),
        (now + NO_LEASE_ENDS_AFTER).into(),
    ];
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
        .filter(rows::outbox::Column::State.eq(state::WAITING))
        .order_by_asc(rows::outbox::Column::SendAt)
        .limit(1)
        .one(db)
        .await?
        .map(|mail| mail.send_at))
}

/// What a record changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// Sent, or to be tried again.
    Fine,
    /// It will not arrive unless a person does something.
    Failed,
    /// The lease was lost meanwhile; another try decides.
    Overtaken,
}

/// Records in one statement mails that a server took, each with its words and the instant; tells which of them this
/// worker still held.
///
/// # Errors
/// What the database reports.
pub async fn record_accepted(
    tx: &Tx,
    mails: &[(&Claimed, &str, DateTime<Utc>)],
) -> Outcome<BTreeSet<Uuid>> {
    if mails.is_empty() {
        return Ok(BTreeSet::new());
    }
    let rows: Vec<String> = (0..mails.len())
        .map(|n| {
            let [a, b, c, d] = [1, 2, 3, 4].map(|column| 4 * n + column);
            format!("(${a}, ${b}, ${c}, ${d})")
        })
        .collect();
    let sql = format!(
        "WITH taken (mail, attempt, taken_at, words) AS (VALUES {}) \
         UPDATE outbox SET state = 'sent', sent_at = taken_at, reply = words, send_at = taken_at, lease_until = NULL FROM taken \
         WHERE outbox.id = mail AND attempts = attempt AND state = 'waiting' RETURNING outbox.id",
        rows.join(", ")
    );
    let values = mails.iter().flat_map(|(mail, words, at)| {
        let values: [sea_orm::Value; 4] = [
            mail.id.into(),
            mail.attempts.into(),
            (*at).into(),
            (*words).into(),
        ];
        values
    });
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, values);
    let rows = tx.query_all_raw(statement).await?;
    Ok(rows
        .iter()
        .map(|row| row.try_get_by_index(0))
        .collect::<Result<_, _>>()?)
}

/// Records what the server said, word for word; an address that it refused for good gets no more mail.
///
/// # Errors
/// What the database reports.
pub async fn record(
    tx: &Tx,
    mail: &Claimed,
    result: &Sent,
    now: DateTime<Utc>,
) -> Outcome<Recorded> {
    let later = now + backoff(mail.attempts) + jitter(mail);
    let (state, reply, send_at) = match result {
        Sent::Accepted(reply) => (state::SENT, reply, now),
        Sent::Refused { reply, .. } => (state::REFUSED, reply, now),
        Sent::Held(reply) => (state::HELD, reply, now),
        Sent::Later(reply) | Sent::Unclear(reply) if mail.attempts >= MAX_ATTEMPTS => {
            (state::GIVEN_UP, reply, now)
        }
        Sent::Later(reply) | Sent::Unclear(reply) => (state::WAITING, reply, later),
    };
    let unsure = i32::from(matches!(result, Sent::Unclear(_)));
    let sql = "UPDATE outbox SET state = $3, sent_at = $4, reply = $5, send_at = $6, unsure = unsure + $7, lease_until = NULL \
               WHERE id = $1 AND attempts = $2 AND state = 'waiting'";
    let values = [
        mail.id.into(),
        mail.attempts.into(),
        state.into(),
        (state == state::SENT).then_some(now).into(),
        reply.as_str().into(),
        send_at.into(),
        unsure.into(),
    ];
    if execute(tx, sql, values).await? == 0 {
        if matches!(result, Sent::Accepted(_) | Sent::Unclear(_)) {
            let sql = "UPDATE outbox SET unsure = unsure + 1 WHERE id = $1";
            execute(tx, sql, [mail.id.into()]).await?;
        }
        return Ok(Recorded::Overtaken);
    }
    if let Sent::Refused {
        reply,
        address: true,
    } = result
    {
        bury(tx, mail.org_id, &mail.rcpt, reply, now).await?;
    }
    Ok(if state::FAILED.contains(&state) {
        Recorded::Failed
    } else {
        Recorded::Fine
    })
}

/// Puts a mail back without a try, because its domain has had its share of this minute.
///
/// # Errors
/// What the database reports.
pub async fn put_back(tx: &Tx, mail: &Claimed, until: DateTime<Utc>) -> Outcome<()> {
    let sql = "UPDATE outbox SET send_at = $3, attempts = attempts - 1, lease_until = NULL \
               WHERE id = $1 AND attempts = $2 AND state = 'waiting'";
    execute(
        tx,
        sql,
        [mail.id.into(), mail.attempts.into(), until.into()],
    )
    .await?;
    Ok(())
}

/// Sends a mail once more because a person says so; its address counts as working again.
///
/// # Errors
/// What the database reports; false where the mail does not wait for a person.
pub async fn send_again(tx: &Tx, org_id: Uuid, id: Uuid, now: DateTime<Utc>) -> Outcome<bool> {
    let sql = "UPDATE outbox SET state = 'waiting', send_at = $3, lease_until = NULL WHERE org_id = $1 AND id = $2 \
               AND state IN ('refused', 'given_up', 'bounced', 'held', 'unknown')";
    if execute(tx, sql, [org_id.into(), id.into(), now.into()]).await? == 0 {
        return Ok(false);
    }
    let sql = "DELETE FROM dead_address WHERE org_id = $1 \
               AND address = (SELECT lower(rcpt) FROM outbox WHERE id = $2)";
    execute(tx, sql, [org_id.into(), id.into()]).await?;
    Ok(true)
}

/// What a restored database is told: what waits may have been sent since the backup, so a person decides on each mail.
pub const DOUBT_WAITING: &str =
    "UPDATE outbox SET state = 'unknown', lease_until = NULL WHERE state = 'waiting'";

/// Remembers that an address takes no mail.
async fn bury(
    tx: &Tx,
    org_id: Uuid,
    address: &str,
    reply: &str,
    now: DateTime<Utc>,
) -> Outcome<()> {
    let sql = "INSERT INTO dead_address (org_id, address, reply, since) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (org_id, address) DO NOTHING";
    let values = [
        org_id.into(),
        address.to_lowercase().into(),
        reply.into(),
        now.into(),
    ];
    execute(tx, sql, values).await?;
    Ok(())
}

/// Up to a tenth of the back-off more, by the mail's own random bits: what failed together does not come back together.
fn jitter(mail: &Claimed) -> Duration {
    let most = backoff(mail.attempts).num_seconds() / 10;
    let bits = i64::from(mail.id.as_bytes()[15]);
    Duration::seconds(most * bits / i64::from(u8::MAX))
}

async fn execute<const N: usize>(tx: &Tx, sql: &str, values: [sea_orm::Value; N]) -> Outcome<u64> {
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, values);
    Ok(tx.execute_raw(statement).await?.rows_affected())
}
