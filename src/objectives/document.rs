//! The consolidated report (BC) drafted from the results of a period or of the year (DOMAIN §9.4).
//!
//! It says how many units have reported and never treats a missing one as zero or as met. It is a document row with a
//! draft that is typeset on demand; its own way through approval, signature and distribution comes with issue 5.

use std::collections::BTreeMap;

use chrono::Datelike as _;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use trinhky_drafting::{Annex, Block, DocType, Draft, Line, MonthYear, Signer, Table};
use uuid::Uuid;

use super::find;
use super::rows::report_period;
use super::sums::{self, Cause, Cell, Results};
use super::verdict::{Verdict, grouped};
use crate::app::Cx;
use crate::distribution::rows::delivery;
use crate::documents::{self, Document, draft};
use crate::fault::Outcome;
use crate::people::{Unit, find as people_find};

/// Drafts the report, or a further version of it while it is still a draft; returns its document.
pub(super) async fn draft_for(
    cx: Cx<'_>,
    decision: &Document,
    period_id: Option<Uuid>,
    results: &Results,
    before: Option<Uuid>,
) -> Outcome<Uuid> {
    let text = Facts::read(cx, decision, period_id, results).await?.draft();
    let note = format!(
        "Lập từ số liệu {} của {}/{} báo cáo",
        results.name, results.reported, results.asked
    );
    if let Some(id) = before {
        let report = documents::find::document(cx.tx, id).await?;
        if report.row.state == documents::state::DRAFT {
            draft::save_version(cx, &report, report.row.version, &text, &note).await?;
            return Ok(id);
        }
    }
    draft::insert(
        cx,
        decision.row.org_id,
        decision.row.owner_id,
        &text,
        &[],
        &note,
    )
    .await
}

/// What the text is made from.
struct Facts<'a> {
    decision: &'a Document,
    results: &'a Results,
    office: Unit,
    organisation: Unit,
    signer_title: String,
    signer_name: String,
    month: MonthYear,
    range: Option<String>,
    /// Recipients for action, and those of them that acknowledged.
    sent: u64,
    acknowledged: u64,
    units: Vec<Unit>,
    cells: BTreeMap<(Uuid, Uuid), Cell>,
    causes: Vec<Cause>,
}

impl<'a> Facts<'a> {
    async fn read(
        cx: Cx<'_>,
        decision: &'a Document,
        period_id: Option<Uuid>,
        results: &'a Results,
    ) -> Outcome<Self> {
        let on = cx.today();
        let periods: Vec<report_period::Model> = find::periods(cx.tx, decision.row.id)
            .await?
            .into_iter()
            .filter(|period| period_id.is_none_or(|id| id == period.id))
            .collect();
        let ids: Vec<Uuid> = periods.iter().map(|period| period.id).collect();
        let office = people_find::unit(cx.tx, decision.row.owner_id, on).await?;
        let organisation = people_find::unit(cx.tx, decision.row.org_id, on).await?;
        let chief =
            people_find::holders(cx.tx, &[office.id], &["office_chief", "unit_head"], on).await?;
        let (signer_title, signer_name) = chief
            .into_iter()
            .next()
            .map(|holder| (holder.post.title, holder.name))
            .unwrap_or_default();
        let for_action = delivery::Entity::find()
            .filter(delivery::Column::DocumentId.eq(decision.row.id))
            .filter(delivery::Column::Kind.eq("action"));
        let sent = for_action.clone().count(cx.tx).await?;
        let acknowledged = for_action
            .filter(delivery::Column::ArrivalNumber.is_not_null())
            .count(cx.tx)
            .await?;
        let mut units = BTreeMap::new();
        for id in &ids {
            units.extend(
                find::reports(cx.tx, *id, on)
                    .await?
                    .into_iter()
                    .map(|(_, unit)| (unit.key.clone(), unit)),
            );
        }
        let range = periods.first().zip(periods.last()).map(|(first, last)| {
            format!(
                "từ {} đến {}",
                trinhky_calendar::vn_date(first.from_on),
                trinhky_calendar::vn_date(last.cutoff_on)
            )
        });
        Ok(Self {
            decision,
            results,
            office,
            organisation,
            signer_title,
            signer_name,
            month: MonthYear {
                month: on.month(),
                year: on.year(),
            },
            range,
            sent,
            acknowledged,
            units: units.into_values().collect(),
            cells: sums::cells(cx.tx, &ids).await?,
            causes: sums::causes(cx.tx, &ids).await?,
        })
    }

