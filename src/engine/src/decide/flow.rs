//! Tokens along sequence flows: entering, leaving, splitting and joining.

use std::collections::BTreeSet;

use super::work::{Halt, Step, Work, incident};
use crate::event::Event;
use crate::ids::ScopeId;
use crate::model::{GatewayKind, Kind, Name, Node, Process};
use crate::state::{Incident, ScopeKind, StuckAt, Variables, Wait};

/// What conditions of flows out of a complex gateway ask: whether it goes on for the first time (BPMN 2.0.2, 10.6.5).
pub(super) const WAITING_FOR_START: &str = "waitingForStart";

impl Work<'_> {
    /// Lets everything move that can; then looks at the joins that wait.
    pub(super) fn run(&mut self) -> Step {
        loop {
            while let Some((scope, token)) = self.agenda.pop_front() {
                self.step(&scope, token)?;
                self.look_at_conditions()?;
            }
            self.look_at_conditions()?;
            if !self.agenda.is_empty() {
                continue;
            }
            let Some(scope) = self.joins.pop_first() else {
                return Ok(());
            };
            self.look_at_joins(&scope)?;
        }
    }

    fn step(&mut self, scope: &ScopeId, token: u64) -> Step {
        let Some(found) = self.scope(scope).and_then(|scope| scope.tokens.get(&token)) else {
            return Ok(());
        };
        if found.wait != Wait::Run {
            return Ok(());
        }
        let element = found.element.clone();
        let outcome = match self.node(scope, &element) {
            Ok(node) => self.begin(scope, token, node),
            Err(halt) => Err(halt),
        };
        self.stuck_if_failed(outcome, scope, Some(token), &element, StuckAt::Enter)
    }

    /// Turns a failure into an incident on the token.
    pub(super) fn stuck_if_failed(
        &mut self,
        outcome: Step,
        scope: &ScopeId,
        token: Option<u64>,
        element: &str,
        at: StuckAt,
    ) -> Step {
        match outcome {
            Err(Halt::Incident {
                kind,
                message,
                message_vi,
            }) => {
                let number = self.next(scope);
                let incident = Incident {
                    element: Name::new(element),
                    token,
                    task: None,
                    kind: kind.to_owned(),
                    message,
                    message_vi,
                    at,
                };
                self.emit(Event::IncidentRaised {
                    scope: scope.clone(),
                    number,
                    incident,
                });
                Ok(())
            }
            other => other,
        }
    }

    /// A token comes to an element, by a flow or not.
    pub(super) fn enter(&mut self, scope: &ScopeId, node: &Node, flow: Option<&Name>) -> Step {
        if let Some(flow) = flow
            && waits_for_others(node)
        {
            let token = self.next(scope);
            self.emit(Event::TokenArrived {
                scope: scope.clone(),
                token,
                element: node.id.clone(),
                flow: flow.clone(),
            });
            return self.look_at_gateway(scope, node);
        }
        self.activate(scope, node, flow)
    }

    /// The element itself begins.
    fn activate(&mut self, scope: &ScopeId, node: &Node, flow: Option<&Name>) -> Step {
        let token = self.next(scope);
        self.emit(Event::ElementEntered {
            scope: scope.clone(),
            token,
            element: node.id.clone(),
            flow: flow.cloned(),
        });
        if !self.count_entry(scope, &node.id) {
            let outcome = incident(
                "endless-loop",
                format!(
                    "'{}' was entered more than {} times without a wait.",
                    node.id,
                    super::work::MAX_ENTRIES
                ),
                format!(
                    "'{}' được đi vào hơn {} lần mà không có điểm dừng chờ.",
                    node.id,
                    super::work::MAX_ENTRIES
                ),
            );
            return self.stuck_if_failed(outcome, scope, Some(token), &node.id, StuckAt::Enter);
        }
        self.agenda.push_back((scope.clone(), token));
        Ok(())
    }

    /// The element of a token is done: the token goes on by the outgoing flows, or ends.
    pub(super) fn leave(&mut self, scope: &ScopeId, token: u64) -> Step {
        let Some(found) = self.scope(scope).and_then(|scope| scope.tokens.get(&token)) else {
            return Ok(());
        };
        let element = found.element.clone();
        let outcome = self.leave_by_flows(scope, token, &element);
        self.stuck_if_failed(outcome, scope, Some(token), &element, StuckAt::Leave)
    }

    fn leave_by_flows(&mut self, scope: &ScopeId, token: u64, element: &str) -> Step {
        let node = self.node(scope, element)?;
        let process = self.process(scope)?;
        let item = self.expect(scope)?.kind == ScopeKind::Item;
        // Once its completion condition holds, an ad-hoc sub-process begins nothing more (BPMN 2.0.2, 13.3.5).
        let done = node.is_activity() && !item && self.ad_hoc_is_done(scope)?;
        let flows = if item || done {
            Vec::new()
        } else {
            self.chosen_flows(scope, process, node)?
        };
        self.emit(Event::ElementCompleted {
            scope: scope.clone(),
            token,
            element: Name::new(element),
        });
        if done && self.ad_hoc(scope)?.is_some_and(|(_, cancel)| cancel) {
            self.cancel_all(scope)?;
            return self.finish_if_empty(scope);
        }
        // A round has told for itself how many of its items can be undone.
        if node.repeat.is_none() {
            self.remember_compensation(scope, process, node, 1);
        }
        for flow in flows {
            let flow = &process.flows[flow];
            for _ in 0..node.completion_quantity {
                self.enter(scope, &process.nodes[flow.target], Some(&flow.id))?;
            }
        }
        if process.has_joins {
            self.joins.insert(scope.clone());
        }
        if !item && process.is_compensation_handler(node) {
            self.go_on_compensating(scope)?;
        }
        self.finish_if_empty(scope)
    }

    /// The outgoing flows that get a token (BPMN 2.0.2, 13.4 for gateways, 8.4.13 for the others).
    fn chosen_flows(&self, scope: &ScopeId, process: &Process, node: &Node) -> Step<Vec<usize>> {
        let mut locals = Variables::new();
        if matches!(node.kind, Kind::Gateway(GatewayKind::Complex { .. })) {
            locals.insert(WAITING_FOR_START.to_owned(), true.into());
        }
        let exclusive = match &node.kind {
            Kind::Gateway(GatewayKind::Parallel) => return Ok(node.outgoing.clone()),
            Kind::Gateway(GatewayKind::EventBased { .. }) => return Ok(Vec::new()),
            Kind::Gateway(GatewayKind::Exclusive) => true,
            _ => false,
        };
        let gateway = matches!(node.kind, Kind::Gateway(_));
        let mut chosen = Vec::new();
        let mut conditional = false;
        let mut condition_held = false;
        for &index in &node.outgoing {
            if node.default == Some(index) {
                continue;
            }
            let holds = match &process.flows[index].condition {
                Some(condition) => {
                    conditional = true;
                    let holds = self.holds(scope, &locals, condition)?;
                    condition_held |= holds;
                    holds
                }
                None => true,
            };
            if holds {
                chosen.push(index);
                if exclusive {
                    return Ok(chosen);
                }
            }
        }
        if let Some(default) = node.default
            && ((gateway && chosen.is_empty()) || (!gateway && !condition_held))
        {
            chosen.push(default);
        }
        if chosen.is_empty() && conditional {
            return incident(
                "no-flow",
                format!(
                    "No outgoing flow of '{}' has a condition that holds, and there is no default.",
                    node.id
                ),
                format!(
                    "Không có luồng ra nào của '{}' thoả điều kiện và không có luồng mặc định.",
                    node.id
                ),
            );
        }
        Ok(chosen)
    }

    /// Starts a gateway for which enough tokens wait; for inclusive ones that is decided when all is quiet.
    fn look_at_gateway(&mut self, scope: &ScopeId, node: &Node) -> Step {
        match node.kind {
            Kind::Gateway(GatewayKind::Parallel) => {
                if let Some(tokens) = self.one_per_flow(scope, node, node.incoming.len())? {
                    self.join(scope, node, tokens)?;
                }
            }
            Kind::Gateway(_) => {
                self.joins.insert(scope.clone());
            }
            _ => {
                let wanted = usize::try_from(node.start_quantity).unwrap_or(usize::MAX);
                let waiting = self.waiting_at(scope, &node.id)?.take(wanted);
                let tokens: Vec<u64> = waiting.map(|(token, _)| token).collect();
                if tokens.len() == wanted {
                    self.join(scope, node, tokens)?;
                }
            }
        }
        Ok(())
    }

    pub(super) fn join(&mut self, scope: &ScopeId, node: &Node, tokens: Vec<u64>) -> Step {
        self.emit(Event::TokensJoined {
            scope: scope.clone(),
            tokens,
            element: node.id.clone(),
        });
        self.activate(scope, node, None)
    }

    /// The oldest waiting token of each flow, when at least `wanted` flows have one.
    pub(super) fn one_per_flow(
        &self,
        scope: &ScopeId,
        node: &Node,
        wanted: usize,
    ) -> Step<Option<Vec<u64>>> {
        // Behind a wide split most arrivals are too early: then their flows need no sorting.
        if self.waiting_at(scope, &node.id)?.count() < wanted {
            return Ok(None);
        }
        let mut seen = BTreeSet::new();
        let tokens: Vec<u64> = self
            .waiting_at(scope, &node.id)?
            .filter(|(_, flow)| seen.insert(*flow))
            .map(|(token, _)| token)
            .collect();
        Ok((tokens.len() >= wanted).then_some(tokens))
    }

    /// Tokens that wait at a join, oldest first, with the flow they came by.
    pub(super) fn waiting_at(
        &self,
        scope: &ScopeId,
        element: &str,
    ) -> Step<impl Iterator<Item = (u64, &str)>> {
        let tokens = self.expect(scope)?.tokens.iter();
        Ok(tokens
            .filter(move |(_, token)| token.wait == Wait::Join && token.element == element)
            .map(|(number, token)| (*number, token.flow.as_deref().unwrap_or_default())))
    }
}

/// Whether tokens that come by a flow wait there until enough have come.
fn waits_for_others(node: &Node) -> bool {
    match node.kind {
        Kind::Gateway(
            GatewayKind::Parallel | GatewayKind::Inclusive | GatewayKind::Complex { .. },
        ) => node.incoming.len() > 1,
        _ => node.start_quantity > 1,
    }
}
