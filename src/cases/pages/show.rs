//! A case file: what it is, what lies in it, its exports, its end.

use axum::extract::{Form as Body, Path, Query};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use trinhky_calendar::vn_date;
use uuid::Uuid;

use super::super::rows::case_file;
use super::super::{
    Contents, close as close_file, contents, hand_over as hand, pdf as as_pdf, period, readable,
    revise as revise_file, take_out as take, xml as as_xml,
};
use super::{LIST, address, mark, typed};
use crate::audit;
use crate::documents::folded;
use crate::documents::pages::bound::{self, Book};
use crate::fault::{Fault, Outcome};
use crate::people::session::{Session, done, failed, field_error};
use crate::people::{find as people_find, may};
use crate::signing;
use crate::web::format::{date_time, read_date};
use crate::web::views::shared::{Mark, Tone};
use crate::web::views::sheet::{Act, Entry, Field, Input, Part, Sheet, State, choice};
use crate::web::{Form, Link, WebError, html, refused};

/// What an address of a file asks for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// `pdf`, `xlsx` or `csv`: the contents list as a file.
    #[serde(default)]
    dang: String,
}

/// `GET /ho-so/{id}`: its keepers and the leaders.
///
/// # Errors
/// 404 for others.
pub async fn show(
    session: Session,
    Path(id): Path<Uuid>,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let answer = async {
        let (case, held) = read(&session, id).await?;
        if asked.dang.is_empty() {
            let form = Form::new(&format!("{}/nop-luu", address(id)), "", "");
            return view(&session, &case, &held, form).await;
        }
        bound::answer(&session, &asked.dang, list(&session, &case, &held).await?).await
    };
    answer.await.map_err(|fault| failed(fault, LIST))
}

async fn read(session: &Session, id: Uuid) -> Outcome<(case_file::Model, Contents)> {
    let db = session.app.store.reader();
    let case = readable(db, &session.actor, id).await?;
    let held = contents(db, &session.actor, &case, session.today()).await?;
    Ok((case, held))
}

async fn view(
    session: &Session,
    case: &case_file::Model,
    held: &Contents,
    form: Form,
) -> Outcome<Response> {
    let (lang, here) = (session.lang, address(case.id));
    let owner =
        people_find::unit(session.app.store.reader(), case.owner_id, case.opened_on).await?;
    let keeps = may::keep_case_files(&session.actor, case.org_id, case.owner_id);
    let mut parts = vec![Part::States(vec![State {
        mark: mark(case, lang),
        text: case.title.clone(),
        note: lang.say(
            &format!(
                "{}; bảo quản {}; người lập: {}",
                owner.name,
                period(case.years),
                case.by_name
            ),
            &format!(
                "{}; kept: {}; made by {}",
                owner.name,
                period(case.years),
                case.by_name
            ),
        ),
        href: String::new(),
    }])];
    if held.hidden > 0 {
        parts.push(Part::Note(lang.say(
            &format!(
                "Có {} văn bản trong hồ sơ không thuộc quyền xem của bạn.",
                held.hidden
            ),
            &format!(
                "{} documents of the file are not for you to see.",
                held.hidden
            ),
        )));
    }
    parts.push(Part::Heading(lang.say(
        &format!("Văn bản trong hồ sơ ({})", held.items.len()),
        &format!("Documents ({})", held.items.len()),
    )));
    if held.items.is_empty() {
        parts.push(Part::Text(lang.say(
            "Chưa có văn bản nào. Mở một văn bản, chọn “Hồ sơ”, đưa vào hồ sơ này.",
            "No document yet. Open a document, choose “Case files”, put it in here.",
        )));
    } else {
        parts.push(Part::States(lines(session, held)));
        parts.push(Part::Links(files(&here, session)));
    }
    if keeps && case.closed_on.is_none() {
        parts.extend(open_acts(session, case, held));
    }
    if keeps && case.closed_on.is_some() && case.handed_on.is_none() {
        parts.push(Part::Heading(lang.say("Nộp lưu", "To the archive")));
        parts.push(Part::Form(archive(session, form)));
    }
    let mut page = session.page(&lang.say(
        &format!("Hồ sơ {} năm {}", case.code, case.year),
        &format!("Case file {} of {}", case.code, case.year),
    ));
    page.crumbs = vec![Link::new(
        &format!("{LIST}?nam={}", case.year),
        &lang.say("Hồ sơ công việc", "Case files"),
    )];
    Ok(html(&Sheet { page, parts }))
}

