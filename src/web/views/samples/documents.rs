//! Samples of the pages about documents.

use askama::Template;

use super::{Maker, Rendered};
use crate::web::page::Link;
use crate::web::views::documents::*;
use crate::web::views::measures::*;
use crate::web::views::shared::{ActForm, Mark, Tone};
use crate::web::views::sheet::choice;

pub(super) fn all(m: &Maker) -> Vec<Rendered> {
    vec![
        ("documents-list", list(m).render()),
        ("documents-show", show(m).render()),
        ("documents-edit", edit(m).render()),
        ("documents-measures", measures(m).render()),
        ("documents-submit", submit(m).render()),
        ("documents-question", question(m).render()),
        ("documents-import", import(m).render()),
        ("documents-opinion", opinion(m).render()),
        ("documents-answer", answer(m).render()),
        ("documents-check", check(m).render()),
        ("documents-approve", approve(m).render()),
        ("documents-sign", sign(m).render()),
        ("documents-clerk", clerk(m).render()),
        ("documents-register", register(m).render()),
    ]
}

fn fact(label: &str, value: &str) -> (String, String) {
    (label.to_owned(), value.to_owned())
}

fn list(m: &Maker) -> DocumentList {
    DocumentList {
        page: m.page("Văn bản", "/van-ban"),
        query: m.words.clone(),
        filters: m.filters(),
        rows: vec![DocumentRow {
            href: "/van-ban/05".to_owned(),
            name: "Quyết định số 05/QĐ-UBND".to_owned(),
            subject: m.words.clone(),
            unit: "Văn phòng HĐND và UBND".to_owned(),
            date: "24/03/2023".to_owned(),
            mark: Mark::new(Tone::Done, "Đã phát hành"),
        }],
        pager: m.pager(),
        export_href: "/van-ban?q=&dang=xlsx".to_owned(),
        keeps: true,
        keep: m.form("/van-ban/tim-kiem"),
        saved: vec![(
            Link::new("/van-ban?q=x", "Quyết định năm 2023"),
            "1".to_owned(),
        )],
        import_href: Some("/van-ban/tu-tep".to_owned()),
    }
}

fn opinions(m: &Maker) -> Vec<OpinionRow> {
    vec![
        OpinionRow {
            unit: "Phòng Nội vụ".to_owned(),
            mark: Mark::new(Tone::Failed, "Nhất trí, có ý kiến bổ sung"),
            place: "Điều 1, khoản 4".to_owned(),
            text: m.words.clone(),
            reply: "Tiếp thu.".to_owned(),
        },
        OpinionRow {
            unit: "UBND xã Thụy Hùng".to_owned(),
            mark: Mark::new(Tone::Done, "Nhất trí"),
            ..OpinionRow::default()
        },
    ]
}

fn show(m: &Maker) -> DocumentShow {
    DocumentShow {
        page: m.page("Quyết định số 05/QĐ-UBND", "/van-ban/05"),
        subject: "Ban hành Mục tiêu chất lượng năm 2023 của Ủy ban nhân dân huyện Cao Lộc"
            .to_owned(),
        mark: Mark::new(Tone::Open, "Chờ đóng dấu"),
        urgency: "KHẨN".to_owned(),
        next: Some(NextAct {
            href: "/van-ban/05/dong-dau".to_owned(),
            label: "Đóng dấu Quyết định số 05/QĐ-UBND".to_owned(),
            due: m.near(),
        }),
        facts: vec![
            fact("Đơn vị soạn thảo", "Văn phòng HĐND và UBND"),
            fact("Người ký", "Chủ tịch Nguyễn Duy Anh"),
        ],
        files: vec![
            Link::new("/van-ban/05.pdf", "Tệp PDF (188 kB)"),
            Link::new("/van-ban/05.docx", "DOCX"),
        ],
        body: m.body(),
        signatures: m.signatures(),
        opinions: opinions(m),
        versions: vec![VersionRow {
            number: 2,
            at: "18/03/2023 10:00".to_owned(),
            who: "Vi Văn Thành".to_owned(),
            remark: m.words.clone(),
            href: "/van-ban/05/ban/2".to_owned(),
            compare_href: Some("/van-ban/05/so-sanh/1-2".to_owned()),
        }],
        acts: vec![ActForm {
            form: m.form("/van-ban/05/thu-hoi"),
            label: "Rút lại dự thảo".to_owned(),
            then: "Dự thảo trở về người soạn thảo.".to_owned(),
            main: false,
        }],
        process_href: "/van-ban/05/quy-trinh.svg".to_owned(),
        course_href: "/van-ban/05/quy-trinh".to_owned(),
        process_words: "Đang ở bước đóng dấu; tiếp theo là phát hành.".to_owned(),
        timeline: m.timeline(),
        earlier: vec![Link::new("/van-ban/05?truoc=7", "Quá trình trước đó")],
        progress: Some(m.progress()),
        tracking_href: Some("/van-ban/05/theo-doi".to_owned()),
        links: vec![Link::new("/van-ban/05/nhat-ky", "Nhật ký")],
    }
}

