//! What a file means: processes as flat arenas of nodes and flows, compiled once and never changed.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use smol_str::SmolStr;

use crate::expr::{Assignment, Expr};
use crate::finding::Finding;

/// A word of the file: an id, a name, a role. Short ones lie in place and longer ones are shared, so that the many tokens, tasks
/// and events that bear it copy no text.
pub type Name = SmolStr;

/// All processes of the files that were read together, named by the hash of their content.
#[derive(Debug, Clone)]
pub struct Definitions {
    pub(crate) hash: String,
    pub(crate) processes: Vec<Process>,
    pub(crate) by_id: HashMap<Name, usize>,
    /// Warnings and notes of the reader; errors keep a file from becoming definitions.
    pub findings: Vec<Finding>,
    /// Elements whose work is opened as a task even where it would pass at once.
    pub(crate) held: BTreeSet<String>,
}

impl Definitions {
    /// The ids of all processes, in the order of the files.
    pub fn process_ids(&self) -> impl Iterator<Item = &str> {
        self.processes.iter().map(|process| process.id.as_str())
    }

    /// SHA-256 of the files' names and bytes, in lower-case hexadecimal.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    pub(crate) fn holds(&self, element: &str) -> bool {
        !self.held.is_empty() && self.held.contains(element)
    }

    #[must_use]
    pub fn process(&self, id: &str) -> Option<&Process> {
        self.by_id.get(id).map(|index| &self.processes[*index])
    }

    /// All processes, in the order of the files.
    #[must_use]
    pub fn processes(&self) -> &[Process] {
        &self.processes
    }

    /// Name of an element of a process; empty when either is unknown or has none.
    #[must_use]
    pub fn element_name(&self, process: &str, element: &str) -> &str {
        self.process(process)
            .and_then(|p| p.node(element))
            .map_or("", |node| node.name.as_str())
    }
}

/// One process: its nodes and sequence flows, those of its sub-processes included.
#[derive(Debug, Clone, Default)]
pub struct Process {
    pub id: Name,
    pub name: Name,
    /// `isExecutable="true"`.
    pub executable: bool,
    /// The file leaves it open: no `isExecutable`, and the process is not public.
    pub perhaps_executable: bool,
    pub nodes: Vec<Node>,
    pub flows: Vec<Flow>,
    pub(crate) by_id: HashMap<Name, usize>,
    /// Data objects and properties that live in the process itself.
    pub declares: Vec<String>,
    /// Names of data objects by the ids of their references.
    pub(crate) data_names: BTreeMap<Name, String>,
    pub(crate) has_conditional: bool,
    /// It has a gateway that looks around before it goes on: inclusive or complex.
    pub(crate) has_joins: bool,
}

impl Process {
    #[must_use]
    pub fn node(&self, id: &str) -> Option<&Node> {
        self.by_id.get(id).map(|index| &self.nodes[*index])
    }

