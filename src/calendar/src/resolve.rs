//! From a rule and a start to an instant, with the reasons that a person can check.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, Utc};
use serde::Serialize;

use crate::calendar::{Calendar, Day, DayKind};
use crate::dates::{deadline_day, end_of_day, is_weekend, local, vn_date, weekday_en, weekday_vi};
use crate::lunar;
use crate::rule::{Anchor, Rule};
use crate::table::Roll;

/// A deadline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Resolved {
    /// The last instant in time; 24:00 of a day is 00:00 of the next.
    pub at: DateTime<Utc>,
    /// The day of the deadline, as people name it.
    pub date: NaiveDate,
    pub reasons: Vec<Reason>,
    /// The counting crossed a year without a notice, or a day whose change is proposed: it may still move.
    pub provisional: bool,
}

/// One sentence of the explanation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    pub message: String,
    pub message_vi: String,
}

/// Why there is no deadline.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    #[error("the deadline falls outside the years {first}–{last} that the calendar knows", first = lunar::FIRST_YEAR, last = lunar::LAST_YEAR)]
    OutOfRange,
    #[error("the rule counts from `{name}`, and no date is known for it yet")]
    UnknownName { name: String },
    #[error("`{rule}` is no length of time that before(…) or after(…) could count")]
    NotALength { rule: String },
}

impl CalendarError {
    /// The same sentence in Vietnamese.
    pub fn message_vi(&self) -> String {
        match self {
            Self::OutOfRange => {
                format!(
                    "thời hạn nằm ngoài các năm {}–{} của lịch",
                    lunar::FIRST_YEAR,
                    lunar::LAST_YEAR
                )
            }
            Self::NotALength { rule } => {
                format!("`{rule}` không phải là khoảng thời gian để before(…), after(…) tính")
            }
            Self::UnknownName { name } => {
                format!("quy tắc tính từ `{name}` nhưng chưa biết ngày của mục này")
            }
        }
    }
}

/// A deadline that is running, as the preview of a calendar change needs it.
#[derive(Debug, Clone)]
pub struct OpenDeadline<Id> {
    pub id: Id,
    pub rule: Rule,
    pub from: DateTime<Utc>,
}

/// A deadline that a change of the calendar would move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moved<Id> {
    pub id: Id,
    pub before: DateTime<Utc>,
    pub after: DateTime<Utc>,
}

impl Calendar {
    /// When a deadline ends that follows `rule` and starts at `from`.
    ///
    /// # Errors
    /// The rule's name is not bound, the rule inside `before` or `after` is no length of time, or the start or the
    /// deadline falls outside 1900–2199.
    pub fn resolve(&self, rule: &Rule, from: DateTime<Utc>) -> Result<Resolved, CalendarError> {
        // Before the conversion, which cannot represent the very ends of time.
        in_range(from.date_naive())?;
        let today = local(from).date_naive();
        in_range(today)?;
        match rule {
            Rule::Before(anchor, duration) => {
                let start = anchor_day(anchor, from)?;
                self.count_back(duration, start)
            }
            Rule::After(anchor, duration) => {
                let start = anchor_day(anchor, from)?;
                self.count(duration, start, start)
            }
            Rule::BeforeDate(anchor) => match anchor {
                Anchor::Instant(instant) => self.sharp(*instant),
                _ => self.before_date(anchor_day(anchor, from)?),
            },
            Rule::AtLatest(anchor) => match anchor {
                Anchor::Instant(instant) => self.sharp(*instant),
                _ => {
                    let date = anchor_day(anchor, from)?;
                    let reason = reason(
                        format!("at the latest on {}", en(date)),
                        format!("chậm nhất {}", vi(date)),
                    );
                    self.fixed(date, vec![reason])
                }
            },
            // Too late for today's office: a duty of the same day becomes one of the next working day.
            Rule::WorkingDays(0) if from > self.end_of_office(today) => {
                self.count(&Rule::WorkingDays(0), today, today + Days::new(1))
            }
            duration => self.count(duration, today, today),
        }
    }

