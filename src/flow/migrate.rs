//! Running instances on another version of their workflow: looked at first, moved by one act each.

use std::sync::Arc;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use trinhky_engine::migrate::{Elements, Plan, plan};
use trinhky_engine::{Definitions, apply};
use uuid::Uuid;

use super::rows::{flow_definition, flow_instance};
use super::{Advanced, advanced, definitions, load, rejected, save};
use crate::app::{App, Cx};
use crate::fault::Outcome;

/// The organisation's running instances of a process on other versions than this one, oldest first.
///
/// # Errors
/// What the database reports.
pub async fn behind(
    db: &impl ConnectionTrait,
    org_id: Uuid,
    to: &flow_definition::Model,
    limit: u64,
) -> Outcome<Vec<flow_instance::Model>> {
    Ok(flow_instance::Entity::find()
        .filter(flow_instance::Column::OrgId.eq(org_id))
        .filter(flow_instance::Column::Process.eq(to.process.clone()))
        .filter(flow_instance::Column::Status.eq("running"))
        .filter(flow_instance::Column::Definition.ne(to.hash.clone()))
        .order_by_asc(flow_instance::Column::StartedAt)
        .order_by_asc(flow_instance::Column::Id)
        .limit(limit)
        .all(db)
        .await?)
}

/// What moving an instance would do; nothing is changed.
///
/// # Errors
/// What the database reports.
pub async fn rehearse(
    app: &App,
    instance: &flow_instance::Model,
    to: &str,
    elements: &Elements,
) -> Outcome<Plan> {
    let db = app.store.reader();
    let old = super::definitions::by_hash(app, db, &instance.definition).await?;
    let new = super::definitions::by_hash(app, db, to).await?;
    let state = load::whole(db, instance.id).await?;
    Ok(plan(&old, &new, &state, elements))
}

/// Moves an instance to another version, with its tokens, tasks, timers and rounds.
///
/// # Errors
/// A refusal that names everything that stands in the way, or what the database reports.
pub async fn migrate(
    cx: Cx<'_>,
    instance_id: Uuid,
    to: &str,
    elements: &Elements,
) -> Outcome<Advanced> {
    let mut loaded = load::Slice::default();
    let (instance, calendar) = loaded.everything(cx, instance_id).await?;
    let (old, new): (Arc<Definitions>, Arc<Definitions>) = (
        definitions(cx, &instance.definition).await?,
        definitions(cx, to).await?,
    );
    let by = super::author(cx);
    let events = trinhky_engine::migrate(
        (&old, &new),
        &loaded.state,
        elements,
        (cx.now, &by),
        &calendar,
    )
    .map_err(rejected)?;
    let mut after = loaded.state.clone();
    for event in &events {
        apply(&mut after, event);
    }
    let ended = save::changes(cx, &instance, &loaded.state, &after, &events).await?;
    advanced(&events, ended)
}