    pub(crate) fn index(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// The nodes at which an event starts an instance: start events with a trigger, receive tasks that instantiate, and
    /// the events behind an instantiating event-based gateway.
    pub fn triggered_starts(&self) -> impl Iterator<Item = &Node> {
        self.nodes
            .iter()
            .filter(|node| node.parent.is_none() && self.starts_by_event(node))
    }

    fn starts_by_event(&self, node: &Node) -> bool {
        let behind_instantiating = self.instantiating_gateway(node).is_some();
        match &node.kind {
            Kind::Event(event) if event.position == Position::Start => true,
            Kind::Event(event) => event.position == Position::Catch && behind_instantiating,
            Kind::Task(TaskKind::Receive) => node.instantiate || behind_instantiating,
            _ => false,
        }
    }

    /// The nodes directly inside a sub-process, or directly inside the process.
    pub fn children(&self, parent: Option<usize>) -> impl Iterator<Item = usize> {
        (0..self.nodes.len()).filter(move |index| self.nodes[*index].parent == parent)
    }

    /// The event-based gateway whose events start an instance, and of which `node` is one.
    pub(crate) fn instantiating_gateway(&self, node: &Node) -> Option<&Node> {
        let [flow] = node.incoming.as_slice() else {
            return None;
        };
        let source = &self.nodes[self.flows[*flow].source];
        matches!(
            source.kind,
            Kind::Gateway(GatewayKind::EventBased {
                instantiate: true,
                ..
            })
        )
        .then_some(source)
    }

    /// The event sub-process by which a sub-process is compensated from outside.
    pub(crate) fn compensation_sub_process(&self, parent: Option<usize>) -> Option<usize> {
        self.children(parent).find(|index| {
            matches!(
                self.nodes[*index].kind,
                Kind::SubProcess(SubProcessKind::Event)
            ) && self.compensation_start(*index).is_some()
        })
    }

    /// The start event of an event sub-process that a compensation starts.
    pub(crate) fn compensation_start(&self, sub_process: usize) -> Option<usize> {
        self.children(Some(sub_process)).find(|index| {
            matches!(&self.nodes[*index].kind, Kind::Event(event) if event.position == Position::Start
                && event.triggers.iter().any(|trigger| matches!(trigger, Trigger::Compensate { .. })))
        })
    }

    /// Whether the node undoes what another activity did: when it ends, the next one may.
    pub(crate) fn is_compensation_handler(&self, node: &Node) -> bool {
        node.for_compensation
            || (matches!(node.kind, Kind::SubProcess(SubProcessKind::Event))
                && self
                    .index(&node.id)
                    .is_some_and(|index| self.compensation_start(index).is_some()))
    }

    /// Whether the process has a start event without a trigger, or starts by its nodes without incoming flows.
    #[must_use]
    pub fn starts_by_itself(&self) -> bool {
        !self.entries(None).is_empty()
    }

    /// Where an instance (or a sub-process) begins when nothing but a start is asked for (BPMN 2.0.2, 13.3.4 and
    /// 10.5.2): at its start event without a trigger; without any start event, at every node with no incoming flow.
    #[must_use]
    pub fn entries(&self, parent: Option<usize>) -> Vec<usize> {
        let inside: Vec<usize> = self.children(parent).collect();
        let starts: Vec<usize> = inside
            .iter()
            .copied()
            .filter(|index| matches!(&self.nodes[*index].kind, Kind::Event(event) if event.position == Position::Start))
            .collect();
        if !starts.is_empty() {
            return starts
                .into_iter()
                .filter(|index| matches!(&self.nodes[*index].kind, Kind::Event(event) if event.triggers.is_empty()))
                .take(1)
                .collect();
        }
        inside
            .into_iter()
            .filter(|index| {
                let node = &self.nodes[*index];
                node.incoming.is_empty() && !node.for_compensation && node.starts_without_flow()
            })
            .collect()
    }
}

#[derive(Debug, Clone)]
pub struct Flow {
    pub id: Name,
    pub name: Name,
    pub source: usize,
    pub target: usize,
    pub condition: Option<Expr>,
}

#[derive(Debug, Clone)]
pub struct Node {
    pub id: Name,
    pub name: Name,
    pub kind: Kind,
    /// The sub-process that contains it.
    pub parent: Option<usize>,
    pub incoming: Vec<usize>,
    pub outgoing: Vec<usize>,
    /// The flow that is taken when no condition holds.
    pub default: Option<usize>,
    /// Boundary events attached to it, in the order of the file.
    pub boundary: Vec<usize>,
    pub repeat: Option<Repeat>,
    pub settings: Settings,
    pub inputs: Vec<Mapping>,
    pub outputs: Vec<Mapping>,
    /// Data objects and properties that live in it.
    pub declares: Vec<String>,
    pub for_compensation: bool,
    /// A receive task whose message starts the process.
    pub instantiate: bool,
    /// The compensation handler of a compensation boundary event.
    pub handler: Option<usize>,
    pub start_quantity: u32,
    pub completion_quantity: u32,
    pub line: u32,
    pub column: u32,
}

impl Node {
    /// Which of its triggers (for a receive task: its message) fits, the first one.
    pub fn triggered_by(&self, fits: impl Fn(&Trigger) -> bool) -> Option<usize> {
        match (&self.kind, &self.settings.message) {
            (Kind::Event(event), _) => event.triggers.iter().position(fits),
            (Kind::Task(TaskKind::Receive), Some((name, _))) => {
                let message = Trigger::Message {
                    name: name.clone(),
                    key: None,
                };
                fits(&message).then_some(0)
            }
            _ => None,
        }
    }

