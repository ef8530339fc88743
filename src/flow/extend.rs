//! Moving a task's deadline, and with it everything that is counted from it: one place for whoever grants more time.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::Value;
use trinhky_calendar::{Anchor, Calendar, Rule, local};
use trinhky_engine::{CommandKind, ScopeId, TaskId, TimerId, Variables};
use uuid::Uuid;

use super::advance;
use super::rows::{flow_scope, flow_task, flow_timer};
use crate::app::Cx;
use crate::fault::Outcome;
use crate::people::find;

/// Moves the deadline of an open task and the timers that hang on it, which keep their distance in working days. What has
/// fired already is past. The engine's events are the act's.
///
/// # Errors
/// A stale refusal where the task is over, or what the database reports.
pub async fn extend(
    cx: Cx<'_>,
    task: &flow_task::Model,
    due: DateTime<Utc>,
) -> Outcome<Vec<Value>> {
    let calendar = find::calendar(cx.tx, task.org_id).await?;
    let id = TaskId::parse(&task.task_id)
        .ok_or_else(|| anyhow::anyhow!("`{}` is not a task id", task.task_id))?;
    let mut events = advance(
        cx,
        task.instance_id,
        CommandKind::ExtendTask { task: id, due },
    )
    .await?
    .events;
    let Some(old) = task.due_at else {
        return Ok(events);
    };
    let timers = flow_timer::Entity::find()
        .filter(flow_timer::Column::InstanceId.eq(task.instance_id))
        .filter(flow_timer::Column::Path.eq(task.path.as_str()))
        .order_by_asc(flow_timer::Column::TimerId)
        .all(cx.tx)
        .await?;
    for timer in timers {
        let id = TimerId::parse(&timer.timer_id)
            .ok_or_else(|| anyhow::anyhow!("`{}` is not a timer id", timer.timer_id))?;
        let command = CommandKind::ExtendTimer {
            timer: id,
            due: shifted(&calendar, old, due, timer.due_at)?,
        };
        events.extend(advance(cx, task.instance_id, command).await?.events);
    }
    Ok(events)
}

/// The instant that lies as many working days from the new deadline as `at` does from the old one.
fn shifted(
    calendar: &Calendar,
    old: DateTime<Utc>,
    new: DateTime<Utc>,
    at: DateTime<Utc>,
) -> Outcome<DateTime<Utc>> {
    let day = |at: DateTime<Utc>| -> NaiveDate { local(at).date_naive() };
    let distance = calendar.working_days_between(day(old), day(at));
    let days = Box::new(Rule::WorkingDays(
        u32::try_from(distance.unsigned_abs()).unwrap_or(u32::MAX),
    ));
    let rule = match distance {
        0 => return Ok(new),
        later if later > 0 => Rule::After(Anchor::Instant(new), days),
        _ => Rule::Before(Anchor::Instant(new), days),
    };
    Ok(calendar
        .resolve(&rule, new)
        .map_err(anyhow::Error::from)?
        .at)
}

/// What a variable is where a task stands: of its own scope or the nearest one around it.
///
/// # Errors
/// What the database reports.
pub async fn variable(cx: Cx<'_>, task: &flow_task::Model, name: &str) -> Outcome<Option<Value>> {
    let mut scope = scope_of(task);
    while let Some(id) = scope {
        let key: (Uuid, String) = (task.instance_id, id.as_str().to_owned());
        if let Some(row) = flow_scope::Entity::find_by_id(key).one(cx.tx).await? {
            let vars: Variables = serde_json::from_str(&row.vars)?;
            if let Some(value) = vars.get(name) {
                return Ok(Some(value.clone()));
            }
        }
        scope = id.parent();
    }
    Ok(None)
}

/// Sets a variable for the scope of a task only, so that what is counted anew there counts from it.
///
/// # Errors
/// A stale refusal where the task is over, or what the database reports.
pub async fn set_variable(
    cx: Cx<'_>,
    task: &flow_task::Model,
    name: &str,
    value: Value,
) -> Outcome<Vec<Value>> {
    let scope =
        scope_of(task).ok_or_else(|| anyhow::anyhow!("`{}` is not a task id", task.task_id))?;
    let variables = Variables::from([(name.to_owned(), value)]);
    let command = CommandKind::SetVariables { scope, variables };
    Ok(advance(cx, task.instance_id, command).await?.events)
}

fn scope_of(task: &flow_task::Model) -> Option<ScopeId> {
    TaskId::parse(&task.task_id).map(|id| id.scope)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timers_keep_their_distance_in_working_days() {
        let calendar = Calendar::vietnam();
        let instant = |text: &str| -> DateTime<Utc> { text.parse().expect("an instant") };
        // From Thursday 15 June to Tuesday 20 June: two weekend days lie between.
        let (old, new) = (
            instant("2023-06-15T17:00:00+07:00"),
            instant("2023-06-20T17:00:00+07:00"),
        );
        let day = |at: &str| {
            local(shifted(&calendar, old, new, instant(at)).expect("in range"))
                .date_naive()
                .to_string()
        };
        assert_eq!(day("2023-06-14T17:00:00+07:00"), "2023-06-19");
        assert_eq!(day("2023-06-08T17:00:00+07:00"), "2023-06-13");
        assert_eq!(day("2023-06-15T17:00:00+07:00"), "2023-06-20");
        assert_eq!(day("2023-06-16T17:00:00+07:00"), "2023-06-21");
        assert_eq!(day("2023-06-20T17:00:00+07:00"), "2023-06-23");
    }
}
