//! The workflow engine: BPMN 2.0 read into a definition, executed by `decide` and `apply`.
//!
//! Pure: no clock, no randomness, no I/O, no async.
//!
//! [`read()`] compiles files into [`Definitions`]; [`decide()`] answers a [`Command`] on a [`State`] with [`Event`]s; [`apply()`]
//! changes the state by them, live and on replay. [`simulate`] plays the same functions on a virtual clock.
//!
//! # What is executed
//!
//! | elements | how |
//! |---|---|
//! | none and manual tasks | pass at once |
//! | user, service, business rule tasks; send and receive tasks without a message | open a [`Task`] that a person or a job completes |
//! | script tasks | CEL assignments; another `scriptFormat` is reported and passed over |
//! | send and receive tasks with a message | send; wait for the message (also `instantiate`) |
//! | sub-process, event sub-process, transaction, ad-hoc sub-process, call activity, global task | a [`Scope`] each |
//! | multi-instance (parallel, sequential, cardinality, collection, completion condition, outputs), standard loop | a round: a scope of counters, and a scope for each item |
//! | exclusive, parallel, inclusive, complex, event-based gateways (instantiating: exclusive) | BPMN 2.0.2, 13.4 |
//! | message, timer, signal, error, escalation, conditional, link, terminate, cancel, compensation, multiple and parallel multiple events | in the positions that the standard allows |
//! | conditional and default flows out of activities, implicit splits and merges, token quantities | |
//! | properties, data objects, data associations, `tk:in`/`tk:out` and their fellows of other vendors | values are copied where they exist |
//!
//! # What is refused or left out, and why
//!
//! | what | rule | reason |
//! |---|---|---|
//! | `behavior` of a multi-instance other than `All` | `unsupported-behavior` | a throwing event inside the item says the same and can be seen |
//! | instantiating event gateway of type `Parallel` | `unsupported-parallel-event-gateway` | begin with one event and wait for the others |
//! | a complex gateway's second phase (reset) | | tokens that come after it opened wait for its next activation |
//! | timer start events of a process | | starting on a date is the caller's recurring work, not an instance's |
//! | correlation subscriptions | | a message has a name and one key (`tk:key`) |
//! | compensation of each item of a round apart | | the handler of a repeated activity runs once |
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
pub mod model;
mod read;
pub mod simulate;
mod state;
pub mod timers;
pub mod xml;

pub use apply::apply;
pub use command::{Command, CommandKind, Need, RefusalKind, Rejection};
pub use decide::{
    MAX_CALL_DEPTH, MAX_ENTRIES, MAX_EVENTS, MAX_ITEMS, MAX_SCOPE_DEPTH, decide, needed,
};
pub use event::Event;
pub use finding::{Finding, Severity};
pub use model::{Definitions, Process};
pub use read::read;
pub use state::{
    Compensable, Cycle, Hook, Incident, InstanceHead, LocalId, MiCounters, RoundStyle, Scope,
    ScopeId, ScopeKind, State, Status, StuckAt, Subscription, Task, TaskId, TaskState, Timer,
    TimerId, Token, Topic, Variables, Wait,
};