    /// Whether it is an activity: a task, a sub-process or a call.
    #[must_use]
    pub fn is_activity(&self) -> bool {
        matches!(
            self.kind,
            Kind::Task(_) | Kind::Script(_) | Kind::Call(_) | Kind::SubProcess(_)
        )
    }

    fn starts_without_flow(&self) -> bool {
        match &self.kind {
            Kind::SubProcess(kind) => *kind != SubProcessKind::Event,
            Kind::Gateway(GatewayKind::EventBased { instantiate, .. }) => !instantiate,
            Kind::Task(TaskKind::Receive) => !self.instantiate,
            Kind::Event(event) => match event.position {
                Position::Boundary { .. } => false,
                Position::Catch => !matches!(event.triggers.as_slice(), [Trigger::Link(_)]),
                _ => true,
            },
            _ => true,
        }
    }

    /// The element's kind in the words of the standard's XML (`userTask`, `boundaryEvent`, …).
    #[must_use]
    pub fn kind_name(&self) -> &'static str {
        match &self.kind {
            Kind::Task(kind) => kind.tag(),
            Kind::Script(_) => "scriptTask",
            Kind::Call(_) => "callActivity",
            Kind::SubProcess(SubProcessKind::Transaction) => "transaction",
            Kind::SubProcess(SubProcessKind::AdHoc { .. }) => "adHocSubProcess",
            Kind::SubProcess(_) => "subProcess",
            Kind::Gateway(kind) => kind.tag(),
            Kind::Event(event) => match event.position {
                Position::Start => "startEvent",
                Position::Catch => "intermediateCatchEvent",
                Position::Throw => "intermediateThrowEvent",
                Position::End => "endEvent",
                Position::Boundary { .. } => "boundaryEvent",
            },
        }
    }
}

#[derive(Debug, Clone)]
pub enum Kind {
    Task(TaskKind),
    Script(Script),
    /// Calls the process (or global task) of this id.
    Call(String),
    SubProcess(SubProcessKind),
    Gateway(GatewayKind),
    Event(EventNode),
}

#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum TaskKind {
    /// A task without a type; passes at once.
    None,
    User,
    /// Done outside of the system; passes at once.
    Manual,
    Service,
    BusinessRule,
    Send,
    Receive,
    /// A script that takes time in a simulation.
    Script,
}

impl TaskKind {
    fn tag(self) -> &'static str {
        match self {
            Self::None => "task",
            Self::User => "userTask",
            Self::Manual => "manualTask",
            Self::Service => "serviceTask",
            Self::BusinessRule => "businessRuleTask",
            Self::Send => "sendTask",
            Self::Receive => "receiveTask",
            Self::Script => "scriptTask",
        }
    }
}

#[derive(Debug, Clone)]
pub enum Script {
    Assignments(Vec<Assignment>),
    /// Of another format: reported, not run.
    Foreign(String),
    /// Does not compile: an incident when it is reached.
    Broken(String),
}

#[derive(Debug, Clone, PartialEq)]
pub enum SubProcessKind {
    Embedded,
    /// Triggered by its start event.
    Event,
    Transaction,
    AdHoc {
        sequential: bool,
        completion: Option<String>,
        cancel_rest: bool,
    },
}

