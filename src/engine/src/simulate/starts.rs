//! Processes that begin by an event: timers and conditions are looked at here, messages and signals come by themselves.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::io;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::SimulateError;
use super::run::{Act, Simulation};
use super::trace::Trace;
use crate::expr::{EvalError, Expr};
use crate::model::{EventNode, Kind, Node, Process, Trigger};
use crate::state::{Cycle, Variables};
use crate::timers;

/// A trigger that occurs, and the element at which it starts an instance of a process.
pub(super) struct Beginning<'a> {
    pub(super) process: &'a Process,
    pub(super) node: &'a Node,
    pub(super) trigger: usize,
}

impl Beginning<'_> {
    fn place(&self) -> (String, String) {
        (self.process.id.to_string(), self.node.id.to_string())
    }

    /// The line that tells what has occurred.
    fn told(&self) -> Told {
        let message = |name: &str| ("message_received", json!({ "name": name }));
        let trigger = match &self.node.kind {
            Kind::Event(event) => event.triggers.get(self.trigger),
            _ => None,
        };
        match (trigger, &self.node.settings.message) {
            (Some(Trigger::Message { name, .. }), _) | (None, Some((name, _))) => message(name),
            (Some(Trigger::Signal { name }), _) => ("signal_received", json!({ "name": name })),
            (Some(Trigger::Timer { .. }), _) => ("timer_fired", Value::Null),
            _ => ("condition_met", Value::Null),
        }
    }
}

