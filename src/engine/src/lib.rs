//! The workflow engine: BPMN 2.0 read into a definition, executed by `decide` and `apply`.
//!
//! Pure: no clock, no randomness, no I/O, no async.

pub mod check;
pub mod draw;
pub mod finding;
pub mod xml;