fn edit(m: &Maker) -> DocumentEdit {
    let part = |name: &str, label: &str, first, last| PartField {
        name: name.to_owned(),
        label: label.to_owned(),
        first,
        last,
    };
    let mut form = m.form("/van-ban/05/soan");
    form.set("subject", m.words.as_str());
    form.set(
        "article.0.clause.0",
        "Phần đầu 98% hồ sơ phát sinh giải quyết trước hạn, đúng hạn.",
    );
    form.refuse("subject", "Ghi trích yếu.");
    form.saved_at = Some("09:10".to_owned());
    DocumentEdit {
        page: m.page(
            "Soạn Quyết định về Mục tiêu chất lượng năm 2023",
            "/van-ban/05/soan",
        ),
        form,
        type_name: "QUYẾT ĐỊNH".to_owned(),
        autosave: "van-ban-05".to_owned(),
        kept: None,
        sent_back: Some(("Chánh Văn phòng".to_owned(), m.words.clone())),
        measures: Some(Link::new("/van-ban/05/chi-tieu", "Mục tiêu và 8 chỉ tiêu")),
        measure_questions: vec![m.words.clone()],
        findings_line: "Kết quả kiểm tra: 1 lỗi".to_owned(),
        findings: m.findings(),
        findings_open: true,
        legal_basis: vec![
            part("legal_basis.0", "Căn cứ 1", true, false),
            part("legal_basis.1", "Căn cứ 2", false, true),
        ],
        articles: vec![ArticleFields {
            article: part("article.0", "Điều 1", true, true),
            takes_clauses: true,
            clauses: vec![part("article.0.clause.0", "Điều 1, khoản 1", true, true)],
        }],
        known_bases: vec![m.words.clone()],
        known_recipients: vec!["Phòng Nội vụ".to_owned()],
        reach: vec![("Như Điều 3".to_owned(), "34 nơi".to_owned())],
        annexes: vec![AnnexFields {
            title: part("annex.0", "Phụ lục I", true, true),
            prefix: "annex.0.".to_owned(),
            attached: true,
            parts: vec![ArticleFields {
                article: part("annex.0.table.0", "Phụ lục I, bảng", true, true),
                takes_clauses: false,
                clauses: Vec::new(),
            }],
        }],
        urgencies: vec![choice("thuong", "Thường".to_owned())],
        circulations: vec![choice("khong", "Không hạn chế".to_owned())],
        signers: vec![("CHỦ TỊCH: Nguyễn Duy Anh".to_owned(), "signer:0".to_owned())],
        decides: true,
        unplaced: vec![("Dòng 12".to_owned(), m.words.clone())],
        preview: m.body(),
        pdf_href: "/van-ban/05/xem-truoc.pdf".to_owned(),
    }
}

fn measures(m: &Maker) -> Measures {
    let mut form = m.form("/van-ban/05/chi-tieu");
    for n in 0..8 {
        form.set(
            &format!("name.O{n}"),
            "Hồ sơ giải quyết trước hạn, đúng hạn",
        );
        form.set(&format!("numerator.O{n}"), m.words.as_str());
        form.set(&format!("comparator.O{n}"), "ge");
        form.set(&format!("target.O{n}"), "98%");
    }
    form.refuse("target.O0", "Ghi tỷ lệ từ 0 đến 100.");
    Measures {
        page: m.page("Mục tiêu và chỉ tiêu của dự thảo", "/van-ban/05/chi-tieu"),
        form,
        questions: vec![MeasureQuestion {
            sentence: format!("Điều 1, khoản 1 nay ghi ≥ 97%. {}", m.words),
            answers: vec![("text:O0".to_owned(), "Theo văn bản: ≥ 97%".to_owned())],
        }],
        objectives: (0..8)
            .map(|n| MeasureGroup {
                title: format!("Mục tiêu {n} (Điều 1, khoản {n})"),
                text: m.words.clone(),
                asked: vec!["Chưa nêu kỳ báo cáo, thời hạn, đơn vị theo dõi.".to_owned()],
                rows: vec![MeasureRow {
                    code: format!("O{n}"),
                    label: n.to_string(),
                    source: m.words.clone(),
                    state: Mark::new(Tone::Done, "Đã xác nhận"),
                    is_count: n == 1,
                }],
            })
            .collect(),
        comparators: vec![("ge", "≥"), ("gt", ">")],
        may_act: true,
        then: "Câu văn được sửa theo.".to_owned(),
        regime: Link::new("/van-ban/05/che-do-bao-cao", "Chế độ báo cáo"),
    }
}