fn lines(session: &Session, held: &Contents) -> Vec<State> {
    let lang = session.lang;
    let line = |(nth, item): (usize, &super::super::Item)| {
        let mut note = vec![
            item.document.issued_on.map(vn_date).unwrap_or_default(),
            item.document.subject.clone(),
            item.author.clone(),
        ];
        if item.by_rule {
            note.push(lang.say("theo quy tắc", "by the rule"));
        }
        State {
            mark: Mark::new(Tone::Nothing, (nth + 1).to_string()),
            text: trinhky_drafting::upper_first(&item.title),
            note: note.join("; "),
            href: format!("/van-ban/{}", item.document.id),
        }
    };
    held.items.iter().enumerate().map(line).collect()
}

fn files(here: &str, session: &Session) -> Vec<Link> {
    let lang = session.lang;
    vec![
        Link::new(
            &format!("{here}/ho-so.pdf"),
            &lang.say("Toàn bộ hồ sơ (PDF)", "The whole file (PDF)"),
        ),
        Link::new(
            &format!("{here}/ho-so.xml"),
            &lang.say("Dữ liệu đặc tả (XML)", "Its metadata (XML)"),
        ),
        Link::new(
            &format!("{here}?dang=pdf"),
            &lang.say("Mục lục văn bản (PDF)", "Contents list (PDF)"),
        ),
        Link::new(
            &format!("{here}?dang=xlsx"),
            &lang.say("Mục lục văn bản (XLSX)", "Contents list (XLSX)"),
        ),
    ]
}

fn open_acts(session: &Session, case: &case_file::Model, held: &Contents) -> Vec<Part> {
    let (lang, here) = (session.lang, address(case.id));
    let mut parts = vec![Part::Links(vec![Link::new(
        &format!("{here}/sua"),
        &lang.say(
            "Sửa tiêu đề, thời hạn, quy tắc",
            "Change title, period, rule",
        ),
    )])];
    if held.items.is_empty() {
        return parts;
    }
    let documents = held
        .items
        .iter()
        .map(|item| choice(&item.document.id.to_string(), item.title.clone()))
        .collect();
    parts.push(Part::Heading(
        lang.say("Bỏ văn bản ra", "Take a document out"),
    ));
    parts.push(Part::Form(Entry {
        form: Form::new(&format!("{here}/bo-ra"), "", ""),
        fields: vec![Field::new(
            "document",
            lang.say("Văn bản", "Document"),
            Input::Select(documents),
        )],
        acts: vec![Act::other(
            lang.say("Bỏ ra khỏi hồ sơ", "Take it out"),
            lang.say(
                "Văn bản vẫn còn trong Hệ thống; quy tắc không đưa vào lại.",
                "The document itself stays; the rule does not put it in again.",
            ),
            "out",
        )],
        upload: false,
    }));
    parts.push(Part::Heading(lang.say("Kết thúc hồ sơ", "Close the file")));
    parts.push(Part::Form(Entry {
        form: Form::new(&format!("{here}/ket-thuc"), "", ""),
        fields: Vec::new(),
        acts: vec![Act::other(
            lang.say("Kết thúc hồ sơ", "Close the file"),
            lang.say(
                "Sau đó không thêm, bớt được nữa. Hồ sơ bảo quản từ 05 năm trở lên nộp lưu trong 01 năm; Hệ thống báo trước 30 ngày.",
                "Nothing is put in or out any more. What is kept five years or longer goes to the archive within a year; you are told 30 days before.",
            ),
            "close",
        )],
        upload: false,
    }));
    parts
}

fn archive(session: &Session, mut form: Form) -> Entry {
    let lang = session.lang;
    if form.value("date").is_empty() {
        form.set("date", vn_date(session.today()));
    }
    Entry {
        form,
        fields: vec![
            Field::line("date", lang.say("Ngày nộp lưu", "Day")),
            Field::line("to", lang.say("Nơi nhận lưu", "Received by")).hint(lang.say(
                "Ví dụ: Lưu trữ cơ quan, biên bản giao nhận ngày 05/01/2024.",
                "E.g. the agency's archive, with the day of the minutes.",
            )),
        ],
        acts: vec![Act::main(
            lang.say("Ghi đã nộp lưu", "Handed over"),
            lang.say(
                "Hồ sơ không báo hạn nữa.",
                "Nobody is reminded of it any more.",
            ),
        )],
        upload: false,
    }
}

