//! The decree's own model forms (Annex III), filled in: everything finds its place, and the checker has no error about them.

use trinhky_drafting::{DocType, Imported, Severity, check, docx, import};

use crate::seed::imported;

const FORMS: [(&str, DocType, &[u8]); 6] = [
    (
        "mau-1.2.docx",
        DocType::QD,
        include_bytes!("../../fixtures/official/mau-1.2.docx"),
    ),
    (
        "mau-1.3.docx",
        DocType::QD,
        include_bytes!("../../fixtures/official/mau-1.3.docx"),
    ),
    (
        "mau-1.4.docx",
        DocType::TB,
        include_bytes!("../../fixtures/official/mau-1.4.docx"),
    ),
    (
        "mau-1.5.docx",
        DocType::CV,
        include_bytes!("../../fixtures/official/mau-1.5.docx"),
    ),
    (
        "mau-1.7.docx",
        DocType::GM,
        include_bytes!("../../fixtures/official/mau-1.7.docx"),
    ),
    (
        "mau-1.9.docx",
        DocType::BB,
        include_bytes!("../../fixtures/official/mau-1.9.docx"),
    ),
];

#[test]
fn each_form_is_read_as_what_it_is() {
    for (name, doc_type, bytes) in FORMS {
        let read = imported(name, bytes);
        assert_eq!(read.draft.doc_type, doc_type, "{name}");
        insta::assert_snapshot!(
            name.trim_end_matches(".docx"),
            serde_json::to_string_pretty(&read).unwrap_or_default()
        );
    }
}

#[test]
fn the_checker_has_no_error_about_them() {
    for (name, _, bytes) in FORMS {
        let found: Vec<_> = check(&imported(name, bytes))
            .into_iter()
            .filter(|finding| finding.severity == Severity::Error)
            .collect();
        assert!(found.is_empty(), "{name}: {found:#?}");
    }
}

#[test]
fn each_is_the_same_after_an_export() {
    for (name, _, bytes) in FORMS {
        let mut read = imported(name, bytes);
        read.unplaced.clear();
        assert_eq!(
            import("a.docx", &docx(&read.draft).unwrap_or_default()),
            Ok::<Imported, _>(read),
            "{name}"
        );
    }
}
