//! Dates in a text.

use std::sync::LazyLock;

use chrono::NaiveDate;
use regex::Regex;

use super::{Context, Hit};

static SHORT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?P<word>ngày\s+)?(?P<w>\b(?P<d>\d{1,2})[/\-.](?P<m>\d{1,2})[/\-.](?P<y>\d{4})\b)")
        .ok()
});
static LONG: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"ngày\s+(?P<d>\d{1,2})\s+tháng\s+(?P<m>\d{1,2})\s+năm\s+(?P<y>\d{4})").ok()
});

/// `05/3/2014` in a text, to be written `ngày 05 tháng 3 năm 2014`.
pub(super) fn short(context: &Context, hits: &mut Vec<Hit>) {
    let Some(regex) = SHORT.as_ref() else { return };
    for piece in &context.pieces {
        for captures in regex.captures_iter(&piece.text) {
            let (Some(found), Some((day, month, year))) = (captures.get(0), numbers(&captures))
            else {
                continue;
            };
            // A number and symbol such as 12/3/2014 of something else has no calendar day.
            if !possible(day, month, year) {
                continue;
            }
            hits.push(Hit::at(&piece.place, found.as_str()).fix(in_full(day, month, year)));
        }
    }
}

/// Days that no calendar has, in either form.
pub(super) fn impossible(context: &Context, hits: &mut Vec<Hit>) {
    for piece in &context.pieces {
        for regex in [SHORT.as_ref(), LONG.as_ref()].into_iter().flatten() {
            for captures in regex.captures_iter(&piece.text) {
                let (Some(found), Some((day, month, year))) = (captures.get(0), numbers(&captures))
                else {
                    continue;
                };
                let called_a_day = found.as_str().starts_with("ngày");
                if called_a_day && !possible(day, month, year) {
                    hits.push(Hit::at(&piece.place, found.as_str()));
                }
            }
        }
    }
    for unplaced in &context.imported.unplaced {
        if let Some(captures) = LONG
            .as_ref()
            .and_then(|regex| regex.captures(&unplaced.text))
            && let Some((day, month, year)) = numbers(&captures)
            && !possible(day, month, year)
        {
            hits.push(Hit::at("địa danh và thời gian", &unplaced.text));
        }
    }
}

/// Days below 10 and months 1 and 2 get a nought before them, other months do not.
pub(super) fn padding(context: &Context, hits: &mut Vec<Hit>) {
    let Some(regex) = LONG.as_ref() else { return };
    for piece in &context.pieces {
        for captures in regex.captures_iter(&piece.text) {
            let (Some(found), Some((day, month, year))) = (captures.get(0), numbers(&captures))
            else {
                continue;
            };
            let right = in_full(day, month, year);
            let written = found
                .as_str()
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ");
            if possible(day, month, year) && written != right {
                hits.push(Hit::at(&piece.place, found.as_str()).fix(right));
            }
        }
    }
}

fn numbers(captures: &regex::Captures) -> Option<(u32, u32, i32)> {
    Some((
        captures.name("d")?.as_str().parse().ok()?,
        captures.name("m")?.as_str().parse().ok()?,
        captures.name("y")?.as_str().parse().ok()?,
    ))
}

fn possible(day: u32, month: u32, year: i32) -> bool {
    NaiveDate::from_ymd_opt(year, month, day).is_some()
}

fn in_full(day: u32, month: u32, year: i32) -> String {
    let month = if month <= 2 {
        format!("{month:02}")
    } else {
        month.to_string()
    };
    format!("ngày {day:02} tháng {month} năm {year}")
}
