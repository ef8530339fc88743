//! What would happen if a step were taken now: the engine decides on a copy, and nothing is written.

use chrono::{DateTime, Utc};
use trinhky_engine::model::{GatewayKind, Kind, TaskKind};
use trinhky_engine::{
    Command, CommandKind, Definitions, Event, State, Task, TaskId, TaskState, Variables, apply,
    decide,
};
use uuid::Uuid;

use super::{definitions, load};
use crate::app::App;
use crate::fault::{Fault, Outcome};
use crate::people::find;

/// What follows from one way of taking a step.
#[derive(Debug, Clone, Default)]
pub struct Next {
    /// The steps that open for people.
    pub tasks: Vec<Task>,
    /// What the program then does by itself, by name.
    pub jobs: Vec<String>,
    /// Timers that are set, with their names and instants.
    pub timers: Vec<(String, DateTime<Utc>)>,
    /// The workflow ends.
    pub ends: bool,
    /// It would get stuck, for this reason (Vietnamese, English).
    pub stuck: Option<(String, String)>,
}

/// A step in a copy of its instance.
pub struct Rehearsal {
    definitions: std::sync::Arc<Definitions>,
    state: State,
    calendar: trinhky_calendar::Calendar,
    task: TaskId,
    now: DateTime<Utc>,
}

impl Rehearsal {
    /// Copies an instance.
    ///
    /// # Errors
    /// [`Fault::NotFound`] where the step is over, or what the database reports.
    pub async fn of(app: &App, instance_id: Uuid, task: &str) -> Outcome<Self> {
        let db = app.store.reader();
        let instance = super::instance(db, instance_id).await?;
        let task = TaskId::parse(task).ok_or(Fault::NotFound)?;
        let state = load::whole(db, instance_id).await?;
        state.task(&task).ok_or(Fault::NotFound)?;
        Ok(Self {
            definitions: definitions::by_hash(app, db, &instance.definition).await?,
            calendar: find::calendar(db, instance.org_id).await?,
            now: app.clock.now(),
            state,
            task,
        })
    }

    /// The answers between which the file chooses right after the step: the value of `outcome`, and what the file calls
    /// the way. None where the step has one way on.
    #[must_use]
    pub fn outcomes(&self) -> Vec<(String, String)> {
        let found = || {
            let task = self.state.task(&self.task)?;
            let process = self
                .definitions
                .process(&self.state.scope(&self.task.scope)?.process)?;
            let node = process.node(&task.element)?;
            let [flow] = node.outgoing.as_slice() else {
                return None;
            };
            let gateway = &process.nodes[process.flows[*flow].target];
            if !matches!(gateway.kind, Kind::Gateway(GatewayKind::Exclusive)) {
                return None;
            }
            let named = |flow: usize, answer: String| {
                let name = match process.flows[flow].name.as_str() {
                    "" => answer.clone(),
                    name => name.to_owned(),
                };
                (answer, name)
            };
            let mut ways: Vec<(String, String)> = gateway
                .outgoing
                .iter()
                .filter_map(|flow| {
                    let condition = process.flows[*flow].condition.as_ref()?;
                    Some(named(*flow, asked_outcome(condition.source())?))
                })
                .collect();
            if !ways.is_empty() {
                // Whatever no way asks for goes the default way.
                ways.extend(gateway.default.map(|flow| named(flow, String::new())));
            }
            Some(ways)
        };
        found().unwrap_or_default()
    }

    /// What taking the step with these answers does.
    ///
    /// # Errors
    /// What the engine refuses, in words.
    pub fn take(&self, variables: Variables) -> Outcome<Next> {
        // Whoever has the step takes it.
        let by = match self.state.task(&self.task).map(|task| &task.state) {
            Some(TaskState::Claimed { by }) => by.clone(),
            Some(TaskState::Delegated { to, .. }) => to.clone(),
            _ => String::new(),
        };
        let kind = CommandKind::CompleteTask {
            task: self.task.clone(),
            variables,
        };
        let command = Command {
            now: self.now,
            by,
            command_id: String::new(),
            kind,
        };
        let events = decide(&self.definitions, &self.state, &command, &self.calendar)
            .map_err(super::rejected)?;
        let mut after = self.state.clone();
        for event in &events {
            apply(&mut after, event);
        }
        Ok(self.told(&events, &after))
    }

    fn told(&self, events: &[Event], after: &State) -> Next {
        let mut next = Next::default();
        for event in events {
            match event {
                // What opened and closed within the same decision is nobody's.
                Event::TaskOpened { task } if after.task(&task.id).is_some() => match task.kind {
                    TaskKind::User => next.tasks.push((**task).clone()),
                    _ => next.jobs.push(task.name.to_string()),
                },
                Event::TimerSet { timer }
                    if after
                        .scope(&timer.id.scope)
                        .is_some_and(|scope| scope.timers.contains_key(&timer.id.number)) =>
                {
                    let process = after
                        .scope(&timer.id.scope)
                        .map_or("", |scope| scope.process.as_str());
                    let name = self.definitions.element_name(process, &timer.element);
                    next.timers.push((name.to_owned(), timer.due));
                }
                Event::InstanceCompleted => next.ends = true,
                Event::IncidentRaised { incident, .. } => {
                    next.stuck = Some((incident.message_vi.clone(), incident.message.clone()));
                }
                _ => {}
            }
        }
        next
    }
}

/// The answer that a condition asks for: `outcome == 'approved'`.
fn asked_outcome(condition: &str) -> Option<String> {
    let (_, rest) = condition.split_once("outcome")?;
    let quoted = rest.trim_start().strip_prefix("==")?.trim_start();
    let quote = quoted
        .chars()
        .next()
        .filter(|quote| ['\'', '"'].contains(quote))?;
    quoted[1..]
        .split_once(quote)
        .map(|(answer, _)| answer.to_owned())
}

#[cfg(test)]
mod tests {
    use super::asked_outcome;

    #[test]
    fn the_answer_of_a_way_is_read_from_its_condition() {
        assert_eq!(asked_outcome("outcome == 'ok'").as_deref(), Some("ok"));
        assert_eq!(
            asked_outcome("= outcome==\"back\" && n > 1").as_deref(),
            Some("back")
        );
        assert_eq!(asked_outcome("size(opinion_units) > 0"), None);
        assert_eq!(asked_outcome("outcome != 'ok'"), None);
    }
}
