//! `trinhky calendar`: due dates, the days off of a year, lunar dates.

use std::io::{Write as _, stdout};
use std::process::ExitCode;

use chrono::{DateTime, NaiveDate, Utc};
use clap::Subcommand;
use trinhky_calendar::{
    Calendar, Rule, due_json, due_text, lunar_json, lunar_text, year_json, year_text,
};

use super::{Format, print_json};

#[derive(Debug, Subcommand)]
pub enum CalendarCommand {
    /// The date a rule gives, alone on the first line, then the reasons
    Due {
        /// The day (2023-04-28) or instant (2023-04-28T16:00:00+07:00) counted from
        #[arg(long)]
        from: String,
        /// working_days(n), days(n), weeks(n), months(n), before(DATE), at_latest(DATE)
        #[arg(long)]
        rule: String,
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Days off and worked weekends of a year, with their source
    Year {
        year: i32,
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// The lunar date (UTC+7) of a day, e.g. 2025-01-29
    Lunar {
        date: NaiveDate,
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
}

pub fn run(command: CalendarCommand) -> anyhow::Result<ExitCode> {
    let calendar = Calendar::vietnam();
    match command {
        CalendarCommand::Due { from, rule, format } => {
            let rule = Rule::parse(&rule).map_err(|error| {
                anyhow::anyhow!(
                    "the rule `{rule}` is not right at column {}: {}",
                    error.column,
                    error.message
                )
            })?;
            let from = instant(&calendar, &from)?;
            match format {
                Format::Text => write!(stdout(), "{}", ended(due_text(&calendar, from, &rule)?))?,
                Format::Json => print_json(&due_json(&calendar, from, &rule)?)?,
            }
        }
        CalendarCommand::Year { year, format } => match format {
            Format::Text => write!(stdout(), "{}", ended(year_text(&calendar, year)?))?,
            Format::Json => print_json(&year_json(&calendar, year)?)?,
        },
        CalendarCommand::Lunar { date, format } => match format {
            Format::Text => write!(stdout(), "{}", ended(lunar_text(date)?))?,
            Format::Json => print_json(&lunar_json(date)?)?,
        },
    }
    Ok(ExitCode::SUCCESS)
}

/// An instant as written; a day counts from the opening of the office.
fn instant(calendar: &Calendar, text: &str) -> anyhow::Result<DateTime<Utc>> {
    if let Ok(day) = text.parse::<NaiveDate>() {
        return Ok(calendar.office_open(day));
    }
    DateTime::parse_from_rfc3339(text)
        .map(|at| at.with_timezone(&Utc))
        .map_err(|_| anyhow::anyhow!("`{text}` is neither a day like 2023-04-28 nor an instant like 2023-04-28T16:00:00+07:00"))
}

/// Text with exactly one line break at its end.
fn ended(text: String) -> String {
    format!("{}\n", text.trim_end())
}
