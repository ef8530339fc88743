//! Pages of case files: the year's catalogue, a file with its contents, a document's files.

mod list;
mod put;
mod show;
mod typed;

pub use list::{carry_over, list, open};
pub use put::{put, put_page};
pub use show::{close, hand_over, pdf, revise, revise_page, show, take_out, xml};

use trinhky_calendar::vn_date;
use uuid::Uuid;

use super::rows::case_file;
use crate::web::Lang;
use crate::web::views::shared::{Mark, Tone};

const LIST: &str = "/ho-so";

fn address(id: Uuid) -> String {
    format!("{LIST}/{id}")
}

/// Where a file stands in its life.
fn mark(case: &case_file::Model, lang: Lang) -> Mark {
    match (case.closed_on, case.hand_over_by, case.handed_on) {
        (_, _, Some(_)) => Mark::new(Tone::Done, lang.say("Đã nộp lưu", "Archived")),
        (Some(_), Some(by), None) => Mark::new(
            Tone::Near,
            lang.say(
                &format!("Nộp lưu trước {}", vn_date(by)),
                &format!("To the archive by {}", vn_date(by)),
            ),
        ),
        (Some(_), None, None) => Mark::new(Tone::Done, lang.say("Đã kết thúc", "Closed")),
        (None, ..) => Mark::new(Tone::Open, lang.say("Đang lập", "Open")),
    }
}
