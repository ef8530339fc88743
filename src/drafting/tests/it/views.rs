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

#[test]
fn the_word_file_has_the_measures_of_the_forms_and_no_direct_formatting() {
    use std::io::{Cursor, Read as _};
    let bytes = trinhky_drafting::docx(&seed().draft).unwrap_or_default();
    let Ok(mut package) = zip::ZipArchive::new(Cursor::new(bytes)) else {
        panic!("no package")
    };
    let mut part = |name: &str| {
        let mut text = String::new();
        assert!(
            package
                .by_name(name)
                .is_ok_and(|mut file| file.read_to_string(&mut text).is_ok()),
            "{name}"
        );
        assert!(
            roxmltree::Document::parse(&text).is_ok(),
            "{name} is no XML"
        );
        text
    };
    let document = part("word/document.xml");
    // LAY-30.
    assert!(document.contains(r#"<w:pgSz w:w="11906" w:h="16838"/>"#));
    assert!(
        document.contains(r#"<w:pgMar w:top="1418" w:right="1134" w:bottom="1134" w:left="1701""#)
    );
    for direct in [
        "<w:b/>",
        "<w:i/>",
        "<w:sz ",
        "<w:jc ",
        "<w:ind ",
        "<w:spacing ",
        "<w:rFonts ",
    ] {
        assert!(!document.contains(direct), "{direct}");
    }
    let styles = part("word/styles.xml");
    assert!(styles.contains(r#"w:ascii="Times New Roman""#));
    for (style, needs) in [
        ("TK-clause", r#"<w:jc w:val="both"/>"#),
        ("TK-basis", "<w:i/>"),
        ("TK-national-title", r#"<w:sz w:val="26"/>"#),
        ("TK-line-body", r#"<w:sz w:val="22"/>"#),
    ] {
        let at = styles
            .find(&format!(r#"w:styleId="{style}""#))
            .unwrap_or_default();
        let end = styles[at..].find("</w:style>").unwrap_or_default();
        assert!(at > 0 && styles[at..at + end].contains(needs), "{style}");
    }
    for used in document
        .split(r#"<w:pStyle w:val=""#)
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
    {
        assert!(
            styles.contains(&format!(r#"w:styleId="{used}""#)),
            "{used} is not defined"
        );
    }
    part("[Content_Types].xml");
    part("word/settings.xml");
    part("word/header1.xml");
}