fn import(m: &Maker) -> DocumentImport {
    let mut form = m.form("/van-ban/tu-tep");
    form.refuse("file", format!("Không đọc được tệp {}.", m.words));
    DocumentImport {
        page: m.page("Soạn từ tệp có sẵn", "/van-ban/tu-tep"),
        form,
        limit: "20 MB".to_owned(),
    }
}

fn opinion(m: &Maker) -> GiveOpinion {
    let mut form = m.form("/y-kien/3");
    form.set("stance", "other");
    form.set("text", m.words.as_str());
    form.refuse("stance", "Chọn một mức.");
    GiveOpinion {
        page: m.page(
            "Góp ý dự thảo Quyết định về Mục tiêu chất lượng năm 2023",
            "/y-kien/3",
        ),
        subject: "Ban hành Mục tiêu chất lượng năm 2023".to_owned(),
        asked_by: "Văn phòng HĐND và UBND".to_owned(),
        unit: "Phòng Nội vụ".to_owned(),
        due: m.near().unwrap_or_default(),
        form,
        autosave: "y-kien-3".to_owned(),
        stances: m.choices(&[
            ("agree", "Nhất trí", ""),
            (
                "other",
                "Nhất trí, có ý kiến bổ sung",
                "Nêu ý kiến bên dưới.",
            ),
            ("disagree", "Không nhất trí", "Nêu lý do bên dưới."),
        ]),
        silence: "Quá hạn không trả lời thì ghi là không trả lời.".to_owned(),
        body: m.body(),
        pdf_href: "/van-ban/05/xem-truoc.pdf".to_owned(),
    }
}

fn answer(m: &Maker) -> AnswerOpinions {
    let mut form = m.form("/van-ban/05/tiep-thu");
    form.set("reply.0", m.words.as_str());
    form.refuse("reply.1", "Ghi nội dung giải trình.");
    AnswerOpinions {
        page: m.page(
            "Tiếp thu, giải trình ý kiến về Quyết định Mục tiêu chất lượng",
            "/van-ban/05/tiep-thu",
        ),
        summary: "34/35 đơn vị có ý kiến, 33 đơn vị nhất trí.".to_owned(),
        form,
        autosave: "tiep-thu-05".to_owned(),
        rows: opinions(m),
        results: m.choices(&[("accept", "Tiếp thu", ""), ("explain", "Giải trình", "")]),
        silent: vec!["UBND xã Mẫu Sơn".to_owned()],
        then: "Bảng tổng hợp được gửi kèm Tờ trình.".to_owned(),
    }
}

fn check(m: &Maker) -> CheckDraft {
    let mut form = m.form("/van-ban/05/kiem-tra");
    form.set("remark", m.words.as_str());
    CheckDraft {
        page: m.page("Kiểm tra thể thức Quyết định về Mục tiêu chất lượng", "/van-ban/05/kiem-tra"),
        subject: "Ban hành Mục tiêu chất lượng năm 2023".to_owned(),
        due: m.near(),
        duty: "Người kiểm tra chịu trách nhiệm về thể thức, kỹ thuật trình bày (Nghị định 30/2020/NĐ-CP, Điều 12).".to_owned(),
        findings: m.findings(),
        form,
        pass_label: "Xác nhận thể thức đúng".to_owned(),
        pass_then: "Chuyển sang lập Tờ trình.".to_owned(),
        back_then: "Người soạn thảo nhận lại dự thảo kèm ý kiến.".to_owned(),
        body: m.body(),
        files: vec![Link::new("/van-ban/05/xem-truoc.pdf", "Xem bản trình bày (PDF)")],
    }
}

