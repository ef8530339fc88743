//! What happened. One list is journal, history and trace; [`crate::apply()`] rebuilds the state from it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ids::ScopeId;
use crate::model::Name;
use crate::state::{
    Compensable, Incident, Scope, StuckAt, Subscription, Task, TaskState, Timer, Variables,
};

/// A fact, in the past tense. It carries all that replay needs. Written as JSON with a `type`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    InstanceStarted {
        process: Name,
        definition: String,
        by: String,
        #[serde(serialize_with = "crate::instant::serialize")]
        at: DateTime<Utc>,
    },
    InstanceCompleted,
    /// By a terminate end event, or by an error that nobody caught.
    InstanceTerminated {
        element: Name,
    },
    InstanceCancelled {
        by: String,
        reason: String,
    },
    /// From here on the instance runs by another version, in which some elements and flows have other ids.
    InstanceMigrated {
        definition: String,
        by: String,
        elements: BTreeMap<String, String>,
        flows: BTreeMap<String, String>,
    },

    /// A scope began. An item of a round counts as active in it from now on.
    ScopeOpened {
        scope: Box<Scope>,
    },
    /// A scope ended by itself, with no token left in it.
    ScopeCompleted {
        scope: ScopeId,
    },
    /// A scope and everything inside it was ended from outside.
    ScopeCancelled {
        scope: ScopeId,
    },
    /// An item of a round ended by itself.
    ItemCompleted {
        scope: ScopeId,
    },
    /// An item was added to a running round.
    ItemAdded {
        round: ScopeId,
        item: Value,
        by: String,
    },
    /// An item was taken out of a running round, with everything inside it.
    ItemRemoved {
        scope: ScopeId,
        by: String,
    },
    /// The result of an item, for the collection that the file asks for.
    ItemResult {
        round: ScopeId,
        place: u64,
        value: Value,
    },

    /// A token waits at a gateway for others.
    TokenArrived {
        scope: ScopeId,
        token: u64,
        element: Name,
        flow: Name,
    },
    /// Waiting tokens were taken; the gateway goes on with a new one.
    TokensJoined {
        scope: ScopeId,
        tokens: Vec<u64>,
        element: Name,
    },
    /// A complex gateway went on with the tokens of these flows and waits for those of its others.
    GatewayOpened {
        scope: ScopeId,
        element: Name,
        flows: Vec<Name>,
    },
    /// A complex gateway took the rest of its tokens and begins anew.
    GatewayReset {
        scope: ScopeId,
        tokens: Vec<u64>,
        element: Name,
    },
    ElementEntered {
        scope: ScopeId,
        token: u64,
        element: Name,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        flow: Option<Name>,
    },
    ElementCompleted {
        scope: ScopeId,
        token: u64,
        element: Name,
    },
    ElementCancelled {
        scope: ScopeId,
        token: u64,
        element: Name,
    },
    /// A token waits for an event.
    TokenWaiting {
        scope: ScopeId,
        token: u64,
        race: bool,
    },
    /// A person took a token away and put it elsewhere.
    TokenMoved {
        scope: ScopeId,
        token: u64,
        from: Name,
        to: Name,
        by: String,
        reason: String,
    },

    TaskOpened {
        task: Box<Task>,
    },
    TaskChanged {
        scope: ScopeId,
        task: u64,
        element: Name,
        state: TaskState,
        by: String,
    },
    /// Another version calls or gives an open task otherwise.
    TaskRevised {
        task: Box<Task>,
    },
    TaskDone {
        scope: ScopeId,
        task: u64,
        element: Name,
        by: String,
    },
    TaskExtended {
        scope: ScopeId,
        task: u64,
        element: Name,
        #[serde(serialize_with = "crate::instant::serialize")]
        due: DateTime<Utc>,
        by: String,
    },
    /// An attempt of a job failed.
    JobFailed {
        scope: ScopeId,
        task: u64,
        element: Name,
        message: String,
        retry: bool,
    },

    TimerSet {
        timer: Timer,
    },
    /// A timer fired; `next` is when it fires again.
    TimerFired {
        scope: ScopeId,
        timer: u64,
        element: Name,
        #[serde(serialize_with = "crate::instant::maybe::serialize")]
        next: Option<DateTime<Utc>>,
    },
    TimerCancelled {
        scope: ScopeId,
        timer: u64,
        element: Name,
    },
    TimerExtended {
        scope: ScopeId,
        timer: u64,
        element: Name,
        #[serde(serialize_with = "crate::instant::serialize")]
        due: DateTime<Utc>,
        by: String,
    },
    Subscribed {
        scope: ScopeId,
        number: u64,
        subscription: Subscription,
    },
    Unsubscribed {
        scope: ScopeId,
        number: u64,
    },
    /// A condition was looked at.
    ConditionSeen {
        scope: ScopeId,
        number: u64,
        held: bool,
    },

    /// `moved`: set inside an item or a call before, and now moved outward.
    VariablesSet {
        scope: ScopeId,
        values: Variables,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        moved: bool,
        /// The element whose work set them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        element: Option<Name>,
    },
    ScriptRun {
        scope: ScopeId,
        element: Name,
    },
    /// A script in another language was passed over.
    ScriptSkipped {
        scope: ScopeId,
        element: Name,
        format: String,
    },

    MessageSent {
        scope: ScopeId,
        element: Name,
        name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<String>,
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        variables: Variables,
    },
    MessageReceived {
        scope: ScopeId,
        element: Name,
        name: String,
    },
    SignalSent {
        scope: ScopeId,
        element: Name,
        name: String,
    },
    SignalReceived {
        scope: ScopeId,
        element: Name,
        name: String,
    },
    ConditionMet {
        scope: ScopeId,
        element: Name,
    },
    ErrorThrown {
        scope: ScopeId,
        element: Name,
        code: Option<String>,
    },
    ErrorCaught {
        scope: ScopeId,
        element: Name,
        code: Option<String>,
    },
    EscalationThrown {
        scope: ScopeId,
        element: Name,
        code: Option<String>,
    },
    EscalationCaught {
        scope: ScopeId,
        element: Name,
        code: Option<String>,
    },
    CompensationThrown {
        scope: ScopeId,
        element: Name,
    },
    /// A throwing event waits for the handlers.
    CompensationAwaited {
        scope: ScopeId,
        token: u64,
    },
    /// A throwing event does not wait: a new token stays at it for the handlers, while its own goes on.
    CompensationLeft {
        scope: ScopeId,
        token: u64,
        element: Name,
    },
    /// The handlers that nobody waits for have ended.
    CompensationEnded {
        scope: ScopeId,
        token: u64,
        element: Name,
    },
    /// A completed activity can be compensated from now on.
    CompensationReady {
        scope: ScopeId,
        activity: Compensable,
    },
    /// A handler of a completed activity begins: it can no longer be compensated.
    CompensationBegun {
        scope: ScopeId,
        index: usize,
    },

    IncidentRaised {
        scope: ScopeId,
        number: u64,
        incident: Incident,
    },
    IncidentResolved {
        scope: ScopeId,
        number: u64,
        by: String,
        at: StuckAt,
    },
}

