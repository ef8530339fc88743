//! The catalogue of case files of a year (Decree 30/2020 Art. 29, Annex V, form I), and a new file.

use std::collections::BTreeMap;

use axum::extract::{Form as Body, Query};
use axum::response::Response;
use chrono::Datelike as _;
use sea_orm::ConnectionTrait;
use serde::Deserialize;
use trinhky_calendar::vn_date;
use uuid::Uuid;

use super::super::rows::case_file;
use super::super::{carry_over as carry, of_year, open as open_file, period, units_kept};
use super::{LIST, address, mark, typed};
use crate::cases::contents::spans;
use crate::documents::pages::bound::{self, Book};
use crate::fault::{Fault, Outcome};
use crate::people::find as people_find;
use crate::people::session::{Session, done, failed, field_error};
use crate::web::views::sheet::{Act, Entry, Field, Input, Part, Sheet, State, choice};
use crate::web::{Form, Lang, Link, WebError, html, refused};

/// What an address of the catalogue asks for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    nam: Option<i32>,
    /// `toi`: those that the reader made.
    #[serde(default)]
    cua: String,
    /// `danh-muc` or `nop-luu`: which list is asked for as a file.
    #[serde(default)]
    muc_luc: String,
    /// `pdf`, `xlsx` or `csv`.
    #[serde(default)]
    dang: String,
}

impl Asked {
    /// The year asked for; this one where that is none.
    fn year(&self, session: &Session) -> i32 {
        self.nam
            .filter(|year| (1900..=2200).contains(year))
            .unwrap_or_else(|| session.today().year())
    }
}

/// `GET /ho-so`: the files of a year that the reader may see.
///
/// # Errors
/// 404 for an unknown form.
pub async fn list(session: Session, Query(asked): Query<Asked>) -> Result<Response, WebError> {
    let answer = async {
        if asked.dang.is_empty() {
            let mut form = Form::new(LIST, "", "");
            form.set("years", typed::written(Some(10)));
            return view(&session, &asked, form).await;
        }
        let year = asked.year(&session);
        let book = book(&session, &asked, year).await?;
        bound::answer(&session, &asked.dang, book).await
    };
    answer.await.map_err(|fault| failed(fault, LIST))
}

