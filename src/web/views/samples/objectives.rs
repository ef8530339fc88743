//! Samples of the pages about objectives.

use askama::Template;

use super::{Maker, Rendered};
use crate::web::page::Link;
use crate::web::views::corrective::*;
use crate::web::views::next_year::*;
use crate::web::views::objectives::*;
use crate::web::views::regimes::*;
use crate::web::views::shared::{Mark, Markup, Progress, Tone};
use crate::web::views::wall::*;

pub(super) fn all(m: &Maker) -> Vec<Rendered> {
    vec![
        ("objectives-index", index(m).render()),
        ("objectives-show", show(m).render()),
        ("objectives-report", report(m).render()),
        ("objectives-report-show", report_show(m).render()),
        ("objectives-consolidate", consolidate(m).render()),
        ("objectives-evaluate", evaluate(m).render()),
        ("objectives-next-year", next_year(m).render()),
        ("objectives-wall", wall(m).render()),
        ("objectives-chart", chart(m).render()),
        ("objectives-import", import(m).render()),
        ("objectives-import-preview", import_preview(m).render()),
        ("objectives-actions", actions(m).render()),
        ("objectives-action", action(m).render()),
        ("objectives-evidence", evidence(m).render()),
        ("objectives-regime", regime(m).render()),
        ("objectives-asked", asked(m).render()),
    ]
}

fn cell(value: &str, fraction: &str, mark: Mark) -> ResultCell {
    ResultCell {
        value: value.to_owned(),
        fraction: fraction.to_owned(),
        mark,
        href: (!value.is_empty()).then(|| "/bao-cao/9".to_owned()),
    }
}

const INDICATORS: [(&str, &str, &str); 8] = [
    ("1a", "Hồ sơ giải quyết trước hạn, đúng hạn", "≥ 98%"),
    ("1b", "Đơn thư khiếu nại, tố cáo trở lại", "= 0"),
    ("2a", "TTHC được niêm yết công khai", "= 100%"),
    ("2b", "Đề xuất rút ngắn, đơn giản hóa TTHC", "= 100%"),
    ("3", "Hồ sơ trực tuyến", "> 60%"),
    ("4a", "CBCCVC đạt chuẩn mực công sở", "= 100%"),
    ("4b", "CB, CC thành thạo công nghệ thông tin", "= 100%"),
    ("5", "Tổ chức, cá nhân hài lòng", "≥ 95%"),
];

fn cells(m: &Maker) -> Vec<ResultCell> {
    vec![
        cell("98,56%", "412/418", Mark::met(m.lang)),
        cell("57,96%", "233/402", Mark::not_met(m.lang)),
        cell("", "", Mark::nothing_arose(m.lang)),
        cell("", "", Mark::not_reported(m.lang)),
    ]
}

fn grid(m: &Maker) -> UnitGrid {
    let units = [
        "UBND thị trấn Cao Lộc",
        "UBND xã Thụy Hùng",
        "UBND xã Mẫu Sơn",
        "Phòng Nội vụ",
    ];
    UnitGrid {
        previous: None,
        next: Some("/van-ban/05/muc-tieu?trang=2".to_owned()),
        caption: "Quý II năm 2023: đơn vị và chỉ tiêu".to_owned(),
        columns: INDICATORS
            .iter()
            .map(|(code, name, _)| ((*code).to_owned(), (*name).to_owned()))
            .collect(),
        rows: units
            .iter()
            .map(|unit| UnitGridRow {
                unit: (*unit).to_owned(),
                href: Some("/bao-cao/9".to_owned()),
                cells: cells(m)
                    .into_iter()
                    .cycle()
                    .take(INDICATORS.len())
                    .collect(),
            })
            .collect(),
        csv_href: "/muc-tieu/2023/quy-2.csv".to_owned(),
        xlsx_href: "/van-ban/05/muc-tieu.xlsx".to_owned(),
    }
}