impl Event {
    /// The scope that it changes, besides those that it removes.
    #[must_use]
    pub fn touches(&self) -> Option<Cow<'_, ScopeId>> {
        match self {
            Self::InstanceCompleted
            | Self::InstanceTerminated { .. }
            | Self::InstanceCancelled { .. } => Some(Cow::Owned(ScopeId::root())),
            Self::ScopeOpened { scope } => scope.id.parent().map(Cow::Owned),
            Self::ItemCompleted { scope } | Self::ItemRemoved { scope, .. } => {
                scope.parent().map(Cow::Owned)
            }
            Self::ScopeCompleted { .. } | Self::ScopeCancelled { .. } => None,
            _ => self.scope().map(Cow::Borrowed),
        }
    }

    /// The scope that it removes with everything inside.
    #[must_use]
    pub fn removes(&self) -> Option<&ScopeId> {
        match self {
            Self::ScopeCompleted { scope }
            | Self::ScopeCancelled { scope }
            | Self::ItemCompleted { scope }
            | Self::ItemRemoved { scope, .. } => Some(scope),
            _ => None,
        }
    }

    /// The scope in which it happened; none for the instance as a whole.
    #[must_use]
    pub fn scope(&self) -> Option<&ScopeId> {
        match self {
            Self::InstanceStarted { .. }
            | Self::InstanceCompleted
            | Self::InstanceTerminated { .. }
            | Self::InstanceCancelled { .. }
            | Self::InstanceMigrated { .. } => None,
            Self::ScopeOpened { scope } => Some(&scope.id),
            Self::TaskOpened { task } | Self::TaskRevised { task } => Some(&task.id.scope),
            Self::TimerSet { timer } => Some(&timer.id.scope),
            Self::ItemAdded { round, .. } | Self::ItemResult { round, .. } => Some(round),
            Self::ScopeCompleted { scope }
            | Self::ScopeCancelled { scope }
            | Self::ItemCompleted { scope }
            | Self::ItemRemoved { scope, .. }
            | Self::TokenArrived { scope, .. }
            | Self::TokensJoined { scope, .. }
            | Self::GatewayOpened { scope, .. }
            | Self::GatewayReset { scope, .. }
            | Self::ElementEntered { scope, .. }
            | Self::ElementCompleted { scope, .. }
            | Self::ElementCancelled { scope, .. }
            | Self::TokenWaiting { scope, .. }
            | Self::TokenMoved { scope, .. }
            | Self::TaskChanged { scope, .. }
            | Self::TaskDone { scope, .. }
            | Self::TaskExtended { scope, .. }
            | Self::JobFailed { scope, .. }
            | Self::TimerFired { scope, .. }
            | Self::TimerCancelled { scope, .. }
            | Self::TimerExtended { scope, .. }
            | Self::Subscribed { scope, .. }
            | Self::Unsubscribed { scope, .. }
            | Self::ConditionSeen { scope, .. }
            | Self::VariablesSet { scope, .. }
            | Self::ScriptRun { scope, .. }
            | Self::ScriptSkipped { scope, .. }
            | Self::MessageSent { scope, .. }
            | Self::MessageReceived { scope, .. }
            | Self::SignalSent { scope, .. }
            | Self::SignalReceived { scope, .. }
            | Self::ConditionMet { scope, .. }
            | Self::ErrorThrown { scope, .. }
            | Self::ErrorCaught { scope, .. }
            | Self::EscalationThrown { scope, .. }
            | Self::EscalationCaught { scope, .. }
            | Self::CompensationThrown { scope, .. }
            | Self::CompensationAwaited { scope, .. }
            | Self::CompensationLeft { scope, .. }
            | Self::CompensationEnded { scope, .. }
            | Self::CompensationReady { scope, .. }
            | Self::CompensationBegun { scope, .. }
            | Self::IncidentRaised { scope, .. }
            | Self::IncidentResolved { scope, .. } => Some(scope),
        }
    }

    /// The element in the file that it is about, where there is one.
    #[must_use]
    pub fn element(&self) -> Option<&str> {
        match self {
            Self::InstanceTerminated { element }
            | Self::TokenArrived { element, .. }
            | Self::TokensJoined { element, .. }
            | Self::GatewayOpened { element, .. }
            | Self::GatewayReset { element, .. }
            | Self::ElementEntered { element, .. }
            | Self::ElementCompleted { element, .. }
            | Self::ElementCancelled { element, .. }
            | Self::TokenMoved { to: element, .. }
            | Self::TaskChanged { element, .. }
            | Self::TaskDone { element, .. }
            | Self::TaskExtended { element, .. }
            | Self::JobFailed { element, .. }
            | Self::TimerFired { element, .. }
            | Self::TimerCancelled { element, .. }
            | Self::TimerExtended { element, .. }
            | Self::ScriptRun { element, .. }
            | Self::ScriptSkipped { element, .. }
            | Self::MessageSent { element, .. }
            | Self::MessageReceived { element, .. }
            | Self::SignalSent { element, .. }
            | Self::SignalReceived { element, .. }
            | Self::ConditionMet { element, .. }
            | Self::ErrorThrown { element, .. }
            | Self::ErrorCaught { element, .. }
            | Self::EscalationThrown { element, .. }
            | Self::EscalationCaught { element, .. }
            | Self::CompensationThrown { element, .. }
            | Self::CompensationLeft { element, .. }
            | Self::CompensationEnded { element, .. } => Some(element),
            Self::VariablesSet { element, .. } => element.as_deref(),
            Self::ScopeOpened { scope } => scope.element.as_deref(),
            Self::TaskOpened { task } | Self::TaskRevised { task } => Some(&task.element),
            Self::TimerSet { timer } => Some(&timer.element),
            Self::Subscribed { subscription, .. } => Some(&subscription.element),
            Self::CompensationReady { activity, .. } => Some(&activity.element),
            Self::IncidentRaised { incident, .. } => Some(&incident.element),
            _ => None,
        }
    }
}
