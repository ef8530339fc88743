//! From a draft to other forms: the screen, Markdown, Word.

pub(crate) mod docx;
mod html;
mod markdown;
pub(crate) mod shape;

pub use docx::{DocxError, docx};
pub use html::{html, html_page};
pub use markdown::markdown;
