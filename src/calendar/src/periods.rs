//! Reporting periods: their names, their cut-off dates, and the earliest day a report may be due.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::calendar::Calendar;
use crate::dates::ymd;

/// A reporting period of a year. Written and stored as `2023-03`, `2023-Q2`, `2023-H1`, `2023-9M`, `2023`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period {
    kind: PeriodKind,
    year: i32,
}

/// The kinds of period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PeriodKind {
    /// 1 to 12.
    Month(u32),
    /// 1 to 4.
    Quarter(u32),
    /// 1 or 2.
    HalfYear(u32),
    NineMonths,
    Year,
}

/// Which days the data of a period cover.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeriodRule {
    /// Decree 09/2019, Art. 12: from the 15th of the month before to the 14th of the last month.
    #[default]
    Nd09,
    /// Whole calendar months.
    Calendar,
}

/// Why there is no such period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no reporting period: write it as 2023-03, 2023-Q2, 2023-H1, 2023-9M or 2023")]
pub struct PeriodError {
    pub text: String,
}

impl Period {
    /// # Errors
    /// The number does not fit the kind (a fifth quarter), or the year is not 1900–2199.
    pub fn new(kind: PeriodKind, year: i32) -> Result<Self, PeriodError> {
        let period = Self { kind, year };
        let fits = match kind {
            PeriodKind::Month(n) => (1..=12).contains(&n),
            PeriodKind::Quarter(n) => (1..=4).contains(&n),
            PeriodKind::HalfYear(n) => (1..=2).contains(&n),
            PeriodKind::NineMonths | PeriodKind::Year => true,
        };
        let known = (crate::lunar::FIRST_YEAR..=crate::lunar::LAST_YEAR).contains(&year);
        if fits && known {
            Ok(period)
        } else {
            Err(PeriodError {
                text: period.to_string(),
            })
        }
    }

    /// Reads `2023-03`, `2023-Q2`, `2023-H1`, `2023-9M`, `2023`.
    ///
    /// # Errors
    /// The text is something else.
    pub fn parse(text: &str) -> Result<Self, PeriodError> {
        let error = || PeriodError { text: text.into() };
        let (year, rest) = text
            .split_once('-')
            .map_or((text, None), |(year, rest)| (year, Some(rest)));
        let digits =
            |s: &str, length: usize| s.len() == length && s.bytes().all(|b| b.is_ascii_digit());
        if !digits(year, 4) {
            return Err(error());
        }
        let year = year.parse().map_err(|_| error())?;
        let kind = match rest {
            None => PeriodKind::Year,
            Some("9M") => PeriodKind::NineMonths,
            Some(rest) => match (rest.strip_prefix('Q'), rest.strip_prefix('H')) {
                (Some(n), _) if digits(n, 1) => {
                    PeriodKind::Quarter(n.parse().map_err(|_| error())?)
                }
                (_, Some(n)) if digits(n, 1) => {
                    PeriodKind::HalfYear(n.parse().map_err(|_| error())?)
                }
                (None, None) if digits(rest, 2) => {
                    PeriodKind::Month(rest.parse().map_err(|_| error())?)
                }
                _ => return Err(error()),
            },
        };
        Self::new(kind, year).map_err(|_| error())
    }

    pub fn kind(self) -> PeriodKind {
        self.kind
    }

    pub fn year(self) -> i32 {
        self.year
    }

    /// The first day of the data and the cut-off day, both included.
    pub fn range(self, rule: PeriodRule) -> (NaiveDate, NaiveDate) {
        let (first, last) = self.months();
        let first = ymd(self.year, first, 1);
        let last = ymd(self.year, last, 1);
        match rule {
            PeriodRule::Nd09 => (first - Months::new(1) + Days::new(14), last + Days::new(13)),
            PeriodRule::Calendar => (first, last + Months::new(1) - Days::new(1)),
        }
    }

    /// The earliest day for which a regime may ask the report: one working day after the cut-off
    /// (Decree 09/2019, Art. 8(5)).
    pub fn earliest_due(self, rule: PeriodRule, calendar: &Calendar) -> NaiveDate {
        calendar.add_working_days(self.range(rule).1, 1)
    }

    /// The period of the same kind whose data contain `date`; for [`PeriodKind::NineMonths`], that of the same year.
    pub fn containing(kind: PeriodKind, date: NaiveDate, rule: PeriodRule) -> Option<Self> {
        // From the 15th on, the decree's periods run one month ahead.
        let date = if rule == PeriodRule::Nd09 && date.day() >= 15 {
            date + Months::new(1)
        } else {
            date
        };
        let kind = match kind {
            PeriodKind::Month(_) => PeriodKind::Month(date.month()),
            PeriodKind::Quarter(_) => PeriodKind::Quarter(date.month0() / 3 + 1),
            PeriodKind::HalfYear(_) => PeriodKind::HalfYear(date.month0() / 6 + 1),
            PeriodKind::NineMonths if date.month() > 9 => return None,
            PeriodKind::NineMonths => PeriodKind::NineMonths,
            PeriodKind::Year => PeriodKind::Year,
        };
        Self::new(kind, date.year()).ok()
    }

