//! When a timer fires: ISO 8601 dates, durations and cycles, rules in working days, and expressions that give one of them.
//!
//! An instant that is past when the timer is set fires at once; several such timers fire in the order of their instants.
//! A local date or time without an offset is Vietnamese time (UTC+7).

use chrono::{
    DateTime, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc,
};
use serde_json::Value;
use trinhky_calendar::{Anchor, Calendar, Rule};

use crate::expr::{Expr, strip};
use crate::model::TimerKind;
use crate::state::Cycle;

/// Why a timer has no instant.
#[derive(Debug)]
pub enum Problem<H> {
    /// Evaluating an expression failed or needs more of the state.
    Halt(H),
    /// The text or value is no date, duration, cycle or rule: in English and Vietnamese.
    Bad(String, String),
}

/// The first firing of a timer, and the further ones.
pub type First = (DateTime<Utc>, Option<Cycle>);

/// The rules in working and calendar days that the calendar knows.
const RULE_NAMES: [&str; 8] = [
    "working_days",
    "days",
    "weeks",
    "months",
    "years",
    "before",
    "after",
    "at_latest",
];

/// The instant that a deadline expression gives, counted from `from`.
///
/// # Errors
/// When an expression fails, or its value is no instant.
pub fn resolve<H>(
    text: &str,
    from: DateTime<Utc>,
    calendar: &Calendar,
    mut evaluate: impl FnMut(&Expr) -> Result<Value, H>,
) -> Result<DateTime<Utc>, Problem<H>> {
    let text = text.trim();
    if let Some(instant) = fixed(text, from) {
        return instant.map_err(|()| out_of_range(text));
    }
    let bare = strip(text);
    if is_rule(bare) {
        return by_rule(bare, from, calendar, &mut evaluate);
    }
    let value = evaluate(&Expr::new(bare)).map_err(Problem::Halt)?;
    let Value::String(result) = &value else {
        return Err(bad(bare, &value));
    };
    if is_rule(result) {
        return by_rule(result, from, calendar, &mut evaluate);
    }
    fixed(result, from)
        .ok_or_else(|| bad(bare, &value))?
        .map_err(|()| out_of_range(result))
}

/// The first instant of a timer, and its further firings if it is a cycle.
///
/// # Errors
/// As [`resolve`].
pub fn first<H>(
    kind: TimerKind,
    text: &str,
    from: DateTime<Utc>,
    calendar: &Calendar,
    mut evaluate: impl FnMut(&Expr) -> Result<Value, H>,
) -> Result<First, Problem<H>> {
    if kind == TimerKind::Cycle {
        if let Some(cycle) = cycle(text.trim(), from) {
            return cycle.map_err(|()| out_of_range(text));
        }
        let bare = strip(text);
        if !is_rule(bare) && duration(bare).is_none() {
            let value = evaluate(&Expr::new(bare)).map_err(Problem::Halt)?;
            let found = value.as_str().and_then(|result| cycle(result, from));
            return found
                .ok_or_else(|| bad(bare, &value))?
                .map_err(|()| out_of_range(bare));
        }
    }
    Ok((resolve(text, from, calendar, evaluate)?, None))
}

/// The firing after one that was due at `due`: counted from there, not from now, so that a late worker shifts nothing.
#[must_use]
pub fn next(due: DateTime<Utc>, cycle: &Cycle) -> Option<DateTime<Utc>> {
    if cycle.left == Some(0) {
        return None;
    }
    let next = duration(&cycle.every)?.after(due)?;
    (next > due).then_some(next)
}

/// Whether a text can be a timer of this kind at all, as far as can be told without variables.
///
/// # Errors
/// A sentence on what is wrong.
pub fn check(kind: TimerKind, text: &str) -> Result<(), String> {
    let text = text.trim();
    let from = DateTime::UNIX_EPOCH;
    if text.is_empty() {
        return Err("the timer has no date, duration or cycle".to_owned());
    }
    if fixed(text, from).is_some() || (kind == TimerKind::Cycle && cycle(text, from).is_some()) {
        return Ok(());
    }
    if is_meant_as_iso(text) {
        return Err(format!("'{text}' is no ISO 8601 date, duration or cycle"));
    }
    let bare = strip(text);
    if is_rule(bare) {
        return Rule::parse(bare)
            .map(|_| ())
            .map_err(|error| error.to_string());
    }
    match Expr::new(bare).problem() {
        Some(problem) => Err(format!(
            "'{text}' is no ISO 8601 time, working-day rule or expression: {problem}"
        )),
        None => Ok(()),
    }
}

