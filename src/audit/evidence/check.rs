//! Whether the evidence of every document is whole: the chain itself, the rows that it must tell of, and what the journal
//! said about it at the time.

use std::collections::BTreeSet;

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, Statement,
};
use serde_json::Value;
use uuid::Uuid;

use super::chain::{Wrong, check as check_chain};
use crate::audit::rows::evidence_line;
use crate::fault::Outcome;
use crate::files::digest;

/// A document that has gone out.
#[derive(Debug, FromQueryResult)]
struct Sent {
    id: Uuid,
    subject: String,
    sealed: Option<String>,
}

/// The id of something that happened.
#[derive(Debug, FromQueryResult)]
struct Happened {
    id: Uuid,
}

/// The data of a journal row.
#[derive(Debug, FromQueryResult)]
struct Said {
    data: String,
}

const SENT: &str = "SELECT d.id, d.subject, f.digest AS sealed FROM document d \
     LEFT JOIN document_file f ON f.document_id = d.id AND f.kind = 'sealed' \
     WHERE d.id IN (SELECT document_id FROM evidence_line UNION SELECT document_id FROM delivery) ORDER BY d.id";

/// The beginning of an event's key, and of which rows of a document it must be told.
const MUST_TELL: [(&str, &str); 6] = [
    (
        "delivered",
        "SELECT id FROM delivery WHERE document_id = $1 AND delivered_at IS NOT NULL",
    ),
    (
        "opened",
        "SELECT id FROM delivery WHERE document_id = $1 AND opened_at IS NOT NULL",
    ),
    (
        "answered",
        "SELECT id FROM delivery WHERE document_id = $1 AND state IN ('registered', 'refused')",
    ),
    (
        "understood",
        "SELECT person_id AS id FROM attestation WHERE document_id = $1 AND attested_at IS NOT NULL",
    ),
    (
        "assigned",
        "SELECT d.delivery_id AS id FROM direction d JOIN delivery v ON v.id = d.delivery_id WHERE v.document_id = $1",
    ),
    (
        "notified",
        "SELECT delivery_id AS id FROM outbox WHERE document_id = $1 AND delivery_id IS NOT NULL AND copy_of IS NULL \
         AND template IN ('delivery', 'guest_delivery') AND state = 'sent'",
    ),
];

/// One sentence for each place where evidence is not whole.
///
/// # Errors
/// What the database reports.
pub async fn check(db: &impl ConnectionTrait) -> Outcome<Vec<String>> {
    let mut found = Vec::new();
    let statement = Statement::from_string(db.get_database_backend(), SENT);
    for document in Sent::find_by_statement(statement).all(db).await? {
        let wrong = match of_document(db, &document).await {
            Ok(wrong) => wrong,
            // A value that was put in by hand and cannot be read is a finding, too.
            Err(error) => vec![format!("it cannot be read: {error}")],
        };
        found.extend(
            wrong
                .into_iter()
                .map(|wrong| format!("the evidence of “{}”: {wrong}", document.subject)),
        );
    }
    Ok(found)
}

async fn of_document(db: &impl ConnectionTrait, document: &Sent) -> Outcome<Vec<String>> {
    let rows = evidence_line::Entity::find()
        .filter(evidence_line::Column::DocumentId.eq(document.id))
        .order_by_asc(evidence_line::Column::N)
        .all(db)
        .await?;
    let mut wrong = Vec::new();
    let lines = rows.iter().map(|row| row.line.as_str());
    match check_chain(lines, document.sealed.as_deref().unwrap_or_default()) {
        Ok(_) => {}
        Err(Wrong::Line(n)) => wrong.push(format!("line {n} does not follow the one before")),
        Err(Wrong::Document) => wrong.push("it is about another file than the sealed one".into()),
    }
    if let Some((_, row)) = (0..).zip(&rows).find(|(n, row)| row.n != *n) {
        wrong.push(format!("row {} stands in a wrong place", row.n));
    }
    let keys: BTreeSet<&str> = rows.iter().map(|row| row.event_key.as_str()).collect();
    let told = |key: &str| {
        let next = keys.range(key..).next();
        next.is_some_and(|found| found.starts_with(key))
    };
    for (what, sql) in MUST_TELL {
        for happened in Happened::find_by_statement(of(db, sql, document.id))
            .all(db)
            .await?
        {
            let key = format!("{what}:{}", happened.id);
            if !told(&key) {
                wrong.push(format!("`{key}` is not told"));
            }
        }
    }
    wrong.extend(against_journal(db, document.id, &rows).await?);
    Ok(wrong)
}

/// The journal names lines by their digests; its own rows stand under the checkpoints outside the database.
async fn against_journal(
    db: &impl ConnectionTrait,
    document_id: Uuid,
    rows: &[evidence_line::Model],
) -> Outcome<Vec<String>> {
    let sql = "SELECT data FROM journal WHERE document_id = $1 AND data LIKE '%\"evidence\":%' ORDER BY id";
    let mut wrong = Vec::new();
    for said in Said::find_by_statement(of(db, sql, document_id))
        .all(db)
        .await?
    {
        let data: Value = serde_json::from_str(&said.data)?;
        let anchor = &data["evidence"];
        let (Some(n), Some(sha256)) = (anchor["n"].as_i64(), anchor["sha256"].as_str()) else {
            continue;
        };
        let stands = usize::try_from(n)
            .ok()
            .and_then(|n| rows.get(n))
            .is_some_and(|row| digest(row.line.as_bytes()) == sha256);
        if !stands {
            wrong.push(format!(
                "line {} is not the one that the journal names",
                n + 1
            ));
        }
    }
    Ok(wrong)
}

fn of(db: &impl ConnectionTrait, sql: &str, document_id: Uuid) -> Statement {
    Statement::from_sql_and_values(db.get_database_backend(), sql, [document_id.into()])
}
