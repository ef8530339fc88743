//! The page that holds the program against Annex VI of Decree 30/2020.

use axum::response::Response;

use crate::documents::annex_vi::{State, rows};
use crate::people::session::Session;
use crate::web::views::sheet::{Part, Sheet, Table};
use crate::web::{Link, html};

/// `GET /phu-luc-vi`: everybody who is signed in.
pub async fn annex_vi_page(session: Session) -> Response {
    let lang = session.lang;
    let mark = |state: State| match state {
        State::Met => lang.say("Đáp ứng", "Met"),
        State::Part => lang.say("Một phần", "In part"),
        State::No => lang.say("Chưa có", "Not there"),
        State::Office => lang.say("Do cơ quan", "The office's own"),
    };
    let count = |state: State| rows().iter().filter(|row| row.state == state).count();
    let kinds = [State::Met, State::Part, State::No, State::Office];
    let counts: Vec<String> = kinds
        .iter()
        .map(|state| format!("{}: {}", mark(*state), count(*state)))
        .collect();
    let table = Table {
        head: vec![
            lang.say("Điểm", "Point"),
            lang.say("Yêu cầu", "Requirement"),
            lang.say("Trạng thái", "State"),
            lang.say("Ghi chú", "Note"),
            lang.say("Phép thử chứng minh", "Test that shows it"),
        ],
        rows: rows()
            .iter()
            .map(|row| {
                vec![
                    row.point.clone(),
                    row.words.clone(),
                    mark(row.state),
                    row.note.clone(),
                    row.proof.replace("::", ": ").replace('_', " "),
                ]
            })
            .collect(),
    };
    let mut page = session.page(&lang.say("Bảng đối chiếu Phụ lục VI", "Held against Annex VI"));
    page.crumbs = vec![Link::new("/van-thu", &lang.t("nav-clerk"))];
    html(&Sheet {
        page,
        parts: vec![
            Part::Text(lang.say(
                "Phụ lục VI Nghị định 30/2020/NĐ-CP: hệ thống đáp ứng mọi yêu cầu thì cơ quan không phải lưu bản giấy của văn bản điện tử (Điều 19 khoản 2 điểm b).",
                "Annex VI of Decree 30/2020: where a system meets every requirement, the office keeps no paper of electronic documents (Art. 19.2b).",
            )),
            Part::Text(counts.join(" · ")),
            Part::Table(table),
        ],
    })
}
