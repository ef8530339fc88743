//! The issuer's name inside a sentence.

use crate::model::{Block, Draft};

/// The issuer as sentences write it: `Ủy ban nhân dân huyện Cao Lộc`. The header has it in capitals only, so it is looked for in
/// the document's own sentences; where none has it, the capitals stay.
#[must_use]
pub fn issuer_in_text(draft: &Draft) -> String {
    found_in(&draft.issuer.join(" "), sentences(draft))
}

fn found_in<'a>(issuer: &str, sentences: impl IntoIterator<Item = &'a str>) -> String {
    let wanted: Vec<char> = issuer.chars().flat_map(char::to_lowercase).collect();
    sentences
        .into_iter()
        .find_map(|sentence| find_ignoring_case(sentence, &wanted).filter(|found| found != issuer))
        .unwrap_or_else(|| issuer.to_owned())
}

fn find_ignoring_case(sentence: &str, wanted: &[char]) -> Option<String> {
    let letters: Vec<char> = sentence.chars().collect();
    if wanted.is_empty() {
        return None;
    }
    letters
        .windows(wanted.len())
        .find(|window| {
            window[0].is_uppercase()
                && window
                    .iter()
                    .flat_map(|c| c.to_lowercase())
                    .eq(wanted.iter().copied())
        })
        .map(|window| window.iter().collect())
}

fn sentences(draft: &Draft) -> impl Iterator<Item = &str> {
    let opening = draft.body.iter().filter_map(|block| match block {
        Block::Article(article) => Some(article.text.as_str()),
        Block::Paragraph { text } => Some(text.as_str()),
        Block::Clause(clause) => Some(clause.text.as_str()),
        Block::Heading { .. } | Block::Table(_) => None,
    });
    std::iter::once(draft.subject.as_str())
        .chain(draft.legal_basis.iter().map(String::as_str))
        .chain(opening)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_issuer_is_found_in_the_documents_sentences() {
        let issuer = "ỦY BAN NHÂN DÂN HUYỆN CAO LỘC";
        let sentences = [
            "theo CHỦ TỊCH",
            "của Ủy ban nhân dân huyện Cao Lộc năm 2023",
        ];
        assert_eq!(found_in(issuer, sentences), "Ủy ban nhân dân huyện Cao Lộc");
        assert_eq!(found_in(issuer, ["không có"]), issuer);
    }
}
