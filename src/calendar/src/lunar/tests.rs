use super::*;

fn d(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn new_year_and_the_kings_commemoration_2020_to_2035() {
    let table = [
        (2020, "01-25", None),
        (2021, "02-12", None),
        (2022, "02-01", None),
        (2023, "01-22", Some("04-29")),
        (2024, "02-10", Some("04-18")),
        (2025, "01-29", Some("04-07")),
        (2026, "02-17", Some("04-26")),
        (2027, "02-06", Some("04-16")),
        (2028, "01-26", Some("04-04")),
        (2029, "02-13", Some("04-23")),
        (2030, "02-02", Some("04-12")),
        (2031, "01-23", Some("04-01")),
        (2032, "02-11", Some("04-19")),
        (2033, "01-31", Some("04-09")),
        (2034, "02-19", Some("04-28")),
        (2035, "02-08", Some("04-17")),
    ];
    for (year, tet, kings) in table {
        assert_eq!(new_year(year), Some(d(&format!("{year}-{tet}"))), "{year}");
        if let Some(kings) = kings {
            assert_eq!(
                to_solar(10, 3, year, false),
                Some(d(&format!("{year}-{kings}"))),
                "{year}"
            );
        }
    }
}

#[test]
fn the_years_in_which_the_chinese_new_year_differs() {
    assert_eq!(new_year(1968), Some(d("1968-01-29")));
    assert_eq!(new_year(1969), Some(d("1969-02-16")));
    assert_eq!(new_year(1985), Some(d("1985-01-21")));
    assert_eq!(new_year(2007), Some(d("2007-02-17")));
    assert_eq!(new_year(2030), Some(d("2030-02-02")));
    assert_eq!(new_year(2053), Some(d("2053-02-18")));
}

#[test]
fn dates_of_state_notices() {
    let cases = [
        ("2025-01-25", 26, 12, "Giáp Thìn"),
        ("2025-01-29", 1, 1, "Ất Tỵ"),
        ("2026-02-14", 27, 12, "Ất Tỵ"),
        ("2026-02-17", 1, 1, "Bính Ngọ"),
        ("2026-02-22", 6, 1, "Bính Ngọ"),
    ];
    for (date, day, month, name) in cases {
        let lunar = from_solar(d(date)).unwrap();
        assert_eq!(
            (lunar.day, lunar.month, lunar.leap),
            (day, month, false),
            "{date}"
        );
        assert_eq!(year_name(lunar.year), name, "{date}");
    }
}

#[test]
fn every_day_converts_there_and_back() {
    let mut before: Option<LunarDate> = None;
    for date in d("1900-01-01")
        .iter_days()
        .take_while(|date| date.year() <= LAST_YEAR)
    {
        let lunar = from_solar(date).unwrap();
        assert_eq!(
            to_solar(lunar.day, lunar.month, lunar.year, lunar.leap),
            Some(date)
        );
        if let Some(before) = before {
            let same_month =
                (before.month, before.year, before.leap) == (lunar.month, lunar.year, lunar.leap);
            let follows = if same_month {
                lunar.day == before.day + 1
            } else {
                lunar.day == 1 && before.day >= 29
            };
            assert!(follows && lunar.day <= 30, "{date}");
        }
        before = Some(lunar);
    }
}

#[test]
fn what_is_not_in_the_calendar_is_none() {
    assert_eq!(from_solar(d("1899-12-31")), None);
    assert_eq!(from_solar(d("2200-01-01")), None);
    assert_eq!(
        to_solar(1, 3, 2023, true),
        None,
        "2023 repeats the second month, not the third"
    );
    assert_eq!(to_solar(31, 1, 2023, false), None);
    assert_eq!(to_solar(0, 1, 2023, false), None);
    assert_eq!(to_solar(1, 2, 2023, true), Some(d("2023-03-22")));
}
