//! A sample of the page made of common parts, with every part once.

use askama::Template;

use super::{Maker, Rendered};
use crate::web::page::Link;
use crate::web::views::shared::{Mark, Tone};
use crate::web::views::sheet::*;

pub(super) fn all(m: &Maker) -> Vec<Rendered> {
    vec![("sheet", sheet(m).render())]
}

fn sheet(m: &Maker) -> Sheet {
    let mut form = m.form("/quan-tri/nguoi-dung/moi");
    form.set("name", m.words.as_str());
    form.set("roster", m.words.as_str());
    form.refuse("email", "Ghi địa chỉ thư.");
    let choices = vec![
        choice("chair", "Chủ tịch".to_owned()),
        choice("clerk", "Văn thư".to_owned()),
    ];
    let state = |href: &str| State {
        mark: Mark::new(Tone::Open, "Cần làm"),
        text: "Nhập đơn vị".to_owned(),
        note: m.words.clone(),
        href: href.to_owned(),
    };
    Sheet {
        page: m.page("Thêm người dùng", "/quan-tri/nguoi-dung/moi"),
        parts: vec![
            Part::Text(m.words.clone()),
            Part::Note(m.words.clone()),
            Part::Heading("Việc".to_owned()),
            Part::States(vec![state("/quan-tri/nhap"), state("")]),
            Part::Lines(vec![m.words.clone()]),
            Part::Links(vec![Link::new("/quan-tri/nhap", "Nhập từ tệp")]),
            Part::Picture(m.svg()),
            Part::Table(Table {
                head: vec!["Chức vụ".to_owned(), "Từ ngày".to_owned()],
                rows: vec![vec![m.words.clone(), "24/03/2023".to_owned()]],
            }),
            Part::Form(Entry {
                form,
                fields: vec![
                    Field::line("name", "Họ và tên".to_owned()),
                    Field::typed("email", "Thư".to_owned(), "email", "off")
                        .hint("Tên đăng nhập.".to_owned()),
                    Field::new("header", "Đầu văn bản".to_owned(), Input::Area(2)),
                    Field::new("file", "Tệp".to_owned(), Input::File(".xlsx".to_owned())),
                    Field::new("role", "Vai trò".to_owned(), Input::One(choices.clone())),
                    Field::new("roles", "Các vai trò".to_owned(), Input::Several(choices)),
                    Field::hidden("roster"),
                ],
                acts: vec![
                    Act::main("Thêm".to_owned(), "Thư mời được gửi.".to_owned()).valued("add"),
                    Act::other("Bỏ".to_owned(), String::new(), "drop"),
                ],
                upload: true,
            }),
        ],
    }
}
