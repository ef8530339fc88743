//! The administrator's pages: the first day, units, persons, security, registers, workflows, incidents, mail,
//! programs, the journal.
//!
//! Everything here is limited to the organisation in which the reader holds the role `admin`.

mod first_day;
mod incidents;
mod journal;
mod migrate;
mod outbox;
mod person;
mod persons;
mod registers;
mod reorganise;
mod roster;
mod security;
mod tokens;
mod units;
mod workflow;
mod workflows;

pub use first_day::{first_day, is_unfinished, test_mail};
pub use incidents::{incidents, run_again};
pub use journal::journal;
pub use migrate::{migrate, migration};
pub use outbox::{outbox, send_again};
pub use person::{add_person, change_person, new_person_page, person};
pub use persons::persons;
pub use registers::{open_register, registers};
pub use reorganise::{apply_plan, look_at_plan, reorganise_page, sample_plan, undo_plan};
pub use roster::{import_check, import_page, import_template, import_write};
pub use security::{change_security, security};
pub use tokens::{issue_token, revoke_token, tokens};
pub use units::units;
pub use workflow::{change_workflow, workflow};
pub use workflows::{upload_workflow, workflows};

use uuid::Uuid;

use super::may;
use super::session::Session;
use crate::fault::{Fault, Outcome};
use crate::web::Page;
use crate::web::page::NavItem;

/// The pages beside the units, in the order of the menu.
const PAGES: [(&str, &str, &str); 14] = [
    ("/quan-tri/viec-dau", "Việc ngày đầu", "First day"),
    ("/quan-tri/nguoi-dung", "Người dùng", "Persons"),
    ("/vang-mat", "Người thay", "Substitutes"),
    ("/quan-tri/sap-xep", "Sắp xếp đơn vị", "Reorganisation"),
    ("/quan-tri/an-toan", "An toàn", "Security"),
    ("/quan-tri/so", "Sổ văn bản", "Registers"),
    ("/quan-tri/ngay-nghi", "Ngày nghỉ", "Days off"),
    ("/quan-tri/quy-trinh", "Quy trình", "Workflows"),
    ("/quan-tri/su-co", "Sự cố", "Incidents"),
    ("/quan-tri/thu-di", "Thư đi", "Outgoing mail"),
    ("/quan-tri/khoa-ky", "Khóa ký", "Signing keys"),
    ("/quan-tri/ket-noi", "Kết nối", "Programs"),
    ("/quan-tri/bao-tin", "Báo tin", "Webhooks"),
    ("/quan-tri/nhat-ky", "Nhật ký", "Journal"),
];

/// The organisation that the reader administers.
///
/// # Errors
/// A refusal for everybody else.
pub fn administered(session: &Session) -> Outcome<Uuid> {
    let org_ids = session.actor.org_ids();
    org_ids
        .into_iter()
        .find(|org_id| may::administer(&session.actor, *org_id))
        .ok_or_else(only_administrators)
}

/// What everybody else is told.
#[must_use]
pub fn only_administrators() -> Fault {
    Fault::forbidden(
        "Chỉ người quản trị của cơ quan được vào phần này.",
        "Only administrators of the organisation may come here.",
    )
}

/// The frame of a page of the administrator, with the other pages in its menu.
pub fn frame(session: &Session, title: &str) -> Page {
    let mut page = session.page(title);
    let items: Vec<NavItem> = PAGES
        .iter()
        .map(|(href, vi, en)| NavItem {
            href: (*href).to_owned(),
            text: session.lang.say(vi, en),
            current: page.path == *href,
        })
        .collect();
    for item in &mut page.nav {
        item.current = item.href == page.path;
    }
    page.nav.extend(items);
    page
}

/// Text as it may stand in an address after `=`.
fn in_address(text: &str) -> String {
    serde_urlencoded::to_string([("", text)])
        .unwrap_or_default()
        .trim_start_matches('=')
        .to_owned()
}
