//! Pages of documents: reading and editing, opinions and checks, the Chairman's and the clerk's desks.

mod approve;
mod check;
mod clerk;
mod common;
mod edit;
mod file;
mod findings;
mod import;
mod key_choice;
mod list;
mod measures;
mod opinions;
mod question;
mod register;
mod sheet;
mod show;
mod sign;
mod signatures;
mod step;
mod submit;

pub use approve::{approve_page, decide};
pub use check::{check, check_page};
pub use clerk::{assign_number, clerk_desk, issue, seal};
pub use edit::{edit_page, save};
pub use file::{pdf, picture};
pub use import::{import, import_page};
pub use list::list;
pub use measures::{confirm_measures, measures_page};
pub use opinions::{answer_opinions, answers_page, give_opinion, opinion_page};
pub use question::{answer_question, question_page};
pub use register::register;
pub use show::show;
pub use sign::{sign, sign_page};
pub use signatures::signatures;
pub use submit::{submit, submit_page};
