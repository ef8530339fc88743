//! One organisation's calendar: which days are worked, and when the office opens and closes.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::dates::{at, is_weekend, local};
use crate::table::{Entry, EntryKind, Note, OfficeHours, Roll, Season};
use crate::{statutory, vietnam};

/// An organisation's calendar: a value, edited by its administrator, stored as JSON.
///
/// A day is what its dated entry says; without one, what the week says. A year without a notice takes, besides its
/// entries, the days off that follow from the statutes, and is provisional.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    entries: BTreeMap<NaiveDate, Entry>,
    /// Years whose entries are complete, with the notices that make them so.
    announced: BTreeMap<i32, Vec<String>>,
    notes: BTreeMap<i32, Vec<Note>>,
    hours: OfficeHours,
    seasons: Vec<Season>,
    roll: Roll,
    culture_day_make_up: bool,
}

/// What a day is, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Day {
    pub date: NaiveDate,
    pub kind: DayKind,
    pub reason: String,
    pub reason_vi: String,
    /// The notice or law; empty for the ordinary week.
    pub source: String,
    /// No notice is known for the day's year, or a change of this day is proposed.
    pub provisional: bool,
}

/// The kinds of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    Working,
    /// A Saturday or Sunday that is worked.
    WorkedWeekend,
    /// An ordinary Saturday or Sunday.
    WeeklyRest,
    Holiday,
    MakeUp,
    SwappedOff,
    OtherOff,
}

impl DayKind {
    /// Whether the office works on such a day.
    pub fn is_working(self) -> bool {
        matches!(self, Self::Working | Self::WorkedWeekend)
    }
}

impl Calendar {
    /// The calendar of civil servants: 2023–2026 as announced, every other year by statute and provisional.
    pub fn vietnam() -> Self {
        let mut calendar = Self::statutory();
        calendar.entries.extend(vietnam::entries());
        for year in vietnam::YEARS {
            calendar.announced.insert(
                year.year,
                year.sources.iter().map(|&source| source.into()).collect(),
            );
        }
        for (year, note) in vietnam::notes() {
            calendar.notes.entry(year).or_default().push(note);
        }
        calendar
    }

    /// A calendar without any notice: every year is computed from the statutes and provisional.
    pub fn statutory() -> Self {
        Self {
            entries: BTreeMap::new(),
            announced: BTreeMap::new(),
            notes: BTreeMap::new(),
            hours: OfficeHours::default(),
            seasons: Vec::new(),
            roll: Roll::default(),
            culture_day_make_up: false,
        }
    }

    pub fn is_working_day(&self, date: NaiveDate) -> bool {
        self.kind(date).is_working()
    }

    /// What the day is, why, and by which notice.
    pub fn day(&self, date: NaiveDate) -> Day {
        let entry = self.entry(date);
        let kind = kind_of(date, entry);
        let (week_en, week_vi) = match kind {
            DayKind::Working => ("working day", "ngày làm việc"),
            _ => ("weekly rest day", "ngày nghỉ hằng tuần"),
        };
        let proposed = entry.is_some_and(|entry| entry.kind == EntryKind::Proposed);
        let provisional = proposed || self.is_provisional(date.year());
        let (reason, reason_vi) = match entry {
            Some(entry) if proposed => (
                format!("{week_en}; {}", entry.reason),
                format!("{week_vi}; {}", entry.reason_vi),
            ),
            Some(entry) => (entry.reason.clone(), entry.reason_vi.clone()),
            None => (week_en.into(), week_vi.into()),
        };
        let source = entry.map_or_else(String::new, |entry| entry.source.clone());
        Day {
            date,
            kind,
            reason,
            reason_vi,
            source,
            provisional,
        }
    }

