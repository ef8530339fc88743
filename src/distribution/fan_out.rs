//! The job after the issue: recipients frozen as rows, rounds opened, mails queued; set-based.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Datelike as _, Utc};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, Statement, sea_query::OnConflict,
};
use serde_json::{Value, json};
use trinhky_calendar::{Calendar, Rule, local};
use trinhky_engine::{CommandKind, Variables};
use uuid::Uuid;

use super::rows::{attestation, delivery};
use super::state;
use crate::app::{App, Cx};
use crate::audit::evidence::{self, Event, kinds};
use crate::audit::{self, Entry};
use crate::documents::recipients::{Expanded, Purpose, asks_staff_to_study, expand};
use crate::documents::rows::register;
use crate::documents::{Document, find};
use crate::fault::{Fault, Outcome};
use crate::flow;
use crate::mail::{self, NewMail};
use crate::objectives;
use crate::people::absence;
use crate::people::{Actor, Unit, find as people_find};
use crate::queue::{self, NewJob};
use crate::secrets::{SEALED, Secrets};
use crate::store::Store;
use crate::worker::Service;

/// Rows per statement, below the parameter limits of both databases.
const CHUNK: usize = 300;
/// Mails queued by one act.
const MAILS_PER_ACT: u64 = 200;
/// Working days in which staff attest that they have read and understood.
const ATTEST_WITHIN: u32 = 10;

/// Expands the recipients of an issued document, writes their deliveries and opens the rounds.
///
/// # Errors
/// When nobody is known for any line, or what the database reports.
pub async fn fan_out(app: &App, service: &Service) -> Outcome<()> {
    let done = app
        .act(&Actor::system(), service.clone(), |cx, service| {
            Box::pin(write(cx, service))
        })
        .await;
    match done {
        // Run twice: the first run stands.
        Err(Fault::Refused(refusal)) if refusal.kind == crate::fault::RefusalKind::Stale => Ok(()),
        other => other,
    }
}

async fn write(cx: Cx<'_>, service: &Service) -> Outcome<()> {
    let document = find::document(cx.tx, service.document).await?;
    let org_id = document.row.org_id;
    let calendar = people_find::calendar(cx.tx, org_id).await?;
    let units = people_find::all_units(cx.tx, cx.today()).await?;
    let groups = people_find::groups(cx.tx, org_id).await?;
    let expanded = expand(&document.draft, &groups, &units);
    if expanded.recipients.is_empty() {
        return Err(Fault::invalid(
            "distribution",
            "Không nhận ra nơi nhận nào. Bổ sung nhóm nơi nhận rồi chạy lại.",
            "No line of the distribution list is known. Add the groups and run again.",
        ));
    }
    let receipt_due = same_day_due(&calendar, cx.now);
    let (receivers, told) = write_deliveries(cx, &document, &expanded, &units, receipt_due).await?;
    let attest_due = due(&calendar, &Rule::WorkingDays(ATTEST_WITHIN), cx.now)?;
    let attesters = if asks_staff_to_study(&document.draft) {
        write_attestations(cx, &document).await?
    } else {
        Vec::new()
    };
    let plan = objectives::plan(cx, &document).await?;
    let variables = Variables::from([
        ("receivers".to_owned(), json!(receivers)),
        ("receipt_due".to_owned(), json!(receipt_due.to_rfc3339())),
        ("attesters".to_owned(), json!(attesters)),
        ("attest_due".to_owned(), json!(attest_due.to_rfc3339())),
        ("periods".to_owned(), plan.periods),
    ]);
    let command = CommandKind::ServiceDone {
        task: service.task.clone(),
        variables,
    };
    let advanced = flow::advance(cx, service.instance, command).await?;
    link_tasks(cx, &document).await?;
    let job = NewJob {
        key: format!("notify:{}", document.row.id),
        name: "distribution.notify",
        payload: json!({ "document": document.row.id }),
        run_at: cx.now,
    };
    queue::enqueue(cx.tx, cx.id(), job).await?;
    let (action, information) = expanded.counts();
    let mut summary = format!(
        "Gửi {} nơi: {action} để thực hiện, {information} để biết; {} người xác nhận đã nghiên cứu",
        action + information,
        attesters.len()
    );
    if !expanded.unknown.is_empty() {
        summary.push_str(&format!("; chưa nhận ra: {}", expanded.unknown.join("; ")));
    }
    let mut entry = Entry::about(document.row.id, "document.distributed", summary)
        .data(json!({ "unknown": expanded.unknown }))
        .evidence(&evidence::append_all(cx.tx, document.row.id, &told).await?);
    entry.instance_id = Some(service.instance);
    entry.events = advanced.events;
    audit::append(cx.tx, org_id, cx.actor, cx.now, entry).await
}

