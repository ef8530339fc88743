//! The words of the consolidated report.

use trinhky_calendar::vn_date;
use trinhky_drafting::{Annex, Block, DocType, Draft, Line};

use super::facts::{Facts, Replaced};
use super::tables::UNIT_COUNTS;
use crate::objectives::rows::corrective_action;
use crate::objectives::verdict::Verdict;

impl Facts<'_> {
    /// The report: head, body, one annex per unit's result and one of the versions that were added up.
    pub(super) fn draft(&self) -> Draft {
        let decision = &self.decision.draft;
        // `UBND` of `QĐ-UBND`.
        let issuer = decision
            .symbol
            .split_once('-')
            .map_or(self.organisation.short.as_str(), |(_, issuer)| issuer);
        let mut distribution = vec![Line::AsAbove {
            text: "Như trên".to_owned(),
        }];
        distribution.extend(self.told.iter().cloned());
        distribution.push(Line::Archive {
            text: format!("Lưu: VT, {}", self.office.short),
        });
        Draft {
            doc_type: DocType::BC,
            superior_agency: decision.superior_agency.clone(),
            issuer: self.organisation.header.clone(),
            number: None,
            symbol: format!("BC-{issuer}"),
            place: self.organisation.place.clone(),
            issued_on: None,
            expected_month: Some(self.month),
            subject: format!(
                "Kết quả thực hiện {} {}",
                self.decision.title(),
                self.results.name
            ),
            authority_line: String::new(),
            addressed_to: self.addressees.clone(),
            legal_basis: Vec::new(),
            body: self.body(),
            distribution,
            signer: self.signer.clone(),
            urgency: trinhky_drafting::Urgency::Normal,
            circulation: trinhky_drafting::Circulation::Free,
            drafter_mark: String::new(),
            contact: Vec::new(),
            annexes: vec![
                Annex {
                    label: "Phụ lục I".to_owned(),
                    title: format!("Kết quả của từng đơn vị {}", self.results.name),
                    attached: false,
                    body: vec![Block::Table(self.grid())],
                },
                Annex {
                    label: "Phụ lục II".to_owned(),
                    title: "Các báo cáo đã chốt số liệu".to_owned(),
                    attached: false,
                    body: vec![Block::Table(self.frozen())],
                },
            ],
        }
    }

    fn body(&self) -> Vec<Block> {
        let results = self.results;
        let range = self
            .range
            .as_ref()
            .map(|range| format!(" ({range})"))
            .unwrap_or_default();
        let mut body = vec![
            paragraph(format!(
                "Thực hiện {}, {} báo cáo kết quả {}{range} như sau:",
                self.decision.title(),
                self.organisation.name,
                results.name
            )),
            heading("I.", "TÌNH HÌNH TRIỂN KHAI"),
            paragraph(format!(
                "Văn bản đã gửi {:02} đơn vị để thực hiện, {:02} đơn vị đã tiếp nhận. Đã nhận {}/{} báo cáo.",
                self.sent, self.acknowledged, results.reported, results.asked
            )),
        ];
        body.extend(self.replaces.as_ref().map(replacement));
        body.extend([
            heading("II.", "KẾT QUẢ"),
            paragraph(format!(
                "Số liệu là tổng của {}/{} báo cáo đã nhận; đơn vị chưa báo cáo không được tính là đạt hay bằng 0.",
                results.reported, results.asked
            )),
            paragraph(self.verdicts_in_words()),
        ]);
        body.push(Block::Table(self.table()));
        body.push(paragraph(UNIT_COUNTS.to_owned()));
        body.extend(results.objectives.iter().map(|objective| {
            paragraph(format!(
                "Mục tiêu {}: {}.",
                objective.ordinal,
                objective.verdict.vi()
            ))
        }));
        body.push(heading("III.", "ĐƠN VỊ CHƯA BÁO CÁO, BÁO CÁO MUỘN"));
        body.push(paragraph(listed(
            "Chưa báo cáo",
            results.missing.iter().cloned(),
        )));
        body.push(paragraph(listed(
            "Báo cáo muộn",
            results.late.iter().map(|late| match late.days {
                0 => format!("{} (trong ngày đến hạn)", late.unit),
                days => format!("{} ({days} ngày làm việc)", late.unit),
            }),
        )));
        body.push(heading("IV.", "NGUYÊN NHÂN, BIỆN PHÁP KHẮC PHỤC"));
        if self.causes.is_empty() {
            body.push(paragraph(
                "Không có chỉ tiêu nào của đơn vị nào phải nêu nguyên nhân.".to_owned(),
            ));
        } else {
            body.push(Block::Table(self.causes_table()));
        }
        body.push(paragraph(listed(
            "Biện pháp khắc phục đang thực hiện",
            self.actions.iter().map(|action| self.action(action)),
        )));
        body.push(heading("V.", "ĐÁNH GIÁ, ĐỀ XUẤT"));
        body.push(paragraph(self.proposal()));
        body
    }

    fn proposal(&self) -> String {
        if !self.results.assessment.is_empty() {
            return format!(
                "{}./.",
                self.results.assessment.trim_end_matches(['.', '/', ' '])
            );
        }
        format!(
            "{} báo cáo {} theo dõi, chỉ đạo./.",
            self.organisation.name,
            self.addressees.join(", ")
        )
    }

    /// `Đạt 06/08 chỉ tiêu; không đạt: 3, 4b; không phát sinh: 2b.`
    fn verdicts_in_words(&self) -> String {
        let results = self.results;
        let mut text = format!(
            "Đạt {:02}/{:02} chỉ tiêu",
            results.count(Verdict::Met),
            results.indicators.len()
        );
        for (verdict, word) in [
            (Verdict::NotMet, "không đạt"),
            (Verdict::NotApplicable, "không phát sinh"),
            (Verdict::InProgress, "chưa đánh giá được"),
        ] {
            let labels: Vec<&str> = results
                .indicators
                .iter()
                .filter(|indicator| indicator.verdict == verdict)
                .map(|indicator| indicator.label.as_str())
                .collect();
            if !labels.is_empty() {
                text.push_str(&format!("; {word}: {}", labels.join(", ")));
            }
        }
        text.push('.');
        text
    }

    /// `chỉ tiêu 3: tuyên truyền (Văn phòng, hạn 30/09/2023)`
    fn action(&self, action: &corrective_action::Model) -> String {
        let mut who = vec![action.owner.clone()];
        who.extend(action.due_on.map(|due| format!("hạn {}", vn_date(due))));
        who.retain(|part| !part.is_empty());
        let mut text = format!(
            "chỉ tiêu {}: {}",
            self.label(action.indicator_id),
            action.action.trim_end_matches('.')
        );
        if !who.is_empty() {
            text.push_str(&format!(" ({})", who.join(", ")));
        }
        text
    }
}

/// That a signed report is replaced, and by what it differs.
fn replacement(replaced: &Replaced) -> Block {
    let of = replaced
        .issued_on
        .map(|on| format!(" ngày {}", vn_date(on)))
        .unwrap_or_default();
    let differences = replaced
        .differences
        .iter()
        .map(|(label, before, now)| format!("chỉ tiêu {label}: từ {before} thành {now}"));
    paragraph(format!(
        "Báo cáo này thay thế {}{of}. {}",
        replaced.title,
        listed("Kết quả thay đổi", differences)
    ))
}

pub(super) fn paragraph(text: String) -> Block {
    Block::Paragraph { text }
}

pub(super) fn heading(label: &str, text: &str) -> Block {
    Block::Heading {
        level: 1,
        label: label.to_owned(),
        text: text.to_owned(),
    }
}

/// `Chưa báo cáo: A; B.`, or that there is none.
pub(super) fn listed(what: &str, units: impl Iterator<Item = String>) -> String {
    let units: Vec<String> = units.collect();
    if units.is_empty() {
        format!("{what}: không có.")
    } else {
        format!("{what}: {}.", units.join("; "))
    }
}