    /// Which of the open deadlines would move if `changed` replaced this calendar. Deadlines that either calendar
    /// cannot resolve are left out.
    pub fn moved_by<Id: Clone>(
        &self,
        changed: &Calendar,
        open: &[OpenDeadline<Id>],
    ) -> Vec<Moved<Id>> {
        let moved = |deadline: &OpenDeadline<Id>| {
            let before = self.resolve(&deadline.rule, deadline.from).ok()?.at;
            let after = changed.resolve(&deadline.rule, deadline.from).ok()?.at;
            (before != after).then(|| Moved {
                id: deadline.id.clone(),
                before,
                after,
            })
        };
        open.iter().filter_map(moved).collect()
    }

    /// Counts forward from `start`; `told` is the start as the reasons name it.
    fn count(
        &self,
        duration: &Rule,
        told: NaiveDate,
        start: NaiveDate,
    ) -> Result<Resolved, CalendarError> {
        if let Rule::WorkingDays(n) = duration {
            let date = self.add_working_days(start, i64::from(*n));
            let mut reasons = vec![counted(duration, told, *n > 0)];
            reasons.extend(self.skipped(told, date));
            return self.by_end_of_office(date, told, reasons);
        }
        let last = calendar_days(duration, start, true)?;
        in_range(last)?;
        let date = self.next_working_day(last);
        let mut reasons = vec![counted(duration, told, true)];
        reasons.extend(self.rolled(
            last,
            date,
            ("Civil Code 2015, Art. 148", "Bộ luật Dân sự 2015, Điều 148"),
        ));
        self.by_midnight(date, told, reasons)
    }

    /// Counts back from `anchor`. A last day that is off moves back, because moving on would eat the time that the rule
    /// keeps free before the anchor.
    fn count_back(&self, duration: &Rule, anchor: NaiveDate) -> Result<Resolved, CalendarError> {
        let (length, length_vi) = length(duration);
        let mut reasons = vec![reason(
            format!("{length} before {}", en(anchor)),
            format!("{length_vi} trước {}", vi(anchor)),
        )];
        if let Rule::WorkingDays(n) = duration {
            let date = match n {
                0 => self.previous_working_day(anchor),
                n => self.add_working_days(anchor, -i64::from(*n)),
            };
            reasons.extend(self.skipped(date, anchor));
            return self.by_end_of_office(date, anchor, reasons);
        }
        let first = calendar_days(duration, anchor, false)?;
        in_range(first)?;
        let date = if self.roll() == Roll::None {
            first
        } else {
            self.previous_working_day(first)
        };
        reasons.extend(self.rolled(
            first,
            date,
            ("the office's roll rule", "quy tắc của cơ quan"),
        ));
        self.by_midnight(date, anchor, reasons)
    }

    fn before_date(&self, named: NaiveDate) -> Result<Resolved, CalendarError> {
        let last = named.pred_opt().ok_or(CalendarError::OutOfRange)?;
        let reasons = vec![reason(
            format!("before {} means by 24:00 of {}", en(named), en(last)),
            format!("trước {} nghĩa là đến hết {}", vi(named), vi(last)),
        )];
        let mut resolved = self.fixed(last, reasons)?;
        if resolved.date >= named {
            resolved.reasons.push(reason(
                format!("this is no longer before {}: the roll rule for fixed dates moved it; it can be set otherwise", vn_date(named)),
                format!("thời hạn không còn trước {}: do quy tắc lùi hạn cho ngày cố định; có thể đổi trong cài đặt", vn_date(named)),
            ));
        }
        Ok(resolved)
    }

    /// A date that a plan fixes, rolled as the organisation set it.
    fn fixed(&self, named: NaiveDate, mut reasons: Vec<Reason>) -> Result<Resolved, CalendarError> {
        in_range(named)?;
        let date = match self.roll() {
            Roll::NextWorkingDay => self.next_working_day(named),
            Roll::PreviousWorkingDay => self.previous_working_day(named),
            Roll::None => named,
        };
        reasons.extend(self.rolled(
            named,
            date,
            ("the office's roll rule", "quy tắc của cơ quan"),
        ));
        self.by_midnight(date, named, reasons)
    }

