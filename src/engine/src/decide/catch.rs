//! Waiting for events and being triggered: timers, messages, signals, conditions; boundaries and event sub-processes.

use super::work::{Halt, Step, Work};
use crate::command::Need;
use crate::event::Event;
use crate::ids::{ScopeId, TimerId};
use crate::model::{EventNode, Kind, Name, Node, Position, Process, Trigger};
use crate::state::{Hook, Scope, ScopeKind, Subscription, Timer, Topic, Variables};
use crate::timers;

/// What waits: its element, how it is hooked, and to which token.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    pub element: Name,
    pub hook: Hook,
    pub token: Option<u64>,
    pub interrupting: bool,
}

impl Work<'_> {
    /// Sets the boundary events of an activity that begins.
    pub(super) fn attach_boundaries(&mut self, scope: &ScopeId, token: u64, node: &Node) -> Step {
        let process = self.process(scope)?;
        for &boundary in &node.boundary {
            let boundary = &process.nodes[boundary];
            if let Kind::Event(event) = &boundary.kind {
                self.hook_event(scope, Some(token), boundary, event, Hook::Boundary)?;
            }
        }
        Ok(())
    }

    pub(super) fn await_event_sub_processes(
        &mut self,
        scope: &ScopeId,
        process: &Process,
        inside: Option<usize>,
    ) -> Step {
        for (_, start, event) in Self::event_sub_processes(process, inside) {
            self.hook_event(scope, None, start, event, Hook::EventSubProcess)?;
        }
        Ok(())
    }

    /// Sets the timers and subscriptions of one event. Errors, escalations, compensation and cancel need none: who
    /// throws them looks for the catcher.
    pub(super) fn hook_event(
        &mut self,
        scope: &ScopeId,
        token: Option<u64>,
        node: &Node,
        event: &EventNode,
        hook: Hook,
    ) -> Step {
        let interrupting = match event.position {
            Position::Boundary { interrupting, .. } => interrupting,
            _ => event.interrupting,
        };
        for (index, trigger) in event.triggers.iter().enumerate() {
            let to = match trigger {
                Trigger::Timer { kind, rule } => {
                    self.set_timer(scope, token, node, (*kind, rule), hook, interrupting, index)?;
                    continue;
                }
                Trigger::Message { name, key } => {
                    let key = match key {
                        Some(key) => Some(text(&self.evaluate(scope, &Variables::new(), key)?)),
                        None => None,
                    };
                    Topic::Message {
                        name: name.clone(),
                        key,
                    }
                }
                Trigger::Signal { name } => Topic::Signal { name: name.clone() },
                Trigger::Conditional(_) => {
                    // Looked at as soon as everything is quiet.
                    self.vars_changed = true;
                    Topic::Condition { held: false }
                }
                _ => continue,
            };
            self.subscribe(
                scope,
                Subscription {
                    element: node.id.clone(),
                    hook,
                    token,
                    interrupting,
                    to,
                    trigger: index,
                },
            );
        }
        Ok(())
    }

    pub(super) fn hook_receive(
        &mut self,
        scope: &ScopeId,
        token: u64,
        node: &Node,
        hook: Hook,
    ) -> Step {
        let Some((name, key)) = &node.settings.message else {
            return Ok(());
        };
        let key = match key {
            Some(key) => Some(text(&self.evaluate(scope, &Variables::new(), key)?)),
            None => None,
        };
        let to = Topic::Message {
            name: name.clone(),
            key,
        };
        self.subscribe(
            scope,
            Subscription {
                element: node.id.clone(),
                hook,
                token: Some(token),
                interrupting: true,
                to,
                trigger: 0,
            },
        );
        Ok(())
    }

    fn subscribe(&mut self, scope: &ScopeId, subscription: Subscription) {
        let number = self.next(scope);
        self.emit(Event::Subscribed {
            scope: scope.clone(),
            number,
            subscription,
        });
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the parts of one timer, read nowhere else"
    )]
    fn set_timer(
        &mut self,
        scope: &ScopeId,
        token: Option<u64>,
        node: &Node,
        (kind, rule): (crate::model::TimerKind, &str),
        hook: Hook,
        interrupting: bool,
        trigger: usize,
    ) -> Step {
        let set = timers::first(kind, rule, self.command.now, self.calendar, |expr| {
            self.evaluate(scope, &Variables::new(), expr)
        });
        let (due, cycle) = set.map_err(|problem| match problem {
            timers::Problem::Halt(halt) => halt,
            timers::Problem::Bad(message, message_vi) => Halt::Incident {
                kind: "timer",
                message,
                message_vi,
            },
        })?;
        // Only what does not interrupt can fire again, and does so for itself.
        let repeats = !interrupting
            && matches!(hook, Hook::Boundary | Hook::EventSubProcess)
            && !matches!(&node.kind, Kind::Event(event) if event.parallel_multiple);
        let id = TimerId::new(scope.clone(), self.next(scope));
        let cycle = cycle.filter(|_| repeats);
        self.emit(Event::TimerSet {
            timer: Timer {
                id,
                element: node.id.clone(),
                hook,
                token,
                due,
                rule: Name::new(rule),
                interrupting,
                cycle,
                trigger,
            },
        });
        Ok(())
    }

    /// A subscription is met. The caller has checked that it fits.
    pub(super) fn meet(
        &mut self,
        scope: &ScopeId,
        number: u64,
        subscription: &Subscription,
        variables: Variables,
    ) -> Step {
        match &subscription.to {
            Topic::Message { name, .. } => {
                self.emit(Event::MessageReceived {
                    scope: scope.clone(),
                    element: subscription.element.clone(),
                    name: name.clone(),
                });
            }
            Topic::Signal { name } => {
                self.emit(Event::SignalReceived {
                    scope: scope.clone(),
                    element: subscription.element.clone(),
                    name: name.clone(),
                });
            }
            Topic::Condition { .. } => {
                self.emit(Event::ConditionMet {
                    scope: scope.clone(),
                    element: subscription.element.clone(),
                });
            }
        }
        if self.is_parallel_multiple(scope, &subscription.element)? {
            self.emit(Event::Unsubscribed {
                scope: scope.clone(),
                number,
            });
        }
        let waiting = Waiting {
            element: subscription.element.clone(),
            hook: subscription.hook,
            token: subscription.token,
            interrupting: subscription.interrupting,
        };
        self.trigger(scope, &waiting, variables)
    }

    /// An event occurred: whatever waits for it goes on.
    pub(super) fn trigger(
        &mut self,
        scope: &ScopeId,
        waiting: &Waiting,
        variables: Variables,
    ) -> Step {
        let node = self.node(scope, &waiting.element)?;
        if self.is_parallel_multiple(scope, &waiting.element)?
            && self.still_waits(scope, waiting)?
        {
            return self.assign(scope, variables);
        }
        match (waiting.hook, waiting.token) {
            (Hook::Catch, Some(token)) => self.caught(scope, token, node, variables),
            (Hook::Race, Some(token)) => {
                let gateway = self
                    .expect(scope)?
                    .tokens
                    .get(&token)
                    .map(|token| token.element.clone())
                    .unwrap_or_default();
                self.emit(Event::ElementCompleted {
                    scope: scope.clone(),
                    token,
                    element: gateway,
                });
                let token = self.next(scope);
                self.emit(Event::ElementEntered {
                    scope: scope.clone(),
                    token,
                    element: node.id.clone(),
                    flow: None,
                });
                self.caught(scope, token, node, variables)
            }
            (Hook::Boundary, Some(token)) => {
                self.assign(scope, variables)?;
                self.wait_anew(scope, node, waiting)?;
                self.fire_boundary(scope, token, node, waiting.interrupting)
            }
            (Hook::EventSubProcess, _) => {
                self.wait_anew(scope, node, waiting)?;
                self.start_event_sub_process(scope, node, waiting.interrupting, variables)
            }
            _ => Ok(()),
        }
    }

    /// A parallel multiple event that does not interrupt can occur again: all its messages and signals are waited for anew.
    /// A timer or a condition among them does not come again by itself; then the event occurs once.
    fn wait_anew(&mut self, scope: &ScopeId, node: &Node, waiting: &Waiting) -> Step {
        let comes_again =
            |trigger: &Trigger| matches!(trigger, Trigger::Message { .. } | Trigger::Signal { .. });
        match &node.kind {
            Kind::Event(event)
                if event.parallel_multiple
                    && !waiting.interrupting
                    && event.triggers.iter().all(comes_again) =>
            {
                self.hook_event(scope, waiting.token, node, event, waiting.hook)
            }
            _ => Ok(()),
        }
    }

    fn caught(&mut self, scope: &ScopeId, token: u64, node: &Node, variables: Variables) -> Step {
        // A wait that is over must not be found again while the token goes on.
        let inputs = Variables::new();
        let outcome = self.finish_activity(scope, token, node, &inputs, variables);
        self.stuck_if_failed(
            outcome,
            scope,
            Some(token),
            &node.id,
            crate::state::StuckAt::Leave,
        )
    }

    pub(super) fn fire_boundary(
        &mut self,
        scope: &ScopeId,
        host: u64,
        boundary: &Node,
        interrupting: bool,
    ) -> Step {
        let mut undoing = false;
        if interrupting {
            undoing = self.is_undoing(scope, host)?;
            self.cancel_token(scope, host);
        }
        let token = self.next(scope);
        self.emit(Event::ElementEntered {
            scope: scope.clone(),
            token,
            element: boundary.id.clone(),
            flow: None,
        });
        self.leave(scope, token)?;
        if undoing {
            // An interrupted handler has ended too: who asked for it waits no longer.
            self.go_on_compensating(scope)?;
        }
        Ok(())
    }

    /// Whether a token stands at a compensation handler.
    fn is_undoing(&self, scope: &ScopeId, token: u64) -> Step<bool> {
        let process = self.process(scope)?;
        let node = self
            .scope(scope)
            .and_then(|scope| scope.tokens.get(&token))
            .and_then(|token| process.node(&token.element));
        Ok(node.is_some_and(|node| process.is_compensation_handler(node)))
    }

    pub(super) fn start_event_sub_process(
        &mut self,
        scope: &ScopeId,
        start: &Node,
        interrupting: bool,
        variables: Variables,
    ) -> Step {
        let process = self.process(scope)?;
        let Some(inside) = start.parent else {
            return Ok(());
        };
        let node = &process.nodes[inside];
        if interrupting {
            self.cancel_all(scope)?;
            self.drop_hooks(scope, None)?;
        }
        let inner = Scope::new(scope.clone(), process.id.clone(), ScopeKind::SubProcess);
        self.open_event_sub_process(scope, node, start, inner, variables)
    }

    /// Starts an event sub-process at its start event; `inner` says with what its scope begins.
    pub(super) fn open_event_sub_process(
        &mut self,
        scope: &ScopeId,
        node: &Node,
        start: &Node,
        inner: Scope,
        variables: Variables,
    ) -> Step {
        let process = self.process(scope)?;
        let host = self.next(scope);
        self.emit(Event::ElementEntered {
            scope: scope.clone(),
            token: host,
            element: node.id.clone(),
            flow: None,
        });
        let id = scope.child(self.next(scope));
        self.open(Scope {
            id: id.clone(),
            element: Some(node.id.clone()),
            host: Some(host),
            ..inner
        })?;
        self.assign(&id, variables)?;
        self.await_event_sub_processes(&id, process, process.index(&node.id))?;
        let token = self.next(&id);
        self.emit(Event::ElementEntered {
            scope: id.clone(),
            token,
            element: start.id.clone(),
            flow: None,
        });
        self.leave(&id, token)
    }

    /// Ends a token, with everything that it waits for.
    pub(super) fn cancel_token(&mut self, scope: &ScopeId, token: u64) {
        let Some(found) = self.scope(scope).and_then(|scope| scope.tokens.get(&token)) else {
            return;
        };
        let element = found.element.clone();
        if let crate::state::Wait::Scope(child) = found.wait {
            self.emit(Event::ScopeCancelled {
                scope: scope.child(child),
            });
        }
        self.emit(Event::ElementCancelled {
            scope: scope.clone(),
            token,
            element,
        });
        self.joins.insert(scope.clone());
    }

    pub(super) fn cancel_all(&mut self, scope: &ScopeId) -> Step {
        self.cancel_all_but(scope, None)
    }

    /// Ends the tokens of a scope but one; its complex gateways wait for nothing more.
    pub(super) fn cancel_all_but(&mut self, scope: &ScopeId, stays: Option<u64>) -> Step {
        let found = self.expect(scope)?;
        let tokens: Vec<u64> = found.tokens.keys().copied().collect();
        let resetting: Vec<Name> = found.resetting.keys().cloned().collect();
        for element in resetting {
            self.emit(Event::GatewayReset {
                scope: scope.clone(),
                tokens: Vec::new(),
                element,
            });
        }
        for token in tokens {
            if Some(token) != stays {
                self.cancel_token(scope, token);
            }
        }
        Ok(())
    }

    /// Takes away what waits for a token's sake: for a boundary event, or with no token for an event sub-process.
    pub(super) fn drop_hooks(&mut self, scope: &ScopeId, token: Option<u64>) -> Step {
        let found = self.expect(scope)?;
        let timers: Vec<(u64, Name)> = found
            .timers
            .iter()
            .filter(|(_, timer)| timer.token == token)
            .map(|(number, timer)| (*number, timer.element.clone()))
            .collect();
        let subscriptions: Vec<u64> = found
            .subscriptions
            .iter()
            .filter(|(_, subscription)| subscription.token == token)
            .map(|(number, _)| *number)
            .collect();
        for (timer, element) in timers {
            self.emit(Event::TimerCancelled {
                scope: scope.clone(),
                timer,
                element,
            });
        }
        for number in subscriptions {
            self.emit(Event::Unsubscribed {
                scope: scope.clone(),
                number,
            });
        }
        Ok(())
    }

    /// Fires the conditions that have become true since they were last looked at.
    pub(super) fn look_at_conditions(&mut self) -> Step {
        if !std::mem::take(&mut self.vars_changed) {
            return Ok(());
        }
        if !self
            .defs
            .processes()
            .iter()
            .any(|process| process.has_conditional)
        {
            return Ok(());
        }
        if self.is_partial() {
            return Err(Halt::Need(Need::All));
        }
        for scope in self.scope_ids() {
            let waiting: Vec<u64> = match self.scope(&scope) {
                Some(found) => found
                    .subscriptions
                    .iter()
                    .filter(|(_, subscription)| matches!(subscription.to, Topic::Condition { .. }))
                    .map(|(number, _)| *number)
                    .collect(),
                None => continue,
            };
            for number in waiting {
                self.look_at_condition(&scope, number)?;
            }
        }
        Ok(())
    }

    fn look_at_condition(&mut self, scope: &ScopeId, number: u64) -> Step {
        // Read now: what another condition set off may have ended or met this one.
        let Some(subscription) = self
            .scope(scope)
            .and_then(|scope| scope.subscriptions.get(&number).cloned())
        else {
            return Ok(());
        };
        let node = self.node(scope, &subscription.element)?;
        let Kind::Event(EventNode { triggers, .. }) = &node.kind else {
            return Ok(());
        };
        let Some(Trigger::Conditional(condition)) = triggers.get(subscription.trigger) else {
            return Ok(());
        };
        // A name that does not exist yet does not make the condition true; that is why it is waited for.
        let holds = match self.holds(scope, &Variables::new(), condition) {
            Err(Halt::Incident { .. }) => false,
            other => other?,
        };
        let held = subscription.to == Topic::Condition { held: true };
        if holds == held {
            return Ok(());
        }
        self.emit(Event::ConditionSeen {
            scope: scope.clone(),
            number,
            held: holds,
        });
        if holds {
            self.meet(scope, number, &subscription, Variables::new())
        } else {
            Ok(())
        }
    }

    fn is_parallel_multiple(&self, scope: &ScopeId, element: &str) -> Step<bool> {
        Ok(
            matches!(&self.node(scope, element)?.kind, Kind::Event(event) if event.parallel_multiple),
        )
    }

    fn still_waits(&self, scope: &ScopeId, waiting: &Waiting) -> Step<bool> {
        let found = self.expect(scope)?;
        let same = |element: &str, token: Option<u64>| {
            element == waiting.element && token == waiting.token
        };
        Ok(found
            .timers
            .values()
            .any(|timer| same(&timer.element, timer.token))
            || found
                .subscriptions
                .values()
                .any(|subscription| same(&subscription.element, subscription.token)))
    }
}

/// A correlation key as text.
pub(super) fn text(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
