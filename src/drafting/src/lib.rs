//! Drafts as structured data: the model, its import and export, its checker.
//! Pure: no clock, no files, no database.

pub mod check;
mod cite;
mod compare;
mod digest;
mod export;
pub mod import;
mod issuer;
pub mod model;
pub mod objectives;
mod outline;
mod package;
pub mod sheet;
mod text;
mod walk;

pub use check::{Finding, Fix, Gone, Severity, apply, check, check_with_fixes, rules};
pub use cite::{Citation, citations};
pub use compare::{Kept, Passage, compare};
pub use digest::{content_hash, fold};
pub use export::{DocxError, docx, html, html_page, markdown};
pub use import::{ImportError, import};
pub use issuer::issuer_in_text;
pub use model::*;
pub use text::upper_first;
pub use walk::words;
