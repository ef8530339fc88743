//! Drafts as structured data: the model, its import and export, its checker.
//! Pure: no clock, no files, no database.

pub mod import;
pub mod model;
pub mod objectives;
mod text;
mod walk;

pub use import::{ImportError, import};
pub use model::*;
