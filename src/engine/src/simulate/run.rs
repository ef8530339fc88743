//! The virtual clock's loop: acts in the order of their instants, one after the other.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::starts::{Beginning, Told};
use super::trace::Trace;
use super::{
    Answer, MAX_ACTS, MAX_INSTANCES, MAX_REPEATS, Options, Outcome, SimulateError, starts,
};
use crate::command::{Command, CommandKind, Rejection};
use crate::event::Event;
use crate::ids::{TaskId, TimerId};
use crate::model::{Definitions, Name, Node, TaskKind, Trigger};
use crate::state::{State, Status, Task, Topic, Variables};
use crate::{apply, decide, timers};

pub(super) struct Instance {
    name: String,
    pub(super) process: String,
    state: State,
    /// Where it began, and what occurred there.
    begun: Option<(String, Vec<Told>)>,
}

#[derive(Debug, Clone)]
pub(super) enum Act {
    Answer {
        instance: usize,
        task: TaskId,
        answer: Option<usize>,
    },
    Fire {
        instance: usize,
        timer: TimerId,
    },
    /// A timer start event is due.
    Start(starts::Due),
    Deliver(Letter),
    Signal {
        from: Option<usize>,
        name: String,
        variables: Variables,
    },
}

#[derive(Debug, Clone)]
pub(super) struct Letter {
    name: String,
    key: Option<String>,
    variables: Variables,
}

/// How often, by element and item.
type Counts = BTreeMap<(Name, Option<String>), u64>;

pub(super) struct Simulation<'a> {
    pub(super) defs: &'a Definitions,
    pub(super) options: &'a Options,
    pub(super) out: &'a mut dyn Write,
    pub(super) now: DateTime<Utc>,
    pub(super) instances: Vec<Instance>,
    queue: BTreeMap<(DateTime<Utc>, u64), Act>,
    scheduled: u64,
    /// Messages that nobody waited for.
    mailbox: Vec<Letter>,
    /// How often elements were activated: in all, and by item.
    activations: Counts,
    /// Answers that have served.
    used: BTreeSet<usize>,
    refused: bool,
    /// Processes that were asked for and begin by an event.
    pub(super) awaited: Vec<String>,
    /// Parallel multiple start events of which not all triggers have occurred, by process and element.
    pub(super) begun: BTreeMap<(String, String), starts::Begun>,
    /// Openings at this instant: the instant, and how often by element and item.
    repeats: (DateTime<Utc>, Counts),
}

impl<'a> Simulation<'a> {
    pub(super) fn new(
        defs: &'a Definitions,
        options: &'a Options,
        out: &'a mut dyn Write,
        start: DateTime<Utc>,
    ) -> Self {
        Self {
            defs,
            options,
            out,
            now: start,
            instances: Vec::new(),
            queue: BTreeMap::new(),
            scheduled: 0,
            mailbox: Vec::new(),
            activations: BTreeMap::new(),
            used: BTreeSet::new(),
            refused: false,
            awaited: Vec::new(),
            begun: BTreeMap::new(),
            repeats: (start, BTreeMap::new()),
        }
    }

    pub(super) fn run(mut self) -> Result<Outcome, SimulateError> {
        let mut acts = 0;
        let mut cut = false;
        while let Some(((at, _), act)) = self.queue.pop_first() {
            acts += 1;
            if self.options.scenario.until.is_some_and(|until| at > until) || acts > MAX_ACTS {
                cut = true;
                break;
            }
            self.now = self.now.max(at);
            self.act(act)?;
        }
        let running: Vec<usize> = (0..self.instances.len())
            .filter(|index| self.instances[*index].state.instance.status == Status::Running)
            .collect();
        let incident = self.instances.iter().any(|instance| {
            instance
                .state
                .scopes
                .values()
                .any(|scope| !scope.incidents.is_empty())
        });
        for index in &running {
            let waits = self.instances[*index]
                .state
                .scopes
                .values()
                .all(|scope| scope.incidents.is_empty());
            if waits && !cut {
                self.trace(*index, |trace, state| trace.stuck(state))?;
            } else if waits {
                self.trace(*index, |trace, _| {
                    trace.instance_line("until_reached", None)
                })?;
            }
        }
        let never_started = self.tell_what_never_started(cut)?;
        self.out.flush()?;
        Ok(
            match (
                incident || self.refused,
                running.is_empty() && !never_started,
            ) {
                (true, _) => Outcome::Failed,
                (false, true) => Outcome::Ended,
                (false, false) => Outcome::Stuck,
            },
        )
    }

