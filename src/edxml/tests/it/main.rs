//! The crate from outside: what it writes, what it reads, and that a stranger reads it too.

mod golden;
mod outside;
mod round_trip;
mod sample;
mod senders;
