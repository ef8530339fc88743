//! The tables of the consolidated report.

use trinhky_drafting::Table;

use super::facts::Facts;
use crate::objectives::verdict::{Verdict, grouped};

/// What the last column of the table of results counts.
pub(super) const UNIT_COUNTS: &str =
    "Cột cuối là số đơn vị đạt/không đạt/không phát sinh/chưa báo cáo.";

/// A cause and a measure in the words of the units that gave them.
struct SharedCause<'a> {
    indicator: &'a str,
    cause: &'a str,
    measure: &'a str,
    /// Who answers for the measure until when, and in which units.
    answers: Vec<((&'a str, &'a str), Vec<&'a str>)>,
}

impl SharedCause<'_> {
    fn same_words(&self, other: &SharedCause<'_>) -> bool {
        (self.indicator, self.cause, self.measure) == (other.indicator, other.cause, other.measure)
    }

    /// `Phòng Y tế, Phòng Nội vụ (Trưởng phòng, 15/10/2023); …`
    fn answers(&self) -> String {
        let answers = self
            .answers
            .iter()
            .map(|((owner, due), units)| format!("{} ({owner}, {due})", units.join(", ")));
        answers.collect::<Vec<_>>().join("; ")
    }
}

impl Facts<'_> {
    /// Per indicator: sums, result against target, verdict, how many units; [`UNIT_COUNTS`] explains the last column.
    pub(super) fn table(&self) -> Table {
        let header = [
            "TT",
            "Chỉ tiêu",
            "Mục tiêu",
            "Số liệu",
            "Kết quả",
            "Đánh giá",
            "Số đơn vị",
        ];
        let rows = self.results.indicators.iter().map(|indicator| {
            let mut counts = grouped(i128::from(indicator.sum.numerator));
            if !indicator.target.is_count {
                let denominator = grouped(i128::from(indicator.sum.denominator));
                counts.push_str(&format!("/{denominator}"));
            }
            vec![
                indicator.label.clone(),
                indicator.name.clone(),
                indicator.target.shown(),
                counts,
                indicator.sum.shown(&indicator.target),
                indicator.verdict.vi().to_owned(),
                format!(
                    "{}/{}/{}/{}",
                    indicator.met, indicator.not_met, indicator.nothing, indicator.missing
                ),
            ]
        });
        Table {
            caption: Some(format!("Kết quả {}", self.results.name)),
            header: header.map(str::to_owned).to_vec(),
            rows: rows.collect(),
            widths: vec![2, 9, 4, 6, 4, 4, 4],
            landscape: false,
        }
    }

    /// What units wrote about missed targets; units that gave the same cause and measure share a row.
    pub(super) fn causes_table(&self) -> Table {
        let mut rows: Vec<SharedCause<'_>> = Vec::new();
        for cause in &self.causes {
            let words = SharedCause {
                indicator: self.label(cause.indicator_id),
                cause: &cause.cause,
                measure: &cause.measure,
                answers: Vec::new(),
            };
            let at = rows
                .iter()
                .position(|row| row.same_words(&words))
                .unwrap_or_else(|| {
                    rows.push(words);
                    rows.len() - 1
                });
            let answers = &mut rows[at].answers;
            let who = (cause.owner.as_str(), cause.measure_due.as_str());
            let unit = self.unit(cause.unit_id);
            match answers.iter_mut().find(|(answers, _)| *answers == who) {
                Some((_, units)) => units.push(unit),
                None => answers.push((who, vec![unit])),
            }
        }
        let rows = rows.into_iter().map(|row| {
            vec![
                row.indicator.to_owned(),
                row.cause.to_owned(),
                row.measure.to_owned(),
                row.answers(),
            ]
        });
        Table {
            caption: None,
            header: [
                "Chỉ tiêu",
                "Nguyên nhân",
                "Biện pháp",
                "Đơn vị (người chịu trách nhiệm, thời hạn)",
            ]
            .map(str::to_owned)
            .to_vec(),
            rows: rows.collect(),
            widths: vec![2, 5, 5, 8],
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
