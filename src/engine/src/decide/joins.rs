//! Gateways that synchronise by looking around: inclusive and complex joins.

use std::collections::BTreeSet;

use super::flow::WAITING_FOR_START;
use super::work::{Step, Work};
use crate::event::Event;
use crate::ids::ScopeId;
use crate::model::{GatewayKind, Kind, Name, Node, Process};
use crate::state::{StuckAt, Variables, Wait};

/// How many tokens are looked at before the graph is.
const OLDEST: usize = 8;

impl Work<'_> {
    /// Starts one waiting join of a scope that may start, and asks to be called again.
    pub(super) fn look_at_joins(&mut self, scope: &ScopeId) -> Step {
        let Some(found) = self.scope(scope) else {
            return Ok(());
        };
        let process = self.process(scope)?;
        if !process.has_joins {
            return Ok(());
        }
        let mut seen = BTreeSet::new();
        let waiting: Vec<Name> = found
            .tokens
            .values()
            .filter(|token| token.wait == Wait::Join && seen.insert(token.element.as_str()))
            .map(|token| token.element.clone())
            .collect();
        let only_joins = found.tokens.values().all(|token| token.wait == Wait::Join);
        let resetting: Vec<Name> = found.resetting.keys().cloned().collect();
        let failed: BTreeSet<Name> = found
            .incidents
            .values()
            .filter(|incident| incident.token.is_none())
            .map(|incident| incident.element.clone())
            .collect();
        for element in resetting
            .iter()
            .filter(|element| !failed.contains(*element))
        {
            if let Some(index) = process.index(element)
                && self.reset_if_nothing_more_comes(scope, process, index)?
            {
                return Ok(());
            }
        }
        let mut inclusive = None;
        for element in waiting.iter().filter(|element| !failed.contains(*element)) {
            let Some(index) = process.index(element) else {
                continue;
            };
            let node = &process.nodes[index];
            let ready = match &node.kind {
                Kind::Gateway(GatewayKind::Inclusive) => {
                    inclusive = inclusive.or(Some(index));
                    !self.comes_straight(scope, process, index, &[])? && {
                        let here = self.flows_waiting_at(scope, node)?;
                        !self.more_may_come(scope, process, index, &here)?
                    }
                }
                Kind::Gateway(GatewayKind::Complex { activation }) => {
                    let ready = self.complex_ready(scope, node, activation.as_ref());
                    let Some(ready) = self.unless_failed(ready, scope, node)? else {
                        continue;
                    };
                    if ready {
                        return self.open_complex(scope, node);
                    }
                    false
                }
                _ => false,
            };
            if ready {
                return self.start_join(scope, node);
            }
        }
        // Inclusive joins that wait for each other only: the oldest goes on, or none ever would.
        match inclusive {
            Some(index) if only_joins => self.start_join(scope, &process.nodes[index]),
            _ => Ok(()),
        }
    }

    /// A condition of a gateway that cannot be evaluated is an incident of the gateway; it is asked again when a person
    /// has resolved that.
    fn unless_failed<T>(
        &mut self,
        outcome: Step<T>,
        scope: &ScopeId,
        gateway: &Node,
    ) -> Step<Option<T>> {
        match outcome {
            Ok(value) => Ok(Some(value)),
            Err(halt) => self
                .stuck_if_failed(Err(halt), scope, None, &gateway.id, StuckAt::Leave)
                .map(|()| None),
        }
    }

    fn start_join(&mut self, scope: &ScopeId, node: &Node) -> Step {
        self.joins.insert(scope.clone());
        match self.one_per_flow(scope, node, 1)? {
            Some(tokens) => self.join(scope, node, tokens),
            None => Ok(()),
        }
    }

    fn flows_waiting_at(&self, scope: &ScopeId, node: &Node) -> Step<BTreeSet<&str>> {
        let waiting = self.waiting_at(scope, &node.id)?;
        Ok(waiting.map(|(_, flow)| flow).collect())
    }

    /// BPMN 2.0.2, 13.4.3: a token elsewhere can still reach an incoming flow that is not among `served`, without passing
    /// the gateway, and cannot reach one of those that are.
    fn more_may_come(
        &self,
        scope: &ScopeId,
        process: &Process,
        gateway: usize,
        served: &BTreeSet<&str>,
    ) -> Step<bool> {
        let node = &process.nodes[gateway];
        let (mut empty, mut full) = (Vec::new(), Vec::new());
        for &flow in &node.incoming {
            let side = if served.contains(process.flows[flow].id.as_str()) {
                &mut full
            } else {
                &mut empty
            };
            side.push(process.flows[flow].source);
        }
        let to_empty = reaching(process, gateway, empty);
        let to_full = reaching(process, gateway, full);
        Ok(self
            .expect(scope)?
            .tokens
            .values()
            .filter(|token| token.wait != Wait::Beside)
            .filter(|token| token.element != node.id || token.wait != Wait::Join)
            .filter_map(|token| process.index(&token.element))
            .any(|at| to_empty.contains(&at) && !to_full.contains(&at)))
    }

    /// The usual case of a token that can still come, found without looking around: one of the oldest is at an element from
    /// which the only way leads straight to the gateway, by a flow that has no token and is not among `served`.
    fn comes_straight(
        &self,
        scope: &ScopeId,
        process: &Process,
        gateway: usize,
        served: &[Name],
    ) -> Step<bool> {
        let straight = |node: &Node| {
            let [flow] = node.outgoing.as_slice() else {
                return None;
            };
            let flow = &process.flows[*flow];
            (flow.target == gateway && node.boundary.is_empty()).then_some(flow.id.as_str())
        };
        let join = &process.nodes[gateway].id;
        let has_come = |flow: &str| -> Step<bool> {
            Ok(served.iter().any(|own| own == flow)
                || self.waiting_at(scope, join)?.any(|(_, own)| own == flow))
        };
        let coming = self
            .expect(scope)?
            .tokens
            .values()
            .filter(|token| !matches!(token.wait, Wait::Join | Wait::Beside))
            .filter_map(|token| straight(process.node(&token.element)?));
        for flow in coming.take(OLDEST) {
            if !has_come(flow)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The first phase of a complex gateway (13.4.5): it goes on, and waits for what has not come yet.
    fn open_complex(&mut self, scope: &ScopeId, node: &Node) -> Step {
        let flows = self.flows_waiting_at(scope, node)?;
        let flows = flows.into_iter().map(Name::new).collect();
        self.start_join(scope, node)?;
        self.emit(Event::GatewayOpened {
            scope: scope.clone(),
            element: node.id.clone(),
            flows,
        });
        Ok(())
    }

    /// The second phase: once the other flows have their token or can get none, these are taken, and the flows whose
    /// conditions ask for this phase get one.
    fn reset_if_nothing_more_comes(
        &mut self,
        scope: &ScopeId,
        process: &Process,
        gateway: usize,
    ) -> Step<bool> {
        let node = &process.nodes[gateway];
        let Some(first) = self.expect(scope)?.resetting.get(&node.id) else {
            return Ok(false);
        };
        if self.comes_straight(scope, process, gateway, first)? {
            return Ok(false);
        }
        let first: BTreeSet<Name> = first.iter().cloned().collect();
        let mut served = self.flows_waiting_at(scope, node)?;
        served.extend(first.iter().map(Name::as_str));
        if self.more_may_come(scope, process, gateway, &served)? {
            return Ok(false);
        }
        let chosen = self.second_phase_flows(scope, process, node);
        let Some(chosen) = self.unless_failed(chosen, scope, node)? else {
            return Ok(false);
        };
        let mut taken = BTreeSet::new();
        let tokens = self
            .waiting_at(scope, &node.id)?
            .filter(|(_, flow)| !first.contains(*flow) && taken.insert(*flow))
            .map(|(token, _)| token)
            .collect();
        self.emit(Event::GatewayReset {
            scope: scope.clone(),
            tokens,
            element: node.id.clone(),
        });
        self.joins.insert(scope.clone());
        for index in chosen {
            let flow = &process.flows[index];
            self.enter(scope, &process.nodes[flow.target], Some(&flow.id))?;
        }
        self.finish_if_empty(scope)?;
        Ok(true)
    }

    fn second_phase_flows(
        &self,
        scope: &ScopeId,
        process: &Process,
        gateway: &Node,
    ) -> Step<Vec<usize>> {
        let locals = Variables::from([(WAITING_FOR_START.to_owned(), false.into())]);
        let mut chosen = Vec::new();
        for &index in &gateway.outgoing {
            if let Some(condition) = &process.flows[index].condition
                && condition
                    .names()
                    .iter()
                    .any(|name| name == WAITING_FOR_START)
                && self.holds(scope, &locals, condition)?
            {
                chosen.push(index);
            }
        }
        Ok(chosen)
    }

    fn complex_ready(
        &self,
        scope: &ScopeId,
        node: &Node,
        activation: Option<&crate::expr::Expr>,
    ) -> Step<bool> {
        if self.expect(scope)?.resetting.contains_key(&node.id) {
            return Ok(false);
        }
        let Some(activation) = activation else {
            return Ok(self
                .one_per_flow(scope, node, node.incoming.len())?
                .is_some());
        };
        let locals = Variables::from([(
            "activationCount".to_owned(),
            serde_json::Value::from(self.waiting_at(scope, &node.id)?.count()),
        )]);
        self.holds(scope, &locals, activation)
    }
}

/// The nodes from which one of `targets` can be reached without passing the gateway, the targets included.
fn reaching(process: &Process, gateway: usize, targets: Vec<usize>) -> BTreeSet<usize> {
    let mut seen = BTreeSet::new();
    let mut open = targets;
    while let Some(at) = open.pop() {
        if at == gateway || !seen.insert(at) {
            continue;
        }
        let node = &process.nodes[at];
        open.extend(node.incoming.iter().map(|flow| process.flows[*flow].source));
        if let Kind::Event(event) = &node.kind {
            match event.position {
                // A boundary event starts from its activity.
                crate::model::Position::Boundary { host, .. } => open.push(host),
                // The catching half of a link is reached from the throwing half.
                crate::model::Position::Catch => {
                    open.extend(link_sources(process, node.parent, &event.triggers))
                }
                _ => {}
            }
        }
    }
    seen
}

fn link_sources(
    process: &Process,
    parent: Option<usize>,
    triggers: &[crate::model::Trigger],
) -> Vec<usize> {
    let [crate::model::Trigger::Link(name)] = triggers else {
        return Vec::new();
    };
    process
        .children(parent)
        .filter(|index| {
            matches!(&process.nodes[*index].kind, Kind::Event(event) if event.position == crate::model::Position::Throw
                && event.triggers.iter().any(|trigger| matches!(trigger, crate::model::Trigger::Link(own) if own == name)))
        })
        .collect()
}
