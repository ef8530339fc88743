//! The worked examples of deadlines and the announced years 2023–2026, as the offices know them.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use trinhky_calendar::{
    Calendar, DayKind, Entry, EntryKind, OfficeHours, OpenDeadline, Roll, Rule, Season, due_json,
    due_text, local, lunar_text, year_json, year_text,
};

fn d(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Ten in the morning at the office.
fn morning(date: &str) -> DateTime<Utc> {
    format!("{date}T10:00:00+07:00").parse().unwrap()
}

fn rule(text: &str) -> Rule {
    Rule::parse(text).unwrap()
}

fn due(calendar: &Calendar, from: &str, text: &str) -> String {
    let resolved = calendar.resolve(&rule(text), morning(from)).unwrap();
    assert!(!resolved.reasons.is_empty());
    format!(
        "{} until {}",
        resolved.date,
        local(resolved.at).format("%d/%m %H:%M")
    )
}

#[test]
fn d1_to_d9() {
    let calendar = Calendar::vietnam();
    let cases = [
        (
            "2023-04-28",
            "working_days(2)",
            "2023-05-05 until 05/05 17:00",
        ),
        (
            "2023-01-17",
            "working_days(5)",
            "2023-01-31 until 31/01 17:00",
        ),
        (
            "2024-04-26",
            "working_days(3)",
            "2024-05-04 until 04/05 17:00",
        ),
        (
            "2025-04-24",
            "working_days(2)",
            "2025-04-26 until 26/04 17:00",
        ),
        (
            "2026-02-13",
            "working_days(1)",
            "2026-02-23 until 23/02 17:00",
        ),
        (
            "2026-11-20",
            "working_days(2)",
            "2026-11-25 until 25/11 17:00",
        ),
        ("2023-03-20", "days(10)", "2023-03-30 until 31/03 00:00"),
        ("2024-08-31", "days(2)", "2024-09-04 until 05/09 00:00"),
        ("2023-01-31", "months(1)", "2023-02-28 until 01/03 00:00"),
    ];
    for (from, rule, expected) in cases {
        assert_eq!(due(&calendar, from, rule), expected, "{from} {rule}");
    }
}

#[test]
fn d6_with_the_proposed_swap() {
    let mut calendar = Calendar::vietnam();
    assert!(
        calendar
            .resolve(&rule("working_days(2)"), morning("2026-11-20"))
            .unwrap()
            .provisional
    );
    let entry = |kind| Entry {
        kind,
        reason: "swap".into(),
        reason_vi: "hoán đổi".into(),
        source: "Quyết định".into(),
    };
    calendar.set_entry(d("2026-11-23"), entry(EntryKind::SwappedOff));
    calendar.set_entry(d("2026-11-28"), entry(EntryKind::Worked));
    assert_eq!(
        due(&calendar, "2026-11-20", "working_days(2)"),
        "2026-11-26 until 26/11 17:00"
    );
    assert_eq!(
        due(&calendar, "2026-11-26", "working_days(2)"),
        "2026-11-28 until 28/11 17:00"
    );

    let open = ["2026-11-19", "2026-11-20"].map(|from| OpenDeadline {
        id: from,
        rule: rule("working_days(1)"),
        from: morning(from),
    });
    let moved = Calendar::vietnam().moved_by(&calendar, &open);
    assert_eq!(
        moved.iter().map(|moved| moved.id).collect::<Vec<_>>(),
        ["2026-11-20"]
    );
    assert_eq!(moved[0].after, calendar.end_of_office(d("2026-11-25")));
}

#[test]
fn weekdays_off_and_weekends_worked_2023_to_2026() {
    let table: [(i32, &str, &str); 4] = [
        (
            2023,
            "01-02 01-20 01-23 01-24 01-25 01-26 05-01 05-02 05-03 09-01 09-04",
            "",
        ),
        (
            2024,
            "01-01 02-08 02-09 02-12 02-13 02-14 04-18 04-29 04-30 05-01 09-02 09-03",
            "05-04",
        ),
        (
            2025,
            "01-01 01-27 01-28 01-29 01-30 01-31 04-07 04-30 05-01 05-02 09-01 09-02",
            "04-26",
        ),
        (
            2026,
            "01-01 01-02 02-16 02-17 02-18 02-19 02-20 04-27 04-30 05-01 08-31 09-01 09-02 11-24",
            "01-10 08-22",
        ),
    ];
    let calendar = Calendar::vietnam();
    for (year, off, worked) in table {
        let of_year = |list: &str| {
            list.split_whitespace()
                .map(|day| d(&format!("{year}-{day}")))
                .collect::<Vec<_>>()
        };
        let weekday = |date: &NaiveDate| date.weekday().num_days_from_monday() < 5;
        let all = || {
            d(&format!("{year}-01-01"))
                .iter_days()
                .take_while(|date| date.year() == year)
        };
        let is_off: Vec<_> = all()
            .filter(weekday)
            .filter(|&date| !calendar.is_working_day(date))
            .collect();
        let is_worked: Vec<_> = all()
            .filter(|date| !weekday(date) && calendar.is_working_day(*date))
            .collect();
        assert_eq!(is_off, of_year(off), "{year}");
        assert_eq!(is_worked, of_year(worked), "{year}");
        for date in is_off.iter().chain(&is_worked) {
            let day = calendar.day(*date);
            assert!(
                !day.source.is_empty()
                    && !day.reason.is_empty()
                    && !day.reason_vi.is_empty()
                    && !day.provisional
            );
        }
        let json = year_json(&calendar, year).unwrap();
        assert_eq!(json["off"], serde_json::to_value(&is_off).unwrap());
        assert_eq!(json["worked"], serde_json::to_value(&is_worked).unwrap());
        assert_eq!(json["provisional"], false);
    }
}

/// The statutes alone give every announced day of 2023–2026 back, swaps and their worked days apart.
#[test]
fn the_statutes_reproduce_the_announced_years_but_for_swaps() {
    let (announced, computed) = (Calendar::vietnam(), Calendar::statutory());
    let mut differing = Vec::new();
    for date in d("2023-01-01")
        .iter_days()
        .take_while(|date| date.year() <= 2026)
    {
        if announced.is_working_day(date) != computed.is_working_day(date) {
            let kind = announced.day(date).kind;
            assert!(
                matches!(kind, DayKind::SwappedOff | DayKind::WorkedWeekend),
                "{date} {kind:?}"
            );
            differing.push(date);
        }
    }
    assert_eq!(differing.len(), 8);
}

#[test]
fn the_year_2027_is_computed_and_says_so() {
    let calendar = Calendar::vietnam();
    let json = year_json(&calendar, 2027).unwrap();
    let off = "2027-01-01 2027-02-04 2027-02-05 2027-02-08 2027-02-09 2027-02-10 2027-04-16 2027-04-30 2027-05-03 \
               2027-09-02 2027-09-03 2027-11-24";
    let expected: Vec<&str> = off.split_whitespace().collect();
    assert_eq!(json["off"], serde_json::json!(expected));
    assert_eq!(
        (
            &json["provisional"],
            json["worked"].as_array().unwrap().len()
        ),
        (&true.into(), 0)
    );
    assert!(calendar.day(d("2027-02-04")).provisional);
    let resolved = calendar
        .resolve(&rule("working_days(3)"), morning("2026-12-30"))
        .unwrap();
    assert_eq!(resolved.date, d("2027-01-05"));
    assert!(
        resolved.provisional
            && resolved
                .reasons
                .iter()
                .any(|reason| reason.message.contains("provisional"))
    );
    assert!(
        !calendar
            .resolve(&rule("working_days(1)"), morning("2026-12-30"))
            .unwrap()
            .provisional
    );
}

#[test]
fn fixed_dates() {
    let mut calendar = Calendar::vietnam();
    let from = "2023-03-24";
    assert_eq!(
        due(&calendar, from, "before(2023-06-15)"),
        "2023-06-14 until 15/06 00:00"
    );
    assert_eq!(
        due(&calendar, from, "at_latest(2023-06-15)"),
        "2023-06-15 until 16/06 00:00"
    );
    // 14 May 2023 is a Sunday.
    assert_eq!(
        due(&calendar, from, "at_latest(2023-05-14)"),
        "2023-05-15 until 16/05 00:00"
    );
    assert_eq!(
        due(&calendar, from, "before(2023-05-15)"),
        "2023-05-15 until 16/05 00:00"
    );
    calendar.set_roll(Roll::PreviousWorkingDay);
    assert_eq!(
        due(&calendar, from, "before(2023-05-15)"),
        "2023-05-12 until 13/05 00:00"
    );
    calendar.set_roll(Roll::None);
    assert_eq!(
        due(&calendar, from, "before(2023-05-15)"),
        "2023-05-14 until 15/05 00:00"
    );
    assert_eq!(
        due(&calendar, from, "at_latest(2023-06-15T16:00:00+07:00)"),
        "2023-06-15 until 15/06 16:00"
    );
}

#[test]
fn before_and_after_another_date() {
    let calendar = Calendar::vietnam();
    let from = "2023-03-24";
    assert_eq!(
        due(&calendar, from, "before(2023-06-15, working_days(3))"),
        "2023-06-12 until 12/06 17:00"
    );
    assert_eq!(
        due(&calendar, from, "before(2023-05-04, working_days(1))"),
        "2023-04-28 until 28/04 17:00"
    );
    assert_eq!(
        due(&calendar, from, "after(2023-04-28, working_days(1))"),
        "2023-05-04 until 04/05 17:00"
    );
    assert_eq!(
        due(&calendar, from, "after(2023-06-15, days(10))"),
        "2023-06-26 until 27/06 00:00"
    );
    assert_eq!(
        due(&calendar, from, "before(2023-06-19, days(1))"),
        "2023-06-16 until 17/06 00:00"
    );
    assert_eq!(
        due(&calendar, from, "after(start, weeks(2))"),
        "2023-04-07 until 08/04 00:00"
    );
    // 24:00 of 14 June is a deadline of 14 June.
    assert_eq!(
        due(
            &calendar,
            from,
            "after(2023-06-14T17:00:00Z, working_days(1))"
        ),
        "2023-06-15 until 15/06 17:00"
    );

    let named = rule("before(report.due, working_days(3))");
    assert_eq!(named.name(), Some("report.due"));
    assert!(
        calendar
            .resolve(&named, morning(from))
            .unwrap_err()
            .to_string()
            .contains("report.due")
    );
    let bound = named.bind(|_| Some(trinhky_calendar::Anchor::Date(d("2023-06-15"))));
    assert_eq!(
        calendar.resolve(&bound, morning(from)).unwrap().date,
        d("2023-06-12")
    );
}

/// Decree 30/2020, Art. 21(2)c: the same day, or at the latest the next working day.
#[test]
fn same_day_duties() {
    let calendar = Calendar::vietnam();
    let date = |from: &str| {
        calendar
            .resolve(&rule("working_days(0)"), from.parse().unwrap())
            .unwrap()
            .date
    };
    assert_eq!(date("2023-04-28T16:59:00+07:00"), d("2023-04-28"));
    assert_eq!(date("2023-04-28T17:01:00+07:00"), d("2023-05-04"));
    assert_eq!(date("2023-04-29T09:00:00+07:00"), d("2023-05-04"));
    assert_eq!(date("2023-04-28T00:30:00+07:00"), d("2023-04-28"));
}

#[test]
fn winter_hours_span_the_new_year() {
    let mut calendar = Calendar::vietnam();
    let winter = Season {
        from: (10, 15),
        to: (4, 14),
        since: Some(d("2023-10-15")),
        hours: OfficeHours::new([(7, 30), (11, 30), (13, 0), (16, 30)]).unwrap(),
        source: "Quyết định của tỉnh".into(),
    };
    calendar.set_seasons(vec![winter]);
    let closes = |date: &str| {
        local(calendar.end_of_office(d(date)))
            .format("%H:%M")
            .to_string()
    };
    let days = [
        "2023-01-10",
        "2023-10-14",
        "2023-10-15",
        "2024-01-10",
        "2024-04-14",
        "2024-04-15",
    ];
    assert_eq!(
        days.map(closes),
        ["17:00", "17:00", "16:30", "16:30", "16:30", "17:00"]
    );
    let next =
        |instant: &str| local(calendar.next_office_time(instant.parse().unwrap())).to_rfc3339();
    assert_eq!(
        next("2023-10-13T17:00:00+07:00"),
        "2023-10-16T07:30:00+07:00"
    );
    assert_eq!(
        next("2023-10-16T12:00:00+07:00"),
        "2023-10-16T13:00:00+07:00"
    );
    assert_eq!(
        next("2023-10-16T08:15:00+07:00"),
        "2023-10-16T08:15:00+07:00"
    );
    assert!(!calendar.is_office_time("2023-10-16T12:00:00+07:00".parse().unwrap()));
    assert!(OfficeHours::new([(7, 30), (7, 0), (13, 0), (17, 0)]).is_none());
}

#[test]
fn a_calendar_survives_storage() {
    let calendar = Calendar::vietnam();
    let text = serde_json::to_string(&calendar).unwrap();
    assert_eq!(serde_json::from_str::<Calendar>(&text).unwrap(), calendar);
}

#[test]
fn what_the_command_line_prints() {
    let calendar = Calendar::vietnam();
    let start: DateTime<Utc> = "2023-04-28T00:00:00+07:00".parse().unwrap();
    let text = due_text(&calendar, start, &rule("working_days(2)")).unwrap();
    assert_eq!(
        text,
        "2023-05-05\n\
         - 2 working days from Friday 2023-04-28, the first day not counted\n  \
         2 ngày làm việc kể từ thứ Sáu ngày 28/04/2023, không tính ngày đầu\n\
         - Saturday 2023-04-29 is off: Hùng Kings' Commemoration Day (Thông báo 5034/TB-LĐTBXH)\n  \
         thứ Bảy ngày 29/04/2023 nghỉ: Giỗ Tổ Hùng Vương (Thông báo 5034/TB-LĐTBXH)\n\
         - Sunday 2023-04-30 is off: Victory Day (Thông báo 5034/TB-LĐTBXH)\n  \
         Chủ nhật ngày 30/04/2023 nghỉ: Ngày Chiến thắng 30/4 (Thông báo 5034/TB-LĐTBXH)\n\
         - Monday 2023-05-01 is off: International Labour Day (Thông báo 5034/TB-LĐTBXH)\n  \
         thứ Hai ngày 01/05/2023 nghỉ: Ngày Quốc tế Lao động 1/5 (Thông báo 5034/TB-LĐTBXH)\n\
         - Tuesday 2023-05-02 is off: make-up day for Saturday 29 April (Thông báo 5034/TB-LĐTBXH)\n  \
         thứ Ba ngày 02/05/2023 nghỉ: nghỉ bù Giỗ Tổ Hùng Vương trùng thứ Bảy 29/04 (Thông báo 5034/TB-LĐTBXH)\n\
         - Wednesday 2023-05-03 is off: make-up day for Sunday 30 April (Thông báo 5034/TB-LĐTBXH)\n  \
         thứ Tư ngày 03/05/2023 nghỉ: nghỉ bù Ngày Chiến thắng 30/4 trùng Chủ nhật (Thông báo 5034/TB-LĐTBXH)\n\
         - due Friday 2023-05-05, by 17:00 when the office closes\n  \
         hạn là 17:00 thứ Sáu ngày 05/05/2023, hết giờ làm việc\n"
    );
    let json = due_json(&calendar, start, &rule("working_days(2)")).unwrap();
    assert_eq!(
        (&json["date"], &json["at"]),
        (&"2023-05-05".into(), &"2023-05-05T10:00:00Z".into())
    );

    let year = year_text(&calendar, 2024).unwrap();
    assert!(year.starts_with("2024: Thông báo 5015/TB-LĐTBXH; Thông báo 1570/TB-LĐTBXH\n"));
    assert!(year.contains("\n2024-05-04 Saturday  work worked for Monday 29 April / làm bù cho thứ Hai 29/04 (Thông báo 1570/TB-LĐTBXH)\n"));
    assert!(
        year_text(&calendar, 2026)
            .unwrap()
            .contains("\nnote: a swap of Monday 23 November")
    );
    assert!(year_text(&calendar, 2200).is_err());

    assert_eq!(lunar_text(d("2023-01-22")).unwrap(), "1/1/2023");
    assert_eq!(lunar_text(d("2023-03-22")).unwrap(), "1/2/2023 leap");
    assert_eq!(lunar_text(d("2025-01-25")).unwrap(), "26/12/2024");
    assert!(lunar_text(d("2200-01-01")).is_err());
}

#[test]
fn what_cannot_be_counted_is_an_error() {
    let calendar = Calendar::vietnam();
    let error = |text: &str, from: DateTime<Utc>| {
        calendar.resolve(&rule(text), from).unwrap_err().to_string()
    };
    assert!(error("years(1000)", morning("2023-01-01")).contains("1900"));
    assert!(error("working_days(260000)", morning("2023-01-01")).contains("1900"));
    assert!(error("before(1900-01-01)", morning("2023-01-01")).contains("1900"));
    assert!(error("days(1)", DateTime::<Utc>::MAX_UTC).contains("1900"));
    assert!(error("days(1)", DateTime::<Utc>::MIN_UTC).contains("1900"));
    let nested = Rule::Before(
        trinhky_calendar::Anchor::Start,
        Box::new(rule("at_latest(2023-01-01)")),
    );
    assert!(
        calendar
            .resolve(&nested, morning("2023-01-01"))
            .unwrap_err()
            .to_string()
            .contains("no length")
    );
}
