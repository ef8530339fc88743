//! The story of the year, read back from the journal line by line.

use std::fmt::Write as _;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use trinhky_calendar::{local, weekday_vi};

use crate::app::App;
use crate::audit::rows::journal;
use crate::fault::Outcome;

/// Tells what the journal has gained since the last time.
#[derive(Debug, Default)]
pub struct Teller {
    told: i64,
    day: String,
    text: String,
}

impl Teller {
    /// Nothing told yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Prints the new rows of the journal, each with its number.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn tell(&mut self, app: &App) -> Outcome<()> {
        let rows = journal::Entity::find()
            .filter(journal::Column::Id.gt(self.told))
            .order_by_asc(journal::Column::Id)
            .all(app.store.reader())
            .await?;
        for row in rows {
            self.told = row.id;
            // A timer that fires is the cause of the next line, not news by itself.
            if row.act == "timer.fired" || row.act == "person.signed_in" {
                continue;
            }
            self.line(&row);
        }
        Ok(())
    }

    /// Everything told.
    #[must_use]
    pub fn into_text(self) -> String {
        self.text
    }

    fn line(&mut self, row: &journal::Model) {
        let at = local(row.at);
        let day = format!("{} {}", weekday_vi(at.date_naive()), at.format("%d/%m/%Y"));
        let mut out = String::new();
        if day != self.day {
            let _ = writeln!(out, "\n{day}");
            self.day = day;
        }
        let who = if row.capacity.is_empty() { row.actor_name.clone() } else { format!("{}, {}", row.actor_name, row.capacity) };
        let _ = writeln!(out, "  {}  #{:<5} {who}: {}", at.format("%H:%M"), row.id, row.summary);
        print!("{out}");
        self.text.push_str(&out);
    }
}
