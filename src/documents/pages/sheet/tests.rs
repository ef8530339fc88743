//! The editor's fields and drafts are the same thing in two forms.

use trinhky_drafting::{Annex, Article, Block, Line, Table};

use super::markup::{clause, line};
use super::*;
use crate::web::views::documents::ArticleFields;

const SEED: &[u8] = include_bytes!("../../../drafting/fixtures/decision-2023.md");

fn seed() -> Draft {
    trinhky_drafting::import("decision-2023.md", SEED)
        .expect("the seed is read")
        .draft
}

/// The pairs that a browser would send.
fn pairs(sheet: &Sheet) -> Pairs {
    let form = sheet.form("/x", "1");
    let mut names: Vec<String> = SINGLE.iter().map(|name| (*name).to_owned()).collect();
    names.extend(
        sheet
            .legal_basis(Lang::Vi)
            .into_iter()
            .map(|part| part.name),
    );
    let all = |articles: Vec<ArticleFields>| {
        articles.into_iter().flat_map(|article| {
            std::iter::once(article.article.name)
                .chain(article.clauses.into_iter().map(|part| part.name))
        })
    };
    names.extend(all(sheet.articles(Lang::Vi)));
    for annex in sheet.annex_fields(Lang::Vi) {
        names.push(annex.title.name);
        if annex.attached {
            names.push(format!("{}attached", annex.prefix));
        }
        names.extend(all(annex.parts));
    }
    names.push("distribution".to_owned());
    names
        .into_iter()
        .map(|name| (name.clone(), form.value(&name).replace('\n', "\r\n")))
        .collect()
}

fn again(draft: &Draft) -> Draft {
    Sheet::sent(&pairs(&Sheet::of(draft))).draft(draft)
}

#[test]
fn an_untouched_form_is_the_same_draft() {
    assert_eq!(again(&seed()), seed());
}

#[test]
fn every_kind_of_block_comes_back() {
    let mut draft = seed();
    draft.body = vec![
        Block::Heading {
            level: 1,
            label: "I.".to_owned(),
            text: "SỰ CẦN THIẾT".to_owned(),
        },
        Block::Heading {
            level: 2,
            label: String::new(),
            text: "Không số".to_owned(),
        },
        Block::Paragraph {
            text: "Văn phòng kính trình.".to_owned(),
        },
        Block::Clause(clause(3, "Nội dung\na) một\nđ) năm")),
        Block::Table(Table {
            caption: Some("Biểu 1".to_owned()),
            header: vec!["TT".to_owned(), "A|B".to_owned()],
            rows: vec![vec!["1".to_owned(), String::new()]],
            widths: vec![1, 4],
            landscape: true,
        }),
        Block::Article(Article {
            number: 1,
            title: Some("Tên điều".to_owned()),
            text: "Mở đầu:".to_owned(),
            clauses: vec![clause(1, "Khoản một")],
            tail: vec!["Đoạn cuối.".to_owned()],
        }),
    ];
    draft.annexes = vec![Annex {
        label: "Phụ lục".to_owned(),
        title: "Biểu chỉ tiêu".to_owned(),
        attached: false,
        body: draft.body.clone(),
    }];
    draft.addressed_to = vec!["Chủ tịch UBND huyện".to_owned(), "Sở Nội vụ".to_owned()];
    draft.urgency = trinhky_drafting::Urgency::ThuongKhan;
    draft.circulation = trinhky_drafting::Circulation::Internal;
    draft.drafter_mark = "PL.(300)".to_owned();
    draft.contact = vec!["Khối 6, thị trấn Cao Lộc".to_owned(), "ĐT: 0205".to_owned()];
    assert_eq!(again(&draft), draft);
    let Block::Clause(found) = &draft.body[3] else {
        panic!("a clause")
    };
    assert_eq!(found.points.len(), 2);
}

#[test]
fn moving_removing_and_adding_number_anew() {
    let mut sheet = Sheet::of(&seed());
    let second = sheet.body.0[0].clauses[1].clone();
    assert!(sheet.change("up:article.0.1", DocType::QD));
    assert!(sheet.change("remove:legal_basis.0", DocType::QD));
    assert!(sheet.change("add:part", DocType::QD));
    assert!(!sheet.change("up:article.0", DocType::QD));
    assert!(!sheet.change("remove:legal_basis.99", DocType::QD));
    let changed = Sheet::sent(&pairs(&sheet)).draft(&seed());
    assert_eq!(changed.legal_basis.len(), seed().legal_basis.len() - 1);
    // What is added and left empty is nothing.
    assert_eq!(changed.body.len(), seed().body.len());
    assert_eq!(changed.distribution, seed().distribution);
    let Block::Article(article) = &changed.body[0] else {
        panic!("an article")
    };
    assert_eq!(
        (article.clauses[0].number, &article.clauses[0].text),
        (1, &second)
    );
}

