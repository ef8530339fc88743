//! Drafts of every shape, for the tests that send them out and read them back.

use chrono::NaiveDate;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use trinhky_drafting::{
    Annex, Article, Authority, Block, Circulation, Clause, DocType, Draft, Line, MonthYear, Point,
    Signer, Table, Urgency,
};

/// Words that look like something else, between ordinary ones.
const WORDS: &[&str] = &[
    "hồ sơ",
    "Ủy ban",
    "giải quyết",
    "98%",
    "Điều 3.",
    "Điều 4. Một",
    "1.",
    "2)",
    "a)",
    "đ) hai",
    "-",
    "+",
    "#",
    "Căn cứ",
    "*x*",
    "**",
    "_y_",
    "|",
    "\\",
    "<b>",
    "<!-- tk: clause -->",
    "&amp;",
    "&",
    "`",
    "Nơi nhận:",
    "CHỦ TỊCH",
    "KT. CHỦ TỊCH",
    "Phụ lục",
    "./.",
    "Kính gửi:",
    "Số: 1/QĐ-UBND",
    "ngày 05 tháng 3 năm 2020",
    "II. HAI",
    "Chương I",
    "QUYẾT ĐỊNH:",
    "Lưu: VT",
    "Như Điều 3",
    "———",
    "(Kèm theo",
    "V/v",
    ";",
    ".",
    "===",
    "~~~",
    "1.1. Một",
    "“ngoặc”",
    "'",
    "\"",
    "bảng",
];

fn words() -> impl Strategy<Value = String> {
    vec(prop::sample::select(WORDS), 1..6).prop_map(|words| words.join(" "))
}

/// May hold a forced line break.
fn text() -> impl Strategy<Value = String> {
    vec(words(), 1..3).prop_map(|lines| lines.join("\n"))
}

fn clause() -> impl Strategy<Value = Clause> {
    (
        1_u32..30,
        text(),
        vec(
            (
                prop::sample::select(&["a", "b", "c", "d", "đ", "e"][..]),
                text(),
            ),
            0..3,
        ),
    )
        .prop_map(|(number, text, points)| Clause {
            number,
            text,
            points: points
                .into_iter()
                .map(|(letter, text)| Point {
                    letter: letter.to_owned(),
                    text,
                })
                .collect(),
        })
}

fn article() -> impl Strategy<Value = Article> {
    (
        1_u32..30,
        option::of(words()),
        text(),
        vec(clause(), 0..3),
        vec(text(), 0..2),
    )
        .prop_map(|(number, title, text, clauses, tail)| Article {
            number,
            title,
            text,
            clauses,
            tail,
        })
}

fn table() -> impl Strategy<Value = Table> {
    (
        option::of(words()),
        1_usize..4,
        0_usize..3,
        any::<bool>(),
        any::<bool>(),
    )
        .prop_flat_map(|(caption, columns, rows, landscape, widths)| {
            let cell = prop_oneof![4 => text(), 1 => Just(String::new())];
            (
                vec(cell.clone(), columns),
                vec(vec(cell, columns), rows),
                vec(1_u32..90, columns),
            )
                .prop_map(move |(header, rows, numbers)| Table {
                    caption: caption.clone(),
                    header,
                    rows,
                    widths: if widths { numbers } else { Vec::new() },
                    landscape,
                })
        })
}

fn block() -> impl Strategy<Value = Block> {
    let label = prop::sample::select(&["I.", "1.", "1.1.", "Chương I", "Mục 2", ""][..]);
    prop_oneof![
        3 => article().prop_map(Block::Article),
        2 => text().prop_map(|text| Block::Paragraph { text }),
        2 => (1_u8..5, label, words()).prop_map(|(level, label, text)| Block::Heading { level, label: label.to_owned(), text }),
        2 => clause().prop_map(Block::Clause),
        1 => table().prop_map(Block::Table),
    ]
}

fn line() -> impl Strategy<Value = Line> {
    prop_oneof![
        (1_u32..9, words()).prop_map(|(article, text)| Line::AsArticle { article, text }),
        words().prop_map(|text| Line::AsAbove { text }),
        words().prop_map(|text| Line::Body { text }),
        words().prop_map(|text| Line::Archive { text }),
    ]
}

/// The authority follows from the first title line, the expected month stands only while the date is open.
pub fn draft() -> impl Strategy<Value = Draft> {
    let kinds = [
        DocType::QD,
        DocType::TTR,
        DocType::BC,
        DocType::KH,
        DocType::TB,
        DocType::CV,
        DocType::GM,
        DocType::BB,
    ];
    let urgencies = [
        Urgency::Normal,
        Urgency::Khan,
        Urgency::ThuongKhan,
        Urgency::HoaToc,
    ];
    let date = (2000_i32..2040, 1_u32..13, 1_u32..32, 0_u8..3);
    let head = (
        prop::sample::select(kinds.to_vec()),
        option::of(words()),
        vec(words(), 0..3),
        option::of(1_u32..5000),
        prop::sample::select(&["QĐ-UBND", "UBND-VX", "TTr-VP", ""][..]),
    );
    let opening = (
        words(),
        date,
        words(),
        prop_oneof![words(), Just(String::new())],
        vec(words(), 0..3),
        vec(text(), 0..3),
    );
    let rest = (
        vec(block(), 0..5),
        vec(line(), 0..4),
        vec(words(), 0..3),
        words(),
        (
            prop::sample::select(urgencies.to_vec()),
            prop::sample::select(vec![
                Circulation::Free,
                Circulation::Return,
                Circulation::Internal,
            ]),
            prop_oneof![words(), Just(String::new())],
            vec(words(), 0..3),
        ),
        vec((words(), words(), vec(block(), 0..3), 0_u8..3), 0..2),
    );
    (head, opening, rest).prop_map(
        |(
            (doc_type, superior_agency, issuer, number, symbol),
            (place, (year, month, day, state), subject, authority_line, addressed_to, legal_basis),
            rest,
        )| {
            let (
                body,
                distribution,
                title_lines,
                name,
                (urgency, circulation, drafter_mark, contact),
                annexes,
            ) = rest;
            let issued_on = NaiveDate::from_ymd_opt(year, month, day).filter(|_| state == 0);
            Draft {
                doc_type,
                superior_agency,
                issuer,
                number,
                symbol: symbol.to_owned(),
                place,
                issued_on,
                expected_month: (issued_on.is_none() && state == 1)
                    .then_some(MonthYear { month, year }),
                subject,
                authority_line,
                addressed_to,
                legal_basis,
                body,
                distribution,
                signer: Signer {
                    authority: authority(&title_lines),
                    title_lines,
                    name,
                },
                urgency,
                circulation,
                drafter_mark,
                contact,
                annexes: annexes
                    .into_iter()
                    .map(|(label, title, body, kind)| Annex {
                        label: if kind == 0 { label } else { String::new() },
                        title,
                        attached: kind == 2,
                        body,
                    })
                    .collect(),
            }
        },
    )
}

fn authority(title_lines: &[String]) -> Authority {
    match title_lines.first() {
        Some(first) if first.starts_with("KT.") => Authority::KT,
        _ => Authority::None,
    }
}
