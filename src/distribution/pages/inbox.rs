//! The inbox of the reader's units: what waits first, by keyset.

use axum::extract::Query;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};
use serde::Deserialize;
use trinhky_calendar::vn_date;
use uuid::Uuid;

use super::marks::Facts;
use super::paper::purpose;
use crate::distribution::state;
use crate::documents::{doc_type, state as documents_state, title};
use crate::fault::Outcome;
use crate::people::find as people_find;
use crate::people::session::{Session, failed};
use crate::web::format::when;
use crate::web::views::distribution::{Inbox, InboxRow};
use crate::web::views::{Filter, Pager};
use crate::web::{WebError, html};

const PAGE: usize = 50;

/// What an address of the inbox asks for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    loc: String,
    /// The last delivery of the page before.
    sau: Option<Uuid>,
}

/// A filter of the inbox with its condition in SQL; `$1` is the reader.
struct Part {
    word: &'static str,
    key: &'static str,
    condition: &'static str,
}

const PARTS: [Part; 6] = [
    Part {
        word: "cho",
        key: "inbox-open",
        condition: "v.state IN ('dispatched', 'delivered')",
    },
    Part {
        word: "cho-chi-dao",
        key: "inbox-undirected",
        condition: "v.state = 'registered' AND v.kind = 'action' \
                    AND NOT EXISTS (SELECT 1 FROM direction r WHERE r.delivery_id = v.id)",
    },
    Part {
        word: "giao-cho-toi",
        key: "inbox-mine",
        condition: "EXISTS (SELECT 1 FROM direction_person p JOIN direction r ON r.delivery_id = p.delivery_id \
                    WHERE p.delivery_id = v.id AND p.person_id = $1 AND p.part <> 'inform' AND r.completed_at IS NULL)",
    },
    Part {
        word: "da-tiep-nhan",
        key: "inbox-accepted",
        condition: "v.state = 'registered'",
    },
    Part {
        word: "tu-choi",
        key: "inbox-refused",
        condition: "v.state = 'refused'",
    },
    Part {
        word: "tat-ca",
        key: "inbox-all",
        condition: "1 = 1",
    },
];

/// `GET /van-ban-den`: everybody who is signed in, for the units in which posts are held.
///
/// # Errors
/// What the database reports, as a page.
pub async fn inbox(session: Session, Query(asked): Query<Asked>) -> Result<Response, WebError> {
    let view = view(&session, &asked)
        .await
        .map_err(|fault| failed(fault, "/van-ban-den"))?;
    Ok(html(&view))
}

async fn view(session: &Session, asked: &Asked) -> Outcome<Inbox> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let current = PARTS
        .iter()
        .position(|part| part.word == asked.loc)
        .unwrap_or(0);
    let units = session.actor.unit_ids();
    let me = session.actor.person_id.unwrap_or_default();
    let counts = counts(db, me, &units).await?;
    let mut rows = rows(db, me, &units, PARTS[current].condition, asked.sau).await?;
    let older = (rows.len() > PAGE).then(|| rows[PAGE - 1].id);
    rows.truncate(PAGE);
    let calendar = session.calendar().await?;
    let senders: Vec<Uuid> = rows.iter().map(|row| row.org_id).collect();
    let senders = people_find::units(db, &senders, session.today()).await?;
    let mut shown = Vec::new();
    for row in rows {
        let facts = Facts {
            state: &row.state,
            for_action: row.kind == "action",
            due_at: row.due_at,
            opened: row.opened_at.is_some(),
            arrival_number: row.arrival_number,
            refusal: &row.refusal,
            bounce: None,
        };
        let open = [state::DISPATCHED, state::DELIVERED].contains(&row.state.as_str());
        let issued = row
            .issued_on
            .map(|day| format!(", {}", vn_date(day)))
            .unwrap_or_default();
        let recalled = if row.document_state == documents_state::RECALLED {
            lang.say(" (đã thu hồi)", " (recalled)")
        } else {
            String::new()
        };
        shown.push(InboxRow {
            href: format!("/tiep-nhan/{}", row.id),
            name: format!(
                "{}{issued}{recalled}",
                title(
                    doc_type(&row.doc_type)?,
                    row.number,
                    &row.symbol,
                    &row.subject
                )
            ),
            from: senders
                .get(&row.org_id)
                .map(|unit| unit.short.clone())
                .unwrap_or_default(),
            purposes: purpose(&row.kind, lang),
            mark: facts.mark(session.now, &calendar, lang),
            due: (open && row.kind == "action")
                .then(|| when(row.due_at, session.now, &calendar, lang)),
            arrival_number: row
                .arrival_number
                .map(|number| number.to_string())
                .unwrap_or_default(),
            subject: row.subject,
        });
    }
    let address = |word: &str| format!("/van-ban-den?loc={word}");
    let filters = PARTS
        .iter()
        .zip(counts)
        .enumerate()
        .map(|(n, (part, count))| Filter {
            href: address(part.word),
            text: lang.t(part.key),
            count: Some(count),
            current: n == current,
        })
        .collect();
    let here = address(PARTS[current].word);
    Ok(Inbox {
        page: session.page(&lang.t("inbox-title")),
        filters,
        rows: shown,
        pager: Pager {
            newer: asked.sau.map(|_| here.clone()),
            older: older.map(|id| format!("{here}&sau={id}")),
        },
    })
}

