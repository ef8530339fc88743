//! Compensation and the cancelling of transactions (BPMN 2.0.2, 10.7, 13.5.5).
//!
//! Completed activities with a handler are remembered in their scope. Handlers run one after the other, the latest
//! completed activity first, in the scope of the throwing event, which goes on when the last one has ended.

use super::throw::Thrown;
use super::work::{Step, Work};
use crate::event::Event;
use crate::model::{Kind, Node, Process, SubProcessKind, Trigger};
use crate::state::{Compensable, ScopeId, Wait};

impl Work<'_> {
    pub(super) fn remember_compensation(
        &mut self,
        scope: &ScopeId,
        process: &Process,
        node: &Node,
    ) {
        let handler = node
            .boundary
            .iter()
            .find_map(|index| process.nodes[*index].handler);
        if let Some(handler) = handler.map(|index| &process.nodes[index]) {
            let activity = Compensable {
                element: node.id.clone(),
                handler: handler.id.clone(),
                within: Vec::new(),
            };
            self.emit(Event::CompensationReady {
                scope: scope.clone(),
                activity,
            });
        }
    }

    /// A sub-process ended: what could be compensated in it can be compensated from outside.
    pub(super) fn inherit_compensation(&mut self, inner: &ScopeId, outer: &ScopeId, node: &Node) {
        if !matches!(
            node.kind,
            Kind::SubProcess(SubProcessKind::Embedded | SubProcessKind::Transaction)
        ) {
            return;
        }
        let inherited = self
            .scope(inner)
            .map(|scope| scope.compensable.clone())
            .unwrap_or_default();
        for mut activity in inherited {
            activity.within.push(node.id.clone());
            self.emit(Event::CompensationReady {
                scope: outer.clone(),
                activity,
            });
        }
    }

    pub(super) fn throw_compensation(
        &mut self,
        scope: &ScopeId,
        token: u64,
        node: &Node,
        _activity: Option<&str>,
    ) -> Step {
        self.emit(Event::CompensationThrown {
            scope: scope.clone(),
            element: node.id.clone(),
        });
        self.emit(Event::CompensationAwaited {
            scope: scope.clone(),
            token,
        });
        self.go_on_compensating(scope)
    }

    pub(super) fn cancel_transaction(&mut self, scope: &ScopeId, token: u64, node: &Node) -> Step {
        let others: Vec<u64> = self
            .expect(scope)?
            .tokens
            .keys()
            .copied()
            .filter(|other| *other != token)
            .collect();
        for other in others {
            self.cancel_token(scope, other);
        }
        self.emit(Event::CompensationThrown {
            scope: scope.clone(),
            element: node.id.clone(),
        });
        self.emit(Event::CompensationAwaited {
            scope: scope.clone(),
            token,
        });
        self.go_on_compensating(scope)
    }

    /// Starts the next handler that a waiting throw event asks for, or lets it go on when there is none left.
    pub(super) fn go_on_compensating(&mut self, scope: &ScopeId) -> Step {
        let Some(found) = self.scope(scope) else {
            return Ok(());
        };
        let Some((token, element)) = found
            .tokens
            .iter()
            .find(|(_, token)| token.wait == Wait::Compensation)
            .map(|(number, token)| (*number, token.element.clone()))
        else {
            return Ok(());
        };
        let node = self.node(scope, &element)?;
        let Kind::Event(event) = &node.kind else {
            return Ok(());
        };
        let wanted = event.triggers.iter().find_map(|trigger| match trigger {
            Trigger::Compensate { activity } => activity.as_deref(),
            _ => None,
        });
        let source = self.compensation_source(scope)?;
        let entries = &self.expect(&source)?.compensable;
        let next = entries.iter().rposition(|entry| {
            wanted.is_none_or(|wanted| {
                entry.element == wanted || entry.within.iter().any(|id| id == wanted)
            })
        });
        match next {
            Some(index) => {
                let handler = entries[index].handler.clone();
                self.emit(Event::CompensationBegun {
                    scope: source,
                    index,
                });
                let handler = self.node(scope, &handler)?;
                self.enter(scope, handler, None)
            }
            None if event
                .triggers
                .iter()
                .any(|trigger| matches!(trigger, Trigger::Cancel)) =>
            {
                self.emit(Event::ElementCompleted {
                    scope: scope.clone(),
                    token,
                    element,
                });
                match self.find_catcher(scope, None, Thrown::Cancel, None)? {
                    Some(catcher) => self.catch(catcher, Thrown::Cancel, None),
                    None => self.finish_if_empty(scope),
                }
            }
            None => self.leave(scope, token),
        }
    }

    /// An event sub-process compensates what completed in the scope around it.
    fn compensation_source(&self, scope: &ScopeId) -> Step<ScopeId> {
        let found = self.expect(scope)?;
        let event_sub_process = found
            .element
            .as_deref()
            .and_then(|element| self.process(scope).ok()?.node(element))
            .is_some_and(|node| matches!(node.kind, Kind::SubProcess(SubProcessKind::Event)));
        Ok(match scope.parent() {
            Some(parent) if event_sub_process => parent,
            _ => scope.clone(),
        })
    }
}
