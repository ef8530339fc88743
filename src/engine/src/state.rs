//! The state of one instance: scopes, and inside each scope everything of it that is live.
//!
//! A scope is a place where tokens run: the process itself, the inside of a sub-process, a called process, a round
//! (the counters of a repeated activity) or one item of a round. Nothing is shared between scopes, so that saving one
//! scope saves its tokens, tasks, timers and subscriptions, and an act loads only the scopes on its path.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use smol_str::{SmolStr, format_smolstr};

use crate::model::TaskKind;
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
            *live.entry(token.element.clone()).or_default() += 1;
        }
        live
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct InstanceHead {
    pub process: String,
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

/// The path of a scope: the parent's path, a dot, and the parent's own running number. The process itself is `0`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ScopeId {
    /// See [`sorting_key`].
    key: u64,
    path: SmolStr,
}

impl ScopeId {
    #[must_use]
    pub fn root() -> Self {
        Self::new(SmolStr::new_static("0"))
    }

    /// Reads the printed form.
    #[must_use]
    pub fn parse(path: &str) -> Option<Self> {
        path.split('.')
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
            .then(|| Self::new(SmolStr::new(path)))
    }

    fn new(path: SmolStr) -> Self {
        let key = sorting_key(&path);
        Self { key, path }
    }

    #[must_use]
    pub fn child(&self, number: u64) -> Self {
        Self::new(format_smolstr!("{}.{number}", self.path))
    }

    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let (parent, _) = self.path.rsplit_once('.')?;
        let path = SmolStr::new(parent);
        let key = parent_key(self.key).unwrap_or_else(|| sorting_key(&path));
        Some(Self { key, path })
    }

    /// Whether it is the other one or lies inside it.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        self.path
            .strip_prefix(other.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }

    /// The scope itself, its parent, and so on outward.
    pub fn outward(&self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(self.clone()), Self::parent)
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.path
    }

    /// The running number that the parent gave; 0 for the process itself.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.path
            .rsplit_once('.')
            .and_then(|(_, number)| number.parse().ok())
            .unwrap_or(0)
    }
}

/// The beginning of a path, written so that it sorts as the path does: each number as the count of its bytes and one, then
/// its bytes. It decides nearly every comparison; a large round is searched with many of them.
fn sorting_key(path: &str) -> u64 {
    let mut key = [0; 8];
    let mut free = key.iter_mut();
    for part in path.split('.') {
        let number = part.parse().unwrap_or(u64::MAX).to_be_bytes();
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        let length = 9 - zeros as u8;
        for byte in std::iter::once(length).chain(number.into_iter().skip(zeros)) {
            match free.next() {
                Some(place) => *place = byte,
                None => return u64::from_be_bytes(key),
            }
        }
    }
    u64::from_be_bytes(key)
}

/// The key without its last number; none when the key may be cut off.
fn parent_key(key: u64) -> Option<u64> {
    let bytes = key.to_be_bytes();
    let (mut last, mut end) = (0, 0);
    loop {
        match bytes.get(end)? {
            0 => break,
            length => {
                last = end;
                end += usize::from(*length);
            }
        }
    }
    let kept = 64 - 8 * u32::try_from(last).ok()?;
    Some(u64::MAX.checked_shl(kept).unwrap_or(0) & key)
}

impl Ord for ScopeId {
    /// By numbers, not by letters: `0.2` before `0.10`.
    fn cmp(&self, other: &Self) -> Ordering {
        self.key
            .cmp(&other.key)
            .then_with(|| by_numbers(&self.path, &other.path))
    }
}

/// Compares paths whose keys are cut off at the same place, or equal paths.
fn by_numbers(mine: &str, theirs: &str) -> Ordering {
    let (mine, theirs) = (mine.as_bytes(), theirs.as_bytes());
    let Some(differs) = mine.iter().zip(theirs).position(|(a, b)| a != b) else {
        return mine.len().cmp(&theirs.len());
    };
    // Without leading zeros the longer number is the greater one.
    let digits = |path: &[u8]| {
        path[differs..]
            .iter()
            .take_while(|byte| **byte != b'.')
            .count()
    };
    let longer = digits(mine).cmp(&digits(theirs));
    longer.then_with(|| mine[differs].cmp(&theirs[differs]))
}

impl PartialOrd for ScopeId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for ScopeId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.path)
    }
}

