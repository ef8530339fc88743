//! What is exported is read back as the same draft.

use proptest::prelude::*;
use trinhky_drafting::{Draft, Imported, Line, docx, import, markdown};

use crate::any_draft::draft;
use crate::seed::seed;

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn markdown_of_any_draft_is_read_back(draft in draft()) {
        let text = markdown(&draft);
        prop_assert_eq!(import("a.md", text.as_bytes()), Ok(Imported { draft, unplaced: Vec::new() }), "{}", text);
    }

    #[test]
    fn word_of_any_draft_is_read_back(mut draft in draft()) {
        // Word has no place for a number that the words of the line do not say.
        for line in &mut draft.distribution {
            if let Line::AsArticle { article, text } = line {
                *text = format!("Như Điều {article}");
            }
        }
        prop_assert_eq!(read_back(&draft), Imported { draft, unplaced: Vec::new() });
    }
}

fn read_back(draft: &Draft) -> Imported {
    let bytes = docx(draft).unwrap_or_default();
    import("a.docx", &bytes).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn word_of_the_decision_is_read_back() {
    assert_eq!(read_back(&seed().draft), seed());
}

#[test]
fn equal_drafts_give_equal_files() {
    assert_eq!(docx(&seed().draft).ok(), docx(&seed().draft).ok());
}

#[test]
fn markdown_of_the_decision_needs_no_hints() {
    let text = markdown(&seed().draft);
    assert!(!text.contains("<!--"));
    assert_eq!(
        import("a.md", text.as_bytes()).map(|read| read.draft),
        Ok(seed().draft)
    );
    insta::assert_snapshot!("seed_markdown", text);
}
