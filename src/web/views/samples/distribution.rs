//! Samples of what is sent and received.

use askama::Template;

use super::{Maker, Rendered};
use crate::web::page::Link;
use crate::web::views::distribution::*;
use crate::web::views::shared::{Choice, Mark};

pub(super) fn all(m: &Maker) -> Vec<Rendered> {
    vec![
        ("distribution-inbox", inbox(m).render()),
        ("distribution-receive", receive(m, false).render()),
        ("distribution-received", receive(m, true).render()),
        ("distribution-guest-code", guest(m, false).render()),
        ("distribution-guest", guest(m, true).render()),
        ("distribution-tracking", tracking(m).render()),
        ("distribution-units", units(m).render()),
        ("distribution-unit-duties", unit_duties(m).render()),
        ("distribution-remind", remind(m).render()),
        ("distribution-attest", attest(m).render()),
        ("distribution-proof", proof(m).render()),
        ("distribution-delivery", evidence(m).render()),
    ]
}

fn inbox(m: &Maker) -> Inbox {
    Inbox {
        page: m.page("Văn bản đến", "/van-ban-den"),
        filters: m.filters(),
        rows: vec![InboxRow {
            href: "/van-ban-den/41".to_owned(),
            name: "Quyết định số 05/QĐ-UBND ngày 24/03/2023".to_owned(),
            subject: m.words.clone(),
            from: "UBND huyện Cao Lộc".to_owned(),
            purposes: "để thực hiện".to_owned(),
            mark: Mark::accepted(m.lang, 41),
            due: m.near(),
            arrival_number: "41".to_owned(),
        }],
        pager: m.pager(),
    }
}

fn delivery(m: &Maker, accepted: bool) -> DeliveryView {
    DeliveryView {
        name: "Quyết định số 05/QĐ-UBND".to_owned(),
        subject: m.words.clone(),
        from: "UBND huyện Cao Lộc".to_owned(),
        to: "UBND xã Thụy Hùng".to_owned(),
        purposes: "để thực hiện, để biết".to_owned(),
        due: m.near(),
        pdf_href: "/van-ban-den/41.pdf".to_owned(),
        signatures: m.signatures(),
        body: m.body(),
        accepted: accepted.then(|| AcceptedView {
            arrival_number: "41".to_owned(),
            at: "27/03/2023 08:05".to_owned(),
            by: "Lê Thị Hà (văn thư)".to_owned(),
        }),
        refused: None,
        recalled: None,
    }
}

fn reasons(m: &Maker) -> Vec<Choice> {
    m.choices(&[
        ("wrong_unit", "Gửi nhầm đơn vị", ""),
        ("invalid_signature", "Chữ ký không hợp lệ", ""),
        ("other", "Lý do khác", "Nói rõ bên dưới."),
    ])
}

fn receive(m: &Maker, accepted: bool) -> Receive {
    let mut refuse = m.form("/van-ban-den/41/tu-choi");
    if !accepted {
        refuse.refuse("reason", "Chọn lý do từ chối.");
        refuse.set("remark", m.words.as_str());
    }
    Receive {
        page: m.page(
            "Xác nhận đã nhận Quyết định số 05/QĐ-UBND ngày 24/03/2023",
            "/van-ban-den/41",
        ),
        delivery: delivery(m, accepted),
        receiver: "Lê Thị Hà (văn thư)".to_owned(),
        form: m.form("/van-ban-den/41/tiep-nhan"),
        refuse,
        reasons: reasons(m),
        in_hand: "Bà Hà đang xử lý từ 09:10.".to_owned(),
        follow: vec![Link::new("/muc-tieu/2023", "Mục tiêu phải báo cáo")],
    }
}

fn guest(m: &Maker, opened: bool) -> Guest {
    let mut page = m.page(
        "Xác nhận đã nhận văn bản của UBND huyện Cao Lộc",
        "/nhan/abc",
    );
    page.actor = None;
    let mut code_form = m.form("/nhan/abc");
    code_form.set("code", m.words.as_str());
    code_form.refuse("code", "Mã không đúng; còn 4 lần thử.");
    let mut form = m.form("/nhan/abc/tiep-nhan");
    form.set("name", m.words.as_str());
    let mut shown = delivery(m, false);
    shown.to = "Sở Khoa học và Công nghệ".to_owned();
    Guest {
        page,
        from: "UBND huyện Cao Lộc".to_owned(),
        to: "Sở Khoa học và Công nghệ".to_owned(),
        code_form,
        delivery: opened.then_some(shown),
        code: "K7Q2XTNRMA".to_owned(),
        form,
        refuse: m.form("/nhan/abc/tu-choi"),
        reasons: reasons(m),
    }
}

