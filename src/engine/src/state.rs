//! The state of one instance: scopes, and inside each scope everything of it that is live.
//!
//! A scope is a place where tokens run: the process itself, the inside of a sub-process, a called process, a round
//! (the counters of a repeated activity) or one item of a round. Nothing is shared between scopes, so that saving one
//! scope saves its tokens, tasks, timers and subscriptions, and an act loads only the scopes on its path.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ids::{ScopeId, TaskId, TimerId};
use crate::model::{Name, TaskKind};
use crate::numbered::Numbered;

/// Values by name, in the order of the names.
pub type Variables = BTreeMap<String, Value>;

/// An instance, whole or a slice of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct State {
    pub instance: InstanceHead,
    /// Boxed, because a map moves what it holds and a large round has many.
    pub scopes: BTreeMap<ScopeId, Box<Scope>>,
    /// Only some scopes are loaded; what is missing may exist.
    #[serde(default)]
    pub partial: bool,
}

impl State {
    /// A scope with everything inside it, in order.
    pub fn subtree<'a>(
        &'a self,
        scope: &'a ScopeId,
    ) -> impl Iterator<Item = (&'a ScopeId, &'a Scope)> {
        self.scopes
            .range(scope.clone()..)
            .take_while(move |(id, _)| id.is_within(scope))
            .map(|(id, scope)| (id, scope.as_ref()))
    }

    /// A scope that is live, and loaded.
    #[must_use]
    pub fn scope(&self, id: &ScopeId) -> Option<&Scope> {
        self.scopes.get(id).map(Box::as_ref)
    }

    /// A task and the scope it lives in.
    #[must_use]
    pub fn task(&self, id: &TaskId) -> Option<&Task> {
        self.scopes
            .get(&id.scope)
            .and_then(|scope| scope.tasks.get(&id.number))
    }

    /// All open tasks, scope by scope.
    pub fn tasks(&self) -> impl Iterator<Item = &Task> {
        self.scopes.values().flat_map(|scope| scope.tasks.values())
    }

    /// All set timers, scope by scope.
    pub fn timers(&self) -> impl Iterator<Item = &Timer> {
        self.scopes.values().flat_map(|scope| scope.timers.values())
    }

    /// Number of tokens by element, for pictures.
    #[must_use]
    pub fn live(&self) -> BTreeMap<String, usize> {
        let mut live = BTreeMap::new();
        for token in self.scopes.values().flat_map(|scope| scope.tokens.values()) {
            *live.entry(token.element.to_string()).or_default() += 1;
        }
        live
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct InstanceHead {
    pub process: Name,
    pub status: Status,
    /// Hash of the definitions that the instance runs on.
    #[serde(default)]
    pub definition: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    #[default]
    New,
    Running,
    Completed,
    /// Ended by a terminate end event or an error that nobody caught.
    Terminated,
    /// Ended by a person.
    Cancelled,
}

/// A place where tokens run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scope {
    pub id: ScopeId,
    /// The process whose elements run here.
    pub process: Name,
    pub kind: ScopeKind,
    /// The sub-process, call or repeated activity that it belongs to; none for the process itself.
    pub element: Option<Name>,
    /// The token of the parent scope that waits for it.
    pub host: Option<u64>,
    /// The running number for whatever is opened inside next.
    pub next: u64,
    #[serde(default, skip_serializing_if = "Numbered::is_empty")]
    pub tokens: Numbered<Token>,
    #[serde(default, skip_serializing_if = "Numbered::is_empty")]
    pub tasks: Numbered<Task>,
    #[serde(default, skip_serializing_if = "Numbered::is_empty")]
    pub timers: Numbered<Timer>,
    #[serde(default, skip_serializing_if = "Numbered::is_empty")]
    pub subscriptions: Numbered<Subscription>,
    #[serde(default, skip_serializing_if = "Numbered::is_empty")]
    pub incidents: Numbered<Incident>,
    /// The counters of a round; only in scopes of kind round.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mi: Option<MiCounters>,
    /// The item of a round that it runs for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<Value>,
    /// The place of that item in its round, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loop_counter: Option<u64>,
    /// Variables of other scopes cannot be seen from here: a call with mappings.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub isolated: bool,
    /// Activities that completed and could be compensated, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub compensable: Vec<Compensable>,
    /// Complex gateways that have gone on and wait for the rest of their tokens, with the flows by which some came.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub resetting: BTreeMap<Name, Vec<Name>>,
    /// Activities of a sequential ad-hoc sub-process that have not begun.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pending: Vec<Name>,
    /// None when they are not loaded.
    pub vars: Option<Variables>,
}

