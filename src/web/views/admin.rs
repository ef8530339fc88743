//! What the administrator looks after.

use askama::Template;

use super::shared::{Choice, Filter, Mark, Markup, Pager};
use crate::web::page::Link;
use crate::web::{Form, Page};

/// Units of the organisation at one date, as a tree by depth.
#[derive(Debug, Template)]
#[template(path = "admin/units.html")]
pub struct Units {
    pub page: Page,
    /// Field `on`: the date looked at (`24/03/2023`).
    pub on: String,
    pub rows: Vec<UnitRow>,
    pub notes: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct UnitRow {
    pub name: String,
    /// How deep in the tree, from 0; shown by dashes, so that it reads and prints.
    pub depth: usize,
    pub code: String,
    pub kind: String,
    pub valid: String,
    pub head: String,
    pub email: String,
}

impl UnitRow {
    /// One dash for each level.
    #[must_use]
    pub fn dashes(&self) -> String {
        "– ".repeat(self.depth)
    }
}

/// Persons with their posts and substitutes.
#[derive(Debug, Template)]
#[template(path = "admin/persons.html")]
pub struct Persons {
    pub page: Page,
    pub query: String,
    pub filters: Vec<Filter>,
    pub rows: Vec<PersonRow>,
    pub pager: Pager,
}

#[derive(Debug, Clone)]
pub struct PersonRow {
    pub href: String,
    pub name: String,
    pub login: String,
    pub posts: Vec<String>,
    pub email: String,
    pub mark: Mark,
    /// `Phó Chủ tịch thay từ 01/06 đến 10/06`; may be empty.
    pub substitute: String,
}

/// The days off and the worked weekends of a year, with their source.
#[derive(Debug, Template)]
#[template(path = "admin/holidays.html")]
pub struct Holidays {
    pub page: Page,
    pub years: Vec<Link>,
    pub sources: Vec<String>,
    /// The year is computed, not announced yet.
    pub provisional: bool,
    pub year: i32,
    pub rows: Vec<HolidayRow>,
    /// Fields `date`, `reason`, `source`, and `notice` for the year's notice.
    pub form: Option<Form>,
}

#[derive(Debug, Clone)]
pub struct HolidayRow {
    /// `thứ Hai 02/01/2023`.
    pub date: String,
    pub kind: String,
    pub reason: String,
    pub source: String,
}

/// Workflows: their versions, what runs on each, and the drawing.
#[derive(Debug, Template)]
#[template(path = "admin/workflows.html")]
pub struct Workflows {
    pub page: Page,
    pub rows: Vec<WorkflowRow>,
    pub own: OwnWorkflows,
    /// Field `file`; the findings of a refused one stand in `findings`.
    pub form: Form,
    pub findings: Vec<WorkflowFinding>,
    /// Name and drawing of the chosen one, and the way to what runs by an older version of it.
    pub drawing: Option<(String, Markup, Option<Link>)>,
}

/// The organisation's own versions.
#[derive(Debug, Clone, Default)]
pub struct OwnWorkflows {
    pub head: Vec<String>,
    pub rows: Vec<OwnWorkflow>,
}

#[derive(Debug, Clone)]
pub struct OwnWorkflow {
    pub href: String,
    pub name: String,
    /// What stands below the heads after the first.
    pub cells: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct WorkflowRow {
    pub href: String,
    pub name: String,
    pub version: String,
    pub published: String,
    pub running: String,
    pub incidents: usize,
}

#[derive(Debug, Clone)]
pub struct WorkflowFinding {
    /// `decision.bpmn:14:9`.
    pub place: String,
    pub severity: Mark,
    pub rule: String,
    pub message: String,
}

/// The outbox: what waits to be sent, what failed and why.
#[derive(Debug, Template)]
#[template(path = "admin/outbox.html")]
pub struct Outbox {
    pub page: Page,
    pub filters: Vec<Filter>,
    pub rows: Vec<OutboxRow>,
    pub pager: Pager,
}

#[derive(Debug, Clone)]
pub struct OutboxRow {
    pub to: String,
    pub subject: String,
    pub mark: Mark,
    /// Attempts, last answer, next attempt: `lần 2, 08:05: hộp thư đầy; thử lại 08:35`.
    pub detail: String,
    /// What to do about a mail that did not arrive; empty for the others.
    pub advice: String,
    pub at: String,
    pub retry: Option<Form>,
}

/// The journal: every act, readable; or who looked at what.
#[derive(Debug, Template)]
#[template(path = "admin/journal.html")]
pub struct Journal {
    pub page: Page,
    pub query: String,
    /// What a new search keeps: names and values of hidden fields.
    pub kept: Vec<(String, String)>,
    /// The day as it was typed; empty for all.
    pub day: String,
    /// The chosen unit's id; empty for all.
    pub unit: String,
    pub units: Vec<Choice>,
    /// The one document and the one person that the page is about.
    pub narrowed: Vec<String>,
    /// The page without any of these wishes.
    pub all_href: String,
    pub filters: Vec<Filter>,
    pub rows: Vec<JournalRow>,
    pub pager: Pager,
    pub csv_href: String,
}

/// One line of the journal.
#[derive(Debug, Clone, Default)]
pub struct JournalRow {
    pub at: String,
    pub who: String,
    /// Everything that this person did.
    pub who_href: Option<String>,
    pub what: String,
    /// Everything about this document.
    pub what_href: Option<String>,
    pub journal_no: String,
}