#[derive(Debug, FromQueryResult)]
struct Row {
    id: Uuid,
    org_id: Uuid,
    kind: String,
    state: String,
    due_at: DateTime<Utc>,
    opened_at: Option<DateTime<Utc>>,
    arrival_number: Option<i32>,
    refusal: String,
    doc_type: String,
    number: Option<i32>,
    symbol: String,
    subject: String,
    issued_on: Option<NaiveDate>,
    document_state: String,
}

/// Newest first; ids are made in the order of time.
async fn rows(
    db: &impl ConnectionTrait,
    me: Uuid,
    units: &[Uuid],
    condition: &str,
    after: Option<Uuid>,
) -> Outcome<Vec<Row>> {
    let (places, mut values) = places(me, units);
    let mut sql = format!(
        "SELECT v.id, v.org_id, v.kind, v.state, v.due_at, v.opened_at, v.arrival_number, v.refusal, \
         d.doc_type, d.number, d.symbol, CASE WHEN d.state = 'recalled' THEN '' ELSE d.subject END AS subject, d.issued_on, d.state AS document_state \
         FROM delivery v JOIN document d ON d.id = v.document_id \
         WHERE $1 IS NOT NULL AND v.unit_id IN ({places}) AND {condition}"
    );
    if let Some(after) = after {
        values.push(after.into());
        sql.push_str(&format!(" AND v.id < ${}", values.len()));
    }
    sql.push_str(&format!(" ORDER BY v.id DESC LIMIT {}", PAGE + 1));
    Ok(Row::find_by_statement(Statement::from_sql_and_values(
        db.get_database_backend(),
        sql,
        values,
    ))
    .all(db)
    .await?)
}

async fn counts(db: &impl ConnectionTrait, me: Uuid, units: &[Uuid]) -> Outcome<Vec<usize>> {
    let (places, values) = places(me, units);
    let sums: Vec<String> = PARTS
        .iter()
        .map(|part| format!("COUNT(CASE WHEN {} THEN 1 END)", part.condition))
        .collect();
    let sql = format!(
        "SELECT {} FROM delivery v WHERE $1 IS NOT NULL AND v.unit_id IN ({places})",
        sums.join(", ")
    );
    let row = db
        .query_one_raw(Statement::from_sql_and_values(
            db.get_database_backend(),
            sql,
            values,
        ))
        .await?;
    let count = |n: usize| -> Outcome<usize> {
        let count: i64 = row
            .as_ref()
            .map(|row| row.try_get_by_index(n))
            .transpose()?
            .unwrap_or(0);
        Ok(usize::try_from(count).unwrap_or(0))
    };
    (0..PARTS.len()).map(count).collect()
}

/// The reader as `$1`, then placeholders and values of a list that is never empty, because SQL knows no empty list.
fn places(me: Uuid, units: &[Uuid]) -> (String, Vec<Value>) {
    let mut values: Vec<Value> = vec![me.into()];
    if units.is_empty() {
        values.push(Uuid::nil().into());
    }
    values.extend(units.iter().map(|unit| Value::from(*unit)));
    let places = (2..=values.len())
        .map(|n| format!("${n}"))
        .collect::<Vec<_>>()
        .join(", ");
    (places, values)
}
