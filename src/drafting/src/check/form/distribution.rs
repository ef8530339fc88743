//! The distribution list.

use super::{articles, executing_article};
use crate::check::{Context, Hit};
use crate::model::{DocType, Line};
use crate::text::fold;

/// `Như điều 3` with a small letter.
pub(in crate::check) fn as_article_capital(context: &Context, hits: &mut Vec<Hit>) {
    for (index, line) in context.draft.distribution.iter().enumerate() {
        if let Line::AsArticle { text, .. } = line
            && text.contains("điều")
        {
            hits.push(Hit::at(&line_place(index), text).fix(text.replace("điều", "Điều")));
        }
    }
}

/// `Như Điều n` of an article that does not exist.
pub(in crate::check) fn as_article_exists(context: &Context, hits: &mut Vec<Hit>) {
    for (index, line) in context.draft.distribution.iter().enumerate() {
        if let Line::AsArticle { article, text } = line
            && !articles(context).any(|found| found.number == *article)
        {
            let hit = Hit::at(&line_place(index), text);
            hits.push(match executing_article(context) {
                Some(right) => hit.fix(format!("Như Điều {right}")),
                None => hit,
            });
        }
    }
}

/// An article makes bodies responsible and no line sends the decision to them; addressees without `Như trên`.
pub(in crate::check) fn recipients(context: &Context, hits: &mut Vec<Hit>) {
    let lines = &context.draft.distribution;
    if lines.is_empty() {
        return;
    }
    let to_article = lines
        .iter()
        .any(|line| matches!(line, Line::AsArticle { .. }));
    if let Some(number) = executing_article(context).filter(|_| !to_article) {
        hits.push(
            Hit::at("Nơi nhận", &format!("Như Điều {number}"))
                .advise(format!("- Như Điều {number};")),
        );
    }
    let to_above = lines
        .iter()
        .any(|line| matches!(line, Line::AsAbove { .. }));
    if !context.draft.addressed_to.is_empty() && !to_above {
        hits.push(Hit::at("Nơi nhận", "Như trên").advise("- Như trên;"));
    }
}

/// `Lưu: VT` of a committee or council, without the unit that drafted.
pub(in crate::check) fn archive_unit(context: &Context, hits: &mut Vec<Hit>) {
    let issuer = context.draft.symbol.rsplit('-').next().unwrap_or_default();
    let by_unit = context.draft.doc_type != DocType::CV && !matches!(issuer, "UBND" | "HĐND");
    for (index, line) in context.draft.distribution.iter().enumerate() {
        if let Line::Archive { text } = line
            && !by_unit
            && fold(text)
                .trim_start_matches("lưu")
                .trim_start_matches([':', ' '])
                .trim()
                == "vt"
        {
            let unit = drafting_unit(context).unwrap_or_else(|| "<đơn vị soạn thảo>".to_owned());
            let hit = Hit::at(&line_place(index), text);
            let right = format!("{text}, {unit}");
            hits.push(if unit.starts_with('<') {
                hit.advise(right)
            } else {
                hit.fix(right)
            });
        }
    }
}

/// No archive line, or not as the last.
pub(in crate::check) fn archive_last(context: &Context, hits: &mut Vec<Hit>) {
    let lines = &context.draft.distribution;
    if !lines.is_empty() && !matches!(lines.last(), Some(Line::Archive { .. })) {
        hits.push(Hit::at("Nơi nhận", "Lưu").advise("- Lưu: VT, <đơn vị soạn thảo>."));
    }
}

/// The unit that proposed: `Tờ trình số 92/TTr-VP` among the bases gives `VP`.
fn drafting_unit(context: &Context) -> Option<String> {
    let text = context.draft.legal_basis.last()?;
    let at = text.find("/TTr-")?;
    let unit: String = text[at + "/TTr-".len()..]
        .chars()
        .take_while(|c| c.is_alphanumeric())
        .collect();
    (!unit.is_empty()).then_some(unit)
}

fn line_place(index: usize) -> String {
    format!("Nơi nhận dòng {}", index + 1)
}