fn tracking(m: &Maker) -> Tracking {
    let row = |unit: &str, mark, detail: &str, reminded: &str| TrackingRow {
        unit: unit.to_owned(),
        href: "/giao/7".to_owned(),
        mark,
        detail: detail.to_owned(),
        reminded: reminded.to_owned(),
        contact: "Hoàng Văn Nam, 0912 000 000".to_owned(),
    };
    Tracking {
        page: m.page(
            "Theo dõi tiếp nhận Quyết định số 05/QĐ-UBND",
            "/van-ban/05/theo-doi",
        ),
        document: m.document(),
        counters: Counters {
            page: m.page("", "/van-ban/05/theo-doi"),
            progress: m.progress(),
            filters: m.filters(),
        },
        live_href: "/van-ban/05/theo-doi/so-dem".to_owned(),
        rows: vec![
            row(
                "UBND xã Mẫu Sơn",
                Mark::overdue(m.lang, 1),
                "",
                "24/03 08:00 (lần 1)",
            ),
            row(
                "UBND xã Công Sơn",
                Mark::bounced(m.lang, "hộp thư đầy, gọi đơn vị"),
                "",
                "",
            ),
            row(
                "UBND xã Thụy Hùng",
                Mark::accepted(m.lang, 41),
                "27/03/2023 08:05, Lê Thị Hà",
                "",
            ),
            row("Phòng Nội vụ", Mark::refused(m.lang, &m.words), "", ""),
            row("Phòng Y tế", Mark::opened(m.lang), "", ""),
            row("Phòng Tư pháp", Mark::arrived(m.lang), "", ""),
            row("Thanh tra huyện", Mark::sent(m.lang), "", ""),
            row("Phòng Dân tộc", Mark::not_sent(m.lang), "", ""),
        ],
        pager: m.pager(),
        remind: Some(letter(m)),
        csv_href: "/van-ban/05/theo-doi.csv".to_owned(),
        xlsx_href: "/van-ban/05/theo-doi.xlsx".to_owned(),
        whole_href: Some("/van-ban/05/theo-doi?tat_ca=true".to_owned()),
        since: "Từ thứ Năm 23/03/2023".to_owned(),
        moved: vec![MovedView {
            text: "Quá hạn: 2".to_owned(),
            units: "UBND xã Mẫu Sơn, UBND xã Công Sơn".to_owned(),
        }],
        units: Link::new("/theo-doi", "Các đơn vị tiếp nhận nhanh, chậm thế nào"),
        closing: Some(Link::new(
            "/van-ban/05/khep-vong",
            "2 trả lời quá bước nhắc cuối: khép việc chờ",
        )),
        legend: vec![(
            "Đã đến".to_owned(),
            "Hệ thống nơi nhận đã có văn bản; chưa ai mở.".to_owned(),
        )],
    }
}

fn units(m: &Maker) -> Units {
    Units {
        page: m.page("Tiếp nhận văn bản năm 2023", "/theo-doi"),
        others: vec![Link::new(
            "/theo-doi?nam=2022",
            "Tiếp nhận văn bản năm 2022",
        )],
        rows: vec![UnitSpeed {
            unit: Link::new("/theo-doi/7", &m.words),
            sent: 12,
            on_time: 9,
            late: 2,
            refused: 0,
            waiting: 0,
            missing: 1,
            share: "75%".to_owned(),
            typical: "1:20 giờ".to_owned(),
        }],
        note: "Văn bản gửi để thực hiện.".to_owned(),
    }
}

fn unit_duties(m: &Maker) -> UnitDuties {
    UnitDuties {
        page: m.page("Việc của UBND xã Mẫu Sơn", "/theo-doi/7"),
        facts: vec![("Liên hệ".to_owned(), m.words.clone())],
        duties: vec![UnitDuty {
            name: "Xác nhận đã nhận".to_owned(),
            document: m.document(),
            due: m.near(),
        }],
        rows: vec![UnitDelivery {
            document: m.document(),
            sent: "24/03/2023 09:00".to_owned(),
            mark: Mark::opened(m.lang),
            detail: m.words.clone(),
        }],
    }
}

fn attest(m: &Maker) -> Attest {
    Attest {
        page: m.page(
            "Xác nhận đã đọc và hiểu rõ Quyết định số 05/QĐ-UBND",
            "/van-ban/05/hieu-ro",
        ),
        document: m.document(),
        due: m.near(),
        body: m.body(),
        pdf_href: "/van-ban/05.pdf".to_owned(),
        statement: m.words.clone(),
        form: m.form("/van-ban/05/hieu-ro"),
        attested_at: None,
    }
}

fn proof(m: &Maker) -> ProofPack {
    ProofPack {
        page: m.page(
            "Chứng cứ gửi, nhận Quyết định số 05/QĐ-UBND",
            "/van-ban/05/chung-cu",
        ),
        document: m.document(),
        file: Some(Link::new("/van-ban/05/chung-cu.pdf", "24/03/2023 17:00")),
        form: Some(m.form("/van-ban/05/chung-cu")),
        certificates: m.choices(&[(
            "trial",
            "UBND huyện Cao Lộc (khóa thử)",
            "Không có giá trị pháp lý.",
        )]),
        asks_pin: true,
        asks_code: true,
        sends_code: true,
    }
}

fn evidence(m: &Maker) -> DeliveryEvidence {
    DeliveryEvidence {
        page: m.page("Quyết định số 05/QĐ-UBND gửi UBND xã Thụy Hùng", "/giao/7"),
        mark: Mark::accepted(m.lang, 41),
        facts: vec![("Mục đích".to_owned(), "để thực hiện".to_owned())],
        timeline: m.timeline(),
        links: vec![Link::new("/giao/7/chung-cu.zip", "Gói chứng cứ")],
    }
}

fn letter(m: &Maker) -> RemindView {
    RemindView {
        form: m.form("/van-ban/05/nhac"),
        label: "Nhắc 7 đơn vị còn thiếu".to_owned(),
        subject: "Tiếp nhận Quyết định số 05/QĐ-UBND trước 17:00 thứ Sáu 24/03/2023".to_owned(),
        body: m.words.clone(),
    }
}

fn remind(m: &Maker) -> RemindPage {
    RemindPage {
        page: m.page(
            "Nhắc 7 đơn vị chưa tiếp nhận Quyết định số 05/QĐ-UBND",
            "/van-ban/05/nhac",
        ),
        document: m.document(),
        remind: letter(m),
        units: vec!["UBND xã Mẫu Sơn".to_owned(), "Phòng Y tế".to_owned()],
        skipped: vec!["UBND xã Công Sơn đã được nhắc lúc 08:00 hôm nay.".to_owned()],
        then: "Mỗi đơn vị nhận một thư; lần nhắc được ghi vào nhật ký.".to_owned(),
    }
}
