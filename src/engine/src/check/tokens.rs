//! The token game of one net, played through all its states within a bound, to find where it may get stuck or run double.

use std::collections::{BTreeSet, HashSet};

use super::index::{At, Index};
use super::net::Net;

/// The most work for one start, in edges looked at; a net with more states is judged by those that were seen.
const MAX_WORK: usize = 6_000_000;
/// The largest net that is played.
const MAX_EDGES: usize = 2_000;
/// Up to this many ways an inclusive choice is tried in all combinations; above, each way alone and all together.
const MAX_COMBINED: usize = 4;

/// Tokens by edge.
type Marking = Vec<u8>;

#[derive(Default)]
pub struct Verdict {
    /// Joins, and activities with a `startQuantity`, at which tokens may wait for ever.
    pub stuck: BTreeSet<usize>,
    /// Merges at which two tokens may meet.
    pub doubled: BTreeSet<usize>,
}

/// Plays the game from every entry.
pub fn play(net: &Net<'_>, index: &Index<'_>) -> Verdict {
    let mut verdict = Verdict::default();
    let unclear = net.nodes.iter().any(|node| node.tag == "complexGateway");
    if unclear || net.edges.len() > MAX_EDGES {
        return verdict;
    }
    let has_starts = net.nodes.iter().any(|node| node.tag == "startEvent");
    let entries: Vec<usize> = (0..net.nodes.len())
        .filter(|node| net.nodes[*node].entry)
        .collect();
    // Start events are alternatives; elements without incoming flows all begin together.
    let groups: Vec<Vec<usize>> = if has_starts {
        entries.into_iter().map(|entry| vec![entry]).collect()
    } else {
        vec![entries]
    };
    let needs = net.nodes.iter().map(|node| node.needs).max().unwrap_or(0);
    let game = Game {
        net,
        index,
        most: needs.max(2),
    };
    for group in groups {
        game.explore(&group, &mut verdict);
    }
    verdict
}

struct Game<'n> {
    net: &'n Net<'n>,
    index: &'n Index<'n>,
    /// The most tokens that are counted on an edge, so that a net that makes ever more of them has an end too.
    most: u8,
}