fn show(m: &Maker) -> ObjectivesShow {
    let indicator = |(code, name, target): (&str, &str, &str)| IndicatorRow {
        code: code.to_owned(),
        name: name.to_owned(),
        target: target.to_owned(),
        cells: cells(m),
        missing: if code == "1a" {
            "2 đơn vị".to_owned()
        } else {
            String::new()
        },
        missing_href: "/muc-tieu/2023/thieu".to_owned(),
        chart: if code == "1a" {
            m.svg()
        } else {
            Markup::default()
        },
    };
    ObjectivesShow {
        page: m.page("Mục tiêu chất lượng năm 2023", "/muc-tieu/2023"),
        document: m.document(),
        years: vec![
            ("2023".to_owned(), None),
            ("2024".to_owned(), Some("/muc-tieu/2024".to_owned())),
        ],
        periods: ["Quý II", "Quý III", "Quý IV", "Cả năm"]
            .map(str::to_owned)
            .to_vec(),
        objectives: vec![
            ObjectiveRow {
                number: "1".to_owned(),
                text: m.words.clone(),
                indicators: INDICATORS[..2].iter().copied().map(indicator).collect(),
            },
            ObjectiveRow {
                number: "3".to_owned(),
                text: "Phấn đấu tỷ lệ giải quyết hồ sơ trực tuyến đạt trên 60%.".to_owned(),
                indicators: vec![indicator(INDICATORS[4])],
            },
        ],
        grid: Some(grid(m)),
        acts: vec![Link::new("/bao-cao/9", "Báo cáo quý II")],
    }
}

fn report(m: &Maker) -> ReportForm {
    let mut form = m.form("/bao-cao/9");
    form.set("num.1a", "412");
    form.set("den.1a", "400");
    form.set("remark", m.words.as_str());
    form.refuse("num.1a", "Tử số 412 lớn hơn mẫu số 400.");
    ReportForm {
        page: m.page("Báo cáo Mục tiêu chất lượng quý II năm 2023", "/bao-cao/9"),
        unit: "UBND xã Thụy Hùng".to_owned(),
        range: "từ 15/03/2023 đến 14/06/2023".to_owned(),
        due: m.near().unwrap_or_default(),
        document: m.document(),
        form,
        autosave: "bao-cao-9".to_owned(),
        indicators: INDICATORS
            .iter()
            .map(|(code, name, target)| IndicatorInput {
                code: (*code).to_owned(),
                name: format!("{code}. {name}"),
                target: (*target).to_owned(),
                numerator: "Số hồ sơ trước hạn, đúng hạn".to_owned(),
                denominator: if *code == "1b" {
                    String::new()
                } else {
                    "Tổng số hồ sơ đã giải quyết".to_owned()
                },
                previous: "kỳ trước 398/405 (98,27%)".to_owned(),
                result: (*code == "3").then(|| cell("57,96%", "233/402", Mark::not_met(m.lang))),
                asks_cause: *code == "3",
                stored: if *code == "3" {
                    "đang lưu: 233/402"
                } else {
                    ""
                }
                .to_owned(),
                not_asked: *code == "5",
                asks_sure: *code == "3",
            })
            .collect(),
        then: "Văn phòng nhận báo cáo ngay; đến hết hạn vẫn có thể gửi lại bản sửa.".to_owned(),
        sent: Some("Đã gửi 14/06/2023 16:20, Lê Thị Hà. Gửi lại sẽ thay bản trước.".to_owned()),
        evidence: vec![Link::new("/bao-cao/9/minh-chung/f1", &m.words)],
    }
}

fn consolidate(m: &Maker) -> Consolidate {
    let mut form = m.form("/tong-hop/2");
    form.set("assessment", m.words.as_str());
    Consolidate {
        page: m.page("Tổng hợp báo cáo quý II năm 2023", "/tong-hop/2"),
        progress: m.progress(),
        due: m.near(),
        rows: INDICATORS
            .iter()
            .map(|(code, name, target)| ConsolidatedRow {
                code: (*code).to_owned(),
                name: (*name).to_owned(),
                target: (*target).to_owned(),
                numerator: "12.412".to_owned(),
                denominator: "12.594".to_owned(),
                result: cell("98,55%", "", Mark::met(m.lang)),
                units_met: "30".to_owned(),
                units_not_met: "2".to_owned(),
                units_nothing: "1".to_owned(),
                units_missing: "2".to_owned(),
            })
            .collect(),
        missing: vec![
            ("UBND xã Mẫu Sơn".to_owned(), Mark::overdue(m.lang, 3)),
            ("UBND xã Công Sơn".to_owned(), Mark::not_reported(m.lang)),
        ],
        form,
        autosave: "tong-hop-2".to_owned(),
        label: "Lập báo cáo tổng hợp quý II năm 2023".to_owned(),
        then: "Báo cáo được trình Chủ tịch; 2 đơn vị chưa báo cáo được nêu tên.".to_owned(),
        may_act: true,
        report: Some(Link::new(
            "/van-ban/8",
            "Báo cáo kết quả quý II năm 2023 (dự thảo)",
        )),
        changes: vec![(
            "3".to_owned(),
            "57,96%, Không đạt".to_owned(),
            "60,10%, Đạt".to_owned(),
        )],
        grid: Some(grid(m)),
    }
}