fn approve(m: &Maker) -> Approve {
    let change = |what: &str, before: &str, after: &str, note: &str| Change {
        what: what.to_owned(),
        before: before.to_owned(),
        after: after.to_owned(),
        note: note.to_owned(),
    };
    let mut form = m.form("/van-ban/92/phe-duyet");
    form.set("remark", m.words.as_str());
    Approve {
        page: m.page("Phê duyệt Tờ trình số 92/TTr-VP", "/van-ban/92/phe-duyet"),
        from: "Văn phòng trình".to_owned(),
        due: m.near(),
        changes_title: "Có gì mới so với năm 2022".to_owned(),
        changes: vec![
            change("Mục tiêu 1", "97%", "98%", "năm 2022 đạt 97,4%"),
            change("Mục tiêu 3", "50%", "trên 60%", "năm 2022 đạt 48,2%"),
            change("Mục tiêu 6", "", "bổ sung", ""),
        ],
        opinions_line: "33 đồng ý · 1 ý kiến khác (Phòng Nội vụ) · 1 không trả lời".to_owned(),
        objections: opinions(m).into_iter().take(1).collect(),
        findings_line: "Kiểm tra thể thức: không lỗi, 2 lưu ý".to_owned(),
        findings: m.findings(),
        body: m.body(),
        proposal: m.body(),
        files: vec![Link::new("/van-ban/92.pdf", "Tờ trình (PDF)")],
        form,
        approve_label: "Phê duyệt Tờ trình số 92/TTr-VP".to_owned(),
        approve_then: "Phê duyệt xong sang bước ký số: ký ngay trên máy này, hoặc ký sau."
            .to_owned(),
        ask_label: "Hỏi Văn phòng".to_owned(),
        warning: None,
    }
}

fn sign(m: &Maker) -> SignDocuments {
    let mut form = m.form("/ky");
    form.set("file", "05");
    form.set("certificate", "test");
    form.refuse("pin", "Mật khẩu khóa không đúng.");
    SignDocuments {
        page: m.page("Ký số Quyết định về Mục tiêu chất lượng năm 2023", "/ky"),
        files: vec![FileToSign {
            value: "05".to_owned(),
            title: format!("Quyết định {}", m.words),
            pages: "2 trang".to_owned(),
            pdf_href: "/van-ban/05.pdf".to_owned(),
            hash: "9f2c 41aa 07d3".to_owned(),
        }],
        form,
        certificates: m.choices(&[("test", "Nguyễn Duy Anh (khóa thử)", "Không có giá trị pháp lý.")]),
        meaning: "Chữ ký số xác nhận người có thẩm quyền đã ký văn bản đúng như nội dung dưới đây; không thể rút lại.".to_owned(),
        sign_label: "Ký số 1 văn bản".to_owned(),
        then: "Văn thư cấp số, đóng dấu và gửi 35 đơn vị.".to_owned(),
        later_href: "/".to_owned(),
        asks_pin: true,
        asks_code: true,
        sends_code: true,
    }
}

fn clerk(m: &Maker) -> ClerkDesk {
    let mut numbering = m.form("/van-thu/05/cap-so");
    numbering.set("issued_on", "24/03/2023");
    let mut sealing = m.form("/van-thu/04/dong-dau");
    sealing.set("certificate", "k");
    sealing.refuse("pin", "Mật khẩu của tệp khóa không đúng.");
    ClerkDesk {
        page: m.page("Cấp số, đóng dấu, phát hành", "/van-thu"),
        items: vec![
            ClerkItem {
                href: "/van-ban/05".to_owned(),
                title: format!("Quyết định ban hành Mục tiêu chất lượng {}", m.words),
                mark: Mark::new(Tone::Open, "Đã ký, chờ cấp số"),
                due: m.near(),
                facts: vec![
                    fact("Số sẽ cấp", "05/QĐ-UBND"),
                    fact("Người ký", "Nguyễn Duy Anh, 24/03/2023 15:40"),
                ],
                form: numbering,
                asks_date: true,
                certificates: vec![],
                asks_pin: false,
                asks_code: false,
                sends_code: false,
                act_label: "Cấp số 05/QĐ-UBND".to_owned(),
                then: "Số đã cấp không thể dùng lại; tiếp theo là đóng dấu.".to_owned(),
            },
            ClerkItem {
                href: "/van-ban/04".to_owned(),
                title: "Quyết định số 04/QĐ-UBND".to_owned(),
                mark: Mark::new(Tone::Open, "Đã cấp số, chờ đóng dấu"),
                due: m.late(),
                facts: vec![],
                form: sealing,
                asks_date: false,
                certificates: m.choices(&[(
                    "k",
                    "UBND huyện (tệp khóa)",
                    "Hiệu lực đến 31/12/2027.",
                )]),
                asks_pin: true,
                asks_code: true,
                sends_code: true,
                act_label: "Đóng dấu Quyết định số 04/QĐ-UBND".to_owned(),
                then: "Sau đó phát hành tới 35 đơn vị.".to_owned(),
            },
        ],
        registers: vec![Link::new("/so/qd-ubnd/2023", "Sổ Quyết định 2023")],
    }
}

