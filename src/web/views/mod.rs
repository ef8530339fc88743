//! Every page of the product as a plain struct: texts already written for the reader, no database types.
//!
//! A slice's handler fills the struct of its page and answers with [`super::html`]. The template beside each struct says in
//! its first lines what it shows and does.

pub mod admin;
pub mod corrective;
pub mod distribution;
pub mod documents;
pub mod measures;
pub mod next_year;
pub mod objectives;
pub mod people;
pub mod regimes;
pub mod shared;
pub mod sheet;
pub mod signing;
pub mod wall;

pub use shared::{ActForm, Choice, Filter, Happening, Mark, Markup, Pager, Progress, Tone};

#[cfg(test)]
mod samples;
