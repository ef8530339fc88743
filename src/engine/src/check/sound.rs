//! Soundness: what can never be reached, never ends, never waits or may get stuck.

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
    for (rule, nodes) in [
        ("join-never-completes", verdict.stuck),
        ("merge-runs-twice", verdict.doubled),
    ] {
        for node in nodes {
            out.add(rule, index.elements[at(node)].node, &[index.name(at(node))]);
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
