//! The letter by which the Office submits the consolidated report to the Chairman (form 1.4).

use trinhky_drafting::{Block, Draft};

use super::facts::Facts;
use super::text::{heading, listed, paragraph};
use crate::app::Cx;
use crate::documents::{Document, proposal};
use crate::fault::Outcome;
use crate::objectives::verdict::Verdict;

impl Facts<'_> {
    /// The letter: what was added up, what came out, what the Chairman is asked for.
    pub(super) async fn letter(&self, cx: Cx<'_>, report: &Document) -> Outcome<Draft> {
        let subject = format!(
            "Về việc ban hành Báo cáo kết quả thực hiện {} {}",
            self.decision.title(),
            self.results.name
        );
        proposal::letter(cx, report, subject, self.letter_body()).await
    }

    fn letter_body(&self) -> Vec<Block> {
        let results = self.results;
        let of = |verdict: Verdict| {
            results
                .indicators
                .iter()
                .filter(move |indicator| indicator.verdict == verdict)
        };
        let met = of(Verdict::Met).count();
        let missed = of(Verdict::NotMet).map(|indicator| {
            format!(
                "{} {} đạt {} so với mục tiêu {}",
                indicator.label,
                indicator.name,
                indicator.sum.shown(&indicator.target),
                indicator.target.shown()
            )
        });
        vec![
            paragraph(format!(
                "{} kính trình Chủ tịch {} xem xét, ký ban hành Báo cáo kết quả thực hiện {} {} như sau:",
                self.office.name,
                self.organisation.name,
                self.decision.title(),
                results.name
            )),
            heading("1.", "Căn cứ số liệu"),
            paragraph(format!(
                "Báo cáo tổng hợp từ {}/{} báo cáo đã được lãnh đạo đơn vị duyệt; danh sách các bản báo cáo đã chốt số liệu tại Phụ lục II.",
                results.reported, results.asked
            )),
            paragraph(listed("Chưa báo cáo", results.missing.iter().cloned())),
            heading("2.", "Kết quả chính"),
            paragraph(format!(
                "Đạt {met:02}/{:02} chỉ tiêu.",
                results.indicators.len()
            )),
            paragraph(listed("Không đạt", missed)),
            heading("3.", "Kiến nghị"),
            paragraph(format!(
                "{} kính trình Chủ tịch {} xem xét, quyết định./.",
                self.office.name, self.organisation.name
            )),
        ]
    }
}
