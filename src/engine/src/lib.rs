//! The workflow engine: BPMN 2.0 read into a definition, executed by `decide` and `apply`.
//!
//! Pure: no clock, no randomness, no I/O, no async.

mod apply;
pub mod check;
mod command;
mod decide;
pub mod draw;
mod event;
pub mod expr;
pub mod finding;
pub mod model;
mod read;
pub mod simulate;
mod state;
pub mod timers;
pub mod xml;

pub use apply::apply;
pub use command::{Command, CommandKind, Need, RefusalKind, Rejection};
pub use decide::{MAX_CALL_DEPTH, MAX_ENTRIES, MAX_EVENTS, MAX_ITEMS, MAX_SCOPE_DEPTH, decide, needed};
pub use event::Event;
pub use finding::{Finding, Severity};
pub use model::{Definitions, Process};
pub use read::read;
pub use state::{
    Compensable, Cycle, Hook, Incident, InstanceHead, LocalId, MiCounters, RoundStyle, Scope, ScopeId, ScopeKind, State, Status, StuckAt, Subscription, Task,
    TaskId, TaskState, Timer, TimerId, Token, Topic, Variables, Wait,
};