    fn sharp(&self, at: DateTime<Utc>) -> Result<Resolved, CalendarError> {
        let date = deadline_day(at);
        in_range(date)?;
        let wall = local(at).format("%H:%M");
        let reasons = vec![reason(
            format!("at {wall} on {}", en(local(at).date_naive())),
            format!("lúc {wall} {}", vi(local(at).date_naive())),
        )];
        Ok(Resolved {
            at,
            date,
            reasons,
            provisional: false,
        })
    }

    fn by_end_of_office(
        &self,
        date: NaiveDate,
        other: NaiveDate,
        mut reasons: Vec<Reason>,
    ) -> Result<Resolved, CalendarError> {
        in_range(date)?;
        let at = self.end_of_office(date);
        let wall = local(at).format("%H:%M");
        reasons.push(reason(
            format!("due {}, by {wall} when the office closes", en(date)),
            format!("hạn là {wall} {}, hết giờ làm việc", vi(date)),
        ));
        Ok(self.finish(at, date, other, reasons))
    }

    fn by_midnight(
        &self,
        date: NaiveDate,
        other: NaiveDate,
        mut reasons: Vec<Reason>,
    ) -> Result<Resolved, CalendarError> {
        in_range(date)?;
        reasons.push(reason(
            format!("due {}, by 24:00", en(date)),
            format!("hạn là 24:00 {}", vi(date)),
        ));
        Ok(self.finish(end_of_day(date), date, other, reasons))
    }

    /// Adds what is not certain about the days between `date` and `other`.
    fn finish(
        &self,
        at: DateTime<Utc>,
        date: NaiveDate,
        other: NaiveDate,
        mut reasons: Vec<Reason>,
    ) -> Resolved {
        let (first, last) = (date.min(other), date.max(other));
        let mut provisional = false;
        for year in (first.year()..=last.year()).filter(|&year| self.is_provisional(year)) {
            provisional = true;
            reasons.push(reason(
                format!("no notice of the days off of {year} is known: computed from the statutes, provisional"),
                format!("chưa có thông báo lịch nghỉ năm {year}: tính theo luật, tạm thời"),
            ));
        }
        let inside = |day: &Day| first <= day.date && day.date <= last;
        let proposed = |day: &Day| day.provisional && !self.is_provisional(day.date.year());
        for year in first.year()..=last.year() {
            for day in self
                .special_days(year)
                .into_iter()
                .filter(|day| inside(day) && proposed(day))
            {
                provisional = true;
                reasons.push(reason(
                    format!("{}: {} ({})", en(day.date), day.reason, day.source),
                    format!("{}: {} ({})", vi(day.date), day.reason_vi, day.source),
                ));
            }
        }
        Resolved {
            at,
            date,
            reasons,
            provisional,
        }
    }

    /// One sentence per day off, or worked weekend, between two days, the ordinary weekend left out.
    fn skipped(&self, after: NaiveDate, until: NaiveDate) -> Vec<Reason> {
        let years = after.year()..=until.year();
        let special = years.flat_map(|year| self.special_days(year));
        special
            .filter(|day| after < day.date && day.date <= until && day.kind != DayKind::Working)
            .filter(|day| day.kind != DayKind::WeeklyRest)
            .map(|day| {
                let (does, does_vi) = if day.kind.is_working() {
                    ("is worked", "làm việc")
                } else {
                    ("is off", "nghỉ")
                };
                reason(
                    format!("{} {does}: {} ({})", en(day.date), day.reason, day.source),
                    format!(
                        "{} {does_vi}: {} ({})",
                        vi(day.date),
                        day.reason_vi,
                        day.source
                    ),
                )
            })
            .collect()
    }

    fn rolled(
        &self,
        named: NaiveDate,
        date: NaiveDate,
        (rule, rule_vi): (&str, &str),
    ) -> Option<Reason> {
        if named == date {
            return None;
        }
        let day = self.day(named);
        let (to, to_vi) = if date > named {
            ("next", "ngày làm việc tiếp theo")
        } else {
            ("previous", "ngày làm việc liền trước")
        };
        let weekend = is_weekend(named) && day.kind == DayKind::WeeklyRest;
        let source = if weekend {
            String::new()
        } else {
            format!(" ({})", day.source)
        };
        Some(reason(
            format!(
                "{} is off: {}{source}; moved to the {to} working day ({rule})",
                en(named),
                day.reason
            ),
            format!(
                "{} là ngày nghỉ: {}{source}; chuyển sang {to_vi} ({rule_vi})",
                vi(named),
                day.reason_vi
            ),
        ))
    }
}

