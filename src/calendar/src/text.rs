//! What the command line prints about the calendar.

use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};

use crate::calendar::{Calendar, Day};
use crate::dates::{local, weekday_en};
use crate::lunar::{self, LunarDate};
use crate::resolve::CalendarError;
use crate::rule::Rule;

/// The date alone on the first line, then the reasons: English, and below each its Vietnamese.
///
/// # Errors
/// As [`Calendar::resolve`].
pub fn due_text(
    calendar: &Calendar,
    from: DateTime<Utc>,
    rule: &Rule,
) -> Result<String, CalendarError> {
    let resolved = calendar.resolve(rule, from)?;
    let mut text = format!("{}\n", resolved.date);
    for reason in &resolved.reasons {
        let _ = writeln!(text, "- {}\n  {}", reason.message, reason.message_vi);
    }
    Ok(text)
}

/// The same as one JSON object.
///
/// # Errors
/// As [`Calendar::resolve`].
pub fn due_json(
    calendar: &Calendar,
    from: DateTime<Utc>,
    rule: &Rule,
) -> Result<Value, CalendarError> {
    let resolved = calendar.resolve(rule, from)?;
    Ok(json!({
        "date": resolved.date,
        "at": resolved.at,
        "at_local": local(resolved.at).to_rfc3339(),
        "rule": rule.to_string(),
        "from": from,
        "provisional": resolved.provisional,
        "reasons": resolved.reasons,
    }))
}

/// The year's days off and worked weekends, a line each: date, weekday, `off` or `work`, why, source.
///
/// # Errors
/// The year is not 1900–2199.
pub fn year_text(calendar: &Calendar, year: i32) -> Result<String, CalendarError> {
    known(year)?;
    let mut text = match calendar.is_provisional(year) {
        true => format!(
            "{year}: no notice known; computed from the statutes, provisional / chưa có thông báo, tính theo luật, dự kiến\n"
        ),
        false => format!("{year}: {}\n", calendar.sources(year).join("; ")),
    };
    for day in calendar.special_days(year) {
        let work = if day.kind.is_working() {
            "work"
        } else {
            "off "
        };
        let mark = if day.provisional {
            " [provisional]"
        } else {
            ""
        };
        let Day {
            date,
            reason,
            reason_vi,
            source,
            ..
        } = day;
        let _ = writeln!(
            text,
            "{date} {:<9} {work} {reason} / {reason_vi} ({source}){mark}",
            weekday_en(date)
        );
    }
    for note in calendar.notes(year) {
        let _ = writeln!(
            text,
            "note: {}\n      {} ({})",
            note.message, note.message_vi, note.source
        );
    }
    Ok(text)
}

/// The same as one JSON object: `days` has every special day, `off` the weekdays off, `worked` the worked weekends.
///
/// # Errors
/// The year is not 1900–2199.
pub fn year_json(calendar: &Calendar, year: i32) -> Result<Value, CalendarError> {
    known(year)?;
    let days = calendar.special_days(year);
    let weekday = |day: &&Day| !crate::dates::is_weekend(day.date);
    let off: Vec<NaiveDate> = days
        .iter()
        .filter(weekday)
        .filter(|day| !day.kind.is_working())
        .map(|day| day.date)
        .collect();
    let worked: Vec<NaiveDate> = days
        .iter()
        .filter(|day| !weekday(day) && day.kind.is_working())
        .map(|day| day.date)
        .collect();
    Ok(json!({
        "year": year,
        "provisional": calendar.is_provisional(year),
        "sources": calendar.sources(year),
        "off": off,
        "worked": worked,
        "days": days,
        "notes": calendar.notes(year),
    }))
}

/// The lunar date as `d/m/y`, with ` leap` behind it in a leap month.
///
/// # Errors
/// The date is outside 1900–2199.
pub fn lunar_text(date: NaiveDate) -> Result<String, CalendarError> {
    let LunarDate {
        day,
        month,
        year,
        leap,
    } = lunar::from_solar(date).ok_or(CalendarError::OutOfRange)?;
    Ok(format!(
        "{day}/{month}/{year}{}",
        if leap { " leap" } else { "" }
    ))
}

/// The same as one JSON object.
///
/// # Errors
/// The date is outside 1900–2199.
pub fn lunar_json(date: NaiveDate) -> Result<Value, CalendarError> {
    let LunarDate {
        day,
        month,
        year,
        leap,
    } = lunar::from_solar(date).ok_or(CalendarError::OutOfRange)?;
    Ok(json!({
        "date": date, "day": day, "month": month, "year": year, "leap": leap,
        "year_name": lunar::year_name(year),
    }))
}

fn known(year: i32) -> Result<(), CalendarError> {
    if (lunar::FIRST_YEAR..=lunar::LAST_YEAR).contains(&year) {
        Ok(())
    } else {
        Err(CalendarError::OutOfRange)
    }
}
