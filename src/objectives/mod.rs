//! Objectives and how they are followed up: indicators, report periods, unit reports, consolidation,
//! the year's verdict and corrective actions.
//!
//! [`plan()`] writes objectives, indicators and periods from the text of an issued decision; the workflow
//! opens each period ([`open_period`]), units report ([`report`]), the Office adds the counts up
//! ([`consolidate`]), and the Chairman judges the year ([`evaluate`]).

pub mod asked;
pub mod briefing;
mod chart;
pub mod consolidate;
pub mod corrective;
pub mod document;
pub mod evaluate;
pub mod evidence;
pub mod extension;
pub mod find;
pub mod import;
pub mod input;
pub mod last_year;
pub mod next_year;
mod open;
pub mod pages;
mod plan;
pub mod plausible;
pub mod regime;
pub mod replan;
pub mod report;
pub mod rows;
pub mod schedule;
pub mod standing;
pub mod sums;
mod tell;
#[cfg(test)]
mod tests;
pub mod verdict;

pub use open::open_period;
use open::units_for_action;
pub use plan::{Plan, plan};
pub use tell::year_evaluated;

/// The states of a unit's report.
pub mod state {
    /// Being filled in, or sent back by the unit's head.
    pub const DRAFT: &str = "draft";
    /// Sent to the unit's head.
    pub const SUBMITTED: &str = "submitted";
    /// Approved: its numbers count.
    pub const APPROVED: &str = "approved";
}

/// The states of a report period.
pub mod period_state {
    /// Not open yet.
    pub const PLANNED: &str = "planned";
    /// Units are asked to report.
    pub const OPEN: &str = "open";
    /// Added up by the Office; late reports still come in and count in the next version and in the year.
    pub const CONSOLIDATED: &str = "consolidated";
}
