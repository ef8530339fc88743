//! The tables of the consolidated report.

use trinhky_drafting::Table;

use super::facts::Facts;
use crate::objectives::verdict::{Verdict, grouped};

impl Facts<'_> {
    /// Per indicator: sums, result against target, verdict, how many units.
    pub(super) fn table(&self) -> Table {
        let header = [
            "TT",
            "Chỉ tiêu",
            "Mục tiêu",
            "Tử số",
            "Mẫu số",
            "Kết quả",
            "Đánh giá",
            "Đạt",
            "Không đạt",
            "Không phát sinh",
            "Chưa báo cáo",
        ];
        let rows = self.results.indicators.iter().map(|indicator| {
            let denominator = if indicator.target.is_count {
                "–".to_owned()
            } else {
                grouped(i128::from(indicator.sum.denominator))
            };
            vec![
                indicator.label.clone(),
                indicator.name.clone(),
                indicator.target.shown(),
                grouped(i128::from(indicator.sum.numerator)),
                denominator,
                indicator.sum.shown(&indicator.target),
                indicator.verdict.vi().to_owned(),
                indicator.met.to_string(),
                indicator.not_met.to_string(),
                indicator.nothing.to_string(),
                indicator.missing.to_string(),
            ]
        });
        Table {
            caption: Some(format!(
                "Kết quả {}; bốn cột cuối là số đơn vị",
                self.results.name
            )),
            header: header.map(str::to_owned).to_vec(),
            rows: rows.collect(),
            widths: vec![2, 10, 4, 4, 4, 4, 5, 3, 3, 4, 4],
            landscape: true,
        }
    }

    /// What units wrote about missed targets.
    pub(super) fn causes_table(&self) -> Table {
        let rows = self.causes.iter().map(|cause| {
            vec![
                self.label(cause.indicator_id).to_owned(),
                self.unit(cause.unit_id).to_owned(),
                cause.cause.clone(),
                format!("{}; {}; {}", cause.measure, cause.owner, cause.measure_due),
            ]
        });
        Table {
            caption: None,
            header: [
                "Chỉ tiêu",
                "Đơn vị",
                "Nguyên nhân",
                "Biện pháp, người chịu trách nhiệm, thời hạn",
            ]
            .map(str::to_owned)
            .to_vec(),
            rows: rows.collect(),
            widths: vec![2, 4, 6, 8],
            landscape: false,
        }
    }

    /// Units × indicators.
    pub(super) fn grid(&self) -> Table {
        let indicators = &self.results.indicators;
        let mut header = vec!["Đơn vị".to_owned()];
        header.extend(
            indicators
                .iter()
                .map(|indicator| format!("{} ({})", indicator.label, indicator.target.shown())),
        );
        let rows = self.units.iter().map(|unit| {
            let mut row = vec![unit.called().to_owned()];
            row.extend(indicators.iter().map(|indicator| {
                match self.cells.get(&(unit.id, indicator.indicator)) {
                    None => "chưa báo cáo".to_owned(),
                    Some(cell) => match cell.verdict(&indicator.target) {
                        Verdict::Met => format!("{} (Đ)", cell.sum().shown(&indicator.target)),
                        Verdict::NotMet => format!("{} (K)", cell.sum().shown(&indicator.target)),
                        Verdict::NotApplicable | Verdict::InProgress => "–".to_owned(),
                    },
                }
            }));
            row
        });
        let mut widths = vec![5];
        widths.resize(indicators.len() + 1, 3);
        Table {
            caption: Some("(Đ) đạt, (K) không đạt, – không phát sinh".to_owned()),
            header,
            rows: rows.collect(),
            widths,
            landscape: true,
        }
    }

    /// The versions of the reports that the figures are frozen against.
    pub(super) fn frozen(&self) -> Table {
        let rows = self.frozen.iter().map(|report| {
            vec![
                report.unit.clone(),
                report.period.clone(),
                report.version.to_string(),
                report.sent.clone(),
            ]
        });
        Table {
            caption: Some(format!(
                "Số liệu chốt theo {} báo cáo đã duyệt; báo cáo sửa sau đó được tính ở lần tổng hợp sau",
                self.frozen.len()
            )),
            header: ["Đơn vị", "Kỳ", "Bản thứ", "Gửi lúc"]
                .map(str::to_owned)
                .to_vec(),
            rows: rows.collect(),
            widths: vec![8, 4, 2, 4],
            landscape: false,
        }
    }
}
