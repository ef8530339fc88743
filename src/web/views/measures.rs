//! How the objectives of a draft are measured, for the drafter to confirm.

use askama::Template;

use super::shared::Mark;
use crate::web::{Form, Link, Page};

/// Per indicator `c` the fields `name.c`, `numerator.c`, `denominator.c`, `comparator.c`, `target.c`, `evidence.c`, `who.c`.
#[derive(Debug, Template)]
#[template(path = "documents/measures.html")]
pub struct Measures {
    pub page: Page,
    pub form: Form,
    /// Where text and measure say different things; each is settled by one press.
    pub questions: Vec<MeasureQuestion>,
    pub objectives: Vec<MeasureGroup>,
    /// `≥`, `>` … with the words of forms.
    pub comparators: Vec<(&'static str, &'static str)>,
    /// Whether the reader may confirm now; otherwise the page is for reading.
    pub may_act: bool,
    pub then: String,
    /// Where it is said how often and to whom units report.
    pub regime: Link,
}

/// Text and measure say different things.
#[derive(Debug, Clone)]
pub struct MeasureQuestion {
    /// `Điều 1, khoản 1 nay ghi ≥ 97%; chỉ tiêu đã xác nhận là ≥ 98%.`
    pub sentence: String,
    /// The answers: the value of `do` and what is pressed.
    pub answers: Vec<(String, String)>,
}

/// One objective with what is asked about it.
#[derive(Debug, Clone)]
pub struct MeasureGroup {
    /// `Mục tiêu 1`.
    pub title: String,
    pub text: String,
    /// What only a person can answer (ISO 9001:2015, 6.2).
    pub asked: Vec<String>,
    pub rows: Vec<MeasureRow>,
}

/// One indicator.
#[derive(Debug, Clone)]
pub struct MeasureRow {
    pub code: String,
    /// `1a`.
    pub label: String,
    /// The words of the text that it is read from.
    pub source: String,
    pub state: Mark,
    /// A count has no denominator.
    pub is_count: bool,
}