/// Whether a text looks like ISO 8601: read as an expression, `2023-13-01` were a number and `PT` a name.
fn is_meant_as_iso(text: &str) -> bool {
    let digit = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    let date = (0..4).all(digit) && text[4..].starts_with('-');
    let bare = text.trim_start_matches('-');
    let duration = bare.strip_prefix('P').is_some_and(|rest| {
        rest == "T"
            || rest
                .trim_start_matches('T')
                .starts_with(|c: char| c.is_ascii_digit())
    });
    let cycle = text.strip_prefix('R').is_some_and(|rest| {
        rest.trim_start_matches(|c: char| c.is_ascii_digit())
            .starts_with('/')
    });
    date || duration || cycle
}

fn by_rule<H>(
    text: &str,
    from: DateTime<Utc>,
    calendar: &Calendar,
    evaluate: &mut impl FnMut(&Expr) -> Result<Value, H>,
) -> Result<DateTime<Utc>, Problem<H>> {
    let mut rule = Rule::parse(text).map_err(|error| {
        Problem::Bad(
            format!("'{text}': {}.", error.message),
            format!("'{text}': {}.", error.message_vi),
        )
    })?;
    if let Some(name) = rule.name().map(str::to_owned) {
        let value = evaluate(&Expr::new(&name)).map_err(Problem::Halt)?;
        let anchor = value
            .as_str()
            .and_then(anchor)
            .ok_or_else(|| bad(&name, &value))?;
        rule = rule.bind(|_| Some(anchor));
    }
    calendar
        .resolve(&rule, from)
        .map(|resolved| resolved.at)
        .map_err(|error| {
            Problem::Bad(
                format!("'{text}': {error}."),
                format!("'{text}': {}.", error.message_vi()),
            )
        })
}

fn anchor(text: &str) -> Option<Anchor> {
    if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return Some(Anchor::Date(date));
    }
    date(text).map(Anchor::Instant)
}

fn is_rule(text: &str) -> bool {
    text.split_once('(')
        .is_some_and(|(name, _)| RULE_NAMES.contains(&name.trim()))
}

/// A date or a duration from `from`; `Some(Err)` when it lies outside of what can be counted.
fn fixed(text: &str, from: DateTime<Utc>) -> Option<Result<DateTime<Utc>, ()>> {
    if let Some(instant) = date(text) {
        return Some(Ok(instant));
    }
    duration(text).map(|duration| duration.after(from).ok_or(()))
}

fn date(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Some(instant.to_utc());
    }
    for format in ["%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M%#z"] {
        if let Ok(instant) = DateTime::parse_from_str(text, format) {
            return Some(instant.to_utc());
        }
    }
    let zoneless = text.strip_suffix('Z');
    for format in ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"] {
        if let Ok(local) = NaiveDateTime::parse_from_str(zoneless.unwrap_or(text), format) {
            return if zoneless.is_some() {
                Some(local.and_utc())
            } else {
                at_home(local)
            };
        }
    }
    at_home(
        NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .ok()?
            .and_time(NaiveTime::MIN),
    )
}

fn at_home(local: NaiveDateTime) -> Option<DateTime<Utc>> {
    trinhky_calendar::offset()
        .from_local_datetime(&local)
        .single()
        .map(|instant| instant.to_utc())
}

fn cycle(text: &str, from: DateTime<Utc>) -> Option<Result<First, ()>> {
    let rest = text.strip_prefix('R')?;
    let (count, rest) = rest.split_once('/')?;
    let count: Option<u32> = match count {
        "" | "-1" => None,
        digits => Some(digits.parse().ok()?),
    };
    let left = count.map(|count| count.saturating_sub(1));
    let parts: Vec<&str> = rest.split('/').collect();
    let (start, every, end) = match parts.as_slice() {
        [every] => (None, *every, None),
        [start, every] if duration(every).is_some() => (Some(date(start)?), *every, None),
        [every, end] => (None, *every, Some(date(end)?)),
        _ => return None,
    };
    let step = duration(every)?;
    let Some(first) = start.or_else(|| step.after(from)) else {
        return Some(Err(()));
    };
    if count == Some(0) {
        return None;
    }
    let left = match end {
        Some(end) => Some(left.unwrap_or(u32::MAX).min(firings(first, step, end))),
        None => left,
    };
    Some(Ok((
        first,
        (left != Some(0)).then(|| Cycle {
            left,
            every: every.to_owned(),
        }),
    )))
}

