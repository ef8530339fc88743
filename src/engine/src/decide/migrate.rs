//! Doing a migration: the events that take a running instance to another version of its workflow.

use chrono::{DateTime, Utc};
use trinhky_calendar::Calendar;

use super::work::{Step, Work};
use crate::apply::apply;
use crate::command::{Command, CommandKind, Need, RefusalKind, Rejection};
use crate::event::Event;
use crate::ids::ScopeId;
use crate::migrate::{Elements, Pair, plan};
use crate::model::{Definitions, Kind, Name};
use crate::state::{Hook, ScopeKind, State, Status, Variables, Wait};

/// Takes an instance from one version to another, where its [`plan`] names nothing that stands in the way. The whole state
/// must be loaded. From then on `new` is what the instance is decided by.
///
/// # Errors
/// Refused with everything that stands in the way; incomplete when only a slice is loaded.
pub fn migrate(
    (old, new): (&Definitions, &Definitions),
    state: &State,
    elements: &Elements,
    (now, by): (DateTime<Utc>, &str),
    calendar: &Calendar,
) -> Result<Vec<Event>, Rejection> {
    if state.partial {
        return Err(Rejection::Incomplete(Need::All));
    }
    if state.instance.status != Status::Running {
        return Err(super::refuse(
            "The instance has ended.",
            "Hồ sơ đã kết thúc.",
        ));
    }
    let obstacles = plan(old, new, state, elements).obstacles;
    if !obstacles.is_empty() {
        let say = |words: fn(&crate::migrate::Remark) -> &String| {
            obstacles
                .iter()
                .map(|remark| words(remark).as_str())
                .collect::<Vec<_>>()
                .join(" ")
        };
        return Err(Rejection::Refused {
            kind: RefusalKind::WrongState,
            message: say(|remark| &remark.message),
            message_vi: say(|remark| &remark.message_vi),
        });
    }
    let pair = Pair {
        old,
        new,
        state,
        elements,
    };
    let renamed = elements.iter().filter(|(from, to)| from != to);
    let event = Event::InstanceMigrated {
        definition: new.hash().to_owned(),
        by: by.to_owned(),
        elements: renamed
            .map(|(from, to)| (from.clone(), to.clone()))
            .collect(),
        flows: pair.flows(),
    };
    let mut moved = state.clone();
    apply(&mut moved, &event);
    // Nothing is commanded but what follows: the new version needs an instant and an author.
    let command = Command {
        now,
        by: by.to_owned(),
        command_id: String::new(),
        kind: CommandKind::SetVariables {
            scope: ScopeId::root(),
            variables: Variables::new(),
        },
    };
    let mut work = Work::new(new, &moved, &command, calendar);
    work.settle(&pair)?;
    work.run()?;
    let mut events = vec![event];
    events.append(&mut work.events);
    Ok(events)
}

impl Work<'_> {
    /// Makes what waits as the new version has it.
    fn settle(&mut self, pair: &Pair<'_>) -> Step {
        for id in self.scope_ids() {
            self.revise_tasks(&id)?;
            self.drop_what_is_gone(&id)?;
            self.await_what_is_new(&id, pair)?;
            if self
                .expect(&id)?
                .tokens
                .values()
                .any(|token| token.wait == Wait::Join)
            {
                self.joins.insert(id);
            }
        }
        Ok(())
    }

    /// Open tasks are called, given and done as the new version says.
    fn revise_tasks(&mut self, id: &ScopeId) -> Step {
        for task in self.expect(id)?.tasks.values().cloned().collect::<Vec<_>>() {
            let node = self.node(id, &task.element)?;
            let mut revised = task.clone();
            revised.name.clone_from(&node.name);
            revised.service.clone_from(&node.settings.service);
            revised.step.clone_from(&node.settings.step);
            revised.form.clone_from(&node.settings.form);
            revised.priority = node.settings.priority;
            revised.role = self.role_of(id, node, &task.inputs)?;
            if revised != task {
                self.emit(Event::TaskRevised {
                    task: Box::new(revised),
                });
            }
        }
        Ok(())
    }

    /// Takes away the timers and subscriptions of events that are no more.
    fn drop_what_is_gone(&mut self, id: &ScopeId) -> Step {
        let process = self.process(id)?;
        let scope = self.expect(id)?;
        let gone = |element: &str| process.node(element).is_none();
        let timers: Vec<(u64, Name)> = scope
            .timers
            .iter()
            .filter(|(_, timer)| gone(&timer.element))
            .map(|(number, timer)| (*number, timer.element.clone()))
            .collect();
        let subscriptions: Vec<u64> = scope
            .subscriptions
            .iter()
            .filter(|(_, waits)| gone(&waits.element))
            .map(|(number, _)| *number)
            .collect();
        for (timer, element) in timers {
            self.emit(Event::TimerCancelled {
                scope: id.clone(),
                timer,
                element,
            });
        }
        for number in subscriptions {
            self.emit(Event::Unsubscribed {
                scope: id.clone(),
                number,
            });
        }
        Ok(())
    }

    /// Waits for the events that are added where a token is, and where a scope is open.
    fn await_what_is_new(&mut self, id: &ScopeId, pair: &Pair<'_>) -> Step {
        let Some(before) = pair.state.scope(id) else {
            return Ok(());
        };
        let mut added = Vec::new();
        if before.kind != ScopeKind::Item {
            for (token, at) in &before.tokens {
                let nodes = pair.added_boundaries(before, &at.element);
                added.extend(
                    nodes
                        .into_iter()
                        .map(|node| (Some(*token), node, Hook::Boundary)),
                );
            }
        }
        let nodes = pair.added_event_sub_processes(before);
        added.extend(
            nodes
                .into_iter()
                .map(|node| (None, node, Hook::EventSubProcess)),
        );
        for (token, node, hook) in added {
            if let Kind::Event(event) = &node.kind {
                self.hook_event(id, token, node, event, hook)?;
            }
        }
        Ok(())
    }
}
