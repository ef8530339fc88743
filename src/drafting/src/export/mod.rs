//! From a draft to other forms: the screen, Markdown, Word.

mod html;
mod markdown;
pub(crate) mod shape;

pub use html::{html, html_page};
pub use markdown::markdown;
