//! Samples of the administrator's pages.

use askama::Template;

use super::{Maker, Rendered};
use crate::web::page::Link;
use crate::web::views::admin::*;
use crate::web::views::shared::{Choice, Mark, Tone};

pub(super) fn all(m: &Maker) -> Vec<Rendered> {
    vec![
        ("admin-units", units(m).render()),
        ("admin-persons", persons(m).render()),
        ("admin-holidays", holidays(m).render()),
        ("admin-workflows", workflows(m).render()),
        ("admin-outbox", outbox(m).render()),
        ("admin-journal", journal(m).render()),
    ]
}

fn units(m: &Maker) -> Units {
    let row = |name: &str, depth| UnitRow {
        name: name.to_owned(),
        depth,
        code: "H01.12".to_owned(),
        kind: "Cơ quan chuyên môn".to_owned(),
        valid: "từ 01/01/2021".to_owned(),
        head: m.words.clone(),
        email: "vanphong@example.invalid".to_owned(),
    };
    Units {
        page: m.page("Đơn vị", "/quan-tri/don-vi"),
        on: "24/03/2023".to_owned(),
        rows: vec![
            row("UBND huyện Cao Lộc", 0),
            row("Văn phòng HĐND và UBND", 1),
        ],
        notes: vec!["13 cơ quan chuyên môn, 22 xã, thị trấn.".to_owned()],
    }
}

fn persons(m: &Maker) -> Persons {
    Persons {
        page: m.page("Người và chức vụ", "/quan-tri/nguoi"),
        query: m.words.clone(),
        filters: m.filters(),
        rows: vec![PersonRow {
            href: "/quan-tri/nguoi-dung/7".to_owned(),
            name: "Nguyễn Duy Anh".to_owned(),
            login: "chutich".to_owned(),
            posts: vec![
                "Chủ tịch UBND huyện".to_owned(),
                "Trưởng Ban Chỉ đạo ISO".to_owned(),
            ],
            email: "chutich@example.invalid".to_owned(),
            mark: Mark::new(Tone::Done, "Đang hoạt động"),
            substitute: "Phó Chủ tịch thay từ 01/06 đến 10/06".to_owned(),
        }],
        pager: m.pager(),
    }
}

fn holidays(m: &Maker) -> Holidays {
    let mut form = m.form("/quan-tri/lich/2023");
    form.set("reason", m.words.as_str());
    form.refuse("date", "Ngày này đã có trong lịch.");
    Holidays {
        page: m.page("Ngày nghỉ năm 2023", "/quan-tri/lich/2023"),
        years: vec![Link::new("/quan-tri/lich/2024", "2024")],
        sources: vec!["Thông báo số 5034/TB-LĐTBXH ngày 06/12/2022".to_owned()],
        provisional: true,
        year: 2023,
        rows: vec![HolidayRow {
            date: "thứ Hai 02/01/2023".to_owned(),
            kind: "Nghỉ bù".to_owned(),
            reason: "Tết Dương lịch".to_owned(),
            source: "Bộ luật Lao động, Điều 111".to_owned(),
        }],
        form: Some(form),
    }
}

fn workflows(m: &Maker) -> Workflows {
    Workflows {
        page: m.page("Quy trình", "/quan-tri/quy-trinh"),
        rows: vec![WorkflowRow {
            href: "/quan-tri/quy-trinh/decision".to_owned(),
            name: "Ban hành Quyết định".to_owned(),
            version: "3".to_owned(),
            published: "01/03/2023".to_owned(),
            running: "2".to_owned(),
            incidents: 1,
        }],
        own: OwnWorkflows {
            head: [
                "Quy trình",
                "Nhận tệp",
                "Loại văn bản",
                "Trạng thái",
                "Đang chạy",
            ]
            .map(str::to_owned)
            .into(),
            rows: vec![OwnWorkflow {
                href: "/quan-tri/quy-trinh/0186bed6-e5c0-7066-bf34-c491046aacb4".to_owned(),
                name: "Kế hoạch".to_owned(),
                cells: [
                    "01/03/2023 08:00, Dương Đức Cường",
                    "Kế hoạch",
                    "Chưa công bố",
                    "0",
                ]
                .map(str::to_owned)
                .into(),
            }],
        },
        form: m.form("/quan-tri/quy-trinh"),
        findings: vec![WorkflowFinding {
            place: "decision.bpmn:14:9".to_owned(),
            severity: Mark::new(Tone::Failed, "Lỗi"),
            rule: "element-unsupported".to_owned(),
            message: m.words.clone(),
        }],
        drawing: Some(("Ban hành Quyết định".to_owned(), m.svg(), None)),
    }
}

fn outbox(m: &Maker) -> Outbox {
    Outbox {
        page: m.page("Thư đi", "/quan-tri/thu"),
        filters: m.filters(),
        rows: vec![OutboxRow {
            to: "xa.congson@example.invalid".to_owned(),
            subject: m.words.clone(),
            mark: Mark::bounced(m.lang, "hộp thư đầy"),
            advice: "Hộp thư đầy: gọi điện cho đơn vị.".to_owned(),
            detail: "lần 2, 08:05; thử lại 08:35".to_owned(),
            at: "27/03/2023 08:00".to_owned(),
            retry: Some(m.form("/quan-tri/thu/7/gui-lai")),
        }],
        pager: m.pager(),
    }
}

fn journal(m: &Maker) -> Journal {
    Journal {
        page: m.page("Nhật ký", "/quan-tri/nhat-ky"),
        query: String::new(),
        kept: vec![("loc".to_owned(), String::new())],
        day: "24/03/2023".to_owned(),
        unit: String::new(),
        units: vec![Choice {
            value: "1".to_owned(),
            text: m.words.clone(),
            hint: String::new(),
        }],
        narrowed: vec![m.words.clone()],
        all_href: "/quan-tri/nhat-ky".to_owned(),
        filters: m.filters(),
        rows: m
            .timeline()
            .into_iter()
            .map(|happening| JournalRow {
                at: happening.at,
                who: happening.who,
                who_href: Some("/quan-tri/nhat-ky?nguoi=1".to_owned()),
                what: happening.what,
                what_href: Some("/quan-tri/nhat-ky?van-ban=1".to_owned()),
                journal_no: happening.journal_no,
            })
            .collect(),
        pager: m.pager(),
        csv_href: "/quan-tri/nhat-ky?dang=csv".to_owned(),
    }
}
