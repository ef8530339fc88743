//! The story of the year, read back from the journal line by line.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use trinhky_calendar::{local, weekday_vi};
use uuid::Uuid;

use crate::app::App;
use crate::audit::rows::journal;
use crate::fault::Outcome;
use crate::people::find as people_find;

/// Tells what the journal has gained since the last time.
#[derive(Debug, Default)]
pub struct Teller {
    told: i64,
    /// Names of units, for acts in the name of one.
    units: BTreeMap<Uuid, String>,
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
        if self.units.is_empty() {
            let units = people_find::all_units(app.store.reader(), app.today()).await?;
            self.units = units
                .into_iter()
                .map(|(id, unit)| (id, unit.called().to_owned()))
                .collect();
        }
        for row in rows {
            self.told = row.id;
            // A timer that fires is the cause of the next line, not news by itself.
            if row.act == "timer.fired" || row.act == "person.signed_in" {
                continue;
            }
            self.line(&row).map_err(anyhow::Error::from)?;
        }
        Ok(())
    }

    /// Everything told.
    #[must_use]
    pub fn into_text(self) -> String {
        self.text
    }

    fn line(&mut self, row: &journal::Model) -> io::Result<()> {
        let at = local(row.at);
        let day = format!("{} {}", weekday_vi(at.date_naive()), at.format("%d/%m/%Y"));
        let mut out = String::new();
        if day != self.day {
            let _ = writeln!(out, "\n{day}");
            self.day = day;
        }
        let unit = row
            .unit_id
            .and_then(|id| self.units.get(&id))
            .filter(|name| {
                !row.capacity.contains(name.as_str()) && !row.summary.contains(name.as_str())
            });
        let who = [Some(&row.actor_name), Some(&row.capacity), unit]
            .into_iter()
            .flatten()
            .filter(|part| !part.is_empty())
            .cloned()
            .collect::<Vec<_>>()
            .join(", ");
        let _ = writeln!(
            out,
            "  {}  #{:<5} {who}: {}",
            at.format("%H:%M"),
            row.id,
            row.summary
        );
        io::Write::write_all(&mut io::stdout(), out.as_bytes())?;
        self.text.push_str(&out);
        Ok(())
    }
}
