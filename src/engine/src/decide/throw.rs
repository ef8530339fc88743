//! Throwing events: messages, signals, errors, escalations, links, terminate. Catchers act before the thrower goes on.

use super::catch::text;
use super::work::{Halt, Step, Work, incident};
use crate::command::Need;
use crate::event::Event;
use crate::expr::Expr;
use crate::ids::ScopeId;
use crate::model::{EventNode, Kind, Name, Node, Position, Trigger};
use crate::state::{ScopeKind, Subscription, Topic, Variables, Wait};

/// An error or an escalation on its way outward.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Thrown {
    Error,
    Escalation,
    Cancel,
}

/// Who catches it.
pub(super) struct Catcher {
    scope: ScopeId,
    /// The activity's token for a boundary event, none for an event sub-process.
    host: Option<u64>,
    element: Name,
    interrupting: bool,
}

impl Work<'_> {
    pub(super) fn throw(
        &mut self,
        scope: &ScopeId,
        token: u64,
        node: &Node,
        event: &EventNode,
    ) -> Step {
        // Compensation comes last, all that is asked for in one go: the token may wait there, and nothing else may be lost.
        let mut compensates = None;
        for trigger in &event.triggers {
            if let Trigger::Compensate { wait, .. } = trigger {
                compensates = Some(compensates.unwrap_or(false) || *wait);
                continue;
            }
            self.throw_one(scope, token, node, trigger)?;
            if !self.goes_on(scope, token) {
                return Ok(());
            }
        }
        if let Some(wait) = compensates {
            self.throw_compensation(scope, token, node, wait)?;
            if !self.goes_on(scope, token) {
                return Ok(());
            }
        }
        self.leave(scope, token)
    }

    /// Not cancelled by a catcher, and not waiting for compensation.
    fn goes_on(&self, scope: &ScopeId, token: u64) -> bool {
        self.scope(scope)
            .and_then(|scope| scope.tokens.get(&token))
            .is_some_and(|token| token.wait == Wait::Run)
    }

    fn throw_one(&mut self, scope: &ScopeId, token: u64, node: &Node, trigger: &Trigger) -> Step {
        match trigger {
            Trigger::Message { name, key } => self.send_message(scope, node, name, key.as_ref()),
            Trigger::Signal { name } => self.send_signal(scope, node, name),
            Trigger::Error { code } => self.end_with_error(scope, token, node, code.clone()),
            Trigger::Escalation { code } => self.escalate(scope, None, &node.id, code.as_deref()),
            Trigger::Terminate => {
                self.emit(Event::ElementCompleted {
                    scope: scope.clone(),
                    token,
                    element: node.id.clone(),
                });
                self.cancel_all(scope)?;
                if *scope == ScopeId::root() {
                    self.emit(Event::InstanceTerminated {
                        element: node.id.clone(),
                    });
                    return Ok(());
                }
                self.complete_scope(scope)
            }
            Trigger::Link(name) => self.jump(scope, token, node, name),
            Trigger::Cancel => self.cancel_transaction(scope, token, node),
            Trigger::Compensate { .. } | Trigger::Timer { .. } | Trigger::Conditional(_) => Ok(()),
        }
    }

    pub(super) fn send_task_message(&mut self, scope: &ScopeId, node: &Node) -> Step {
        match &node.settings.message {
            Some((name, key)) => self.send_message(scope, node, name, key.as_ref()),
            None => Ok(()),
        }
    }

    /// Sends a message. Delivering it is the caller's: it may be for another instance.
    fn send_message(
        &mut self,
        scope: &ScopeId,
        node: &Node,
        name: &str,
        key: Option<&Expr>,
    ) -> Step {
        let key = match key {
            Some(key) => Some(text(&self.evaluate(scope, &Variables::new(), key)?)),
            None => None,
        };
        let variables = self.map(scope, &Variables::new(), &node.inputs)?;
        self.emit(Event::MessageSent {
            scope: scope.clone(),
            element: node.id.clone(),
            name: name.to_owned(),
            key,
            variables,
        });
        Ok(())
    }

    fn send_signal(&mut self, scope: &ScopeId, node: &Node, name: &str) -> Step {
        self.emit(Event::SignalSent {
            scope: scope.clone(),
            element: node.id.clone(),
            name: name.to_owned(),
        });
        self.broadcast(name, &Variables::new())
    }

    /// Delivers a signal to everything that waits for it in this instance.
    pub(super) fn broadcast(&mut self, name: &str, variables: &Variables) -> Step {
        let caught = |process: &crate::model::Process| {
            process.nodes.iter().any(|node| {
                matches!(&node.kind, Kind::Event(event) if !matches!(event.position, Position::Throw | Position::End)
                    && event.triggers.iter().any(|trigger| matches!(trigger, Trigger::Signal { name: own } if own == name)))
            })
        };
        if !self.defs.processes().iter().any(caught) {
            return Ok(());
        }
        if self.is_partial() {
            return Err(Halt::Need(Need::All));
        }
        let mut waiting: Vec<(ScopeId, u64, Subscription)> = Vec::new();
        for id in self.scope_ids() {
            for (number, subscription) in self
                .scope(&id)
                .into_iter()
                .flat_map(|scope| &scope.subscriptions)
            {
                if matches!(&subscription.to, Topic::Signal { name: own } if own == name) {
                    waiting.push((id.clone(), *number, subscription.clone()));
                }
            }
        }
        for (scope, number, subscription) in waiting {
            if self
                .scope(&scope)
                .is_some_and(|scope| scope.subscriptions.contains_key(&number))
            {
                self.meet(&scope, number, &subscription, variables.clone())?;
            }
        }
        Ok(())
    }

    /// An event that ending items of a round throw, to be caught at the boundary of the repeated activity (10.3.8.2).
    pub(super) fn throw_from_round(
        &mut self,
        scope: &ScopeId,
        host: u64,
        node: &Node,
        trigger: &Trigger,
    ) -> Step {
        match trigger {
            Trigger::Escalation { code } => {
                self.escalate(scope, Some(host), &node.id, code.as_deref())
            }
            Trigger::Error { code } => {
                let code = code.clone().unwrap_or_default();
                if self.throw_from_activity(scope, host, &node.id, &code)? {
                    return Ok(());
                }
                incident(
                    "uncaught-error",
                    format!("Nobody catches the error '{code}' of '{}'.", node.id),
                    format!("Không có nơi nào xử lý lỗi '{code}' của '{}'.", node.id),
                )
            }
            _ => self.throw_one(scope, host, node, trigger),
        }
    }

    /// An error end event: caught outside, or the instance ends.
    fn end_with_error(
        &mut self,
        scope: &ScopeId,
        token: u64,
        node: &Node,
        code: Option<String>,
    ) -> Step {
        self.emit(Event::ErrorThrown {
            scope: scope.clone(),
            element: node.id.clone(),
            code: code.clone(),
        });
        let catcher = self.find_catcher(scope, None, Thrown::Error, code.as_deref())?;
        self.emit(Event::ElementCompleted {
            scope: scope.clone(),
            token,
            element: node.id.clone(),
        });
        match catcher {
            Some(catcher) => self.catch(catcher, Thrown::Error, code),
            None => {
                self.cancel_all(&ScopeId::root())?;
                self.emit(Event::InstanceTerminated {
                    element: node.id.clone(),
                });
                Ok(())
            }
        }
    }

    /// An error thrown by the work of an activity. False when nobody catches it (then nothing is emitted).
    pub(super) fn throw_from_activity(
        &mut self,
        scope: &ScopeId,
        token: u64,
        element: &str,
        code: &str,
    ) -> Step<bool> {
        let Some(catcher) = self.find_catcher(scope, Some(token), Thrown::Error, Some(code))?
        else {
            return Ok(false);
        };
        self.emit(Event::ErrorThrown {
            scope: scope.clone(),
            element: Name::new(element),
            code: Some(code.to_owned()),
        });
        self.catch(catcher, Thrown::Error, Some(code.to_owned()))?;
        Ok(true)
    }

    /// `host` is the token of the activity that throws; an event throws by itself.
    pub(super) fn escalate(
        &mut self,
        scope: &ScopeId,
        host: Option<u64>,
        element: &str,
        code: Option<&str>,
    ) -> Step {
        self.emit(Event::EscalationThrown {
            scope: scope.clone(),
            element: Name::new(element),
            code: code.map(str::to_owned),
        });
        match self.find_catcher(scope, host, Thrown::Escalation, code)? {
            Some(catcher) => self.catch(catcher, Thrown::Escalation, code.map(str::to_owned)),
            None => Ok(()),
        }
    }

    pub(super) fn catch(&mut self, catcher: Catcher, thrown: Thrown, code: Option<String>) -> Step {
        let Catcher {
            scope,
            host,
            element,
            interrupting,
        } = catcher;
        match thrown {
            Thrown::Error => self.emit(Event::ErrorCaught {
                scope: scope.clone(),
                element: element.clone(),
                code,
            }),
            Thrown::Escalation => self.emit(Event::EscalationCaught {
                scope: scope.clone(),
                element: element.clone(),
                code,
            }),
            Thrown::Cancel => {}
        }
        let node = self.node(&scope, &element)?;
        match host {
            Some(host) => self.fire_boundary(&scope, host, node, interrupting),
            None => self.start_event_sub_process(&scope, node, interrupting, Variables::new()),
        }
    }

    /// The nearest catcher outward (BPMN 2.0.2, 10.5.1, 13.5.3): on the activity itself, then the event sub-processes of
    /// its scope, then the activity around that scope, and so on, through rounds and calls. On the same level the exact
    /// code goes before a catcher without code.
    pub(super) fn find_catcher(
        &self,
        from: &ScopeId,
        token: Option<u64>,
        thrown: Thrown,
        code: Option<&str>,
    ) -> Step<Option<Catcher>> {
        let mut scope = from.clone();
        let mut token = token;
        loop {
            let found = self.expect(&scope)?;
            let process = self.process(&scope)?;
            let mut from_event_sub_process = false;
            if let Some(number) =
                token.filter(|_| !matches!(found.kind, ScopeKind::Item | ScopeKind::Round))
                && let Some(node) = found
                    .tokens
                    .get(&number)
                    .and_then(|token| process.node(&token.element))
            {
                let boundaries =
                    node.boundary
                        .iter()
                        .filter_map(|index| match &process.nodes[*index].kind {
                            Kind::Event(event) => Some((&process.nodes[*index], event)),
                            _ => None,
                        });
                if let Some((boundary, event)) = best(boundaries, thrown, code) {
                    let interrupting = matches!(
                        event.position,
                        Position::Boundary {
                            interrupting: true,
                            ..
                        }
                    );
                    return Ok(Some(Catcher {
                        scope,
                        host: Some(number),
                        element: boundary.id.clone(),
                        interrupting,
                    }));
                }
                from_event_sub_process = matches!(
                    node.kind,
                    Kind::SubProcess(crate::model::SubProcessKind::Event)
                );
            }
            if matches!(found.kind, ScopeKind::Process | ScopeKind::SubProcess)
                && !from_event_sub_process
                && thrown != Thrown::Cancel
            {
                let inside = match (found.kind, &found.element) {
                    (ScopeKind::SubProcess, Some(element)) => process.index(element),
                    _ => None,
                };
                let starts = Self::event_sub_processes(process, inside)
                    .map(|(_, node, event)| (node, event));
                if let Some((start, event)) = best(starts, thrown, code) {
                    return Ok(Some(Catcher {
                        scope,
                        host: None,
                        element: start.id.clone(),
                        interrupting: event.interrupting || thrown == Thrown::Error,
                    }));
                }
            }
            token = found.host;
            let Some(parent) = scope.parent() else {
                return Ok(None);
            };
            scope = parent;
        }
    }

    fn jump(&mut self, scope: &ScopeId, token: u64, node: &Node, name: &str) -> Step {
        let process = self.process(scope)?;
        let target = process.children(node.parent).find(|index| {
            matches!(&process.nodes[*index].kind, Kind::Event(event) if event.position == Position::Catch
                && event.triggers.iter().any(|trigger| matches!(trigger, Trigger::Link(own) if own == name)))
        });
        let Some(target) = target else {
            return incident(
                "link",
                format!("No link event catches '{name}'."),
                format!("Không có sự kiện liên kết nào nhận '{name}'."),
            );
        };
        self.emit(Event::ElementCompleted {
            scope: scope.clone(),
            token,
            element: node.id.clone(),
        });
        self.joins.insert(scope.clone());
        self.enter(scope, &process.nodes[target], None)
    }
}

fn best<'n>(
    candidates: impl Iterator<Item = (&'n Node, &'n EventNode)>,
    thrown: Thrown,
    code: Option<&str>,
) -> Option<(&'n Node, &'n EventNode)> {
    let mut any = None;
    for (node, event) in candidates {
        for trigger in &event.triggers {
            let own = match (thrown, trigger) {
                (Thrown::Error, Trigger::Error { code })
                | (Thrown::Escalation, Trigger::Escalation { code }) => code.as_deref(),
                (Thrown::Cancel, Trigger::Cancel) => None,
                _ => continue,
            };
            if own.is_none() {
                any = any.or(Some((node, event)));
            } else if own == code {
                return Some((node, event));
            }
        }
    }
    any
}
