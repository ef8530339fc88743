//! Soundness: what can never be reached, never ends, never waits or may get stuck.

use std::collections::HashSet;

use super::index::{At, Index};
use super::net::Net;
use super::report::Report;
use super::tokens;

pub fn check<'a>(index: &Index<'a>, out: &mut Report<'a>) {
    for container in 0..index.elements.len() {
        if matches!(
            index.elements[container].tag,
            "process" | "subProcess" | "transaction"
        ) {
            check_one(index, container, out);
        }
    }
}

fn check_one<'a>(index: &Index<'a>, container: At, out: &mut Report<'a>) {
    let net = Net::of(index, container);
    let at = |node: usize| net.nodes[node].at;
    let (reachable, ending) = (net.reachable(), net.ending());
    for node in (0..net.nodes.len()).filter(|node| !reachable.contains(node)) {
        out.add(
            "unreachable",
            index.elements[at(node)].node,
            &[index.name(at(node))],
        );
    }
    unnamed_ends(index, &net, &reachable, out);
    let executable = index.flag(container, "isExecutable") || index.executable(container);
    for group in net.loops() {
        let Some(first) = group.iter().copied().min_by_key(|node| at(*node)) else {
            continue;
        };
        if !reachable.contains(&first) {
            continue;
        }
        let waits = group.iter().any(|node| waits(index, at(*node), executable));
        let rule = match (ending.contains(&first), waits) {
            (false, true) => "no-way-to-end",
            (false, false) => "endless-loop",
            (true, false) if executable => "loop-without-wait",
            _ => continue,
        };
        out.add(
            rule,
            index.elements[at(first)].node,
            &[index.name(at(first))],
        );
    }
    let verdict = tokens::play(&net, index);
    let short = |node: &usize| net.nodes[*node].needs > 1;
    let (short, stuck) = verdict.stuck.into_iter().partition::<Vec<_>, _>(short);
    for (rule, nodes) in [
        ("join-never-completes", stuck),
        ("quantity-not-met", short),
        ("merge-runs-twice", verdict.doubled.into_iter().collect()),
    ] {
        for node in nodes {
            out.add(rule, index.elements[at(node)].node, &[index.name(at(node))]);
        }
    }
}

/// Paths that just stop where other paths of the same level come to an end event.
fn unnamed_ends<'a>(
    index: &Index<'a>,
    net: &Net<'_>,
    reachable: &HashSet<usize>,
    out: &mut Report<'a>,
) {
    if !net.nodes.iter().any(|node| node.tag == "endEvent") {
        return;
    }
    for (number, node) in net.nodes.iter().enumerate() {
        let throws_link = || index.has_trigger(node.at, "linkEventDefinition");
        if node.from.is_empty()
            && index.outgoing(node.at).next().is_none()
            && reachable.contains(&number)
            && !matches!(node.tag, "endEvent" | "boundaryEvent")
            && !throws_link()
        {
            out.add(
                "path-without-end",
                index.elements[node.at].node,
                &[index.name(node.at)],
            );
        }
    }
}

/// Whether a token may rest here. Where the process isn't meant to be executed, every activity stands for work.
fn waits(index: &Index<'_>, at: At, executable: bool) -> bool {
    match index.elements[at].tag {
        "scriptTask" | "task" | "manualTask" => !executable,
        "intermediateCatchEvent" => !index.has_trigger(at, "linkEventDefinition"),
        "eventBasedGateway" => true,
        _ => index.is(at, "tActivity"),
    }
}