fn register(m: &Maker) -> Register {
    Register {
        page: m.page(
            "Sổ đăng ký Tờ trình của Văn phòng năm 2023",
            "/so/ttr-vp/2023",
        ),
        notes: vec!["Sổ mở từ số 91, tiếp theo sổ giấy; lý do ghi ở nhật ký số 12.".to_owned()],
        count: Some("1 dòng".to_owned()),
        query: m.words.clone(),
        from: "01/03/2023".to_owned(),
        until: "31/03/2023".to_owned(),
        void_only: false,
        rows: vec![RegisterRow {
            number: "92/TTr-VP".to_owned(),
            date: "20/03/2023".to_owned(),
            subject: m.words.clone(),
            signer: "Chánh Văn phòng".to_owned(),
            recipients: "Chủ tịch UBND huyện".to_owned(),
            unit: "VT, VP".to_owned(),
            copies: "Bản điện tử".to_owned(),
            sent_on: "20/03/2023".to_owned(),
            receipt: "1 / 1".to_owned(),
            note: String::new(),
            void: false,
            href: Some("/van-ban/92".to_owned()),
        }],
        pager: m.pager(),
        files: vec![Link::new("/so/ttr-vp/2023?dang=pdf", "PDF")],
        acts: Some(RegisterActs {
            enter_href: "/so/ttr-vp/2023/ghi-tay".to_owned(),
            strike_href: "/so/ttr-vp/2023/bo-so".to_owned(),
            close: vec![ActForm {
                form: m.form("/so/ttr-vp/2023/khoa"),
                label: "Khóa sổ".to_owned(),
                then: "Sổ không nhận số nữa.".to_owned(),
                main: false,
            }],
        }),
    }
}

fn submit(m: &Maker) -> SubmitDraft {
    let mut form = m.form("/van-ban/05/trinh");
    form.set("working_days", m.words.as_str());
    form.set("unit", "nv");
    form.refuse("working_days", "Ghi số ngày làm việc, từ 1 đến 30.");
    form.refuse("unit", "Chọn ít nhất một đơn vị.");
    SubmitDraft {
        page: m.page(
            "Lấy ý kiến về dự thảo Quyết định Mục tiêu chất lượng",
            "/van-ban/05/trinh",
        ),
        subject: "Ban hành Mục tiêu chất lượng năm 2023".to_owned(),
        findings: m.findings(),
        form,
        units: m.choices(&[("nv", "Phòng Nội vụ", ""), ("th", "UBND xã Thụy Hùng", "")]),
        label: "Gửi lấy ý kiến".to_owned(),
        then: "Mỗi đơn vị nhận một thư; dự thảo không sửa được trong thời gian lấy ý kiến."
            .to_owned(),
    }
}

fn question(m: &Maker) -> AnswerQuestion {
    let mut form = m.form("/van-ban/05/tra-loi");
    form.set("answer", m.words.as_str());
    AnswerQuestion {
        page: m.page(
            "Trả lời Chủ tịch về dự thảo Quyết định Mục tiêu chất lượng",
            "/van-ban/05/tra-loi",
        ),
        subject: "Ban hành Mục tiêu chất lượng năm 2023".to_owned(),
        asked_by: "Chủ tịch Nguyễn Duy Anh".to_owned(),
        question: m.words.clone(),
        due: m.near(),
        form,
        autosave: String::new(),
        files: vec![Link::new("/van-ban/92.pdf", "Tờ trình (PDF)")],
    }
}
