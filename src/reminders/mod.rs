//! Who is told what: notices of new tasks, the ladders around a deadline, the morning digest, reminders by hand.
//!
//! *When* a step comes the workflow says, *how* a mail leaves `mail` says. Every step mails at most once: its key is in
//! the outbox for ever. A step looks at the world again before it mails, so nobody is reminded of what is done.

mod assigned;
mod audience;
mod by_hand;
mod case_due;
mod digest;
mod directed;
mod feed;
mod ladder;
mod letter;
mod notice;
mod opinions;
pub mod pages;
mod recalled;
mod receipt;
mod report;
mod rows;
mod sent_back;
mod undelivered;

pub use assigned::assigned;
pub use by_hand::{Preview, may_remind, preview, remind_missing};
pub use case_due::case_due;
pub use digest::digest;
pub use directed::direction_due;
pub use notice::{approver, opinions_asked, task_opened};
pub use opinions::opinions_soon;
pub use recalled::recalled;
pub use receipt::receipt;
pub use report::report;
pub use sent_back::refused;
pub use undelivered::undelivered;

#[cfg(test)]
mod tests;