fn report_show(m: &Maker) -> ReportShow {
    ReportShow {
        page: m.page("Báo cáo Mục tiêu chất lượng quý II năm 2023", "/bao-cao/9"),
        unit: "UBND xã Thụy Hùng".to_owned(),
        range: "từ 15/03/2023 đến 14/06/2023".to_owned(),
        document: m.document(),
        state: Mark::new(Tone::Waiting, "Chờ lãnh đạo đơn vị duyệt"),
        facts: vec![(
            "Đã gửi".to_owned(),
            "16:20 16/06/2023, Lê Thị Hà, muộn 1 ngày làm việc".to_owned(),
        )],
        rows: vec![ReportRow {
            name: "3. Hồ sơ trực tuyến".to_owned(),
            target: "> 60%".to_owned(),
            result: cell("57,96%", "233/402", Mark::not_met(m.lang)),
            year: "55,10% (410/744)".to_owned(),
            cause: m.words.clone(),
            measure: m.words.clone(),
        }],
        remark: m.words.clone(),
        evidence: vec![Link::new("/bao-cao/9/minh-chung/f1", "1a: xuat.xlsx")],
        approve: Some(m.form("/bao-cao/9/duyet")),
        correct: Some(m.form("/bao-cao/9")),
    }
}

fn wall(m: &Maker) -> Wall {
    Wall {
        page: m.page("Bảng theo dõi", "/van-ban/05/bang"),
        renews: false,
        document: m.document(),
        progress: Some(Progress {
            done: 28,
            total: 35,
            label: "báo cáo quý II năm 2023 đã duyệt".to_owned(),
        }),
        periods: ["Quý II", "Quý III", "Quý IV", "Cả năm"]
            .map(str::to_owned)
            .to_vec(),
        rows: INDICATORS
            .iter()
            .map(|(code, name, target)| WallRow {
                code: (*code).to_owned(),
                name: (*name).to_owned(),
                target: (*target).to_owned(),
                cells: cells(m),
                trend: (*code == "3").then(|| ("▼", "kém hơn".to_owned())),
            })
            .collect(),
        weakest: vec![(m.words.clone(), "3 chỉ tiêu".to_owned())],
    }
}

fn chart(m: &Maker) -> ChartPage {
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 10 10\" role=\"img\"><title>3</title></svg>";
    ChartPage {
        page: m.page("3. Hồ sơ trực tuyến", "/van-ban/05/bieu-do/3"),
        document: m.document(),
        target: "> 60%".to_owned(),
        chart: Markup::from_our_own_renderer(svg.to_owned()),
        file: Link::new("/van-ban/05/bieu-do/3.svg", "Tải biểu đồ (SVG)"),
        rows: vec![("Quý II".to_owned(), cells(m).remove(0))],
    }
}

fn next_year(m: &Maker) -> NextYear {
    let mut form = m.form("/van-ban/1/nam-sau");
    form.set("target.O3_online_rate", "70%");
    NextYear {
        page: m.page("Mục tiêu năm 2024", "/van-ban/1/nam-sau"),
        document: m.document(),
        year: "2024".to_owned(),
        rows: vec![NextYearRow {
            field: "target.O3_online_rate".to_owned(),
            name: "3. Hồ sơ trực tuyến".to_owned(),
            target: "> 60%".to_owned(),
            result: cell("80%", "812/1.015", Mark::met(m.lang)),
            suggested: "> 70%".to_owned(),
            reason: m.words.clone(),
        }],
        form,
        label: "Lập dự thảo năm 2024".to_owned(),
        then: "Dự thảo vẫn sửa được.".to_owned(),
        may_act: true,
        made: Some(m.document()),
    }
}

