//! Tests through the public face of the crate; one binary, a module per subject.

mod objectives;
mod seed;