    /// Every day of the year that differs from the ordinary week, and every holiday on a weekend, in order.
    pub fn special_days(&self, year: i32) -> Vec<Day> {
        let mut dates: Vec<NaiveDate> = self
            .entries
            .keys()
            .copied()
            .filter(|date| date.year() == year)
            .collect();
        if self.is_provisional(year) {
            dates.extend(
                statutory::days_off(year, self.culture_day_make_up)
                    .into_iter()
                    .flat_map(BTreeMap::keys),
            );
            dates.sort_unstable();
            dates.dedup();
        }
        dates.into_iter().map(|date| self.day(date)).collect()
    }

    /// The `n`-th working day after `date` (before it when `n` is negative), the date itself not counted.
    /// With `n` = 0 the date itself, or the next working day when it is a day off.
    /// Stops at the ends of chrono's range of dates.
    pub fn add_working_days(&self, date: NaiveDate, n: i64) -> NaiveDate {
        let (mut date, mut left) = (date, n.unsigned_abs());
        if n == 0 {
            return self.next_working_day(date);
        }
        while left > 0 {
            let step = if n > 0 {
                date.succ_opt()
            } else {
                date.pred_opt()
            };
            let Some(next) = step else { return date };
            date = next;
            left -= u64::from(self.is_working_day(date));
        }
        date
    }

    /// How many working days lie after `from` up to and including `to`, so that
    /// `working_days_between(d, add_working_days(d, n)) == n` for every `n` but 0. Negative when `to` is before `from`:
    /// then the working days from `to` up to the day before `from`.
    pub fn working_days_between(&self, from: NaiveDate, to: NaiveDate) -> i64 {
        let count = |first: NaiveDate, days: i64| {
            first
                .iter_days()
                .take(days as usize)
                .filter(|&date| self.is_working_day(date))
                .count() as i64
        };
        let days = (to - from).num_days();
        if days >= 0 {
            count(from, days + 1) - i64::from(self.is_working_day(from))
        } else {
            -count(to, -days)
        }
    }

    /// `date` itself when it is worked, else the next working day.
    pub fn next_working_day(&self, date: NaiveDate) -> NaiveDate {
        date.iter_days()
            .find(|&date| self.is_working_day(date))
            .unwrap_or(NaiveDate::MAX)
    }

    /// `date` itself when it is worked, else the last working day before it.
    pub fn previous_working_day(&self, date: NaiveDate) -> NaiveDate {
        let days = std::iter::successors(Some(date), |date| date.pred_opt());
        days.into_iter()
            .find(|&date| self.is_working_day(date))
            .unwrap_or(NaiveDate::MIN)
    }

    /// When the office closes on `date` (17:00 unless a season says otherwise), worked or not.
    pub fn end_of_office(&self, date: NaiveDate) -> DateTime<Utc> {
        at(date, self.hours_on(date).afternoon_close)
    }

    /// When the office opens on `date` (07:30 unless a season says otherwise), worked or not.
    pub fn office_open(&self, date: NaiveDate) -> DateTime<Utc> {
        at(date, self.hours_on(date).morning_open)
    }

    /// Whether the office works at this instant.
    pub fn is_office_time(&self, instant: DateTime<Utc>) -> bool {
        let wall = local(instant);
        self.is_working_day(wall.date_naive())
            && self.hours_on(wall.date_naive()).contains(wall.time())
    }

    /// The first instant not before `instant` at which the office works.
    pub fn next_office_time(&self, instant: DateTime<Utc>) -> DateTime<Utc> {
        let today = local(instant).date_naive();
        if self.is_working_day(today) {
            let hours = self.hours_on(today);
            for (open, close) in [
                (hours.morning_open, hours.morning_close),
                (hours.afternoon_open, hours.afternoon_close),
            ] {
                if instant < at(today, close) {
                    return instant.max(at(today, open));
                }
            }
        }
        self.office_open(self.next_working_day(today + Days::new(1)))
    }

    /// The office hours in force on `date`: the first season that covers it, else the ordinary hours.
    pub fn hours_on(&self, date: NaiveDate) -> OfficeHours {
        self.seasons
            .iter()
            .find(|season| season.covers(date))
            .map_or(self.hours, |season| season.hours)
    }

