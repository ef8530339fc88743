//! The way to a server whose address somebody typed: one request over TLS, one answer.
//!
//! Whoever may name an address must not be able to send this program into the office's own network (server-side request
//! forgery). So an address is `https`, its name is resolved once, every resolved address must be one of the public
//! internet, and the connection goes to exactly these; no redirect is followed; bytes and time of the answer are limited.
//! Only servers that the installation's configuration names may be inside, and may be spoken to without TLS.

mod address;
mod client;
mod place;

pub use address::{Address, Wrong};
pub use client::{Answer, Client, Failure, MAX_ANSWER, Names, System};
pub use place::is_public;
