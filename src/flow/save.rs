//! Writing what an act changed: scopes, and the rows by which tasks and timers are found.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    Statement,
};
use trinhky_engine::model::TaskKind;
use trinhky_engine::{Event, Scope, ScopeId, State, Status, Task, TaskState, Timer, Variables};
use uuid::Uuid;

use super::load::end_of_subtree;
use super::rows::{flow_instance, flow_scope, flow_task, flow_timer};
use crate::app::Cx;
use crate::fault::Outcome;
use crate::queue::{self, NewJob};

/// Rows per statement, below the parameter limits of both databases.
const CHUNK: usize = 400;

/// The instance that is written.
#[derive(Debug, Clone)]
pub(super) struct Instance {
    pub id: Uuid,
    pub org_id: Uuid,
    pub document_id: Uuid,
    pub definition: String,
}

/// Whether a task is found by a row: those that people do.
#[must_use]
pub fn has_row(task: &Task) -> bool {
    task.kind == TaskKind::User
}

/// Writes the instance's own row.
pub(super) async fn insert_instance(
    cx: Cx<'_>,
    instance: &Instance,
    process: &str,
    after: &State,
) -> Outcome<()> {
    flow_instance::ActiveModel {
        id: Set(instance.id),
        org_id: Set(instance.org_id),
        process: Set(process.to_owned()),
        definition: Set(instance.definition.clone()),
        document_id: Set(instance.document_id),
        status: Set(status(after).to_owned()),
        head: Set(serde_json::to_string(&after.instance)?),
        started_at: Set(cx.now),
        ended_at: Set(None),
    }
    .insert(cx.tx)
    .await?;
    Ok(())
}

/// Writes the difference between two states of an instance; true when it has ended.
pub(super) async fn changes(
    cx: Cx<'_>,
    instance: &Instance,
    before: &State,
    after: &State,
    events: &[Event],
) -> Outcome<bool> {
    remove_scopes(cx, instance, before, after, events).await?;
    write_scopes(cx, instance, before, after).await?;
    merge_variables(cx, instance, after, events).await?;
    write_tasks(cx, instance, before, after).await?;
    write_timers(cx, instance, before, after).await?;
    let ended = after.instance.status != Status::Running;
    if before.instance != after.instance && before.instance.status != Status::New {
        let sql = "UPDATE flow_instance SET status = $2, head = $3, ended_at = $4, definition = $5 WHERE id = $1";
        let values = [
            instance.id.into(),
            status(after).into(),
            serde_json::to_string(&after.instance)?.into(),
            ended.then_some(cx.now).into(),
            after.instance.definition.clone().into(),
        ];
        cx.tx
            .execute_raw(Statement::from_sql_and_values(
                cx.tx.get_database_backend(),
                sql,
                values,
            ))
            .await?;
    }
    Ok(ended)
}

/// Removes the outermost scopes that are gone; what was inside goes with them, loaded or not.
///
/// A round that a deadline cuts off may not be loaded at all: only the event names it.
async fn remove_scopes(
    cx: Cx<'_>,
    instance: &Instance,
    before: &State,
    after: &State,
    events: &[Event],
) -> Outcome<()> {
    let ended = events.iter().filter_map(|event| match event {
        Event::ScopeCancelled { scope } | Event::ScopeCompleted { scope } => Some(scope),
        _ => None,
    });
    let gone: BTreeSet<&ScopeId> = before
        .scopes
        .keys()
        .chain(ended)
        .filter(|id| !after.scopes.contains_key(id))
        .collect();
    for id in &gone {
        if id.parent().is_some_and(|parent| gone.contains(&parent)) {
            continue;
        }
        flow_scope::Entity::delete_many()
            .filter(flow_scope::Column::InstanceId.eq(instance.id))
            .filter(flow_scope::Column::Path.gte(id.as_str()))
            .filter(flow_scope::Column::Path.lt(end_of_subtree(id.as_str())))
            .exec(cx.tx)
            .await?;
    }
    Ok(())
}