    /// `quý II năm 2023`, `6 tháng đầu năm 2023`, `9 tháng năm 2023`, `tháng 3 năm 2023`, `năm 2023`.
    pub fn name_vi(self) -> String {
        let year = self.year;
        match self.kind {
            PeriodKind::Month(n) if n <= 2 => format!("tháng 0{n} năm {year}"),
            PeriodKind::Month(n) => format!("tháng {n} năm {year}"),
            PeriodKind::Quarter(n) => format!(
                "quý {} năm {year}",
                ["I", "II", "III", "IV"][n as usize - 1]
            ),
            PeriodKind::HalfYear(1) => format!("6 tháng đầu năm {year}"),
            PeriodKind::HalfYear(_) => format!("6 tháng cuối năm {year}"),
            PeriodKind::NineMonths => format!("9 tháng năm {year}"),
            PeriodKind::Year => format!("năm {year}"),
        }
    }

    fn months(self) -> (u32, u32) {
        match self.kind {
            PeriodKind::Month(n) => (n, n),
            PeriodKind::Quarter(n) => (3 * n - 2, 3 * n),
            PeriodKind::HalfYear(n) => (6 * n - 5, 6 * n),
            PeriodKind::NineMonths => (1, 9),
            PeriodKind::Year => (1, 12),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let year = self.year;
        match self.kind {
            PeriodKind::Month(n) => write!(f, "{year}-{n:02}"),
            PeriodKind::Quarter(n) => write!(f, "{year}-Q{n}"),
            PeriodKind::HalfYear(n) => write!(f, "{year}-H{n}"),
            PeriodKind::NineMonths => write!(f, "{year}-9M"),
            PeriodKind::Year => write!(f, "{year}"),
        }
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, PeriodError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Period {
    type Error = PeriodError;

    fn try_from(text: String) -> Result<Self, PeriodError> {
        Self::parse(&text)
    }
}

impl From<Period> for String {
    fn from(period: Period) -> Self {
        period.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(text: &str, rule: PeriodRule) -> (String, String) {
        let (from, to) = Period::parse(text).unwrap().range(rule);
        (from.to_string(), to.to_string())
    }

    #[test]
    fn the_decree_cuts_off_on_the_fourteenth() {
        let cases = [
            ("2023-01", "2022-12-15", "2023-01-14"),
            ("2023-03", "2023-02-15", "2023-03-14"),
            ("2023-Q1", "2022-12-15", "2023-03-14"),
            ("2023-Q2", "2023-03-15", "2023-06-14"),
            ("2023-Q4", "2023-09-15", "2023-12-14"),
            ("2023-H1", "2022-12-15", "2023-06-14"),
            ("2023-H2", "2023-06-15", "2023-12-14"),
            ("2023-9M", "2022-12-15", "2023-09-14"),
            ("2023", "2022-12-15", "2023-12-14"),
        ];
        for (text, from, to) in cases {
            assert_eq!(
                range(text, PeriodRule::Nd09),
                (from.into(), to.into()),
                "{text}"
            );
        }
    }

    #[test]
    fn calendar_periods_are_whole_months() {
        assert_eq!(
            range("2024-02", PeriodRule::Calendar),
            ("2024-02-01".into(), "2024-02-29".into())
        );
        assert_eq!(
            range("2023-Q4", PeriodRule::Calendar),
            ("2023-10-01".into(), "2023-12-31".into())
        );
    }

    #[test]
    fn names_and_keys() {
        let name = |text: &str| Period::parse(text).unwrap().name_vi();
        assert_eq!(name("2023-Q2"), "quý II năm 2023");
        assert_eq!(name("2023-H1"), "6 tháng đầu năm 2023");
        assert_eq!(name("2023-9M"), "9 tháng năm 2023");
        for text in ["2023-03", "2023-Q4", "2023-H2", "2023-9M", "2023"] {
            assert_eq!(Period::parse(text).unwrap().to_string(), text);
        }
        for text in [
            "2023-Q5", "2023-H0", "2023-13", "2023-3", "23-Q1", "2023-q1", "2023-", "", "9999",
        ] {
            assert!(Period::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn every_day_is_in_the_period_that_contains_it() {
        for date in ymd(2022, 12, 1).iter_days().take(800) {
            for rule in [PeriodRule::Nd09, PeriodRule::Calendar] {
                for kind in [
                    PeriodKind::Month(1),
                    PeriodKind::Quarter(1),
                    PeriodKind::HalfYear(1),
                    PeriodKind::Year,
                ] {
                    let (from, to) = Period::containing(kind, date, rule).unwrap().range(rule);
                    assert!(from <= date && date <= to, "{date} {kind:?} {rule:?}");
                }
            }
        }
    }

    #[test]
    fn a_report_is_due_a_working_day_after_the_cut_off_at_the_earliest() {
        let due = |text: &str| {
            Period::parse(text)
                .unwrap()
                .earliest_due(PeriodRule::Nd09, &Calendar::vietnam())
        };
        assert_eq!(due("2023-Q2"), ymd(2023, 6, 15));
        // 14 December 2024 is a Saturday.
        assert_eq!(due("2024-Q4"), ymd(2024, 12, 16));
    }
}
