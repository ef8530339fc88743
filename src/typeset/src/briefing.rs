//! The Chairman's one page about a period or a year: figures, who is missing, what is behind, what is asked of him.

use serde::Serialize;

/// What stands on the page, already written for the reader; [`crate::Typesetter::briefing`] prints it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Briefing {
    /// `ỦY BAN NHÂN DÂN HUYỆN CAO LỘC`
    pub agency: String,
    /// `Kết quả Mục tiêu chất lượng quý II năm 2023`
    pub title: String,
    /// The decision, and the day of the figures.
    pub subtitle: String,
    /// Number and what it counts, e.g. `6/8` and `chỉ tiêu đạt`.
    pub headlines: Vec<(String, String)>,
    /// Heads of the columns with a result, e.g. this year's and last year's.
    pub columns: Vec<String>,
    pub indicators: Vec<BriefIndicator>,
    /// A heading with its lines, in order.
    pub sections: Vec<(String, Vec<String>)>,
    pub foot: String,
}

/// One indicator.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct BriefIndicator {
    pub label: String,
    pub name: String,
    pub target: String,
    /// One per column of the briefing.
    pub results: Vec<String>,
    /// The verdict in words.
    pub verdict: String,
    /// Missed ones stand out; none where nothing could be judged.
    pub met: Option<bool>,
    /// Target and result as thousandths of the bar; none where there is no share to draw.
    pub bar: Option<(u32, u32)>,
}