    fn draft(&self) -> Draft {
        let header = &self.office.header;
        Draft {
            doc_type: DocType::BC,
            superior_agency: header.first().cloned(),
            issuer: header.iter().skip(1).cloned().collect(),
            number: None,
            symbol: format!("BC-{}", self.office.short),
            place: self.decision.draft.place.clone(),
            issued_on: None,
            expected_month: Some(self.month),
            subject: format!(
                "Kết quả thực hiện {} {}",
                self.decision.title(),
                self.results.name
            ),
            authority_line: String::new(),
            addressed_to: vec![format!("Chủ tịch {}", self.organisation.name)],
            legal_basis: Vec::new(),
            body: self.body(),
            distribution: vec![
                Line::AsAbove {
                    text: "Như trên".to_owned(),
                },
                Line::Archive {
                    text: "Lưu: VT".to_owned(),
                },
            ],
            signer: Signer {
                title_lines: vec![self.signer_title.to_uppercase()],
                name: self.signer_name.clone(),
                ..Signer::default()
            },
            urgency: trinhky_drafting::Urgency::Normal,
            annexes: vec![Annex {
                label: "Phụ lục".to_owned(),
                title: format!("Kết quả của từng đơn vị {}", self.results.name),
                attached: false,
                body: vec![Block::Table(self.grid())],
            }],
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
                "Thực hiện {}, {} tổng hợp kết quả {}{range} như sau:",
                self.decision.title(),
                self.office.name,
                results.name
            )),
            heading("I.", "TÌNH HÌNH TRIỂN KHAI"),
            paragraph(format!(
                "Văn bản đã gửi {:02} đơn vị để thực hiện, {:02} đơn vị đã tiếp nhận. Đã nhận {}/{} báo cáo.",
                self.sent, self.acknowledged, results.reported, results.asked
            )),
            heading("II.", "KẾT QUẢ"),
            paragraph(format!(
                "Số liệu là tổng của {}/{} báo cáo đã nhận; đơn vị chưa báo cáo không được tính là đạt hay bằng 0.",
                results.reported, results.asked
            )),
        ];
        body.push(Block::Table(self.table()));
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
        body.push(heading("V.", "ĐÁNH GIÁ, ĐỀ XUẤT"));
        body.push(paragraph(self.proposal()));
        body
    }

    fn table(&self) -> Table {
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

    fn causes_table(&self) -> Table {
        let rows = self.causes.iter().map(|cause| {
            let label = self
                .results
                .indicators
                .iter()
                .find(|found| found.indicator == cause.indicator_id);
            let unit = self.units.iter().find(|unit| unit.id == cause.unit_id);
            vec![
                label.map(|found| found.label.clone()).unwrap_or_default(),
                unit.map(|unit| unit.called().to_owned())
                    .unwrap_or_default(),
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
    fn grid(&self) -> Table {
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

    fn proposal(&self) -> String {
        if !self.results.assessment.is_empty() {
            return format!(
                "{}./.",
                self.results.assessment.trim_end_matches(['.', '/', ' '])
            );
        }
        format!(
            "{} kính báo cáo Chủ tịch {} xem xét, chỉ đạo./.",
            self.office.name, self.organisation.name
        )
    }
}

fn paragraph(text: String) -> Block {
    Block::Paragraph { text }
}

fn heading(label: &str, text: &str) -> Block {
    Block::Heading {
        level: 1,
        label: label.to_owned(),
        text: text.to_owned(),
    }
}

/// `Chưa báo cáo: A; B.`, or that there is none.
fn listed(what: &str, units: impl Iterator<Item = String>) -> String {
    let units: Vec<String> = units.collect();
    if units.is_empty() {
        format!("{what}: không có.")
    } else {
        format!("{what}: {}.", units.join("; "))
    }
}
