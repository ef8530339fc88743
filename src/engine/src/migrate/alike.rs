//! Whether two elements are the same to who is there: a token, a task, a timer.

use super::Pair;
use crate::model::{EventNode, GatewayKind, Kind, Node, Position, Process, Repeat, Trigger};

/// The same kind of element, triggered, called and repeated alike.
pub(super) fn nodes(
    pair: &Pair<'_>,
    (before, was): (&Process, &Node),
    (after, is): (&Process, &Node),
) -> bool {
    let kinds = match (&was.kind, &is.kind) {
        (Kind::Task(one), Kind::Task(other)) => one == other,
        (Kind::Script(_), Kind::Script(_)) => true,
        (Kind::Call(one), Kind::Call(other)) => one == other,
        (Kind::SubProcess(one), Kind::SubProcess(other)) => {
            std::mem::discriminant(one) == std::mem::discriminant(other)
        }
        (Kind::Gateway(one), Kind::Gateway(other)) => gateways(one, other),
        (Kind::Event(one), Kind::Event(other)) => {
            events(one, other) && host(one, before).map(|id| pair.id(id)) == host(other, after)
        }
        _ => false,
    };
    kinds && repeats(was.repeat.as_ref(), is.repeat.as_ref())
}

/// Whether two timer events have the same rules; none where there is no timer.
pub(super) fn rules(was: &Node, is: &Node) -> Option<bool> {
    let rules = |node: &Node| -> Vec<String> {
        let Kind::Event(event) = &node.kind else {
            return Vec::new();
        };
        event
            .triggers
            .iter()
            .filter_map(|trigger| match trigger {
                Trigger::Timer { rule, .. } => Some(rule.clone()),
                _ => None,
            })
            .collect()
    };
    let was = rules(was);
    (!was.is_empty()).then(|| was == rules(is))
}

fn gateways(one: &GatewayKind, other: &GatewayKind) -> bool {
    match (one, other) {
        (
            GatewayKind::EventBased { parallel: one, .. },
            GatewayKind::EventBased {
                parallel: other, ..
            },
        ) => one == other,
        _ => std::mem::discriminant(one) == std::mem::discriminant(other),
    }
}

fn events(one: &EventNode, other: &EventNode) -> bool {
    let positions = match (one.position, other.position) {
        (
            Position::Boundary {
                interrupting: one, ..
            },
            Position::Boundary {
                interrupting: other,
                ..
            },
        ) => one == other,
        (one, other) => one == other,
    };
    positions
        && one.interrupting == other.interrupting
        && one.parallel_multiple == other.parallel_multiple
        && one.triggers.len() == other.triggers.len()
        && one
            .triggers
            .iter()
            .zip(&other.triggers)
            .all(|(one, other)| triggers(one, other))
}

/// What a token waits for is written down with it, so names must be the same; a timer's instant is, its rule is not.
fn triggers(one: &Trigger, other: &Trigger) -> bool {
    match (one, other) {
        (Trigger::Message { name: one, .. }, Trigger::Message { name: other, .. })
        | (Trigger::Signal { name: one }, Trigger::Signal { name: other }) => one == other,
        (Trigger::Timer { kind: one, .. }, Trigger::Timer { kind: other, .. }) => one == other,
        _ => std::mem::discriminant(one) == std::mem::discriminant(other),
    }
}

fn host<'a>(event: &EventNode, process: &'a Process) -> Option<&'a str> {
    match event.position {
        Position::Boundary { host, .. } => Some(process.nodes[host].id.as_str()),
        _ => None,
    }
}

/// The items of a round keep their variable and their order.
fn repeats(one: Option<&Repeat>, other: Option<&Repeat>) -> bool {
    match (one, other) {
        (None, None) | (Some(Repeat::Standard { .. }), Some(Repeat::Standard { .. })) => true,
        (Some(Repeat::Multi(one)), Some(Repeat::Multi(other))) => {
            one.sequential == other.sequential && one.element_variable == other.element_variable
        }
        _ => false,
    }
}
