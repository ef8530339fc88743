//! A decision's text carried over to another year.

use crate::model::{Article, Block, Clause, Draft};

/// The beginning of a proposal's citation; what follows it in a legal basis is of the year in which it was made.
const CITATION: &str = "Tờ trình số";

/// The same text for another year: `năm 2023` becomes `năm 2024` in the subject, the body and the titles of the annexes.
///
/// Number, day and month are open again. The legal bases are law and keep their years, but for the citation of the proposal,
/// which is left open until the new one has its number.
#[must_use]
pub fn in_year(draft: &Draft, from: i32, to: i32) -> Draft {
    let mut next = draft.clone();
    next.number = None;
    next.issued_on = None;
    next.expected_month = None;
    let (old, new) = (format!("năm {from}"), format!("năm {to}"));
    let move_on = |text: &mut String| {
        if text.contains(&old) {
            *text = text.replace(&old, &new);
        }
    };
    move_on(&mut next.subject);
    for annex in &mut next.annexes {
        move_on(&mut annex.title);
    }
    let bodies = next.annexes.iter_mut().map(|annex| &mut annex.body);
    for block in bodies.chain([&mut next.body]).flatten() {
        for text in texts(block) {
            move_on(text);
        }
    }
    for basis in &mut next.legal_basis {
        if let Some(at) = basis.find(CITATION) {
            let symbol = cited_symbol(&basis[at..]).unwrap_or_default().to_owned();
            basis.truncate(at);
            basis.push_str(&format!("{CITATION} …{symbol} ngày … tháng … {new}."));
        }
    }
    next
}

/// `/TTr-VP` of `Tờ trình số 92/TTr-VP ngày 20/3/2023.`
fn cited_symbol(citation: &str) -> Option<&str> {
    let rest = &citation[citation.find('/')?..];
    rest.split_whitespace().next()
}

fn texts(block: &mut Block) -> Vec<&mut String> {
    match block {
        Block::Paragraph { text } | Block::Heading { text, .. } => vec![text],
        Block::Clause(clause) => of_clause(clause),
        Block::Table(table) => table
            .caption
            .iter_mut()
            .chain(&mut table.header)
            .chain(table.rows.iter_mut().flatten())
            .collect(),
        Block::Article(article) => of_article(article),
    }
}

fn of_article(article: &mut Article) -> Vec<&mut String> {
    article
        .title
        .iter_mut()
        .chain([&mut article.text])
        .chain(article.clauses.iter_mut().flat_map(of_clause))
        .chain(&mut article.tail)
        .collect()
}

fn of_clause(clause: &mut Clause) -> Vec<&mut String> {
    let points = clause.points.iter_mut().map(|point| &mut point.text);
    [&mut clause.text].into_iter().chain(points).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import;

    const DECISION: &str = include_str!("../../../../templates/sample/decision-2023.md");

    #[test]
    fn the_seed_becomes_the_decision_of_the_next_year() {
        let draft = import("decision.md", DECISION.as_bytes())
            .expect("the seed is read")
            .draft;
        let next = in_year(&draft, 2023, 2024);
        assert!(next.subject.contains("năm 2024"), "{}", next.subject);
        let said = serde_json::to_string(&next.body).expect("text");
        assert!(
            said.contains("năm 2024") && !said.contains("năm 2023"),
            "{said}"
        );
        assert!(
            next.legal_basis.last().is_some_and(
                |basis| basis.ends_with("Tờ trình số …/TTr-VP ngày … tháng … năm 2024.")
            ),
            "{:?}",
            next.legal_basis
        );
        assert_eq!(
            next.legal_basis[..next.legal_basis.len() - 1],
            draft.legal_basis[..draft.legal_basis.len() - 1],
            "the law keeps its years"
        );
        assert_eq!(
            (next.number, next.issued_on, next.expected_month),
            (None, None, None)
        );
    }
}
