//! The invariants that `trinhky check` verifies on the rows themselves, one query each.
//!
//! I6 (the state of an instance equals the fold of its journal) replays every instance's events; I13 (every document's
//! evidence is whole) reads its chain.

use std::collections::BTreeMap;

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, Statement,
};
use serde::Serialize;
use trinhky_engine::{Event, State, apply};
use uuid::Uuid;

use super::evidence;
use super::rows::journal;
use crate::fault::{Fault, Outcome};
use crate::files::Files;
use crate::files::rows::stored_file;
use crate::flow;
use crate::flow::rows::flow_instance;

/// How many invariants are checked.
pub const COUNT: usize = 11;
/// Journal rows read at a time.
const PAGE: u64 = 1_000;

/// One place where an invariant does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Breach {
    pub invariant: &'static str,
    pub message: String,
}

#[derive(Debug, FromQueryResult)]
struct Found {
    place: String,
}

/// What each invariant promises, and the query whose rows are breaches of it.
const QUERIES: &[(&str, &str, &str)] = &[
    (
        "I1",
        "a register has a gap, a double or a number beyond its counter",
        "SELECT CAST(r.doc_type AS text) || ' ' || CAST(r.year AS text) || ' of ' || u.unit_key AS place \
         FROM register r JOIN unit u ON u.id = r.owner_id LEFT JOIN register_entry e ON e.register_id = r.id \
         WHERE r.direction = 'out' GROUP BY r.id, r.doc_type, r.year, u.unit_key, r.next_number, r.opened_at_number \
         HAVING COUNT(e.id) <> r.next_number - r.opened_at_number \
         OR COALESCE(MAX(e.number), r.opened_at_number - 1) <> r.next_number - 1 \
         OR COALESCE(MIN(e.number), r.opened_at_number) <> r.opened_at_number",
    ),
    (
        "I1",
        "a later number bears an earlier date",
        "SELECT CAST(a.number AS text) || '/' || a.symbol AS place FROM register_entry a \
         JOIN register_entry b ON b.register_id = a.register_id AND b.number = a.number + 1 \
         WHERE b.entry_on < a.entry_on OR b.at < a.at",
    ),
    (
        "I1",
        "a document's number is not the one in the register",
        "SELECT d.subject AS place FROM document d LEFT JOIN register_entry e ON e.document_id = d.id \
         WHERE d.number IS NOT NULL AND (e.number IS NULL OR e.number <> d.number OR e.entry_on <> d.issued_on)",
    ),
    (
        "I1",
        "the arrivals of a unit have a gap or a number beyond the counter",
        "SELECT u.unit_key AS place FROM register r JOIN unit u ON u.id = r.owner_id \
         LEFT JOIN delivery v ON COALESCE(v.arrival_owner_id, v.unit_id) = r.owner_id AND v.arrival_year = r.year AND v.arrival_number IS NOT NULL \
         WHERE r.direction = 'in' GROUP BY r.id, u.unit_key, r.next_number, r.opened_at_number \
         HAVING COUNT(v.id) + (SELECT COUNT(*) FROM register_entry e WHERE e.register_id = r.id) \
         <> r.next_number - r.opened_at_number",
    ),
    (
        "I2",
        "an acknowledgement names no person or no time, or is counted without one",
        "SELECT u.unit_key AS place FROM delivery v JOIN unit u ON u.id = v.unit_id WHERE \
         (v.state = 'registered' AND (v.arrival_number IS NULL OR v.answered_at IS NULL OR v.answered_by = '')) \
         OR (v.state <> 'registered' AND v.arrival_number IS NOT NULL)",
    ),
    (
        "I3",
        "a mail is in no state that a mail can be in, or counts as sent without a time",
        "SELECT mail_key AS place FROM outbox \
         WHERE state NOT IN ('waiting', 'sent', 'refused', 'given_up', 'bounced', 'held', 'unknown') \
         OR (state = 'sent' AND sent_at IS NULL)",
    ),
    (
        "I7",
        "an answered delivery has no journal row, or more than one",
        "SELECT u.unit_key AS place FROM delivery v JOIN unit u ON u.id = v.unit_id \
         LEFT JOIN journal j ON j.document_id = v.document_id AND j.unit_id = v.unit_id \
         AND j.act IN ('document.acknowledged', 'document.refused') \
         WHERE v.state IN ('registered', 'refused') GROUP BY v.id, u.unit_key HAVING COUNT(j.id) <> 1",
    ),
    (
        "I8",
        "a running instance has no live scope, or an ended one has more than its variables",
        "SELECT i.process AS place FROM flow_instance i LEFT JOIN flow_scope s ON s.instance_id = i.id \
         GROUP BY i.id, i.process, i.status HAVING (i.status = 'running' AND COUNT(s.path) = 0) \
         OR (i.status <> 'running' AND SUM(CASE WHEN s.path <> '0' THEN 1 ELSE 0 END) > 0)",
    ),
    (
        "I9",
        "a document counts as signed or sealed without the file",
        "SELECT d.subject AS place FROM document d LEFT JOIN document_file f ON f.document_id = d.id AND f.kind = 'signed' \
         LEFT JOIN document_file g ON g.document_id = d.id AND g.kind = 'sealed' \
         WHERE (d.signed_hash IS NOT NULL AND f.digest IS NULL) \
         OR (d.state IN ('sealed', 'issued', 'closed') AND g.digest IS NULL)",
    ),
    (
        "I10",
        "an acknowledgement was journalled for a unit that the actor holds no post in",
        "SELECT j.actor_name AS place FROM journal j LEFT JOIN post p ON p.person_id = j.actor_id \
         AND (p.unit_id = j.unit_id OR p.unit_id IN (SELECT s.to_id FROM succession s WHERE s.from_id = j.unit_id AND s.duties)) \
         WHERE j.act = 'document.acknowledged' AND j.actor_id IS NOT NULL AND p.id IS NULL",
    ),
    (
        "I11",
        "a document's version counter is not its newest version",
        "SELECT d.subject AS place FROM document d JOIN document_version v ON v.document_id = d.id \
         GROUP BY d.id, d.subject, d.version HAVING MAX(v.version) <> d.version OR COUNT(*) <> d.version",
    ),
];

