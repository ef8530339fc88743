//! Every view filled with values of the seed decision's year, and the tests that hold all pages together.
//!
//! Set `TRINHKY_DUMP_PAGES` at build time to a folder to get every page as a file, for looking at and for validators.

mod admin;
mod distribution;
mod documents;
mod objectives;
mod people;
mod sheet;
mod signing;

use std::collections::BTreeSet;

use askama::Template;

use super::shared::*;
use crate::web::format::{Due, DueLevel};
use crate::web::page::{ActorView, Help, Link, NavItem};
use crate::web::{Form, Lang, Page, WebError};

/// No page is larger than this with everything it needs (the files under `/static` are about 17 kB together).
const PAGE_LIMIT_BYTES: usize = 50 * 1024;
const HOSTILE: &str = "<script>alert(1)</script>\"'&";

/// What every sample is made with: the language, and words that a page must show as they are.
struct Maker {
    lang: Lang,
    /// Stands in free texts: harmless words, or an attack.
    words: String,
}

type Rendered = (&'static str, askama::Result<String>);

impl Maker {
    fn page(&self, title: &str, path: &str) -> Page {
        let mut page = Page::new(self.lang, "UBND huyện Cao Lộc", title);
        page.path = path.to_owned();
        page.actor = Some(ActorView {
            name: "Lê Thị Hà".to_owned(),
            posts: vec!["Văn thư UBND xã Thụy Hùng".to_owned()],
        });
        page.nav = [
            ("/", "Việc của tôi"),
            ("/van-ban", "Văn bản"),
            ("/van-ban-den", "Văn bản đến"),
            ("/muc-tieu", "Mục tiêu"),
            ("/lich", "Lịch làm việc"),
        ]
        .into_iter()
        .map(|(href, text)| NavItem {
            href: href.to_owned(),
            text: text.to_owned(),
            current: path == href,
        })
        .collect();
        page.crumbs = vec![Link::new("/", "Việc của tôi")];
        page.help = Some(Help {
            who: "Văn phòng HĐND và UBND huyện".to_owned(),
            phone: "02053861234".to_owned(),
        });
        page.printed_at = "24/03/2023 17:00".to_owned();
        page.sample = true;
        page
    }

    fn form(&self, action: &str) -> Form {
        Form::new(action, "k-0190", "7")
    }

    fn near(&self) -> Option<Due> {
        Some(Due {
            at: "thứ Sáu 24/03/2023, 17:00".to_owned(),
            left: self.lang.tn("left-days", 2),
            level: DueLevel::Near,
        })
    }

    fn late(&self) -> Option<Due> {
        Some(Due {
            at: "thứ Năm 23/03/2023, 17:00".to_owned(),
            left: self.lang.tn("late-days", 1),
            level: DueLevel::Late,
        })
    }

    /// The decision's text as our own renderer would make it; this is the one place that is not escaped.
    fn body(&self) -> Markup {
        Markup::from_our_own_renderer(
            "<p class=\"centre\"><strong>QUYẾT ĐỊNH</strong></p><p class=\"centre\"><strong>Ban hành Mục tiêu chất lượng \
             năm 2023 của Ủy ban nhân dân huyện Cao Lộc</strong></p><p><em>Căn cứ Luật Tổ chức chính quyền địa phương ngày \
             19/6/2015;</em></p><p><strong>Điều 1.</strong> Ban hành Mục tiêu chất lượng năm 2023 của UBND huyện Cao Lộc \
             với nội dung như sau:</p><p>1. Phấn đấu 98% hồ sơ phát sinh giải quyết trước hạn, đúng hạn; không có đơn thư \
             khiếu nại, tố cáo trở lại.</p>"
                .to_owned(),
        )
    }

    fn signatures(&self) -> Vec<SignatureLine> {
        vec![
            SignatureLine {
                mark: Mark::new(Tone::Done, "Hợp lệ"),
                text: "Chủ tịch Nguyễn Duy Anh, 24/03/2023 15:40".to_owned(),
            },
            SignatureLine {
                mark: Mark::new(Tone::Done, "Hợp lệ"),
                text: "UBND huyện Cao Lộc, 24/03/2023 16:05".to_owned(),
            },
        ]
    }

    fn findings(&self) -> Vec<FindingView> {
        vec![
            FindingView {
                severity: Mark::new(Tone::Failed, "Lỗi"),
                message: format!("Viết “Phần đầu”, có lẽ là “Phấn đấu”. {}", self.words),
                law: "Nghị định 30/2020/NĐ-CP, Phụ lục II".to_owned(),
                place: "Điều 1, khoản 1".to_owned(),
                field: "article.0.clause.0".to_owned(),
                suggestion: Some(("Phấn đấu".to_owned(), "spelling-1".to_owned())),
            },
            FindingView {
                severity: Mark::new(Tone::Near, "Lưu ý"),
                message: "Mục tiêu 3 vừa viết “trên” vừa viết “trở lên”.".to_owned(),
                place: "Điều 1, khoản 3".to_owned(),
                ..FindingView::default()
            },
        ]
    }

    fn timeline(&self) -> Vec<Happening> {
        let happening = |at: &str, who: &str, what: &str, remark: &str, no: &str| Happening {
            at: at.to_owned(),
            who: who.to_owned(),
            what: what.to_owned(),
            remark: remark.to_owned(),
            journal_no: no.to_owned(),
        };
        vec![
            happening(
                "24/03/2023 16:05",
                "Hoàng Thị Mai",
                "Đã đóng dấu Quyết định số 05/QĐ-UBND",
                "",
                "118",
            ),
            happening(
                "22/03/2023 09:12",
                "Nguyễn Duy Anh",
                "Đã trả lại dự thảo",
                &self.words,
                "97",
            ),
        ]
    }

    fn filters(&self) -> Vec<Filter> {
        [
            ("Tất cả", 35, true),
            ("Đã tiếp nhận", 28, false),
            ("Đã mở", 3, false),
            ("Từ chối", 1, false),
        ]
        .into_iter()
        .enumerate()
        .map(|(i, (text, count, current))| Filter {
            href: format!("?loc={i}"),
            text: text.to_owned(),
            count: Some(count),
            current,
        })
        .collect()
    }

    fn pager(&self) -> Pager {
        Pager {
            newer: Some("?sau=1".to_owned()),
            older: Some("?truoc=20".to_owned()),
        }
    }

    fn progress(&self) -> Progress {
        Progress {
            done: 28,
            total: 35,
            label: "28 / 35 đơn vị đã tiếp nhận".to_owned(),
        }
    }

    fn svg(&self) -> Markup {
        Markup::from_our_own_renderer(
            "<svg viewBox=\"0 0 320 80\" width=\"320\" height=\"80\" role=\"img\" aria-label=\"Đạt 98,56% so với 98%\">\
             <line x1=\"0\" y1=\"30\" x2=\"320\" y2=\"30\" stroke=\"currentColor\" stroke-dasharray=\"4\"/>\
             <polyline points=\"20,40 160,26 300,22\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\"/></svg>"
                .to_owned(),
        )
    }

    fn choices(&self, texts: &[(&str, &str, &str)]) -> Vec<Choice> {
        texts
            .iter()
            .map(|(value, text, hint)| Choice {
                value: (*value).to_owned(),
                text: (*text).to_owned(),
                hint: (*hint).to_owned(),
            })
            .collect()
    }

    fn document(&self) -> Link {
        Link::new("/van-ban/05", "Quyết định số 05/QĐ-UBND ngày 24/03/2023")
    }

    fn all(&self) -> Vec<Rendered> {
        let mut all = people::all(self);
        all.extend(documents::all(self));
        all.extend(distribution::all(self));
        all.extend(objectives::all(self));
        all.extend(admin::all(self));
        all.extend(signing::all(self));
        all.extend(sheet::all(self));
        let stale = WebError::Stale {
            sentence: None,
            fresh: "/van-ban/05".to_owned(),
        };
        all.push(("error-409", stale.view(self.page("", "/x")).render()));
        all.push((
            "error-500",
            WebError::fault("K7Q2").view(self.page("", "/x")).render(),
        ));
        all
    }
}

fn pages(lang: Lang, words: &str) -> Vec<(&'static str, String)> {
    let maker = Maker {
        lang,
        words: words.to_owned(),
    };
    maker
        .all()
        .into_iter()
        .map(|(name, text)| (name, text.expect("the page renders")))
        .collect()
}

#[test]
fn every_page_is_small_and_asks_nobody_else() {
    for lang in [Lang::Vi, Lang::En] {
        for (name, text) in pages(lang, "Đề nghị bổ sung chỉ tiêu.") {
            assert!(
                text.len() < PAGE_LIMIT_BYTES,
                "{name} has {} bytes",
                text.len()
            );
            for foreign in [
                "http://",
                "https://",
                "src=\"//",
                "href=\"//",
                " style=\"",
                " onclick=",
            ] {
                let plain = text.replace("http://www.w3.org", "");
                assert!(!plain.contains(foreign), "{name} contains {foreign}");
            }
            assert!(
                !text.contains("Unknown localization"),
                "{name} lacks a text"
            );
        }
    }
}

#[test]
fn what_people_type_is_never_markup() {
    let mut met = 0;
    for (name, text) in pages(Lang::Vi, HOSTILE) {
        assert!(
            !text.contains("<script>alert"),
            "{name} lets markup through"
        );
        met += usize::from(text.contains("alert(1)"));
    }
    assert!(met >= 15, "only {met} pages showed the typed words at all");
}

/// Links of error summaries and of labels lead somewhere, and no id stands twice.
#[test]
fn inner_links_and_labels_find_their_field() {
    for (name, text) in pages(Lang::Vi, "x") {
        let values = |attribute: &str| -> Vec<String> {
            text.split(&format!(" {attribute}=\""))
                .skip(1)
                .filter_map(|rest| Some(rest.split('"').next()?.to_owned()))
                .collect()
        };
        let ids = values("id");
        let known: BTreeSet<&String> = ids.iter().collect();
        assert_eq!(ids.len(), known.len(), "{name} repeats an id: {ids:?}");
        let wanted = values("for").into_iter().chain(
            ["href", "aria-describedby", "aria-labelledby"]
                .iter()
                .flat_map(|a| values(a))
                .filter(|v| !v.starts_with('/') && !v.starts_with('?') && !v.starts_with("tel:"))
                .flat_map(|v| {
                    v.split_whitespace()
                        .map(|id| id.trim_start_matches('#').to_owned())
                        .collect::<Vec<_>>()
                }),
        );
        for id in wanted {
            assert!(known.contains(&id), "{name}: nothing has the id {id}");
        }
    }
}

/// Acts are `POST`s with the act's key; a `GET` form only searches.
#[test]
fn every_act_carries_its_key() {
    for (name, text) in pages(Lang::Vi, "x") {
        for form in text.split("<form ").skip(1) {
            let (head, rest) = form.split_once('>').expect("a form has an end of its tag");
            if !head.contains("method=\"post\"") {
                assert!(
                    !rest.contains("name=\"act_key\"")
                        || rest.find("</form>") < rest.find("name=\"act_key\""),
                    "{name}: {head}"
                );
                continue;
            }
            let inside = rest.split("</form>").next().unwrap_or("");
            assert!(
                inside.contains("name=\"act_key\"")
                    // Signing out twice is the same; verifying and reading the file of a guest change nothing; the question
                    // that a passkey answers is answered once.
                    || head.contains("/dang-xuat")
                    || head.contains("data-passkey")
                    || head.contains("/xac-minh")
                    || inside.contains("value=\"pdf\""),
                "{name}: {head}"
            );
        }
    }
}

#[test]
fn pages_are_written_out_for_those_who_want_to_look() {
    let Some(folder) = option_env!("TRINHKY_DUMP_PAGES") else {
        return;
    };
    std::fs::create_dir_all(folder).expect("the folder can be made");
    for (lang, code) in [(Lang::Vi, "vi"), (Lang::En, "en")] {
        for (name, text) in pages(lang, "Đề nghị bổ sung chỉ tiêu.") {
            let file = std::path::Path::new(folder).join(format!("{name}.{code}.html"));
            std::fs::write(file, text).expect("the page can be written");
        }
    }
}
