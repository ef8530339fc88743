//! Objectives of a year: follow-up, the units' reports, the consolidated report, the evaluation.

use askama::Template;

use super::shared::{Mark, Markup, Progress};
use crate::web::format::Due;
use crate::web::page::Link;
use crate::web::{Form, Page};

/// The years that have objectives.
#[derive(Debug, Template)]
#[template(path = "objectives/index.html")]
pub struct ObjectivesIndex {
    pub page: Page,
    pub rows: Vec<ObjectivesYear>,
}

#[derive(Debug, Clone)]
pub struct ObjectivesYear {
    pub href: String,
    /// `Mục tiêu chất lượng năm 2023`.
    pub name: String,
    pub document: String,
    /// `Đang theo dõi: quý III, 20/35 đơn vị đã báo cáo`.
    pub state: Mark,
}

/// All objectives of a year with their indicators over the quarters.
#[derive(Debug, Template)]
#[template(path = "objectives/show.html")]
pub struct ObjectivesShow {
    pub page: Page,
    pub document: Link,
    /// Years to choose from; the current one has `None`.
    pub years: Vec<(String, Option<String>)>,
    /// `Quý II`, `Quý III`, `Quý IV`, `Cả năm`.
    pub periods: Vec<String>,
    pub objectives: Vec<ObjectiveRow>,
    pub grid: Option<UnitGrid>,
    /// The acts that wait: report, consolidate, evaluate.
    pub acts: Vec<Link>,
}

#[derive(Debug, Clone)]
pub struct ObjectiveRow {
    pub number: String,
    pub text: String,
    pub indicators: Vec<IndicatorRow>,
}

#[derive(Debug, Clone)]
pub struct IndicatorRow {
    pub code: String,
    pub name: String,
    /// `≥ 98%`.
    pub target: String,
    /// One per period of the page, in its order.
    pub cells: Vec<ResultCell>,
    /// Units that have not reported, with where to see them; empty where none is missing.
    pub missing: String,
    pub missing_href: String,
    /// The line over the quarters with the target's line.
    pub chart: Markup,
}

/// One result: `98,56%`, met or not, with the numbers behind it one link away.
#[derive(Debug, Clone, Default)]
pub struct ResultCell {
    pub value: String,
    /// `412/418`.
    pub fraction: String,
    pub mark: Mark,
    pub href: Option<String>,
}

/// Units × indicators in one period, as numbers.
#[derive(Debug, Clone)]
pub struct UnitGrid {
    pub caption: String,
    /// Code and name of each indicator.
    pub columns: Vec<(String, String)>,
    pub rows: Vec<UnitGridRow>,
    /// The pages of units before and after this one.
    pub previous: Option<String>,
    pub next: Option<String>,
    pub csv_href: String,
    pub xlsx_href: String,
}

#[derive(Debug, Clone)]
pub struct UnitGridRow {
    pub unit: String,
    pub href: Option<String>,
    pub cells: Vec<ResultCell>,
}

/// A unit's report for one period. Per indicator `c`: `num.c`, `den.c`, `none.c` (a box), `cause.c`, `measure.c`, `owner.c`, `by.c`.
#[derive(Debug, Template)]
#[template(path = "objectives/report.html")]
pub struct ReportForm {
    pub page: Page,
    pub unit: String,
    /// `từ 15/03/2023 đến 14/06/2023`.
    pub range: String,
    pub due: Due,
    pub document: Link,
    pub form: Form,
    pub autosave: String,
    pub indicators: Vec<IndicatorInput>,
    pub then: String,
    /// Sent already: when and by whom; sending again replaces it with a new version.
    pub sent: Option<String>,
    /// Files behind the numbers.
    pub evidence: Vec<Link>,
}

#[derive(Debug, Clone)]
pub struct IndicatorInput {
    pub code: String,
    /// `1a. Hồ sơ giải quyết trước hạn, đúng hạn`.
    pub name: String,
    pub target: String,
    pub numerator: String,
    /// Empty where the indicator is a plain count.
    pub denominator: String,
    /// What the unit reported in the period before: `kỳ trước 398/405 (98,27%)`.
    pub previous: String,
    /// After a first sending: `98,56%` and the verdict.
    pub result: Option<ResultCell>,
    /// Cause and measure are asked for (not met).
    pub asks_cause: bool,
    /// What somebody else stored meanwhile: `đang lưu: 233/402`; empty where nothing differs.
    pub stored: String,
    /// The unit is not asked for it and may leave it empty.
    pub not_asked: bool,
    /// The numbers look like a slip; the box `sure.<c>` confirms them.
    pub asks_sure: bool,
}

/// A unit's report as it was sent: for the head to approve, for everybody else to read.
#[derive(Debug, Template)]
#[template(path = "objectives/report_show.html")]
pub struct ReportShow {
    pub page: Page,
    pub unit: String,
    /// `từ 15/03/2023 đến 14/06/2023`.
    pub range: String,
    pub document: Link,
    /// Where it stands: `Chờ lãnh đạo đơn vị duyệt`.
    pub state: Mark,
    /// When it was sent and approved, by whom, how late.
    pub facts: Vec<(String, String)>,
    pub rows: Vec<ReportRow>,
    pub remark: String,
    /// Files behind the numbers.
    pub evidence: Vec<Link>,
    /// For the head: approve (`do=approve`), or send back (`do=back` with `remark`).
    pub approve: Option<Form>,
    /// For the reporter of an approved report: open a new version (`do=correct` with `reason`).
    pub correct: Option<Form>,
}