/// `POST /ho-so`: `owner`, `code`, `title`, `heading`, `years`, `doc_types`, `words`.
///
/// # Errors
/// What is not acceptable shows the form again.
pub async fn open(
    session: Session,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Result<Response, WebError> {
    let wanted = typed::wanted(&pairs);
    let mut form = Form::sent(LIST, pairs);
    match open_file(&session.app, &session.actor, wanted).await {
        Ok(id) => Ok(done(
            &address(id),
            &session.lang.say("Đã mở hồ sơ.", "The file is open."),
        )),
        Err(fault) => {
            let refusal = field_error(fault, LIST)?;
            let field = refusal.field.as_deref().unwrap_or("title");
            form.refuse(field, session.lang.say(&refusal.vi, &refusal.en));
            let view = view(&session, &Asked::default(), form)
                .await
                .map_err(|fault| failed(fault, LIST))?;
            Ok(refused(view))
        }
    }
}

/// `POST /ho-so/nam-truoc`: last year's files of the unit `owner` anew.
///
/// # Errors
/// 403 for who keeps no files of it.
pub async fn carry_over(
    session: Session,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Result<Response, WebError> {
    let owner = typed::wanted(&pairs).owner_id;
    let count = carry(&session.app, &session.actor, owner)
        .await
        .map_err(|fault| failed(fault, LIST))?;
    Ok(done(
        LIST,
        &session.lang.say(
            &format!("Đã mở {count} hồ sơ theo danh mục năm trước."),
            &format!("{count} files of last year are opened anew."),
        ),
    ))
}

fn of_asked(
    session: &Session,
    asked: &Asked,
    mut cases: Vec<case_file::Model>,
) -> Vec<case_file::Model> {
    if asked.cua == "toi" {
        cases.retain(|case| Some(case.made_by) == session.actor.person_id);
    }
    cases
}

async fn view(session: &Session, asked: &Asked, form: Form) -> Outcome<Response> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let this_year = session.today().year();
    let year = asked.year(session);
    let all = of_year(db, &session.actor, year).await?;
    let own = all
        .iter()
        .filter(|case| Some(case.made_by) == session.actor.person_id)
        .count();
    let total = all.len();
    let cases = of_asked(session, asked, all);
    let mut parts = vec![Part::Links(links(year, total, own, lang))];
    if cases.is_empty() {
        parts.push(Part::Text(lang.say(
            &format!("Chưa có hồ sơ nào của năm {year}."),
            &format!("There is no file of {year} yet."),
        )));
    }
    parts.extend(listed(db, session, &cases).await?);
    let kept = units_kept(db, &session.actor, session.today()).await?;
    if year == this_year && !kept.is_empty() {
        let units: Vec<_> = kept
            .iter()
            .map(|unit| choice(&unit.id.to_string(), unit.name.clone()))
            .collect();
        parts.push(Part::Heading(lang.say("Mở hồ sơ", "A new file")));
        parts.push(Part::Form(entry(form, units.clone(), lang)?));
        let last_year = of_year(db, &session.actor, year - 1).await?;
        if !last_year.is_empty() {
            parts.push(Part::Heading(
                lang.say("Danh mục năm trước", "Last year's catalogue"),
            ));
            parts.push(Part::Form(again(units, lang)));
        }
    }
    let mut page = session.page(&lang.say(
        &format!("Hồ sơ công việc năm {year}"),
        &format!("Case files of {year}"),
    ));
    page.crumbs = vec![Link::new("/van-ban", &lang.t("nav-documents"))];
    Ok(html(&Sheet { page, parts }))
}

fn links(year: i32, total: usize, own: usize, lang: Lang) -> Vec<Link> {
    let here = |query: &str| format!("{LIST}?nam={year}{query}");
    let mut links = vec![
        Link::new(
            &here(""),
            &lang.say(&format!("Tất cả ({total})"), &format!("All ({total})")),
        ),
        Link::new(
            &here("&cua=toi"),
            &lang.say(&format!("Tôi lập ({own})"), &format!("Made by me ({own})")),
        ),
        Link::new(
            &format!("{LIST}?nam={}", year - 1),
            &lang.say(&format!("Năm {}", year - 1), &(year - 1).to_string()),
        ),
    ];
    if total > 0 {
        for (kind, vi, en) in [
            ("danh-muc", "Danh mục hồ sơ", "Catalogue"),
            ("nop-luu", "Mục lục hồ sơ nộp lưu", "List for the archive"),
        ] {
            for file in ["pdf", "xlsx"] {
                links.push(Link::new(
                    &here(&format!("&muc_luc={kind}&dang={file}")),
                    &format!("{} ({})", lang.say(vi, en), file.to_uppercase()),
                ));
            }
        }
    }
    links
}

/// The files under their headings.
async fn listed(
    db: &impl ConnectionTrait,
    session: &Session,
    cases: &[case_file::Model],
) -> Outcome<Vec<Part>> {
    let owners: Vec<Uuid> = cases.iter().map(|case| case.owner_id).collect();
    let units = people_find::unit_names(db, &owners, session.today()).await?;
    let mut headings: BTreeMap<&str, Vec<State>> = BTreeMap::new();
    for case in cases {
        let unit = units.get(&case.owner_id).map_or("", String::as_str);
        headings.entry(&case.heading).or_default().push(State {
            mark: mark(case, session.lang),
            text: format!("{}: {}", case.code, case.title),
            note: format!("{unit}; {}; {}", period(case.years), case.by_name),
            href: address(case.id),
        });
    }
    let mut parts = Vec::new();
    for (heading, lines) in headings {
        if !heading.is_empty() {
            parts.push(Part::Heading(heading.to_owned()));
        }
        parts.push(Part::States(lines));
    }
    Ok(parts)
}

fn entry(form: Form, units: Vec<crate::web::views::shared::Choice>, lang: Lang) -> Outcome<Entry> {
    let mut fields = vec![
        Field::new(
            "owner",
            lang.say("Đơn vị lập hồ sơ", "Unit"),
            Input::Select(units),
        ),
        Field::line("code", lang.say("Số và ký hiệu hồ sơ", "Code")).hint(lang.say(
            "Để trống để cấp số kế tiếp, ví dụ 07.VP.",
            "Left empty, the next one is given, e.g. 07.VP.",
        )),
    ];
    fields.extend(typed::fields(lang)?);
    Ok(Entry {
        form,
        fields,
        acts: vec![Act::main(
            lang.say("Mở hồ sơ", "Open the file"),
            lang.say(
                "Hồ sơ vào Danh mục của năm; văn bản đúng quy tắc được đưa vào ngay.",
                "It stands in the year's catalogue; what its rule takes is put in at once.",
            ),
        )],
        upload: false,
    })
}

fn again(units: Vec<crate::web::views::shared::Choice>, lang: Lang) -> Entry {
    Entry {
        form: Form::new("/ho-so/nam-truoc", "", ""),
        fields: vec![Field::new(
            "owner",
            lang.say("Đơn vị", "Unit"),
            Input::Select(units),
        )],
        acts: vec![Act::other(
            lang.say(
                "Mở lại theo danh mục năm trước",
                "Open last year's files anew",
            ),
            lang.say(
                "Giữ mã, tiêu đề, thời hạn và quy tắc; mã đã có trong năm được bỏ qua.",
                "Code, title, period and rule stay; codes that this year has are left out.",
            ),
            "again",
        )],
        upload: false,
    }
}

/// The catalogue (Annex V, form I) or the list for the archive (form III).
async fn book(session: &Session, asked: &Asked, year: i32) -> Outcome<Book> {
    let (db, lang) = (session.app.store.reader(), session.lang);
    let mut cases = of_asked(session, asked, of_year(db, &session.actor, year).await?);
    let archive = match asked.muc_luc.as_str() {
        "nop-luu" => true,
        "danh-muc" => false,
        _ => return Err(Fault::NotFound),
    };
    if archive {
        cases.retain(|case| case.hand_over_by.is_some());
    }
    let keeper = match cases.first() {
        Some(case) => people_find::unit(db, case.org_id, session.today()).await?,
        None => return Err(Fault::NotFound),
    };
    let spans = spans(db, &cases).await?;
    let code =
        |case: Option<&case_file::Model>| case.map(|case| case.code.clone()).unwrap_or_default();
    let rows = cases.iter().enumerate().map(|(nth, case)| {
        let span = spans.get(&case.id).cloned().unwrap_or_default();
        if archive {
            vec![
                (nth + 1).to_string(),
                case.code.clone(),
                case.title.clone(),
                span.days(),
                period(case.years),
                span.count.to_string(),
                case.handed_on
                    .map(|day| format!("Đã nộp {}", vn_date(day)))
                    .unwrap_or_default(),
            ]
        } else {
            vec![
                case.code.clone(),
                [case.heading.as_str(), &case.title]
                    .join(" ")
                    .trim()
                    .to_owned(),
                period(case.years),
                case.by_name.clone(),
                String::new(),
            ]
        }
    });
    let heads: &[(&str, &str, u32)] = if archive {
        &[
            ("STT", "No.", 6),
            ("Số, ký hiệu hồ sơ", "Code", 14),
            ("Tiêu đề hồ sơ", "Title", 60),
            ("Thời gian tài liệu", "Days of the documents", 24),
            ("Thời hạn bảo quản", "Kept for", 16),
            ("Số văn bản", "Documents", 10),
            ("Ghi chú", "Note", 20),
        ]
    } else {
        &[
            ("Số và ký hiệu hồ sơ", "Code", 16),
            ("Tên đề mục và tiêu đề hồ sơ", "Heading and title", 70),
            ("Thời hạn bảo quản", "Kept for", 18),
            ("Người lập hồ sơ", "Made by", 24),
            ("Ghi chú", "Note", 20),
        ]
    };
    let (title, file_name) = if archive {
        ("MỤC LỤC HỒ SƠ, TÀI LIỆU NỘP LƯU", "muc-luc-ho-so")
    } else {
        ("DANH MỤC HỒ SƠ", "danh-muc-ho-so")
    };
    Ok(Book {
        keeper,
        title: title.to_owned(),
        kind: String::new(),
        year,
        days: Default::default(),
        numbers: (code(cases.first()), code(cases.last())),
        columns: heads
            .iter()
            .map(|(vi, en, width)| (lang.say(vi, en), *width))
            .collect(),
        rows: rows.collect(),
        file_name: file_name.to_owned(),
    })
}
