//! What is exported is read back as the same draft.

use proptest::prelude::*;
use trinhky_drafting::{Imported, import, markdown};

use crate::any_draft::draft;
use crate::seed::seed;

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn markdown_of_any_draft_is_read_back(draft in draft()) {
        let text = markdown(&draft);
        prop_assert_eq!(import("a.md", text.as_bytes()), Ok(Imported { draft, unplaced: Vec::new() }), "{}", text);
    }
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
