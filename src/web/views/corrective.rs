//! Corrective actions: the overview of a decision, and one action.

use askama::Template;

use super::shared::Mark;
use crate::web::{Form, Link, Page};

/// All actions of a decision; by hand one more is opened with the fields `indicator`, `correction`, `cause`, `action`, `owner`, `due`.
#[derive(Debug, Template)]
#[template(path = "objectives/actions.html")]
pub struct Actions {
    pub page: Page,
    pub document: Link,
    /// `3 biện pháp: 1 quá hạn, 1 đang thực hiện, 1 đã kết thúc`.
    pub summary: String,
    pub rows: Vec<ActionLine>,
    /// None where the reader may not open one.
    pub form: Option<Form>,
    /// Code and name of the indicators.
    pub indicators: Vec<(String, String)>,
}

/// One action in the overview.
#[derive(Debug, Clone)]
pub struct ActionLine {
    pub href: String,
    pub indicator: String,
    pub action: String,
    pub owner: String,
    pub due: String,
    pub state: Mark,
}

/// One action with what can be done to it now.
#[derive(Debug, Template)]
#[template(path = "objectives/action.html")]
pub struct ActionPage {
    pub page: Page,
    pub back: Link,
    pub state: Mark,
    pub facts: Vec<(String, String)>,
    /// Fields `correction`, `cause`, `action`, `owner`, `due`, `done`, `effectiveness`; buttons `do`: change, done, works, fails.
    pub form: Form,
    /// The words may be changed and the action finished.
    pub is_open: bool,
    /// It is to be looked at whether it worked.
    pub is_done: bool,
}