#[test]
fn a_text_that_is_issued_stands_before_the_annexes_and_has_no_number() {
    let mut sheet = Sheet::of(&seed());
    for verb in ["add:annex", "add:attached", "add:annex.0.article"] {
        assert!(sheet.change(verb, DocType::QD), "{verb}");
    }
    let mut sent = pairs(&sheet);
    for (name, text) in &mut sent {
        match name.as_str() {
            "annex.0" => *text = "QUY CHẾ Làm việc".to_owned(),
            "annex.0.article.0" => *text = "Phạm vi".to_owned(),
            "annex.1" => *text = "Biểu".to_owned(),
            _ => {}
        }
    }
    let draft = Sheet::sent(&sent).draft(&seed());
    let [regulation, annex] = &draft.annexes[..] else {
        panic!("two parts")
    };
    assert!(regulation.attached && !annex.attached);
    assert_eq!(regulation.type_and_subject(), ("QUY CHẾ", "Làm việc"));
    assert_eq!((regulation.label.as_str(), annex.label.as_str()), ("", ""));
    assert_eq!(again(&draft), draft);
}

#[test]
fn annexes_are_added_filled_and_numbered() {
    let mut sheet = Sheet::of(&seed());
    for verb in [
        "add:annex",
        "add:annex.0.table",
        "add:annex",
        "add:annex.1.article",
        "add:annex.1.article.0",
    ] {
        assert!(sheet.change(verb, DocType::QD), "{verb}");
    }
    let mut sent = pairs(&sheet);
    for (name, text) in &mut sent {
        match name.as_str() {
            "annex.0" => *text = "Biểu chỉ tiêu".to_owned(),
            "annex.0.table.0" => *text = "(trang ngang)\nTT | Chỉ tiêu\n1 | 98%".to_owned(),
            "annex.1" => *text = "Quy chế".to_owned(),
            "annex.1.article.0.0" => *text = "Phạm vi".to_owned(),
            _ => {}
        }
    }
    let draft = Sheet::sent(&sent).draft(&seed());
    let labels: Vec<_> = draft
        .annexes
        .iter()
        .map(|annex| annex.label.as_str())
        .collect();
    assert_eq!(labels, ["Phụ lục I", "Phụ lục II"]);
    assert!(
        matches!(&draft.annexes[0].body[..], [Block::Table(table)] if table.landscape && table.rows.len() == 1)
    );
    assert!(
        matches!(&draft.annexes[1].body[..], [Block::Article(article)] if article.clauses.len() == 1)
    );
    let mut sheet = Sheet::of(&draft);
    assert!(sheet.change("remove:annex.0", DocType::QD));
    assert_eq!(sheet.draft(&draft).annexes[0].label, "");
}

#[test]
fn a_month_that_is_none_is_refused_and_not_lost() {
    let mut sent = pairs(&Sheet::of(&seed()));
    for (name, text) in &mut sent {
        if name == "month" {
            *text = "13/2023".to_owned();
        }
    }
    let sheet = Sheet::sent(&sent);
    assert!(sheet.check().is_err());
    assert_eq!(sheet.form("/x", "1").value("month"), "13/2023");
}

#[test]
fn a_new_line_is_understood_by_its_words() {
    let kinds = |text: &str| line(text, &seed());
    assert!(
        matches!(kinds("- Như Điều 2;"), Some(Line::AsArticle { article: 2, text }) if text == "Như Điều 2")
    );
    assert!(matches!(kinds("Lưu: VT, NV."), Some(Line::Archive { text }) if text == "Lưu: VT, NV"));
    assert!(matches!(kinds("Sở Tư pháp;"), Some(Line::Body { text }) if text == "Sở Tư pháp"));
    assert_eq!(kinds("- ;"), None);
}

#[test]
fn findings_lead_to_their_field() {
    let sheet = Sheet::of(&seed());
    assert_eq!(sheet.field_at("Điều 1 khoản 3"), "article.0.2");
    assert_eq!(sheet.field_at("Điều 2"), "article.1");
    assert_eq!(sheet.field_at("căn cứ 2"), "legal_basis.1");
    assert_eq!(sheet.field_at("Nơi nhận dòng 1"), "distribution");
    assert_eq!(sheet.field_at("trích yếu"), "subject");
    assert_eq!(sheet.field_at("Điều 12"), "");
}

