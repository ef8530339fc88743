//! What changed between two drafts is told by words, in its place.

use trinhky_drafting::{Block, Draft, Kept, Line, compare};

fn seed() -> Draft {
    crate::seed::seed().draft
}

fn told(before: &Draft, after: &Draft) -> Vec<String> {
    compare(before, after)
        .into_iter()
        .map(|passage| {
            let words: String = passage
                .pieces
                .into_iter()
                .map(|(kept, text)| match kept {
                    Kept::Same => text,
                    Kept::Removed => format!("[-{text}-]"),
                    Kept::Added => format!("[+{text}+]"),
                })
                .collect();
            format!("{}: {words}", passage.place)
        })
        .collect()
}

#[test]
fn equal_drafts_have_nothing_to_tell() {
    assert!(compare(&seed(), &seed()).is_empty());
}

#[test]
fn a_changed_target_is_told_by_its_words() {
    let mut after = seed();
    let Some(Block::Article(article)) = after.body.first_mut() else {
        panic!("an article");
    };
    article.clauses[0].text = article.clauses[0].text.replace("98%", "99%");
    let told = told(&seed(), &after);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("Điều 1 khoản 1: "), "{told:?}");
    assert!(told[0].contains("[-98%-][+99%+]"), "{told:?}");
}

#[test]
fn a_clause_put_in_between_leaves_the_others_alone() {
    let mut after = seed();
    let Some(Block::Article(article)) = after.body.first_mut() else {
        panic!("an article");
    };
    let mut clause = article.clauses[0].clone();
    clause.text = "Không để mất hồ sơ.".to_owned();
    article.clauses.insert(1, clause);
    for (number, clause) in (1..).zip(&mut article.clauses) {
        clause.number = number;
    }
    assert_eq!(
        told(&seed(), &after),
        ["Điều 1 khoản 2: [+Không để mất hồ sơ.+]"]
    );
}

#[test]
fn recipients_and_signer_are_compared_too() {
    let mut after = seed();
    after.distribution.insert(
        1,
        Line::Body {
            text: "Sở Nội vụ".to_owned(),
        },
    );
    after.signer.title_lines = vec!["KT. CHỦ TỊCH".to_owned(), "PHÓ CHỦ TỊCH".to_owned()];
    assert_eq!(
        told(&seed(), &after),
        [
            "Nơi nhận dòng 2: [+Sở Nội vụ+]",
            "chức vụ người ký: [+KT. CHỦ TỊCH / PHÓ +]CHỦ TỊCH"
        ]
    );
}
