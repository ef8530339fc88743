//! The report periods of a year by a regime: data from when to when, opened, due, added up when.

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use trinhky_calendar::periods::{Period, PeriodKind, PeriodRule};
use trinhky_calendar::{Calendar, local, offset};

use super::regime::{Frequency, Regime};

/// Working days before the cut-off at which a period opens, so that the reminder five working days before the deadline finds it open.
const OPENS_BEFORE: i64 = 10;
/// Most deadlines that an office's own expression may name in a year.
pub const MAX_PERIODS: usize = 60;

/// A report period with its dates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheduled {
    /// `2023-Q2`; `2023-K03` for the third of an office's own expression.
    pub code: String,
    /// `quý II năm 2023`.
    pub name: String,
    pub from_on: NaiveDate,
    pub cutoff_on: NaiveDate,
    pub opens_at: DateTime<Utc>,
    pub due_at: DateTime<Utc>,
    pub consolidate_at: DateTime<Utc>,
}

/// The periods of the year whose data are not closed yet on the day of issue; each opens at the earliest now.
#[must_use]
pub fn of_year(
    regime: &Regime,
    year: i32,
    issued_on: NaiveDate,
    now: DateTime<Utc>,
    calendar: &Calendar,
) -> Vec<Scheduled> {
    let mut periods = match regime.frequency {
        Frequency::Cron => by_cron(regime, year, calendar),
        _ => by_kind(regime, year, calendar),
    };
    periods.retain(|period| period.cutoff_on > issued_on);
    for period in &mut periods {
        period.opens_at = period.opens_at.max(now);
    }
    periods
}

fn by_kind(regime: &Regime, year: i32, calendar: &Calendar) -> Vec<Scheduled> {
    kinds(regime.frequency)
        .into_iter()
        .filter_map(|kind| Period::new(kind, year).ok())
        .map(|period| {
            let (from_on, cutoff_on) = period.range(regime.cutoff);
            // Never earlier than the decree allows (Decree 09/2019 Art. 8.5).
            let due_on = calendar
                .add_working_days(cutoff_on, i64::from(regime.due_days))
                .max(period.earliest_due(regime.cutoff, calendar));
            let due_at = calendar.end_of_office(due_on);
            scheduled(
                regime,
                calendar,
                (period.to_string(), period.name_vi()),
                (from_on, cutoff_on),
                due_at,
            )
        })
        .collect()
}

/// Periods that together are the year, so that the year is the sum of its periods and no case is counted twice.
fn kinds(frequency: Frequency) -> Vec<PeriodKind> {
    match frequency {
        Frequency::Month => (1..=12).map(PeriodKind::Month).collect(),
        Frequency::Quarter => (1..=4).map(PeriodKind::Quarter).collect(),
        Frequency::HalfYear => (1..=2).map(PeriodKind::HalfYear).collect(),
        Frequency::NineMonths => vec![PeriodKind::NineMonths, PeriodKind::Quarter(4)],
        Frequency::Year => vec![PeriodKind::Year],
        Frequency::Cron => Vec::new(),
    }
}

/// The instants of the expression in office time are the deadlines; the data are cut off the regime's working days before.
fn by_cron(regime: &Regime, year: i32, calendar: &Calendar) -> Vec<Scheduled> {
    let Some(schedule) = regime.schedule() else {
        return Vec::new();
    };
    let Some((first_on, last_on)) = Period::new(PeriodKind::Year, year)
        .ok()
        .map(|whole| whole.range(regime.cutoff))
    else {
        return Vec::new();
    };
    let start = calendar.office_open(first_on).with_timezone(&offset());
    let mut from_on = first_on;
    let mut found = Vec::new();
    for due in schedule.after(&start).take(MAX_PERIODS) {
        // A deadline on a day off moves to the next working day.
        let due_on = calendar.next_working_day(due.date_naive());
        let due = due + (due_on - due.date_naive());
        let cutoff_on = calendar.add_working_days(due_on, -i64::from(regime.due_days.max(1)));
        if cutoff_on > last_on || due.year() > year + 1 {
            break;
        }
        if cutoff_on < from_on {
            continue;
        }
        let number = found.len() + 1;
        let names = (
            format!("{year}-K{number:02}"),
            format!("kỳ {number} năm {year}"),
        );
        found.push(scheduled(
            regime,
            calendar,
            names,
            (from_on, cutoff_on),
            due.with_timezone(&Utc),
        ));
        from_on = cutoff_on + chrono::Days::new(1);
    }
    found
}

fn scheduled(
    regime: &Regime,
    calendar: &Calendar,
    (code, name): (String, String),
    (from_on, cutoff_on): (NaiveDate, NaiveDate),
    due_at: DateTime<Utc>,
) -> Scheduled {
    let due_on = local(due_at).date_naive();
    let consolidate_on =
        calendar.add_working_days(due_on, i64::from(regime.consolidate_days.max(1)));
    Scheduled {
        code,
        name,
        from_on,
        cutoff_on,
        opens_at: calendar.office_open(calendar.add_working_days(cutoff_on, -OPENS_BEFORE)),
        due_at,
        consolidate_at: calendar.office_open(consolidate_on),
    }
}

/// The cut-off rule behind its stored word.
#[must_use]
pub fn cutoff(word: &str) -> Option<PeriodRule> {
    [PeriodRule::Nd09, PeriodRule::Calendar]
        .into_iter()
        .find(|rule| cutoff_word(*rule) == word)
}