#[derive(Debug, Clone)]
pub struct ReportRow {
    /// `1a. Hồ sơ giải quyết trước hạn, đúng hạn`.
    pub name: String,
    pub target: String,
    pub result: ResultCell,
    /// The sums over the year.
    pub year: String,
    pub cause: String,
    /// Measure, who answers for it, until when.
    pub measure: String,
}

/// The Office consolidates the units' reports of one period.
#[derive(Debug, Template)]
#[template(path = "objectives/consolidate.html")]
pub struct Consolidate {
    pub page: Page,
    pub progress: Progress,
    pub due: Option<Due>,
    pub rows: Vec<ConsolidatedRow>,
    /// Units without a report, each with its state.
    pub missing: Vec<(String, Mark)>,
    /// Field `assessment`.
    pub form: Form,
    pub autosave: String,
    pub label: String,
    pub then: String,
    /// Whether the reader may consolidate now; otherwise the page is for reading.
    pub may_act: bool,
    /// The report drafted by the last run.
    pub report: Option<Link>,
    /// What is different now from the last run: indicator, before, now.
    pub changes: Vec<(String, String, String)>,
    pub grid: Option<UnitGrid>,
}

/// Sums, never averages; it says how many units have reported.
#[derive(Debug, Clone)]
pub struct ConsolidatedRow {
    pub code: String,
    pub name: String,
    pub target: String,
    pub numerator: String,
    pub denominator: String,
    pub result: ResultCell,
    pub units_met: String,
    pub units_not_met: String,
    pub units_nothing: String,
    pub units_missing: String,
}

/// Met, not met, nothing arose: the year's verdict, and its closing.
#[derive(Debug, Template)]
#[template(path = "objectives/evaluate.html")]
pub struct Evaluate {
    pub page: Page,
    pub document: Link,
    pub due: Option<Due>,
    pub rows: Vec<EvaluationRow>,
    /// Fields `conclusion`, and per indicator that was missed `measure.<code>`.
    pub form: Form,
    pub autosave: String,
    pub label: String,
    pub then: String,
    /// Whether the reader may judge the year now.
    pub may_act: bool,
    /// For the Office chief after the evaluation: closes the year.
    pub close: Option<Form>,
    /// The year is closed: when, by whom.
    pub closed: Option<String>,
    /// The report drafted from the year's results.
    pub report: Option<Link>,
    pub actions: Vec<ActionRow>,
}

/// A corrective action.
#[derive(Debug, Clone)]
pub struct ActionRow {
    pub href: String,
    /// `3. Hồ sơ trực tuyến`.
    pub indicator: String,
    pub cause: String,
    pub action: String,
    pub owner: String,
    pub state: Mark,
}

#[derive(Debug, Clone)]
pub struct EvaluationRow {
    pub code: String,
    pub name: String,
    pub target: String,
    pub result: ResultCell,
    /// `35/35 đơn vị báo cáo`.
    pub basis: String,
    pub asks_measure: bool,
}

/// The files behind a report's numbers. Fields `file`, `indicator`; a button `remove` with the file's id.
#[derive(Debug, Template)]
#[template(path = "objectives/evidence.html")]
pub struct EvidencePage {
    pub page: Page,
    pub form: Form,
    /// Where each file is taken away.
    pub remove: Form,
    /// Id, what to open, and what it stands behind with who added it when.
    pub files: Vec<(String, Link, String)>,
    /// Code and name of the indicators.
    pub indicators: Vec<(String, String)>,
    pub may_act: bool,
    pub back: Link,
}

/// A spreadsheet for a report is chosen. Field `file`.
#[derive(Debug, Template)]
#[template(path = "objectives/import.html")]
pub struct ImportPage {
    pub page: Page,
    pub form: Form,
    pub back: Link,
}

/// What a spreadsheet says. Fields `key`, `num`, `den` (columns), `row.<n>` (the indicator of a row); `do`: fill, preview.
#[derive(Debug, Template)]
#[template(path = "objectives/import_preview.html")]
pub struct ImportPreview {
    pub page: Page,
    pub form: Form,
    /// Place and heading of each column.
    pub columns: Vec<(String, String)>,
    pub rows: Vec<ImportRow>,
    /// Code and label of the indicators.
    pub indicators: Vec<(String, String)>,
    /// Place in the file and what is wrong there.
    pub problems: Vec<(String, String)>,
    /// Labels of indicators that have no row.
    pub absent: String,
    pub back: Link,
}

/// One row of a spreadsheet.
#[derive(Debug, Clone)]
pub struct ImportRow {
    pub number: String,
    /// The name of its field.
    pub field: String,
    pub key: String,
    pub numerator: String,
    pub denominator: String,
}