/// The contents list (Annex V, form IV).
async fn list(session: &Session, case: &case_file::Model, held: &Contents) -> Outcome<Book> {
    let lang = session.lang;
    let rows = held.items.iter().enumerate().map(|(nth, item)| {
        let row = &item.document;
        let arrived = item.arrived.map(|(day, _)| format!("Đến {}", vn_date(day)));
        vec![
            (nth + 1).to_string(),
            format!("{:02}/{}", row.number.unwrap_or_default(), row.symbol),
            row.issued_on.map(vn_date).unwrap_or_default(),
            row.subject.clone(),
            item.author.clone(),
            arrived.unwrap_or_default(),
        ]
    });
    let days = held.days().map_or_else(Default::default, |(first, last)| {
        (vn_date(first), vn_date(last))
    });
    let heads = [
        ("STT", "No.", 6),
        ("Số, ký hiệu", "Number and symbol", 18),
        ("Ngày, tháng", "Date", 14),
        ("Tên loại và trích yếu nội dung", "Type and subject", 60),
        ("Tác giả", "Author", 30),
        ("Ghi chú", "Note", 18),
    ];
    Ok(Book {
        keeper: people_find::unit(session.app.store.reader(), case.owner_id, case.opened_on)
            .await?,
        title: "MỤC LỤC VĂN BẢN, TÀI LIỆU".to_owned(),
        kind: format!("Số, ký hiệu hồ sơ: {}", case.code),
        year: case.year,
        days,
        numbers: ("1".to_owned(), held.items.len().to_string()),
        columns: heads
            .map(|(vi, en, width)| (lang.say(vi, en), width))
            .to_vec(),
        rows: rows.collect(),
        file_name: "muc-luc-van-ban".to_owned(),
    })
}

/// `GET /ho-so/{id}/sua`: its keepers, while it is open.
///
/// # Errors
/// 404 for others.
pub async fn revise_page(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let answer = async {
        let case = readable(session.app.store.reader(), &session.actor, id).await?;
        let form = typed::form(&format!("{}/sua", address(id)), &case)?;
        revising(&session, &case, form)
    };
    answer.await.map_err(|fault| failed(fault, &address(id)))
}