#[test]
fn a_whole_letter_typed_into_one_field_keeps_its_lines() {
    let mut sheet = Sheet::of(&seed());
    sheet.body.0.clear();
    assert!(sheet.change("add:paragraph", DocType::CV));
    let mut sent = pairs(&sheet);
    let typed = "Ủy ban nhân dân huyện đề nghị:\r\n\r\nI. NỘI DUNG\r\n1. Kết quả:\r\na) hồ sơ;\r\nb) phản ánh.\r\n2. Kiến nghị.\r\n1.250 hồ sơ là của cả năm./.";
    sent.push(("paragraph.0".to_owned(), typed.to_owned()));
    let draft = Sheet::sent(&sent).draft(&seed());
    let [first, heading, one, two, last] = &draft.body[..] else {
        panic!("five parts: {:?}", draft.body)
    };
    let paragraph = |text: &str| Block::Paragraph {
        text: text.to_owned(),
    };
    assert_eq!(*first, paragraph("Ủy ban nhân dân huyện đề nghị:"));
    assert!(
        matches!(heading, Block::Heading { level: 1, label, text } if label == "I." && text == "NỘI DUNG")
    );
    assert!(matches!(one, Block::Clause(clause) if clause.number == 1 && clause.points.len() == 2));
    assert!(
        matches!(two, Block::Clause(clause) if clause.number == 2 && clause.text == "Kiến nghị.")
    );
    assert_eq!(*last, paragraph("1.250 hồ sơ là của cả năm./."));
    assert_eq!(again(&draft), draft);
}

#[test]
fn an_article_typed_into_one_field_has_clauses_and_lines() {
    let article = |typed: &str| {
        let mut sheet = Sheet::of(&seed());
        sheet.body.0.truncate(1);
        sheet.body.0[0].clauses.clear();
        sheet.body.0[0].text = typed.to_owned();
        match sheet.draft(&seed()).body.remove(0) {
            Block::Article(article) => article,
            other => panic!("{other:?}"),
        }
    };
    let numbered = article("Nhiệm vụ:\n1. Một:\na) x\n2. Hai\n\nĐoạn cuối.");
    assert_eq!(
        (numbered.text.as_str(), numbered.clauses.len()),
        ("Nhiệm vụ:", 2)
    );
    assert_eq!(numbered.clauses[0].points.len(), 1);
    assert_eq!(numbered.tail, ["Đoạn cuối."]);
    let lines = article("Gồm:\n- Ông A;\n- Bà B.");
    assert_eq!(
        (lines.text.as_str(), &lines.tail[..]),
        ("Gồm:", &["- Ông A;".to_owned(), "- Bà B.".to_owned()][..])
    );
}

#[test]
fn a_heading_is_numbered_as_it_is_typed() {
    let mut sheet = Sheet::of(&seed());
    for (verb, text) in [
        ("add:heading2", "II. KẾT QUẢ"),
        ("add:heading2", "2.1. Hồ sơ"),
        ("add:heading2", "Không số"),
    ] {
        assert!(sheet.change(verb, DocType::BC));
        sheet.body.0.last_mut().expect("the heading").text = text.to_owned();
    }
    let draft = sheet.draft(&seed());
    let levels: Vec<(u8, &str)> = draft
        .body
        .iter()
        .filter_map(|block| match block {
            Block::Heading { level, label, .. } => Some((*level, label.as_str())),
            _ => None,
        })
        .collect();
    assert_eq!(levels, [(1, "II."), (3, "2.1."), (2, "")]);
    assert_eq!(again(&draft), draft);
}

#[test]
fn what_is_chosen_beside_a_list_is_taken_in_by_any_button() {
    let mut sent = pairs(&Sheet::of(&seed()));
    sent.push((
        "new_basis".to_owned(),
        "Căn cứ Luật Lưu trữ ngày 21 tháng 6 năm 2024".to_owned(),
    ));
    sent.push(("new_line".to_owned(), "Sở Nội vụ; Sở Tư pháp".to_owned()));
    let mut sheet = Sheet::sent(&sent);
    assert!(sheet.take_chosen());
    let draft = sheet.draft(&seed());
    let count = draft.legal_basis.len();
    assert_eq!(count, seed().legal_basis.len() + 1);
    // The proposal stays last, and so does the archive line.
    assert_eq!(
        draft.legal_basis[count - 2],
        "Căn cứ Luật Lưu trữ ngày 21 tháng 6 năm 2024;"
    );
    let [.., office, justice, archive] = &draft.distribution[..] else {
        panic!("three lines")
    };
    assert_eq!((office.text(), justice.text()), ("Sở Nội vụ", "Sở Tư pháp"));
    assert!(matches!(archive, Line::Archive { .. }));
    assert!(!Sheet::sent(&pairs(&sheet)).take_chosen());
}
