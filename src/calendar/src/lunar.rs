//! The lunar calendar of Việt Nam: astronomical months and years reckoned in the zone UTC+7, 1900–2199.
//!
//! The rules are those that Hồ Ngọc Đức describes for the Vietnamese calendar: a month begins on the day of the new
//! moon; the month that holds the winter solstice is the eleventh; where thirteen months lie between two eleventh
//! months, the first of them without a principal solar term is the leap month and bears the number of the month before.
//! The zone is UTC+7 for all years, also for those before 1968 in which another zone was in use.
//!
//! Where a new moon falls within a minute or so of midnight, the method and a modern ephemeris name different days: one
//! month in 1944, none from then to 2071, seven from 2072 on (`tests/lunar.rs` lists them).

mod astronomy;

use std::sync::LazyLock;

use chrono::{Datelike, Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::dates::ymd;

/// The first and the last solar year whose days all have a lunar date here.
pub const FIRST_YEAR: i32 = 1900;
pub const LAST_YEAR: i32 = 2199;

/// A date of the lunar calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LunarDate {
    /// 1 to 30.
    pub day: u32,
    /// 1 (tháng Giêng) to 12 (tháng Chạp).
    pub month: u32,
    /// The solar year in which the lunar year begins.
    pub year: i32,
    /// The second of two months with this number (tháng nhuận).
    pub leap: bool,
}

/// The lunar date of a day; `None` outside 1900–2199.
pub fn from_solar(date: NaiveDate) -> Option<LunarDate> {
    if !(FIRST_YEAR..=LAST_YEAR).contains(&date.year()) {
        return None;
    }
    let index = MONTHS
        .partition_point(|month| month.first <= date)
        .checked_sub(1)?;
    let month = MONTHS[index];
    let day = u32::try_from((date - month.first).num_days()).ok()? + 1;
    Some(LunarDate {
        day,
        month: month.number,
        year: month.year,
        leap: month.leap,
    })
}

/// The day of a lunar date; `None` where there is no such date, or it is outside 1900–2199.
pub fn to_solar(day: u32, month: u32, year: i32, leap: bool) -> Option<NaiveDate> {
    let of_the_year = MONTHS.partition_point(|m| m.year < year);
    let first = MONTHS[of_the_year..]
        .iter()
        .take(13)
        .find(|m| (m.year, m.number, m.leap) == (year, month, leap))?
        .first;
    let date = first.checked_add_days(Days::new(u64::from(day.checked_sub(1)?)))?;
    from_solar(date)
        .filter(|lunar| lunar.day == day)
        .map(|_| date)
}

/// Mùng 1 Tết: the first day of the lunar year that begins in the solar `year`.
pub fn new_year(year: i32) -> Option<NaiveDate> {
    to_solar(1, 1, year, false)
}

/// The name of a lunar year in the cycle of sixty: `Giáp Thìn` for 2024.
pub fn year_name(year: i32) -> String {
    const STEMS: [&str; 10] = [
        "Giáp", "Ất", "Bính", "Đinh", "Mậu", "Kỷ", "Canh", "Tân", "Nhâm", "Quý",
    ];
    const BRANCHES: [&str; 12] = [
        "Tý", "Sửu", "Dần", "Mão", "Thìn", "Tỵ", "Ngọ", "Mùi", "Thân", "Dậu", "Tuất", "Hợi",
    ];
    // The year 4 began a cycle.
    let (stem, branch) = (
        (year - 4).rem_euclid(10) as usize,
        (year - 4).rem_euclid(12) as usize,
    );
    format!("{} {}", STEMS[stem], BRANCHES[branch])
}

#[derive(Debug, Clone, Copy)]
struct Month {
    first: NaiveDate,
    number: u32,
    year: i32,
    leap: bool,
}

/// Every month that has a day in 1900–2199, in order.
static MONTHS: LazyLock<Vec<Month>> = LazyLock::new(months);

fn months() -> Vec<Month> {
    // From before the solstice of 1898 to after that of 2200, so that every lunar year touched is whole.
    let starts: Vec<NaiveDate> = new_moon_days(ymd(1898, 11, 1), ymd(2201, 2, 1));
    let terms: Vec<u32> = starts
        .iter()
        .map(|&start| astronomy::solar_sector(start))
        .collect();
    let elevenths: Vec<usize> = (0..starts.len() - 1)
        .filter(|&i| holds_winter_solstice(&terms, i))
        .collect();
    elevenths
        .windows(2)
        .flat_map(|pair| name_months(&starts, &terms, pair[0], pair[1]))
        .collect()
}

/// Names the months from one eleventh month (included) to the next (excluded).
fn name_months(starts: &[NaiveDate], terms: &[u32], from: usize, to: usize) -> Vec<Month> {
    let has_no_term = |i: &usize| terms[*i] == terms[i + 1];
    let leap_at = if to - from == 13 {
        (from + 1..to).find(has_no_term)
    } else {
        None
    };
    let first_year = starts[from].year();
    (from..to)
        .map(|i| {
            let leap = leap_at == Some(i);
            let shift = u32::from(leap_at.is_some_and(|at| at <= i));
            let number = (10 + (i - from) as u32 - shift) % 12 + 1;
            // The eleventh and twelfth months, doubled or not, still belong to the old year.
            let year = if number >= 11 {
                first_year
            } else {
                first_year + 1
            };
            Month {
                first: starts[i],
                number,
                year,
                leap,
            }
        })
        .collect()
}

/// Whether the sun passes 270° in month `i`; `terms` are the sectors of 30° at the beginnings of the months.
fn holds_winter_solstice(terms: &[u32], i: usize) -> bool {
    terms[i] <= 8 && (9..12).contains(&terms[i + 1]) && terms[i] >= 6
}

fn new_moon_days(from: NaiveDate, to: NaiveDate) -> Vec<NaiveDate> {
    let first = astronomy::lunation_near(from) - 1;
    (first..)
        .map(astronomy::new_moon_day)
        .skip_while(|&day| day < from)
        .take_while(|&day| day <= to)
        .collect()
}

#[cfg(test)]
mod tests;