async fn write_scopes(
    cx: Cx<'_>,
    instance: &Instance,
    before: &State,
    after: &State,
) -> Outcome<()> {
    let mut new = Vec::new();
    for (id, scope) in &after.scopes {
        let Some(old) = before.scopes.get(id) else {
            new.push(flow_scope::ActiveModel {
                instance_id: Set(instance.id),
                path: Set(id.as_str().to_owned()),
                element: Set(scope.element.as_deref().unwrap_or_default().to_owned()),
                data: Set(without_variables(scope)?),
                vars: Set(serde_json::to_string(
                    scope.vars.as_ref().unwrap_or(&BTreeMap::new()),
                )?),
            });
            continue;
        };
        if old == scope {
            continue;
        }
        let mut update = flow_scope::Entity::update_many()
            .filter(flow_scope::Column::InstanceId.eq(instance.id))
            .filter(flow_scope::Column::Path.eq(id.as_str()))
            .col_expr(flow_scope::Column::Data, without_variables(scope)?.into());
        if old.element != scope.element {
            let element = scope.element.as_deref().unwrap_or_default();
            update = update.col_expr(flow_scope::Column::Element, element.into());
        }
        if let Some(vars) = scope
            .vars
            .as_ref()
            .filter(|vars| old.vars.as_ref() != Some(vars))
        {
            update = update.col_expr(
                flow_scope::Column::Vars,
                serde_json::to_string(vars)?.into(),
            );
        }
        update.exec(cx.tx).await?;
    }
    for chunk in new.chunks(CHUNK) {
        flow_scope::Entity::insert_many(chunk.to_vec())
            .exec_without_returning(cx.tx)
            .await?;
    }
    Ok(())
}

/// Merges what was set in scopes whose variables the act did not load: a round's are as long as the round.
async fn merge_variables(
    cx: Cx<'_>,
    instance: &Instance,
    after: &State,
    events: &[Event],
) -> Outcome<()> {
    let mut unread: BTreeMap<&ScopeId, Variables> = BTreeMap::new();
    for event in events {
        let Event::VariablesSet { scope, values, .. } = event else {
            continue;
        };
        if after
            .scopes
            .get(scope)
            .is_some_and(|scope| scope.vars.is_none())
        {
            unread.entry(scope).or_default().extend(values.clone());
        }
    }
    for (scope, values) in unread {
        let key = (instance.id, scope.as_str().to_owned());
        let Some(row) = flow_scope::Entity::find_by_id(key).one(cx.tx).await? else {
            continue;
        };
        let mut vars: Variables = serde_json::from_str(&row.vars)?;
        vars.extend(values);
        let mut row: flow_scope::ActiveModel = row.into();
        row.vars = Set(serde_json::to_string(&vars)?);
        row.update(cx.tx).await?;
    }
    Ok(())
}

async fn write_tasks(
    cx: Cx<'_>,
    instance: &Instance,
    before: &State,
    after: &State,
) -> Outcome<()> {
    let old: BTreeMap<_, &Task> = before.tasks().map(|task| (task.id.clone(), task)).collect();
    let mut new = Vec::new();
    for task in after.tasks() {
        match old.get(&task.id) {
            Some(before) if *before == task => {}
            Some(_) => update_task(cx, instance, task).await?,
            None => match task.kind {
                TaskKind::Service | TaskKind::BusinessRule | TaskKind::Send => {
                    queue_service(cx, instance, task).await?
                }
                TaskKind::User => {
                    new.push(task_row(cx, instance, task));
                    queue_notice(cx, instance, task).await?;
                }
                _ => {}
            },
        }
    }
    for chunk in new.chunks(CHUNK) {
        flow_task::Entity::insert_many(chunk.to_vec())
            .exec_without_returning(cx.tx)
            .await?;
    }
    // Tasks of removed scopes went with them.
    let done: Vec<String> = old
        .keys()
        .filter(|id| after.scopes.contains_key(&id.scope) && after.task(id).is_none())
        .map(ToString::to_string)
        .collect();
    if !done.is_empty() {
        flow_task::Entity::delete_many()
            .filter(flow_task::Column::InstanceId.eq(instance.id))
            .filter(flow_task::Column::TaskId.is_in(done))
            .exec(cx.tx)
            .await?;
    }
    Ok(())
}

async fn write_timers(
    cx: Cx<'_>,
    instance: &Instance,
    before: &State,
    after: &State,
) -> Outcome<()> {
    let old: BTreeMap<_, &Timer> = before
        .timers()
        .map(|timer| (timer.id.clone(), timer))
        .collect();
    let mut new = Vec::new();
    for timer in after.timers() {
        match old.get(&timer.id) {
            Some(before) if before.due == timer.due && before.element == timer.element => {}
            Some(_) => {
                let sql = "UPDATE flow_timer SET due_at = $3, element = $4 WHERE instance_id = $1 AND timer_id = $2";
                let values = [
                    instance.id.into(),
                    timer.id.to_string().into(),
                    timer.due.into(),
                    timer.element.as_str().into(),
                ];
                cx.tx
                    .execute_raw(Statement::from_sql_and_values(
                        cx.tx.get_database_backend(),
                        sql,
                        values,
                    ))
                    .await?;
            }
            None => new.push(flow_timer::ActiveModel {
                instance_id: Set(instance.id),
                timer_id: Set(timer.id.to_string()),
                path: Set(timer.id.scope.as_str().to_owned()),
                element: Set(timer.element.to_string()),
                due_at: Set(timer.due),
            }),
        }
    }
    for chunk in new.chunks(CHUNK) {
        flow_timer::Entity::insert_many(chunk.to_vec())
            .exec_without_returning(cx.tx)
            .await?;
    }
    let gone: Vec<String> = old
        .keys()
        .filter(|id| {
            after
                .scopes
                .get(&id.scope)
                .is_some_and(|scope| !scope.timers.contains_key(&id.number))
        })
        .map(ToString::to_string)
        .collect();
    if !gone.is_empty() {
        flow_timer::Entity::delete_many()
            .filter(flow_timer::Column::InstanceId.eq(instance.id))
            .filter(flow_timer::Column::TimerId.is_in(gone))
            .exec(cx.tx)
            .await?;
    }
    Ok(())
}

