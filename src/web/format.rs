//! How instants, days left, numbers and shares are written for people.

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};
use trinhky_calendar::{Calendar, deadline_day, local, vn_date, weekday_en, weekday_vi};

use super::i18n::Lang;

/// From this many working days left on, a deadline is shown as near.
pub const NEAR_WORKING_DAYS: i64 = 2;
/// So many decimals a share gets at most when fewer would hide whether the target is met.
const MAX_DECIMALS: u32 = 6;

/// A deadline as pages and mails write it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Due {
    /// `thứ Sáu 24/03/2023, 17:00`.
    pub at: String,
    /// `còn 2 ngày làm việc`, `trong hôm nay`, `quá hạn 1 ngày làm việc`.
    pub left: String,
    pub level: DueLevel,
}

/// How pressing a deadline is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DueLevel {
    #[default]
    Far,
    Near,
    Late,
}

impl Due {
    /// The class of the style sheet; the words alone say it, too.
    #[must_use]
    pub fn class(&self) -> &'static str {
        match self.level {
            DueLevel::Far => "",
            DueLevel::Near => "near",
            DueLevel::Late => "late",
        }
    }

    #[must_use]
    pub fn is_late(&self) -> bool {
        self.level == DueLevel::Late
    }

    /// The whole as one text: `thứ Sáu 24/03/2023, 17:00 (còn 2 ngày làm việc)`.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{} ({})", self.at, self.left)
    }
}

/// A deadline seen from now. What is left or over is counted in working days of the organisation's calendar; one to come in
/// a year without a notice says that its calendar is provisional.
#[must_use]
pub fn when(at: DateTime<Utc>, now: DateTime<Utc>, calendar: &Calendar, lang: Lang) -> Due {
    let day = deadline_day(at);
    let today = local(now).date_naive();
    let days = calendar.working_days_between(today, day);
    let (mut left, level) = if now > at {
        let over = calendar.working_days_between(day, today).max(0);
        let left = match over {
            0 => lang.t("late-today"),
            n => lang.tn("late-days", n),
        };
        (left, DueLevel::Late)
    } else if day == today {
        (lang.t("due-today"), DueLevel::Near)
    } else if days <= 0 {
        // Only days off lie between, so there is no working day left to count.
        (lang.t("due-before-next-working-day"), DueLevel::Near)
    } else if days <= NEAR_WORKING_DAYS {
        (lang.tn("left-days", days), DueLevel::Near)
    } else {
        (lang.tn("left-days", days), DueLevel::Far)
    };
    if level != DueLevel::Late && calendar.is_provisional(day.year()) {
        left = format!(
            "{left}; {}",
            lang.tx("due-provisional", &day.year().to_string())
        );
    }
    Due {
        at: day_and_hour(at, day, lang),
        left,
        level,
    }
}

/// `24/03/2023 17:00`, for logs and tables.
#[must_use]
pub fn date_time(at: DateTime<Utc>) -> String {
    let at = local(at);
    format!(
        "{} {:02}:{:02}",
        vn_date(at.date_naive()),
        at.hour(),
        at.minute()
    )
}

/// `thứ Sáu 24/03/2023`, `Friday 24/03/2023`.
#[must_use]
pub fn weekday_date(day: NaiveDate, lang: Lang) -> String {
    let name = match lang {
        Lang::Vi => weekday_vi(day),
        Lang::En => weekday_en(day),
    };
    format!("{name} {}", vn_date(day))
}

/// A date as people type it: `24/3/2023`, or as programs write it: `2023-03-24`. A browser's own date field would follow
/// the browser's language, and 03/04 must not become the fourth of March on one machine and the third of April on another.
#[must_use]
pub fn read_date(typed: &str) -> Option<NaiveDate> {
    let typed = typed.trim();
    if let Ok(date) = typed.parse() {
        return Some(date);
    }
    let mut parts = typed.split('/').map(str::trim);
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

/// A count as people type it, `1.234` or `1234`; none for anything else, a comma too.
#[must_use]
pub fn read_count(typed: &str) -> Option<u64> {
    let typed = typed.trim();
    let mut groups = typed.split('.');
    let first = groups.next()?;
    let grouped = typed.contains('.');
    let well_grouped = !grouped || ((1..=3).contains(&first.len()) && groups.all(|g| g.len() == 3));
    let digits: String = typed.chars().filter(|c| *c != '.').collect();
    let all_digits = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    (well_grouped && all_digits)
        .then(|| digits.parse().ok())
        .flatten()
}

fn day_and_hour(at: DateTime<Utc>, day: NaiveDate, lang: Lang) -> String {
    let wall = local(at);
    // 00:00 of the next day, as a deadline, is 24:00 of the day that ends.
    let hour = if wall.date_naive() == day {
        wall.hour()
    } else {
        24
    };
    format!(
        "{}, {hour:02}:{:02}",
        weekday_date(day, lang),
        wall.minute()
    )
}

/// `1.234.567`; the sign stands in front.
#[must_use]
pub fn integer(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3 + 1);
    if n < 0 {
        out.push('-');
    }
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('.');
        }
        out.push(digit);
    }
    out
}

