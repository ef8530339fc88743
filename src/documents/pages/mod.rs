//! Pages of documents: reading and editing, opinions and checks, the Chairman's and the clerk's desks.

mod decide;
mod edit;
mod import;
mod read;
mod review;
mod sheet;

pub use decide::{
    answer_question, approve_page, assign_number, clerk_desk, decide, issue, question_page, seal,
    sign, sign_page,
};
pub use edit::{edit_page, save};
pub use import::{import, import_page};
pub use read::{list, pdf, picture, register, show};
pub use review::{
    answer_opinions, answers_page, check, check_page, give_opinion, opinion_page, submit,
    submit_page,
};

/// The pairs of a form as they were sent.
type Pairs = Vec<(String, String)>;