#[derive(Debug, Clone)]
pub enum GatewayKind {
    Exclusive,
    Inclusive,
    Parallel,
    EventBased { instantiate: bool, parallel: bool },
    Complex { activation: Option<Expr> },
}

impl GatewayKind {
    fn tag(&self) -> &'static str {
        match self {
            Self::Exclusive => "exclusiveGateway",
            Self::Inclusive => "inclusiveGateway",
            Self::Parallel => "parallelGateway",
            Self::EventBased { .. } => "eventBasedGateway",
            Self::Complex { .. } => "complexGateway",
        }
    }
}

#[derive(Debug, Clone)]
pub struct EventNode {
    pub position: Position,
    /// None for an event without a trigger, several for a multiple event.
    pub triggers: Vec<Trigger>,
    /// All triggers must occur, not one.
    pub parallel_multiple: bool,
    /// For the start event of an event sub-process; boundary events say it in their position.
    pub interrupting: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    Start,
    Catch,
    Throw,
    End,
    Boundary { host: usize, interrupting: bool },
}

#[derive(Debug, Clone)]
pub enum Trigger {
    Message {
        name: String,
        key: Option<Expr>,
    },
    Timer {
        kind: TimerKind,
        rule: String,
    },
    Signal {
        name: String,
    },
    /// No code catches every error.
    Error {
        code: Option<String>,
    },
    /// No code catches every escalation.
    Escalation {
        code: Option<String>,
    },
    Conditional(Expr),
    Link(String),
    Terminate,
    Cancel,
    /// Compensates one activity, or all of the scope.
    Compensate {
        activity: Option<String>,
        /// `waitForCompletion`: whether the throwing event goes on only when the handlers have ended.
        wait: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimerKind {
    Date,
    Duration,
    Cycle,
}

/// How often an activity runs.
#[derive(Debug, Clone)]
pub enum Repeat {
    Standard {
        test_before: bool,
        maximum: Option<u64>,
        condition: Option<Expr>,
    },
    Multi(Multi),
}

#[derive(Debug, Clone)]
pub struct Multi {
    pub behavior: Box<Behavior>,
    pub sequential: bool,
    pub cardinality: Option<Expr>,
    pub collection: Option<Expr>,
    /// The variable that holds the item.
    pub element_variable: Option<String>,
    pub completion: Option<Expr>,
    /// The variable that collects the results, in the order of the items.
    pub output_collection: Option<String>,
    pub output_element: Option<Expr>,
}

/// Which events the ending items of a round throw to its activity (BPMN 2.0.2, 10.3.8.2).
#[derive(Debug, Clone)]
pub enum Behavior {
    /// No event.
    All,
    /// This one whenever an item ends.
    None(Trigger),
    /// This one when the first item ends.
    One(Trigger),
    /// Each one whose condition holds, whenever an item ends.
    Complex(Vec<(Expr, Trigger)>),
}

/// Our own attributes of an element.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Who may do a user task: a role name, or an expression after `=`.
    pub role: Option<Name>,
    /// The job of a service task.
    pub service: Option<Name>,
    /// The deadline of a task, a timer expression.
    pub due: Option<Name>,
    pub form: Option<Name>,
    pub priority: Option<i64>,
    /// A label that the job of a service task gets, such as `t-5`.
    pub step: Option<Name>,
    /// Name and key of the message that a send or receive task, or a throwing event, is about.
    pub message: Option<(String, Option<Expr>)>,
}

/// A data association: the value of `source` becomes `target`.
#[derive(Debug, Clone)]
pub struct Mapping {
    pub source: MappingSource,
    pub target: String,
}

#[derive(Debug, Clone)]
pub enum MappingSource {
    Expr(Expr),
    /// A variable; nothing is copied when it does not exist.
    Name(String),
    Literal(serde_json::Value),
    /// Every variable in sight.
    All,
}
