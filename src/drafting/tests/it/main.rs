//! Tests through the public face of the crate; one binary, a module per subject.

mod checker;
mod objectives;
mod seed;
mod views;
