//! What is asked of an instance, and how it is refused.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ids::{LocalId, ScopeId, TaskId, TimerId};
use crate::state::Variables;

/// One act on one instance. Whether the person *may* is the caller's question; the engine asks whether it is possible.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    pub now: DateTime<Utc>,
    /// Who acts, as the caller names persons; compared with who claimed a task.
    pub by: String,
    pub command_id: String,
    pub kind: CommandKind,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum CommandKind {
    /// Starts an instance. With `start`, at that start event (one with a trigger).
    Start {
        process: String,
        variables: Variables,
        start: Option<String>,
    },
    CompleteTask {
        task: TaskId,
        variables: Variables,
    },
    Claim {
        task: TaskId,
    },
    Release {
        task: TaskId,
    },
    /// Gives a task to somebody, whoever has it now.
    Assign {
        task: TaskId,
        to: String,
    },
    /// Lends a claimed task; it comes back by [`CommandKind::HandBack`].
    Delegate {
        task: TaskId,
        to: String,
    },
    HandBack {
        task: TaskId,
    },
    /// Fires a timer whose instant has come. Late or twice is harmless.
    FireDue {
        timer: TimerId,
    },
    /// Delivers a message to the first subscription with this name and key.
    Correlate {
        name: String,
        key: Option<String>,
        variables: Variables,
    },
    /// Delivers a signal to all that wait for it.
    Signal {
        name: String,
        variables: Variables,
    },
    ServiceDone {
        task: TaskId,
        variables: Variables,
    },
    /// A job failed. Without `retry` it becomes an incident, or an error of the process where `code` is caught.
    ServiceFailed {
        task: TaskId,
        code: Option<String>,
        message: String,
        retry: bool,
    },
    /// An error of the process, thrown by who does the task.
    ThrowError {
        task: TaskId,
        code: String,
        variables: Variables,
    },
    /// An escalation thrown by who does the task; the task goes on unless a catcher interrupts it.
    ThrowEscalation {
        task: TaskId,
        code: String,
    },
    /// Tries again where an incident stands, after setting variables.
    ResolveIncident {
        incident: LocalId,
        variables: Variables,
    },
    AddItem {
        round: ScopeId,
        item: Value,
    },
    RemoveItem {
        item: ScopeId,
    },
    /// Takes a token away from where it is and puts it before another element of the same scope: send back, withdraw.
    MoveToken {
        scope: ScopeId,
        token: u64,
        to: String,
        reason: String,
    },
    /// Moves the deadline of a task.
    ExtendTask {
        task: TaskId,
        due: DateTime<Utc>,
    },
    /// Moves the instant of a timer.
    ExtendTimer {
        timer: TimerId,
        due: DateTime<Utc>,
    },
    SetVariables {
        scope: ScopeId,
        variables: Variables,
    },
    /// Ends the instance.
    Cancel {
        reason: String,
    },
}

impl CommandKind {
    /// The scope that it is about; none where it is about the whole instance.
    #[must_use]
    pub fn scope(&self) -> Option<&ScopeId> {
        match self {
            Self::Start { .. }
            | Self::Correlate { .. }
            | Self::Signal { .. }
            | Self::Cancel { .. } => None,
            Self::CompleteTask { task, .. }
            | Self::ServiceDone { task, .. }
            | Self::Claim { task }
            | Self::Release { task }
            | Self::Assign { task, .. }
            | Self::Delegate { task, .. }
            | Self::HandBack { task }
            | Self::ServiceFailed { task, .. }
            | Self::ThrowError { task, .. }
            | Self::ThrowEscalation { task, .. }
            | Self::ExtendTask { task, .. } => Some(&task.scope),
            Self::FireDue { timer } | Self::ExtendTimer { timer, .. } => Some(&timer.scope),
            Self::ResolveIncident { incident, .. } => Some(&incident.scope),
            Self::AddItem { round, .. } => Some(round),
            Self::RemoveItem { item } => Some(item),
            Self::MoveToken { scope, .. } | Self::SetVariables { scope, .. } => Some(scope),
        }
    }
}

/// Why nothing happened.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Rejection {
    /// It is not possible now; the sentences are for people.
    #[error("{message}")]
    Refused {
        kind: RefusalKind,
        message: String,
        message_vi: String,
    },
    /// More of the state must be loaded; then ask again.
    #[error("more of the state is needed: {0:?}")]
    Incomplete(Need),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalKind {
    /// The task, timer, scope or process is not (or no longer) there.
    NotFound,
    /// It is there but in another state: claimed by another, not due yet, ended.
    WrongState,
    /// What was given does not fit.
    BadInput,
}

/// What must be loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// A scope with everything live in it, without its variables.
    Scope(ScopeId),
    /// The variables of a scope.
    Vars(ScopeId),
    /// A scope and all scopes inside it, with variables.
    Subtree(ScopeId),
    /// The whole instance.
    All,
}
