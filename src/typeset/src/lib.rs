//! Documents as PDF: a structured draft in, a tagged PDF/A-2a with its anchors out.
//!
//! The look is in `templates/documents/*.typ`, the measures are in the versioned rule sets beside
//! them (Decree 30/2020/NĐ-CP, Annex I), and the words come from the draft as strings that are
//! never read as markup. No clock, no system fonts, no files but the embedded ones.

mod anchors;
mod book;
mod briefing;
mod case;
mod copy;
mod rules;
mod typesetter;
mod view;
mod words;
mod world;

pub use anchors::{Anchor, Place};
pub use book::{Book, BookColumn};
pub use briefing::{BriefIndicator, Briefing};
pub use case::{CaseDocument, CaseSheet};
pub use copy::{CopyBlock, CopyForm};
pub use rules::RuleSet;
pub use typesetter::{Attachment, Options, Rendered, TypesetError, Typesetter};