    pub(super) fn schedule_scenario(&mut self) {
        for message in &self.options.scenario.messages {
            let key = message.key.as_ref().map(text);
            let letter = Letter {
                name: message.name.clone(),
                key,
                variables: message.variables.clone(),
            };
            self.schedule(message.after.as_deref(), Act::Deliver(letter));
        }
        for signal in &self.options.scenario.signals {
            let act = Act::Signal {
                from: None,
                name: signal.name.clone(),
                variables: signal.variables.clone(),
            };
            self.schedule(signal.after.as_deref(), act);
        }
    }

    fn schedule(&mut self, after: Option<&str>, act: Act) {
        let at = after
            .and_then(timers::duration)
            .and_then(|after| after.after(self.now))
            .unwrap_or(self.now);
        self.schedule_at(at, act);
    }

    pub(super) fn schedule_at(&mut self, at: DateTime<Utc>, act: Act) {
        self.scheduled += 1;
        self.queue.insert((at, self.scheduled), act);
    }

    pub(super) fn start(
        &mut self,
        process: &str,
        variables: Variables,
        at: Option<&Node>,
        told: Vec<Told>,
    ) -> Result<(), SimulateError> {
        if self.instances.len() >= MAX_INSTANCES {
            self.refused = true;
            return Ok(());
        }
        let number = self
            .instances
            .iter()
            .filter(|instance| instance.process == process)
            .count()
            + 1;
        self.instances.push(Instance {
            name: format!("{process}-{number}"),
            process: process.to_owned(),
            state: State::default(),
            begun: at.map(|node| (node.id.to_string(), told)),
        });
        let start = at.map(|node| node.id.to_string());
        self.command(
            self.instances.len() - 1,
            CommandKind::Start {
                process: process.to_owned(),
                variables,
                start,
            },
        )?;
        Ok(())
    }

    fn act(&mut self, act: Act) -> Result<(), SimulateError> {
        match act {
            Act::Answer {
                instance,
                task,
                answer,
            } => self.answer(instance, &task, answer),
            Act::Fire { instance, timer } => {
                let due = self.instances[instance]
                    .state
                    .scopes
                    .get(&timer.scope)
                    .and_then(|scope| scope.timers.get(&timer.number))
                    .map(|timer| timer.due);
                if due.is_some_and(|due| due <= self.now) {
                    self.command(instance, CommandKind::FireDue { timer })?;
                }
                Ok(())
            }
            Act::Start(due) => self.start_due(due),
            Act::Deliver(letter) => self.deliver(letter),
            Act::Signal {
                from,
                name,
                variables,
            } => self.signal(from, &name, &variables),
        }
    }

    fn answer(
        &mut self,
        instance: usize,
        id: &TaskId,
        answer: Option<usize>,
    ) -> Result<(), SimulateError> {
        let Some(task) = self.instances[instance].state.task(id).cloned() else {
            return Ok(());
        };
        let answer = answer.map(|index| &self.options.scenario.answers[index]);
        let variables = answer
            .map(|answer| answer.variables.clone())
            .unwrap_or_default();
        if let Some(code) = answer.and_then(|answer| answer.error.clone()) {
            self.command(
                instance,
                CommandKind::ThrowError {
                    task: id.clone(),
                    code,
                    variables,
                },
            )?;
            return Ok(());
        }
        if let Some(code) = answer.and_then(|answer| answer.escalation.clone()) {
            self.command(
                instance,
                CommandKind::ThrowEscalation {
                    task: id.clone(),
                    code,
                },
            )?;
            if self.instances[instance].state.task(id).is_none() {
                return Ok(());
            }
        }
        let kind = match task.kind {
            TaskKind::Service | TaskKind::BusinessRule => CommandKind::ServiceDone {
                task: id.clone(),
                variables,
            },
            _ => CommandKind::CompleteTask {
                task: id.clone(),
                variables,
            },
        };
        self.command(instance, kind)?;
        Ok(())
    }

