//! The proposal for the next year's decision, begun from this year's results.

use std::collections::BTreeMap;

use trinhky_drafting::objectives::propose;
use trinhky_drafting::{Block, Draft, Table};

use super::{Line, Outlook};
use crate::app::Cx;
use crate::documents::measures::words;
use crate::documents::{Document, lower_first, proposal};
use crate::fault::Outcome;
use crate::objectives::verdict::Verdict;

impl Outlook {
    /// The letter: what the year came to and which targets are proposed; the round of opinions is filled in when it is over.
    pub(super) async fn letter(&self, cx: Cx<'_>, next: &Document) -> Outcome<Draft> {
        let subject = format!("Về việc {}", lower_first(&next.draft.subject));
        proposal::letter(cx, next, subject, self.body(next)).await
    }

    fn body(&self, next: &Document) -> Vec<Block> {
        let paragraph = |text: String| Block::Paragraph { text };
        let heading = |label: &str, text: &str| Block::Heading {
            level: 1,
            label: label.to_owned(),
            text: text.to_owned(),
        };
        vec![
            paragraph(format!(
                "Kính trình Chủ tịch xem xét, ban hành {} {} như sau:",
                next.doc_type.name_in_text(),
                lower_first(&next.draft.subject)
            )),
            heading("1.", &format!("Kết quả năm {}", self.year)),
            paragraph(format!(
                "Thực hiện {}, đạt {:02}/{:02} chỉ tiêu theo {}/{} báo cáo của các đơn vị.",
                self.decision.title(),
                self.results.count(Verdict::Met),
                self.results.indicators.len(),
                self.results.reported,
                self.results.asked
            )),
            heading("2.", proposal::PREPARED),
            paragraph("Văn phòng soạn thảo từ kết quả thực hiện năm trước.".to_owned()),
            heading("3.", "Mục tiêu đề nghị"),
            Block::Table(self.table(&next.draft)),
            paragraph("Kính trình Chủ tịch xem xét, quyết định./.".to_owned()),
        ]
    }

    /// What was wanted, what came out, and what the new text wants.
    fn table(&self, next: &Draft) -> Table {
        let wanted: BTreeMap<String, String> = propose(next)
            .into_iter()
            .flat_map(|objective| objective.indicators)
            .map(|found| (found.id, words(found.comparator, found.target, found.unit)))
            .collect();
        let header = [
            "TT".to_owned(),
            "Chỉ tiêu".to_owned(),
            format!("Mục tiêu {}", self.year),
            format!("Kết quả {}", self.year),
            "Đánh giá".to_owned(),
            format!("Đề nghị {}", self.year + 1),
            "Lý do".to_owned(),
        ];
        Table {
            caption: None,
            header: header.to_vec(),
            rows: self.lines.iter().map(|line| row(line, &wanted)).collect(),
            widths: vec![1, 5, 3, 3, 3, 3, 6],
            landscape: false,
        }
    }
}

fn row(line: &Line, wanted: &BTreeMap<String, String>) -> Vec<String> {
    let result = &line.result;
    let suggested = line.suggested.shown();
    let wanted = wanted.get(&line.indicator.code).unwrap_or(&suggested);
    let reason = if *wanted == suggested {
        line.reason.vi().to_owned()
    } else {
        format!("Văn phòng đề nghị; gợi ý theo kết quả là {suggested}")
    };
    vec![
        result.label.clone(),
        result.name.clone(),
        result.target.shown(),
        result.sum.shown(&result.target),
        result.verdict.vi().to_owned(),
        wanted.clone(),
        reason,
    ]
}
