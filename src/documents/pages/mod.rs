//! Pages of documents: reading and editing, opinions and checks, the Chairman's and the clerk's desks.

mod after;
mod annex_vi;
mod approve;
mod attach;
mod begin;
pub(crate) mod bound;
mod check;
mod clerk;
mod common;
mod compare;
mod copies;
mod edit;
mod file;
mod findings;
mod import;
pub(crate) mod key_choice;
mod list;
mod measures;
mod opinions;
mod plain_step;
mod question;
mod register;
mod restored;
mod sheet;
mod show;
mod sign;
mod sign_many;
mod signatures;
mod steer;
mod step;
mod submit;
mod workstation;

pub use after::{follow, follow_page};
pub use annex_vi::annex_vi_page;
pub use approve::{approve_page, decide};
pub use attach::{add_file, attached_file, files_page, remove_file};
pub use begin::{again, again_page, begin, begin_page};
pub use check::{check, check_page};
pub use clerk::{assign_number, clerk_desk, issue, seal};
pub use compare::{compare_page, restore};
pub use copies::{copies_page, copy_file, make_copy};
pub use edit::{edit_page, save};
pub use file::{pdf, picture};
pub use import::{import, import_page};
pub use list::{keep_search, list};
pub use measures::{confirm_measures, measures_page};
pub use opinions::{answer_opinions, answers_page, give_opinion, opinion_page};
pub use plain_step::{plain_step_page, take_plain_step};
pub use question::{answer_question, question_page};
pub use register::{
    close as close_register, enter as enter_number, enter_page as enter_number_page, register,
    strike as strike_number, strike_page as strike_number_page,
};
pub use restored::{restored_page, settle};
pub use show::show;
pub use sign::{sign, sign_page};
pub use sign_many::{ADDRESS as SIGN_MANY, sign_many, sign_many_page};
pub use signatures::signatures;
pub use steer::{course, steer_course};
pub use submit::{submit, submit_page};
pub use workstation::{
    workstation_addresses, workstation_back, workstation_fetch, workstation_file,
    workstation_finish, workstation_page, workstation_upload,
};
