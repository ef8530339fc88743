//! Gateways that synchronise by looking around: inclusive and complex joins.

use std::collections::BTreeSet;

use super::work::{Step, Work};
use crate::model::{GatewayKind, Kind, Node, Process};
use crate::state::{ScopeId, Variables, Wait};

impl Work<'_> {
    /// Starts one waiting join of a scope that may start, and asks to be called again.
    pub(super) fn look_at_joins(&mut self, scope: &ScopeId) -> Step {
        let Some(found) = self.scope(scope) else {
            return Ok(());
        };
        let mut seen = BTreeSet::new();
        let waiting: Vec<String> = found
            .tokens
            .values()
            .filter(|token| token.wait == Wait::Join && seen.insert(token.element.as_str()))
            .map(|token| token.element.clone())
            .collect();
        let only_joins = found.tokens.values().all(|token| token.wait == Wait::Join);
        let process = self.process(scope)?;
        let mut inclusive = None;
        for element in &waiting {
            let Some(index) = process.index(element) else {
                continue;
            };
            let node = &process.nodes[index];
            let ready = match &node.kind {
                Kind::Gateway(GatewayKind::Inclusive) => {
                    inclusive = inclusive.or(Some(index));
                    !self.more_may_come(scope, process, index)?
                }
                Kind::Gateway(GatewayKind::Complex { activation }) => {
                    self.complex_ready(scope, node, activation.as_ref())?
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

    fn start_join(&mut self, scope: &ScopeId, node: &Node) -> Step {
        self.joins.insert(scope.clone());
        match self.one_per_flow(scope, node, 1)? {
            Some(tokens) => self.join(scope, node, tokens),
            None => Ok(()),
        }
    }

    /// BPMN 2.0.2, 13.4.3: a token elsewhere can still reach an empty incoming flow without passing the gateway, and
    /// cannot reach a flow that has a token already.
    fn more_may_come(&self, scope: &ScopeId, process: &Process, gateway: usize) -> Step<bool> {
        let node = &process.nodes[gateway];
        let taken: BTreeSet<String> = self
            .waiting_at(scope, &node.id)?
            .into_iter()
            .map(|(_, flow)| flow)
            .collect();
        let (mut empty, mut full) = (Vec::new(), Vec::new());
        for &flow in &node.incoming {
            let side = if taken.contains(&process.flows[flow].id) {
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
            .filter(|token| token.element != node.id || token.wait != Wait::Join)
            .filter_map(|token| process.index(&token.element))
            .any(|at| to_empty.contains(&at) && !to_full.contains(&at)))
    }

    fn complex_ready(
        &self,
        scope: &ScopeId,
        node: &Node,
        activation: Option<&crate::expr::Expr>,
    ) -> Step<bool> {
        let waiting = self.waiting_at(scope, &node.id)?;
        let Some(activation) = activation else {
            return Ok(self
                .one_per_flow(scope, node, node.incoming.len())?
                .is_some());
        };
        let locals = Variables::from([(
            "activationCount".to_owned(),
            serde_json::Value::from(waiting.len()),
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