/// How often it fires after `first` and not after `end`.
fn firings(first: DateTime<Utc>, step: Duration, end: DateTime<Utc>) -> u32 {
    let mut count = 0;
    let mut at = first;
    while count < 100_000 {
        match step.after(at) {
            Some(next) if next <= end && next > at => {
                count += 1;
                at = next;
            }
            _ => break,
        }
    }
    count
}

/// An ISO 8601 duration. Months and days follow the calendar, the rest is exact.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Duration {
    negative: bool,
    months: u32,
    days: u64,
    time: TimeDelta,
}

impl Duration {
    /// The instant so long after another; none outside of the calendar.
    #[must_use]
    pub fn after(self, from: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if self.negative {
            from.checked_sub_months(Months::new(self.months))?
                .checked_sub_days(Days::new(self.days))?
                .checked_sub_signed(self.time)
        } else {
            from.checked_add_months(Months::new(self.months))?
                .checked_add_days(Days::new(self.days))?
                .checked_add_signed(self.time)
        }
    }
}

/// Reads `P1Y2M3W4DT5H6M7.5S`, each part optional; weeks, days and times may have decimals.
#[must_use]
pub fn duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let (negative, text) = text
        .strip_prefix('-')
        .map_or((false, text), |rest| (true, rest));
    let text = text.strip_prefix('P')?;
    let (dates, times) = text
        .split_once('T')
        .map_or((text, None), |(dates, times)| (dates, Some(times)));
    if (dates.is_empty() && times.is_none()) || times.is_some_and(str::is_empty) {
        return None;
    }
    let (mut months, mut days) = (0_u32, 0_u64);
    let mut time = TimeDelta::zero();
    for (number, unit) in parts(dates)? {
        let (whole, fraction) = number.split_once(['.', ',']).unwrap_or((number, ""));
        let whole: u32 = whole.parse().ok()?;
        let of_days = match unit {
            'Y' | 'M' if !fraction.is_empty() => return None,
            'Y' => {
                months = months.checked_add(whole.checked_mul(12)?)?;
                continue;
            }
            'M' => {
                months = months.checked_add(whole)?;
                continue;
            }
            'W' => 7,
            'D' => 1,
            _ => return None,
        };
        days = days.checked_add(u64::from(whole) * of_days)?;
        let rest = part_of(fraction, i64::try_from(of_days).ok()? * 86_400)?;
        time = time.checked_add(&rest)?;
    }
    for (number, unit) in parts(times.unwrap_or_default())? {
        let (whole, fraction) = number.split_once(['.', ',']).unwrap_or((number, ""));
        let whole = whole.parse().ok()?;
        let (part, seconds) = match unit {
            'H' => (TimeDelta::try_hours(whole)?, 3_600),
            'M' => (TimeDelta::try_minutes(whole)?, 60),
            'S' => (TimeDelta::try_seconds(whole)?, 1),
            _ => return None,
        };
        time = time
            .checked_add(&part)?
            .checked_add(&part_of(fraction, seconds)?)?;
    }
    Some(Duration {
        negative,
        months,
        days,
        time,
    })
}

/// The decimals of a number of units that are so many seconds long.
fn part_of(fraction: &str, unit: i64) -> Option<TimeDelta> {
    let billionths: String = fraction
        .chars()
        .chain("000000000".chars())
        .take(9)
        .collect();
    let billionths: i64 = billionths.parse().ok()?;
    Some(TimeDelta::nanoseconds(billionths * unit))
}

/// Number and unit pairs of one half of a duration.
fn parts(text: &str) -> Option<Vec<(&str, char)>> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices() {
        if !c.is_ascii_digit() && c != '.' && c != ',' {
            let number = &text[start..at];
            if number.is_empty() || number.starts_with(['.', ',']) {
                return None;
            }
            parts.push((number, c));
            start = at + c.len_utf8();
        }
    }
    (start == text.len()).then_some(parts)
}

fn bad<H>(text: &str, value: &Value) -> Problem<H> {
    Problem::Bad(
        format!(
            "The timer '{text}' gives {value}, which is no date, duration, cycle or working-day rule."
        ),
        format!(
            "Bộ hẹn giờ '{text}' cho giá trị {value}, không phải ngày, khoảng thời gian, chu kỳ hay quy tắc ngày làm việc."
        ),
    )
}

