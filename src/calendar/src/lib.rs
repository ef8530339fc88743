//! Working days, public holidays, lunar dates and the counting of deadlines, as Vietnamese state offices count them.
//!
//! Everything here is a value or a pure function: no clock, no file, no network. The caller says when it is, and which
//! organisation's [`Calendar`] applies.
//!
//! Instants are UTC; days are days in the legal time zone of Việt Nam (UTC+7, no summer time).

mod calendar;
mod dates;
mod ics;
mod parse;
mod resolve;
mod rule;
mod statutory;
mod table;
mod text;
mod vietnam;

pub mod lunar;
pub mod periods;

pub use calendar::{Calendar, Day, DayKind};
pub use dates::{at, deadline_day, local, offset, vn_date, vn_long, weekday_en, weekday_vi};
pub use ics::{IcsEvent, ics_text};
pub use resolve::{CalendarError, Moved, OpenDeadline, Reason, Resolved};
pub use rule::{Anchor, Rule, RuleError};
pub use table::{Entry, EntryKind, Note, OfficeHours, Roll, Season};
pub use text::{due_json, due_text, lunar_json, lunar_text, year_json, year_text};
