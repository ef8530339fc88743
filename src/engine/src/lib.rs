//! The workflow engine: BPMN 2.0 read into a definition, executed by `decide` and `apply`.
//!
//! Pure: no clock, no randomness, no I/O, no async.
//!
//! [`read()`] compiles files into [`Definitions`]; [`decide()`] answers a [`Command`] on a [`State`] with [`Event`]s; [`apply()`]
//! changes the state by them, live and on replay. [`simulate`] plays the same functions on a virtual clock.
//!
//! What of the standard runs, and what is refused or read past, is the table [`support::ROWS`]; `docs/bpmn.md` is written
//! from it.
//!
//! # Time
//!
//! A timer whose instant is already past when it is set is due at once; the caller fires due timers in the order of
//! `(due, id)`. A cycle counts from the previous due instant.

mod apply;
pub mod check;
mod command;
mod decide;
pub mod draw;
mod event;
pub mod expr;
pub mod finding;
mod ids;
mod instant;
pub mod migrate;
pub mod model;
mod numbered;
mod read;
pub mod simulate;
mod state;
pub mod support;
pub mod timers;
pub mod xml;

pub use apply::apply;
pub use command::{Command, CommandKind, Need, RefusalKind, Rejection};
pub use decide::{
    MAX_CALL_DEPTH, MAX_ENTRIES, MAX_EVENTS, MAX_ITEMS, MAX_OPENED, MAX_SCOPE_DEPTH, decide,
    migrate, needed,
};
pub use event::Event;
pub use finding::{Finding, Severity};
pub use ids::{LocalId, ScopeId, TaskId, TimerId};
pub use model::{Definitions, Name, Process};
pub use numbered::Numbered;
pub use read::read;
pub use state::{
    Compensable, Cycle, Hook, Incident, InstanceHead, MiCounters, RoundStyle, Scope, ScopeKind,
    State, Status, StuckAt, Subscription, Task, TaskState, Timer, Token, Topic, Variables, Wait,
};
