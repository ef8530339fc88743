//! The office's calendar as its administrator changes it, and the open deadlines that move with it.
//!
//! A change is first looked at ([`outlook()`]): every open deadline that it would move, from when to when, whose and of
//! which document. The second press saves it and moves them in the same act ([`change()`]).

mod change;
mod outlook;
pub mod pages;

pub use change::{Answer, Edit, change};
pub use outlook::{Moved, Outlook, outlook};