/// The same-day duty of VT-21.2c: by the end of office hours today, or of the next working day when those are over.
pub(super) fn same_day_due(calendar: &Calendar, now: DateTime<Utc>) -> DateTime<Utc> {
    let today = local(now).date_naive();
    if calendar.is_working_day(today) && now < calendar.end_of_office(today) {
        return calendar.end_of_office(today);
    }
    calendar.end_of_office(calendar.add_working_days(today, 1))
}

fn due(calendar: &Calendar, rule: &Rule, now: DateTime<Utc>) -> Outcome<DateTime<Utc>> {
    Ok(calendar.resolve(rule, now).map_err(anyhow::Error::from)?.at)
}

/// One delivery per body with all its purposes; returns the items of the round of acknowledgements, and what the evidence
/// is to tell.
pub(super) async fn write_deliveries(
    cx: Cx<'_>,
    document: &Document,
    expanded: &Expanded,
    units: &BTreeMap<Uuid, Unit>,
    due_at: DateTime<Utc>,
) -> Outcome<(Vec<Value>, Vec<Event>)> {
    let mut rows = Vec::new();
    let mut told = Vec::new();
    let mut registers = Vec::new();
    let mut items = Vec::new();
    let year = cx.today().year();
    for recipient in &expanded.recipients {
        let Some(unit) = units.get(&recipient.unit_id) else {
            continue;
        };
        let id = cx.id();
        if recipient.purpose == Purpose::Action {
            items.push(json!({ "unit": unit.id, "id": id, "name": unit.short }));
        }
        registers.push(arrival_register(cx, unit, year));
        let (kind, what) = if unit.account {
            (&kinds::DELIVERED, "delivered")
        } else {
            (&kinds::DISPATCHED, "dispatched")
        };
        told.push(Event::new(kind, (what, id), unit.id, cx.now));
        rows.push(delivery::ActiveModel {
            id: Set(id),
            org_id: Set(document.row.org_id),
            document_id: Set(document.row.id),
            unit_id: Set(unit.id),
            kind: Set(if recipient.purpose == Purpose::Action {
                "action"
            } else {
                "information"
            }
            .to_owned()),
            purposes: Set(serde_json::to_string(&recipient.lines)?),
            state: Set(if unit.account {
                state::DELIVERED
            } else {
                state::DISPATCHED
            }
            .to_owned()),
            due_at: Set(due_at),
            code_hash: Set(None),
            code_tries: Set(0),
            task_id: Set(None),
            dispatched_at: Set(cx.now),
            delivered_at: Set(unit.account.then_some(cx.now)),
            opened_at: Set(None),
            opened_by: Set(String::new()),
            answered_at: Set(None),
            answered_by: Set(String::new()),
            arrival_number: Set(None),
            arrival_year: Set(None),
            refusal: Set(String::new()),
            reminders: Set(0),
            reminded_at: Set(None),
        });
    }
    for chunk in registers.chunks(CHUNK) {
        register::Entity::insert_many(chunk.to_vec())
            .on_conflict(
                OnConflict::columns([
                    register::Column::OwnerId,
                    register::Column::Direction,
                    register::Column::DocType,
                    register::Column::Year,
                ])
                .do_nothing()
                .to_owned(),
            )
            .exec_without_returning(cx.tx)
            .await?;
    }
    for chunk in rows.chunks(CHUNK) {
        delivery::Entity::insert_many(chunk.to_vec())
            .exec_without_returning(cx.tx)
            .await?;
    }
    Ok((items, told))
}

