//! The fields of a case file as they are typed and shown again.

use super::super::rows::case_file;
use super::super::{PERIODS, Rule, Wanted, period};
use crate::documents::{register_name, type_code};
use crate::fault::Outcome;
use crate::web::views::shared::Choice;
use crate::web::views::sheet::{Field, Input, choice};
use crate::web::{Form, Lang};
use trinhky_drafting::DocType;

/// The types that a rule may name.
const TYPES: [DocType; 8] = [
    DocType::QD,
    DocType::TTR,
    DocType::BC,
    DocType::KH,
    DocType::TB,
    DocType::CV,
    DocType::GM,
    DocType::BB,
];

/// The value of the period for ever.
const FOR_EVER: &str = "vinh-vien";

/// Words with one space between them, without what no database and no page takes.
pub(super) fn tidy(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// What was typed.
pub(super) fn wanted(pairs: &[(String, String)]) -> Wanted {
    let one = |name: &str| {
        let found = pairs.iter().find(|(key, _)| key == name);
        tidy(found.map_or("", |(_, value)| value))
    };
    let doc_types = pairs
        .iter()
        .filter(|(key, _)| key == "doc_types")
        .map(|(_, value)| value.clone())
        .collect();
    let years = one("years");
    Wanted {
        owner_id: one("owner").parse().unwrap_or_default(),
        code: one("code"),
        heading: one("heading"),
        title: one("title"),
        // What is no number is no period of the list, which the act says at its field.
        years: (years != FOR_EVER).then(|| years.parse().unwrap_or_default()),
        rule: Rule {
            doc_types,
            words: one("words"),
        },
    }
}

/// A form filled with what a file says.
pub(super) fn form(action: &str, case: &case_file::Model) -> Outcome<Form> {
    let mut form = Form::new(action, "", "");
    let rule = Rule::of(case)?.unwrap_or_default();
    form.set("heading", case.heading.as_str());
    form.set("title", case.title.as_str());
    form.set("years", written(case.years));
    form.set("words", rule.words);
    for code in rule.doc_types {
        form.also("doc_types", code);
    }
    Ok(form)
}

/// A period as the field says it.
pub(super) fn written(years: Option<i32>) -> String {
    years.map_or_else(|| FOR_EVER.to_owned(), |years| years.to_string())
}

/// The fields that a file has while it is open.
pub(super) fn fields(lang: Lang) -> Outcome<Vec<Field>> {
    let periods = PERIODS.map(|years| {
        let word = match (lang, years) {
            (Lang::Vi, years) => period(years),
            (Lang::En, None) => "For ever".to_owned(),
            (Lang::En, Some(years)) => format!("{years} years"),
        };
        choice(&written(years), word)
    });
    let types = TYPES
        .map(type_code)
        .iter()
        .map(|code| Ok(choice(code, register_name(code)?.to_owned())))
        .collect::<Outcome<Vec<Choice>>>()?;
    Ok(vec![
        Field::new("title", lang.say("Tiêu đề hồ sơ", "Title"), Input::Area(2)),
        Field::line(
            "heading",
            lang.say("Đề mục trong Danh mục", "Heading of the catalogue"),
        )
        .hint(lang.say(
            "Ví dụ: I. Tổng hợp. Để trống nếu Danh mục không chia đề mục.",
            "Left empty where the catalogue has no headings.",
        )),
        Field::new(
            "years",
            lang.say("Thời hạn bảo quản", "Kept for"),
            Input::Select(periods.to_vec()),
        ),
        Field::new(
            "doc_types",
            lang.say(
                "Tự đưa vào: văn bản đơn vị ban hành hoặc nhận được, thuộc loại",
                "Put in by itself: documents that the unit issues or receives, of type",
            ),
            Input::Several(types),
        ),
        Field::line(
            "words",
            lang.say("và trích yếu có chữ", "whose subject has the words"),
        )
        .hint(lang.say(
            "Không phân biệt dấu. Để trống cả hai thì chỉ đưa vào bằng tay.",
            "Accents do not matter. With both left empty, documents are put in by hand.",
        )),
    ])
}
