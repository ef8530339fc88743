//! Reorganisation (REORG-1 to 11): units merge, split, are renamed, moved, dissolved or made on a day, as one plan.
//!
//! A plan is a file. It is looked at first ([`outlook()`]), applied as one act ([`apply()`]), and can be undone until something
//! new was done under it ([`undo()`]). Units are never changed, they end and begin: everything of the past keeps the names of
//! its day, and what was still to be done is done by who stands in ([`super::succession`]).

pub mod apply;
pub mod outlook;
pub mod plan;
pub mod undo;

pub use apply::apply;
pub use outlook::{Outlook, outlook};
pub use plan::Plan;
pub use undo::undo;

/// A sentence in the two languages of the interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub vi: String,
    pub en: String,
}

impl Said {
    pub(crate) fn new(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            vi: vi.into(),
            en: en.into(),
        }
    }
}
