//! Samples of the pages of keys and verification.

use askama::Template;

use super::{Maker, Rendered};
use crate::web::views::shared::{Mark, Tone};
use crate::web::views::signing::*;

pub(super) fn all(m: &Maker) -> Vec<Rendered> {
    vec![
        ("signing-keys", keys(m).render()),
        ("signing-verification", verification(m).render()),
    ]
}

fn keys(m: &Maker) -> Keys {
    let mut file = m.form("/quan-tri/khoa-ky/tep");
    file.set("from", "24/03/2023");
    file.refuse("password", "Mật khẩu của tệp khóa không đúng.");
    let mut token = m.form("/quan-tri/khoa-ky/thiet-bi");
    token.set("from", "24/03/2023");
    Keys {
        page: m.page("Khóa ký", "/quan-tri/khoa-ky"),
        rows: vec![KeyRow {
            holder: "Nguyễn Duy Anh, Chủ tịch UBND huyện".to_owned(),
            kind: "Thiết bị ký".to_owned(),
            subject: m.words.clone(),
            issuer: "CA thử".to_owned(),
            valid: "01/01/2023 – 31/12/2027".to_owned(),
            term: "từ 01/03/2023".to_owned(),
            mark: Mark::new(Tone::Done, "Đang dùng"),
            stop: Some(m.form("/quan-tri/khoa-ky/1/thoi-dung")),
        }],
        file,
        workstation: m.form("/quan-tri/khoa-ky/may-nguoi-ky"),
        sources: vec![KeySource {
            id: "token",
            title: m.words.clone(),
            notes: vec![m.words.clone()],
            ask: Some(m.document()),
            form: token,
            legend: m.words.clone(),
            choices: m.choices(&[("1/01", "Nguyễn Duy Anh (token)", "CA thử cấp.")]),
        }],
        holders: m.choices(&[("post:1", "Nguyễn Duy Anh, Chủ tịch", "")]),
        limit: "20 MB".to_owned(),
    }
}

fn verification(m: &Maker) -> Verification {
    let fact = |label: &str| (label.to_owned(), m.words.clone());
    Verification {
        page: m.page("Kiểm tra chữ ký của văn bản", "/xac-minh"),
        file: m.form("/xac-minh"),
        print: m.form("/xac-minh"),
        limit: "20 MB".to_owned(),
        verdict: Some(Verdict {
            mark: Mark::new(Tone::Failed, "Không hợp lệ"),
            sentence: "Nội dung đã bị thay đổi sau khi ký.".to_owned(),
            file_name: m.words.clone(),
            sha256: "9f2c41aa07d3".repeat(5),
            problems: vec![m.words.clone()],
            signatures: vec![VerifiedSignature {
                title: m.words.clone(),
                mark: Mark::new(Tone::Done, "Hợp lệ"),
                sentence: m.words.clone(),
                facts: vec![fact("Cơ quan")],
                added: vec![m.words.clone()],
                problems: vec![m.words.clone()],
                notes: vec![m.words.clone()],
            }],
        }),
        print_found: Some(PrintFound {
            mark: Mark::new(Tone::Done, "Có phát hành"),
            sentence: m.words.clone(),
            facts: vec![fact("Văn bản")],
        }),
    }
}