    /// To the first that waits for it, else to a process that it starts, else kept.
    fn deliver(&mut self, letter: Letter) -> Result<(), SimulateError> {
        if let Some(index) = self.receiver(&letter) {
            let Letter {
                name,
                key,
                variables,
            } = letter;
            let kind = CommandKind::Correlate {
                name,
                key,
                variables,
            };
            return self.command(index, kind);
        }
        let starts = |trigger: &Trigger| matches!(trigger, Trigger::Message { name, .. } if *name == letter.name);
        let started = started_by(self.defs, starts).find(|start| !self.has_occurred(start));
        match started {
            Some(start) => self.occurs(&start, letter.variables.clone()),
            None => {
                self.mailbox.push(letter);
                Ok(())
            }
        }
    }

    /// The first instance that waits for the message with this very key, else the first that waits for any.
    fn receiver(&self, letter: &Letter) -> Option<usize> {
        let fit = |index: &usize| {
            let state = &self.instances[*index].state;
            let subscriptions = state.scopes.values().flat_map(|scope| &scope.subscriptions);
            let fits = subscriptions
                .filter_map(|(_, waits)| waits.to.takes(&letter.name, letter.key.as_deref()));
            fits.min()
                .filter(|_| state.instance.status == Status::Running)
        };
        (0..self.instances.len())
            .filter_map(|index| Some((fit(&index)?, index)))
            .min()
            .map(|(_, index)| index)
    }

    /// To all that wait for it in other instances than the thrower's, and to all processes that it starts.
    fn signal(
        &mut self,
        from: Option<usize>,
        name: &str,
        variables: &Variables,
    ) -> Result<(), SimulateError> {
        for index in 0..self.instances.len() {
            let state = &self.instances[index].state;
            let waits = state.scopes.values().flat_map(|scope| scope.subscriptions.values()).any(|subscription| matches!(&subscription.to, Topic::Signal { name: own } if own == name));
            if Some(index) != from && state.instance.status == Status::Running && waits {
                self.command(
                    index,
                    CommandKind::Signal {
                        name: name.to_owned(),
                        variables: variables.clone(),
                    },
                )?;
            }
        }
        let starts =
            |trigger: &Trigger| matches!(trigger, Trigger::Signal { name: own } if own == name);
        for start in started_by(self.defs, starts) {
            self.occurs(&start, variables.clone())?;
        }
        Ok(())
    }

    /// Messages that nobody waited for are looked at again.
    pub(super) fn empty_mailbox(&mut self) {
        for letter in std::mem::take(&mut self.mailbox) {
            self.schedule(None, Act::Deliver(letter));
        }
    }

    fn command(&mut self, index: usize, kind: CommandKind) -> Result<(), SimulateError> {
        let command = Command {
            now: self.now,
            by: "simulation".to_owned(),
            command_id: String::new(),
            kind,
        };
        match decide(
            self.defs,
            &self.instances[index].state,
            &command,
            &self.options.calendar,
        ) {
            Ok(events) => self.happened(index, &events)?,
            Err(Rejection::Refused { message, .. }) => {
                self.refused = true;
                self.trace(index, |trace, _| {
                    trace.instance_line("refused", Some(serde_json::json!({ "message": message })))
                })?;
            }
            Err(Rejection::Incomplete(need)) => {
                self.refused = true;
                self.trace(index, |trace, _| {
                    trace.instance_line(
                        "refused",
                        Some(serde_json::json!({ "message": format!("{need:?}") })),
                    )
                })?;
            }
        }
        Ok(())
    }

