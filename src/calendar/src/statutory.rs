//! The days off that follow from the statutes alone, for years whose notice is not known.
//!
//! Law: Labour Code 2019, Art. 112(1) (the days), 112(3) (the Prime Minister chooses which days for Tết and for the second
//! National Day) and 111(3) (make-up days); Resolution 28/2026/QH16, Art. 2 (24 November). Today's law is applied to
//! every year. What the Prime Minister will choose, and swaps, cannot be computed: we choose as the notices of
//! 2020–2026 chose, and the result is provisional.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::{Datelike, Days, NaiveDate, Weekday};

use crate::dates::{is_weekend, ymd};
use crate::lunar;
use crate::table::{Entry, EntryKind};

const LABOUR_CODE: &str = "Bộ luật Lao động 2019, Điều 112";
const MAKE_UP: &str = "Bộ luật Lao động 2019, Điều 111 khoản 3";
const CULTURE_DAY: &str = "Nghị quyết 28/2026/QH16, Điều 2";

/// Days off of `year` by statute, weekends included where a holiday falls on one; none outside 1900–2199.
/// `culture_day_make_up`: whether 24 November on a weekend is compensated (arguable: it is not one of Art. 112's days).
pub(crate) fn days_off(
    year: i32,
    culture_day_make_up: bool,
) -> Option<&'static BTreeMap<NaiveDate, Entry>> {
    let index = usize::try_from(year - lunar::FIRST_YEAR).ok()?;
    Some(&TABLE.get(index)?[usize::from(culture_day_make_up)])
}

/// Counting asks for every day of a span, so the years are computed once.
static TABLE: LazyLock<Vec<[BTreeMap<NaiveDate, Entry>; 2]>> = LazyLock::new(|| {
    (lunar::FIRST_YEAR..=lunar::LAST_YEAR)
        .map(|year| [false, true].map(|on| compute(year, on)))
        .collect()
});

fn compute(year: i32, culture_day_make_up: bool) -> BTreeMap<NaiveDate, Entry> {
    let holidays = holidays(year);
    let mut days: BTreeMap<NaiveDate, Entry> = BTreeMap::new();
    for holiday in &holidays {
        days.entry(holiday.date).or_insert_with(|| holiday.entry());
    }
    for holiday in holidays.iter().filter(|holiday| is_weekend(holiday.date)) {
        if holiday.source == CULTURE_DAY && !culture_day_make_up {
            continue;
        }
        let mut date = holiday.date;
        while is_weekend(date) || days.contains_key(&date) {
            date = date + Days::new(1);
        }
        days.insert(date, holiday.make_up());
    }
    days
}

struct Holiday {
    date: NaiveDate,
    name: &'static str,
    name_vi: &'static str,
    source: &'static str,
}

impl Holiday {
    fn entry(&self) -> Entry {
        Entry {
            kind: EntryKind::Holiday,
            reason: self.name.into(),
            reason_vi: self.name_vi.into(),
            source: self.source.into(),
        }
    }

    fn make_up(&self) -> Entry {
        let weekday = crate::dates::weekday_en(self.date);
        Entry {
            kind: EntryKind::MakeUp,
            reason: format!(
                "make-up day for {}, which fell on {weekday} {}",
                self.name, self.date
            ),
            reason_vi: format!(
                "nghỉ bù {} trùng {} ngày {}",
                self.name_vi,
                crate::dates::weekday_vi(self.date),
                crate::dates::vn_date(self.date)
            ),
            source: MAKE_UP.into(),
        }
    }
}

fn holidays(year: i32) -> Vec<Holiday> {
    let mut holidays = Vec::new();
    let mut add = |date, name, name_vi, source| {
        holidays.push(Holiday {
            date,
            name,
            name_vi,
            source,
        })
    };
    add(
        ymd(year, 1, 1),
        "New Year's Day",
        "Tết Dương lịch",
        LABOUR_CODE,
    );
    if let Some(tet) = lunar::new_year(year) {
        let first = tet - Days::new(days_before_tet(tet));
        for date in first.iter_days().take(5) {
            add(date, "Lunar New Year", "Tết Nguyên đán", LABOUR_CODE);
        }
    }
    if let Some(date) = lunar::to_solar(10, 3, year, false) {
        add(
            date,
            "Hùng Kings' Commemoration Day",
            "Giỗ Tổ Hùng Vương",
            LABOUR_CODE,
        );
    }
    add(
        ymd(year, 4, 30),
        "Victory Day",
        "Ngày Chiến thắng 30/4",
        LABOUR_CODE,
    );
    add(
        ymd(year, 5, 1),
        "International Labour Day",
        "Ngày Quốc tế Lao động 1/5",
        LABOUR_CODE,
    );
    let national_day = ymd(year, 9, 2);
    add(national_day, "National Day", "Quốc khánh 2/9", LABOUR_CODE);
    add(
        second_national_day(national_day),
        "National Day (second day)",
        "Quốc khánh (ngày thứ hai)",
        LABOUR_CODE,
    );
    if year >= 2026 {
        add(
            ymd(year, 11, 24),
            "Việt Nam Culture Day",
            "Ngày Văn hóa Việt Nam",
            CULTURE_DAY,
        );
    }
    holidays.sort_by_key(|holiday| holiday.date);
    holidays
}

/// Two days before the new year and three from it, except where that tears the week: from a Tuesday on, one and four.
fn days_before_tet(tet: NaiveDate) -> u64 {
    if tet.weekday() == Weekday::Tue { 1 } else { 2 }
}

/// The neighbour of 2 September that makes the longest run of days off, as every notice since 2021 chose.
fn second_national_day(national_day: NaiveDate) -> NaiveDate {
    match national_day.weekday() {
        Weekday::Mon | Weekday::Thu | Weekday::Sun => national_day + Days::new(1),
        Weekday::Tue | Weekday::Wed | Weekday::Fri | Weekday::Sat => national_day - Days::new(1),
    }
}
