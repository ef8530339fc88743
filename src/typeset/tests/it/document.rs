//! Every form is typeset; what the program itself can say of the result is checked here.
//! The positions on the page are measured by an independent reader in `layout.rs`.

use trinhky_drafting::{DocType, Draft};
use trinhky_typeset::{Anchor, Options, TypesetError, Typesetter};

use crate::{drafts, options, render};

#[test]
fn the_decision_has_two_pages_and_open_places() {
    let rendered = render(&drafts::decision());
    assert_eq!(rendered.pages, 2);
    assert!(rendered.pdf.starts_with(b"%PDF-1.7"));
    let kinds: Vec<Anchor> = rendered.anchors.keys().copied().collect();
    assert_eq!(
        kinds,
        [
            Anchor::Number,
            Anchor::Day,
            Anchor::PersonSignature,
            Anchor::Seal,
            Anchor::DigitalStamp,
            Anchor::End
        ]
    );
    let (number, day) = (
        rendered.anchors[&Anchor::Number],
        rendered.anchors[&Anchor::Day],
    );
    assert_eq!((number.page, day.page), (1, 1));
    assert_eq!((number.text_size, day.text_size), (Some(13.0), Some(14.0)));
    assert!((number.baseline.unwrap() - day.baseline.unwrap()).abs() < 0.1);
    assert!(number.x + number.width < day.x);
    let (person, seal) = (
        rendered.anchors[&Anchor::PersonSignature],
        rendered.anchors[&Anchor::Seal],
    );
    assert_eq!((person.page, seal.page), (2, 2));
    let overlap = (seal.x + seal.width - person.x) / person.width;
    assert!(
        (0.25..=0.40).contains(&overlap) && seal.x < person.x,
        "{overlap}"
    );
}

#[test]
fn known_number_and_date_leave_no_open_place() {
    let rendered = render(&drafts::proposal());
    assert_eq!(rendered.pages, 1);
    assert!(!rendered.anchors.keys().any(|anchor| anchor.is_open_place()));
}

#[test]
fn places_are_reported_only_when_asked_for() {
    let options = Options {
        places: false,
        ..options()
    };
    let rendered = Typesetter::new()
        .document(&drafts::decision(), &options)
        .unwrap();
    assert!(!rendered.anchors.contains_key(&Anchor::Number));
    assert!(rendered.anchors.contains_key(&Anchor::Seal));
}

#[test]
fn without_an_expected_month_all_of_the_date_is_open() {
    let rendered = render(&Draft {
        expected_month: None,
        ..drafts::decision()
    });
    for anchor in [Anchor::Day, Anchor::Month, Anchor::Year] {
        assert!(rendered.anchors.contains_key(&anchor), "{anchor:?}");
    }
}

#[test]
fn every_type_with_nothing_in_it_and_with_everything_is_typeset() {
    for doc_type in [
        DocType::QD,
        DocType::TTR,
        DocType::BC,
        DocType::KH,
        DocType::TB,
        DocType::CV,
        DocType::GM,
        DocType::BB,
    ] {
        assert_eq!(
            render(&drafts::empty(doc_type, "")).pages,
            1,
            "{doc_type:?}"
        );
        let full = Draft {
            doc_type,
            ..drafts::report(30)
        };
        assert!(render(&full).pages >= 4, "{doc_type:?}");
    }
}

#[test]
fn the_same_draft_gives_the_same_bytes() {
    assert_eq!(
        render(&drafts::report(3)).pdf,
        render(&drafts::report(3)).pdf
    );
}

#[test]
fn a_mark_changes_nothing_but_itself() {
    let marked = Options {
        mark: Some("In từ Hệ thống".into()),
        ..options()
    };
    let with = Typesetter::new()
        .document(&drafts::decision(), &marked)
        .unwrap();
    let without = render(&drafts::decision());
    assert_eq!(
        (with.pages, &with.anchors),
        (without.pages, &without.anchors)
    );
    assert_ne!(with.pdf, without.pdf);
}

#[test]
fn a_list_of_recipients_longer_than_a_page_goes_on_to_the_next() {
    let mut draft = drafts::decision();
    let many = (1..=120).map(|n| drafts::body_line(&format!("Ủy ban nhân dân xã số {n}")));
    draft.distribution.splice(1..1, many);
    let rendered = render(&draft);
    assert_eq!(rendered.pages, 4);
    assert_eq!(rendered.anchors[&Anchor::Seal].page, 2);
}

#[test]
fn text_is_never_markup() {
    let text = "#panic() [- #x] *a* _b_ `c` $d$ @e <f> \\ // /* \"g\" 1. - + = ~ --- http://h.i";
    let draft = Draft {
        body: vec![drafts::paragraph(text)],
        subject: text.into(),
        ..drafts::proposal()
    };
    assert_eq!(render(&draft).pages, 1);
}

#[test]
fn characters_without_a_shape_are_named() {
    let draft = Draft {
        body: vec![drafts::paragraph("Đạt 👍 và 漢")],
        ..drafts::proposal()
    };
    let error = Typesetter::new().document(&draft, &options()).unwrap_err();
    assert_eq!(
        error,
        TypesetError::MissingCharacters {
            characters: vec!['漢', '👍']
        }
    );
    assert!(error.to_string().contains("U+6F22"));
}
