//! Messages about the seed decision; all codes are samples.

use chrono::NaiveDate;
use trinhky_edxml::{
    Attachment, Business, BusinessType, Code, DocumentMessage, DocumentType, Message, Organ, Other,
    Replacement, ResponseFor, Signer, Staff, Status, StatusMessage, Trace, Update, document_id,
};

pub fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

pub fn organ(id: &str, name: &str) -> Organ {
    Organ {
        id: id.to_owned(),
        name: name.to_owned(),
        ..Organ::default()
    }
}

pub fn decision() -> DocumentMessage {
    let code = Code {
        number: "05".to_owned(),
        notation: "QĐ-UBND".to_owned(),
    };
    let issued = day(2023, 1, 6);
    DocumentMessage {
        from: Organ {
            email: "vanthu@caoloc.example".to_owned(),
            address: "Thị trấn Cao Lộc, tỉnh Lạng Sơn".to_owned(),
            ..organ("H37.14", "UBND huyện Cao Lộc")
        },
        to: vec![
            organ("H37.02.02", "Sở Khoa học và Công nghệ"),
            organ("H37.14.07", "UBND xã Hòa Cư"),
        ],
        document_id: document_id("H37.14", issued, &code),
        code,
        place: "Cao Lộc".to_owned(),
        promulgated_on: Some(issued),
        kind: DocumentType {
            group: Some(2),
            detail: Some(2),
            name: "Quyết định".to_owned(),
        },
        subject: "Mục tiêu chất lượng năm 2023 <ISO 9001> & \"kế hoạch\"".to_owned(),
        content: "Ban hành Mục tiêu chất lượng năm 2023".to_owned(),
        signer: Signer {
            competence: "CHỦ TỊCH".to_owned(),
            position: "Chủ tịch".to_owned(),
            name: "Nguyễn Duy Anh".to_owned(),
        },
        due_on: Some(day(2023, 3, 31)),
        other: Other {
            priority: 1,
            amount: Some(2),
            pages: Some(4),
            direction: Some(true),
            appendixes: vec!["Phụ lục: mục tiêu".to_owned()],
            ..Other::default()
        },
        steering: Some(2),
        to_places: vec!["Như Điều 3;".to_owned(), "Lưu: VT.".to_owned()],
        traces: vec![Trace {
            organ_id: "H37.14".to_owned(),
            at: issued.and_hms_opt(9, 30, 0),
        }],
        business: Business {
            reason: "Văn bản điện tử mới".to_owned(),
            staff: Staff {
                department: "Văn phòng".to_owned(),
                name: "Lăng Kim Lan".to_owned(),
                email: "lang.kim.lan@caoloc.example".to_owned(),
                ..Staff::default()
            },
            ..Business::default()
        },
        attachments: vec![Attachment {
            content_id: "cid:1".to_owned(),
            name: "05-QĐ-UBND.pdf".to_owned(),
            description: "Quyết định".to_owned(),
            content_type: "application/pdf".to_owned(),
            bytes: b"%PDF-1.7 sample".to_vec(),
        }],
        ..DocumentMessage::default()
    }
}

/// One of each type of business, and each status, with the name of its golden file.
pub fn all() -> Vec<(String, Message)> {
    let new = decision();
    let mut revoke = decision();
    revoke.attachments.clear();
    revoke.business = Business {
        document_id: new.document_id.clone(),
        kind: BusinessType::Revoke,
        reason: "Sai thẩm quyền".to_owned(),
        ..Business::default()
    };
    let mut update = revoke.clone();
    update.business = Business {
        document_id: new.document_id.clone(),
        kind: BusinessType::Update,
        reason: "Bổ sung nơi nhận".to_owned(),
        update: Some(Update {
            document: false,
            receivers: true,
            list: vec![
                ("H37.14.07".to_owned(), false),
                ("H37.14.08".to_owned(), true),
            ],
        }),
        ..Business::default()
    };
    let mut replace = decision();
    replace.code.number = "09".to_owned();
    replace.document_id = document_id("H37.14", day(2023, 1, 6), &replace.code);
    replace.business = Business {
        kind: BusinessType::Replace,
        reason: "Thay thế do sai nội dung".to_owned(),
        paper: true,
        replaces: vec![Replacement {
            document_id: new.document_id.clone(),
            organ_ids: vec!["H37.02.02".to_owned(), "H37.14.07".to_owned()],
        }],
        ..Business::default()
    };
    let mut report = decision();
    report.from = organ("H37.14.07", "UBND xã Hòa Cư");
    report.to = vec![organ("H37.14", "UBND huyện Cao Lộc")];
    report.steering = Some(3);
    report.response_for = vec![answered()];
    let mut all: Vec<(String, Message)> = [
        ("new", new),
        ("revoke", revoke),
        ("update", update),
        ("replace", replace),
        ("report", report),
    ]
    .into_iter()
    .map(|(name, message)| (name.to_owned(), Message::Document(Box::new(message))))
    .collect();
    all.extend(
        Status::ALL.map(|status| (format!("status-{}", status.code()), self::status(status))),
    );
    all
}

fn answered() -> ResponseFor {
    let decision = decision();
    ResponseFor {
        organ_id: "H37.14".to_owned(),
        code: decision.code.text(),
        document_id: decision.document_id,
        promulgated_on: decision.promulgated_on,
    }
}

pub fn status(status: Status) -> Message {
    Message::Status(Box::new(StatusMessage {
        from: organ("H37.14.07", "UBND xã Hòa Cư"),
        response_for: answered(),
        staff: Staff {
            department: "Văn phòng".to_owned(),
            name: "Nông Văn Sơn".to_owned(),
            ..Staff::default()
        },
        status,
        description: "Số đến 12".to_owned(),
        at: day(2023, 1, 6).and_hms_opt(14, 5, 9),
    }))
}
