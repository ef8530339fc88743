//! The next year's targets from this year's results.

use askama::Template;

use super::objectives::ResultCell;
use crate::web::page::Link;
use crate::web::{Form, Page};

/// What was wanted, what came out, what is suggested; one press makes the draft. Per indicator the field `target.<code>`.
#[derive(Debug, Template)]
#[template(path = "objectives/next_year.html")]
pub struct NextYear {
    pub page: Page,
    pub document: Link,
    /// `2024`
    pub year: String,
    pub rows: Vec<NextYearRow>,
    pub form: Form,
    pub label: String,
    pub then: String,
    /// Whether the reader may make the draft and nobody has.
    pub may_act: bool,
    /// The draft that is made already.
    pub made: Option<Link>,
}

#[derive(Debug, Clone)]
pub struct NextYearRow {
    /// The field's name: `target.O3_online_rate`.
    pub field: String,
    pub name: String,
    pub target: String,
    pub result: ResultCell,
    /// `≥ 70%`
    pub suggested: String,
    pub reason: String,
}
