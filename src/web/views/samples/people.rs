//! Samples of the desk and the sign-in.

use askama::Template;

use super::{Maker, Rendered};
use crate::web::Link;
use crate::web::views::people::*;
use crate::web::views::shared::{Markup, Tone};

pub(super) fn all(m: &Maker) -> Vec<Rendered> {
    vec![
        ("people-sign-in", sign_in(m).render()),
        ("people-kept-form", kept_form(m).render()),
        ("people-desk", desk(m).render()),
        ("people-guide", guide(m).render()),
    ]
}

fn sign_in(m: &Maker) -> SignIn {
    let mut page = m.page("Đăng nhập", "/dang-nhap");
    page.actor = None;
    let mut form = m.form("/dang-nhap");
    form.set("login", m.words.as_str());
    form.refuse("password", "Tên đăng nhập hoặc mật khẩu không đúng.");
    SignIn {
        page,
        form,
        next: "/viec/7".to_owned(),
        kept: vec![("remark".to_owned(), m.words.clone())],
        expired: true,
        passkey: Some(PasskeyForm {
            purpose: "enter",
            action: "/dang-nhap/khoa",
            label: "Đăng nhập bằng khóa truy cập".to_owned(),
            next: "/viec/7".to_owned(),
            failed: m.words.clone(),
            known: m.words.clone(),
        }),
        samples: vec![SampleAccount {
            login: "ha.thuyhung".to_owned(),
            name: "Lê Thị Hà".to_owned(),
            post: "Văn thư UBND xã Thụy Hùng".to_owned(),
        }],
    }
}

fn guide(m: &Maker) -> Guide {
    Guide {
        page: m.page("Hướng dẫn: Văn thư", "/huong-dan/van-thu"),
        jobs: vec![Link::new("/huong-dan", "Cho mọi người")],
        text: Markup::from_our_own_renderer(
            include_str!("../../../../templates/guide/van-thu.html").to_owned(),
        ),
    }
}

fn desk(m: &Maker) -> Desk {
    let duty = |act: &str, due, tone| Duty {
        href: "/viec/7".to_owned(),
        act: act.to_owned(),
        note: m.words.clone(),
        due,
        tone,
    };
    Desk {
        page: m.page("Việc của tôi", "/"),
        overdue: vec![duty(
            "Xác nhận đã nhận Quyết định 03/QĐ-UBND",
            m.late(),
            Tone::Late,
        )],
        this_week: vec![
            duty(
                "Phê duyệt Tờ trình 92/TTr-VP về Mục tiêu chất lượng 2023",
                m.near(),
                Tone::Open,
            ),
            duty("Góp ý dự thảo Kế hoạch cải cách TTHC", m.near(), Tone::Open),
        ],
        later: vec![],
        waiting: vec![duty(
            "Quyết định 05/QĐ-UBND: 28 / 35 đơn vị đã tiếp nhận",
            None,
            Tone::Waiting,
        )],
    }
}

fn kept_form(m: &Maker) -> KeptForm {
    KeptForm {
        page: m.page("Gửi tiếp nội dung đã nhập", "/luu-tam/k"),
        action: "/van-ban/05/gop-y".to_owned(),
        fields: vec![
            ("act_key".to_owned(), "k-0190".to_owned()),
            ("text".to_owned(), m.words.clone()),
        ],
    }
}
