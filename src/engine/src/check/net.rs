//! The control flow of one process or sub-process as a graph: nodes, and edges that tokens stand on.

use std::collections::{HashMap, HashSet};

use super::cycles::cycles;
use super::events::link_name;
use super::index::{At, Index};

pub struct Net<'i> {
    pub nodes: Vec<Node<'i>>,
    pub edges: Vec<Edge>,
}

pub struct Node<'i> {
    pub at: At,
    pub tag: &'i str,
    /// Edges by number.
    pub into: Vec<usize>,
    pub from: Vec<usize>,
    /// Boundary events by node number, with whether they interrupt.
    pub boundary: Vec<(usize, bool)>,
    /// Whether it begins a path of its own: a start event, an element without incoming flow where none is required, or a
    /// boundary event of a compensation handler.
    pub entry: bool,
    /// Tokens it waits for, and tokens it sends on each flow (`startQuantity`, `completionQuantity`); those above
    /// [`MOST`] count as so many.
    pub needs: u8,
    pub makes: u8,
}

/// The largest quantity of tokens that is told apart.
const MOST: u8 = 20;

pub struct Edge {
    pub source: usize,
    pub target: usize,
    pub conditional: bool,
    pub default: bool,
}

impl<'i> Net<'i> {
    /// The net of a container, without event sub-processes and compensation, which no flow reaches.
    pub fn of(index: &'i Index<'_>, container: At) -> Self {
        let members: Vec<At> = index
            .inside(container)
            .filter(|at| index.is(*at, "tFlowNode"))
            .filter(|at| !index.is_event_subprocess(*at) && !index.flag(*at, "isForCompensation"))
            .filter(|at| !is_compensation_boundary(index, *at))
            .collect();
        let number: HashMap<At, usize> =
            members.iter().enumerate().map(|(n, at)| (*at, n)).collect();
        let nodes = members.iter().map(|at| Node {
            at: *at,
            tag: index.elements[*at].tag,
            into: Vec::new(),
            from: Vec::new(),
            boundary: Vec::new(),
            entry: false,
            needs: quantity(index, *at, "startQuantity"),
            makes: quantity(index, *at, "completionQuantity"),
        });
        let mut net = Self {
            nodes: nodes.collect(),
            edges: Vec::new(),
        };
        for at in &members {
            let default = super::gateways::default_of(index, *at).map(|flow| flow.at);
            for flow in index.outgoing(*at) {
                if let Some(target) = flow.target.and_then(|target| number.get(&target)) {
                    net.connect(
                        number[at],
                        *target,
                        flow.conditional,
                        default == Some(flow.at),
                    );
                }
            }
            for event in index.boundary.get(at).into_iter().flatten() {
                if let Some(event) = number.get(event) {
                    let attribute = index.elements[net.nodes[*event].at]
                        .node
                        .attribute("cancelActivity");
                    let interrupts = !matches!(attribute.map(str::trim), Some("false" | "0"));
                    net.nodes[number[at]].boundary.push((*event, interrupts));
                }
            }
        }
        net.link(index);
        net.mark_entries(index, container);
        net
    }

    fn connect(&mut self, source: usize, target: usize, conditional: bool, default: bool) {
        let edge = self.edges.len();
        self.edges.push(Edge {
            source,
            target,
            conditional,
            default,
        });
        self.nodes[source].from.push(edge);
        self.nodes[target].into.push(edge);
    }

    /// A throwing link goes on at the catching link of its name.
    fn link(&mut self, index: &Index<'_>) {
        let mut catching: HashMap<String, usize> = HashMap::new();
        let mut throwing: Vec<(usize, String)> = Vec::new();
        for (number, node) in self.nodes.iter().enumerate() {
            for link in index.triggers(node.at) {
                if link.tag_name().name() != "linkEventDefinition" {
                    continue;
                }
                let name = link_name(link).unwrap_or_default();
                match node.tag {
                    "intermediateCatchEvent" => drop(catching.insert(name, number)),
                    "intermediateThrowEvent" => throwing.push((number, name)),
                    _ => {}
                }
            }
        }
        for (source, name) in throwing {
            if let Some(target) = catching.get(&name) {
                self.connect(source, *target, false, false);
            }
        }
    }

    fn mark_entries(&mut self, index: &Index<'_>, container: At) {
        let starts = self.nodes.iter().any(|node| node.tag == "startEvent");
        let of_handlers: HashSet<At> = index
            .inside(container)
            .filter(|at| index.flag(*at, "isForCompensation"))
            .flat_map(|handler| index.boundary.get(&handler).into_iter().flatten().copied())
            .collect();
        for node in &mut self.nodes {
            let loose = node.into.is_empty() && node.tag != "boundaryEvent";
            node.entry = node.tag == "startEvent"
                || (loose && (!starts || index.flag(node.at, "instantiate")))
                || of_handlers.contains(&node.at);
        }
    }

    /// Nodes to which a token goes on from this one, boundary events included.
    pub fn next(&self, node: usize) -> impl Iterator<Item = usize> {
        let flows = self.nodes[node]
            .from
            .iter()
            .map(|edge| self.edges[*edge].target);
        flows.chain(self.nodes[node].boundary.iter().map(|(event, _)| *event))
    }

    /// Nodes reachable from the entries.
    pub fn reachable(&self) -> HashSet<usize> {
        let entries = (0..self.nodes.len()).filter(|node| self.nodes[*node].entry);
        self.spread(entries.collect(), |node| self.next(node).collect())
    }

    /// Nodes from which a token can come to an end.
    pub fn ending(&self) -> HashSet<usize> {
        let mut back: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
        for node in 0..self.nodes.len() {
            for next in self.next(node) {
                back[next].push(node);
            }
        }
        let ends = (0..self.nodes.len()).filter(|node| self.nodes[*node].from.is_empty());
        self.spread(ends.collect(), |node| back[node].clone())
    }

    fn spread(&self, mut open: Vec<usize>, next: impl Fn(usize) -> Vec<usize>) -> HashSet<usize> {
        let mut seen: HashSet<usize> = open.iter().copied().collect();
        while let Some(node) = open.pop() {
            open.extend(next(node).into_iter().filter(|next| seen.insert(*next)));
        }
        seen
    }

    /// The loops: groups of nodes that lead to each other.
    pub fn loops(&self) -> Vec<Vec<usize>> {
        let next = (0..self.nodes.len()).map(|node| self.next(node).collect());
        cycles(&next.collect::<Vec<_>>())
    }
}

fn is_compensation_boundary(index: &Index<'_>, at: At) -> bool {
    index.elements[at].tag == "boundaryEvent" && index.has_trigger(at, "compensateEventDefinition")
}

fn quantity(index: &Index<'_>, at: At, name: &str) -> u8 {
    let value = index.elements[at].node.attribute(name);
    let number = value.and_then(|value| value.trim().parse::<u64>().ok());
    number.map_or(1, |number| {
        u8::try_from(number).unwrap_or(MOST).clamp(1, MOST)
    })
}
