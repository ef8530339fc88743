//! From the issued document to its recipients: expansion, delivery, acknowledgement, attestation.

pub mod closing;
pub mod direction;
mod fan_out;
pub mod letters;
pub mod more;
pub mod pages;
pub mod proof;
pub mod recall;
pub mod receipt;
pub mod rows;
pub mod speed;
pub mod tracking;

#[cfg(test)]
pub(crate) use fan_out::code_digest;
pub use fan_out::{fan_out, notify, seal_old};

/// The states of a delivery, in their order; the same words in the table, the page and the log.
pub mod state {
    /// It has left (R0): a body without an account, whose mail is on its way.
    pub const DISPATCHED: &str = "dispatched";
    /// It is in the recipient's desk and accessible (R1).
    pub const DELIVERED: &str = "delivered";
    /// The unit's clerk has registered it with an arrival number (R2).
    pub const REGISTERED: &str = "registered";
    /// Refused with a reason.
    pub const REFUSED: &str = "refused";
}