/// A number of which the last `decimals` digits stand after the comma: `decimal(12345, 1)` is `1.234,5`.
#[must_use]
pub fn decimal(scaled: i64, decimals: u32) -> String {
    let Some(unit) = 10_i64.checked_pow(decimals) else {
        return integer(scaled);
    };
    let sign = if scaled < 0 { "-" } else { "" };
    let (whole, rest) = (
        scaled.unsigned_abs() / unit.unsigned_abs(),
        scaled.unsigned_abs() % unit.unsigned_abs(),
    );
    let whole = integer(i64::try_from(whole).unwrap_or(i64::MAX));
    if decimals == 0 {
        return format!("{sign}{whole}");
    }
    let width = decimals as usize;
    format!("{sign}{whole},{rest:0width$}")
}

/// How a share is held against its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// `≥`
    AtLeast,
    /// `>`
    MoreThan,
    /// `≤`
    AtMost,
    /// `=`
    Exactly,
}

impl Bound {
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::AtLeast => "≥",
            Self::MoreThan => ">",
            Self::AtMost => "≤",
            Self::Exactly => "=",
        }
    }

    fn holds(self, left: u128, right: u128) -> bool {
        match self {
            Self::AtLeast => left >= right,
            Self::MoreThan => left > right,
            Self::AtMost => left <= right,
            Self::Exactly => left == right,
        }
    }
}

/// A target in hundredths of a percent: 98 % is `9_800`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    pub bound: Bound,
    pub basis_points: u32,
}

/// A share as `98,56%`, rounded half up to two decimals (none where it is whole); more decimals where two would show
/// the other verdict than the exact fraction has: 97,996 % must not read `98,00%` beside a target of 98 %; `≈` in front
/// where even six decimals would. `–` where the
/// denominator is 0, because then nothing arose.
#[must_use]
pub fn percent(numerator: u64, denominator: u64, target: Option<Target>) -> String {
    if denominator == 0 {
        return "–".to_owned();
    }
    let (num, den) = (u128::from(numerator), u128::from(denominator));
    let mut decimals = 2;
    loop {
        let unit = 10_u128.pow(decimals);
        let rounded = (num * 100 * unit * 2 + den) / (den * 2);
        let honest = target.is_none_or(|t| {
            let points = u128::from(t.basis_points);
            t.bound.holds(num * 10_000, den * points) == t.bound.holds(rounded * 100, points * unit)
        });
        if honest || decimals == MAX_DECIMALS {
            let sign = if honest { "" } else { "≈ " };
            return format!("{sign}{}%", written(rounded, unit, decimals));
        }
        decimals += 1;
    }
}

fn written(rounded: u128, unit: u128, decimals: u32) -> String {
    if rounded.is_multiple_of(unit) {
        return integer(i64::try_from(rounded / unit).unwrap_or(i64::MAX));
    }
    decimal(i64::try_from(rounded).unwrap_or(i64::MAX), decimals)
}

