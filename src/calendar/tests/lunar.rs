//! Every day of 1900–2199 against two independent computations.
//!
//! `lunar_method.txt` follows the same method, written by other people; `lunar_ephemeris.txt` follows modern theories of
//! the moon and the sun. How each was made stands in its first lines.

use chrono::{Datelike, Days, NaiveDate};
use trinhky_calendar::lunar::{self, LunarDate};

const METHOD: &str = include_str!("data/lunar_method.txt");
const EPHEMERIS: &str = include_str!("data/lunar_ephemeris.txt");

#[test]
fn every_day_agrees_with_another_implementation_of_the_method() {
    let days = days(METHOD);
    assert_eq!(days.len(), 109_573);
    for (date, lunar) in days {
        assert_eq!(lunar::from_solar(date), Some(lunar), "{date}");
    }
}

/// The method and the sky part where a new moon falls within a minute or two of midnight. Before 2072 there is one such
/// month, in 1944. What the sky will do after 2072 hangs, besides, on how the earth's rotation slows down.
#[test]
fn a_modern_ephemeris_differs_in_eight_months_only() {
    let differing: Vec<NaiveDate> = days(EPHEMERIS)
        .into_iter()
        .filter(|(date, lunar)| lunar::from_solar(*date) != Some(*lunar))
        .map(|(date, _)| date)
        .collect();
    assert_eq!(differing.len(), 240);
    let mut months: Vec<String> = Vec::new();
    for (i, date) in differing.iter().enumerate() {
        if i == 0 || differing[i - 1] + Days::new(1) != *date {
            months.push(date.to_string());
        }
    }
    let expected = [
        "1944-06-20",
        "2072-12-09",
        "2077-11-15",
        "2130-05-07",
        "2150-05-26",
        "2159-05-17",
        "2175-01-22",
        "2199-01-26",
    ];
    assert_eq!(months, expected);
}

fn days(table: &str) -> Vec<(NaiveDate, LunarDate)> {
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    let all = lines
        .zip(1899..)
        .flat_map(|(line, year)| days_of_year(line, year));
    all.filter(|(date, _)| (1900..=2199).contains(&date.year()))
        .collect()
}

fn days_of_year(line: &str, year: i32) -> Vec<(NaiveDate, LunarDate)> {
    let mut fields = line.split(' ');
    let mut date: NaiveDate = fields.next().unwrap().parse().unwrap();
    let leap_month: u32 = fields.next().unwrap().parse().unwrap();
    let mut days = Vec::new();
    let (mut month, mut leap) = (1, false);
    for length in fields
        .next()
        .unwrap()
        .bytes()
        .map(|bit| 29 + u32::from(bit - b'0'))
    {
        for day in 1..=length {
            days.push((
                date,
                LunarDate {
                    day,
                    month,
                    year,
                    leap,
                },
            ));
            date = date + Days::new(1);
        }
        leap = month == leap_month && !leap;
        month += u32::from(!leap);
    }
    days
}
