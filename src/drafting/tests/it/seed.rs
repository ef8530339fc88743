//! The import of a real decision, as it was found: without header lines, with its typing mistakes.

use trinhky_drafting::{Authority, Block, DocType, Imported, Line, MonthYear, import};

pub const SEED: &str = include_str!("../../fixtures/decision-2023.md");

pub fn seed() -> Imported {
    imported("decision-2023.md", SEED.as_bytes())
}

pub fn imported(name: &str, bytes: &[u8]) -> Imported {
    match import(name, bytes) {
        Ok(imported) => imported,
        Err(error) => panic!("{name}: {error}"),
    }
}

#[test]
fn the_whole_draft_is_recognised() {
    insta::assert_snapshot!(
        "seed_import",
        serde_json::to_string_pretty(&seed()).unwrap_or_default()
    );
}

#[test]
fn nothing_is_left_over_and_every_part_is_in_its_place() {
    let Imported { draft, unplaced } = seed();
    assert!(unplaced.is_empty(), "{unplaced:?}");
    assert_eq!(draft.doc_type, DocType::QD);
    assert_eq!(draft.symbol, "QĐ-UBND");
    assert_eq!(draft.number, None);
    assert_eq!(
        draft.expected_month,
        Some(MonthYear {
            month: 3,
            year: 2023
        })
    );
    assert_eq!(draft.issuer, ["ỦY BAN NHÂN DÂN", "HUYỆN CAO LỘC"]);
    assert_eq!(draft.legal_basis.len(), 5);
    assert_eq!(draft.body.len(), 3);
    let Some(Block::Article(first)) = draft.body.first() else {
        panic!("no article")
    };
    assert_eq!(first.clauses.len(), 5);
    assert_eq!(draft.distribution.len(), 8);
    assert_eq!(
        draft.distribution.first(),
        Some(&Line::AsArticle {
            article: 3,
            text: "Như điều 3".into()
        })
    );
    assert_eq!(
        draft.distribution.last(),
        Some(&Line::Archive {
            text: "Lưu: VT".into()
        })
    );
    assert_eq!(draft.signer.authority, Authority::None);
    assert_eq!(draft.signer.title_lines, ["CHỦ TỊCH"]);
    assert_eq!(draft.signer.name, "Nguyễn Duy Anh");
}