fn task_row(cx: Cx<'_>, instance: &Instance, task: &Task) -> flow_task::ActiveModel {
    let of_item =
        |key: &str| -> Option<Uuid> { task.item.as_ref()?.get(key)?.as_str()?.parse().ok() };
    flow_task::ActiveModel {
        instance_id: Set(instance.id),
        task_id: Set(task.id.to_string()),
        path: Set(task.id.scope.as_str().to_owned()),
        org_id: Set(instance.org_id),
        document_id: Set(instance.document_id),
        element: Set(task.element.to_string()),
        name: Set(task.name.to_string()),
        role: Set(task.role.as_deref().unwrap_or_default().to_owned()),
        unit_id: Set(of_item("unit")),
        person_id: Set(of_item("person")),
        subject_id: Set(of_item("id")),
        state: Set(state_word(&task.state).to_owned()),
        claimed_by: Set(claimed_by(&task.state)),
        due_at: Set(task.due),
        created_at: Set(cx.now),
    }
}

async fn update_task(cx: Cx<'_>, instance: &Instance, task: &Task) -> Outcome<()> {
    let sql = "UPDATE flow_task SET state = $3, claimed_by = $4, due_at = $5, element = $6, name = $7, role = $8 WHERE instance_id = $1 AND task_id = $2";
    let values = [
        instance.id.into(),
        task.id.to_string().into(),
        state_word(&task.state).into(),
        claimed_by(&task.state).into(),
        task.due.into(),
        task.element.as_str().into(),
        task.name.as_str().into(),
        task.role.as_deref().unwrap_or_default().into(),
    ];
    cx.tx
        .execute_raw(Statement::from_sql_and_values(
            cx.tx.get_database_backend(),
            sql,
            values,
        ))
        .await?;
    Ok(())
}

/// The job of a service task; its name is the file's `tk:service`.
async fn queue_service(cx: Cx<'_>, instance: &Instance, task: &Task) -> Outcome<()> {
    let payload = serde_json::json!({
        "instance": instance.id, "document": instance.document_id, "task": task.id,
        "step": task.step, "item": task.item, "element": task.element,
    });
    let job = NewJob {
        key: format!("service:{}:{}", instance.id, task.id),
        name: crate::worker::service_name(task.service.as_deref().unwrap_or_default())?,
        payload,
        run_at: cx.now,
    };
    queue::enqueue(cx.tx, cx.id(), job).await
}

/// Tells the people of a task outside rounds; a round's own starting job tells all its recipients.
async fn queue_notice(cx: Cx<'_>, instance: &Instance, task: &Task) -> Outcome<()> {
    if task
        .item
        .as_ref()
        .is_some_and(|item| item.get("unit").is_some() || item.get("person").is_some())
    {
        return Ok(());
    }
    let job = NewJob {
        key: format!("notice:{}:{}", instance.id, task.id),
        name: crate::worker::TASK_NOTICE,
        payload: serde_json::json!({ "instance": instance.id, "task": task.id }),
        run_at: cx.now,
    };
    queue::enqueue(cx.tx, cx.id(), job).await
}

fn without_variables(scope: &Scope) -> Outcome<String> {
    let mut bare = scope.clone();
    bare.vars = None;
    Ok(serde_json::to_string(&bare)?)
}

fn status(state: &State) -> &'static str {
    match state.instance.status {
        Status::New | Status::Running => "running",
        Status::Completed => "completed",
        Status::Terminated => "terminated",
        Status::Cancelled => "cancelled",
    }
}

fn state_word(state: &TaskState) -> &'static str {
    match state {
        TaskState::Offered => "offered",
        TaskState::Claimed { .. } => "claimed",
        TaskState::Delegated { .. } => "delegated",
    }
}

fn claimed_by(state: &TaskState) -> Option<Uuid> {
    match state {
        TaskState::Offered => None,
        TaskState::Claimed { by } => by.parse().ok(),
        TaskState::Delegated { to, .. } => to.parse().ok(),
    }
}