    /// Whether the year is computed, for want of a notice.
    pub fn is_provisional(&self, year: i32) -> bool {
        !self.announced.contains_key(&year)
    }

    /// The notices behind an announced year.
    pub fn sources(&self, year: i32) -> &[String] {
        self.announced.get(&year).map_or(&[], Vec::as_slice)
    }

    /// Open points of a year.
    pub fn notes(&self, year: i32) -> &[Note] {
        self.notes.get(&year).map_or(&[], Vec::as_slice)
    }

    pub fn roll(&self) -> Roll {
        self.roll
    }

    pub fn seasons(&self) -> &[Season] {
        &self.seasons
    }

    /// Writes or replaces the entry of a date.
    pub fn set_entry(&mut self, date: NaiveDate, entry: Entry) {
        self.entries.insert(date, entry);
    }

    /// Takes the entry of a date away and returns it.
    pub fn remove_entry(&mut self, date: NaiveDate) -> Option<Entry> {
        self.entries.remove(&date)
    }

    /// The entry written for a date, if any (not the computed holidays).
    pub fn written_entry(&self, date: NaiveDate) -> Option<&Entry> {
        self.entries.get(&date)
    }

    /// Declares the written entries of a year complete: from now on nothing is computed for it.
    /// Without a source the declaration is taken back, and the year is computed and provisional again.
    pub fn announce(&mut self, year: i32, sources: Vec<String>) {
        if sources.is_empty() {
            self.announced.remove(&year);
        } else {
            self.announced.insert(year, sources);
        }
    }

    /// Declares a year complete as it is shown: the computed days become written entries that rest on the notice.
    pub fn announce_as_shown(&mut self, year: i32, source: String) {
        let computed = statutory::days_off(year, self.culture_day_make_up)
            .filter(|_| self.is_provisional(year));
        for (&date, entry) in computed.into_iter().flatten() {
            self.entries.entry(date).or_insert_with(|| Entry {
                source: source.clone(),
                ..entry.clone()
            });
        }
        self.announce(year, vec![source]);
    }

    pub fn set_notes(&mut self, year: i32, notes: Vec<Note>) {
        self.notes.insert(year, notes);
    }

    pub fn set_hours(&mut self, hours: OfficeHours) {
        self.hours = hours;
    }

    pub fn set_seasons(&mut self, seasons: Vec<Season>) {
        self.seasons = seasons;
    }

    pub fn set_roll(&mut self, roll: Roll) {
        self.roll = roll;
    }

    /// Whether 24 November is compensated when it falls on a weekend in a computed year. Off by default: Art. 111(3)
    /// names the days of Art. 112(1) only.
    pub fn set_culture_day_make_up(&mut self, on: bool) {
        self.culture_day_make_up = on;
    }

    fn kind(&self, date: NaiveDate) -> DayKind {
        kind_of(date, self.entry(date))
    }

    fn entry(&self, date: NaiveDate) -> Option<&Entry> {
        let computed = || {
            let days = self
                .is_provisional(date.year())
                .then(|| statutory::days_off(date.year(), self.culture_day_make_up));
            days.flatten()?.get(&date)
        };
        self.entries.get(&date).or_else(computed)
    }
}

fn kind_of(date: NaiveDate, entry: Option<&Entry>) -> DayKind {
    let week = if is_weekend(date) {
        DayKind::WeeklyRest
    } else {
        DayKind::Working
    };
    match entry.map(|entry| entry.kind) {
        None | Some(EntryKind::Proposed) => week,
        Some(EntryKind::Worked) if week == DayKind::Working => DayKind::Working,
        Some(EntryKind::Worked) => DayKind::WorkedWeekend,
        Some(EntryKind::Holiday) => DayKind::Holiday,
        Some(EntryKind::MakeUp) => DayKind::MakeUp,
        Some(EntryKind::SwappedOff) => DayKind::SwappedOff,
        Some(EntryKind::OtherOff) => DayKind::OtherOff,
    }
}
