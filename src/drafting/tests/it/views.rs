//! The HTML view and the content hash.

use chrono::NaiveDate;
use trinhky_drafting::{Block, Line, content_hash, html};

use crate::seed::seed;

#[test]
fn the_screen_view_of_the_decision() {
    insta::assert_snapshot!("seed_html", html(&seed().draft));
}

#[test]
fn hostile_text_is_escaped_everywhere() {
    let mut draft = seed().draft;
    let evil = "<script>alert(\"x\")</script>'&";
    draft.subject = evil.into();
    draft.issuer = vec![evil.into()];
    draft.superior_agency = Some(evil.into());
    draft.symbol = evil.into();
    draft.place = evil.into();
    draft.authority_line = evil.into();
    draft.addressed_to = vec![evil.into(), evil.into()];
    draft.legal_basis = vec![evil.into()];
    draft.body.push(Block::Heading {
        level: 1,
        label: evil.into(),
        text: evil.into(),
    });
    draft.distribution = vec![Line::Body { text: evil.into() }];
    draft.signer.name = evil.into();
    draft.signer.title_lines = vec![evil.into()];
    let page = html(&draft);
    assert!(!page.contains("<script"));
    assert!(!page.contains("'&<"));
    assert!(page.matches("&lt;script&gt;").count() >= 12);
}

#[test]
fn the_hash_follows_the_content_and_not_the_number_or_date() {
    let draft = seed().draft;
    let hash = content_hash(&draft);
    let mut issued = draft.clone();
    issued.number = Some(1234);
    issued.issued_on = NaiveDate::from_ymd_opt(2023, 3, 24);
    assert_eq!(content_hash(&issued), hash);
    let mut changed = draft;
    changed.signer.name.push('h');
    assert_ne!(content_hash(&changed), hash);
    assert_eq!(hash.len(), 64);
}
