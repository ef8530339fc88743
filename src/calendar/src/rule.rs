//! Deadline rules, as processes and forms write them.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::parse;

/// How a deadline follows from a start or from another date. Written and stored as text, see [`Rule::parse`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Rule {
    /// The end of office of the n-th working day after the start. With 0: the same day if the start is on a working day
    /// before the office closes, else the next working day (Decree 30/2020, Art. 21(2)c).
    WorkingDays(u32),
    /// n calendar days, to 24:00, moved to the next working day (Civil Code, Art. 147, 148).
    Days(u32),
    Weeks(u32),
    /// n months; the last day of the month where the month has no such day.
    Months(u32),
    Years(u32),
    /// So long before another date: `before(2023-06-15, working_days(3))`. Calendar days that land on a day off move back.
    Before(Anchor, Box<Rule>),
    /// So long after another date: `after(2023-06-15, working_days(1))`.
    After(Anchor, Box<Rule>),
    /// "trước ngày 15/6": by 24:00 of 14/6. An instant stays that instant.
    BeforeDate(Anchor),
    /// "chậm nhất ngày 15/6": by 24:00 of 15/6. An instant stays that instant.
    AtLatest(Anchor),
}

/// The date that a rule counts from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Anchor {
    Date(NaiveDate),
    /// An instant; as the date of a deadline, see [`crate::deadline_day`].
    Instant(DateTime<Utc>),
    /// The start given to [`crate::Calendar::resolve`], written `start`.
    Start,
    /// A date that the caller knows by name (`report.due`); see [`Rule::bind`].
    Name(String),
}

/// Why a text is no rule. `column` counts characters from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
#[error("column {column}: {message}")]
pub struct RuleError {
    pub column: usize,
    pub message: String,
    pub message_vi: String,
}

impl Rule {
    /// Reads `working_days(5)`, `days(10)`, `weeks(2)`, `months(1)`, `years(1)`, `before(2023-06-15)`,
    /// `at_latest(2023-06-15)`, `before(<anchor>, working_days(3))`, `after(<anchor>, days(10))`; an anchor is a date,
    /// an RFC 3339 instant, `start`, or a dotted name.
    ///
    /// # Errors
    /// The text is something else, or a number is beyond what a deadline may be (1000 years).
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        parse::rule(text)
    }

    /// The name this rule waits for, if it has one.
    pub fn name(&self) -> Option<&str> {
        match self.anchor() {
            Some(Anchor::Name(name)) => Some(name),
            _ => None,
        }
    }

    /// The same rule with its name replaced by what `lookup` knows; unchanged where there is no name or no answer.
    #[must_use]
    pub fn bind(mut self, lookup: impl FnOnce(&str) -> Option<Anchor>) -> Self {
        let found = self.name().and_then(lookup);
        if let (Some(found), Some(anchor)) = (found, self.anchor_mut()) {
            *anchor = found;
        }
        self
    }

    fn anchor(&self) -> Option<&Anchor> {
        match self {
            Self::Before(anchor, _)
            | Self::After(anchor, _)
            | Self::BeforeDate(anchor)
            | Self::AtLatest(anchor) => Some(anchor),
            _ => None,
        }
    }

    fn anchor_mut(&mut self) -> Option<&mut Anchor> {
        match self {
            Self::Before(anchor, _)
            | Self::After(anchor, _)
            | Self::BeforeDate(anchor)
            | Self::AtLatest(anchor) => Some(anchor),
            _ => None,
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WorkingDays(n) => write!(f, "working_days({n})"),
            Self::Days(n) => write!(f, "days({n})"),
            Self::Weeks(n) => write!(f, "weeks({n})"),
            Self::Months(n) => write!(f, "months({n})"),
            Self::Years(n) => write!(f, "years({n})"),
            Self::Before(anchor, rule) => write!(f, "before({anchor}, {rule})"),
            Self::After(anchor, rule) => write!(f, "after({anchor}, {rule})"),
            Self::BeforeDate(anchor) => write!(f, "before({anchor})"),
            Self::AtLatest(anchor) => write!(f, "at_latest({anchor})"),
        }
    }
}

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Date(date) => write!(f, "{date}"),
            Self::Instant(instant) => {
                write!(
                    f,
                    "{}",
                    instant.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
                )
            }
            Self::Start => f.write_str("start"),
            Self::Name(name) => f.write_str(name),
        }
    }
}

impl TryFrom<String> for Rule {
    type Error = RuleError;

    fn try_from(text: String) -> Result<Self, RuleError> {
        Self::parse(&text)
    }
}

impl From<Rule> for String {
    fn from(rule: Rule) -> Self {
        rule.to_string()
    }
}

impl std::str::FromStr for Rule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        Self::parse(text)
    }
}