fn anchor_day(anchor: &Anchor, from: DateTime<Utc>) -> Result<NaiveDate, CalendarError> {
    let day = match anchor {
        Anchor::Date(date) => *date,
        Anchor::Instant(instant) => deadline_day(*instant),
        Anchor::Start => local(from).date_naive(),
        Anchor::Name(name) => return Err(CalendarError::UnknownName { name: name.clone() }),
    };
    in_range(day).map(|()| day)
}

fn in_range(date: NaiveDate) -> Result<(), CalendarError> {
    let known = (lunar::FIRST_YEAR..=lunar::LAST_YEAR).contains(&date.year());
    if known {
        Ok(())
    } else {
        Err(CalendarError::OutOfRange)
    }
}

/// `start` moved by a length of calendar time. Chrono takes the last day of a month that has no such day, as Art. 148
/// wants it.
fn calendar_days(
    duration: &Rule,
    start: NaiveDate,
    forward: bool,
) -> Result<NaiveDate, CalendarError> {
    let days = |n: u64| {
        let n = Days::new(n);
        if forward {
            start.checked_add_days(n)
        } else {
            start.checked_sub_days(n)
        }
    };
    let months = |n: u32| {
        let n = Months::new(n);
        if forward {
            start.checked_add_months(n)
        } else {
            start.checked_sub_months(n)
        }
    };
    let date = match duration {
        Rule::Days(n) => days(u64::from(*n)),
        Rule::Weeks(n) => days(u64::from(*n) * 7),
        Rule::Months(n) => months(*n),
        Rule::Years(n) => n.checked_mul(12).and_then(months),
        Rule::WorkingDays(_)
        | Rule::Before(..)
        | Rule::After(..)
        | Rule::BeforeDate(_)
        | Rule::AtLatest(_) => {
            return Err(CalendarError::NotALength {
                rule: duration.to_string(),
            });
        }
    };
    date.ok_or(CalendarError::OutOfRange)
}

fn counted(duration: &Rule, start: NaiveDate, first_day_counts_not: bool) -> Reason {
    if *duration == Rule::WorkingDays(0) {
        return reason(
            format!(
                "on {} itself, or on the next working day when the office is closed",
                en(start)
            ),
            format!(
                "trong {}, hoặc ngày làm việc tiếp theo nếu ngoài giờ làm việc",
                vi(start)
            ),
        );
    }
    let (length, length_vi) = length(duration);
    let (note, note_vi) = if first_day_counts_not {
        (", the first day not counted", ", không tính ngày đầu")
    } else {
        ("", "")
    };
    reason(
        format!("{length} from {}{note}", en(start)),
        format!("{length_vi} kể từ {}{note_vi}", vi(start)),
    )
}

fn length(duration: &Rule) -> (String, String) {
    let (n, unit, unit_vi) = match duration {
        Rule::WorkingDays(n) => (n, "working day", "ngày làm việc"),
        Rule::Days(n) => (n, "day", "ngày"),
        Rule::Weeks(n) => (n, "week", "tuần"),
        Rule::Months(n) => (n, "month", "tháng"),
        Rule::Years(n) => (n, "year", "năm"),
        other => return (other.to_string(), other.to_string()),
    };
    (
        format!("{n} {unit}{}", if *n == 1 { "" } else { "s" }),
        format!("{n} {unit_vi}"),
    )
}

fn en(date: NaiveDate) -> String {
    format!("{} {date}", weekday_en(date))
}

fn vi(date: NaiveDate) -> String {
    format!("{} ngày {}", weekday_vi(date), vn_date(date))
}

fn reason(message: String, message_vi: String) -> Reason {
    Reason {
        message,
        message_vi,
    }
}
