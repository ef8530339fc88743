//! Whether a parallel join of the new version lies ahead of the tokens that one of its branches has no token for: the
//! branch begins before the place where the instance is.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{About, Found, Pair};
use crate::model::{GatewayKind, Kind, Position, Process, Trigger};
use crate::state::{Scope, ScopeKind, Wait};

/// Remarks the joins that would starve in the new version and would not have in the old one.
pub(super) fn starving(pair: &Pair<'_>, found: &mut Found) {
    for scope in pair.state.scopes.values() {
        let (Some(before), Some(after)) = (
            pair.old.process(&scope.process),
            pair.new.process(&scope.process),
        ) else {
            continue;
        };
        if !matches!(scope.kind, ScopeKind::Process | ScopeKind::SubProcess)
            || scope.tokens.is_empty()
        {
            continue;
        }
        let then: BTreeSet<&str> = starved(before, scope, |id| id, Some)
            .into_iter()
            .map(|index| pair.id(&before.nodes[index].id))
            .collect();
        let now = starved(
            after,
            scope,
            |id| pair.id(id),
            |flow| pair.flow(before, after, flow),
        );
        for index in now {
            let node = &after.nodes[index];
            if !then.contains(node.id.as_str()) {
                found.hinders(About::Join, node);
            }
        }
    }
}

/// The parallel joins that a token can reach and one of whose flows no token can reach but through the join itself.
fn starved<'a>(
    process: &Process,
    scope: &'a Scope,
    id: impl Fn(&'a str) -> &'a str,
    flow: impl Fn(&'a str) -> Option<&'a str>,
) -> Vec<usize> {
    let links = links(process);
    let mut starts = Vec::new();
    let mut arrived: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    for token in scope.tokens.values() {
        let Some(at) = process.index(id(&token.element)) else {
            continue;
        };
        match (&token.wait, token.flow.as_deref().and_then(&flow)) {
            (Wait::Join, Some(flow)) => {
                arrived.entry(at).or_default().insert(flow);
            }
            _ => starts.push(at),
        }
    }
    let all: Vec<usize> = starts
        .iter()
        .copied()
        .chain(arrived.keys().copied())
        .collect();
    let ahead = reach(process, &links, &all, None);
    ahead
        .into_iter()
        .filter(|join| {
            let node = &process.nodes[*join];
            matches!(node.kind, Kind::Gateway(GatewayKind::Parallel)) && node.incoming.len() > 1
        })
        .filter(|join| {
            // Tokens that wait at other joins go on from there.
            let from: Vec<usize> = all.iter().copied().filter(|at| at != join).collect();
            let reached = reach(process, &links, &from, Some(*join));
            let came = arrived.get(join);
            process.nodes[*join].incoming.iter().any(|index| {
                let flow = &process.flows[*index];
                !reached.contains(&flow.source)
                    && !came.is_some_and(|came| came.contains(flow.id.as_str()))
            })
        })
        .collect()
}

/// The nodes that tokens at `from` can come to, those included, without passing through `wall`.
fn reach(
    process: &Process,
    links: &BTreeMap<usize, usize>,
    from: &[usize],
    wall: Option<usize>,
) -> BTreeSet<usize> {
    let mut seen: BTreeSet<usize> = from.iter().copied().collect();
    let mut open: VecDeque<usize> = seen.iter().copied().collect();
    while let Some(at) = open.pop_front() {
        let node = &process.nodes[at];
        let next = node
            .outgoing
            .iter()
            .map(|flow| process.flows[*flow].target)
            .chain(node.boundary.iter().copied())
            .chain(links.get(&at).copied());
        for next in next {
            if Some(next) != wall && seen.insert(next) {
                open.push_back(next);
            }
        }
    }
    seen
}

/// Throwing links with the catching ones of their names.
fn links(process: &Process) -> BTreeMap<usize, usize> {
    let ends = |throws: bool| {
        process
            .nodes
            .iter()
            .enumerate()
            .filter_map(move |(index, node)| match &node.kind {
                Kind::Event(event) => match (event.position, event.triggers.as_slice()) {
                    (Position::Throw, [Trigger::Link(name)]) if throws => {
                        Some((index, node.parent, name))
                    }
                    (Position::Catch, [Trigger::Link(name)]) if !throws => {
                        Some((index, node.parent, name))
                    }
                    _ => None,
                },
                _ => None,
            })
    };
    ends(true)
        .filter_map(|(from, parent, name)| {
            let (to, ..) =
                ends(false).find(|(_, other, catches)| *other == parent && *catches == name)?;
            Some((from, to))
        })
        .collect()
}
