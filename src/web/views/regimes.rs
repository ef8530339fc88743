//! The report regime of a decision or of the organisation, and which unit reports which indicator.

use askama::Template;

use crate::web::{Form, Link, Page};

/// The nine fields of a regime, and the periods that follow from them.
///
/// Fields `name`, `subject`, `receiver`, `method`, `due_days`, `consolidate_days`, `frequency`, `cron`, `cutoff`, `outline`,
/// `data_table`.
#[derive(Debug, Template)]
#[template(path = "objectives/regime.html")]
pub struct RegimePage {
    pub page: Page,
    pub form: Form,
    /// Stored word and what it is called.
    pub frequencies: Vec<(&'static str, String)>,
    pub cutoffs: Vec<(&'static str, String)>,
    /// The year's periods by what stands in the form, or as they were made at the issue.
    pub periods: Vec<PeriodLine>,
    pub periods_title: String,
    /// Why the regime cannot be changed here; empty where it can.
    pub fixed: String,
    pub may_act: bool,
    pub then: String,
    /// Per indicator how many units report it, with where to say so; empty before the issue.
    pub asked: Vec<(String, Link)>,
}

/// One period with its dates, written.
#[derive(Debug, Clone)]
pub struct PeriodLine {
    pub name: String,
    /// `15/03/2023–14/06/2023`
    pub data: String,
    pub due: String,
    pub consolidate: String,
}

/// Which units report one indicator; boxes `unit` with the unit's id.
#[derive(Debug, Template)]
#[template(path = "objectives/asked.html")]
pub struct AskedPage {
    pub page: Page,
    pub form: Form,
    /// In the indicator's own words.
    pub who: String,
    /// Id and name of each unit that received the decision for action.
    pub units: Vec<(String, String)>,
    pub may_act: bool,
}
