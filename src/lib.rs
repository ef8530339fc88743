//! Trình Ký: documents from first draft to the evaluation at the year's end.
//!
//! The map, in import order: a module may use those below it, never those above. A test reads this list.
//!
//! Doors:
//! - [`cli`]: one file per family of commands.
//! - [`demo`]: plays a decision's whole year through the acts of the slices, then tells it from the journal.
//! - [`routes`]: every address of the product on one page, each with its access rule.
//! - [`api`]: reports and results as JSON for other programs, by token; their OpenAPI document.
//! - [`watch`]: what watches an installation: whether it works, its figures for Prometheus.
//! - [`worker`]: due timers, jobs, outgoing mail, recurring work; one match from a job's name to its function.
//!
//! Slices:
//! - [`keeping`]: backups taken while the program runs, and bringing one back.
//! - [`deadlines`]: the office's calendar as it is changed, and the open deadlines that move with it.
//! - [`reminders`]: who is told what, by which mail.
//! - [`cases`]: case files: documents of one matter under one code, exported whole, handed to the archive.
//! - [`distribution`]: recipients, deliveries, acknowledgement, attestation.
//! - [`objectives`]: objectives, indicators, reports, consolidation, verdicts.
//! - [`signing`]: keys, the person's signature, the agency's seal.
//! - [`documents`]: drafts, versions, opinions, checks, approval, registers and numbers, issue.
//! - [`hooks`]: servers of other programs that are told what happens.
//! - [`people`]: organisations, units, posts, persons, sign-in, who acts.
//!
//! Seam:
//! - [`flow`]: load, decide, write; the only caller of the engine.
//! - [`audit`]: the journal that every act writes, and the invariants that `check` verifies.
//! - [`app`]: what every act and page is given.
//!
//! Base, knowing nothing above:
//! - [`web`]: how pages look and speak.
//! - [`mail`], [`queue`], [`secrets`], [`files`], [`store`]: outgoing mail, jobs, what only this installation can read, files
//!   by digest, the one way to write.
//! - [`fault`], [`config`], [`ids`], [`clock`]: refusals as data, settings, randomness, time.
//!
//! Crates of their own, pure: the engine, the calendar, drafting, typesetting, PDF signatures, edXML, encrypted files, remote
//! signing services. Two that are not: tokens, which talks to PKCS#11 devices, and https, which calls servers that people name.

pub mod api;
pub mod app;
pub mod audit;
pub mod cases;
pub mod cli;
pub mod clock;
pub mod config;
pub mod deadlines;
pub mod demo;
pub mod distribution;
pub mod documents;
pub mod fault;
pub mod files;
pub mod flow;
pub mod hooks;
pub mod ids;
pub mod keeping;
pub mod mail;
pub mod objectives;
pub mod people;
pub mod queue;
pub mod reminders;
pub mod routes;
pub mod secrets;
pub mod signing;
pub mod store;
pub mod watch;
pub mod web;
pub mod worker;