    fn happened(&mut self, index: usize, events: &[Event]) -> Result<(), SimulateError> {
        for event in events {
            self.trace(index, |trace, state| trace.event(state, event))?;
            apply(&mut self.instances[index].state, event);
            match event {
                Event::InstanceStarted { .. } => {
                    let begun = self.instances[index].begun.take();
                    for (element, told) in begun
                        .iter()
                        .flat_map(|(at, told)| told.iter().map(move |told| (at, told)))
                    {
                        self.trace(index, |trace, _| trace.occurred(element, told))?;
                    }
                }
                Event::TaskOpened { task } if self.is_endless(task) => {
                    self.refused = true;
                    let data = serde_json::json!({ "kind": "endless-loop", "element": task.element, "message": format!("'{}' was opened more than {MAX_REPEATS} times while no time passed.", task.element) });
                    self.trace(index, |trace, _| {
                        trace.instance_line("incident", Some(data))
                    })?;
                }
                Event::TaskOpened { task } => self.schedule_answer(index, task),
                Event::TimerSet { timer } => self.schedule_at(
                    timer.due,
                    Act::Fire {
                        instance: index,
                        timer: timer.id.clone(),
                    },
                ),
                Event::TimerFired {
                    scope,
                    timer,
                    next: Some(next),
                    ..
                } => {
                    self.schedule_at(
                        *next,
                        Act::Fire {
                            instance: index,
                            timer: TimerId::new(scope.clone(), *timer),
                        },
                    );
                }
                Event::MessageSent {
                    name,
                    key,
                    variables,
                    ..
                } => {
                    self.schedule(
                        None,
                        Act::Deliver(Letter {
                            name: name.clone(),
                            key: key.clone(),
                            variables: variables.clone(),
                        }),
                    );
                }
                Event::SignalSent { name, .. } => self.schedule(
                    None,
                    Act::Signal {
                        from: Some(index),
                        name: name.clone(),
                        variables: Variables::new(),
                    },
                ),
                Event::Subscribed { subscription, .. } => {
                    let fits = |letter: &Letter| {
                        let topic = &subscription.to;
                        topic.takes(&letter.name, letter.key.as_deref()).is_some()
                    };
                    if let Some(at) = self.mailbox.iter().position(fits) {
                        let letter = self.mailbox.remove(at);
                        self.schedule(None, Act::Deliver(letter));
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn schedule_answer(&mut self, instance: usize, task: &Task) {
        let item = task.item.as_ref().map(Value::to_string);
        let mut count = |item: Option<String>| {
            let count = self
                .activations
                .entry((task.element.clone(), item))
                .or_default();
            *count += 1;
            *count
        };
        let total = count(None);
        let of_item = item.map_or(total, |item| count(Some(item)));
        let fits = |(index, answer): &(usize, &Answer)| {
            let count = if answer.item.is_some() {
                of_item
            } else {
                total
            };
            answer.element == task.element
                && (answer.item.is_none() || answer.item == task.item)
                && answer.nth.is_none_or(|nth| nth == count)
                && (answer.always || answer.nth.is_some() || !self.used.contains(index))
        };
        // The more an answer says, the earlier it is asked.
        let rank = |(_, answer): &(usize, &Answer)| {
            (answer.item.is_none(), answer.nth.is_none(), answer.always)
        };
        let chosen = self
            .options
            .scenario
            .answers
            .iter()
            .enumerate()
            .filter(fits)
            .min_by_key(rank)
            .map(|(index, _)| index);
        if let Some(index) = chosen {
            self.used.insert(index);
        }
        let after = chosen.and_then(|index| self.options.scenario.answers[index].after.clone());
        self.schedule(
            after.as_deref(),
            Act::Answer {
                instance,
                task: task.id.clone(),
                answer: chosen,
            },
        );
    }

    /// A loop of tasks that answer at once would never end: its next task is left open.
    fn is_endless(&mut self, task: &Task) -> bool {
        if self.repeats.0 != self.now {
            self.repeats = (self.now, BTreeMap::new());
        }
        let item = task.item.as_ref().map(Value::to_string);
        let count = self
            .repeats
            .1
            .entry((task.element.clone(), item))
            .or_default();
        *count += 1;
        *count > MAX_REPEATS
    }

    fn trace(
        &mut self,
        index: usize,
        write: impl FnOnce(&mut Trace, &State) -> io::Result<()>,
    ) -> io::Result<()> {
        let instance = &self.instances[index];
        let mut trace = Trace {
            defs: self.defs,
            out: &mut *self.out,
            format: self.options.format,
            at: self.now,
            instance: &instance.name,
            process: &instance.process,
        };
        write(&mut trace, &instance.state)
    }
}

/// Elements at which a fitting event starts an instance.
fn started_by(
    defs: &Definitions,
    fits: impl Fn(&Trigger) -> bool,
) -> impl Iterator<Item = Beginning<'_>> {
    defs.processes()
        .iter()
        .flat_map(|process| process.triggered_starts().map(move |node| (process, node)))
        .filter_map(move |(process, node)| {
            let trigger = node.triggered_by(&fits)?;
            Some(Beginning {
                process,
                node,
                trigger,
            })
        })
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