/// Every breach of every invariant.
///
/// # Errors
/// What the database reports.
pub async fn check(db: &impl ConnectionTrait) -> Outcome<Vec<Breach>> {
    let mut breaches = Vec::new();
    for (invariant, message, sql) in QUERIES {
        let found =
            Found::find_by_statement(Statement::from_string(db.get_database_backend(), *sql))
                .all(db)
                .await;
        // A value that was put in by hand and cannot be read is a finding, too.
        let found = match found {
            Ok(found) => found,
            Err(error) => {
                breaches.push(unreadable(invariant, &error.into()));
                continue;
            }
        };
        breaches.extend(found.into_iter().map(|found| Breach {
            invariant,
            message: format!("{message}: {}", found.place),
        }));
    }
    match evidence::check::check(db).await {
        Ok(found) => breaches.extend(found.into_iter().map(|message| Breach {
            invariant: "I13",
            message,
        })),
        Err(error) => breaches.push(unreadable("I13", &error)),
    }
    match instances_against_journal(db).await {
        Ok(found) => breaches.extend(found),
        Err(error) => breaches.push(unreadable("I6", &error)),
    }
    Ok(breaches)
}

/// Every stored file is there and is what was stored.
///
/// # Errors
/// What the database reports.
pub async fn check_files(db: &impl ConnectionTrait, files: &Files) -> Outcome<Vec<Breach>> {
    let mut breaches = Vec::new();
    for row in stored_file::Entity::find().all(db).await? {
        if let Err(error) = files.get(&row.digest).await {
            breaches.push(Breach {
                invariant: "files",
                message: format!("a stored file is missing or was changed: {error:#}"),
            });
        }
    }
    Ok(breaches)
}

fn unreadable(invariant: &'static str, error: &Fault) -> Breach {
    Breach {
        invariant,
        message: format!("what it rests on cannot be read: {error}"),
    }
}

/// I6, I8 and I12: each instance's rows equal the fold of its journal; tasks and timers have their rows.
async fn instances_against_journal(db: &impl ConnectionTrait) -> Outcome<Vec<Breach>> {
    let mut breaches = Vec::new();
    for instance in flow_instance::Entity::find()
        .order_by_asc(flow_instance::Column::Id)
        .all(db)
        .await?
    {
        let folded = match fold(db, instance.id).await {
            Ok(folded) => folded,
            Err(error) => {
                breaches.push(unreadable("I6", &error));
                continue;
            }
        };
        let stored = flow::whole(db, instance.id).await?;
        if folded.instance != stored.instance || folded.scopes != stored.scopes {
            breaches.push(Breach {
                invariant: "I6",
                message: format!("instance {} is not what its journal says", instance.id),
            });
        }
        let (tasks, timers) = flow::row_keys(db, instance.id).await?;
        let open: Vec<String> = stored
            .tasks()
            .filter(|task| flow::has_row(task))
            .map(|task| task.id.to_string())
            .collect();
        if sorted(open) != sorted(tasks) {
            breaches.push(Breach {
                invariant: "I8",
                message: format!(
                    "open tasks of instance {} and their rows differ",
                    instance.id
                ),
            });
        }
        let set: Vec<String> = stored.timers().map(|timer| timer.id.to_string()).collect();
        if sorted(set) != sorted(timers) {
            breaches.push(Breach {
                invariant: "I12",
                message: format!("timers of instance {} and their rows differ", instance.id),
            });
        }
    }
    Ok(breaches)
}

/// The state that the journal's events give, read page by page.
async fn fold(db: &impl ConnectionTrait, instance_id: Uuid) -> Outcome<State> {
    let mut state = State::default();
    let mut after = 0;
    loop {
        let rows = journal::Entity::find()
            .filter(journal::Column::InstanceId.eq(instance_id))
            .filter(journal::Column::Id.gt(after))
            .order_by_asc(journal::Column::Id)
            .limit(PAGE)
            .all(db)
            .await?;
        let Some(last) = rows.last() else {
            return Ok(state);
        };
        after = last.id;
        for row in &rows {
            let events: Vec<Event> = serde_json::from_str(&row.events)?;
            for event in &events {
                apply(&mut state, event);
            }
        }
    }
}

fn sorted(mut keys: Vec<String>) -> BTreeMap<String, usize> {
    keys.sort();
    keys.into_iter().fold(BTreeMap::new(), |mut counts, key| {
        *counts.entry(key).or_default() += 1;
        counts
    })
}
