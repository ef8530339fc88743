//! The job that opens a report period: a report row for every unit that received the decision for action, and their mails.

use chrono::NaiveDate;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, sea_query::OnConflict,
};
use serde_json::{Value, json};
use trinhky_calendar::{Calendar, local, vn_date};
use trinhky_engine::{CommandKind, Variables};
use uuid::Uuid;

use super::rows::{report_period, unit_report};
use super::{find, period_state, state};
use crate::app::{App, Cx};
use crate::audit::{self, Entry};
use crate::distribution::rows::delivery;
use crate::documents::{self, Document};
use crate::fault::{Fault, Outcome, RefusalKind};
use crate::flow;
use crate::mail::{self, NewMail};
use crate::people::absence;
use crate::people::{Actor, Unit, find as people_find, succession};
use crate::web::Lang;
use crate::web::format::when;
use crate::worker::Service;

/// Rows per statement, below the parameter limits of both databases.
const CHUNK: usize = 300;
/// Mails queued by one act.
const MAILS_PER_ACT: usize = 100;

/// Opens the period that the service task's item names, and tells the units' reporters; run twice it changes nothing.
///
/// # Errors
/// When the item names no period, or what the database reports.
pub async fn open_period(app: &App, service: &Service) -> Outcome<()> {
    let period_id = period_of(service)?;
    let opened = app
        .act(
            &Actor::system(),
            (service.clone(), period_id),
            |cx, (service, period)| Box::pin(open(cx, service, *period)),
        )
        .await;
    match opened {
        Ok(()) => {}
        // An earlier run opened the period and stopped before the mails were queued.
        Err(Fault::Refused(refusal)) if refusal.kind == RefusalKind::Stale => {}
        Err(fault) => return Err(fault),
    }
    let mut from = 0;
    while app
        .act(&Actor::system(), (period_id, from), |cx, (period, from)| {
            Box::pin(tell_some(cx, *period, *from))
        })
        .await?
    {
        from += MAILS_PER_ACT;
    }
    Ok(())
}

fn period_of(service: &Service) -> Outcome<Uuid> {
    service
        .item
        .as_ref()
        .and_then(|item| item.get("id")?.as_str()?.parse().ok())
        .ok_or_else(|| {
            Fault::Internal(anyhow::anyhow!(
                "the task {} has no period as its item",
                service.element
            ))
        })
}

async fn open(cx: Cx<'_>, service: &Service, period_id: Uuid) -> Outcome<()> {
    let document = documents::find::document(cx.tx, service.document).await?;
    let period = find::period(cx.tx, period_id).await?;
    let units = units_for_action(cx.tx, &document, cx.today()).await?;
    let rows: Vec<_> = units
        .iter()
        .map(|unit| new_report(cx, &period, unit))
        .collect();
    for chunk in rows.chunks(CHUNK) {
        unit_report::Entity::insert_many(chunk.to_vec())
            .on_conflict(
                OnConflict::columns([unit_report::Column::PeriodId, unit_report::Column::UnitId])
                    .do_nothing()
                    .to_owned(),
            )
            .exec_without_returning(cx.tx)
            .await?;
    }
    let reporters: Vec<Value> = find::reports(cx.tx, period_id, cx.today())
        .await?
        .iter()
        .map(|(report, unit)| json!({ "unit": unit.id, "id": report.id, "name": unit.called() }))
        .collect();
    let count = reporters.len();
    let variables = Variables::from([("reporters".to_owned(), json!(reporters))]);
    let done = CommandKind::ServiceDone {
        task: service.task.clone(),
        variables,
    };
    let advanced = flow::advance(cx, service.instance, done).await?;
    report_period::Entity::update_many()
        .filter(report_period::Column::Id.eq(period_id))
        .set(report_period::ActiveModel {
            state: Set(period_state::OPEN.to_owned()),
            ..Default::default()
        })
        .exec(cx.tx)
        .await?;
    let summary = format!(
        "Mở kỳ báo cáo {}: {count} đơn vị, số liệu từ {} đến {}, hạn {}",
        period.name,
        vn_date(period.from_on),
        vn_date(period.cutoff_on),
        local(period.due_at).format("%H:%M %d/%m/%Y")
    );
    let mut entry = Entry::about(document.row.id, "period.opened", summary)
        .data(json!({ "period": period.code }));
    entry.instance_id = Some(service.instance);
    entry.events = advanced.events;
    audit::append(cx.tx, document.row.org_id, cx.actor, cx.now, entry).await
}