fn evaluate(m: &Maker) -> Evaluate {
    let mut form = m.form("/danh-gia/2023");
    form.set("conclusion", m.words.as_str());
    Evaluate {
        page: m.page("Đánh giá Mục tiêu chất lượng năm 2023", "/danh-gia/2023"),
        document: m.document(),
        due: m.near(),
        rows: INDICATORS
            .iter()
            .map(|(code, name, target)| EvaluationRow {
                code: (*code).to_owned(),
                name: (*name).to_owned(),
                target: (*target).to_owned(),
                result: if *code == "3" {
                    cell("58,2%", "812/1.395", Mark::not_met(m.lang))
                } else {
                    cell("98,30%", "4.912/4.997", Mark::met(m.lang))
                },
                basis: "35/35 đơn vị báo cáo".to_owned(),
                asks_measure: *code == "3",
            })
            .collect(),
        form,
        autosave: "danh-gia-2023".to_owned(),
        label: "Kết luận và đóng năm 2023".to_owned(),
        then: "Sau khi đóng, số liệu năm 2023 không sửa được nữa.".to_owned(),
        may_act: true,
        close: Some(m.form("/dong-nam/2023")),
        closed: None,
        report: Some(Link::new(
            "/van-ban/8",
            "Báo cáo kết quả năm 2023 (dự thảo)",
        )),
        actions: vec![ActionRow {
            href: "/khac-phuc/1".to_owned(),
            indicator: "3. Hồ sơ trực tuyến".to_owned(),
            cause: m.words.clone(),
            action: m.words.clone(),
            owner: m.words.clone(),
            state: Mark::new(Tone::Open, "Đang thực hiện"),
        }],
    }
}

fn index(m: &Maker) -> ObjectivesIndex {
    ObjectivesIndex {
        page: m.page("Mục tiêu", "/muc-tieu"),
        rows: vec![ObjectivesYear {
            href: "/muc-tieu/2023".to_owned(),
            name: "Mục tiêu chất lượng năm 2023".to_owned(),
            document: m.words.clone(),
            state: Mark::new(Tone::Open, "quý III: 20/35 đơn vị đã báo cáo"),
        }],
    }
}

fn regime(m: &Maker) -> RegimePage {
    let mut form = m.form("/van-ban/05/che-do-bao-cao");
    form.set("name", m.words.as_str());
    form.set("frequency", "quarter");
    form.set("due_days", "0");
    form.refuse("due_days", "Ghi số ngày làm việc từ 1 đến 60.");
    RegimePage {
        page: m.page("Chế độ báo cáo", "/van-ban/05/che-do-bao-cao"),
        form,
        frequencies: vec![("quarter", "Hằng quý".to_owned())],
        cutoffs: vec![("nd09", "Ngày 14 tháng cuối kỳ".to_owned())],
        periods: vec![PeriodLine {
            name: "quý II năm 2023".to_owned(),
            data: "15/03/2023–14/06/2023".to_owned(),
            due: "17:00 15/06/2023".to_owned(),
            consolidate: "07:30 20/06/2023".to_owned(),
        }],
        periods_title: "Các kỳ theo chế độ này".to_owned(),
        fixed: String::new(),
        may_act: true,
        then: "Khi phát hành, các kỳ báo cáo được lập theo đây.".to_owned(),
        asked: vec![(
            "1a. Hồ sơ giải quyết trước hạn, đúng hạn".to_owned(),
            Link::new("/van-ban/05/che-do-bao-cao/1a", "35 / 35 đơn vị"),
        )],
    }
}

fn asked(m: &Maker) -> AskedPage {
    let mut form = m.form("/van-ban/05/che-do-bao-cao/1a");
    form.set("unit", "u1");
    form.refuse("unit", "Chọn ít nhất một đơn vị báo cáo chỉ tiêu này.");
    AskedPage {
        page: m.page(
            "Đơn vị báo cáo chỉ tiêu 1a",
            "/van-ban/05/che-do-bao-cao/1a",
        ),
        form,
        who: m.words.clone(),
        units: vec![
            ("u1".to_owned(), "UBND xã Thụy Hùng".to_owned()),
            ("u2".to_owned(), m.words.clone()),
        ],
        may_act: true,
    }
}