/// `412 kB`, `1,2 MB`.
#[must_use]
pub fn bytes(n: u64) -> String {
    let n = i64::try_from(n).unwrap_or(i64::MAX);
    if n < 1_000_000 {
        format!("{} kB", integer((n + 999) / 1_000))
    } else {
        format!("{} MB", decimal(n / 100_000, 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    #[test]
    fn a_deadline_says_weekday_date_hour_and_working_days() {
        let calendar = Calendar::vietnam();
        let at = instant("2023-03-24T17:00:00+07:00");
        let seen = |now: &str| when(at, instant(now), &calendar, Lang::Vi);
        assert_eq!(
            seen("2023-03-22T09:00:00+07:00").text(),
            "thứ Sáu 24/03/2023, 17:00 (còn 2 ngày làm việc)"
        );
        assert_eq!(seen("2023-03-22T09:00:00+07:00").level, DueLevel::Near);
        assert_eq!(seen("2023-03-20T09:00:00+07:00").level, DueLevel::Far);
        assert_eq!(seen("2023-03-24T17:00:00+07:00").left, "trong hôm nay");
        assert_eq!(
            seen("2023-03-24T17:00:01+07:00").left,
            "quá hạn trong hôm nay"
        );
        // Saturday: no working day has passed yet.
        assert_eq!(
            seen("2023-03-25T09:00:00+07:00").left,
            "quá hạn trong hôm nay"
        );
        let late = seen("2023-03-27T08:00:00+07:00");
        assert_eq!(late.left, "quá hạn 1 ngày làm việc");
        assert!(late.is_late() && late.class() == "late");
    }

    #[test]
    fn a_deadline_in_a_year_without_a_notice_is_provisional() {
        let calendar = Calendar::vietnam();
        let now = instant("2026-12-30T09:00:00+07:00");
        let seen = |at: &str| when(instant(at), now, &calendar, Lang::Vi).left;
        assert_eq!(
            seen("2027-01-04T17:00:00+07:00"),
            "còn 2 ngày làm việc; lịch năm 2027 dự kiến"
        );
        assert_eq!(seen("2026-12-31T17:00:00+07:00"), "còn 1 ngày làm việc");
        let past = when(
            instant("2022-12-30T17:00:00+07:00"),
            now,
            &calendar,
            Lang::En,
        );
        assert!(!past.left.contains("provisional"));
    }

    #[test]
    fn midnight_belongs_to_the_day_that_ends() {
        let calendar = Calendar::vietnam();
        let at = instant("2023-06-15T00:00:00+07:00");
        let due = when(
            at,
            instant("2023-06-12T08:00:00+07:00"),
            &calendar,
            Lang::En,
        );
        assert_eq!(
            due.text(),
            "Wednesday 14/06/2023, 24:00 (2 working days left)"
        );
    }

    #[test]
    fn numbers_are_written_the_vietnamese_way() {
        assert_eq!(integer(0), "0");
        assert_eq!(integer(-1_234_567), "-1.234.567");
        assert_eq!(decimal(12_345, 1), "1.234,5");
        assert_eq!(decimal(-5, 2), "-0,05");
        assert_eq!(bytes(412_001), "413 kB");
        assert_eq!(bytes(1_250_000), "1,2 MB");
    }

    #[test]
    fn what_people_type_is_read_strictly() {
        let date = NaiveDate::from_ymd_opt(2023, 3, 24);
        assert_eq!(read_date(" 24/3/2023 "), date);
        assert_eq!(read_date("2023-03-24"), date);
        for wrong in ["03/24/2023", "24/3/23", "24/3", "24/3/2023/1", ""] {
            assert_eq!(read_date(wrong), None, "{wrong}");
        }
        assert_eq!(read_count("1.234"), Some(1_234));
        assert_eq!(read_count(" 412 "), Some(412));
        for wrong in ["", "1,5", "1.23", "-1", "1.2345", "12a", "."] {
            assert_eq!(read_count(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_share_never_hides_a_miss() {
        let at_least = |points| {
            Some(Target {
                bound: Bound::AtLeast,
                basis_points: points,
            })
        };
        assert_eq!(percent(412, 418, at_least(9_800)), "98,56%");
        assert_eq!(percent(96, 99, at_least(9_500)), "96,97%");
        assert_eq!(percent(118, 118, at_least(10_000)), "100%");
        assert_eq!(percent(24_499, 25_000, at_least(9_800)), "97,996%");
        assert_eq!(percent(999_999, 1_000_000, at_least(10_000)), "99,9999%");
        let more = Some(Target {
            bound: Bound::MoreThan,
            basis_points: 6_000,
        });
        assert_eq!(percent(60_001, 100_000, more), "60,001%");
        assert_eq!(percent(60, 100, more), "60%");
        assert_eq!(
            percent(999_999_999, 1_000_000_000, at_least(10_000)),
            "≈ 100%"
        );
        assert_eq!(percent(0, 0, more), "–");
    }
}
