//! Ten well-formed documents of all types: nothing left over, no error, no warning, and the same after every export.

use trinhky_drafting::{DocType, Imported, Severity, check, docx, import, markdown};

use crate::seed::imported;

const SAMPLES: [(&str, DocType, &[u8]); 10] = [
    (
        "01-quyet-dinh-kt.md",
        DocType::QD,
        include_bytes!("../../fixtures/sample/01-quyet-dinh-kt.md"),
    ),
    (
        "02-quyet-dinh-tap-the.md",
        DocType::QD,
        include_bytes!("../../fixtures/sample/02-quyet-dinh-tap-the.md"),
    ),
    (
        "03-to-trinh.txt",
        DocType::TTR,
        include_bytes!("../../fixtures/sample/03-to-trinh.txt"),
    ),
    (
        "04-bao-cao.md",
        DocType::BC,
        include_bytes!("../../fixtures/sample/04-bao-cao.md"),
    ),
    (
        "05-ke-hoach.txt",
        DocType::KH,
        include_bytes!("../../fixtures/sample/05-ke-hoach.txt"),
    ),
    (
        "06-thong-bao.md",
        DocType::TB,
        include_bytes!("../../fixtures/sample/06-thong-bao.md"),
    ),
    (
        "07-cong-van.txt",
        DocType::CV,
        include_bytes!("../../fixtures/sample/07-cong-van.txt"),
    ),
    (
        "08-giay-moi.md",
        DocType::GM,
        include_bytes!("../../fixtures/sample/08-giay-moi.md"),
    ),
    (
        "09-bien-ban.txt",
        DocType::BB,
        include_bytes!("../../fixtures/sample/09-bien-ban.txt"),
    ),
    (
        "10-quyet-dinh-kem-quy-che.md",
        DocType::QD,
        include_bytes!("../../fixtures/sample/10-quyet-dinh-kem-quy-che.md"),
    ),
];

#[test]
fn each_is_recognised_as_it_stands() {
    for (name, doc_type, bytes) in SAMPLES {
        let read = imported(name, bytes);
        assert!(read.unplaced.is_empty(), "{name}: {:?}", read.unplaced);
        assert_eq!(read.draft.doc_type, doc_type, "{name}");
        insta::assert_snapshot!(
            name.split('.').next().unwrap_or(name),
            serde_json::to_string_pretty(&read.draft).unwrap_or_default()
        );
    }
}

#[test]
fn the_checker_has_no_error_and_no_warning_about_them() {
    for (name, _, bytes) in SAMPLES {
        let found: Vec<_> = check(&imported(name, bytes))
            .into_iter()
            .filter(|f| f.severity <= Severity::Warning)
            .collect();
        assert!(found.is_empty(), "{name}: {found:#?}");
    }
}

#[test]
fn each_is_the_same_after_an_export() {
    for (name, _, bytes) in SAMPLES {
        let read = imported(name, bytes);
        let text = markdown(&read.draft);
        assert_eq!(
            imported("a.md", text.as_bytes()),
            read,
            "{name} by Markdown"
        );
        assert_eq!(
            import("a.docx", &docx(&read.draft).unwrap_or_default()),
            Ok::<Imported, _>(read),
            "{name} by Word"
        );
    }
}