/// The unit's register of arriving documents for the year, one series for all kinds (Art. 22).
pub(super) fn arrival_register(cx: Cx<'_>, unit: &Unit, year: i32) -> register::ActiveModel {
    register::ActiveModel {
        id: Set(cx.id()),
        org_id: Set(unit.org_id),
        owner_id: Set(unit.id),
        direction: Set("in".to_owned()),
        doc_type: Set(String::new()),
        year: Set(year),
        next_number: Set(1),
        opened_at_number: Set(1),
        reason: Set("Mở sổ văn bản đến đầu năm".to_owned()),
        opened_at: Set(cx.now),
        closed_at: Set(None),
        restored_from: Set(None),
    }
}

/// The staff of the issuing organisation who are to study the document; returns the items of their round.
async fn write_attestations(cx: Cx<'_>, document: &Document) -> Outcome<Vec<Value>> {
    let staff = people_find::staff_of_org(cx.tx, document.row.org_id, cx.today()).await?;
    let rows: Vec<_> = staff
        .iter()
        .map(|holder| attestation::ActiveModel {
            document_id: Set(document.row.id),
            person_id: Set(holder.person_id),
            org_id: Set(document.row.org_id),
            unit_id: Set(holder.post.unit_id),
            asked_at: Set(cx.now),
            attested_at: Set(None),
        })
        .collect();
    for chunk in rows.chunks(CHUNK) {
        attestation::Entity::insert_many(chunk.to_vec())
            .exec_without_returning(cx.tx)
            .await?;
    }
    Ok(staff
        .iter()
        .map(|holder| json!({ "person": holder.person_id, "name": holder.name }))
        .collect())
}

/// Notes on each delivery which task answers it, so that acknowledging need not look for it.
async fn link_tasks(cx: Cx<'_>, document: &Document) -> Outcome<()> {
    let sql = "UPDATE delivery SET task_id = \
               (SELECT t.task_id FROM flow_task t WHERE t.subject_id = delivery.id AND t.element = 'acknowledge') \
               WHERE document_id = $1";
    cx.tx
        .execute_raw(Statement::from_sql_and_values(
            cx.tx.get_database_backend(),
            sql,
            [document.row.id.into()],
        ))
        .await?;
    Ok(())
}

/// Queues the mails of a fan-out, some hundred per act; bodies without an account get their typed code. `only` in the
/// payload names the deliveries that were added later.
///
/// # Errors
/// When a template lacks a variable, or what the database reports.
pub async fn notify(app: &App, payload: &Value) -> Outcome<()> {
    let document_id: Uuid = serde_json::from_value(payload["document"].clone())?;
    let only: Option<Vec<Uuid>> = serde_json::from_value(payload["only"].clone())?;
    let mut after = Uuid::nil();
    while let Some(last) = app
        .act(
            &Actor::system(),
            (document_id, after, only.clone()),
            |cx, (id, after, only)| Box::pin(notify_some(cx, *id, *after, only.as_deref())),
        )
        .await?
    {
        after = last;
    }
    Ok(())
}

