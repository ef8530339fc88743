//! Tests through the public face of the crate; one binary, a module per subject.

mod any_draft;
mod as_offices_write;
mod checker;
mod compare;
mod nothing_lost;
mod objectives;
mod official;
mod round_trip;
mod samples;
mod seed;
mod views;
