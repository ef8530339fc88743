//! The body: numbers, references, end mark.

use std::sync::LazyLock;

use regex::Regex;

use super::articles;
use crate::check::{Context, Hit};
use crate::import::parts::POINT_LETTERS;
use crate::model::{Block, Clause, DocType};
use crate::text::fold;
use crate::walk::Part;

/// Articles are numbered from 1 without a gap.
pub(in crate::check) fn article_numbers(context: &Context, hits: &mut Vec<Hit>) {
    for (expected, article) in (1_u32..).zip(articles(context)) {
        if article.number != expected {
            hits.push(
                Hit::at(
                    &format!("Điều {}", article.number),
                    &format!("Điều {}", article.number),
                )
                .advise(format!("Điều {expected}")),
            );
            return;
        }
    }
}

/// Clauses count from 1 in every article, points follow the alphabet.
pub(in crate::check) fn clause_numbers(context: &Context, hits: &mut Vec<Hit>) {
    for article in articles(context) {
        let place = format!("Điều {}", article.number);
        for (expected, clause) in (1_u32..).zip(&article.clauses) {
            if clause.number != expected {
                hits.push(
                    Hit::at(
                        &format!("{place} khoản {}", clause.number),
                        &format!("{}.", clause.number),
                    )
                    .advise(format!("{expected}.")),
                );
                break;
            }
        }
        for clause in &article.clauses {
            points(&format!("{place} khoản {}", clause.number), clause, hits);
        }
    }
    for block in &context.draft.body {
        if let Block::Clause(clause) = block {
            points(&format!("khoản {}", clause.number), clause, hits);
        }
    }
}

fn points(place: &str, clause: &Clause, hits: &mut Vec<Hit>) {
    for (expected, point) in POINT_LETTERS.chars().zip(&clause.points) {
        if point.letter != expected.to_string() {
            hits.push(
                Hit::at(
                    &format!("{place} điểm {}", point.letter),
                    &format!("{})", point.letter),
                )
                .advise(format!("{expected})")),
            );
            return;
        }
    }
}

/// `Điều 7 Quyết định này` where there is no article 7.
pub(in crate::check) fn cross_reference(context: &Context, hits: &mut Vec<Hit>) {
    let Some(regex) = OWN_ARTICLE.as_ref() else {
        return;
    };
    if articles(context).next().is_none() {
        return;
    }
    for piece in context.part(Part::Body) {
        for captures in regex.captures_iter(&piece.text) {
            let number = captures
                .name("n")
                .and_then(|n| n.as_str().parse::<u32>().ok());
            if let (Some(number), Some(found)) = (number, captures.get(0))
                && !articles(context).any(|article| article.number == number)
            {
                hits.push(Hit::at(&piece.place, found.as_str()));
            }
        }
    }
}

static OWN_ARTICLE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"[Đđ]iều (?P<n>\d+)(?: của)? (?:Quyết định|Quy chế|Quy định|Kế hoạch) này").ok()
});

/// The last text of the body ends with `./.`.
pub(in crate::check) fn end_mark(context: &Context, hits: &mut Vec<Hit>) {
    let texts: Vec<_> = context.part(Part::Body).collect();
    let Some(last) = texts.last() else { return };
    let marked = texts
        .iter()
        .filter(|piece| piece.text.ends_with("./."))
        .count();
    // A note in brackets may follow the mark ("(Gửi kèm: …)").
    let at_end = texts
        .iter()
        .rev()
        .find(|piece| !piece.text.starts_with('('))
        .is_some_and(|piece| piece.text.ends_with("./."));
    if marked == 0 || !at_end {
        let bare = last.text.trim_end_matches(['.', '/', ';', ' ']);
        hits.push(Hit::at(&last.place, &last.text).fix(format!("{bare}./.")));
    }
}

/// Articles without titles: allowed by the model form, asked for by Annex I.
pub(in crate::check) fn article_titles(context: &Context, hits: &mut Vec<Hit>) {
    let untitled: Vec<String> = articles(context)
        .filter(|article| article.title.is_none())
        .map(|article| article.number.to_string())
        .collect();
    if let (Some(first), Some(last)) = (untitled.first(), untitled.last()) {
        let which = if first == last {
            format!("Điều {first}")
        } else {
            format!("Điều {first} đến Điều {last}")
        };
        hits.push(Hit::at(&format!("Điều {first}"), &which));
    }
}

/// A decision that does not say from when it is in force.
pub(in crate::check) fn effect(context: &Context, hits: &mut Vec<Hit>) {
    if context.draft.doc_type != DocType::QD || articles(context).next().is_none() {
        return;
    }
    let said = context.part(Part::Body).any(|piece| {
        let folded = fold(&piece.text);
        folded.contains("có hiệu lực") || folded.contains("hiệu lực thi hành")
    });
    if !said {
        let place = articles(context)
            .last()
            .map(|article| format!("Điều {}", article.number))
            .unwrap_or_default();
        hits.push(Hit::at(&place, "").advise("Quyết định này có hiệu lực kể từ ngày ký."));
    }
}

/// An annex that the body never mentions.
pub(in crate::check) fn annex_mentioned(context: &Context, hits: &mut Vec<Hit>) {
    let body: String = context
        .part(Part::Body)
        .map(|piece| fold(&piece.text))
        .collect::<Vec<_>>()
        .join(" ");
    for annex in &context.draft.annexes {
        if !["phụ lục", "kèm theo", "ban hành kèm", "gửi kèm"]
            .iter()
            .any(|word| body.contains(word))
        {
            hits.push(Hit::at(&format!("{}, tiêu đề", annex.label), &annex.label));
        }
    }
}

pub(in crate::check) fn unplaced(context: &Context, hits: &mut Vec<Hit>) {
    for piece in &context.imported.unplaced {
        hits.push(Hit::at(&format!("dòng {}", piece.line), &piece.text));
    }
}