fn evidence(m: &Maker) -> EvidencePage {
    let mut form = m.form("/bao-cao/9/minh-chung");
    form.refuse("file", "Không nhận loại tệp này.");
    EvidencePage {
        page: m.page("Minh chứng", "/bao-cao/9/minh-chung"),
        form,
        remove: m.form("/bao-cao/9/minh-chung/bo"),
        files: vec![(
            "f1".to_owned(),
            Link::new("/bao-cao/9/minh-chung/f1", &m.words),
            "1a; 12 kB".to_owned(),
        )],
        indicators: vec![("O1a".to_owned(), "1a. Hồ sơ".to_owned())],
        may_act: true,
        back: Link::new("/bao-cao/9", "Trở lại báo cáo"),
    }
}

fn actions(m: &Maker) -> Actions {
    let mut form = m.form("/van-ban/05/khac-phuc");
    form.set("cause", m.words.as_str());
    form.refuse("due", "Ghi thời hạn là một ngày.");
    Actions {
        page: m.page("Biện pháp khắc phục", "/van-ban/05/khac-phuc"),
        document: m.document(),
        summary: "1 biện pháp: 1 quá hạn".to_owned(),
        rows: vec![ActionLine {
            href: "/khac-phuc/1".to_owned(),
            indicator: "3. Hồ sơ trực tuyến".to_owned(),
            action: m.words.clone(),
            owner: "Văn phòng".to_owned(),
            due: "31/03/2024".to_owned(),
            state: Mark::new(Tone::Late, "Quá hạn"),
        }],
        form: Some(form),
        indicators: vec![("O3".to_owned(), "3. Hồ sơ trực tuyến".to_owned())],
    }
}

fn action(m: &Maker) -> ActionPage {
    let mut form = m.form("/khac-phuc/1");
    form.set("cause", m.words.as_str());
    form.refuse("done", "Ghi ngày đã thực hiện xong.");
    ActionPage {
        page: m.page("Biện pháp khắc phục chỉ tiêu 3", "/khac-phuc/1"),
        back: Link::new("/van-ban/05/khac-phuc", "Mọi biện pháp khắc phục"),
        state: Mark::new(Tone::Open, "Đang thực hiện"),
        facts: vec![("Nguyên nhân".to_owned(), m.words.clone())],
        form,
        is_open: true,
        is_done: true,
    }
}

fn import(m: &Maker) -> ImportPage {
    let mut form = m.form("/bao-cao/9/nhap");
    form.refuse("file", m.words.as_str());
    ImportPage {
        page: m.page("Nhập số liệu từ bảng tính", "/bao-cao/9/nhap"),
        form,
        back: Link::new("/bao-cao/9", "Trở lại báo cáo"),
    }
}

/// As many rows and columns as the page ever shows.
fn import_preview(m: &Maker) -> ImportPreview {
    let mut form = m.form("/bao-cao/9/nhap/f1");
    form.set("key", "1");
    form.refuse("key", "Chưa dòng nào ứng với chỉ tiêu.");
    ImportPreview {
        page: m.page("Nhập số liệu từ bảng tính", "/bao-cao/9/nhap/f1"),
        form,
        columns: (0..12)
            .map(|n| (n.to_string(), format!("{n} {}", m.words)))
            .collect(),
        rows: (1..=40)
            .map(|n| ImportRow {
                number: n.to_string(),
                field: format!("row.{n}"),
                key: m.words.clone(),
                numerator: "412".to_owned(),
                denominator: "98,5%".to_owned(),
            })
            .collect(),
        indicators: INDICATORS
            .iter()
            .map(|(label, _, _)| (format!("O{label}_rate"), (*label).to_owned()))
            .collect(),
        problems: vec![("D7".to_owned(), m.words.clone())],
        absent: "4b, 5".to_owned(),
        back: Link::new("/bao-cao/9", "Trở lại báo cáo"),
    }
}