/// `POST /ho-so/{id}/sua`: `title`, `heading`, `years`, `doc_types`, `words`.
///
/// # Errors
/// As [`revise_page`]; what is not acceptable shows the form again.
pub async fn revise(
    session: Session,
    Path(id): Path<Uuid>,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Result<Response, WebError> {
    let wanted = typed::wanted(&pairs);
    let mut form = Form::sent(&format!("{}/sua", address(id)), pairs);
    match revise_file(&session.app, &session.actor, id, wanted).await {
        Ok(()) => Ok(done(
            &address(id),
            &session.lang.say("Đã sửa hồ sơ.", "The file is changed."),
        )),
        Err(fault) => {
            let refusal = field_error(fault, &address(id))?;
            let field = refusal.field.as_deref().unwrap_or("title");
            form.refuse(field, session.lang.say(&refusal.vi, &refusal.en));
            let again = async {
                let case = readable(session.app.store.reader(), &session.actor, id).await?;
                revising(&session, &case, form)
            };
            Ok(refused(
                again.await.map_err(|fault| failed(fault, &address(id)))?,
            ))
        }
    }
}

fn revising(session: &Session, case: &case_file::Model, form: Form) -> Outcome<Response> {
    let lang = session.lang;
    let mut page = session.page(&lang.say(
        &format!("Sửa hồ sơ {}", case.code),
        &format!("Change the file {}", case.code),
    ));
    page.crumbs = vec![
        Link::new(LIST, &lang.say("Hồ sơ công việc", "Case files")),
        Link::new(&address(case.id), &case.code),
    ];
    let parts = vec![Part::Form(Entry {
        form,
        fields: typed::fields(lang)?,
        acts: vec![Act::main(
            lang.say("Lưu hồ sơ", "Save"),
            lang.say(
                "Văn bản đúng quy tắc mới được đưa vào ngay; văn bản đã có thì ở lại.",
                "What the new rule takes is put in at once; what is in it stays.",
            ),
        )],
        upload: false,
    })];
    Ok(html(&Sheet { page, parts }))
}

/// `POST /ho-so/{id}/bo-ra`: the document `document`.
///
/// # Errors
/// 404 where it is not in it, 409 when the file is closed.
pub async fn take_out(
    session: Session,
    Path(id): Path<Uuid>,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Result<Response, WebError> {
    let form = Form::sent(&address(id), pairs);
    let taken = async {
        let document = form
            .value("document")
            .parse()
            .map_err(|_| Fault::NotFound)?;
        take(&session.app, &session.actor, id, document).await
    };
    taken.await.map_err(|fault| failed(fault, &address(id)))?;
    let said = session
        .lang
        .say("Đã bỏ văn bản ra khỏi hồ sơ.", "The document is taken out.");
    Ok(done(&address(id), &said))
}

/// `POST /ho-so/{id}/ket-thuc`.
///
/// # Errors
/// 409 where it is empty or closed already.
pub async fn close(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    close_file(&session.app, &session.actor, id)
        .await
        .map_err(|fault| failed(fault, &address(id)))?;
    Ok(done(
        &address(id),
        &session
            .lang
            .say("Hồ sơ đã kết thúc.", "The file is closed."),
    ))
}

/// `POST /ho-so/{id}/nop-luu`: `date`, `to`.
///
/// # Errors
/// 409 where it is open or handed over; what is not acceptable shows the form again.
pub async fn hand_over(
    session: Session,
    Path(id): Path<Uuid>,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Result<Response, WebError> {
    let mut form = Form::sent(&format!("{}/nop-luu", address(id)), pairs);
    let handed = async {
        let on = read_date(form.value("date")).ok_or_else(|| {
            Fault::invalid(
                "date",
                "Ghi ngày dạng 05/04/2023.",
                "Enter the day as 05/04/2023.",
            )
        })?;
        let to = typed::tidy(form.value("to"));
        hand(&session.app, &session.actor, id, on, to).await
    };
    match handed.await {
        Ok(()) => Ok(done(
            &address(id),
            &session.lang.say("Đã ghi nộp lưu.", "It is entered."),
        )),
        Err(fault) => {
            let refusal = field_error(fault, &address(id))?;
            let field = refusal.field.as_deref().unwrap_or("date");
            form.refuse(field, session.lang.say(&refusal.vi, &refusal.en));
            let again = async {
                let (case, held) = read(&session, id).await?;
                view(&session, &case, &held, form).await
            };
            Ok(refused(
                again.await.map_err(|fault| failed(fault, &address(id)))?,
            ))
        }
    }
}

/// `GET /ho-so/{id}/ho-so.pdf`: the whole file.
///
/// # Errors
/// 404 for who may not read it; 409 when it is too large.
pub async fn pdf(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let answer = async {
        let (case, held) = opened(&session, id).await?;
        let mark = session.lang.say(
            &format!(
                "In từ Hệ thống Trình Ký lúc {}, {}",
                date_time(session.now),
                session.actor.name
            ),
            &format!(
                "Printed from Trình Ký, {}, {}",
                date_time(session.now),
                session.actor.name
            ),
        );
        let file = as_pdf(&session.app, &case, &held, mark).await?;
        Ok(answered(&case, signing::PDF, "pdf", file))
    };
    answer.await.map_err(|fault| failed(fault, &address(id)))
}

/// `GET /ho-so/{id}/ho-so.xml`: what is known of it and of its documents.
///
/// # Errors
/// As [`pdf`].
pub async fn xml(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let answer = async {
        let (case, held) = opened(&session, id).await?;
        let file = as_xml(&session.app, &case, &held).await?;
        Ok(answered(
            &case,
            "application/xml; charset=utf-8",
            "xml",
            file.into_bytes(),
        ))
    };
    answer.await.map_err(|fault| failed(fault, &address(id)))
}

/// The file, its documents noted as read by whoever exports it.
async fn opened(session: &Session, id: Uuid) -> Outcome<(case_file::Model, Contents)> {
    let (case, held) = read(session, id).await?;
    for item in &held.items {
        audit::seen(&session.app, &session.actor, item.document.id, "case").await?;
    }
    Ok((case, held))
}

fn answered(case: &case_file::Model, media: &'static str, kind: &str, file: Vec<u8>) -> Response {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let code: String = folded(&case.code).chars().map(plain).collect();
    let name = format!("ho-so-{code}-{}", case.year);
    let headers = [
        (CONTENT_TYPE, media.to_owned()),
        (
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}.{kind}\""),
        ),
    ];
    (headers, file).into_response()
}