async fn notify_some(
    cx: Cx<'_>,
    document_id: Uuid,
    after: Uuid,
    only: Option<&[Uuid]>,
) -> Outcome<Option<Uuid>> {
    let document = find::document(cx.tx, document_id).await?;
    let mut wanted = delivery::Entity::find().filter(delivery::Column::DocumentId.eq(document_id));
    if let Some(only) = only {
        wanted = wanted.filter(delivery::Column::Id.is_in(only.iter().copied()));
    }
    let deliveries = wanted
        .filter(delivery::Column::Id.gt(after))
        .order_by_asc(delivery::Column::Id)
        .limit(MAILS_PER_ACT)
        .all(cx.tx)
        .await?;
    let ids: Vec<Uuid> = deliveries.iter().map(|delivery| delivery.unit_id).collect();
    let units = people_find::units(cx.tx, &ids, cx.today()).await?;
    let clerks = people_find::holders(cx.tx, &ids, &["clerk", "office_clerk"], cx.today()).await?;
    let clerks = absence::present(cx.tx, clerks, &document.row.doc_type, cx.today()).await?;
    let organisation = people_find::unit(cx.tx, document.row.org_id, cx.today()).await?;
    let mut written = 0;
    for delivery in &deliveries {
        let Some(unit) = units.get(&delivery.unit_id) else {
            continue;
        };
        let clerk = clerks.iter().find(|holder| holder.post.unit_id == unit.id);
        let (to_name, to_address) = match (clerk, &unit.email) {
            (Some(clerk), _) if unit.account => (clerk.name.clone(), clerk.email.clone()),
            (_, Some(email)) => (unit.name.clone(), email.clone()),
            // Nobody to write to: the tracking page shows it, nothing is dropped silently.
            _ => continue,
        };
        let base = cx.app.config.base_url();
        let mut context = json!({
            "recipient": to_name,
            "unit": unit.name,
            "title": document.title(),
            "subject": document.row.subject,
            "sender": organisation.name,
            "due": local(delivery.due_at).format("%H:%M %d/%m/%Y").to_string(),
            "due_at": (delivery.kind == "action").then(|| delivery.due_at.to_rfc3339()),
            "for_action": delivery.kind == "action",
            "link": format!("{base}/tiep-nhan/{}", delivery.id),
        });
        let template = if unit.account {
            "delivery"
        } else {
            let code = cx.app.ids.code();
            set_code(cx, delivery.id, &code).await?;
            context["code"] = json!(code);
            context["link"] = json!(format!("{base}/tiep-nhan/{}/ma", delivery.id));
            "guest_delivery"
        };
        let new = NewMail {
            key: format!("delivery:{}", delivery.id),
            template,
            org_id: document.row.org_id,
            to_name,
            to_address,
            cc: Vec::new(),
            context,
            document_id: Some(document_id),
            delivery_id: Some(delivery.id),
            send_at: cx.now,
        };
        mail::queue(cx.tx, cx.id(), cx.now, new).await?;
        written += 1;
    }
    if written > 0 {
        let summary = format!("Gửi thư báo {} tới {written} nơi nhận", document.title());
        audit::append(
            cx.tx,
            document.row.org_id,
            cx.actor,
            cx.now,
            Entry::about(document_id, "delivery.notified", summary),
        )
        .await?;
    }
    Ok(deliveries.last().map(|delivery| delivery.id))
}

async fn set_code(cx: Cx<'_>, id: Uuid, code: &str) -> Outcome<()> {
    let sql =
        "UPDATE delivery SET code_hash = $2, code_tries = 0 WHERE id = $1 AND code_hash IS NULL";
    let values = [id.into(), code_digest(cx.app, id, code).into()];
    cx.tx
        .execute_raw(Statement::from_sql_and_values(
            cx.tx.get_database_backend(),
            sql,
            values,
        ))
        .await?;
    Ok(())
}

/// What a letter's code is bound to.
const ABOUT_CODE: &str = "code of a letter";

/// The code is stored as a digest bound to its delivery, under the installation's key.
pub(crate) fn code_digest(app: &App, delivery_id: Uuid, code: &str) -> String {
    let bound = format!("{delivery_id}:{}", code.trim().to_uppercase());
    app.secrets.code(ABOUT_CODE, &bound)
}

/// Puts the key's digest in place of the plain one that versions without a key stored.
///
/// # Errors
/// What the database reports.
pub async fn seal_old(store: &Store, secrets: Arc<Secrets>) -> Outcome<()> {
    store
        .write(secrets, |tx, secrets| {
            Box::pin(async move {
                let plain = delivery::Entity::find()
                    .filter(delivery::Column::CodeHash.not_like(format!("{SEALED}%")));
                for row in plain.all(tx).await? {
                    let hash = row.code_hash.unwrap_or_default();
                    let sql = "UPDATE delivery SET code_hash = $2 WHERE id = $1";
                    let values = [
                        row.id.into(),
                        secrets.code_of_digest(ABOUT_CODE, &hash).into(),
                    ];
                    let backend = tx.get_database_backend();
                    tx.execute_raw(Statement::from_sql_and_values(backend, sql, values))
                        .await?;
                }
                Ok(())
            })
        })
        .await
}
