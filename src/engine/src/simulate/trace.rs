//! The lines of a simulation, from events and the state before each of them.

use std::io::{self, Write};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::{Value, json};

use super::starts::Told;
use crate::event::Event;
use crate::ids::ScopeId;
use crate::model::{Definitions, Name};
use crate::state::{Scope, ScopeKind, State, Wait};

/// How lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// One JSON object a line.
    #[default]
    Jsonl,
    /// A sentence a line, for people.
    Text,
}

#[derive(Serialize)]
struct Line<'a> {
    at: String,
    event: &'a str,
    process: &'a str,
    instance: &'a str,
    element: Option<&'a str>,
    kind: Option<&'a str>,
    name: Option<&'a str>,
    item: Option<&'a Value>,
    data: Option<Value>,
}

/// Writes the lines of one instance.
pub(super) struct Trace<'a> {
    pub defs: &'a Definitions,
    pub out: &'a mut dyn Write,
    pub format: Format,
    pub at: DateTime<Utc>,
    pub instance: &'a str,
    pub process: &'a str,
}

impl Trace<'_> {
    /// Writes what an event means to a reader; `before` is the state that it will change.
    pub fn event(&mut self, before: &State, event: &Event) -> io::Result<()> {
        match event {
            Event::InstanceStarted { .. } => self.instance_line("instance_started", None),
            Event::InstanceCompleted => self.instance_line("instance_completed", None),
            Event::InstanceTerminated { element } => {
                self.instance_line("instance_terminated", Some(json!({ "element": element })))
            }
            Event::InstanceCancelled { .. } => self.instance_line("instance_cancelled", None),
            Event::ElementEntered { scope, element, .. } => {
                self.element(before, "element_entered", scope, element)
            }
            Event::ElementCompleted { scope, element, .. } => {
                self.element(before, "element_completed", scope, element)
            }
            Event::ElementCancelled {
                scope,
                token,
                element,
            } => {
                let waits = before
                    .scopes
                    .get(scope)
                    .and_then(|scope| scope.tokens.get(token))
                    .is_some_and(|token| token.wait == Wait::Join);
                if waits {
                    Ok(())
                } else {
                    self.element(before, "element_cancelled", scope, element)
                }
            }
            Event::TokenMoved { scope, from, .. } => {
                self.element(before, "element_cancelled", scope, from)
            }
            Event::ScopeOpened { scope } => match item_of_round(before, scope) {
                Some(element) => self.line(
                    "element_entered",
                    &scope.process_of_element(before),
                    Some(element),
                    scope.item.as_ref(),
                    None,
                ),
                None => Ok(()),
            },
            Event::ItemCompleted { scope } => match before.scopes.get(scope) {
                Some(scope) => match item_of_round(before, scope) {
                    Some(element) => self.line(
                        "element_completed",
                        &scope.process_of_element(before),
                        Some(element),
                        scope.item.as_ref(),
                        None,
                    ),
                    None => Ok(()),
                },
                None => Ok(()),
            },
            Event::ScopeCancelled { scope } | Event::ItemRemoved { scope, .. } => {
                self.cancelled(before, scope)
            }
            Event::VariablesSet {
                scope,
                values,
                moved: false,
                element,
            } => {
                for (name, value) in values {
                    self.about(
                        before,
                        "variable_set",
                        scope,
                        element.as_deref(),
                        Some(json!({ "name": name, "value": value })),
                    )?;
                }
                Ok(())
            }
            Event::ScriptRun { scope, element } => {
                self.about(before, "script_run", scope, Some(element), None)
            }
            Event::ScriptSkipped {
                scope,
                element,
                format,
            } => self.about(
                before,
                "script_skipped",
                scope,
                Some(element),
                Some(json!({ "format": format })),
            ),
            Event::TaskOpened { task } if task.due.is_some() => self.about(
                before,
                "task_due",
                &task.id.scope,
                Some(&task.element),
                Some(json!({ "due": task.due.map(instant), "rule": task.due_rule })),
            ),
            Event::TimerSet { timer } => self.about(
                before,
                "timer_set",
                &timer.id.scope,
                Some(&timer.element),
                Some(json!({ "due": instant(timer.due), "rule": timer.rule })),
            ),
            Event::TimerFired {
                scope,
                element,
                next,
                ..
            } => self.about(
                before,
                "timer_fired",
                scope,
                Some(element),
                next.map(|next| json!({ "next": instant(next) })),
            ),
            Event::JobFailed {
                scope,
                element,
                message,
                ..
            } => self.about(
                before,
                "job_failed",
                scope,
                Some(element),
                Some(json!({ "message": message })),
            ),
            Event::IncidentRaised {
                scope, incident, ..
            } => {
                let element = Some(incident.element.as_str()).filter(|element| !element.is_empty());
                self.about(
                    before,
                    "incident",
                    scope,
                    element,
                    Some(json!({ "kind": incident.kind, "message": incident.message })),
                )
            }
            _ => self.thrown(before, event),
        }
    }

    fn thrown(&mut self, before: &State, event: &Event) -> io::Result<()> {
        let (line, scope, element, data) = match event {
            Event::MessageSent {
                scope,
                element,
                name,
                key,
                ..
            } => (
                "message_sent",
                scope,
                element,
                json!({ "name": name, "key": key }),
            ),
            Event::MessageReceived {
                scope,
                element,
                name,
            } => ("message_received", scope, element, json!({ "name": name })),
            Event::SignalSent {
                scope,
                element,
                name,
            } => ("signal_sent", scope, element, json!({ "name": name })),
            Event::SignalReceived {
                scope,
                element,
                name,
            } => ("signal_received", scope, element, json!({ "name": name })),
            Event::ErrorThrown {
                scope,
                element,
                code,
            } => ("error_thrown", scope, element, json!({ "code": code })),
            Event::ErrorCaught {
                scope,
                element,
                code,
            } => ("error_caught", scope, element, json!({ "code": code })),
            Event::EscalationThrown {
                scope,
                element,
                code,
            } => ("escalation_thrown", scope, element, json!({ "code": code })),
            Event::EscalationCaught {
                scope,
                element,
                code,
            } => ("escalation_caught", scope, element, json!({ "code": code })),
            Event::CompensationThrown { scope, element } => {
                ("compensation_thrown", scope, element, Value::Null)
            }
            Event::ConditionMet { scope, element } => {
                ("condition_met", scope, element, Value::Null)
            }
            _ => return Ok(()),
        };
        self.about(
            before,
            line,
            scope,
            Some(element),
            Some(data).filter(|data| !data.is_null()),
        )
    }

    /// A trigger occurred and started the instance.
    pub fn occurred(&mut self, element: &str, (event, data): &Told) -> io::Result<()> {
        let data = Some(data.clone()).filter(|data| !data.is_null());
        self.line(event, self.process, Some(element), None, data)
    }

    /// The instance can go no further, and waits for nothing that will come.
    pub fn stuck(&mut self, state: &State) -> io::Result<()> {
        let waiting: Vec<&str> = state
            .scopes
            .values()
            .flat_map(|scope| scope.tokens.values())
            .map(|token| token.element.as_str())
            .collect();
        self.instance_line("stuck", Some(json!({ "waiting": waiting })))
    }

    pub fn instance_line(&mut self, event: &str, data: Option<Value>) -> io::Result<()> {
        let process = self.process.to_owned();
        let name = self
            .defs
            .process(&process)
            .map(|process| process.name.clone())
            .unwrap_or_default();
        self.write(&Line {
            at: instant(self.at),
            event,
            process: &process,
            instance: self.instance,
            element: None,
            kind: Some("process"),
            name: Some(&name),
            item: None,
            data,
        })
    }

    /// Entered, completed or cancelled; a repeated activity is told item by item, not as a whole.
    fn element(
        &mut self,
        state: &State,
        event: &str,
        scope: &ScopeId,
        element: &str,
    ) -> io::Result<()> {
        let Some(found) = state.scopes.get(scope) else {
            return Ok(());
        };
        let node = self
            .defs
            .process(&found.process)
            .and_then(|process| process.node(element));
        if found.kind != ScopeKind::Item && node.is_some_and(|node| node.repeat.is_some()) {
            return Ok(());
        }
        self.about(state, event, scope, Some(element), None)
    }

    fn about(
        &mut self,
        state: &State,
        event: &str,
        scope: &ScopeId,
        element: Option<&str>,
        data: Option<Value>,
    ) -> io::Result<()> {
        let process = state
            .scopes
            .get(scope)
            .map_or_else(|| self.process.into(), |scope| scope.process.clone());
        let item = scope
            .outward()
            .find_map(|id| state.scopes.get(&id)?.item.clone());
        self.line(event, &process, element, item.as_ref(), data)
    }

    /// Everything that is inside a scope when it is cancelled, the innermost first.
    fn cancelled(&mut self, state: &State, id: &ScopeId) -> io::Result<()> {
        let Some(scope) = state.scopes.get(id) else {
            return Ok(());
        };
        if scope.kind == ScopeKind::Round {
            let items: Vec<ScopeId> = state
                .subtree(id)
                .map(|(id, _)| id.clone())
                .filter(|item| item.parent().as_ref() == Some(id))
                .collect();
            for item in items {
                self.cancelled(state, &item)?;
            }
            return Ok(());
        }
        for token in scope.tokens.values() {
            if let Wait::Scope(child) = token.wait {
                self.cancelled(state, &id.child(child))?;
            }
            if token.wait != Wait::Join {
                self.element(state, "element_cancelled", id, &token.element)?;
            }
        }
        match item_of_round(state, scope) {
            Some(element) => self.line(
                "element_cancelled",
                &scope.process_of_element(state),
                Some(element),
                scope.item.as_ref(),
                None,
            ),
            None => Ok(()),
        }
    }

    fn line(
        &mut self,
        event: &str,
        process: &str,
        element: Option<&str>,
        item: Option<&Value>,
        data: Option<Value>,
    ) -> io::Result<()> {
        let node = element.and_then(|element| self.defs.process(process)?.node(element));
        let line = Line {
            at: instant(self.at),
            event,
            process,
            instance: self.instance,
            element,
            kind: node.map(crate::model::Node::kind_name),
            name: node.map(|node| node.name.as_str()),
            item,
            data,
        };
        self.write(&line)
    }

    fn write(&mut self, line: &Line) -> io::Result<()> {
        match self.format {
            Format::Jsonl => {
                serde_json::to_writer(&mut *self.out, line)?;
                self.out.write_all(b"\n")
            }
            Format::Text => {
                let local = trinhky_calendar::local(self.at).format("%Y-%m-%d %H:%M");
                write!(self.out, "{local}  {:<20} {}", line.event, line.instance)?;
                if let Some(element) = line.element {
                    write!(self.out, "  {element}")?;
                }
                if let Some(name) = line.name.filter(|name| !name.is_empty()) {
                    write!(self.out, " “{name}”")?;
                }
                if let Some(item) = line.item {
                    write!(self.out, "  [{item}]")?;
                }
                if let Some(data) = &line.data {
                    write!(self.out, "  {data}")?;
                }
                writeln!(self.out)
            }
        }
    }
}

impl Scope {
    /// The process in which the element of this scope is drawn: for a called process, the caller's.
    fn process_of_element(&self, state: &State) -> Name {
        self.id
            .parent()
            .and_then(|parent| state.scopes.get(&parent))
            .map_or_else(|| self.process.clone(), |parent| parent.process.clone())
    }
}

/// The activity, when the scope is one item of a repeated sub-process or call.
fn item_of_round<'s>(state: &State, scope: &'s Scope) -> Option<&'s str> {
    let parent = state.scopes.get(&scope.id.parent()?)?;
    (parent.kind == ScopeKind::Round && scope.kind != ScopeKind::Item)
        .then_some(scope.element.as_deref())
        .flatten()
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