impl Serialize for ScopeId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.path.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ScopeId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        SmolStr::deserialize(deserializer).map(Self::new)
    }
}

/// Something numbered inside a scope, printed `0.3.17:4`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LocalId {
    pub scope: ScopeId,
    pub number: u64,
}

/// A task: its scope and the number that the scope gave it.
pub type TaskId = LocalId;
/// A timer: its scope and the number that the scope gave it.
pub type TimerId = LocalId;

impl LocalId {
    #[must_use]
    pub fn new(scope: ScopeId, number: u64) -> Self {
        Self { scope, number }
    }

    /// Reads the printed form.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (scope, number) = text.split_once(':')?;
        Some(Self {
            scope: ScopeId::parse(scope)?,
            number: number.parse().ok()?,
        })
    }
}

impl fmt::Display for LocalId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.scope, self.number)
    }
}

impl Serialize for LocalId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for LocalId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text)
            .ok_or_else(|| serde::de::Error::custom(format!("'{text}' is not like 0.3:4")))
    }
}

/// A place where tokens run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scope {
    pub id: ScopeId,
    /// The process whose elements run here.
    pub process: String,
    pub kind: ScopeKind,
    /// The sub-process, call or repeated activity that it belongs to; none for the process itself.
    pub element: Option<String>,
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
    pub resetting: BTreeMap<String, Vec<String>>,
    /// Activities of a sequential ad-hoc sub-process that have not begun.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pending: Vec<String>,
    /// None when they are not loaded.
    pub vars: Option<Variables>,
}

impl Scope {
    /// An empty scope.
    #[must_use]
    pub fn new(id: ScopeId, process: &str, kind: ScopeKind) -> Self {
        Self {
            id,
            process: process.to_owned(),
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
    pub element: String,
    /// The flow it came by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow: Option<String>,
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
    pub element: String,
    pub name: String,
    pub kind: TaskKind,
    /// The token that waits for it.
    pub token: u64,
    pub state: TaskState,
    /// Who may do it, from the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The job of a service task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The label that the file gives to the job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// The nearest item of a round that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<DateTime<Utc>>,
    /// How the deadline was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_rule: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
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
    pub element: String,
    pub hook: Hook,
    /// The token it belongs to; none for event sub-processes.
    pub token: Option<u64>,
    pub due: DateTime<Utc>,
    /// How the file says when.
    pub rule: String,
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
    pub element: String,
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
    pub element: String,
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
    pub element: String,
    pub handler: String,
    /// How often the handler runs: of a repeated activity once for each item that completed.
    #[serde(default = "once", skip_serializing_if = "is_once")]
    pub times: u64,
    /// The completed sub-processes that contained it, innermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub within: Vec<String>,
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

#[cfg(test)]
mod tests {
    use super::ScopeId;

    #[test]
    fn scopes_are_ordered_by_their_numbers_and_each_before_what_is_inside_it() {
        let ordered = [
            "0",
            "0.2",
            "0.2.1",
            "0.2.10",
            "0.2.255",
            "0.2.256",
            "0.2.256.7.1",
            "0.2.256.7.1.300",
            "0.2.256.7.1.4000",
            "0.2.256.7.2",
            "0.2.65536",
            "0.2.99999",
            "0.2.100000",
            "0.2.100000.3",
            "0.2.18446744073709551615",
            "0.3",
            "0.10",
            "0.10.9",
            "0.10.11",
            "0.100.1",
            "1",
        ];
        let ids: Vec<ScopeId> = ordered
            .iter()
            .filter_map(|path| ScopeId::parse(path))
            .collect();
        let by_numbers = |id: &ScopeId| -> Vec<u64> {
            id.as_str()
                .split('.')
                .filter_map(|part| part.parse().ok())
                .collect()
        };
        assert_eq!(ids.len(), ordered.len());
        for id in &ids {
            assert_eq!(
                id.parent()
                    .and_then(|parent| ScopeId::parse(parent.as_str())),
                id.parent(),
                "{id}"
            );
            assert!(
                id.child(0) > *id && id.child(0).parent().as_ref() == Some(id),
                "{id}"
            );
        }
        for a in &ids {
            for b in &ids {
                assert_eq!(a.cmp(b), by_numbers(a).cmp(&by_numbers(b)), "{a} and {b}");
            }
        }
    }
}
