//! What an organisation's calendar is made of: dated entries with their source, office hours, the roll rule.

use chrono::{Datelike, NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};

/// One dated exception to the ordinary week, with the notice it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub kind: EntryKind,
    /// Why, in English.
    pub reason: String,
    /// Why, in Vietnamese.
    pub reason_vi: String,
    /// The law, notice or decision it rests on, by its number.
    pub source: String,
}

/// What a dated entry makes of its day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// A public holiday (Labour Code, Art. 112, or a special law).
    Holiday,
    /// Off in place of a holiday that fell on a weekly rest day (nghỉ bù; Labour Code, Art. 111(3)).
    MakeUp,
    /// Off in exchange for a weekend day that is worked (hoán đổi).
    SwappedOff,
    /// Off by a decision of the organisation or of a local authority.
    OtherOff,
    /// A Saturday or Sunday that is worked.
    Worked,
    /// Changes nothing yet: a proposal that somebody should watch. The day stays what the week says and is marked provisional.
    Proposed,
}

/// A remark on a whole year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    pub message: String,
    pub message_vi: String,
    pub source: String,
}

/// What happens to a deadline that the plan fixes by date when that date is a day off.
/// (Time limits counted in days, weeks or months always move to the next working day: Civil Code, Art. 148.)
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Roll {
    #[default]
    NextWorkingDay,
    PreviousWorkingDay,
    None,
}

/// The hours in which the office works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfficeHours {
    pub morning_open: NaiveTime,
    pub morning_close: NaiveTime,
    pub afternoon_open: NaiveTime,
    pub afternoon_close: NaiveTime,
}

impl OfficeHours {
    /// Hours from four `(hour, minute)` pairs in the order of the day; `None` when they are no times or out of order.
    pub fn new(times: [(u32, u32); 4]) -> Option<Self> {
        let [morning_open, morning_close, afternoon_open, afternoon_close] =
            times.map(|(hour, minute)| NaiveTime::from_hms_opt(hour, minute, 0));
        let hours = Self {
            morning_open: morning_open?,
            morning_close: morning_close?,
            afternoon_open: afternoon_open?,
            afternoon_close: afternoon_close?,
        };
        let ordered = hours.morning_open < hours.morning_close
            && hours.morning_close <= hours.afternoon_open
            && hours.afternoon_open < hours.afternoon_close;
        ordered.then_some(hours)
    }

    /// Whether the office works at this time of a working day (the closing minute excluded).
    pub fn contains(&self, time: NaiveTime) -> bool {
        (self.morning_open..self.morning_close).contains(&time)
            || (self.afternoon_open..self.afternoon_close).contains(&time)
    }
}

impl Default for OfficeHours {
    /// 07:30–11:30 and 13:30–17:00. No law fixes the hours for the whole country.
    fn default() -> Self {
        Self::new([(7, 30), (11, 30), (13, 30), (17, 0)]).expect("the default hours are in order")
    }
}

/// Office hours that hold in a part of every year, for instance in winter; the part may span the new year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Season {
    /// First day, as `(month, day)`.
    pub from: (u32, u32),
    /// Last day, included.
    pub to: (u32, u32),
    /// Holds from this date on; before it, the season did not exist.
    pub since: Option<NaiveDate>,
    pub hours: OfficeHours,
    pub source: String,
}

impl Season {
    /// Whether these hours hold on `date`.
    pub fn covers(&self, date: NaiveDate) -> bool {
        let day = (date.month(), date.day());
        let inside = if self.from <= self.to {
            self.from <= day && day <= self.to
        } else {
            day >= self.from || day <= self.to
        };
        inside && self.since.is_none_or(|since| since <= date)
    }
}