/// The units that the decision was sent to for action, in the order of their keys.
pub(super) async fn units_for_action(
    db: &impl ConnectionTrait,
    document: &Document,
    on: NaiveDate,
) -> Outcome<Vec<Unit>> {
    let ids: Vec<Uuid> = delivery::Entity::find()
        .filter(delivery::Column::DocumentId.eq(document.row.id))
        .filter(delivery::Column::Kind.eq("action"))
        .all(db)
        .await?
        .into_iter()
        .map(|delivery| delivery.unit_id)
        .collect();
    // A unit that has ended reports no more; who stands in for it does, once, however many it stands in for.
    let heirs = succession::heirs(db, &ids, on).await?;
    let ids: Vec<Uuid> = ids
        .into_iter()
        .map(|id| heirs.get(&id).copied().unwrap_or(id))
        .collect();
    let mut units: Vec<Unit> = people_find::units(db, &ids, on)
        .await?
        .into_values()
        .collect();
    units.sort_by(|one, other| one.key.cmp(&other.key));
    Ok(units)
}

fn new_report(cx: Cx<'_>, period: &report_period::Model, unit: &Unit) -> unit_report::ActiveModel {
    unit_report::ActiveModel {
        id: Set(cx.id()),
        org_id: Set(period.org_id),
        document_id: Set(period.document_id),
        period_id: Set(period.id),
        unit_id: Set(unit.id),
        state: Set(state::DRAFT.to_owned()),
        version: Set(1),
        approved_version: Set(0),
        revision: Set(0),
        remark: Set(String::new()),
        returned: Set(String::new()),
        submitted_at: Set(None),
        submitted_by: Set(String::new()),
        approved_at: Set(None),
        approved_by: Set(String::new()),
        late_days: Set(0),
        changed_at: Set(cx.now),
        extended_due: Set(None),
    }
}

/// Queues the mails of some units; false when there are no more. The key of a mail makes a second run harmless.
async fn tell_some(cx: Cx<'_>, period_id: Uuid, from: usize) -> Outcome<bool> {
    let period = find::period(cx.tx, period_id).await?;
    let document = documents::find::document(cx.tx, period.document_id).await?;
    let all = find::reports(cx.tx, period_id, cx.today()).await?;
    let some = all.get(from..).unwrap_or_default();
    let some = &some[..some.len().min(MAILS_PER_ACT)];
    let units: Vec<Uuid> = some.iter().map(|(report, _)| report.unit_id).collect();
    let calendar = people_find::calendar(cx.tx, period.org_id).await?;
    let reporters = people_find::holders(cx.tx, &units, &["reporter"], cx.today()).await?;
    let reporters = absence::present(cx.tx, reporters, &document.row.doc_type, cx.today()).await?;
    for (report, unit) in some {
        let reporter = reporters
            .iter()
            .find(|holder| holder.post.unit_id == unit.id);
        let (to_name, to_address) = match (reporter, &unit.email) {
            (Some(holder), _) => (holder.name.clone(), holder.email.clone()),
            (None, Some(email)) => (unit.name.clone(), email.clone()),
            // Nobody to write to: the objectives page lists the unit as missing.
            (None, None) => continue,
        };
        let new = NewMail {
            key: format!("report_open:{}", report.id),
            template: "report_open",
            org_id: period.org_id,
            context: mail_context(
                cx,
                &document,
                &period,
                &calendar,
                unit,
                (&to_name, report.id),
            ),
            to_name,
            to_address,
            cc: Vec::new(),
            document_id: Some(document.row.id),
            delivery_id: None,
            send_at: cx.now,
        };
        mail::queue(cx.tx, cx.id(), cx.now, new).await?;
    }
    Ok(from + some.len() < all.len())
}

fn mail_context(
    cx: Cx<'_>,
    document: &Document,
    period: &report_period::Model,
    calendar: &Calendar,
    unit: &Unit,
    (to, report_id): (&str, Uuid),
) -> Value {
    json!({
        "recipient": to,
        "unit": unit.name,
        "title": document.title(),
        "subject": document.row.subject,
        "period": period.name,
        "from": vn_date(period.from_on),
        "to": vn_date(period.cutoff_on),
        "due": when(period.due_at, cx.now, calendar, Lang::Vi).at,
        "due_at": period.due_at.to_rfc3339(),
        "link": format!("{}/bao-cao/{report_id}", cx.app.config.base_url()),
    })
}
