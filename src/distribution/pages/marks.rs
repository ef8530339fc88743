//! A delivery's state as a word, in one place for the sender's and the recipient's pages.

use chrono::{DateTime, Utc};
use trinhky_calendar::{Calendar, deadline_day, local};

use crate::distribution::state;
use crate::distribution::tracking::Row;
use crate::web::Lang;
use crate::web::undelivered::what_to_do;
use crate::web::views::{Mark, Tone};

/// What a mark is made from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts<'a> {
    pub state: &'a str,
    pub for_action: bool,
    pub due_at: DateTime<Utc>,
    pub opened: bool,
    pub arrival_number: Option<i32>,
    pub refusal: &'a str,
    pub bounce: Option<&'a str>,
}

/// The state as the sender sees it.
#[must_use]
pub fn of_row(row: &Row, now: DateTime<Utc>, calendar: &Calendar, lang: Lang) -> Mark {
    let facts = Facts {
        state: &row.state,
        for_action: row.kind == "action",
        due_at: row.due_at,
        opened: row.opened_at.is_some(),
        arrival_number: row.arrival_number,
        refusal: &row.refusal,
        bounce: row.bounce.as_deref(),
    };
    facts.mark(now, calendar, lang)
}

impl Facts<'_> {
    pub fn mark(&self, now: DateTime<Utc>, calendar: &Calendar, lang: Lang) -> Mark {
        match self.state {
            state::REGISTERED => Mark::accepted(
                lang,
                self.arrival_number
                    .and_then(|number| u32::try_from(number).ok())
                    .unwrap_or(0),
            ),
            state::REFUSED => Mark::refused(lang, self.refusal),
            _ if self.bounce.is_some() => {
                Mark::bounced(lang, &what_to_do(self.bounce.unwrap_or_default(), lang))
            }
            _ if self.for_action && now > self.due_at => {
                match calendar
                    .working_days_between(deadline_day(self.due_at), local(now).date_naive())
                {
                    ..=0 => Mark::new(Tone::Late, lang.t("late-today")),
                    days => Mark::overdue(lang, days),
                }
            }
            _ if self.opened => Mark::opened(lang),
            state::DELIVERED => Mark::arrived(lang),
            _ => Mark::sent(lang),
        }
    }
}