impl Scope {
    /// An empty scope.
    #[must_use]
    pub fn new(id: ScopeId, process: Name, kind: ScopeKind) -> Self {
        Self {
            id,
            process,
            kind,
            element: None,
            host: None,
            next: 1,
            tokens: Numbered::new(),
            tasks: Numbered::new(),
            timers: Numbered::new(),
            subscriptions: Numbered::new(),
            incidents: Numbered::new(),
            mi: None,
            item: None,
            loop_counter: None,
            isolated: false,
            compensable: Vec::new(),
            resetting: BTreeMap::new(),
            pending: Vec::new(),
            vars: Some(Variables::new()),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScopeKind {
    /// A process, started or called.
    Process,
    /// The inside of a sub-process.
    SubProcess,
    /// The counters of a repeated activity; its items are the scopes inside.
    Round,
    /// One item of a repeated task: a scope around that one task.
    Item,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    pub element: Name,
    /// The flow it came by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow: Option<Name>,
    pub wait: Wait,
}

/// What a token waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wait {
    /// Nothing: it goes on within the same decision.
    Run,
    /// At a gateway, for the other tokens.
    Join,
    /// For a task of the same scope.
    Task(u64),
    /// For an event.
    Event,
    /// At an event-based gateway.
    Race,
    /// For a scope inside: the running number of it.
    Scope(u64),
    /// For a person to resolve the incident of this number.
    Incident(u64),
    /// For compensation handlers to end.
    Compensation,
    /// Only stands for compensation handlers that nobody waits for: it goes nowhere from here.
    Beside,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    pub id: TaskId,
    pub element: Name,
    pub name: Name,
    pub kind: TaskKind,
    /// The token that waits for it.
    pub token: u64,
    pub state: TaskState,
    /// Who may do it, from the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Name>,
    /// The job of a service task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<Name>,
    /// The label that the file gives to the job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<Name>,
    /// The nearest item of a round that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<Value>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "crate::instant::maybe::serialize"
    )]
    pub due: Option<DateTime<Utc>>,
    /// How the deadline was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_rule: Option<Name>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<Name>,
    #[serde(serialize_with = "crate::instant::serialize")]
    pub opened_at: DateTime<Utc>,
    /// Values mapped in by the file, visible to this task only.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub inputs: Variables,
    /// Failed attempts so far, for jobs.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub failures: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// Who has a task. Done and withdrawn tasks are gone from the state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    Offered,
    Claimed {
        by: String,
    },
    /// Lent by `owner` to `to`, who hands it back.
    Delegated {
        owner: String,
        to: String,
    },
}

/// What happens when a timer fires or a subscription is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hook {
    /// The token that waits at the event goes on.
    Catch,
    /// The event-based gateway where the token waits goes on at the event.
    Race,
    /// The boundary event fires on the activity where the token is.
    Boundary,
    /// The event sub-process starts.
    EventSubProcess,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timer {
    pub id: TimerId,
    /// The event in the file.
    pub element: Name,
    pub hook: Hook,
    /// The token it belongs to; none for event sub-processes.
    pub token: Option<u64>,
    #[serde(serialize_with = "crate::instant::serialize")]
    pub due: DateTime<Utc>,
    /// How the file says when.
    pub rule: Name,
    pub interrupting: bool,
    /// Further firings of a cycle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cycle: Option<Cycle>,
    /// Which of the event's triggers it is.
    #[serde(default)]
    pub trigger: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cycle {
    /// Firings left after the coming one; none is without end.
    pub left: Option<u32>,
    /// The ISO 8601 duration between two firings.
    pub every: String,
}

impl Cycle {
    /// One firing less is left.
    pub(crate) fn count_down(&mut self) {
        self.left = self.left.map(|left| left.saturating_sub(1));
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    pub element: Name,
    pub hook: Hook,
    pub token: Option<u64>,
    pub interrupting: bool,
    pub to: Topic,
    /// Which of the event's triggers it is.
    #[serde(default)]
    pub trigger: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    Message {
        name: String,
        key: Option<String>,
    },
    Signal {
        name: String,
    },
    /// A condition; whether it held when it was last looked at.
    Condition {
        held: bool,
    },
}

impl Topic {
    /// How a message fits what is waited for, if it does: who waits for this very key goes before who waits for any.
    pub(crate) fn takes(&self, message: &str, given: Option<&str>) -> Option<Fit> {
        match self {
            Self::Message { name, key } if name == message => match key.as_deref() {
                own if own == given => Some(Fit::Exact),
                None => Some(Fit::AnyKey),
                Some(_) => None,
            },
            _ => None,
        }
    }
}

/// How well a message fits, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fit {
    Exact,
    AnyKey,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    pub element: Name,
    /// The token that is stuck; none when only a task has failed.
    pub token: Option<u64>,
    /// A task whose job has failed for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<u64>,
    pub kind: String,
    pub message: String,
    pub message_vi: String,
    /// At which point of the element it stopped, so that resolving goes on from there.
    #[serde(default)]
    pub at: StuckAt,
}

/// At which point of an element a token got stuck.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StuckAt {
    /// On entering: resolving enters again.
    #[default]
    Enter,
    /// On leaving: resolving leaves again.
    Leave,
}

/// The counters of a round (BPMN 2.0.2, 10.3.8.2: `numberOfInstances` and its fellows).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct MiCounters {
    pub total: u64,
    pub active: u64,
    pub completed: u64,
    /// Cancelled or removed.
    pub terminated: u64,
    pub style: RoundStyle,
    /// Items of a sequential round, the started ones included.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub queue: Vec<Value>,
    /// Results by the place of their item, where the file collects them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub results: BTreeMap<u64, Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoundStyle {
    #[default]
    Parallel,
    Sequential,
    /// A standard loop.
    Loop,
}

/// An activity that completed and has a compensation handler, or contains such.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Compensable {
    pub element: Name,
    pub handler: Name,
    /// How often the handler runs: of a repeated activity once for each item that completed.
    #[serde(default = "once", skip_serializing_if = "is_once")]
    pub times: u64,
    /// The completed sub-processes that contained it, innermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub within: Vec<Name>,
    /// For a compensation event sub-process: what could be compensated inside when its sub-process completed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inner: Vec<Compensable>,
    /// For a compensation event sub-process: the variables of its sub-process when that completed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub vars: Variables,
}

fn once() -> u64 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_once(times: &u64) -> bool {
    *times == 1
}
