//! The screen on the wall, and the charts as files.

use askama::Template;

use super::objectives::ResultCell;
use super::shared::{Markup, Progress};
use crate::web::Page;
use crate::web::page::Link;

/// Where a decision stands, to be read from afar.
#[derive(Debug, Template)]
#[template(path = "objectives/wall.html")]
pub struct Wall {
    pub page: Page,
    /// Whether it loads itself again every five minutes.
    pub renews: bool,
    pub document: Link,
    /// Reports of the period that runs; none before the first opens.
    pub progress: Option<Progress>,
    pub periods: Vec<String>,
    pub rows: Vec<WallRow>,
    /// Units that miss most, with how many indicators; empty for readers of other organisations.
    pub weakest: Vec<(String, String)>,
}

#[derive(Debug, Clone)]
pub struct WallRow {
    pub code: String,
    pub name: String,
    pub target: String,
    /// One per period, then the year.
    pub cells: Vec<ResultCell>,
    /// Better, worse or the same as the period before, as a shape and in words.
    pub trend: Option<(&'static str, String)>,
}

/// One indicator's chart with its numbers beside.
#[derive(Debug, Template)]
#[template(path = "objectives/chart.html")]
pub struct ChartPage {
    pub page: Page,
    pub document: Link,
    pub target: String,
    pub chart: Markup,
    /// The chart as a file.
    pub file: Link,
    pub rows: Vec<(String, ResultCell)>,
}