fn out_of_range<H>(text: &str) -> Problem<H> {
    Problem::Bad(
        format!("The timer '{text}' lies outside of the calendar."),
        format!("Bộ hẹn giờ '{text}' nằm ngoài phạm vi lịch."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    fn resolved(text: &str) -> Result<DateTime<Utc>, String> {
        resolve(
            text,
            at("2023-03-20T02:00:00Z"),
            &Calendar::vietnam(),
            |expr| match expr.source() {
                "report.due" => Ok(json!("2023-06-15T10:00:00Z")),
                "when" => Ok(json!("PT1H")),
                other => Err(format!("unknown {other}")),
            },
        )
        .map_err(|problem| match problem {
            Problem::Halt(text) | Problem::Bad(text, _) => text,
        })
    }

    #[test]
    fn durations_dates_expressions_and_rules() {
        assert_eq!(resolved("PT1H30M").unwrap(), at("2023-03-20T03:30:00Z"));
        assert_eq!(resolved("P1M").unwrap(), at("2023-04-20T02:00:00Z"));
        assert_eq!(
            resolved("2023-04-01T00:00:00+07:00").unwrap(),
            at("2023-03-31T17:00:00Z")
        );
        assert_eq!(resolved("2023-04-01").unwrap(), at("2023-03-31T17:00:00Z"));
        assert_eq!(resolved("=when").unwrap(), at("2023-03-20T03:00:00Z"));
        assert_eq!(resolved("report.due").unwrap(), at("2023-06-15T10:00:00Z"));
        assert_eq!(
            resolved("working_days(5)").unwrap(),
            at("2023-03-27T10:00:00Z")
        );
        assert_eq!(
            resolved("before(report.due, working_days(3))").unwrap(),
            at("2023-06-12T10:00:00Z")
        );
        assert_eq!(resolved("P0.5DT1,5H").unwrap(), at("2023-03-20T15:30:00Z"));
        assert_eq!(resolved("P1.5W").unwrap(), at("2023-03-30T14:00:00Z"));
        assert!(resolved("P1.5M").is_err());
        assert!(resolved("nothing").is_err());
        assert!(resolved("P99999999Y").is_err());
    }

    #[test]
    fn what_looks_like_iso_8601_must_be_it() {
        for wrong in ["PT", "P1X", "P1.5Y", "2023-13-01", "2023-02-30T00:00:00Z"] {
            assert!(check(TimerKind::Duration, wrong).is_err(), "{wrong}");
        }
        for wrong in ["R0/PT1H", "R3/PT", "R/2023-13-01/PT1H", "R3/"] {
            assert!(check(TimerKind::Cycle, wrong).is_err(), "{wrong}");
        }
        for right in ["PAYMENT_TERM", "=P1", "Rate / 2", "report.due", "${PT}"] {
            assert!(check(TimerKind::Duration, right).is_ok(), "{right}");
        }
    }

    #[test]
    fn cycles_count_from_the_due_instant() {
        let from = at("2023-01-01T00:00:00Z");
        let fail = |_: &Expr| -> Result<Value, ()> { Err(()) };
        let (due, cycle) = first(
            TimerKind::Cycle,
            "R3/PT10H",
            from,
            &Calendar::vietnam(),
            fail,
        )
        .unwrap();
        assert_eq!(due, at("2023-01-01T10:00:00Z"));
        let cycle = cycle.unwrap();
        assert_eq!(cycle.left, Some(2));
        assert_eq!(next(due, &cycle), Some(at("2023-01-01T20:00:00Z")));
        let (due, cycle) = first(
            TimerKind::Cycle,
            "R/2023-02-01T00:00:00Z/P1D",
            from,
            &Calendar::vietnam(),
            fail,
        )
        .unwrap();
        assert_eq!(
            (due, cycle.unwrap().left),
            (at("2023-02-01T00:00:00Z"), None)
        );
        assert!(
            first(
                TimerKind::Cycle,
                "R1/PT1H",
                from,
                &Calendar::vietnam(),
                fail
            )
            .unwrap()
            .1
            .is_none()
        );
        assert!(
            next(
                due,
                &Cycle {
                    left: None,
                    every: "PT0S".to_owned()
                }
            )
            .is_none()
        );
    }
}
