//! Writes another target into the sentence that an indicator was read from.
//!
//! The text is changed as a drafter would change it, and read again: only when the new sentence says exactly what is wanted,
//! and every other indicator still says what it said, is the change given back.

use super::measure::figures;
use super::{Comparator, Fraction, Indicator, Objective, Unit, propose};
use crate::model::{Block, Clause, Draft};
use crate::text::fold;

/// Why the text cannot be changed by itself; a person has to rewrite the sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CannotRetarget {
    /// The text has no such indicator any more.
    Gone,
    /// The sentence says its target in words (`không có đơn thư …`), or shares the figure of another demand.
    NoFigure,
    /// A changed figure would be read as something else, or would change another indicator, too.
    Unclear,
}

/// The draft with another target in the words of one indicator.
///
/// # Errors
/// Why a person has to rewrite the sentence.
pub fn retarget(
    draft: &Draft,
    indicator_id: &str,
    comparator: Comparator,
    target: Fraction,
) -> Result<Draft, CannotRetarget> {
    let before = propose(draft);
    let (objective, indicator) = before
        .iter()
        .find_map(|objective| {
            let of = |indicator: &&Indicator| indicator.id == indicator_id;
            Some((objective, objective.indicators.iter().find(of)?))
        })
        .ok_or(CannotRetarget::Gone)?;
    let sentence = rewritten(indicator, comparator, target).ok_or(CannotRetarget::NoFigure)?;
    let mut changed = draft.clone();
    let piece = clause_mut(&mut changed, objective.clause)
        .and_then(|clause| piece_mut(clause, &indicator.source))
        .ok_or(CannotRetarget::Unclear)?;
    *piece = piece.replacen(&indicator.source, &sentence, 1);
    let after = propose(&changed);
    let (was, is) = (all_of(&before), all_of(&after));
    let as_wanted = was.len() == is.len()
        && was.iter().zip(&is).all(|(was, is)| {
            let (comparator, target) = if was.id == indicator_id {
                (comparator, target)
            } else {
                (was.comparator, was.target)
            };
            was.id == is.id && is.comparator == comparator && is.target.equals(target)
        });
    if as_wanted {
        Ok(changed)
    } else {
        Err(CannotRetarget::Unclear)
    }
}

fn all_of(objectives: &[Objective]) -> Vec<&Indicator> {
    objectives
        .iter()
        .flat_map(|objective| &objective.indicators)
        .collect()
}

/// The sentence with the new figure; with new words of comparison only where the comparison changes.
fn rewritten(indicator: &Indicator, comparator: Comparator, target: Fraction) -> Option<String> {
    let text = &indicator.source;
    let figure = figures(text).into_iter().next()?;
    if figure.unit != indicator.unit {
        return None;
    }
    let number = written(target, indicator.unit)?;
    let contradicts = !super::contradictions(text).is_empty();
    let same = comparator == indicator.comparator && !contradicts;
    if same {
        return Some(format!(
            "{}{number}{}",
            &text[..figure.start],
            &text[figure.end..]
        ));
    }
    let (start, end) = with_comparison(text, figure.start, figure.end);
    let phrase = match comparator {
        Comparator::Ge => format!("từ {number} trở lên"),
        Comparator::Gt => format!("trên {number}"),
        Comparator::Le => format!("không quá {number}"),
        Comparator::Lt => format!("dưới {number}"),
        Comparator::Eq => number,
    };
    let phrase = if text[start..].starts_with(char::is_uppercase) {
        crate::text::upper_first(&phrase)
    } else {
        phrase
    };
    Some(format!("{}{phrase}{}", &text[..start], &text[end..]))
}

/// Words of comparison that stand right before a figure, longer ones first.
const LEADS: [&str; 17] = [
    "không vượt quá",
    "không thấp hơn",
    "không ít hơn",
    "không dưới",
    "nhiều nhất",
    "không quá",
    "không hơn",
    "tối thiểu",
    "thấp hơn",
    "ít nhất",
    "tối đa",
    "trên",
    "vượt",
    "dưới",
    "hơn",
    "quá",
    "từ",
];
/// Words of comparison that stand right after it.
const TAILS: [&str; 2] = ["trở lên", "trở xuống"];

/// The place of a figure widened by the words of comparison around it.
fn with_comparison(text: &str, start: usize, end: usize) -> (usize, usize) {
    let before = text[..start].trim_end();
    let lead = LEADS
        .iter()
        .filter_map(|lead| ends_with_words(before, lead))
        .next();
    let after = &text[end..];
    let rest = after.trim_start();
    let tail = TAILS
        .iter()
        .find(|tail| fold(rest).starts_with(*tail))
        .map(|tail| end + (after.len() - rest.len()) + prefix_of(rest, tail.chars().count()));
    (lead.unwrap_or(start), tail.unwrap_or(end))
}

/// Where the words begin at the end of the text, whatever their capitals.
fn ends_with_words(text: &str, words: &str) -> Option<usize> {
    let count = words.chars().count();
    let (at, _) = text.char_indices().rev().nth(count.checked_sub(1)?)?;
    let alone = text[..at].is_empty() || text[..at].ends_with(char::is_whitespace);
    (alone && fold(&text[at..]) == words).then_some(at)
}

/// Bytes of the first `count` characters.
fn prefix_of(text: &str, count: usize) -> usize {
    text.char_indices()
        .nth(count)
        .map_or(text.len(), |(at, _)| at)
}

/// As texts write it: a count with two digits at least.
fn written(target: Fraction, unit: Unit) -> Option<String> {
    let number = target.written(unit)?;
    Some(match unit {
        Unit::Count => format!("{number:0>2}"),
        Unit::Percent => number,
    })
}

fn clause_mut(draft: &mut Draft, (article, clause): (u32, u32)) -> Option<&mut Clause> {
    draft.body.iter_mut().find_map(|block| match block {
        Block::Article(found) if found.number == article => found
            .clauses
            .iter_mut()
            .find(|found| found.number == clause),
        _ => None,
    })
}

/// The clause's own words or those of the point in which the sentence stands.
fn piece_mut<'a>(clause: &'a mut Clause, sentence: &str) -> Option<&'a mut String> {
    std::iter::once(&mut clause.text)
        .chain(clause.points.iter_mut().map(|point| &mut point.text))
        .find(|text| text.contains(sentence))
}
