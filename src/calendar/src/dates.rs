//! Days and instants in the legal time zone, and how people write them.

use chrono::{
    DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc, Weekday,
};

/// The legal time zone, UTC+7 the whole year (Decision 121/CP of 1967).
pub fn offset() -> FixedOffset {
    FixedOffset::east_opt(7 * 3600).expect("seven hours is a valid offset")
}

/// The same instant as the clock on the office wall shows it.
pub fn local(instant: DateTime<Utc>) -> DateTime<FixedOffset> {
    instant.with_timezone(&offset())
}

/// The day a deadline belongs to: 24:00 of a day is the same instant as 00:00 of the next, and as a deadline it is
/// the day that ends there.
pub fn deadline_day(due: DateTime<Utc>) -> NaiveDate {
    let due = local(due);
    let midnight = due.num_seconds_from_midnight() == 0 && due.nanosecond() == 0;
    if midnight {
        due.date_naive().pred_opt().unwrap_or(NaiveDate::MIN)
    } else {
        due.date_naive()
    }
}

/// `24/03/2023`.
pub fn vn_date(date: NaiveDate) -> String {
    format!("{:02}/{:02}/{}", date.day(), date.month(), date.year())
}

/// `ngày 24 tháng 3 năm 2023`: days below 10 and the months 1 and 2 take a zero in front
/// (Decree 30/2020, Appendix I, part II, item 4).
pub fn vn_long(date: NaiveDate) -> String {
    let month = if date.month() <= 2 {
        format!("0{}", date.month())
    } else {
        date.month().to_string()
    };
    format!("ngày {:02} tháng {month} năm {}", date.day(), date.year())
}

/// `thứ Hai` … `thứ Bảy`, `Chủ nhật`.
pub fn weekday_vi(date: NaiveDate) -> &'static str {
    match date.weekday() {
        Weekday::Mon => "thứ Hai",
        Weekday::Tue => "thứ Ba",
        Weekday::Wed => "thứ Tư",
        Weekday::Thu => "thứ Năm",
        Weekday::Fri => "thứ Sáu",
        Weekday::Sat => "thứ Bảy",
        Weekday::Sun => "Chủ nhật",
    }
}

/// `Monday` … `Sunday`.
pub fn weekday_en(date: NaiveDate) -> &'static str {
    match date.weekday() {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}

/// The instant at which the office clock shows `time` on `date`.
pub fn at(date: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
    to_utc(date.and_time(time))
}

/// 24:00 of `date`.
pub(crate) fn end_of_day(date: NaiveDate) -> DateTime<Utc> {
    at(date.succ_opt().unwrap_or(date), NaiveTime::MIN)
}

/// A date written in this crate's own tables, which the tests read in full.
pub(crate) fn ymd(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a date of the built-in tables")
}

pub(crate) fn is_weekend(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

fn to_utc(wall: NaiveDateTime) -> DateTime<Utc> {
    // The earliest and latest representable wall clocks have no UTC twin; they are far outside any calendar year we serve.
    wall.and_local_timezone(offset())
        .single()
        .map_or(DateTime::<Utc>::MAX_UTC, |instant| {
            instant.with_timezone(&Utc)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_dates_pad_as_the_decree_says() {
        assert_eq!(vn_long(ymd(2023, 3, 24)), "ngày 24 tháng 3 năm 2023");
        assert_eq!(vn_long(ymd(2023, 2, 5)), "ngày 05 tháng 02 năm 2023");
        assert_eq!(vn_long(ymd(2023, 10, 9)), "ngày 09 tháng 10 năm 2023");
        assert_eq!(vn_date(ymd(2023, 3, 4)), "04/03/2023");
    }

    #[test]
    fn midnight_belongs_to_the_day_it_ends() {
        assert_eq!(deadline_day(end_of_day(ymd(2023, 6, 14))), ymd(2023, 6, 14));
        assert_eq!(
            deadline_day(at(
                ymd(2023, 6, 14),
                NaiveTime::from_hms_opt(0, 0, 1).unwrap()
            )),
            ymd(2023, 6, 14)
        );
    }

    #[test]
    fn the_office_is_seven_hours_ahead() {
        let instant: DateTime<Utc> = "2023-03-24T18:30:00Z".parse().unwrap();
        assert_eq!(local(instant).to_rfc3339(), "2023-03-25T01:30:00+07:00");
        assert_eq!(
            (weekday_vi(ymd(2023, 3, 24)), weekday_en(ymd(2023, 3, 24))),
            ("thứ Sáu", "Friday")
        );
    }
}
