//! Drafts as structured data: the model, its import and export, its checker.
//! Pure: no clock, no files, no database.

pub mod model;
pub use model::*;