/// The stored word of a cut-off rule.
#[must_use]
pub fn cutoff_word(rule: PeriodRule) -> &'static str {
    match rule {
        PeriodRule::Nd09 => "nd09",
        PeriodRule::Calendar => "calendar",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn planned(regime: &Regime, issued_on: &str) -> Vec<Scheduled> {
        let now = "2023-01-01T00:00:00Z".parse().expect("an instant");
        of_year(regime, 2023, day(issued_on), now, &Calendar::vietnam())
    }

    #[test]
    fn every_frequency_covers_the_year_once_without_gap_or_overlap() {
        for cutoff in [PeriodRule::Nd09, PeriodRule::Calendar] {
            for frequency in Frequency::ALL {
                let regime = Regime {
                    frequency,
                    cutoff,
                    cron: "0 17 5 * *".to_owned(),
                    ..Regime::of_law()
                };
                let periods = planned(&regime, "2022-12-01");
                let (first, last) = Period::new(PeriodKind::Year, 2023)
                    .expect("a year")
                    .range(cutoff);
                assert_eq!(periods[0].from_on, first, "{frequency:?}");
                for pair in periods.windows(2) {
                    assert_eq!(
                        pair[0].cutoff_on + chrono::Days::new(1),
                        pair[1].from_on,
                        "{frequency:?} {cutoff:?}"
                    );
                }
                let end = periods.last().expect("a period").cutoff_on;
                if frequency == Frequency::Cron {
                    assert!(end <= last);
                } else {
                    assert_eq!(end, last, "{frequency:?}");
                }
                for period in &periods {
                    assert!(local(period.due_at).date_naive() > period.cutoff_on);
                    assert!(
                        period.consolidate_at > period.due_at && period.opens_at < period.due_at
                    );
                }
            }
        }
    }

    #[test]
    fn the_seed_reports_by_quarter_and_is_added_up_on_the_twentieth() {
        let periods = planned(&Regime::of_law(), "2023-03-24");
        let dates: Vec<(&str, String, String)> = periods
            .iter()
            .map(|period| {
                (
                    period.code.as_str(),
                    local(period.due_at).format("%d/%m %H:%M").to_string(),
                    local(period.consolidate_at)
                        .format("%d/%m %H:%M")
                        .to_string(),
                )
            })
            .collect();
        let expected = [
            ("2023-Q2", "15/06 17:00", "20/06 07:30"),
            ("2023-Q3", "15/09 17:00", "20/09 07:30"),
            ("2023-Q4", "15/12 17:00", "20/12 07:30"),
        ];
        assert_eq!(
            dates,
            expected.map(|(code, due, sum)| (code, due.to_owned(), sum.to_owned()))
        );
    }

    #[test]
    fn an_office_may_set_its_own_deadlines() {
        let regime = Regime {
            frequency: Frequency::Cron,
            cron: "0 16 5 * *".to_owned(),
            due_days: 2,
            ..Regime::of_law()
        };
        let periods = planned(&regime, "2023-03-24");
        // Due on Wednesday 5 April at four; two working days before is Monday the 3rd.
        assert_eq!(periods[0].cutoff_on, day("2023-04-03"));
        assert_eq!(
            local(periods[0].due_at)
                .format("%d/%m/%Y %H:%M")
                .to_string(),
            "05/04/2023 16:00"
        );
        assert_eq!(periods[0].code, "2023-K04");
        assert_eq!(periods[0].name, "kỳ 4 năm 2023");
    }

    #[test]
    fn weekdays_of_an_own_deadline_are_counted_as_people_count_them() {
        for (cron, first) in [
            ("0 17 * * 5", "31/03/2023"),
            ("0 17 * * 1-5", "27/03/2023"),
            ("0 17 * * 0", "26/03/2023"),
        ] {
            let regime = Regime {
                frequency: Frequency::Cron,
                cron: cron.to_owned(),
                due_days: 0,
                ..Regime::of_law()
            };
            let now = "2023-03-25T00:00:00Z".parse().expect("an instant");
            let next = regime
                .schedule()
                .and_then(|schedule| schedule.after(&now).next())
                .map(|at: chrono::DateTime<chrono::Utc>| at.format("%d/%m/%Y").to_string());
            assert_eq!(next.as_deref(), Some(first), "{cron}");
        }
    }

    #[test]
    fn a_decision_issued_just_before_a_cut_off_opens_that_period_at_once() {
        let now = Calendar::vietnam().office_open(day("2023-06-13"));
        let periods = of_year(
            &Regime::of_law(),
            2023,
            day("2023-06-13"),
            now,
            &Calendar::vietnam(),
        );
        assert_eq!(
            (periods[0].code.as_str(), periods[0].opens_at),
            ("2023-Q2", now)
        );
    }

    #[test]
    fn a_deadline_never_falls_on_a_day_off() {
        // 14 September 2024 is a Saturday, 15 a Sunday.
        let now = "2024-01-01T00:00:00Z".parse().expect("an instant");
        let issued = day("2024-03-20");
        let law = Regime::of_law();
        let periods = of_year(&law, 2024, issued, now, &Calendar::vietnam());
        let due = local(periods[1].due_at).format("%Y-%m-%d %H:%M");
        assert_eq!(due.to_string(), "2024-09-16 17:00");
        // The 5th of February 2023 is a Sunday.
        let own = Regime {
            frequency: Frequency::Cron,
            cron: "0 16 5 * *".to_owned(),
            ..law
        };
        let due = local(planned(&own, "2022-12-01")[1].due_at).format("%Y-%m-%d %H:%M");
        assert_eq!(due.to_string(), "2023-02-06 16:00");
        assert!(planned(&own, "2024-01-02").is_empty());
    }
}