impl Game<'_> {
    fn explore(&self, entries: &[usize], verdict: &mut Verdict) {
        let mut first = vec![vec![0; self.net.edges.len()]];
        for entry in entries {
            first = first
                .iter()
                .flat_map(|marking| self.leave(*entry, marking))
                .take(64)
                .collect();
        }
        let mut seen: HashSet<Marking> = first.iter().cloned().collect();
        let mut work = 0;
        while let Some(mut marking) = first.pop() {
            let mut next = self.step(&marking, verdict);
            work += marking.len();
            // Where only one thing can happen it happens; a loop of such steps is left at the next state that was seen.
            for _ in 0..marking.len() {
                let [only] = next.as_mut_slice() else { break };
                marking = std::mem::take(only);
                next = self.step(&marking, verdict);
                work += marking.len();
            }
            if next.is_empty() {
                let left = (0..marking.len()).filter(|edge| marking[*edge] > 0);
                verdict
                    .stuck
                    .extend(left.map(|edge| self.net.edges[edge].target));
            }
            if work > MAX_WORK {
                return;
            }
            for marking in next {
                if seen.insert(marking.clone()) {
                    first.push(marking);
                }
            }
        }
    }

    /// The states after one step. A token that no other token can disturb moves first, alone: the order of such moves
    /// doesn't matter, and fewer states are looked at.
    fn step(&self, marking: &Marking, verdict: &mut Verdict) -> Vec<Marking> {
        let held = || (0..marking.len()).filter(|edge| marking[*edge] > 0);
        for edge in held() {
            let target = self.net.edges[edge].target;
            if self.net.nodes[target].into.len() == 1 && self.net.nodes[target].needs <= 1 {
                return self.leave(target, &less(marking, &[edge]));
            }
        }
        let gathered: BTreeSet<usize> = held().map(|edge| self.net.edges[edge].target).collect();
        for node in &gathered {
            if let Some(taken) = self.gathered_at(*node, marking) {
                return self.leave(*node, &less(marking, &taken));
            }
        }
        let mut next = Vec::new();
        for node in &gathered {
            let made = &self.net.nodes[*node];
            if made.needs > 1 || matches!(made.tag, "parallelGateway" | "inclusiveGateway") {
                continue;
            }
            let waiting: Vec<usize> = made
                .into
                .iter()
                .filter(|edge| marking[**edge] > 0)
                .copied()
                .collect();
            if waiting.len() > 1 && made.tag != "endEvent" {
                verdict.doubled.insert(*node);
            }
            for edge in waiting {
                next.extend(self.leave(*node, &less(marking, &[edge])));
            }
        }
        if next.is_empty() {
            let inclusive = gathered
                .iter()
                .filter(|node| self.net.nodes[**node].tag == "inclusiveGateway");
            for node in inclusive.filter(|node| self.can_join(**node, marking)) {
                let into = self.net.nodes[*node].into.iter();
                let taken: Vec<usize> = into.filter(|edge| marking[**edge] > 0).copied().collect();
                next.extend(self.leave(*node, &less(marking, &taken)));
            }
        }
        next
    }

    /// The edges from which a parallel gateway, or an activity with a `startQuantity`, takes its tokens once they are there.
    fn gathered_at(&self, node: usize, marking: &Marking) -> Option<Vec<usize>> {
        let made = &self.net.nodes[node];
        if made.tag == "parallelGateway" {
            let full = made.into.iter().all(|edge| marking[*edge] > 0);
            return full.then(|| made.into.clone());
        }
        let needs = usize::from(made.needs);
        let held = made
            .into
            .iter()
            .flat_map(|edge| std::iter::repeat_n(*edge, usize::from(marking[*edge])));
        let taken: Vec<usize> = held.take(needs).collect();
        (needs > 1 && taken.len() == needs).then_some(taken)
    }

    /// BPMN 2.0.2 §13.4.3: no token elsewhere can still come to an empty incoming flow, but for those that can also come
    /// to one with a token.
    fn can_join(&self, node: usize, marking: &Marking) -> bool {
        let (full, empty): (Vec<usize>, Vec<usize>) = self.net.nodes[node]
            .into
            .iter()
            .copied()
            .partition(|edge| marking[*edge] > 0);
        let (to_full, to_empty) = (self.upstream(node, full), self.upstream(node, empty));
        (0..marking.len())
            .filter(|edge| marking[*edge] > 0 && self.net.edges[*edge].target != node)
            .all(|edge| {
                let at = self.net.edges[edge].target;
                !to_empty.contains(&at) || to_full.contains(&at)
            })
    }

    /// The nodes from which a token comes to one of the edges without passing the node.
    fn upstream(&self, without: usize, edges: Vec<usize>) -> HashSet<usize> {
        let mut seen = HashSet::new();
        let mut open: Vec<usize> = edges
            .iter()
            .map(|edge| self.net.edges[*edge].source)
            .collect();
        while let Some(node) = open.pop() {
            if node == without || !seen.insert(node) {
                continue;
            }
            open.extend(
                self.net.nodes[node]
                    .into
                    .iter()
                    .map(|edge| self.net.edges[*edge].source),
            );
            for (host, made) in self.net.nodes.iter().enumerate() {
                if made.boundary.iter().any(|(event, _)| *event == node) {
                    open.push(host);
                }
            }
        }
        seen
    }

    /// The states after a token has gone through the node, one for each choice.
    fn leave(&self, node: usize, marking: &Marking) -> Vec<Marking> {
        let made = &self.net.nodes[node];
        if made.tag == "endEvent" && self.clears(node) {
            return vec![vec![0; marking.len()]];
        }
        let mut ways: Vec<Vec<usize>> = match made.tag {
            _ if made.from.is_empty() => vec![Vec::new()],
            "eventBasedGateway" if self.starts_all(made.at) => vec![made.from.clone()],
            "exclusiveGateway" | "eventBasedGateway" => {
                made.from.iter().map(|edge| vec![*edge]).collect()
            }
            "inclusiveGateway" => combinations(&made.from),
            "parallelGateway" => vec![made.from.clone()],
            _ => self.plain_ways(node),
        };
        if made.makes > 1 {
            ways = ways
                .into_iter()
                .map(|way| way.repeat(usize::from(made.makes)))
                .collect();
        }
        let usual = ways.clone();
        for (event, interrupts) in &made.boundary {
            let reaction = &self.net.nodes[*event].from;
            if *interrupts {
                ways.push(reaction.clone());
            } else {
                ways.extend(
                    usual
                        .iter()
                        .map(|way| way.iter().chain(reaction).copied().collect()),
                );
            }
        }
        ways.iter().map(|way| self.more(marking, way)).collect()
    }

    /// Whether all events after an instantiating event gateway are waited for.
    fn starts_all(&self, at: At) -> bool {
        let node = self.index.elements[at].node;
        self.index.flag(at, "instantiate") && node.attribute("eventGatewayType") == Some("Parallel")
    }

    fn more(&self, marking: &Marking, edges: &[usize]) -> Marking {
        let mut marking = marking.clone();
        for edge in edges {
            marking[*edge] = (marking[*edge] + 1).min(self.most);
        }
        marking
    }

    /// Out of activities and events: all flows without a condition, and any of those with one.
    fn plain_ways(&self, node: usize) -> Vec<Vec<usize>> {
        let flows = &self.net.nodes[node].from;
        let edge = |number: &usize| &self.net.edges[*number];
        let always: Vec<usize> = flows
            .iter()
            .filter(|f| !edge(f).conditional && !edge(f).default)
            .copied()
            .collect();
        let perhaps: Vec<usize> = flows
            .iter()
            .filter(|f| edge(f).conditional && !edge(f).default)
            .copied()
            .collect();
        let default: Vec<usize> = flows.iter().filter(|f| edge(f).default).copied().collect();
        if perhaps.is_empty() {
            return vec![flows.clone()];
        }
        let mut ways: Vec<Vec<usize>> = combinations(&perhaps)
            .into_iter()
            .map(|way| always.iter().copied().chain(way).collect())
            .collect();
        ways.push(always.iter().copied().chain(default).collect());
        ways
    }

    /// Whether the end event takes all other tokens with it.
    fn clears(&self, node: usize) -> bool {
        let at = self.net.nodes[node].at;
        [
            "terminateEventDefinition",
            "errorEventDefinition",
            "cancelEventDefinition",
        ]
        .iter()
        .any(|tag| self.index.has_trigger(at, tag))
    }
}

fn combinations(edges: &[usize]) -> Vec<Vec<usize>> {
    if edges.len() > MAX_COMBINED {
        return edges
            .iter()
            .map(|edge| vec![*edge])
            .chain([edges.to_vec()])
            .collect();
    }
    (1..1_usize << edges.len())
        .map(|mask| {
            let chosen = edges
                .iter()
                .enumerate()
                .filter(|(bit, _)| mask & (1 << bit) != 0);
            chosen.map(|(_, edge)| *edge).collect()
        })
        .collect()
}

fn less(marking: &Marking, edges: &[usize]) -> Marking {
    let mut marking = marking.clone();
    for edge in edges {
        marking[*edge] = marking[*edge].saturating_sub(1);
    }
    marking
}