/// The name and the data of a line about a trigger.
pub(super) type Told = (&'static str, Value);

/// What has occurred of the triggers of a parallel multiple start event.
#[derive(Debug, Default)]
pub(super) struct Begun {
    occurred: BTreeSet<usize>,
    told: Vec<Told>,
    variables: Variables,
}

/// A timer start event: where it starts, when, and how often again.
#[derive(Debug, Clone)]
pub(super) struct Due {
    process: String,
    start: String,
    trigger: usize,
    at: DateTime<Utc>,
    cycle: Option<Cycle>,
    variables: Variables,
}

impl Simulation<'_> {
    /// Starts a process that was asked for, or waits for the event that starts it.
    pub(super) fn begin(
        &mut self,
        process: &str,
        variables: &Variables,
    ) -> Result<(), SimulateError> {
        let Some(found) = self.defs.process(process) else {
            return Ok(());
        };
        if found.starts_by_itself() {
            return self.start(process, variables.clone(), None, Vec::new());
        }
        self.awaited.push(process.to_owned());
        for start in found.triggered_starts() {
            let Kind::Event(event) = &start.kind else {
                continue;
            };
            for (number, trigger) in event.triggers.iter().enumerate() {
                let beginning = Beginning {
                    process: found,
                    node: start,
                    trigger: number,
                };
                self.watch(&beginning, trigger, variables)?;
            }
        }
        Ok(())
    }

    /// Whether a parallel multiple start event has had this trigger and waits for the others.
    pub(super) fn has_occurred(&self, beginning: &Beginning) -> bool {
        self.begun
            .get(&beginning.place())
            .is_some_and(|begun| begun.occurred.contains(&beginning.trigger))
    }

    /// A trigger occurs: an instance starts, at a parallel multiple start event only when all have (BPMN 2.0.2, 10.5.2).
    pub(super) fn occurs(
        &mut self,
        beginning: &Beginning,
        variables: Variables,
    ) -> Result<(), SimulateError> {
        let Kind::Event(EventNode {
            parallel_multiple: true,
            triggers,
            ..
        }) = &beginning.node.kind
        else {
            return self.start(
                &beginning.process.id,
                variables,
                Some(beginning.node),
                vec![beginning.told()],
            );
        };
        let begun = self.begun.entry(beginning.place()).or_default();
        if begun.occurred.insert(beginning.trigger) {
            begun.told.push(beginning.told());
        }
        begun.variables.extend(variables);
        if begun.occurred.len() < triggers.len() {
            return Ok(());
        }
        let Begun {
            told, variables, ..
        } = std::mem::take(begun);
        self.begun.remove(&beginning.place());
        self.start(&beginning.process.id, variables, Some(beginning.node), told)?;
        self.empty_mailbox();
        Ok(())
    }

    fn watch(
        &mut self,
        beginning: &Beginning,
        trigger: &Trigger,
        variables: &Variables,
    ) -> Result<(), SimulateError> {
        let start = beginning.node;
        match trigger {
            Trigger::Timer { kind, rule } => {
                let first = timers::first(*kind, rule, self.now, &self.options.calendar, |expr| {
                    value(expr, variables)
                });
                let (at, cycle) = first.map_err(|problem| refused(start, &problem))?;
                let due = Due {
                    process: beginning.process.id.to_string(),
                    start: start.id.to_string(),
                    trigger: beginning.trigger,
                    at,
                    cycle,
                    variables: variables.clone(),
                };
                self.schedule_at(at, Act::Start(due));
                Ok(())
            }
            Trigger::Conditional(condition)
                if value(condition, variables).is_ok_and(|value| value == Value::Bool(true)) =>
            {
                self.occurs(beginning, variables.clone())
            }
            _ => Ok(()),
        }
    }

    /// A cycle starts an instance each time it is due.
    pub(super) fn start_due(&mut self, due: Due) -> Result<(), SimulateError> {
        let defs = self.defs;
        if let Some(process) = defs.process(&due.process)
            && let Some(node) = process.node(&due.start)
        {
            let beginning = Beginning {
                process,
                node,
                trigger: due.trigger,
            };
            self.occurs(&beginning, due.variables.clone())?;
        }
        let next = due
            .cycle
            .as_ref()
            .and_then(|cycle| timers::next(due.at, cycle));
        if let Some(at) = next {
            let mut again = Due { at, ..due };
            if let Some(cycle) = &mut again.cycle {
                cycle.count_down();
            }
            self.schedule_at(at, Act::Start(again));
        }
        Ok(())
    }

    /// A process that was asked for and never began is stuck at its start, or was not waited for long enough.
    pub(super) fn tell_what_never_started(&mut self, cut: bool) -> io::Result<bool> {
        let started = |process: &String| {
            self.instances
                .iter()
                .any(|instance| instance.process == *process)
        };
        let never: Vec<String> = self
            .awaited
            .iter()
            .filter(|process| !started(process))
            .cloned()
            .collect();
        for process in &never {
            let waiting: Vec<&str> = self
                .defs
                .process(process)
                .into_iter()
                .flat_map(Process::triggered_starts)
                .map(|node| node.id.as_str())
                .collect();
            let mut trace = Trace {
                defs: self.defs,
                out: &mut *self.out,
                format: self.options.format,
                at: self.now,
                instance: "",
                process,
            };
            let event = if cut { "until_reached" } else { "stuck" };
            trace.instance_line(event, Some(json!({ "waiting": waiting })))?;
        }
        Ok(!never.is_empty())
    }
}

fn value(expr: &Expr, variables: &Variables) -> Result<Value, String> {
    expr.evaluate(|name| Ok::<_, Infallible>(variables.get(name).map(Cow::Borrowed)))
        .map_err(|error| match error {
            EvalError::Failed(problem) => problem,
        })
}

fn refused(start: &Node, problem: &timers::Problem<String>) -> SimulateError {
    let (message, message_vi) = match problem {
        timers::Problem::Halt(problem) => (problem.clone(), problem.clone()),
        timers::Problem::Bad(message, message_vi) => (message.clone(), message_vi.clone()),
    };
    SimulateError::Refused {
        message: format!("The timer of '{}' has no instant: {message}", start.id),
        message_vi: format!("Không tính được thời điểm của '{}': {message_vi}", start.id),
    }
}
