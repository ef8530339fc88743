//! Compensation and the cancelling of transactions (BPMN 2.0.2, 10.7, 13.5.5).
//!
//! Completed activities with a handler are remembered in their scope. Handlers run one after the other, the latest
//! completed activity first, in the scope of the throwing event, which goes on when the last one has ended, or at once
//! where it does not wait (`waitForCompletion`): then a token of its own stands for the handlers.

use super::throw::Thrown;
use super::work::{Halt, Step, Work};
use crate::command::Need;
use crate::event::Event;
use crate::ids::ScopeId;
use crate::model::{Kind, Node, Process, SubProcessKind, Trigger};
use crate::state::{Compensable, Scope, ScopeKind, Variables, Wait};

impl Work<'_> {
    /// An activity completed, a repeated one for so many items: the handler at its boundary can undo it.
    pub(super) fn remember_compensation(
        &mut self,
        scope: &ScopeId,
        process: &Process,
        node: &Node,
        times: u64,
    ) {
        if let Some(handler) = handler_of(process, node)
            && times > 0
        {
            let activity = Compensable {
                element: node.id.clone(),
                handler: process.nodes[handler].id.clone(),
                times,
                within: Vec::new(),
                inner: Vec::new(),
                vars: Variables::new(),
            };
            self.emit(Event::CompensationReady {
                scope: scope.clone(),
                activity,
            });
        }
    }

    /// A sub-process ended: what was done in it can be undone from outside, by the handler at its boundary (remembered when
    /// its token leaves), by its compensation event sub-process, else activity by activity.
    pub(super) fn inherit_compensation(
        &mut self,
        inner: &ScopeId,
        outer: &ScopeId,
        node: &Node,
    ) -> Step {
        let process = self.process(inner)?;
        let inside = matches!(
            node.kind,
            Kind::SubProcess(SubProcessKind::Embedded | SubProcessKind::Transaction)
        );
        if !inside || handler_of(process, node).is_some() {
            return Ok(());
        }
        let scope = self.expect(inner)?;
        let mut inherited = scope.compensable.clone();
        if let Some(handler) = process.compensation_sub_process(process.index(&node.id)) {
            let Some(vars) = scope.vars.clone() else {
                return Err(Halt::Need(Need::Vars(inner.clone())));
            };
            inherited = vec![Compensable {
                element: node.id.clone(),
                handler: process.nodes[handler].id.clone(),
                times: 1,
                within: Vec::new(),
                inner: inherited,
                vars,
            }];
        } else {
            for activity in &mut inherited {
                activity.within.push(node.id.clone());
            }
        }
        for activity in inherited {
            self.emit(Event::CompensationReady {
                scope: outer.clone(),
                activity,
            });
        }
        Ok(())
    }

    pub(super) fn throw_compensation(
        &mut self,
        scope: &ScopeId,
        token: u64,
        node: &Node,
        wait: bool,
    ) -> Step {
        self.emit(Event::CompensationThrown {
            scope: scope.clone(),
            element: node.id.clone(),
        });
        self.emit(if wait {
            Event::CompensationAwaited {
                scope: scope.clone(),
                token,
            }
        } else {
            Event::CompensationLeft {
                scope: scope.clone(),
                token: self.next(scope),
                element: node.id.clone(),
            }
        });
        self.go_on_compensating(scope)
    }

    /// The items of a round that ended can be undone from the scope around it, as far as what is inside them can.
    pub(super) fn hand_out_compensation(&mut self, round: &ScopeId, outer: &ScopeId) -> Step {
        for activity in self.expect(round)?.compensable.clone() {
            self.emit(Event::CompensationReady {
                scope: outer.clone(),
                activity,
            });
        }
        Ok(())
    }

    /// A cancel end event ends everything else in its transaction and has undone what completed there, then leaves by
    /// the cancel boundary event.
    pub(super) fn cancel_transaction(&mut self, scope: &ScopeId, token: u64, node: &Node) -> Step {
        let transaction = self.transaction_around(scope)?;
        // The sub-processes between the transaction and the event, the innermost first.
        let inner: Vec<ScopeId> = scope
            .outward()
            .take_while(|id| *id != transaction)
            .collect();
        let waits = match inner.last() {
            None => token,
            Some(outermost) => self.expect(outermost)?.host.unwrap_or(token),
        };
        self.cancel_all_but(&transaction, Some(waits))?;
        self.emit(Event::CompensationThrown {
            scope: scope.clone(),
            element: node.id.clone(),
        });
        if let Some(outermost) = inner.last() {
            self.emit(Event::ElementCompleted {
                scope: scope.clone(),
                token,
                element: node.id.clone(),
            });
            self.gather_compensation(&transaction, &inner)?;
            self.emit(Event::ScopeCancelled {
                scope: outermost.clone(),
            });
            self.drop_hooks(&transaction, Some(waits))?;
        }
        self.emit(Event::CompensationAwaited {
            scope: transaction.clone(),
            token: waits,
        });
        self.go_on_compensating(&transaction)
    }

    /// The scope of the nearest transaction outward; a scope outside of any stands for itself.
    fn transaction_around(&self, scope: &ScopeId) -> Step<ScopeId> {
        for id in scope.outward() {
            let found = self.expect(&id)?;
            if found.kind == ScopeKind::Process {
                break;
            }
            let node = match &found.element {
                Some(element) if found.kind == ScopeKind::SubProcess => self.node(&id, element)?,
                _ => continue,
            };
            if matches!(node.kind, Kind::SubProcess(SubProcessKind::Transaction)) {
                return Ok(id);
            }
        }
        Ok(scope.clone())
    }

    /// What completed in sub-processes that have not ended can be undone from the transaction around them.
    fn gather_compensation(&mut self, transaction: &ScopeId, inner: &[ScopeId]) -> Step {
        for (depth, id) in inner.iter().enumerate().rev() {
            let mut within = Vec::new();
            for around in &inner[depth..] {
                within.extend(self.expect(around)?.element.clone());
            }
            for mut activity in self.expect(id)?.compensable.clone() {
                activity.within.extend(within.clone());
                self.emit(Event::CompensationReady {
                    scope: transaction.clone(),
                    activity,
                });
            }
        }
        Ok(())
    }

    /// Starts the next handler that a throw event asks for, or lets it go on when there is none left. One handler runs at a
    /// time, and of several throw events the oldest is served first.
    pub(super) fn go_on_compensating(&mut self, scope: &ScopeId) -> Step {
        let Some(found) = self.scope(scope) else {
            return Ok(());
        };
        let process = self.process(scope)?;
        let handles = |element: &str| {
            let node = process.node(element);
            node.is_some_and(|node| process.is_compensation_handler(node))
        };
        if found.tokens.values().any(|token| handles(&token.element)) {
            return Ok(());
        }
        let Some((token, element, waits)) = found
            .tokens
            .iter()
            .find(|(_, token)| matches!(token.wait, Wait::Compensation | Wait::Beside))
            .map(|(number, token)| {
                let waits = token.wait == Wait::Compensation;
                (*number, token.element.clone(), waits)
            })
        else {
            return Ok(());
        };
        let (triggers, inside): (&[Trigger], bool) = match &self.node(scope, &element)?.kind {
            Kind::Event(event) => (&event.triggers, false),
            // The cancel end event stood inside this sub-process.
            _ => (&[Trigger::Cancel], true),
        };
        let asked = triggers.iter().filter_map(|trigger| match trigger {
            Trigger::Compensate { activity, .. } => Some(activity.as_deref()),
            _ => None,
        });
        let mut wanted: Vec<Option<&str>> = asked.collect();
        if wanted.is_empty() {
            // A cancel end event undoes everything.
            wanted.push(None);
        }
        let source = self.compensation_source(scope)?;
        let entries = &self.expect(&source)?.compensable;
        let next = entries.iter().rposition(|entry| {
            wanted.iter().any(|wanted| {
                wanted.is_none_or(|wanted| {
                    entry.element == wanted || entry.within.iter().any(|id| id == wanted)
                })
            })
        });
        match next {
            Some(index) => {
                let activity = entries[index].clone();
                self.emit(Event::CompensationBegun {
                    scope: source,
                    index,
                });
                let handler = self.node(scope, &activity.handler)?;
                match handler.kind {
                    Kind::SubProcess(SubProcessKind::Event) => {
                        self.begin_compensation_sub_process(scope, handler, activity)
                    }
                    _ => self.enter(scope, handler, None),
                }
            }
            None if triggers
                .iter()
                .any(|trigger| matches!(trigger, Trigger::Cancel)) =>
            {
                if inside {
                    self.cancel_token(scope, token);
                } else {
                    self.emit(Event::ElementCompleted {
                        scope: scope.clone(),
                        token,
                        element,
                    });
                }
                match self.find_catcher(scope, None, Thrown::Cancel, None)? {
                    Some(catcher) => self.catch(catcher, Thrown::Cancel, None),
                    None => self.finish_if_empty(scope),
                }
            }
            None if waits => {
                self.leave(scope, token)?;
                self.go_on_compensating(scope)
            }
            None => {
                self.emit(Event::CompensationEnded {
                    scope: scope.clone(),
                    token,
                    element,
                });
                self.joins.insert(scope.clone());
                self.go_on_compensating(scope)?;
                self.finish_if_empty(scope)
            }
        }
    }

    /// The inside of a completed sub-process comes back for its compensation event sub-process, as it was at its end.
    fn begin_compensation_sub_process(
        &mut self,
        scope: &ScopeId,
        handler: &Node,
        activity: Compensable,
    ) -> Step {
        let process = self.process(scope)?;
        let Some(start) = process
            .index(&handler.id)
            .and_then(|index| process.compensation_start(index))
        else {
            return Ok(());
        };
        let inside = Scope {
            compensable: activity.inner,
            vars: Some(activity.vars),
            ..Scope::new(scope.clone(), process.id.clone(), ScopeKind::SubProcess)
        };
        self.open_event_sub_process(
            scope,
            handler,
            &process.nodes[start],
            inside,
            Variables::new(),
        )
    }

    /// An event sub-process compensates what completed in the scope around it; one that is itself started by a compensation,
    /// what had completed beside it.
    fn compensation_source(&self, scope: &ScopeId) -> Step<ScopeId> {
        let found = self.expect(scope)?;
        let process = self.process(scope)?;
        let event_sub_process = found
            .element
            .as_deref()
            .and_then(|element| process.node(element))
            .is_some_and(|node| {
                matches!(node.kind, Kind::SubProcess(SubProcessKind::Event))
                    && !process.is_compensation_handler(node)
            });
        Ok(match scope.parent() {
            Some(parent) if event_sub_process => parent,
            _ => scope.clone(),
        })
    }
}

/// The activity that an association leads to from a compensation event at the boundary of `node`.
fn handler_of(process: &Process, node: &Node) -> Option<usize> {
    node.boundary
        .iter()
        .find_map(|index| process.nodes[*index].handler)
}
